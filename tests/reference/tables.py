"""The reference: tables of the clauses, assumptions, columns, readings, commands and of what the text lays down.

Made from what the program itself reads: the policy's file, the baseline, the register's contract, the command line; and from
coverage.yaml, which says of every provision of 二 to 五 where it is played and tested, or why it is not.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from simulator import cli, load_scenario
from simulator.law.measures import MEASURES
from simulator.law.policyfile import document_of
from simulator.law.terms import EDGES
from simulator.population.documentation import KINDS, range_of, rules_of
from simulator.report import policy_in_words
from simulator.report.settings import value_and_unit
from simulator.report.sources import named
from simulator.report.wording import load
from tests.of_2013 import ASSUMPTIONS, CATALOGUE, LAW, SHIPPED, SLUGS, SWITCHES, TABLES

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "data" / "reference"
FORM = ROOT / "data" / "policies" / "form.yaml"
POLICY_PAGES = [ROOT / "guide" / lang / "policy-files.md" for lang in ("zh", "en")]
MADE = {
    "zh": "本页由 `make reference` 根据程序自身的声明生成，请勿手工修改。",
    "en": "Made by `make reference` from what the program itself declares; not written by hand.",
}
NONE = "—"
MEASURE, LEVER_TEST = "simulator/law/measures.py", "tests/budget/test_revenue.py::test_a_lever_that_is_used_asks_for_its_cost_and_acts"


def pages() -> dict[str, str]:
    """Every page by its file's name."""
    made = {}
    for lang in ("zh", "en"):
        for page in (clauses, assumptions, model, columns, readings, commands, coverage):
            made[f"{page.__name__}.{lang}.md"] = page(lang)
    return made


def clauses(lang: str) -> str:
    """The clauses of 四: article, rule, terms with their edges, readings, tests; then each as its policy file says it."""
    zh, words = lang == "zh", load(lang)
    kinds = {"one_off": ("一次性", "once"), "recurrent": ("多年", "recurrent"), "in_kind": ("实物", "in kind")}
    rules = {entry["clause"]: entry for entry in provisions() if "clause" in entry}
    rows = []
    for slug, clause in zip(SLUGS, CATALOGUE, strict=True):
        entry, numbers = rules[slug], numbers_of(slug)
        switches = dict.fromkeys(name for name in SWITCHES if name in clause.uses.readings)
        switches |= dict.fromkeys(
            name for name, switch in SWITCHES.items() if switch.article[0] == "四" and clause.article[1:] in switch.article
        )
        cases = sum(any(award.get("clause") == slug for award in case.get("awards", [])) for case in worked_cases())
        thresholds = sum(bool(number.edge) for number in numbers)
        tests = [f"{cases} 个算例 `tests/law/cases.yaml`" if zh else f"{cases} worked cases in `tests/law/cases.yaml`"]
        if thresholds:
            tests.append(f"{thresholds} 道门槛：差一点、正好、超一点" if zh else f"{thresholds} edges: just below, on, just above")
        rows.append(
            [
                clause.article,
                f"{words.pick({'zh': clause.zh, 'en': clause.en})}<br>`{slug}`<br>{kinds[clause.kind][not zh]}",
                entry[lang],
                "<br>".join(_number(number, lang) for number in numbers) or NONE,
                "<br>".join(f"`{name}`" for name in switches) or NONE,
                "<br>".join([*tests, *_tests(entry["tests"])]),
            ]
        )
    head = (
        ["条款", "名称", "规则", "数值与门槛", "条文理解", "检验"]
        if zh
        else ["article", "clause", "rule", "terms and edges", "readings", "tests"]
    )
    note = (
        "“≥”含本数（以上、达到），“>”不含本数（超过、突破）。每个数值的设定路径为 `law.条款代号.数值代号`。"
        "表后逐条列出政策文件的条件与公式，同 `simulator policy show`。"
        if zh
        else "≥ includes the number, > does not. Each number is set as `law.CLAUSE.TERM`. Below the table each clause as the policy's "
        "file says it, condition by condition, as `simulator policy show` prints it."
    )
    return _page("条款" if zh else "Clauses", lang, note, [(head, rows), *_as_shown(lang)])


