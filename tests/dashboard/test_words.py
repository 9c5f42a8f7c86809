"""Two languages, the same sentences; nothing that the report says is said otherwise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import simulator.dashboard.wording as wording
from simulator.report import wording as of_report
from simulator.report.wording import places, sentences

HERE = Path(wording.__file__).parent
ZH, EN = (sentences(lang, HERE) for lang in ("zh", "en"))


def test_both_languages_have_the_same_keys_and_places():
    assert set(ZH) == set(EN)
    assert [key for key in ZH if places(ZH[key]) != places(EN[key])] == []


def test_no_word_of_the_report_is_taken_over():
    assert set(ZH) & set(of_report.load("zh").sentences) == set()


@pytest.mark.parametrize("key", sorted(set(ZH)))
def test_chinese_is_chinese(key):
    plain = re.sub(r"\{\w+\}|P\d+", "", ZH[key]).strip()
    assert not re.search(r"[A-Za-z]{2,}", plain)
    assert not re.search(r"[,;:?!](?!\d)", plain), "Chinese sentences have Chinese punctuation"


def test_english_has_no_chinese():
    assert [key for key, sentence in EN.items() if re.search(r"[\u4e00-\u9fff]", sentence)] == []


def test_every_sentence_is_used():
    code = "".join(path.read_text(encoding="utf-8") for path in HERE.parent.glob("*.py"))
    # keys put together in the code
    built = ("card.", "headings.", "status.", "costs.", "goals.", "finder.", "years.", "compare_page.", "gains.", "ui.")
    assert [key for key in ZH if not key.startswith(built) and not re.search(rf'["\']{re.escape(key)}["\']', code)] == []


def test_the_browsers_sentences_are_those_it_says():
    script = "".join(path.read_text(encoding="utf-8") for path in (HERE.parent / "front").glob("*.js"))
    own = {key.removeprefix("ui.") for key in ZH if key.startswith("ui.")}
    said = set(re.findall(r"words\.(\w+)", script)) | {"quick", "full", "lost_silent", "lost_closed", "lost_kernel"}
    assert said == own
