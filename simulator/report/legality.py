"""Doubts about a clause's legality, in words."""

from __future__ import annotations

from simulator.document import Cell, Table
from simulator.report.wording import Wording
from simulator.store.record import RunFolder

COLUMNS = ("article", "since", "document", "effect", "uncertain", "reached")


def section(run: RunFolder, words: Wording, only_reached: bool = False) -> Table | None:
    """Every flag of the run's clauses (or those the years assessed reach), and whether they do; None where there is none."""
    rows = []
    for clause in run.record["clauses"]:
        for flag in clause.get("legality", []):
            inside = int(flag["since"][:4]) <= run.years[-1]
            if only_reached and not inside:
                continue
            reached = words.say("legality.yes" if inside else "legality.no")
            document = words.say("legality.issued", by=flag[f"by_{words.lang}"], document=flag["document"])
            rows.append(
                [
                    Cell(words.pick(clause), note=clause["article"]),
                    Cell(flag["since"]),
                    Cell(document),
                    *(Cell(flag[f"{key}_{words.lang}"]) for key in ("effect", "uncertain")),
                    Cell(reached),
                ]
            )
    if not rows:
        return None
    header = [words.say(f"legality.{key}") for key in COLUMNS]
    return Table(words.say("legality.title"), header, rows, note=words.say("legality.note"))
