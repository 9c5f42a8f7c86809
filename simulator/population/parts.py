"""A register in parts: a folder of folders, each a register of its own, for more enterprises than memory holds.

    register/
      part-00001-of-00020/   enterprises.parquet, annual.parquet, …
      part-00002-of-00020/   …

Every part keeps the contract of a register. Besides, an enterprise (under any of its ids) and a group lie in one part. Opening
reads and checks every part and keeps what concerns the whole; playing reads a part at a time.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import overload

import numpy as np

from simulator import facts
from simulator.audit import has_read
from simulator.errors import PopulationError, Problem
from simulator.law.policy import Policy
from simulator.phrases import phrase
from simulator.population.register import APPLICATION, Population
from simulator.population.schema import contract, under
from simulator.resources import state_of
from simulator.streams import keys_of

ANEW = "write the register anew, into an empty folder"
HELD = 1  # parts kept in memory for whoever asks again


@dataclass(frozen=True)
class Parts:
    """A register in parts, checked as a whole; `part` reads one.

    folder: where it lies; counts: enterprises by part; hashes: sha256 by part; first_year … last_year: the years of any part;
    last_paid_year: 0 where no part has payments; sha256: of all parts; unknown, warnings, synthetic, source as of a Population.
    """

    folder: Path
    counts: tuple[int, ...]
    hashes: tuple[str, ...]
    first_year: int
    last_year: int
    last_paid_year: int
    has_payments: bool
    units: tuple[tuple[str, str], ...] = ()
    unknown: Sequence[tuple[str, int, str]] = field(default=(), repr=False)
    warnings: Sequence[Problem] = field(default=(), repr=False)
    synthetic: bool = False
    policy: Policy = field(default_factory=lambda: contract().policy, repr=False, compare=False)  # whose contract it was read under

    def __len__(self) -> int:
        return sum(self.counts)

    @property
    def source(self) -> str:
        return self.folder.name

    @property
    def sha256(self) -> str:
        return hashlib.sha256("".join(self.hashes).encode()).hexdigest()

    def part(self, number: int) -> Population:
        """One part (from 0) over the years of the whole. Raises PopulationError where it is not what was opened."""
        population = _part(part_folder(self.folder, number, len(self.counts)), self.units, self.last_year, self.policy)
        if population.sha256 != self.hashes[number]:
            raise PopulationError(Problem(population.source, "has changed since the register was opened", "start again"))
        return self._over_all_years(population)

    def nobody(self) -> Population:
        """A register of no enterprise over the same years."""
        none = np.zeros((0, 0, self.policy.cash_clauses), np.int64)
        return self._over_all_years(
            Population(
                np.zeros(0, object),
                np.zeros(0, facts.ENTERPRISE),
                np.zeros((0, 1), facts.ANNUAL),
                self.first_year,
                none,
                none,
                none,
                policy=self.policy,
            )
        )

    def whole(self) -> Population:
        """All parts as one register in memory."""
        parts = [self.part(number) for number in range(len(self.counts))]
        return replace(
            joined(parts),
            warnings=list(self.warnings),
            unknown=list(self.unknown),
            source=self.source,
            sha256=self.sha256,
            synthetic=self.synthetic,
        )

    def _over_all_years(self, population: Population) -> Population:
        n, years = len(population), self.last_year - self.first_year + 1
        at = population.first_year - self.first_year

        def laid(amounts: np.ndarray, there: bool) -> np.ndarray:
            if not there:
                return amounts
            found = np.zeros((n, years, *amounts.shape[2:]), amounts.dtype)
            if amounts.shape[0] == n and amounts.shape[1]:
                found[:, at : at + amounts.shape[1]] = amounts
            return found

        return replace(
            population,
            annual=laid(population.annual, True),
            first_year=self.first_year,
            support=laid(population.support, population.support.size > 0),
            support_district=laid(population.support_district, population.support.size > 0),
            paid=laid(population.paid, self.has_payments),
            last_paid_year=self.last_paid_year,
            employees=laid(population.employees, population.employees.size > 0),
            own={name: laid(values, values.ndim > 1) for name, values in population.own.items()},
        )


Register = Population | Parts  # what a run plays


def each(register: Register) -> Iterator[Population]:
    """The parts of a register, read one at a time; one in memory is its own part."""
    yield from (register,) if isinstance(register, Population) else map(register.part, range(len(register.counts)))


def part_folder(folder: Path, number: int, count: int) -> Path:
    """Where a part (from 0) of so many lies."""
    return folder / f"part-{number + 1:05d}-of-{count:05d}"


def lies_in_parts(path: str | Path) -> bool:
    """Whether a register in parts is there; what cannot be looked at is reported by whoever opens it."""
    from simulator.population.sources import is_in_parts

    try:
        return is_in_parts(Path(path))
    except (OSError, ValueError):
        return False


def open_register(path: str | Path, units: Mapping[str, str] | None = None, policy: Policy | None = None) -> Register:
    """A register, in memory or, where it lies in parts, on disk; policy: whose contract it is to fulfil. Raises PopulationError with
    every problem of every part."""
    from simulator.population.readers import read_population  # only where a register is read: a run may have none
    from simulator.population.sources import PART

    if policy is not None and contract().policy is not policy:
        with under(policy):
            return open_register(path, units, policy)
    if not lies_in_parts(path):
        return read_population(path, units)
    folder = Path(path).resolve()
    found = {entry.name: match for entry in folder.iterdir() if (match := PART.fullmatch(entry.name))}
    names = sorted(found)
    count = int(found[names[0]].group(2))
    wanted = [part_folder(folder, number, count).name for number in range(count)]
    if names != wanted:
        missing, foreign = sorted(set(wanted) - set(names)), sorted(set(names) - set(wanted))
        problem = (
            Problem(folder.name, phrase("{} of its {} parts are missing, from {} on", len(missing), count, missing[0]), ANEW)
            if missing
            else Problem(f"{folder.name}/{foreign[0]}", "is a part of another register", ANEW)
        )
        raise PopulationError(problem)
    problems: list[Problem] = []
    seen: list[_Seen] = []
    for name in wanted:
        try:
            seen.append(_look_at(folder / name, units))
        except PopulationError as refused:
            problems += [_within(name, problem) for problem in refused.problems]
    last = max((s.years[1] for s in seen), default=0)
    seen = [s if s.years[1] == last else _look_at(folder / s.name, units, last) for s in seen]  # its support and payments of later years
    names = [s.name for s in seen]
    problems += [
        Problem(place, phrase("share {} enterprises, under one of their ids", number), "keep each enterprise in one part")
        for place, number in _shared(names, [s.keys for s in seen])
    ]
    problems += [
        Problem(place, phrase("share {} groups of enterprises", number), "keep each group in one part")
        for place, number in _shared(names, [s.groups for s in seen])
    ]
    if problems:
        raise PopulationError(problems)
    register = Parts(
        folder,
        tuple(s.count for s in seen),
        tuple(s.sha256 for s in seen),
        min(s.years[0] for s in seen),
        last,
        max(s.years[2] for s in seen),
        any(s.has_payments for s in seen),
        tuple(sorted((units or {}).items())),
        list(dict.fromkeys(u for s in seen for u in s.unknown)),
        [w for s in seen for w in s.warnings],
        all(s.synthetic for s in seen),
    )
    has_read("register", register.sha256)
    return register


@overload
def whole(register: Register) -> Population: ...
@overload
def whole(register: None) -> None: ...
def whole(register: Register | None) -> Population | None:
    """The register in memory, whatever it lies in."""
    return register.whole() if isinstance(register, Parts) else register


def joined(parts: Sequence[Population]) -> Population:
    """Registers over the same years one below the other."""
    before = np.cumsum([0, *(len(part) for part in parts)])

    def stacked(name: str) -> np.ndarray:
        some = next((getattr(part, name) for part in parts if getattr(part, name).size), getattr(parts[0], name))
        if not some.size:
            return some
        return np.concatenate(
            [getattr(part, name) if getattr(part, name).size else np.zeros((len(part), *some.shape[1:]), some.dtype) for part in parts]
        )

    applications = [part.applications.copy() for part in parts]
    for moved, start in zip(applications, before, strict=False):
        moved["enterprise"] += start
    return replace(
        parts[0],
        ids=np.concatenate([part.ids for part in parts]),
        enterprises=np.concatenate([p.enterprises for p in parts]),
        annual=np.concatenate([part.annual for part in parts]),
        support=stacked("support"),
        support_district=stacked("support_district"),
        paid=stacked("paid"),
        employees=stacked("employees"),
        own={name: np.concatenate([p.own[name] for p in parts]) for name in parts[0].own if all(name in p.own for p in parts)},
        applications=np.concatenate(applications) if applications else np.zeros(0, APPLICATION),
        details={name: np.concatenate([part.details[name] for part in parts]) for name in parts[0].details},
    )


@dataclass(frozen=True)
class _Seen:
    """What is kept of a part when the register is opened."""

    name: str
    count: int
    sha256: str
    keys: np.ndarray
    groups: np.ndarray
    years: tuple[int, int, int]
    has_payments: bool
    unknown: list[tuple[str, int, str]]
    warnings: list[Problem]
    synthetic: bool


def _look_at(folder: Path, units: Mapping[str, str] | None, until: int = 0) -> _Seen:
    population = _part(folder, tuple(sorted((units or {}).items())), until, contract().policy)
    details = population.details
    former = [name.strip() for text in details["former_id"] if text for name in re.split("[、,;，；]", text) if name.strip()]
    groups = details["group_id"]
    return _Seen(
        folder.name,
        len(population),
        population.sha256,
        keys_of([*population.ids, *former]),
        keys_of(sorted(set(groups) - {""})),
        (population.first_year, population.last_year, population.last_paid_year),
        population.paid.size > 0,
        population.unknown,
        [_within(folder.name, w) for w in population.warnings],
        population.synthetic,
    )


def _part(folder: Path, units: tuple[tuple[str, str], ...], until: int, policy: Policy) -> Population:
    return _held(folder, units, until, policy, state_of(folder))


@lru_cache(maxsize=HELD)
def _held(folder: Path, units: tuple[tuple[str, str], ...], until: int, policy: Policy, _state: object) -> Population:
    from simulator.population.readers import read_population

    return read_population(folder, dict(units), until, policy)


def _within(part: str, problem: Problem) -> Problem:
    return replace(problem, place=f"{part}/{problem.place}" if problem.place else part)


def _shared(names: Sequence[str], held: Sequence[np.ndarray]) -> list[tuple[str, int]]:
    """Each two parts that share keys, and how many."""
    if not held:
        return []
    keys, owner = np.concatenate(held), np.repeat(np.arange(len(held)), [len(found) for found in held])
    order = np.lexsort((owner, keys))
    keys, owner = keys[order], owner[order]
    pairs: dict[tuple[int, int], int] = {}
    for at in np.flatnonzero((keys[1:] == keys[:-1]) & (owner[1:] != owner[:-1])).tolist():
        pair = int(owner[at]), int(owner[at + 1])
        pairs[pair] = pairs.get(pair, 0) + 1
    return [(f"{names[one]}, {names[other]}", number) for (one, other), number in pairs.items()]
