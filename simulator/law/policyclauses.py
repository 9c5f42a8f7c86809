"""The clauses of a policy's file and what holds for all of them: formulas, tiers, parts, places, links, settlement."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulator import yamlfile
from simulator.errors import nearest
from simulator.law.language import nodes
from simulator.law.language.formula import (
    BOOL,
    FUNCTIONS,
    NUMBER,
    POISON,
    Formula,
    Threshold,
    Uses,
    Value,
    fall_by_themselves,
    threshold,
)
from simulator.law.language.nodes import Node, const, leaf, make
from simulator.law.language.units import Unit, parse_quantity, parse_unit
from simulator.law.legality import read_concerns
from simulator.law.policy import (
    HISTORY_FIELDS,
    KINDS,
    Cap,
    Clause,
    Condition,
    Definition,
    Exclusive,
    FirstN,
    Pot,
    Settlement,
)
from simulator.law.policyreader import CNY, COUNT, IN_YUAN, SHARE, Reader, Said, Scope, article_of, can_name
from simulator.money import LARGEST
from simulator.phrases import phrase

_SIGNED = re.compile(r"\s*(>=|>|≥)\s*(.+)")  # a step of tiers with an edge of its own
FOLLOW = ("each_highest", "each", "top_up", "first_only", "step_up")  # how tiers follow one another
VACANT = ("passes_on", "stays")  # what becomes of the place of one whom a link leaves nothing
EVENT = ("state", "crossing")  # a tier counts while above it, or in the year of rising above it
MOST_TIERS = 6
_NUMERALS = {
    word: number for number, words in enumerate(("", "一", "二两", "三", "四", "五", "六", "七", "八", "九", "十")) for word in words
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


def lets_of(reader: Reader, path: str, given: Any, scope: Scope) -> dict[str, tuple[str, Any, Said]]:
    """Definitions by name: where each is written, its formula, and its names in English and Chinese."""
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
        if not can_name(word) or word in FUNCTIONS:
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


def resolve(scope: Scope, word: str) -> Definition:
    """A definition worked out, whether or not something uses it."""
    if word not in scope.found:
        scope._let(word, 0, Formula(word, scope))
    return scope.found[word]


def clause_unit(reader: Reader, slug: str, given: Mapping[str, Any]) -> Unit:
    """What a clause pays in: CNY, or the unit of what it gives in kind."""
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
    if unit is None or unit.dimensions == IN_YUAN:
        reader.wrong(
            f"{path}.unit",
            (phrase("is {}", yamlfile.shown(given.get("unit"))), f"写的是{yamlfile.shown(given.get('unit'))}"),
            ("what is given in kind: places, 套, hours …", "实物的计量单位：个、套、小时 等"),
        )
        return COUNT
    return unit


def _condition(reader: Reader, path: str, name: str, given: Any, scope: Scope, said: Said = ("", "")) -> Condition | None:
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


def clause_of(
    reader: Reader, slug: str, k: int, given: Mapping[str, Any], unit: Unit, shared: Scope, above: dict[str, int], units: dict[int, Unit]
) -> Clause:
    """The k-th clause. above: places of the clauses before it by name; units: what each of them pays in."""
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
    scope = Scope(reader, slug, k, {}, shared, above, units, marked)
    scope.lets = lets_of(reader, f"{path}.let", given.get("let"), scope)
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
        dimensions = [unit.dimensions] if unit.dimensions != IN_YUAN else [IN_YUAN, (("CNY", 1), ("year", -1))]
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
        resolve(scope, word)
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


def _amount(reader: Reader, path: str, value: Value, uses: Uses, text: str, unit: Unit) -> Condition | None:
    """An amount in fen, or in whole units in kind, rounded half up, never below 0."""
    fine = 100 if unit.dimensions == IN_YUAN else 1
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


def _when_paid(reader: Reader, path: str, given: Mapping[str, Any], scope: Scope, k: int) -> list[Condition]:
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


def _parts(reader: Reader, path: str, given: Any) -> tuple[int, ...]:
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


def _first(reader: Reader, path: str, given: Any, scope: Scope) -> FirstN | None:
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


def _tiers(reader: Reader, path: str, given: Any, scope: Scope, k: int) -> tuple[list[Condition], Condition, Node] | None:
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
    uses, reached, awards, thresholds, given_awards = Uses(), list[Node](), list[Node](), list[Threshold](), list[tuple[str, str]]()
    uses.add(event_uses)
    for key, award in steps.items():
        own_edge = _SIGNED.match(str(key))
        sign, least = ({"≥": ">="}.get(own_edge[1], own_edge[1]), own_edge[2]) if own_edge else (usual, key)
        now, used, _ = reader.formula(f"{where}.of", f"({of}) {sign} ({least})", scope, BOOL)
        value, more, _ = reader.formula(f"{where}.steps.{key}", str(award), scope, NUMBER, [IN_YUAN])
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
        thresholds += threshold(str(least), reader.formula(f"{where}.of", str(least), scope, NUMBER)[0])
        if fall_by_themselves(thresholds):
            reader.wrong(
                f"{where}.steps.{key}", ("the tiers do not rise", "各档门槛须逐档提高"), ("write them from the lowest", "请自低到高排列")
            )
        reached.append(holds)
        awards.append(make("half_up", make("mul", value.node, const(100)), const(value.scale)))
    uses.rising[tuple(thresholds)] = None
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


def _code(reader: Reader, path: str, given: Any, words: tuple[str, ...], scope: Scope) -> tuple[Value, Uses]:
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


def settlement_of(reader: Reader, data: Mapping[str, Any], shared: Scope, slugs: list[str], units: dict[int, Unit]) -> Settlement:
    """What holds for all clauses."""
    given = reader.mapping("settlement", data.get("settlement"))
    reader.keys("settlement", given, ("let", "conduct", "clawback", "existing_support"))
    scope = Scope(reader, "", -1, {}, shared, {slug: k for k, slug in enumerate(slugs)}, units)
    scope.lets = lets_of(reader, "settlement.let", given.get("let"), scope)
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
        value, uses, text = reader.formula(f"{path}.most", block.get("most"), scope, NUMBER, [IN_YUAN])
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
                caps.append(Cap(of, replace(most, zh=zh, en=en, article=article_of(reader, block, uses.numbers)), per == "lifetime"))
    pots = []
    for name, block in reader.mapping("pots", data.get("pots")).items():
        path = f"pots.{name}"
        block = reader.mapping(path, block)
        reader.keys(path, block, ("of", "amount", "share", "zh", "en", "article"))
        of = _named(reader, f"{path}.of", block.get("of"), slugs, units)
        amount = str(block.get("amount"))
        full = f"numbers.{amount}"
        if full not in reader.numbers or reader.units[full].dimensions != IN_YUAN:
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
                    article_of(reader, block, [full]),
                    of,
                    full,
                    str(share),
                )
            )
    return Settlement(
        tuple(c for c in conduct if c is not None), clawback, weighs == "higher_of", tuple(exclusive), tuple(caps), tuple(pots)
    )


def _named(reader: Reader, path: str, given: Any, slugs: list[str], units: dict[int, Unit]) -> tuple[int, ...]:
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
        elif units[slugs.index(slug)].dimensions != IN_YUAN:
            reader.wrong(
                path, (f"{slug} is in kind: it cannot be added to money", f"“{slug}”为实物，不能与金额相加"), ("leave it out", "请去掉")
            )
        else:
            found.append(slugs.index(slug))
    return tuple(found)
