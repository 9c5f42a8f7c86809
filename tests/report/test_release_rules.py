"""What a plan shows of hand-made tables, and what the ledger admits of hand-made releases: every figure with what it rests on."""

from __future__ import annotations

import dataclasses
import json
from itertools import product

import numpy as np
import pandas as pd
import pytest

from simulator.disclosure import releases, suppression
from simulator.disclosure.safety import Cube, Shown
from simulator.disclosure.suppression import Plan
from simulator.errors import ReportError

TOTAL = "total"
T, F = True, False
MANY, ONE = range(10), (3,)


def shown(cells, clauses, years, whole) -> Shown:
    return Shown(np.array(cells, bool), np.array(clauses, bool), np.array(years, bool), whole)


PLAN = Plan(
    clauses=("a", "b"),
    years=(2013, 2014),
    cash_years=(2013, 2014, 2015),
    awarded=shown([[T, F], [T, T]], [F, T], [T, F], T),
    paid=shown([[T, T, F], [F, T, T]], [T, F], [T, F, T], F),
    clawback=shown([[T, F]], [T], [T, F], T),
    executed=shown([[T, T, F]], [T], [T, T, F], T),
    forecast=shown([[T, F, T]], [T], [T, F, T], T),
    stocks={"taxes": T, "online_sales": F},
    support={"a": T, "b": F, TOTAL: F},
    contributors={("paid", TOTAL, "2013"): 10, ("paid", TOTAL, TOTAL): 9, ("forecast", TOTAL, "2013"): 10},
    columns={"volume": "online_sales", "scale": "leading", "cost": "paid"},
)


def test_what_is_published_is_what_is_shown_and_no_more():
    assert sorted(PLAN.published()) == sorted(
        [
            ("awarded", "a", "2013"),
            ("awarded", "b", "2013"),
            ("awarded", "b", "2014"),
            ("awarded", "b", TOTAL),
            ("awarded", TOTAL, "2013"),
            ("awarded", TOTAL, TOTAL),
            ("paid", "a", "2013"),
            ("paid", "a", "2014"),
            ("paid", "b", "2014"),
            ("paid", "b", "2015"),
            ("paid", "a", TOTAL),
            ("paid", TOTAL, "2013"),
            ("paid", TOTAL, "2015"),
            ("executed", TOTAL, "2013"),
            ("forecast", TOTAL, "2013"),
            ("clawback", TOTAL, "2013"),
            ("clawback", TOTAL, TOTAL),
            ("taxes", TOTAL, "0"),
            ("support", "a", "0"),
        ]
    )
    whole = dataclasses.replace(PLAN, paid=dataclasses.replace(PLAN.paid, whole=T), clawback=suppression.NOTHING)
    assert ("paid", TOTAL, TOTAL) in whole.published() and not any(key[0] == "clawback" for key in whole.published())
    neither = dataclasses.replace(PLAN, executed=suppression.NOTHING)
    assert not any(key[0] in ("executed", "forecast") for key in neither.published())


def test_how_much_of_the_payments_is_withheld():
    """Six cells, two of them withheld; of the totals of clauses, of years and of all one each."""
    assert PLAN.withheld() == (12, 5, 3) and dataclasses.replace(PLAN, exempt=T).withheld() == (0, 0, 0)


