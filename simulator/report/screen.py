"""Tables as text for a terminal: columns line up although Chinese characters are two cells wide."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.budget.result import BudgetRun
from simulator.budget.summary import TOTAL
from simulator.report import precision
from simulator.report.rounding import MISSING, UNITS
from simulator.report.wording import Wording, load
from simulator.scenario import Setting

_DECIMALS = {"zh": 1, "en": 3}  # of 万元 and of a million: to the thousand CNY


def width(text: str) -> int:
    """Terminal cells a text takes.

    >>> width("预算 a")
    6
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def lines(text: str, wide: int) -> list[str]:
    """A text in lines of at most `wide` cells, broken at spaces and between Chinese characters; no line begins with a stop.

    >>> lines("预算安排，逐年列示", 10)
    ['预算安排，', '逐年列示']
    """
    found = [""]
    for piece in re.findall(r"[（《〔“(]*[\u2e80-\uffdf][，。；：、）》〕”),;:]*|[^\s\u2e80-\uffdf]+\s*|\s+", text):
        if found[-1] and width(found[-1] + piece.rstrip()) > wide:
            found[-1] = found[-1].rstrip()
            found.append("")
        found[-1] += piece
    return found


def table(header: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1, last_left: bool = False) -> str:
    """A text table; the first `left` columns (and the last, if so said) aligned left, the others right."""
    lines = [list(map(str, header)), *(list(map(str, row)) for row in rows)]
    widths = [max(width(line[c]) for line in lines) for c in range(len(header))]

    def padded(text: str, c: int) -> str:
        space = " " * (widths[c] - width(text))
        return text + space if c < left or (last_left and c == len(header) - 1) else space + text

    shown = ["  ".join(padded(text, c) for c, text in enumerate(line)).rstrip() for line in lines]
    return "\n".join([shown[0], "─" * max(map(width, shown)), *shown[1:]])


def folded(header: Sequence[str], rows: Iterable[Sequence[str]], widest: Sequence[int]) -> str:
    """A table of texts, each column at most so many cells wide: what is longer goes on below."""
    split = [[lines(text, wide) for text, wide in zip(row, widest, strict=True)] for row in rows]
    return table(header, [row for cells in split for row in zip_longest(*cells, fillvalue="")], left=len(header))


def _money(yuan: float | None, lang: str) -> str:
    return MISSING if yuan is None or pd.isna(yuan) else f"{yuan / UNITS[lang]['money'].scale:,.{_DECIMALS[lang]}f}"


def budget(result: BudgetRun, lang: str = "zh", *, intervals: bool = True) -> str:
    """The budget by year: cash paid in 万元 (millions), its quantiles, the appropriation and the chance of overrun; intervals: and
    how sure these are."""
    words, scenario = load(lang), result.scenario

    def money(yuan: float | None) -> str:
        return _money(yuan, lang)

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
                words.say("screen.total") if year == TOTAL else str(year),
                f"{money(row['mean'])} ± {money(row.get('standard_error'))}",
                *(money(row[q]) for q in ("p5", "p50", "p80", "p95")),
                money(None if authorised is None else authorised / 100),
                chance,
            )
        )
    head = words.say("screen.head", title=words.pick({"zh": scenario.zh, "en": scenario.en}), name=scenario.name,
                     draws=f"{scenario.draws:,}", seed=scenario.seed, unit=words.say("unit.money"))
    columns = [words.say("screen.year"), words.say("screen.mean"), "P5", "P50", "P80", "P95", words.say("screen.appropriation"),
               words.say("screen.overrun")]
    shown = head + "\n" + table(columns, rows) + ("\n\n" + _intervals(summary, lang, words) if intervals else "")
    if result.precision:
        names = {slug: words.pick({"zh": b.zh, "en": b.en}) for slug, b in scenario.law.blocks.items()}
        shown += "\n\n" + precision.told(asdict(result.precision), names, words)
    return shown


