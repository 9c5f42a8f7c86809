"""The shipped law file and changed copies of it, for tests that need another law."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from simulator.resources import folder
from simulator.scenario import Scenario, load_scenario

SHIPPED = folder("data") / "law" / "jiulongpo_2013.yaml"
TEXT = SHIPPED.read_text(encoding="utf-8")
OTHER_EDGE = {"at_least": "more_than", "more_than": "at_least"}


def replaced(text: str, old: str, new: str) -> tuple[str, int]:
    """The text with `old`, which stands in it once, replaced; and the line where that begins."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new), text[: text.index(old)].count("\n") + 1


def term_line(text: str, path: str) -> re.Match[str]:
    """The line of a number, as a match: group 1 its name, 2 what is in the braces."""
    block, name = path.split(".")
    start = re.search(rf"^{block}:$", text, re.M)
    assert start, f"no block {block}"
    found = re.compile(rf"^    ({name}): \{{(.*)\}}$", re.M).search(text, start.end())
    assert found, f"no term {path}"
    return found


def with_term(text: str, path: str, *, value: object = None, edge: str = "") -> str:
    """The text with another value or edge of one number."""
    line = term_line(text, path)
    inside = line.group(2)
    if value is not None:
        inside, count = re.subn(r"value: (\{[^}]*\}|[^,]+)", f"value: {value}", inside, count=1)
        assert count == 1
    if edge:
        inside, count = re.subn(r"edge: \w+", f"edge: {edge}", inside)
        assert count == 1, f"{path} has no edge"
    return text[: line.start(2)] + inside + text[line.end(2):]


def scenario_with(
    where: Path, values: Mapping[str, Decimal] | None = None, edges: Mapping[str, str] | None = None
) -> Scenario:
    """The baseline under a changed copy of the law file: the copy lies in the folder, and a scenario that names it."""
    text = TEXT
    for path, value in (values or {}).items():
        text = with_term(text, path, value=value)
    for path, edge in (edges or {}).items():
        text = with_term(text, path, edge=edge)
    (where / "other_law.yaml").write_text(text, encoding="utf-8")
    overlay = where / "other.yaml"
    overlay.write_text("base: baseline\nname: other\nlaw: other_law\n", encoding="utf-8")
    return load_scenario(overlay)