@pytest.mark.parametrize(
    ("measure", "clause", "year", "fine"),
    [
        ("target", "volume", 2013, F),  # of sales, which may not be shown
        ("target", "cost", 2013, T),
        ("target_fully", "cost", 2014, F),
        ("target", "a target of nobody's", 2013, F),
        ("awarded", "a", 2014, F),
        ("awarded", "b", TOTAL, T),
        ("awarded", "a", TOTAL, F),
        ("awarded", TOTAL, 2014, F),
        ("awarded", TOTAL, TOTAL, T),
        ("paid", "b", 2013, F),
        ("paid", "b", 2015, T),
        ("paid", "a", TOTAL, T),
        ("paid", TOTAL, TOTAL, F),
        ("displaced", "a", 2013, T),
        ("displaced", "b", 2013, F),
        ("displaced", "a", 2014, F),
        ("net_impact", "a", 2013, F),  # of the district alone
        ("induced_tax", TOTAL, 2013, T),
        ("online_sales", TOTAL, 2013, F),
        ("recipients", TOTAL, 2013, T),
        ("net_social", "school", 2013, F),
        ("induced_tax", "a", 2013, F),
    ],
)
def test_each_figure_of_a_plan_has_its_answer(measure, clause, year, fine):
    assert PLAN.shows(measure, clause, year) is fine
    assert PLAN.shows_percentiles(measure, clause, year) <= fine
    invented = dataclasses.replace(PLAN, exempt=T, contributors=dict.fromkeys([("paid", "b", "2015"), ("awarded", "b", TOTAL)], 1))
    assert invented.shows(measure, clause, year) and invented.shows_percentiles(measure, clause, year)
    assert not dataclasses.replace(PLAN, support={}).shows("displaced", "a", 2013)


@pytest.mark.parametrize(("mean", "fine"), [(0, T), (0.4, F), (3.0, F), (9.99, F), (10.0, T), (10.5, T)])
def test_a_count_without_known_contributors_needs_as_many_as_percentiles(mean, fine):
    plan = dataclasses.replace(PLAN, means={("recipients", "school", "2013"): mean, ("leading", TOTAL, "2013"): mean})
    assert plan.shows("recipients", "school", 2013) is fine
    assert plan.shows_percentiles("leading", TOTAL, 2013) is fine
    assert PLAN.shows("recipients", "school", 2013) and PLAN.shows_percentiles("leading", TOTAL, 2013)  # none there


@pytest.mark.parametrize(("many", "fine"), [(0, T), (1, F), (9, F), (10, T)])
@pytest.mark.parametrize(
    ("measure", "clause", "year", "rests_on"),
    [
        ("paid", "a", "2013", ("paid", "a", "2013")),
        ("paid", TOTAL, "2013", ("paid", TOTAL, "2013")),
        ("administration", TOTAL, "2013", ("paid", TOTAL, "2013")),
        ("cost_per_enterprise", TOTAL, "2013", ("paid", TOTAL, "2013")),
        ("awarded", "a", "2013", ("awarded", "a", "2013")),
        ("recipients", "a", "2013", ("awarded", "a", "2013")),
        ("induced_tax", TOTAL, "2013", ("taxes", TOTAL, TOTAL)),
        ("net_impact", TOTAL, "2013", ("taxes", TOTAL, TOTAL)),
        ("net_impact", TOTAL, "2013", ("paid", TOTAL, "2013")),
    ],
)
def test_percentiles_need_more_contributors(measure, clause, year, rests_on, many, fine):
    """Of what a figure rests on; of how many others there are it does not depend."""
    others = {("paid", "b", "2013"): 1, ("awarded", "b", "2013"): 1, ("forecast", TOTAL, "2014"): 1, ("paid", TOTAL, TOTAL): 1}
    others |= {("taxes", TOTAL, "2013"): 1} | ({("awarded", TOTAL, "2013"): 1} if rests_on[0] != "awarded" else {})
    others |= {} if rests_on[0] == "taxes" else {("taxes", TOTAL, TOTAL): 12}
    plan = dataclasses.replace(PLAN, contributors=others | {rests_on: many}, support={**PLAN.support, TOTAL: T})
    assert plan.shows(measure, clause, year) and plan.shows_percentiles(measure, clause, year) is fine


def test_a_share_of_taxes_rests_on_who_pays_them():
    plan = dataclasses.replace(PLAN, contributors={("taxes", TOTAL, TOTAL): 4})
    assert not plan.shows_percentiles("rebate_share", TOTAL, 2013) and PLAN.shows_percentiles("rebate_share", TOTAL, 2013)


