"""Units of a column: what its header, its group heading, the sheet's title or the user declares, as a factor.

Amounts are CNY unless 千元, 万元 or 亿元 is declared. Nearer declarations count (a cell's own suffix, then the header, then
the title), but two that contradict each other stop the import and ask; `--unit column=万元` answers and overrules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import prod

from simulator.errors import PopulationError, Problem, nearest
from simulator.law.language.units import parse_unit
from simulator.phrases import phrase
from simulator.population.column import Column, Table, plain, squeezed
from simulator.population.raw import RawTable
from simulator.population.schema import contract, table_named

MONEY = {
    "元": 1, "人民币元": 1, "cny": 1, "rmb": 1, "yuan": 1,
    "千元": 1_000, "人民币千元": 1_000,
    "万元": 10_000, "人民币万元": 10_000, "万": 10_000, "wan": 10_000, "10kcny": 10_000, "10,000cny": 10_000,
    "百万元": 1_000_000, "百万": 1_000_000, "millioncny": 1_000_000,
    "亿元": 100_000_000, "人民币亿元": 100_000_000, "亿": 100_000_000,
}  # fmt: skip
ANSWERS = ("元", "千元", "万元", "亿元")
OTHERS: dict[str, dict[str, int | Decimal]] = {  # by kind: unit words, without dots, slashes and blanks → factor
    "area": {"m2": 1, "m²": 1, "平方米": 1, "平米": 1},
    "rent": dict.fromkeys(
        "元m2月 元平方米月 元平米月 元月m2 元月平方米 cnyperm2andmonth 元每平方米每月 元m2每月 元m²月 元月m² 元m²每月".split(), 1
    ),
    "share": {"%": Decimal("0.01"), "百分比": Decimal("0.01"), "0…1": 1, "0-1": 1, "01": 1, "比例": 1, "小数": 1},
    "count": dict.fromkeys(("人", "个", "户", "家", "名", "人次"), 1),
}
OLD = str.maketrans("萬億仟佰拾圆圓’單額數為幣", "万亿千百十元元'单额数为币", '“”"「」')  # as cheques have it; and without quotation marks
_TIMES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_ENGLISH = {
    "tenthousand": 10_000, "hundredthousand": 100_000, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "10k": 10_000,
    "10,000": 10_000, "10000": 10_000, "'0000": 10_000, "1,000": 1_000, "1000": 1_000, "'000": 1_000, "wan": 10_000,
}  # fmt: skip
_OURS, _LARGE = "rmb|cny|yuan|renminbi", "|".join(_ENGLISH)
_ZH_UNIT = r"(?:人民币|rmb|cny|¥)?(?:1[0,]*|一)?[十百千万亿]*元|(?:人民币|rmb|cny)?[十百千]?[万亿](?!元)(?:rmb|cny)?|百万"
_EN_UNIT = rf"(?:{_OURS})?(?:{_LARGE})s?(?:of)?(?:{_OURS})+|(?:{_OURS})(?:in)?(?:{_LARGE})s?|wan|{_OURS}"
_FOREIGN = r"[十百千万亿]*(?:美元|美金|港元|港币|欧元|日元|英镑)|usd|us\$|hkd|eur"  # of amounts, and not known
_WORD = f"{_FOREIGN}|{_ZH_UNIT}|{_EN_UNIT}"
_TOKEN = re.compile(  # one of a list of units behind 单位, the longest first: those of no amount have no group
    rf"元/[^、,;)]*|[万千百]*(?:户|家|个|人次|人(?!民币)|名|件|平方米|平米|亩)|m2|%|年|月|天|次|条|人民币(?=[/、,])|(?:人民币)?({_WORD})"
)
_LISTED = re.compile(r"单位(?:都|均|统一)?[::=]?(?:都|均|统一)?(?:为|是)?[::=]?|\bunits?(?:is|are)?[::=]?|amounts?in")
_ODD_UNIT = re.compile("(?=[^,、;。]*[0-9a-z元币])[0-9a-z×*^'⁰¹²³⁴-⁹.元万亿千百十币]{1,8}(?=[,、;。)]|$)")  # 10⁴元, w: said, and not known
_SAID = re.compile(
    "|".join(
        form.replace("…", rf"(?:人民币)?({_WORD})")
        for form in (
            r"[(\[【](?:单位|金额|in)?[::]?…[)\]】]",
            "[以按用]…(?:为|计|表示|列示|填列|填报|反映|统计)",
            "均?为…(?:[。;,)]|$)",
            "金额[::]…(?:[。;,)]|$)",
            "…为(?:计量)?单位",
            "^(?:(?:all|amounts?|figures?|expressed|stated|are|in)*in)?…$",
        )
    )
)
_ANY = re.compile(r"[元万亿]|单位|unit|amount|美金|港币|英镑|rmb|cny|yuan|renminbi|wan|usd|us\$|hkd|eur")  # in every text that says one
_MENTIONED = re.compile(r"(?<![\d.一二两三四五六七八九十百千万几数多每过满])(百万元|[千万亿]元)")
EXPLANATION = "explanation"  # where a unit is said for every table: a sheet or a file beside them
_NAME = re.compile(rf"(.*?)([\s_·—–\-【\[]|单位[::]?)?({_WORD})[】\]]?(?:\.[a-z]{{2,8}})?")
_MARKS = re.compile(r"^[*★☆]+|[*★☆]+$|\((?:必填|选填)项?\)")  # what a form adds to a header
_LEAD = re.compile(r"^(?:\(?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[.、)])?(?:其中:?|#)?")  # 1.销售额, （一）资本, 其中：网络零售额
_NUMBER = re.compile(r"[\d.,-]*")
_SEPARATORS = re.compile(r"[((\[【〔{<〈《/::,、|~—–·-]")
_BEHIND = re.compile("(?<=.)(?<![((\\[【〔{<〈《/:])(?:计量|金额|货币)?单位[:为]?(?=.)")  # 销售额 单位：万元
_CURRENCY = re.compile(r"^(?:人民币|rmb|cny|¥)[,、]?|[,、]?(?:人民币|rmb|cny|¥)$")
_PER = re.compile(r"[/每月天日季]")  # an amount for something is another one


@dataclass(frozen=True)
class Declared:
    """The unit of a column: factor of a written number to the contract's unit, and where it was declared (answer,
    header, title; unclear where it is asked for)."""

    factor: Decimal
    word: str
    where: str

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is to be asked about it: the user answered, or is asked already."""
        return self.where in ("answer", "unclear")


