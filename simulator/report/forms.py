"""The bureau's own forms, filled from the run: 项目支出绩效目标申报表, and the headings of 事前绩效评估 for policies.

What a form asks and the run cannot know (satisfaction, the assessor's verdict) is said to be left to whoever files it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from simulator.document import Cell, Facts, Heading, Paragraph, Parts, Rich, Table, number
from simulator.document.numbers import DOWN, MISSING, UNITS, UP, WITHHELD, Number, Unit, apportioned, number_of, percent, shown
from simulator.report import making, page, returns, tables
from simulator.report.making import policy_name
from simulator.report.page import Part
from simulator.report.tabled import in_money, with_margin
from simulator.report.tables import chance_text, goal
from simulator.report.wording import Wording, words_of
from simulator.store.record import TOTAL, RunFolder

FINE = Unit("fine", 0.01, 3, sign="%")  # of small shares
_SATISFACTION = 90  # per cent: the usual asking, not a result of the run
_FEASIBLE = ("necessity", "economy", "targets", "feasibility", "funding", "guarantee", "sustainability", "conclusion", "advice")
BLANKS = ("department", "unit", "person", "seal")  # what only the office that files the form can say


def performance(run: RunFolder, lang: str) -> Part:
    """The table of performance targets: the project, its money by source and year, its indicators with their values."""
    words, unit = words_of(run, lang), UNITS[lang]["money"]
    record, policy = run.record, run.record["policy"]
    new = str(policy["start"])[:4] >= str(run.years[0])
    end = policy.get("end")
    term = (
        words.say("forms.term", start=policy["start"], end=end)
        if end and end != "none"
        else words.say("forms.term_open", start=policy["start"])
    )
    blank = words.say("forms.blank")
    subject = str(run.settings.set_index("path")["value"].get("classification", "none"))
    facts = [
        ("project", policy_name(run, words)),
        *((key, blank) for key in BLANKS[:3]),
        ("classification", blank if subject == "none" else subject),
        ("type", words.say("forms.new" if new else "forms.continued")),
        ("period", term),
        ("scenario", words.pick(record["title"])),
        ("seal", blank),
    ]
    amounts = funds(run, unit)
    header = [words.say("forms.source"), *(str(y) for y in run.cash_years), words.say("cost.total")]
    rows = []
    for source, given in (("district", amounts), ("transfers", {}), ("other", {})):
        cells = _amounts(run, given, unit) if given else [Cell("", number=True)] * (len(run.cash_years) + 1)
        rows.append([Cell(words.say(f"forms.{source}")), *cells])
    rows.append([Cell(words.say("cost.total")), *_amounts(run, amounts, unit)])
    columns = [words.say(f"forms.{key}") for key in ("level", "kind", "indicator", "value", "chance", "basis")]
    return page.section(
        "performance",
        making.numbered(run, words, "performance"),
        words.tag,
        Facts([(words.say(f"forms.{key}"), value) for key, value in facts]),
        Table(words.say("forms.funds"), header, rows, aside=in_money(words), strong=[-1], adds=True),
        Paragraph(words.say(f"forms.{_basis(run)}"), "small"),
        yearly(run, words),
        cash_plan(run, words),
        Table(words.say("forms.indicators"), columns, [[Cell(text) for text in row] for row in indicators(run, words)], style="forms"),
        Paragraph(words.say("forms.note"), "small"),
    )


def yearly(run: RunFolder, words: Wording) -> Table:
    """The goals of each award year: what is promised is rounded down, with the half chance of a median."""
    count, big = UNITS[words.lang]["count"], UNITS[words.lang]["big"]
    rows = [
        [
            Cell(str(year)),
            number(replace(number_of(run.row("recipients", year=year), count, "p50", rounding=DOWN), digits=0)),
            number(number_of(run.row("online_sales", year=year), big, "p50", rounding=DOWN)),
        ]
        for year in run.years
    ]
    header = [words.say("risk.year"), words.say("forms.recipients"), words.say("forms.sales", unit=words.say("unit.big"))]
    return Table(words.say("forms.yearly"), header, rows)


def cash_plan(run: RunFolder, words: Wording) -> Parts:
    """When the money is paid, quarter by quarter: what is awarded evenly over a year is paid as much later as the share paid in its own
    year says. Of the bureau's money where there is any, else of mean payouts; "" where the run does not say."""
    unit, shares = UNITS[words.lang]["money"], quarters(run)
    given = funds(run, unit) if run.appropriation else {}
    paid = tables.paid_as_printed(run, unit)
    amounts = {y: given.get(y, float(run.row("paid", year=y)["mean"])) for y in run.cash_years}
    rows = []
    for year, parts in shares.items():
        if not math.isfinite(amounts[year]):
            return ()
        values = [amounts[year] * part for part in parts]
        total = unit.rounded(amounts[year]) if year in given or not paid else paid[TOTAL, year]
        printed = apportioned(values, unit, total)
        rows.append(
            [
                Cell(str(year)),
                *(
                    number(Number(value, unit, 0.0, printed=p))
                    for value, p in zip([*values, amounts[year]], [*printed, total], strict=True)
                ),
            ]
        )
    header = [words.say("risk.year"), *(words.say("forms.quarter", number=q) for q in (1, 2, 3, 4)), words.say("cost.total")]
    note = words.say("forms.plan_own" if given else "forms.plan_mean")
    return Table(words.say("forms.plan"), header, rows, aside=in_money(words), note=note) if rows else ()


