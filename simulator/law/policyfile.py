"""A policy read from its file: every problem at once with place, cause and remedy, or a policy that cannot fail at run time.

The file is YAML, or the workbook that `policybook` turns into the same nested data. What each block may hold stands in the
tables below; the guide's page on policy files explains them to whoever writes one.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import product
from keyword import iskeyword
from pathlib import Path
from typing import Any

from simulator import facts, yamlfile
from simulator.errors import LawError, Problem, nearest
from simulator.law.language import nodes
from simulator.law.language.formula import (
    BOOL,
    CHOICE,
    DATE,
    FUNCTIONS,
    LAST_YEARS,
    NUMBER,
    POISON,
    YEAR,
    Fault,
    Formula,
    Uses,
    Value,
    caret,
)
from simulator.law.language.nodes import Node, Range, const, leaf, make
from simulator.law.language.units import Unit, described, described_zh, fact_high, parse_quantity, parse_unit
from simulator.law.legality import read_concerns
from simulator.law.measures import MEASURES
from simulator.law.odd_numbers import odd_numbers
from simulator.law.policy import (
    CLAWBACK,
    HISTORY_FIELDS,
    KINDS,
    MOST_CLAUSES,
    Cap,
    Clause,
    Condition,
    Definition,
    Exclusive,
    FirstN,
    OwnFact,
    Policy,
    Pot,
    Promise,
    Settlement,
    Switch,
)
from simulator.law.policytext import hash_of
from simulator.law.terms import Block, Law, Number, contradictions, values_of
from simulator.money import LARGEST
from simulator.phrases import phrase

_YEARS, _CNY = (("year", 1),), (("CNY", 1),)
FROM_PAYS = ("in_term", "begins_in_term", "not_yet_paid", "in_window")  # conditions that `term` and `pays` stand for
CNY, COUNT, SHARE, AREA, RENT = (unit for text in ("CNY", "count", "share", "m2", "CNY/m2/month") if (unit := parse_unit(text)))
FACT_UNITS: dict[str, Unit] = {
    "money": CNY,
    "count": COUNT,
    "share": replace(SHARE, scale=facts.OCCUPANCY),
    "area": AREA,
    "rent": replace(RENT, scale=facts.RENT),
}
FACT_HIGHS = {"money": LARGEST, "area": 10_000_000 * facts.AREA, "rent": 100_000 * facts.RENT, "share": facts.OCCUPANCY, "count": 10**9}
_SIGNED = re.compile(r"\s*(>=|>|≥)\s*(.+)")  # a step of tiers with an edge of its own
FOLLOW = ("each_highest", "each", "top_up", "first_only", "step_up")  # how tiers follow one another
VACANT = ("passes_on", "stays")  # what becomes of the place of one whom a link leaves nothing
EVENT = ("state", "crossing")  # a tier counts while above it, or in the year of rising above it
MOST_TIERS = 6
_NUMERALS = {
    word: number for number, words in enumerate(("", "一", "二两", "三", "四", "五", "六", "七", "八", "九", "十")) for word in words
}
TOP = {
    "name",
    "zh",
    "en",
    "term",
    "facts",
    "readings",
    "numbers",
    "let",
    "clauses",
    "settlement",
    "links",
    "pots",
    "sharing",
    "targets",
    "measures",
    "baseline",
    "source",
    "units",
    "notes",
}
CLAUSE_KEYS = {
    "article",
    "zh",
    "en",
    "kind",
    "unit",
    "numbers",
    "where",
    "let",
    "amount",
    "pays",
    "term",
    "tiers",
    "remember",
    "data_error",
    "ends",
    "first",
    "tied_to_tax",
    "parts",
    "legality",
    "short_zh",
    "short_en",
    "notes",
}
FACT_KEYS = {"table", "kind", "unit", "zh", "en", "article", "choices", "grows", "yearly", "invented"}
NUMBER_KEYS = {"value", "unit", "article", "zh", "en", "discretion", "edge"}
FACT_KINDS = ("money", "area", "count", "share", "flag", "day", "choice", "quantity")
Said = tuple[str, str]  # English, Chinese


_SHAPES = {  # what stands under a key, where a text or a list was written
    "term": "term: {start: 2016-01-01, end: 2018-12-31}",
    "where": "where: {large: {if: sales >= level, zh: 规模}}",
    "conduct": "conduct: {sound: {if: accounts_sound, zh: 财务健全}}",
    "first": "first: {n: places, by: sales}",
    "tiers": "tiers: {of: sales, edge: at_least, steps: {low: low_award}}",
    "steps": "steps: {low: low_award, high: high_award}",
    "remember": "remember: {first_listed: listed}",
    "exclusive": "exclusive: {higher: {of: [a, b]}}",
    "caps": "caps: {total: {of: [a, b], most: cap, per: year}}",
    "pots": "pots: {fund: {of: [a, b], amount: fund, share: pro_rata}}",
}


@dataclass
class _Reader:
    """What is read so far, and what is wrong with it."""

    document: yamlfile.Document
    problems: list[Problem] = field(default_factory=list)
    labels: frozenset[str] = frozenset()
    own: dict[str, OwnFact] = field(default_factory=dict)
    switches: dict[str, Switch] = field(default_factory=dict)
    numbers: dict[str, Number] = field(default_factory=dict)  # by path
    units: dict[str, Unit] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)  # numbers that are reported already, by path: Chinese name
    discretion: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)  # names, and Chinese names, of what is reported already: a formula may use them
    used: Uses = field(default_factory=Uses)  # by any formula, right or wrong

    def wrong(self, path: str, said: Said, remedy: Said = ("", ""), severity: str = "error") -> None:
        """Note a problem at a path of the file."""
        self.problems.append(Problem(self.document.place(path), said[0], remedy[0], severity, said[1], remedy[1]))

    @property
    def failed(self) -> bool:
        """Whether something could not be read."""
        return any(problem.severity == "error" for problem in (*self.problems, *self.document.problems))

    def keys(self, path: str, given: Mapping[Any, Any], known: Iterable[str]) -> None:
        """Note keys that mean nothing here."""
        known = list(known)
        for key in given:
            if key not in known:
                near = nearest(str(key), known)
                if near:  # its block is not reported as missing again
                    self.document.unread.add(f"{path}.{near[13:-1]}" if path else near[13:-1])
                self.refuse(given[key])
                self.wrong(
                    f"{path}.{key}" if path else str(key),
                    (f"{key} means nothing here", f"此处没有“{key}”这一项"),
                    (
                        near or phrase("one of {}", ", ".join(known)),
                        (f"是否应为“{near[13:-1]}”？" if near else "可用：" + "、".join(known)),
                    ),
                )

    def refuse(self, block: Any) -> None:
        """Take all names of a block that is not read as reported."""
        if isinstance(block, Mapping):
            for name, said in block.items():
                self.refused |= {str(name), str(said["zh"])} if isinstance(said, Mapping) and "zh" in said else {str(name)}
                self.refuse(said)

    def reported(self, known: int, *names: str) -> bool:
        """Whether an error was noted since there were so many problems; then what it names is reported already."""
        found = any(problem.severity == "error" for problem in self.problems[known:])
        self.refused |= set(names) if found else set()
        return found

    def mapping(self, path: str, given: Any) -> dict[Any, Any]:
        """A block of keys; anything else is a problem."""
        if given is None:
            return {}
        if isinstance(given, Mapping):
            return dict(given)
        self.wrong(
            path,
            (phrase("is {}", yamlfile.shown(given)), f"写的是{yamlfile.shown(given)}"),
            (f"write {shape}", f"请写 {shape}")
            if (shape := _SHAPES.get(path.rpartition(".")[2]))
            else ("indent its keys below it", "请换行缩进写各项"),
        )
        return {}

    def text(self, path: str, given: Mapping[Any, Any], key: str, fallback: str | None = None) -> str:
        """A text that has to be there, unless there is a fallback."""
        value = given.get(key)
        if value is None and self.document.is_unread(f"{path}.{key}" if path else key):
            return fallback or ""
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            value = str(value)  # article: 3
        if isinstance(value, str) and value.strip():
            return value.strip()
        if value is not None and not self.document.is_unread(f"{path}.{key}"):
            self.wrong(
                f"{path}.{key}",
                (f"is {yamlfile.shown(value)}, no text", f"写的是{yamlfile.shown(value)}，不是文字"),
                ("write a text", "请写文字"),
            )
        elif fallback is None:
            self.wrong(path, (phrase("{} is missing", key), f"缺少 {key}"), (phrase("add {}:", key), f"请补写 {key}:"))
        return fallback or ""

    def formula(self, path: str, text: Any, scope: _Scope, want: str, dimensions: Any = None) -> tuple[Value, Uses, str]:
        """A formula of the kind wanted; POISON where it has a fault."""
        if isinstance(text, bool):
            text = "true" if text else "false"
        if isinstance(text, int | Decimal):
            text = str(text)
        if not isinstance(text, str) or not text.strip():
            if not self.document.is_unread(path):
                self.wrong(
                    path,
                    ("has no formula", "没有公式"),
                    (
                        "write a formula; in a cell without = in front, which makes it the spreadsheet's own",
                        "请写公式；在单元格中前面不加“=”，否则会成为表格程序自己的公式",
                    ),
                )
            return POISON, Uses(), ""
        formula = Formula(text, scope, labels=self.labels)
        value = formula.read()
        self.used.add(formula.uses)
        for fault in formula.faults:
            self.fault(path, text, fault)
        if value.kind == POISON.kind:
            return POISON, formula.uses, text
        if value.kind != want:
            kinds = {BOOL: ("a condition (x > 0, a and b)", "条件（如 x > 0）"), NUMBER: ("an amount", "数量"), DATE: ("a day", "日期")}
            self.wrong(
                path,
                (f"is no {'condition' if want == BOOL else 'amount'}: `{text}`", f"不是{'条件' if want == BOOL else '数量'}：`{text}`"),
                (phrase("write {}", kinds[want][0]), f"请写{kinds[want][1]}"),
            )
            return POISON, formula.uses, text
        if dimensions is not None and value.dimensions not in dimensions and not (value.node.op == "const" and value.node.at[0] == 0):
            self.wrong(
                path,
                (
                    f"comes to {described(value.dimensions)}, not {described(dimensions[0])}: `{text}`",
                    f"结果的单位是“{described_zh(value.dimensions)}”，应为“{described_zh(dimensions[0])}”：`{text}`",
                ),
                ("multiply by what makes the units agree, or correct a unit", "请补乘相应的量，或更正数值的单位"),
            )
            return POISON, formula.uses, text
        return value, formula.uses, text

    def fault(self, path: str, text: str, fault: Fault) -> None:
        """A fault of a formula as a problem, with a caret under the place."""
        sign = caret(text, fault.at)
        self.problems.append(
            Problem(
                self.document.place(path), f"{fault.en}\n{sign}", fault.remedy_en, fault.severity, f"{fault.zh}\n{sign}", fault.remedy_zh
            )
        )


@dataclass
class _Scope:
    """The names a formula of one clause may use, or of none (settlement, shared definitions)."""

    reader: _Reader
    clause: str = ""
    place: int = -1  # of the clause, in the order of the machine
    lets: dict[str, tuple[str, Any, Said]] = field(default_factory=dict)  # name: path, text, what it is called
    outer: _Scope | None = None
    clauses: dict[str, int] = field(default_factory=dict)  # those that stand above
    units: dict[int, Unit] = field(default_factory=dict)  # in which each clause pays
    marked: str = ""
    found: dict[str, Definition] = field(default_factory=dict)
    resolving: list[str] = field(default_factory=list)
    called: dict[str, str] = field(default_factory=dict)  # the Chinese name of a definition: its name

    def __post_init__(self) -> None:
        self.words: dict[str, str] = {}
        for name, (_, chinese) in facts.KINDS.items():
            self.words |= {name: f"fact:{name}", chinese: f"fact:{name}"}
        self.words["reported"] = "fact:present"
        for fact in self.reader.own.values():
            self._name(fact.name, f"fact:{fact.name}")
            self._name(fact.zh, f"fact:{fact.name}")
        for name, switch in self.reader.switches.items():
            self._name(name, f"reading:{name}")
            self._name(switch.zh, f"reading:{name}")
        for prefix in ("numbers", self.clause):
            for path, zh in {**{path: number.zh for path, number in self.reader.numbers.items()}, **self.reader.unreadable}.items():
                block, _, name = path.partition(".")
                if block == prefix:
                    self._name(name, f"number:{path}")
                    self._name(zh, f"number:{path}")
        if self.marked:
            self._name(self.marked, "mark:")

    def _name(self, word: str, what: str) -> None:
        word = unicodedata.normalize("NFKC", word)
        if word.isidentifier():
            taken = self.words.get(word)
            self.words[word] = what if taken is None or taken == what else f"two:{taken} {what}"

    def known(self) -> list[str]:
        """Every name there is."""
        outer = self.outer.lets if self.outer else {}
        called = [*self.called, *(self.outer.called if self.outer else ())]
        return [
            *self.words,
            *self.lets,
            *outer,
            *called,
            *self.clauses,
            *FUNCTIONS,
            *LAST_YEARS,
            "years_ago",
            "in_year",
            "year",
            "paid",
            "term",
        ]

    def name(self, word: str, at: int, formula: Formula) -> Value | None:
        """What a name stands for."""
        if word in self.lets or (self.outer and word in self.outer.lets):
            return self._let(word, at, formula)
        if word in ("year", "本年", "年度", "当年"):
            return Value(YEAR, leaf(nodes.YEAR, (), 1900, 2200))
        if word in ("term_start", "政策开始"):
            return Value(DATE, leaf(nodes.START, (), 0, 99_991_231))
        if word in ("term_end", "政策结束"):
            return Value(DATE, leaf(nodes.END, (), 0, 99_991_231))
        explicit, _, rest = word.partition(":")
        if rest:
            found = [
                w
                for w in (
                    self.words.get(rest, "")[4:].split() if self.words.get(rest, "").startswith("two:") else [self.words.get(rest, "")]
                )
                if w.startswith(f"{explicit}:")
            ]
            what = found[0] if found else ""
        else:
            what = self.words.get(word, "")
        if what.startswith("two:"):
            first, second = (w.partition(":")[0] for w in what[4:].split()[:2])
            return formula.fail(
                at,
                f"{word} names two things: a {first} and a {second}",
                f"“{word}”既是{_WHAT[first]}又是{_WHAT[second]}",
                f"write {_PREFIX[first]}.{word} or {_PREFIX[second]}.{word}",
                f"请写“{_PREFIX[first]}.{word}”或“{_PREFIX[second]}.{word}”",
            )
        kind, _, rest = what.partition(":")
        if kind in ("fact", "reading") and self._known_already(rest):
            return POISON
        if kind == "fact":
            value = self.fact(rest, "", 0)
            formula.uses.facts[rest] = None
            return value
        if kind == "number":
            if rest in self.reader.unreadable:  # what is wrong with it is said at the number
                return POISON
            formula.uses.numbers[rest] = None
            return self.reader_number(rest)
        if kind == "reading":
            formula.uses.readings[rest] = None
            switch = self.reader.switches[rest]
            codes = {n: switch.code(n) for n in switch.names} | {switch.meanings[n][0]: switch.code(n) for n in switch.names}
            index = list(self.reader.switches).index(rest)
            return Value(CHOICE, leaf(nodes.READING, (index,), 0, len(switch.names) - 1), choices=codes, source=("reading", rest))
        if kind == "mark":
            node = leaf(nodes.HISTORY, (self.place, HISTORY_FIELDS.index("mark")), 0, 2200)
            return Value(YEAR, node, valid=make("not", make("eq", node, const(0))))
        called = self.called.get(word) or (self.outer.called.get(word) if self.outer else None)  # where nothing else has that name
        return self._let(called, at, formula) if called else POISON if self._known_already(word) else None

    def _known_already(self, word: str) -> bool:
        return word.rpartition(":")[2] in {*self.reader.refused, *self.reader.document.refused}

    def reader_number(self, path: str) -> Value:
        """A number of the policy as a value."""
        unit = self.reader.units[path]
        index = list(self.reader.numbers).index(path)
        node = leaf(nodes.NUMBER, (index,), 0, int(unit.high * unit.scale))
        return Value(NUMBER, node, unit.dimensions, unit.scale, source=("number", path))

    def _let(self, word: str, at: int, formula: Formula) -> Value:
        scope = self if word in self.lets else self.outer
        assert scope is not None
        if word in scope.resolving:
            cycle = " → ".join((*scope.resolving[scope.resolving.index(word) :], word))
            return formula.fail(
                at, f"is defined by itself: {cycle}", f"循环定义：{cycle}", "define one of them without the others", "请改写其中一个定义"
            )
        if word not in scope.found:
            path, text, (en, zh) = scope.lets[word]
            scope.resolving.append(word)
            formula_of = Formula(text if isinstance(text, str) else str(text), scope, labels=self.reader.labels)
            value = formula_of.read()
            scope.resolving.pop()
            self.reader.used.add(formula_of.uses)
            for fault in formula_of.faults:
                self.reader.fault(path, formula_of.text, fault)
            scope.found[word] = Definition(word, formula_of.text, replace(value, source=()), formula_of.uses, zh, en)
        definition = scope.found[word]
        formula.uses.add(definition.uses)
        formula.uses.names[word] = None
        return definition.value

    def fact(self, word: str, when: str, year: int) -> Value | None:
        """A fact of this year (""), of `year` years ago (last) or of a fixed `year` (fixed)."""
        what = self.words.get(unicodedata.normalize("NFKC", word), "")
        names = [w[5:] for w in (what[4:].split() if what.startswith("two:") else [what]) if w.startswith("fact:")]
        name = word if word in facts.KINDS else names[0] if names else ""
        if not name or self._known_already(name):
            return POISON if self._known_already(name or word) else None
        source = (when, name, str(year)) if when else ("fact", name)
        if name in facts.KINDS:
            kind = facts.KINDS[name][0]
            unit = FACT_UNITS.get(kind)
            high, choices = FACT_HIGHS.get(kind, 0), facts.HEADQUARTERS
            of_enterprise = name in facts.ENTERPRISE_FIELDS
            if not of_enterprise and name not in facts.ANNUAL_FIELDS:
                return None
            index = (facts.ENTERPRISE_FIELDS if of_enterprise else facts.ANNUAL_FIELDS).index(name)
            ops = (nodes.ENTERPRISE, nodes.ENTERPRISE, nodes.ENTERPRISE) if of_enterprise else (nodes.ROW, nodes.LAST, nodes.FIXED)
        else:
            own = self.reader.own[name]
            kind, unit, choices = own.kind, own.unit, dict(own.choices)
            high = int(fact_high(own.unit) * own.unit.scale)
            of_enterprise = own.table == "enterprises"
            index = [f.name for f in self.reader.own.values() if f.table == own.table].index(name)
            ops = (nodes.OWN, nodes.OWN, nodes.OWN) if of_enterprise else (nodes.OWN_ROW, nodes.OWN_LAST, nodes.OWN_FIXED)
        if of_enterprise and when:
            return None
        op = ops[0] if not when else ops[1] if when == "last" else ops[2]
        at = (index, year) if when else (index,)
        if kind == "flag":
            return Value(BOOL, leaf(op, at, 0, 1), source=source)
        if kind == "day":
            node = leaf(op, at, 0, 22_001_231)
            return Value(DATE, node, valid=make("lt", const(0), node), source=source)
        if kind == "choice":
            return Value(CHOICE, leaf(op, at, 0, max(choices.values())), choices=choices, source=source)
        assert unit is not None
        return Value(NUMBER, leaf(op, at, 0, high), unit.dimensions, unit.scale, source=source)

    def paid(self, clause: str, what: str, uses: Uses) -> Value | None:
        """What this policy has paid under a clause, or what one that stands above is due this year."""
        if clause and clause not in self.clauses and clause != self.clause:
            return None
        place = self.clauses.get(clause, self.place) if clause and clause != self.clause else self.place
        if place < 0:
            return None
        if clause:
            uses.clauses[clause] = None
        unit = self.units[place]
        if what == "due":
            if place not in self.clauses.values():
                return None
            return Value(NUMBER, leaf(nodes.DUE, (place,), 0, 10**18), unit.dimensions, unit.scale)
        node = leaf(nodes.HISTORY, (place, HISTORY_FIELDS.index(what)), 0, {"total": 10**18, "last": 10**18, "years": 300}.get(what, 2200))
        if what in ("total", "last"):
            return Value(NUMBER, node, unit.dimensions, unit.scale)
        if what == "years":
            return Value(NUMBER, node, _YEARS)
        return Value(YEAR, node, valid=make("not", make("eq", node, const(0))))


_WHAT = {"fact": "登记数据", "number": "政策数值", "reading": "解读", "mark": "标记"}
_PREFIX = {"fact": "facts", "number": "numbers", "reading": "readings", "mark": "mark"}


def read_policy(path: Path) -> Law:
    """A policy file as a law: its text made exact, with the numbers as they stand in the file. Raises LawError with every
    problem."""
    return law_of(document_of(path))


def document_of(path: Path) -> yamlfile.Document:
    """What stands in a policy file, YAML or workbook, with the place of everything. Raises LawError where it cannot be opened."""
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls"):
        from simulator.law.policybook import load  # a reader of workbooks, only where there is one

        return load(path)
    return yamlfile.load(path, LawError, gather=True, quantities=True)


def law_of(document: yamlfile.Document) -> Law:
    """As `read_policy`, of a document already loaded."""
    law, problems = examine(document)
    if law is None:
        raise LawError([p for p in problems if p.severity == "error"])
    return law


def examine(document: yamlfile.Document) -> tuple[Law | None, list[Problem]]:
    """A document as a law, None where it has errors; and every problem, warnings too, in the order of the file."""
    reader = _Reader(document, list(document.problems))
    law = _read(reader)
    errors = any(p.severity == "error" for p in reader.problems)
    return (None if errors else law), list(dict.fromkeys(map(document.worded, reader.problems)))


def _read(reader: _Reader) -> Law | None:
    data = document_data = reader.document.data
    reader.keys("", data, TOP)
    units = reader.mapping("units", data.get("units"))
    reader.labels = frozenset(map(str, units))
    name, zh = (reader.text("", data, key) for key in ("name", "zh"))
    en = reader.text("", data, "en", name.replace("_", " "))
    start, end = _term(reader, data)
    _facts(reader, reader.mapping("facts", data.get("facts")))
    _readings(reader, reader.mapping("readings", data.get("readings")))
    blocks_given = {
        str(slug): reader.mapping(f"clauses.{slug}", block) for slug, block in reader.mapping("clauses", data.get("clauses")).items()
    }
    if not blocks_given:
        reader.wrong("clauses", ("has no clause", "没有条款"), ("add clauses: with one block each", "请在 clauses: 下逐条写明"))
    if len(blocks_given) > MOST_CLAUSES:
        reader.wrong(
            "clauses",
            (f"has {len(blocks_given)} clauses", f"有{len(blocks_given)}条条款"),
            (f"at most {MOST_CLAUSES}: split the policy into two files", f"至多{MOST_CLAUSES}条，请拆成两份文件"),
        )
        return None
    for slug in blocks_given:
        if not _can_name(slug) or slug in TOP | {"policy", CLAWBACK} or slug in FUNCTIONS:
            reader.wrong(
                f"clauses.{slug}",
                (f"{slug} cannot name a clause", f"“{slug}”不能作条款名"),
                ("letters, digits and _, beginning with a letter", "只用字母、数字和下划线，以字母开头"),
            )
    in_kind = [s for s, b in blocks_given.items() if b.get("kind") == "in_kind"]
    slugs = [*(s for s in blocks_given if s not in in_kind), *in_kind]
    _numbers(reader, "numbers", reader.mapping("numbers", data.get("numbers")), "")
    for slug in slugs:
        article = str(blocks_given[slug].get("article", ""))
        _numbers(reader, slug, reader.mapping(f"clauses.{slug}.numbers", blocks_given[slug].get("numbers")), article)
    shared = _Scope(reader)
    shared.lets = _lets(reader, "let", data.get("let"), shared)
    clauses: list[Clause] = []
    heads: dict[str, Block] = {}
    clause_units: dict[int, Unit] = {}
    above: dict[str, int] = {}
    for k, slug in enumerate(slugs):
        given = blocks_given[slug]
        unit = _clause_unit(reader, slug, given)
        clause_units[k] = unit
        clause = _clause(reader, slug, k, given, unit, shared, dict(above), clause_units)
        clauses.append(clause)
        heads[slug] = Block(slug, clause.article, clause.zh, clause.en, clause.kind, clause.legality)
        above[slug] = k
    settlement = _settlement(reader, data, shared, slugs, clause_units)
    for word in shared.lets:
        _resolve(shared, word)
    fixed = _fixed_blocks(reader, data)
    measures, targets_year = _measures(reader, data), _targets_year(reader, data)
    machine = tuple(reader.numbers)
    number_units = dict(reader.units)
    _after(reader, clauses, settlement, shared, end)
    if any(p.severity == "error" for p in reader.problems):
        return None
    policy = Policy(
        name,
        zh,
        en,
        start,
        end,
        tuple(clauses),
        tuple(reader.own.values()),
        reader.switches,
        settlement,
        machine,
        number_units,
        tuple(shared.found.values()),
        tuple(blocks_given),
        reader.document.source,
        hash_of(document_data),
        str(data.get("baseline") or ""),
        frozenset(p for p, n in reader.numbers.items() if n.discretion),
        targets_year,
        _targets_note(reader, data),
        reader.mapping("term", data.get("term")).get("assumed") is True,
        measures,
        {path: (number.zh, number.en) for path, number in reader.numbers.items()},
        document_data,
    )
    edges: dict[str, str] = {}
    for clause in clauses:
        for edge in clause.edges:
            edges.setdefault(edge.number, {">=": "at_least", ">": "more_than"}.get(edge.op, ""))
    numbers = {path: replace(number, edge=edges.get(path, "")) for path, number in reader.numbers.items()}
    blocks = {
        **(
            {"numbers": Block("numbers", "", "共用数值", "shared numbers", "rule")}
            if any(p.startswith("numbers.") for p in numbers)
            else {}
        ),
        **{slug: fixed[0][slug] for slug in fixed[0]},
        **{slug: heads[slug] for slug in blocks_given},
    }
    back = reader.mapping("settlement", data.get("settlement")).get("clawback")
    if isinstance(back, Mapping) and back.get("article"):
        blocks["clawback"] = Block("clawback", str(back["article"]), "追回", "clawback", "rule")
    return Law(name, zh, en, start, end, blocks, {**fixed[1], **numbers}, policy=policy)


def _term(reader: _Reader, data: Mapping[str, Any]) -> tuple[Any, Any]:
    given = reader.mapping("term", data.get("term"))
    if not given:
        reader.wrong("", ("term is missing", "缺少 term（政策期）"), ("add term: {start: 2015-01-01, end: 2017-12-31}",) * 2)
        return datetime.date(2000, 1, 1), None
    reader.keys("term", given, ("start", "end", "assumed"))
    found = []
    for key in ("start", "end"):
        value = given.get(key)
        if isinstance(value, datetime.date) or (value is None and key == "end"):
            found.append(value)
        else:
            found.append(datetime.date(2000, 1, 1))
            if not reader.document.is_unread(f"term.{key}"):
                reader.wrong(
                    f"term.{key}",
                    (f"is {yamlfile.shown(value)}, no day", f"写的是{yamlfile.shown(value)}，不是日期"),
                    (
                        "write a day as 2015-01-01" + ("" if key == "start" else ", or none"),
                        "日期写作 2015-01-01" + ("" if key == "start" else "，无期限写 none"),
                    ),
                )
    if not isinstance(given.get("assumed", False), bool):
        reader.wrong(
            "term.assumed",
            (phrase("is {}", yamlfile.shown(given["assumed"])), f"写的是{yamlfile.shown(given['assumed'])}"),
            ("true where the text gives no dates, else leave it out", "文件未写明日期的填 true，否则不写"),
        )
    if isinstance(found[1], datetime.date) and found[0] and found[1] < found[0]:
        reader.wrong(
            "term.end", (f"{found[1]} lies before start {found[0]}", f"{found[1]}早于开始日{found[0]}"), ("exchange them", "请对调")
        )
    return found[0], found[1]


def _facts(reader: _Reader, given: Mapping[Any, Any]) -> None:
    for name, block in given.items():
        path, name, known_problems = f"facts.{name}", str(name), len(reader.problems)
        block = reader.mapping(path, block)
        reader.keys(path, block, FACT_KEYS)
        if not _can_name(name) or name in facts.KINDS:
            reader.wrong(
                path,
                (
                    f"{name} {'is a fact of every register' if name in facts.KINDS else 'cannot name a fact'}",
                    f"“{name}”{'是登记表已有的数据' if name in facts.KINDS else '不能作数据名'}",
                ),
                (
                    "use it without declaring it" if name in facts.KINDS else "letters, digits and _",
                    "直接使用，不必声明" if name in facts.KINDS else "只用字母、数字和下划线",
                ),
            )
            reader.reported(known_problems, name, str(block.get("zh")))
            continue
        if name in facts.NO_FACTS:
            reader.wrong(
                path,
                (f"{name} is a column of every register that formulas cannot use", f"“{name}”是名册已有的列，公式不能使用"),
                (f"choose another name and header: own_{name}", f"请另取名称和表头，如 own_{name}"),
            )
        table = block.get("table", "annual")
        if table not in ("enterprises", "annual", "企业", "年度"):
            reader.wrong(
                f"{path}.table",
                (phrase("is {}", yamlfile.shown(table)), f"写的是{yamlfile.shown(table)}"),
                ("enterprises or annual", "enterprises（企业）或 annual（年度）"),
            )
        table = {"企业": "enterprises", "年度": "annual"}.get(table, table)
        zh, en = reader.text(path, block, "zh", name), reader.text(path, block, "en", name.replace("_", " "))
        if zh in facts.NO_FACTS.values() or any(zh == header for _, header in facts.KINDS.values()):
            reader.wrong(
                f"{path}.zh", (f"{zh} is the header of another column", f"“{zh}”已是另一列的表头"), ("choose another name", "请换一个名称")
            )
        unit_text, kind = block.get("unit", ""), str(block.get("kind", ""))
        no_unit = ("", None, "flag", "是/否", "date", "日期", "day", "choice")
        unit = None if unit_text in no_unit else parse_unit(unit_text, reader.labels)
        if unit is not None and unit.dimensions == _CNY and unit.size != 1:  # a register's header says 元
            reader.wrong(
                f"{path}.unit",
                (f"is {unit_text}: a register holds amounts in 元", f"写的是{unit_text}：名册中的金额按元填写"),
                ("write unit: 元; numbers of the policy may be in 万元", "请写 unit: 元；政策的数值仍可用万元"),
            )
        words = {"flag": "flag", "是/否": "flag", "date": "day", "日期": "day", "day": "day", "choice": "choice"}
        if not kind:
            kind = words.get(str(unit_text), "choice" if block.get("choices") else "")
        if not kind and unit is not None:
            kind = (
                "money"
                if unit.dimensions == _CNY
                else "area"
                if unit.dimensions == (("m2", 1),)
                else "share"
                if unit.is_share
                else "count"
                if unit.is_count
                else "quantity"
            )
        if kind not in FACT_KINDS:
            reader.wrong(
                path,
                ("has no unit that is known", "没有写明可识别的单位"),
                (
                    f"unit: 元, m2, 户, %, 美元, 是/否, 日期 …; or kind: {', '.join(FACT_KINDS)}",
                    "unit: 元、平方米、户、%、美元、是/否、日期 等",
                ),
            )
            kind, unit = "count", COUNT
        if kind in ("flag", "day", "choice"):
            unit = COUNT
        unit = FACT_UNITS.get(kind) if kind in ("money", "area", "share", "count") and (unit is None or kind != "count") else unit
        choices: dict[str, int] = {}
        for code, (word, labels) in enumerate(reader.mapping(f"{path}.choices", block.get("choices")).items()):
            choices[unicodedata.normalize("NFKC", str(word))] = code
            if isinstance(labels, str):
                choices[unicodedata.normalize("NFKC", labels)] = code
            elif isinstance(labels, Mapping):
                choices |= {str(v): code for v in labels.values()}
        if kind == "choice" and len(set(choices.values())) < 2:
            reader.wrong(path, ("is a choice of fewer than two", "选项少于两个"), ("choices: {none: 无, gold: 金牌}",) * 2)
        invented = reader.mapping(f"{path}.invented", block.get("invented"))
        reader.keys(f"{path}.invented", invented, ("share", "median", "log_sd"))
        figures: dict[str, Any] = {}
        for key, value in (("yearly", block.get("yearly", 0)), *((k, invented.get(k, 0)) for k in ("share", "median", "log_sd"))):
            read = parse_quantity(value, parse_unit("ratio"), reader.labels) if isinstance(value, str) else value
            if isinstance(read, tuple):
                read = read[0]
            most = 1 if key in ("yearly", "share") else 10**13
            if isinstance(read, bool) or not isinstance(read, int | float | Decimal) or not 0 <= read <= most:
                reader.wrong(
                    f"{path}.{key}",
                    (phrase("is {}", yamlfile.shown(value)), f"写的是{yamlfile.shown(value)}"),
                    ("write a number", "请写数字"),
                )
                read = 0
            figures[key] = float(read)
        grows = str(block.get("grows") or "").replace("with ", "").strip()
        known = [n for n in facts.ANNUAL_FIELDS if facts.KINDS.get(n, ("",))[0] == "money"]
        if grows and grows not in known:
            chinese = {facts.KINDS[n][1]: n for n in known}
            if grows in chinese:
                grows = chinese[grows]
            else:
                reader.wrong(
                    f"{path}.grows",
                    (f"{grows} is no money fact of a year", f"“{grows}”不是年度金额数据"),
                    (nearest(grows, known) or phrase("one of {}", ", ".join(known)), "可用：" + "、".join(known)),
                )
                grows = ""
        reader.own[name] = OwnFact(name, table, kind, unit or COUNT, zh, en, str(block.get("article", "")), choices, grows, **figures)
        reader.reported(known_problems, name)


def _readings(reader: _Reader, given: Mapping[Any, Any]) -> None:
    for name, block in given.items():
        path, name, known_problems = f"readings.{name}", str(name), len(reader.problems)
        block = reader.mapping(path, block)
        meanings: dict[str, tuple[str, str]] = {}
        for word, said in block.items():
            if word in ("zh", "en", "article", "default", "notes"):
                continue
            said = {"zh": said, "en": said} if isinstance(said, str) else reader.mapping(f"{path}.{word}", said)
            word = "none" if word is None else str(word)
            meanings[word] = (reader.text(f"{path}.{word}", said, "zh", word), reader.text(f"{path}.{word}", said, "en", word))
        if len(meanings) < 2:
            reader.wrong(
                path,
                ("has fewer than two readings", "解读少于两种"),
                ("write each reading as a key with zh and en", "每种解读各写一项，附 zh、en"),
            )
        default = block.get("default")
        default = "none" if default is None and "default" in block else default
        if str(default) not in meanings:
            what = (
                ("has no default", "没有默认解读")
                if "default" not in block
                else (f"default {default} is none of its readings", f"默认解读“{default}”不在其中")
            )
            reader.wrong(path, what, (f"default: {next(iter(meanings), 'NAME')}",) * 2)
            default = next(iter(meanings), "")
        if not _can_name(name):
            reader.wrong(
                path, (f"{name} cannot name a reading", f"“{name}”不能作解读名"), ("letters, digits and _", "只用字母、数字和下划线")
            )
        reader.switches[name] = Switch(
            name,
            reader.text(path, block, "article", ""),
            reader.text(path, block, "zh", name),
            reader.text(path, block, "en", name.replace("_", " ")),
            meanings,
            str(default),
        )
        reader.reported(known_problems, name)


def _numbers(reader: _Reader, prefix: str, given: Mapping[Any, Any], article: str) -> None:
    root = "numbers" if prefix == "numbers" else f"clauses.{prefix}.numbers"
    for name, block in given.items():
        path, name = f"{root}.{name}", str(name)
        if reader.document.is_unread(path) and not isinstance(block, Mapping):
            continue
        if not isinstance(block, Mapping):
            block = {"value": block}
        reader.keys(path, block, NUMBER_KEYS)
        if not _can_name(name):
            reader.wrong(
                path,
                (f"{name} cannot name a number", f"“{name}”不能作数值名"),
                (
                    "letters, digits and _, no blanks, no word of the language (from, if …)",
                    "只用字母、数字和下划线，不含空格，不用 from、if 等语言本身的词",
                ),
            )
            reader.refused |= {name, str(block.get("zh"))}
            continue
        unit = None
        full = f"{prefix}.{name}"
        reader.unreadable[full] = str(block.get("zh") or name)
        if block.get("unit") is not None:
            unit = parse_unit(block["unit"], reader.labels)
            if unit is None:
                reader.wrong(
                    f"{path}.unit",
                    (f"{block['unit']} is no unit that is known", f"单位“{block['unit']}”无法识别"),
                    (
                        "元, 万元, %, m2, 月, 年, 户, 美元, 元/平方米/月 …; name what else is counted under units:",
                        "元、万元、%、平方米、月、年、户、美元、元/平方米/月 等；其他计数词请列入 units:",
                    ),
                )
                continue
        if "value" not in block:
            if not reader.document.is_unread(f"{path}.value"):
                reader.wrong(path, ("has no value", "没有数值"), ("value: 20万元",) * 2)
            continue
        dated = block["value"] if isinstance(block["value"], Mapping) else {1900: block["value"]}
        values: dict[int, Any] = {}
        for year, value in dated.items():
            read = parse_quantity(value, unit, reader.labels)
            where = f"{path}.value" if "value" in block and isinstance(block["value"], Mapping) else path
            if not isinstance(year, int):
                reader.wrong(where, (phrase("{} is no year", year), f"“{year}”不是年份"), ("{2015: 30%, 2017: 20%}",) * 2)
            elif isinstance(read, str):
                if not reader.document.is_unread(f"{path}.value"):
                    chinese = {"is no number": "不是数", "has no unit": "没有单位"}.get(read, "单位有误：" + read.rpartition(": ")[2])
                    said = f"{yamlfile.shown(value)} {read}", f"{yamlfile.shown(value)}{chinese}"
                    if isinstance(value, float | Decimal) and 0 < value < 1:  # as a cell formatted as per cent gives it
                        share = f"{Decimal(str(value)) * 100:f}".rstrip("0").rstrip(".")
                        reader.wrong(
                            where,
                            said,
                            (
                                f"write {share} % (a cell formatted as per cent: {share}, and % as its unit)",
                                f"请写 {share} %（单元格为百分比格式的：写 {share}，单位写 %）",
                            ),
                        )
                    elif read.startswith("has a unit"):
                        reader.wrong(
                            where,
                            said,
                            (
                                "a usual unit (元, m², 件, months); what else is counted has its name under units: {亩: }",
                                "请用常用单位（元、平方米、件、月）；其他计数词请列入 units:，如 units: {亩: }",
                            ),
                        )
                    else:
                        reader.wrong(
                            where,
                            said,
                            (
                                "write the number with its unit: 20万元, 30 %, 500 m², 24 months",
                                "数与单位一起写：20万元、30 %、500平方米、24个月",
                            ),
                        )
            else:
                values[year], own = read
                if unit is not None and own.dimensions == unit.dimensions and own.is_share != unit.is_share and not own.is_share:
                    own = unit
                unit = unit if unit is not None else own
        if not values or unit is None:
            continue
        above = max(values.values()) > 1 and block.get("discretion") is not True
        if unit.is_share and unit.size < 1 and above:  # written in per cent: 增长 120 % 以上, 上浮至 150 %
            most = f"{max(values.values()):f}".rstrip("0").rstrip(".")
            unit = parse_unit("ratio") or unit
            reader.wrong(
                path,
                ("is more than 100 %", "超过 100 %"),
                (f"where that is meant, write {most} times", f"确为此数的，写成 {most}倍"),
                "warning",
            )
        exact, found = values_of(values, unit, path)
        reader.problems += [replace(p, place=reader.document.place(path)) for p in found]
        own_article = str(block.get("article") or article)
        if not own_article and prefix == "numbers":  # a clause without an article is reported itself
            reader.wrong(path, ("has no article", "没有文号"), ("article: 四（三）", "请写明 article，如 四（三）"))
        zh, en = reader.text(path, block, "zh", name), reader.text(path, block, "en", name.replace("_", " "))
        if exact:
            del reader.unreadable[full]
            reader.numbers[full] = Number(full, unit.name, "", own_article, zh, en, exact, unit, bool(block.get("discretion")))
            reader.units[full] = unit


def _lets(reader: _Reader, path: str, given: Any, scope: _Scope) -> dict[str, tuple[str, Any, Said]]:
    found: dict[str, tuple[str, Any, Said]] = {}
    for name, text in reader.mapping(path, given).items():
        word = unicodedata.normalize("NFKC", str(name))
        said = (str(name), str(name))
        if isinstance(text, Mapping):
            said = (str(text.get("en") or name), str(text.get("zh") or name))
            reader.keys(f"{path}.{name}", text, ("is", "if", "zh", "en"))
            where, text = f"{path}.{name}", text.get("is", text.get("if"))
        else:
            where = f"{path}.{name}"
        if text is None:
            if not reader.document.is_unread(f"{where}.is"):
                reader.wrong(where, ("has no formula", "没有公式"), ("write a formula", "请写公式"))
            reader.refused |= {word, said[1]}
            continue
        if not _can_name(word) or word in FUNCTIONS:
            reader.wrong(
                where, (f"{name} cannot name a definition", f"“{name}”不能作定义名"), ("letters, digits and _", "只用字母、数字和下划线")
            )
        elif word in scope.words:
            reader.wrong(where, (f"{name} is the name of something else", f"“{name}”已另有所指"), ("choose another name", "请换一个名称"))
        else:
            found[word] = (where, text, said)
            continue
        reader.refused |= {word, said[1]}
    for word, (*_, (_, zh)) in found.items():  # a formula may say the Chinese name too, as of numbers and facts
        scope.called.setdefault(unicodedata.normalize("NFKC", zh), word)
    return found


def _resolve(scope: _Scope, word: str) -> Definition:
    """A definition worked out, whether or not something uses it."""
    if word not in scope.found:
        scope._let(word, 0, Formula(word, scope))
    return scope.found[word]


def _can_name(word: str) -> bool:
    """Whether a formula may use a word as a name: no word of the language itself."""
    return word.isidentifier() and not iskeyword(word)


def _clause_unit(reader: _Reader, slug: str, given: Mapping[str, Any]) -> Unit:
    kind = given.get("kind")
    path = f"clauses.{slug}"
    reader.keys(path, given, CLAUSE_KEYS)
    if kind not in KINDS:
        remedy = nearest(str(kind), KINDS) if kind is not None else ""
        if not reader.document.is_unread(f"{path}.kind"):
            reader.wrong(
                f"{path}.kind" if kind is not None else path,
                (f"kind is {yamlfile.shown(kind)}", f"kind 写的是{yamlfile.shown(kind)}" if kind is not None else "缺少 kind"),
                (remedy or "one_off, recurrent or in_kind", "one_off（一次性）、recurrent（按年）或 in_kind（实物）"),
            )
        return parse_unit(given.get("unit", "CNY"), reader.labels) or CNY
    if kind != "in_kind":
        if "unit" in given and given["unit"] not in ("元", "CNY"):
            reader.wrong(f"{path}.unit", ("only a clause in kind has a unit of its own", "只有实物条款另有单位"), ("kind: in_kind",) * 2)
        return CNY
    unit = parse_unit(given.get("unit", "places"), reader.labels)
    if unit is None or unit.dimensions == _CNY:
        reader.wrong(
            f"{path}.unit",
            (phrase("is {}", yamlfile.shown(given.get("unit"))), f"写的是{yamlfile.shown(given.get('unit'))}"),
            ("what is given in kind: places, 套, hours …", "实物的计量单位：个、套、小时 等"),
        )
        return COUNT
    return unit


def _condition(reader: _Reader, path: str, name: str, given: Any, scope: _Scope, said: Said = ("", "")) -> Condition | None:
    """A condition as {if, zh, en} or as a bare formula."""
    block = given if isinstance(given, Mapping) else {"if": given}
    if isinstance(given, Mapping):
        reader.keys(path, given, ("if", "article", "zh", "en"))
    if "if" not in block:
        if not reader.document.is_unread(f"{path}.if"):
            reader.wrong(path, ("has no `if`", "没有 if"), ("if: a formula",) * 2)
        return None
    text = block["if"]
    value, uses, shown = reader.formula(f"{path}.if" if isinstance(given, Mapping) else path, text, scope, BOOL)
    if value.kind == POISON.kind:
        return None
    zh = str(block.get("zh") or said[1] or shown)
    en = str(block.get("en") or said[0] or name.replace("_", " "))
    return Condition(name, zh, en, value.node, uses, shown, str(block.get("article") or ""))


def _article(reader: _Reader, block: Mapping[str, Any], numbers: Iterable[str]) -> str:
    """The article a link or a pot stands in: as the file says, or that of its numbers."""
    return str(block.get("article") or "、".join(dict.fromkeys(reader.numbers[path].article for path in numbers)))


def _clause(
    reader: _Reader, slug: str, k: int, given: Mapping[str, Any], unit: Unit, shared: _Scope, above: dict[str, int], units: dict[int, Unit]
) -> Clause:
    path = f"clauses.{slug}"
    article, zh = reader.text(path, given, "article"), reader.text(path, given, "zh")
    en = reader.text(path, given, "en", slug.replace("_", " "))
    remembered = reader.mapping(f"{path}.remember", given.get("remember"))
    if len(remembered) > 1 or (remembered and "tiers" in given):
        reader.wrong(
            f"{path}.remember",
            ("remembers more than one thing", "只能记一项"),
            ("one name, and none beside tiers", "只写一个名称，且不与 tiers 并用"),
        )
    marked = str(next(iter(remembered), ""))
    scope = _Scope(reader, slug, k, {}, shared, above, units, marked)
    scope.lets = _lets(reader, f"{path}.let", given.get("let"), scope)
    conditions: list[Condition] = []
    for name, block in reader.mapping(f"{path}.where", given.get("where")).items():
        condition = _condition(reader, f"{path}.where.{name}", str(name), block, scope)
        if condition is not None:
            conditions.append(condition)
    mark: Node | None = None
    marks_when = None
    amount: Condition | None = None
    if "tiers" in given:
        tiered = _tiers(reader, path, given["tiers"], scope, k)
        if tiered is not None:
            more, amount, mark = tiered
            conditions += more
        if "amount" in given:
            reader.wrong(
                f"{path}.amount",
                ("stands beside tiers, which say the amount", "已有 tiers，不再写 amount"),
                ("remove one of them", "请删去其一"),
            )
    else:
        dimensions = [unit.dimensions] if unit.dimensions != _CNY else [_CNY, (("CNY", 1), ("year", -1))]
        wanted = dimensions if given.get("kind") in KINDS else None
        value, uses, text = reader.formula(f"{path}.amount", given.get("amount"), scope, NUMBER, wanted)
        if value.kind != POISON.kind:
            amount = _amount(reader, path, value, uses, text, unit)
    if marked:
        marks_when = _condition(reader, f"{path}.remember.{marked}", marked, remembered[marked], scope)
        if marks_when is not None:
            own = leaf(nodes.HISTORY, (k, HISTORY_FIELDS.index("mark")), 0, 2200)
            fresh = nodes.both(make("eq", own, const(0)), leaf(nodes.ELIGIBLE, (), 0, 1), marks_when.node)
            mark = make("select", fresh, leaf(nodes.YEAR, (), 1900, 2200), own)
    conditions += _when_paid(reader, path, given, scope, k)
    data_error = _condition(reader, f"{path}.data_error", "data_error", given["data_error"], scope) if "data_error" in given else None
    ends = _condition(reader, f"{path}.ends", "ends", given["ends"], scope) if "ends" in given else None
    first = _first(reader, path, given["first"], scope) if "first" in given else None
    parts = _parts(reader, f"{path}.parts", given.get("parts", 1))
    if len(parts) > 1 and given.get("kind") == "in_kind":
        reader.wrong(
            f"{path}.parts", ("a clause in kind is not paid in parts", "实物条款不能分年兑现"), ("leave parts out", "请去掉 parts")
        )
    concerns, found = read_concerns(reader.document, f"{path}.legality", given.get("legality", {}))
    reader.problems += found
    for word in scope.lets:
        _resolve(scope, word)
    used: dict[str, None] = {}
    for part in (*conditions, amount, marks_when, data_error, ends, first):
        used |= part.uses.names if part is not None else {}
    for word in scope.lets if not reader.failed else ():
        if word not in used and all(word not in d.uses.names for d in scope.found.values()):
            reader.wrong(
                f"{path}.let.{word}", (f"{word} is never used", f"“{word}”未被使用"), ("use it, or remove it", "请使用或删去"), "warning"
            )
    nothing = Condition("amount", zh, en, const(0), Uses())
    numbers = tuple(p for p in reader.numbers if p.startswith(f"{slug}."))
    return Clause(
        slug,
        article,
        zh,
        en,
        str(given.get("kind") or "one_off"),
        unit,
        tuple(conditions),
        amount or nothing,
        numbers,
        tuple(scope.found[w] for w in scope.lets if w in scope.found),
        mark,
        marks_when,
        data_error,
        ends,
        first,
        given.get("tied_to_tax") is True,
        parts,
        concerns,
        str(given.get("short_zh") or zh),
        str(given.get("short_en") or en),
    )


def _amount(reader: _Reader, path: str, value: Value, uses: Uses, text: str, unit: Unit) -> Condition | None:
    """An amount in fen, or in whole units in kind, rounded half up, never below 0."""
    fine = 100 if unit.dimensions == _CNY else 1
    try:
        divisor = const(value.scale) if value.den is None else make("mul", value.den, const(value.scale))
        node = make("max", const(0), make("half_up", make("mul", value.node, const(fine)), divisor))
        if node.high >= 2**62:  # facts at the ends of their ranges: nobody is paid more than the largest sum a register may hold
            node = make("min", node, const(LARGEST))
    except OverflowError:
        reader.wrong(
            f"{path}.amount",
            (f"could come to more than is counted exactly: `{text}`", f"结果可能超出精确计数的范围：`{text}`"),
            ("cap it with min(…)", "请用 min(…) 封顶"),
        )
        return None
    if node.high == 0:
        reader.wrong(f"{path}.amount", (f"is always nothing: `{text}`", f"金额恒为零：`{text}`"), ("check the formula", "请核对公式"))
    return Condition("amount", "", "", node, uses, text)


def _when_paid(reader: _Reader, path: str, given: Mapping[str, Any], scope: _Scope, k: int) -> list[Condition]:
    """The conditions that `term` and `pays` stand for."""
    pays, found = given.get("pays", "once" if given.get("kind") == "one_off" and "tiers" not in given else "every_year"), []
    by = str(next(iter(pays), "")) if isinstance(pays, Mapping) else ""
    asked = given.get("term", "begins" if by in ("consecutive", "any") else "year")

    def add(name: str, formula: str, en: str, zh: str, where: str) -> None:
        known = len(reader.problems)
        value, uses, _ = reader.formula(f"{path}.{where}", formula, scope, BOOL)
        reader.problems[known:] = [p for p in reader.problems[known:] if p.severity == "error"]  # 3年 stands where the text says it
        if value.kind != POISON.kind:
            found.append(Condition(name, zh, en, value.node, uses, formula))

    if asked == "year":
        add("in_term", "year in term", "year in term", "年度在政策期内", "term")
    elif asked == "begins":
        add(
            "begins_in_term",
            "paid.first_year in term if known(paid.first_year) else year in term",
            "begins in term",
            "首次兑现在政策期内",
            "term",
        )
    elif asked not in ("none", None):
        reader.wrong(
            f"{path}.term",
            (phrase("is {}", yamlfile.shown(asked)), f"写的是{yamlfile.shown(asked)}"),
            ("year, begins or none", "year（当年在政策期内）、begins（首年在政策期内）或 none"),
        )
    if pays == "once":
        add("not_yet_paid", "paid.years == 0", "not paid before", "此前未享受", "pays")
    elif by in ("consecutive", "any", "every") and isinstance(pays, Mapping) and len(pays) == 1:
        length = pays[by]
        text = (
            f"{length}年"
            if isinstance(length, int)
            else re.sub("^[一二两三四五六七八九十](?=年$)", lambda m: str(_NUMERALS[m.group()]), str(length))
        )
        if by == "consecutive":
            add(
                "in_window",
                f"year < paid.first_year + ({text}) if known(paid.first_year) else true",
                "within the years of support",
                "在扶持年限内",
                f"pays.{by}",
            )
        elif by == "any":
            add("in_window", f"paid.years < ({text})", "not yet paid in as many years", "享受年数未满", f"pays.{by}")
        else:
            add(
                "in_window",
                f"year >= paid.last_year + ({text}) if known(paid.last_year) else true",
                "years since it was paid last",
                "距上次享受已满年数",
                f"pays.{by}",
            )
    elif pays != "every_year":
        reader.wrong(
            f"{path}.pays",
            (phrase("is {}", yamlfile.shown(pays)), f"写的是{yamlfile.shown(pays)}"),
            (
                "once, every_year, {consecutive: n}, {any: n} or {every: n}",
                "once（一次）、every_year（逐年）、{consecutive: n}、{any: n} 或 {every: n}",
            ),
        )
    return found


def _parts(reader: _Reader, path: str, given: Any) -> tuple[int, ...]:
    """The weights in which an award is paid year by year: equal ones for a number of years, or shares that make the whole."""
    if isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= 10:
        return (1,) * given
    if isinstance(given, list) and 1 < len(given) <= 10:
        shares = [parse_quantity(share, SHARE) for share in given]
        exact = [share[0] for share in shares if isinstance(share, tuple)]
        if len(exact) == len(given) and sum(exact) == 1 and min(exact) > 0:
            whole = [int(share * SHARE.scale) for share in exact]
            return tuple(weight // math.gcd(*whole) for weight in whole)
    reader.wrong(
        path,
        (phrase("is {}", yamlfile.shown(given)), f"写的是{yamlfile.shown(given)}"),
        (
            "over how many years it is paid: 1 … 10, or the shares of the years, together 100 %: [50 %, 30 %, 20 %]",
            "分几年兑现：1 … 10，或各年比例，合计 100 %：[50 %, 30 %, 20 %]",
        ),
    )
    return (1,)


def _first(reader: _Reader, path: str, given: Any, scope: _Scope) -> FirstN | None:
    block = reader.mapping(f"{path}.first", given)
    reader.keys(f"{path}.first", block, ("n", "by", "vacant", "zh", "en"))
    vacant = block.get("vacant", VACANT[0])
    if vacant not in VACANT:
        reader.wrong(
            f"{path}.first.vacant",
            (phrase("is {}", yamlfile.shown(vacant)), f"写的是{yamlfile.shown(vacant)}"),
            ("passes_on or stays", "passes_on（递补）或 stays（不递补）"),
        )
    number, uses, _ = reader.formula(f"{path}.first.n", block.get("n"), scope, NUMBER)
    by, more, text = reader.formula(f"{path}.first.by", block.get("by"), scope, NUMBER)
    if POISON.kind in (number.kind, by.kind):
        return None
    if number.dimensions or number.scale != 1 or number.den is not None or by.den is not None:
        reader.wrong(f"{path}.first.n", ("is no whole number", "不是整数"), ("how many get it: 5户", "名额：5户"))
        return None
    uses.add(more)
    return FirstN(number.node, by, text, uses, vacant == "stays")


def _tiers(reader: _Reader, path: str, given: Any, scope: _Scope, k: int) -> tuple[list[Condition], Condition, Node] | None:
    """Tiers of a one-off award as conditions, amount and mark (the tiers paid, one bit each)."""
    where = f"{path}.tiers"
    block = reader.mapping(where, given)
    reader.keys(where, block, ("of", "edge", "steps", "follow", "event", "reached", "open"))
    edge, signed = block.get("edge"), [_SIGNED.match(str(key)) for key in reader.mapping(f"{where}.steps", block.get("steps"))]
    if edge not in ("at_least", "more_than") and not (edge is None and signed and all(signed)):
        reader.wrong(
            where,
            ("does not say whether the number counts", "没有写明是否含本数"),
            ("edge: at_least (以上、达到) or more_than (超过、突破)",) * 2,
        )
    usual = ">" if edge == "more_than" else ">="
    steps = reader.mapping(f"{where}.steps", block.get("steps"))
    if not 1 <= len(steps) <= MOST_TIERS:
        reader.wrong(
            where, (f"has {len(steps)} steps", f"有{len(steps)}档"), (f"steps: 1 … {MOST_TIERS} of them", f"steps: 1 … {MOST_TIERS} 档")
        )
        return None
    follow, follow_uses = _code(reader, f"{where}.follow", block.get("follow", "each_highest"), FOLLOW, scope)
    event, event_uses = _code(reader, f"{where}.event", block.get("event", "state"), EVENT, scope)
    of = block.get("of")
    uses, reached, awards, thresholds, given_awards = Uses(), list[Node](), list[Node](), list[str](), list[tuple[str, str]]()
    uses.add(event_uses)
    for key, award in steps.items():
        own_edge = _SIGNED.match(str(key))
        sign, least = ({"≥": ">="}.get(own_edge[1], own_edge[1]), own_edge[2]) if own_edge else (usual, key)
        now, used, _ = reader.formula(f"{where}.of", f"({of}) {sign} ({least})", scope, BOOL)
        value, more, _ = reader.formula(f"{where}.steps.{key}", str(award), scope, NUMBER, [_CNY])
        if POISON.kind in (now.kind, value.kind):
            return None
        holds = now.node
        if event.node.high == 1:
            before, last_used, _ = reader.formula(f"{where}.of", f"last_year.{of} {sign} ({least})", scope, BOOL)
            if before.kind == POISON.kind:
                return None
            uses.earlier |= last_used.earlier
            rose = make("not", before.node)
            holds = make("and", holds, make("select", event.node, rose, const(1)))
        uses.add(used)
        uses.numbers |= more.numbers
        given_awards += [(str(least), path) for path in more.numbers]
        thresholds += list(used.numbers)
        reached.append(holds)
        awards.append(make("half_up", make("mul", value.node, const(100)), const(value.scale)))
    if len(set(thresholds)) > 1:
        uses.rising[tuple(dict.fromkeys(thresholds))] = None
    if given_awards and (follow.node.low, follow.node.high) != (FOLLOW.index("each"),) * 2:
        uses.awards[tuple(given_awards)] = None
    reached_set = _set_of(reached)
    own = leaf(nodes.HISTORY, (k, HISTORY_FIELDS.index("mark")), 0, 2 ** len(steps) - 1)
    paid_years = leaf(nodes.HISTORY, (k, HISTORY_FIELDS.index("years")), 0, 300)
    total = leaf(nodes.HISTORY, (k, HISTORY_FIELDS.index("total")), 0, 10**18)
    is_follow = [make("eq", follow.node, const(code)) for code in range(len(FOLLOW))]
    due, higher = list[Node](), const(0)
    for i in reversed(range(len(steps))):
        highest = make("and", reached[i], make("not", higher))
        above = make("lt", own, const(2**i))
        alone = nodes.both(
            highest,
            make("select", make("or", is_follow[0], is_follow[4]), above, const(1)),
            make("select", is_follow[3], make("eq", paid_years, const(0)), const(1)),
        )
        unpaid = make("eq", make("bits_and", own, const(2**i)), const(0))
        due.insert(0, make("select", is_follow[1], make("and", reached[i], unpaid), alone))
        higher = make("or", higher, reached[i])
    whole, one = const(0), const(0)  # of every tier reached; of the only one that is due otherwise, so that the largest bounds it
    for holds, award in zip(due, awards, strict=True):
        whole, one = make("add", whole, make("select", holds, award, const(0))), make("select", holds, award, one)
    whole = make("select", is_follow[1], whole, one)
    reached_before = const(0)  # the award of the highest tier that was paid, be it in part
    for i, due_then in enumerate(awards):
        reached_before = make("select", make("le", const(2**i), own), due_then, reached_before)
    less = make("select", is_follow[2], total, make("select", is_follow[4], reached_before, const(0)))
    amount = make("sub", whole, less)
    amount = make("max", const(0), amount)
    paid = leaf(nodes.PAID_NOW, (), 0, 10**18)
    due_set = _set_of(due)
    # a pot or a cap pays less for the same tiers
    whole_or_less = "le" if scope.clause in _cut(reader.document.data) else "eq"
    as_due = make("and", make("lt", const(0), due_set), make(whole_or_less, paid, amount))
    stands_for = make("select", as_due, due_set, _tiers_of_payment(paid, awards, is_follow[1]))
    mark = make("select", make("lt", const(0), paid), make("bits_or", own, stands_for), own)
    follow_all = Uses()
    follow_all.add(follow_uses)
    for award_name in steps.values():
        _, more, _ = reader.formula(f"{where}.steps", str(award_name), scope, NUMBER)
        follow_all.numbers |= more.numbers
    said = [reader.mapping(f"{where}.{key}", block.get(key)) for key in ("reached", "open")]
    conditions = [
        Condition(
            "tier_reached",
            str(said[0].get("zh") or "达到档位"),
            str(said[0].get("en") or "a tier is reached"),
            make("lt", const(0), reached_set),
            uses,
        ),
        Condition(
            "tier_open",
            str(said[1].get("zh") or "所达档位尚未兑现"),
            str(said[1].get("en") or "the tier reached is still open"),
            make("lt", const(0), amount),
            follow_all,
        ),
    ]
    every = Uses()
    every.add(uses)
    every.add(follow_all)
    return conditions, Condition("amount", "", "", amount, every, f"tiers of {of}"), mark


def _cut(data: Mapping[str, Any]) -> set[str]:
    """The clauses whose awards a pot or a cap may cut."""
    links = data.get("links")
    groups = [data.get("pots"), links.get("caps") if isinstance(links, Mapping) else None]
    blocks = [block for group in groups if isinstance(group, Mapping) for block in group.values() if isinstance(block, Mapping)]
    return {str(slug) for block in blocks if isinstance(block.get("of"), list) for slug in block["of"]}


def _set_of(truths: list[Node]) -> Node:
    whole = const(0)
    for i, truth in enumerate(truths):
        whole = make("add", whole, make("mul", truth, const(2**i)))
    return whole


def _tiers_of_payment(paid: Node, awards: list[Node], each: Node) -> Node:
    """The tiers a really paid amount stands for where it is not what was due: under `each` the set whose awards add up to it
    (fewest, then lowest tiers); otherwise the tier with the highest award not above it, the lowest where it is below all."""
    highest = const(1)
    for i in range(1, len(awards)):
        highest = make("select", make("le", awards[i], paid), const(2**i), highest)
    found = highest
    sets = sorted(range(1, 2 ** len(awards)), key=lambda s: (s.bit_count(), s), reverse=True)
    for chosen in sets:
        whole = const(0)
        for i, award in enumerate(awards):
            if chosen >> i & 1:
                whole = make("add", whole, award)
        found = make("select", make("eq", whole, paid), const(chosen), found)
    return make("select", each, found, highest)


def _code(reader: _Reader, path: str, given: Any, words: tuple[str, ...], scope: _Scope) -> tuple[Value, Uses]:
    """One of some words, or a reading whose readings are among them: a node of the word's place."""
    if given in words:
        return Value(NUMBER, const(words.index(given))), Uses()
    uses = Uses()
    switch = reader.switches.get(str(given))
    if switch is None or any(name not in words for name in switch.names):
        reader.wrong(
            path,
            (phrase("is {}", yamlfile.shown(given)), f"写的是{yamlfile.shown(given)}"),
            (f"one of {', '.join(words)}, or a reading of these", "可用：" + "、".join(words) + "，或以其为选项的解读"),
        )
        return Value(NUMBER, const(0)), uses
    uses.readings[switch.name] = None
    index = list(reader.switches).index(switch.name)
    node = leaf(nodes.READING, (index,), 0, len(switch.names) - 1)
    code = const(0)
    for name in switch.names:
        code = make("select", make("eq", node, const(switch.code(name))), const(words.index(name)), code)
    return Value(NUMBER, code), uses