@pytest.mark.parametrize(("executed", "forecast", "paid", "several"), product((T, F), repeat=4))
def test_a_year_s_execution_needs_all_three_figures(executed, forecast, paid, several):
    plan = dataclasses.replace(
        PLAN,
        executed=shown([[executed]], [T], [executed], T),
        forecast=shown([[forecast]], [T], [forecast], T),
        paid=shown([[T], [T]], [T, T], [paid], T),
        cash_years=(2013,),
        contributors={("forecast", TOTAL, "2013"): 10 if several else 1, ("paid", TOTAL, "2013"): 10},
    )
    assert plan.shows_execution(2013) is (executed and forecast and paid and several)
    assert dataclasses.replace(plan, exempt=T).shows_execution(2013)
    few = dataclasses.replace(plan, contributors=plan.contributors | {("paid", TOTAL, "2013"): 9})
    assert not few.shows_execution(2013)
    nobody = dataclasses.replace(plan, contributors={})
    assert nobody.shows_execution(2013) is (executed and forecast and paid)
    assert not dataclasses.replace(plan, forecast=suppression.NOTHING).shows_execution(2013)


def test_a_running_balance_needs_every_year_s_payments():
    every = shown([[T] * 3] * 2, [T, T], [T] * 3, T)
    fine = dataclasses.replace(PLAN, support={TOTAL: T}, clawback=shown([[T, T]], [T], [T, T], T), paid=every)
    assert fine.shows("net_cumulative", TOTAL, 2014)
    lacking = dataclasses.replace(fine, paid=dataclasses.replace(every, years=np.array([T, F, T])))
    assert not lacking.shows("net_cumulative", TOTAL, 2014)


def behind(*contributions) -> pd.DataFrame:
    """contributions: (measure, clause, year, holders, amount of each)."""
    rows = [(m, c, y, holder, float(amount), 1.0) for m, c, y, holders, amount in contributions for holder in holders]
    return pd.DataFrame(rows, columns=["measure", "clause", "year", "holder", "amount", "awards"]).astype({"holder": np.uint64})


def plan_of(*frames, parts=(1, 1), means=()):
    reported = pd.DataFrame([(m, c, str(y), mean) for m, c, y, mean in means], columns=["measure", "clause", "year", "mean"])
    record = {
        "clauses": [
            *({"slug": c, "kind": "", "parts": n} for c, n in zip("ab", parts, strict=True)),
            {"slug": "school", "kind": "in_kind"},
        ],
        "years": [2013, 2014, 2015],
        "cash_years": [2013, 2014, 2015, 2016],
        "targets": [],
    }
    return suppression.plan_of(record, list(frames), [reported] * len(frames))


SAFE = [(measure, clause, year, MANY, 60) for measure in ("awarded", "paid") for clause in "ab" for year in (2013, 2014, 2015)]


def test_each_clause_hides_its_own_instalments_only():
    """Of 2013 one is awarded a, which is paid in three years, and one b, which is paid in two."""
    awards = [("awarded", clause, year, ONE if year == 2013 else MANY, 90) for clause in "ab" for year in (2013, 2014, 2015)]
    plan = plan_of(behind(*awards, *[("paid", c, y, MANY, 60) for c in "ab" for y in (2013, 2014, 2015, 2016)]), parts=(3, 2))
    assert [plan.shows("paid", "a", year) for year in (2013, 2014, 2015, 2016)] == [F, F, F, T]
    assert [plan.shows("paid", "b", year) for year in (2013, 2014, 2015, 2016)] == [F, F, T, T]
    assert [plan.shows("paid", TOTAL, year) for year in (2013, 2014, 2015, 2016)] == [F, F, F, T]


