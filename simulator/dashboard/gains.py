"""Who gains and who loses between two scenarios: the enterprises of a register as the law assesses them under both, by size and
by kind. Exact, from the register's own years: nothing is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from simulator.dashboard.table import table
from simulator.document.numbers import UNITS
from simulator.engine.assess import assess
from simulator.facts import NATIONAL, REGIONAL
from simulator.money import FEN
from simulator.population.register import Population
from simulator.report.wording import Wording
from simulator.scenario import Scenario

# sales of the last known year, CNY: below the first, from the first to the second … (micro, small, medium, large retailers of 2011)
SIZES = (1_000_000, 5_000_000, 200_000_000)
KINDS = ("national", "regional", "retailer", "ecommerce", "other")


def gains(register: Population, before: Scenario, after: Scenario, words: Wording) -> list[dict[str, Any]]:
    """Two tables, by size and by kind: enterprises, how many get more, less, the same, and by how much in all and on average (CNY
    cash of all the register's assessed years). Raises PopulationError for a register that cannot be assessed."""
    was, now = (
        assess(register, scenario).awards[:, :, : scenario.law.policy.cash_clauses].sum(axis=(1, 2)) for scenario in (before, after)
    )
    change = (now - was) / FEN
    sizes = [words.say(f"gains.size_{i}") for i in range(len(SIZES) + 1)]
    kinds = [words.say(f"gains.kind_{kind}") for kind in KINDS]
    return [
        _table("gains.by_size", size_of(register), sizes, change, was / FEN, words, "gains-by-size"),
        _table("gains.by_kind", kind_of(register), kinds, change, was / FEN, words, "gains-by-kind"),
    ]


def size_of(register: Population) -> np.ndarray:
    """Which band of SIZES the sales of each enterprise's last year in the register lie in (n,)."""
    sales = register.annual["sales"]
    there = register.annual["present"] != 0
    last = there.shape[1] - 1 - np.argmax(there[:, ::-1], axis=1)
    return np.searchsorted(np.array(SIZES) * FEN, sales[np.arange(len(register)), last], side="right")


def kind_of(register: Population) -> np.ndarray:
    """Which of KINDS each enterprise is (n,): headquarters first, then online retailers, other e-commerce, the rest."""
    facts = register.enterprises
    conditions = [
        facts["headquarters"] == NATIONAL,
        facts["headquarters"] == REGIONAL,
        facts["online_retailer"] != 0,
        facts["ecommerce"] != 0,
    ]
    return np.select(conditions, list(range(len(conditions))), len(conditions))


def _table(
    title: str, group: np.ndarray, names: Sequence[str], change: np.ndarray, was: np.ndarray, words: Wording, name: str
) -> dict[str, Any]:
    unit = UNITS[words.lang]["money"]
    rows: list[list[Any]] = []
    masks = [(label, group == i) for i, label in enumerate(names)] + [(words.say("costs.total"), np.ones(len(group), bool))]
    for label, mask in masks:
        if not (n := int(mask.sum())):
            continue
        part = change[mask]
        total = float(part.sum())
        rows.append(
            [
                label,
                f"{n:,}",
                *(f"{int(hit.sum()):,}" for hit in (part > 0, part < 0, part == 0)),
                unit.text(float(was[mask].sum()), digits=unit.finest),
                unit.text(total, digits=unit.finest, signed=True),
                UNITS[words.lang]["count"].text(total / n, digits=0, signed=True),  # of one enterprise it is little
            ]
        )
    header = [words.say(f"gains.{key}") for key in ("group", "enterprises", "more", "less", "same", "was", "change", "mean")]
    return table(words.say(title), header, rows, name=name, strong=[-1], unit=words.say("unit.table", unit=words.say("unit.money")))
