"""The audit log: who did what, in a chain in which no line can be changed, removed, put in or moved unnoticed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from simulator import audit, files
from simulator.cli import VERBS, entered, main
from simulator.errors import SimulatorError
from simulator.files import put
from tests.faults import texts_of
from tests.killing import killed, moments, steps_of

ROOT = Path(__file__).resolve().parents[2]
NAME, IDENTITY = "绝密电子商务有限公司", "SECRET9999999"


@pytest.fixture
def log(tmp_path, monkeypatch):
    file = tmp_path / "审计 log" / "audit.jsonl"
    monkeypatch.setenv(audit.VARIABLE, str(file))
    return file


@pytest.fixture
def six(log):
    """A log of six lines, as lines."""
    for verb in ("run", "report", "assess"):
        with audit.act(verb):
            pass
    return log.read_bytes().splitlines(keepends=True)


def results(log):
    return [(line["verb"], line["result"]) for line in audit.entries(log)]


def test_without_the_variable_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.delenv(audit.VARIABLE, raising=False)
    with audit.act("run"):
        put(tmp_path / "a.txt", lambda p: p.write_text("x"))
    assert [file.name for file in tmp_path.glob("[!.]*")] == ["a.txt"] and audit.head() == {}


def test_every_act_has_a_beginning_and_an_end(log):
    with audit.act("run"), audit.act("report"):  # the inner one belongs to the outer
        pass
    with pytest.raises(SimulatorError), audit.act("assess"):
        raise SimulatorError("no such register")
    with pytest.raises(ZeroDivisionError), audit.act("explain"):
        1 / 0  # noqa: B018
    with pytest.raises(KeyboardInterrupt), audit.act("whatif"):
        raise KeyboardInterrupt
    assert results(log) == [
        ("run", "begun"),
        ("run", "done"),
        ("assess", "begun"),
        ("assess", "refused"),
        ("explain", "begun"),
        ("explain", "failed"),
        ("whatif", "begun"),
        ("whatif", "interrupted"),
    ]
    assert audit.broken(log) == (0, "")


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_that_reads_data_is_entered(verb, log, monkeypatch):
    with entered(verb):
        pass
    if verb in ("audit", "guide", "completion"):
        assert not log.exists()
    else:
        assert results(log) == [(verb, "begun"), (verb, "done")]


def test_the_scenario_whose_terms_are_listed_is_entered(log, capsys):
    assert main(["terms", "law.tax_rebate"]) == 0 and capsys.readouterr().out
    assert [*json.loads(log.read_text("utf-8").splitlines()[-1])["read"]] == ["scenario"]


def test_an_act_that_was_killed_has_no_end(log):

    kill = f"import os\nfrom simulator.audit import act\nwith act('run'): os._exit({9})"
    subprocess.run([sys.executable, "-c", kill], cwd=ROOT, timeout=60, check=False)
    assert results(log) == [("run", "begun")] and audit.broken(log) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed")
def test_killed_at_any_step_the_chain_holds_and_goes_on(log, tmp_path):
    """And the file that was being written is the old or the new one."""
    file = tmp_path / "out" / "a.txt"

    def write():
        with audit.act("assess"):
            put(file, lambda p: p.write_text("new"))

    steps = steps_of(write, tmp_path / "steps")
    acts = len(audit.entries(log)) // 2
    for step in moments(steps):
        file.unlink()
        put(file, lambda p: p.write_text("old"))
        before = results(log)
        killed(write, step)
        files.settled(file.parent)
        lines = results(log)[len(before) :]
        assert lines in ([], [("assess", "begun")], [("assess", "begun"), ("assess", "done")]) and audit.broken(log) == (0, "")
        assert file.read_text() == "old" or (file.read_text() == "new" and lines), "nothing is done that is not entered"
        write()
        assert file.read_text() == "new" and results(log)[-2:] == [("assess", "begun"), ("assess", "done")]
        assert sorted(p.name for p in file.parent.iterdir()) == [files.RECORD, "a.txt"]
    assert acts == 1 and audit.broken(log) == (0, "")


def test_what_is_read_and_written_stands_in_it_by_its_hash_and_nothing_else(log, tmp_path, capsys):
    register = tmp_path / NAME
    out = tmp_path / f"{NAME}.csv"
    assert main(["synthesize", "baseline", "--enterprises", "30", "--seed", "7", "--out", str(register)]) == 0
    enterprises = register / "enterprises.csv"
    enterprises.write_text(enterprises.read_text("utf-8-sig").replace("SYN0000001", IDENTITY), "utf-8")
    annual = register / "annual.csv"
    annual.write_text(annual.read_text("utf-8-sig").replace("SYN0000001", IDENTITY), "utf-8")
    assert main(["assess", str(register), "--out", str(out)]) == 0
    assert main(["explain", str(register), IDENTITY]) == 0
    assert main(["explain", str(register), "NOBODY"]) == 2
    lines = audit.entries(log)
    assert results(log)[-6:] == [
        ("assess", "begun"),
        ("assess", "done"),
        ("explain", "begun"),
        ("explain", "done"),
        ("explain", "begun"),
        ("explain", "refused"),
    ]
    done = lines[3]
    assert {"kind": ".csv", "sha256": hashlib.sha256(out.read_bytes()).hexdigest()} in done["written"]
    assert done["read"]["register"] == lines[5]["read"]["register"] and len(done["read"]["register"]) == 64
    assert done["user"] == audit.account() and re.match(r"20\d\d-\d\d-\d\dT", done["time"])
    text = log.read_text("utf-8")
    for confidential in (NAME, IDENTITY, "NOBODY", str(tmp_path), "SYN0"):
        assert confidential not in text
    capsys.readouterr()
    assert main(["audit", "verify"]) == 0
    assert audit.head()["seal"] in capsys.readouterr().out
    assert main(["audit", "show", "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert done["read"]["register"][:12] in shown and "refused" in shown and audit.head()["seal"] in shown
    assert len(audit.entries(log)) == len(lines), "looking at the log is not entered"


def test_a_file_written_from_python_is_entered_too(log, tmp_path):
    put(tmp_path / "list.csv", lambda p: p.write_text("x"))
    assert results(log) == [("write", "begun"), ("write", "done")]
    assert audit.entries(log)[1]["written"][0]["sha256"] == hashlib.sha256(b"x").hexdigest()


def changed(line: bytes, **content) -> bytes:
    return json.dumps(json.loads(line) | content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def resealed(line: bytes, **content) -> bytes:
    """A line changed by somebody who knows how seals are made."""
    new = {k: v for k, v in (json.loads(line) | content).items() if k != "seal"}
    return audit._sealed(new) + b"\n"


TAMPERED = {
    "a word changed": (lambda s: [*s[:2], changed(s[2], user="somebody"), *s[3:]], 3, "changed"),
    "the last line changed": (lambda s: [*s[:5], changed(s[5], result="done", verb="terms")], 6, "changed"),
    "spaces put in": (lambda s: [s[0], s[1].replace(b'","', b'", "', 1), *s[2:]], 2, "changed"),
    "removed": (lambda s: [*s[:2], *s[3:]], 3, "elsewhere"),
    "the first line removed": (lambda s: s[1:], 1, "elsewhere"),
    "two exchanged": (lambda s: [s[0], s[2], s[1], *s[3:]], 2, "elsewhere"),
    "one put in twice": (lambda s: [*s[:4], s[3], *s[4:]], 5, "elsewhere"),
    "changed with a new seal": (lambda s: [*s[:2], resealed(s[2], user="somebody"), *s[3:]], 4, "elsewhere"),
    "cut off in the middle": (lambda s: [*s[:5], s[5][:40]], 6, "foreign"),
    "something else": (lambda s: [*s[:1], b"[]\n", *s[1:]], 2, "foreign"),
    "an empty line": (lambda s: [*s[:1], b"\n", *s[1:]], 2, "foreign"),
    "a key more": (lambda s: [*s[:1], changed(s[1], note="x"), *s[2:]], 2, "foreign"),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_the_first_line_that_is_not_as_it_was_written_is_named(how, six, log, capsys):
    tamper, line, wrong = TAMPERED[how]
    log.write_bytes(b"".join(tamper(six)))
    assert audit.broken(log) == (line, wrong)
    assert main(["audit", "verify", str(log)]) == 1
    assert f"第 {line} 行" in capsys.readouterr().out


def test_a_log_cut_at_its_end_is_seen_only_with_a_seal_kept_elsewhere(six, log):
    kept = audit.head()
    log.write_bytes(b"".join(six[:4]))
    assert audit.broken(log) == (0, "") and audit.head() != kept
    assert kept["seal"] not in log.read_text("utf-8") and kept["line"] == 6


def test_after_a_power_cut_the_log_goes_on_and_the_torn_line_is_named(six, log):
    log.write_bytes(b"".join(six[:5]) + six[5][:50])
    with audit.act("run"):
        pass
    assert audit.broken(log) == (6, "foreign")
    assert [line["line"] for line in audit.entries(log)] == [1, 2, 3, 4, 5, 7, 8]


def test_writers_at_the_same_time_take_turns(log):
    write = "from simulator.audit import act\nfor _ in range(15):\n    with act('run'): pass"
    writers = [subprocess.Popen([sys.executable, "-c", write], cwd=ROOT) for _ in range(4)]
    assert [writer.wait(120) for writer in writers] == [0] * 4
    assert audit.broken(log) == (0, "") and len(audit.entries(log)) == 120


def test_nothing_is_done_that_the_log_cannot_take(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(audit.VARIABLE, str(tmp_path / "file" / "audit.jsonl"))
    target = tmp_path / "template.xlsx"
    assert main(["template", "--out", str(target), "--lang", "en"]) == 2
    assert "audit log cannot be written" in capsys.readouterr().err and not target.exists()


def test_an_act_whose_end_cannot_be_entered_says_so(log):
    def lose_it():
        with audit.act("run"):
            log.unlink()
            log.mkdir()

    assert "had ended, and the log does not say so" in " ".join(texts_of(lose_it))


def test_looking_without_a_log_is_refused(monkeypatch, tmp_path, capsys):
    monkeypatch.delenv(audit.VARIABLE, raising=False)
    assert main(["audit", "verify"]) == 2 == main(["audit", "verify", str(tmp_path / "none.jsonl")])
    assert "SIMULATOR_AUDIT" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files")
def test_a_new_log_is_its_owners(six, log):
    assert log.stat().st_mode & 0o777 == 0o600 and os.access(log, os.R_OK)


@pytest.mark.skipif(sys.platform == "win32", reason="another process holds the lock by fcntl")
def test_a_lock_that_somebody_holds_freezes_nobody(log, monkeypatch):
    """Whoever may add to the log may hold its lock for ever."""
    import fcntl

    monkeypatch.setattr(audit, "WAIT", 0.2)
    log.parent.mkdir()
    with log.with_name(log.name + ".lock").open("a+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        (reported,) = texts_of(audit.append, {"verb": "run"}, log)
        assert "another process has held its lock" in reported
    assert audit.append({"verb": "run"}, log)


def reseal(log, lines):
    """Write a log anew of these lines, its chain whole."""
    log.write_bytes(b"")
    for line in lines:
        audit.append({k: v for k, v in json.loads(line).items() if k not in ("line", "before", "seal")}, log)


FORGED = "\x1b[2J"


@pytest.mark.parametrize("key", audit.KEYS)
@pytest.mark.parametrize("value", [FORGED, None, [FORGED], {FORGED: FORGED}, [{"kind": FORGED, "sha256": FORGED}], 10**30, {"a": []}])
def test_whatever_was_written_into_the_log_is_shown_or_named(key, value, six, log, capsys):
    line = json.loads(six[-1]) | {key: value}
    log.write_bytes(b"".join(six[:-1]) + json.dumps(line).encode() + b"\n")
    assert main(["audit", "show", str(log), "--lang", "en"]) == 0 and main(["audit", "verify", str(log), "--lang", "en"]) == 1
    said = capsys.readouterr()
    assert "line 6" in said.out and "\x1b" not in said.out + said.err
    with audit.act("run"):  # and goes on
        pass


def test_a_log_that_was_emptied_cut_or_written_anew_is_reported_by_the_seals_that_reports_keep(log, tmp_path, capsys):
    reports = tmp_path / "out" / "records"
    reports.mkdir(parents=True)
    for n in range(3):
        with audit.act("report"):
            (reports / f"{n}.json").write_text(json.dumps({"audit": audit.head()}), encoding="utf-8")
    (reports / "other.json").write_text("[]")
    check = ["audit", "verify", str(log), "--reports", str(tmp_path / "out"), "--lang", "en"]
    assert main(check) == 0 and "3 files keep a seal of the log; 0 of them" in capsys.readouterr().out
    whole = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(whole[:-3]))  # the chain itself holds
    assert main(check[:3]) == 0 and main(check) == 1
    assert "records/2.json holds the seal of line 5" in capsys.readouterr().out
    log.write_bytes(b"")
    assert main(check[:3]) == 0 and main(check) == 1
    reseal(log, [line.replace(b'"user":"', b'"user":"x') for line in whole])  # from the first line on, with other accounts
    assert main(check[:3]) == 0 and main(check) == 1
    assert main([*check[:4], str(tmp_path / "none"), "--lang", "en"]) == 2
    reseal(log, [line for line in whole if b'"line":4' not in line])  # one entry is taken out, and the chain made anew from there
    assert main(check[:3]) == 0 and main(check) == 1
    assert "records/2.json holds the seal of line 5" in capsys.readouterr().out
    (tmp_path / "empty").mkdir()
    assert main([*check[:4], str(tmp_path / "empty"), "--lang", "en"]) == 0
    assert "No file of the folder keeps a seal" in capsys.readouterr().out
