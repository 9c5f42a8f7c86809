"""The browser's side of the page: parts of one script, and its style sheet. It needs nothing from anywhere else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

PARTS = ("dom", "formula", "settings", "answer", "ideas", "page")  # in this order


@cache
def script() -> str:
    """The page as one module: `export default { render({ model, el }) }`, as anywidget wants it."""
    return "\n".join(_read(f"{part}.js") for part in PARTS)


@cache
def style() -> str:
    """The page's look, light and dark, wide and narrow."""
    return _read("page.css")


@cache
def socket() -> str:
    """What joins the page to its server, where it is not in a notebook."""
    return _read("socket.js")


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
