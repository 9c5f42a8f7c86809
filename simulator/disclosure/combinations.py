"""What several releases tell together: every linear combination of what they show of one figure is itself a figure under the rules.

A figure that k releases show is k sums over the holdings, each with its own contributions: the law's terms, the register or its year
differ. Whoever knows the law can weigh them so that many holdings cancel (three ceilings of an area single out who rents between
them). Two kinds of combinations are looked at. Contrasts, sums and differences in small whole numbers, are what terms in steps lend
themselves to; the others in one need not be nothing for it to tell, they only have to cancel, so nobody may hold half of one. And all
combinations whatsoever span a space of k dimensions; how much of one may rest on one holding, with a second one helping, is what
τ-ARGUS' and sdcTable's audit asks of a table, and is asked here in two steps: a bound by leverages, which is cheap, then a linear
program that finds the worst combination, held to the same rules as a cell (`safety.sensitive`).

Holdings are the same ones under whatever code: those of `contributions`' aliases, and those whose taxes and sales are equal to the fen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import block_array, eye_array

from simulator.disclosure.safety import TOTAL, Cube, Rules, cubes, rules_in_force, sensitive

STOCKS = ("online_sales", "taxes", "support")  # and the tables of a register: facts, known without chance
SMALLEST = 1.0  # CNY: what is smaller is no difference
HALF = 0.5  # of a contrast, that nobody may hold
WHOLE, TOGETHER, MOST = 2, 4, 300  # largest number in a contrast; figures in one; sets of figures looked at, the latest first
SURE = 8.0  # of a mean of n awards that stand under another code, SURE / √n of it may be chance
Key = tuple[str, str, str]  # measure, clause or class, year


def same_holders(frames: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """Contributions of several releases with one name for each holding, the first it had."""
    above: dict[int, int] = {}

    def top(holder: int) -> int:
        while (next_one := above.get(holder, holder)) != holder:
            holder = next_one
        return holder

    def join(one: int, other: int) -> None:
        one, other = top(one), top(other)
        above[max(one, other)] = min(one, other)

    seen: dict[tuple[object, ...], int] = {}
    for frame in frames:
        alias = frame[frame["measure"] == "alias"]
        for code, holder in zip(alias["clause"], alias["holder"], strict=True):
            join(int(code, 16), int(holder))
        for facts, holder in _unique_facts(frame).items():
            join(seen.setdefault(facts, holder), holder)
    found = []
    for frame in frames:
        amounts = frame[frame["measure"] != "alias"]
        amounts = amounts.assign(awards=amounts.get("awards", 0.0))  # ledgers of earlier versions have none of a register's tables
        named = amounts.assign(code=amounts["holder"], holder=np.array([top(int(h)) for h in amounts["holder"]], np.uint64))
        found.append(
            named.groupby(["measure", "clause", "year", "holder"], as_index=False).agg(
                amount=("amount", "sum"), awards=("awards", "sum"), code=("code", "first")
            )
        )
    return found


def _unique_facts(frame: pd.DataFrame) -> dict[tuple[object, ...], int]:
    """Holdings by their facts, to the fen; those that share them with another one are left out."""
    stocks = frame[(frame["measure"].isin(STOCKS) | frame["measure"].str.startswith("register.")) & (frame["amount"] != 0)]
    facts: dict[int, list[object]] = {}
    for row in stocks.sort_values(["measure", "clause", "year"]).itertuples():
        facts.setdefault(int(row.holder), []).append((row.measure, row.clause, row.year, round(row.amount, 2)))
    by_facts: dict[tuple[object, ...], list[int]] = {}
    for holder, listed in facts.items():
        by_facts.setdefault(tuple(listed), []).append(holder)
    return {key: holders[0] for key, holders in by_facts.items() if len(holders) == 1}


def without_chance(frames: Sequence[pd.DataFrame], draws: int) -> list[pd.DataFrame]:
    """The same with what a holding contributes under another code set to what it contributed before, as far as another code's chance
    may make the difference: else the chance of many would hide that one of them is gone."""
    found, first = [], pd.DataFrame()
    keys = ["measure", "clause", "year", "holder"]
    for frame in frames:
        if len(first):
            both = frame.merge(first, on=keys, how="left", suffixes=("", "_before"))
            may = SURE / np.sqrt(np.maximum(1.0, draws * both[["awards", "awards_before"]].max(axis=1)))
            largest = both[["amount", "amount_before"]].abs().max(axis=1)
            chance = (both["code"] != both["code_before"]) & ((both["amount"] - both["amount_before"]).abs() <= may * largest)
            frame = frame.assign(amount=np.where(chance, both["amount_before"], both["amount"]))
        found.append(frame)
        first = pd.concat([first, frame]).drop_duplicates(keys)
    return found


def combined_tell(frames: Sequence[pd.DataFrame], shown: Sequence[set[Key]]) -> bool:
    """Whether any combination of what these releases show of one figure rests on few. frames: contributions with the same holders."""
    for measure in sorted({key[0] for keys in shown for key in keys}):
        of = pd.concat([frame.loc[frame["measure"] == measure, ["clause", "year"]] for frame in frames])
        if not len(of):
            continue
        axes = tuple(sorted(of["clause"].unique())), tuple(sorted(map(int, of["year"].unique())))
        figures: dict[tuple[str, str, bool], list[np.ndarray]] = {}
        for table, keys in zip(cubes(frames, measure, *axes), shown, strict=True):
            for name, vector in _figures(table, measure, keys):
                figures.setdefault(name, []).append(vector)
        for vectors in figures.values():
            if contrasted(together := np.stack(vectors, axis=1)) or spanned(together):
                return True
    return False


def contrasts(count: int) -> np.ndarray:
    """Sums and differences of so many figures with none left out, in whole numbers: a row each.

    >>> contrasts(2).tolist(), len(contrasts(3))
    ([[-1, 1]], 3)
    """
    numbers = [n for n in range(-WHOLE, WHOLE + 1) if n]
    found = [row for row in product(numbers, repeat=count) if sum(row) == 0 and row[-1] > 0 and np.gcd.reduce(row) == 1]
    return np.array(found, int).reshape(-1, count)


def contrasted(vectors: np.ndarray) -> bool:
    """Whether any contrast that the last of the figures takes part in is sensitive, or half of it one holding's.

    >>> contrasted(np.array([[200.0, 300, 400]] * 9 + [[200.0, 300, 310]])), contrasted(np.array([[2.0, 3], [3, 4]] * 9))
    (True, False)
    """
    last = vectors.shape[1] - 1
    sets = [(*others, last) for count in range(1, TOGETHER) for others in combinations(range(last - 1, -1, -1), count)]
    for chosen in sets[:MOST]:
        for amounts in np.abs(contrasts(len(chosen)) @ vectors[:, chosen].T):
            amounts = amounts[amounts >= SMALLEST]
            if len(amounts) and (amounts.max() > HALF * amounts.sum() or sensitive(amounts)):
                return True
    return False


def _figures(table: Cube, measure: str, keys: set[Key]) -> Iterator[tuple[tuple[str, str, bool], np.ndarray]]:
    """What a release shows: cells, margins, and what margins leave when its own cells are taken away."""
    shape = len(table.clauses), len(table.years)
    cells = np.array([[(measure, c, str(y)) in keys for y in table.years] for c in table.clauses]).reshape(shape)
    for clause in (*table.clauses, TOTAL):
        for year in (*map(str, table.years), TOTAL):
            if (measure, clause, year) in keys:
                mask = np.ones(shape, bool)
                if clause != TOTAL:
                    mask &= np.array(table.clauses)[:, None] == clause
                if year != TOTAL:
                    mask &= np.array(table.years)[None, :] == int(year)
                yield (clause, year, False), table.of(mask)
                if (mask & ~cells).any() and (mask & cells).any():
                    yield (clause, year, True), table.of(mask & ~cells)


def spanned(vectors: np.ndarray, rules: Rules | None = None) -> bool:
    """Whether any linear combination of figures is sensitive. vectors (holders, figures): contributions, CNY; two or more that differ.

    >>> spanned(np.array([[200.0, 300, 400]] * 9 + [[200.0, 300, 310]]) * 1000), spanned(np.array([[2.0, 3], [3, 4]] * 9) * 1000)
    (True, False)
    """
    rules = rules or rules_in_force()
    used = vectors[vectors.any(axis=1)]
    basis, size, _ = np.linalg.svd(used, full_matrices=False)
    basis = basis[:, size > SMALLEST]
    if basis.shape[1] < 2:  # one figure, however often: held to the rules by its own report
        return False
    return any(sensitive(np.abs(_worst(basis, holder, helper)), rules) for holder, helper in _doubtful(basis, rules))


def _doubtful(basis: np.ndarray, rules: Rules) -> Iterator[tuple[int, int]]:
    """Holders of whom a combination may tell, each alone (helper −1) and with the one that helps most. What of a combination rests on a
    holder is at most its leverage; where the rest is less than r times the holder's part, the leverage is at least 1 / (1 + r²). That the
    rest is of few, more than two holders of one, or most of it three holders', is looked for in contrasts only."""
    rest = max([rules.percent / 100, *(n * (100 - k) / k for n, k in rules.dominance)])
    least, leverage = 1 / (1 + rest**2), (basis**2).sum(axis=1)
    helps = leverage < 1 - 1e-9  # whoever has a figure alone helps nobody with another
    enough = (1 - leverage[helps].max(initial=0)) * least
    for holder in np.argsort(-leverage).tolist():
        if leverage[holder] < enough:  # nobody's help makes it enough for this one or the next
            return
        helped = np.divide((basis @ basis[holder]) ** 2, 1 - leverage, out=np.zeros(len(basis)), where=helps)
        helped[holder] = 0
        if leverage[holder] >= least:
            yield holder, -1
        if leverage[holder] + helped.max() >= least:
            yield holder, int(helped.argmax())


def _worst(basis: np.ndarray, holder: int, helper: int) -> np.ndarray:
    """The combination in which the least rests on others than the holder, whose part is 1, and the helper; the holder alone where the
    search for it fails."""
    others = np.setdiff1d(np.arange(len(basis)), [holder, helper])
    n, k = len(others), basis.shape[1]
    cost = np.concatenate([np.zeros(k), np.ones(n)])
    above = block_array([[basis[others], -eye_array(n)], [-basis[others], -eye_array(n)]])
    solved = linprog(
        cost,
        A_ub=above,
        b_ub=np.zeros(2 * n),
        A_eq=np.concatenate([basis[holder], np.zeros(n)])[None, :],
        b_eq=[1.0],
        bounds=[(None, None)] * k + [(0, None)] * n,
        method="highs",
    )
    return np.asarray(basis @ solved.x[:k] if solved.success else np.arange(len(basis)) == holder, float)
