"""A policy as a value: its facts, numbers, readings, clauses, settlement and links, read from one file (`policyfile`).

Everything that is said of a clause follows from here: which facts it needs, what an explanation shows, its edges, the most it
can give, what rules it out early. Clauses in cash stand first, those in kind last, each group in the order of the text.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from simulator import facts
from simulator.law.language import nodes
from simulator.law.language.formula import Edge, Uses, Value
from simulator.law.language.nodes import Node
from simulator.law.language.units import Unit
from simulator.law.legality import Concern

MOST_CLAUSES = 62  # clauses are bits of one 64-bit whole number, of which the sign and one mark are other things
# What this policy has paid under one clause. total: fen paid so far; first_year, last_year: years paid, 0 = never; years: number of
# years paid; last: fen of the last paid year; mark: the clause's own note (the first year that counted; the tiers paid, one bit each).
HISTORY_FIELDS = ("total", "first_year", "years", "last_year", "last", "mark")
HISTORY = np.dtype([(name, np.int64) for name in HISTORY_FIELDS])
ELIGIBLE, DUE_BACK = 1, 2  # bits of what conduct says
CLAWBACK = "clawback"  # what is due back, in a list of what clauses give
KINDS = ("one_off", "recurrent", "in_kind")


@dataclass(frozen=True)
class OwnFact:
    """A fact that only this policy asks for. table: enterprises or annual; kind: money, area, count, share, flag, day, choice or
    quantity; unit; choices by word (each code first in its own language); grows: the annual fact it moves with in a projection,
    "" for none; yearly: the chance that a flag or day comes true in a year; invented: share that has it, median and log-sd."""

    name: str
    table: str
    kind: str
    unit: Unit
    zh: str
    en: str
    article: str = ""
    choices: Mapping[str, int] = field(default_factory=dict)
    grows: str = ""
    yearly: float = 0.0
    share: float = 0.0
    median: float = 0.0
    log_sd: float = 0.0


@dataclass(frozen=True)
class Switch:
    """One ambiguity of the text: the article it reads, its readings with what each says (zh, en), the default one."""

    name: str
    article: str
    zh: str
    en: str
    meanings: Mapping[str, tuple[str, str]]
    default: str

    @property
    def names(self) -> list[str]:
        return list(self.meanings)

    def code(self, reading: str) -> int:
        """The number of a reading: the default is 0, the others follow in the order of the file."""
        return [self.default, *(n for n in self.meanings if n != self.default)].index(reading)


@dataclass(frozen=True)
class Promise:
    """A measure that the text promises without an amount: its article and what the text calls it (see `measures`)."""

    article: str
    zh: str
    en: str


@dataclass(frozen=True)
class Condition:
    """One condition: its words, its truth value, what it reads and the article it stands in ("" where the file names none)."""

    name: str
    zh: str
    en: str
    node: Node
    uses: Uses
    text: str = ""
    article: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(self.uses.facts)

    @property
    def earlier(self) -> tuple[tuple[str, int], ...]:
        """Facts of earlier years, and how many years ago."""
        return tuple(self.uses.earlier)

    @property
    def terms(self) -> tuple[str, ...]:
        """Paths of the numbers it is judged by."""
        return tuple(self.uses.numbers)

    @property
    def readings(self) -> tuple[str, ...]:
        return tuple(self.uses.readings)


@dataclass(frozen=True)
class Definition:
    """A named part of formulas: `let`."""

    name: str
    text: str
    value: Value
    uses: Uses
    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class FirstN:
    """Only the first so many by a value get the clause in a year. stays: who is due it takes a place, though a group, a cap or an
    existing support leaves him nothing; else his place passes on to the next."""

    number: Node
    by: Value
    text: str
    uses: Uses
    stays: bool = False


@dataclass(frozen=True)
class Clause:
    """A clause. amount: fen, or whole units in kind, before settlement, where all conditions hold; mark: what it notes of a year
    beside its payments (the tiers paid, one bit each; the first year that counted), marks_when: in which years it may though
    nothing is paid; data_error: the year counts as one whose facts are missing; ends: its support runs out this year;
    tied_to_tax: what it pays depends on taxes paid; parts: the weights in which it is paid out year by year."""

    slug: str
    article: str
    zh: str
    en: str
    kind: str
    unit: Unit
    conditions: tuple[Condition, ...]
    amount: Condition
    numbers: tuple[str, ...]
    lets: tuple[Definition, ...] = ()
    mark: Node | None = None
    marks_when: Condition | None = None
    data_error: Condition | None = None
    ends: Condition | None = None
    first: FirstN | None = None
    tied_to_tax: bool = False
    parts: tuple[int, ...] = (1,)
    legality: tuple[Concern, ...] = ()
    short_zh: str = ""
    short_en: str = ""

    @property
    def cash(self) -> bool:
        return self.kind != "in_kind"

    @cached_property
    def uses(self) -> Uses:
        """All that its conditions, amount and notes read."""
        whole = Uses()
        for part in (*self.conditions, self.amount, self.marks_when, self.data_error, self.ends, self.first):
            if part is not None:
                whole.add(part.uses)
        return whole

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(self.uses.edges)

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """Every fact it reads, of this year, an earlier or a fixed year."""
        return self.uses.every_fact


@dataclass(frozen=True)
class Exclusive:
    """Of these clauses only the highest is paid in a year (the first of equal ones), where the condition holds."""

    clauses: tuple[int, ...]
    when: Condition


@dataclass(frozen=True)
class Cap:
    """Together these clauses pay an enterprise at most so much: in a year, or over its lifetime. The last ones are cut first."""

    clauses: tuple[int, ...]
    most: Condition
    lifetime: bool


@dataclass(frozen=True)
class Pot:
    """A sum these clauses share in a year. share: pro_rata or first_come (by day of application, then code)."""

    name: str
    zh: str
    en: str
    article: str
    clauses: tuple[int, ...]
    amount: str
    share: str


@dataclass(frozen=True)
class Settlement:
    """What holds for all clauses: conduct that a year's support asks for; when all that was paid is due back; whether an
    existing support of a clause is weighed against it."""

    conduct: tuple[Condition, ...]
    clawback: Condition | None
    weighs_existing: bool
    exclusive: tuple[Exclusive, ...] = ()
    caps: tuple[Cap, ...] = ()
    pots: tuple[Pot, ...] = ()

    @property
    def links(self) -> tuple[tuple[Condition, tuple[int, ...]], ...]:
        """What caps and exclusive groups ask, and of which clauses."""
        return (*((group.when, group.clauses) for group in self.exclusive), *((cap.most, cap.clauses) for cap in self.caps))


@dataclass(frozen=True, eq=False)
class Policy:
    """A policy's text, made exact. number_paths: in the order of the machine's; discretion: paths of shares
    that an assumption decides ("at most"); source: the file's name; hash: of its
    content."""

    name: str
    zh: str
    en: str
    start: datetime.date
    end: datetime.date | None
    clauses: tuple[Clause, ...]
    facts: tuple[OwnFact, ...]
    readings: Mapping[str, Switch]
    settlement: Settlement
    number_paths: tuple[str, ...]
    number_units: Mapping[str, Unit]
    lets: tuple[Definition, ...] = ()
    text_order: tuple[str, ...] = ()
    source: str = ""
    hash: str = ""
    baseline: str = ""
    discretion: frozenset[str] = frozenset()
    targets_year: int = 0  # by when the targets are to be reached; 0: the policy sets none
    targets_note: Mapping[str, str] = field(default_factory=dict)  # a remark on the targets, by language
    term_assumed: bool = False  # the text gives no dates: a scenario that says others does not change it
    measures: Mapping[str, Promise] = field(default_factory=dict)  # by the name of its lever
    names_of_numbers: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)  # path: Chinese, English
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)  # what the file holds, as it was read
    made: dict[Any, Any] = field(default_factory=dict, repr=False)  # its compiled functions, which live as long as it does

    def __post_init__(self) -> None:
        object.__setattr__(self, "readings", MappingProxyType(dict(self.readings)))

    def __getstate__(self) -> dict[str, Any]:
        """Without its compiled functions, which another process makes for itself."""
        return {**{f.name: getattr(self, f.name) for f in fields(self)}, "readings": dict(self.readings), "made": {}}

    @cached_property
    def slugs(self) -> tuple[str, ...]:
        return tuple(clause.slug for clause in self.clauses)

    @cached_property
    def cash(self) -> tuple[bool, ...]:
        return tuple(clause.cash for clause in self.clauses)

    @cached_property
    def cash_clauses(self) -> int:
        """How many clauses pay cash: they stand first."""
        return sum(self.cash)

    @cached_property
    def contested(self) -> tuple[Clause, ...]:
        """Clauses that enterprises are weighed against each other for: the first so many, or a pot that is shared out."""
        shared = {k for pot in self.settlement.pots for k in pot.clauses}
        return tuple(clause for k, clause in enumerate(self.clauses) if clause.first is not None or k in shared)

    @cached_property
    def own_enterprise(self) -> tuple[OwnFact, ...]:
        return tuple(f for f in self.facts if f.table == "enterprises")

    @cached_property
    def own_annual(self) -> tuple[OwnFact, ...]:
        return tuple(f for f in self.facts if f.table == "annual")

    @cached_property
    def uses(self) -> Uses:
        """All that its clauses and what holds for all of them read."""
        whole, settlement = Uses(), self.settlement
        back = [settlement.clawback] if settlement.clawback else []
        links = [part for part, _ in settlement.links]
        for uses in (*(c.uses for c in self.clauses), *(part.uses for part in (*settlement.conduct, *back, *links))):
            whole.add(uses)
        return whole

    @cached_property
    def fixed_years(self) -> tuple[int, ...]:
        """Calendar years whose facts are asked for by name."""
        return tuple(sorted({year for _, year in self.uses.fixed_years}))

    @cached_property
    def longest_ago(self) -> int:
        """Of how many years ago facts are asked for, at most; 1 where none are."""
        return max((ago for _, ago in self.uses.earlier), default=1)

    def years_lacking(self, first: int, known: int) -> list[int]:
        """Years of which the formulas ask for figures, in the year `first` or as fixed ones, that lie before the first known one; the
        year before is one that each formula asks for itself (`last_year.present`)."""
        asked = {*self.fixed_years, *(first - ago for ago in range(2, self.longest_ago + 1))}
        return sorted(year for year in asked if year < known)

    @cached_property
    def beyond(self) -> Mapping[tuple[str, int], int]:
        """Where, behind the enterprise's own facts, annual facts lie of years before the first row at hand: by name and the calendar
        year asked for, or −1, −2 … years before that row, side by side."""
        longest = {name: max(ago for other, ago in self.uses.earlier if other == name) for name, _ in self.uses.earlier}
        asked = [*self.uses.fixed_years, *((name, -back) for name, ago in longest.items() for back in range(1, ago))]
        return {fact: len(self.own_enterprise) + i for i, fact in enumerate(asked)}

    @property
    def own_words(self) -> int:
        """How many words an enterprise's own facts take up, those of years beyond its rows included."""
        return len(self.own_enterprise) + len(self.beyond)

    def annual_fact(self, leaf: Node) -> str:
        """The name of the annual fact a leaf reads."""
        own = leaf.op in (nodes.OWN_ROW, nodes.OWN_LAST, nodes.OWN_FIXED)
        return self.own_annual[leaf.at[0]].name if own else facts.ANNUAL_FIELDS[leaf.at[0]]

    @cached_property
    def tied_to_tax(self) -> tuple[int, ...]:
        return tuple(k for k, clause in enumerate(self.clauses) if clause.tied_to_tax)

    def index(self, slug: str) -> int:
        """A clause's place. Raises KeyError."""
        return {s: k for k, s in enumerate(self.slugs)}[slug]

    def needed_facts(self) -> dict[str, tuple[str, ...]]:
        """Every fact and the clauses it decides on; conduct and clawback decide on all, links between clauses on those linked."""
        general = Uses()
        for part in (*self.settlement.conduct, *([self.settlement.clawback] if self.settlement.clawback else [])):
            general.add(part.uses)
        found: dict[str, list[str]] = {name: list(self.slugs) for name in general.every_fact}
        links = ((part.uses.every_fact, clauses) for part, clauses in self.settlement.links)
        for names, clauses in (*((clause.facts, (k,)) for k, clause in enumerate(self.clauses)), *links):
            for name in names:
                found.setdefault(name, []).extend(self.slugs[k] for k in clauses if self.slugs[k] not in found.get(name, ()))
        return {name: tuple(slugs) for name, slugs in found.items() if name in facts.KINDS or any(f.name == name for f in self.facts)}
