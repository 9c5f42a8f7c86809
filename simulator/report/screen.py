"""Tables as text for a terminal: columns line up although Chinese characters are two cells wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import pandas as pd

from simulator.budget.result import BudgetRun
from simulator.budget.summary import TOTAL
from simulator.engine.assess import CLAWBACK, Assessment
from simulator.errors import Problem
from simulator.law.clauses import SLUGS
from simulator.scenario import Setting

SHOWN_PROBLEMS = 20


def width(text: str) -> int:
    """Terminal cells a text takes.

    >>> width("预算 a")
    6
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> str:
    """A text table; the first `left` columns aligned left, the others right."""
    lines = [list(map(str, header)), *(list(map(str, row)) for row in rows)]
    widths = [max(width(line[c]) for line in lines) for c in range(len(header))]

    def padded(text: str, c: int) -> str:
        space = " " * (widths[c] - width(text))
        return text + space if c < left else space + text

    shown = ["  ".join(padded(text, c) for c, text in enumerate(line)).rstrip() for line in lines]
    return "\n".join([shown[0], "─" * max(map(width, shown)), *shown[1:]])


def problems(found: Sequence[Problem], limit: int = SHOWN_PROBLEMS) -> str:
    """Problems by severity, the first `limit` of each written out, the rest counted."""
    lines = []
    for severity in dict.fromkeys(p.severity for p in found):
        group = [p for p in found if p.severity == severity]
        lines.append(f"{severity} ({len(group)}):")
        lines += [f"  {p}" for p in group[:limit]]
        if len(group) > limit:
            lines.append(f"  … and {len(group) - limit} more")
    return "\n".join(lines)


def assessment(result: Assessment) -> str:
    """The assessment by clause and year: recipients and 元, totals, and what was odd about the data."""
    summary = result.summary()
    years = [int(y) for y in result.years]
    rows = []
    for slug in [*SLUGS, CLAWBACK]:
        of_clause = summary[summary["clause"] == slug].set_index("year")
        if of_clause.empty:
            continue
        places = slug == "school_places"
        cells = [_cell(of_clause, year, places) for year in years]
        total = f"{of_clause['amount'].sum():,.0f}" if places else f"{of_clause['amount'].sum():,.2f}"
        rows.append((_clause_name(result, slug), slug, *cells, total + (" 个" if places else "")))
    cash = summary[~summary["clause"].isin(["school_places", CLAWBACK])]
    by_year = cash.groupby("year")["amount"].sum()
    rows.append(
        ("合计（不含追回）", "total", *(f"{by_year.get(y, 0.0):,.2f}" for y in years), f"{result.total:,.2f}")
    )
    lines = [table(("条款 clause", "", *(f"{y} 户 | 元" for y in years), "合计 元"), rows, left=2)]
    saved = summary["saved_by_district"].sum()
    if saved:
        lines.append(f"替代既有政策，区级节约 displaced existing support, district's part: {saved:,.2f} 元")
    if len(result.intervals):
        lines += ["", unknown(result)]
    if result.problems:
        lines += ["", problems(result.problems)]
    return "\n".join(lines)


def unknown(result: Assessment) -> str:
    """What unknown facts leave open: intervals or not assessable, and what collecting each column would settle."""
    found = result.intervals
    rows = [
        (r.enterprise_id, r.year, _clause_name(result, r.clause), f"{r.low:,.2f}",
         "无法核定 not assessable" if pd.isna(r.high) else f"{r.high:,.2f}", r.unknown)
        for r in found.head(SHOWN_PROBLEMS).itertuples()
    ]
    head = ("企业", "年度", "条款", "下限 low", "上限 high", "未知 unknown")
    lines = [f"因未知未计入上表 left out above, because facts are unknown ({len(found)}):", table(head, rows, left=1)]
    if len(found) > SHOWN_PROBLEMS:
        lines.append(f"  … and {len(found) - SHOWN_PROBLEMS} more (--out FILE.xlsx or FILE.csv)")
    worth = [
        (r.header, r.column, r.unknown_cells, r.intervals, f"{r.width_alone:,.2f}", f"{r.width_shared:,.2f}",
         r.not_assessable)
        for r in result.worth.itertuples()
    ]
    head = ("查清后可确定 worth collecting", "", "未知格数", "区间数", "单独差额 元", "与他项共同 元", "无法核定")
    return "\n".join([*lines, "", table(head, worth, left=2)])


