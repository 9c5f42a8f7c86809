"""Whatever the program refuses or remarks has its Chinese: every message is taken out of the sources and looked for in messages.yaml.

What can only be known when it happens (a message put together from another's) is looked at in `tests.faults`, for every bad
input the tests have.
"""

from __future__ import annotations

import argparse
import ast
import pickle
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from simulator.errors import Problem
from simulator.messages import FOREIGN, chinese, line, messages, place_in_chinese, translated
from simulator.phrases import any_of, phrase
from tests.faults import english_in

PACKAGE = Path(__file__).resolve().parents[2] / "simulator"
TABLE = PACKAGE / "messages.yaml"
# calls that tell something, and which of their arguments are words; None: any
TELLING = {"Problem": (1, 3), "SimulatorError": (0, 1), "notice": (0, 1), "say": (1, 3), "notices": None, "unused": (1, 3)}
TELLING |= dict.fromkeys(("LawError", "ScenarioError", "PopulationError", "ClusterError", "ReportError"), (0, 1))
OF_REGISTERS = {"Refused": (0, 2), "fault": None, "warn": None, "tell": (0, 2), "problem": (2, 4)}  # of simulator/population
WORDS = {"remedy", "cause", "hint", "why", "any_of", "fault", "faults", "causes"}  # of variables that are reported later