def test_who_stands_behind_each_figure_is_counted():
    some, others = range(4), range(2, 9)
    frame = behind(
        ("awarded", "a", 2013, some, 5),
        ("awarded", "a", 2014, others, 5),
        ("awarded", "b", 2014, range(20, 25), 5),
        ("paid", "a", 2014, some, 5),
        ("taxes", "", 0, some, 5),
        ("online_sales", "", 0, others, 5),
        ("executed", "", 2014, some, 5),
        ("forecast", "", 2014, others, 5),
    )
    found = plan_of(frame).contributors
    expected = {
        ("awarded", "a", "2013"): 4,
        ("awarded", "a", "2014"): 7,
        ("awarded", "b", "2014"): 5,
        ("awarded", "a", TOTAL): 9,
        ("awarded", "b", TOTAL): 5,
        ("awarded", TOTAL, "2013"): 4,
        ("awarded", TOTAL, "2014"): 12,
        ("awarded", TOTAL, TOTAL): 14,
        ("paid", "a", "2014"): 4,
        ("paid", TOTAL, TOTAL): 4,
        ("taxes", TOTAL, TOTAL): 4,
        ("online_sales", TOTAL, TOTAL): 7,
        ("forecast", TOTAL, "2014"): 7,
        ("awarded", "b", "2013"): 0,
    }
    assert {key: found[key] for key in expected} == expected


def test_of_several_runs_the_one_with_the_fewest_counts():
    """However little each contributes; none in one of them does not count."""
    rows = [("taxes", "", 0), ("awarded", "a", 2014), ("paid", "a", 2014), ("forecast", "", 2014)]
    runs = [behind(*[(*row, range(n), amount) for row in rows], ("executed", "", 2014, range(n), 5)) for n, amount in ((9, 0.5), (4, 0.5))]
    keys = [("taxes", TOTAL, TOTAL), *((measure, TOTAL, "2014") for measure in ("awarded", "paid", "forecast")), ("awarded", "a", TOTAL)]
    for frames in (runs, runs[::-1], [*runs, behind(("executed", "", 2014, MANY, 5), ("forecast", "", 2015, MANY, 5))]):
        assert [plan_of(*frames).contributors[key] for key in keys] == [4] * len(keys)
    assert [plan_of(runs[0]).contributors[key] for key in keys] == [9] * len(keys)


def execution(**more):
    """Ten are paid as planned; and what `more` says of executed, forecast and paid."""
    named = {"executed": (MANY, 60), "forecast": (MANY, 90), "paid": (MANY, 120)} | more
    return [(m, "a" if m == "paid" else "", 2014, holders, amount) for m, (holders, amount) in named.items()]


@pytest.mark.parametrize(
    ("more", "fine"),
    [
        ({}, T),
        ({"executed": (ONE, 60)}, F),
        ({"forecast": (ONE, 60)}, F),
        ({"executed": (range(11), 60), "forecast": (MANY, 60)}, F),  # they differ by one
        ({"forecast": (range(11), 120)}, F),  # and so do the forecast and the plan
    ],
)
def test_what_was_paid_and_what_is_forecast_are_held_to_one_another(more, fine):
    plan = plan_of(behind(*SAFE[:6], *execution(**more)))
    assert plan.executed.cells.size and plan.shows_execution(2014) is fine


def test_without_both_there_is_no_execution():
    for lacking in ("executed", "forecast"):
        plan = plan_of(behind(*[row for row in (*SAFE[:6], *execution()) if row[0] != lacking]))
        assert not plan.executed.cells.size and not plan.forecast.cells.size and not plan.shows_execution(2014)
    assert plan_of(behind(*execution()[:2])).executed.cells.size  # nothing else need be there
    whole, part = behind(*SAFE[:6], *execution()), behind(*SAFE[:6], *execution()[2:])
    assert not plan_of(whole, part).executed.cells.size  # of runs published together, one that does not say


def test_differences_of_every_two_runs_are_held_to_the_rules():
    one, more, as_one = (behind(("awarded", "a", 2013, range(n), 60)) for n in (10, 11, 10))
    assert plan_of(one, as_one).shows("awarded", "a", 2013) and not plan_of(one, as_one, more).shows("awarded", "a", 2013)


