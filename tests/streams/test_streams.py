"""The dice: known answers, the layout of a counter, and inverse distribution functions against scipy.

Statistical tests are at a significance of 1e-4 divided by their number (`ALPHA`), on fixed seeds; each kind of test is
shown to refuse a sampler that is slightly wrong.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from simulator import distributions, load_scenario, streams
from simulator.engine.enacted import enact
from simulator.streams import (
    APPLY,
    APPLY_MIX,
    GROWTH,
    NAMES,
    key_of,
    key_of_slot,
    keys_of,
    u,
    uniforms,
    uniforms_by_draw,
)
from tests.of_2013 import SLUGS

ALPHA = 1e-4 / 40  # no more than 40 tests of samples stand below
LOW = 0xFFFFFFFF


def ks(sample: np.ndarray, law: str | Callable[[np.ndarray], np.ndarray]) -> float:
    """p-value of the sample coming from the law."""
    return stats.kstest(sample, law, method="asymp").pvalue


# ------------------------------------------------------------------------------------------------ known answers

KNOWN_ANSWERS = [  # counter, key → words; Random123's kat_vectors for philox4x32-10
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((LOW, LOW, LOW, LOW), (LOW, LOW), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0), (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]


def philox_in_python(counter: tuple[int, ...], key: tuple[int, int]) -> tuple[int, ...]:
    """Philox4x32-10 in Python's own whole numbers, written from the paper."""
    (c0, c1, c2, c3), (k0, k1) = counter, key
    for turn in range(10):
        if turn:
            k0, k1 = k0 + 0x9E3779B9 & LOW, k1 + 0xBB67AE85 & LOW
        (high0, low0), (high1, low1) = divmod(0xD2511F53 * c0, 1 << 32), divmod(0xCD9E8D57 * c2, 1 << 32)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
    return c0, c1, c2, c3


def u_in_python(seed: int, draw: int, stream: int, enterprise: int, year: int) -> float:
    """`u` in Python's own whole numbers: which argument stands where in key and counter, and which bits are used."""
    words = philox_in_python((enterprise & LOW, enterprise >> 32, draw, stream << 16 | year), (seed & LOW, seed >> 32))
    return min(((words[0] >> 5 << 26 | words[1] >> 6) + 0.5) / 2**53, 1 - 2.0**-53)


@numba.njit
def many_philox(counters, keys):
    words = np.empty((len(counters), 4), np.uint64)
    for i in range(len(counters)):
        c = counters[i]
        words[i] = streams.philox(c[0], c[1], c[2], c[3], keys[i, 0], keys[i, 1])
    return words


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS, ids=["zeros", "ones", "pi"])
def test_philox_gives_the_published_answers(counter, key, answer):
    assert philox_in_python(counter, key) == answer
    words = many_philox(np.array([counter], np.uint64), np.array([key], np.uint64))
    assert tuple(int(w) for w in words[0]) == answer


@given(
    seed=st.integers(0, 2**64 - 1),
    draw=st.integers(0, 2**32 - 1),
    stream=st.integers(0, 2**16 - 1),
    enterprise=st.integers(0, 2**64 - 1),
    year=st.integers(0, 2**16 - 1),
)
def test_u_is_the_same_function_in_plain_python(seed, draw, stream, enterprise, year):
    """Every bit of every argument counts, and stands where the documentation says, to the last bit of the answer."""
    assert u(np.uint64(seed), draw, stream, np.uint64(enterprise), year) == u_in_python(seed, draw, stream, enterprise, year)


GOLDEN = [  # seed, draw, stream, enterprise, year → u. If one of these changes, every published number changes.
    ((0, 0, 0, 0, 0), 0.3990464723148957),
    ((1, 0, 0, 0, 0), 0.8902591757080309),
    ((4294967296, 0, 0, 0, 0), 0.9916724039501725),
    ((0, 1, 2, 3, 4), 0.7206498836703061),
    ((2013, 0, 1, 10227237417705331927, 0), 0.509418022139764),
    ((2013, 7, 6, 8067598748143630850, 2014), 0.8335309239662858),
    ((2013, 999, 726, 7643539738265412762, 0), 0.986412993155861),
    ((18446744073709551615, 4294967295, 65535, 18446744073709551615, 65535), 0.25218435568333814),
]


