"""The pieces a page is laid out from. They know HTML and nothing of what they say."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from simulator.report.rounding import MISSING

_LONG = 14  # rows: a longer table may be broken between two pages


@dataclass(frozen=True)
class Block:
    """A part of the page: shown by a notebook, kept by the page. `html` is complete and safe as it stands."""

    html: str
    lang: str = "zh-CN"

    def _repr_html_(self) -> str:
        return f'<div class="report" lang="{self.lang}">{self.html}</div>'

    def __repr__(self) -> str:
        text = re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]+>", " ", self.html, flags=re.S)).strip()
        return html.unescape(text[:200])


@dataclass(frozen=True)
class Cell:
    """A cell of a table. `number`: set right-aligned, its decimal point under the others' (see `table`); note: set beside a text,
    beneath a number."""

    text: str
    number: bool = False
    note: str = ""

    @property
    def decimals(self) -> int:
        """Digits after the point; -1 without a point."""
        match = re.search(r"\.(\d+)%?$", self.text)
        return len(match[1]) if match else -1


@cache
def stylesheet() -> str:
    """The look of the report, for screen and paper."""
    return Path(__file__).with_name("report.css").read_text(encoding="utf-8")


def section(anchor: str, title: str, lang: str, *parts: str) -> Block:
    """A section with its heading. title is plain text, parts are HTML; lang is its language's tag (zh-CN)."""
    return Block(f'<section id="{anchor}"><h2>{html.escape(title)}</h2>{"".join(parts)}</section>', lang)


def paragraph(content: str, style: str = "") -> str:
    """A paragraph; content is HTML."""
    return f'<p class="{style}">{content}</p>' if style else f"<p>{content}</p>"


def figure(title: str, image: str, caption: str = "") -> str:
    """A chart under its title, with a caption below. title and caption are plain text; image is HTML."""
    below = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    return f"<figure><h3>{html.escape(title)}</h3>{image}{below}</figure>"


def side_by_side(*parts: str) -> str:
    """Two pieces beside each other where there is room."""
    return f'<div class="pair">{"".join(parts)}</div>'


def cards(entries: Iterable[tuple[str, str, str, str, str]]) -> str:
    """The headline numbers: (key, label, number, unit, note), plain text."""
    made = []
    for key, *texts in entries:
        label, number, unit, note = map(html.escape, texts)
        of = f" <small>{unit}</small>" if unit else ""
        made.append(
            f'<div class="card" data-card="{html.escape(key)}"><div class="label">{label}</div>'
            f'<div class="number"><span>{number}</span>{of}</div><div class="note">{note}</div></div>'
        )
    return f'<div class="cards">{"".join(made)}</div>'


def table(
    title: str,
    header: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    style: str = "",
    aside: str = "",
    strong: Sequence[int] = (),
    groups: Sequence[tuple[int, str]] = (),
) -> str:
    """A table. The first column heads its rows; a column whose cells are numbers is right-aligned.

    aside: written at the right above the table (its unit). strong: rows set off (totals; negative counts from
    the end). groups: (row, heading): a heading before that row. Numbers with fewer decimals than others of
    their column are filled up with invisible ones, so that decimal points stand under each other.
    """
    width = len(header)
    style = f"{style} long".strip() if len(rows) > _LONG else style
    numeric = [any(row[i].number for row in rows) for i in range(width)]
    decimals = [max((row[i].decimals for row in rows if row[i].number), default=-1) for i in range(width)]
    head = "".join(
        f'<th scope="col"{_right(numeric[i])}>{html.escape(text)}</th>' for i, text in enumerate(header)
    )
    marked = {i % len(rows) for i in strong} if rows else set()
    headings = dict(groups)
    body = []
    for i, row in enumerate(rows):
        if i in headings:
            text = html.escape(headings[i])
            body.append(f'<tr class="group"><th scope="rowgroup" colspan="{width}">{text}</th></tr>')
        cells = "".join(_cell(cell, j == 0, decimals[j]) for j, cell in enumerate(row))
        body.append(f"<tr{' class=strong' if i in marked else ''}>{cells}</tr>")
    top = f'<div class="caption"><h3>{html.escape(title)}</h3><span>{html.escape(aside)}</span></div>'
    return (
        f'<div class="table {style}">{top if title or aside else ""}<table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def facts(entries: Iterable[tuple[str, str]]) -> str:
    """Names and what they are; plain text."""
    rows = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in entries)
    return f'<dl class="facts">{rows}</dl>'


def _right(numeric: bool) -> str:
    return ' class="num"' if numeric else ""


def _cell(cell: Cell, first: bool, decimals: int) -> str:
    tag, scope = ("th", ' scope="row"') if first else ("td", "")
    text = html.escape(cell.text)
    note = f' <span class="note">{html.escape(cell.note)}</span>' if cell.note else ""
    if cell.number:
        pad = (
            ""
            if decimals < 1
            else "." + "0" * decimals
            if cell.decimals < 0
            else "0" * (decimals - cell.decimals)
        )
        filler = (
            f'<i data-pad="{pad}"></i>' if pad else ""
        )  # drawn invisibly by the style sheet, never copied
        faint = " zero" if cell.text in ("0", MISSING) else ""
        return f'<{tag}{scope} class="num{faint}">{text}{filler}{note}</{tag}>'
    return f"<{tag}{scope}>{text}{note}</{tag}>"