def _as_shown(lang: str) -> Iterable[Sequence[Any]]:
    """What `simulator policy show` prints of each clause beside its numbers: (header, rows, heading)."""
    heading, articles = "", {clause.article for clause in CATALOGUE}
    for kind, content in policy_in_words.in_words(LAW, document_of(SHIPPED).data, lang):
        if kind != "table":
            heading = content
        elif heading.split()[0] in articles and content[0][-1] in ("公式", "formula"):
            yield content[0], [[*(str(cell).replace("|", "\\|") for cell in row[:2]), f"`{row[2]}`"] for row in content[1:]], heading


def numbers_of(slug: str) -> list[Any]:
    """The numbers of a clause, in the file's order."""
    return [number for path, number in LAW.numbers.items() if path.startswith(f"{slug}.")]


def _number(number: Any, lang: str) -> str:
    """One number with its edge, and from which year on where it changes."""
    dates = sorted(number.values)
    shown = "；".join(f"{number.shown(year, lang)}" + (f"（{year}）" if len(dates) > 1 else "") for year in dates)
    assert number.edge in (*EDGES, "")
    return f"{number.zh if lang == 'zh' else number.en}: {shown} `{number.path.split('.')[1]}`"


def assumptions(lang: str) -> str:
    """The baseline's assumptions: distribution, source, confidence."""
    zh, words, scenario = lang == "zh", load(lang), load_scenario()
    shapes = {"fixed": ("定值", "fixed"), "uniform": ("均匀", "uniform"), "pert": ("PERT", "PERT"), "discrete": ("离散", "discrete")}
    rows = []
    for row in scenario.settings("assumptions"):
        path = row.path.removeprefix("assumptions.")
        value, unit = value_and_unit(row.value, row.unit, words)
        rows.append(
            [
                words.pick({"zh": row.zh, "en": row.en}),
                f"{value} {unit}".strip(),
                shapes[scenario.assumptions[path].value.shape][not zh],
                named(row.source, words),
                words.term("confidence", row.confidence),
                f"`{path}`",
            ]
        )
    head = (
        ["假设", "取值（低 / 最可能 / 高）", "分布", "依据", "可信度", "路径"]
        if zh
        else ["assumption", "value (low / likely / high)", "distribution", "source", "confidence", "path"]
    )
    note = (
        (
            "可信度：甲为本地当期实测或条文数值，乙为他地或他时的公开资料或推算，"
            "丙凭记忆或相去较远，判断为无来源的估计。设定时路径前加 `assumptions.`。"
        )
        if zh
        else (
            "Confidence: A measured for this place and time, B published of another place or time or derived, "
            "C from memory or far off, J judgement. Each is set as `assumptions.PATH`."
        )
    )
    return _page("假设" if zh else "Assumptions", lang, note, [(head, rows)])


def columns(lang: str) -> str:
    """The columns of a register, table by table."""
    zh = lang == "zh"
    articles = {clause.slug: clause.article for clause in CATALOGUE}
    english = dict(zip(KINDS, KINDS, strict=True))
    parts = []
    for table in TABLES:
        rows = []
        for column in table.columns:
            blank = (
                ("不可空" if zh else "never")
                if column.required
                else ("推算" if zh else "derived")
                if column.derived
                else ("是" if zh else "yes")
                if column.default == 1
                else ("无" if zh else "none")
            )
            used = list(dict.fromkeys(articles[slug] for slug in column.needed_by))
            everywhere = len(used) == len(SLUGS)
            severity = {"error": "错误：" if zh else "error: ", "warning": "提示：" if zh else "warning: "}
            rules = "<br>".join(severity[s] + (z if zh else e) for s, z, e in rules_of(column))
            rows.append(
                [
                    column.header,
                    f"`{column.name}`",
                    (KINDS if zh else english)[column.kind],
                    column.unit.replace("CNY", "元") if zh else column.unit,
                    range_of(column) or NONE,
                    blank,
                    rules or NONE,
                    ("全部" if zh else "all") if everywhere else "、".join(used) or NONE,
                    (column.note_zh if zh else column.note_en) or NONE,
                ]
            )
        head = (
            ["中文表头", "列名", "类型", "单位", "范围", "空白表示", "规则", "用于条款", "含义"]
            if zh
            else ["Chinese header", "column", "type", "unit", "range", "blank means", "rules", "needed by", "meaning"]
        )
        parts.append((head, rows, f"{table.header}（{table.name}）" if zh else f"{table.name} ({table.header})"))
    note = (
        "未知写“未知”，整列缺少即全部未知；未知不等于零。"
        if zh
        else "What is not known is written 未知 or unknown; an absent column is unknown as a whole. Unknown is never read as 0."
    )
    return _page("名册各列" if zh else "Columns of a register", lang, note, parts)


