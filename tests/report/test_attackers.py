"""RELIABILITY I2 to I4 by attack: readers outside who have the program, its seeds, the law and every page that was let out.

Ten of them. Each either gets nothing, or his release is refused; and each is shown to succeed, within a fifth of what one enterprise
has, on what is not let out.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest
from nbformat.v4 import new_notebook

import simulator
from simulator.budget.contributions import contributions, holders
from simulator.budget.result import BudgetRun
from simulator.disclosure import releases
from simulator.disclosure.combinations import combined_tell, same_holders
from simulator.disclosure.registers import behind
from simulator.disclosure.safety import TOTAL, sensitive
from simulator.errors import ReportError
from simulator.report import check_sections, sections
from simulator.report.publish import publish, to_html
from simulator.report.wording import load
from simulator.spreadsheets import save_csv
from simulator.store.folder import RECORD
from simulator.store.record import RunFolder
from simulator.store.register_checks import CheckFolder, write_check
from simulator.store.run_files import CONTRIBUTIONS
from tests.population.registers import full, write
from tests.report import books, canaries
from tests.report.made import write_workbook

BASE = {"draws": 40, "seed": 3}


@pytest.fixture(scope="module")
def people():
    """A register that does not say it is invented. One enterprise's line costs what no other's does: between the ceilings."""
    made = dataclasses.replace(simulator.synthesize(enterprises=150), synthetic=False, source="名册.xlsx", sha256="ab" * 32)
    annual = made.annual.copy()
    leasing = np.flatnonzero((annual["line_lease"] > 0).any(axis=1))
    for n, row in enumerate(leasing):
        annual["line_lease"][row, annual["present"][row] == 1] = 40_000_00 if n == 0 else (3_000_00 if n % 2 else 900_000_00)
    return dataclasses.replace(made, annual=annual)


@pytest.fixture(scope="module")
def only_one(people):
    """The holding of the one with the line between."""
    row = np.flatnonzero((people.annual["line_lease"] == 40_000_00).any(axis=1))[0]
    return row, holders(people)[row]


def behind_of(people, **changes) -> pd.DataFrame:
    return contributions(simulator.load_scenario("baseline", BASE | changes), people)


def amount(frame: pd.DataFrame, measure: str, clause: str, year: int, holder=None) -> float:
    rows = frame[(frame["measure"] == measure) & (frame["clause"] == clause) & (frame["year"] == year)]
    return float((rows if holder is None else rows[rows["holder"] == holder])["amount"].sum())


def near(found: float, true: float) -> bool:
    """Whether an attacker has got it."""
    return abs(found - true) <= 0.2 * abs(true)


def let_out(ledger, *frames, shown) -> list[bool]:
    """Which of several releases the ledger lets out, one after another."""
    found = []
    for number, frame in enumerate(frames):
        record = {"run_id": f"run {number}", "population": {}}
        try:
            releases.enter(ledger, releases.admit(ledger, record, frame, shown), frame, {})
            found.append(True)
        except ReportError:
            found.append(False)
    return found


# ------------------------------------------------------------------ 1: whoever guesses at a count and holds the guess to a hash


def check_of(place, people):
    folder = people.write_folder(place / "某局内部名册")
    found = write_check(place / "check", folder)
    return CheckFolder.open(found), CheckFolder.open(found, "external")


def test_1_no_hash_of_anything_withheld_is_on_a_page_or_in_its_record(people, tmp_path):
    inside, outside = check_of(tmp_path, people)
    raw = io.BytesIO()
    table = (
        pd.read_csv(inside.path / "employment.csv", encoding="utf-8-sig")
        if "employment" in inside.tables
        else pd.read_csv(inside.path / "taxes.csv", encoding="utf-8-sig")
    )
    save_csv(table, raw)  # the attacker makes the table anew with each count he can think of
    assert hashlib.sha256(raw.getvalue()).hexdigest() in check_sections.made(inside, "zh").html
    telling = {*inside.record["outputs"].values(), inside.record["population"]["sha256"]}
    (page,) = publish(outside.path, notebook="check", profile="external", releases=tmp_path / "ledger")
    let = "\n".join(p.read_text(encoding="utf-8") for p in page.parent.rglob("*") if p.is_file())
    assert not {digest for digest in re.findall("[0-9a-f]{64}", let) if digest in telling}
    assert not any(digest[:8] in let for digest in telling) and inside.run_id not in let and outside.run_id in let
    assert simulator.verify(inside.path)["state"].eq("same").all()


def test_2_one_payment_to_one_enterprise_is_not_in_the_execution(tmp_path):
    register = simulator.read_population(canaries.register(tmp_path / "register"))
    scenario = simulator.load_scenario("baseline", {"draws": 12})
    budget = simulator.run(scenario, register)
    tables = budget.budgeting()
    paid = tables["execution"].set_index("year")["paid"][2013]
    assert near(paid, canaries.PAID)  # of which it is nearly all
    run = RunFolder.open(budget.write(tmp_path / "run", tables), "external")
    shown = run.analyses["execution"].set_index("year")
    assert shown.loc["2013", ["paid", "rate", "mean", "planned"]].isna().all() and shown.loc["total"].drop("withheld").isna().any()
    assert "987.7" not in sections.__doc__ and ("executed", TOTAL, "2013") not in run.published()


def test_2_what_many_alike_were_paid_is_shown(tmp_path):
    names = [f"E{n}" for n in range(14)]
    people = [{"enterprise_id": n, "name": n, "ecommerce": 1, "online_retailer": 1, "certified_on": "2013-03-01"} for n in names]
    years = [
        {"enterprise_id": n, "year": year, "sales": 4e6, "online_sales": 3e6, "vat": 90_000, "income_tax": 40_000, "line_lease": 30_000}
        for n in names
        for year in (2012, 2013)
    ]
    rows = [{"enterprise_id": n, "year": 2013, "clause": 9, "amount": 9_000.0} for n in names]
    register = simulator.read_population(
        write(tmp_path / "r", enterprises=full("enterprises", *people), annual=full("annual", *years), paid=full("paid", *rows))
    )
    budget = simulator.run(simulator.load_scenario("baseline", {"draws": 12}), register)
    run = RunFolder.open(budget.write(tmp_path / "run", budget.budgeting()), "external")
    assert run.analyses["execution"].set_index("year")["paid"]["2013"] == 126_000 and ("executed", TOTAL, "2013") in run.published()


# ------------------------------------------------------------------------------------ 3 to 5, 10: whoever combines releases


def test_3_three_ceilings_do_not_single_out_who_lies_between(people, only_one, tmp_path):
    _, holder = only_one
    frames = [behind_of(people, **{"law.data_line.cap": cap, "assumptions.take_up.data_line": 1}) for cap in (10_000, 15_000, 20_000)]
    figures = [amount(f, "awarded", "data_line", 2013) for f in frames]
    parts = [amount(f, "awarded", "data_line", 2013, holder) for f in frames]
    assert near(figures[0] - 2 * figures[1] + figures[2], parts[0] - 2 * parts[1] + parts[2])  # the attack works
    shown = [("awarded", "data_line", "2013")]
    assert let_out(tmp_path, *frames, shown=shown) == [True, True, False]
    same = same_holders(frames)
    assert not combined_tell(same[:2], [set(shown)] * 2) and combined_tell(same, [set(shown)] * 3)


def test_4_another_seed_does_not_blind_the_ledger(people, only_one, tmp_path):
    row, holder = only_one
    without = people.subset(np.delete(np.arange(len(people)), row))
    one, other = behind_of(people), behind_of(without, seed=2, draws=57)
    shown = [("awarded", "data_line", "2013")]
    difference = amount(one, "awarded", "data_line", 2013) - amount(other, "awarded", "data_line", 2013)
    assert near(difference, amount(one, "awarded", "data_line", 2013, holder)) and difference > 0
    assert let_out(tmp_path / "a", one, other, shown=shown) == [True, False]
    assert let_out(tmp_path / "b", one, behind_of(people, seed=2, draws=57), shown=shown) == [True, True]  # nobody differs


@pytest.mark.parametrize("former", [True, False], ids=["曾用代码", "unsaid"])
@pytest.mark.parametrize("everybody", [True, False])
def test_5_another_code_does_not_blind_it_either(former, everybody, people, only_one, tmp_path):
    row, _ = only_one
    changed = np.arange(len(people)) if everybody else np.arange(0, len(people), 2)
    ids = people.ids.copy()
    ids[changed] = [f"NEW{n:05d}" for n in changed]
    details = {name: column.copy() for name, column in people.details.items()}
    if former:
        details["former_id"][changed] = people.ids[changed].astype(str)
    renamed = dataclasses.replace(people, ids=ids, details=details).subset(np.delete(np.arange(len(people)), row))
    assert let_out(tmp_path, behind_of(people), behind_of(renamed), shown=[("awarded", "data_line", "2013")]) == [True, False]


def test_5_a_group_that_is_named_anew_stays_one_holding(people):
    groups = (["甲集团"] * 3, ["乙集团"] * 3)
    one, other = (
        dataclasses.replace(people, details={**people.details, "group_id": np.concatenate([group, people.details["group_id"][3:]])})
        for group in groups
    )
    frames = same_holders([behind_of(one), behind_of(other)])
    assert set(frames[0]["holder"]) == set(frames[1]["holder"])


# ----------------------------------------------------------------------------------------------- 6 to 9: whoever reads one page


def test_6_a_mark_left_beside_real_tables_exempts_nothing(tmp_path):
    folder = simulator.synthesize(enterprises=40).write_folder(tmp_path / "register")
    real = simulator.synthesize(enterprises=40, seed=9).write_folder(tmp_path / "real")
    for name in ("enterprises.csv", "annual.csv"):
        (folder / name).write_bytes((real / name).read_bytes())
    assert (folder / "synthetic.txt").is_file() and not simulator.read_population(folder).synthetic
    with pytest.raises(ReportError, match="--releases"):
        publish(write_check(tmp_path / "check", folder), notebook="check", profile="external")


def test_7_neither_title_nor_completeness_names_or_counts_one(people, tmp_path):
    register = people.write_folder(tmp_path / "某局内部名册")
    text = (register / "annual.csv").read_text(encoding="utf-8-sig").splitlines()
    at = text[0].split(",").index("sales")
    row = text[5].split(",")
    row[at] = "未知"
    text[5] = ",".join(row)
    (register / "annual.csv").write_text("\n".join(text), encoding="utf-8-sig")
    found = write_check(tmp_path / "check", register)
    inside, outside = CheckFolder.open(found), CheckFolder.open(found, "external")
    assert inside.columns.set_index("column")["unknown"]["sales"] == 1
    assert pd.isna(outside.columns.set_index("column")["unknown"]["sales"])
    counts = outside.columns[["rows", "blank", "unknown"]].to_numpy(float)
    assert not ((counts > 0) & (counts < 3)).any()
    assert not outside.problems.loc[~outside.problems["withheld"], "size"].lt(3).any()
    for lang in ("zh", "en"):
        head = to_html(new_notebook(), outside, load(lang), incomplete=False)
        pages = [getattr(check_sections, name)(outside, lang).html for name in check_sections.__all__]
        assert "某局内部名册" not in "".join([head, *pages])
        assert "某局内部名册" in to_html(new_notebook(), inside, load(lang), incomplete=False)


@pytest.fixture(scope="module")
def run(people, tmp_path_factory):
    scenario = simulator.load_scenario("baseline", BASE)
    budget = BudgetRun(scenario, simulator.run(scenario, people).result, people)
    return budget.write(tmp_path_factory.mktemp("run") / "run", budget.budgeting())


def test_8_the_workbook_tells_no_more_digits_than_the_page(run, tmp_path):
    def amounts(profile):
        write_workbook(RunFolder.open(run, profile), "zh", tmp_path / f"{profile}.xlsx")
        book = openpyxl.load_workbook(tmp_path / f"{profile}.xlsx")
        rows = books.table(book, load("zh").say("cost.table"), load("zh").say("workbook.yuan_unit"))
        return [cell for row in rows for cell in row if isinstance(cell, int | float)]

    assert any(a % 1000 for a in amounts("internal"))
    outside = amounts("external")
    assert outside and not [a for a in outside if a % 1000]


def test_9_no_total_less_what_is_shown_beside_it_rests_on_few(run):
    outside = RunFolder.open(run, "external")
    made = pd.read_parquet(run / CONTRIBUTIONS)
    shown = set(outside.published())
    for measure in ("awarded", "paid"):
        of = made[made["measure"] == measure]
        for year in map(str, outside.cash_years):
            if (measure, TOTAL, year) in shown:
                rest = of[(of["year"] == int(year)) & ~of["clause"].isin([c for m, c, y in shown if (m, y) == (measure, year)])]
                assert not sensitive(rest.groupby("holder")["amount"].sum().to_numpy()), (measure, year)
    assert {(m, c) for m, c, _ in shown if m == "awarded"} != {("awarded", c.slug) for c in outside.clauses}  # something is withheld


def test_10_a_name_of_a_run_confirms_no_guess_and_repeats_do_not_add_up(people, run, tmp_path):
    """Whoever knows a register but for one cell tries every value of it; and twenty releases of the same say no more than one."""
    record = simulator.report and RunFolder.open(run).record
    outside = RunFolder.open(run, "external")
    assert record["hashes"]["scenario"] and outside.run_id != record["run_id"] and re.fullmatch("[0-9a-f]{12}", outside.run_id)
    digest = record["run_id"].rpartition("-")[2]
    text = "".join(getattr(sections, name)(outside, "zh").html for name in ("cover", "made", "end"))
    assert digest not in text and record["population"]["sha256"] not in text and record["hashes"]["scenario"] not in text
    other = BudgetRun(
        simulator.load_scenario("baseline", BASE), simulator.run(simulator.load_scenario("baseline", BASE), people).result, people
    ).write(tmp_path / "again")
    assert RunFolder.open(other, "external").run_id != outside.run_id and (other / RECORD).is_file()
    frame = behind_of(people)
    assert let_out(tmp_path / "ledger", *[frame] * 20, shown=[("awarded", "data_line", "2013")]) == [True] * 20


def test_the_ledger_of_a_register_s_tables_joins_codes_too(people):
    ids = np.array([f"NEW{n:05d}" for n in range(len(people))], object)
    one, other = (behind(p, p.annual) for p in (people, dataclasses.replace(people, ids=ids)))
    frames = same_holders([one, other])
    joined = set(frames[0]["holder"]) & set(frames[1]["holder"])
    assert len(joined) > 0.8 * frames[0]["holder"].nunique()
