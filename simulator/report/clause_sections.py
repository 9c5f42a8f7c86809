"""One clause in depth: what it costs and whom it reaches, from entitlement to payment, and the terms and readings it has."""

from __future__ import annotations

import math

from simulator.budget.statistics import ratio
from simulator.document import Card, Cards, Cell, Figure, Paragraph, Parts, Table, number
from simulator.document.numbers import MISSING, UNITS, number_of, percent, shown, withheld
from simulator.errors import Problem, ReportError
from simulator.phrases import phrase
from simulator.render.pictures import pictured
from simulator.report import charts, making, page, returns
from simulator.report.page import Part
from simulator.report.settings import settings_table, switches_table
from simulator.report.tables import estimate
from simulator.report.wording import Wording, words_of
from simulator.store.record import TOTAL, Clause, RunFolder

__all__ = ["cover", "answer", "cost", "stages", "terms", "made", "end"]
end = making.end
_CONTENTS = {"answer": "answer.short", "payouts": "clause.cost", "stages": "cost.stages", "terms": "clause.terms", "made": "made.plain"}
_MEASURES = ("entitled", "awarded", "paid", "displaced")


def clause_of(run: RunFolder, slug: str) -> Clause:
    """The clause of that name. Raises ReportError when the run has none."""
    for clause in run.clauses:
        if clause.slug == slug:
            return clause
    raise ReportError(Problem("clause", phrase("the run has no {}", repr(slug)), "one of " + ", ".join(c.slug for c in run.clauses)))


def cover(run: RunFolder, clause: str, lang: str) -> Part:
    """Title: the clause and its article."""
    words, one = words_of(run, lang), clause_of(run, clause)
    title = words.say("readings.clause", article=one.article, name=words.pick(one.names))
    facts = [making.policy_name(run, words), *making.run_facts(run, words)]
    return making.front(run, words, words.say("clause.kicker"), title, facts, sections=_CONTENTS)


def answer(run: RunFolder, clause: str, lang: str) -> Part:
    """What it costs in all, its share, and whom it reaches."""
    words, one = words_of(run, lang), clause_of(run, clause)
    in_kind = one.kind == "in_kind"
    unit, count = UNITS[lang]["count" if in_kind else "money"], UNITS[lang]["count"]
    paid, people = run.row("paid", clause), run.row("recipients", clause)
    received = shown(people, count)
    said = {
        "name": words.pick(one.names),
        "first": run.cash_years[0],
        "last": run.cash_years[-1],
        "mean": shown(paid, unit),
        "recipients": received,
    }
    money = words.say("unit.places" if in_kind else "unit.money")
    cards = [
        (
            f"paid_{q}",
            words.say(f"clause.card_{q}"),
            shown(paid, unit, q),
            money if shown(paid, unit, q) != MISSING else "",
            words.say(f"clause.card_{q}_note"),
        )
        for q in ("mean", "p80", "p95")
    ]
    cards.append(("recipients", words.say("cost.recipients"), received, "", words.say("clause.card_recipients")))
    if in_kind:
        lead = words.rich("clause.lead_in_kind", **said)
    else:
        lead = words.rich("clause.lead", **said, share=_share(run, clause, words))
    return page.section("answer", words.say("answer.short"), words.tag, Cards([Card(*card) for card in cards]), Paragraph(lead, "lead"))


def _share(run: RunFolder, clause: str, words: Wording) -> str:
    """The clause's share of all payouts, a ratio of means, with its standard error where the draws may be shown."""
    paid, whole = run.row("paid", clause), run.row("paid")
    if withheld(paid) or not whole["mean"]:
        return MISSING
    own, every = run.paid_under(clause), run.paid_totals
    value, error = (
        ratio(own.to_numpy(), every.to_numpy(), run.replicate) if len(own) and len(every) else (paid["mean"] / whole["mean"], math.nan)
    )
    if not error > 0:
        return percent(value)
    unit = UNITS[words.lang]["share"]
    return words.say("clause.share", share=unit.text(value, error), error=unit.text(error, error / 10))


