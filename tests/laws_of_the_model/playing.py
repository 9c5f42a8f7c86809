"""Short words for the tests of the model: settings under which only what is tested happens, and the sums of draws."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from simulator import facts, load_scenario
from simulator.engine import totals
from simulator.engine.run import Draws, play
from simulator.population.register import Population, details_of
from simulator.scenario import Scenario
from tests.of_2013 import BY_PATH, CASH, SLUGS

Settings = Mapping[str, Any]


def assume(**values: Any) -> dict[str, Any]:
    """Assumptions by path, two underscores for each dot: `assume(exit__year1=0)` is `{"assumptions.exit.year1": 0}`."""
    return {f"assumptions.{name.replace('__', '.')}": value for name, value in values.items()}


def _all(value: float, *beginnings: str, ending: str = "") -> dict[str, Any]:
    return {f"assumptions.{path}": value for path in BY_PATH if path.startswith(beginnings) and path.endswith(ending)}


NOBODY_COMES = _all(0, "", ending=".a_year") | assume(platforms__number=0)
NOBODY_LEAVES = _all(0, "exit.")
NOBODY_BREAKS_A_RULE = assume(breach__rate=0, breach__accounts_rate=0)
EVERYBODY_APPLIES = _all(1, "take_up.", "discretion.") | assume(take_up__size_elasticity=0)
ALL_CAME_ANYWAY = assume(butfor__offered=0, butfor__startups=0, butfor__anchors=0)
NOTHING_GROWS = assume(
    market__growth=0, market__first_year_extra=0, market__yearly_change=0, market__sd=0, market__local_wedge=0, market__entry_part=0
)
# an older policy, dearer rents and fees, relief of income tax, leases that start later, headquarters that do not retail
NOTHING_BESIDE = assume(
    existing__share=0,
    prices__growth=0,
    tax__small_share=0,
    tax__western_share=0,
    office__lease_later_share=0,
    anchors__other_sector=0,
    anchors__not_retail=0,
    certification__rate_others=0,
    split_offs__earlier=0,
)


def only(*slugs: str) -> dict[str, Any]:
    """Everybody applies, for these clauses alone."""
    return EVERYBODY_APPLIES | {f"assumptions.take_up.{slug}": float(slug in slugs) for slug in SLUGS}


NO_PARAMETER_IS_DRAWN = {"uncertainty": "none"}
NOBODY_GAMES = _all(0, "reregistration.", "bunching.")
# One kind of enterprise and one stream at a time: nobody comes, leaves, breaks a rule or forgets to apply.
STILL: Settings = {
    **NOBODY_COMES,
    **NOBODY_LEAVES,
    **NOBODY_BREAKS_A_RULE,
    **EVERYBODY_APPLIES,
    **ALL_CAME_ANYWAY,
    **NOTHING_GROWS,
    **NO_PARAMETER_IS_DRAWN,
    **NOBODY_GAMES,
    **NOTHING_BESIDE,
    **assume(service_share=0),
}


def scenario(*settings: Settings, **plain: Any) -> Scenario:
    """The baseline with settings laid over one another, later ones on top; plain: `draws=`, `horizon=`, `seed=` …"""
    changes: dict[str, Any] = {}
    for more in (*settings, plain):
        changes |= more
    return baseline().set(changes)


@functools.lru_cache(maxsize=1)
def baseline() -> Scenario:
    """The shipped baseline in force for three whole years, read once (scenarios are frozen)."""
    return load_scenario("baseline").set({"policy.start": datetime.date(2013, 1, 1)})


def played(
    *settings: Settings, population: Population | None = None, workers: int | None = None, block: int | None = None, **plain: Any
) -> Draws:
    """The draws of `scenario(*settings, **plain)`."""
    return play(scenario(*settings, **plain), population, workers=workers, block=block)


def by_clause(draws: Draws, slug: str, measure: str = "awarded") -> np.ndarray:
    """Sums of a clause, int64 (draws, years): recipients, entitled, awarded or displaced (fen; school places in places)."""
    return draws.by_clause[:, :, SLUGS.index(slug), totals.BY_CLAUSE.index(measure)]


def cube(draws: Draws, measure: str = "awarded") -> np.ndarray:
    """Sums by clause, int64 (draws, years, clauses)."""
    return draws.by_clause[:, :, :, totals.BY_CLAUSE.index(measure)]


def cash(draws: Draws, measure: str = "awarded") -> np.ndarray:
    """Fen of the cash clauses together, int64 (draws, years)."""
    return cube(draws, measure)[:, :, np.array(CASH)].sum(axis=2)


def arrays(draws: Draws, first: int | None = None) -> dict[str, np.ndarray]:
    """Every array a run leaves behind; only the first draws if so many are wanted."""
    found = {f.name: getattr(draws, f.name) for f in dataclasses.fields(draws)}
    return {name: a[:first] for name, a in found.items() if isinstance(a, np.ndarray)}


def fingerprint(draws: Draws, first: int | None = None) -> str:
    """sha256 of every byte a run leaves behind."""
    digest = hashlib.sha256()
    for name, array in sorted(arrays(draws, first).items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def register(count: int, years: range, sector: str = "", **values: Any) -> Population:
    """A register of `count` sound e-commerce enterprises with a row in each of `years`: other facts as given, in the
    units of simulator.facts (a number for all, or one per enterprise)."""
    enterprises = np.zeros(count, facts.ENTERPRISE)
    enterprises["accounts_sound"] = enterprises["ecommerce"] = 1
    annual = np.zeros((count, len(years)), facts.ANNUAL)
    annual["present"] = 1
    for name, value in values.items():
        if name in facts.ENTERPRISE_FIELDS:
            enterprises[name] = value
        else:
            annual[name] = np.asarray(value)[..., None] if np.ndim(value) == 1 else value
    ids = np.array([f"E{i:07d}" for i in range(count)], object)
    return Population(ids, enterprises, annual, years[0], details=details_of(count, sector=[sector] * count))