def quarters(run: RunFolder) -> dict[int, list[float]]:
    """The share of each year's cash in each of its quarters; years in which nothing is paid are left out."""
    said = run.settings.set_index("path")["value"].get("assumptions.cash.same_year", "")
    numbers = [float(n) for n in re.findall(r"\d+(?:\.\d+)?(?:[eE]-?\d+)?", str(said))]
    if not numbers:
        return {}
    low, mode, high = (numbers * 3)[:3] if len(numbers) != 2 else (numbers[0], sum(numbers) / 2, numbers[1])
    same = min(max((low + 4 * mode + high) / 6, 0.0), 1.0)  # mean of the distribution
    late = 1 - same  # of a year, from award to payment
    awarded = {year: float(run.row("awarded", year=year)["mean"]) for year in run.years}
    found = {}
    for year in run.cash_years:
        own, before = (max(0.0, awarded.get(y, 0.0)) if math.isfinite(awarded.get(y, 0.0)) else 0.0 for y in (year, year - 1))
        parts = [own * _overlap(q, late, 1.0) + before * _overlap(q, 0.0, late) for q in range(4)]
        if (whole := sum(parts)) > 0:
            found[year] = [part / whole for part in parts]
    return found


def _overlap(quarter: int, start: float, end: float) -> float:
    """How much of a quarter (0 … 3) lies between two points of the year."""
    return max(0.0, min(end, (quarter + 1) / 4) - max(start, quarter / 4))


def _amounts(run: RunFolder, given: Mapping[int, float], unit: Unit) -> list[Cell]:
    """Amounts by year and their sum; blank where the bureau is to fill them in."""
    values = [given.get(y, 0.0) for y in run.cash_years]
    return [Cell("", number=True) if run.example else number(Number(v, unit, 0.0)) for v in [*values, math.fsum(values)]]


def _basis(run: RunFolder) -> str:
    return "funds_example" if run.example else "funds_note" if run.appropriation else "funds_p80"


def funds(run: RunFolder, unit: Unit) -> dict[int, float]:
    """The money asked for, CNY by year: what is appropriated, else the P80 of payouts as page one prints it (none where a run is too
    small). Nothing where the appropriation is the program's example: the bureau fills it in."""
    if run.example:
        return {}
    if run.appropriation:
        return {y: run.appropriation.get(y, 0.0) for y in run.cash_years}
    needs = {year: number_of(run.row("paid", year=year), unit, "p80").text for year in run.cash_years}
    return {year: float(tables.amount_printed(text)) * unit.scale for year, text in needs.items() if text not in (MISSING, WITHHELD)}


