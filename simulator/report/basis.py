"""The sections on what the numbers rest on: the assumptions, the law and its readings."""

from __future__ import annotations

import html
from collections.abc import Mapping

from simulator.report import legality, loopholes, page, returns
from simulator.report.making import reader
from simulator.report.page import Block
from simulator.report.record import RunFolder
from simulator.report.settings import readings_table, settings_table
from simulator.report.wording import Wording

# heading → first words of the paths under it; what is listed nowhere comes last, under "other"
ROOMS: Mapping[str, tuple[str, ...]] = {
    "market": ("market", "trscg", "services"),
    "stock": ("incumbents", "service_share", "startups", "regional", "national", "anchors", "o2o_share",
              "capital", "split_offs", "traditional"),
    "facts": ("office", "prices", "line", "platforms", "joiners", "certification", "buildings", "children",
              "per_pupil_cost"),
    "tax": ("tax",),
    "applying": ("take_up", "typical_sum", "discretion"),
    "leaving": ("exit", "breach"),
    "effect": ("existing", "butfor", "crowding_out", "administration", "purses", "discount", "reregistration", "bunching", "levers"),
    "cash": ("cash",),
    "targets": ("targets",),
    "other": (),
}  # fmt: skip


def assumptions(run: RunFolder, lang: str) -> Block:
    """Every assumption with its source and confidence, the changed ones marked."""
    words = run.words(lang)
    frame = run.rows_of("assumptions")
    frame = frame.assign(room=frame["path"].map(_room))
    frame = frame.sort_values("room", key=lambda names: names.map(list(ROOMS).index), kind="stable")
    rooms = [words.term("groups", room) for room in frame["room"]]
    weak, changed = frame["confidence"].isin(["C", "J"]).sum(), frame["changed"].sum()
    header = [words.say(f"assumptions.{key}") for key in ("name", "value", "unit", "source", "confidence")]
    return page.section(
        "assumptions",
        words.say("assumptions.title"),
        words.tag,
        reader(words, "assumptions"),
        page.paragraph(_lead(words, "assumptions", changed, count=len(frame), weak=weak), "lead"),
        returns.drivers(run, words),
        settings_table(frame, words, "", header, confidence=True, rooms=rooms),
        page.paragraph(html.escape(words.say("assumptions.note")), "small"),
    )


def readings(run: RunFolder, lang: str) -> Block:
    """How the text was read where it is ambiguous, doubts about its legality, its numbers, term and budgets."""
    words = run.words(lang)
    switches, law = run.rows_of("interpretation"), run.rows_of("law")
    dates = run.rows_of("policy", "appropriation", "population", "run")
    dates = dates[~dates["path"].str.endswith(("seed", "draws", "sampling"))]  # they stand in `made`
    changed = switches["changed"].sum()
    columns = [words.say(f"readings.{key}") for key in ("term", "value", "unit")]
    clauses = {
        c.slug: words.say("readings.clause", article=c.article, name=words.pick(c.names)) for c in run.clauses
    }
    slugs = [path.removeprefix("law.").partition(".")[0] for path in law["path"]]
    rooms = [clauses.get(slug) or words.term("groups", slug) for slug in slugs]
    order = sorted(range(len(law)), key=lambda i: rooms.index(rooms[i]))  # whether a clause is offered, beside its numbers
    law, rooms = law.iloc[order], [rooms[i] for i in order]
    return page.section(
        "readings",
        words.say("readings.title"),
        words.tag,
        reader(words, "readings"),
        page.paragraph(_lead(words, "readings", changed, count=len(switches)), "lead"),
        readings_table(switches, words),
        legality.section(run, words),
        loopholes.section(run, words),
        settings_table(law, words, words.say("readings.terms"), columns, rooms=rooms),
        settings_table(dates, words, words.say("readings.period"), columns),
    )


def _lead(words: Wording, section: str, changed: int, **said: object) -> str:
    """How many settings there are, and how many differ from the baseline, if any do."""
    return (
        words.html(f"{section}.lead", **said, changed=changed)
        if changed
        else words.html(f"{section}.lead_same", **said)
    )


def _room(path: str) -> str:
    """The heading an assumption belongs under, by the first word of its path."""
    first = path.removeprefix("assumptions.").partition(".")[0]
    return next((room for room, firsts in ROOMS.items() if first in firsts), "other")
