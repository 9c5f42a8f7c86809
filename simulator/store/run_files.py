"""What a run's folder holds: its files, with the columns that whoever writes them declares, and what its record says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from simulator.budget import (
    affordability,
    attribution,
    backtest,
    concentration,
    conditions,
    design_tables,
    execution,
    expected,
    exposure,
    funding,
    notches,
    risk,
    sensitivity,
    summary,
    tornado,
    variance,
)
from simulator.budget.loopholes import pricing
from simulator.scenario.rows import Setting

FILES: Mapping[str, tuple[str, ...]] = {
    "summary.csv": summary.COLUMNS,
    "settings.csv": tuple(f.name for f in fields(Setting)),
    "draws.parquet": (),
    "years.parquet": (),
}
# tables a run may have beside these: what a report adds to the figures
ANALYSES: Mapping[str, tuple[str, ...]] = {
    f"{name}.csv": columns
    for name, columns in {
        "drivers": variance.COLUMNS,
        "conditions": conditions.COLUMNS,
        "affordability": affordability.COLUMNS,
        "concentration": concentration.COLUMNS,
        "risk": risk.COLUMNS,  # and reserves, for the chances that were asked for
        "ledger": funding.LEDGER,
        "commitments": funding.COMMITMENTS,
        "exposure": exposure.COLUMNS,
        "execution": execution.COLUMNS,
        "expected": expected.COLUMNS,
        "backtest": backtest.COLUMNS,
        "backtest_of_place": backtest.OF_PLACE,
        "loopholes": pricing.PRICES,
        "attribution": attribution.COLUMNS,
        "interaction": attribution.CAUSES,
        "readings": tornado.READINGS_COLUMNS,
        "tornado": tornado.COLUMNS,
        "indices": sensitivity.COLUMNS,
        "notches": notches.COLUMNS,
        **design_tables.COLUMNS,
        "notch_map": notches.MAP_COLUMNS,
    }.items()
}
RECORD_KEYS = (
    "run_id",
    "created",
    "scenario",
    "title",
    "seed",
    "draws",
    "population",
    "hashes",
    "versions",
    "years",
    "cash_years",
    "policy",
    "appropriation",
    "clauses",
    "targets",
    "warnings",
    "outputs",
)
CONTRIBUTIONS = "contributions.parquet"  # of runs on a register: who stands behind each figure