def indicators(run: RunFolder, words: Wording) -> list[tuple[str, ...]]:
    """The rows of the indicators: level, kind, name, ≥ or ≤ value, chance by the run, what the value rests on."""
    unit, count = UNITS[words.lang]["money"], UNITS[words.lang]["count"]
    rows: list[tuple[str, ...]] = []

    def add(level: str, kind: str, name: str, sign: str, value: str, chance: str, basis: str) -> None:
        if MISSING not in value:
            rows.append(
                (
                    words.say(f"forms.{level}"),
                    words.say(f"forms.{kind}"),
                    name,
                    f"{sign} {value}",
                    chance,
                    words.say(f"forms.basis_{basis}"),
                )
            )

    def heads(*of: Any, **at: Any) -> str:
        """A median number of enterprises, promised: whole ones."""
        return replace(number_of(run.row(*of, **at), count, "p50", rounding=DOWN), digits=0).text

    def money(text: str) -> str:
        return text if text == MISSING else words.say("returns.money", amount=text)

    half, most = percent(0.5), percent(0.8)
    paid, awarded, entitled = (run.row(m)["mean"] for m in ("paid", "awarded", "entitled"))
    add("output", "quantity", words.say("cost.recipients"), "≥", heads("recipients"), half, "median")
    largest = max((c for c in run.clauses if c.kind != "in_kind"), key=lambda c: _or_zero(run.row("paid", c.slug)["mean"]))
    add(
        "output",
        "quantity",
        words.say("forms.recipients_of", clause=words.pick(largest.names)),
        "≥",
        heads("recipients", largest.slug),
        half,
        "median",
    )
    if entitled:
        add("output", "quality", words.say("forms.granted"), "≥", _floor(awarded / entitled), MISSING, "mean")
    if awarded:
        add("output", "timeliness", words.say("forms.settled"), "≥", _floor(paid / awarded), MISSING, "mean")
    if (given := funds(run, unit)) and run.appropriation:  # the form's own money, and how likely it suffices
        enough = percent(1 - run.row("overrun")["probability"])
        add("cost", "cost_kind", words.say("growth.row_paid"), "≤", money(unit.text(math.fsum(given.values()), 0.0)), enough, "funds")
    else:
        add("cost", "cost_kind", words.say("growth.row_paid"), "≤", money(shown(run.row("paid"), unit, "p80")), most, "p80")
    cost = run.row("cost_per_enterprise")
    add("cost", "cost_kind", words.say("returns.cost_per_enterprise"), "≤", money(shown(cost, unit, rounding=UP)), MISSING, "mean")
    for target in run.targets:
        kind = "economic" if target.unit != "count" else "social"
        reached = run.row("target", target.key, target.year)
        chance = chance_text(reached, words)
        name = words.say("forms.in_year", name=words.pick(target.names), year=target.year)
        bare = goal(replace(target, high=target.low), words)
        add("benefit", kind, name, "≥", bare, chance, "policy" if not reached["probability"] < 0.5 else "policy_unlikely")
    add(
        "benefit",
        "economic",
        words.say("growth.row_induced_plain"),
        "≥",
        money(shown(run.row("induced_tax"), unit, "p50", rounding=DOWN)),
        half,
        "median",
    )
    stays = heads("induced_enterprises", year=run.years[-1])
    name = words.say("forms.stays", year=run.years[-1])
    if stays in (MISSING, WITHHELD):
        rows.append((words.say("forms.benefit"), words.say("forms.sustainable"), name, words.say("forms.blank"), MISSING, MISSING))
    else:
        add("benefit", "sustainable", name, "≥", stays, half, "median")
    add("satisfaction", "satisfaction_kind", words.say("forms.satisfied"), "≥", f"{_SATISFACTION}%", MISSING, "survey")
    return rows


def _floor(share: float) -> str:
    """A share asked for at least, in whole per cent and never more than the run gives.

    >>> _floor(0.9999), _floor(1.0), _floor(0.847)
    ('99%', '100%', '84%')
    """
    return f"{math.floor(100 * min(1.0, share) + 1e-9)}%"


