"""Compiled code that is kept can never serve an old law; where nothing can be kept it is compiled in memory, and said so."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import simulator

CLAUSE = Path("simulator/law/clauses/certification_award.py")
PROBE = '''
import json
import numpy as np
from simulator import compiled
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
found = probe(zeros(ENTERPRISE), zeros(ANNUAL), terms, zeros(READINGS), zeros(HISTORY))
hits = sum(probe.stats.cache_hits.values()) if compiled.CACHE_FOLDER else None
print(json.dumps({"amount": int(found), "hits": hits, "folder": compiled.CACHE_FOLDER, "note": compiled.CACHE_NOTE}))
'''


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the package, and beside it a program that asks a clause for an amount."""
    shutil.copytree(Path(simulator.__file__).parent, tmp_path / "simulator", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "probe.py").write_text(PROBE, encoding="utf-8")
    return tmp_path


def ask(copy: Path, cache: Path) -> dict:
    """What the program says in a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(copy), "SIMULATOR_CACHE": str(cache)}
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


def test_without_a_writable_place_it_is_compiled_in_memory_and_says_so(copy):
    (copy / "file").write_text("no folder", encoding="utf-8")
    found = ask(copy, copy / "file" / "cache")
    assert found["amount"] == 2_000_000 and found["folder"] is None
    assert "compiled anew in memory" in found["note"]