def _settlement(reader: _Reader, data: Mapping[str, Any], shared: _Scope, slugs: list[str], units: dict[int, Unit]) -> Settlement:
    given = reader.mapping("settlement", data.get("settlement"))
    reader.keys("settlement", given, ("let", "conduct", "clawback", "existing_support"))
    scope = _Scope(reader, "", -1, {}, shared, {slug: k for k, slug in enumerate(slugs)}, units)
    scope.lets = _lets(reader, "settlement.let", given.get("let"), scope)
    conduct = [
        _condition(reader, f"settlement.conduct.{name}", str(name), block, scope)
        for name, block in reader.mapping("settlement.conduct", given.get("conduct")).items()
    ]
    clawback = (
        _condition(reader, "settlement.clawback", "clawback", given["clawback"], scope) if given.get("clawback") is not None else None
    )
    weighs = given.get("existing_support")
    if weighs not in ("higher_of", "none", None):
        reader.wrong(
            "settlement.existing_support",
            (phrase("is {}", yamlfile.shown(weighs)), f"写的是{yamlfile.shown(weighs)}"),
            ("higher_of or none", "higher_of（就高不重复）或 none"),
        )
    links = reader.mapping("links", data.get("links"))
    reader.keys("links", links, ("exclusive", "caps"))
    exclusive, caps = [], []
    for name, block in reader.mapping("links.exclusive", links.get("exclusive")).items():
        path = f"links.exclusive.{name}"
        block = reader.mapping(path, block)
        reader.keys(path, block, ("of", "if", "zh", "en", "article", "keep"))
        if block.get("keep", "highest") != "highest":
            reader.wrong(
                f"{path}.keep",
                (phrase("is {}", yamlfile.shown(block["keep"])), f"写的是{yamlfile.shown(block['keep'])}"),
                ("keep: highest",) * 2,
            )
        given = {"if": True, **{key: block[key] for key in ("if", "zh", "en", "article") if key in block}}
        when = _condition(reader, path, str(name), given, scope, (str(name).replace("_", " "), str(name)))
        of = _named(reader, f"{path}.of", block.get("of"), slugs, units)
        if when is not None and len(of) > 1:
            exclusive.append(Exclusive(of, when))
    for name, block in reader.mapping("links.caps", links.get("caps")).items():
        path = f"links.caps.{name}"
        block = reader.mapping(path, block)
        reader.keys(path, block, ("of", "most", "per", "zh", "en", "article"))
        value, uses, text = reader.formula(f"{path}.most", block.get("most"), scope, NUMBER, [_CNY])
        per = block.get("per", "year")
        if per not in ("year", "lifetime"):
            reader.wrong(
                f"{path}.per",
                (phrase("is {}", yamlfile.shown(per)), f"写的是{yamlfile.shown(per)}"),
                ("year or lifetime", "year（每年）或 lifetime（累计）"),
            )
        of = _named(reader, f"{path}.of", block.get("of"), slugs, units)
        if value.kind != POISON.kind and of:
            most = _amount(reader, path, value, uses, text, CNY)
            if most is not None:
                zh, en = str(block.get("zh") or name), str(block.get("en") or str(name).replace("_", " "))
                caps.append(Cap(of, replace(most, zh=zh, en=en, article=_article(reader, block, uses.numbers)), per == "lifetime"))
    pots = []
    for name, block in reader.mapping("pots", data.get("pots")).items():
        path = f"pots.{name}"
        block = reader.mapping(path, block)
        reader.keys(path, block, ("of", "amount", "share", "zh", "en", "article"))
        of = _named(reader, f"{path}.of", block.get("of"), slugs, units)
        amount = str(block.get("amount"))
        full = f"numbers.{amount}"
        if full not in reader.numbers or reader.units[full].dimensions != _CNY:
            reader.wrong(
                f"{path}.amount",
                (f"{amount} is no amount under numbers", f"numbers 中没有金额“{amount}”"),
                ("give the sum a name under numbers", "请在 numbers 中列出该金额"),
            )
        elif of:
            share = block.get("share", "pro_rata")
            if share not in ("pro_rata", "first_come"):
                reader.wrong(
                    f"{path}.share",
                    (phrase("is {}", yamlfile.shown(share)), f"写的是{yamlfile.shown(share)}"),
                    ("pro_rata or first_come", "pro_rata（按比例）或 first_come（先到先得）"),
                )
            pots.append(
                Pot(
                    str(name),
                    str(block.get("zh") or name),
                    str(block.get("en") or str(name).replace("_", " ")),
                    _article(reader, block, [full]),
                    of,
                    full,
                    str(share),
                )
            )
    return Settlement(
        tuple(c for c in conduct if c is not None), clawback, weighs == "higher_of", tuple(exclusive), tuple(caps), tuple(pots)
    )