def _intervals(summary: pd.DataFrame, lang: str, words: Wording) -> str:
    """How sure quantiles and chances of an overrun are, by year: 95 % intervals of the simulation itself."""
    of = {m: own.set_index("year") for m, own in summary[summary["clause"] == TOTAL].groupby("measure")}
    paid, overrun = of["paid"], of.get("overrun")
    rows = []
    for year in paid.index:
        cells = [words.say("screen.total") if year == TOTAL else str(year)]
        for q in ("p5", "p50", "p80", "p95"):
            low, high = (paid.loc[year, f"{q}_{end}"] for end in ("low", "high"))
            cells.append(MISSING if pd.isna(low) else f"[{_money(low, lang)}, {_money(high, lang)}]")
        if overrun is not None:
            low, high = (overrun[f"probability_{end}"].get(year) for end in ("low", "high"))
            cells.append(MISSING if low is None or pd.isna(low) else f"[{low:.1%}, {high:.1%}]")
        rows.append(cells)
    header = [words.say("screen.intervals"), "P5", "P50", "P80", "P95"]
    return table([*header, *([words.say("screen.overrun")] if overrun is not None else [])], rows)


def expected(result: BudgetRun, lang: str = "zh") -> str:
    """Mean cash by year as drawn, and with arrivals and market at their expectation; how many times the draws that is worth."""
    words, rows = load(lang), []
    for row in result.expected[(result.expected["measure"] == "paid") & (result.expected["clause"] == TOTAL)].to_dict("records"):
        was, now = row["standard_error"], row["expected_error"]
        rows.append((words.say("screen.total") if row["year"] == TOTAL else str(row["year"]),
                     f"{_money(row['mean'], lang)} ± {_money(was, lang)}", f"{_money(row['expected'], lang)} ± {_money(now, lang)}",
                     f"{(was / now) ** 2:.2f}" if now > 0 else MISSING))
    return table([words.say(f"screen.{key}") for key in ("year", "mean", "expected", "worth")], rows)


def terms(settings: Sequence[Setting], lang: str = "zh") -> str:
    """Every settable path with value, unit, range, article or source, and meaning."""
    words = load(lang)
    rows = [
        (s.path, s.value, words.term("units", s.unit), s.range, " ".join(filter(None, (s.source, s.confidence))),
         words.pick({"zh": s.zh, "en": s.en}))
        for s in settings
    ]
    return table([words.say(f"screen.{key}") for key in ("path", "value", "unit", "range", "source", "meaning")], rows, left=6)


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


def purged(found: pd.DataFrame, lang: str) -> str:
    """What a purge left, each with the reason; how many files are gone; what deleting is not."""
    words = load(lang)
    left = found[found["state"] != "gone"]
    end = words.say("purge.end", gone=f"{len(found) - len(left):,}", left=f"{len(left):,}") + "\n" + words.say("purge.honest")
    rows = [(row.file, words.say(f"purge.{row.state}")) for row in left.itertuples()]
    return (table([words.say("purge.file"), words.say("purge.why")], rows, left=2) + "\n\n" if rows else "") + end


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
        told = [f"{kind} {digest[:12]}".strip() for kind, digest in given]
        return " ".join(told[:3]) + (f" … +{len(told) - 3}" if len(told) > 3 else "")  # the log itself has all of them

    rows = [(line["line"], line["time"], line["user"], line["verb"], words.say(f"audit.{line['result']}"),
             digests((words.term("audit", kind), digest) for kind, digest in line["read"].items()),
             digests((file["kind"], file["sha256"]) for file in line["written"])) for line in lines]
    header = [words.say(f"audit.{key}") for key in ("line", "time", "user", "verb", "result", "read", "written")]
    return table(header, rows, left=len(header)) + "\n\n" + _anchor(words, head)


def _anchor(words: Wording, head: Mapping[str, Any]) -> str:
    return words.say("audit.anchor", line=f"{head['line']:,}", seal=head["seal"]) if head else words.say("audit.empty")
