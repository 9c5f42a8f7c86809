"""The law's numbers: kept exact, changed by path, compiled to fixed machine types. `lawfile` reads them.

A number has a unit, an article and, where it is a threshold, an edge: `at_least` (以上、达到, including the number) or
`more_than` (超过、突破, strictly more). It may be dated (`{2013: 0.5, 2015: 0.4}`: from that year on). Compiled, a
threshold is the least whole number of its resolution that reaches it, so a clause asks `fact >= threshold` whatever
the edge.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import numpy as np

from simulator import facts, yamlfile
from simulator.errors import LawError, Problem, nearest
from simulator.law.legality import Concern
from simulator.money import FEN, RATE, is_exact, to_scaled

NO_END = 9999_12_31  # a policy without an end


@dataclass(frozen=True)
class Unit:
    """A unit of the law's numbers: machine units in one, and the widest range a number may have."""

    scale: int
    high: Decimal
    zh: str


UNITS: Mapping[str, Unit] = {
    "CNY": Unit(FEN, Decimal(10**11), "元"),
    "share": Unit(RATE, Decimal(1), "比例"),
    "m2": Unit(facts.AREA, Decimal(50_000), "平方米"),
    "occupancy": Unit(facts.OCCUPANCY, Decimal(1), "比例"),
    "count": Unit(1, Decimal(10**9), "户"),
    "months": Unit(1, Decimal(600), "月"),
    "years": Unit(1, Decimal(50), "年"),
}
EDGES = {"at_least": "≥", "more_than": ">"}
KINDS = ("one_off", "recurrent", "in_kind", "rule")
NOT_OFFERED = ""  # the kind of a clause that a policy's file has no block for


@dataclass(frozen=True)
class Term:
    """A number a clause declares it needs: its name, unit, and whether it is a threshold (then YAML gives the edge)."""

    name: str
    unit: str
    threshold: bool = False


@dataclass(frozen=True)
class Number:
    """One number of the law as written: dated values (year it holds from → value), edge, article and labels."""

    path: str
    unit: str
    edge: str
    article: str
    zh: str
    en: str
    values: Mapping[int, Decimal]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def at(self, year: int) -> Decimal:
        """The value in force in `year`; before the first date the first value."""
        dates = sorted(self.values)
        return self.values[max((d for d in dates if d <= year), default=dates[0])]

    def machine(self, year: int) -> int:
        """The value in machine units; a threshold as the least number that reaches it."""
        least = to_scaled(self.at(year), UNITS[self.unit].scale)
        return least + 1 if self.edge == "more_than" else least

    def shown(self, year: int, lang: str = "en") -> str:
        """The number as a person reads it, with its edge and unit; shares as per cent."""
        value, unit = self.at(year), UNITS[self.unit]
        if self.unit in ("share", "occupancy"):
            text = f"{value * 100:f}".rstrip("0").rstrip(".") + "%"
        else:
            text = f"{value:,f} {unit.zh if lang == 'zh' else self.unit}"
        return f"{EDGES[self.edge]} {text}" if self.edge else text


@dataclass(frozen=True)
class Block:
    """A clause's head in the law file: article, names, kind (one_off, recurrent, in_kind, rule for sharing and targets,
    NOT_OFFERED where the file has none) and the doubts about its legality."""

    slug: str
    article: str
    zh: str
    en: str
    kind: str
    legality: tuple[Concern, ...] = ()