def _named(reader: _Reader, path: str, given: Any, slugs: list[str], units: dict[int, Unit]) -> tuple[int, ...]:
    """Clauses named in a list; all must pay cash."""
    if not isinstance(given, list) or not given:
        reader.wrong(
            path,
            (phrase("is {}", yamlfile.shown(given)), f"写的是{yamlfile.shown(given)}"),
            ("a list of clauses: [a, b]", "条款列表：[a, b]"),
        )
        return ()
    found = []
    for slug in map(str, given):
        if slug not in slugs:
            reader.wrong(
                path,
                (f"there is no clause {slug}", f"没有条款“{slug}”"),
                (nearest(slug, slugs) or phrase("one of {}", ", ".join(slugs)), "可用：" + "、".join(slugs)),
            )
        elif units[slugs.index(slug)].dimensions != _CNY:
            reader.wrong(
                path, (f"{slug} is in kind: it cannot be added to money", f"“{slug}”为实物，不能与金额相加"), ("leave it out", "请去掉")
            )
        else:
            found.append(slugs.index(slug))
    return tuple(found)


def _targets_year(reader: _Reader, data: Mapping[str, Any]) -> int:
    """By which year the targets are to be reached; 0 without targets."""
    given = data.get("targets")
    if not isinstance(given, Mapping):
        return 0
    year = given.get("year")
    if isinstance(year, int) and not isinstance(year, bool) and 1990 <= year <= 2200:
        return year
    reader.wrong(
        "targets.year" if "year" in given else "targets",
        (f"year is {yamlfile.shown(year)}", f"year 写的是{yamlfile.shown(year)}"),
        ("the year by which the targets are to be reached: year: 2015", "请写明实现目标的年份，如 year: 2015"),
    )
    return 0


