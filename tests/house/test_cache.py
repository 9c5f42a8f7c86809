"""Compiled code that is kept can never serve an old law; where nothing can be kept it is compiled in memory, and said so."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import simulator
from simulator import code_cache, notices

CLAUSE = Path("simulator/law/clauses/certification_award.py")
PROBE = '''
import json
import numpy as np
from simulator import compiled, notices
from simulator.facts import ANNUAL, ENTERPRISE
from simulator.law.assessment import TERMS
from simulator.law.case import HISTORY, Case
from simulator.law.clauses.certification_award import amount
from simulator.law.readings import READINGS

@compiled.entry
def probe(enterprises, annual, terms, readings, history):
    return amount(Case(enterprises[0], annual[0], annual[0], terms[0], readings[0], 2013), history[0])

def zeros(kind):
    return np.zeros(1, kind)

terms = zeros(TERMS)
terms["certification_award"]["award"] = 2_000_000
said = []
with notices.shown(said.append):
    found = probe(zeros(ENTERPRISE), zeros(ANNUAL), terms, zeros(READINGS), zeros(HISTORY))
hits = sum(probe.stats.cache_hits.values()) if compiled.CACHE_FOLDER else None
print(json.dumps({"amount": int(found), "hits": hits, "folder": compiled.CACHE_FOLDER, "note": compiled.CACHE_NOTE,
                  "said": said}))
'''


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the package, and beside it a program that asks a clause for an amount."""
    shutil.copytree(Path(simulator.__file__).parent, tmp_path / "simulator", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "probe.py").write_text(PROBE, encoding="utf-8")
    return tmp_path


