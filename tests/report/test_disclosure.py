"""RELIABILITY I2 to I4: the rules, what follows from a table by subtraction, and the ledger of releases."""

from __future__ import annotations

import dataclasses
import json
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulator
from simulator.budget.contributions import contributions
from simulator.budget.result import BudgetRun
from simulator.disclosure import outputs, registers, releases, safety, suppression
from simulator.disclosure.safety import Cube, Rules, protect, sensitive
from simulator.document.numbers import UNITS, WITHHELD, shown
from simulator.engine.run import play
from simulator.errors import ReportError
from simulator.population.dividing import write_parts
from simulator.population.register import details_of
from simulator.report.publish import publish
from simulator.report.wording import LANGUAGES, load
from simulator.store.record import RunFolder, read_contributions
from simulator.store.register_checks import CheckFolder, write_check
from simulator.store.run_files import ANALYSES, CONTRIBUTIONS

FREQUENCY, PERCENT, DOMINANCE = (
    Rules(fewest=3, percent=0, dominance=()),
    Rules(fewest=1, percent=25, dominance=()),
    Rules(fewest=1, percent=0, dominance=((2, 80.0),)),
)


@pytest.mark.parametrize(
    "amounts, rules, expected",
    [
        ([5, 5], FREQUENCY, True),
        ([5, 5, 0], FREQUENCY, True),
        ([5, 5, 5], FREQUENCY, False),
        ([], FREQUENCY, False),
        ([100, 50, 24.9], PERCENT, True),  # the second knows the first to a quarter
        ([100, 50, 25], PERCENT, False),
        ([100], PERCENT, True),
        ([100, 15, 10, 10, 5], PERCENT, False),
        ([50, 31, 19], DOMINANCE, True),
        ([50, 30, 20], DOMINANCE, False),
        ([60, -10, 4], DOMINANCE, False),
        ([60, -10], FREQUENCY, True),  # negative: by their number only
    ],
)
def test_the_rules_say_what_the_handbook_says(amounts, rules, expected):
    assert sensitive(np.array(amounts, float), rules) is expected


def test_an_office_may_keep_parameters_of_its_own(tmp_path, monkeypatch):
    cell, file = np.array([40.0, 30, 20, 10]), tmp_path / "规则.yaml"
    assert not sensitive(cell)
    for text in ("fewest: 5", "percent: 80", "dominance: {1: 39}", "fewest: 2\ndominance: {2: 60, 3: 95}"):
        file.write_text(text, encoding="utf-8")
        monkeypatch.setenv(safety.VARIABLE, str(file))
        safety._read.cache_clear()
        assert sensitive(cell), text
    for text in ("fewest: 1", "percent: 1.0", "dominance: {1: 99.5}", "fewest: 3\npercent: 25\npercentiles: 10\ndominance: {1: 75}"):
        file.write_text(text, encoding="utf-8")
        safety._read.cache_clear()
        assert not sensitive(cell), text
    file.write_text("dominance: {1: 0.5}", encoding="utf-8")
    safety._read.cache_clear()
    assert sensitive(cell)
    wrong = (
        "fewest: many",
        "fewst: 5",
        "fewest: 0",
        "percent: 190_0",
        "fewest: 190\nfewest: 5",
        "fewest: [190",
        "",
        "fewst: 5\ndominance: {1: 70}",
    )
    for text in (
        *wrong,
        *(f"dominance: {shares}" for shares in ("{1: 190}", "{x: 70}", "{1: many}", "{1: 0}", "{1: 100}", "190", "[190]")),
    ):
        file.write_text(text, encoding="utf-8")
        safety._read.cache_clear()
        with pytest.raises(ReportError) as refused:
            sensitive(cell)
        assert "190" not in str(refused.value) and safety.VARIABLE in str(refused.value), text
    safety._read.cache_clear()


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=8), st.integers(55, 95))
def test_the_p_rule_and_two_of_k_agree_as_the_handbook_says(amounts, k):
    """With p = 100 (100 − k) / k the (2, k) rule catches whatever the p % rule catches, and the same where the second is nothing."""
    p_rule, two = (
        Rules(fewest=1, percent=100 * (100 - k) / k * 0.999999, dominance=()),
        Rules(fewest=1, percent=0, dominance=((2, float(k)),)),
    )
    cell = np.array(amounts, float)
    assert sensitive(cell, two) or not sensitive(cell, p_rule)