def test_support_and_sales_of_several_runs_too():
    def plan(part, clause, *counts):
        return plan_of(*(behind(*SAFE, (part, clause, 0, range(n), 60)) for n in counts))

    assert plan("support", "a", 10, 10).support["a"] and not plan("support", "a", 10, 11).support["a"]
    assert plan("taxes", "", 10, 10).stocks["taxes"] and not plan("taxes", "", 10, 11).stocks["taxes"]
    together = plan_of(behind(*SAFE, ("support", "a", 0, MANY, 60), ("support", "b", 0, [*range(9), *[9] * 90], 60)))
    assert together.support["a"] and not together.support[TOTAL]


@pytest.mark.parametrize(
    ("entitled", "awarded", "recipients", "holders", "few"),
    [
        (5.0, 0.0, 9.0, (), T),  # claims that nobody knows of
        (0.4, 0.0, 9.0, (), T),
        (5.0, 0.4, 9.0, (), F),
        (0.0, 0.0, 0.0, MANY, F),
        (5.0, None, 9.0, (), T),
        (5.0, 5.0, 2.9, (3,), T),
        (5.0, 5.0, 0.4, (3,), T),
        (5.0, 5.0, 3.0, (3,), F),
        (5.0, 5.0, 2.9, (), F),
        (None, None, None, MANY, F),
    ],
)
def test_a_cell_of_few_recipients(entitled, awarded, recipients, holders, few):
    rows = [("entitled", entitled), ("awarded", awarded), ("recipients", recipients)]
    table = [(m, "a", "2013", mean) for m, mean in rows if mean is not None] + [
        ("recipients", "b", "2013", 0.5),
        ("recipients", "a", "2014", 0.5),
        ("entitled", "b", "2013", 7.0),
        ("entitled", "a", "2014", 7.0),
    ]
    amounts = np.zeros((10, 1, 1))
    amounts[list(holders)] = 9.0
    summary = pd.DataFrame(table, columns=["measure", "clause", "year", "mean"])
    nothing = Cube(np.zeros((10, 1, 1)), ("a",), (2013,))
    assert suppression._few([nothing, Cube(amounts, ("a",), (2013,))], [summary], "a", 2013, 0, 0) is few


def test_the_smallest_mean_counts_and_none_does_not():
    runs = [pd.DataFrame([("leading", TOTAL, "2013", mean)], columns=["measure", "clause", "year", "mean"]) for mean in (12.0, 0.0, 7.0)]
    assert suppression._smallest(runs) == {("leading", TOTAL, "2013"): 7.0}


# ------------------------------------------------------------------------------------------------------------ the ledger


def record(name: str) -> dict:
    return {"run_id": name, "reference": f"of {name}", "population": {"sha256": "ab"}}


def release(folder, name: str, frame: pd.DataFrame, keys, files=()) -> None:
    releases.enter(folder, releases.admit(folder, record(name), frame, keys), frame, dict(files))


CELL, YEAR, CLAUSE, WHOLE = ("awarded", "a", "2013"), ("awarded", TOTAL, "2013"), ("awarded", "a", TOTAL), ("awarded", TOTAL, TOTAL)
TEN = behind(("awarded", "a", 2013, MANY, 60_000), ("taxes", "", 0, (77,), 5))
ELEVEN = behind(("awarded", "a", 2013, range(11), 60_000))