@pytest.mark.parametrize(("arguments", "value"), GOLDEN)
def test_the_random_stream_has_not_changed(arguments, value):
    seed, draw, stream, enterprise, year = arguments
    found = u(np.uint64(seed), draw, stream, np.uint64(enterprise), year)
    assert found == value, f"random stream changed: u{arguments} is {found!r}; no earlier result can be reproduced"


def test_no_name_has_moved_and_no_key_has_changed():
    """A stream's number and an enterprise's key are part of every result: they are kept for good."""
    assert NAMES[:26] == (
        "parameter",
        "market",
        "arrivals",
        "settling_day",
        "sales",
        "growth",
        "profit",
        "exit",
        "leaving",
        "breach",
        "certification",
        "registered_capital",
        "o2o",
        "service",
        "designated",
        "area",
        "line",
        "line_fee",
        "children",
        "members",
        "apply_together",
        "apply",
        "apply_mix",
        "but_for",
        "joins",
        "support",
    )
    assert [getattr(streams, name.upper()) for name in NAMES] == list(range(1, len(NAMES) + 1))
    assert int(key_of("E0000001")) == 8067598748143630850
    assert int(key_of("九龙坡")) == 2004719636606980445
    with np.errstate(over="ignore"):  # its products are meant to wrap
        assert int(key_of_slot(0, 2015, 3)) == 7643539738265412762
    assert int(enact(load_scenario("baseline"), []).keys[SLUGS.index("tax_rebate")]) == 5559067846220073559
    assert list(keys_of(["E0000001", "九龙坡"])) == [key_of("E0000001"), key_of("九龙坡")]


def test_distributions_have_not_changed():
    """Inverse functions at fixed places, to what differs between mathematical libraries."""
    found = [
        distributions.normal(0.001),
        distributions.normal(0.3),
        distributions.lognormal(0.9, 2.0, 1.5),
        distributions.laplace_cut(0.2, 0.3, 1.5),
        distributions.mean_exp_laplace_cut(0.3, 1.5),
    ]
    assert found == pytest.approx(
        [-3.090232304709404, -0.5244005132792953, 13.67370337694456, -0.2718703634232391, 1.0840576162324045], rel=1e-13
    )
    counts = [[distributions.poisson(p, rate) for p in (0.001, 0.3, 0.5, 0.9, 0.999999)] for rate in (0.7, 45.0, 5000.0)]
    assert counts == [[0, 0, 1, 2, 7], [26, 41, 45, 54, 80], [4783, 4963, 5000, 5091, 5340]]


# ---------------------------------------------------------------------------------------- a function, not a stream


def test_u_never_reaches_an_end():
    """All bits 0 and all bits 1 stay inside (0, 1): (2⁵³ − ½) / 2⁵³ is no float64, and must not round to 1."""
    ends = [streams.unit(np.uint64(0), np.uint64(0)), streams.unit(np.uint64(LOW), np.uint64(LOW))]
    assert ends == [2.0**-54, 1 - 2.0**-53]
    assert all(math.isfinite(distributions.normal(p)) for p in ends)


def test_many_are_the_same_as_one_by_one():
    keys = keys_of(range(50))
    seed = np.uint64(11)
    assert list(uniforms(seed, 3, GROWTH, keys, 2014)) == [u(seed, 3, GROWTH, key, 2014) for key in keys]
    assert list(uniforms_by_draw(seed, 5, 20, GROWTH, keys[0])) == [u(seed, d, GROWTH, keys[0], 0) for d in range(5, 25)]


