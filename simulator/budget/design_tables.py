"""A design as tables that a run's folder keeps, and the design read from them again.

design: a row per free term: path, unit, article, zh, en, today, low, high, step, found (blank where nothing fits), cheapest,
all as the decimals they are. design_answer: one row: what was asked and how sure the answer is (CNY; shares).
frontier: value_1 … value_3 of the terms in the order of `design`, then FRONTIER, a row per design none beats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal

import numpy as np
import pandas as pd

from simulator.budget.design import DesignResult, find
from simulator.budget.freedom import MOST_TERMS, FreeTerm, free_terms
from simulator.budget.search import FRONTIER, Design
from simulator.engine.run import Draws
from simulator.scenario import Scenario

CHECKED = ("probability", "probability_low", "probability_high")
TERMS = (*(f.name for f in fields(FreeTerm)), "found", "cheapest")
ANSWER = ("budget", "confidence", "maximise", "draws", "found", "everything", "needed", "over", "over_high", *CHECKED, "monotone", "played")
VALUES = tuple(f"value_{place}" for place in range(1, MOST_TERMS + 1))
COLUMNS: Mapping[str, tuple[str, ...]] = {"design": TERMS, "design_answer": ANSWER, "frontier": (*VALUES, *FRONTIER)}


def tables(result: DesignResult) -> dict[str, pd.DataFrame]:
    """The tables, by name, as `BudgetRun.write` keeps them."""
    best, shown = result.best, result.best or result.cheapest
    terms = [
        (
            *(_plain(getattr(t, f.name)) for f in fields(FreeTerm)),
            _plain(best.values[t.path]) if best else "",
            _plain(result.cheapest.values[t.path]),
        )
        for t in result.terms
    ]
    whole = best is not None and best.position == tuple(t.steps for t in result.terms)
    answer = (
        _plain(result.budget),
        result.confidence,
        result.maximise,
        result.draws,
        best is not None,
        whole,
        shown.needed,
        shown.over,
        shown.over_high,
        *(result.checked.get(c) for c in CHECKED),
        result.monotone,
        result.played,
    )
    named = dict(zip((t.path for t in result.terms), VALUES, strict=False))
    return {
        "design": pd.DataFrame(terms, columns=list(TERMS)),
        "design_answer": pd.DataFrame([answer], columns=list(ANSWER)),
        "frontier": result.frontier.rename(columns=named),
    }


def read(kept: Mapping[str, pd.DataFrame], scenario: Scenario | None = None) -> DesignResult:
    """The design that `tables` gave: all of it but the draws of each design, which are empty, and the scenario."""
    rows, answer = kept["design"].to_dict("records"), kept["design_answer"].iloc[0]
    terms = [
        FreeTerm(
            *(r[name] for name in ("path", "unit", "article", "zh", "en")),
            *(Decimal(str(r[name])) for name in ("today", "low", "high", "step")),
        )
        for r in rows
    ]
    top = tuple(t.steps for t in terms) if answer["everything"] else (0,) * len(terms)
    none = np.empty(0)

    def design(column: str, position: tuple[int, ...], feasible: bool) -> Design:
        values = {r["path"]: Decimal(str(r[column])) for r in rows}
        return Design(
            position, values, none, none, none, float(answer["needed"]), float(answer["over"]), float(answer["over_high"]), feasible
        )

    found = bool(answer["found"])
    checked = {c: float(answer[c]) for c in CHECKED} if found else {}
    frontier = kept["frontier"].rename(columns=dict(zip(VALUES, (t.path for t in terms), strict=False)))
    return DesignResult(
        scenario,
        terms,
        Decimal(str(answer["budget"])),
        float(answer["confidence"]),
        answer["maximise"],
        int(answer["draws"]),
        design("found", top, True) if found else None,
        design("cheapest", (0,) * len(terms), False),
        frontier[[*(t.path for t in terms), *FRONTIER]],
        checked,
        bool(answer["monotone"]),
        int(answer["played"]),
    )


def again(kept: Mapping[str, pd.DataFrame], scenario: Scenario, play: Callable[[Scenario], Draws]) -> dict[str, pd.DataFrame]:
    """The same question put to the scenario once more: the tables of its answer."""
    asked = read(kept)
    terms = free_terms(scenario.law, [f"{t.path}={t.low}:{t.high}:{t.step}" for t in asked.terms])
    return tables(find(scenario, terms, asked.budget, play, asked.confidence, asked.maximise))


def _plain(value: str | Decimal) -> str:
    """A decimal as it is written, however many zeros it came with."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
