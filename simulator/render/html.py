"""A document as HTML: complete and safe as it stands. The one place where HTML is written."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template

from simulator.document import (
    Beside,
    Block,
    Bullets,
    Cards,
    Cell,
    Contents,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Rich,
    Section,
    Table,
    Title,
    flat,
)
from simulator.document import Parts as _Parts
from simulator.document.numbers import MISSING

_FRAME = Path(__file__).with_name("page.html")
_LONG = 14  # rows: a longer table may be broken between two pages


@cache
def stylesheet() -> str:
    """The look of the report, for screen and paper."""
    return Path(__file__).with_name("report.css").read_text(encoding="utf-8")


def page(body: str, title: str, lang: str, meta: Mapping[str, str], footer: str, page_of: str) -> str:
    """A file that holds all of it: what lies in the body is HTML; footer and page_of ({page}, {pages}) stand at the foot of each page on
    paper."""
    said = "\n".join(f'<meta name="{html.escape(name)}" content="{html.escape(value)}">' for name, value in meta.items())
    pieces = enumerate(re.split(r"\{(pages?)\}", page_of))
    counted = "".join(f'" counter({piece}) "' if i % 2 else _css_text(piece) for i, piece in pieces)
    frame = Template(_FRAME.read_text(encoding="utf-8"))
    return frame.substitute(
        body=body, title=html.escape(title), lang=html.escape(lang), meta=said, footer=_css_text(footer), page_of=counted
    )


def failed(text: str, error: bool = False) -> str:
    """What tells that a page is not to be used; error: that, and why, in the words of a program."""
    said = html.escape(text)
    return f'<pre class="failed" data-error="yes">{said}</pre>' if error else f'<p class="failed">{said}</p>'


def section(one: Section) -> str:
    """A section; the front with the style sheet."""
    if not one:
        return ""
    inside = blocks(one.blocks)
    if one.role == "cover":
        return f"<header><style>{stylesheet()}</style>{inside}</header>"
    if one.role == "end":
        return f'<footer id="report-end" data-run-id="{html.escape(one.anchor)}">{html.escape(one.title)}</footer>'
    return f'<section id="{html.escape(one.anchor)}"><h2>{html.escape(one.title)}</h2>{inside}</section>'


def blocks(parts: _Parts) -> str:
    """Blocks one after the other."""
    return "".join(map(_block, flat(parts)))


def _block(block: Block) -> str:
    match block:
        case Title(text):
            return f"<h1>{html.escape(text)}</h1>"
        case Heading(text):
            return f"<h3>{html.escape(text)}</h3>"
        case Paragraph(text, style):
            return f'<p class="{style}">{_text(text)}</p>' if style else f"<p>{_text(text)}</p>"
        case Table():
            return _table(block)
        case Figure(title, picture, caption):
            drawn = base64.b64encode(picture.svg.encode("utf-8")).decode("ascii")
            below = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
            return (
                f'<figure><h3>{html.escape(title)}</h3><img alt="{html.escape(picture.alt)}" '
                f'src="data:image/svg+xml;base64,{drawn}">{below}</figure>'
            )
        case Beside(beside):
            return f'<div class="pair">{blocks(beside)}</div>'
        case Cards():
            return _cards(block)
        case Facts(entries):
            rows = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in entries)
            return f'<dl class="facts">{rows}</dl>'
        case Bullets(items, style):
            return f'<ul class="{style}">{"".join(f"<li>{html.escape(item)}</li>" for item in items)}</ul>'
        case Contents(title, entries):
            links = "".join(f'<a href="#{html.escape(anchor)}">{html.escape(text)}</a>' for anchor, text in entries)
            return f"<nav><b>{html.escape(title)}</b>{links}</nav>"


def _text(text: Rich | str) -> str:
    if isinstance(text, str):
        return html.escape(text)
    return "".join(f"<b>{html.escape(piece)}</b>" if strong else html.escape(piece) for piece, strong in text.pieces)


def _cards(block: Cards) -> str:
    made = []
    for card in block.cards:
        of = f" <small>{html.escape(card.unit)}</small>" if card.unit else ""
        made.append(
            f'<div class="card" data-card="{html.escape(card.key)}"><div class="label">{html.escape(card.label)}</div>'
            f'<div class="number"><span>{html.escape(card.number)}</span>{of}</div>'
            f'<div class="note">{html.escape(card.note)}</div></div>'
        )
    return f'<div class="cards">{"".join(made)}</div>'


def _table(one: Table) -> str:
    """A table. Numbers with fewer decimals than others of their column are filled up with invisible ones, so that decimal points stand
    under each other."""
    width = len(one.header)
    style = f"{one.style} long".strip() if len(one.rows) > _LONG else one.style
    head = "".join(f'<th scope="col"{_right(one.numeric(i))}>{html.escape(text)}</th>' for i, text in enumerate(one.header))
    headings, body = dict(one.groups), []
    for i, (row, fills) in enumerate(zip(one.rows, one.fills(), strict=True)):
        if i in headings:
            body.append(f'<tr class="group"><th scope="rowgroup" colspan="{width}">{html.escape(headings[i])}</th></tr>')
        cells = "".join(_cell(cell, j == 0, fill) for j, (cell, fill) in enumerate(zip(row, fills, strict=True)))
        body.append(f"<tr{' class=strong' if one.is_strong(i) else ''}>{cells}</tr>")
    top = f'<div class="caption"><h3>{html.escape(one.title)}</h3><span>{html.escape(one.aside)}</span></div>'
    return (
        f'<div class="table {style}">{top if one.title or one.aside else ""}<table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
        + "".join(f'<p class="small">{html.escape(note)}</p>' for note in one.note.split("\n") if note)
    )


def _right(numeric: bool) -> str:
    return ' class="num"' if numeric else ""


def _cell(cell: Cell, first: bool, fill: str) -> str:
    tag, scope = ("th", ' scope="row"') if first else ("td", "")
    text = html.escape(cell.text)
    note = f' <span class="note">{html.escape(cell.note)}</span>' if cell.note else ""
    if not cell.number:
        return f"<{tag}{scope}>{text}{note}</{tag}>"
    filler = f'<i data-pad="{fill}"></i>' if fill else ""  # drawn invisibly by the style sheet, never copied
    faint = " zero" if cell.text in ("0", MISSING) else ""
    return f'<{tag}{scope} class="num{faint}">{text}{filler}{note}</{tag}>'


def _css_text(text: str) -> str:
    """Text for inside a CSS string in a <style>."""
    return "".join(c if c.isalnum() or c in " .-_:" else f"\\{ord(c):x} " for c in text)
