"""No verb destroys what its user has: --out on its own input, a foreign file, a foreign folder, links, a folder of another run."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

import simulator
from simulator import cli
from simulator.files import RECORD
from simulator.population.template import write_workbook
from tests.cli.running import call, done, listing
from tests.killing import in_a_child

posix = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and limited")

# verbs with --out, and how each is called; {register} a workbook, {tables} a folder of tables
OF_A_REGISTER = {
    "check": ("check", "{register}"),
    "assess": ("assess", "{register}"),
    "indicators": ("indicators", "{register}"),
    "attribute": ("attribute", "--population", "{register}", "--draws", "2"),
    "sensitivity": ("sensitivity", "--population", "{register}", "--draws", "2"),
    "compare": ("compare", "baseline", "cautious", "--population", "{register}", "--draws", "2"),
    "design": ("design", "--population", "{register}", "--draws", "2", "--free", "law.office_rent.max_area=300:500:100"),
    "loopholes": ("loopholes", "--population", "{register}", "--draws", "2"),
    "notches": ("notches", "--population", "{register}"),
}
FILES = OF_A_REGISTER | {"template": ("template",), "policy": ("policy", "cases", "wuxiang")}
FOLDERS = {
    "run": ("run", "baseline", "--draws", "2", "--population", "{tables}"),
    "budget": ("budget", "baseline", "--draws", "2", "--population", "{tables}"),
    "report": ("report", "baseline", "--draws", "2", "--population", "{tables}"),
    "synthesize": ("synthesize", "--enterprises", "5"),
    "batch": ("batch", "{batch}"),
}
PAGES = {"whatif"}  # serves until it is stopped; what it keeps goes through `files.put` one file at a time (test_files)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A register as a workbook of the program's own making and as tables, and a file of a batch."""
    place = tmp_path_factory.mktemp("名册 x")
    people = simulator.synthesize(enterprises=30)
    write_workbook(place / "register.xlsx", people.to_tables(), synthetic=True)
    people.write_folder(place / "tables")
    (place / "batch.yaml").write_text("scenarios: [baseline]\ndraws: 2\npopulation: tables\n", encoding="utf-8")
    return place


@pytest.fixture
def place(made, tmp_path):
    return shutil.copytree(made, tmp_path / "x")


def called(words: tuple[str, ...], place: Path, out: Path, *more: str) -> list[str]:
    named = {"register": place / "register.xlsx", "tables": place / "tables", "batch": place / "batch.yaml"}
    return [word.format(**named) for word in words] + ["--out", str(out), "--lang", "en", *more]


def test_every_verb_with_out_is_played_here():
    verbs = next(a for a in cli.parser("en")._actions if isinstance(a, argparse._SubParsersAction)).choices
    assert {name for name, p in verbs.items() if "--out" in p._option_string_actions} == {*FILES, *FOLDERS, *PAGES}
    assert all("--overwrite" in verbs[name]._option_string_actions for name in (*FILES, *FOLDERS, *PAGES))


@pytest.mark.parametrize("verb", OF_A_REGISTER)
def test_an_input_is_never_an_output_not_even_with_overwrite(verb, place):
    before = listing(place)
    (place / "link.xlsx").symlink_to(place / "register.xlsx")
    (place / "hard.xlsx").hardlink_to(place / "register.xlsx")
    for out in (place / "register.xlsx", place / "tables" / ".." / "register.xlsx", place / "link.xlsx", place / "hard.xlsx"):
        for more in ((), ("--overwrite",)):
            found = call(*called(OF_A_REGISTER[verb], place, out, *more))
            assert found.code == 2 and ("is read here" in found.err or (not more and "is there already" in found.err)), found.err
    (place / "link.xlsx").unlink()
    (place / "hard.xlsx").unlink()
    assert listing(place) == before


@pytest.mark.parametrize("verb", FILES)
def test_a_foreign_file_is_refused_by_name(verb, place):
    (place / "thesis.xlsx").write_text("three years of work")
    (place / "link.xlsx").symlink_to(place / "thesis.xlsx")
    before = listing(place)
    for name in ("thesis.xlsx", "link.xlsx"):
        found = call(*called(FILES[verb], place, place / name))
        assert found.code == 2 and name in found.err and "not of this program's making" in found.err and "--overwrite" in found.err
    assert listing(place) == before


@pytest.mark.parametrize("verb", ["template", "check", "assess", "indicators"])
def test_what_the_program_wrote_is_replaced_until_somebody_changes_it(verb, place):
    out = place / "out.xlsx"
    for _ in range(2):
        assert call(*called(FILES[verb], place, out)).code == 0
    out.write_bytes(out.read_bytes() + b"filled in")
    before = listing(place)
    found = call(*called(FILES[verb], place, out))
    assert found.code == 2 and "was changed since the program wrote it" in found.err and listing(place) == before
    assert call(*called(FILES[verb], place, out, "--overwrite")).code == 0 and listing(place) != before


