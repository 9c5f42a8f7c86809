"""Awards in closed form: award × Bernoulli, arrivals × award, months of rent, capital above a threshold, take-up, clawback.

One stream at a time, everything else held still; 10 000 draws and more; means and variances at |z| < 4.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm, poisson

from simulator.budget.variance import parameter_share
from simulator.engine.run import play
from tests.analytic.agreement import agrees, share_agrees
from tests.laws_of_the_model.playing import STILL, assume, by_clause, only, played, register, scenario

DRAWS = 10_000
AWARD = 2_000_000  # 20 000 CNY of 四（五）, in fen
REGIONAL, NATIONAL = 100_000_000, 300_000_000  # fen


def test_certification_award_is_binomial():
    """n incumbents, certified once in a lifetime at rate c a year, applying with probability t: Bin(n, c(1−c)^(y−1) t)."""
    n, c, t = 40, 0.08, 0.6
    result = played(
        STILL,
        assume(incumbents__number=n, certification__rate=c, take_up__certification_award=t, take_up__together=0.5),
        draws=DRAWS,
        horizon=2016,
    )
    recipients, awarded = (by_clause(result, "certification_award", m) for m in ("recipients", "awarded"))
    assert np.array_equal(awarded, recipients * AWARD)
    for year in range(3):
        p = c * (1 - c) ** year * t
        agrees(
            recipients[:, year],
            n * p,
            n * p / t,
            n * c * t if year else n * p * (1 - c),
            variance=n * p * (1 - p),
            wrong_variances=(n * p * (1 - p) * 1.4, n * p * (1 - p) / 1.4),
        )
        agrees(awarded[:, year], AWARD * n * p, variance=AWARD**2 * n * p * (1 - p))
    assert not recipients[:, 3].any(), "the term has ended"
    ever = t * (1 - (1 - c) ** 3)
    agrees(recipients.sum(axis=1), n * ever, 3 * n * c * t, variance=n * ever * (1 - ever))


@pytest.mark.parametrize(("kind", "award", "rate"), [("regional", REGIONAL, 0.7), ("national", NATIONAL, 0.15)])
def test_headquarters_award_is_poisson(kind, award, rate):
    """Arrivals × award: mean λ a, variance λ a², P(none) = e^−λ, independent from year to year."""
    settings = {f"assumptions.{kind}.a_year": rate}
    result = played(
        STILL,
        settings,
        assume(incumbents__number=0, regional__capital_median=1e10, national__capital_median=3e10, anchors__capital_log_sd=0),
        draws=20_000,
        horizon=2016,
    )
    recipients, awarded = (by_clause(result, "headquarters_award", m) for m in ("recipients", "awarded"))
    assert np.array_equal(awarded, recipients * award)
    for year in range(3):
        agrees(
            awarded[:, year],
            rate * award,
            1.15 * rate * award,
            variance=rate * award**2,
            wrong_variances=(rate * award**2 * 1.2, rate * award**2 * (1 - rate) if rate > 0.5 else award**2),
        )
        share_agrees(recipients[:, year] == 0, math.exp(-rate), math.exp(-1.2 * rate), math.exp(-rate / 1.2))
        share_agrees(recipients[:, year] == 1, rate * math.exp(-rate), rate)
    assert not recipients[:, 3].any(), "the term has ended"
    agrees(recipients.sum(axis=1), 3 * rate, variance=3 * rate)


def test_an_uncertain_rate_adds_its_own_variance():
    """λ uniform on (a, b), drawn once for all years of a draw: Var N = E λ + Var λ, Cov(N₁, N₂) = Var λ."""
    low, high = 0.2, 2.2
    result = played(
        {**STILL, "uncertainty": "full"},
        assume(
            incumbents__number=0,
            regional__capital_median=1e10,
            national__capital_median=3e10,
            anchors__capital_log_sd=0,
            regional__a_year={"low": low, "high": high},
        ),
        draws=DRAWS,
        horizon=2014,
    )
    arrived = by_clause(result, "headquarters_award", "recipients").astype(float)
    mean, variance = (low + high) / 2, (high - low) ** 2 / 12
    agrees(arrived[:, 0], mean, variance=mean + variance, wrong_variances=(mean,))
    product = (arrived[:, 0] - mean) * (arrived[:, 1] - mean)
    agrees(product, variance, 0.0, variance / 2)


def test_the_part_of_the_variance_that_parameters_make():
    """Two replicates for the same λ: Var λ ÷ (E λ + Var λ) of the variance is the parameter's, found within its own error."""
    low, high = 0.2, 4.2
    chosen = scenario(
        {**STILL, "uncertainty": "full"},
        assume(
            incumbents__number=0,
            regional__capital_median=1e10,
            national__capital_median=3e10,
            anchors__capital_log_sd=0,
            regional__a_year={"low": low, "high": high},
        ),
        draws=DRAWS,
        horizon=2013,
    )
    first, second = (by_clause(play(chosen, replicate=chance), "headquarters_award")[:, 0].astype(float) for chance in (0, 1))
    share, error = parameter_share(first, second)
    mean, variance = (low + high) / 2, (high - low) ** 2 / 12
    assert abs(share - variance / (mean + variance)) < 4 * error
    assert 0 < error < 0.02


