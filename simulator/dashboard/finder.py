"""One enterprise of the register, explained under the settings as opened and under the present ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator.dashboard.table import table
from simulator.engine.explain import Explanation, explain
from simulator.money import FEN
from simulator.population.register import Population
from simulator.report.wording import Wording
from simulator.scenario import Scenario

SHOWN = 20
Awards = dict[tuple[int, str], int]  # (year, clause) → fen, or places


def matching(population: Population, text: str) -> list[tuple[str, str]]:
    """(id and name, id) of the first SHOWN enterprises whose id or name holds the text; of all if it is empty."""
    wanted = text.strip().casefold()
    ids = np.asarray(population.ids, dtype=str)
    names = population.details["name"].tolist()
    hits = np.flatnonzero([wanted in i.casefold() or wanted in n.casefold() for i, n in zip(ids, names, strict=True)])
    return [(f"{ids[k]}  {names[k]}".strip(), str(ids[k])) for k in hits[:SHOWN]]


def story(population: Population, enterprise_id: str, base: Scenario, now: Scenario, words: Wording) -> dict[str, Any]:
    """What the enterprise is due under both, clause by clause where anything is, and how the law comes to it.

    Raises PopulationError for an enterprise that is not there.
    """
    before, after = (explain(population, enterprise_id, scenario) for scenario in (base, now))
    was, due = _awards(before), _awards(after)
    rows, sums = [], [0, 0]
    for year, slug in sorted({*was, *due}, key=lambda key: (key[0], list(now.law.blocks).index(key[1]))):
        block, amounts = now.law.blocks[slug], [a.get((year, slug), 0) for a in (was, due)]
        if block.kind != "in_kind":
            sums = [s + a for s, a in zip(sums, amounts, strict=True)]
        name = f"{block.article} {block.zh if words.lang == 'zh' else block.en}"
        rows.append([f"{year} {name}", *(_written(a, block.kind) for a in amounts), _apart(amounts, block.kind)])
    rows.append([words.say("finder.total"), *(_written(s, "") for s in sums), _apart(sums, "")])
    header = [words.say(f"finder.{key}") for key in ("award", "baseline", "now", "difference")]
    awards = table(f"{enterprise_id} {after.name}".strip(), header, rows, name="enterprise", strong=[-1], unit=words.say("finder.unit"))
    texts = [("finder.how_now", after)] + ([("finder.how_before", before)] if now != base else [])
    return {"table": awards, "texts": [[words.say(key), explanation.text(words.lang)] for key, explanation in texts], "problem": ""}


def _awards(explanation: Explanation) -> Awards:
    return {(year.year, clause.slug): clause.award for year in explanation.years for clause in year.clauses if clause.award}


def _written(amount: int, kind: str) -> str:
    return f"{amount:,}" if kind == "in_kind" else f"{amount / FEN:,.2f}"


def _apart(amounts: list[int], kind: str) -> str:
    change = amounts[1] - amounts[0]
    text = _written(change, kind).replace("-", "\u2212") if change else "0"
    return f"+{text}" if change > 0 else text
