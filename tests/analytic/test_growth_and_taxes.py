"""Growth, survival, taxes and the rebate in closed form, or by an integral worked out here.

One stream at a time, everything else held still; means and variances at |z| < 4.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import integrate

from simulator.engine.generosity import KINDS, generosity_of
from simulator.engine.run import play
from simulator.projection.enterprises import REGIONAL_HQ
from simulator.projection.market import PUBLISHED, total_retail_sales
from tests.analytic.agreement import agrees
from tests.laws_of_the_model.playing import (
    NOTHING_GROWS,
    STILL,
    assume,
    by_clause,
    only,
    played,
    register,
    scenario,
)

DRAWS = 10_000
BASE = 1e9  # online sales of all incumbents, CNY
INCUMBENTS = assume(incumbents__number=30, incumbents__online_sales=BASE, incumbents__log_sd=0.5)


# ----------------------------------------------------------------------------------------------------------- growth


def autoregressive_sum_variance(sd: float, persistence: float, years: int) -> float:
    """Var Σ m over the first `years` years of an AR(1) deviation that starts at 0."""
    return sd**2 * sum(sum(persistence**i for i in range(k)) ** 2 for k in range(1, years + 1))


def test_sales_of_incumbents_compound():
    """E[sales after t years] = base × exp(Σ (path + wedge − entry)) × exp(Var Σ AR(1) / 2); the own shock is neutral."""
    growth, extra, change, wedge, entry, sd, persistence = 0.30, 0.04, -0.05, 0.06, 0.08, 0.2, 0.5
    result = played(
        STILL,
        INCUMBENTS,
        assume(
            market__growth=growth,
            market__first_year_extra=extra,
            market__yearly_change=change,
            market__local_wedge=wedge,
            market__entry_part=entry,
            market__sd=sd,
            market__persistence=persistence,
            market__own_shock=0.3,
        ),
        draws=2 * DRAWS,
        horizon=2016,
    )
    sales = result.of_year("online_sales") / 100
    for j in range(4):
        path = sum(growth + change * i + (extra if i == 0 else 0) + wedge - entry for i in range(j + 1))
        spread = autoregressive_sum_variance(sd, persistence, j + 1)
        expected = BASE * math.exp(path + spread / 2)
        shock = 1 / (1 - 0.3**2)  # about what an own shock that is not compensated would add a year
        agrees(sales[:, j], expected, BASE * math.exp(path), expected * shock ** (j + 1), expected / math.exp(extra))
        if j:  # neither a random walk nor independent years
            agrees(sales[:, j], expected, BASE * math.exp(path + (j + 1) * sd**2 / 2))


def test_the_own_shock_alone_keeps_the_mean_and_the_market_its_spread():
    """Without market: mean stays at base. Without own shock: log growth is normal with the AR(1)'s variance."""
    still = played(STILL, INCUMBENTS, assume(market__own_shock=0.4), draws=DRAWS, horizon=2016)
    for j in range(4):
        agrees(still.of_year("online_sales")[:, j] / 100, BASE, 1.03 * BASE, 0.97 * BASE)
    sd, persistence = 0.15, 0.5
    market = played(
        STILL, INCUMBENTS, assume(market__own_shock=0.001, market__sd=sd, market__persistence=persistence), draws=DRAWS, horizon=2015
    )
    logs = np.log(market.of_year("online_sales") / 100 / BASE)
    for j in range(3):
        variance = autoregressive_sum_variance(sd, persistence, j + 1)
        wrong = (0.8 * variance, *([sd**2 * (j + 1)] if j else []))
        agrees(logs[:, j], 0.0, 0.05, variance=variance, wrong_variances=wrong)


def test_hindsight_is_the_published_path():
    """`market=hindsight`: the mean compounds at the published rates, the first of them in 2013."""
    result = played(
        STILL, INCUMBENTS, assume(market__own_shock=0.2, market__growth=0.9, market__sd=0.3), draws=DRAWS, horizon=2017, market="hindsight"
    )
    path = np.cumsum(PUBLISHED)
    for j, total in enumerate(path):
        agrees(result.of_year("online_sales")[:, j] / 100, BASE * math.exp(total), BASE * math.exp(total - 0.05))


