"""A policy written from the guide alone, as YAML and as a workbook: amounts worked out by hand, to the fen."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from simulator.budget.result import BudgetRun
from simulator.engine.assess import assess
from simulator.engine.run import play
from simulator.engine.synthesize import synthesize
from simulator.engine.totals import AWARDED
from simulator.law import policybook
from simulator.law.policyfile import document_of
from simulator.scenario import under_policy
from tests.policies.cases import answers

QINGSHAN = Path(__file__).with_name("qingshan.yaml")
LEVELS = {2023: 21_000_000, 2024: 55_000_000, 2025: 120_000_000}


def firm(annual, expected, **enterprise):
    given = {"settled_on": "2020-05-01", "accounts_sound": True, "ecommerce": True, **enterprise}
    rows = {year: {"sales": row.get("online_sales", 0), **row} for year, row in annual.items()}
    return {"enterprise": given, "annual": rows, "expected": expected}


FIRMS = [
    firm(
        {
            2023: {"online_sales": LEVELS[2023], "studio_rent": 200_000, "exports": 1_200_000, "equipment": 3_000_000},
            2024: {"online_sales": LEVELS[2024], "studio_rent": 600_000, "exports": 1_100_000},
            2025: {"online_sales": LEVELS[2025], "studio_rent": 100_000, "exports": 12_000_000, "brand": "国家级"},
        },
        {
            2023: {"rent": 80_000, "level": 50_000, "export": 40_000, "machines": 500_000},
            2024: {"rent": 150_000, "level": 70_000},
            2025: {"rent": 20_000, "export": 400_000, "brand_award": 300_000},
        },
    ),  # the brand is more than the 18万元 of the level
    firm(
        {
            2023: {"shop_investment": 500_000, "equipment": 300_000, "trainees": 120, "brand": "省级"},
            2024: {"shop_investment": "499999.99", "equipment": "300000.01", "trainees": 7},
        },
        {2023: {"brand_award": 150_000, "training": 30_000}, 2024: {"training": 2_100, "machines": 60_000}},
    ),
    firm(
        {2023: {"shop_investment": 2_500_000, "equipment": 1_000_000}, 2024: {"online_sales": "99999999.99"}},
        {2023: {"first_shop": 200_000, "machines": 200_000}, 2024: {"level": 120_000}},
    ),
    firm(
        {2023: {"shop_investment": 800_000, "dishonest": True, "trainees": 10}, 2024: {"shop_investment": 800_000}},
        {2024: {"first_shop": 80_000}},
    ),  # his place of 2023 went to the next one
    firm(
        {2023: {"shop_investment": 700_000, "exports": "499999.99"}, 2024: {"exports": 2_750_000}},
        {2023: {"first_shop": 70_000}, 2024: {"export": 100_000}},
    ),
    firm(
        {2023: {"shop_investment": 900_000, "studio_rent": "100000.01"}, 2024: {"studio_rent": 50_000}},
        {2023: {"first_shop": 90_000, "rent": 40_000}, 2024: {"rent": 15_000, "clawback": -145_000}},
        moved_out_on="2024-06-30",
    ),
]


@pytest.mark.parametrize("ending", ["yaml", "xlsx"])
def test_what_each_enterprise_gets(ending, tmp_path):
    path = tmp_path / f"qingshan.{ending}"
    if ending == "xlsx":
        policybook.save(document_of(QINGSHAN).data, path)
    else:
        path.write_bytes(QINGSHAN.read_bytes())
    given, expected = answers({"case": "all", "enterprises": FIRMS}, under_policy(path))
    assert given == expected


def test_what_is_short_in_the_pot_is_shared_by_what_is_due(tmp_path):
    path = tmp_path / "qingshan.yaml"
    path.write_text(QINGSHAN.read_text("utf-8").replace("{value: 300万元", "{value: 10万元"), "utf-8")
    firms = [
        firm({2023: {"equipment": 3_000_000}}, {2023: {"machines": Decimal("71428.57")}}),
        firm({2023: {"equipment": 1_000_000}}, {2023: {"machines": Decimal("28571.42")}}),
    ]  # 50万 : 20万; a fen is left
    given, expected = answers({"case": "pot", "enterprises": firms}, under_policy(path))
    assert given == expected


FIRST_BEHIND_A_CAP = """name: tried
zh: 试写
term: {start: 2023-01-01, end: 2025-12-31}
numbers: {most: {value: 10万元, article: 三, zh: 合计}}
clauses:
  certified:
    {article: 一, zh: 认定, kind: one_off, numbers: {award: {value: 10万元, zh: 奖}}, amount: award,
     where: {certain: {if: ecommerce, zh: 电商}}}
  largest:
    {article: 二, zh: 第一名, kind: recurrent, numbers: {prize: {value: 5万元, zh: 奖}, n: {value: 1户, zh: 名额}}, amount: prize,
     where: {sells: {if: online_sales > 0, zh: 有零售}}, first: {n: n, by: online_sales}}
