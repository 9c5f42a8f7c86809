"""CONTRIBUTING.md names what is there, and stays short; the archive of the sources carries every file it lists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from tests.house.test_floors import FLOORS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
TERMS = [line.split("|")[1:4] for line in PAGE.partition("|---|---|---|\n")[2].splitlines()]


def test_every_path_it_names_is_there():
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    named = [text for text in re.findall(r"`([\w./-]+)`", PAGE) if "/" in text or text.endswith((".md", ".py"))]
    assert len(links) >= 3 and len(named) >= 10
    assert [path for path in [*links, *named] if not (ROOT / path).exists() and path != "data/policies/NAME/"] == []
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert set(re.findall(r"`make ([a-z]+)`", PAGE)) <= targets


def test_floors_are_named_from_below():
    rooms = [min(floor) for floor in FLOORS[1:-2] if floor != {""}]
    text = PAGE.partition("Floors from below")[2].partition("tests/house")[0]
    places = [text.index(f"`{room}`") for room in rooms]
    assert places == sorted(places)


def test_it_stays_short_and_each_term_stands_once_in_both_languages():
    assert len(PAGE.partition("## Glossary")[0].splitlines()) <= 60 and 30 <= len(TERMS) <= 60
    assert len({english.strip() for english, _, _ in TERMS}) == len(TERMS)
    assert all(re.search("[\u4e00-\u9fff]", chinese) and meaning.strip() for _, chinese, meaning in TERMS)


def test_the_archive_of_sources_lists_what_is_there():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["sdist"]["only-include"]
    assert [name for name in listed if not (ROOT / name).exists()] == []
    assert {path.name for path in ROOT.glob("*.md")} <= set(listed)


def test_the_changelog_begins_with_this_version_and_says_first_which_figures_move():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    version, section = re.findall(r"^## (?:Unreleased\n.*?^## )?([\d.]+) — \d{4}-\d\d-\d\d\n(.*?)(?=^## |\Z)", text, re.M | re.S)[0]
    assert version == tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert section.lstrip().startswith("### Figures that move") and len(section.splitlines()) <= 60


def test_both_readmes_lead_to_it():
    assert all("(CONTRIBUTING.md)" in (ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh.md"))
