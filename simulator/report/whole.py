"""A report as one document: its sections in their order, for every form but the page (which a notebook makes of the same sections)."""

from __future__ import annotations

import inspect
from datetime import datetime
from types import ModuleType

from simulator.document import Document
from simulator.report import making
from simulator.report.wording import load
from simulator.store.folder import Recorded


def document(folder: Recorded, sections: ModuleType, clause: str, lang: str) -> Document:
    """The document of a folder. sections: the module whose `__all__` names them in order; clause: of a report on one."""
    words, made = load(lang), []
    for function in (getattr(sections, name) for name in sections.__all__):
        given = (clause,) if "clause" in inspect.signature(function).parameters else ()
        made.append(function(folder, *given, lang))
    return Document(
        making.title(folder, words),
        words.say("page.kicker"),
        lang,
        folder.run_id,
        words.say("page.footer", run_id=folder.run_id),
        (words.say("page.table"), words.say("page.figure")),
        made,
        datetime.fromisoformat(str(folder.record["created"])),
        words.say("page.page_of", page="{page}", pages="{pages}"),
    )
