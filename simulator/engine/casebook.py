"""Worked cases as a file: a workbook to be confirmed by hand, or YAML beside the policy.

In the workbook each row is one year of one enterprise of a case; 确认 says 是 where a person came to the computed amount, or the amount
that person came to. A row of one's own has no computed amount: its 确认 is the amount. Facts stand under their Chinese headers, in the
units of the register. Where others decide too, 企业 names the enterprises of a case and 户数 says how many are alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from simulator import yamlfile
from simulator.engine.policycases import Case, Member, shown
from simulator.errors import LawError, Problem, nearest
from simulator.files import put
from simulator.law.policy import CLAWBACK, Policy
from simulator.law.policytext import as_yaml
from simulator.money import FEN
from simulator.phrases import phrase
from simulator.population.column import Column
from simulator.population.schema import contract_of
from simulator.population.template import header_of
from simulator.smallbooks import sheets_of
from simulator.spreadsheets import unescaped, workbook

SHEET = "例"
HEAD = ("案例", "条款", "说明", "年度", "计算金额", "确认", "有当年数据", "解读", "企业", "户数", "已有支持")
_NEEDED = HEAD[:7]
MOST_ALIKE = 100_000
_YES = {"是", "对", "yes", "y", "true", "√", "ok"}


def beside(policy: Path) -> Path | None:
    """The cases kept with a policy: cases.yaml or cases.xlsx in its folder, or NAME.cases.… beside it."""
    for name in (f"{policy.stem}.cases.yaml", f"{policy.stem}.cases.xlsx", "cases.yaml", "cases.xlsx"):
        if (policy.parent / name).is_file() and policy.parent / name != policy:
            return policy.parent / name
    return None


def _columns(policy: Policy) -> tuple[dict[str, Column], dict[str, Column]]:
    """The columns of a policy's register, by table and name."""
    tables = contract_of(policy).tables
    return {c.name: c for c in tables[0].columns}, {c.name: c for c in tables[1].columns}


def save(policy: Policy, cases: Sequence[Case], path: Path, lang: str = "zh") -> Path:
    """The cases as FILE.xlsx or FILE.yaml. Raises LawError."""
    if path.suffix.lower() == ".yaml":
        return put(path, lambda p: p.write_text(_yaml(policy, cases, lang), encoding="utf-8"), LawError)
    if path.suffix.lower() != ".xlsx":
        raise LawError(
            Problem(
                str(path),
                "is not called .xlsx or .yaml",
                "write --out FILE.xlsx",
                "error",
                "文件名应以 .xlsx 或 .yaml 结尾",
                "请写 --out 文件.xlsx",
            )
        )
    return put(path, lambda p: _book(policy, cases, p, lang), LawError)


def written(policy: Policy, case: Case, value: int) -> str:
    """An amount of a case as it is written: CNY, or whole units in kind."""
    if not _in_cash(policy, case.clause):
        return str(value)
    whole, part = divmod(abs(value), FEN)
    return "-" * (value < 0) + (f"{whole}.{part:02d}" if part else str(whole))


def unit_of(policy: Policy, case: Case) -> tuple[str, str]:
    """What the amounts of a case are counted in: Chinese, English."""
    if _in_cash(policy, case.clause):
        return "元", "CNY"
    name = policy.clauses[policy.index(case.clause)].unit.name
    return name, name


def _in_cash(policy: Policy, clause: str) -> bool:
    return clause == CLAWBACK or policy.clauses[policy.index(clause)].cash


