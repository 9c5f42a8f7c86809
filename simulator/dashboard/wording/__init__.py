"""The words of the page, beside those of the report: units, charts and roundings are written as there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from simulator.report import wording
from simulator.report.wording import Wording


@cache
def load(lang: str) -> Wording:
    """The words of a language. Raises ReportError for an unknown language or a file that cannot be read."""
    return Wording(lang, {**wording.load(lang).sentences, **wording.sentences(lang, Path(__file__).parent)})
