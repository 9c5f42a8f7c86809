"""What a section of the report is: blocks of a document, which a notebook shows as HTML."""

from __future__ import annotations

import html
import re

from simulator.document import Parts, Section, flat
from simulator.render import html as of_html


class Part(Section):
    """A part of a report, shown by a notebook, kept by the page."""

    @property
    def html(self) -> str:
        """The part as HTML, complete and safe as it stands."""
        return of_html.section(self)

    def _repr_html_(self) -> str:
        return f'<div class="report" lang="{self.lang}">{self.html}</div>'

    def __repr__(self) -> str:
        text = re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]+>", " ", self.html, flags=re.S)).strip()
        return html.unescape(text[:200])


def section(anchor: str, title: str, lang: str, *parts: Parts) -> Part:
    """A section with its heading. parts: blocks, or sequences of them, or nothing; lang is its language's tag (zh-CN)."""
    return Part(anchor, title, lang, flat(parts))
