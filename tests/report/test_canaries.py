"""RELIABILITY I1: nothing of one enterprise stands in anything made for readers outside; without the control it would."""

from __future__ import annotations

import shutil

import nbformat
import pytest

import simulator
from simulator import audit, resources
from simulator.budget.concentration import concentration
from simulator.cli import main
from simulator.disclosure.suppression import Plan
from simulator.errors import Problem, ReportError
from simulator.report.launcher import Execution, without_words
from simulator.report.opening import OPEN
from simulator.report.publish import publish
from simulator.store import comparisons, kinds, record, register_checks
from simulator.store.comparisons import write_comparison
from simulator.store.register_checks import write_check
from tests.report.canaries import CODE, WORD, found_in, register, texts_of
from tests.report.made import module_of, parts, write_workbook

SHOWN = "987.7"  # 万元: what the one platform was paid, as a page prints it
SET = {"draws": 12, "population.known_until": 2013}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A run, a comparison and a check of the register, all as they are kept inside."""
    place = tmp_path_factory.mktemp("inside")
    source = register(place / f"{WORD}名册")
    people = simulator.read_population(source)
    assert not people.synthetic
    runs = [simulator.run(simulator.load_scenario(name, SET), people) for name in ("baseline", "cautious")]
    run = runs[0].write(place / "run", runs[0].budgeting() | {"concentration": concentration(runs[0].scenario, people)})
    return {
        "source": source,
        "run": run,
        "comparison": write_comparison(place / "comparison", *runs),
        "check": write_check(place / "check", source),
    }


@pytest.fixture(scope="module")
def released(folders, tmp_path_factory, need):
    """The budget report for outside in every format, through the command line; what it said, and the audit log."""
    need("pdftotext")
    place = tmp_path_factory.mktemp("outside")
    run = shutil.copytree(folders["run"], place / "run")
    said = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(audit.VARIABLE, str(place / "audit.jsonl"))
        patch.setattr("builtins.print", lambda *words, **how: said.append(" ".join(map(str, words))))
        assert (
            main(["report", str(run), "--profile", "external", "--releases", str(place / "ledger"), "--format", "html,xlsx,docx,pdf"]) == 0
        )
    return run / "external", "\n".join(said), place / "audit.jsonl"


def reported(kind: str, folder, lang: str) -> str:
    """A report's sections, as the notebook shows them."""
    return "\n".join(part.html for part in parts(folder, lang, module_of(kind), "platform_membership_award"))


def test_no_file_for_outside_has_a_canary(released):
    folder, said, log = released
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    assert {p.suffix for p in files} == {".html", ".xlsx", ".docx", ".pdf", ".json"}
    assert {p.name: found for p in files if (found := found_in(texts_of(p)))} == {}
    assert not any(SHOWN in texts_of(p) for p in files)
    assert found_in(said) == set() and found_in(log.read_text(encoding="utf-8")) == set() and "→" in said


def test_a_report_shows_the_seal_of_its_time(released):
    """In print, outside the log: one cut short or written anew does not have it any more."""
    folder, _, log = released
    seal = f"1: {audit.entries(log)[0]['seal']}"
    assert all(seal in texts_of(folder / f"budget-external.zh.{form}") for form in ("html", "xlsx"))


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_no_report_for_outside_has_one(kind, folders):
    folder = OPEN[kinds.KINDS[kind].folder](folders[kinds.KINDS[kind].folder], "external")
    page = reported(kind, folder, "en" if kind == "budget" else "zh")  # the budget's Chinese is in the files above
    assert found_in(page) == set() and SHOWN not in page


def test_the_record_of_a_run_names_nobody(folders):
    for kind in ("run", "comparison"):
        text = (folders[kind] / "record.json").read_text(encoding="utf-8")
        assert CODE not in text and f"{WORD}1号" not in text


def test_without_the_control_they_would(folders, tmp_path, monkeypatch):
    """The search finds what the control holds back: in the page, the clause's page, the workbook, the comparison, the check."""
    monkeypatch.setattr(record, "plan_of", lambda *given: Plan(exempt=True))
    monkeypatch.setattr(comparisons, "plan_of", lambda *given: Plan(exempt=True))
    monkeypatch.setattr(register_checks, "sensitive_rows", lambda people, annual, tables: {name: [] for name in tables})
    again = {**folders, "check": write_check(tmp_path / "check", folders["source"])}
    for kind in ("clause", "check"):  # a comparison shows totals, and differences of 0 where this clause is
        folder = OPEN[kinds.KINDS[kind].folder](again[kinds.KINDS[kind].folder], "external")
        page = reported(kind, folder, "zh")
        assert found_in(page) or SHOWN in page, kind
    run = OPEN["run"](folders["run"], "external")
    write_workbook(run, "zh", tmp_path / "x.xlsx")
    assert "9876547" in found_in(texts_of(tmp_path / "x.xlsx")) and SHOWN in reported("budget", run, "zh")
    assert SHOWN in reported("budget", OPEN["run"](folders["run"], "internal"), "zh")  # inside it is shown


def test_what_goes_wrong_says_no_more():
    """A notebook that fails over one enterprise: neither screen, nor page, nor notebook says over which."""
    notebook = nbformat.read(resources.folder("notebooks") / "targets.ipynb", as_version=4)
    failing = nbformat.v4.new_output("error", ename="KeyError", evalue=f"'{CODE}0003'", traceback=[f"KeyError: {WORD}3号"])
    notebook.cells[-1].outputs = [failing]
    left = without_words(Execution(notebook, Problem("targets.ipynb, cell end", f"KeyError: '{CODE}0003'")))
    assert found_in(nbformat.writes(left.notebook)) == set() and found_in(str(left.problem)) == set()
    assert "KeyError" in str(left.problem) and found_in(nbformat.writes(notebook)) == {WORD, CODE}


def test_without_a_ledger_nothing_is_released(folders):
    with pytest.raises(ReportError, match="--releases"):
        publish(folders["run"], profile="external")
    assert not (folders["run"] / "external").exists()


@pytest.mark.parametrize("asked", [{}, {"notebook": "targets"}, {"notebook": "compare"}, {"notebook": "check"}])
def test_without_a_ledger_nothing_is_played(folders, asked, tmp_path, monkeypatch):
    """What will be refused is refused at once, not after the scenario was played."""
    monkeypatch.setattr("simulator.door.reports.run", lambda *a, **k: pytest.fail("a run was played"))
    of = {"check": [folders["source"]], "compare": ["baseline", "cautious"]}.get(asked.get("notebook"), ["baseline"])
    with pytest.raises(ReportError, match="--releases"):
        simulator.report(
            *of, population=None if "check" in asked.values() else folders["source"], profile="external", out=tmp_path / "out", **asked
        )
    assert not (tmp_path / "out").exists()