def _targets_note(reader: _Reader, data: Mapping[str, Any]) -> dict[str, str]:
    """A remark on the targets, by language."""
    given = data.get("targets")
    note = given.get("note") if isinstance(given, Mapping) else None
    if note is None:
        return {}
    block = {"zh": note} if isinstance(note, str) else reader.mapping("targets.note", note)
    reader.keys("targets.note", block, ("zh", "en"))
    zh = reader.text("targets.note", block, "zh")
    return {"zh": zh, "en": reader.text("targets.note", block, "en", zh)}


def _measures(reader: _Reader, data: Mapping[str, Any]) -> dict[str, Promise]:
    """Measures promised without an amount: under which article, and how the text calls each."""
    found, known = {}, {measure.name: measure for measure in MEASURES}
    given = reader.mapping("measures", data.get("measures"))
    reader.keys("measures", given, known)
    for name, block in given.items():
        if str(name) not in known:
            continue
        path = f"measures.{name}"
        block = reader.mapping(path, block)
        reader.keys(path, block, ("article", "zh", "en"))
        general = known[str(name)]
        found[str(name)] = Promise(
            reader.text(path, block, "article"), reader.text(path, block, "zh", general.zh), reader.text(path, block, "en", general.en)
        )
    return found


def _fixed_blocks(reader: _Reader, data: Mapping[str, Any]) -> tuple[dict[str, Block], dict[str, Number]]:
    """The rules of tax sharing (national ones where the file has none) and the targets: numbers of fixed names."""
    from simulator.law import sharing, targets

    blocks, numbers = dict[str, Block](), dict[str, Number]()
    for slug, module in (("sharing", sharing), ("targets", targets)):
        given = reader.mapping(slug, data.get(slug))
        if slug == "targets" and not given:
            continue
        reader.keys(slug, given, ("article", "zh", "en", "numbers", *(("year", "note") if slug == "targets" else ())))
        own = reader.mapping(f"{slug}.numbers", given.get("numbers"))
        declared = {term.name: term.unit for term in module.TERMS}
        reader.keys(f"{slug}.numbers", own, declared)
        article = str(given.get("article") or "")
        kept_numbers, kept_units, reader.numbers, reader.units = reader.numbers, reader.units, {}, {}
        for name, unit in declared.items():
            block = own.get(name)
            if block is None:
                if slug == "targets":
                    continue
                block = sharing.NATIONAL[name]
            block = dict(block) if isinstance(block, Mapping) else {"value": block}
            _numbers(reader, slug, {name: {"unit": unit, **block}}, article or "-")
        numbers |= {p: replace(n, edge="at_least" if slug == "targets" else "") for p, n in reader.numbers.items()}
        reader.numbers, reader.units = kept_numbers, kept_units
        blocks[slug] = Block(slug, article, str(given.get("zh") or module.NAMES[0]), str(given.get("en") or module.NAMES[1]), "rule")
    return blocks, numbers


