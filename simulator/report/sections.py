"""The report's sections, in its order: each takes a run and a language and returns what a notebook shows.

Selection, change of unit and rounding happen here; every number stands in the run's files. This is the
contents page, with the opening and the end; the sections between are in `spending`, `outlook` and `basis`.
"""

from __future__ import annotations

from simulator.budget.precision import CONVERGED
from simulator.document import Card, Cards, Paragraph, Parts, Rich
from simulator.document.numbers import MISSING, UNITS, percent, shown
from simulator.report import making, page, tables
from simulator.report.annex import detail
from simulator.report.basis import assumptions, readings
from simulator.report.design_section import design, present
from simulator.report.forms import appraisal, performance
from simulator.report.making import changed_table, contents, end, front, made, policy_name, run_facts
from simulator.report.matters import matters
from simulator.report.outlook import growth, targets
from simulator.report.page import Part
from simulator.report.precision import sentence
from simulator.report.spending import cost, risk
from simulator.report.tables import between, chance_text
from simulator.report.wording import Wording, words_of
from simulator.store.record import TOTAL, RunFolder

__all__ = [
    "cover",
    "answer",
    "cost",
    "risk",
    "growth",
    "targets",
    "performance",
    "appraisal",
    "detail",
    "matters",
    "assumptions",
    "readings",
    "made",
    "design",
    "end",
]
BODY = ("cost", "risk", "growth", "targets", "performance", "appraisal")  # with the answer: what is filed
CONTENTS = (*BODY, "detail", "matters", "assumptions", "readings", "made")


def cover(run: RunFolder, lang: str) -> Part:
    """Title, what run this is, and, where the register is synthetic, that it is. Carries the style sheet."""
    words = words_of(run, lang)
    return front(run, words, words.say("page.kicker"), policy_name(run, words), run_facts(run, words))


def answer(run: RunFolder, lang: str) -> Part:
    """Section 1: what it costs, how likely the appropriation is too small, and what comes back."""
    words, unit = words_of(run, lang), UNITS[lang]["money"]
    paid = {column: shown(run.row("paid"), unit, column) for column in ("mean", "p50", "p80", "p95")}
    sentences = [
        _cost_sentence(run, words, paid),
        _overrun_sentence(run, words, paid),
        _net_sentence(run, words),
    ]
    return page.section(
        "answer",
        making.numbered(run, words, "answer"),
        words.tag,
        contents({key: f"{key}.short" for key in _sections(run)}, words),
        Cards([Card(*card) for card in _cards(run, words, paid)]),
        tables.asks(run, words),
        *(Paragraph(sentence, "lead") for sentence in sentences),
        *_precision(run, words),
        changed_table(run, words),
        Paragraph(words.say("answer.note"), "small"),
        Paragraph(making.citation(run, words), "small"),
    )


def _sections(run: RunFolder) -> list[str]:
    """The anchors of the sections this report has."""
    return [key for key in (*CONTENTS, *(("design",) if present(run) else ())) if key != "targets" or run.targets]


def _precision(run: RunFolder, words: Wording) -> list[Parts]:
    """How sure the figure became that the run was asked to be sure of."""
    if not (found := run.record.get("precision")):
        return []
    names = {c.slug: words.pick(c.names) for c in run.clauses}
    style = "" if found["status"] == CONVERGED else "lead"
    return [Paragraph(sentence(found, names, words), style)]


