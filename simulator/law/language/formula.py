"""Formulas of a policy file: read with Python's own parser, checked for units, made into nodes.

A small total language: facts of the year, `last_year.x`, `years_ago(2).x`, `in_year(2015).x`, numbers and readings of the policy, names
defined beside them, what this policy has paid (`paid.total` …), + − × ÷, comparisons, and / or / not, `a if b else c`, and the
functions of `FUNCTIONS`. English and Chinese names, full-width signs, `20万元` and `30%` are understood. Nothing is evaluated
here and nothing else is accepted: no calls out, no attributes, no loops. Every fault of a formula is reported at once.
"""

from __future__ import annotations

import ast
import datetime
import math
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from simulator.errors import nearest
from simulator.law.language import nodes
from simulator.law.language.nodes import Node, const, make
from simulator.law.language.units import (
    NONE,
    Dimensions,
    Unit,
    described,
    described_zh,
    parse_quantity,
    parse_unit,
    times,
)
from simulator.phrases import phrase

LONGEST, DEEPEST = 2_000, 60  # characters of a formula; levels of brackets
NUMBER, BOOL, DATE, YEAR, MONTH, CHOICE = "number", "bool", "date", "year", "month", "choice"
_NOTHING, _TERM, _TEXT, _POISON = "none", "term", "text", "poison"
_YEARS, _MONTHS, _CNY = (("year", 1),), (("month", 1),), (("CNY", 1),)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a formula: at which character, the cause and the remedy in English and Chinese."""

    at: int
    en: str
    zh: str
    remedy_en: str = ""
    remedy_zh: str = ""
    severity: str = "error"


@dataclass(frozen=True)
class Edge:
    """A fact compared with a number of the policy. op: the sign with the fact on the left; ago: how many years before the fact is of."""

    fact: str
    op: str
    number: str
    ago: int = 0


@dataclass(frozen=True)
class Threshold:
    """Where a tier begins: as written, what it comes to (1/scale of its unit), and the path where it is a number by itself."""

    text: str
    node: Node
    scale: int
    path: str = ""

    @property
    def reads(self) -> list[int]:
        """The numbers it is made of, by their places in the policy."""
        return [leaf.at[0] for leaf in nodes.leaves(self.node).values()]

    def at(self, numbers: Sequence[int]) -> Fraction:
        """What it comes to where the policy's numbers are these, in machine units."""
        return Fraction(nodes.evaluate(self.node, lambda leaf: numbers[leaf.at[0]]), self.scale)


@dataclass
class Uses:
    """What a formula reads: facts of the enterprise and the year, of so many years ago and of fixed years, numbers (paths),
    readings, other clauses; edges; rising: thresholds of the tiers, which must rise; awards: the numbers that tiers give, from the
    lowest, each with its threshold; capped: a number and one that is the most it may come to."""

    facts: dict[str, None] = field(default_factory=dict)
    earlier: dict[tuple[str, int], None] = field(default_factory=dict)
    fixed_years: dict[tuple[str, int], None] = field(default_factory=dict)
    numbers: dict[str, None] = field(default_factory=dict)
    readings: dict[str, None] = field(default_factory=dict)
    clauses: dict[str, None] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    edges: dict[Edge, None] = field(default_factory=dict)
    rising: dict[tuple[Threshold, ...], None] = field(default_factory=dict)
    awards: dict[tuple[tuple[str, str], ...], None] = field(default_factory=dict)
    capped: dict[tuple[str, str], None] = field(default_factory=dict)
    divisors: dict[str, None] = field(default_factory=dict)

    @property
    def every_fact(self) -> tuple[str, ...]:
        """Every fact that is read, of this year, an earlier or a fixed year."""
        return tuple(dict.fromkeys((*self.facts, *(name for name, _ in (*self.earlier, *self.fixed_years)))))

    def add(self, other: Uses) -> None:
        """Take over what another formula reads."""
        for name in self.__dataclass_fields__:
            getattr(self, name).update(getattr(other, name))


@dataclass(frozen=True)
class Value:
    """A checked part of a formula. kind: number, bool, date, year, month (points in time), choice; a number's dimensions and
    resolution (the node counts 1/scale of the unit, over `den` where it was divided by something that may change); valid:
    whether there is such a day or year at all; choices: their names by code; source: what fact or number it is."""

    kind: str
    node: Node = field(default_factory=lambda: const(0))
    dimensions: Dimensions = NONE
    scale: int = 1
    den: Node | None = None
    valid: Node | None = None
    choices: Mapping[str, int] = field(default_factory=dict)
    source: tuple[str, ...] = ()


POISON = Value(_POISON)


class Scope(Protocol):
    """Where a formula's names are looked up."""

    def name(self, word: str, at: int, formula: Formula) -> Value | None:
        """What a plain name stands for; None when it is not known."""

    def fact(self, word: str, when: str, year: int) -> Value | None:
        """An annual fact of so many years ago (`last`) or of a fixed year (`fixed`)."""

    def paid(self, clause: str, what: str, uses: Uses) -> Value | None:
        """What this policy has paid; clause "": the formula's own."""

    def known(self) -> Iterable[str]:
        """Every name there is, for the nearest one."""


_ALIASES = {
    "min": "min",
    "最小": "min",
    "取小": "min",
    "较小者": "min",
    "最小值": "min",
    "max": "max",
    "最大": "max",
    "取大": "max",
    "较大者": "max",
    "最大值": "max",
    "floor": "floor",
    "取整": "floor",
    "int": "floor",
    "向下取整": "floor",
    "ceil": "ceil",
    "向上取整": "ceil",
    "round": "round",
    "四舍五入": "round",
    "steps": "steps",
    "每满": "steps",
    "tier": "tier",
    "分档": "tier",
    "if": "if_",
    "if_": "if_",
    "如果": "if_",
    "and": "and_",
    "and_": "and_",
    "且": "and_",
    "or": "or_",
    "or_": "or_",
    "或": "or_",
    "not": "not_",
    "not_": "not_",
    "非": "not_",
    "year": "year",
    "年份": "year",
    "month": "month",
    "月份": "month",
    "months_in": "months_in",
    "月数": "months_in",
    "当年月数": "months_in",
    "in_term": "in_term",
    "在政策期内": "in_term",
    "earliest": "earliest",
    "最早": "earliest",
    "较早": "earliest",
    "latest": "latest",
    "最晚": "latest",
    "较晚": "latest",
    "known": "known",
    "已填": "known",
    "有": "known",
    "date": "date",
    "日期": "date",
    "end_of_year": "end_of_year",
    "年末": "end_of_year",
    "start_of_year": "start_of_year",
    "年初": "start_of_year",
    "years_after": "years_after",
    "满年": "years_after",
    "age": "age",
    "满几年": "age",
}
FUNCTIONS = tuple(dict.fromkeys(_ALIASES.values()))
LAST_YEARS = {"last_year": 1, "上年": 1, "去年": 1, "year_before_last": 2, "前年": 2, "上上年": 2, "大前年": 3}  # years ago
_YEARS_AGO = ("years_ago", "几年前")
LONGEST_AGO = 10  # years
_IN_YEAR = ("in_year", "某年")
PAID_WORDS = ("paid", "已享受", "已兑现")
PAID_FIELDS = {
    "total": "total",
    "合计": "total",
    "累计": "total",
    "years": "years",
    "年数": "years",
    "first_year": "first_year",
    "首年": "first_year",
    "last_year": "last_year",
    "末年": "last_year",
    "last": "last",
    "末次金额": "last",
}
_DUE = ("due", "应得")
_SIGNS = {
    "×": "*",
    "÷": "/",
    "−": "-",
    "－": "-",
    "＋": "+",
    "＊": "*",
    "／": "/",
    "（": "(",
    "）": ")",
    "，": ",",
    "、": ",",
    "：": ":",
    "｛": "{",
    "｝": "}",
    "［": "[",
    "］": "]",
    "＝": "=",
    "＞": ">",
    "＜": "<",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "“": '"',
    "”": '"',
    "＂": '"',
    "‘": "'",
    "’": "'",
    "　": " ",
    "\u00a0": " ",
    "∧": " and ",
    "∨": " or ",
    "\n": " ",
    "\t": " ",
    "。": ".",
}
_NARROW = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF0E, 0xFF3F)
}  # ０Ａａ．＿
_BETWEEN = {"且": "and", "并且": "and", "AND": "and", "或": "or", "或者": "or", "OR": "or"}  # between two conditions
_WORD = re.compile(r"\w+")
_JOINED = re.compile("并且|或者|且|或")
_DAY = re.compile(r"(?<![\w.])([12]\d{3})(?:-(\d{2})-(\d{2})(?![\w-])|年(\d{1,2})月(\d{1,2})日)")
_FIGURE = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"  # a comma stands within a figure only where it groups three digits
_LITERAL = re.compile(
    rf"(?<![\w.])({_FIGURE})\s*((?:百万|千万|万|亿|千|百)?\s*(?:[%％‰]|(?:CNY|USD|EUR|HKD|m2|m²|months?|years?|days?|hours?|美元|"
    r"元|平方米|平米|个月|月|年|天|小时|户|家|人|名|件|个|台|票|单|店|项|次)(?!(?![且或])[\w²])))|"
    rf"(?<![\w.])({_FIGURE})\s*(万|亿|千万|百万)(?!(?![且或])\w)"
)