def column_named(text: str, table: Table) -> Column | None:
    """The column a header cell names, with or without a unit behind it."""
    return _split(text, table)[0]


def _split(text: str, table: Table) -> tuple[Column | None, str]:
    """Column and unit word of a header cell; (None, "") when it names no column."""
    names, name = table.names, squeezed(text)
    if name not in names:
        if _NUMBER.fullmatch(name):  # most cells that are looked at
            return None, ""
        name = _BEHIND.sub(":", _LEAD.sub("", _MARKS.sub("", name)))
    if name in names:
        return names[name], ""
    for match in _SEPARATORS.finditer(name):
        column = names.get(name[: match.start()])
        if column is not None:
            return column, name[match.end() :].strip("()[]】〕}>〉》:单位").strip()
    for at in range(len(name) - 1, 0, -1):  # 金额万元, amount_wan
        if name[:at] in names and factor_of(name[at:]) is not None:
            return names[name[:at]], name[at:]
    return None, ""


@lru_cache(maxsize=4096)
def factor_of(word: str) -> int | None:
    """How many yuan a unit of amounts is, in Chinese or English, also in the old numerals; None where it is none.

    >>> factor_of("万元"), factor_of("百元"), factor_of("一萬元"), factor_of("RMB 10,000"), factor_of("CNY million")
    (10000, 100, 10000, 10000, 1000000)
    >>> factor_of("10000"), factor_of("万美元"), factor_of("千")
    (None, None, None)
    """
    word = squeezed(word).translate(OLD)
    if word in MONEY:
        return MONEY[word]
    if _CURRENCY.search(word) and (bare := _CURRENCY.sub("", word)) in ("", *MONEY):
        return MONEY.get(bare, 1)
    if re.fullmatch(_FOREIGN, word):
        return None
    if re.fullmatch(_ZH_UNIT, word):
        return int("".join(filter(str.isdecimal, word)) or 1) * prod(_TIMES.get(letter, 1) for letter in word)
    if re.fullmatch(_EN_UNIT, word):
        return next((times for name, times in _ENGLISH.items() if name in word), 1)
    return None


def _named(word: str) -> str:
    """A unit by the name that messages have for it."""
    return next((name for name in (*ANSWERS, "百万元") if MONEY[name] == factor_of(word)), word)


def stated(text: str) -> tuple[set[str], set[str]]:
    """The units of amounts that a title, a note or a comment says, and those it only mentions, which may mean no unit.

    >>> stated("单位：户、万元"), stated("注：以上金额单位均为万元")
    (({'万元'}, set()), ({'万元'}, set()))
    >>> stated("亿元企业名单"), stated("注册资本500万元以上企业"), stated("填报单位：某区商务局")
    ((set(), {'亿元'}), (set(), set()), (set(), set()))
    """
    text = squeezed(text).translate(OLD)
    if _ANY.search(text) is None:  # most cells that are looked at
        return set(), set()
    said = {next(filter(None, groups)) for groups in _SAID.findall(text)}
    for start in _LISTED.finditer(text):
        at = start.end()
        if "单位" in start.group() and not _TOKEN.match(text, at) and (odd := _ODD_UNIT.match(text, at)):
            said.add(odd.group())
        while token := _TOKEN.match(text, at):
            if token.group(1):
                said.add(token.group(1))
            at = token.end() + (text[token.end() : token.end() + 1] in ("、", ",", "/", "和", "及", "或", ";"))
    said = set(map(_named, said))
    return said, set() if said else set(_MENTIONED.findall(text))


