"""Ways round the text on registers of one or two enterprises: what the law stops and what it leaks, by hand, and the price."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import openpyxl
import pytest

from simulator import assess, loopholes, synthesize
from simulator.budget.loopholes.pricing import PRICES, gain, prices, read
from simulator.budget.loopholes.pricing import loopholes as catalogue
from simulator.budget.loopholes.ways import WAYS
from simulator.disclosure.outputs import analyses_released
from simulator.disclosure.suppression import Plan
from simulator.engine.run import play
from simulator.errors import ScenarioError
from simulator.facts import AREA, BLANK, NATIONAL, RENT
from simulator.render.html import blocks
from simulator.report import loopholes as reported
from simulator.report.wording import load
from tests.laws_of_the_model.playing import register, scenario
from tests.of_2013 import CASH_INDEX, POLICY, SHIPPED, SLUGS

YUAN, YEARS = 100, range(2012, 2015)
BASE = scenario(draws=20, horizon=2014)
NEW = {"settled_on": 2013_01_15, "online_retailer": 1, "o2o": 1}


def due(people, slug=None, base=BASE):
    """What the law gives, yuan, in all: under one clause, or all cash."""
    awards = assess(people, base).awards
    return (awards[:, :, SLUGS.index(slug)] if slug else awards[:, :, CASH_INDEX]).sum() / YUAN


def gone(name, people, base=BASE):
    changed, _ = WAYS[name](people, base.law, np.ones(len(people), bool))
    return changed


def gains(name, people, base=BASE):
    return (gain(base, people, WAYS[name]) / YUAN).tolist()


# ------------------------------------------------------------------------------------------ splitting an enterprise


def test_splitting_gets_round_the_cap_on_area():
    """800 m² at 50 yuan for 12 months of each year: 500 m² are paid, two halves of 400 m² in full."""
    one = register(1, YEARS, **NEW, lease_started_on=2013_01_15, designated_building=1, rented_area=800 * AREA, rent=50 * RENT)
    assert due(one, "office_rent") == 500 * 50 * 24
    assert due(gone("split", one), "office_rent") == 800 * 50 * 24
    assert gains("split", one) == [300 * 50 * 24]


def test_splitting_fails_at_what_is_asked_of_each_enterprise():
    """四（二） asks 2 m of registered capital, 四（四） 50 000 of contribution: halves of 3 m and 80 000 miss both."""
    one = register(
        1,
        YEARS,
        **NEW,
        registered_capital=3_000_000 * YUAN,
        paid_in_capital=3_000_000 * YUAN,
        retained_tax=[80_000 * YUAN],
        district_contribution=[80_000 * YUAN],
    )
    assert due(one, "opening_award") == 90_000 and due(one, "tax_rebate") == 0.3 * 80_000
    halves = gone("split", one)
    assert due(halves, "opening_award") == due(halves, "tax_rebate") == 0
    assert gains("split", one)[0] < 0


def test_a_half_is_a_half_and_nothing_is_lost():
    one = register(
        2, YEARS, **NEW, registered_capital=[101, 7], vat=[333, 5], retained_tax=[[BLANK], [9]], executive_children=3, headquarters=NATIONAL
    )
    one.annual["retained_tax"] = np.array([[BLANK] * 3, [9] * 3])
    two = gone("split", one)
    assert len(two) == 4 and list(two.ids[2:]) == ["E0000000·2", "E0000001·2"]
    for name in ("registered_capital", "paid_in_capital"):
        assert two.enterprises[name].sum() == one.enterprises[name].sum()
    for name in ("vat", "sales", "rented_area", "executive_children"):
        assert two.annual[name].sum() == one.annual[name].sum()
    assert two.annual["retained_tax"].tolist() == [[BLANK] * 3, [5] * 3, [BLANK] * 3, [4] * 3]
    assert (two.enterprises["headquarters"] == [NATIONAL, NATIONAL, 0, 0]).all()
    assert two.details["group_id"].tolist() == ["E0000000", "E0000001"] * 2  # of one group: counted once for the targets
    assert one.details["group_id"].tolist() == ["", ""]  # the register itself is left alone


# ------------------------------------------------------------------------------------------ tax moved into a split-off


def test_tax_moved_into_a_split_off_counts_as_a_rise():
    """400 000 a year since ever: no rise, no rebate. Moved: base 0 in 2013, half of it back; 20 000 after a year of operation."""
    one = register(1, YEARS, online_retailer=1, retained_tax=[400_000 * YUAN], district_contribution=[400_000 * YUAN])
    assert due(one) == 0
    moved = gone("split_off", one)
    assert due(moved, "tax_rebate") == 200_000 and due(moved, "spin_off_award") == 20_000
    assert gains("split_off", one) == [220_000]
    assert moved.annual["retained_tax"].sum(axis=0).tolist() == [400_000 * YUAN] * 3  # not a fen of it is new
    strict = BASE.set({"interpretation.new_firm_increment": "none"})
    assert due(moved, "tax_rebate", strict) == 0  # that reading stops it
    assert gains("split_off", one, strict) == [20_000]


def test_the_spin_off_award_comes_only_after_a_year_and_once():
    one = register(1, range(2012, 2014), online_retailer=1)
    assert due(gone("split_off", one), "spin_off_award") == 0  # 四（六） asks for a year, to 2014
    assert due(gone("split_off", register(1, range(2012, 2016), online_retailer=1)), "spin_off_award") == 20_000


# ------------------------------------------------------------------------------------------ inflated capital


def test_capital_stated_up_to_the_edge_is_paid_for():
    """A newcomer of 100 000: after 2 m stated and paid in, 3 % of it. No cap: 50 m registered pay 1.5 m."""
    two = register(2, YEARS, **NEW, registered_capital=np.array([100_000, 50_000_000]) * YUAN, paid_in_capital=0)
    assert due(two) == 0
    assert gains("capital", two) == [60_000, 1_500_000]


def test_the_headquarters_award_stays_within_its_cap_and_a_breach_pays_back():
    one = register(1, YEARS, settled_on=2013_01_15, headquarters=NATIONAL, paid_in_capital=1, violated_on=2014_05_01)
    stated = gone("capital", one)
    assert due(one) == 0 and due(stated) == 3_000_000
    more = gone("capital", one)
    more.enterprises["paid_in_capital"] *= 100
    assert due(more) == 3_000_000  # 四（一） caps it
    assert assess(stated, BASE).total_clawback == 3_000_000  # 五（五） takes it back


def test_who_was_there_before_states_capital_in_vain():
    assert gains("capital", register(1, YEARS, online_retailer=1, o2o=1)) == [0.0]


# ------------------------------------------------------------------------------------------ registering anew


def test_registering_anew_brings_a_newcomer_s_support():
    """Rent for 24 months, 3 % of 2 m, and a rebate on a base of zero, for an incumbent that only changed its papers."""
    one = register(
        1,
        YEARS,
        online_retailer=1,
        o2o=1,
        registered_capital=2_000_000 * YUAN,
        paid_in_capital=2_000_000 * YUAN,
        designated_building=1,
        rented_area=100 * AREA,
        rent=50 * RENT,
        retained_tax=[60_000 * YUAN],
        district_contribution=[60_000 * YUAN],
    )
    assert due(one) == 0
    assert gains("reregistration", one) == [100 * 50 * 24 + 60_000 + 0.3 * 60_000]


def test_one_that_settled_already_cannot_do_it_again():
    assert gains("reregistration", register(1, YEARS, **NEW, registered_capital=2_000_000 * YUAN, paid_in_capital=2_000_000 * YUAN)) == [
        0.0
    ]


# ------------------------------------------------------------------------------------------ several platforms


def test_a_second_shop_s_fee_is_stopped_by_once_in_a_lifetime():
    one = register(1, YEARS, online_retailer=1, trades_locally=1)
    one.annual["entry_fee"] = [[0, 10_000 * YUAN, 0]]
    again = gone("several_shops", one)
    assert again.annual["entry_fee"].tolist() == [[0, 10_000 * YUAN, 10_000 * YUAN]]
    assert due(one) == due(again) == 6_000
    assert gains("several_shops", one) == [0.0]


def test_members_counted_twice_pass_a_tier_twice_if_the_income_suffices():
    """1 200 members at 3 m are one award of 50 000, on two platforms two; at 1.5 m neither half passes 1 m."""
    two = register(2, range(2012, 2014), paid_members=1_200, membership_income=np.array([3_000_000, 1_500_000]) * YUAN)
    assert due(two, "platform_membership_award") == 100_000
    assert gains("several_platforms", two) == [50_000, -50_000]


# ------------------------------------------------------------------------------------------ the price


CERTAIN = {"behaviour": "as_the_law_says", "uncertainty": "none", "horizon": 2014, "draws": 3}


def test_with_nothing_random_the_price_is_the_mean_share_of_the_gain():
    """Everyone applies and is paid at once: price = 5 %, the most likely share, of 360 000; the one that would lose stays."""
    offices = register(
        2,
        YEARS,
        **NEW,
        lease_started_on=2013_01_15,
        designated_building=1,
        rented_area=np.array([800, 10]) * AREA,
        rent=50 * RENT,
        registered_capital=3_000_000 * YUAN,
        paid_in_capital=np.array([0, 3_000_000]) * YUAN,
    )
    table = prices(scenario(CERTAIN), offices, play).set_index("way")
    row = table.loc["split"]
    assert (row["gainers"], row["gain"], row["everybody"], row["clause"]) == (1, 360_000.0, 360_000.0, "office_rent")
    assert row["price"] == pytest.approx(360_000 * 0.05) and row["price_error"] == 0.0
    assert table.loc["several_shops", "price"] == 0.0 and table.loc["several_shops", "gainers"] == 0


def test_the_reading_that_closes_a_way_is_priced_beside_it():
    one = register(1, YEARS, online_retailer=1, retained_tax=[400_000 * YUAN], district_contribution=[400_000 * YUAN])
    row = prices(scenario(CERTAIN), one, play).set_index("way").loc["split_off"]
    share = 0.02
    assert row["price"] == pytest.approx(220_000 * share) and row["closed_price"] == pytest.approx(20_000 * share)
    assert row["closed_by"] == "interpretation.new_firm_increment=none"


def test_a_price_has_its_error_and_everybody_costs_more_than_some():
    base = scenario(draws=30)
    table = loopholes(base, synthesize(base, 60))
    assert tuple(table.columns) == PRICES and set(table["way"]) == set(WAYS)
    some = table[table["gainers"] > 0]
    assert len(some) >= 3 and (some["everybody_error"] > 0).any()
    assert (some["price"] < some["everybody"]).all() and (some["price_p95"] >= 0).all()
    assert table["invented"].all() and "合成名录" in reported.text(table)


def test_a_register_without_the_policy_s_first_year_is_refused():
    before = register(2, range(2011, 2013), online_retailer=1)
    with pytest.raises(ScenarioError, match="has no rows of 2013"):
        prices(scenario(CERTAIN), before, play)


# ------------------------------------------------------------------------------------------ the catalogue, and telling


def test_the_catalogue_names_every_way_once_with_both_languages():
    holes = catalogue(POLICY)
    assert [h.name for h in holes] == list(WAYS)
    for hole in holes:
        assert hole.confidence in "ABCJ" and 0 <= hole.share.low <= hole.share.high <= 1
        assert all(hole.texts[k].isascii() for k in ("en", "stops_en", "leaks_en"))
        scenario(hole.closed_by)  # settings that exist


def test_a_fault_of_the_catalogue_is_named(tmp_path):
    text = SHIPPED.with_name("loopholes.yaml").read_text(encoding="utf-8")
    path = tmp_path / "loopholes.yaml"
    path.write_text(text.replace("split:", "splitt:", 1).replace("  articles: 四（七）", "  artikles: 四（七）"), encoding="utf-8")
    with pytest.raises(ScenarioError) as e:
        read(path)
    said = str(e.value)
    assert "is no way round the text" in said and "artikles: is not known here" in said and "articles is missing" in said


def test_a_page_for_outside_withholds_what_rests_on_one_enterprise():
    one = register(1, YEARS, **NEW | {"o2o": 0}, lease_started_on=2013_01_15, designated_building=1, rented_area=800 * AREA, rent=50 * RENT)
    table = prices(scenario(CERTAIN), one, play)
    inside, outside = (
        blocks(reported.section(SimpleNamespace(analyses={"loopholes": shown}), load("zh")))
        for shown in (table, analyses_released({"loopholes": table}, Plan())["loopholes"])
    )
    assert ">1.8<" in inside and "（*）" not in inside  # one enterprise, its terms certain: no estimate, so that no error stands beneath
    assert ">1.8<" not in outside and outside.count("（*）") == 2 * len(table)  # how many gain, and the price
    assert blocks(reported.section(SimpleNamespace(analyses={}), load("zh"))) == ""


def test_the_ways_are_reported_and_kept(tmp_path):
    offices = register(1, YEARS, **NEW, lease_started_on=2013_01_15, designated_building=1, rented_area=800 * AREA, rent=50 * RENT)
    table = prices(scenario(CERTAIN), offices, play)
    assert "拆分企业" in reported.text(table) and "四（七）" in reported.text(table)
    assert "once in a lifetime" in reported.text(table, "en").lower()
    book = openpyxl.load_workbook(reported.save(table, tmp_path / "规避.xlsx"))
    assert book.sheetnames == ["规避代价", "条款能否阻止"]
    reported.save(table, tmp_path / "w.csv")
    assert (tmp_path / "w.csv").is_file()
