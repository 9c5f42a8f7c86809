"""What is withheld beside a sensitive cell, table by table, worked out by hand. Five holders where nothing else is said; the rules as they
are shipped: three contributors, 25 per cent, one not above 75 and two not above 80 per cent."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.disclosure.safety import Cube, Rules, protect, sensitive

EACH_10, EACH_20, EACH_50, NOBODY = [10] * 5, [20] * 5, [50] * 5, [0] * 5


def cube(*clauses: list[list[float]]) -> Cube:
    """A table: by clause, by year, what each holder contributes."""
    amounts = np.array(clauses, float)
    return Cube(np.moveaxis(amounts, 2, 0), tuple("abcd"[: len(clauses)]), tuple(range(2013, 2013 + amounts.shape[1])))


FIRST = np.array([[True, False], [False, False]])
CASES = {
    "all may be shown": ([cube([EACH_10], [EACH_20])], {}, [[1], [1]], [1, 1], [1], True),
    "no total of all where others forbid it": ([cube([EACH_10], [EACH_20])], {"whole": False}, [[1], [1]], [1, 1], [1], False),
    "a year whose total others forbid": ([cube([EACH_10, EACH_10])], {"years": np.array([True, False])}, [[1, 1]], [1], [1, 0], True),
    # 100 of one and three take one each back: what is left of the year is one holder's
    "each may be shown, the year not": ([cube([[100, -1, -1, -1]], [[0, 1, 1, 1]])], {}, [[1], [1]], [1, 1], [0], False),
    # in the second table the withheld cell is one holder's, and the other cell of the year is nothing in the first
    "nothing to withhold with it": (
        [cube([EACH_10], [NOBODY]), cube([[100, 1, 1, 1, 1]], [[0, 60, 60, 60, 60]])],
        {},
        [[0], [1]],
        [0, 1],
        [0],
        False,
    ),
    # one holder is most of the year: its total is dropped, and nothing else is withheld in vain
    "the year's total dropped": ([cube([[1000, 1, 1, 1, 1]], [EACH_10])], {}, [[0], [1]], [0, 1], [0], False),
    "the smallest withheld with it": ([cube([[30, 1, 1, 0, 0]], [EACH_10], [EACH_20])], {}, [[0], [0], [1]], [0, 0, 1], [1], True),
    "the smallest, however small": (
        [cube([[0.3, 0.01, 0.01, 0, 0]], [[0.1] * 5], [[0.2] * 5])],
        {},
        [[0], [0], [1]],
        [0, 0, 1],
        [1],
        True,
    ),
    # in the second year the larger one, whose clause has lost its total already
    "of clauses without a total first": (
        [cube([EACH_10, [30, 1, 1, 0, 0]], [[90, 1, 1, 1, 1], EACH_20], [EACH_10, EACH_10], [EACH_50, EACH_50])],
        {},
        [[0, 0], [0, 0], [1, 1], [1, 1]],
        [0, 0, 1, 1],
        [1, 1],
        True,
    ),
    "withheld for other reasons": ([cube([EACH_10] * 2, [EACH_20] * 2)], {"hidden": FIRST}, [[0, 1], [1, 1]], [0, 1], [1, 1], True),
    "of a year without a total": (
        [cube([[90, 1, 1, 0, 0], EACH_10], [EACH_20, EACH_20])],
        {"years": np.array([False, True])},
        [[0, 1], [1, 1]],
        [0, 1],
        [0, 1],
        False,  # from the total of all, the other year and the cell beside it, the withheld one would follow
    ),
    "of a year without a total, and safe": (
        [cube([EACH_10] * 2, [EACH_20] * 2)],
        {"hidden": FIRST, "years": np.array([False, True])},
        [[0, 1], [1, 1]],
        [0, 1],
        [0, 1],
        True,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_may_be_shown(case):
    tables, given, cells, clauses, years, whole = CASES[case]
    shown = protect(tables, **given)
    assert shown.cells.tolist() == np.array(cells, bool).tolist()
    assert shown.clauses.tolist() == np.array(clauses, bool).tolist()
    assert shown.years.tolist() == np.array(years, bool).tolist()
    assert shown.whole == whole


def test_the_third_and_later_make_a_share_of_the_first_and_no_less():
    rest = Rules(fewest=1, percent=25.0, dominance=())
    assert sensitive(np.array([100.0, 50, 24.9]), rest) and not sensitive(np.array([100.0, 50, 25.1]), rest)


def test_one_holder_may_have_up_to_the_share_and_no_more():
    one = Rules(fewest=1, percent=0.0, dominance=((1, 75.0),))
    assert sensitive(np.array([75.1, 8.9, 8.0, 8.0]), one) and not sensitive(np.array([74.9, 9.1, 8.0, 8.0]), one)