@pytest.mark.parametrize("verb", FOLDERS)
def test_a_foreign_folder_keeps_all_it_holds(verb, place):
    """New files may stand beside what is there; what stands in the way is refused, and nothing is changed."""
    out = place / "mine"
    for name in ("thesis.docx", "blocks/thesis.docx", "blocks/sub/notes.txt", "01-baseline/notes.txt", "records/notes.txt"):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text("three years of work")
    before = listing(out)
    found = call(*called(FOLDERS[verb], place, out))
    assert found.code == 0, found.err
    assert {name: digest for name, digest in listing(out).items() if name in before} == before
    taken = {"synthesize": "annual.csv", "batch": "index.html"}.get(verb, "summary.csv")
    other = place / "other"
    other.mkdir()
    (other / taken).write_text("somebody's")
    found = call(*called(FOLDERS[verb], place, other))
    assert found.code == 2 and taken in found.err and listing(other).keys() == {taken}
    assert (other / taken).read_text() == "somebody's"


@pytest.mark.parametrize("verb", ["run", "budget", "report"])
def test_the_register_s_folder_is_no_output(verb, place):
    before = listing(place)
    for more in ((), ("--overwrite",)):
        found = call(*called(FOLDERS[verb], place, place / "tables", *more))
        assert found.code == 2 and "is read here" in found.err
    assert listing(place) == before


def test_an_invented_register_does_not_replace_a_real_one(place):
    (place / "tables" / "synthetic.txt").unlink()
    (place / "tables" / RECORD).unlink()
    before = listing(place)
    found = call("synthesize", "--enterprises", "5", "--out", place / "tables", "--lang", "en")
    assert found.code == 2 and "annual.csv" in found.err and listing(place) == before


@posix
@pytest.mark.parametrize("verb", [*FILES, *FOLDERS])
def test_a_full_disk_changes_nothing_and_is_reported(verb, place):
    """No file may grow beyond 200 bytes, in this process and those it starts."""
    out = place / ("out" if verb in FOLDERS else "out.xlsx")
    command = called((FILES | FOLDERS)[verb], place, out)
    (place / "thesis.docx").write_text("three years of work")
    before = listing(place)

    def starving():
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (200, resource.RLIM_INFINITY))
        return call(*command).code

    assert in_a_child(starving) == 2
    left = {name: digest for name, digest in listing(place).items() if digest != "folder"}
    assert left == {name: digest for name, digest in before.items() if digest != "folder"}


@posix
def test_descriptors_that_run_out_are_reported_and_leave_the_old_file(place):
    """Whatever asks for one more: it is refused, or enough were left."""
    command = ["assess", str(place / "tables"), "--out", str(place / "out.csv"), "--lang", "en"]
    assert cli.main(command) == 0
    before, codes = listing(place), []
    for left in range(6):

        def starving(left=left):
            import resource

            resource.setrlimit(resource.RLIMIT_NOFILE, (200, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
            taken = []
            with contextlib.suppress(OSError):
                while True:
                    taken.append(os.dup(0))
            for handle in taken[len(taken) - left :]:
                os.close(handle)
            return call(*command).code

        codes.append(in_a_child(starving))
        assert codes[-1] in (0, 2) and listing(place) == before
    assert 2 in codes


def test_memory_that_runs_out_is_reported_and_leaves_the_old_file(place, monkeypatch):
    command = ["assess", place / "tables", "--out", place / "out.csv", "--lang", "en"]
    assert call(*command).code == 0
    before = listing(place)
    monkeypatch.setattr(simulator, "assess", lambda *given: np.ones(1 << 55))
    found = call(*command)
    assert found.code == 2 and "needs more memory than this machine has free" in found.err and listing(place) == before


def test_blocks_that_lead_elsewhere_are_not_followed(place):
    (place / "elsewhere").mkdir()
    (place / "elsewhere" / "thesis.docx").write_text("three years of work")
    (place / "out").mkdir()
    (place / "out" / "blocks").symlink_to(place / "elsewhere")
    for more in ((), ("--new",), ("--overwrite", "--new")):
        found = call("run", "baseline", "--draws", "2", "--out", place / "out", "--lang", "en", *more)
        assert found.code == 2 and "is a link" in found.err
    assert listing(place / "elsewhere").keys() == {"thesis.docx"}


def test_a_folder_of_another_run_becomes_this_run_s_and_keeps_what_is_not_a_run_s(place):
    out = place / "out"
    done("budget", "baseline", "--draws", "3", "--out", out)
    (out / "thesis.docx").write_text("three years of work")
    (out / "risk.csv").write_text("edited by a clerk")
    done("run", "cautious", "--draws", "2", "--out", out)
    left = {p.name for p in out.iterdir()}
    assert {"thesis.docx", "risk.csv", "summary.csv"} <= left and "ledger.csv" not in left  # the program's own, as it was made, goes
    assert (out / "risk.csv").read_text() == "edited by a clerk"
    assert set(simulator.verify(out)["state"]) == {"same"}