def test_all_numbers_are_distinct():
    """Over streams × enterprises × draws × years × seeds, and clauses' own: half a million numbers, none twice."""
    with np.errstate(over="ignore"):
        slots = [key_of_slot(kind, year, slot) for kind in range(9) for year in (0, 2013, 2014) for slot in range(2)]
    keys = np.concatenate([keys_of(range(20)), np.array(slots, np.uint64), np.arange(10, dtype=np.uint64)])
    asked = [(lot, keys) for lot in range(1, len(NAMES) + 1)]
    asked += [(lot, keys ^ clause) for lot in (APPLY, APPLY_MIX) for clause in enact(load_scenario("baseline"), []).keys]
    assert len(set(map(int, keys))) == len(keys)
    found = np.concatenate(
        [
            uniforms(np.uint64(seed), draw, lot, of, year)
            for lot, of in asked
            for draw in range(10)
            for year in (0, 2013, 2014)
            for seed in (0, 1, 2013, 2**32, 2**64 - 1)
        ]
    )
    assert len(found) > 500_000
    assert len(np.unique(found)) == len(found)


def joint(a: np.ndarray, b: np.ndarray, cells: int = 16) -> float:
    """p-value of a and b being independent and uniform on (0, 1), by χ² on a grid."""
    counts, _, _ = np.histogram2d(a, b, bins=cells, range=[[0, 1], [0, 1]])
    return stats.chisquare(counts.ravel()).pvalue


NEIGHBOURS = {  # which argument is moved by one (or by one in its upper half)
    "seed": lambda keys: uniforms(np.uint64(12346), 0, 1, keys, 0),
    "seed's upper half": lambda keys: uniforms(np.uint64(12345 + 2**32), 0, 1, keys, 0),
    "draw": lambda keys: uniforms(np.uint64(12345), 1, 1, keys, 0),
    "lottery": lambda keys: uniforms(np.uint64(12345), 0, 2, keys, 0),
    "year": lambda keys: uniforms(np.uint64(12345), 0, 1, keys, 1),
    "enterprise": lambda keys: uniforms(np.uint64(12345), 0, 1, keys + np.uint64(1), 0),
    "enterprise's upper half": lambda keys: uniforms(np.uint64(12345), 0, 1, keys + np.uint64(2**32), 0),
}


@pytest.mark.parametrize("moved", NEIGHBOURS)
def test_neighbours_are_unrelated(moved):
    """Seeds 12345 and 12346, draws 0 and 1 …: jointly uniform, no number in common."""
    keys = np.arange(100_000, dtype=np.uint64) * np.uint64(2)
    here, there = uniforms(np.uint64(12345), 0, 1, keys, 0), NEIGHBOURS[moved](keys)
    assert joint(here, there) > ALPHA
    assert not np.intersect1d(here, there).size
    assert joint(here, (here + 1e-2 * there) % 1) < ALPHA, "this test would not see a dependence"


