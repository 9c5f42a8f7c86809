"""The tables a bureau budgets with: they add up, and what can be worked out by hand agrees."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulator import assess, facts, resources, synthesize
from simulator.budget.execution import brought_forward, execution
from simulator.budget.exposure import exposed, exposure
from simulator.budget.funding import commitments_table, ledger_table
from simulator.budget.layout import total_cash
from simulator.budget.ledger import keep_ledger
from simulator.budget.result import BudgetRun
from simulator.engine.claims import claims_of
from simulator.engine.ledger import CLAWBACK
from simulator.engine.run import play
from simulator.population.readers import read_population
from simulator.population.register import Population
from tests.laws_of_the_model.playing import scenario
from tests.of_2013 import CASH_CLAUSES, SLUGS

TOTAL = "total"


@pytest.fixture(scope="module")
def kept():
    chosen = scenario({"rationing.mode": "lottery", "rationing.unpaid": "lapses", "appropriation.2014": 3_000_000}, draws=40)
    draws = play(chosen, workers=1)
    ledger = keep_ledger(chosen, None, draws, workers=1)
    return chosen, draws, ledger, ledger_table(ledger, draws)


def means(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Mean by clause and year, in fen."""
    own = table[table["measure"] == measure]
    return own.pivot(index="clause", columns="year", values="mean") * 100


def test_clauses_add_up_to_the_total_and_years_to_the_sum(kept):
    table = kept[3]
    for measure in ("due", "paid", "lapsed", "cancelled", "cut"):
        whole = means(table, measure)
        assert whole.drop(index=TOTAL).sum().to_numpy() == pytest.approx(whole.loc[TOTAL].to_numpy())
        assert whole.drop(columns=TOTAL).sum(axis=1).to_numpy() == pytest.approx(whole[TOTAL].to_numpy())
    total = {m: means(table, m).loc[TOTAL] for m in ("accrued", "paid", "lapsed", "cancelled", "due")}
    assert total["accrued"][TOTAL] == pytest.approx(total["due"][TOTAL])
    assert total["lapsed"][TOTAL] > 0 and total["due"][TOTAL] == pytest.approx(
        total["paid"][TOTAL] + total["lapsed"][TOTAL] + total["cancelled"][TOTAL]
    )


def test_what_is_outstanding_of_breaches_is_due_less_recovered(kept):
    table = kept[3]
    due, back, left = (means(table, m).loc[TOTAL] for m in ("due_back", "recovered", "outstanding"))
    years = [y for y in left.index if y != TOTAL]
    assert (due[years].cumsum() - back[years].cumsum()).to_numpy() == pytest.approx(left[years].to_numpy())
    assert due[TOTAL] > 0


def test_commitments_and_the_largest_recipients_claim_by_claim(kept):
    """Against dictionaries over the single claims."""
    chosen, draws, ledger, table = kept
    committed, shares = {}, {1: [], 5: []}
    claims = claims_of(chosen, None)(0, draws.parameters)
    for d in range(len(draws.parameters)):
        admitted, totals = {}, {}
        for c in claims[claims["draw"] == d]:
            if c["clause"] != CLAWBACK:
                key = (int(c["enterprise"]), int(c["clause"]))
                admitted.setdefault(key, int(c["year"]))
                pair = (2012 + admitted[key], 2012 + int(c["year"]))
                committed[pair] = committed.get(pair, 0) + int(c["amount"])
                totals[key[0]] = totals.get(key[0], 0) + int(c["amount"])
        largest = sorted(totals.values(), reverse=True)
        for n in shares:
            shares[n].append(sum(largest[:n]) / sum(largest))
    reported = commitments_table(ledger, draws)
    reported = reported[reported["year"] != TOTAL]
    for row in reported.to_dict("records"):
        assert row["mean"] * 100 * chosen.draws == pytest.approx(committed.get((row["admitted"], row["year"]), 0))
    rows = table.set_index("measure")
    assert rows.loc["top_1", "mean"] == pytest.approx(np.mean(shares[1]))
    assert rows.loc["top_5", "mean"] == pytest.approx(np.mean(shares[5]))


def test_the_legal_maximum_is_what_the_law_says_of_every_enterprise():
    """Of a register whose every year is known and to which nobody comes: the assessment, whatever take-up was assumed."""
    people = synthesize(enterprises=80, seed=3)
    chosen = scenario({"behaviour": "as_the_law_says", "horizon": people.last_year, "assumptions.take_up.office_rent": 0.2}, draws=2)
    table = exposure(chosen, people).set_index(["clause", "year"])
    assessed = assess(people, chosen)
    cash = assessed.awards[:, :, :CASH_CLAUSES]
    assert table.loc[(TOTAL, TOTAL), "mean"] * 100 == pytest.approx(cash.sum()) and cash.sum() > 0
    for j, year in enumerate(assessed.years):
        for k in range(CASH_CLAUSES):
            assert table.loc[(SLUGS[k], year), "highest"] * 100 == pytest.approx(cash[:, j, k].sum())


