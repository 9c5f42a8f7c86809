"""A document in Word: headings of Word's own, contents with page numbers, numbered captions, tables that repeat their header rows.

Tables are written as XML at once: python-docx takes seconds for the cells of a long one.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm, Pt

from simulator.document import (
    ON_ITS_OWN_PAGE,
    Beside,
    Block,
    Bullets,
    Cards,
    Contents,
    Document,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Section,
    Table,
    Title,
    rich,
)
from simulator.render import docx_look as look
from simulator.render.pictures import png

_WIDTH, _HALF = Cm(17), Cm(11)  # of A4 between the margins; of a picture beside another
_SMALL = ("small", "kicker", "synthetic", "reader")
_RIGHT = '<w:jc w:val="right"/>'
_FACTS = (28, 72)  # hundredths of the line, of names and what they are


def write(whole: Document, path: Path) -> None:
    """Write a document to a file."""
    document = look.blank(whole.lang)
    look.numbered(document, whole.footer, whole.page_of)
    writer = _Writer(document, whole)
    for section in whole.sections:
        writer.section(section)
    properties = document.core_properties
    properties.title, properties.subject, properties.comments, properties.author = whole.title, whole.subject, whole.of, ""
    created = whole.created or datetime.now(UTC)  # the library's own template is of 2013
    properties.created = properties.modified = created.astimezone(UTC).replace(tzinfo=None)
    properties.language = next((section.lang for section in whole.sections), whole.lang)
    document.save(str(path))


class _Writer:
    """Puts blocks into a document, one after the other."""

    def __init__(self, document: Any, whole: Document):
        self.document, self.whole = document, whole
        self.numbers = dict.fromkeys(whole.labels, 0)  # of captions so far
        self.headed = [section for section in whole.sections if section.role == "section" and section]

    def section(self, section: Section) -> None:
        if section.role == "end":
            paragraph = self.document.add_paragraph()
            look.run(paragraph, section.title, 9, look.SOFT)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            return
        if section.role == "section" and section:
            heading = self.document.add_paragraph(section.title, "Heading 1")
            heading.paragraph_format.page_break_before = section.anchor in ON_ITS_OWN_PAGE or None
            look.bookmark(heading, section.anchor, self.headed.index(section))
        for block in section.blocks:
            self.block(block)

    def block(self, block: Block, beside: bool = False) -> None:
        match block:
            case Title(text):
                self.document.add_paragraph(text, "Title")
            case Heading(text):
                self.document.add_paragraph(text, "Heading 2")
            case Paragraph():
                self.paragraph(block)
            case Table():
                self.table(block)
            case Figure():
                self.figure(block, beside)
            case Beside(blocks):
                for each in blocks:
                    self.block(each, beside=True)
            case Cards():
                self.cards(block)
            case Facts(entries):
                self.grid([[_cell(name, 9, look.SOFT), _cell(value, 9)] for name, value in entries], _FACTS, lined=False)
            case Bullets(items, style):
                for item in items:
                    paragraph = self.document.add_paragraph(style="List Bullet" if style == "warnings" else None)
                    look.run(paragraph, item, 9, look.SOFT)
                    paragraph.paragraph_format.space_after = Pt(0)
            case Contents(title):
                self.contents(title)

    def paragraph(self, block: Paragraph) -> None:
        if not str(block.text).strip():
            return
        small, kicker, paragraph = block.style in _SMALL, block.style == "kicker", self.document.add_paragraph()
        for text, strong in rich(block.text).pieces:
            look.run(paragraph, text, 9 if small else 10.5, look.ACCENT if kicker else look.SOFT if small else look.INK, strong or kicker)

    def caption(self, label: str, title: str, aside: str = "") -> None:
        """A numbered caption of Word's own above a table or figure; at the right its unit."""
        if not title and not aside:
            return
        self.numbers[label] += 1
        paragraph = self.document.add_paragraph(style="Caption")
        look.run(paragraph, f"{label} ", 10.5, bold=True)
        look.field(paragraph, f"SEQ {label} \\* ARABIC", str(self.numbers[label]), 10.5, bold=True)
        look.run(paragraph, f"  {title}", 10.5, bold=True)
        if aside:
            paragraph.paragraph_format.tab_stops.add_tab_stop(_WIDTH, WD_TAB_ALIGNMENT.RIGHT)
            look.run(paragraph, f"\t{aside}", 9, look.SOFT)

    def figure(self, block: Figure, beside: bool) -> None:
        self.caption(self.whole.labels[1], block.title)
        paragraph = self.document.add_paragraph()
        shape = paragraph.add_run().add_picture(io.BytesIO(png(block.picture)), width=_HALF if beside else _WIDTH)
        shape._inline.docPr.set("descr", block.picture.alt)
        if block.caption:
            paragraph.paragraph_format.keep_with_next = True
            look.run(self.document.add_paragraph(), block.caption, 9, look.SOFT)

    def cards(self, block: Cards) -> None:
        """The headline numbers, side by side."""
        table = self.document.add_table(rows=1, cols=len(block.cards))
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        for cell, card in zip(table.rows[0].cells, block.cards, strict=True):
            look.shade(cell, "F5F7F9")
            number = f"{card.number} {card.unit}".strip()
            first = cell.paragraphs[0]
            for k, (text, size, colour) in enumerate(
                ((card.label, 9, look.SOFT), (number, 13 if look.cells(number) > 10 else 18, look.INK), (card.note, 8, look.SOFT))
            ):
                paragraph = first if k == 0 else cell.add_paragraph()
                look.run(paragraph, text, size, colour, k == 1)
                paragraph.paragraph_format.space_after = Pt(2)
        self.gap()

    def table(self, block: Table) -> None:
        self.caption(self.whole.labels[0], block.title, block.aside)
        if not block.rows:
            return
        width, groups = len(block.header), dict(block.groups)
        size = 8 if width > 6 else 8.5
        texts = [
            list(block.header),
            *(
                [f"{cell.text} {cell.note}" if not cell.number else max(cell.text, cell.note, key=look.cells) for cell in row]
                for row in block.rows
            ),
        ]
        shares = look.shares(texts, width, _WIDTH.pt / (size / 2))
        right = [block.numeric(column) for column in range(width)]
        rows = [[_cell(text, size, look.SOFT, True, right[column], "E8EEF5") for column, text in enumerate(block.header)]]
        for place, row in enumerate(block.rows):
            if place in groups:
                rows.append([_cell(groups[place], size, look.ACCENT, True, span=width)])
            rows.append([_cell(cell.text, size, look.INK, block.is_strong(place), cell.number, note=cell.note) for cell in row])
        self.grid(rows, shares, head=True)
        for note in filter(None, block.note.split("\n")):
            self.paragraph(Paragraph(note, "small"))

    def grid(self, rows: Sequence[Sequence[str]], shares: Sequence[float], head: bool = False, lined: bool = True) -> None:
        """A table of cells that are XML already. shares: of the line, of each column; head: the first row is repeated on every page."""
        if not rows:
            return
        widths = [int(_WIDTH.twips * share / sum(shares)) for share in shares]
        grid = "".join(f'<w:gridCol w:w="{wide}"/>' for wide in widths)
        body = "".join(
            f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head and place == 0 else ''}</w:trPr>{''.join(row)}</w:tr>"
            for place, row in enumerate(rows)
        )
        table = parse_xml(
            f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>{look.LINES if lined else ""}'
            f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>'
        )
        self.document.element.body.insert(len(self.document.element.body) - 1, table)  # the last element is the page's own
        self.gap()

    def gap(self) -> None:
        """A little room: two tables without a paragraph between them would be one."""
        self.document.add_paragraph().paragraph_format.space_after = Pt(2)

    def contents(self, title: str) -> None:
        """The contents as Word's own field, a line for each section with the page it begins on; Word fills in the pages when it opens
        the document."""
        self.document.add_paragraph(title, "Heading 2")
        for place, section in enumerate(self.headed):
            paragraph = self.document.add_paragraph()
            paragraph.paragraph_format.tab_stops.add_tab_stop(_WIDTH, WD_TAB_ALIGNMENT.RIGHT)
            paragraph.paragraph_format.space_after = Pt(0 if section is not self.headed[-1] else 9)
            if place == 0:
                look.begin(paragraph, 'TOC \\o "1-1" \\h \\z \\u', 10)
            look.run(paragraph, f"{section.title}\t", 10)
            look.field(paragraph, f"PAGEREF {look.mark_of(section.anchor)} \\h", "", 10)
            if place == len(self.headed) - 1:
                look.end(paragraph)
        look.filled_when_opened(self.document)


def _cell(
    text: str, size: float, colour: Any = look.INK, bold: bool = False, right: bool = False, ground: str = "", note: str = "", span: int = 1
) -> str:
    """A cell as XML; note: beneath a number, beside a text, in small print."""
    properties = (f'<w:gridSpan w:val="{span}"/>' if span > 1 else "") + (
        f'<w:shd w:val="clear" w:color="auto" w:fill="{ground}"/>' if ground else ""
    )
    runs = _run(text, size, colour, bold)
    if note:
        runs += ("<w:r><w:br/></w:r>" if right else _run(" ", size, colour)) + _run(note, size - 1.5, look.SOFT)
    return (
        f'<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:pPr><w:spacing w:before="20" w:after="20"/>'
        f"{_RIGHT if right else ''}</w:pPr>{runs}</w:p></w:tc>"
    )


def _run(text: str, size: float, colour: Any, bold: bool = False) -> str:
    return (
        f'<w:r><w:rPr>{"<w:b/>" if bold else ""}<w:color w:val="{colour}"/><w:sz w:val="{round(size * 2)}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    )
