"""What reads a policy's file: its nested data, the problems found with their places, and the names that a formula may use."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from keyword import iskeyword
from typing import Any

from simulator import facts, yamlfile
from simulator.errors import Problem, nearest
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
from simulator.law.language.nodes import const, leaf, make
from simulator.law.language.units import Unit, described, described_zh, fact_high, parse_unit
from simulator.law.policy import (
    HISTORY_FIELDS,
    Definition,
    OwnFact,
    Switch,
)
from simulator.law.terms import Number
from simulator.money import LARGEST
from simulator.phrases import phrase

_YEARS, IN_YUAN = (("year", 1),), (("CNY", 1),)
CNY, COUNT, SHARE, AREA, RENT = (unit for text in ("CNY", "count", "share", "m2", "CNY/m2/month") if (unit := parse_unit(text)))
FACT_UNITS: dict[str, Unit] = {
    "money": CNY,
    "count": COUNT,
    "share": replace(SHARE, scale=facts.OCCUPANCY),
    "area": AREA,
    "rent": replace(RENT, scale=facts.RENT),
}
FACT_HIGHS = {"money": LARGEST, "area": 10_000_000 * facts.AREA, "rent": 100_000 * facts.RENT, "share": facts.OCCUPANCY, "count": 10**9}
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
class Reader:
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

    def formula(self, path: str, text: Any, scope: Scope, want: str, dimensions: Any = None) -> tuple[Value, Uses, str]:
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
class Scope:
    """The names a formula of one clause may use, or of none (settlement, shared definitions)."""

    reader: Reader
    clause: str = ""
    place: int = -1  # of the clause, in the order of the machine
    lets: dict[str, tuple[str, Any, Said]] = field(default_factory=dict)  # name: path, text, what it is called
    outer: Scope | None = None
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


def can_name(word: str) -> bool:
    """Whether a formula may use a word as a name: no word of the language itself."""
    return word.isidentifier() and not iskeyword(word)


def article_of(reader: Reader, block: Mapping[str, Any], numbers: Iterable[str]) -> str:
    """The article a link or a pot stands in: as the file says, or that of its numbers."""
    return str(block.get("article") or "、".join(dict.fromkeys(reader.numbers[path].article for path in numbers)))