links: {caps: {all: {of: [certified, largest], most: most}}}
settlement: {conduct: {sound: {if: accounts_sound, zh: 财务健全}}}
"""


@pytest.mark.parametrize("ending", ["yaml", "xlsx"])
@pytest.mark.parametrize("vacant", ["", ", vacant: passes_on", ", vacant: stays"])
def test_the_place_of_whom_a_cap_leaves_nothing(vacant, ending, tmp_path):
    """The one with most sales has used up the cap: his place passes on, or stays. Who fails conduct takes none."""
    path = tmp_path / "tried.yaml"
    path.write_text(FIRST_BEHIND_A_CAP.replace("by: online_sales", f"by: online_sales{vacant}"), "utf-8")
    if ending == "xlsx":
        policybook.save(document_of(path).data, path := path.with_suffix(".xlsx"))
    firms = [
        firm({2023: {"online_sales": 999}}, {}, accounts_sound=False),
        firm({2023: {"online_sales": 900}}, {2023: {"certified": 100_000}}),
        firm({2023: {"online_sales": 500}}, {} if "stays" in vacant else {2023: {"largest": 50_000}}, ecommerce=False),
        firm({2023: {"online_sales": 100}}, {}, ecommerce=False),
    ]
    given, expected = answers({"case": "first", "enterprises": firms}, under_policy(path))
    assert given == expected


def test_a_choice_is_invented_too():
    """Some of an invented register have one of its words: the brand is awarded."""
    scenario = under_policy(QINGSHAN).set({"draws": 2})
    draws, k = play(scenario), scenario.law.policy.index("brand_award")
    assert draws.by_clause[..., k, AWARDED].sum() > 0


@pytest.mark.parametrize(
    "changes", [{}, {"assumptions.cash.same_year": 0.4}, {"horizon": 2024}, {"rationing.mode": "pro_rata", "appropriation.2024": 100_000}]
)
def test_parts_fall_due_in_the_ledger_as_in_the_run(changes):
    """Year by year, with breaches and with parts that fall due after the last year."""
    scenario = under_policy(QINGSHAN).set({"draws": 4, **changes})
    run = BudgetRun(scenario, play(scenario, workers=1))
    ledger, k = run.ledger(1), scenario.law.policy.index("brand_award")
    assert len(run.summary) and run.result.paid[:, 1:, k].any() and run.result.of_year("clawback_due").any()
    assert (ledger.flow("due") == run.result.paid[:, :, : run.result.cash]).all()


def test_an_invented_register_holds_what_the_policy_asks_for():
    """A share of the enterprises has each fact, around its median, in the years they are there; nothing is left unknown."""
    scenario = under_policy(QINGSHAN)
    population = synthesize(scenario, 2_000)
    policy, there = scenario.law.policy, population.annual["present"] != 0
    assert set(population.own) == {fact.name for fact in policy.facts} and not population.unknown
    for fact in policy.facts:
        held = population.own[fact.name]
        if fact.table == "annual":
            assert not held[~there].any()
            held = held[np.arange(len(held)), there.argmax(axis=1)]
        assert abs((held > 0).mean() - fact.share) < 0.05, fact.name
        if fact.kind not in ("flag", "day", "choice") and (held > 0).sum() > 50:
            assert np.median(held[held > 0]) == pytest.approx(fact.median * fact.unit.scale, rel=0.5), fact.name
    given = set(assess(population, scenario).table().clause)
    assert given <= {*policy.slugs, "clawback"} and len(given & set(policy.slugs)) >= 5
