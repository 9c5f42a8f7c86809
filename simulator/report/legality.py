"""Doubts about a clause's legality, told on the page and in the workbook."""

from __future__ import annotations

import html

from simulator.report import page
from simulator.report.page import Cell
from simulator.report.record import RunFolder
from simulator.report.sheets import Sheet
from simulator.report.wording import Wording

COLUMNS = ("article", "document", "effect", "uncertain", "reached")


def section(run: RunFolder, words: Wording, only_reached: bool = False) -> str:
    """Every flag of the run's clauses (or those the years assessed reach), and whether they do; "" where there is none."""
    rows = []
    for clause in run.record["clauses"]:
        for flag in clause.get("legality", []):
            inside = int(flag["since"][:4]) <= run.years[-1]
            if only_reached and not inside:
                continue
            reached = words.say("legality.yes" if inside else "legality.no")
            document = words.say("legality.issued", by=flag[f"by_{words.lang}"], document=flag["document"])
            rows.append([Cell(words.pick(clause), note=clause["article"]), Cell(document, note=flag["since"]),
                         *(Cell(flag[f"{key}_{words.lang}"]) for key in ("effect", "uncertain")), Cell(reached)])
    if not rows:
        return ""
    header = [words.say(f"legality.{key}") for key in COLUMNS]
    note = page.paragraph(html.escape(words.say("legality.note")), "small")
    return page.table(words.say("legality.title"), header, rows) + note


def sheet(run: RunFolder, words: Wording) -> Sheet:
    """Every flag of the run's clauses, with its date, for a workbook."""
    rows = [(f"{clause['article']} {words.pick(clause)}", flag["since"],
             words.say("legality.issued", by=flag[f"by_{words.lang}"], document=flag["document"]),
             flag[f"effect_{words.lang}"], flag[f"uncertain_{words.lang}"],
             words.say("legality.yes" if int(flag["since"][:4]) <= run.years[-1] else "legality.no"))
            for clause in run.record["clauses"] for flag in clause.get("legality", [])]
    columns = {words.say(f"legality.{key}"): "text" for key in ("article", "since", "document", "effect", "uncertain", "reached")}
    return Sheet(words.say("legality.title"), columns, rows, left=2, note=words.say("legality.note"))
