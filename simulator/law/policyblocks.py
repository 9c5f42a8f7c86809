"""The blocks of a policy's file that hold no formula: term, facts, readings, numbers, targets, measures."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from simulator import facts, yamlfile
from simulator.errors import nearest
from simulator.law.language.units import parse_quantity, parse_unit
from simulator.law.measures import MEASURES
from simulator.law.policy import (
    OwnFact,
    Promise,
    Switch,
)
from simulator.law.policyreader import COUNT, FACT_UNITS, IN_YUAN, Reader, can_name
from simulator.law.terms import Block, Number, values_of
from simulator.money import plainly
from simulator.phrases import phrase

FACT_KEYS = {"table", "kind", "unit", "zh", "en", "article", "choices", "grows", "yearly", "invented"}
NUMBER_KEYS = {"value", "unit", "article", "zh", "en", "discretion", "edge"}
FACT_KINDS = ("money", "area", "count", "share", "flag", "day", "choice", "quantity")


def term_of(reader: Reader, data: Mapping[str, Any]) -> tuple[Any, Any]:
    """First and last day of the policy; None where a day is lacking or wrong."""
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


def facts_of(reader: Reader, given: Mapping[Any, Any]) -> None:
    """The policy's own facts, into the reader."""
    for name, block in given.items():
        path, name, known_problems = f"facts.{name}", str(name), len(reader.problems)
        block = reader.mapping(path, block)
        reader.keys(path, block, FACT_KEYS)
        if not can_name(name) or name in facts.KINDS:
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
        if unit is not None and unit.dimensions == IN_YUAN and unit.size != 1:  # a register's header says 元
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
                if unit.dimensions == IN_YUAN
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


def readings_of(reader: Reader, given: Mapping[Any, Any]) -> None:
    """The readings to choose from, into the reader."""
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
        if not can_name(name):
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


def numbers_of(reader: Reader, prefix: str, given: Mapping[Any, Any], article: str) -> None:
    """Numbers with their units, of the whole policy (prefix `numbers`) or of one clause, into the reader."""
    root = "numbers" if prefix == "numbers" else f"clauses.{prefix}.numbers"
    for name, block in given.items():
        path, name = f"{root}.{name}", str(name)
        if reader.document.is_unread(path) and not isinstance(block, Mapping):
            continue
        if not isinstance(block, Mapping):
            block = {"value": block}
        reader.keys(path, block, NUMBER_KEYS)
        if not can_name(name):
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
                        share = plainly(Decimal(str(value)) * 100)
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
            most = plainly(max(values.values()))
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


def year_of_targets(reader: Reader, data: Mapping[str, Any]) -> int:
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


def note_on_targets(reader: Reader, data: Mapping[str, Any]) -> dict[str, str]:
    """A remark on the targets, by language."""
    given = data.get("targets")
    note = given.get("note") if isinstance(given, Mapping) else None
    if note is None:
        return {}
    block = {"zh": note} if isinstance(note, str) else reader.mapping("targets.note", note)
    reader.keys("targets.note", block, ("zh", "en"))
    zh = reader.text("targets.note", block, "zh")
    return {"zh": zh, "en": reader.text("targets.note", block, "en", zh)}


def measures_of(reader: Reader, data: Mapping[str, Any]) -> dict[str, Promise]:
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


def fixed_blocks(reader: Reader, data: Mapping[str, Any]) -> tuple[dict[str, Block], dict[str, Number]]:
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
            numbers_of(reader, slug, {name: {"unit": unit, **block}}, article or "-")
        numbers |= {p: replace(n, edge="at_least" if slug == "targets" else "") for p, n in reader.numbers.items()}
        reader.numbers, reader.units = kept_numbers, kept_units
        blocks[slug] = Block(slug, article, str(given.get("zh") or module.NAMES[0]), str(given.get("en") or module.NAMES[1]), "rule")
    return blocks, numbers
