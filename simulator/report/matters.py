"""The section on what drives the cost: whose it is, what other readings cost, which assumptions matter, who stands near an edge."""

from __future__ import annotations

import pandas as pd

from simulator.budget.drivers import FEWEST
from simulator.budget.notches import WITHIN
from simulator.document import Figure, Paragraph, Parts
from simulator.render.pictures import pictured
from simulator.report import driver_sheets, driver_words, matters_charts, page
from simulator.report.drivers import leading
from simulator.report.making import reader
from simulator.report.page import Part
from simulator.report.wording import Wording, load
from simulator.store.record import RunFolder


def matters(run: RunFolder, lang: str) -> Part:
    """Section 6: whose cost it is, and what it depends on; that there are too few draws where a run does not say."""
    words = load(lang)
    parts = [made for part in (_attribution, _readings, _assumptions, _notches) if (made := part(run, words))]
    parts += [Paragraph(words.say("matters.margins"), "small")] if parts else []
    if not parts:
        why = words.say("matters.inside") if run.left_out else words.say("matters.few", fewest=FEWEST)
        parts = [Paragraph(why)]
    return page.section("matters", words.say("matters.title"), words.tag, reader(words, "matters"), *parts)


def _lead(words: Wording, *said: driver_words.Said) -> Parts:
    return [Paragraph(words.rich(key, **values), "lead") for key, values in said]


def _attribution(run: RunFolder, words: Wording) -> Parts:
    """Each clause booked, alone, last in and by Shapley's value."""
    found, causes = (run.analyses.get(name, pd.DataFrame()) for name in ("attribution", "interaction"))
    if found.empty:
        return ()
    names = {c.slug: f"{c.article} {words.pick(c.names)}" for c in run.clauses}
    return (
        _lead(words, driver_words.of_interaction(found, words)),
        driver_sheets.clauses(found, names, words),
        () if causes.empty else driver_sheets.causes(causes, words),
    )


def _readings(run: RunFolder, words: Wording) -> Parts:
    """The tornado over readings."""
    found = run.analyses.get("readings", pd.DataFrame())
    if found.empty:
        return ()
    lead = _lead(words, driver_words.of_readings(found, words))
    if not (found["share_changed"] > 0).any():
        return lead
    picture = pictured(matters_charts.readings(found, words), words.say("reading_costs.chart_alt"))
    return lead, Figure(words.say("reading_costs.chart"), picture, words.say("reading_costs.caption"), driver_sheets.readings(found, words))


def _assumptions(run: RunFolder, words: Wording) -> Parts:
    """Tornado and variance shares of cash paid; the other results in words."""
    tornado, indices = (run.analyses.get(name, pd.DataFrame()) for name in ("tornado", "indices"))
    if tornado.empty:
        return ()
    names = _labels(run, words)
    said = [
        s
        for result in dict.fromkeys(tornado["result"])
        for s in (
            *driver_words.of_assumptions(tornado, result, names, words),
            *(driver_words.of_indices(indices, result, names, words) if len(indices) else ()),
        )
    ]
    ranked = tornado[(tornado["result"] == "paid") & tornado["rank_low"].notna()]
    parts: list[Parts] = [_lead(words, *said)]
    if len(ranked):
        alt = words.say("sensitivity.chart_alt", name=names.get(ranked["path"].iloc[0], ranked["path"].iloc[0]))
        parts.append(
            Figure(
                words.say("sensitivity.chart"),
                pictured(matters_charts.tornado(ranked, names, words), alt),
                " ".join(words.say(f"sensitivity.{key}") for key in ("caption", "tornado_note")),
                driver_sheets.tornado(leading(tornado), names, words),
            )
        )
    shares = indices[(indices["result"] == "paid") & (indices["total_order"] > 0)] if len(indices) else indices
    return [*parts, driver_sheets.indices(shares, names, words) if len(shares) else ()]


def _notches(run: RunFolder, words: Wording) -> Parts:
    """Edges with their jumps and those near them, and the map."""
    found, places = (run.analyses.get(name, pd.DataFrame()) for name in ("notches", "notch_map"))
    if found.empty:
        return ()
    names, shown = _labels(run, words), found[found["year"] == "total"].reset_index(drop=True)
    near = shown[(shown["below"] + shown["above"]) > 0]
    picture: Parts = ()
    if len(near) and len(places):
        chart = pictured(matters_charts.notch_map(places, near, names, words), words.say("notches.chart_alt"))
        picture = Figure(words.say("notches.chart"), chart, words.say("notches.caption"))
    asked = driver_sheets.Asked(WITHIN, int(found["draws"].iloc[0]), names)
    return _lead(words, driver_words.of_notches(shown, names, words)), driver_sheets.edges(found, asked, words, short=True), picture


def _labels(run: RunFolder, words: Wording) -> dict[str, str]:
    found = dict(zip(run.settings["path"], run.settings[words.lang], strict=True))
    return found | {path.removeprefix("assumptions."): name for path, name in found.items()}
