"""The report as a Word document: the same sections as the page, read piece by piece into headings, tables and pictures.

Headings are Word's own, so that the contents can be brought up to date with F9; tables repeat their headings on every page.
"""

from __future__ import annotations

import base64
import html
import inspect
import io
import re
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.shared import Cm, Pt

from simulator.report import figures, making
from simulator.report import word_look as look
from simulator.report.folder import Recorded
from simulator.report.page import Block
from simulator.report.wording import Wording, load

_CARD = ("label", "number", "note")
_WIDTH = Cm(17)  # of A4 between the margins


def write(folder: Recorded, sections: ModuleType, clause: str, lang: str, path: Path) -> None:
    """Write a report's sections to a document."""
    words = load(lang)
    with figures.pictures("png"):
        blocks = [_section(getattr(sections, name), folder, clause, lang) for name in sections.__all__]
    document = look.blank(words)
    look.numbered(document, words.say("page.footer", run_id=folder.run_id))
    reader = _Reader(document, words, _headings(blocks))
    for block in blocks:
        reader.feed(re.sub(r"<style.*?</style>", "", block.html, flags=re.S))
    reader.close()
    properties = document.core_properties
    properties.title, properties.subject = making.title(folder, words), words.say("page.kicker")
    properties.comments, properties.author, properties.language = folder.run_id, "", words.tag
    document.save(str(path))


def _section(function: Callable[..., Block], folder: Recorded, clause: str, lang: str) -> Block:
    given = (clause,) if "clause" in inspect.signature(function).parameters else ()
    return function(folder, *given, lang)


def _headings(blocks: Iterable[Block]) -> list[str]:
    return [html.unescape(title) for block in blocks for title in re.findall(r"<h2>(.*?)</h2>", block.html)]


