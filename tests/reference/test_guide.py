"""The guide is one site that needs no network: every page is in it, every link leads somewhere, and a search finds both languages."""

from __future__ import annotations

import re
import runpy
from importlib.util import find_spec
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.errors import SimulatorError
from simulator.resources import guide_page
from tests.conftest import missing
from tests.reference.readme import PAGES
from tests.reference.tables import ROOT

BROWSERS = ("chromium", "google-chrome", "microsoft-edge")
REFUSED = re.compile(r"<(?:script|img|iframe)[^>]*src=\"?(?:https?:)?//|<link[^>]*href=\"?(?:https?:)?//|@import|url\((?:https?:)?//")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site, built as for a wheel; a link that leads nowhere stops it."""
    if find_spec("material") is None:
        raise missing("needs mkdocs-material (make guide), which is not in this environment")
    folder = tmp_path_factory.mktemp("指南 site")
    runpy.run_path(str(ROOT / "guide" / "build.py"))["build"](folder)
    return folder


def test_every_page_and_every_table_of_reference_is_in_it(site):
    for lang, pages in PAGES.items():
        assert {page.stem for page in pages[1:]} | {"index"} <= {page.stem for page in (site / lang).glob("*.html")}
        tables = {page.name.split(".")[0] for page in (ROOT / "data" / "reference").glob(f"*.{lang}.md")}
        assert tables == {page.stem for page in (site / lang / "reference").glob("*.html")} and len(tables) >= 6


def test_nothing_of_it_comes_from_the_network(site):
    found = [(file.name, REFUSED.search(file.read_text("utf-8"))) for file in site.rglob("*") if file.suffix in (".html", ".css")]
    assert len(found) > 30 and [name for name, outside in found if outside] == []


@pytest.mark.parametrize("lang, asked, expected", [("zh", "另行预留", "情景与预算"), ("en", "rationing", "Scenarios and budgets")])
def test_the_search_finds_a_word_from_a_file(site, need, lang, asked, expected):
    program = need(*BROWSERS)  # before anything of playwright's, which needs system libraries, too
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page, asked_for = browser.new_page(), []
        page.on("request", lambda request: asked_for.append(request.url))
        page.goto((site / lang / "index.html").as_uri())
        page.click("input.md-search__input")
        page.keyboard.type(asked)
        page.keyboard.press("End")  # as a method of input does: the page listens to keys
        found = page.wait_for_selector(f".md-search-result__article :text('{expected}')", timeout=120_000)
        assert found is not None and [url for url in asked_for if not url.startswith(("file:", "blob:", "data:"))] == []
        browser.close()


def test_a_checkout_in_which_it_is_not_built_says_how(tmp_path, monkeypatch, capsys):
    with pytest.raises(SimulatorError, match="has not been built in this checkout → make guide"):
        guide_page("zh", tmp_path)
    (tmp_path / "_guide" / "zh").mkdir(parents=True)
    (tmp_path / "_guide" / "zh" / "index.html").touch()
    monkeypatch.setattr("simulator.resources.guide_page", lambda lang: guide_page(lang, tmp_path))
    assert main(["guide", "--no-browser", "--lang", "zh"]) == 0
    assert capsys.readouterr().err.strip().endswith("/_guide/zh/index.html")
