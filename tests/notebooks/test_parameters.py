"""Whatever a person may write freely is closed over what it may be: every parameter of every notebook, every option and key.

papermill hands over any word and makes a number of one that looks like it (saltstack/salt#33332): a profile that is none must not
show what is internal.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.cli import main
from simulator.cli.language import LANGUAGES
from simulator.errors import ReportError, SimulatorError
from simulator.report import opening
from simulator.report.launcher import declared
from simulator.resources import folder
from simulator.scenario import PLAIN, load_scenario
from simulator.scenario.funding import SETTINGS
from simulator.store import kinds
from tests.of_2013 import SLUGS

NEIGHBOURS = ("extern", "对外版", "外", "externa", "EXTERNAL1", "", " ", "none", "True", "0", "internal external", "对　外x")
CLOSED = {  # parameter → what refuses another value, given it
    "profile": kinds.profile_of,
    "folder": lambda value: opening.open_run(value),
    "lang": lambda value: kinds.check("budget", ["html"], [value], "internal"),
    "clause": lambda value: kinds.check("clause", ["html"], ["zh"], "internal", value, clauses=SLUGS),
    "scenario": lambda value: load_scenario(value or "no such one"),
    "draws": lambda value: load_scenario("baseline").set({"draws": value}),
}
FREE = {
    "population": "a path, opened before the page is",
    "units": "column=unit, held to the columns there are",
    "out": "a folder, made where there is none",
}
TYPED = {
    "folder": [None, True, 1.5, ["a"], b"a"],
    "draws": [None, True, 1.5, "200", 0, -1],
    "profile": [None, True, 1, ["external"], b"external"],
    "lang": [None, True, 1],
    "clause": [None, True, 3],
    "scenario": [],
}


def notebooks():
    import nbformat

    for path in sorted(folder("notebooks").glob("*.ipynb")):
        yield path.stem, declared(nbformat.reads(path.read_text(encoding="utf-8"), as_version=4), path.stem)


def test_every_parameter_of_every_notebook_is_listed_here():
    found = {name for _, parameters in notebooks() for name in parameters}
    assert found == {*CLOSED, *FREE}


@pytest.mark.parametrize("name", CLOSED)
def test_neighbours_and_other_types_are_refused(name):
    for value in (*(() if name == "folder" else NEIGHBOURS), *TYPED[name]):
        if name == "scenario" and value == "none":
            continue
        with pytest.raises((SimulatorError, TypeError)) as refused:
            CLOSED[name](value)
        assert isinstance(refused.value, SimulatorError), (name, value)


@pytest.mark.parametrize("value", [["zh"], {"zh": 1}, None, 1, b"zh", "zh_CN", "ZH", "中文"])
def test_no_page_speaks_another_language(value):
    from simulator.dashboard.opening import open_page
    from simulator.report.wording import load

    for asked in (load, lambda value: open_page(lang=value)):
        with pytest.raises(ReportError, match="no language of the report"):
            asked(value)


@pytest.mark.parametrize("units", ["sales", "sales=w", "nothing=元", 5, None])
def test_units_are_held_to_the_columns_though_no_register_is_named(units):
    from simulator.dashboard.opening import open_page

    with pytest.raises(SimulatorError):
        open_page(units=units)


@pytest.mark.parametrize("value, plain", [("", 0), ("0", 0), ("false", 0), ("no", 0), ("否", 0), ("1", 1), (" TRUE", 1), ("yes", 1)])
def test_the_variable_for_plain_python_is_a_flag(monkeypatch, value, plain):
    from simulator.law import calling

    asked = []
    monkeypatch.setattr(calling, "_made", __import__("collections").OrderedDict())
    monkeypatch.setattr(calling, "_make", lambda policy, columns, given: asked.append(given) or (None, None))
    monkeypatch.setenv("SIMULATOR_PLAIN", value)
    calling.functions_of(type("Policy", (), {"made": {}, "hash": "x"}), None)
    assert asked == [bool(plain)]


@pytest.mark.parametrize(
    "word, profile",
    [
        ("internal", "internal"),
        ("对内", "internal"),
        ("内部", "internal"),
        ("external", "external"),
        ("对外", "external"),
        ("外部", "external"),
        (" External ", "external"),
        ("对外 ", "external"),
        ("INTERNAL", "internal"),
    ],
)
def test_both_languages_name_the_profiles(word, profile):
    assert kinds.profile_of(word) == profile


def test_a_folder_of_digits_is_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ReportError, match="2013"):
        opening.open_run(2013)
    assert kinds.folder_of(Path("a")) == "a" and kinds.folder_of(123) == "123"


@pytest.mark.parametrize("open_one", [opening.open_run, opening.open_comparison, opening.open_check, *opening.OPEN.values()])
def test_nothing_is_opened_for_a_profile_that_is_none(tmp_path, open_one):
    for word in NEIGHBOURS:
        with pytest.raises(ReportError, match="profile"):
            open_one(str(tmp_path / "none"), word)


def test_the_option_understands_chinese_and_refuses_its_neighbours(capsys, tmp_path):
    for word in NEIGHBOURS:
        with pytest.raises(SystemExit, match="2"):
            main(["report", "baseline", "--draws", "2", "--out", str(tmp_path / "o"), "--profile", word, "--lang", "en"])
        assert "--profile" in capsys.readouterr().err
    assert main(["report", str(tmp_path), "--profile", "对外", "--lang", "en"]) == 2  # understood; what is no run is refused
    assert "profile" not in capsys.readouterr().err


def actions():
    """Every option of every verb that takes a value: (verb, option, action)."""
    from simulator.cli import parser

    for verb, own in parser("en").verbs().items():
        for action in own._actions:
            if action.option_strings and action.nargs != 0:
                yield verb, action.option_strings[-1], action


PATHS = {
    "--population",
    "--out",
    "--releases",
    "--report",
    "--certificate",
    "--key",
    "--password-file",
    "--folder",
    "--scenario",
    "--cases",
}
HELD = {  # words held by a module of their own: each with a value that it refuses
    "--unit": ("check", "sales=万"),
    "--appropriation": ("run", "2014"),
    "--mode": ("run", "lotery"),
    "--set": ("run", "seed"),
    "--of": ("run", "p96"),
    "--scheduler": ("run", "tls//nowhere"),
    "--clause": ("report", "office rent"),
    "--free": ("design", "law.nothing"),
    "--trscg": ("indicators", "2013"),
    "--host": ("whatif", "no such host"),
    "--pseudonyms": ("assess", "NO_SUCH_VARIABLE"),
    "--policy": ("run", "no such policy"),
    "--from": ("policy", "no such policy"),
}


def test_every_option_is_closed_or_typed_or_listed_here():
    found = {option for _, option, action in actions() if action.choices is None and action.type is None}
    assert found == PATHS | {*HELD}


@pytest.mark.parametrize("option", [option for option in HELD if option not in ("--scheduler", "--host")])  # those reach a network
def test_a_free_word_is_refused_by_its_room(option, capsys, tmp_path):
    verb, value = HELD[option]
    register = [str(folder("data") / "sample")] if verb in ("check", "assess", "indicators") else []
    more = {
        "--of": ["--precision", "1%"],
        "--free": ["--budget", "2000000"],
        "--clause": ["--notebook", "clause"],
        "--from": ["new", str(tmp_path / "new.xlsx")],
    }.get(option, [])
    try:
        code = main([verb, *register, option, value, *more, "--lang", "en"])
    except SystemExit as left:
        code = left.code
    assert code == 2 and value.split("=")[0][:4] in capsys.readouterr().err


@pytest.mark.parametrize("path", [path for path, choice in PLAIN.items() if choice.kind in ("choice", "int", "year")])
def test_every_plain_key_of_a_scenario_refuses_its_neighbours(path):
    for value in ("", "plainn", "Full ", True, [1], {"a": 1}, -1, 1.5):
        with pytest.raises(SimulatorError):
            load_scenario("baseline").set({path: value})


@pytest.mark.parametrize("path", [*SETTINGS[:3], "interpretation.rent_clock", "policy.in_force", "law.office_rent.offered"])
def test_every_choice_of_a_scenario_refuses_its_neighbours(path):
    for value in ("first comer", "先到后得", "leasee", 1.5, [True]):
        with pytest.raises(SimulatorError):
            load_scenario("baseline").set({path: value})


def test_languages_are_two():
    assert LANGUAGES == kinds.LANGUAGES