def test_nobody_is_awarded_more_than_the_legal_maximum(kept):
    """Draw by draw with common random numbers: with take-up and discretion at 1 nothing is awarded less in all years together."""
    chosen, draws = kept[:2]
    everybody = play(exposed(chosen), workers=1)
    now, most = (d.by_clause[:, :, :CASH_CLAUSES, 2].sum(axis=(1, 2)) for d in (draws, everybody))
    assert (most >= now).mean() > 0.9 and most.mean() > now.mean()


@pytest.fixture(scope="module")
def paid_register() -> Population:
    """Two enterprises with facts and payments up to 2014: 30 000.00 and 12 345.67 in 2013, 5 000.00 in 2014."""
    enterprises, annual = np.zeros(2, facts.ENTERPRISE), np.zeros((2, 3), facts.ANNUAL)
    enterprises["accounts_sound"] = enterprises["ecommerce"] = enterprises["online_retailer"] = 1
    annual["present"], annual["sales"], annual["online_sales"] = 1, 10**9, 10**9
    paid = np.zeros((2, 3, CASH_CLAUSES), np.int64)
    paid[0, 1, 3], paid[1, 1, 8], paid[1, 2, 8] = 3_000_000, 1_234_567, 500_000
    return Population(np.array(["甲", "乙"], object), enterprises, annual, 2012, paid=paid, last_paid_year=2014)


def test_execution_knows_what_was_paid_and_varies_only_afterwards(paid_register):
    chosen = scenario({"appropriation.2013": 50_000}, draws=40)
    draws = play(chosen, paid_register, workers=1)
    assert brought_forward(chosen, paid_register).plain["population.known_until"] == 2014
    table = execution(draws, chosen, paid_register).set_index("year")
    assert table.loc[2013, "paid"] == 42_345.67 and table.loc[2014, "paid"] == 5_000.0
    assert table.loc[2013, "rate"] == pytest.approx(0.8469134)
    for year in (2013, 2014):
        assert table.loc[year, "mean"] == table.loc[year, "p50"] == table.loc[year, "paid"]
        assert table.loc[year, "standard_error"] == 0
    assert table.loc[[2015, 2016], "paid"].isna().all() and (table.loc[[2015, 2016], "standard_error"] > 0).all()
    assert table.loc[TOTAL, "paid"] == 47_345.67
    assert table.loc[TOTAL, "mean"] == pytest.approx(table.drop(index=TOTAL)["mean"].sum())
    assert table.loc[2013, "planned"] == pytest.approx(total_cash(draws)[:, 0].mean()) and table.loc[2013, "planned"] != 42_345.67
    assert execution(draws, chosen, None).empty


def test_the_ledger_pays_known_years_as_they_were_paid(paid_register):
    """Whatever the appropriation: what was paid was paid, also beyond it; only later years are rationed."""
    chosen = scenario(
        {"population.known_until": 2014, "rationing.mode": "pro_rata", "appropriation.2013": "1元", "appropriation.2015": 100_000}, draws=20
    )
    ledger = keep_ledger(chosen, paid_register, play(chosen, paid_register, workers=1), workers=1)
    paid = ledger.flow("paid")
    assert (paid[:, 0].sum(axis=1) == 4_234_567).all() and (paid[:, 1].sum(axis=1) == 500_000).all()
    assert (paid[:, 2].sum(axis=1) <= 10_000_000).all() and paid[:, 2].any()


@pytest.mark.parametrize("source", ["sample", "paid"])
def test_a_run_folder_keeps_the_tables_and_the_page_tells_them(source, paid_register, tmp_path):
    from simulator.render.html import blocks
    from simulator.report import budgeting
    from simulator.report.wording import load
    from simulator.store.record import RunFolder

    people = paid_register if source == "paid" else read_population(resources.folder("data") / "sample")
    chosen = scenario({"rationing.mode": "first_come"}, draws=60)
    run = BudgetRun(chosen, play(chosen, people, workers=1), people)
    tables = run.budgeting(1)
    folder = RunFolder.open(run.write(tmp_path, tables))
    for lang, title in (("zh", "缺口与预留"), ("en", "Overrun and reserve")):
        page = blocks(budgeting.section(folder, load(lang)))
        assert title in page and title in budgeting.text(tables, lang, "first_come")
        assert "nan" not in page
        execution_reported = {"zh": "预算执行与后续年度重新测算", "en": "Execution and new forecast"}[lang]
        assert (execution_reported in page) == (source == "paid")
        if source == "paid":  # a year that was paid is no estimate, and few draws have no P95: neither a ± nor a column of dashes
            said = budgeting.text({"execution": tables["execution"]}, lang).splitlines()
            paid_year = said[next(i for i, line in enumerate(said) if line.startswith("2013")) + 1]
            assert "P80" in said[1] and "P95" not in said[1] and paid_year.count("±") == 1  # of the first estimate alone
    assert set(tables) <= {name.removesuffix(".csv") for name in folder.record["outputs"]}