def test_total_retail_sales_and_services():
    """TRSCG: the level of 2015 moved by its yearly growth, both ways; services: the ratio drawn, of online sales."""
    result = played(STILL, INCUMBENTS, assume(trscg__level_2015=5e10, trscg__growth=0.12, services__ratio=0.3), draws=50)
    assert result.trscg[0] == pytest.approx([5e10 * 1.12 ** (y - 2015) for y in range(2013, 2018)], rel=1e-12)
    assert result.services == pytest.approx(0.3 * result.of_year("online_sales") / 100, rel=1e-12)
    assert total_retail_sales(result.parameters, [2015])[0, 0] == 5e10


# --------------------------------------------------------------------------------------------------------- survival


def test_survival_of_newcomers_and_incumbents():
    """Newcomers: λ Σ over cohorts of Π (1 − hazard by age × dormancy), Poisson; incumbents: n (1 − h)^t, binomial."""
    rate, n, dormancy = 6.0, 40, 1.3
    hazards = [0.05, 0.15, 0.25, 0.35, 0.35]
    settings = assume(
        exit__year1=hazards[0],
        exit__year2=hazards[1],
        exit__year3=hazards[2],
        exit__later=hazards[3],
        exit__incumbents=0.08,
        exit__dormancy=dormancy,
    )
    newcomers = played(STILL, settings, assume(incumbents__number=0, startups__a_year=rate), draws=DRAWS, horizon=2018)
    survival = np.concatenate([[1.0], np.cumprod([1 - h * dormancy for h in hazards])])
    for j in range(6):
        expected, one_late = rate * survival[: j + 1].sum(), rate * (survival[:j].sum() + 1)
        wrong = [one_late, rate * (j + 1), rate * np.cumprod([1, *(1 - h for h in hazards)])[: j + 1].sum()] if j else []
        agrees(
            newcomers.of_year("enterprises")[:, j], expected, *wrong, variance=expected, wrong_variances=(1.3 * expected, expected / 1.3)
        )
    incumbents = played(STILL, settings, assume(incumbents__number=n), draws=DRAWS, horizon=2016)
    for j in range(4):
        p = (1 - 0.08 * dormancy) ** (j + 1)
        agrees(
            incumbents.of_year("enterprises")[:, j], n * p, n * (1 - 0.08 * dormancy) ** j, n * 0.92 ** (j + 1), variance=n * p * (1 - p)
        )


def test_who_comes_for_the_policy():
    """λ with the policy; λ (1 − offered × but-for share) without it, and from the year after its end."""
    rate, offered, but_for = 5.0, 0.8, 0.5
    result = played(
        STILL,
        assume(incumbents__number=0, startups__a_year=rate, butfor__offered=offered, butfor__startups=but_for),
        draws=DRAWS,
        horizon=2017,
    )
    fewer = rate * (1 - offered * but_for)
    for j, year in enumerate(result.years):
        there = rate * min(j + 1, 3) + fewer * max(0, year - 2015)
        agrees(result.of_year("enterprises")[:, j], there, rate * (j + 1) * 0.95, variance=there)
        agrees(result.of_year("enterprises_without")[:, j], fewer * (j + 1), rate * (1 - but_for) * (j + 1), variance=fewer * (j + 1))
    assert (result.of_year("enterprises_without") <= result.of_year("enterprises")).all()


def test_a_more_generous_law_attracts_more():
    """λ (1 − φ δ) + λ φ δ min(g, cap)^η with g the support of reference newcomers over today's; exactly λ under today's law."""
    rate, offered, but_for, elasticity, cap = 6.0, 0.9, 0.5, 0.7, 3.0
    settings = assume(
        incumbents__number=0,
        regional__a_year=rate,
        butfor__offered=offered,
        butfor__anchors=but_for,
        butfor__elasticity=elasticity,
        butfor__cap=cap,
    )
    for award, above_cap in ((1_000_000, False), (1_500_000, False), (20_000_000, True), (0, False)):
        chosen = scenario(STILL, settings, {"law.headquarters_award.regional_award": award}, draws=DRAWS, horizon=2013)
        generosity = float(generosity_of(chosen)[KINDS.index(REGIONAL_HQ)])
        assert (generosity > cap) == above_cap
        assert (generosity == 1) == (award == 1_000_000)
        drawn = rate * offered * but_for
        expected = rate - drawn + drawn * min(generosity, cap) ** elasticity
        wrong = [] if award == 1_000_000 else [rate, rate - drawn + drawn * min(generosity, cap)]
        agrees(play(chosen).of_year("enterprises")[:, 0], expected, *wrong, variance=expected)


# ------------------------------------------------------------------------------------------------------------ taxes