def of_name(name: str) -> list[tuple[str, str]]:
    """What the name of a file or sheet says of units: as a title, or one that stands behind it.

    >>> of_name("名册_万元.xlsx"), of_name("既有政策万元"), of_name("万元名册.csv")
    ([('name', '单位：万元')], [('name', '单位：万元')], [('name', '万元名册.csv')])
    """
    found = _NAME.fullmatch(plain(name).translate(OLD))
    behind = found and (found[2] or not found[1] or table_named(found[1]))
    return [("name", f"单位：{found[3]}" if found and behind else name)]


def bare_unit(word: str) -> str:
    """A unit of no amount as it is compared."""
    return re.sub(r"[·.*/\s]", "", word)


def is_unit(text: str) -> bool:
    """Whether a cell is the name of a unit, in brackets or not.

    >>> is_unit("（万元）"), is_unit("㎡"), is_unit("3")
    (True, True, False)
    """
    word = squeezed(text).strip("()[]")
    return factor_of(word) is not None or any(bare_unit(word) in words for words in OTHERS.values())


def declared_unit(column: Column, position: int, raw: RawTable, table: Table) -> Declared | str | None:
    """The unit that a table declares for the column at a position, wherever it says so; None where nothing does, a text saying
    what contradicts or is not known."""
    header = raw.header[position]
    _, word = _split(header, table)
    below = squeezed(raw.below[position]).strip("()[]") if raw.below else ""
    if column.kind == "money" and column.unit != "CNY":  # a policy's own quantity: what is said of amounts is not said of it
        said = word or (below if is_unit(below) else "")
        read, own = parse_unit(said), parse_unit(column.unit)
        if not said or read is None or own is None or read.dimensions != own.dimensions:
            return phrase("the unit “{}” is not known", said) if said else None
        return Declared(read.size / own.size, said, "header")
    if column.kind == "money":
        return _money_unit(column, position, raw, word, below, table)
    if not (word or is_unit(below)) or column.kind not in OTHERS:
        return None
    word = word or below
    factor = OTHERS[column.kind].get(bare_unit(word))
    return phrase("the unit “{}” is not known", word) if factor is None else Declared(Decimal(factor), word, "header")


def _money_unit(column: Column, position: int, raw: RawTable, word: str, below: str, table: Table) -> Declared | str | None:
    """The one unit that everything said of a column of amounts agrees on; the header before what stands around the table."""
    found: dict[str, str] = {}  # where it is said → unit
    group = raw.groups[position] if raw.groups else ""
    for where, said in (
        ("header", _word_in(word, raw.header[position])),
        ("row below the header", below if is_unit(below) else ""),
        ("heading", money_word(group) if not word and group else ""),
    ):
        if said and factor_of(said) is None:
            return phrase("the unit “{}” is not known", said)
        if said:
            found[where] = said
    own = bool(found)
    mentioned: list[tuple[str, ...]] = []
    own_notes = [f"{each.header} {each.name}" for each in table.columns]  # of the program's own form: they speak of the unit it expects
    comments = [(line, at, text) for line, at, text in raw.comments if not any(note in text for note in own_notes)]
    texts = list(raw.says)
    for line, at, text in comments:
        other = column_named(raw.header[at], table) if 0 <= at < len(raw.header) and at != position else None
        elsewhere = other is None or other.kind != "money"
        if at < 0 or (
            (at != position or line <= raw.header_line)
            and elsewhere
            and (line <= raw.header_line or at >= len(raw.header) or line > max(raw.lines, default=0))
        ):
            texts.append(("comment", text))
        elif at != position and elsewhere and not own:
            mentioned += [("comment", unit) for unit in stated(text)[0]]
    for where, text in texts:
        units, doubtful = stated(text)
        named = _named_in(text, table) if where in ("note", EXPLANATION) else set()
        if named and column.header not in named:
            if units and not own and where == "note":
                mentioned.append((where, *units))
            continue
        if where == "remark":
            mentioned += [] if own else [(where, *units)]
            continue
        if where == "note" and units and not own and re.search(r"(?:19|20)\d\d年", squeezed(text)):  # perhaps of another year
            mentioned.append((where, *units))
            continue
        if len({factor_of(unit) for unit in units}) > 1 and not (own and units >= set(found.values())):
            return phrase("the {} names two units, {}", where, " / ".join(sorted(units, key=len)))
        if len(units) == 1:
            found.setdefault(where, *units)
            if factor_of(found[where]) != factor_of(*units):
                return phrase("the {} names two units, {}", where, f"{found[where]} / {units.pop()}")
        elif doubtful and where not in ("name", EXPLANATION):
            mentioned.append((where, *doubtful))
    factors = {factor_of(unit) for unit in found.values()}
    if len(factors) > 1:
        first, *_, last = found.items()
        return phrase("the {} says {}, the {} {}", first[0], first[1], last[0], last[1])
    if not found and raw.beside and not group:
        return phrase("{} stands above other columns only", f"“{raw.beside}”")
    if not found and mentioned:
        return phrase("the {} mentions {}", mentioned[0][0], mentioned[0][1])
    declared = next((Declared(Decimal(factor), unit, where) for where, unit in found.items() if (factor := factor_of(unit))), None)
    if found and declared is None:
        return phrase("the unit “{}” is not known", next(iter(found.values())))
    for line, at, text in comments:  # of one cell: nobody can tell whether it is another unit than its column's
        units, doubtful = stated(text)
        odd = [u for u in (*units, *doubtful) if factor_of(u) != (declared.factor if declared else 1)]
        if at == position and line > raw.header_line and odd:
            return phrase("the comment on line {} says {}", line, odd[0])
    if position in raw.scaled and declared is not None and declared.factor != 1:
        line, divisor = raw.scaled[position]
        return phrase("it is said to be {}, but the number on line {} is shown divided by {}", declared.word, line, divisor)
    return declared