def _cards(run: RunFolder, words: Wording, paid: dict[str, str]) -> list[tuple[str, str, str, str, str]]:
    """The headline: what suffices at three degrees of confidence, the chance of an overrun (or net cost)."""
    unit, money = UNITS[words.lang]["money"], words.say("unit.money")
    made = [
        (f"paid_{q}", words.say(f"answer.card_{q}"), paid[q], money, _with_letter(run, words, words.say(f"answer.card_{q}_note"), "paid"))
        for q in ("p50", "p80", "p95")
    ]
    if not run.appropriation or run.example:
        net = run.row("net_cost")
        gain = net["mean"] < 0
        return [
            *made,
            (
                "net_gain" if gain else "net_cost",
                words.say("answer.card_net_gain" if gain else "answer.card_net"),
                _negative(shown(net, unit)) if gain else shown(net, unit),
                money,
                _with_letter(run, words, words.say("answer.card_net_note"), "net_impact"),
            ),
        ]
    note = words.say("answer.card_overrun_note", appropriation=unit.text(run.appropriation_total, 0.0))
    chance = run.row("overrun")
    return [
        *made,
        (
            "overrun",
            words.say("answer.card_overrun"),
            percent(chance["probability"]),
            between(chance, words),
            _with_letter(run, words, note, "paid"),
        ),
    ]


def _with_letter(run: RunFolder, words: Wording, note: str, result: str) -> str:
    """A card's note with the weakest source the result leans on, where the run says."""
    drivers = run.analyses.get("drivers")
    if drivers is None or result not in set(drivers["result"]):
        return note
    letter = drivers.set_index("result").loc[result, "letter"]
    return words.say("answer.card_letter", note=note, letter=words.term("confidence", str(letter)))


def _cost_sentence(run: RunFolder, words: Wording, paid: dict[str, str]) -> Rich:
    period = {"first": run.cash_years[0], "last": run.cash_years[-1]}
    if MISSING in paid.values():  # too few draws for the outer quantiles
        return words.rich("answer.cost_few", **period, mean=paid["mean"], draws=run.record["draws"])
    return words.rich("answer.cost", **period, **paid)


def _overrun_sentence(run: RunFolder, words: Wording, paid: dict[str, str]) -> Rich:
    if not run.appropriation:
        if paid["p80"] == MISSING:
            return words.rich("answer.no_appropriation_few")
        return words.rich("answer.no_appropriation", p80=paid["p80"])
    if run.example:
        amount = UNITS[words.lang]["money"].text(run.appropriation_total, 0.0)
        if paid["p80"] == MISSING:
            return words.rich("answer.overrun_example_few", appropriation=amount)
        if own := [str(year) for year in run.appropriation if year not in run.example]:
            join = "、".join if words.lang == "zh" else ", ".join
            return words.rich("answer.overrun_example_years", own=join(own), example=join(map(str, run.example)), p80=paid["p80"])
        return words.rich("answer.overrun_example", appropriation=amount, p80=paid["p80"])
    chances = run.by_year("overrun")["probability"].dropna()
    said = {
        "appropriation": UNITS[words.lang]["money"].text(run.appropriation_total, 0.0),
        "probability": chance_text(run.row("overrun"), words),
    }
    if not len(chances):
        return words.rich("answer.overrun_no_years", **said)
    worst = int(chances.idxmax())
    year_probability = chance_text(run.row("overrun", TOTAL, worst), words)
    return words.rich("answer.overrun", **said, year=worst, year_probability=year_probability)


def _net_sentence(run: RunFolder, words: Wording) -> Rich:
    unit, net = UNITS[words.lang]["money"], run.row("net_cost")
    parts = {
        "induced": shown(run.row("induced_tax"), unit),
        "recovered": shown(run.row("clawback_recovered"), unit),
    }
    span = {"net_low": shown(net, unit, "p5"), "net_high": shown(net, unit, "p95")}
    if MISSING in span.values():
        return words.rich("answer.net_few", net=shown(net, unit), **parts)
    if net["mean"] < 0:
        gains = {f"gain_{end}": _negative(shown(net, unit, column)) for end, column in (("low", "p95"), ("high", "p5"))}
        return words.rich("answer.net_gain", gain=_negative(shown(net, unit)), **parts, **gains)
    return words.rich("answer.net", net=shown(net, unit), **parts, **span)


def _negative(text: str) -> str:
    """A printed number with the other sign.

    >>> _negative("1,030"), _negative("\u22121,030"), _negative("0")
    ('−1,030', '1,030', '0')
    """
    return text.lstrip("\u2212") if text == "0" or text.startswith("\u2212") else f"\u2212{text}"
