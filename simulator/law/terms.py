"""The law's numbers: kept exact, changed by path, compiled to fixed machine types. `lawfile` reads them.

A number has a unit, an article and, where it is a threshold, an edge: `at_least` (以上、达到, including the number) or
`more_than` (超过、突破, strictly more). It may be dated (`{2013: 0.5, 2015: 0.4}`: from that year on). Compiled, a
threshold is the least whole number of its resolution that reaches it, so a clause asks `fact >= threshold` whatever
the edge.
"""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from simulator import facts, yamlfile
from simulator.errors import LawError, Problem, nearest
from simulator.law.language import units
from simulator.law.legality import Concern
from simulator.money import FEN, RATE, is_exact, plainly, to_scaled
from simulator.phrases import phrase

NO_END = 9999_12_31  # a policy without an end


SHARING = ("district_share", "local_vat_share", "local_business_tax_share", "local_income_tax_share")
# What of a law the engine itself knows: first and last day (0: never in force), clauses not offered, one bit each, tax sharing.
HEAD = np.dtype([(name, np.int64) for name in ("start", "end", "withdrawn", *SHARING)])


class Terms(NamedTuple):
    """A law in force in some years. head (years,) HEAD; numbers (years, numbers of the policy)."""

    head: np.ndarray
    numbers: np.ndarray

    def of(self, part: slice | int) -> Terms:
        """Those of some years."""
        return Terms(self.head[part], self.numbers[part])


@dataclass(frozen=True)
class Unit:
    """A unit of the law's numbers: machine units in one, and the widest range a number may have."""

    scale: int
    high: Decimal
    zh: str


class _Units(dict[str, Unit]):
    """Units by name; whatever else a policy file may name is worked out when it is asked for."""

    def __missing__(self, name: str) -> Unit:
        read = units.parse_unit(name) or units.Unit(name, (), 1, Decimal(10**9))
        zh = re.sub("|".join(sorted(_WORDS, key=len, reverse=True)), lambda m: _WORDS[m.group()], name)
        self[name] = Unit(read.scale, read.high, zh)
        return self[name]


_WORDS = {
    "CNY": "元",
    "m2": "平方米",
    "months": "月",
    "month": "月",
    "years": "年",
    "year": "年",
    "USD": "美元",
    "places": "个",
    "ratio": "倍",
    "hour": "小时",
    "day": "天",
}
UNITS: dict[str, Unit] = _Units(
    {
        "CNY": Unit(FEN, Decimal(10**11), "元"),
        "share": Unit(RATE, Decimal(1), "比例"),
        "m2": Unit(facts.AREA, Decimal(50_000), "平方米"),
        "occupancy": Unit(facts.OCCUPANCY, Decimal(1), "比例"),
        "count": Unit(1, Decimal(10**9), "户"),
        "months": Unit(1, Decimal(600), "月"),
        "years": Unit(1, Decimal(50), "年"),
    }
)
EDGES = {"at_least": "≥", "more_than": ">"}
KINDS = ("one_off", "recurrent", "in_kind", "rule")


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
    measure: units.Unit | None = None
    discretion: bool = False  # "at most": an assumption says what share of it is decided

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))
        object.__setattr__(self, "_machine", {})  # by year: a law is compiled for every scenario that is played

    @property
    def scale(self) -> int:
        """Machine units in one."""
        return self.measure.scale if self.measure else UNITS[self.unit].scale

    @property
    def high(self) -> Decimal:
        """The largest value it may have."""
        return self.measure.high if self.measure else UNITS[self.unit].high

    def at(self, year: int) -> Decimal:
        """The value in force in `year`; before the first date the first value."""
        dates = sorted(self.values)
        return self.values[max((d for d in dates if d <= year), default=dates[0])]

    def machine(self, year: int) -> int:
        """The value in machine units."""
        kept: dict[int, int] = self._machine  # type: ignore[attr-defined]
        if year not in kept:
            kept[year] = to_scaled(self.at(year), self.scale)
        return kept[year]

    def shown(self, year: int, lang: str = "en") -> str:
        """The number as a person reads it, with its edge and unit; shares as per cent."""
        value = self.at(year)
        if self.unit in ("share", "occupancy") or (self.measure and self.measure.is_share):
            text = plainly(value * 100) + "%"
        else:
            text = f"{value:,f} {unit_name(self, lang)}"
        return f"{EDGES[self.edge]} {text}" if self.edge else text


