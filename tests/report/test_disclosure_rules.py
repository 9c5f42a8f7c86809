"""What each table for outside leaves blank and how far it rounds, rule by rule, with a plan that says yes and no as asked."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.disclosure import combinations, outputs, releases, safety, suppression
from simulator.disclosure.outputs import (
    analyses_released,
    coarse,
    differences_released,
    left_out,
    released,
    summary_released,
)
from simulator.disclosure.safety import Cube, Shown

TOTAL = "total"


@dataclasses.dataclass
class Plan:
    """Shows everything but what is named: (measure, clause, year) withheld, and those whose percentiles are."""

    held: frozenset = frozenset()
    few: frozenset = frozenset()
    executed: frozenset = frozenset()
    exempt: bool = False
    years: tuple = (2013, 2014)
    clauses: tuple = ("a", "b")

    def shows(self, measure, clause=TOTAL, year=TOTAL):
        return (measure, clause, str(year)) not in self.held

    def shows_percentiles(self, measure, clause=TOTAL, year=TOTAL):
        return self.shows(measure, clause, year) and (measure, clause, str(year)) not in self.few

    def shows_execution(self, year):
        return str(year) not in self.executed


def holding(*held, **more):
    return Plan(frozenset((*map(str, key), *[TOTAL] * (3 - len(key))) for key in held), **more)


NUMBERS = ("mean", "standard_error", "p5", "p5_low", "p50_high", "p95", "p99", "p99_low", "probability", "probability_low")


def summary(**columns):
    rows = [
        ("paid", "a", "2013", "CNY"),
        ("paid", TOTAL, TOTAL, "CNY"),
        ("recipients", "a", "2013", "count"),
        ("share", TOTAL, TOTAL, "share"),
    ]
    table = pd.DataFrame(rows, columns=list(outputs.KEYS))
    return table.assign(**dict.fromkeys(NUMBERS, 1234567.891) | columns)


def test_a_withheld_row_of_the_summary_shows_nothing():
    shown = summary_released(summary(), holding(("paid", "a", "2013")))
    assert shown["withheld"].tolist() == [True, False, False, False]
    assert shown.loc[0, list(NUMBERS)].isna().all()
    assert shown.loc[1, [n for n in NUMBERS if "99" not in n]].notna().all()
    assert not shown["percentiles_withheld"].tolist()[1]


def test_where_few_contribute_no_quantile_nor_its_interval_is_shown():
    shown = summary_released(summary(), Plan(few=frozenset({("paid", TOTAL, TOTAL)})))
    assert shown["percentiles_withheld"].tolist() == [False, True, False, False] and not shown["withheld"].any()
    assert shown.loc[1, ["p5", "p5_low", "p50_high", "p95"]].isna().all()
    assert shown.loc[1, ["mean", "standard_error", "probability", "probability_low"]].notna().all()
    assert shown.loc[0, ["p5", "p5_low", "p50_high", "p95"]].notna().all()


def test_extremes_are_shown_of_nothing():
    assert summary_released(summary(), Plan())[["p99", "p99_low"]].isna().all().all()


@pytest.mark.parametrize("plan", [None, Plan(frozenset({("paid", "a", "2013")}), exempt=True)])
def test_inside_and_of_invented_registers_the_summary_is_whole(plan):
    shown = summary_released(summary(), plan)
    pd.testing.assert_frame_equal(shown.drop(columns=["withheld", "percentiles_withheld"]), summary())
    assert not shown["withheld"].any() and not shown["percentiles_withheld"].any()


def test_figures_have_the_digits_that_their_error_leaves():
    errors, means = [23_456.0, 2_345_678.0, 0.123, 0.00456], [1_234_567.8, 1_234_567.8, 12.345, 0.123456]
    shown = summary_released(summary(standard_error=errors, mean=means, probability=0.123456), Plan())
    assert shown["mean"].tolist() == [1_230_000.0, 1_200_000.0, 12.3, 0.123]
    assert shown["standard_error"].tolist() == pytest.approx([23_000.0, 2_300_000.0, 0.12, 0.0046])
    assert shown["probability"].tolist() == [0.123456] * 4  # chances are of draws, not of enterprises
    assert shown["p5"].tolist() == [1_230_000.0, 1_200_000.0, 1_234_567.9, 1_234_567.891]


@pytest.mark.parametrize(
    ("amount", "error", "expected"),
    [
        (1_234_567.89, 0.0, 1_235_000.0),
        (1_234_567.89, 99.0, 1_235_000.0),
        (1_234_567.89, 12_000.0, 1_230_000.0),
        (1_234_567.89, 120_000.0, 1_200_000.0),
        (1_234_567.89, 99_000_000.0, 1_200_000.0),
        (400.0, 0.0, 0.0),
        (1_500.0, 1_000.0, 2_000.0),
    ],
)
def test_amounts_are_rounded_from_thousands_to_hundreds_of_thousands(amount, error, expected):
    assert coarse(np.array([amount]), np.array([error])).tolist() == [expected]


def test_an_own_error_goes_before_the_rows():
    table = pd.DataFrame(
        {
            "year": [2013],
            "paid_mean": [1_234_567.8],
            "paid_mean_error": [120_000.0],
            "standard_error": [1.0],
            "paid_p95": [1_234_567.8],
            "share": [0.123456],
            "share_high_low": [0.2],
            "revenue_2013": [4_567_890_123.0],
        }
    )
    shown = analyses_released({"affordability": table}, Plan())["affordability"]
    assert shown["paid_mean"].tolist() == [1_200_000.0] and shown["paid_p95"].tolist() == [1_235_000.0]
    assert shown["share"].tolist() == [0.123456] and shown["revenue_2013"].tolist() == [4_567_890_123.0]


def test_an_error_of_nothing_is_nothing():
    shown = summary_released(summary(standard_error=[0.0, np.nan, 0.0, 0.0]), Plan())["standard_error"]
    assert shown[[0, 2, 3]].tolist() == [0.0] * 3 and np.isnan(shown[1])


def test_years_are_not_rounded():
    table = pd.DataFrame({"measure": ["paid"], "clause": ["a"], "year": [2013], "mean": [1_234_567.8], "expected": [7_654_321.0]})
    table = table.assign(standard_error=0.0, expected_error=0.0)
    shown = analyses_released({"expected": table}, Plan())["expected"]
    assert shown[["year", "mean", "expected"]].to_numpy().tolist() == [[2013, 1_235_000.0, 7_654_000.0]]


def test_released_blanks_the_numbers_of_the_rows_held_and_nothing_else():
    table = pd.DataFrame({"name": ["x", "y"], "n": [1, 2], "m": [3.0, 4.0], "kept": [5, 6]})
    shown = released(table, [True, False], ["n", "m"])
    assert shown["withheld"].tolist() == [True, False] and shown["kept"].tolist() == [5, 6] and shown["name"].tolist() == ["x", "y"]
    assert shown.loc[0, ["n", "m"]].isna().all() and shown.loc[1, ["n", "m"]].tolist() == [2, 4]
    assert released(table.iloc[:0], [], ["n", "m"]).empty


def test_what_has_no_rule_is_left_out():
    found = {"ledger": pd.DataFrame(columns=["measure", "clause", "year", "unit", "mean"]), "exposure": pd.DataFrame({"a": [1]})}
    assert set(analyses_released(found, Plan())) == {"ledger"} and set(analyses_released(found, None)) == set(found)
    assert set(analyses_released(found, Plan(exempt=True))) == set(found)
    assert left_out(found, Plan()) == ["exposure"] and left_out(found, None) == [] and left_out(found, Plan(exempt=True)) == []


def plan_of(*contributions, parts=1, means=()):
    """The plan of a run of clauses a and b over three years. contributions: (measure, clause, year, holders, amount of each);
    means: (measure, year, mean) of all clauses."""
    rows = [(m, c, y, holder, amount, 1.0) for m, c, y, holders, amount in contributions for holder in holders]
    behind = pd.DataFrame(rows, columns=["measure", "clause", "year", "holder", "amount", "awards"]).astype({"holder": np.uint64})
    reported = pd.DataFrame([(m, TOTAL, str(y), mean) for m, y, mean in means], columns=["measure", "clause", "year", "mean"])
    record = {
        "clauses": [{"slug": c, "kind": "", "parts": parts} for c in "ab"],
        "years": [2013, 2014, 2015],
        "cash_years": [2013, 2014, 2015, 2016],
        "targets": [],
    }
    return suppression.plan_of(record, [behind], [reported])


MANY, ONE = range(10), (3,)


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_an_award_paid_in_parts_does_not_follow_from_what_is_paid_later(parts):
    """The award of 2013 is one enterprise's. Where a third of it is paid in 2015, what is paid then less its parts of the awards of
    2014 and 2015, which are shown, would be that third."""
    awards = [("awarded", "a", 2013, ONE, 90.0), ("awarded", "a", 2014, MANY, 90.0), ("awarded", "a", 2015, MANY, 90.0)]
    payments = [("paid", "a", year, MANY, 60.0) for year in (2013, 2014, 2015, 2016)]
    plan = plan_of(*awards, *payments, parts=parts)
    assert [plan.shows("awarded", "a", year) for year in (2013, 2014, 2015)] == [False, True, True]
    assert [plan.shows("paid", "a", year) for year in (2013, 2014, 2015, 2016)] == [False, False, parts < 3, True]
    assert [plan.shows("paid", TOTAL, year) for year in (2013, 2014, 2015, 2016)] == [False, False, parts < 3, True]


def test_each_figure_stands_or_falls_with_what_it_rests_on():
    safe = [("awarded", "a", 2013, MANY, 90.0), ("paid", "a", 2013, MANY, 60.0), ("paid", "a", 2014, MANY, 30.0)]
    plan = plan_of(
        *safe,
        ("clawback", "", 2014, ONE, 50.0),
        ("support", "a", 0, MANY, 5.0),
        ("taxes", "", 0, ONE, 5.0),
        ("online_sales", "", 0, MANY, 5.0),
        means=[("leading", 2013, 0.5), ("leading", 2014, 2.9), ("leading", 2015, 3.0)],
    )
    shown = {
        "leading": [False, False, True],
        "clawback_due": [True, False, True],
        "clawback_recovered": [True, False, False],
        "support_saved": [True] * 3,
        "induced_tax": [False] * 3,
        "online_sales": [True] * 3,
        "net_impact": [False] * 3,
        "cost_per_enterprise": [True] * 3,
    }
    assert {measure: [plan.shows(measure, TOTAL, year) for year in (2013, 2014, 2015)] for measure in shown} == shown
    assert not plan_of(*safe, ("support", "a", 0, MANY, 5.0), ("support", "b", 0, ONE, 5.0)).shows("support_saved")
    assert not plan.shows("clawback_due") and plan_of(*safe, ("clawback", "", 2014, MANY, 50.0)).shows("clawback_due")
    assert plan.shows("leading", TOTAL, 2016)  # none
    assert not any(suppression.Plan().shows(measure) for measure in ("support_saved", "induced_tax", "a figure without a rule"))
    payments = [("paid", "a", 2013, MANY, 60.0), ("paid", "a", 2014, ONE, 60.0), ("paid", "a", 2015, MANY, 60.0)]
    payments.append(("paid", "a", 2016, ONE, 60.0))
    later = plan_of(*(("awarded", "a", year, MANY, 90.0) for year in (2013, 2014, 2015)), *payments)
    shown = {"net_impact": [True, False, True], "net_cumulative": [False] * 3, "cost_per_enterprise": [True, False, True],
             "rebate_share": [True] * 3}  # fmt: skip
    assert {measure: [later.shows(measure, TOTAL, year) for year in (2013, 2014, 2015)] for measure in shown} == shown
    assert later.shows("rebate_share", TOTAL, 2016) and not later.shows("cost_per_enterprise", TOTAL, 2016)  # nothing is awarded then


def test_what_is_left_of_the_whole_is_held_to_the_rules_only_where_it_is_shown():
    """Ten holders everywhere but in b of 2014, where there is one."""
    amounts = np.full((10, 2, 2), 100.0)
    amounts[1:, 1, 1] = 0
    table, nothing = Cube(amounts, ("a", "b"), (2013, 2014)), np.zeros(2, bool)
    but_one, without_b = np.array([[True, True], [True, False]]), np.array([[True, True], [False, False]])
    assert not releases._follows(table, but_one, nothing, nothing, False, but_one)
    assert releases._follows(table, but_one, nothing, nothing, True, but_one)
    assert not releases._follows(table, without_b, nothing, nothing, True, without_b)  # b of both years is many's
    assert releases._follows(table, without_b, nothing, np.array([True, False]), True, without_b)


RULES = {
    safety.Rules(percent=20.0, dominance=()): 0.2,
    safety.Rules(percent=100.0, dominance=((1, 80.0),)): 1.0,
    safety.Rules(percent=5.0, dominance=((1, 40.0),)): 1.5,
    safety.Rules(percent=5.0, dominance=((1, 80.0), (2, 80.0))): 0.5,
}


@given(st.integers(5, 9), st.integers(2, 3), st.integers(0, 2**32 - 1), st.sampled_from(list(RULES)))
def test_nobody_of_whom_a_combination_may_tell_is_passed_over(holders, figures, seed, rules):
    """The search ends early; without that it finds the same."""
    basis = np.linalg.svd(np.random.default_rng(seed).lognormal(0, 2, (holders, figures)), full_matrices=False)[0]
    leverage, expected, least = (basis**2).sum(axis=1), set(), 1 / (1 + RULES[rules] ** 2)
    for one in range(holders):
        others = [other for other in range(holders) if other != one and 1 - leverage[other] >= 1e-9]
        helped = {other: (basis[other] @ basis[one]) ** 2 / (1 - leverage[other]) for other in others}
        helper = max(helped, key=helped.__getitem__)
        expected |= {(one, -1)} if leverage[one] >= least else set()
        expected |= {(one, helper)} if leverage[one] + helped[helper] >= least else set()
    assert set(combinations._doubtful(basis, rules)) == expected


def test_holders_are_doubted_from_the_leverage_on_that_the_rules_make():
    """Of one figure of two holders; beside it one that the third has alone, who helps nobody."""

    for rules, rest in RULES.items():
        least = 1 / (1 + rest**2)
        for leverage in (least + 1e-6, least - 1e-6):
            basis = np.array([[np.sqrt(leverage), 0.0], [np.sqrt(1 - leverage), 0.0], [0.0, 1.0]])
            alone = [(0, -1)] * (leverage > least) + [(1, -1)] * (1 - leverage > least)
            assert sorted(combinations._doubtful(basis, rules)) == sorted([*alone, (0, 1), (1, 0), (2, -1), (2, 0)]), rules


def test_a_share_of_one_that_an_office_sets_low_is_looked_for():
    """Two figures: of each one holds 44 of 100, and nine others the rest, which differ from figure to figure."""
    vectors = np.array([[44.0, 0], [0, 43.9], *[[6.2, 0]] * 9, *[[0, 6.2]] * 9]) * 1e4
    for share, tells in ((43.0, True), (45.0, False)):
        assert combinations.spanned(vectors, safety.Rules(fewest=1, percent=0.0, dominance=((1, share),))) is tells


def test_what_cannot_be_searched_is_refused(monkeypatch):
    vectors = np.array([[1e5, 1e5]] * 8 + [[9e6, 1e5]])
    assert combinations.spanned(vectors)
    many = np.array([[1e5, 2e5], [2e5, 1e5]] * 8)
    assert not combinations.spanned(many)
    monkeypatch.setattr(combinations, "linprog", lambda *_, **__: SimpleNamespace(success=False, x=None))
    assert combinations._worst(np.eye(4), 2, -1).tolist() == [0, 0, 1, 0] and combinations.spanned(vectors)


BY_YEAR = pd.DataFrame(
    {"year": ["2013", "2014", TOTAL], "appropriation": [5e6, 6e6, 11e6], "probability": [0.1, 0.2, 0.3], "shortfall": [1e6, 2e6, 3e6]}
)


def test_a_budget_is_no_figure_of_enterprises():
    table = pd.DataFrame({"year": [2013], "appropriation": [1_234_567.0], "rate": [1_234.5], "shortfall": [1_234_567.0]})
    shown = analyses_released({"risk": table}, Plan())["risk"]
    assert shown[["appropriation", "rate", "shortfall"]].to_numpy().tolist() == [[1_234_567.0, 1_234.5, 1_235_000.0]]


@pytest.mark.parametrize("exempt", [False, True])
def test_differences_are_withheld_or_have_the_digits_of_a_report(exempt):
    table = pd.DataFrame({"clause": ["a", "b"], "mean": [1_234_567.0, 7_654_321.0], "share_dearer": [0.123456, 0.5], "kept": [1.5, 2.5]})
    shown = differences_released(table, [False, True], ["mean", "share_dearer"], exempt)
    assert shown["withheld"].tolist() == [False, True] and shown["kept"].tolist() == [1.5, 2.5]
    assert shown.loc[0, ["mean", "share_dearer"]].tolist() == [1_234_567.0 if exempt else 1_235_000.0, 0.123456]
    assert shown.loc[1, ["mean", "share_dearer"]].isna().all()


def test_risk_follows_the_percentiles_of_what_is_paid_in_the_year():
    shown = analyses_released({"risk": BY_YEAR}, Plan(few=frozenset({("paid", TOTAL, "2014")})))["risk"]
    assert shown["withheld"].tolist() == [False, True, False]
    assert shown.loc[1, ["probability", "shortfall"]].isna().all() and shown["appropriation"].tolist() == [5e6, 6e6, 11e6]
    shown = analyses_released({"risk": BY_YEAR}, holding(("paid", TOTAL, TOTAL)))["risk"]
    assert shown["withheld"].tolist() == [False, False, True]


def test_affordability_follows_what_is_paid_and_keeps_the_revenue():
    table = pd.DataFrame({"year": [2013.0, 2014.0], "revenue": [4.5e9, 4.6e9], "share": [0.1, 0.2], "paid_p95_high": [1e6, 2e6]})
    shown = analyses_released({"affordability": table}, holding(("paid", TOTAL, 2013), few=frozenset({("paid", TOTAL, "2014")})))
    shown = shown["affordability"]
    assert shown["withheld"].tolist() == [True, False] and shown["revenue"].notna().all()
    assert shown.loc[0, ["share", "paid_p95_high"]].isna().all() and shown.loc[1, ["share", "paid_p95_high"]].notna().all()


def test_execution_is_shown_where_each_of_its_figures_may_be():
    table = pd.DataFrame({"year": [2013, 2014], "appropriation": [5e6, 5e6], "paid": [1e6, 2e6], "forecast": [3e6, 4e6]})
    shown = analyses_released({"execution": table}, Plan(executed=frozenset({"2013"})))["execution"]
    assert shown["withheld"].tolist() == [True, False] and shown.loc[0, ["paid", "forecast"]].isna().all()
    assert shown.loc[1, ["paid", "forecast"]].tolist() == [2e6, 4e6] and shown["appropriation"].notna().all()


def ledger(measure, year="2013", clause=TOTAL):
    return {
        "measure": measure,
        "clause": clause,
        "year": year,
        "unit": "CNY",
        "mean": 5e6,
        "p5_low": 4e6,
        "p95": 6e6,
        "p99": 7e6,
        "p99_low": 6e6,
        "probability": 0.5,
        "paid": 3e6,
    }


@pytest.mark.parametrize(
    ("measure", "rests_on"),
    [
        ("paid", ("paid",)),
        ("due", ("paid",)),
        ("accrued", ("awarded",)),
        ("due_back", ("clawback_due",)),
        ("recovered", ("clawback_recovered",)),
    ],
)
def test_a_line_of_the_ledger_follows_what_it_rests_on(measure, rests_on):
    table = pd.DataFrame([ledger(measure), ledger(measure, "2014")])
    for part in ("paid", "awarded", "clawback_due", "clawback_recovered"):
        shown = analyses_released({"ledger": table}, holding((part, TOTAL, 2013)))["ledger"]
        assert shown["withheld"].tolist() == [part in rests_on, False], part
        assert bool(shown.loc[0, ["mean", "p95"]].isna().all()) == (part in rests_on)


@pytest.mark.parametrize(("measure", "parts"), [("outstanding", ("clawback_due", "clawback_recovered")), ("waiting", ("awarded", "paid"))])
@pytest.mark.parametrize("year", [2013, 2014, TOTAL])
def test_what_waits_or_is_owed_rests_on_every_year(measure, parts, year):
    table = pd.DataFrame([ledger(measure)])
    for part in ("paid", "awarded", "clawback_due", "clawback_recovered"):
        shown = analyses_released({"ledger": table}, holding((part, TOTAL, year)))["ledger"]
        assert shown["withheld"].tolist() == [part in parts], (part, year)


def test_of_the_ledger_only_totals_are_shown_and_no_largest_recipient():
    table = pd.DataFrame([ledger("paid"), ledger("paid", clause="a"), ledger("top_1"), ledger("top_5")])
    shown = analyses_released({"ledger": table}, Plan())["ledger"]
    assert shown[["measure", "clause"]].to_numpy().tolist() == [["paid", TOTAL]]
    assert shown[["p99", "p99_low"]].isna().all().all() and shown["p95"].notna().all()
    exact = analyses_released({"ledger": table.assign(mean=1_234_567.8)}, Plan())["ledger"]
    assert exact["mean"].tolist() == [1_235_000.0]
    few = analyses_released({"ledger": table}, Plan(few=frozenset({("paid", TOTAL, TOTAL)})))["ledger"]
    assert few[["p5_low", "p95"]].isna().all().all() and few[["mean", "probability", "paid"]].notna().all().all()


def test_expected_figures_follow_their_own_cell():
    table = pd.DataFrame(
        [
            {
                "measure": m,
                "clause": "a",
                "year": y,
                "mean": 1_234_567.8,
                "standard_error": 12_345.6,
                "expected": 1_234_567.8,
                "expected_error": 123.4,
            }
            for m, y in (("paid", "2013"), ("paid", "2014"), ("recipients", "2013"))
        ]
    )
    shown = analyses_released({"expected": table}, holding(("paid", "a", 2013)))["expected"]
    assert shown["withheld"].tolist() == [True, False, False]
    assert shown.loc[0, ["mean", "standard_error", "expected", "expected_error"]].isna().all()
    assert shown.loc[1, ["mean", "expected"]].tolist() == [1_230_000.0, 1_235_000.0] and shown.loc[2, "mean"] == 1_234_567.8


def test_prices_of_ways_round_the_text_are_those_of_invented_registers():
    table = pd.DataFrame(
        {"way": ["split", "move"], "invented": ["True", "False"], "gainers": [3.0, 4.0], "price": [5.0, 6.0], "rate": [0.1, 0.2]}
    )
    shown = analyses_released({"loopholes": table}, Plan())["loopholes"]
    assert shown["withheld"].tolist() == [False, True] and shown["rate"].tolist() == [0.1, 0.2]
    assert shown.loc[1, ["gainers", "price"]].isna().all() and shown.loc[0, ["gainers", "price"]].tolist() == [3.0, 5.0]


def test_attribution_follows_what_each_clause_and_the_whole_are_paid():
    table = pd.DataFrame({"clause": ["a", "b", "interaction", TOTAL], "booked": [1e6, 2e6, 3e5, 4e6], "shapley": [1e6, 2e6, 3e5, 4e6]})
    shown = analyses_released({"attribution": table}, holding(("paid", "a")))["attribution"]
    assert shown["withheld"].tolist() == [True, False, False, False]
    shown = analyses_released({"attribution": table}, holding(("paid",)))["attribution"]
    assert shown["withheld"].tolist() == [False, False, True, True] and shown.loc[2, ["booked", "shapley"]].isna().all()


def test_interactions_of_a_total_that_is_withheld_are_not_shown():
    table = pd.DataFrame({"cause": ["x"], "mean": [1e6]})
    assert len(analyses_released({"interaction": table}, Plan())["interaction"]) == 1
    assert analyses_released({"interaction": table}, holding(("paid",)))["interaction"].empty


def test_drivers_and_conditions_are_of_results_that_may_be_shown():
    drivers = pd.DataFrame({"result": ["paid", "paid.a", "target.scale"], "share": [0.1, 0.2, 0.3]})
    for held, left in (
        (("paid",), ["paid.a", "target.scale"]),
        (("paid", "a"), ["paid", "target.scale"]),
        (("target", "scale", 2014), ["paid", "paid.a"]),
        (("target", "scale"), ["paid", "paid.a", "target.scale"]),
    ):
        assert analyses_released({"drivers": drivers}, holding(held))["drivers"]["result"].tolist() == left
    conditions = pd.DataFrame({"target": ["scale", "volume"], "needed": [0.1, 0.2]})
    shown = analyses_released({"conditions": conditions}, holding(("target", "scale", 2013)))["conditions"]
    assert shown["target"].tolist() == ["volume"] and shown["needed"].tolist() == [0.2]


@pytest.mark.parametrize("name", ["backtest", "backtest_of_place"])
def test_back_tests_are_of_published_figures(name):
    table = pd.DataFrame({"year": [2013], "published": [0.41]})
    pd.testing.assert_frame_equal(analyses_released({name: table}, holding(("paid",)))[name], table)


def test_an_invented_register_shows_percentiles_too():
    assert suppression.Plan(exempt=True).shows_percentiles("paid") and not suppression.Plan().shows_percentiles("paid")


def test_the_ledger_lists_no_withheld_clawback():
    clawback = Shown(np.array([[True, False]]), np.array([False]), np.array([True, False]), False)
    nothing = Shown(np.zeros((0, 2), bool), np.zeros(0, bool), np.zeros(2, bool), False)
    assert suppression.Plan(years=(2013, 2014), awarded=nothing, clawback=clawback).published() == [("clawback", TOTAL, "2013")]


def test_a_cell_of_few_recipients_is_withheld_whoever_else_is_in_the_register():
    rows = [("recipients", "a", "2013", 1.5), ("awarded", "a", "2013", 9.0), ("entitled", "a", "2013", 9.0)]
    summary = pd.DataFrame(rows, columns=["measure", "clause", "year", "mean"])
    amounts = np.zeros((4, 1, 1))
    assert not suppression._few([Cube(amounts, ("a",), (2013,))], [summary], "a", 2013, 0, 0)
    amounts[2] = 9.0
    assert suppression._few([Cube(amounts, ("a",), (2013,))], [summary], "a", 2013, 0, 0)


def test_the_chance_of_another_code_hides_nobody_who_is_gone():
    first = pd.DataFrame([("awarded", "a", 2013, 1, 100.0, 1.0, "x"), ("awarded", "a", 2013, 2, 100.0, 1.0, "x")])
    first.columns = ["measure", "clause", "year", "holder", "amount", "awards", "code"]
    then = first.assign(amount=[76.0, 0.0], code="y")
    often = [first.assign(awards=4.0), then.assign(awards=4.0)]  # of more awards less is chance
    assert combinations.without_chance([often[0], then], draws=1000)[1]["amount"].tolist() == [76.0, 0.0]
    assert combinations.without_chance([first, often[1]], draws=1000)[1]["amount"].tolist() == [76.0, 0.0]
    assert combinations.without_chance([first, then], draws=1000)[1]["amount"].tolist() == [100.0, 0.0]
    assert combinations.without_chance([first, then.assign(code="x")], draws=1000)[1]["amount"].tolist() == [76.0, 0.0]
