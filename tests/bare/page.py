"""A report is opened as its reader would: it says what it should, and the letters of its charts are letters."""

from __future__ import annotations

import base64
import re
import subprocess
from pathlib import Path

from fontTools.ttLib import TTFont  # matplotlib brings it

from simulator.render.pictures import font_files
from simulator.report import sections
from simulator.report.wording import load

READER = "pdftotext"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge")


def charts(page: str) -> list[str]:
    """The SVG drawings of a page."""
    return [base64.b64decode(found).decode() for found in re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', page)]


def false_glyphs(drawing: str) -> list[str]:
    """What stands in a chart where a letter should: the box of a missing one, or a font that is not the report's.

    A letter's outline is named by its font and, in hexadecimal, its glyph: 0 is the box.
    """
    fonts = [TTFont(file, lazy=True)["name"].getDebugName(6) for file in font_files()]
    used = set(re.findall(r'xlink:href="#(\S+-[0-9a-f]+)"', drawing)) & set(re.findall(r'<path id="(\S+-[0-9a-f]+)"', drawing))
    return sorted(name for name in used if name.endswith("-0") or name.rpartition("-")[0] not in fonts)


def faults_on_paper(file: Path, lang: str) -> list[str]:
    """What is wrong with a report as PDF: what it lacks, and which of its fonts are not in it."""
    words = load(lang)
    text = re.sub(r"\s", "", subprocess.run([READER, str(file), "-"], capture_output=True, check=True).stdout.decode())
    fonts = subprocess.run(["pdffonts", str(file)], capture_output=True, check=True).stdout.decode().splitlines()[2:]
    lacking = [key for key in (f"{section}.title" for section in sections.CONTENTS) if re.sub(r"\s", "", words.say(key)) not in text]
    return [f"{file.name}: {key} is not in it" for key in lacking] + [
        f"{file.name}: {font.split()[0]} is not the report's, or not embedded"
        for font in fonts
        if not re.search("NotoSansSC|DejaVu", font) or font.split()[-5] != "yes"
    ]


def faults(file: Path, lang: str, browser: str) -> list[str]:
    """What is wrong with a report's page, opened in a browser."""
    from playwright.sync_api import sync_playwright

    page = file.read_text("utf-8")
    drawings, words, found = charts(page), load(lang), []
    if len(drawings) < 10 or not any("NotoSansSC" in drawing for drawing in drawings):
        found.append(f"{file.name}: {len(drawings)} charts, or none written with the report's font")
    found += [f"{file.name}: {name} in a chart" for drawing in drawings for name in false_glyphs(drawing)]
    with sync_playwright() as player:
        opened = player.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        shown = opened.new_page()
        shown.goto(file.as_uri())
        text = shown.inner_text("body")
        pictures = shown.evaluate("[...document.images].filter(i => !i.complete || i.naturalWidth < 10).length")
        opened.close()
    found += [
        f"{file.name}: {key} is not on the page"
        for key in (f"{section}.title" for section in sections.CONTENTS)
        if words.say(key) not in text
    ]
    if pictures:
        found.append(f"{file.name}: {pictures} pictures are not shown")
    return found