AXES = {
    "enterprises": lambda n: uniforms(np.uint64(0), 0, 1, np.arange(n, dtype=np.uint64), 0),
    "hashed ids": lambda n: uniforms(np.uint64(0), 0, 1, keys_of(range(n // 10)), 0),
    "draws": lambda n: uniforms_by_draw(np.uint64(0), 0, n, 1, np.uint64(0)),
    "years and streams": lambda n: np.concatenate(
        [uniforms(np.uint64(0), 0, lot, np.zeros(1, np.uint64), year) for lot in range(200) for year in range(n // 2000)]
    ),
    "seeds": lambda n: np.concatenate([uniforms(np.uint64(s), 0, 1, np.zeros(1, np.uint64), 0) for s in range(n // 20)]),
}


@pytest.mark.parametrize("axis", AXES)
def test_u_is_uniform_along_every_argument(axis):
    sample = AXES[axis](200_000)
    assert ks(sample, "uniform") > ALPHA
    assert ks(sample**1.15, "uniform") < ALPHA, "this test would not see a wrong distribution"
    successive = sample[: len(sample) // 2 * 2].reshape(-1, 2)
    assert joint(successive[:, 0], successive[:, 1]) > ALPHA


# ------------------------------------------------------------------------------------- inverse distribution functions


@numba.njit
def many_normal(p):
    return np.array([distributions.normal(x) for x in p])


@numba.njit
def many_lognormal(p, median, log_sd):
    return np.array([distributions.lognormal(x, median, log_sd) for x in p])


@numba.njit
def many_poisson(p, rate):
    return np.array([distributions.poisson(x, rate) for x in p])


@numba.njit
def many_laplace(p, scale, cut):
    return np.array([distributions.laplace_cut(x, scale, cut) for x in p])


@pytest.fixture(scope="module")
def sample():
    """100 000 numbers of one stream."""
    return uniforms_by_draw(np.uint64(7), 0, 100_000, GROWTH, np.uint64(1))


def test_normal_against_scipy():
    """Relative error below 2e-9 wherever a u can be, to 2⁻⁵³ of either end."""
    tails = 2.0 ** -np.arange(2, 53.5, 0.25)
    p = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 100_001), tails, 1 - tails[tails >= 2.0**-53]])
    p = p[p != 0.5]
    error = np.abs(many_normal(p) / special.ndtri(p) - 1)
    assert error.max() < 2e-9
    assert many_normal(np.array([0.5]))[0] == 0
    assert np.abs(many_normal(p) * (1 + 4e-9) / special.ndtri(p) - 1).max() > 2e-9


def test_normal_sample(sample):
    assert ks(many_normal(sample), "norm") > ALPHA
    assert ks(many_normal(sample) * 1.05, "norm") < ALPHA


@pytest.mark.parametrize(("median", "log_sd"), [(1.0, 1.5), (3e7, 0.9), (500_000.0, 2.1)])
def test_lognormal_against_scipy(sample, median, log_sd):
    """Median and standard deviation of the logarithm: not mean, not variance."""
    law = stats.lognorm(log_sd, scale=median)
    assert many_lognormal(sample, median, log_sd) == pytest.approx(law.ppf(sample), rel=1e-7)
    assert ks(many_lognormal(sample, median, log_sd), law.cdf) > ALPHA
    assert ks(many_lognormal(sample, median, log_sd**2), law.cdf) < ALPHA


RATES = [0.0, 1e-9, 0.02, 0.7, 2.5, 45.0, 100.0, 300.0, 599.9, 600.1, 720.0, 760.0, 5_000.0, 20_000.0]


@pytest.mark.parametrize("rate", RATES)
def test_poisson_is_scipys_to_the_last_number(rate):
    """The least n with P(N ≤ n) ≥ p, over the whole range an assumption may have."""
    tails = 10.0 ** -np.arange(1, 13)
    p = np.concatenate([uniforms_by_draw(np.uint64(5), 0, 3000, 1, key_of(str(rate))), tails, 1 - tails])
    n = many_poisson(p, rate)
    assert (stats.poisson.cdf(n, rate) >= p * (1 - 1e-12)).all()
    assert (stats.poisson.cdf(n - 1, rate) < p * (1 + 1e-12)).all()
    if rate:
        assert np.array_equal(n, stats.poisson.ppf(p, rate))


@pytest.mark.parametrize("rate", [0.7, 45.0, 5_000.0])
def test_poisson_sample(sample, rate):
    """χ² on cells of equal expectation; a rate two standard deviations of the mean away is refused."""
    cuts = np.unique(stats.poisson.ppf(np.linspace(0.02, 0.98, 25), rate))
    expected = np.diff(stats.poisson.cdf([-np.inf, *cuts, np.inf], rate)) * len(sample)

    def p_value(numbers: np.ndarray) -> float:
        return stats.chisquare(np.bincount(np.searchsorted(cuts, numbers), minlength=len(cuts) + 1), expected).pvalue

    assert p_value(many_poisson(sample, rate)) > ALPHA
    assert p_value(many_poisson(sample, rate + 0.03 * math.sqrt(rate))) < ALPHA


@given(
    p=st.floats(1e-12, 1 - 1e-12),
    rate=st.one_of(st.floats(0, 20), st.floats(0, 20_000), st.floats(590, 610)),
    more=st.one_of(st.floats(0, 1), st.floats(0, 500)),
)
def test_a_higher_poisson_rate_only_adds(p, rate, more):
    """Monotone coupling, but for the last 1e-12 of either tail, where sums of float64 cannot tell rates apart."""
    assert distributions.poisson(p, rate) <= distributions.poisson(p, rate + more)


@given(
    rate=st.one_of(st.floats(0, 20), st.floats(0, 20_000)), one=st.floats(2.0**-53, 1 - 2.0**-53), other=st.floats(2.0**-53, 1 - 2.0**-53)
)
def test_poisson_rises_with_its_u(rate, one, other):
    assert distributions.poisson(min(one, other), rate) <= distributions.poisson(max(one, other), rate)


def laplace_cdf(x: np.ndarray, scale: float, cut: float) -> np.ndarray:
    whole = stats.laplace(scale=scale)
    return (whole.cdf(x) - whole.cdf(-cut)) / (whole.cdf(cut) - whole.cdf(-cut))


@pytest.mark.parametrize(("scale", "cut"), [(0.3, 1.5), (0.95, 1.5), (0.02, 1.5), (1.0, 1.5), (5.0, 1.5)])
def test_laplace_cut(sample, scale, cut):
    """Truncated at ±cut by distribution, not by clipping; symmetric; inside the cut."""
    found = many_laplace(sample, scale, cut)
    assert np.abs(found).max() <= cut
    assert laplace_cdf(found, scale, cut) == pytest.approx(sample, abs=1e-9)
    assert ks(found, lambda x: laplace_cdf(x, scale, cut)) > ALPHA
    assert many_laplace(1 - sample, scale, cut) == pytest.approx(-found, abs=1e-9)
    wrong = many_laplace(sample, scale * 1.1, cut * 1.03)
    assert ks(wrong, lambda x: laplace_cdf(x, scale, cut)) < ALPHA


@pytest.mark.parametrize("scale", [0.001, 0.05, 0.3, 0.95, 0.999, 1.0, 1.5, 10.0])
def test_mean_of_exp_laplace_is_its_integral(scale):
    cut = 1.5

    def density(x: float) -> float:
        return math.exp(x - abs(x) / scale) / (2 * scale * (1 - math.exp(-cut / scale)))

    reach = min(cut, 60 * scale)
    integral = sum(integrate.quad(density, a, b, epsabs=1e-13, limit=200)[0] for a, b in ((-reach, 0), (0, reach)))
    assert distributions.mean_exp_laplace_cut(scale, cut) == pytest.approx(integral, rel=1e-9)


def test_growth_shocks_are_neutral_on_average(sample):
    """E[exp(shock)] ÷ mean_exp_laplace_cut = 1; without the cut's compensation 1 ÷ (1 − b²) would be wrong."""
    factors = np.exp(many_laplace(sample, 0.4, 1.5))

    def z(neutral: float) -> float:
        return (factors.mean() / neutral - 1) / (factors.std() / neutral / math.sqrt(len(factors)))

    assert abs(z(distributions.mean_exp_laplace_cut(0.4, 1.5))) < 4
    assert abs(z(1 / (1 - 0.4**2))) > 4
    assert abs(z(1.0)) > 4


def test_the_python_generators_stay_out_of_it():
    """Seeding the generators of Python and NumPy changes nothing."""
    before = uniforms_by_draw(np.uint64(1), 0, 5, 1, np.uint64(1))
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    assert np.array_equal(before, uniforms_by_draw(np.uint64(1), 0, 5, 1, np.uint64(1)))