def _cell(of_clause: pd.DataFrame, year: int, places: bool) -> str:
    if year not in of_clause.index:
        return "—"
    row = of_clause.loc[year]
    amount = f"{row['amount']:,.0f}" if places else f"{row['amount']:,.2f}"
    return f"{row['recipients']:,.0f} | {amount}"


def _clause_name(result: Assessment, slug: str) -> str:
    if slug == CLAWBACK:
        return "五（五） 追回"
    block = result.blocks[slug]
    return f"{block.article} {block.zh}"


def budget(result: BudgetRun) -> str:
    """The budget by year: cash paid in 万元, its quantiles, the appropriation and the chance of overrun."""
    summary = result.summary
    paid = summary[(summary["measure"] == "paid") & (summary["clause"] == TOTAL)]
    overrun = summary[summary["measure"] == "overrun"].set_index("year")["probability"]
    appropriation = result.scenario.appropriation
    rows = []
    for row in paid.to_dict("records"):
        year = row["year"]
        authorised = sum(appropriation.values()) if year == TOTAL else appropriation.get(year)
        chance = f"{overrun[year]:.1%}" if year in overrun.index else "—"
        rows.append(
            (
                "合计" if year == TOTAL else str(year),
                f"{_wan(row['mean'])} ± {_wan(row.get('standard_error'))}",
                *(_wan(row[q]) for q in ("p5", "p50", "p80", "p95")),
                "—" if authorised is None else _wan(authorised / 100),
                chance,
            )
        )
    head = f"{result.scenario.zh}（{result.scenario.name}），{result.scenario.draws:,} 次模拟，种子 {result.scenario.seed}，万元"
    columns = ("年度", "均值 ± 标准误", "P5", "P50", "P80", "P95", "预算安排", "超支概率")
    return head + "\n" + table(columns, rows)


def terms(settings: Sequence[Setting]) -> str:
    """Every settable path with value, unit, range, article or source, and meaning."""
    rows = [
        (s.path, s.value, s.unit, s.range, " ".join(filter(None, (s.source, s.confidence))), s.zh, s.en)
        for s in settings
    ]
    return table(("path", "value", "unit", "range", "source", "含义", "meaning"), rows, left=7)


def _wan(yuan: float | None, digits: int = 1) -> str:
    return "—" if yuan is None or pd.isna(yuan) else f"{yuan / 1e4:,.{digits}f}"


def examination(found: pd.DataFrame, examined, lang: str) -> str:
    """What a check found: the table of problems, then how many there are and whether the register can be used.

    found: `findings.problem_table`; examined: `readers.Examination`.
    """
    errors, warnings = len(examined.errors), len(examined.warnings)
    if lang == "zh":
        end = f"{examined.label}：错误 {errors} 处，提示 {warnings} 处。" + ("须更正错误后才能使用。" if errors else "可以使用。")
    else:
        end = f"{examined.label}: {errors} error(s), {warnings} warning(s). " + (
            "It cannot be used until the errors are mended." if errors else "It can be used.")
    if examined.encodings:
        end += f"\n编码 encodings: {examined.encodings}"
    if examined.population is not None:
        end += "\n" + repr(examined.population)
    if not len(found):
        return end
    return table(list(found.columns), found.itertuples(index=False), left=len(found.columns)) + "\n\n" + end


def calibration(report: pd.DataFrame) -> str:
    """How well an invented register fits: target, range, achieved, ratio, and every miss."""
    rows = [(r.zh, r.source, _figure(r.target), f"{_figure(r.low)} … {_figure(r.high)}", _figure(r.achieved),
             f"{r.ratio:.3f}", "符合 fits" if r.fits else "未达 MISS") for r in report.itertuples()]
    misses = int((~report["fits"]).sum())
    head = table(("指标", "来源", "目标", "范围", "实现", "实现/目标", ""), rows, left=2)
    return f"{head}\n\n{len(report)} 项指标，{misses} 项未达 ({misses} of {len(report)} targets missed)"


def _figure(value: float) -> str:
    return "—" if pd.isna(value) else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
