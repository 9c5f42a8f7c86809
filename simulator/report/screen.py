"""Results as text for a terminal."""

from __future__ import annotations

from dataclasses import asdict
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from simulator.budget.result import BudgetRun
from simulator.budget.summary import TOTAL
from simulator.report import precision
from simulator.report.rounding import MISSING, UNITS, UP
from simulator.report.terminal import table
from simulator.report.wording import Wording, load

_DECIMALS = {"zh": 1, "en": 3}  # of 万元 and of a million: to the thousand CNY


def _money(yuan: float | None, lang: str, rounding: str = ROUND_HALF_UP) -> str:
    if yuan is None or pd.isna(yuan):
        return MISSING
    scaled = Decimal(repr(float(yuan))) / Decimal(repr(UNITS[lang]["money"].scale))
    return f"{scaled.quantize(Decimal(1).scaleb(-_DECIMALS[lang]), rounding=rounding) + 0:,f}"


def budget(result: BudgetRun, lang: str = "zh", *, intervals: bool = True) -> str:
    """The budget by year: cash paid in 万元 (millions), its quantiles, the appropriation and the chance of overrun; intervals: and
    how sure these are."""
    scenario = result.scenario
    words = load(lang, any(year in scenario.examples for year in scenario.funds))

    def money(yuan: float | None, rounding: str = ROUND_HALF_UP) -> str:
        return _money(yuan, lang, rounding)

    summary = result.summary
    paid = summary[(summary["measure"] == "paid") & (summary["clause"] == TOTAL)]
    overrun = summary[summary["measure"] == "overrun"].set_index("year")["probability"]
    appropriation = result.scenario.funds
    rows = []
    for row in paid.to_dict("records"):
        year = row["year"]
        authorised = (sum(appropriation.values()) if appropriation else None) if year == TOTAL else appropriation.get(year)
        chance = f"{overrun[year]:.1%}" if year in overrun.index else "—"
        rows.append(
            (
                words.say("screen.total") if year == TOTAL else str(year),
                f"{money(row['mean'])} ± {money(row.get('standard_error'))}",
                money(row["p5"]),
                *(money(row[q], UP) for q in ("p50", "p80", "p95")),  # amounts that suffice
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