@dataclass
class Formula:
    """One formula being read."""

    text: str
    scope: Scope
    uses: Uses = field(default_factory=Uses)
    faults: list[Fault] = field(default_factory=list)
    labels: frozenset[str] = frozenset()

    def read(self) -> Value:
        """The formula's value; POISON where something is wrong, then `faults` say what."""
        self._literals: list[str] = []
        self._code, self._places = self._prepared()
        if len(self.text) > LONGEST:
            return self.fail(
                0,
                f"has {len(self.text):,} characters",
                f"有{len(self.text):,}个字符",
                f"at most {LONGEST:,}: give parts of it names under let",
                f"至多{LONGEST:,}个，其余部分用 let 命名拆开",
            )
        try:
            with warnings.catch_warnings():  # what Python would remark on ("5if") is reported below, or fine
                warnings.simplefilter("ignore", SyntaxWarning)
                tree = ast.parse(self._code, mode="eval").body
            if _depth(tree) > DEEPEST:
                return self.fail(
                    0,
                    phrase("is nested deeper than {} levels", DEEPEST),
                    f"嵌套超过{DEEPEST}层",
                    "give parts of it names under let",
                    "用 let 命名拆开",
                )
        except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
            column = max((getattr(e, "offset", None) or 1) - 1, 0)
            return self.fail(self._place(column), *_syntax(e, self._code))
        try:
            return self._of(tree)
        except OverflowError:
            return self.fail(
                0,
                "could grow beyond what is counted exactly",
                "结果可能超出精确计数的范围",
                "cap each fact before it is multiplied, as min(exports, 1000000000元): a cap around the result comes too late",
                "请在相乘之前限制各项数据，如 min(出口额, 10亿元)；只给结果封顶不够",
            )

    def _prepared(self) -> tuple[str, list[int]]:
        """The formula in Python's own signs, and for each character the place in the text it comes from."""
        text, out, places, quoted = self.text.translate(_NARROW), "", [], ""
        i = len(text) - len(text.lstrip())
        if text[i : i + 1] in ("=", "＝"):  # as in a spreadsheet
            i = len(text) - len(text[i + 1 :].lstrip())
        while i < len(text):
            start, sign = i, _SIGNS.get(text[i], text[i])
            if quoted:
                quoted, piece = ("" if sign == quoted else quoted), (sign if sign == quoted else text[i])
                i += 1
            elif found := _DAY.match(text, i) or _LITERAL.match(text, i):
                self._literals.append(found.group(0))
                piece, i = f"_q{len(self._literals) - 1}", found.end()
            elif found := _WORD.match(text, i):
                word = found.group(0)
                if (joined := _JOINED.match(word)) and _after_operand(out.rstrip()):
                    word = joined[0]  # where no name can stand: 且快递件数
                i += len(word)
                piece = self._word(word, out.rstrip(), text[i:].lstrip()[:1] in ("(", "（"))
            else:
                quoted = sign if sign in ("'", '"') else ""
                if text[i] in "＋－＊／＝＞＜":
                    self.note(
                        i,
                        f"the full-width sign {text[i]} is read as {sign}",
                        f"全角符号“{text[i]}”按“{sign}”理解",
                        phrase("write {}", sign),
                        f"请写半角“{sign}”",
                    )
                piece, i = sign, i + 1
            out += piece
            places += [start] * len(piece)
        return out, places

    @staticmethod
    def _word(word: str, before: str, called: bool) -> str:
        if word in _BETWEEN and _after_operand(before):
            return f" {_BETWEEN[word]} "
        if word in ("if", "and", "or") and called and not _after_operand(before):
            return f"{word}_"  # as in a spreadsheet: if(…), and(…), or(…)
        return {"非": "not ", "from": "from_"}.get(word, word)

    # ------------------------------------------------------------------------------------------------- faults
    def fail(self, at: int, en: str, zh: str, remedy_en: str = "", remedy_zh: str = "") -> Value:
        """Note a fault at a character of the text."""
        self.faults.append(Fault(at, en, zh, remedy_en, remedy_zh))
        return POISON

    def note(self, at: int, en: str, zh: str, remedy_en: str = "", remedy_zh: str = "") -> None:
        """Note what is accepted and worth a look."""
        self.faults.append(Fault(at, en, zh, remedy_en, remedy_zh, "warning"))

    def _place(self, column: int) -> int:
        return self._places[min(column, len(self._places) - 1)] if self._places else 0

    def _at(self, tree: ast.AST) -> int:
        column = getattr(tree, "col_offset", 0)
        if isinstance(tree, ast.Attribute) and tree.end_col_offset:
            column = tree.end_col_offset - len(tree.attr.encode())  # what stands behind the point
        before = self._code.encode()[:column]
        return self._place(len(before.decode(errors="ignore")))

    def _not_a(self, tree: ast.AST, value: Value, en: str, zh: str, remedy_en: str = "", remedy_zh: str = "") -> Value:
        if value.kind == _POISON:
            return POISON
        return self.fail(
            self._at(tree),
            f"is {_kind(value)[0]}, where {en} is needed",
            f"是{_kind(value)[1]}，此处应为{zh}",
            remedy_en or f"write {en} here",
            remedy_zh or f"请改写为{zh}",
        )

    # ------------------------------------------------------------------------------------------------- reading
    def _of(self, tree: ast.expr) -> Value:
        reader: Callable[..., Value] | None = getattr(self, f"_{type(tree).__name__.lower()}", None)
        if reader is None or isinstance(tree, ast.Dict):
            return self.fail(
                self._at(tree),
                "holds something that is no part of the language",
                "含有公式语言之外的写法",
                "only names, numbers, + − × ÷, comparisons, and/or/not, a if b else c and the listed functions",
                "只能用名称、数字、加减乘除、比较、and/or/not、a if b else c 和所列函数",
            )
        return reader(tree)

    def _constant(self, tree: ast.Constant) -> Value:
        given = tree.value
        if isinstance(given, bool):
            return Value(BOOL, const(int(given)))
        if given is None:
            return Value(_NOTHING)
        if isinstance(given, str):
            return Value(_TEXT, source=("text", given))
        if isinstance(given, int | float):
            written = Decimal(repr(given)) if isinstance(given, float) else Decimal(given)
            if abs(written) >= 10**15:
                return self.fail(self._at(tree), "is too large a number", "数字过大", "write at most fifteen digits", "至多十五位")
            scale = 10 ** max(0, -int(written.as_tuple().exponent))
            if scale > 10**9:
                return self.fail(self._at(tree), "has more than nine decimals", "小数超过九位", "round it", "请四舍五入")
            if written not in (0, 1, 2, 12, 100) and written == written.to_integral_value() and not 1900 <= written <= 2100:
                self.note(
                    self._at(tree),
                    f"the number {written} stands in a formula, without an article",
                    f"公式中的数字{written}没有文号",
                    "give it a name under numbers",
                    "请列入 numbers 并写明文号",
                )
            return Value(NUMBER, const(int(written * scale)), NONE, scale, source=("literal",))
        return self.fail(self._at(tree), "is no number of the language", "不是可用的数", "write digits", "请写数字")

    def _name(self, tree: ast.Name) -> Value:
        word = unicodedata.normalize("NFKC", tree.id)
        if re.fullmatch(r"_q\d+", word) and int(word[2:]) < len(self._literals):
            return self._literal(tree, self._literals[int(word[2:])])
        if word.lower() == "none" or word == "无":
            return Value(_NOTHING)
        if word in ("term", "政策期"):
            return Value(_TERM)
        if word in ("true", "是", "false", "否"):
            return Value(BOOL, const(int(word in ("true", "是"))))
        value = self.scope.name(word, self._at(tree), self)
        if value is None:
            return self._unknown(tree, word)
        return value

    def _unknown(self, tree: ast.AST, word: str) -> Value:
        if word in LAST_YEARS:
            return self._of_what(tree, word)
        known = [name for name in self.scope.known() if name != word]  # a name may stand where it means nothing: 前年.paid
        near = nearest(word, known, 0.5)
        if not near and len(word) > 2:
            holding = [k for k in known if word in k or k in word]
            near = phrase("did you mean {}?", min(holding, key=len)) if holding else ""
        joined = re.search("[且或]", word)
        if (sign := _COMPARED.search(word)) and word[: sign.start()] in known:
            return self.fail(
                self._at(tree), phrase("there is no {}", word), f"没有“{word}”", "compare with >= > <= <", "比较请用 >=、>、<=、<、=="
            )
        owner = next((name for name in LAST_YEARS if word.startswith(name) and word[len(name) :].lstrip("_的") in known), "")
        if owner:  # 上年销售额
            near = f"did you mean {owner}.{word[len(owner) :].lstrip('_的')}?"
        remedy_zh = f"是否应为“{near[len('did you mean ') : -1]}”？" if near else "请核对名称，或在 facts、numbers、let 中先定义"
        if joined and any(part in known for part in re.split("[且或]", word)):
            near, remedy_zh = "leave blanks around 且 and 或", "“且”“或”前后请空一格"
        return self.fail(
            self._at(tree),
            phrase("there is no {}", word),
            f"没有名为“{word}”的数据、数值或定义",
            near or "define it under facts, numbers or let",
            remedy_zh,
        )

    def _of_what(self, tree: ast.AST, word: str) -> Value:
        """A year stands by itself, or before a bracket."""
        return self.fail(
            self._at(tree),
            f"{word} is a year: of which fact is not said",
            f"“{word}”只是年度，没有写是哪项数据",
            f"write {word}.x: a point, then the fact",
            f"写成“{word}.销售额”：加点，再写数据名",
        )

    def _literal(self, tree: ast.AST, written: str) -> Value:
        if day := _DAY.fullmatch(written):
            return self._calendar(tree, [int(part) for part in day.groups() if part])
        found = parse_quantity(written, None, self.labels)
        if isinstance(found, str):
            bare = parse_quantity(written, parse_unit("ratio"), self.labels)
            if isinstance(bare, str):
                return self.fail(self._at(tree), f"{written} {found}", f"“{written}”无法识别", "write e.g. 20万元 or 30%", "如 20万元、30%")
            value, unit = bare
            return Value(NUMBER, const(int(value)), NONE, 1, source=("literal",)) if value == int(value) else POISON
        value, unit = found
        scaled = value * unit.scale
        if scaled != int(scaled):
            return self.fail(self._at(tree), f"{written} is finer than 1/{unit.scale:,}", f"“{written}”位数过细", "round it", "请取整")
        plain = unit.dimensions in (_YEARS, _MONTHS) and value in (1, 12)
        if not plain and (not unit.is_share or value not in (0, 1)):
            self.note(
                self._at(tree),
                f"{written} stands in a formula, without an article",
                f"公式中的“{written}”没有文号",
                "give it a name under numbers",
                "请列入 numbers 并写明文号",
            )
        return Value(NUMBER, const(int(scaled)), unit.dimensions, unit.scale)

    def _attribute(self, tree: ast.Attribute) -> Value:
        owner, what = tree.value, unicodedata.normalize("NFKC", tree.attr)
        if (ago := years_ago(owner)) is not None:
            if 1 <= ago <= LONGEST_AGO:
                return self._dated(tree, what, "last", ago)
            return self.fail(
                self._at(owner),
                "years_ago needs a number of years in figures",
                "years_ago（几年前）需要写明年数",
                f"write years_ago(2).x, 1 … {LONGEST_AGO} years",
                f"如 几年前(2).销售额，1 至 {LONGEST_AGO} 年",
            )
        if isinstance(owner, ast.Name):
            word = unicodedata.normalize("NFKC", owner.id)
            if word in PAID_WORDS:
                return self._paid(tree, "", what)
            if word in ("numbers", "数值", "facts", "数据"):
                kind = "number" if word in ("numbers", "数值") else "fact"
                value = self.scope.name(f"{kind}:{what}", self._at(tree), self)
                return value if value is not None else self._unknown(tree, what)
            if what in _DUE:
                value = self.scope.paid(word, "due", self.uses)
                return value if value is not None else self._no_clause(tree, word)
        if isinstance(owner, ast.Attribute) and isinstance(owner.value, ast.Name) and owner.attr in PAID_WORDS:
            return self._paid(tree, unicodedata.normalize("NFKC", owner.value.id), what)
        if (year := fixed_year(owner, self._literals)) is not None:
            if 1990 <= year <= 2100:
                return self._dated(tree, what, "fixed", year)
            return self.fail(
                self._at(owner),
                "in_year needs a year in figures",
                "in_year 需要写明年份",
                "write in_year(2015).x, 1990 … 2100",
                "如 2015年.销售额，1990 至 2100 年",
            )
        return self.fail(
            self._at(tree),
            "holds a point that means nothing here",
            "此处的“.”没有意义",
            "only last_year.x, years_ago(2).x, in_year(2015).x, paid.x and CLAUSE.paid.x",
            "只有 last_year.x（上年）、years_ago(2).x（前年）、in_year(2015).x、paid.x、条款.paid.x",
        )

    def _dated(self, tree: ast.AST, what: str, when: str, year: int) -> Value:
        value = self.scope.fact(what, when, year)
        if value is None:
            plain = self.scope.name(what, self._at(tree), self)
            if plain is None or plain.kind == _POISON:
                return self._unknown(tree, what) if plain is None else POISON
            of_enterprise = plain.source[:1] == ("fact",)
            return self.fail(
                self._at(tree),
                f"{what} is of the enterprise, not of a year" if of_enterprise else f"{what} is no fact of a year",
                f"“{what}”是企业的数据，不分年度" if of_enterprise else f"“{what}”不是年度数据",
                phrase("write {}", what),
                f"直接写“{what}”",
            )
        if value.kind == _POISON:
            return POISON
        name = value.source[1]
        if when == "last":
            self.uses.earlier[(name, year)] = None
        else:
            self.uses.fixed_years[(name, year)] = None
        return value

    def _no_clause(self, tree: ast.AST, word: str) -> Value:
        return self.fail(
            self._at(tree),
            f"there is no clause {word} before this one",
            f"此前没有名为“{word}”的条款",
            "name a clause that stands above",
            "请写上文已有的条款",
        )

    def _paid(self, tree: ast.AST, clause: str, what: str) -> Value:
        if what not in PAID_FIELDS:
            return self.fail(
                self._at(tree),
                f"paid has no {what}",
                f"paid 没有“{what}”",
                phrase("one of {}", ", ".join(dict.fromkeys(PAID_FIELDS.values()))),
                "合计 total、年数 years、首年 first_year、末年 last_year、末次金额 last",
            )
        value = self.scope.paid(clause, PAID_FIELDS[what], self.uses)
        return value if value is not None else self._no_clause(tree, clause)

    # ------------------------------------------------------------------------------------------------- arithmetic
    def _unaryop(self, tree: ast.UnaryOp) -> Value:
        value = self._of(tree.operand)
        if isinstance(tree.op, ast.Not):
            return self._truth(tree.operand, value, lambda v: make("not", v))
        if isinstance(tree.op, ast.Invert):
            return self.fail(self._at(tree), "holds an operation that is not known", "含有不支持的运算", "write not x", "请写 not x（非）")
        if value.kind != NUMBER:
            return self._not_a(tree, value, "a number", "数")
        return value if isinstance(tree.op, ast.UAdd) else replace(value, node=make("sub", const(0), value.node), source=())

    def _truth(self, tree: ast.expr, value: Value, then: Callable[[Node], Node]) -> Value:
        if value.kind != BOOL:
            return self._not_a(tree, value, "a condition", "条件", "compare it with something: x > 0", "请写成比较，如 x > 0")
        return Value(BOOL, then(value.node))

    def _boolop(self, tree: ast.BoolOp) -> Value:
        op = "and" if isinstance(tree.op, ast.And) else "or"
        return self._joined(op, [(part, self._of(part)) for part in tree.values])

    def _joined(self, op: str, parts: list[tuple[ast.expr, Value]]) -> Value:
        checked = [self._truth(tree, value, lambda v: v) for tree, value in parts]
        if any(v.kind == _POISON for v in checked):
            return POISON
        whole = checked[0].node
        for value in checked[1:]:
            whole = make(op, whole, value.node)
        return Value(BOOL, whole)

    def _binop(self, tree: ast.BinOp) -> Value:
        one, other = self._of(tree.left), self._of(tree.right)
        if _POISON in (one.kind, other.kind):
            return POISON
        if isinstance(tree.op, ast.Add | ast.Sub):
            return self._sum(tree, one, other, -1 if isinstance(tree.op, ast.Sub) else 1)
        if not isinstance(tree.op, ast.Mult | ast.Div):
            return self.fail(
                self._at(tree.right),
                "holds an operation that is not known",
                "含有不支持的运算",
                "only + − × ÷; floor and steps round down",
                "只有加减乘除；取整用 floor、每满用 steps",
            )
        for part, value in ((tree.left, one), (tree.right, other)):
            if value.kind != NUMBER:
                return self._not_a(part, value, "a number", "数", "write `x if condition else 0`", "条件请写成“x if 条件 else 0”")
        if isinstance(tree.op, ast.Mult):
            den = one.den if other.den is None else other.den if one.den is None else make("mul", one.den, other.den)
            return Value(NUMBER, make("mul", one.node, other.node), times(one.dimensions, other.dimensions), one.scale * other.scale, den)
        return self._quotient(tree, one, other)

    def _quotient(self, tree: ast.BinOp, one: Value, other: Value) -> Value:
        dimensions = times(one.dimensions, other.dimensions, -1)
        if other.den is not None:
            return self.fail(self._at(tree.right), "divides by a quotient", "除数本身又是商", "multiply instead", "请改写为乘法")
        if other.node.op == "const":
            value = other.node.at[0]
            if value <= 0:
                return self.fail(self._at(tree.right), "divides by nothing", "除数须大于零", "divide by a number above 0", "除数请大于零")
            # x / (v / s) = x·s / v: exact with the divisor in the resolution
            gcd = math.gcd(other.scale, value)
            return Value(NUMBER, make("mul", one.node, const(other.scale // gcd)), dimensions, one.scale * (value // gcd), one.den)
        if other.source[:1] != ("number",):
            return self.fail(
                self._at(tree.right),
                "divides by what may be nothing",
                "除数可能为零",
                "divide only by figures and numbers of the policy; compare x >= rate * y instead of x / y >= rate",
                "除数只能是数字或政策数值；比较时请写 x >= 比例 * y",
            )
        self.uses.divisors[other.source[1]] = None
        den = other.node if one.den is None else make("mul", one.den, other.node)
        return Value(NUMBER, make("mul", one.node, const(other.scale)), dimensions, one.scale, den)

    def _sum(self, tree: ast.BinOp, one: Value, other: Value, sign: int) -> Value:
        op = "add" if sign > 0 else "sub"
        if one.kind == other.kind == NUMBER:
            pair = self._same(tree, one, other, "added to" if sign > 0 else "taken from")
            if pair is None:
                return POISON
            a, b, scale, den = pair
            dimensions = one.dimensions or other.dimensions
            return Value(NUMBER, make(op, a, b), dimensions, scale, den)
        if one.kind in (YEAR, MONTH) and one.kind == other.kind and sign < 0:
            both_valid = _valid(one, other)
            apart = make("sub", one.node, other.node)
            return Value(
                NUMBER,
                apart if both_valid is None else make("select", both_valid, apart, const(0)),
                _YEARS if one.kind == YEAR else _MONTHS,
            )
        if one.kind in (YEAR, MONTH, DATE) and other.kind == NUMBER:
            return self._moved(tree, one, other, op)
        if one.kind == other.kind == DATE and sign < 0:
            return self.fail(
                self._at(tree.right),
                "a day is taken from a day",
                "日期不能相减",
                "add years instead: a < b + 5年; age(b) gives whole years",
                "请改为加年数，如 甲 < 乙 + 5年；满几年用 age(乙)",
            )
        if {one.kind, other.kind} == {YEAR, DATE} and sign < 0:
            return self.fail(
                self._at(tree.right),
                "a year and a day are subtracted",
                "年份与日期不能相减",
                "age(day) gives whole years to the end of the year; or take the year of the day: year - year(day)",
                "至年末满几年用 age(日期)；按年份相减用 year - year(日期)",
            )
        wrong, part = (other, tree.right) if one.kind in (NUMBER, YEAR, MONTH, DATE) else (one, tree.left)
        return self._not_a(part, wrong, "a number" if wrong is one else f"what can be added to {_kind(one)[0]}", "可以加减的数")

    def _moved(self, tree: ast.BinOp, point: Value, by: Value, op: str) -> Value:
        bare = by.source == ("literal",) and by.scale == 1
        if by.den is not None or not (by.dimensions in (_YEARS, _MONTHS) or (bare and point.kind != DATE)) or by.scale != 1:
            return self.fail(
                self._at(tree.right),
                f"{described(by.dimensions)} cannot be added to {_kind(point)[0]}",
                f"{_kind(point)[1]}不能加减该数",
                "add years or months: + 1年, + months",
                "请加减年数或月数，如 + 1年",
            )
        in_months = by.dimensions == _MONTHS or (bare and point.kind == MONTH)
        if point.kind == YEAR:
            if in_months:
                return self.fail(
                    self._at(tree.right), "adds months to a year", "年份不能加减月数", "use month(…) or years", "请用 month(…) 或年数"
                )
            return replace(point, node=make(op, point.node, by.node), source=())
        if point.kind == MONTH:
            return replace(point, node=make(op, point.node, by.node if in_months else make("mul", by.node, const(12))), source=())
        if in_months:
            return self.fail(
                self._at(tree.right), "adds months to a day", "日期不能直接加减月数", "use month(…) + months", "请用 month(日期) + 月数"
            )
        return replace(point, node=_years_on(point.node, by.node if op == "add" else make("sub", const(0), by.node)), source=())

    def _same(self, tree: ast.AST, one: Value, other: Value, verb: str) -> tuple[Node, Node, int, Node | None] | None:
        """Two numbers of the same unit in the same resolution, over the same divisor; a fault where units differ."""
        a_zero = one.source == ("literal",) and one.node.low == one.node.high == 0
        b_zero = other.source == ("literal",) and other.node.low == other.node.high == 0
        if _of_a_year(one.dimensions) != _of_a_year(other.dimensions) and not (a_zero or b_zero):
            bare = next((v for v in (one, other) if v.source == ("literal",)), None)
            remedy_en = (
                "write its unit (5000元, 20万元), or give it a name under numbers" if bare else "multiply by what makes the units agree"
            )
            remedy_zh = "请写明单位（如5000元、20万元）或列入 numbers" if bare else "请核对单位，相乘后单位一致才能加减和比较"
            first, second = described(one.dimensions), described(other.dimensions)
            self.fail(
                self._at(tree),
                f"units do not agree: {second} {verb} {first}",
                f"单位不一致：{described_zh(one.dimensions)} 与 {described_zh(other.dimensions)}",
                remedy_en,
                remedy_zh,
            )
            return None
        scale = math.lcm(one.scale, other.scale)
        a, b = (make("mul", v.node, const(scale // v.scale)) if scale != v.scale else v.node for v in (one, other))
        if one.den is other.den:
            return a, b, scale, one.den
        if one.den is not None:
            b = make("mul", b, one.den)
        if other.den is not None:
            a = make("mul", a, other.den)
        den = one.den if other.den is None else other.den if one.den is None else make("mul", one.den, other.den)
        return a, b, scale, den

    # ------------------------------------------------------------------------------------------------- comparisons
    def _compare(self, tree: ast.Compare) -> Value:
        whole: Node = const(1)
        left_tree, wrong = tree.left, False
        left = self._of(left_tree)
        for op, right_tree in zip(tree.ops, tree.comparators, strict=True):
            if isinstance(op, ast.In | ast.NotIn) and isinstance(right_tree, ast.Tuple | ast.List | ast.Set):
                found = self._one_of(tree, left, right_tree)
                right = POISON if found.kind == _POISON else left
            else:
                right = self._of(right_tree)
                found = POISON if _POISON in (left.kind, right.kind) else self._compared(tree, right_tree, left, op, right)
            if found.kind == _POISON:
                wrong = True
            else:
                whole = make("and", whole, make("not", found.node) if isinstance(op, ast.NotIn | ast.NotEq | ast.IsNot) else found.node)
            left_tree, left = right_tree, right
        return POISON if wrong else Value(BOOL, whole)

    def _one_of(self, tree: ast.Compare, left: Value, listed: ast.Tuple | ast.List | ast.Set) -> Value:
        found = [self._compared(tree, item, left, ast.Eq(), self._of(item)) for item in listed.elts]
        if left.kind == _POISON or any(f.kind == _POISON for f in found) or not found:
            return POISON
        whole = found[0].node
        for one in found[1:]:
            whole = make("or", whole, one.node)
        return Value(BOOL, whole)

    def _compared(self, tree: ast.Compare, right_tree: ast.expr, left: Value, op: ast.cmpop, right: Value) -> Value:
        """left == right for the signs of equality (whoever asks negates it), else left < right and so on."""
        if _POISON in (left.kind, right.kind):
            return POISON
        if right.kind == _TERM or left.kind == _TERM:
            if right.kind == _TERM and isinstance(op, ast.In | ast.NotIn):
                return self._in_term(tree.left, left)
            return self.fail(
                self._at(right_tree), "the term can only be asked for with `in`", "政策期只能用 in 判断", "x in term", "如 落户日期 in term"
            )
        equal = isinstance(op, ast.Eq | ast.NotEq | ast.Is | ast.IsNot)
        if right.kind == _NOTHING or left.kind == _NOTHING:
            return self._is_nothing(tree, left if right.kind == _NOTHING else right, equal)
        if isinstance(op, ast.Is | ast.IsNot | ast.In | ast.NotIn):
            return self.fail(self._at(right_tree), "`is` and `in` mean nothing here", "此处不能用 is、in", "write ==", "请写 ==")
        if CHOICE in (left.kind, right.kind):
            return self._choice(tree, right_tree, left, right, equal)
        if left.kind == right.kind == BOOL and equal:
            return Value(BOOL, make("eq", left.node, right.node))
        sign = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}.get(type(op), "==")
        if left.kind == right.kind == NUMBER:
            return self._numbers(tree, left, sign, right)
        left, right = _as_year(left, right), _as_year(right, left)
        if left.kind == right.kind and left.kind in (DATE, YEAR, MONTH):
            valid = _valid(left, right)
            found = _signed(sign, left.node, right.node)
            return Value(BOOL, found if valid is None else make("and", valid, found))
        return self.fail(
            self._at(right_tree),
            f"{_kind(left)[0]} is compared with {_kind(right)[0]}",
            f"{_kind(left)[1]}不能与{_kind(right)[1]}比较",
            "compare like with like: year(x) is the year of a day",
            "请比较同类的量；year(x) 取日期的年份",
        )

    def _numbers(self, tree: ast.Compare, left: Value, sign: str, right: Value) -> Value:
        pair = self._same(tree, _counted_in(left, right), _counted_in(right, left), "compared with")
        if pair is None:
            return POISON
        mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}[sign]
        for one, other, op in ((left, right, sign), (right, left, mirrored)):
            if one.source[:1] in (("fact",), ("last",)) and other.source[:1] == ("number",):
                self.uses.edges[Edge(one.source[1], op, other.source[1], int(one.source[2]) if one.source[0] == "last" else 0)] = None
        return Value(BOOL, _signed(sign, pair[0], pair[1]))

    def _in_term(self, tree: ast.expr, value: Value) -> Value:
        start, end = nodes.leaf(nodes.START, (), 0, 99_991_231), nodes.leaf(nodes.END, (), 0, 99_991_231)
        if value.kind == DATE:
            within = make("and", make("le", start, value.node), make("le", value.node, end))
        elif value.kind == YEAR:
            within = make("and", make("le", _year_of(start), value.node), make("le", value.node, _year_of(end)))
        else:
            return self._not_a(tree, value, "a day or a year", "日期或年份")
        return Value(BOOL, within if value.valid is None else make("and", value.valid, within))

    def _is_nothing(self, tree: ast.Compare, value: Value, equal: bool) -> Value:
        if not equal:
            return self.fail(self._at(tree), "is compared with nothing", "与“无”比较大小", "write `is none`", "请写 is none")
        if value.kind in (DATE, YEAR, MONTH):
            return Value(BOOL, const(0) if value.valid is None else make("not", value.valid))
        if value.kind == CHOICE and "none" in value.choices:
            return Value(BOOL, make("eq", value.node, const(value.choices["none"])))
        return self.fail(
            self._at(tree), f"{_kind(value)[0]} is never nothing", f"{_kind(value)[1]}不会为“无”", "compare it with 0", "请与 0 比较"
        )

    def _choice(self, tree: ast.Compare, right_tree: ast.expr, left: Value, right: Value, equal: bool) -> Value:
        choice, word = (left, right) if left.kind == CHOICE else (right, left)
        if word.kind != _TEXT or not equal:
            return self.fail(
                self._at(right_tree),
                "a choice is only compared with one of its words",
                "选项只能与其取值比较",
                f'write == "{next(iter(choice.choices))}"',
                f'如 == "{next(iter(choice.choices))}"',
            )
        text = unicodedata.normalize("NFKC", word.source[1]).strip()
        if text not in choice.choices:
            remedy = nearest(text, choice.choices) or phrase("one of {}", ", ".join(choice.choices))
            return self.fail(
                self._at(right_tree), f"“{text}” is no choice", f"没有“{text}”这一取值", remedy, "可取：" + "、".join(choice.choices)
            )
        return Value(BOOL, make("eq", choice.node, const(choice.choices[text])))

    def _ifexp(self, tree: ast.IfExp) -> Value:
        return self._chosen(tree, tree.test, tree.body, tree.orelse)

    def _chosen(self, tree: ast.expr, test_tree: ast.expr, body: ast.expr, orelse: ast.expr) -> Value:
        test, one, other = self._of(test_tree), self._of(body), self._of(orelse)
        test = self._truth(test_tree, test, lambda v: v)
        if _POISON in (test.kind, one.kind, other.kind):
            return POISON
        if one.kind == other.kind == NUMBER:
            pair = self._same(tree, one, other, "beside")
            if pair is None:
                return POISON
            a, b, scale, den = pair
            return Value(NUMBER, make("select", test.node, a, b), one.dimensions or other.dimensions, scale, den)
        if other.kind == _NOTHING and one.kind in (DATE, YEAR, MONTH):
            return replace(one, valid=test.node if one.valid is None else make("and", test.node, one.valid), source=())
        one, other = _as_year(one, other), _as_year(other, one)
        if one.kind == other.kind and one.kind in (BOOL, DATE, YEAR, MONTH):
            valid = None
            if one.valid is not None or other.valid is not None:
                valid = make("select", test.node, one.valid or const(1), other.valid or const(1))
            return Value(one.kind, make("select", test.node, one.node, other.node), valid=valid)
        return self.fail(
            self._at(orelse),
            f"the two cases differ: {_kind(one)[0]}, {_kind(other)[0]}",
            f"两种情形不同类：{_kind(one)[1]}、{_kind(other)[1]}",
            "give both the same kind of value",
            "两种情形须是同类的量",
        )

    # ------------------------------------------------------------------------------------------------- functions
    def _call(self, tree: ast.Call) -> Value:
        if not isinstance(tree.func, ast.Name):
            return self.fail(
                self._at(tree),
                "calls something that is no function of the language",
                "调用了公式语言之外的函数",
                phrase("one of {}", ", ".join(FUNCTIONS)),
                "可用函数见说明",
            )
        word = unicodedata.normalize("NFKC", tree.func.id)
        name = _ALIASES.get(word) or _ALIASES.get(word.lower())
        if name is None and (word in LAST_YEARS or word in (*_YEARS_AGO, *_IN_YEAR)):
            return self._of_what(tree, word if word in LAST_YEARS else f"{word}(…)")
        if name is None and (sums := _SUMS.get(word.lower())):
            return self.fail(self._at(tree), f"there is no function {word}", f"没有函数“{word}”", f"write {sums}", f"请写 {sums}")
        if name is None:
            near = nearest(word, _ALIASES)
            return self.fail(
                self._at(tree),
                f"there is no function {word}",
                f"没有函数“{word}”",
                near or phrase("one of {}", ", ".join(f.strip("_") for f in FUNCTIONS)),
                f"是否应为“{near[len('did you mean ') : -1]}”？" if near else "可用：" + "、".join(f.strip("_") for f in FUNCTIONS),
            )
        given: dict[str, ast.expr] = {}
        names, least = _ARGUMENTS[name]
        for i, argument in enumerate(tree.args):
            if isinstance(argument, ast.Starred):
                return self.fail(self._at(argument), "holds a star", "含有“*参数”", "write each value out", "请逐个写出")
            given[names[i] if i < len(names) and not names[-1].endswith("*") else f"{names[-1].rstrip('*')}{i}"] = argument
        for keyword in tree.keywords:
            key = _KEYWORDS.get(str(keyword.arg), str(keyword.arg))
            if key not in names or key in given:
                return self.fail(
                    self._at(keyword.value),
                    f"{word} has no {key} to give",
                    f"“{word}”没有参数“{key}”",
                    f"{word}({', '.join(n.strip('_') for n in names)})",
                    f"写法：{word}({', '.join(n.strip('_') for n in names)})",
                )
            given[key] = keyword.value
        many = names[-1].endswith("*")
        if len(given) < least or (not many and len(given) > len(names)) or (not many and any(n not in given for n in names[:least])):
            shown = ", ".join(n.strip("_").replace("*", ", …") for n in names)
            return self.fail(
                self._at(tree), f"{word} takes other values", f"“{word}”的参数个数不对", f"{word}({shown})", f"写法：{word}({shown})"
            )
        reader: Callable[[ast.Call, dict[str, ast.expr]], Value] = getattr(self, f"_f_{name.strip('_')}")
        return reader(tree, given)

    def _f_min(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        return self._extreme(tree, given, "min")

    def _f_max(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        return self._extreme(tree, given, "max")

    def _extreme(self, tree: ast.Call, given: dict[str, ast.expr], op: str) -> Value:
        whole: Value | None = None
        for part in given.values():
            value = self._of(part)
            if value.kind == _POISON:
                whole = POISON
            elif whole is None:
                whole = value
            elif whole.kind == value.kind == NUMBER:
                pair = self._same(part, whole, value, "beside")
                if pair is None:
                    return POISON
                if op == "min":
                    for one, other, sorts in ((whole, value, ("number", "awards")), (value, whole, ("awards",))):  # a cap stands behind
                        if other.source[:1] == ("number",) and one.source and one.source[0] in sorts:
                            self.uses.capped |= {(path, other.source[1]): None for path in one.source[1:]}
                whole = Value(NUMBER, make(op, pair[0], pair[1]), whole.dimensions or value.dimensions, pair[2], pair[3])
            elif whole.kind == value.kind and value.kind in (DATE, YEAR, MONTH):
                whole = Value(value.kind, make(op, whole.node, value.node), valid=_valid(whole, value))
            elif whole.kind != _POISON:
                return self._not_a(part, value, _kind(whole)[0], _kind(whole)[1])
        return (
            replace(whole, source=())
            if whole is not None and whole.kind in (NUMBER, DATE, YEAR, MONTH)
            else POISON
            if whole is None or whole.kind == _POISON
            else self._not_a(tree, whole, "a number", "数")
        )

    def _f_floor(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        return self._rounded(tree, given, "floor_div")

    def _f_round(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        return self._rounded(tree, given, "half_up")

    def _f_ceil(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        value = self._of(given["x"])
        if value.kind != NUMBER:
            return self._not_a(given["x"], value, "a number", "数")
        divisor = const(value.scale) if value.den is None else make("mul", value.den, const(value.scale))
        below = make("floor_div", make("sub", const(0), value.node), divisor)
        return Value(NUMBER, make("sub", const(0), below), value.dimensions)

    def _rounded(self, tree: ast.Call, given: dict[str, ast.expr], op: str) -> Value:
        """To whole units (round of money: to the fen), or to multiples of the second value."""
        value = self._of(given["x"])
        if value.kind != NUMBER:
            return self._not_a(given["x"], value, "a number", "数")
        if "to" in given:
            step = self._of(given["to"])
            if step.kind != NUMBER:
                return self._not_a(given["to"], step, "a number", "数")
            pair = self._same(tree, value, step, "in steps of")
            if pair is None:
                return POISON
            a, b, _, den = pair
            if step.source[:1] == ("number",):
                self.uses.divisors[step.source[1]] = None
            whole = make("mul", make(op, a, b), step.node)
            return Value(NUMBER, whole, step.dimensions, step.scale, None if den is value.den else den)
        fine = 100 if op == "half_up" and value.dimensions == _CNY else 1
        numerator = value.node if fine == 1 else make("mul", value.node, const(fine))
        divisor = const(value.scale) if value.den is None else make("mul", value.den, const(value.scale))
        return Value(NUMBER, make(op, numerator, divisor), value.dimensions, fine)

    def _f_steps(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        value, step = self._of(given["x"]), self._of(given["of"])
        if value.kind != NUMBER or step.kind != NUMBER:
            return self._not_a(
                given["x"] if value.kind != NUMBER else given["of"], value if value.kind != NUMBER else step, "a number", "数"
            )
        if step.node.high <= 0 or (step.node.op == "const" and step.node.at[0] <= 0):
            return self.fail(
                self._at(given["of"]), "counts steps of nothing", "“每满”的步长须大于零", "write a step above 0", "请写大于零的步长"
            )
        pair = self._same(tree, value, step, "in steps of")
        if pair is None:
            return POISON
        if step.source[:1] == ("number",):
            self.uses.divisors[step.source[1]] = None
        a, b = pair[0], pair[1]  # the same divisor is in both
        return Value(NUMBER, make("max", const(0), make("floor_div", a, b)))

    def _f_tier(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        compared = given["x"]
        if not (isinstance(compared, ast.Compare) and len(compared.ops) == 1 and isinstance(compared.comparators[0], ast.Dict)):
            return self.fail(
                self._at(tree),
                "a tier does not say whether its number counts",
                "分档没有写明是否含本数",
                "write tier(x >= {a: b, c: d}) for 以上、达到, or tier(x > {…}) for 超过、突破",
                "以上、达到写 tier(x >= {a: b, c: d})，超过、突破写 tier(x > {…})",
            )
        op, cases = compared.ops[0], compared.comparators[0]
        if not isinstance(op, ast.Gt | ast.GtE):
            return self.fail(
                self._at(compared),
                "a tier is reached from below",
                "分档须自下而上",
                "write x >= {…} or x > {…}",
                "请写 x >= {…} 或 x > {…}",
            )
        value = self._of(compared.left)
        whole = self._of(given["otherwise"]) if "otherwise" in given else None
        rising: list[Threshold] = []
        awards: list[tuple[str, str]] = []
        for key, amount in zip(cases.keys, cases.values, strict=True):
            if key is None:
                return self.fail(self._at(cases), "holds two stars", "含有“**”", "write each tier out", "请逐档写出")
            least, due = self._of(key), self._of(amount)
            if _POISON in (value.kind, least.kind, due.kind) or (whole is not None and whole.kind == _POISON):
                whole = POISON
                continue
            if value.kind != NUMBER or least.kind != NUMBER or due.kind != NUMBER:
                wrong = next((t, v) for t, v in ((compared.left, value), (key, least), (amount, due)) if v.kind != NUMBER)
                return self._not_a(*wrong, "a number", "数")
            text = re.sub(r"_q(\d+)", lambda found: self._literals[int(found[1])], ast.get_source_segment(self._code, key) or "")
            rising += threshold(text, least)
            if fall_by_themselves(rising):
                return self.fail(
                    self._at(key), "the tiers do not rise", "各档门槛须逐档提高", "write them from the lowest", "请自低到高排列"
                )
            if due.source[:1] == ("number",) and due.dimensions in (_CNY, NONE) and value.dimensions not in (_YEARS, _MONTHS):
                awards.append((text, due.source[1]))
            reached = self._numbers(compared, value, ">" if isinstance(op, ast.Gt) else ">=", least)
            if reached.kind == _POISON:
                return POISON
            if whole is None:
                whole = replace(due, node=const(0), den=None, source=("literal",))
            pair = self._same(amount, due, whole, "beside")
            if pair is None:
                return POISON
            a, b, scale, den = pair
            whole = Value(NUMBER, make("select", reached.node, a, b), due.dimensions, scale, den)
        self.uses.rising[tuple(rising)] = None
        if whole is None:
            return self.fail(self._at(cases), "has no tier", "没有分档", "write {a: b, …}", "请写 {门槛: 金额, …}")
        if awards:
            self.uses.awards[tuple(awards)] = None
        return replace(whole, source=("awards", *(path for _, path in awards))) if awards and whole.dimensions == _CNY else whole

    def _f_if(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        return self._chosen(tree, given["condition"], given["then"], given["otherwise"])

    def _f_and(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        return self._joined("and", [(part, self._of(part)) for part in given.values()])

    def _f_or(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        return self._joined("or", [(part, self._of(part)) for part in given.values()])

    def _f_not(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        return self._truth(given["x"], self._of(given["x"]), lambda v: make("not", v))

    def _f_year(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        day = self._day(given["day"])
        return POISON if day is None else Value(YEAR, _year_of(day.node), valid=day.valid)

    def _f_month(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        day = self._day(given["day"])
        return POISON if day is None else Value(MONTH, _month_of(day.node), valid=day.valid)

    def _day(self, tree: ast.expr) -> Value | None:
        value = self._of(tree)
        if value.kind == DATE:
            return value
        self._not_a(tree, value, "a day", "日期")
        return None

    def _f_months_in(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        """Months of a year from one month on and before another."""
        year, first, last = (self._of(given[name]) for name in ("year", "from_", "to"))
        year = _as_year(year, Value(YEAR))
        if year.kind != YEAR:
            return self._not_a(given["year"], year, "a year", "年份")
        first, last = (replace(v, kind=MONTH, node=_month_of(v.node)) if v.kind == DATE else v for v in (first, last))
        for name, value in (("from_", first), ("to", last)):
            if value.kind != MONTH:
                return self._not_a(given[name], value, "a month", "月份", "use month(x), + months", "请用 month(日期)、+ 月数")
        opens = make("mul", year.node, const(12))
        months = make("sub", make("min", last.node, make("add", opens, const(12))), make("max", first.node, opens))
        months = make("min", make("max", const(0), months), const(12))
        valid = _valid(year, first, last)
        return Value(NUMBER, months if valid is None else make("select", valid, months, const(0)), _MONTHS)

    def _f_in_term(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        value = self._of(given["x"])
        return POISON if value.kind == _POISON else self._in_term(given["x"], value)

    def _f_earliest(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        return self._of_days(given, "min")

    def _f_latest(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        return self._of_days(given, "max")

    def _of_days(self, given: dict[str, ast.expr], op: str) -> Value:
        """The earliest or latest of those days that there are."""
        whole: Value | None = None
        for part in given.values():
            day = self._day(part)
            if day is None:
                whole = POISON
            elif whole is None or whole.kind == _POISON:
                whole = whole or day
            else:
                a, b = whole.valid or const(1), day.valid or const(1)
                node = make("select", a, make("select", b, make(op, whole.node, day.node), whole.node), day.node)
                whole = Value(DATE, node, valid=make("or", a, b))
        return whole or POISON

    def _f_known(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        value = self._of(given["x"])
        if value.kind not in (DATE, YEAR, MONTH):
            return self._not_a(given["x"], value, "a day or a year", "日期或年份")
        return Value(BOOL, value.valid or const(1))

    def _f_date(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        return self._calendar(
            tree, [p.value if isinstance(p, ast.Constant) else None for p in (given[n] for n in ("year", "month", "day"))]
        )

    def _calendar(self, tree: ast.AST, parts: list[Any]) -> Value:
        try:
            day = datetime.date(*parts)
        except (TypeError, ValueError):
            return self.fail(
                self._at(tree), "is no day of the calendar", "不是日历上的一天", "write date(2015, 1, 31)", "如 date(2015, 1, 31)"
            )
        return Value(DATE, const(day.year * 10_000 + day.month * 100 + day.day))

    def _f_end_of_year(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        return self._day_of_year(given, 1231)

    def _f_start_of_year(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        return self._day_of_year(given, 101)

    def _day_of_year(self, given: dict[str, ast.expr], day: int) -> Value:
        year = _as_year(self._of(given["year"]), Value(YEAR))
        if year.kind != YEAR:
            return self._not_a(given["year"], year, "a year", "年份")
        return Value(DATE, make("add", make("mul", year.node, const(10_000)), const(day)), valid=year.valid)

    def _f_years_after(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        day, by = self._day(given["day"]), self._of(given["years"])
        if day is None:
            return POISON
        if by.kind != NUMBER or by.scale != 1 or by.den is not None or by.dimensions not in (_YEARS, NONE):
            return self._not_a(given["years"], by, "a number of years", "年数")
        return replace(day, node=_years_on(day.node, by.node), source=())

    def _f_age(self, tree: ast.Call, given: dict[str, ast.expr]) -> Value:
        """Whole years from a day to the end of a year; 0 without the day."""
        day = self._day(given["day"])
        year = _as_year(self._of(given["year"]), Value(YEAR)) if "year" in given else Value(YEAR, nodes.leaf(nodes.YEAR, (), 1900, 2200))
        if day is None:
            return POISON
        if year.kind != YEAR:
            return self._not_a(given["year"], year, "a year", "年份")
        apart = make("max", const(0), make("sub", year.node, _year_of(day.node)))  # its anniversary is never after 31 December
        valid = _valid(day, year)
        return Value(NUMBER, apart if valid is None else make("select", valid, apart, const(0)), _YEARS)


_ARGUMENTS: Mapping[str, tuple[tuple[str, ...], int]] = {
    "min": (("x*",), 2),
    "max": (("x*",), 2),
    "floor": (("x", "to"), 1),
    "ceil": (("x",), 1),
    "round": (("x", "to"), 1),
    "steps": (("x", "of"), 2),
    "tier": (("x", "otherwise"), 1),
    "if_": (("condition", "then", "otherwise"), 3),
    "and_": (("x*",), 1),
    "or_": (("x*",), 1),
    "not_": (("x",), 1),
    "year": (("day",), 1),
    "month": (("day",), 1),
    "months_in": (("year", "from_", "to"), 3),
    "in_term": (("x",), 1),
    "earliest": (("x*",), 1),
    "latest": (("x*",), 1),
    "known": (("x",), 1),
    "date": (("year", "month", "day"), 3),
    "end_of_year": (("year",), 1),
    "start_of_year": (("year",), 1),
    "years_after": (("day", "years"), 2),
    "age": (("day", "year"), 1),
}
_KEYWORDS = {"自": "from_", "起": "from_", "至": "to", "止": "to", "每": "of", "否则": "otherwise", "年": "year"}


def threshold(text: str, least: Value) -> list[Threshold]:
    """Where a tier begins; nothing where that is not made of numbers alone."""
    if least.den is not None or any(leaf.op != nodes.NUMBER for leaf in nodes.leaves(least.node).values()):
        return []
    return [Threshold(text, least.node, least.scale, least.source[1] if least.source[:1] == ("number",) else "")]


def fall_by_themselves(thresholds: Sequence[Threshold]) -> bool:
    """Whether the last two are plain numbers that do not rise, whatever is set."""
    last = thresholds[-2:]
    return len(last) == 2 and all(one.node.op == "const" for one in last) and last[0].at([]) >= last[1].at([])


def years_ago(owner: ast.expr) -> int | None:
    """Of how many years ago `owner.x` is; 0 where that is not said in figures; None where it is something else."""
    if isinstance(owner, ast.Name):
        return LAST_YEARS.get(unicodedata.normalize("NFKC", owner.id))
    if not (isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id in _YEARS_AGO):
        return None
    ago = owner.args[0].value if len(owner.args) == 1 and isinstance(owner.args[0], ast.Constant) else 0
    return ago if type(ago) is int else 0


def fixed_year(owner: ast.expr, literals: Sequence[str]) -> int | None:
    """The calendar year of `in_year(2015).x` or `2015年.x`; 0 where that is not said in figures; None where it is something else."""
    said, called = owner, isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id in _IN_YEAR
    if called:
        assert isinstance(owner, ast.Call)
        said = owner.args[0] if len(owner.args) == 1 else owner
    if called and isinstance(said, ast.Constant) and type(said.value) is int:
        return said.value
    place = re.fullmatch(r"_q(\d+)", said.id) if isinstance(said, ast.Name) else None
    written = literals[int(place[1])] if place and int(place[1]) < len(literals) else ""
    year = re.fullmatch(r"(\d{4})\s*年", written)
    return int(year[1]) if year else 0 if called else None


def _after_operand(before: str) -> bool:
    """Whether what stands before ends with a value: what follows joins it to another."""
    operand = re.search(r"(\w+)$", before)
    return before[-1:] in (")", "]", "}", "'", '"') or (operand is not None and operand[0] not in ("and", "or", "not", "if", "else", "in"))


def _of_a_year(dimensions: Dimensions) -> Dimensions:
    """What a year's money is measured in: CNY/year is an amount of the year like any other."""
    return _CNY if dimensions == (("CNY", 1), ("year", -1)) else dimensions


def _counted_in(value: Value, beside: Value) -> Value:
    """A bare figure beside a number of years or months counts them."""
    bare = value.source == ("literal",) and not value.dimensions and value.scale == 1
    return replace(value, dimensions=beside.dimensions) if bare and beside.dimensions in (_YEARS, _MONTHS) else value


def _signed(sign: str, a: Node, b: Node) -> Node:
    if sign == "<":
        return make("lt", a, b)
    if sign == "<=":
        return make("le", a, b)
    if sign == ">":
        return make("lt", b, a)
    if sign == ">=":
        return make("le", b, a)
    return make("eq", a, b)


def _valid(*values: Value) -> Node | None:
    """Whether all days and years there are; None: always."""
    found = [v.valid for v in values if v.valid is not None]
    return nodes.both(*found) if found else None


def _as_year(value: Value, beside: Value) -> Value:
    """A bare figure beside a year is a year."""
    if beside.kind == YEAR and value.source == ("literal",) and value.scale == 1:
        return Value(YEAR, value.node)
    return value


def _year_of(day: Node) -> Node:
    return make("floor_div", day, const(10_000))


def _month_of(day: Node) -> Node:
    month = make("mod", make("floor_div", day, const(100)), const(100))
    return make("sub", make("add", make("mul", _year_of(day), const(12)), month), const(1))


def _years_on(day: Node, years: Node) -> Node:
    """The same day some years later; 29 February goes to 28 February where that year has none."""
    moved = make("add", day, make("mul", years, const(10_000)))
    year = make("add", _year_of(day), years)
    leap = make(
        "and",
        make("eq", make("mod", year, const(4)), const(0)),
        make("or", make("not", make("eq", make("mod", year, const(100)), const(0))), make("eq", make("mod", year, const(400)), const(0))),
    )
    leap_day = make("and", make("eq", make("mod", day, const(10_000)), const(229)), make("not", leap))
    return make("sub", moved, leap_day)


def _kind(value: Value) -> tuple[str, str]:
    if value.kind == NUMBER:
        return described(value.dimensions), described_zh(value.dimensions)
    return {
        BOOL: ("a condition", "条件"),
        DATE: ("a day", "日期"),
        YEAR: ("a year", "年份"),
        MONTH: ("a month", "月份"),
        CHOICE: ("a choice", "选项"),
        _TEXT: ("a text", "文字"),
        _NOTHING: ("nothing", "“无”"),
        _TERM: ("the term", "政策期"),
    }.get(value.kind, ("wrong", "有误"))


def _depth(tree: ast.AST) -> int:
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    return deepest


_COMPARED = re.compile("大于|小于|等于|超过|高于|低于|达到|以上|以下")
_SUMS = {**dict.fromkeys(("sum", "合计", "求和"), "a + b"), **dict.fromkeys(("avg", "average", "mean", "平均"), "(a + b) / 2")}
_SLIPS = (  # what people write that is no part of the language, and what stands for it
    (r"&&|\|\|", "write and, or", "请写 and、or（且、或）"),
    (r"\d{4}年\w", "write 2015年.x: a point before the fact", "年份和数据名之间加点：2015年.销售额"),
    (r"否则|(?<!\w)若|则(?!\w)", "write if(condition, a, b), or a if condition else b", "请写 如果(条件, 甲, 乙)，或 甲 if 条件 else 乙"),
    (r"[；;]", "write , between values", "各项之间用逗号"),
    (r"[【】〔〕]", "write ( and )", "括号请用 ( )"),
)


def _syntax(error: BaseException, code: str) -> tuple[str, str, str, str]:
    if not code.strip():
        return "is empty", "为空", "write a formula", "请写公式"
    for sign, en, zh in _SLIPS:
        if re.search(sign, code):
            return "cannot be read from here on", "自此处起无法读取", en, zh
    if re.search(r"(?<![=<>!])=(?!=)", code) and isinstance(error, SyntaxError):
        return (
            "cannot be read: one = gives a value, it compares nothing",
            "无法读取：单个“=”不是比较",
            "write == to compare",
            "比较相等请写 ==",
        )
    if code.count("(") != code.count(")"):
        return "has brackets that do not match", "括号不配对", "count ( and )", "请核对括号"
    if isinstance(error, RecursionError | MemoryError):
        return "is nested too deep", "嵌套过深", "give parts of it names under let", "用 let 命名拆开"
    return "cannot be read from here on", "自此处起无法读取", "check signs, brackets and names", "请核对符号、括号和名称"


def caret(text: str, at: int) -> str:
    """The formula on one line and a caret under a character, for a screen with characters of two widths."""
    line = " ".join(text.split("\n"))
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line[:at])
    return f"    {line}\n    {' ' * wide}^"


__all__ = [
    "BOOL",
    "CHOICE",
    "DATE",
    "FUNCTIONS",
    "LAST_YEARS",
    "MONTH",
    "NUMBER",
    "PAID_FIELDS",
    "PAID_WORDS",
    "POISON",
    "YEAR",
    "Edge",
    "Fault",
    "Formula",
    "Scope",
    "Unit",
    "Uses",
    "Value",
    "caret",
    "fixed_year",
    "years_ago",
]
