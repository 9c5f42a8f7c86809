"""Nothing that stands in a name, a code, a title or a file's name is obeyed by a terminal: one place prints, and shows it instead."""

from __future__ import annotations

import ast
import unicodedata

import pytest

import simulator
from simulator.console import safe
from tests.cli.running import call
from tests.house.test_floors import HOUSE

TRICKS = "\x1b]0;新标题\x07\x1b[2J\x1b[31m\x9b2J\u202eexe.fdp\u2066\r\x08\x00\u2028"


def obeyed(text: str) -> list[str]:
    return [
        hex(ord(c))
        for c in text
        if c not in "\n\t"
        and (
            unicodedata.category(c) in ("Cc", "Zl", "Zp")
            or (unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
        )
    ]


def test_no_character_that_is_obeyed_is_left():
    every = "".join(map(chr, [*range(0x3000), *range(0xFFF0, 0xFFFE), *range(0xE0000, 0xE0080)]))
    assert obeyed(every) and not obeyed(safe(every)) and obeyed(TRICKS)
    assert safe("甲公司\t1,234.50\n→ 名册.xlsx ±") == "甲公司\t1,234.50\n→ 名册.xlsx ±"


def test_one_place_prints():
    found = [
        f"{name} line {node.lineno}"
        for name, source in HOUSE.items()
        if name != "simulator.console"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and (ast.unparse(node.func) in ("print", "sys.stdout.write", "sys.stderr.write"))
    ]
    assert found == []


@pytest.fixture
def register(tmp_path):
    folder = simulator.synthesize(enterprises=12).write_folder(tmp_path / f"名册{TRICKS[:5]}")
    file = folder / "enterprises.csv"
    text = file.read_text(encoding="utf-8-sig").replace(
        "样例企业0000001", f"甲{TRICKS}".replace("\r", "").replace("\x00", "").replace("\u2028", "")
    )
    file.write_text(text, encoding="utf-8-sig")
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "{r}", "SYN0000001"),
        ("check", "{r}"),
        ("assess", "{r}"),
        ("check", "{t}"),
        ("run", "{t}"),
        ("report", "--notebook", "{t}"),
        ("{t}",),
        ("verify", "{t}"),
        ("run", "--set", "{t}=1"),
        ("explain", "{r}", "{t}"),
        ("batch", "{t}"),
        ("terms", "{t}"),
    ],
)
def test_no_verb_lets_one_through(words, register):
    found = call(*(word.format(r=register, t=TRICKS.replace("\x00", "")) for word in words), "--lang", "zh")
    assert not obeyed(found.out) and not obeyed(found.err) and (found.out or found.err)


def test_titles_of_a_scenario_are_shown_too(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text('base: baseline\ndraws: 2\ntitle: {zh: "甲\\e[2J\\u202e", en: "A\\e]0;x\\a"}\n', encoding="utf-8")
    found = call("run", file, "--lang", "zh")
    assert not obeyed(found.out + found.err) and (found.out or found.err)
