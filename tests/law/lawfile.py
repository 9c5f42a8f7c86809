"""The shipped law file and changed copies of it, for tests that need another law."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from simulator.law.shipped import default_law, policy_path
from simulator.scenario import Scenario, load_scenario

SHIPPED = policy_path("jiulongpo_2013")
SIGNS = {"at_least": ">=", "more_than": ">"}
TEXT = SHIPPED.read_text(encoding="utf-8")
# the bands of 四（四） as they stand, with one sign for both, and written out, with a sign for each
BANDS = (
    '"tier(district_contribution >= {low_contribution: low_rate, high_contribution: high_rate})"',
    "high_rate if district_contribution >= high_contribution else low_rate if district_contribution >= low_contribution else 0",
)
OTHER_EDGE = {"at_least": "more_than", "more_than": "at_least"}


def replaced(text: str, old: str, new: str) -> tuple[str, int]:
    """The text with `old`, which stands in it once, replaced; and the line where that begins."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new), text[: text.index(old)].count("\n") + 1


def term_line(text: str, path: str) -> re.Match[str]:
    """The line of a number, as a match: group 1 its name, 2 what is in the braces."""
    block, name = path.split(".")
    start = re.search(rf"^(?:  )?{block}:$", text, re.M)
    assert start, f"no block {block}"
    found = re.compile(rf"^ +({name}): \{{(.*)\}}$", re.M).search(text, start.end())
    assert found, f"no number {path}"
    return found


def with_term(text: str, path: str, *, value: object) -> str:
    """The text with another value of one number, in its usual unit."""
    line = term_line(text, path)
    unit = default_law().numbers[path].unit
    inside, count = re.subn(r"value: (\{[^}]*\}|[^,]+)(?:, unit: \w+)?", f"value: {value}, unit: {unit}", line.group(2), count=1)
    assert count == 1
    return text[: line.start(2)] + inside + text[line.end(2) :]


def text_with_edges(text: str, edges: Mapping[str, str]) -> str:
    """The text with other signs where a fact is compared with these numbers (path: at_least or more_than)."""
    numbers = default_law().numbers
    if edges:
        text, _ = replaced(text, *BANDS)
    for path, edge in edges.items():
        if numbers[path].edge == edge:
            continue
        block, name = path.split(".")
        start = text.index(f"\n  {block}:")
        end = start + 1 + len(re.match(r"  .*\n(?:    .*\n|\n)*", text[start + 1 :]).group())
        clause = text[start:end]
        if "tiers:" in clause and re.search(rf"steps: .*\b{name}\b", clause):
            changed = re.sub(rf"(?<=[{{ ]){name}: (?=\w+[,}}])", f'"{SIGNS[edge]} {name}": ', clause)
        else:
            was = SIGNS[numbers[path].edge]
            changed = re.sub(rf"(?<![<>=]){was} (?=(?:numbers\.)?{name}\b)", f"{SIGNS[edge]} ", clause)
        assert changed != clause, path
        text = text[:start] + changed + text[end:]
    return text


def scenario_with(where: Path, values: Mapping[str, Decimal] | None = None, edges: Mapping[str, str] | None = None) -> Scenario:
    """The baseline under a changed copy of the law file: the copy lies in the folder, and a scenario that names it."""
    text = TEXT
    for path, value in (values or {}).items():
        text = with_term(text, path, value=value)
    text = text_with_edges(text, edges or {})
    (where / "other_law.yaml").write_text(text, encoding="utf-8")
    overlay = where / "other.yaml"
    overlay.write_text("base: baseline\nname: other\nlaw: other_law\n", encoding="utf-8")
    return load_scenario(overlay)
