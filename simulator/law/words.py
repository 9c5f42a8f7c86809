"""A formula read back in words: names by what they are called, edges as the text of a policy says them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simulator import facts
from simulator.law.language.formula import PAID_FIELDS, PAID_WORDS, Formula, fixed_year, years_ago
from simulator.law.language.units import parse_quantity
from simulator.law.terms import Law

_ZH = {"Add": "＋", "Sub": "－", "Mult": "×", "Div": "÷"}
_EN = {"Add": "+", "Sub": "−", "Mult": "×", "Div": "÷"}
_EDGES = {
    "GtE": ("达到", "is at least"),
    "Gt": ("超过", "is above"),
    "LtE": ("不超过", "is at most"),
    "Lt": ("低于", "is below"),
    "Eq": ("为", "is"),
    "NotEq": ("不为", "is not"),
    "Is": ("为", "is"),
    "IsNot": ("不为", "is not"),
}
_WHEN = {
    "GtE": ("不早于", "is not before"),
    "Gt": ("晚于", "is after"),
    "LtE": ("不晚于", "is not after"),
    "Lt": ("早于", "is before"),
}
_TURNED: Mapping[type, type] = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
PAID = {
    "total": ("累计已得", "all it was paid before"),
    "years": ("已享受年数", "years it was paid in"),
    "first_year": ("首次享受年度", "first year it was paid"),
    "last_year": ("最近享受年度", "last year it was paid"),
    "last": ("最近一次金额", "what it was paid last"),
    "due": ("当年应得额", "what is due"),
}
_KINDS = {"numbers": "numbers", "数值": "numbers", "facts": "facts", "数据": "facts"}


class Words:
    """Formulas of one clause ("" for the shared ones) in a language, with numbers as they stand in a year."""

    def __init__(self, law: Law, clause: str, lang: str):
        self.law, self.clause, self.zh = law, clause, lang == "zh"
        self.labels: dict[str, str] = {}
        side = 1 if self.zh else 0
        english = {name: name.replace("_", " ") for name in facts.KINDS}
        for name, (_, header) in facts.KINDS.items():
            self.labels[name] = self.labels[header] = header if self.zh else english[name]
        for fact in law.policy.facts:
            self.labels[fact.name] = self.labels[fact.zh] = fact.zh if self.zh else fact.en
        self.labels |= {f"facts.{name}": label for name, label in self.labels.items()}
        for name, switch in law.policy.readings.items():
            self.labels[name] = self.labels[switch.zh] = f"“{switch.zh if self.zh else switch.en}”"
        for path, number in law.numbers.items():
            block, _, name = path.partition(".")
            if block in ("numbers", clause):
                said = " / ".join(dict.fromkeys(number.shown(year, ("en", "zh")[side]).lstrip("≥> ") for year in number.values))
                label = f"{number.zh}（{said}）" if self.zh else f"{number.en} ({said})"
                for word in (name, number.zh, f"numbers.{name}", f"numbers.{number.zh}"):
                    self.labels[word] = label
        own = next((c.lets for c in law.policy.clauses if c.slug == clause), ())
        self.labels |= {word: one.zh if self.zh else one.en for one in (*law.policy.lets, *own) for word in (one.name, one.zh)}
        self.labels |= {
            "year": "当年" if self.zh else "the year",
            "本年": "当年",
            "term_start": "政策开始日" if self.zh else "the first day of the term",
            "term_end": "政策结束日" if self.zh else "the last day of the term",
            "true": "是" if self.zh else "yes",
            "false": "否" if self.zh else "no",
            "term": "政策期内" if self.zh else "the term",
        }

    def of(self, text: str) -> str:
        """A formula in words; as it stands where it cannot be read."""
        formula = Formula(str(text), _Nothing())
        formula._literals = []
        code, _ = formula._prepared()
        self._written = formula._literals
        try:
            return self._say(ast.parse(code, mode="eval").body)
        except (SyntaxError, ValueError, RecursionError):
            return str(text)

    def _say(self, tree: ast.AST, inner: bool = False) -> str:
        say: Callable[[Any, bool], str] | None = getattr(self, f"_{type(tree).__name__.lower()}", None)
        return say(tree, inner) if say else ast.unparse(tree)

    def _name(self, tree: ast.Name, _: bool) -> str:
        if tree.id.startswith("_q") and tree.id[2:].isdigit():
            return self._quantity(self._written[int(tree.id[2:])])
        return self.labels.get(tree.id, tree.id)

    def _quantity(self, text: str) -> str:
        """A number with its unit as written; in English its unit in English."""
        read = parse_quantity(text)
        if self.zh or text.isascii() or isinstance(read, str) or read[1].is_share:
            return text
        value, unit = read
        return f"{value.normalize():,f} {unit.name.removesuffix('s') if value == 1 else unit.name}"

    def _constant(self, tree: ast.Constant, _: bool) -> str:
        value = tree.value
        return "无" if value is None and self.zh else str(value)

    def _attribute(self, tree: ast.Attribute, _: bool) -> str:
        owner, name = tree.value, tree.attr
        if (ago := years_ago(owner)) is not None:
            label = self.labels.get(name, name)
            return of_years_ago(label, label, ago)[0 if self.zh else 1]
        if (year := fixed_year(owner, self._written)) is not None:
            label = self.labels.get(name, name)
            return f"{year}年{label}" if self.zh else f"{label} of {year}"
        name = PAID_FIELDS.get(name, name)
        if isinstance(owner, ast.Name) and owner.id in PAID_WORDS:
            return PAID.get(name, (name, name))[0 if self.zh else 1]
        if isinstance(owner, ast.Name) and (kind := _KINDS.get(owner.id)):
            return self.labels.get(f"{kind}.{tree.attr}", tree.attr)
        if isinstance(owner, ast.Attribute):
            slug = ast.unparse(owner.value)
            said = PAID.get(name, (name, name))
            return f"“{self._clause(slug)}”{said[0]}" if self.zh else f"{said[1]} under “{self._clause(slug)}”"
        slug = ast.unparse(owner)
        return f"“{self._clause(slug)}”当年应得额" if self.zh else f"what is due under “{self._clause(slug)}”"

    def _clause(self, slug: str) -> str:
        block = self.law.blocks.get(slug)
        return (block.zh if self.zh else block.en) if block else slug

    def _boolop(self, tree: ast.BoolOp, inner: bool) -> str:
        word = {"And": ("，且", " and "), "Or": ("，或", " or ")}[type(tree.op).__name__][0 if self.zh else 1]
        said = word.join(self._say(part, True) for part in tree.values)
        return self._in(said, inner)

    def _in(self, said: str, inner: bool) -> str:
        return (f"（{said}）" if self.zh else f"({said})") if inner else said

    def _unaryop(self, tree: ast.UnaryOp, _: bool) -> str:
        said = self._say(tree.operand, True)
        if isinstance(tree.op, ast.Not):
            return f"并非{said}" if self.zh else f"not {said}"
        return f"－{said}" if isinstance(tree.op, ast.USub) else said

    def _compare(self, tree: ast.Compare, _: bool) -> str:
        terms, ops = (tree.left, *tree.comparators), tree.ops
        if len(ops) == 2 and type(ops[0]) in _TURNED:  # 0 < x <= cap: x is above 0 and at most cap
            return self._compared(terms[1], (_TURNED[type(ops[0])](), ops[1]), (terms[0], terms[2]))
        pairs = [self._compared(terms[i], (op,), (terms[i + 1],)) for i, op in enumerate(ops)]
        return ("，且" if self.zh else " and ").join(pairs)

    def _compared(self, of: ast.expr, ops: Sequence[ast.cmpop], others: Sequence[ast.expr]) -> str:
        """What a formula is, against others."""
        left, parts = self._say(of, True), []
        for op, right in zip(ops, others, strict=True):
            kind = type(op).__name__
            if kind in ("In", "NotIn"):
                said = (
                    self._say(right, True)
                    if not isinstance(right, ast.Tuple | ast.List | ast.Set)
                    else "、".join(self._say(e) for e in right.elts)
                )
                parts.append(
                    (f"不在{said}" if kind == "NotIn" else f"在{said}")
                    if self.zh
                    else (f" is not in {said}" if kind == "NotIn" else f" is in {said}")
                )
            else:
                timed = any(map(_is_time, (of, *others)))
                word = (_WHEN if timed else {}).get(kind, _EDGES[kind])[0 if self.zh else 1]
                said = self._meaning(of, right)
                parts.append(f"{word}{said}" if self.zh else f" {word} {said}")
        return f"{left}{('，且' if self.zh else ' and').join(parts)}"

    def _meaning(self, left: ast.AST, right: ast.AST) -> str:
        """The right side of a comparison; the word of a reading or choice as it is called."""
        if isinstance(right, ast.Constant) and isinstance(right.value, str) and isinstance(left, ast.Name):
            for name, switch in self.law.policy.readings.items():
                if left.id in (name, switch.zh) and right.value in switch.meanings:
                    return f"“{switch.meanings[right.value][0 if self.zh else 1]}”"
            return self._choice(left.id, right.value)
        if isinstance(right, ast.Name) and right.id in ("none", "无"):
            return "无" if self.zh else "none"
        return self._say(right, True)

    def _choice(self, fact: str, word: str) -> str:
        """A choice of a fact, in the language."""
        own = {name: f.choices for f in self.law.policy.facts for name in (f.name, f.zh)}
        choices = {"headquarters": facts.HEADQUARTERS, facts.KINDS["headquarters"][1]: facts.HEADQUARTERS, **own}.get(fact, {})
        same = [other for other, code in choices.items() if code == choices.get(word)]
        return next((other for other in same if other.isascii() is not self.zh), word)

    def _ifexp(self, tree: ast.IfExp, inner: bool) -> str:
        test, body, other = self._say(tree.test), self._say(tree.body), self._say(tree.orelse)
        said = (
            f"若{test}，为{body}；否则{'' if isinstance(tree.orelse, ast.IfExp) else '为'}{other}"
            if self.zh
            else f"if {test}: {body}; else {other}"
        )
        return self._in(said, inner)

    def _binop(self, tree: ast.BinOp, inner: bool) -> str:
        sign = (_ZH if self.zh else _EN).get(type(tree.op).__name__, "?")
        tight = isinstance(tree.op, ast.Mult | ast.Div)
        said = f"{self._operand(tree.left, tight)} {sign} {self._operand(tree.right, tight or isinstance(tree.op, ast.Sub))}"
        return self._in(said, inner and not tight)

    def _operand(self, tree: ast.AST, tight: bool) -> str:
        if isinstance(tree, ast.Call):
            return f"（{self._say(tree)}）" if self.zh else f"({self._say(tree)})"
        product = isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Mult | ast.Div)
        return self._say(tree, tight and not product)

    def _call(self, tree: ast.Call, _: bool) -> str:
        from simulator.law.language.formula import _ALIASES

        name = _ALIASES.get(ast.unparse(tree.func), ast.unparse(tree.func))
        if name == "tier" and tree.args and isinstance(tree.args[0], ast.Compare) and isinstance(tree.args[0].comparators[0], ast.Dict):
            return self._tier(tree.args[0], tree)
        given = [self._say(a) for a in tree.args] + [self._say(k.value) for k in tree.keywords]
        return _CALLS[self.zh].get(name, lambda a: f"{name}({', '.join(a)})")(given)

    def _tier(self, compared: ast.Compare, call: ast.Call) -> str:
        cases, word = compared.comparators[0], _EDGES[type(compared.ops[0]).__name__][0 if self.zh else 1]
        assert isinstance(cases, ast.Dict)
        pairs = [(self._say(k) if k else "", self._say(v)) for k, v in zip(cases.keys, cases.values, strict=True)]
        left = self._say(compared.left, True)
        rest = [self._say(a) for a in call.args[1:]] + [self._say(k.value) for k in call.keywords]
        if self.zh:
            return f"按{left}分档（" + "；".join(f"{word}{k}为{v}" for k, v in pairs) + f"；其余为{rest[0] if rest else '零'}）"
        return f"by {left} (" + "; ".join(f"{word} {k}: {v}" for k, v in pairs) + f"; else {rest[0] if rest else 'nothing'})"


def of_years_ago(zh: str, en: str, ago: int) -> tuple[str, str]:
    """What a fact of so many years ago is called."""
    said = {1: ("上年", "last year's {}"), 2: ("前年", "{} of the year before last")}.get(
        ago, (f"{ago}年前", f"{{}} of {ago} years before")
    )
    return f"{said[0]}{zh}", said[1].format(en)


def _is_time(tree: ast.AST) -> bool:
    """Whether a side of a comparison is a year or a day."""
    if isinstance(tree, ast.BinOp):
        return _is_time(tree.left)
    if isinstance(tree, ast.Call):
        return ast.unparse(tree.func) in (
            "year",
            "month",
            "date",
            "end_of_year",
            "start_of_year",
            "years_after",
            "年份",
            "月份",
            "日期",
            "年末",
            "年初",
            "满年",
        )
    name = tree.id if isinstance(tree, ast.Name) else tree.attr if isinstance(tree, ast.Attribute) else ""
    days = {word for n, (kind, header) in facts.KINDS.items() if kind == "day" for word in (n, header)}
    return name in days | {"year", "本年", "年度", "term_start", "term_end", "first_year", "last_year"}


class _Nothing:
    """No names: only the signs of a formula are read."""

    def known(self) -> list[str]:
        return []

    def name(self, *_: Any) -> None: ...

    def fact(self, *_: Any) -> None: ...

    def paid(self, *_: Any) -> None: ...


_Call = Callable[[list[str]], str]
_CALLS: Mapping[bool, Mapping[str, _Call]] = {
    True: {
        "min": lambda a: f"{'、'.join(a)}中较小者",
        "max": lambda a: f"{'、'.join(a)}中较大者",
        "floor": lambda a: f"（{a[0]}）舍去零头",
        "ceil": lambda a: f"（{a[0]}）进为整数",
        "round": lambda a: f"（{a[0]}）四舍五入",
        "steps": lambda a: f"（{a[0]}）每满{a[1]}的次数",
        "if_": lambda a: f"（若{a[0]}，为{a[1]}；否则为{a[2]}）",
        "and_": lambda a: "（" + "，且".join(a) + "）",
        "or_": lambda a: "（" + "，或".join(a) + "）",
        "not_": lambda a: f"并非（{a[0]}）",
        "year": lambda a: f"{a[0]}所在年度",
        "month": lambda a: f"{a[0]}所在月份",
        "months_in": lambda a: f"{a[0]}中自{a[1]}起至{a[2]}前的月数",
        "in_term": lambda a: f"{a[0]}在政策期内",
        "earliest": lambda a: f"{'、'.join(a)}中最早者",
        "latest": lambda a: f"{'、'.join(a)}中最晚者",
        "known": lambda a: f"有{a[0]}",
        "date": "-".join,
        "end_of_year": lambda a: f"{a[0]}末",
        "start_of_year": lambda a: f"{a[0]}初",
        "years_after": lambda a: f"{a[0]}满{a[1]}之日",
        "age": lambda a: f"自{a[0]}至年末满几年",
    },
    False: {
        "min": lambda a: f"the smaller of {', '.join(a)}",
        "max": lambda a: f"the larger of {', '.join(a)}",
        "floor": lambda a: f"({a[0]}) rounded down",
        "ceil": lambda a: f"({a[0]}) rounded up",
        "round": lambda a: f"({a[0]}) rounded",
        "steps": lambda a: f"the number of full {a[1]} in ({a[0]})",
        "if_": lambda a: f"(if {a[0]}: {a[1]}; else {a[2]})",
        "and_": lambda a: "(" + " and ".join(a) + ")",
        "or_": lambda a: "(" + " or ".join(a) + ")",
        "not_": lambda a: f"not ({a[0]})",
        "year": lambda a: f"the year of {a[0]}",
        "month": lambda a: f"the month of {a[0]}",
        "months_in": lambda a: f"months of {a[0]} from {a[1]} and before {a[2]}",
        "in_term": lambda a: f"{a[0]} lies in the term",
        "earliest": lambda a: f"the earliest of {', '.join(a)}",
        "latest": lambda a: f"the latest of {', '.join(a)}",
        "known": lambda a: f"there is {a[0]}",
        "date": "-".join,
        "end_of_year": lambda a: f"the end of {a[0]}",
        "start_of_year": lambda a: f"the start of {a[0]}",
        "years_after": lambda a: f"{a[1]} after {a[0]}",
        "age": lambda a: f"whole years from {a[0]} to the year's end",
    },
}