def unit_name(number: Number, lang: str) -> str:
    """A number's unit in a language."""
    first, *per = (UNITS[number.unit].zh if lang == "zh" else "times" if number.unit == "ratio" else number.unit).split("/")
    each = number.measure.each if number.measure else ""
    return "/".join((first, *([each] if each and (lang == "zh" or each.isascii()) else []), *per))


@dataclass(frozen=True)
class Block:
    """A clause's head in the law file: article, names, kind (one_off, recurrent, in_kind, rule for sharing and targets)
    and the doubts about its legality."""

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
    policy: Any = None  # the text made exact: law.policy.Policy
    written: Mapping[str, Number] = field(default_factory=dict, repr=False)  # the numbers as the file has them; filled in
    filed: Law | None = field(default=None, repr=False)  # the law of the file, where formulas of this one are others

    def __post_init__(self) -> None:
        if not self.written:
            object.__setattr__(self, "written", self.numbers)
        for name in ("blocks", "numbers", "written"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def as_written(self) -> Law:
        """The law as its file has it: no number and no formula changed, every clause offered."""
        if self.filed is not None:
            return self.filed.as_written
        return replace(self, numbers=self.written, withdrawn=frozenset(), in_force=True)

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
                    problems.append(Problem(key, phrase("is {}", yamlfile.shown(value)), "write true or false"))
            elif key in (offered := self.offers()):
                if isinstance(value, bool):
                    (withdrawn.discard if value else withdrawn.add)(offered[key])
                else:
                    problems.append(Problem(f"law.{key}", phrase("is {}", yamlfile.shown(value)), "write true or false"))
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
                values, found = values_of(dated, number.measure or number.unit, f"law.{key}")
                problems += found
                if not found:
                    numbers[path] = replace(number, values=values)
        if not problems and self.policy is not None:
            problems += contradictions(self.policy.clauses, self.policy.number_paths, numbers, changes)
        if not problems and end is not None and end < start:
            problems.append(Problem("policy.end", phrase("{} lies before policy.start {}", end, start), "exchange them"))
        if problems:
            raise LawError(problems)
        return replace(self, numbers=numbers, start=start, end=end, in_force=in_force, withdrawn=frozenset(withdrawn))

    def offers(self) -> dict[str, str]:
        """The setting that offers or withdraws each clause, `CLAUSE.offered` → its slug."""
        return {f"{slug}.offered": slug for slug, block in self.blocks.items() if block.kind != "rule"}

    def compile(self, years: Iterable[int]) -> Terms:
        """The law in force in each of `years`."""
        years = list(years)
        head = np.zeros(len(years), HEAD)
        if self.in_force:
            head["start"] = machine_date(self.start)
            head["end"] = NO_END if self.end is None else machine_date(self.end)
        head["withdrawn"] = sum(1 << k for k, slug in enumerate(self.policy.slugs) if slug in self.withdrawn)
        for name in SHARING:
            head[name] = [self.numbers[f"sharing.{name}"].machine(year) for year in years]
        numbers = [[self.numbers[path].machine(year) for path in self.policy.number_paths] for year in years]
        return Terms(head, np.array(numbers, np.int64).reshape(len(years), len(self.policy.number_paths)))


def machine_date(date: datetime.date) -> int:
    """A date as the whole number yyyymmdd."""
    return date.year * 10_000 + date.month * 100 + date.day


def values_of(given: Any, unit: str | units.Unit, place: str) -> tuple[dict[int, Decimal], list[Problem]]:
    """A number as written, or {year: number}: exact values by year, and what is wrong with them."""
    dated = given if isinstance(given, Mapping) else {1900: given}
    values: dict[int, Decimal] = {}
    problems = []
    measure = UNITS[unit] if isinstance(unit, str) else unit
    scale, high, unit = measure.scale, measure.high, unit if isinstance(unit, str) else unit.name
    if not dated:
        problems.append(Problem(place, "has no value", "write a number"))
    for date, value in dated.items():
        if isinstance(value, float):
            value = Decimal(repr(value))
        if not isinstance(date, int):
            problems.append(
                Problem(place, phrase("{} is no year", yamlfile.shown(date)), phrase("write a number in {}, or {year: number}", unit))
            )
        elif isinstance(value, bool) or not isinstance(value, int | Decimal):
            problems.append(Problem(place, phrase("is {}", yamlfile.shown(value)), phrase("write a number in {}, or {year: number}", unit)))
        elif not (Decimal(value).is_finite() and 0 <= value <= high):
            problems.append(Problem(place, phrase("{} lies outside {} … {} {}", value, 0, f"{high:,f}", unit), _percent_hint(unit, value)))
        elif not is_exact(value, scale):
            problems.append(Problem(place, phrase("{} is finer than 1/{} {}", value, format(scale, ","), unit), "round it"))
        else:
            values[date] = Decimal(value)
    return values, problems


def _percent_hint(unit: str, value: Any) -> str:
    whole = unit in ("share", "occupancy") and Decimal(value).is_finite() and 1 < value <= 100
    return phrase("write {} for {} %", Decimal(value) / 100, value) if whole else "check the unit"


def date_of(value: Any, place: str, *, allow_none: bool) -> tuple[Any, list[Problem]]:
    """A day as written, and what is wrong with it."""
    if isinstance(value, str):  # as the command line and a form have it
        with contextlib.suppress(ValueError):
            value = None if value == "none" and allow_none else datetime.date.fromisoformat(value)
    if (value is None and allow_none) or isinstance(value, datetime.date):
        return value, []
    hint = "write a date as 2013-01-01 or none" if allow_none else "write a date as 2013-01-01"
    return None, [Problem(place, phrase("is {}", yamlfile.shown(value)), hint)]


def contradictions(
    clauses: Iterable[Any], paths: Sequence[str], numbers: Mapping[str, Number], changes: Iterable[str] = ()
) -> list[Problem]:
    """What numbers of a policy contradict each other: thresholds of tiers that do not rise, a divisor of nothing. paths: of the
    numbers, in the policy's order; changes: paths, dated or not, that were set: the first one in question is where it is reported."""
    found = []
    for clause in clauses:
        for lower, upper in dict.fromkeys(pair for tiers in clause.uses.rising for pair in pairwise(tiers)):
            read = [paths[at] for at in (*upper.reads, *lower.reads)]

            def falls(year: int, lower: Any = lower, upper: Any = upper) -> bool:
                machine = [numbers[path].machine(year) for path in paths]
                return bool(lower.at(machine) >= upper.at(machine))

            year = next((year for year in sorted({year for path in read for year in numbers[path].values}) if falls(year)), None)
            if year is not None:
                set_here = next((path for path in changes if path.partition("@")[0] in read), read[0])
                high, low = (numbers[t.path].shown(year) if t.path else t.text for t in (upper, lower))
                high_zh, low_zh = (numbers[t.path].shown(year, "zh") if t.path else t.text for t in (upper, lower))
                found.append(
                    Problem(
                        f"law.{set_here}",
                        f"the thresholds do not rise: {high} is not above {f'{lower.path}, ' if lower.path else ''}{low}",
                        "write them from the lowest to the highest",
                        "error",
                        f"门槛没有逐档提高：{high_zh}不高于{f'“{numbers[lower.path].zh}”' if lower.path else ''}{low_zh}",
                        "请自低到高填写",
                    )
                )
        found += [
            Problem(
                f"law.{path}",
                "is nothing, and something is divided by it",
                "write a number above 0",
                "error",
                "为零，却用作除数或步长",
                "请写大于零的数",
            )
            for path in clause.uses.divisors
            if any(value <= 0 for value in numbers[path].values.values())
        ]
    return list(dict.fromkeys(found))
