"""Tables as text for a terminal: columns line up although Chinese characters are two cells wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.budget.result import BudgetRun
from simulator.budget.summary import TOTAL
from simulator.report import precision
from simulator.report.wording import Wording, load
from simulator.scenario import Setting


def width(text: str) -> int:
    """Terminal cells a text takes.

    >>> width("预算 a")
    6
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1, last_left: bool = False) -> str:
    """A text table; the first `left` columns (and the last, if so said) aligned left, the others right."""
    lines = [list(map(str, header)), *(list(map(str, row)) for row in rows)]
    widths = [max(width(line[c]) for line in lines) for c in range(len(header))]

    def padded(text: str, c: int) -> str:
        space = " " * (widths[c] - width(text))
        return text + space if c < left or (last_left and c == len(header) - 1) else space + text

    shown = ["  ".join(padded(text, c) for c, text in enumerate(line)).rstrip() for line in lines]
    return "\n".join([shown[0], "─" * max(map(width, shown)), *shown[1:]])


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
    shown = head + "\n" + table(columns, rows)
    if result.precision:
        blocks = result.scenario.law.blocks
        shown += "\n\n" + precision.told(asdict(result.precision), {slug: b.zh for slug, b in blocks.items()}, load("zh"))
    return shown


def terms(settings: Sequence[Setting]) -> str:
    """Every settable path with value, unit, range, article or source, and meaning."""
    rows = [
        (s.path, s.value, s.unit, s.range, " ".join(filter(None, (s.source, s.confidence))), s.zh, s.en)
        for s in settings
    ]
    return table(("path", "value", "unit", "range", "source", "含义", "meaning"), rows, left=7)


def _wan(yuan: float | None, digits: int = 1) -> str:
    return "—" if yuan is None or pd.isna(yuan) else f"{yuan / 1e4:,.{digits}f}"


def verified(found: pd.DataFrame, lang: str) -> str:
    """What a verification found: every file that is not as it was made, then how many there are of each kind."""
    words = load(lang)
    wrong = found[~found["state"].isin(["same", "repeated"])]
    counts = [words.say("verify.count", state=words.say(f"verify.{state}"), count=f"{count:,}")
              for state, count in found["state"].value_counts(sort=False).items()]
    end = words.say("source.separator").join(counts)
    if wrong.empty:
        return end
    rows = [(row.file, words.say(f"verify.{row.state}"), words.term("verify", row.note)) for row in wrong.itertuples()]
    return table([words.say(f"verify.{key}") for key in ("file", "state", "note")], rows, left=3) + "\n\n" + end


def audit_state(log: Path, line: int, wrong: str, head: Mapping[str, Any], lang: str) -> str:
    """What a check of the audit log found: that it is whole, with its last seal, or the first line that is not."""
    words = load(lang)
    if line:
        return words.say(f"audit.{wrong}", log=log, line=f"{line:,}")
    return words.say("audit.whole", log=log, lines=f"{head.get('line', 0):,}") + "\n" + _anchor(words, head)


def audit_lines(lines: Sequence[Mapping[str, Any]], head: Mapping[str, Any], lang: str) -> str:
    """Lines of the audit log as a table, then the last seal, to be kept elsewhere."""
    words = load(lang)

    def digests(given: Iterable[tuple[str, str]]) -> str:
        return " ".join(f"{kind} {digest[:12]}".strip() for kind, digest in given)

    rows = [(line["line"], line["time"], line["user"], line["verb"], words.say(f"audit.{line['result']}"),
             digests((words.term("audit", kind), digest) for kind, digest in line["read"].items()),
             digests((file["kind"], file["sha256"]) for file in line["written"])) for line in lines]
    header = [words.say(f"audit.{key}") for key in ("line", "time", "user", "verb", "result", "read", "written")]
    return table(header, rows, left=len(header)) + "\n\n" + _anchor(words, head)


def _anchor(words: Wording, head: Mapping[str, Any]) -> str:
    return words.say("audit.anchor", line=f"{head['line']:,}", seal=head["seal"]) if head else words.say("audit.empty")
