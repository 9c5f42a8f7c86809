"""The first annex: the figures behind the body, for whoever checks them. Each annex says whom it is for."""

from __future__ import annotations

import numpy as np

from simulator.document import Beside, Figure, Paragraph, Parts
from simulator.document.numbers import percent
from simulator.render.pictures import pictured
from simulator.report import bridges, budgeting, forms, page, returns, tables
from simulator.report.making import reader
from simulator.report.outlook import paths
from simulator.report.page import Part
from simulator.report.spending import curves
from simulator.report.wording import Wording, words_of
from simulator.store.record import RunFolder


def detail(run: RunFolder, lang: str) -> Part:
    """From entitlement to payment, quantiles with their intervals, reserves, ledger, commitments, ratios, back-test, conditions."""
    words = words_of(run, lang)
    note = Paragraph(words.say("cost.stages_note"), "small")
    parts = [
        tables.stages(run, words),
        note,
        _spread(run, words),
        curves(run, words),
        tables.quantiles(run, words),
        Paragraph(words.say("risk.table_note"), "small"),
        *budgeting.section(run, words),
        forms.affordable(run, words, errors=True),
        tables.balance(run, words, beyond=True),
        returns.ratios(run, words),
        returns.by_government(run, words),
        returns.backtest(run, words),
        tables.targets(run, words, intervals=True) if run.targets else "",
        paths(run, words),
        returns.alternatives(run, words),
        returns.conditions(run, words),
    ]
    return page.section("detail", words.say("detail.title"), words.tag, reader(words, "detail"), *parts)


def _spread(run: RunFolder, words: Wording) -> Parts:
    """How unequally support is spread: the Lorenz curve; "" where the run does not say, or may not."""
    curve = run.analyses.get("concentration")
    if curve is None or curve.empty:
        return ""
    top = 1 - float(np.interp(0.9, curve["enterprises"], curve["support"]))
    said = {"recipients": f"{curve['recipients'].iloc[0]:,.0f}", "top": percent(top), "gini": f"{curve['gini'].iloc[0]:.2f}"}
    caption = words.say("lorenz.caption_synthetic" if run.synthetic else "lorenz.caption", **said)
    picture = pictured(bridges.lorenz(curve, words), words.say("lorenz.alt"))
    return Beside((Figure(words.say("lorenz.title"), picture, caption),))
