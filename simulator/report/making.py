"""What every report opens and closes with: its title and what it was made from, how to make it again, its last line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simulator.document import Bullets, Cell, Contents, Facts, Heading, Paragraph, Parts, Table, Title, flat
from simulator.report import page
from simulator.report.invented import cut_short, lacking, whose
from simulator.report.page import Part
from simulator.report.wording import Wording, load
from simulator.scenario.identity import Change
from simulator.store.artefact import sums
from simulator.store.folder import Recorded

OF_THE_TEXT = ("law", "formula", "policy")  # groups of settings that the text of the policy says


def front(
    folder: Recorded,
    words: Wording,
    kicker: str,
    title: str,
    facts: Iterable[str],
    synthetic: str = "page.synthetic",
    sections: Mapping[str, str] | None = None,
) -> Part:
    """The head of a report, with the style sheet; says where the register is synthetic or the report is for outside.

    sections: its contents, anchor → key of the heading; none where they stand further down.
    """
    parts = (
        Paragraph(kicker, "kicker"),
        Title(title),
        Bullets(tuple(facts), "facts"),
        *(Paragraph(text, "synthetic") for text in warned(folder, words, synthetic)),
        contents(sections, words) if sections else "",
    )
    return Part("cover", "", words.tag, flat(parts), "cover")


def warned(folder: Recorded, words: Wording, synthetic: str = "page.synthetic") -> list[str]:
    """What is to be known before any number is read: whose the enterprises are, what is missing, what is withheld."""
    people = folder.record["population"]
    return [
        *([words.say(synthetic)] if folder.synthetic else []),
        *whose(people.get("elsewhere"), names_of(folder), words),
        *lacking(people.get("lacking_years", ()), words),
        *cut_short(folder.record.get("policy", {}), words),
        *withheld(folder, words),
    ]


def names_of(folder: Recorded) -> dict[str, Mapping[str, str]]:
    """The clauses' names by slug."""
    return {clause["slug"]: clause for clause in folder.record.get("clauses", [])}


def withheld(folder: Recorded, words: Wording) -> list[str]:
    """What a report for outside says of itself: what it withholds and why, or that nothing needed to be."""
    if not folder.external:
        return []
    if folder.synthetic:
        return [words.say("page.external_synthetic")]
    notes = [words.say("page.external")]
    if folder.plan is not None:
        count, held, totals = folder.plan.withheld()
        notes.append(words.say("page.withheld", count=count, held=held, totals=totals) if held else words.say("page.withheld_none"))
    if names := getattr(folder, "left_out", []):
        notes.append(
            words.say(
                "page.left_out", names=words.say("source.separator").join(dict.fromkeys(words.term("analyses", name) for name in names))
            )
        )
    return notes


def run_facts(folder: Recorded, words: Wording) -> list[str]:
    """What run a report is of: scenario, term, date, draws, id."""
    record = folder.record
    start, end = record["policy"]["start"], record["policy"].get("end")
    end = None if end == "none" else end
    return [
        words.say("page.scenario", scenario=words.pick(record["title"])),
        words.say("page.period", start=start, end=end) if end else words.say("page.period_open", start=start),
        words.say("page.created", created=str(record["created"])[:10]),
        words.say("page.draws", draws=f"{record['draws']:,}"),
        words.say("page.run", run_id=folder.run_id),
    ]


def policy_name(folder: Recorded, words: Wording) -> str:
    """The policy's name: the record's own, else a general one; that its text was changed, where it was."""
    name = words.pick(folder.record.get("policy", {}).get("title", {})) or words.say("page.policy")
    return words.say("page.policy_changed", policy=name) if any(c.group in OF_THE_TEXT for c in changed(folder)) else name


def title(folder: Recorded, words: Wording) -> str:
    """The report's title line: the policy, and the scenario with what was changed. A check is titled by the register's folder, which
    outside is nobody's business."""
    of = words.say("check.title") if folder.controlled and folder.record.get("kind") == "check" else words.pick(folder.record["title"])
    name = policy_name(folder, words)
    return words.say("page.title_alone", policy=name) if of == name else words.say("page.title", policy=name, scenario=of)


def citation(folder: Recorded, words: Wording) -> str:
    """How to quote the report: who made it, when, with which version, from which run."""
    record = folder.record
    return words.say(
        "made.cite",
        title=title(folder, words),
        date=str(record["created"])[:10],
        version=record["versions"]["simulator"],
        run_id=folder.run_id,
    )


def changed(folder: Recorded) -> list[Change]:
    """What is not as the text of the policy, or the file of the scenario, says it."""
    return [Change(**entry) for entry in folder.record.get("changed", [])]


def changed_rows(folder: Recorded, words: Wording) -> tuple[list[str], list[tuple[str, str, str, str]]]:
    """The same as a table: its header and rows of name, article, was, now."""
    header = [words.say(f"changed.{key}") for key in ("setting", "article", "was", "now")]
    return header, [
        (words.pick({"zh": c.zh, "en": c.en}), c.source if c.group in ("law", "formula") else "", *c.ends(words.lang))
        for c in changed(folder)
    ]


def changed_table(folder: Recorded, words: Wording) -> Parts:
    """That table on a page; "" where nothing was changed."""
    header, rows = changed_rows(folder, words)
    return Table(words.say("changed.title"), header, [[*map(Cell, row)] for row in rows]) if rows else ""