def _yaml(policy: Policy, cases: Sequence[Case], lang: str) -> str:
    by_table = _columns(policy)

    def spelt(name: str, value: int, table: int) -> Any:
        column = by_table[table][name]
        if column.kind == "flag":
            return bool(value)
        text = shown(column, value, "en")
        return text if column.kind == "choice" else yamlfile.parse_scalar(text)

    def money(case: Case, amounts: Mapping[int, int]) -> dict[int, Any]:
        return {year: yamlfile.parse_scalar(written(policy, case, value)) for year, value in amounts.items()}

    def member(case: Case) -> dict[str, Any]:
        copies = case.group[case.at].copies if case.group else 1
        return {
            **({"copies": copies} if copies > 1 else {}),
            "enterprise": {n: spelt(n, v, 0) for n, v in case.enterprise.items()},
            "years": {year: {n: spelt(n, v, 1) for n, v in row.items()} for year, row in case.years.items()},
            **({"support": money(case, case.support)} if case.support else {}),
            "gives": money(case, case.gives),
        }

    blocks: dict[str, dict[str, Any]] = {}
    for case in cases:
        head = {
            "clause": case.clause,
            "about": case.zh if lang == "zh" else case.en,
            "confirmed": case.confirmed,
            **({"readings": dict(case.readings)} if case.readings else {}),
        }
        if case.group:
            blocks.setdefault(case.name, {**head, "enterprises": {}})["enterprises"][case.member] = member(case)
        else:
            blocks[case.name] = {**head, **member(case)}
    comment = (
        f"Worked cases of {policy.name}: set confirmed: true where a person comes to the same amounts (gives: CNY by year).\n"
        "边界例子：手工核对一致的写 confirmed: true；gives 为各年金额（元，实物为数量）。"
    )
    return as_yaml({"policy": policy.name, "cases": blocks}, comment)


