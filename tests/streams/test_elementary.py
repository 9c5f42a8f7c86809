"""The engine's own exponential and logarithm: as exact as a machine's library, and the same one by one as many at a time."""

import math

import numba
import numpy as np
import pytest

from simulator import elementary

PER_ULP = np.finfo(np.float64).eps


def in_a_loop(function):
    """Compiled as the engine compiles it: a loop that becomes vector code."""

    @numba.njit(error_model="numpy")
    def loop(x, out):
        for i in range(x.shape[0]):
            out[i] = function(x[i])

    def many(x):
        out = np.empty_like(x)
        loop(x, out)
        return out

    return many


exp, log = in_a_loop(elementary.exp), in_a_loop(elementary.log)
EXPONENTS = np.concatenate([np.linspace(-3, 3, 20_001), np.linspace(-700, 700, 2_001), [0.0, -0.0, 1e-300, -1e-17]])
BESIDE_ONE = [math.nextafter(1, 0), math.nextafter(1, 2)]
NUMBERS = np.concatenate([np.linspace(1e-9, 4, 20_001), np.logspace(-300, 300, 2_001), [1.0, 0.5, 2.0], BESIDE_ONE])


def test_exp_is_within_two_units_in_the_last_place_of_the_librarys():
    there = np.array([math.exp(x) for x in EXPONENTS])
    assert np.abs(exp(EXPONENTS) / there - 1).max() <= 2 * PER_ULP


def test_log_is_within_two_units_in_the_last_place_of_the_librarys():
    there = np.array([math.log(x) for x in NUMBERS])
    here = log(NUMBERS)
    assert (np.abs(here - there) <= 2 * PER_ULP * np.abs(there)).all()


@pytest.mark.parametrize(("many", "numbers"), [(exp, EXPONENTS), (log, NUMBERS)])
def test_one_by_one_and_many_at_a_time_give_the_same_bits(many, numbers):
    some = numbers[::97]
    assert [many(some[i : i + 1])[0] for i in range(len(some))] == many(some).tolist()


def test_what_is_exact_and_where_it_ends():
    assert exp(np.array([0.0, -0.0])).tolist() == [1.0, 1.0]
    assert log(np.array([1.0])).tolist() == [0.0]
    ends = exp(np.array([-1e6, -elementary.LARGEST, elementary.LARGEST, 1e6]))
    assert ends[0] == ends[1] > 0
    assert ends[2] == ends[3] < math.inf


def test_each_undoes_the_other():
    x = np.linspace(-5, 5, 10_001)
    assert np.abs(log(exp(x)) - x).max() < 5e-15