NUMBERED = (
    "answer",
    "cost",
    "risk",
    "growth",
    "targets",
    "performance",
    "appraisal",
)  # sections of the budget's report, before its annexes
_CHINESE = "一二三四五六七八九"


def number_of_section(folder: Recorded, words: Wording, anchor: str) -> str:
    """Which section of the report it is: one without targets has no section on them."""
    there = [name for name in NUMBERED if name != "targets" or folder.record.get("targets")]
    place = there.index(anchor)
    return _CHINESE[place] if words.lang == "zh" else str(place + 1)


def numbered(folder: Recorded, words: Wording, anchor: str) -> str:
    """The heading of a section with its number."""
    return words.say("page.numbered", number=number_of_section(folder, words, anchor), title=words.say(f"{anchor}.title"))


def contents(sections: Mapping[str, str], words: Wording) -> Contents:
    """Links to the sections. sections: anchor → key of the heading."""
    return Contents(words.say("page.contents"), [(anchor, words.say(key)) for anchor, key in sections.items()])


def reader(words: Wording, annex: str) -> Paragraph:
    """Whom an annex is for."""
    return Paragraph(words.say(f"reader.{annex}"), "reader")


def made(folder: Recorded, lang: str, heading: str = "made.title") -> Part:
    """The last section: what is needed to make the numbers again, and how far to trust their last digits."""
    words, record = load(lang), folder.record
    drawn = "draws" in record  # a register check draws nothing
    keys = (("error", "lead"), ("repeat", ""), ("files", "")) if drawn else (("files", "lead"),)
    parts: list[Parts] = [reader(words, "made")] if heading == "made.title" else []
    parts += [Paragraph(words.say(f"made.{key}"), style) for key, style in keys]
    parts.append(Facts([(words.say(f"made.{key}"), str(value)) for key, value in _facts(folder, words)]))
    if (line := record.get("repeat")) and not folder.controlled:
        parts.append(Facts([(words.say("made.again"), f"{line} --lang {words.lang}")]))
    if drawn:
        parts.append(_warnings(folder, words))
    parts += [
        _pairs(words, "hashes", "part", "sha256", {words.term("hash", k): v for k, v in sums(folder).items()}),
        *([] if folder.controlled else [_pairs(words, "outputs", "file", "sha256", record["outputs"])]),
        _pairs(words, "versions", "part", "version", record["versions"]),
    ]
    if runs := record.get("runs"):
        compared = {words.pick(r["title"]): run_id(r, folder) for r in runs}
        parts.insert(len(keys) + (heading == "made.title"), _pairs(words, "runs", "compared", "run_id", compared))
    return page.section("made", words.say(heading), words.tag, *parts)


def run_id(run: Mapping[str, str], folder: Recorded) -> str:
    """What a run of a comparison is called."""
    return run.get("reference", "—") if folder.controlled else run["run_id"]


def end(folder: Recorded, lang: str) -> Part:
    """The last line. `publish` takes it as the sign that the notebook ran through, and for this folder."""
    words = load(lang)
    return Part(folder.run_id, words.say("page.end"), words.tag, role="end")


def _facts(folder: Recorded, words: Wording) -> list[tuple[str, object]]:
    record = folder.record
    register = record["population"]
    enterprises = "" if register["enterprises"] is None else f"{register['enterprises']:,}"
    if folder.synthetic:
        described = words.say("made.population_synthetic", enterprises=enterprises)
    elif folder.external:
        described = words.say("made.population_count", enterprises=enterprises)
    else:
        described = words.say("made.population_value", enterprises=enterprises, source=register["source"])
    facts: list[tuple[str, object]] = [("run_id", folder.run_id), ("created", made_at(record, words))]
    facts += [(key, record[key]) for key in ("scenario", "seed") if key in record]
    if "draws" in record:
        facts.append(("draws", f"{record['draws']:,}"))
    if "sampling" in record:
        facts.append(("sampling", words.say(f"made.sampling_{record['sampling']}")))
    if enterprises:
        facts.append(("population", described))
    if record.get("seconds") is not None:
        facts.append(("seconds", words.say("made.seconds_value", seconds=f"{record['seconds']:,.0f}")))
    return facts


def made_at(record: Mapping[str, object], words: Wording) -> str:
    """When the run was made: date and time, and the clock it was taken from."""
    return words.say("made.time", time=str(record["created"])[:19].replace("T", " "))


def warnings_of(folder: Recorded, words: Wording) -> list[str]:
    """The run's warnings in this language; outside only how many, for they name cells of the register."""
    found = folder.record["warnings"]
    if folder.external and found:
        return [words.say("made.warnings_count", count=len(found))]
    return [words.say(f"notes.{w['note']}") if isinstance(w, Mapping) and "note" in w else words.pick(w) for w in found]


def _warnings(folder: Recorded, words: Wording) -> Parts:
    found = warnings_of(folder, words)
    return Heading(words.say("made.warnings")), Bullets(found, "warnings") if found else Paragraph(words.say("made.no_warnings"))


def _pairs(words: Wording, title: str, first: str, second: str, entries: Mapping[str, object]) -> Table:
    rows = [[Cell(str(name)), Cell(str(value))] for name, value in entries.items()]
    header = [words.say(f"made.{first}"), words.say(f"made.{second}")]
    return Table(words.say(f"made.{title}"), header, rows, style="hashes")