def cost(run: RunFolder, clause: str, lang: str) -> Part:
    """Its payments by year: the fan and the quantiles."""
    words, one = words_of(run, lang), clause_of(run, clause)
    unit = UNITS[lang]["count" if one.kind == "in_kind" else "money"]
    named = words.say("unit.places" if one.kind == "in_kind" else "unit.money")
    bands = run.by_year("paid", clause)
    parts: list[Parts] = []
    drawn = bands.dropna(subset=["p5", "p50", "p80", "p95"])
    if len(drawn) > 1 and one.kind != "in_kind":
        picture = pictured(charts.fan(drawn, {}, words), words.say("risk.fan_alt"))
        parts.append(Figure(words.say("risk.fan"), picture, words.say("risk.fan_caption")))
    columns = ("mean", "p5", "p50", "p80", "p95")
    header = [words.say("risk.year"), words.say("risk.mean"), *(q.upper() for q in columns[1:])]
    rows = [
        [
            Cell(words.say("risk.all_years") if year == TOTAL else str(year)),
            *(estimate(run.row("paid", clause, year), unit, words, c) for c in columns),
        ]
        for year in run.cash_years_and_total
    ]
    parts.append(Table(words.say("clause.by_year"), header, rows, aside=words.say("unit.table", unit=named), strong=[-1]))
    parts.append(Paragraph(words.say("risk.table_note"), "small"))
    if bands[["p5", "p95"]].isna().to_numpy().any() and not run.external:  # outside, quantiles may be withheld
        parts.append(Paragraph(words.rich("clause.few", draws=f"{run.record['draws']:,}"), "small"))
    return page.section("payouts", words.say("clause.cost"), words.tag, *parts)


def stages(run: RunFolder, clause: str, lang: str) -> Part:
    """From entitlement to payment by year, and how many receive it."""
    words, one = words_of(run, lang), clause_of(run, clause)
    unit, count = UNITS[lang]["count" if one.kind == "in_kind" else "money"], UNITS[lang]["count"]
    header = [words.say("risk.year"), *(words.say(f"cost.{m}") for m in _MEASURES), words.say("cost.recipients")]
    rows = [
        [
            Cell(words.say("risk.all_years") if year == TOTAL else str(year)),
            *(number(number_of(run.row(m, clause, year), unit)) for m in _MEASURES),
            number(number_of(run.row("recipients", clause, year), count)),
        ]
        for year in run.cash_years_and_total
    ]
    named = words.say("unit.places" if one.kind == "in_kind" else "unit.money")
    return page.section(
        "stages",
        words.say("cost.stages"),
        words.tag,
        Table("", header, rows, aside=words.say("unit.table", unit=named), strong=[-1]),
        Paragraph(words.say("cost.stages_note"), "small"),
    )


def terms(run: RunFolder, clause: str, lang: str) -> Part:
    """The law's numbers of the clause, the readings of its article, and what its cost depends on."""
    words, one = words_of(run, lang), clause_of(run, clause)
    law = run.rows_of("law")
    law = law[law["path"].str.startswith(f"law.{clause}.")]
    switches = run.rows_of("interpretation")
    switches = switches[[_about(source, one.article) for source in switches["source"]]]
    columns = [words.say(f"readings.{key}") for key in ("term", "value", "unit")]
    parts = [settings_table(law, words, words.say("readings.terms"), columns)] if len(law) else []
    if len(switches):
        parts.append(switches_table(switches, words))
    return page.section("terms", words.say("clause.terms"), words.tag, *parts, _drivers(run, clause, words))


def made(run: RunFolder, lang: str) -> Part:
    """What is needed to make the numbers again."""
    return making.made(run, lang, "made.plain")


def _about(source: str, article: str) -> bool:
    """Whether a reading's article (四（三）, perhaps several of them) names this one: by its own bracket."""
    return article[article.find("（") :] in source and article[:1] in source


def _drivers(run: RunFolder, clause: str, words: Wording) -> Parts:
    """The row of the drivers' table that is about this clause, where the run has one."""
    found = run.analyses.get("drivers")
    if found is None or f"paid.{clause}" not in set(found["result"]):
        return ""
    return returns.drivers(run, words, only=f"paid.{clause}")
