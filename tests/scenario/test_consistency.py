"""Settings that fit each other: one meaning in whatever order, nothing said twice or for nothing, thresholds that rise."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal

import numpy as np
import pytest

import simulator
from simulator import notices, yamlfile
from simulator.cli import main
from simulator.errors import ScenarioError
from simulator.law import policybook
from simulator.law.policyfile import document_of
from simulator.law.shipped import policy_path
from simulator.messages import translated
from simulator.projection.assumptions import copula_matrix
from simulator.scenario import load_scenario, parse_set, under_policy
from simulator.scenario.consistency import nearest_possible
from tests.faults import problems_of, texts_of
from tests.of_2013 import RISING

BASELINE = load_scenario("baseline")
EVERYTHING = {
    "name": "mine",
    "base": "baseline",
    "policy": {"start": "2013-01-01", "end": "2015-12-31"},
    "interpretation": {"rent_clock": "settling", "membership_event": "crossing"},
    "law": {
        "tax_rebate": {"high_rate": 0.4, "high_rate@2014": 0.6, "high_rate@2016": 0.5, "low_rate": {2013: 0.2, 2015: 0.25}},
        "platform_membership_award": {"tier1_members": 900, "tier2_members": 1900, "tier3_members": 4900},
    },
    "appropriation": {2013: 1_000_000, 2014: 2_000_000, "sites": {2014: 500_000, 2015: 600_000}},
    "rationing": {
        "mode": "priority",
        "priority": ["tax_rebate", "office_rent"],
        "pool": {"sites": ["office_rent", "data_line"]},
        "clause_cap": {"data_line": 300_000, "office_rent": 900_000},
    },
    "assumptions": {
        "o2o_share": {"low": 0.1, "high": 0.3},
        "service_share": {"values": [0.2, 0.1, 0.3], "weights": [1, 2, 3]},
        "market": {"growth": {"low": 0.1, "mode": 0.2, "high": 0.3}},
    },
    "correlations": {"market.growth~market.local_wedge": 0.6, "startups.a_year~o2o_share": -0.3, "o2o_share~service_share": 0.2},
}


def shuffled(value, rng, lists=()):
    """The same with every mapping in another order, and the lists at these paths."""
    if isinstance(value, dict):
        items = list(value.items())
        rng.shuffle(items)
        return {key: shuffled(inner, rng, lists) for key, inner in items}
    return value


def load(tmp_path, content):
    path = tmp_path / "mine.yaml"
    path.write_text(yamlfile.written(content) if isinstance(content, dict) else content, encoding="utf-8")
    return load_scenario(path)


def in_one_order(scenario):
    """Everything a run can depend on, in the order it would be met."""
    return (
        [list(getattr(scenario, name).items()) for name in ("interpretation", "plain", "assumptions", "appropriation", "correlations")],
        scenario.funding,
        {path: sorted(number.values.items()) for path, number in scenario.law.numbers.items()},
        scenario.hash(),
    )


@pytest.mark.parametrize("seed", range(20))
def test_no_order_of_lines_means_anything(tmp_path, seed):
    assert in_one_order(load(tmp_path, shuffled(EVERYTHING, random.Random(seed)))) == in_one_order(load(tmp_path, EVERYTHING))


@pytest.mark.parametrize("seed", range(5))
def test_no_order_of_changes_means_anything(tmp_path, seed):
    scenario = load(tmp_path, EVERYTHING)
    changes = dict(
        parse_set(
            [
                "law.tax_rebate.high_rate=0.45",
                "law.tax_rebate.high_rate@2015=0.3",
                "law.tax_rebate.high_rate@2014=0.35",
                "draws=40",
                "seed=7",
                "correlations.market.growth~office.rent=0.2",
                "correlations.office.rent~startups.a_year=0.1",
                "policy.end=2016-12-31",
            ]
        ).items()
    )
    items = list(changes.items())
    random.Random(seed).shuffle(items)
    assert in_one_order(scenario.set(dict(items))) == in_one_order(scenario.set(changes))


def test_a_list_in_another_order_is_another_hash_or_the_same_scenario(tmp_path):
    one = load(tmp_path, EVERYTHING)
    assert one.set({"rationing.priority": ["office_rent", "tax_rebate"]}).hash() != one.hash()
    pool = [*one.funding.pools["sites"]]
    assert in_one_order(one.set({"rationing.pool.sites": pool[::-1]})) == in_one_order(one)  # a set has no order
    turned = one.set({"assumptions.service_share": {"values": [0.1, 0.3, 0.2], "weights": [2, 3, 1]}})
    assert in_one_order(turned)[:2] == in_one_order(one)[:2] or turned.hash() != one.hash()


def test_an_undated_number_and_a_dated_one_in_any_order():
    pairs = [("law.tax_rebate.high_rate", 0.4), ("law.tax_rebate.high_rate@2014", 0.6)]
    for order in (pairs, pairs[::-1]):
        number = BASELINE.set(dict(order)).law.numbers["tax_rebate.high_rate"]
        assert [float(number.at(year)) for year in (2013, 2014, 2017)] == [0.4, 0.6, 0.6]


# ------------------------------------------------------------------------------------------- published growth


@pytest.mark.parametrize(
    ("changes", "place", "said", "remedy"),
    [
        ({"market": "hindsight", "horizon": 2018}, "market", "the award years are 2013 … 2018", "market: ex_ante, or horizon: 2017"),
        ({"market": "hindsight", "policy.start": "2012-01-01"}, "market", "the award years are 2012 … 2017", "market: ex_ante"),
    ],
)
def test_growth_that_was_never_published_is_refused(changes, place, said, remedy):
    with pytest.raises(ScenarioError) as refused:
        BASELINE.set(changes)
    (problem,) = refused.value.problems
    assert (problem.place, problem.remedy) == (place, remedy) and said in problem.cause
    told = str(translated(problem, "zh"))
    assert "只公布了 2013—2017 年的" in told and "ex_ante" in told


def test_growth_that_was_published_is_played(capsys):
    assert load_scenario("hindsight").set({"horizon": 2015}).years[-1] == 2015
    with pytest.raises(ScenarioError, match="award years are 2013 … 2019"):
        load_scenario("hindsight").set({"horizon": 2019})
    assert main(["run", "--policy", "longhua_2025", "--set", "market=hindsight", "--draws", "2", "--lang", "en"]) == 2
    assert "market: hindsight" in (said := capsys.readouterr().err) and "2025 … 2031" in said


# ------------------------------------------------------------------------------------------- correlations

TRIPLE = ("market.growth", "market.local_wedge", "startups.a_year")


@pytest.mark.parametrize("rank", [0.5, 0.65, 0.8, 0.9, 0.95])
def test_three_pairs_that_agree_are_possible(rank):
    a, b, c = TRIPLE
    for order in ((a, b, c), (c, a, b), (b, c, a)):
        changes = {
            f"correlations.{order[0]}~{order[1]}": rank,
            f"correlations.{order[1]}~{order[2]}": rank,
            f"correlations.{order[2]}~{order[0]}": rank,
        }
        assert len(BASELINE.set(changes).correlations) == 3


@pytest.mark.parametrize("ranks", [(0.9, 0.9, -0.9), (0.9, 0.9, 0.2), (-0.9, -0.9, -0.9), (0.99, 0.99, 0.9), (0.8, -0.8, 0.8)])
def test_what_is_impossible_is_refused_with_the_nearest_that_is(ranks):
    pairs = [(TRIPLE[0], TRIPLE[1]), (TRIPLE[1], TRIPLE[2]), (TRIPLE[0], TRIPLE[2])]
    changes = {f"correlations.{a}~{b}": rank for (a, b), rank in zip(pairs, ranks, strict=True)}
    texts = texts_of(BASELINE.set, changes)
    assert texts and all("contradicts the other correlations → the nearest that is possible is" in text for text in texts)
    offered = {text.split(":")[0]: float(text.rsplit(" ", 1)[1]) for text in texts}
    assert BASELINE.set(changes | offered)  # what is offered is possible
    given = {tuple(sorted(pair)): rank for pair, rank in zip(pairs, ranks, strict=True)}
    near = nearest_possible(sorted(TRIPLE), given)
    far = sum((near[pair] - rank) ** 2 for pair, rank in given.items())
    best = min(sum((other - rank) ** 2 for other, rank in zip(grid, given.values(), strict=True)) for grid in possible_grid(given))
    assert far <= best * 1.1 + 0.02


def possible_grid(given):
    """Correlations on a coarse grid that can hold together."""
    steps = np.arange(-0.99, 1, 0.11)
    for x in steps:
        for y in steps:
            for z in steps:
                if np.linalg.eigvalsh(copula_matrix(sorted(TRIPLE), dict(zip(given, (x, y, z), strict=True))))[0] > 0:
                    yield x, y, z


# ------------------------------------------------------------------------------------------ said twice, said for nothing


@pytest.mark.parametrize(
    "changes, reported",
    [
        (
            {"correlations.market.growth~o2o_share": 0.8, "correlations.o2o_share~market.growth": -0.8},
            "is said twice, also as correlations.market",
        ),
        ({"correlations.market.growth~o2o_share": 0.8, "correlations.assumptions.market.growth ~ o2o_share": 0.8}, "is said twice"),
        ({"law.tax_rebate.high_rate@2014": 0.4, "law.tax_rebate.high_rate@02014": 0.5}, "is said twice"),
        ({"law.tax_rebate.high_rate": {2013: 0.5, 2014: 0.4}, "law.tax_rebate.high_rate@2014": 0.3}, "is said twice"),
        ({"law.tax_rebate.high_rate@2018": 0.4}, "2018 lies after 2017, the last award year: it changes nothing"),
        ({"law.office_rent.max_area@2050": 300}, "2050 lies after 2017"),
        ({"correlations.market.sd~o2o_share": 0.4}, "market.sd is the same in every draw"),
        ({"assumptions.o2o_share": 0.2, "correlations.market.growth~o2o_share": 0.4}, "o2o_share is the same in every draw"),
    ],
)
def test_what_is_said_twice_or_for_nothing_is_refused(changes, reported):
    [text] = texts_of(BASELINE.set, changes)
    assert reported in text


def test_an_analysis_may_hold_a_correlated_assumption_still():
    correlated = BASELINE.set({"correlations.market.growth~o2o_share": 0.4})
    assert correlated.set({"assumptions.o2o_share": 0.2}).correlations


@pytest.mark.parametrize(
    "options",
    [
        ["--set", "seed=1", "--set", "seed=2"],
        ["--set", "rationing.mode=none", "--mode", "lottery"],
        ["--set", "appropriation.2014=1", "--appropriation", "2014=2"],
        ["--set", "law.tax_rebate.high_rate=0.4", "--set", "law.tax_rebate.high_rate=0.4"],
    ],
)
def test_options_that_say_the_same_setting_twice(capsys, options):
    assert main(["run", "baseline", "--lang", "en", *options]) == 2
    assert "is said twice → say it once" in capsys.readouterr().err


def test_an_option_that_stands_above_a_set_is_reported(capsys):
    assert main(["terms", "draws", "--lang", "en", "--set", "draws=50"]) == 0
    assert main(["run", "baseline", "--lang", "en", "--set", "draws=3", "--draws", "2"]) == 0
    assert "--draws 2 counts, not --set draws=3" in capsys.readouterr().err


def test_a_change_that_changes_nothing_is_reported(capsys):
    assert (
        main(["terms", "law.tax_rebate", "--lang", "en", "--set", "law.tax_rebate.high_rate=0.5", "--set", "law.tax_rebate.low_rate=0.2"])
        == 0
    )
    assert "changes nothing, the scenario says so itself: law.tax_rebate.high_rate\n" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------ thresholds


@pytest.mark.parametrize("lower, higher", [pair for paths in RISING for pair in itertools.pairwise(paths)])
def test_thresholds_must_rise_in_every_year(lower, higher):
    low, high = (BASELINE.law.numbers[path].at(2013) for path in (lower, higher))
    for changes in (
        {f"law.{lower}": high + 1},
        {f"law.{lower}": high},
        {f"law.{higher}": low - 1},
        {f"law.{lower}@2015": high + 1},
        {f"law.{lower}": {2013: low, 2014: high}},
        {f"law.{lower}": high, f"law.{higher}": low},
    ):
        texts = texts_of(BASELINE.set, changes)
        assert any("the thresholds do not rise" in text and text.startswith(next(iter(changes))) for text in texts), changes
    assert BASELINE.set(
        {f"law.{lower}": low * 3, f"law.{higher}": high * 3}
        | {f"law.{path}": BASELINE.law.numbers[path].at(2013) * 3 for paths in RISING for path in paths if lower in paths}
    )


STEPS, TIER = "steps: {sales1: award1, sales2: award2}", "tier(rise >= {rise1: award1, rise2: award2})"  # 1 m, 2 m


@pytest.mark.parametrize(
    "was, now",
    [
        (STEPS, "steps: {200万元: award1, 100万元: award2}"),
        (STEPS, "steps: {sales1: award1, 50万元: award2}"),
        (STEPS, "steps: {300万元: award1, sales2: award2}"),
        (STEPS, "steps: {3 * sales1: award1, sales2: award2}"),
        (STEPS, "steps: {sales1: award1, sales1 * 2 / 2: award2}"),
        (TIER, "tier(rise >= {200万元: award1, 100万元: award2})"),
        (TIER, "tier(rise >= {rise1: award1, 1万元: award2})"),
        (TIER, "tier(rise >= {9000万元: award1, rise1: award2})"),
        (TIER, "tier(rise >= {2 * rise2: award1, rise2: award2})"),
        (TIER, "tier(rise >= {rise1: award1, rise1: award2})"),
    ],
)
def test_thresholds_rise_however_they_are_written(was, now, tmp_path):
    """As amounts, as numbers of the policy, as what is reckoned from them: in a file, in a workbook, and in a formula that is set."""
    written = policy_path("jinzhai_2016").read_text("utf-8")
    file, book = tmp_path / "p.yaml", tmp_path / "p.xlsx"
    file.write_text(written.replace(was, now), "utf-8")
    policybook.save(document_of(file).data, book)
    for policy in (file, book):
        [text] = {text.partition(": ")[2].partition("\n")[0] for text in texts_of(under_policy, policy) if "do not rise" in text}
        assert "the thresholds do not rise" in text or "the tiers do not rise" in text
    if was == TIER:
        assert any("do not rise" in text for text in texts_of(under_policy("jinzhai_2016").set, {"law.rise_over_2015.formula": now}))


def test_thresholds_that_are_reckoned_rise_with_what_is_set(tmp_path):
    file, written = tmp_path / "p.yaml", policy_path("jinzhai_2016").read_text("utf-8")
    file.write_text(written.replace(STEPS, "steps: {sales1: award1, sales2 - 50万元: award2}"), "utf-8")
    scenario = under_policy(file)
    assert scenario.set({"law.first_shop_sales.sales1": 1_400_000})
    [text] = texts_of(scenario.set, {"law.first_shop_sales.sales1": 1_600_000})
    assert "sales2 - 50万元 is not above first_shop_sales.sales1" in text


def test_a_scenario_whose_thresholds_fall_is_refused_with_its_line(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nbase: baseline\nlaw:\n  tax_rebate:\n    low_contribution: 700000\n", encoding="utf-8")
    [text] = texts_of(load_scenario, path)
    assert text.startswith("mine.yaml line 5") and "the thresholds do not rise" in text


@pytest.mark.parametrize(
    "spellings",
    [
        [f"law: {{tax_rebate.high_rate: {text}}}" for text in ("0.4", "0.40", "4e-1", "0.400000", "40%", "40.0%", '"40 %"', '"４０％"',
                                                              "{2013: 0.4, 2014: 0.40}", "{2013: 40%}")],
        [f"law: {{tax_rebate.high_rate: {text}}}" for text in ("0.5", "0.50", "50%")] + [""],
        [f"law: {{tax_rebate.low_contribution: {text}}}" for text in ("250000", "250000.00", "25万", "2.5e5", '"250,000"')],
        ["law: {tax_rebate.high_rate: {2013: 0.5, 2014: 0.6}}", "law: {tax_rebate.high_rate: {2014: 0.60, 2013: 50%}}",
         "law: {tax_rebate.high_rate@2014: 0.6}", "law: {tax_rebate.high_rate: {'2014': 0.6, '2013': 0.5}}"],
        [f"policy: {{end: {text}}}" for text in ("2016-12-31", "'2016-12-31'", "2016/12/31", "2016年12月31日", "2016.12.31")],
        [f"assumptions: {{o2o_share: {text}}}" for text in ("0.2", "0.20", "20%", "{low: 0.2, high: 20%}", "{value: 0.2}")],
        [f"assumptions: {{o2o_share@2015: {text}}}" for text in ("0.2", "20%")],
        [f"assumptions: {{service_share: {{values: {values}, weights: {weights}}}}}" for values, weights in (
            ("[0.1, 0.2]", "[1, 3]"), ("[0.1, 0.2]", "[2, 6]"), ("[0.1, 0.2]", "[0.25, 0.75]"), ("[0.2, 0.1]", "[0.3, 0.1]"),
            ("[0.1, 0.2, 0.2]", "[1, 1, 2]"), ("[0.1, 0.2, 0.9]", "[1, 3, 0]"))],
        [f"assumptions: {{o2o_share: {text}}}" for text in ("0.2", "{values: [0.2, 0.2], weights: [1, 5]}")],
        [f"rationing: {{mode: first_come, pool.a: {text}}}\nappropriation: {{a.2014: 100万}}" for text in (
            "[office_rent, data_line]", "[data_line, office_rent]", "四（九） office_rent")],
        [f"assumptions: {{o2o_share: {text}}}" for text in ("{low: 0.1, high: 0.3}", "{high: 30%, low: 10%}")],
        [f"correlations: {{{text}}}" for text in ("market.growth~o2o_share: 0.5", "o2o_share~market.growth: 0.50",
                                                  "o2o_share~market.growth: 50%")],
        ["correlations: {o2o_share~market.growth: 0}", "correlations: {o2o_share~market.growth: none}", ""],
        [f"appropriation: {{{text}}}" for text in ("2014: 5000000", "'2014': 500万", "2014: 500万元", "2014: '5,000,000'")],
    ],
    ids=lambda spellings: spellings[0],
)  # fmt: skip
def test_equal_settings_have_one_hash_however_they_are_written(tmp_path, spellings):
    assert len({load(tmp_path, f"name: mine\nbase: baseline\n{text}\n").hash() for text in spellings}) == 1


def test_a_late_assumption_and_a_number_of_a_clause_not_offered_change_nothing(tmp_path):
    assert texts_of(BASELINE.set, parse_set(["assumptions.o2o_share@2030=0.2"])) == [
        "assumptions.o2o_share@2030: 2030 lies after 2017, the last award year: it changes nothing → leave it out, or set a later horizon"
    ]
    said: list[str] = []
    with notices.shown(said.append):
        load(tmp_path, "name: mine\nbase: baseline\nlaw: {office_rent.offered: false, office_rent.max_area: 300}\n")
    assert said == [
        "law.office_rent.max_area: changes nothing: office_rent is not offered → leave it out, or set law.office_rent.offered=true"
    ]


@pytest.mark.parametrize(
    "options, path, reported",
    [
        (["rebate_suspended_from=2018"], "rebate_suspended_from", "2018 lies after 2017"),
        (["uncertainty=none", "sampling=sobol"], "sampling", "while nothing is uncertain"),
        (["uncertainty=none", "correlations.market.growth~o2o_share=0.5"], "correlations.", "while nothing is uncertain"),
        (["behaviour=as_the_law_says", "assumptions.take_up.office_rent=0.5"], "assumptions.take_up", "under behaviour=as_the_law_says"),
        (["market=hindsight", "assumptions.market.growth=0.1"], "assumptions.market.growth", "under market=hindsight"),
        (["policy.in_force=false", "law.tax_rebate.high_rate=0.4"], "law.tax_rebate.high_rate", "while there is no policy"),
        (["law.office_rent.offered=false", "assumptions.take_up.office_rent=0.5"], "assumptions.take_up", "office_rent is not offered"),
        (
            ["rationing.mode=first_come", "law.office_rent.offered=false", "rationing.clause_cap.office_rent=100万"],
            "rationing.clause_cap",
            "office_rent is not offered",
        ),
        (["rationing.mode=first_come", "rationing.pool.a=office_rent"], "rationing.pool.a", "no money is set aside for it"),
        (
            ["rationing.mode=first_come", *(f"appropriation.{year}=none" for year in range(2013, 2019))],
            "rationing.mode",
            "no year has an appropriation",
        ),
    ],
)
def test_a_setting_that_another_one_makes_idle_is_refused_and_of_a_file_said(tmp_path, options, path, reported):
    """What a page keeps is to be opened again, whichever of its switches are off."""
    changes, said = parse_set(options), list[str]()
    [problem] = BASELINE.set(changes).idle(changes, BASELINE)
    assert problem.place.startswith(path) and reported in problem.cause
    assert problem in problems_of(simulator.load_scenario, "baseline", changes)
    text = "\n".join(f'"{key}": {yamlfile.written(value)}' for key, value in changes.items())
    with notices.shown(said.append):
        load(tmp_path, f"name: mine\nbase: baseline\n{text}\n")
    assert any(reported in one for one in said)


@pytest.mark.parametrize("written", ["300平方米", "300 ㎡", "300m2", "３００平米"])
def test_a_number_may_have_its_unit_behind_it(written):
    path = "law.office_rent.max_area"
    assert BASELINE.set({path: written}).hash() == BASELINE.set({path: 300}).hash()


def test_the_unit_of_another_number_is_refused():
    assert "office_rent.max_area" in texts_of(BASELINE.set, {"law.office_rent.max_area": "300元"})[0]


def test_numbers_by_year_that_begin_after_the_policy_are_asked(tmp_path):
    [text] = texts_of(load, tmp_path, "name: mine\nbase: baseline\nlaw: {tax_rebate.high_rate: {2014: 0.4}}\n")
    assert "law.tax_rebate.high_rate: says nothing of the years before 2014" in text and "law.tax_rebate.high_rate@2014=…" in text
    assert BASELINE.set({"law.tax_rebate.high_rate": {2012: 0.4, 2014: 0.3}}).law.numbers["tax_rebate.high_rate"].at(2013) == Decimal("0.4")


@pytest.mark.parametrize(
    "changes, wanted",
    [
        ({}, None),
        ({"policy.end": "2014-12-31"}, None),
        ({"policy.end": "2016-12-31"}, 2018),  # half of what is due after it would be missing
        ({"policy.end": "2018-12-31"}, 2020),
        ({"policy.end": "2016-12-31", "horizon": 2018}, None),
        ({"horizon": 2016}, None),  # fewer years were asked for
        ({"policy.end": None}, None),
    ],
)
def test_years_that_a_later_end_of_the_policy_needs_are_named(changes, wanted):
    scenario = BASELINE.set(changes)
    assert scenario.cut_short == wanted
    assert [str(p.remedy) for p in scenario.odd_changes() if p.place == "policy.end"] == [f"set horizon={wanted}"] * bool(wanted)


def test_a_later_end_without_its_years_is_reported(capsys):
    assert main(["run", "baseline", "--set", "policy.end=2016-12-31", "--draws", "10", "--lang", "zh"]) == 0
    assert "请设 horizon=2018" in capsys.readouterr().err
