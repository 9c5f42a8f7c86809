"""One thing at a time: a linear closed form, brute force by two runs, and order no finer than its error."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from simulator.budget import tornado
from simulator.budget.attribution import cost
from simulator.engine.run import play
from tests.laws_of_the_model.playing import STILL, assume, scenario
from tests.of_2013 import SLUGS, SWITCHES

FEES = {**STILL, **assume(joiners__a_year=15), **{f"law.{slug}.offered": slug == "platform_entry_fee" for slug in SLUGS}}


def two_uncertain(draws: int):
    """Joiners' fees are all that is paid; the fee, and what matters to no cash, are all that is uncertain."""
    settings = scenario(FEES, draws=draws, uncertainty="full")
    settings = settings.set({f"assumptions.{p}": s.value.mean for p, s in settings.assumptions.items() if s.value.shape != "fixed"})
    return settings.set(
        {"assumptions.joiners.fee": {"low": 1000, "mode": 2000, "high": 5000}, "assumptions.children.rate": {"low": 0, "high": 0.1}}
    )


def test_a_linear_model_has_its_swings_exactly():
    dice = np.random.default_rng(1)
    chance = dice.normal(0, 10, 200)
    slopes = {"a": 3.0, "b": -5.0, "c": 0.0}
    ends = {"a": (1.0, 4.0), "b": (0.0, 2.0), "c": (0.0, 9.0)}

    def played(**changes):
        return {"cost": 100 + chance + sum(slopes[p] * (v - 1.0) for p, v in changes.items())}

    found = tornado.at_ends(ends, played)
    leading = tornado.leading_of(found, 2)
    assert leading == {"cost": ["b", "a"]}
    table = tornado.table(ends, found, {p: found[p] for p in leading["cost"]}, leading).set_index("path")
    assert list(table.index) == ["b", "a", "c"]
    assert table["at_high"].to_numpy() == pytest.approx([-5.0, 9.0, 0.0])
    assert table["at_low"].to_numpy() == pytest.approx([5.0, 0.0, 0.0])
    assert table["swing"].to_numpy() == pytest.approx([-10.0, 9.0, 0.0])
    assert table["swing_error"].to_numpy() == pytest.approx([0, 0, 0], abs=1e-12)  # the random numbers are common: none of it is left
    assert table["rank_low"].to_list()[:2] == table["rank_high"].to_list()[:2] == [1, 2] and np.isnan(table["rank_low"]["c"])


def test_the_entry_fee_swings_by_its_closed_form():
    """Sixty per cent of every joiner's fee is paid: the cost is the fee times the joiners, whatever the draw."""
    settings = two_uncertain(40)
    joiners = play(settings).by_clause[:, :, SLUGS.index("platform_entry_fee"), 0].sum(axis=1)
    found = tornado.assumptions(settings, first=10, draws=40)
    paid = found[found["result"] == "paid"].set_index("path")
    by_hand = 0.6 * joiners * (5000 - 1000)
    fee = paid.loc["joiners.fee"]
    assert fee["swing"] == pytest.approx(by_hand.mean()) and fee["draws"] == 40
    assert fee["swing_error"] == pytest.approx(by_hand.std(ddof=1) / np.sqrt(40))
    assert (fee["low"], fee["high"]) == (1000, 5000) and fee["at_low"] < 0 < fee["at_high"]
    assert fee["at_high"] - fee["at_low"] == pytest.approx(fee["swing"])
    children = paid.loc["children.rate"]
    assert children["swing"] == 0 == children["swing_error"] and np.isnan(children["rank_low"])
    assert set(found["path"]) == {"joiners.fee", "children.rate"} and set(found["result"]) == {"paid", "net_impact", "online_sales"}


def test_ranks_are_reported_only_of_what_was_played_often(monkeypatch):
    settings = scenario(draws=30)
    some = ["startups.a_year", "office.rent", "trscg.growth", "joiners.fee"]
    found = tornado.assumptions(settings, paths=some, first=6, draws=30, refined=2)
    paid = found[found["result"] == "paid"]
    ranked = paid[paid["rank_low"].notna()]
    assert len(ranked) == 2 and (ranked["draws"] == 30).all() and set(ranked["path"]) <= set(some[:2])
    unmoved = paid.set_index("path").loc["trscg.growth"]
    assert unmoved["swing"] == 0 and unmoved["draws"] == 6
    by_hand = [play(settings.set({"assumptions.office.rent": end})).paid.sum(axis=(1, 2)) / 100 for end in (30, 80)]
    row = paid.set_index("path").loc["office.rent"]
    assert row["swing"] == pytest.approx((by_hand[1] - by_hand[0]).mean())


def test_every_other_reading_is_priced():
    settings = scenario(draws=12, **{"interpretation.membership_tiers": "each"})
    found = tornado.readings(settings, draws=12)
    others = [(name, r) for name, switch in SWITCHES.items() for r in switch.names if r != settings.interpretation[name]]
    assert list(zip(found["switch"], found["reading"], strict=True)) == others
    row = found.set_index("reading").loc["from_qualifying"]
    by_hand = cost(play(settings.set({"interpretation.rebate_window": "from_qualifying"}))) - cost(play(settings))
    assert row["mean"] == pytest.approx(by_hand.mean() / 100)
    assert row["standard_error"] == pytest.approx(by_hand.std(ddof=1) / np.sqrt(12) / 100)
    exact = stats.binomtest(int((by_hand != 0).sum()), 12).proportion_ci(0.95, method="exact")
    assert row["share_changed"] == (by_hand != 0).mean()
    assert (row["share_changed_low"], row["share_changed_high"]) == pytest.approx((exact.low, exact.high))
    assert found.set_index(["switch", "reading"])["default"]["membership_tiers", "each_highest"]
    assert found["default"].sum() == 1