def _word_in(word: str, header: str) -> str:
    """The unit in what stands behind a header's name, as in 金额（万元，含税）; what stands there where it is none or two."""
    if factor_of(word) is None and not _PER.search(word):
        units = {part for part in re.split("[,、;]", word) if factor_of(part) is not None} or stated(header)[0]
        return units.pop() if len(units) == 1 else word
    return word


def _named_in(text: str, table: Table) -> set[str]:
    """Headers of the columns of amounts that a note names: of its own table, or of a register's. 金额 alone names none, but where
    it is all that the table has."""
    known = {c.header for each in contract().tables for c in each.columns if c.kind == "money"}
    known -= {"金额"} - {c.header for c in table.columns}
    found, rest = set(), squeezed(text)
    for header in sorted(known, key=len, reverse=True):
        if header in rest:
            found.add(header)
            rest = rest.replace(header, " ")
    return found


def money_word(group: str) -> str:
    """The money unit at the end of a group heading, blank where there is none.

    >>> money_word("税收（万元）"), money_word("税收")
    ('万元', '')
    """
    word = _SEPARATORS.split(squeezed(group))[-1].strip("()[]】:单位")
    return word if factor_of(word) else ""


def parse_answers(options: list[str]) -> dict[str, str]:
    """`column=万元` texts of `--unit` as answers. Raises PopulationError with every problem.

    >>> parse_answers(["sales=万元", "注册资本=元"])
    {'sales': '万元', '注册资本': '元'}
    """
    answers, problems = {}, []
    for option in options:
        name, equals, unit = (part.strip() for part in option.partition("="))
        if not equals:
            problems.append(Problem(f"--unit {option}", "is not column=unit", "e.g. --unit sales=万元"))
        answers[name] = unit
    problems += check_answers(answers)
    if problems:
        raise PopulationError(problems)
    return answers


def check_answers(answers: Mapping[str, str]) -> list[Problem]:
    """What is wrong with answers: an unknown column, one that is no amount, an unknown unit."""
    problems = []
    every = {f"{table.name}.{column.name}": column for table in contract().tables for column in table.columns}
    amounts = sorted({column.name for column in every.values() if column.kind == "money"})
    for name, unit in answers.items():
        found = [column for table in contract().tables if (column := _answered(name, table)) is not None]
        if not found:
            problems.append(Problem(f"--unit {name}", "is no column", nearest(name, amounts) or ", ".join(amounts)))
        elif all(column.kind != "money" for column in found):
            problems.append(Problem(f"--unit {name}", "is no column of amounts", "one of " + ", ".join(amounts)))
        if unit not in ANSWERS:
            problems.append(Problem(f"--unit {name}={unit}", "is no unit of amounts", "write 元 or 万元"))
    return problems


def answer_for(answers: Mapping[str, str], column: Column, table: Table) -> Declared | None:
    """The user's unit for a column of a table, by English or Chinese name, with or without the table's."""
    if column.kind != "money":
        return None
    for name, unit in answers.items():
        if _answered(name, table) is column and unit in MONEY:
            return Declared(Decimal(MONEY[unit]), unit, "answer")
    return None


def _answered(name: str, table: Table) -> Column | None:
    owner, dot, rest = name.rpartition(".")
    if dot and plain(owner) not in (table.name, table.header):
        return None
    return table.names.get(squeezed(rest))
