"""Closed forms of what the model's second edition adds: leaving counted once, part years, prices, relief of income tax, support of
an older policy, dated assumptions, and nothing induced where nobody came for the policy.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulator import load_scenario
from simulator.budget.revenue import flows
from simulator.errors import ScenarioError
from tests.analytic.agreement import agrees
from tests.laws_of_the_model.playing import ALL_CAME_ANYWAY, STILL, assume, by_clause, only, played, register

DRAWS = 10_000
BASE = 1e9


def test_those_who_stay_grow_by_what_the_leavers_free():
    """Market growth is net of leaving: the expected sales of incumbents follow market + wedge, however many leave."""
    growth, wedge = 0.3, 0.05
    result = played(
        STILL,
        assume(
            incumbents__number=60,
            incumbents__online_sales=BASE,
            incumbents__log_sd=0.5,
            exit__incumbents=0.1,
            exit__dormancy=2,
            market__growth=growth,
            market__local_wedge=wedge,
            market__own_shock=0.3,
        ),
        draws=DRAWS,
        horizon=2016,
    )
    for j in range(4):
        expected = BASE * math.exp((growth + wedge) * (j + 1))
        agrees(result.of_year("online_sales")[:, j] / 100, expected, expected * 0.8 ** (j + 1))
        agrees(result.of_year("enterprises")[:, j], 60 * 0.8 ** (j + 1))


def test_a_cohort_of_newcomers_follows_the_market_whatever_its_exits():
    """First year: λ E[sales] × 6.5 / 12 of a year; then a whole year's, growing with the market, leavers and all."""
    rate, median, log_sd, growth = 8.0, 1e6, 0.5, 0.2
    result = played(
        STILL,
        assume(
            incumbents__number=0,
            startups__sales_median=median,
            startups__sales_log_sd=log_sd,
            exit__year1=0.3,
            exit__year2=0.2,
            exit__dormancy=1,
            market__growth=growth,
        ),
        {"assumptions.startups.a_year": rate, "assumptions.startups.a_year@2014": 0},
        draws=DRAWS,
        horizon=2015,
    )
    whole = rate * median * math.exp(log_sd**2 / 2)
    sales = result.of_year("online_sales") / 100
    agrees(sales[:, 0], whole * 6.5 / 12, whole, whole * 0.5)
    agrees(sales[:, 1], whole * math.exp(growth), whole * math.exp(growth) * 0.7, whole * math.exp(growth) * 6.5 / 12)
    agrees(sales[:, 2], whole * math.exp(2 * growth), whole * math.exp(2 * growth) * 0.56)


def test_the_district_follows_market_and_wedge_where_entry_brings_its_part():
    """Entrants included: those there grow by the market less entry's part, entrants bring that part."""
    growth, entry, median = 0.25, 0.1, 2e6
    a_year = BASE * (math.exp(growth) - math.exp(growth - entry)) / median  # of the first year
    result = played(
        STILL,
        assume(
            incumbents__number=60,
            incumbents__online_sales=BASE,
            market__growth=growth,
            market__entry_part=entry,
            exit__incumbents=0.1,
            exit__dormancy=1.3,
            traditional__a_year=min(a_year, 500),
            traditional__sales_median=median * max(1, a_year / 500),
            startups__sales_log_sd=0,
        ),
        draws=4_000,
        horizon=2013,
    )
    agrees(result.of_year("online_sales")[:, 0] / 100, BASE * math.exp(growth), BASE * math.exp(growth - entry))


def test_nothing_is_induced_where_all_would_have_come_anyway():
    """Exactly 0 in every draw, though support ends and many could leave."""
    result = played(ALL_CAME_ANYWAY, assume(exit__after_support=0.5, office__designated_share=1), draws=40)
    scenario = load_scenario("baseline")
    found = flows(result, scenario)
    for name in ("induced_tax", "induced_sales", "induced_enterprises", "induced_centre", "induced_as_booked"):
        assert not found[name].any(), name


def test_rents_and_fees_grow_with_prices():
    """A line of a register that costs 10 000 in the base year costs 10 000 × 1.1 and × 1.1 × 1.2 in the two years supported."""
    people = register(10, range(2012, 2013), online_retailer=1, sales=10**9, online_sales=10**9, line_lease=10**6)
    result = played(
        STILL,
        only("data_line"),
        {"assumptions.prices.growth": 0.1, "assumptions.prices.growth@2014": 0.2},
        population=people,
        draws=5,
        horizon=2015,
    )
    expected = [10 * 330_000, 10 * 396_000, 0]
    assert by_clause(result, "data_line").tolist() == [expected] * 5


