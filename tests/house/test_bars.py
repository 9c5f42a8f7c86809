"""Every core bar has its tests, or says why not; and SECURITY.md shows the table as it is."""

import re

import pytest

from tests.house import bars

BARS = bars.bars()


def test_all_forty_two_are_there():
    assert len(bars.CORE) == 42 and list(BARS) == bars.CORE


@pytest.mark.parametrize("number", bars.CORE)
def test_a_bar_has_tests_that_exist_or_a_reason(number):
    bar = BARS[number]
    assert bar["what"] and set(bar) <= {"what", "tests", "not_yet", "note"}
    assert bool(bar.get("tests")) != bool(bar.get("not_yet")), "either tests or the reason why there are none"
    assert [test for test in bar.get("tests", ()) if not bars.found(test)] == [], "named, and not there"


def test_a_test_that_is_not_there_is_not_found():
    assert bars.found("house/test_bars.py::test_all_forty_two_are_there") == ["test_all_forty_two_are_there"]
    assert bars.found("house/test_bars.py::test_all_*") and not bars.found("house/test_bars.py::test_nothing")
    assert not bars.found("house/test_none.py::test_*")


def test_the_page_shows_the_table_as_it_is():
    assert bars.page() == bars.PAGE.read_text("utf-8"), "python -m tests.house.bars writes it anew"


def test_every_promise_names_tests_that_exist():
    promises = bars.PAGE.read_text("utf-8").partition("## Promises")[2].partition("## What is not promised")[0].split("\n**")[1:]
    assert len(promises) >= 9
    for promise in promises:
        named = re.findall(r"`(\w+(?:/\w+)*\.py)`", promise)
        tests = [name for name in named if not name.startswith("disclosure/")]
        assert tests, promise[:60]
        assert [name for name in tests if not (bars.TESTS / name).is_file()] == [], promise[:60]
