"""How a Word document looks: its page and styles, runs and fields, widths, lines and shades of tables."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

SOFT, INK, ACCENT = RGBColor(0x55, 0x61, 0x6D), RGBColor(0x1C, 0x27, 0x33), RGBColor(0x1F, 0x4E, 0x79)
FONTS = {"zh": ("Times New Roman", "宋体", "黑体"), "en": ("Calibri", "宋体", "黑体")}  # Latin, Chinese text, Chinese headings

PAGES = {"{page}": "PAGE", "{pages}": "NUMPAGES"}  # how a document says them → fields of Word

# thin grey lines between rows, none between columns
LINES = (
    "<w:tblBorders>"
    + "".join(
        f'<w:{side} w:val="single" w:sz="{wide}" w:space="0" w:color="{colour}"/>'
        for side, wide, colour in (("top", 8, "1C2733"), ("bottom", 8, "1C2733"), ("insideH", 4, "C4CCD4"))
    )
    + "</w:tblBorders>"
)


def blank(lang: str) -> Any:
    """An A4 document with the report's styles."""
    document = Document()
    page = document.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.PORTRAIT, Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    page.top_margin, page.bottom_margin = Cm(2.2), Cm(2)
    latin, chinese, heading = FONTS[lang]
    for name, size, bold, colour, before, after in (
        ("Normal", 10.5, False, INK, 0, 6),
        ("Title", 20, True, INK, 0, 6),
        ("Heading 1", 15, True, INK, 18, 8),
        ("Heading 2", 11, True, INK, 10, 4),
        ("Caption", 10.5, True, INK, 10, 4),
    ):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.bold, style.font.color.rgb = latin, Pt(size), bold, colour
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(attribute), None)
        fonts.set(qn("w:eastAsia"), chinese if name == "Normal" else heading)
        fonts.set(qn("w:hAnsi"), latin)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        if name != "Normal":
            style.paragraph_format.keep_with_next = True
    for border in document.styles["Title"].element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
        break
    return document


def numbered(document: Any, text: str, page_of: str) -> None:
    """The footer: the run, and page number of pages, as they are to be said."""
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run(paragraph, f"{text}    ", 8, SOFT)
    for piece in re.split(r"(\{pages?\})", page_of):
        if piece in PAGES:
            field(paragraph, PAGES[piece], "1")
        else:
            run(paragraph, piece, 8, SOFT)


def run(paragraph: Any, text: str, size: float, colour: RGBColor = INK, bold: bool = False) -> Any:
    """A run of text of this size (points) and colour, added to the paragraph."""
    piece = paragraph.add_run(text)
    piece.font.size, piece.font.color.rgb, piece.bold = Pt(size), colour, bold or None
    return piece


def field(paragraph: Any, code: str, shown: str, size: float = 8, bold: bool = False) -> None:
    """A field of Word's, with what it shows until it is brought up to date; what it shows then looks like its code."""
    colour = INK if bold else SOFT
    begin(paragraph, code, size, colour, bold)
    run(paragraph, shown, size, colour, bold)
    end(paragraph)


def begin(paragraph: Any, code: str, size: float, colour: RGBColor = INK, bold: bool = False) -> None:
    """A field begins: its result follows, until `end`."""
    element = OxmlElement("w:instrText")
    element.set(qn("xml:space"), "preserve")
    element.text = f" {code} "
    for part in (_mark("begin"), element, _mark("separate")):
        run(paragraph, "", size, colour, bold)._r.append(part)


def end(paragraph: Any) -> None:
    """The field that was begun ends."""
    paragraph.add_run()._r.append(_mark("end"))


def _mark(kind: str) -> Any:
    element = OxmlElement("w:fldChar")
    element.set(qn("w:fldCharType"), kind)
    return element


def mark_of(anchor: str) -> str:
    """The bookmark of a section."""
    return f"_Toc_{anchor}"


def bookmark(paragraph: Any, anchor: str, number: int) -> None:
    """Mark a heading, so that the contents know its page."""
    for kind in ("Start", "End"):
        element = OxmlElement(f"w:bookmark{kind}")
        element.set(qn("w:id"), str(number))
        if kind == "Start":
            element.set(qn("w:name"), mark_of(anchor))
        paragraph._p.append(element)


def filled_when_opened(document: Any) -> None:
    """Word brings fields up to date when it opens the document."""
    element = OxmlElement("w:updateFields")
    element.set(qn("w:val"), "true")
    document.settings.element.append(element)


def shares(rows: list[list[str]], width: int, room: float) -> list[float]:
    """How much of the line each column takes: all its longest text needs as far as there is room; where there is not, the
    longest texts are broken first, but never within a word. room: half-width letters in a line."""
    least, needs = [], []
    for column in range(width):
        texts = [row[column] for row in rows if column < len(row)] or [""]
        words = [word for text in texts for word in re.findall(r"[!-~\u2212±]+|.", text)] or [""]
        least.append(max(6, max(map(cells, words)) + 5))
        needs.append(max(least[-1], max(map(cells, texts)) + 4))
    cap = max(needs)
    while cap > 6 and sum(max(low, min(need, cap)) for low, need in zip(least, needs, strict=True)) > room:
        cap -= 1
    taken = [max(low, min(need, cap)) for low, need in zip(least, needs, strict=True)]
    return [one / sum(taken) for one in taken]


def cells(text: str) -> int:
    """Half-width cells a text takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shade(cell: Any, colour: str) -> None:
    """A cell's ground."""
    shade = OxmlElement("w:shd")
    for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", colour)):
        shade.set(qn(name), value)
    cell._tc.get_or_add_tcPr().append(shade)