def test_income_tax_at_the_effective_rate():
    """Half the profit of small enterprises at 20 %, western development at 15 %, the rest at 25 %."""
    small, west, margin, share = 0.2, 0.3, 0.05, 0.4
    result = played(
        STILL,
        assume(
            incumbents__number=60,
            incumbents__online_sales=BASE,
            market__own_shock=0.001,
            tax__vat_burden_goods=0,
            tax__margin=margin,
            tax__profitable_share=share,
            tax__small_share=small,
            tax__western_share=west,
        ),
        draws=DRAWS,
        horizon=2013,
    )
    effective = small * 0.1 + west * 0.15 + 0.5 * 0.25
    agrees(result.of_year("taxes_with")[:, 0] / 100 / BASE, share * margin * effective, share * margin * 0.25)


@pytest.mark.parametrize(("rate", "paid"), [(0.5, True), (1.0, False), (1.5, False)])
def test_support_of_an_older_policy(rate, paid):
    """Holders of less than the award displace it, holders of as much keep it; the others are paid as ever."""
    n, share = 40, 0.3
    result = played(
        STILL,
        only("certification_award"),
        assume(incumbents__number=n, certification__rate=1, existing__share=share, existing__rate=rate, existing__of_district=0.5),
        draws=DRAWS,
        horizon=2013,
    )
    recipients = by_clause(result, "certification_award", "recipients")[:, 0]
    if paid:
        assert (recipients == n).all()
        displaced = by_clause(result, "certification_award", "displaced")[:, 0]
        agrees(displaced / (rate * 2_000_000), n * share, n, variance=n * share * (1 - share))
        assert np.array_equal(result.of_year("displaced_of_district")[:, 0], displaced // 2)
    else:
        agrees(recipients, n * (1 - share), n, variance=n * share * (1 - share))
        assert not by_clause(result, "certification_award", "displaced").any()


def test_a_dated_assumption_holds_from_its_year_on():
    """Arrivals 4 a year, 9 from 2014 on: an uncertain number dated keeps the draw's rank."""
    changes = {"assumptions.startups.a_year": 4, "assumptions.startups.a_year@2014": 9}
    result = played(STILL, assume(incumbents__number=0), changes, draws=DRAWS, horizon=2015)
    for j, there in enumerate((4, 13, 22)):
        agrees(result.of_year("enterprises")[:, j], there, there + 5, variance=there)
    uncertain = {"low": 1.0, "high": 3.0}
    ranked = played(
        {**STILL, "uncertainty": "full"},
        assume(incumbents__number=0),
        {"assumptions.startups.a_year": uncertain, "assumptions.startups.a_year@2014": {"low": 10.0, "high": 30.0}},
        draws=DRAWS,
        horizon=2014,
    )
    came = np.diff(ranked.of_year("enterprises")[:, :2], axis=1)[:, 0]
    rates = ranked.parameters["startups_a_year"]
    agrees(came[rates > 2], 25.0, 20.0)
    agrees(came[rates <= 2], 15.0, 20.0)


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("assumptions.startups.a_year@soon", "no year after @"),
        ("assumptions.trscg.growth@2014", "cannot be dated"),
        ("assumptions.start_ups.a_year@2014", "is no assumption"),
    ],
)
def test_what_cannot_be_dated_is_refused(path, word):
    with pytest.raises(ScenarioError, match=word):
        load_scenario("baseline").set({path: 1})


def test_a_dated_assumption_is_a_setting_like_any_other():
    scenario = load_scenario("baseline").set({"assumptions.take_up.tax_rebate@2015": {"low": 0.1, "mode": 0.2, "high": 0.3}})
    (row,) = [row for row in scenario.settings("assumptions") if "@" in row.path]
    assert (row.path, row.changed) == ("assumptions.take_up.tax_rebate@2015", True) and "2015" in row.en and "2015" in row.zh
    assert scenario.hash() != load_scenario("baseline").hash()
    assert scenario.set({"assumptions.take_up.tax_rebate@2015": None}).hash() == load_scenario("baseline").hash()


def test_dates_are_taken_as_text_too():
    import datetime

    one, other = (load_scenario("baseline").set({"policy.start": day}) for day in ("2014-07-01", datetime.date(2014, 7, 1)))
    assert one.law.start == other.law.start and one.hash() == other.hash()
    with pytest.raises(ScenarioError, match="write a date"):
        load_scenario("baseline").set({"policy.start": "2014-13-01"})
