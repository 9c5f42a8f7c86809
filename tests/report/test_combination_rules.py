"""What several releases tell together, by hand-made contributions: who is the same, what is chance, which combinations are looked at."""

from __future__ import annotations

from itertools import product
from math import gcd

import numpy as np
import pandas as pd
import pytest

from simulator.disclosure import combinations
from simulator.disclosure.combinations import combined_tell, contrasted, contrasts, same_holders, spanned, without_chance
from simulator.disclosure.safety import Cube, Rules

TOTAL = "total"
CELL, YEAR, CLAUSE, WHOLE = ("awarded", "a", "2013"), ("awarded", TOTAL, "2013"), ("awarded", "a", TOTAL), ("awarded", TOTAL, TOTAL)


def frame(*rows) -> pd.DataFrame:
    """rows: measure, clause, year, holder, amount, and how many awards."""
    names = ["measure", "clause", "year", "holder", "amount", "awards"]
    return pd.DataFrame([(*row, 1.0)[:6] for row in rows], columns=names).astype({"holder": np.uint64, "amount": float})


def holders(frames) -> list[list[int]]:
    return [sorted(map(int, f["holder"])) for f in same_holders(frames)]


def paid(holder: int, amount: float = 60.0):
    return ("awarded", "a", 2013, holder, amount)


def alias(former: int, now: int):
    return ("alias", f"{former:x}", 0, now, 0.0)


def facts(holder: int, sales: float, taxes: float, measure: str = "online_sales"):
    return [(measure, "", 0, holder, sales), ("taxes", "", 0, holder, taxes)]


def test_a_former_code_is_the_same_holder_in_every_release():
    assert holders([frame(paid(170)), frame(paid(9), alias(170, 9))]) == [[9], [9]]
    assert holders([frame(paid(5)), frame(paid(7), alias(5, 7)), frame(paid(9), alias(7, 9))]) == [[5], [5], [5]]
    assert holders([frame(paid(9), alias(7, 9)), frame(paid(5), alias(7, 5)), frame(paid(7))]) == [[5], [5], [5]]
    assert holders([frame(paid(5)), frame(paid(7))]) == [[5], [7]]


@pytest.mark.parametrize(
    ("now", "same"),
    [
        (facts(12, 100.0, 5.0), True),
        (facts(12, 100.004, 5.001), True),  # to the fen
        (facts(12, 100.01, 5.0), False),
        (facts(12, 100.0, 5.0, "support"), False),
        (facts(12, 100.0, 5.0)[:1], False),
        ([*facts(12, 100.0, 5.0), ("register.sales", "x", 2013, 12, 0.0), ("awarded", "a", 2014, 12, 1.0)], True),
        ([*facts(12, 100.0, 5.0), ("register.sales", "x", 2013, 12, 1.0)], False),
        ([*facts(12, 100.0, 5.0), *facts(13, 100.0, 5.0)], False),  # two of them: nobody knows which
    ],
)
def test_whose_facts_are_equal_to_the_fen_is_the_same_holder(now, same):
    found = same_holders([frame(paid(11), *facts(11, 100.0, 5.0)), frame(paid(12), *now)])
    names = [set(f.loc[(f["measure"] == "awarded") & (f["year"] == 2013), "holder"]) for f in found]
    assert names == ([{11}, {11}] if same else [{11}, {12}])


def test_what_one_holder_has_under_two_codes_is_added_up():
    now = frame((*paid(5, 10.0), 3.0), (*paid(9, 20.0), 4.0), alias(5, 9))
    (first, second) = same_holders([frame(paid(5), ("taxes", "", 0, 5, 1.0)), now])
    assert second[["holder", "amount", "awards", "code"]].to_numpy().tolist() == [[5, 30.0, 7.0, 5]] and len(first) == 2
    (old,) = same_holders([frame(paid(5)).drop(columns="awards")])
    assert old["awards"].tolist() == [0.0] and list(old.columns) == ["measure", "clause", "year", "holder", "amount", "awards", "code"]


@pytest.mark.parametrize(
    ("before", "now", "awards", "chance"),
    [
        (100.0, 74.8, (1, 1), True),  # of a thousand draws 8 / √1000 of it, which is a quarter
        (100.0, 74.6, (1, 1), False),
        (74.8, 100.0, (1, 1), True),
        (74.6, 100.0, (1, 1), False),
        (100.0, 74.8, (1, 4), False),
        (100.0, 74.8, (4, 1), False),
        (100.0, 87.4, (1, 4), True),
        (100.0, 1.0, (0, 0), True),
        (-100.0, -74.8, (1, 1), True),
    ],
)
def test_how_much_chance_another_code_may_make(before, now, awards, chance):
    one = {"measure": "awarded", "clause": "a", "year": 2013, "holder": 1}
    first, then = (one | {"amount": a, "awards": float(n)} for a, n in zip((before, now), awards, strict=True))
    frames = [pd.DataFrame([first | {"code": 1}]), pd.DataFrame([then | {"code": 2}])]
    assert without_chance(frames, 1000)[1]["amount"].tolist() == [before if chance else now]
    assert without_chance([frames[0], frames[1].assign(code=1)], 1000)[1]["amount"].tolist() == [now]
    assert without_chance([frames[0], frames[1].assign(holder=2)], 1000)[1]["amount"].tolist() == [now]
    assert without_chance([frames[0].assign(amount=before), frames[1], frames[1].assign(code=3)], 1000)[2]["amount"].tolist() == [
        before if chance else now
    ]


