"""Notches: the edges of the law where a fact that is a little larger gives an award all at once.

For every edge (以上, 超过 …) of every clause: how large the jump is, how many enterprises stand within a band on either side of
it, and what those below would gain by reaching it. Found by asking the law itself: each enterprise is assessed with its fact
just below the edge, on it, and as it is. A rise of the district's contribution brings its retained tax with it.

Asked of a register that has years of the policy, as it is; otherwise of the populations of some draws, before anybody applies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from simulator.budget.statistics import mean_and_error, pooled
from simulator.engine.drawn import draw_population
from simulator.engine.enacted import Enacted, enact
from simulator.engine.window import laid_over
from simulator.errors import Problem, ScenarioError
from simulator.facts import ANNUAL_FIELDS, ENTERPRISE_FIELDS
from simulator.law.assessment import assess_register
from simulator.law.calendar import year_of
from simulator.law.terms import UNITS
from simulator.money import FEN
from simulator.phrases import phrase
from simulator.population.register import Population, asked_for
from simulator.scenario import Scenario

WITHIN = 0.10  # of the edge, to either side
DRAWS = 60
BINS = 4  # of the map, to either side
MOVED_TOGETHER: Mapping[str, tuple[str, ...]] = {"district_contribution": ("retained_tax",)}
ESTIMATES = ("in_band", "below", "above", "jump", "gain", "gain_total", "short_of")  # each with its standard error
COLUMNS = (
    "clause",
    "term",
    "fact",
    "edge",
    "threshold",
    "unit",
    "year",
    *(f"{e}{end}" for e in ESTIMATES for end in ("", "_error")),
    "jump_largest",
    "draws",
)
MAP_COLUMNS = ("clause", "term", "from", "to", "enterprises", "enterprises_error")


@dataclass(frozen=True)
class Edge:
    """One edge of the law and the fact it is compared with."""

    clause: int
    term: str
    fact: str
    unit: str
    edge: str
    of_enterprise: bool  # not of a year


@dataclass(frozen=True)
class People:
    """Those who are asked: their facts over `years` (column 0 of annual the year before), which draw each belongs to."""

    years: np.ndarray
    enterprises: np.ndarray
    annual: np.ndarray
    enacted: Enacted
    existing: np.ndarray
    paid: np.ndarray
    paid_years: int
    draw: np.ndarray
    draws: int
    own: np.ndarray
    own_annual: np.ndarray

    def only(self, chosen: np.ndarray) -> People:
        """Some of them, copied."""

        def part(amounts: np.ndarray) -> np.ndarray:
            return amounts[chosen] if len(amounts) else amounts

        return replace(
            self,
            enterprises=self.enterprises[chosen],
            annual=self.annual[chosen],
            draw=self.draw[chosen],
            own=self.own[chosen],
            own_annual=self.own_annual[chosen],
            existing=part(self.existing),
            paid=part(self.paid),
        )

    def column(self, fact: str) -> np.ndarray:
        """A fact of the enterprises (n,), or of their years (n, years + 1): what is written there changes it."""
        policy = self.enacted.policy
        for records, values, own in (
            (self.enterprises, self.own, policy.own_enterprise),
            (self.annual, self.own_annual, policy.own_annual),
        ):
            if fact in (records.dtype.names or ()):
                return records[fact]
            for place, one in enumerate(own):
                if one.name == fact:
                    return values[..., place]
        raise KeyError(fact)

    def assessed(self) -> tuple[np.ndarray, np.ndarray]:
        """What the law gives by year and clause (n, years, clauses), and in cash over all years less clawback (n,); fen."""
        shape = len(self.enterprises), len(self.years)
        awards, displaced = np.zeros((*shape, self.enacted.clauses), np.int64), np.zeros((*shape, self.enacted.clauses), np.int64)
        clawback, lacking = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        terms = self.enacted.terms.of(slice(1, None))
        assess_register(
            self.enacted.law,
            self.enterprises,
            self.own,
            self.annual,
            self.own_annual,
            1,
            self.existing,
            self.paid,
            self.paid_years,
            terms.head,
            terms.numbers,
            self.enacted.readings,
            self.years,
            awards,
            displaced,
            clawback,
            lacking,
        )
        return awards, awards[:, :, : self.enacted.cash].sum(axis=(1, 2)) - clawback.sum(axis=1)


@dataclass(frozen=True)
class Notches:
    """The edges and who stands near them.

    edges: clause, term and year ("total" over all), with the number within the band (in_band), those of them below and at or
    above the edge for whom it makes a difference, mean and largest jump (of the clause, in the year), mean and sum of what those
    below would gain by reaching it (all clauses and years, less clawback), and how much they are short of it (the fact's unit).
    Numbers are of one register (draws 0, no errors), or estimates from `draws` draws with their standard error (ESTIMATES):
    numbers and sums per draw, other means over all found (`pooled`); jump_largest is the largest found, no bound. A fact of a
    year counts once a year. map: how many of them stand at which distance from the edge, a share of it. left_out: enterprises with
    unknown facts.
    """

    scenario: Scenario
    edges: pd.DataFrame
    map: pd.DataFrame
    within: float
    draws: int  # 0: a register, as it is
    left_out: int = 0


def edges_of(scenario: Scenario) -> list[Edge]:
    """Every number of the clauses that are offered that a fact has to reach, in the order of the numbers; of the policy's own facts
    those counted as finely as the number."""
    policy = scenario.law.policy
    own = {fact.name: fact for fact in policy.facts}
    found: dict[tuple[int, str], Edge] = {}
    for k, clause in enumerate(policy.clauses):
        if clause.slug in scenario.law.withdrawn:
            continue
        for path in clause.numbers:
            for edge in clause.edges:
                fact = own.get(edge.fact)
                fine = (
                    edge.fact in (*ENTERPRISE_FIELDS, *ANNUAL_FIELDS)
                    if fact is None
                    else fact.unit.scale == policy.number_units[path].scale
                )
                if edge.number == path and fine and edge.op in (">=", ">") and not edge.ago:
                    number, alone = scenario.law.numbers[path], edge.fact in ENTERPRISE_FIELDS or (fact and fact.table == "enterprises")
                    found.setdefault((k, path), Edge(k, path.partition(".")[2], edge.fact, number.unit, number.edge, bool(alone)))
    return list(found.values())


def notches(scenario: Scenario, population: Population | None = None, *, within: float = WITHIN, draws: int = DRAWS) -> Notches:
    """Who stands near the edges of a scenario's law. within: the band to either side, a share of the edge. draws: of which the
    populations are asked where no register has years of the policy. Raises ScenarioError."""
    if not 0 < within < 1:
        raise ScenarioError(Problem("within", phrase("is {}", within), "a share above 0 and below 1, e.g. 0.1"))
    left_out, absent = 0, set()
    of_the_register = False
    if population is not None and population.last_year >= scenario.law.start.year:
        of_the_register = True
        asked = asked_for(population.unknown, scenario.law.policy, scenario.interpretation)
        unknown = {identity for identity, _, _ in asked if identity}
        absent = {column for identity, _, column in asked if not identity}
        known = np.array([str(i) not in unknown for i in population.ids], bool)
        left_out = int(np.count_nonzero(~known))
        people = of_register(population.subset(known), scenario)
    else:
        people = of_draws(scenario, population, min(draws, scenario.draws))
        absent = {fact.name for fact in scenario.law.policy.facts}  # not drawn
    rows: list[tuple[Any, ...]] = []
    places: list[tuple[Any, ...]] = []
    for edge in edges_of(scenario):
        facts = set(scenario.law.policy.clauses[edge.clause].facts)
        near = [] if facts & absent else list(_near(people, edge, within))
        rows += _rows(edge, near, people, scenario, 0 if of_the_register else people.draws, assessable=not facts & absent)
        places += _map(edge, near, people, within)
    return Notches(
        scenario,
        pd.DataFrame(rows, columns=list(COLUMNS)),
        pd.DataFrame(places, columns=list(MAP_COLUMNS)),
        within,
        0 if of_the_register else people.draws,
        left_out,
    )


def of_register(population: Population, scenario: Scenario) -> People:
    """A register's enterprises from the policy's start to its last year, as `assess` takes them."""
    start, last = scenario.law.start.year, population.last_year
    window = laid_over(population, scenario.law, start, last)
    paid_years = max(0, min(len(window.years), population.last_paid_year - start + 1)) if window.paid.size else 0
    return People(
        window.years,
        population.enterprises,
        window.annual,
        enact(scenario, [start - 1, *window.years]),
        window.existing,
        window.paid,
        paid_years,
        np.zeros(len(population), int),
        1,
        window.own,
        window.own_annual,
    )


def of_draws(scenario: Scenario, population: Population | None, draws: int) -> People:
    """The populations of some draws; existing support of a register is not laid against them."""
    scenario = scenario.set({"sampling": "plain"})
    drawn, years = draw_population(scenario, population, draws), np.array(scenario.years)
    policy = scenario.law.policy
    nothing = np.zeros((0, len(years), policy.cash_clauses), np.int64)
    own = (
        np.zeros((len(drawn.draw), len(policy.own_enterprise)), np.int64),
        np.zeros((*drawn.annual.shape, len(policy.own_annual)), np.int64),
    )
    return People(
        years,
        drawn.enterprises,
        drawn.annual,
        enact(scenario, [scenario.base_year, *years.tolist()]),
        nothing,
        nothing,
        0,
        drawn.draw,
        draws,
        *own,
    )


@dataclass(frozen=True)
class Near:
    """Those within the band of an edge in one year (0: a fact of the enterprise): distance (fact − edge, machine units), the edge,
    jump and gain (fen), whose draw."""

    year: int
    distance: np.ndarray
    edge: np.ndarray
    jump: np.ndarray
    gain: np.ndarray
    draw: np.ndarray


def _near(people: People, edge: Edge, within: float) -> Iterator[Near]:
    policy = people.enacted.policy
    path = f"{policy.slugs[edge.clause]}.{edge.term}"
    numbers = people.enacted.terms.numbers[:, policy.number_paths.index(path)] + (edge.edge == "more_than")
    if edge.of_enterprise:  # the edge of the year it settles in
        settled = np.array([year_of(int(day)) for day in people.enterprises["settled_on"]], int)
        column = np.clip(settled - int(people.years[0]) + 1, 1, len(people.years))
        yield _asked(people, edge, within, people.column(edge.fact), numbers[column], 0)
        return
    for j, year in enumerate(people.years, start=1):
        fact = np.where(people.annual["present"][:, j] != 0, people.column(edge.fact)[:, j], 0)
        yield _asked(people, edge, within, fact, np.full(len(fact), numbers[j]), int(year))


def _asked(people: People, edge: Edge, within: float, fact: np.ndarray, number: np.ndarray, year: int) -> Near:
    """The law asked about those within the band: with the fact just below the edge, on it, and moved up to it."""
    chosen = np.flatnonzero((fact > 0) & (np.abs(fact - number) <= within * number))
    some, fact, number = people.only(chosen), fact[chosen], number[chosen]
    place = year - int(people.years[0])

    def with_fact(value: np.ndarray, together: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
        moved = some.only(np.arange(len(chosen)))
        if edge.of_enterprise:
            moved.column(edge.fact)[:] = value
        else:
            moved.column(edge.fact)[:, place + 1] = value
            for other in together:
                moved.annual[other][:, place + 1] += value - fact
        awards, net = moved.assessed()
        of_clause = awards[:, :, edge.clause]
        return (of_clause.sum(axis=1) if edge.of_enterprise else of_clause[:, place]), net

    under, _ = with_fact(number - 1, ())
    on, _ = with_fact(number, ())
    _, now = some.assessed()
    _, reached = with_fact(np.maximum(fact, number), MOVED_TOGETHER.get(edge.fact, ()))
    return Near(year, fact - number, number, on - under, reached - now, people.draw[chosen])


def _rows(edge: Edge, near: list[Near], people: People, scenario: Scenario, draws: int, *, assessable: bool) -> Iterator[tuple[Any, ...]]:
    number = scenario.law.numbers[f"{scenario.law.policy.slugs[edge.clause]}.{edge.term}"]
    head = scenario.law.policy.slugs[edge.clause], edge.term, edge.fact, edge.edge
    parts: list[tuple[int | str, list[Near]]] = [("total", near), *((n.year, [n]) for n in near if n.year)]
    for year, part in parts:
        at = float(number.at(year if isinstance(year, int) else int(people.years[0])))
        if not assessable:
            yield (*head, at, edge.unit, year, *([np.nan] * (2 * len(ESTIMATES) + 1)), draws)
            continue
        jump, gain, distance, draw = (np.concatenate([getattr(n, name) for n in part]) for name in ("jump", "gain", "distance", "draw"))
        concerned, short = jump != 0, -distance / UNITS[edge.unit].scale
        under = concerned & (distance < 0)
        all_near, near_under, near_above, jumps, gains, missing = (
            np.bincount(draw, of, people.draws)
            for of in (np.ones(len(draw)), under, concerned & ~under, jump / FEN, under * gain / FEN, under * short)
        )
        estimates = (
            mean_and_error(all_near),
            mean_and_error(near_under),
            mean_and_error(near_above),
            pooled(jumps, near_under + near_above),
            pooled(gains, near_under),
            mean_and_error(gains),
            pooled(missing, near_under),
        )
        yield (
            *head,
            at,
            edge.unit,
            year,
            *(x for pair in estimates for x in pair),
            float(jump[concerned].max()) / FEN if concerned.any() else np.nan,
            draws,
        )


def _map(edge: Edge, near: list[Near], people: People, within: float) -> Iterator[tuple[Any, ...]]:
    """How many for whom the edge makes a difference stand at which distance from it, in BINS to either side."""
    concerned = [((n.distance / n.edge)[n.jump != 0], n.draw[n.jump != 0]) for n in near] or [(np.zeros(0), np.zeros(0, int))]
    share, draw = (np.concatenate(part) for part in zip(*concerned, strict=True))
    ends = np.linspace(-within, within, 2 * BINS + 1)
    place = np.clip(np.floor(share / within * BINS).astype(int) + BINS, 0, 2 * BINS - 1)
    for b in range(2 * BINS):
        found = mean_and_error(np.bincount(draw[place == b], minlength=people.draws).astype(float))
        yield people.enacted.policy.slugs[edge.clause], edge.term, float(ends[b]), float(ends[b + 1]), *found