def test_a_release_is_entered_and_may_be_repeated(tmp_path):
    page = tmp_path / "报告.html"
    page.write_text("<p>")
    release(tmp_path / "l", "年报", TEN, [CELL, YEAR], {"报告.html": page})
    release(tmp_path / "l", "another", TEN, [CELL])
    first, second = releases.read(tmp_path / "l")
    assert (first["run_id"], first["reference"], first["population"]) == ("年报", "of 年报", "ab") and len(first["time"]) == 25
    assert first["shown"] == [list(CELL), list(YEAR)] and set(first["files"]) == {"报告.html"} and second["run_id"] == "another"
    assert (first["contributions"], second["contributions"]) == ("00001.parquet", "00002.parquet")
    text = (tmp_path / "l" / releases.LEDGER).read_text("utf-8")
    assert "年报" in text and text.endswith("}\n") and list(json.loads(text.splitlines()[0])) == sorted(first)


def test_one_more_enterprise_is_refused_by_the_release_that_it_differs_from(tmp_path):
    release(tmp_path, "other", behind(("awarded", "b", 2014, MANY, 60_000)), [("awarded", "b", "2014")])
    release(tmp_path, "ten", TEN, [CELL])
    with pytest.raises(ReportError) as refused:
        releases.admit(tmp_path, record("eleven"), ELEVEN, [CELL])
    (problem,) = refused.value.problems
    day = releases.read(tmp_path)[1]["time"][:10]
    assert problem.place == "ten" and f"was released on {day}, and with it" in problem.cause and len(day) == 10
    assert [entry["run_id"] for entry in releases.read(tmp_path)] == ["other", "ten"]
    release(tmp_path, "eleven", ELEVEN, [("awarded", "a", "2014")])  # which does not show it


def test_what_only_several_together_tell_is_refused_by_all_of_them(tmp_path):
    def ceilings(limit: int) -> pd.DataFrame:
        return behind(*[("awarded", "a", 2013, [n], min(limit, 310 if n == 9 else 10_000) * 1000) for n in range(10)])

    for limit in (200, 300):
        release(tmp_path, f"limit {limit}", ceilings(limit), [CELL])
    with pytest.raises(ReportError) as refused:
        releases.admit(tmp_path, record("400"), ceilings(400), [CELL])
    (problem,) = refused.value.problems
    assert problem.place == "limit 200, limit 300" and "were released before" in problem.cause


BOTH = behind(("awarded", "a", 2013, MANY, 60), ("awarded", "b", 2013, ONE, 60), ("paid", "c", 2020, MANY, 60))


@pytest.mark.parametrize(
    ("now", "then", "tells"),
    [
        ({YEAR}, {CELL}, T),  # the total of the one less the cell of the other is b's, who is one
        ({CELL}, {YEAR}, T),
        ({YEAR}, set(), F),
        ({CELL}, {CELL}, F),
        ({YEAR}, {YEAR}, F),
        (set(), {YEAR, CELL}, T),  # as if it had not been held to the rules
        ({("no", "a", "2013")}, {CELL}, F),
    ],
)
def test_totals_of_one_and_cells_of_another(now, then, tells):
    assert releases._tells(BOTH, BOTH, now, then) is tells


@pytest.mark.parametrize(
    ("now", "then", "tells"),
    [(TEN, ELEVEN, T), (ELEVEN, TEN, T), (TEN, TEN, F), (TEN, behind(("awarded", "a", 2013, range(20), 60_000)), F)],
)
@pytest.mark.parametrize("key", [CELL, YEAR, CLAUSE, WHOLE])
def test_of_what_both_show_the_difference_is_a_figure(now, then, tells, key):
    assert releases._tells(now, then, {key}, {key}) is tells
    assert not releases._tells(now, then, {key}, set())