def _after(reader: _Reader, clauses: list[Clause], settlement: Settlement, shared: _Scope, end: datetime.date | None) -> None:
    """What can only be seen of the whole: numbers and readings never used, thresholds that do not rise, divisors of nothing,
    conditions that never hold, years that are still to come in all of the policy's."""
    whole = Uses()
    whole.add(reader.used)
    for clause in clauses:
        whole.add(clause.uses)
        for fact, year in clause.uses.fixed_years:
            if end is not None and year > end.year:
                reader.wrong(
                    f"clauses.{clause.slug}",
                    (
                        f"asks for {fact} of {year}, after the policy's last year, {end.year}: until then it is 0",
                        f"引用 {year} 年的 {fact}，晚于政策末年 {end.year}：此前一律按零计",
                    ),
                    ("check the year", "请核对年份"),
                    "warning",
                )
    for part in (*settlement.conduct, settlement.clawback, *(x.when for x in settlement.exclusive), *(c.most for c in settlement.caps)):
        if part is not None:
            whole.add(part.uses)
    whole.numbers |= {pot.amount: None for pot in settlement.pots}
    for definition in shared.found.values():
        whole.numbers |= definition.uses.numbers
        whole.readings |= definition.uses.readings
    whole_is_read = not reader.failed  # else what reads them may be what could not be read
    for path in reader.numbers if whole_is_read else ():
        if path not in whole.numbers:
            block, _, name = path.partition(".")
            where = f"numbers.{name}" if block == "numbers" else f"clauses.{block}.numbers.{name}"
            reader.wrong(
                where,
                (f"{name} is never used", f"数值“{name}”未被使用"),
                ("use it in a formula, or remove it", "请在公式中使用，或删去"),
                "warning",
            )
    for name in reader.switches if whole_is_read else ():
        if name not in whole.readings:
            reader.wrong(
                f"readings.{name}",
                (f"{name} is never used", f"解读“{name}”未被使用"),
                ("use it in a formula, or remove it", "请在公式中使用，或删去"),
                "warning",
            )
    for name in reader.own if whole_is_read else ():
        if name not in {*whole.facts, *(n for n, _ in (*whole.earlier, *whole.fixed_years))}:
            reader.wrong(
                f"facts.{name}",
                (f"{name} is never used", f"数据“{name}”未被使用"),
                ("use it in a formula, or remove it", "请在公式中使用，或删去"),
                "warning",
            )
    for problem in contradictions(_Clauses(clauses), reader.numbers):
        reader.problems.append(replace(problem, place=reader.document.place(_where(problem.place.removeprefix("law.")))))
    for path, problem in odd_numbers(reader.numbers, clauses, settlement):
        reader.problems.append(replace(problem, place=reader.document.place(_where(path))))
    _edges(reader, clauses)
    for at in sorted({k for group in settlement.exclusive for k in group.clauses}):
        if clauses[at].first is not None:
            reader.wrong(
                f"clauses.{clauses[at].slug}.first",
                (
                    "stands in an exclusive group: who is not among the first gets neither this nor the clause it took the place of",
                    "又在互斥组中：互斥先于名额，未列入名额的，本条和被它取代的条款都得不到",
                ),
                (
                    "where the text means otherwise, rank by hand and make it a fact (a flag)",
                    "原文不是此意的，由人排名，列为一项数据（是/否）",
                ),
                "warning",
            )
    for clause in clauses:
        _asked_too_early(reader, clauses, clause)
        if _pays_without_a_row(clause, settlement.conduct, reader):
            reader.wrong(
                f"clauses.{clause.slug}.where",
                (
                    "may hold in a year of which the register has no row: its figures count as 0 there",
                    "名册中没有当年数据的年度也可能成立：该年各项按 0 计",
                ),
                ("add a condition `reported`", "请加一个条件：有当年数据"),
                "warning",
            )
        for condition in clause.conditions:
            if condition.node.high == 0:
                reader.wrong(
                    f"clauses.{clause.slug}.where.{condition.name}",
                    (f"never holds: `{condition.text}`", f"永远不成立：`{condition.text}`"),
                    ("correct it, or remove the clause", "请更正，或删去该条款"),
                )
            elif condition.node.low == 1:
                reader.wrong(
                    f"clauses.{clause.slug}.where.{condition.name}",
                    (f"always holds: `{condition.text}`", f"永远成立：`{condition.text}`"),
                    ("correct or remove it", "请更正或删去"),
                    "warning",
                )