@given(st.lists(st.integers(0, 100), min_size=4, max_size=4), st.lists(st.integers(0, 100), min_size=4, max_size=4))
def test_cells_each_safe_are_safe_together(one, other):
    """What the margins rely on."""
    a, b = np.array(one, float), np.array(other, float)
    if a.any() and b.any() and not sensitive(a) and not sensitive(b):
        assert not sensitive(a + b)


def follows(shown: safety.Shown) -> list[np.ndarray]:
    """By brute force: every set of withheld cells whose sum follows from published cells and margins."""
    n = shown.cells.shape
    names = [tuple(cell) for cell in np.argwhere(~shown.cells)]
    lines = [[(i, j) for j in range(n[1])] for i in range(n[0]) if shown.clauses[i]]
    lines += [[(i, j) for i in range(n[0])] for j in range(n[1]) if shown.years[j]]
    lines += [[(i, j) for i in range(n[0]) for j in range(n[1])]] if shown.whole else []
    known = np.array([[name in line for name in names] for line in lines], float).reshape(len(lines), len(names))
    found = []
    for size in range(1, len(names) + 1):
        for chosen in combinations(range(len(names)), size):
            wanted = np.isin(np.arange(len(names)), chosen).astype(float)
            solved = np.linalg.lstsq(known.T, wanted, rcond=None)[0] if len(lines) else np.zeros(0)
            if len(lines) and np.allclose(known.T @ solved, wanted, atol=1e-7):
                mask = np.zeros(n, bool)
                mask[tuple(np.array([names[c] for c in chosen]).T)] = True
                found.append(mask)
    return found


tables = st.lists(st.lists(st.integers(0, 4).map(lambda x: x**4), min_size=9, max_size=9), min_size=4, max_size=6).map(
    lambda rows: np.array(rows, float).reshape(len(rows), 3, 3)
)


@settings(max_examples=50)
@given(tables)
def test_no_withheld_cell_follows_from_what_is_shown(amounts):
    """Brute force over all sums of withheld cells; and a table with all margins does give cells away."""
    cube = Cube(amounts, ("a", "b", "c"), (1, 2, 3))
    shown = protect([cube])
    assert [mask for mask in follows(shown) if sensitive(cube.of(mask))] == []
    assert not any(sensitive(amounts[:, i, j]) for i, j in np.argwhere(shown.cells))
    if not shown.cells.all():
        careless = dataclasses.replace(
            shown, cells=~np.isin(np.arange(9), np.flatnonzero(~shown.cells.ravel())[:1]).reshape(3, 3), clauses=np.ones(3, bool)
        )
        assert follows(careless)