def appraisal(run: RunFolder, lang: str) -> Part:
    """The headings of an appraisal before the budget, each with what the run has to say to it."""
    words = words_of(run, lang)
    parts: list[Parts] = []
    makers = (_necessity, _economy, _soundness, _feasibility, _funding, _guarantee, _sustainability, _conclusion, _advice)
    for key, make in zip(_FEASIBLE, makers, strict=True):
        parts.append(Heading(words.say(f"appraisal.{key}")))
        parts += [Paragraph(sentence) for sentence in make(run, words) if sentence]
    parts.append(affordable(run, words))
    return page.section("appraisal", making.numbered(run, words, "appraisal"), words.tag, *parts)


def _necessity(run: RunFolder, words: Wording) -> list[Rich | str]:
    big, year = UNITS[words.lang]["big"], run.years[-1]
    said = {
        "year": year,
        "with_policy": shown(run.row("online_sales", year=year), big, "p50"),
        "without": shown(run.row("online_sales_without", year=year), big, "p50"),
    }
    sentences: list[Rich | str] = [] if MISSING in map(str, said.values()) else [words.rich("appraisal.without", **said)]
    row = run.row("deadweight")
    share, low, high = (percent(float(row.get(name, math.nan))) for name in ("mean", "p5", "p95"))
    if share == MISSING:
        return sentences
    between = "" if MISSING in (low, high) else words.rich("appraisal.deadweight_between", low=low, high=high)
    return [*sentences, words.rich("appraisal.deadweight", share=share) + between]


def _economy(run: RunFolder, words: Wording) -> list[Rich | str]:
    unit = UNITS[words.lang]["money"]
    said = {"mean": shown(run.row("paid"), unit), "induced": shown(run.row("induced_tax"), unit)}
    sentences: list[Rich | str] = [words.rich("appraisal.cost", **said)]
    cost, sales = run.row("cost_per_enterprise"), run.row("cost_per_sales")
    if math.isfinite(cost["mean"]) and math.isfinite(sales["mean"]):
        sentences.append(words.rich("appraisal.per_result", enterprise=shown(cost, unit), sales=shown(sales, returns.FINE)))
    return sentences


def _soundness(run: RunFolder, words: Wording) -> list[Rich | str]:
    chances = [float(run.row("target", t.key, t.year)["probability"]) for t in run.targets]
    known = [c for c in chances if math.isfinite(c)]
    if not run.targets:
        return [words.say("appraisal.no_targets")]
    if not known:
        return []
    section = making.number_of_section(run, words, "targets")
    said = {"likely": sum(c >= 0.5 for c in known), "unlikely": sum(c < 0.1 for c in known)}
    return [words.rich("appraisal.reachable", section=section, count=len(known), **said)]


def _feasibility(run: RunFolder, words: Wording) -> list[Rich | str]:
    settings = run.rows_of("assumptions")
    weak = int(settings["confidence"].isin(["C", "J"]).sum())
    return [words.rich("appraisal.evidence", count=len(settings), weak=weak)]


def _guarantee(run: RunFolder, words: Wording) -> list[Rich | str]:
    """Who is to do the work, and how much of it there is."""
    unit, count = UNITS[words.lang]["money"], UNITS[words.lang]["count"]
    by_year = run.by_year("recipients")["mean"].dropna()
    sentences: list[Rich | str] = [words.say("appraisal.organised")]
    if len(by_year):
        busiest = int(by_year.idxmax())
        sentences.insert(
            0,
            words.rich(
                "appraisal.workload",
                year=busiest,
                recipients=shown(run.row("recipients", year=busiest), count),
                administration=shown(run.row("administration"), unit),
            ),
        )
    return sentences