def _asked_too_early(reader: _Reader, clauses: list[Clause], clause: Clause) -> None:
    """Note a comparison that asks for a remembered or paid year to be the year itself: it is known only from the year after."""
    span = range(1990, 2061)
    remembered = ("mark", "first_year", "last_year")
    for condition in (*(c for c in clause.conditions if c.name not in FROM_PAYS), clause.amount):
        for node in nodes.below(condition.node):
            read = list(nodes.leaves(node).values()) if node.op in ("eq", "le", "lt") else []
            past = [found.at for found in read if found.op == nodes.HISTORY and HISTORY_FIELDS[found.at[1]] in remembered]
            if not past or len(past) == len(read) or any(found.op != nodes.YEAR and found.at not in past for found in read):
                continue
            tried = ((year, before) for year in span for before in (0, *range(span.start, year)))
            if any(nodes.evaluate(node, lambda found, of=of: of[found.op == nodes.HISTORY]) for of in tried):  # type: ignore[misc]
                continue
            other, what = clauses[past[0][0]], HISTORY_FIELDS[past[0][1]]
            name = other.marks_when.name if what == "mark" and other.marks_when else f"{other.slug}.paid.{what}"
            name = name.removeprefix(f"{clause.slug}.")
            reader.wrong(
                f"clauses.{clause.slug}.{'amount' if condition is clause.amount else f'where.{condition.name}'}",
                (
                    f"asks whether {name} is the year itself, which never holds: it is known only from the year after",
                    f"要求“{name}”就是当年，永远不成立：它从下一年起才知道",
                ),
                (f"for the first year itself write: the condition and not known({name})", f"首个年度本身请写：条件 且 非 known({name})"),
                "warning",
            )
            break


