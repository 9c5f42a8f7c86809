"""The table of the core bars (tests/bars.yaml), as SECURITY.md shows it; `python -m tests.house.bars` writes it there."""

from __future__ import annotations

import ast
import fnmatch
from pathlib import Path

import yaml

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parent / "SECURITY.md"
BEGIN, END = "<!-- made by python -m tests.house.bars from tests/bars.yaml -->", "<!-- end of the table -->"
CORE = [
    *(f"A{n}" for n in range(1, 8)),
    "B1",
    "B2",
    "B5",
    "B6",
    "B7",
    *(f"C{n}" for n in range(1, 5)),
    *(f"D{n}" for n in range(1, 6)),
    "E1",
    "E2",
    "E3",
    "E4",
    "E5",
    "E7",
    "E9",
    "E10",
    "E12",
    *(f"F{n}" for n in range(1, 5)),
    *(f"G{n}" for n in range(1, 5)),
    "H1",
    "H3",
    "I1",
    "I2",
]


def bars() -> dict[str, dict]:
    """Every bar of the table by its number."""
    return yaml.safe_load((TESTS / "bars.yaml").read_text("utf-8"))


def found(test: str) -> list[str]:
    """The tests that a `file::name` names, by their functions; none where the file or the function is not there."""
    file, _, name = test.partition("::")
    path = TESTS / file
    if not path.is_file():
        return []
    functions = [node.name for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]
    return [f for f in functions if f.startswith("test_") and fnmatch.fnmatchcase(f, name)]


def table() -> str:
    """Bar → tests as Markdown, then what does not hold yet."""
    rows, missing = [], []
    for number, bar in bars().items():
        files = dict.fromkeys(test.partition("::")[0] for test in bar.get("tests", ()))
        shown = ", ".join(f"`{file}`" for file in files) or "not yet"
        rows.append(f"| {number} | {bar['what']} | {shown}{'; ' + bar['note'] if bar.get('note') else ''} |")
        if bar.get("not_yet"):
            missing.append(f"- **{number}** {bar['what']}: {bar['not_yet']}.")
    head = ["| bar | what is held | tests, under `tests/` |", "|---|---|---|"]
    return "\n".join([*head, *rows, "", *(["Does not hold yet:", "", *missing] if missing else ["All of them hold."])])


def page() -> str:
    """SECURITY.md with the table of now."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"{PAGE.name} is written")