def readings(lang: str) -> str:
    """The interpretation switches with every reading, the default first."""
    zh, rows = lang == "zh", []
    for name, switch in SWITCHES.items():
        reported = [f"`{reading}` {switch.meanings[reading][not zh]}" for reading in switch.names]
        rows.append([switch.article, switch.zh if zh else switch.en, f"`{name}`", f"**{reported[0]}**", "<br>".join(reported[1:])])
    head = ["条款", "疑义", "设定", "默认理解", "其他理解"] if zh else ["article", "in doubt", "switch", "default", "other readings"]
    note = (
        "设定方法：`--set interpretation.设定=理解`。每份报告都列明所用理解；改用他种理解的代价见 `simulator attribute`。"
        if zh
        else "Set as `--set interpretation.SWITCH=READING`. Every report lists them; `simulator attribute` tells what another one costs."
    )
    return _page("条文理解" if zh else "Readings of the text", lang, note, [(head, rows)])


def commands(lang: str) -> str:
    """Every verb with its arguments and options."""
    zh, top = lang == "zh", cli.parser(lang)
    parts = []
    for name, verb in top.verbs().items():
        rows = []
        for action in verb._actions:
            if isinstance(action, argparse._HelpAction):
                continue
            shown = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
            spelt = ", ".join(action.option_strings)
            value = "" if action.option_strings and action.nargs == 0 else f" {shown}" if spelt else str(shown)
            rows.append([f"`{spelt}{value}`".replace("|", "\\|"), (action.help or NONE).replace("%%", "%")])
        head = ["参数或选项", "含义"] if zh else ["argument or option", "meaning"]
        parts.append((head, rows, f"simulator {name}", verb.description or ""))
    note = cli.EPILOGS[lang]
    return _page("命令" if zh else "Commands", lang, note, parts)


def coverage(lang: str) -> str:
    """Every provision of 二 to 五: module and tests, or why it is not simulated."""
    zh, rows = lang == "zh", []
    measures = {measure.name: measure for measure in MEASURES}
    for entry in provisions():
        where = [f"`{place}`" for place in entry.get("where", [])]
        tests, why = _tests(entry.get("tests", [])), entry.get("not_simulated", {}).get(lang, "")
        if "lever" in entry:
            measure = measures[entry["lever"]]
            where.insert(0, f"`{MEASURE}`: `assumptions.levers.{measure.name}.effect`")
            tests.insert(0, f"`{LEVER_TEST}`")
            why = (
                f"无数额；作为增长杠杆，默认不起作用：{measure.acts_zh}"
                if zh
                else f"no amount in the text; a lever of growth, neutral unless used: {measure.acts_en}"
            )
        rows.append([entry["article"], entry[lang], "<br>".join(where) or NONE, "<br>".join(tests) or NONE, why or NONE])
    head = (
        ["条款", "内容", "所在模块", "检验", "未模拟的部分及原因"]
        if zh
        else ["article", "provision", "module", "tests", "not simulated, because"]
    )
    note = "一为意义，无可模拟之处。" if zh else "一 gives the reasons; there is nothing in it to simulate."
    return _page("条文覆盖" if zh else "Coverage of the text", lang, note, [(head, rows)])


@cache
def provisions() -> list[Mapping[str, Any]]:
    """coverage.yaml, in the text's order."""
    return yaml.safe_load(Path(__file__).with_name("coverage.yaml").read_text(encoding="utf-8"))


@cache
def worked_cases() -> list[Mapping[str, Any]]:
    return yaml.safe_load((ROOT / "tests" / "law" / "cases.yaml").read_text(encoding="utf-8"))