def _sustainability(run: RunFolder, words: Wording) -> list[Rich | str]:
    """What is still to be paid after the last year in which enterprises may enter, and what the district keeps of it all."""
    unit, end = UNITS[words.lang]["money"], str(run.record["policy"].get("end"))
    sentences: list[Rich | str] = []
    later = [year for year in run.cash_years if end[:4].isdigit() and year > int(end[:4])]
    if later and (paid := tables.paid_as_printed(run, unit)):
        tail = sum((paid[TOTAL, year] for year in later), Decimal(0))
        sentences.append(words.say("appraisal.tail", end=end, last=later[-1], amount=unit.written(tail)))
    net = shown(run.row("net_cost"), unit)
    key = "appraisal.net_gain" if net.startswith("\u2212") else "appraisal.net"
    return sentences + ([words.rich(key, net=net.lstrip("\u2212"))] if net != MISSING else [])


def _conclusion(_: RunFolder, words: Wording) -> list[Rich | str]:
    return [words.say("appraisal.verdict")]


def _advice(run: RunFolder, words: Wording) -> list[Rich | str]:
    """What follows from the figures for whoever decides: money, evidence, doubts."""
    unit = UNITS[words.lang]["money"]
    need = shown(run.row("paid"), unit, "p80")
    sentences: list[Rich | str] = [] if need == MISSING else [words.rich("appraisal.advise_money", p80=need)]
    return [*sentences, words.say("appraisal.advise_evidence")]


def _funding(run: RunFolder, words: Wording) -> list[Rich | str]:
    unit = UNITS[words.lang]["money"]
    doubts = sum(len(c.get("legality", [])) for c in run.record["clauses"])
    sentences: list[Rich | str]
    if run.example:
        sentences = [words.rich("appraisal.unentered")]
    elif run.appropriation:
        said = {"appropriation": unit.text(run.appropriation_total, 0.0), "chance": chance_text(run.row("overrun"), words)}
        sentences = [words.rich("appraisal.appropriated", **said)]
    else:
        sentences = [words.rich("appraisal.unfunded")]
    return sentences + ([words.rich("appraisal.doubts", count=doubts)] if doubts else [])


def affordable(run: RunFolder, words: Wording, errors: bool = False) -> Parts:
    """Payouts as a share of the district's general budget revenue, by year; "" where the run does not say. errors: their Monte Carlo
    errors beneath them, and how far the revenue itself is uncertain, for the annex."""
    found = run.analyses.get("affordability")
    if found is None or found.empty:
        return ()
    unit, big = UNITS[words.lang]["money"], UNITS[words.lang]["big"]
    rows = []
    for entry in found.to_dict("records"):
        low, high = big.text(entry["revenue_low"], 0.0), big.text(entry["revenue_high"], 0.0)
        between = Cell(MISSING if low == high else words.say("risk.range", low=low, high=high), number=True)
        rows.append(
            [
                Cell(f"{entry['year']:.0f}", note=words.say(f"afford.{entry['basis']}")),
                number(Number(entry["revenue"], big, 0.0)),
                *[between] * errors,
                number(number_of(run.row("paid", year=int(entry["year"])), unit)),
                *(with_margin(one, words) if errors else number(one) for one in _shares(entry)),
            ]
        )
    header = [
        words.say("risk.year"),
        words.say("afford.revenue", unit=words.say("unit.big")),
        *[words.say("afford.range")] * errors,
        words.say("afford.paid", unit=words.say("unit.money")),
        words.say("afford.share"),
        words.say("afford.worst"),
    ]
    paid = 2 + errors
    share = f"{{{paid}}}*{unit.scale:.0f}/({{1}}*{big.scale:.0f})"
    return Table(words.say("afford.title"), header, rows, note=words.say("afford.note"), formulas={paid + 1: share})


def _shares(entry: dict[str, Any]) -> tuple[Number, Number]:
    """Payouts over revenue, on average with its standard error, and at worst with its interval."""
    held = bool(entry.get("withheld"))
    low, high = (float(entry.get(f"share_high_{end}", math.nan)) for end in ("low", "high"))
    return (
        Number(entry["share"], FINE, float(entry.get("share_error", math.nan)), digits=2, withheld=held),
        Number(entry["share_high"], FINE, ends=(low, high), digits=2, withheld=held),
    )


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0