@dataclass(frozen=True)
class Law:
    """A policy's numbers, frozen. `set` gives a changed copy; `compile` the machine records a kernel reads."""

    name: str
    zh: str
    en: str
    start: datetime.date
    end: datetime.date | None
    blocks: Mapping[str, Block]
    numbers: Mapping[str, Number] = field(repr=False)
    in_force: bool = True  # False: nothing is in term, as if the policy had never been made
    withdrawn: frozenset[str] = frozenset()  # slugs of clauses that are not offered: they give nothing

    def __post_init__(self) -> None:
        for name in ("blocks", "numbers"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def set(self, changes: Mapping[str, Any]) -> Law:
        """A law with other numbers. Keys are paths without the leading `law.`, optionally dated `path@2015`, or
        `policy.start`, `policy.end`, `policy.in_force`, or `CLAUSE.offered`; values numbers or {year: number}. Raises
        LawError with all problems."""
        numbers, start, end, in_force, problems = dict(self.numbers), self.start, self.end, self.in_force, []
        withdrawn = set(self.withdrawn)
        for key, value in changes.items():
            path, at, date = str(key).partition("@")
            if path == "policy.start":
                start, found = date_of(value, f"{key}", allow_none=False)
                problems += found
            elif path == "policy.end":
                end, found = date_of(value, f"{key}", allow_none=True)
                problems += found
            elif path == "policy.in_force":
                in_force = value
                if not isinstance(value, bool):
                    problems.append(Problem(key, f"is {yamlfile.shown(value)}", "write true or false"))
            elif key in (offered := self.offers()):
                if isinstance(value, bool):
                    (withdrawn.discard if value else withdrawn.add)(offered[key])
                else:
                    problems.append(Problem(f"law.{key}", f"is {yamlfile.shown(value)}", "write true or false"))
            elif path not in numbers:
                known = [f"law.{p}" for p in (*numbers, *self.offers())]
                problems.append(Problem(f"law.{key}", "is no number of the law", nearest(f"law.{path}", known)))
            else:
                number = numbers[path]
                if at:
                    if not (date.isdigit() and 1990 <= int(date) <= 2100):
                        problems.append(Problem(f"law.{key}", "has no year after @", "write e.g. @2015"))
                        continue
                    dated: Mapping[Any, Any] = {**number.values, int(date): value}
                else:
                    dated = value if isinstance(value, Mapping) else {min(number.values): value}
                values, found = values_of(dated, number.unit, f"law.{key}")
                problems += found
                if not found:
                    numbers[path] = replace(number, values=values)
        if not problems and end is not None and end < start:
            problems.append(Problem("policy.end", f"{end} lies before policy.start {start}", "exchange them"))
        if problems:
            raise LawError(problems)
        return replace(self, numbers=numbers, start=start, end=end, in_force=in_force, withdrawn=frozenset(withdrawn))

    def offers(self) -> dict[str, str]:
        """The setting that offers or withdraws each clause, `CLAUSE.offered` → its slug."""
        return {f"{slug}.offered": slug for slug, block in self.blocks.items() if block.kind not in ("rule", NOT_OFFERED)}

    def compile(self, dtype: np.dtype, years: Iterable[int]) -> np.ndarray:
        """The numbers in force in each of `years` as records of `dtype` (see `terms_dtype`), shape (years,)."""
        years = list(years)
        records = np.zeros(len(years), dtype)
        if self.in_force:
            records["policy"]["start"] = machine_date(self.start)
            records["policy"]["end"] = NO_END if self.end is None else machine_date(self.end)
        records["policy"]["withdrawn"] = sum(1 << i for i, slug in enumerate(self.blocks) if slug in self.withdrawn)
        for path, number in self.numbers.items():
            block, name = path.split(".")
            records[block][name] = [number.machine(year) for year in years]
        return records


def machine_date(date: datetime.date) -> int:
    """A date as the whole number yyyymmdd."""
    return date.year * 10_000 + date.month * 100 + date.day


def terms_dtype(declared: Mapping[str, Iterable[Term]]) -> np.dtype:
    """The record type of a law: `policy` (start, end; withdrawn: the blocks that are not offered, one bit each by their
    place among `declared`) and one inner record per block, all int64."""
    inner = [("policy", np.dtype([("start", np.int64), ("end", np.int64), ("withdrawn", np.int64)]))]
    for slug, terms in declared.items():
        if terms := list(terms):  # a clause without numbers has no record
            inner.append((slug, np.dtype([(t.name, np.int64) for t in terms])))
    return np.dtype(inner)


def values_of(given: Any, unit: str, place: str) -> tuple[dict[int, Decimal], list[Problem]]:
    """A number as written, or {year: number}: exact values by year, and what is wrong with them."""
    dated = given if isinstance(given, Mapping) else {1900: given}
    values: dict[int, Decimal] = {}
    problems = []
    scale, high = UNITS[unit].scale, UNITS[unit].high
    if not dated:
        problems.append(Problem(place, "has no value", "write a number"))
    for date, value in dated.items():
        if isinstance(value, float):
            value = Decimal(repr(value))
        if not isinstance(date, int):
            problems.append(Problem(place, f"{yamlfile.shown(date)} is no year", f"write a number in {unit}, or {{year: number}}"))
        elif isinstance(value, bool) or not isinstance(value, int | Decimal):
            problems.append(Problem(place, f"is {yamlfile.shown(value)}", f"write a number in {unit}, or {{year: number}}"))
        elif not (Decimal(value).is_finite() and 0 <= value <= high):
            problems.append(Problem(place, f"{value} lies outside 0 … {high:,f} {unit}", _percent_hint(unit, value)))
        elif not is_exact(value, scale):
            problems.append(Problem(place, f"{value} is finer than 1/{scale:,} {unit}", "round it"))
        else:
            values[date] = Decimal(value)
    return values, problems


def _percent_hint(unit: str, value: Any) -> str:
    whole = unit in ("share", "occupancy") and Decimal(value).is_finite() and 1 < value <= 100
    return f"write {Decimal(value) / 100} for {value} %" if whole else "check the unit"


def date_of(value: Any, place: str, *, allow_none: bool) -> tuple[Any, list[Problem]]:
    """A day as written, and what is wrong with it."""
    if isinstance(value, str):  # as the command line and a form have it
        with contextlib.suppress(ValueError):
            value = None if value == "none" and allow_none else datetime.date.fromisoformat(value)
    if (value is None and allow_none) or isinstance(value, datetime.date):
        return value, []
    hint = "write a date as 2013-01-01" + (" or none" if allow_none else "")
    return None, [Problem(place, f"is {yamlfile.shown(value)}", hint)]