class _Reader(HTMLParser):
    """Puts the page's pieces, as `page` lays them out, into a document."""

    def __init__(self, document: Any, words: Wording, headings: list[str]):
        super().__init__()
        self.document, self.words, self.headings = document, words, headings
        self.text: list[tuple[str, bool]] = []  # runs of the piece being read, and whether they are set off
        self.style = ""
        self.bold = False
        self.skip = 0  # depth of what is left out
        self.rows: list[tuple[str, list[tuple[str, str]]]] = []
        self.cards: list[list[str]] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        kind = given.get("class", "")
        if self.skip or tag == "nav":
            self.skip += tag not in ("img", "br")
        elif tag == "img":
            self._picture(given["src"])
        elif tag == "b":
            self.bold = True
        elif tag == "table":
            self.rows = []
        elif tag == "tr":
            self.rows.append((kind, []))
        elif tag in ("td", "th"):
            self._start(kind)
        elif tag == "dl":
            self.rows = [("", [])]
        elif tag == "div" and kind == "cards":
            self.cards = []
        elif tag == "div" and kind == "card":
            self.cards.append([])
        elif tag in ("h1", "h2", "h3", "p", "li", "dt", "dd", "figcaption", "footer") or (tag == "div" and kind in _CARD):
            self._start(kind)
        if tag == "span" and self.inside and "caption" in self.inside[-1]:
            self.text.append(("\t", False))
        if tag == "div":
            self.inside.append(kind)

    def handle_endtag(self, tag: str) -> None:
        if self.skip:
            self.skip -= 1
            if not self.skip and tag == "nav":
                self._contents()
            return
        if tag == "b":
            self.bold = False
        elif tag in ("h1", "h2"):
            self._flush("Title" if tag == "h1" else "Heading 1")
        elif tag == "h3" and not (self.inside and self.inside[-1] == "caption"):
            self._flush("Heading 2")
        elif tag in ("p", "li", "figcaption", "footer"):
            self._paragraph(tag)
        elif tag in ("td", "th"):
            self.rows[-1][1].append((self._words(), self.style))
        elif tag in ("dt", "dd"):
            self.rows[-1][1].append((self._words(), ""))
            if tag == "dd":
                self.rows.append(("", []))
        elif tag in ("table", "dl"):
            self._table(facts=tag == "dl")
        elif tag == "div":
            kind = self.inside.pop()
            if kind in _CARD:
                self.cards[-1].append(self._words())
            elif kind == "cards":
                self._cards()
            elif kind == "caption":
                self._caption()

    def handle_data(self, data: str) -> None:
        if not self.skip:
            self.text.append((data, self.bold))

    def _start(self, style: str) -> None:
        self.text, self.style = [], style

    def _words(self) -> str:
        text = re.sub(r"[ \n]+", " ", "".join(part for part, _ in self.text)).strip()
        self.text = []
        return text

    def _flush(self, style: str) -> None:
        text = self._words()
        if text:
            self.document.add_paragraph(text, style)

    def _caption(self) -> None:
        """A table's title, and at the right its unit."""
        title, _, unit = ("".join(part for part, _ in self.text)).partition("\t")
        self.text = []
        if not title.strip() and not unit.strip():
            return
        paragraph = self.document.add_paragraph(title.strip(), "Heading 2")
        if unit.strip():
            paragraph.paragraph_format.tab_stops.add_tab_stop(_WIDTH, WD_TAB_ALIGNMENT.RIGHT)
            look.run(paragraph, f"\t{unit.strip()}", 9, look.SOFT).bold = False

    def _paragraph(self, tag: str) -> None:
        parts, self.text = self.text, []
        if not "".join(part for part, _ in parts).strip():
            return
        small = tag == "figcaption" or self.style in ("small", "kicker", "synthetic") or tag == "footer"
        paragraph = self.document.add_paragraph(style="List Bullet" if tag == "li" and "warnings" in self.inside else None)
        for part, bold in parts:
            if part:
                colour = look.ACCENT if self.style == "kicker" else look.SOFT if small or tag == "li" else look.INK
                look.run(paragraph, part, 9 if small or tag == "li" else 10.5, colour, bold or self.style == "kicker")
        if tag == "footer":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if tag == "li":
            paragraph.paragraph_format.space_after = Pt(0)

    def _picture(self, source: str) -> None:
        data = base64.b64decode(source.partition(",")[2])
        paragraph = self.document.add_paragraph()
        half = "pair" in self.inside
        paragraph.add_run().add_picture(io.BytesIO(data), width=Cm(11) if half else _WIDTH)
        paragraph.paragraph_format.keep_with_next = True

    def _cards(self) -> None:
        """The headline numbers, side by side."""
        table = self.document.add_table(rows=1, cols=len(self.cards))
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        for cell, texts in zip(table.rows[0].cells, self.cards, strict=True):
            look.shade(cell, "F5F7F9")
            first = cell.paragraphs[0]
            for k, (text, size, colour) in enumerate(zip(texts, (9, 18, 8), (look.SOFT, look.INK, look.SOFT), strict=False)):
                paragraph = first if k == 0 else cell.add_paragraph()
                look.run(paragraph, text, 13 if k == 1 and look.cells(text) > 12 else size, colour, k == 1)
                paragraph.paragraph_format.space_after = Pt(2)
        self.document.add_paragraph().paragraph_format.space_after = Pt(2)

    def _table(self, facts: bool = False) -> None:
        rows = [row for row in self.rows if row[1]]
        self.rows = []
        if not rows:
            return
        width = max(len(cells) for _, cells in rows)
        table = self.document.add_table(rows=0, cols=width)
        if not facts:
            look.lined(table)
        table.autofit = False
        size = 8 if width > 6 else 8.5
        shares = look.shares([[text for text, _ in cells] for kind, cells in rows if "group" not in kind], width,
                             _WIDTH.pt / (size / 2))
        for column, share in zip(table.columns, shares, strict=True):
            column.width = int(_WIDTH * share)
        for number, (kind, cells) in enumerate(rows):
            row = table.add_row()
            look.mark(row._tr.get_or_add_trPr(), "w:cantSplit")
            if number == 0 and not facts:
                look.mark(row._tr.get_or_add_trPr(), "w:tblHeader")
            for cell, share in zip(row.cells, shares, strict=True):
                cell.width = int(_WIDTH * share)
            if "group" in kind:
                row.cells[0].merge(row.cells[-1])
            for cell, (text, style) in zip(row.cells, cells, strict=False):
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(1), Pt(1)
                head = number == 0 and not facts
                colour = look.ACCENT if "group" in kind else look.SOFT if head or (facts and cell is row.cells[0]) else look.INK
                look.run(paragraph, text, 9 if facts else size, colour, head or "strong" in kind or "group" in kind)
                if "num" in style.split():
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                if head:
                    look.shade(cell, "E8EEF5")
        self.document.add_paragraph().paragraph_format.space_after = Pt(2)

    def _contents(self) -> None:
        """The contents as Word's own field; the titles stand there until it is brought up to date (F9)."""
        self.document.add_paragraph(self.words.say("page.contents"), "Heading 2")
        paragraph = self.document.add_paragraph()
        look.field(paragraph, 'TOC \\o "1-1" \\h \\z \\u', "")
        end = paragraph.runs[-1]._r
        shown = paragraph.runs[-2]
        for place, title in enumerate(self.headings):
            if place:
                shown.add_break()
            shown.add_text(title)
        shown.font.size = Pt(10)
        paragraph._p.remove(end)
        paragraph._p.append(end)


