"""Doubts about a clause's legality stand beside the clause, dated and sourced, and change no amount."""

from __future__ import annotations

import datetime
import re

import pytest

from simulator import load_scenario
from simulator.errors import LawError
from simulator.law.policyfile import read_policy as read_law
from simulator.scenario import shipped
from tests.faults import texts_of
from tests.law.lawfile import SHIPPED, TEXT, replaced

SINCE = "        since: 2014-11-27\n"


@pytest.fixture(scope="module")
def law():
    return read_law(SHIPPED)


def written(where, text):
    path = where / "law.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_three_documents_mark_the_rebate_and_nothing_else(law):
    assert {slug for slug, block in law.blocks.items() if block.legality} == {"tax_rebate"}
    found = [(c.since, c.document, c.confidence) for c in law.blocks["tax_rebate"].legality]
    assert found == [
        (datetime.date(2014, 11, 27), "国发〔2014〕62号", "C"),
        (datetime.date(2015, 5, 10), "国发〔2015〕25号", "A"),
        (datetime.date(2024, 8, 1), "公平竞争审查条例", "B"),
    ]
    for concern in law.blocks["tax_rebate"].legality:
        assert concern.effect_en.isascii() and concern.uncertain_en.isascii() and concern.by_en.isascii()


def test_the_scenarios_they_name_are_there(law):
    assert {c.scenario for c in law.blocks["tax_rebate"].legality} - {""} <= set(shipped())
    assert load_scenario("rebate_suspended").plain["rebate_suspended_from"] == 2015


def test_a_period_is_affected_from_the_year_of_the_document_on(law):
    clean_up, _, regulations = law.blocks["tax_rebate"].legality
    assert [clean_up.affects(year) for year in (2013, 2014, 2015)] == [False, True, True]
    assert not regulations.affects(2023) and regulations.affects(2024)


def test_no_amount_depends_on_them(law, tmp_path):
    start = TEXT.index("    # doubts about")
    without = read_law(written(tmp_path, TEXT[:start] + TEXT[TEXT.index("\n  certification_award:") :]))
    assert without.blocks["tax_rebate"].legality == ()
    assert dict(without.numbers) == dict(law.numbers)


@pytest.mark.parametrize(
    "new, reported",
    [
        ("        since: the autumn\n", "tax_rebate.legality.clean_up_2014.since: is 'the autumn' → write a date as 2014-11-27"),
        ("        sinse: 2014-11-27\n", "tax_rebate.legality.clean_up_2014.sinse: is not known here → did you mean since?"),
        ("", "tax_rebate.legality.clean_up_2014: since is missing → add since:"),
        (SINCE + "        scenario: 7\n", "tax_rebate.legality.clean_up_2014.scenario: stands twice, also on line"),
    ],
)
def test_a_fault_is_named(new, reported, tmp_path):
    text, _ = replaced(TEXT, SINCE, new)
    assert any(reported in problem for problem in texts_of(read_law, written(tmp_path, text)))


@pytest.mark.parametrize(
    "key, new, reported",
    [
        ("confidence", "Z", "confidence: is 'Z' → A, B, C or J"),
        ("by_en", "2014", "by_en: is 2014 → write a text"),
        ("by_zh", "'  '", "by_zh: is '  ' → write a text"),
    ],
)
def test_a_doubt_says_how_sure_it_is_and_by_which_document(key, new, reported, tmp_path):
    start = TEXT.index("clean_up_2014:")
    text = TEXT[:start] + re.sub(rf"^        {key}: .*$", f"        {key}: {new}", TEXT[start:], count=1, flags=re.M)
    (problem,) = texts_of(read_law, written(tmp_path, text))
    assert problem.endswith(f"tax_rebate.legality.clean_up_2014.{reported}")
    without = TEXT[:start] + re.sub(rf"^        {key}: .*\n", "", TEXT[start:], count=1, flags=re.M)
    (problem,) = texts_of(read_law, written(tmp_path, without))
    assert problem.endswith(f"tax_rebate.legality.clean_up_2014: {key} is missing → add {key}:")


def test_a_flag_that_is_no_block_is_refused(tmp_path):
    text, _ = replaced(TEXT, "    kind: in_kind\n", "    kind: in_kind\n    legality: doubtful\n")
    with pytest.raises(LawError, match="school_places.legality: is 'doubtful' → indent one block for each document"):
        read_law(written(tmp_path, text))


def test_a_document_that_is_no_block_is_refused(tmp_path):
    text, _ = replaced(TEXT, "    kind: in_kind\n", "    kind: in_kind\n    legality: {clean_up: doubtful}\n")
    [problem] = texts_of(read_law, written(tmp_path, text))
    assert "school_places.legality.clean_up: is 'doubtful' → by_en, by_zh, confidence, " in problem
