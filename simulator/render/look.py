"""A page is read before it is kept: for what it must not have, for its last line, and for glyphs no font has."""

from __future__ import annotations

import unicodedata
from html.parser import HTMLParser

from simulator.errors import Problem
from simulator.phrases import phrase
from simulator.render.pictures import missing_glyphs

_ACTIVE = (
    "script",
    "iframe",
    "object",
    "embed",
    "link",
    "base",
    "form",
    "input",
    "button",
    "video",
    "audio",
    "applet",
    "frame",
    "frameset",
    "animate",
    "set",
    "foreignobject",
)


def faults(text: str, run_id: str) -> list[Problem]:
    """Why a page must not be published: an error in it, no end or another run's, a foreign resource, anything active, a
    character that would print as an empty box."""
    look = _Look()
    look.feed(text)
    look.close()
    found = [Problem("page", cause) for cause in dict.fromkeys(look.causes)]
    if missing := missing_glyphs("".join(look.text)):
        named = ", ".join(f"U+{ord(c):04X} {unicodedata.name(c, '')}".strip() for c in sorted(missing)[:5])
        found.append(
            Problem("page", phrase("has characters that no font of the report can write ({})", named), "write them in another way")
        )
    if look.ended is None:
        found.append(Problem("page", "does not reach its last line", "end the notebook with sections.end"))
    elif look.ended != run_id:
        found.append(Problem("page", phrase("is of the run {}, not {}", look.ended, run_id), "make the report again"))
    return found


class _Look(HTMLParser):
    """Reads a page for what it must not have, for its words, and for its last line."""

    def __init__(self) -> None:
        super().__init__()
        self.causes: list[str] = []
        self.text: list[str] = []
        self.ended: str | None = None
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in_style = tag == "style"
        if tag in _ACTIVE:
            self.causes.append(phrase("holds a {}", f"<{tag}>"))
        if tag == "meta" and "http-equiv" in given:
            self.causes.append(phrase("holds a {}", "<meta http-equiv>"))
        if "data-error" in given:
            self.causes.append("holds an error")
        if given.get("id") == "report-end":
            self.ended = given.get("data-run-id")
        for name, value in given.items():
            value = (value or "").strip()
            if name.startswith("on") or name == "srcdoc":
                self.causes.append(phrase("has something that acts ({})", name))
            elif name in ("src", "href", "srcset", "poster", "action", "formaction", "data", "xlink:href", "background"):
                allowed = value.startswith("#") or (name == "src" and tag == "img" and value.startswith("data:image/"))
                if value and not allowed:
                    self.causes.append(phrase("refers to something outside ({})", value[:60]))
        self._style(given.get("style") or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        self._style(data) if self._in_style else self.text.append(data)

    def _style(self, text: str) -> None:
        if "@import" in text or "url(" in text.replace("url(data:", "").replace("url(#", ""):
            self.causes.append("has a style that refers to something outside")