def texts(node: ast.AST | None, known: Mapping[str, str] = {}) -> Iterator[str]:  # never written to
    """The texts a node may stand for, 7 for what they quote; none of what is worked out elsewhere. known: constants' texts."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "phrase":
        yield from texts(node.args[0] if not isinstance(node.args[0], ast.JoinedStr) else None, known)
        yield from (text for argument in node.args[1:] for text in texts(argument, known))
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            str(part.value) if isinstance(part, ast.Constant) else known.get(ast.unparse(part.value), "7") for part in node.values
        )
    elif isinstance(node, ast.Name) and node.id in known:
        yield known[node.id]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from (left + right for left in texts(node.left, known) for right in texts(node.right, known))
    elif isinstance(node, ast.IfExp):
        yield from (*texts(node.body, known), *texts(node.orelse, known))
    elif isinstance(node, ast.BoolOp):
        yield from (text for value in node.values for text in texts(value, known))
    elif isinstance(node, ast.List | ast.Tuple):
        yield from (text for element in node.elts for text in texts(element, known))
    elif isinstance(node, ast.ListComp):
        yield from texts(node.elt, known)


def messages_in(source: str, telling: dict) -> set[str]:
    """Every message a module may tell, as far as it is written in it."""
    found: set[str] = set()
    tree = ast.parse(source)
    known = {
        node.targets[0].id: text
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        for text in texts(node.value)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "Problem" and len(node.args) > 4:  # says its Chinese itself
                continue
            if name in telling:
                places = telling[name]
                found |= {text for argument in node.args[slice(*places) if places else slice(None)] for text in texts(argument, known)}
            elif name == "append" and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value).endswith(("causes", "faults")):
                found |= {text for argument in node.args for text in texts(argument, known)}
        elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in WORDS for t in node.targets):
            found |= set(texts(node.value, known))
    return {text for text in found if " " in text and re.search("[a-z]{3}", text)}


def everything() -> set[str]:
    found: set[str] = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        of_registers = "population" in path.parts or path.stem in ("assess", "explain", "synthesize")
        found |= messages_in(path.read_text("utf-8"), TELLING | OF_REGISTERS if of_registers else TELLING)
    return found


def test_every_message_of_the_sources_has_its_chinese():
    said = everything()
    assert len(said) > 400
    known = {*messages()}
    assert [text for text in sorted(said) if text not in known and english_in(text) and not text.startswith("simulator ")] == []


def test_what_brings_its_chinese_with_it_brings_all_of_it():
    """A problem reported in both languages: its cause and its remedy."""
    lacking, calls = [], 0
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            words = node.args if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem" else []
            calls += len(words) > 4
            for english, other in zip(words[1:3], [*words[4:], ast.Constant("")][:2], strict=True) if len(words) > 4 else ():
                lacking += [
                    (path.name, node.lineno)
                    for text in texts(english)
                    if re.search("[a-z]{3}", text) and any(re.sub("7", "", said) in ("", text) for said in texts(other))
                ]
    assert calls > 20 and lacking == []


def test_no_message_is_left_over():
    """Each stands in the sources, but for those that other programs say, and those put together from a kind of cell."""
    written = {
        node.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    foreign = yaml.safe_load(TABLE.read_text("utf-8"))[FOREIGN]
    made = {f"{{}} is not a {kind}{ending}" for kind in ("year", "clause") for ending in ("", " from {}")}
    assert sorted(set(messages()) - written - set(foreign) - made) == []


def test_a_message_without_chinese_would_be_found():
    invented = messages_in('Problem(place, f"has {n} wheels", hint or "take one off")\nremedy = "ask a smith" if n else ""', TELLING)
    assert invented == {"has 7 wheels", "take one off", "ask a smith"}
    assert all(english_in(chinese(text)) for text in invented)


def test_each_message_stands_once_and_its_chinese_quotes_no_more_than_it_has():
    rooms = yaml.safe_load(TABLE.read_text("utf-8"))
    assert [text for text, times in Counter(text for room in rooms.values() for text in room).items() if times > 1] == []
    assert sum(map(len, rooms.values())) == len(messages())
    for english, words in messages().items():
        parts = [f"“{n}”" for n in range(english.count("{}"))]
        assert "{" not in words.format(*parts).replace("{{", "") or "{" in english.replace("{}", ""), english


@pytest.mark.parametrize(
    "text, words",
    [
        (phrase("is {}", "'no'"), "不能是 'no'"),
        (phrase("did you mean {}?", "seed"), "是否应为“seed”？"),
        (phrase("stands twice, also on line {}", 3), "重复，第 3 行已有"),
        (any_of(["none", "first_come", "pro_rata"]), "none 或 first_come 或 pro_rata"),
        ("office_rent, data_line", "office_rent, data_line"),
        (phrase("{} lies outside {} … {} {}", 50, 0, 1, "share"), "50 不在 0 至 1 之间（单位：比例）"),
        (phrase("{} lies outside {} … {}", 1.5, 0, 1), "1.5 不在 0 至 1 之间"),
        ("'is no setting'", "'is no setting'"),
        (phrase("{} is not a number", "{}"), "{}不是数字"),
        (phrase("a totals row: {}", phrase("{} is not a number", "“x”")), "合计行：“x”不是数字"),
        (phrase("{} draws", 3) + phrase("is {}", 4), "3 draws不能是 4"),
        ("expected ',' or ']', but got '<stream end>'", "此处应为 ',' or ']'，却是 '<stream end>'"),
    ],
)
def test_what_is_quoted_is_carried_over(text, words):
    assert chinese(text) == words
    assert chinese(pickle.loads(pickle.dumps(text))) == words == chinese(str(ValueError(text)))


def test_a_problem_on_one_line():
    problem = Problem("mine.yaml line 3, draws", phrase("is {}", "'ten'"), phrase("a whole number {} … {}", 1, "10,000,000"))
    assert line(problem, "en") == str(problem)
    assert line(problem, "zh") == "mine.yaml 第 3 行，draws：不能是 'ten' → 请写 1 至 10,000,000 之间的整数"
    assert translated(problem, "en") is problem
    assert place_in_chinese("draws 1 … 64 of part 2") == "第 1 至 64 次模拟（第 2 部）"


def sentences_of_argparse() -> set[str]:
    """What argparse of this Python may refuse a command line with: its own words, %s and %(name)s as 7."""
    found = set()
    for node in ast.walk(ast.parse(Path(argparse.__file__).read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
            found |= {re.sub(r"%(\(\w+\))?[sr]", "7", text) for argument in node.args for text in texts(argument)}
    return found


def test_what_argparse_says_of_a_command_line_has_its_chinese():
    """Those of its sentences that a command line of ours can call forth."""
    ours = {
        text
        for text in sentences_of_argparse()
        if re.match(
            "the following arguments are required|expected (one|at least one) argument|not allowed with|ignored explicit|ambiguous option",
            text,
        )
    }
    assert len(ours) >= 5
    assert [text for text in ours if english_in(chinese(text))] == []