def test_retained_tax_follows_the_sharing_rules():
    """District share × (local VAT share × VAT + 40 % of income tax): ¼, then 41.67 % in 2016, ½ from 2017; income tax on a
    share of profitable enterprises that stays what it is, however long profit lasts."""
    vat, margin, profitable, district = 0.02, 0.05, 0.3, 0.5
    result = played(
        STILL,
        INCUMBENTS,
        assume(
            market__own_shock=0.001,
            tax__vat_burden_goods=vat,
            tax__margin=margin,
            tax__profitable_share=profitable,
            tax__profit_persistence=0.9,
            tax__income_tax_rate=0.25,
            tax__district_share=district,
        ),
        draws=DRAWS,
        horizon=2018,
    )
    income = profitable * margin * 0.25
    for j, local in enumerate([0.25, 0.25, 0.25, 0.4167, 0.5, 0.5]):
        kept = result.of_year("retained_tax_with")[:, j] / 100 / BASE
        agrees(
            kept,
            district * (local * vat + 0.4 * income),
            district * local * vat,
            district * (local * vat + 0.4 * income / profitable),
            district * (local * vat + income),
        )
        agrees(result.of_year("taxes_with")[:, j] / 100 / BASE, vat + income, vat)


@pytest.mark.parametrize(("share", "persistence"), [(0.3, 0.75), (0.6, 0.1), (0.95, 0.75), (0.99, 0.0)])
def test_the_share_of_profitable_enterprises_stays_what_it_is(share, persistence):
    """From the first year on, whatever the share and however long profit lasts: share × margin × 25 % of sales."""
    result = played(
        STILL,
        INCUMBENTS,
        assume(
            market__own_shock=0.001,
            tax__vat_burden_goods=0,
            tax__margin=0.04,
            tax__profitable_share=share,
            tax__profit_persistence=persistence,
        ),
        draws=2_000,
        horizon=2018,
    )
    for j in range(6):
        agrees(result.of_year("taxes_with")[:, j] / 100 / BASE, share * 0.04 * 0.25, share * 0.9 * 0.04 * 0.25)


def test_newcomers_are_measured_by_the_sharing_of_the_base_year():
    """`unshared`: retained tax as if 2012's rules went on, a quarter of VAT; for those who arrive in 2016 and later too."""
    result = played(
        STILL, assume(incumbents__number=0, startups__a_year=20, market__own_shock=0.001, tax__margin=0), draws=20, horizon=2019
    )
    for name in ("with", "without"):
        ratio = result.of_year(f"unshared_{name}") / result.of_year(f"retained_tax_{name}")
        expected = [1, 1, 1, 0.25 / 0.4167, 0.5, 0.5, 0.5]
        assert ratio == pytest.approx(np.tile(expected, (20, 1)), rel=1e-4)


def test_services_keep_all_local_until_2016():
    """Turnover tax of service firms: wholly local to April 2016, half of it from May."""
    people = register(20, range(2012, 2013), sector="services", sales=10**9)
    burden, district = 0.04, 0.5
    result = played(
        STILL,
        assume(market__own_shock=0.001, tax__burden_services=burden, tax__profitable_share=0, tax__district_share=district),
        population=people,
        draws=200,
        horizon=2018,
    )
    kept = result.of_year("retained_tax_with").mean(axis=0) / (20 * 10**9)
    assert kept == pytest.approx([district * burden * local for local in (1, 1, 1, (4 + 8 / 2) / 12, 0.5, 0.5)], rel=1e-3)


@pytest.mark.parametrize(
    ("sector", "known", "expected"),
    [
        ("goods", 2012, [1, 1, 1, 0.4167 / 0.25, 2, 2]),
        ("goods", 2016, [1, 1, 1, 1, 0.5 / 0.4167, 0.5 / 0.4167]),
        ("services", 2012, [1, 1, 1, 2 / 3, 0.5, 0.5]),
        ("services", 2016, [1, 1, 1, 1, 0.75, 0.75]),
        ("services", 2017, [1, 1, 1, 1, 1, 1]),
    ],
)
def test_a_registers_own_level_moves_with_the_sharing_rules_alone(sector, known, expected):
    """What a register shows in its last known year is the level; the rules of that year are not applied twice."""
    people = register(
        5,
        range(2012, known + 1),
        sector=sector,
        online_retailer=int(sector == "goods"),
        sales=10**10,
        online_sales=10**10,
        retained_tax=3 * 10**8,
    )
    result = played(
        STILL,
        assume(market__own_shock=0.001, tax__margin=0, office__stock=0),
        population=people,
        draws=100,
        horizon=2018,
        **{"population.known_until": known},
    )
    level = result.of_year("retained_tax_with").mean(axis=0) / (5 * 3 * 10**8)
    assert level == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize(
    "settings", [assume(tax__district_share=0), assume(tax__vat_burden_goods=0, tax__margin=0)], ids=["district keeps nothing", "no taxes"]
)
def test_a_registers_own_level_stands_where_the_model_expects_nothing(settings):
    """The assumption that nothing is kept says nothing of how a level that a register shows would move: it stays."""
    people = register(3, range(2012, 2013), online_retailer=1, sales=10**10, online_sales=10**10, retained_tax=10**8)
    result = played(STILL, assume(market__own_shock=0.001), settings, population=people, draws=20)
    assert result.of_year("retained_tax_with") / (3 * 10**8) == pytest.approx(1, rel=0.01)


