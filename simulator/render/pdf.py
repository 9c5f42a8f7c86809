"""A document as PDF, set by typst inside this process, without a browser, TeX or a network.

`report.typ` says how it looks; the document comes to it as data. The report's own fonts travel into the file as far as they are used, so
that it reads the same everywhere; its headings become the file's outline, and its structure is marked for screen readers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

from simulator.document import ON_ITS_OWN_PAGE, Cell, Document, Picture, Section, Table
from simulator.errors import Problem, ReportError
from simulator.files import temporary
from simulator.phrases import phrase
from simulator.render.pictures import font_files

_LOOK = Path(__file__).with_name("report.typ")
_LONGEST = 64  # letters: a longer word may be broken


def write(whole: Document, path: Path) -> None:
    """Write a document to a file: the same bytes for the same document. It is fit for an archive (PDF/A-2a, ISO 19005-2) and for screen
    readers (PDF/UA-1, ISO 14289-1). Raises ReportError."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[file.parent for file in font_files()])
    given = {"document": json.dumps(_data(whole), ensure_ascii=False)}
    created = int((whole.created or datetime.now(UTC)).timestamp())
    with temporary("typeset") as nothing:  # the only folder that typst could read from
        setting = typst.Compiler(_LOOK.read_bytes(), root=nothing, font_paths=fonts, sys_inputs=given)
        try:
            setting.compile(output=path, format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=created)
        except typst.TypstError as e:  # a character that cannot be in such a file
            raise ReportError(Problem("PDF", phrase("cannot be typeset ({})", e.message), "write it in another way")) from e


def _data(part: Any) -> Any:
    """A document, or a part of it, as what JSON can hold; `kind` says what it is."""
    match part:
        case Picture():
            return _fields(part, "svg", "alt")
        case Table():
            rows = [zip(row, fills, strict=True) for row, fills in zip(part.rows, part.fills(), strict=True)]
            columns = zip(part.header, *([cell.text for cell in row] for row in part.rows), strict=True)
            return _fields(part, "title", "header", "style", "aside", "groups", "note") | {
                "rows": [[_data(cell) | {"fill": fill} for cell, fill in row] for row in rows],
                "strong": [part.is_strong(place) for place in range(len(part.rows))],
                "numeric": [part.numeric(place) for place in range(len(part.header))],
                "words": [_longest(texts) for texts in columns],
            }
        case Document():
            return _fields(part, "title", "of", "lang", "footer", "labels", "sections", "page_of") | {"own_page": ON_ITS_OWN_PAGE}
        case Cell():
            return _fields(part, "text", "number", "note")
        case _ if is_dataclass(part):
            return _fields(part, *(one.name for one in fields(part)))
        case Sequence() if not isinstance(part, str):
            return [_data(one) for one in part if one or not isinstance(one, Section)]
    return part


def _fields(part: Any, *names: str) -> dict[str, Any]:
    return {"kind": type(part).__name__.lower()} | {name: _data(getattr(part, name)) for name in names}


def _longest(texts: Sequence[str]) -> list[str]:
    """The longest words of a column, which is to be wide enough for them; Chinese text can be broken anywhere."""
    words = {word[:_LONGEST] for text in texts for word in re.findall(r"(?:[^\s\u2e80-\uffff]|\xa0)+", text)}
    return sorted(words, key=lambda word: (len(word), word))[-3:]