def ask(copy: Path, cache: Path, **more: str) -> dict:
    """What the program says in a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(copy), "SIMULATOR_CACHE": str(cache)} | more
    done = subprocess.run([sys.executable, "probe.py"], cwd=copy, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_an_edited_clause_pays_its_new_amount_in_the_next_process(copy):
    cache = copy / "缓存 cache"
    first, again = ask(copy, cache), ask(copy, cache)
    assert (first["amount"], first["hits"]) == (2_000_000, 0)
    assert (again["amount"], again["hits"], again["folder"]) == (2_000_000, 1, first["folder"])
    source = (copy / CLAUSE).read_text(encoding="utf-8")
    assert "return case.terms.certification_award.award" in source
    (copy / CLAUSE).write_text(source.replace("return case.terms.certification_award.award",
                                              "return case.terms.certification_award.award + 1"), encoding="utf-8")
    edited = ask(copy, cache)
    assert (edited["amount"], edited["hits"]) == (2_000_001, 0)
    assert edited["folder"] != first["folder"]
    (copy / CLAUSE).write_text(source, encoding="utf-8")  # back to the old law, whose code is still there
    assert ask(copy, cache) == again


@pytest.mark.parametrize("spoil", [lambda raw: raw[:len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 1]) + raw[len(raw) // 2 + 1:],
                                   lambda raw: b"", lambda raw: raw[:-100]], ids=["one bit", "empty", "cut short"])
def test_damaged_code_is_compiled_anew_and_that_is_said(copy, spoil):
    cache = copy / "cache"
    first = ask(copy, cache)
    (kept,) = Path(first["folder"]).rglob("*.nbc")
    kept.write_bytes(spoil(kept.read_bytes()))
    found = ask(copy, cache)
    assert (found["amount"], found["hits"]) == (2_000_000, 0)
    assert any("is damaged" in word and kept.name in word for word in found["said"])
    again = ask(copy, cache)
    assert (again["amount"], again["hits"], again["said"]) == (2_000_000, 1, [])


def test_no_flipped_bit_is_ever_loaded(tmp_path):
    files, key = code_cache.CheckedFiles(tmp_path, "base"), ("signature", 1)
    files.save(key, {"code": b"machine code"})
    assert files.load(key) == {"code": b"machine code"}
    assert files.load(("another", 1)) is None
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for at in range(len(whole) * 8):
        spoilt = bytearray(whole)
        spoilt[at // 8] ^= 1 << at % 8
        file.write_bytes(spoilt)
        said = []
        with notices.shown(said.append):
            assert files.load(key) is None
        assert len(said) == 1
    files.save(key, {"code": b"anew"})
    assert files.load(key) == {"code": b"anew"} and list(tmp_path.iterdir()) == [file]
    files.flush()
    assert files.load(key) is None


def test_a_place_that_is_full_or_closed_is_said_and_costs_no_result(tmp_path, monkeypatch):
    files, said = code_cache.CheckedFiles(tmp_path, "base"), []

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with notices.shown(said.append):
        files.save("key", 1)
    monkeypatch.setattr(Path, "read_bytes", full)
    with notices.shown(said.append):
        assert files.load("key") is None
    assert ["No space left" in word for word in said] == [True, True]


def test_where_the_home_cannot_be_written_code_is_kept_in_a_folder_of_one_s_own(copy):
    (copy / "file").write_text("no folder", encoding="utf-8")
    (copy / "tmp").mkdir()
    first, again = (ask(copy, copy / "file" / "cache", TMPDIR=str(copy / "tmp")) for _ in range(2))
    assert (first["amount"], again["amount"], again["hits"]) == (2_000_000, 2_000_000, 1)
    assert first["folder"].startswith(str(copy / "tmp")) and "the usual place cannot be written" in first["note"]
    assert Path(first["folder"]).parent.stat().st_mode & 0o077 == 0


def test_without_a_place_of_one_s_own_it_is_compiled_in_memory_and_says_so(copy):
    (copy / "file").write_text("no folder", encoding="utf-8")
    shared = copy / "tmp" / f"retail-subsidy-budget-{os.getuid()}"
    shared.mkdir(parents=True)
    shared.chmod(0o777)
    found = ask(copy, copy / "file" / "cache", TMPDIR=str(copy / "tmp"))
    assert found["amount"] == 2_000_000 and found["folder"] is None
    assert "compiled anew in memory" in found["note"] and list(shared.iterdir()) == []


def beginning(name: str) -> SimpleNamespace:
    """What numba says as it begins, and ends, to compile a function."""
    return SimpleNamespace(data={"dispatcher": SimpleNamespace(py_func=SimpleNamespace(__name__=name))})


def test_how_far_a_compilation_is_is_said_while_it_lasts(tmp_path, monkeypatch):
    now, said = [0.0], []
    monkeypatch.setattr(code_cache.time, "monotonic", lambda: now[0])

    def compiled(watch, name: str, functions: int, seconds: float) -> None:
        watch.on_start(beginning(name))
        for _ in range(functions - 1):
            watch.on_start(beginning("rule"))
            now[0] += seconds
            watch.on_end(beginning("rule"))
        watch.on_end(beginning(name))

    watch = code_cache.Watch("nothing can be kept", tmp_path / "compiled.json")
    with notices.shown(said.append):
        compiled(watch, "a_moment", 30, 0.01)
        assert said == []
        compiled(watch, "new", 101, 0.4)
        assert said[:2] == ["nothing can be kept", "compiling, once for this version: 3 s so far"]
        assert len(said) == 5  # every ten seconds of 40
        said.clear()
        compiled(watch, "new", 101, 0.4)
    assert said[0] == "compiling, once for this version: 8% done, about 37 s more" and len(said) == 4
    assert json.loads((tmp_path / "compiled.json").read_text("utf-8")) == {"a_moment": 30, "new": 101}
    (tmp_path / "compiled.json").write_text("[1", "utf-8")
    said.clear()
    with notices.shown(said.append):
        compiled(watch, "new", 101, 0.4)
    assert len(said) == 4


def test_only_the_innermost_is_shown_a_word():
    outer, inner = [], []
    with notices.shown(outer.append):
        with notices.shown(inner.append):
            notices.notice("one")
        notices.notice("two", odd=True)
    notices.notice("three")
    assert (outer, inner) == (["two"], ["one"])
