"""The legal maximum: what the law would pay if everyone entitled applied at once and every "at most" were paid in full."""

from __future__ import annotations

import pandas as pd

from simulator.budget.risk import TOTAL
from simulator.budget.statistics import DESCRIBED, describe
from simulator.engine import totals
from simulator.engine.blocks import Workers
from simulator.engine.run import Draws, play
from simulator.money import FEN
from simulator.population.parts import Register
from simulator.scenario import Scenario

COLUMNS = ("clause", "year", *DESCRIBED, "highest")


def exposed(scenario: Scenario) -> Scenario:
    """The scenario in which everyone entitled applies and nothing is left to discretion; all else as it was."""
    return scenario.set(
        {f"assumptions.{path}": 1 for path in scenario.declared.by_path if path.startswith(("take_up.", "discretion."))}
        | {"assumptions.take_up.size_elasticity": 0}
    )


def exposure(scenario: Scenario, population: Register | None, workers: Workers = None) -> pd.DataFrame:
    """clause, year, `statistics.describe` and highest (of all draws): awards by the year they belong to, CNY.

    Plays the draws once more. The highest of the draws is a bound for them alone, not for the future.
    """
    return exposure_table(play(exposed(scenario), population, workers=workers))


def exposure_table(draws: Draws) -> pd.DataFrame:
    """As `exposure`, of draws in which everyone applied."""
    awarded, rows = draws.by_clause[:, :, :, totals.AWARDED] / FEN, []
    for slug, values in [
        *((slug, awarded[:, :, k]) for k, slug in enumerate(draws.slugs[: draws.cash])),
        (TOTAL, awarded[:, :, : draws.cash].sum(axis=2)),
    ]:
        for year, column in [*zip(draws.years, values.T, strict=True), (TOTAL, values.sum(axis=1))]:
            rows.append({"clause": slug, "year": year, **describe(column, draws.replicate), "highest": float(column.max())})
    return pd.DataFrame(rows, columns=list(COLUMNS))