@pytest.mark.parametrize("count", [2, 3, 4])
def test_contrasts_are_small_whole_numbers_that_come_to_nothing(count):
    expected = {
        row
        for row in product((-2, -1, 1, 2), repeat=count)
        if sum(row) == 0 and row[-1] > 0 and gcd(*row) == 1
    }  # fmt: skip
    found = contrasts(count)
    assert {tuple(row) for row in found.tolist()} == expected and len(found) == len(expected) and found.shape[1] == count
    assert len(contrasts(2)) == 1 and len(contrasts(3)) == 3


def with_one(rest: float, one: float, others: int = 9) -> np.ndarray:
    """Two figures that differ by `rest` for each of the others and by `one` for one holder."""
    return np.array([[100.0, 100.0 + rest]] * others + [[100.0, 100.0 + one]])


@pytest.mark.parametrize(
    ("vectors", "tells"),
    [
        (with_one(10.0, 90.0), False),  # half of it
        (with_one(10.0, 90.1), True),
        (with_one(0.0, 0.99), False),  # no difference
        (with_one(0.0, 1.0), True),
        (with_one(0.99, 1.0), True),
        (with_one(0.0, -5.0), True),
        (with_one(1.0, 1.0), False),
        (with_one(10.0, 10.0, others=1), True),  # two only
        (np.hstack([with_one(10.0, 10.0), np.zeros((10, 1))])[:, [2, 0, 1]], False),
    ],
)
def test_of_a_contrast_nobody_may_hold_more_than_half(vectors, tells):
    assert contrasted(vectors) is tells


def of_several(weights) -> np.ndarray:
    """Figures of ten holders that cancel in this combination alone but for the last holder."""
    numbers = np.random.default_rng(5).uniform(1e6, 9e6, (10, len(weights)))
    numbers[:, 0] = -(numbers[:, 1:] @ np.array(weights[1:])) / weights[0]
    numbers[-1, 0] += 5000.0
    return numbers


@pytest.mark.parametrize(
    ("weights", "tells"),
    [
        *((weights, True) for weights in ((-1, 1), (1, -2, 1), (-1, -1, 2), (1, -1, -1, 1), (2, -2, -1, 1), (-2, 1, 1))),
        *((weights, False) for weights in ((1, -4, 3), (1, 1, -1, -2, 1), (1, 1, 1))),
    ],
)
def test_up_to_four_figures_in_numbers_up_to_two_are_contrasted(weights, tells):
    vectors = of_several(weights)
    assert contrasted(vectors) is tells
    assert contrasted(np.vstack([vectors, np.zeros((3, len(weights)))])) is tells


def test_only_sets_with_the_last_figure_are_looked_at():
    """The others were when they were released."""
    assert not contrasted(np.hstack([of_several((-1, 1)), np.random.default_rng(6).uniform(1e6, 9e6, (10, 1))]))


def ceiling(limit: int, clause: str = "a", year: int = 2013) -> pd.DataFrame:
    rows = [("awarded", clause, year, n, min(limit, 310 if n == 9 else 10_000) * 1000) for n in range(10)]
    return frame(*rows, *[("awarded", "b", 2014, n, 1e6) for n in range(20, 30)], ("taxes", "", 0, 3, 5.0))


@pytest.mark.parametrize("key", [CELL, YEAR, CLAUSE, WHOLE])
def test_three_ceilings_tell_who_lies_between_by_whatever_shows_them(key):
    frames = [ceiling(limit) for limit in (200, 300, 400)]
    assert combined_tell(frames, [{key}] * 3)
    assert not combined_tell(frames[:2], [{key}] * 2) and not combined_tell(frames, [{key}, {key}, set()])
    assert not combined_tell(frames, [{("no", *key[1:])}] * 3) and not combined_tell(frames, [set()] * 3)
    assert not combined_tell([frames[2]] * 3, [{key}] * 3)  # the same again
    other = ("awarded", "b", "2014")
    assert not combined_tell(frames, [{other}] * 3) and not combined_tell(frames, [{key}, {other}, {other}])


def test_a_contrast_tells_and_so_does_a_span():
    """One holds just over half of a difference in which nothing cancels; the ceilings of 200 and 400 cancel only two to one."""
    random = np.random.default_rng(8).uniform(5e5, 1e6, (40, 2))
    random[:, 1] = random[:, 0] + np.array([4300.0] + [290.0] * 14 + [0.0] * 25)
    contrast = [frame(*[("awarded", "a", 2013, n, amount) for n, amount in enumerate(figure)]) for figure in random.T]
    assert contrasted(random) and not spanned(random) and combined_tell(contrast, [{CELL}] * 2)
    span = [ceiling(200), ceiling(400)]
    vectors = np.stack([f.loc[f["clause"] == "a", "amount"].to_numpy() for f in span], axis=1)
    assert spanned(vectors) and not contrasted(vectors) and combined_tell(span, [{CELL}] * 2)
    assert not combined_tell(span[:1], [{CELL}]) and not combined_tell(contrast, [{CELL}, set()])


