"""A report as one document: the sections that its notebook made, in their order. The notebook shows them as a page; every other form
is made of the very same ones.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from simulator.document import Document, Section
from simulator.files import put_for_now
from simulator.report import making
from simulator.report.wording import load
from simulator.store.folder import Recorded

_KEPT = "sections"  # file of what a notebook showed


def hand_over(work: Path) -> str:
    """What a kernel runs after its notebook, so that `handed_over` finds in the folder what its cells gave."""
    return f"from simulator.report.whole import keep\nkeep(Out, {str(work)!r})"


def keep(shown: Mapping[int, object], work: str) -> None:
    """Keep the sections among what a notebook's cells gave."""
    sections = [part for part in shown.values() if isinstance(part, Section)]
    put_for_now(Path(work) / _KEPT, lambda file: file.write_bytes(pickle.dumps(sections)), "make room for temporary files")


def handed_over(work: Path) -> list[Section]:
    """The sections that `hand_over` kept."""
    found: list[Section] = pickle.loads((work / _KEPT).read_bytes())  # noqa: S301  of a kernel of our own, in a folder of our own
    return found


def document(folder: Recorded, sections: Sequence[Section], lang: str) -> Document:
    """The document of a folder that these sections make."""
    words = load(lang)
    return Document(
        making.title(folder, words),
        words.say("page.kicker"),
        lang,
        folder.run_id,
        words.say("page.footer", run_id=folder.run_id),
        (words.say("page.table"), words.say("page.figure")),
        sections,
        datetime.fromisoformat(str(folder.record["created"])),
        words.say("page.page_of", page="{page}", pages="{pages}"),
    )
