"""Budgeting Chinese: one glossary, and no word beside it anywhere the program speaks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import simulator
from simulator import messages
from simulator.cli import language
from simulator.report.wording import sentences
from simulator.scenario import load_scenario

PACKAGE = Path(simulator.__file__).parent
GLOSSARY = yaml.safe_load((PACKAGE / "report" / "wording" / "glossary.yaml").read_text(encoding="utf-8"))
TERMS = sorted(GLOSSARY["terms"], key=len, reverse=True)
# sections that a single analysis or an annex is made of; a clause's own assumptions are named where they are listed
ANNEX = ("attribution", "sensitivity", "drivers", "backtest", "matters", "made", "value", "units", "analyses", "reading_costs")


def spoken() -> dict[str, str]:
    """Every Chinese text, by where it stands."""
    report_words = sentences("zh", PACKAGE / "report" / "wording")
    page_words = sentences("zh", PACKAGE / "dashboard" / "wording")
    settings = {f"setting {s.path}": s.zh for s in load_scenario("baseline").settings()}
    helps = {f"help {english}": text for english, text in language.CHINESE.items()}
    reported = {f"message {english}": text for english, text in messages.messages().items()}
    return report_words | {f"page {key}": text for key, text in page_words.items()} | settings | helps | reported


SPOKEN = spoken()


def outside(text: str) -> str:
    """The first budgeting word that is not of the glossary; "" where all are."""
    for term in TERMS:
        text = text.replace(term, "◆")
    found = re.search("|".join(GLOSSARY["stems"]), text)
    return found[0] if found else ""


@pytest.mark.parametrize("text, word", [("年末结转", ""), ("划拨资金", "拨"), ("预备金", "预备"), ("会计科目", "科目")])
def test_a_word_outside_the_glossary_is_found(text, word):
    assert outside(text) == word


def test_no_budgeting_word_is_outside_the_glossary():
    assert {place: text for place, text in SPOKEN.items() if outside(text)} == {}


def test_no_word_stands_that_has_a_proper_one():
    wrong = {place: (word, proper) for place, text in SPOKEN.items() for word, proper in GLOSSARY["instead"].items() if word in text}
    assert wrong == {}


def test_unpaid_claims_are_never_called_money_left_over():
    """结转 and 结余 are of appropriations; what is owed and not paid is 未付."""
    assert [place for place, text in SPOKEN.items() if re.search("结转|结余", text) and not re.search("预算|资金", text)] == []


def test_words_of_statistics_belong_to_the_annex():
    wrong = {
        place: text
        for place, text in SPOKEN.items()
        for word in GLOSSARY["annex"]
        if word in text and place.partition(".")[0] not in ANNEX and not place.startswith(("setting ", "help ", "message ", "page "))
    }
    assert wrong == {}
