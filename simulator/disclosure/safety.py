"""The rules of statistical confidentiality, and what follows from them for a table with margins.

A cell is sensitive when it has too few contributors, when one of them could be estimated too closely by the next largest
(p % rule), or when few hold most of it (dominance, (n, k)); the handbook of Hundepool et al. (2012), chapter 4, gives the
reasons. Contributions are those of holdings (`budget.contributions`). All three rules are subadditive, so that cells each
safe are safe together; whatever is left when published cells are taken from a published margin is held to the same rules.

The parameters stand here and nowhere else; no report, record or message says them. Those below can be read by whoever has the
program: an office that keeps its own secret names a YAML file in the environment variable SIMULATOR_DISCLOSURE, e.g.
`{fewest: 5, percent: 20, dominance: {1: 70, 2: 85}, percentiles: 12}`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulator import yamlfile
from simulator.errors import Problem, ReportError
from simulator.phrases import phrase
from simulator.resources import state_of

TOTAL = "total"
_NOTHING = 0.005  # CNY: half a fen


@dataclass(frozen=True)
class Rules:
    """fewest: contributors of a cell; percent: p; dominance: (n, k) pairs, k in per cent; percentiles: contributors that
    percentiles need, and a count without known contributors."""

    fewest: int = 3
    percent: float = 25.0
    dominance: tuple[tuple[int, float], ...] = ((1, 75.0), (2, 80.0))
    percentiles: int = 10


VARIABLE = "SIMULATOR_DISCLOSURE"


def rules_in_force() -> Rules:
    """The parameters of this office: those of its file, else those above. Raises ReportError, without a value, where the file
    cannot be meant."""
    file = os.environ.get(VARIABLE, "").strip()
    return _read(Path(file).absolute(), state_of(Path(file))) if file else Rules()


@lru_cache(maxsize=1)
def _read(file: Path, _state: object) -> Rules:
    known = {f.name for f in fields(Rules)}
    try:
        given = dict(yamlfile.load(file, ReportError).data)
    except ReportError:  # which may say a value
        given = {}
    fine = bool(given) and set(given) <= known
    shares = given.pop("dominance", None)
    fine = fine and all(isinstance(v, int | Decimal) and v >= 1 for v in given.values())
    if shares is not None:
        fine = (
            fine
            and isinstance(shares, dict)
            and all(str(n).isdigit() and isinstance(k, int | Decimal) and 0 < k < 100 for n, k in shares.items())
        )
    if not fine:
        raise ReportError(
            Problem(
                VARIABLE,
                "names a file that does not give the rules' parameters",
                phrase("{}: numbers from 1 on; dominance: {n: k}", ", ".join(sorted(known))),
            )
        )
    found: dict[str, Any] = {name: float(value) for name, value in given.items()}
    if shares is not None:
        found["dominance"] = tuple((int(n), float(k)) for n, k in shares.items())
    return Rules(**found)


def sensitive(amounts: np.ndarray, rules: Rules | None = None) -> bool:
    """Whether a cell of these contributions (one per holding) must not be published. A cell of nobody may; one with
    negative contributions is held to the number of contributors only.

    >>> sensitive(np.array([70.0, 12, 9, 9])), sensitive(np.array([40.0, 30, 20, 10])), sensitive(np.array([5.0, 5]))
    (True, False, True)
    """
    rules = rules or rules_in_force()
    given = np.sort(amounts[np.abs(amounts) > _NOTHING])[::-1]
    if not len(given):
        return False
    if len(given) < rules.fewest:
        return True
    if given[-1] < 0:
        return False
    whole = given.sum()
    rest = whole - given[:2].sum()
    return bool(rest < rules.percent / 100 * given[0]) or any(given[:n].sum() > k / 100 * whole for n, k in rules.dominance)


@dataclass(frozen=True)
class Cube:
    """Contributions of one table: (holders, clauses, years), with what its axes are called."""

    amounts: np.ndarray
    clauses: tuple[str, ...]
    years: tuple[int, ...]

    def of(self, mask: np.ndarray) -> np.ndarray:
        """What each holder contributes to the cells of the mask (clauses, years), taken together."""
        return self.amounts[:, mask].sum(axis=1) if mask.any() else np.zeros(0)

    def less(self, other: Cube) -> Cube:
        """How far each contribution differs: what subtracting one table from the other would tell."""
        return Cube(np.abs(self.amounts - other.amounts), self.clauses, self.years)


def cubes(frames: Iterable[pd.DataFrame], measure: str, clauses: tuple[str, ...], years: tuple[int, ...]) -> list[Cube]:
    """A measure of several tables of contributions, on common axes."""
    parts = [f[(f["measure"] == measure) & f["clause"].isin(clauses) & f["year"].isin(years)] for f in frames]
    holders = np.unique(np.concatenate([p["holder"].to_numpy(np.uint64) for p in parts]))
    made = []
    for part in parts:
        amounts = np.zeros((len(holders), len(clauses), len(years)))
        place = np.searchsorted(holders, part["holder"].to_numpy(np.uint64))
        clause, year = pd.Index(clauses).get_indexer(part["clause"]), pd.Index(years).get_indexer(part["year"])
        np.add.at(amounts, (place, clause, year), part["amount"].to_numpy())
        made.append(Cube(amounts, clauses, years))
    return made


@dataclass(frozen=True)
class Shown:
    """What of a table may be published: cells (clauses, years), totals by clause and by year, and the total of all."""

    cells: np.ndarray
    clauses: np.ndarray
    years: np.ndarray
    whole: bool


def protect(tables: list[Cube], hidden: np.ndarray | None = None, years: np.ndarray | None = None, whole: bool = True) -> Shown:
    """What may be shown of tables published together (one run's, or several runs' and their differences).

    hidden (clauses, years): cells withheld for other reasons. years, whole: margins that may be shown as far as other tables
    are concerned. A clause's total is dropped where one of its cells is withheld. A year's withheld cells follow from its
    total together: where they are sensitive as one cell, the smallest of the year's other cells are withheld with them until
    they are not, and where that does not help, the total is dropped; so is the total of all, for the years without a total.
    Years and the whole are nested and clauses' totals are of published cells only: no other combination follows from them.
    """
    n = tables[0].amounts.shape[1:]
    cells = ~(np.zeros(n, bool) if hidden is None else hidden)
    for table in tables:
        cells &= ~np.array([[sensitive(table.amounts[:, c, y]) for y in range(n[1])] for c in range(n[0])]).reshape(n)

    def safe(mask: np.ndarray) -> bool:
        return not any(sensitive(table.of(mask)) for table in tables)

    by_year = np.ones(n[1], bool) if years is None else years.copy()
    size = tables[0].amounts.sum(axis=0)
    for y in np.flatnonzero(by_year):
        column = np.zeros(n, bool)
        column[:, y] = True
        more = cells.copy()
        while not safe(column & ~more):
            others = [c for c in range(n[0]) if more[c, y] and size[c, y] > 0]
            if not others:
                break
            more[min(others, key=lambda c: (more[c].all(), size[c, y])), y] = False  # of clauses without a total first
        by_year[y] = safe(column) and safe(column & ~more)
        cells = more if by_year[y] else cells
    everything = np.ones(n, bool)
    return Shown(cells, np.asarray(cells.all(axis=1)), by_year, whole and safe(everything) and safe(~cells & ~by_year[None, :]))