def _pays_without_a_row(clause: Clause, conduct: Iterable[Condition], reader: _Reader) -> bool:
    """Whether a clause that asks for figures of the year may, under some readings, pay in a year of which an enterprise has none.
    conduct: what is asked of all who are paid."""
    parts = [*(c.node for c in (*clause.conditions, *conduct)), clause.amount.node]
    asked = nodes.leaves(*(c.node for c in clause.conditions), clause.amount.node).values()
    if not any(found.op in (nodes.ROW, nodes.OWN_ROW) for found in asked):
        return False
    numbers, sizes = list(reader.numbers.values()), [len(switch.names) for switch in reader.switches.values()]
    read = sorted({found.at[0] for found in nodes.leaves(*parts).values() if found.op == nodes.READING})
    for codes in product(*(range(sizes[i]) for i in read)):
        chosen = dict(zip(read, codes, strict=True))

        def known(found: Node, chosen: Mapping[int, int] = chosen) -> Range | None:
            if found.op in (nodes.ROW, nodes.OWN_ROW):
                return 0, 0
            if found.op == nodes.READING:
                return chosen[found.at[0]], chosen[found.at[0]]
            if found.op == nodes.NUMBER:
                values = [int(value * numbers[found.at[0]].scale) for value in numbers[found.at[0]].values.values()]
                return min(values), max(values)
            return None

        memo: dict[int, Range] = {}
        if all(nodes.ranges(part, known, memo)[1] > 0 for part in parts):
            return True
    return False