@cache
def functions_of(path: str) -> frozenset[str]:
    """The functions a test file defines."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _tests(tests: Iterable[str]) -> list[str]:
    return [f"`{re.sub('^tests/', '', test)}`" for test in tests]


def _page(title: str, lang: str, note: str, parts: Iterable[Sequence[Any]]) -> str:
    """A page of tables: (header, rows), with a heading and a line below it where there are any."""
    lines = [f"# {title}", "", MADE[lang], "", note, ""]
    for header, rows, *said in parts:
        for text, mark in zip(said, ("## ", ""), strict=False):
            lines += [f"{mark}{text}", ""] if text else []
        if rows:
            lines += ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
            lines += ["| " + " | ".join(str(cell).replace("\n", " ") for cell in row) + " |" for row in rows] + [""]
    return "\n".join(lines).rstrip("\n") + "\n"


def model(lang: str) -> str:
    """The model as equations, with every symbol's distribution and source, and the direction in which each term moves the cost."""
    zh, words, scenario = lang == "zh", load(lang), load_scenario()
    rows = {row.path.removeprefix("assumptions."): row for row in scenario.settings("assumptions")}
    head = ["符号", "路径", "分布", "依据", "可信度"] if zh else ["symbol", "path", "distribution", "source", "confidence"]
    parts: list[Sequence[Any]] = []
    for room in rooms_of_the_model():
        reported = [
            "；".join(f"`{line}`" for line in room["equations"]) if zh else "; ".join(f"`{line}`" for line in room["equations"]),
            room.get(f"said_{lang}", ""),
        ]
        lots = "、".join(f"`{name}`" for name in room["streams"]) if zh else ", ".join(f"`{name}`" for name in room["streams"])
        reported.append(f"抽签：{lots}。" if zh else f"Lotteries: {lots}.")
        table = [
            [
                words.pick({"zh": rows[path].zh, "en": rows[path].en}),
                f"`{path}`",
                _distribution(scenario.assumptions[path].value),
                named(rows[path].source, words),
                words.term("confidence", rows[path].confidence),
            ]
            for path in used_in(room)
        ]
        parts.append((head, table, room[lang], " ".join(filter(None, reported))))
    signs = _signs()
    head = ["条款数值（提高）", "总成本", "说明"] if zh else ["number of the law, raised", "total cost", "why"]
    arrow = {"+": "↑", "-": "↓", "0": "—", "+-": "↑（↓）", "-+": "↓（↑）"}
    parts.append(
        (
            head,
            [[f"`{path}`", arrow[entry["sign"]], entry.get(lang, NONE)] for path, entry in signs.items()],
            "条款数值的方向" if zh else "The direction of each number of the law",
            "各数值提高四分之一（年限加一年），以相同随机数逐次比较；括号内为少数模拟中的相反方向，理由如下。"
            if zh
            else "Each raised by a quarter (terms by a year), draw by draw with the same random numbers; "
            "in brackets the way a few draws go, why.",
        )
    )
    note = (
        "外层假设与内层随机性、每户每年的增长、税收、退出、申报与兑现，逐式列出；与程序的参数清单逐项核对。独立重算见 `tests/independent`。"
        if zh
        else "Assumptions and chance events, growth, taxes, leaving, applying and payment, equation by equation, held to the "
        "program's own list of parameters. An independent play of it: `tests/independent`."
    )
    return _page("模型：公式与参数" if zh else "The model: equations and parameters", lang, note, parts)


def _distribution(value: Any) -> str:
    """PERT(l, m, h), U(l, h), a number."""
    shown = [f"{x:,.10g}" for x in (value.low, value.mode, value.high)]
    if value.shape == "pert":
        return f"PERT({', '.join(shown)})"
    if value.shape == "uniform":
        return f"U({shown[0]}, {shown[2]})"
    return shown[1] if value.shape == "fixed" else f"{value.values} : {value.weights}"


@cache
def rooms_of_the_model() -> list[Mapping[str, Any]]:
    return yaml.safe_load(Path(__file__).with_name("model.yaml").read_text(encoding="utf-8"))


def used_in(room: Mapping[str, Any]) -> list[str]:
    """The assumptions a room of the model uses, by path, in the program's order."""
    return [a.path for a in ASSUMPTIONS if a.path.startswith(tuple(room["uses"]))] if room["uses"] else []


@cache
def _signs() -> Mapping[str, Mapping[str, str]]:
    return yaml.safe_load(Path(__file__).with_name("signs.yaml").read_text(encoding="utf-8"))


def with_the_form(page: str) -> str:
    """A page of the guide with the file that `simulator policy new` writes as its example."""
    form = f"```yaml\n{FORM.read_text(encoding='utf-8')}```"
    return re.sub(r"```yaml\n(?=# |name:).*?```", lambda _: form, page, count=1, flags=re.DOTALL)