def test_capital_above_its_threshold():
    """Headquarters with lognormal capital of median m × threshold: Φ(log m / σ) of them qualify."""
    rate, multiple, sd = 1.5, 2.0, 0.8
    result = played(
        STILL,
        assume(incumbents__number=0, regional__a_year=rate, regional__capital_median=multiple * 1e7, anchors__capital_log_sd=sd),
        draws=DRAWS,
        horizon=2013,
    )
    qualify = norm.cdf(math.log(multiple) / sd)
    agrees(
        by_clause(result, "headquarters_award", "recipients")[:, 0],
        rate * qualify,
        rate,
        rate * norm.cdf(math.log(multiple) / sd**2),
        variance=rate * qualify,
    )


def test_discretion_and_opening_award():
    """Share of the cap decided: 0.7 × award. Opening award: o2o × rate × paid-in share × E[C; C ≥ 2 m], C lognormal."""
    decided = played(
        STILL,
        assume(
            incumbents__number=0,
            regional__a_year=1,
            regional__capital_median=1e10,
            national__capital_median=3e10,
            anchors__capital_log_sd=0,
            discretion__headquarters_award=0.7,
            o2o_share=0.4,
        ),
        draws=DRAWS,
        horizon=2013,
    )
    headquarters = by_clause(decided, "headquarters_award", "recipients")
    assert np.array_equal(by_clause(decided, "headquarters_award"), headquarters * REGIONAL * 7 // 10)
    # headquarters that sell online and offline take the opening award too: 3 % of 1000 × 10 m
    agrees(by_clause(decided, "opening_award")[:, 0] / 100, 0.03 * 1e10 * 0.4, 0.03 * 1e10, variance=(0.03 * 1e10) ** 2 * 0.4)

    rate, o2o, ratio, median, mean = 8.0, 0.4, 0.75, 1e6, 1.6e6
    sd = math.sqrt(2 * math.log(mean / median))
    above = (math.log(median / 2e6)) / sd
    startup = 0.03 * ratio * o2o * mean * norm.cdf(above + sd)
    alone = played(
        STILL,
        assume(
            incumbents__number=0,
            startups__a_year=rate,
            o2o_share=o2o,
            capital__registered_median=median,
            capital__registered_mean=mean,
            capital__registered_cut=1e12,
            capital__paid_in_before_2014_03=ratio,
        ),
        draws=DRAWS,
        horizon=2013,
    )
    second = (0.03 * ratio) ** 2 * o2o * median**2 * math.exp(2 * sd**2) * norm.cdf(above + 2 * sd)
    agrees(
        by_clause(alone, "opening_award")[:, 0] / 100,
        rate * startup,
        rate * startup / o2o,
        rate * 0.03 * ratio * o2o * mean,
        rate * startup / ratio,
        variance=rate * second,
    )
    agrees(
        by_clause(alone, "opening_award", "recipients")[:, 0],
        rate * o2o * norm.cdf(above),
        rate * o2o,
        variance=rate * o2o * norm.cdf(above),
    )


# ------------------------------------------------------------------------------------------------------ office rent

RENT = assume(
    incumbents__number=0, office__designated_share=1, office__area_log_sd=0, office__area_median=100, office__rent=50, office__stock=1e8
)
MONTH = 100 * 50 * 100  # fen: 100 m² at 50 CNY
MONTHS = np.arange(1, 13)  # a start-up settles in any month alike; its first year has that many left


def test_office_rent_of_start_ups():
    """Fixed area and rent, 24 months from the month of settling: 13/2, 12 and 11/2 months of a cohort in its three years."""
    rate = 3.0
    result = played(STILL, RENT, assume(startups__a_year=rate), draws=DRAWS, horizon=2018)
    rent, recipients = by_clause(result, "office_rent") / MONTH, by_clause(result, "office_rent", "recipients")
    cohort = {0: MONTHS, 1: np.full(12, 12), 2: 12 - MONTHS}  # months paid at each age, by month of settling
    for j, year in enumerate(result.years):
        ages = [year - born for born in (2013, 2014, 2015) if 0 <= year - born <= 2]
        mean = rate * sum(cohort[age].mean() for age in ages)
        if not ages:
            assert not rent[:, j].any()
            continue
        variance = rate * sum((cohort[age] ** 2).mean() for age in ages)  # compound Poisson, cohorts independent
        agrees(
            rent[:, j], mean, 1.07 * mean, mean / 1.07, variance=variance, wrong_variances=(1.25 * variance, variance / 1.25)
        )  # half a month in 6.5 more would be 1.08
        agrees(recipients[:, j], rate * sum((cohort[age] > 0).mean() for age in ages))
    # the whole of it is 24 months for each of three cohorts
    agrees(rent.sum(axis=1), 3 * rate * 24, 3 * rate * 23, variance=3 * rate * 24**2)
    assert np.array_equal(rent, np.rint(rent)), "whole months of whole offices"


def test_office_space_that_is_short():
    """k offices free and N start-ups: min(N, k) get support, whoever settles first."""
    rate, room = 4.0, 3
    result = played(STILL, RENT, assume(startups__a_year=rate, office__stock=room * 100 + 50), draws=DRAWS, horizon=2015)
    n = np.arange(60)
    supported = (np.minimum(n, room) * poisson.pmf(n, rate)).sum()
    recipients = by_clause(result, "office_rent", "recipients")
    assert recipients[:, 0].max() == room
    agrees(recipients[:, 0], supported, rate, min(rate, room))
    # the earliest of n days has more months left: the first of them at least as many as any other
    rent = by_clause(result, "office_rent")[:, 0] / MONTH
    plenty = by_clause(played(STILL, RENT, assume(startups__a_year=rate), draws=DRAWS, horizon=2013), "office_rent")
    few = plenty[:, 0] / MONTH == rent
    share_agrees(few, poisson.cdf(room, rate), poisson.cdf(room - 1, rate))
    assert rent.sum() / recipients[:, 0].sum() > 6.5


def test_leaving_when_support_ends():
    """Of those who came for the policy ℓ of the ones whose 24 months end in a year are gone the next: a twelfth of a cohort after
    two years, all after three. Whoever would be here anyway stays."""
    rate, leaving = 3.0, 0.4
    settings = RENT | assume(startups__a_year=rate, exit__after_support=leaving)
    result = played(STILL, settings, assume(butfor__offered=1, butfor__startups=1), draws=DRAWS, horizon=2018)
    there = result.of_year("enterprises")
    ended = {0: 0.0, 1: 0.0, 2: 1 / 12, 3: 1.0, 4: 1.0, 5: 1.0}  # share of a cohort whose support has ended, by age
    for j, year in enumerate(result.years):
        stay = [1 - leaving * ended[year - born] for born in range(2013, min(year, 2015) + 1)]
        agrees(there[:, j], rate * sum(stay), *([rate * len(stay)] if year >= 2016 else []), variance=rate * sum(stay))
    assert not result.of_year("enterprises_without").any()
    anyway = played(STILL, settings, draws=DRAWS, horizon=2018)
    assert np.array_equal(anyway.of_year("enterprises"), anyway.of_year("enterprises_without"))
    agrees(anyway.of_year("enterprises")[:, -1], 6 * rate, 6 * rate * (1 - leaving), variance=6 * rate)


# ----------------------------------------------------------------------------------------------------- who applies


def test_applying_for_one_goes_with_applying_for_all():
    """Two clauses, rates r and s, together m: P(both) = m² min(r, s) + (1 − m²) r s; each rate stays what it is."""
    n, r, s, m = 20, 0.5, 0.3, 0.7
    result = played(
        STILL,
        only(),
        assume(
            incumbents__number=n,
            certification__rate=1,
            line__prevalence=1,
            take_up__certification_award=r,
            take_up__data_line=s,
            take_up__together=m,
        ),
        draws=DRAWS,
        horizon=2013,
    )
    both = m**2 * min(r, s) + (1 - m**2) * r * s
    agrees(by_clause(result, "certification_award", "recipients")[:, 0], n * r, variance=n * r * (1 - r))
    agrees(by_clause(result, "data_line", "recipients")[:, 0], n * s, variance=n * s * (1 - s))
    either = r + s - both
    agrees(
        result.of_year("recipients")[:, 0],
        n * either,
        n * (r + s - r * s),
        n * max(r, s),
        n * (r + s - (m * min(r, s) + (1 - m) * r * s)),
        variance=n * either * (1 - either),
    )


@pytest.mark.parametrize("typical", [5_000, 20_000, 80_000])
def test_take_up_rises_with_the_sum_at_stake(typical):
    """Odds of applying = odds of the rate × (sum / typical sum) ^ elasticity."""
    n, rate, elasticity = 20, 0.6, 0.4
    result = played(
        STILL,
        assume(
            incumbents__number=n,
            certification__rate=1,
            take_up__certification_award=rate,
            take_up__size_elasticity=elasticity,
            typical_sum__certification_award=typical,
        ),
        draws=DRAWS,
        horizon=2013,
    )
    odds = rate / (1 - rate) * (20_000 / typical) ** elasticity
    p = odds / (1 + odds)
    linear = rate * (20_000 / typical) ** elasticity
    wrong = [n * rate, n * linear] if typical != 20_000 else []
    agrees(by_clause(result, "certification_award", "recipients")[:, 0], n * p, *wrong, variance=n * p * (1 - p))


# -------------------------------------------------------------------------------------------------------- clawback


def test_breach_and_clawback():
    """Certified at rate c, breaking a rule at rate b: award (1−c)^(y−1) c (1−b)^y; due back in y what was awarded before,
    b (1−b)^(y−1) (1 − (1−c)^(y−1)); whoever breaks a rule in the year of the certification gets nothing."""
    n, c, b = 40, 0.25, 0.15
    result = played(
        STILL,
        only("certification_award"),
        assume(incumbents__number=n, certification__rate=c, breach__rate=b, breach__recovered=0.5),
        draws=DRAWS,
        horizon=2017,
    )
    recipients, due = by_clause(result, "certification_award", "recipients"), result.of_year("clawback_due")
    assert not (due % AWARD).any()
    for j in range(5):
        y = j + 1
        p = (1 - c) ** j * c * (1 - b) ** y if y <= 3 else 0.0
        if p:
            agrees(recipients[:, j], n * p, n * p / (1 - b), variance=n * p * (1 - p))
        else:
            assert not recipients[:, j].any()
        before = min(j, 3)  # years whose certifications were awarded
        q = b * (1 - b) ** j * (1 - (1 - c) ** before)
        if j:
            agrees(
                due[:, j] / AWARD,
                n * q,
                n * b * (1 - b) ** j * (1 - (1 - c) ** (before + 1)),
                n * b * (1 - (1 - c) ** before),
                variance=n * q * (1 - q),
            )
        else:
            assert not due[:, 0].any()
    assert np.array_equal(result.recovered[:, 1:], due // 2)


def test_one_enterprise_of_a_register_and_its_clawback():
    """A register's award of 2012 is no payment of this policy: only what a draw awards is due back."""
    people = register(1, range(2012, 2013), online_retailer=1, sales=10**8, online_sales=10**8, line_lease=10**7)
    b = 0.3
    result = played(STILL, only("data_line"), assume(breach__rate=b), population=people, draws=DRAWS, horizon=2016)
    line = 10**7 * 3 // 10
    awarded, due = by_clause(result, "data_line"), result.of_year("clawback_due")
    assert set(np.unique(awarded)) == {0, line}
    for j, p in enumerate([1 - b, (1 - b) ** 2, 0.0, 0.0]):
        agrees(awarded[:, j] / line, p, variance=p * (1 - p) if p else None)
    for j, expected in enumerate([0.0, b * (1 - b), 2 * b * (1 - b) ** 2, 2 * b * (1 - b) ** 3]):
        agrees(due[:, j] / line, expected, *([expected * (1 - b)] if j else []))
