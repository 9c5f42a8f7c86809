"""What verbs show on a terminal that play nothing.

Nothing is imported here that takes time: a list of settings is there as soon as the scenario is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.render.text import grid
from simulator.report.wording import Wording, load

if TYPE_CHECKING:
    from simulator.scenario import Scenario, Setting


def terms(settings: Sequence[Setting], lang: str = "zh") -> str:
    """Every settable path with value, unit, range, article or source, and meaning."""
    words = load(lang)
    rows: list[tuple[str, ...]] = [
        (
            s.path,
            s.value,
            words.term("units", s.unit),
            words.term("ranges", s.range),
            " ".join(dict.fromkeys(words.term("confidence", word) for word in (*s.source.split(), s.confidence) if word)),
            words.pick({"zh": s.zh, "en": s.en}),
        )
        for s in settings
        if s.unit != "formula"
    ]
    formulas = [f"{s.path}  {words.pick({'zh': s.zh, 'en': s.en})}\n    {s.value}" for s in settings if s.unit == "formula"]
    return "\n".join([*([_terms(rows, words)] if rows or not formulas else []), *([""] if rows and formulas else []), *formulas])


def _terms(rows: list[tuple[str, ...]], words: Wording) -> str:
    return grid([words.say(f"screen.{key}") for key in ("path", "value", "unit", "range", "source", "meaning")], rows, left=6)


def doubts(scenario: Scenario, slugs: Iterable[str], lang: str = "zh") -> str:
    """The doubts about these clauses' legality; "" where there is none."""
    words = load(lang)
    lines = []
    for block in filter(None, map(scenario.law.blocks.get, slugs)):
        for c in block.legality:
            lines.append(words.say("legality.head", article=block.article, since=c.since, document=c.document, by=getattr(c, f"by_{lang}")))
            lines.append(words.say("legality.asks", effect=getattr(c, f"effect_{lang}")))
            lines.append(words.say("legality.open", uncertain=getattr(c, f"uncertain_{lang}")))
            if c.scenario:
                lines.append(words.say("legality.played", scenario=c.scenario))
    return "\n".join([words.say("legality.title"), *lines, words.say("legality.note")]) if lines else ""


def audit_state(log: Path, line: int, wrong: str, head: Mapping[str, Any], lang: str) -> str:
    """What a check of the audit log found: that it is whole, with its last seal, or the first line that is not."""
    words = load(lang)
    if line:
        return words.say(f"audit.{wrong}", log=log, line=f"{line:,}")
    return words.say("audit.whole", log=log, lines=f"{head.get('line', 0):,}") + "\n" + _anchor(words, head)


def audit_seals(gone: Sequence[tuple[str, int]], count: int, lang: str) -> str:
    """Whether the log still has the seals that reports keep. gone: those it has not, by file, with the line they name."""
    words = load(lang)
    missing = [words.say("audit.seal_gone", file=file, line=f"{line:,}") for file, line in gone]
    if not count:
        return words.say("audit.no_seals")
    return "\n".join([*missing, words.say("audit.seals", count=f"{count:,}", gone=f"{len(gone):,}")])


def audit_lines(lines: Sequence[Mapping[str, Any]], head: Mapping[str, Any], lang: str) -> str:
    """Lines of the audit log as a table, then the last seal, to be kept elsewhere."""
    words = load(lang)

    def digests(given: Iterable[tuple[str, str]]) -> str:
        texts = [f"{kind} {digest[:12]}".strip() for kind, digest in given]
        return " ".join(texts[:3]) + (f" … +{len(texts) - 3}" if len(texts) > 3 else "")  # the log itself has all of them

    rows = [
        (
            line["line"],
            line["time"],
            line["user"],
            line["verb"],
            words.term("audit", line["result"]),
            digests((words.term("audit", kind), digest) for kind, digest in line["read"].items()),
            digests((file["kind"], file["sha256"]) for file in line["written"]),
        )
        for line in lines
    ]
    header = [words.say(f"audit.{key}") for key in ("line", "time", "user", "verb", "result", "read", "written")]
    return grid(header, rows, left=len(header)) + "\n\n" + _anchor(words, head)


def _anchor(words: Wording, head: Mapping[str, Any]) -> str:
    return words.say("audit.anchor", line=f"{head['line']:,}", seal=head["seal"]) if head else words.say("audit.empty")