def test_a_margin_is_the_sum_of_its_line_and_no_other():
    """Clauses by years; who is alone in one cell of a line is alone in no other's."""
    amounts = np.full((10, 2, 3), 100.0)
    amounts[1:, 1, 2] = 0
    table, no, none = Cube(amounts, ("a", "b"), (2013, 2014, 2015)), np.zeros((2, 3), bool), np.zeros(3, bool)
    others = np.ones((2, 3), bool)
    others[1, 2] = False
    for place in range(2):
        margin = np.arange(2) == place
        assert releases._follows(table, no, margin, none, False, others) is bool(place == 1)
        assert not releases._follows(table, no, margin, none, False, no)
    for place in range(3):
        margin = np.arange(3) == place
        assert releases._follows(table, no, np.zeros(2, bool), margin, False, others) is bool(place == 2)
        assert not releases._follows(table, no, np.zeros(2, bool), margin, False, no)
    single = np.zeros((2, 3), bool)
    single[1, 2] = True
    assert releases._follows(table, single, np.zeros(2, bool), none, False, no) and not releases._follows(
        table, others, np.zeros(2, bool), none, False, others
    )
    alone = Cube(np.where(np.arange(10)[:, None, None] == 0, 100.0, 0) * np.ones((1, 2, 3)), ("a", "b"), (2013, 2014, 2015))
    assert releases._follows(alone, no, np.zeros(2, bool), none, True, no)
    largest = np.full((11, 2, 1), 10.0)  # what another release showed of a is here one's, who makes most of the whole
    largest[:, 0], largest[0, 0] = 0, 10_000
    table, a = Cube(largest, ("a", "b"), (2013,)), np.array([[T], [F]])
    assert releases._follows(table, np.zeros((2, 1), bool), np.zeros(2, bool), np.zeros(1, bool), True, a)


def test_keys_are_marks_on_the_table_of_their_measure():
    axes = Cube(np.zeros((1, 2, 2)), ("a", "b"), (2013, 2014))
    cells, clauses, years, whole = releases._marks("awarded", {CELL, CLAUSE, YEAR, ("paid", "b", "2014"), ("paid", TOTAL, TOTAL)}, axes)
    assert cells.tolist() == [[T, F], [F, F]] and clauses.tolist() == [T, F] and years.tolist() == [T, F] and whole is False
    assert releases._marks("paid", {("paid", TOTAL, TOTAL)}, axes)[3] is True


def test_a_ledger_with_a_gap_admits_nothing(tmp_path):
    assert releases.read(tmp_path / "none yet") == []
    release(tmp_path, "one", TEN, [CELL])
    line = (tmp_path / releases.LEDGER).read_text("utf-8")
    entry = json.loads(line)
    needed = ("time", "run_id", "shown", "contributions", "sha256")
    spoilt = ["[1]\n", "5\n", '"x"\n', *(json.dumps({k: v for k, v in entry.items() if k != key}) + "\n" for key in needed)]
    for text in spoilt:
        (tmp_path / releases.LEDGER).write_text(line + text, "utf-8")
        with pytest.raises(ReportError, match="line 2: is not a release"):
            releases.read(tmp_path)
    (tmp_path / releases.LEDGER).write_text("{" + line, "utf-8")
    with pytest.raises(ReportError, match="cannot be read"):
        releases.read(tmp_path)
    plain = {key: entry[key] for key in needed}
    (tmp_path / releases.LEDGER).write_text(json.dumps(plain) + "\n\n", "utf-8")
    assert releases.read(tmp_path) == [plain]


def test_what_a_release_rested_on_is_as_it_was(tmp_path):
    release(tmp_path, "one", TEN, [CELL])
    (entry,) = releases.read(tmp_path)
    pd.testing.assert_frame_equal(releases._kept(tmp_path, entry), TEN)
    kept = tmp_path / "00001.parquet"
    pd.testing.assert_frame_equal(releases._kept(tmp_path, {**entry, "contributions": "../elsewhere/00001.parquet"}), TEN)
    kept.write_bytes(kept.read_bytes() + b"x")
    with pytest.raises(ReportError, match="was changed after the release"):
        releases._kept(tmp_path, entry)
    kept.unlink()
    with pytest.raises(ReportError, match="No such file") as refused:
        releases.admit(tmp_path, record("two"), TEN, [CELL])
    assert "[Errno" not in str(refused.value)


def test_without_a_ledger_nothing_real_goes_out():
    assert "--releases" in str(releases.no_ledger())
