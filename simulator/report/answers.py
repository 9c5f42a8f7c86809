"""All tables of a run's answers, whole, for the workbook beside the report: a sheet each, amounts in 万元 (millions), each estimate with
its error or interval; single clauses, years and edges that the report has no room for. A run that did not ask a question has no table
of it.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from simulator.budget import design_tables
from simulator.budget.notches import WITHIN
from simulator.document import Table
from simulator.report import basis, budgeting, design, driver_sheets, funding_sheets, legality, loopholes
from simulator.report.design_section import present
from simulator.report.wording import Wording
from simulator.store.record import RunFolder


def tables(run: RunFolder, words: Wording) -> dict[str, Table]:
    """The tables that the run has, as the profile may show them, by name of their sheet."""
    clauses = {c.slug: f"{c.article} {words.pick(c.names)}" for c in run.clauses if c.kind != "in_kind"}
    labels = dict(zip(run.settings["path"], run.settings[words.lang], strict=True))
    labels |= {path.removeprefix("assumptions."): name for path, name in labels.items()}
    kept = {name: table for name, table in run.analyses.items() if len(table)}
    found = funding_sheets.sheets({"summary": run.summary, **kept}, words, budgeting.mode_of(run), clauses, run.appropriation)
    asked = driver_sheets.Asked(WITHIN, int(kept["notches"]["draws"].iloc[0]) if "notches" in kept else 0, labels)
    makers: tuple[tuple[str, str, Callable[[pd.DataFrame], Table]], ...] = (
        ("attribution", "attribution.sheet", lambda t: driver_sheets.clauses(t, clauses, words)),
        ("interaction", "attribution.sheet_interaction", lambda t: driver_sheets.causes(t, words)),
        ("readings", "attribution.sheet_readings", lambda t: driver_sheets.readings(t, words)),
        ("tornado", "sensitivity.sheet_tornado", lambda t: driver_sheets.tornado(t, labels, words)),
        ("indices", "sensitivity.sheet_indices", lambda t: driver_sheets.indices(t, labels, words)),
        ("notches", "notches.sheet", lambda t: driver_sheets.edges(t, asked, words)),
        ("notches", "notches.sheet_years", lambda t: driver_sheets.edges(t, asked, words, years=True)),
        ("notch_map", "notches.sheet_map", lambda t: driver_sheets.places(t, asked, words)),
    )
    found |= {words.say(key): make(kept[name]) for name, key, make in makers if name in kept}
    if "loopholes" in kept:
        found |= loopholes.sheets(kept["loopholes"], words, clauses)
    if flags := legality.section(run, words):
        found[words.say("legality.sheet")] = flags
    if present(run):
        found |= design.sheets(design_tables.read(run.analyses), words.lang)
    settings = {
        "assumptions": basis.assumptions_table(run, words, path=True),
        "readings": basis.readings_table(run, words, path=True),
        "terms": basis.law_table(run, words, path=True),
        "period": basis.dates_table(run, words, path=True),
    }
    return found | {words.say(f"workbook.{name}"): table for name, table in settings.items()}