def test_what_margins_leave_without_their_own_cells_is_a_figure():
    """Total and the cell of b are shown, so the cell of a is known."""
    frames, left = [ceiling(limit) for limit in (200, 300, 400)], {WHOLE, ("awarded", "b", "2014")}
    table = Cube(np.zeros((1, 2, 2)), ("a", "b"), (2013, 2014))
    names = [name for name, _ in combinations._figures(table, "awarded", left)]
    assert names == [("b", "2014", False), (TOTAL, TOTAL, False), (TOTAL, TOTAL, True)]
    assert combined_tell(frames, [left] * 3)
    assert [name for name, _ in combinations._figures(table, "awarded", {YEAR, CELL})] == [
        ("a", "2013", False),
        (TOTAL, "2013", False),
        (TOTAL, "2013", True),
    ]


def test_figures_are_the_sums_they_are_called_by():
    amounts = np.arange(1.0, 9).reshape(2, 2, 2)
    keys = {("awarded", c, y) for c in ("a", "b", TOTAL) for y in ("2013", "2014", TOTAL)} - {("awarded", "b", "2014")}
    found = {name: vector.tolist() for name, vector in combinations._figures(Cube(amounts, ("a", "b"), (2013, 2014)), "awarded", keys)}
    assert found[("a", "2014", False)] == [2, 6] and found[("b", TOTAL, False)] == [7, 15] and found[(TOTAL, "2014", False)] == [6, 14]
    assert found[(TOTAL, TOTAL, False)] == [10, 26] and ("b", "2014", False) not in found
    assert {name for name in found if name[2]} == {("b", TOTAL, True), (TOTAL, "2014", True), (TOTAL, TOTAL, True)}
    assert found[("b", TOTAL, True)] == found[(TOTAL, "2014", True)] == found[(TOTAL, TOTAL, True)] == [4, 8]


def test_all_combinations_span_what_may_be_told():
    between = np.array([[200.0, 300, 400]] * 9 + [[200.0, 300, 310]]) * 1000
    assert spanned(between) and not spanned(np.array([[2.0, 3], [3, 4]] * 9) * 1000)
    one = np.array([[1000.0], [0.0], [0.0]])
    assert not spanned(np.hstack([one, 3 * one])) and not spanned(np.hstack([one, one + 1e-3]))  # one figure, however often
    assert spanned(np.array([[200.0, 201]] * 9 + [[310.0, 0]]) * 1000)  # whoever one release lacks
    assert spanned(np.vstack([[[0.9, 0]] * 50, [[0, 0.99]] * 2, [[0, 0.1]]]))  # however little each holds
    vectors = np.random.default_rng(7).uniform(5e5, 1e6, (40, 2))
    assert not spanned(vectors) and spanned(vectors, Rules(percent=2000.0)) and spanned(vectors, Rules(dominance=((1, 5.0),)))


ALONE, PAIR, PERCENT = Rules(1, 0.0, ((1, 60.0),)), Rules(1, 0.0, ((2, 80.0),)), Rules(1, 30.0, ())


@pytest.mark.parametrize(
    ("rules", "first", "least"),
    [(ALONE, [1.0], 40 / 60), (PAIR, [1.0, 1.0], 2 * 20 / 80), (PERCENT, [1.0, 1.0], 0.3)],
)
def test_holders_are_doubted_up_to_where_a_rule_ends(rules, first, least):
    """One figure of few holders, of whom the last has so much that the rule holds, or a little more; beside it one of many others."""
    for share, tells in ((0.995, True), (1.005, False)):
        few = [*first, least * share]
        vectors = np.zeros((len(few) + 50, 2))
        vectors[: len(few), 0], vectors[len(few) :, 1] = np.array(few) * 1e6, 1e6
        assert spanned(vectors, rules) == tells
        assert spanned(vectors[::-1, ::-1], rules) == tells


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("helper", [-1, 4])
def test_the_worst_combination_is_the_worst(seed, helper):
    """Of two figures, by looking at every weighing."""
    vectors = np.random.default_rng(seed).lognormal(0, 1, (6, 2))
    basis = np.linalg.svd(vectors, full_matrices=False)[0]
    worst = combinations._worst(basis, 2, helper)
    others = [n for n in range(6) if n not in (2, helper)]
    turned = np.stack([np.cos(np.linspace(0, np.pi, 20_001)), np.sin(np.linspace(0, np.pi, 20_001))])
    every = basis @ turned
    with np.errstate(divide="ignore"):
        rest = np.abs(every[others]).sum(axis=0) / np.abs(every[2])
    assert worst[2] == pytest.approx(1.0) and np.abs(worst[others]).sum() == pytest.approx(rest.min(), rel=1e-3)
    assert np.linalg.matrix_rank(np.column_stack([basis, worst]), tol=1e-9) == 2
