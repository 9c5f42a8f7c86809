"""The sections on what the numbers rest on: the assumptions, the law and its readings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from simulator.document import Paragraph, Rich, Table
from simulator.report import legality, loopholes, page, returns
from simulator.report.making import reader
from simulator.report.page import Part
from simulator.report.settings import settings_table, switches_table
from simulator.report.wording import Wording, words_of
from simulator.store.record import RunFolder

# heading → first words of the paths under it; what is listed nowhere comes last, under "other"
HEADINGS: Mapping[str, tuple[str, ...]] = {
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


LAST_OF_BUSINESS_TAX = 2016  # replaced by VAT in May


def assumptions(run: RunFolder, lang: str) -> Part:
    """Every assumption with its source and confidence, the changed ones marked."""
    words, frame = words_of(run, lang), run.rows_of("assumptions")
    weak, changed = frame["confidence"].isin(["C", "J"]).sum(), frame["changed"].sum()
    return page.section(
        "assumptions",
        words.say("assumptions.title"),
        words.tag,
        reader(words, "assumptions"),
        Paragraph(_lead(words, "assumptions", changed, count=len(frame), weak=weak), "lead"),
        returns.drivers(run, words),
        assumptions_table(run, words),
    )


def assumptions_table(run: RunFolder, words: Wording, path: bool = False) -> Table:
    """The assumptions under the headings of HEADINGS. path: and what sets each."""
    frame = run.rows_of("assumptions")
    frame = frame.assign(heading=frame["path"].map(_heading))
    frame = frame.sort_values("heading", key=lambda names: names.map(list(HEADINGS).index), kind="stable")
    headings = [words.term("groups", heading) for heading in frame["heading"]]
    header = [words.say(f"assumptions.{key}") for key in ("name", "value", "unit", "source", "confidence")]
    made = settings_table(frame, words, words.say("assumptions.plain"), header, confidence=True, headings=headings, path=path)
    return replace(made, note=words.say("assumptions.note"))


def readings(run: RunFolder, lang: str) -> Part:
    """How the text was read where it is ambiguous, doubts about its legality, its numbers, term and budgets."""
    words = words_of(run, lang)
    switches = run.rows_of("interpretation")
    return page.section(
        "readings",
        words.say("readings.title"),
        words.tag,
        reader(words, "readings"),
        Paragraph(
            _lead(words, "readings", switches["changed"].sum(), count=len(switches)) if len(switches) else words.say("readings.lead_none"),
            "lead",
        ),
        readings_table(run, words) if len(switches) else (),
        legality.section(run, words),
        loopholes.section(run, words),
        law_table(run, words),
        dates_table(run, words),
    )


def law_table(run: RunFolder, words: Wording, path: bool = False) -> Table:
    """The numbers of the law, clause by clause."""
    law, base = run.rows_of("law"), int(run.years[0]) - 1
    if base > LAST_OF_BUSINESS_TAX:
        law = law[law["path"] != "law.sharing.local_business_tax_share"]
    law = law.assign(value=[_in_force(value, base) for value in law["value"]])
    clauses = {c.slug: words.say("readings.clause", article=c.article, name=words.pick(c.names)) for c in run.clauses}
    slugs = [path.removeprefix("law.").partition(".")[0] for path in law["path"]]
    headings = [clauses.get(slug) or words.term("groups", slug) for slug in slugs]
    order = sorted(range(len(law)), key=lambda i: headings.index(headings[i]))  # whether a clause is offered, beside its numbers
    law, headings = law.iloc[order], [headings[i] for i in order]
    return settings_table(law, words, words.say("readings.terms"), _columns(words), headings=headings, path=path)


def _in_force(value: str, base: int) -> str:
    """A dated number without what no longer held in the base year."""
    dated = re.fullmatch(r"\{(\d{4}: [^{}]+)\}", value)
    if dated is None:
        return value
    of = {int(year): number for year, _, number in (part.partition(": ") for part in dated[1].split(", "))}
    since = max((year for year in of if year <= base), default=min(of))
    left = {year: number for year, number in of.items() if year >= since}
    return left[since] if len(left) == 1 else "{" + ", ".join(f"{year}: {number}" for year, number in left.items()) + "}"


def dates_table(run: RunFolder, words: Wording, path: bool = False) -> Table:
    """The policy's term, the appropriations and the register."""
    dates = run.rows_of("policy", "appropriation", "population", "run")
    dates = dates[~dates["path"].str.endswith(("seed", "draws", "sampling"))]  # they stand in `made`
    return settings_table(dates, words, words.say("readings.period"), _columns(words), path=path)


def readings_table(run: RunFolder, words: Wording, path: bool = False) -> Table:
    """The interpretation switches."""
    return switches_table(run.rows_of("interpretation"), words, path)


def _columns(words: Wording) -> list[str]:
    return [words.say(f"readings.{key}") for key in ("term", "value", "unit")]


def _lead(words: Wording, section: str, changed: int, **said: object) -> Rich:
    """How many settings there are, and how many differ from the baseline, if any do."""
    return words.rich(f"{section}.lead", **said, changed=changed) if changed else words.rich(f"{section}.lead_same", **said)


def _heading(path: str) -> str:
    """The heading an assumption belongs under, by the first word of its path."""
    first = path.removeprefix("assumptions.").partition(".")[0]
    return next((heading for heading, firsts in HEADINGS.items() if first in firsts), "other")
