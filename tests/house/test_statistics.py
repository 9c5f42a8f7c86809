"""The published statistics are complete: labels in both languages, ranges in order, a source each."""

import datetime

import pytest

from simulator import yamlfile
from simulator.resources import folder

STATISTICS = yamlfile.load(folder("data") / "statistics" / "published.yaml").data
FIELDS = {"zh", "en", "value", "low", "high", "unit", "year", "published", "source", "confidence"}


def figures(value) -> list:
    return [] if value is None else value if isinstance(value, list) else [value]


def test_there_are_some():
    assert len(STATISTICS) > 150


@pytest.mark.parametrize("key", STATISTICS)
def test_an_entry_is_complete(key):
    entry = STATISTICS[key]
    assert set(entry) == FIELDS
    assert all(isinstance(entry[name], str) and entry[name] for name in ("zh", "en", "unit", "source"))
    assert any("一" <= letter <= "鿿" for letter in entry["zh"])
    assert entry["en"].isascii() or "²" in entry["en"]
    assert entry["confidence"] in ("A", "B", "C")
    assert isinstance(entry["year"], int) or entry["year"]
    assert isinstance(entry["published"], datetime.date)


@pytest.mark.parametrize("key", STATISTICS)
def test_its_figures_are_in_order(key):
    entry = STATISTICS[key]
    value, low, high = (figures(entry[name]) for name in ("value", "low", "high"))
    assert value or low or high
    if entry["unit"] == "date":
        assert all(isinstance(day, datetime.date) for day in value)
        return
    assert not any(isinstance(figure, str | bool) for figure in value + low + high)
    for smaller, larger in ((low, value), (value, high), (low, high)):
        if smaller and larger:
            assert all(a <= b for a, b in zip(smaller, larger, strict=True))


def test_a_figure_from_memory_says_so():
    """Confidence A is never claimed for a figure whose source admits to memory."""
    claimed = [k for k, e in STATISTICS.items() if e["confidence"] == "A" and "from memory" in e["source"]]
    assert claimed == []