# ----------------------------------------------------------------------------------------------------------- rebate


def laplace_density(x: float, scale: float, cut: float = 1.5) -> float:
    return math.exp(-abs(x) / scale) / (2 * scale * (1 - math.exp(-cut / scale)))


@pytest.mark.parametrize("base_tax", [40_000.0, 200_000.0, 280_000.0])
def test_expected_rebate_by_integration(base_tax):
    """One enterprise of a register, growing by a known path and a cut Laplace shock: 30 % of the rise from 50 000 CNY of
    contribution, 50 % from 300 000; integrated here over the shock, its kink and the two edges."""
    scale, growth = 0.3, 0.15
    people = register(1, range(2012, 2013), online_retailer=1, sales=5 * 10**9, online_sales=5 * 10**9, retained_tax=int(base_tax * 100))
    result = played(
        STILL, only("tax_rebate"), assume(market__growth=growth, market__own_shock=scale), population=people, draws=40_000, horizon=2013
    )

    def whole(function) -> float:
        edges = [math.log(edge / base_tax) - growth + math.log(neutral) for edge in (base_tax, 50_000, 300_000)]
        places = sorted({-1.5, 0.0, 1.5, *(e for e in edges if -1.5 < e < 1.5)})
        return sum(integrate.quad(lambda x: function(x) * laplace_density(x, scale), a, b)[0] for a, b in itertools.pairwise(places))

    neutral = 1.0  # for the edges of its own integral, where it does not matter
    neutral = whole(math.exp)

    def rebate(tax: float) -> float:
        rate = 0.5 if tax >= 300_000 else 0.3 if tax >= 50_000 else 0.0
        return rate * max(0.0, tax - base_tax)

    def of_shock(x: float) -> float:
        return rebate(base_tax * math.exp(growth + x) / neutral)

    expected, second = whole(of_shock), whole(lambda x: of_shock(x) ** 2)
    paid = by_clause(result, "tax_rebate")[:, 0] / 100
    agrees(paid, expected, rebate(base_tax * math.exp(growth)), 1.05 * expected, variance=second - expected**2)
    recipients = whole(lambda x: float(of_shock(x) > 0))
    agrees(by_clause(result, "tax_rebate", "recipients")[:, 0], recipients)


def test_a_rebate_that_is_suspended():
    """Nothing from the year on; the years before are what they were."""
    people = register(10, range(2012, 2013), online_retailer=1, sales=10**10, online_sales=10**10, retained_tax=10**7)
    settings = (STILL, assume(market__growth=0.3))
    going = played(*settings, population=people, draws=200)
    suspended = played(*settings, population=people, draws=200, rebate_suspended_from=2014)
    assert by_clause(going, "tax_rebate")[:, 1].all()
    assert np.array_equal(by_clause(going, "tax_rebate")[:, 0], by_clause(suspended, "tax_rebate")[:, 0])
    assert not by_clause(suspended, "tax_rebate")[:, 1:].any()


def test_no_variance_where_nothing_is_drawn():
    """No assumption uncertain, no shock to speak of, no stream that can fall either way: every draw pays the same."""
    people = register(50, range(2012, 2013), online_retailer=1, sales=10**9, online_sales=10**9, line_lease=10**6)
    result = play(scenario(STILL, NOTHING_GROWS, assume(children__rate=0, certification__rate=1), draws=100), people)
    lines, certified = by_clause(result, "data_line"), by_clause(result, "certification_award")
    assert (lines == [50 * 3 * 10**5] * 2 + [0] * 3).all()
    assert (certified == [50 * 2 * 10**6] + [0] * 4).all()