def _book(policy: Policy, cases: Sequence[Case], path: Path, lang: str) -> None:
    by_table = _columns(policy)
    used = [
        dict.fromkeys(n for c in cases for n in c.enterprise),
        dict.fromkeys(n for c in cases for row in c.years.values() for n in row),
    ]
    facts_of = [(table, name, by_table[table][name]) for table in (0, 1) for name in used[table]]
    with workbook(path) as book:
        head = book.add_format(
            {
                "bold": True,
                "border": 1,
                "text_wrap": True,
                "valign": "vcenter",
                "align": "center",
                "bg_color": "#DCE6F1",
            }
        )
        mark = book.add_format(
            {
                "bold": True,
                "border": 1,
                "text_wrap": True,
                "valign": "vcenter",
                "align": "center",
                "bg_color": "#F8CBAD",
            }
        )
        sheet = book.add_worksheet(SHEET)
        sheet.freeze_panes(1, len(HEAD))
        for column, (name, width) in enumerate(zip(HEAD, (18, 18, 34, 8, 14, 14, 8, 18, 6, 6, 12), strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, mark if name == "确认" else head)
        sheet.write_comment(0, 5, "手工算得的数与计算金额一致的写“是”，不一致的写手工算得的数；未核对的留空。", {"x_scale": 2})
        for i, (_, _, column_of) in enumerate(facts_of, len(HEAD)):
            sheet.set_column(i, i, 14)
            sheet.write_string(0, i, header_of(column_of), head)
        row = 1
        for case in cases:
            for year in sorted({*case.years, *case.gives, *case.support}):
                texts = [case.name, case.clause, case.zh if lang == "zh" else case.en]
                for column, text in enumerate(texts):
                    sheet.write_string(row, column, text)
                sheet.write_number(row, 3, year)
                sheet.write_string(row, 6, "是" if year in case.years else "否")
                sheet.write_string(row, 7, "；".join(f"{name} = {word}" for name, word in case.readings.items()))
                if case.group:
                    sheet.write_string(row, 8, case.member)
                    sheet.write_number(row, 9, case.group[case.at].copies)
                if year in case.support:
                    sheet.write_number(row, 10, float(written(policy, case, case.support[year])))
                if year in case.gives:
                    sheet.write_number(row, 4, float(written(policy, case, case.gives[year])))
                    if case.confirmed:
                        sheet.write_string(row, 5, "是")
                for i, (table, name, column_of) in enumerate(facts_of, len(HEAD)):
                    values = case.enterprise if table == 0 else case.years.get(year, {})
                    if name in values:
                        text = shown(column_of, values[name])
                        if re.fullmatch(r"\d+(\.\d+)?", text) and len(text) < 15:
                            sheet.write_number(row, i, float(text))
                        else:
                            sheet.write_string(row, i, text)
                row += 1
        if row > 1:
            sheet.data_validation(
                1,
                5,
                row - 1,
                5,
                {
                    "validate": "list",
                    "source": ["是"],
                    "error_type": "information",
                    "error_title": "请核对",
                    "error_message": "写“是”，或写手工算得的数",
                },
            )


def load(policy: Policy, path: Path) -> list[Case]:
    """The cases of a file. Raises LawError with every problem."""
    problems: list[Problem] = []
    found = list(_from_book(policy, path, problems) if path.suffix.lower() == ".xlsx" else _from_yaml(policy, path, problems))
    if problems:
        raise LawError(problems)
    return found


def _from_yaml(policy: Policy, path: Path, problems: list[Problem]) -> Iterable[Case]:
    document = yamlfile.load(path, LawError, gather=True, quantities=True)
    problems += document.problems
    given = document.data.get("cases")
    if isinstance(given, list):
        yield from _whole(policy, document, given, problems)
    for name, block in given.items() if isinstance(given, Mapping) else ():
        place = f"cases.{name}"
        if not isinstance(block, Mapping) or not _clause_known(policy, block.get("clause"), document.place(place), problems):
            if not isinstance(block, Mapping):
                problems.append(
                    Problem(
                        document.place(place),
                        "is no case",
                        "clause, enterprise, years, gives",
                        "error",
                        "不是案例",
                        "请写 clause、enterprise、years、gives",
                    )
                )
            continue
        several = block.get("enterprises")
        parts = several if isinstance(several, Mapping) else {"": block}
        members, given = list[Member](), list[dict[int, int]]()
        for word, part in parts.items():
            part, where = part or {}, f"{place}.enterprises.{word}" if several else place
            member, gives = _member(policy, document, block["clause"], str(word), part, where, problems)
            members.append(member)
            given.append(gives)
            if block.get("confirmed") is True and not gives and not several:
                problems.append(
                    Problem(
                        document.place(place),
                        "is confirmed, but gives says no amount",
                        "gives: {2016: 10000}",
                        "error",
                        "写了 confirmed: true，但没有 gives（各年金额）",
                        "请补写，如 gives: {2016: 10000}",
                    )
                )
        about = str(block.get("about") or name)
        chosen = _readings(policy, block.get("readings"), document.place(f"{place}.readings"), problems)
        group = tuple(members) if several else ()
        for at, (member, gives) in enumerate(zip(members, given, strict=True)):
            confirmed = block.get("confirmed") is True and bool(gives)
            yield _case(str(name), block["clause"], (about, about), member, gives, confirmed, chosen, group, at)


def _case(
    name: str,
    clause: str,
    about: tuple[str, str],
    member: Member,
    gives: dict[int, int],
    confirmed: bool,
    chosen: dict[str, str],
    group: tuple[Member, ...],
    at: int,
) -> Case:
    return Case(name, clause, *about, member.enterprise, member.years, gives, confirmed, chosen, member.support, group, at)


def _member(
    policy: Policy, document: yamlfile.Document, clause: str, name: str, block: Mapping[str, Any], place: str, problems: list[Problem]
) -> tuple[Member, dict[int, int]]:
    """An enterprise of a case in YAML, and what the clause gives it."""

    def amounts(key: str) -> dict[int, int]:
        return {
            int(year): _fen(policy, clause, amount, document.place(f"{place}.{key}.{year}"), problems)
            for year, amount in (block.get(key) or {}).items()
            if _is_year(year, document.place(f"{place}.{key}"), problems)
        }

    enterprise = _facts(policy, 0, block.get("enterprise") or {}, lambda key: document.place(f"{place}.enterprise.{key}"), problems)
    years = {
        int(year): _facts(policy, 1, row or {}, lambda key, year=year: document.place(f"{place}.years.{year}.{key}"), problems)
        for year, row in (block.get("years") or {}).items()
        if _is_year(year, document.place(f"{place}.years"), problems)
    }
    copies = _copies(block.get("copies", 1), document.place(f"{place}.copies"), problems)
    return Member(name, enterprise, years, copies, amounts("support")), amounts("gives")


def _copies(given: Any, place: str, problems: list[Problem]) -> int:
    """How many enterprises of a case are alike."""
    text = str(given).strip().removesuffix(".0")
    if text.isdigit() and 1 <= int(text) <= MOST_ALIKE:
        return int(text)
    problems.append(
        Problem(
            place,
            phrase("{} is no number of enterprises", given),
            f"1 … {MOST_ALIKE}",
            "error",
            f"“{given}”不是户数",
            f"请写 1 … {MOST_ALIKE}",
        )
    )
    return 1


def _whole(policy: Policy, document: yamlfile.Document, given: Sequence[Any], problems: list[Problem]) -> Iterable[Case]:
    """Confirmed cases that say what every clause gives: case, enterprise, annual, expected (year: {clause: amount}; what is not named
    gives nothing), or `enterprises`, a list of these (copies: how many alike)."""
    for i, block in enumerate(given):
        place = document.place(f"cases.{i}")
        if not isinstance(block, Mapping):
            problems.append(
                Problem(
                    place,
                    "is no case",
                    "case, enterprise, annual, expected",
                    "error",
                    "不是案例",
                    "请写 case、enterprise、annual、expected",
                )
            )
            continue
        chosen = _readings(policy, block.get("readings"), place, problems)
        zh, _, en = str(block.get("case") or i + 1).partition(" / ")
        members, expected = list[Member](), list[dict[int, Any]]()
        for at, part in enumerate(block.get("enterprises") or [block]):
            enterprise = _facts(policy, 0, part.get("enterprise") or {}, lambda _, place=place: place, problems)
            years = {
                int(year): _facts(policy, 1, row or {}, lambda _, place=place: place, problems)
                for year, row in (part.get("annual") or {}).items()
                if _is_year(year, place, problems)
            }
            members.append(Member(str(at + 1), enterprise, years, _copies(part.get("copies", 1), place, problems)))
            due = {int(year): due or {} for year, due in (part.get("expected") or {}).items() if _is_year(year, place, problems)}
            expected.append({**{year: {} for year in members[-1].years}, **due})  # a year in which nothing is named gives nothing
        if not all(_clause_known(policy, slug, place, problems) for of in expected for due in of.values() for slug in due):
            continue
        group = tuple(members) if "enterprises" in block else ()
        start = policy.start.year
        for at, (member, of) in enumerate(zip(members, expected, strict=True)):
            for slug in (*policy.slugs, CLAWBACK):
                gives = {year: _fen(policy, slug, due.get(slug, 0), place, problems) for year, due in of.items() if year >= start}
                yield _case(f"{i + 1}", slug, (zh, en or zh), member, gives, True, chosen, group, at)


def _from_book(policy: Policy, path: Path, problems: list[Problem]) -> Iterable[Case]:
    sheets, _ = sheets_of(path)
    sheet = SHEET if SHEET in sheets else next(iter(sheets), "")
    rows = sheets[sheet].rows if sheets else []
    header = [unescaped(str(cell)).partition("（")[0].strip() for cell in rows[0]] if rows else []
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise LawError(
            Problem(
                f"{path.name} {sheet}!1",
                f"columns are missing: {', '.join(missing)}",
                "make it with: simulator policy cases",
                "error",
                f"缺少各列：{'、'.join(missing)}",
                "请用 simulator policy cases 生成",
            )
        )
    by_table = [{c.header: c.name for c in columns.values()} for columns in _columns(policy)]
    made: dict[tuple[str, str], dict[str, Any]] = {}
    for number, row in enumerate(rows[1:], 2):
        cells = dict(zip(header, row, strict=False))
        name, place = str(cells["案例"]).strip(), f"{path.name} {sheet}!A{number}"
        if not name:
            continue
        clause = _slug(policy, cells["条款"])
        if not _clause_known(policy, clause, place, problems) or not _is_year(cells["年度"], place, problems):
            continue
        member = str(cells.get("企业", "")).strip()
        case = made.setdefault(
            (name, member),
            {
                "copies": _copies(cells.get("户数") or 1, f"{place}, 户数", problems),
                "support": {},
                "clause": clause,
                "about": str(cells["说明"]),
                "enterprise": {},
                "years": {},
                "gives": {},
                "confirmed": {},
                "rows": {},
                "readings": {},
            },
        )
        year, values = int(str(cells["年度"]).partition(".")[0]), [{}, {}]  # type: ignore[var-annotated]
        if year in case["rows"]:
            problems.append(
                Problem(
                    place,
                    f"{name}, {year} stands twice, also in row {case['rows'][year]}",
                    "one row for each year of a case; another case has another name",
                    "error",
                    f"“{name}”{year}年重复，另见第{case['rows'][year]}行",
                    "一个例子每年一行；另一个例子请另取名称",
                )
            )
            continue
        case["rows"][year] = number
        said_readings = [part.partition("=") for part in re.split("[；;\n]", str(cells.get("解读", "")).replace("＝", "=")) if part.strip()]
        case["readings"] |= _readings(policy, {name.strip(): word.strip() for name, _, word in said_readings}, f"{place}, 解读", problems)
        for head, cell in cells.items():
            if head not in HEAD and head and cell != "":
                table = 0 if head in by_table[0] else 1 if head in by_table[1] else -1
                if table < 0:
                    problems.append(
                        Problem(
                            place,
                            phrase("unknown column {}", head),
                            nearest(head, [*by_table[0], *by_table[1]]),
                            "error",
                            f"没有“{head}”这一列",
                        )
                    )
                else:
                    values[table][by_table[table][head]] = cell
        case["enterprise"] |= _facts(policy, 0, values[0], lambda key, place=place: f"{place}, {key}", problems)
        if values[1] or str(cells["有当年数据"]).strip() != "否":
            case["years"][year] = _facts(policy, 1, values[1], lambda key, place=place: f"{place}, {key}", problems)
        if str(held := cells.get("已有支持", "")).strip():
            case["support"][year] = _fen(policy, clause, held, f"{place}, 已有支持", problems)
        computed, said = cells["计算金额"], unescaped(str(cells["确认"])).strip()
        said = "" if said.lower() in ("", "否", "no") else said
        if computed == "" and said.lower() in _YES:
            problems.append(
                Problem(
                    f"{place}, 确认",
                    f"says {said}, but the row has no computed amount (计算金额) to agree with",
                    "write the amount you came to",
                    "error",
                    f"写的是“{said}”，但该行没有计算金额可供核对",
                    "请写手工算得的数",
                )
            )
        elif computed != "" or said:  # a row of one's own has no computed amount: the amount it says is checked all the same
            amount = computed if not said or said.lower() in _YES else said
            case["gives"][year] = _fen(policy, clause, amount, place, problems)
            case["confirmed"][year] = bool(said)
    groups: dict[str, list[Member]] = {}
    for (name, member), case in made.items():
        groups.setdefault(name, []).append(Member(member, case["enterprise"], case["years"], case["copies"], case["support"]))
    alone = {name: len(members) == 1 and members[0].copies == 1 for name, members in groups.items()}
    tuples = {name: () if alone[name] else tuple(members) for name, members in groups.items()}
    places: dict[str, int] = {}
    for (name, _), case in made.items():
        at = places[name] = places.get(name, -1) + 1
        sure = [year for year, yes in case["confirmed"].items() if yes]
        gives = {y: case["gives"][y] for y in (sure or case["gives"])}
        about = (case["about"], case["about"])
        yield _case(name, case["clause"], about, groups[name][at], gives, bool(sure), case["readings"], tuples[name], at)


def _slug(policy: Policy, given: Any) -> str:
    """The code of a clause written by its code or its Chinese name."""
    said = str(given).strip()
    if said == "追回":
        return CLAWBACK
    return next((clause.slug for clause in policy.clauses if said in (clause.slug, clause.zh)), said)


def _clause_known(policy: Policy, clause: Any, place: str, problems: list[Problem]) -> bool:
    if clause in policy.slugs or clause == CLAWBACK:
        return True
    near = nearest(str(clause), policy.slugs)
    problems.append(
        Problem(
            place,
            f"there is no clause {clause}",
            near or ", ".join(policy.slugs),
            "error",
            f"没有条款“{clause}”",
            "可用：" + "、".join(policy.slugs),
        )
    )
    return False


def _readings(policy: Policy, given: Any, place: str, problems: list[Problem]) -> dict[str, str]:
    """Readings of a case, by code or Chinese name."""
    found = {}
    for said, word in given.items() if isinstance(given, Mapping) else ():
        switch = next((s for s in policy.readings.values() if str(said) in (s.name, s.zh)), None)
        known = {} if switch is None else {w: n for n, words in switch.meanings.items() for w in (n, *words)}
        if switch is not None and str(word) in known:
            found[switch.name] = known[str(word)]
        else:
            listed = ", ".join(f"{s.name} = {'/'.join(s.names)}" for s in policy.readings.values())
            problems.append(
                Problem(
                    place,
                    f"{said} = {word} is no reading of the policy",
                    listed,
                    "error",
                    f"“{said} = {word}”不是本政策的解读",
                    listed and f"可用：{listed}",
                )
            )
    return found


def _is_year(year: Any, place: str, problems: list[Problem]) -> bool:
    if re.fullmatch(r"[12]\d{3}(\.0)?", str(year)):
        return True
    problems.append(Problem(place, phrase("{} is no year", year), "write 2015", "error", f"“{year}”不是年份", "如 2015"))
    return False


def _fen(policy: Policy, clause: str, amount: Any, place: str, problems: list[Problem]) -> int:
    scale = FEN if _in_cash(policy, clause) else 1
    try:
        value = Decimal(str(amount).replace(",", "").replace("，", "")) * scale
        if value == value.to_integral_value():
            return int(value)
    except InvalidOperation:
        pass
    problems.append(
        Problem(
            place,
            f"{amount} is no amount",
            "write CNY with at most two decimals",
            "error",
            f"“{amount}”不是金额",
            "请写元，至多两位小数",
        )
    )
    return 0


def _facts(policy: Policy, table: int, given: Mapping[Any, Any], place: Any, problems: list[Problem]) -> dict[str, int]:
    """Facts as written, in stored units."""
    columns = _columns(policy)[table]
    found = {}
    for name, value in given.items():
        column = columns.get(str(name))
        if column is None or column.kind == "text":
            near = nearest(str(name), columns)
            problems.append(
                Problem(
                    place(name),
                    f"there is no fact {name}",
                    near,
                    "error",
                    f"没有名为“{name}”的数据",
                    near and f"是否应为“{near[13:-1]}”？",
                )
            )
            continue
        stored = _stored(column, value)
        if stored is None:
            problems.append(
                Problem(
                    place(name),
                    f"{value} is no value of {column.name}",
                    "write it as in a register",
                    "error",
                    f"“{value}”不能作“{column.header}”的值",
                    "请按登记表的写法",
                )
            )
        else:
            found[column.name] = stored
    return found


def _stored(column: Column, value: Any) -> int | None:
    text = str(value).strip()
    if column.kind == "flag":
        return 1 if text.lower() in ("是", "true", "yes", "1", "1.0") else 0 if text.lower() in ("否", "false", "no", "0", "0.0") else None
    if column.kind == "date":
        if value is None or text in ("无", "none"):
            return 0
        found = re.match(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", text)
        return int(found[1]) * 10_000 + int(found[2]) * 100 + int(found[3]) if found else None
    if column.kind == "choice":
        text = "none" if value is None else text
        return next((int(code) for code, words in column.choices if text in words), None)
    try:
        exact = Decimal(text.replace(",", "")) * column.resolution
    except InvalidOperation:
        return None
    return int(exact) if exact == exact.to_integral_value() and exact >= 0 else None
