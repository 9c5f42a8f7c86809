"""The reference is current, and the coverage of the text is whole: each provision is played and tested, or it says why not."""

from __future__ import annotations

import re

import pytest

from simulator.law.measures import MEASURES
from simulator.streams import NAMES
from tests.of_2013 import ASSUMPTIONS, POLICY, SHIPPED, SLUGS
from tests.reference.tables import (
    FOLDER,
    LEVER_TEST,
    MEASURE,
    ROOT,
    _signs,
    functions_of,
    numbers_of,
    pages,
    provisions,
    rooms_of_the_model,
    used_in,
)

MADE = pages()
NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一")
TEXT = ["二", *(f"三（{n}）" for n in NUMERALS), *(f"四（{n}）" for n in NUMERALS), *(f"五（{n}）" for n in NUMERALS[:5])]


@pytest.mark.parametrize("name", MADE)
def test_a_page_is_as_it_would_be_made_now(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == MADE[name], "run: make reference"


def test_there_is_no_other_page():
    assert {path.name for path in FOLDER.iterdir()} == set(MADE)


def test_every_article_of_the_text_is_there_in_its_order():
    assert list(dict.fromkeys(entry["article"] for entry in provisions())) == TEXT


@pytest.mark.parametrize("entry", provisions(), ids=lambda entry: f"{entry['article']} {entry['en']}")
def test_a_provision_is_played_and_tested_or_says_why_not(entry):
    assert {"zh", "en", "article"} <= set(entry) <= {"zh", "en", "article", "clause", "where", "tests", "not_simulated", "lever"}
    assert ("where" in entry) == ("tests" in entry)
    assert "where" in entry or "not_simulated" in entry or "lever" in entry
    for place in entry.get("where", []):
        assert (ROOT / place).is_file(), place
    for test in entry.get("tests", []):
        path, _, name = test.partition("::")
        assert name.startswith("test_") and name in functions_of(path), test
    if "not_simulated" in entry:
        assert set(entry["not_simulated"]) == {"zh", "en"}
        assert not re.search(r"[\u4e00-\u9fff]", entry["not_simulated"]["en"])


def test_every_clause_and_every_measure_is_covered():
    clauses = {entry["clause"]: entry for entry in provisions() if "clause" in entry}
    assert tuple(clauses) == POLICY.text_order
    assert all(ROOT / entry["where"][0] == SHIPPED for entry in clauses.values())
    assert [entry["article"] for entry in clauses.values()] == [POLICY.clauses[POLICY.index(slug)].article for slug in clauses]
    levers = [entry["lever"] for entry in provisions() if "lever" in entry]
    assert levers == [measure.name for measure in MEASURES]
    assert (ROOT / MEASURE).is_file()
    path, _, name = LEVER_TEST.partition("::")
    assert name in functions_of(path)


def test_both_languages_have_the_same_rows():
    for name, text in MADE.items():
        if name.endswith(".zh.md"):
            other = MADE[name.replace(".zh.", ".en.")]
            assert len(text.splitlines()) == len(other.splitlines()), name


def test_the_model_page_uses_every_assumption_and_every_stream_once():
    rooms = rooms_of_the_model()
    used = [path for room in rooms for path in used_in(room)]
    assert sorted(used) == sorted(a.path for a in ASSUMPTIONS)
    streams = [name for room in rooms for name in room["streams"]]
    assert sorted(streams) == sorted(NAMES)
    assert all(room["zh"] and not re.search(r"[\u4e00-\u9fff]", room["en"] + room.get("said_en", "")) for room in rooms)


def test_every_number_of_a_clause_has_a_sign():
    assert list(_signs()) == [number.path for slug in SLUGS for number in numbers_of(slug)]
    assert all(
        entry["sign"] in ("+", "-", "0", "+-", "-+") and (entry["sign"] in "+-0" or {"zh", "en"} <= set(entry))
        for entry in _signs().values()
    )