@settings(max_examples=25)
@given(tables, st.integers(0, 8), st.integers(0, 3))
def test_of_two_tables_published_together_no_difference_tells(amounts, cell, holder):
    """The second is the first but for one holding's part of one cell."""
    other = amounts.copy()
    other[holder, cell // 3, cell % 3] += 1000.0
    both = suppression.with_differences([Cube(a, ("a", "b", "c"), (1, 2, 3)) for a in (amounts, other)])
    shown = protect(both)
    assert not shown.cells[cell // 3, cell % 3] and not shown.clauses[cell // 3]
    assert [mask for mask in follows(shown) if any(sensitive(table.of(mask)) for table in both)] == []


@pytest.fixture(scope="module")
def real():
    """A small register that does not say it is invented, played under two scenarios."""
    people = dataclasses.replace(simulator.synthesize(enterprises=150), synthetic=False, source="名册.xlsx", sha256="ab" * 32)
    plans = [
        simulator.load_scenario("baseline", {"draws": 40, "seed": 3}),
        simulator.load_scenario("baseline", {"draws": 40, "seed": 3, "law.data_line.cap": 10_000}),
    ]
    return [BudgetRun(s, play(s, people), people) for s in plans]


@pytest.fixture(scope="module")
def kept(real, tmp_path_factory):
    place = tmp_path_factory.mktemp("kept")
    return [
        run.write(place / str(n), {"exposure": pd.DataFrame({"a": [1]}), "ledger": run.budgeting()["ledger"] if n == 0 else pd.DataFrame()})
        for n, run in enumerate(real)
    ]


def test_contributions_add_up_to_what_the_register_s_enterprises_are_awarded(real):
    run = real[0]
    whole = contributions(run.scenario, run.population)
    of = whole.groupby("measure")["amount"].sum()
    assert of["awarded"] == pytest.approx(of["paid"]) and of["awarded"] <= run.figure("awarded")["mean"] * 1.0001
    grouped = dataclasses.replace(run.population, details=details_of(n := len(run.population), group_id=["集团"] * n))
    one = contributions(run.scenario, grouped)
    assert one["holder"].nunique() == 1 < whole["holder"].nunique()
    assert one.groupby("measure")["amount"].sum()["awarded"] == pytest.approx(of["awarded"])


def test_a_register_in_parts_has_the_same_contributions(real, tmp_path):
    run = real[0]
    people = run.population.subset(slice(0, 60))
    parts = write_parts((people.subset(slice(n, n + 30)) for n in (0, 30)), tmp_path / "parts", 2)
    one = contributions(run.scenario, people)
    other = contributions(run.scenario, simulator.read_population(parts, whole=False))
    keys = ["measure", "clause", "year", "holder"]
    both = one.merge(other, on=keys, how="outer", suffixes=("", "_of_parts"))
    assert len(both) == len(one) and np.allclose(both["amount"], both["amount_of_parts"])


def test_a_run_for_outside_shows_nothing_that_its_plan_does_not(kept, real):
    inside, outside = RunFolder.open(kept[0]), RunFolder.open(kept[0], "external")
    plan, table = outside.plan, outside.summary
    assert table["withheld"].any() and not table["withheld"].all() and not inside.summary["withheld"].any()
    for row in table[table["withheld"]].to_dict("records"):
        assert all(pd.isna(v) for k, v in row.items() if isinstance(v, float)), row
        assert shown(pd.Series(row), UNITS["zh"]["money"]) == WITHHELD
    same = ~table["withheld"]
    money = same & (table["unit"] == "CNY")
    before = inside.summary.loc[money, ["mean", "standard_error"]].astype(float)
    assert table.loc[money, "mean"].tolist() == outputs.coarse(before["mean"].to_numpy(), before["standard_error"].to_numpy()).tolist()
    assert (table.loc[money, "mean"] % 1000 == 0).all() and (before["mean"] % 1000 != 0).any()
    assert table.loc[same, "mean"].to_numpy() == pytest.approx(inside.summary.loc[same, "mean"].to_numpy(), abs=1e5, nan_ok=True)
    assert table.filter(regex="^p99").isna().all().all()
    assert not plan.shows("a measure nobody has a rule for") and not plan.shows("net_cost", "office_rent")
    assert outside.year_draws.empty and outside.left_out == ["exposure"] and set(outside.analyses) == {"ledger"}
    assert not outside.analyses["ledger"]["measure"].isin(["top_1", "top_5"]).any()
    assert (outside.settings.set_index("path")["value"]["population.source"]) == ""


def test_every_measure_of_a_run_has_its_rule(real):
    run = real[0]
    ruled = {*suppression.BY_CLAUSE, *suppression.RESTS, "target", "target_fully"}
    assert set(run.summary["measure"]) <= ruled
    assert set(outputs.ANALYSES) <= {name.removesuffix(".csv") for name in ANALYSES}
    for name in ANALYSES:  # one that is left out is named on the page
        key = name.removesuffix(".csv")
        assert key in outputs.ANALYSES or all(f"analyses.{key}" in load(lang) for lang in LANGUAGES)


def test_an_invented_register_is_exempt_and_a_run_that_cannot_be_held_to_the_rules_is_refused(kept, tmp_path, real):
    invented = dataclasses.replace(real[0], population=dataclasses.replace(real[0].population, synthetic=True))
    folder = invented.write(tmp_path / "invented")
    assert not RunFolder.open(folder, "external").summary["withheld"].any() and not (folder / CONTRIBUTIONS).exists()
    record = json.loads((kept[0] / "record.json").read_text(encoding="utf-8"))
    del record["outputs"][CONTRIBUTIONS]
    bare = tmp_path / "bare"
    bare.mkdir()
    for file in kept[0].iterdir():
        if file.name != CONTRIBUTIONS:
            (bare / file.name).write_bytes(file.read_bytes())
    (bare / "record.json").write_text(json.dumps(record), encoding="utf-8")
    RunFolder.open(bare)
    with pytest.raises(ReportError, match="contributions"):
        RunFolder.open(bare, "external")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_says_the_parameters(lang):
    reported = "".join(text for key, text in load(lang).sentences.items() if key.startswith("page."))
    assert not any(word in reported for word in ("25", "75", "80", "三户", "three", "fewer than")) and load(lang).say("page.external")


def admit(ledger, kept, number, shown=None):
    run = RunFolder.open(kept[number], "external")
    behind = pd.read_parquet(kept[number] / CONTRIBUTIONS)
    shown = run.plan.published() if shown is None else shown
    releases.enter(ledger, releases.admit(ledger, run.record, behind, shown), behind, {})
    return run


def test_the_ledger_takes_the_same_release_again_but_no_other_cut(kept, tmp_path):
    run = admit(tmp_path, kept, 0)
    admit(tmp_path, kept, 0)
    line = releases.read(tmp_path)[1]
    assert len(releases.read(tmp_path)) == 2 and line["shown"]
    assert line["run_id"] == run.record["run_id"] and line["reference"] == run.run_id
    behind = pd.read_parquet(kept[0] / CONTRIBUTIONS)
    of = {key: part["amount"].to_numpy() for key, part in behind[behind["measure"] == "awarded"].groupby(["clause", "year"])}
    held = next(
        ("awarded", c, str(y))
        for c in run.plan.clauses
        for j, y in enumerate(run.plan.years)
        if run.plan.awarded.years[j] and sensitive(of.get((c, y), np.zeros(0)))
    )  # not one withheld for another's sake
    before = (tmp_path / releases.LEDGER).read_bytes()
    fellows = [("awarded", c, held[2]) for c in run.plan.clauses if c != held[1]]
    with pytest.raises(ReportError, match="would give away"):  # the others of its year: the year's total tells it
        admit(tmp_path, kept, 0, fellows)
    assert (tmp_path / releases.LEDGER).read_bytes() == before


def test_the_ledger_refuses_a_scenario_that_differs_by_few_enterprises(kept, real, tmp_path):
    admit(tmp_path, kept, 0)
    behind = pd.read_parquet(kept[0] / CONTRIBUTIONS)
    one = behind.copy()
    place = one[(one["measure"] == "awarded") & (one["clause"] == "data_line")].index[0]
    one.loc[place, "amount"] += 50_000.0
    record = RunFolder.open(kept[0]).record
    published = RunFolder.open(kept[0], "external").plan.published()
    with pytest.raises(ReportError, match="release both together as a comparison"):
        releases.admit(tmp_path, record, one, published)
    assert releases.admit(tmp_path, record, behind, published)["shown"]


def test_a_ledger_that_was_changed_stops_releases(kept, tmp_path):
    run = admit(tmp_path, kept, 0)
    behind = pd.read_parquet(kept[0] / CONTRIBUTIONS)
    (file,) = tmp_path.glob("*.parquet")
    raw = file.read_bytes()
    file.write_bytes(raw[:-1] + b"x")
    with pytest.raises(ReportError, match="was changed after the release"):
        releases.admit(tmp_path, run.record, behind, [])
    file.write_bytes(raw)
    (tmp_path / releases.LEDGER).write_text('{"time": 1}\n', encoding="utf-8")
    with pytest.raises(ReportError, match="line 1.*is not a release"):
        releases.admit(tmp_path, run.record, behind, [])


@pytest.fixture(scope="module")
def checks(tmp_path_factory):
    """Two registers' checks; in the second, one enterprise more has sold something in 2013."""
    place, found = tmp_path_factory.mktemp("checks"), []
    people = simulator.synthesize(enterprises=150)
    for name in ("one", "other"):
        folder = people.write_folder(place / name)
        (folder / "synthetic.txt").unlink()
        if name == "other":
            annual = pd.read_csv(folder / "annual.csv", dtype=str, encoding="utf-8-sig", keep_default_na=False)
            sales = next(c for c in annual.columns if c in ("sales", "销售额"))
            annual.loc[len(annual) - 1, sales] = str(float(annual.loc[len(annual) - 1, sales] or 0) + 123_456.0)
            annual.to_csv(folder / "annual.csv", index=False, encoding="utf-8-sig")
        found.append(CheckFolder.open(write_check(place / f"check {name}", folder), "external"))
    return found


def test_tables_of_a_register_pass_the_ledger_too(checks, tmp_path):
    """What a table shows, and no more, is what stands behind it; a register that differs by one enterprise is refused."""
    (one, behind), (_, others) = ((c, read_contributions(c.path, c.record)) for c in checks)
    shown = one.published()
    assert shown and all(
        key in set(zip(behind["measure"], behind["year"].astype(str), strict=True))
        for key in {(measure, year) for measure, _, year in shown}
    )
    of = behind.groupby(["measure", "clause", "year"])["amount"].sum()
    tables = {name: table.assign(year=table["year"].astype(int)) for name, table in one.tables.items()}
    for measure, clause, year in shown:
        name, row = measure.removeprefix("register."), None
        if name in ("vat", "retained_tax"):
            row = tables["taxes"].set_index("year")[name][int(year)]
        elif name == "sales" and clause != safety.TOTAL:
            row = tables["sizes"].set_index(["size", "year"])["sales"][clause, int(year)]
        elif name == "of_scale":
            row = tables["of_scale"].set_index(["threshold", "year"])["enterprises"][int(clause), int(year)]
        if row is not None:
            whole = of.get((measure, "" if clause == safety.TOTAL else clause, int(year)), 0.0)
            assert row == (whole if name == "of_scale" else outputs.coarse(np.array([whole]))[0]), (measure, clause)
    with pytest.raises(ReportError, match="--releases"):
        publish(one.path, notebook="check", profile="external")
    releases.enter(tmp_path, releases.admit(tmp_path, one.record, behind, shown), behind, {})
    assert releases.admit(tmp_path, one.record, behind, shown)["shown"]  # the same once more
    with pytest.raises(ReportError, match="would give away"):
        releases.admit(tmp_path, checks[1].record, others, checks[1].published())


@pytest.mark.parametrize(
    "counts, online, held",
    [
        ([14, 14, 14, 14, 13, 5, 0], 14, [4]),  # one between 14 and 13, whichever rows stand between
        ([14, 14, 13, 13, 12, 11, 2], 14, [2, 3, 4, 6]),
        ([9, 8, 0], 10, [0, 1]),
        ([9, 6, 3], 12, []),
        ([2, 2, 1], 9, [0, 1, 2]),
        ([12, 12], 13, [0, 1]),  # one sells online and stays below
    ],
)
def test_of_counts_above_thresholds_no_difference_is_of_few(counts, online, held):
    table = pd.DataFrame({"year": 2013, "kind": "x", "threshold": range(len(counts)), "enterprises": counts})
    assert sorted(registers._thresholds(table, {2013: online})) == held
    shown = [online, *(c for n, c in enumerate(counts) if n not in held), 0]
    assert all(a == b or abs(a - b) >= Rules().fewest for a, b in combinations(shown, 2))


def test_what_other_figures_rest_on_passes_the_ledger(kept, tmp_path):
    """A register with one enterprise more that is awarded nothing, but sells: the sum of sales would tell how much."""
    run = admit(tmp_path, kept, 0)
    behind = pd.read_parquet(kept[0] / CONTRIBUTIONS)
    assert run.plan.stocks["online_sales"] and ("online_sales", safety.TOTAL, "0") in run.plan.published()
    more = behind[(behind["measure"] == "online_sales")].iloc[[0]].assign(holder=np.uint64(12345), amount=7_654_321.0)
    with pytest.raises(ReportError, match="would give away"):
        releases.admit(tmp_path, run.record, pd.concat([behind, more], ignore_index=True), run.plan.published())