def _edges(reader: _Reader, clauses: list[Clause]) -> None:
    """Note a threshold that is left out on both sides (< and >), or counted on both (<= and >=)."""
    signs: dict[tuple[str, Decimal], dict[str, str]] = {}
    for clause in clauses:
        for edge in clause.edges:
            for value in reader.numbers[edge.number].values.values():
                signs.setdefault((f"{edge.ago:02d}{edge.fact}", value), {}).setdefault(edge.op, edge.number)
    for (fact, _), ops in signs.items():
        for pair, en, zh in (
            (("<", ">"), "is neither below nor above: just so much falls under neither", "恰为此数的两边都不算"),
            (("<=", ">="), "counts on both sides: just so much falls under both", "恰为此数的两边都算"),
        ):
            if set(ops) == set(pair):
                fact = fact[2:]
                name = fact if fact not in facts.KINDS else facts.KINDS[fact][1]
                reader.wrong(
                    _where(ops[pair[1]]),
                    (f"{en} ({fact})", f"{zh}（{name}）"),
                    ("check 以上, 超过, 以下, 不超过 in the text", "请对照原文的以上、超过、以下、不超过"),
                    "warning",
                )


@dataclass(frozen=True)
class _Clauses:
    """Clauses that are no policy yet."""

    clauses: list[Clause]


def _where(path: str) -> str:
    """Where a number of this path stands in the file."""
    block, _, name = path.partition(".")
    return f"numbers.{name}" if block == "numbers" else f"clauses.{block}.numbers.{name}"
