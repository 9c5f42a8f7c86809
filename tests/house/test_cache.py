"""Compiled code that is kept is never an old law or an old engine; where none can be kept it is compiled in memory, and said so."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

import simulator
from simulator import code_cache, compiling, notices, resources, yamlfile
from simulator.law.policytext import hash_of
from simulator.law.shipped import policy_path
from tests.killing import killed, steps_of

ENGINE = Path("simulator/law/calling.py")
POLICY = Path("data/policies/jiulongpo_2013/policy.yaml")
PROBE = '''
import json
from pathlib import Path
import numpy as np
from simulator import compiled, compiling, facts, notices
from simulator.law.calling import at, call, functions_of
from simulator.law.policy import HISTORY
from simulator.law.shipped import default_law, policy_path
from simulator.projection.columns import SEEN

@compiled.entry
def probe(law, enterprise, own, rows, own_rows, head, numbers, readings, history, amounts):
    call(law.entitle, (at(enterprise, ()), at(own, ()), at(rows, ()), at(own_rows, ()), 1, 0, 2013, at(head, ()), at(numbers, ()),
                       at(readings, ()), at(history, ()), -1, at(amounts, ())))

def amount():
    """What an enterprise certified in 2013 is due, in fen, by the policy's file as it is now."""
    law = default_law()
    policy, terms = law.policy, law.compile([2013])
    enterprise, amounts = np.zeros(len(facts.ENTERPRISE_FIELDS), np.int64), np.zeros(len(policy.clauses), np.int64)
    for name, value in (("online_retailer", 1), ("certified_on", 20130501)):
        enterprise[facts.ENTERPRISE_FIELDS.index(name)] = value
    nothing = np.zeros((1, 64), np.int64)
    probe(functions_of(policy, SEEN), enterprise, nothing, nothing, nothing, terms.head, terms.numbers,
          np.zeros(len(policy.readings), np.int64), np.zeros(len(policy.clauses), HISTORY), amounts)
    return int(amounts[policy.index("certification_award")])

said = []
with notices.shown(said.append):
    found = amount()
path, later = policy_path("jiulongpo_2013"), []
text = path.read_text("utf-8")
for change in CHANGES:
    path.write_text(text.replace(*change), "utf-8")
    later.append(amount())
path.write_text(text, "utf-8")
hits = sum(probe.stats.cache_hits.values()) if compiling.CACHE_FOLDER else None
print(json.dumps({"amount": found, "later": later, "hits": hits, "folder": compiling.CACHE_FOLDER, "note": compiling.CACHE_NOTE,
                  "said": said}))
'''
AWARD, OTHER = "      award: {value: 2万元, zh: 一次性奖励, en: one-off award}\n", "      first: {value: 100元, zh: 另一数, en: another}\n"
LET, AMOUNT = "    let:\n      in_the_scope:", "    amount: award\n\n  spin_off_award:"
CHANGES = [  # of the clause's file as it is shipped: what stands there instead, and what is due then
    (AWARD + LET, AWARD.replace("2万元", "3万元") + LET, 3_000_000),
    (AWARD + LET, OTHER + AWARD + LET, 2_000_000),
    (AWARD + LET, AWARD + OTHER + LET, 2_000_000),  # the same numbers in another order
    (AMOUNT, AMOUNT.replace("award\n", "award + 1元\n"), 2_000_100),
]


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the package and the policies, and beside it a program that asks a clause for an amount, as often as its file changes."""
    home = Path(simulator.__file__).parent
    shutil.copytree(home, tmp_path / "simulator", ignore=shutil.ignore_patterns("__pycache__", "_resources"))
    shutil.copytree(resources.folder("data") / "policies", tmp_path / "data" / "policies")
    (tmp_path / "pyproject.toml").touch()
    write_probe(tmp_path)
    return tmp_path


def write_probe(copy: Path, changes: list | tuple = ()) -> None:
    (copy / "probe.py").write_text(PROBE.replace("CHANGES", repr([change[:2] for change in changes])), encoding="utf-8")


def ask(copy: Path, cache: Path, **more: str) -> dict:
    """What the program says in a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(copy), "SIMULATOR_CACHE": str(cache)} | more
    done = subprocess.run([sys.executable, "probe.py"], cwd=copy, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_changed_policy_file_pays_its_new_amount_at_once_and_compiles_no_engine(copy):
    cache, kept, shipped = copy / "缓存 cache", copy / POLICY, (copy / POLICY).read_text(encoding="utf-8")
    write_probe(copy, CHANGES)
    first, again = ask(copy, cache), ask(copy, cache)
    assert first["later"] == again["later"] == [due for _, _, due in CHANGES]  # in one process
    assert (first["amount"], first["hits"]) == (2_000_000, 0)
    assert (again["amount"], again["hits"], again["folder"]) == (2_000_000, 1, first["folder"])
    write_probe(copy)
    for before, after, due in CHANGES:  # in the next process
        assert before in shipped
        kept.write_text(shipped.replace(before, after), encoding="utf-8")
        edited = ask(copy, cache)
        assert (edited["amount"], edited["hits"], edited["folder"]) == (due, 1, first["folder"])


@pytest.mark.parametrize(
    "place, counts",
    [
        ("clauses", True),
        ("readings", True),
        ("readings.rebate_window", True),
        ("facts", True),
        ("clauses.tax_rebate.numbers", True),
        ("clauses.tax_rebate", False),
        ("term", False),
    ],
)
def test_a_policy_is_known_by_its_text_in_every_order_that_code_depends_on(place, counts):
    text = "facts: {a: {unit: 户, zh: 甲}, b: {unit: 户, zh: 乙}}\n" + policy_path("jiulongpo_2013").read_text(encoding="utf-8")
    data, turned = (yamlfile.loads(text, "p.yaml", gather=True, quantities=True).data for _ in range(2))
    *above, last = place.split(".")
    block = functools.reduce(dict.__getitem__, above, turned)
    block[last] = dict(reversed(block[last].items()))
    assert (hash_of(turned) != hash_of(data)) is counts


def test_edited_engine_code_is_compiled_anew_in_the_next_process(copy):
    cache, source = copy / "cache", (copy / ENGINE).read_text(encoding="utf-8")
    first = ask(copy, cache)
    given = "builder.call(builder.inttoptr(args[0], kind.as_pointer()), parts)"
    assert given in source and first["amount"] == 2_000_000
    (copy / ENGINE).write_text(source.replace(given, f"{given[:-6]}[*parts[:6], ir.Constant(word, 2012), *parts[7:]])"), encoding="utf-8")
    edited = ask(copy, cache)  # calls the law of the year before, in which nobody was certified
    assert (edited["amount"], edited["hits"]) == (0, 0)
    assert edited["folder"] != first["folder"]
    (copy / ENGINE).write_text(source, encoding="utf-8")  # back to the old engine, whose code is still there
    assert ask(copy, cache) == {**first, "hits": 1}


def sealed(content: bytes) -> bytes:
    """As if the program had written it: with its right hash."""
    return hashlib.sha256(content).digest() + content


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 1]) + raw[len(raw) // 2 + 1 :],
        lambda raw: b"",
        lambda raw: raw[:-100],
        lambda _raw: sealed(b"no pickle"),
        lambda _raw: sealed(pickle.dumps(("another shape",))),
        lambda raw: sealed(pickle.dumps((pickle.loads(raw[32:])[0], ("no code",)))),
    ],
    ids=["one bit", "empty", "cut short", "no pickle", "of another shape", "no code"],
)
def test_damaged_code_is_compiled_anew_and_that_is_said(copy, spoil):
    cache = copy / "cache"
    first = ask(copy, cache)
    (kept,) = Path(first["folder"]).glob("*/*.nbc")  # the engine's, not the policies'
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


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed")
def test_two_cold_starts_at_once_and_one_that_is_killed_leave_whole_files(tmp_path):
    files, key, said = code_cache.CheckedFiles(tmp_path, "base"), ("signature", 1), []
    codes = [{"code": bytes([number]) * 100_000} for number in range(2)]
    pids = []
    for code in codes:
        pids.append(os.fork())
        if pids[-1] == 0:
            for _ in range(30):
                files.save(key, code)
            os._exit(0)
    with notices.shown(said.append):
        found = [files.load(key) for _ in range(200)]
        assert [os.waitpid(pid, 0)[1] for pid in pids] == [0, 0] and files.load(key) in codes
    assert all(code is None or code in codes for code in found) and not said
    later = {"code": b"later"}
    for step in range(1, steps_of(lambda: files.save(key, codes[0]), tmp_path / "steps") + 1):
        killed(lambda: files.save(key, later), step)
        assert files.load(key) == codes[0]
    files.save(key, later)
    assert files.load(key) == later


def test_a_place_that_is_full_or_closed_is_said_and_costs_no_result(tmp_path, monkeypatch):
    files, said = code_cache.CheckedFiles(tmp_path, "base"), []

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with notices.shown(said.append):
        files.save("key", 1)
    monkeypatch.setattr(code_cache, "opened", full)
    with notices.shown(said.append):
        assert files.load("key") is None
    assert ["No space left" in word for word in said] == [True, True]


@pytest.mark.skipif(sys.platform == "win32", reason="files have no owner there, and there are no pipes")
def test_code_of_another_account_and_pipes_are_not_loaded(tmp_path, monkeypatch):
    """Who may write what is loaded may have it run: a folder that others may write to, named as SIMULATOR_CACHE."""
    files, said = code_cache.CheckedFiles(tmp_path, "base"), []
    files.save("key", 1)
    with monkeypatch.context() as stranger, notices.shown(said.append):
        stranger.setattr(code_cache.os, "geteuid", lambda: os.getuid() + 1)
        stranger.setattr(code_cache, "ADMINISTRATOR", -1)
        assert files.load("key") is None
    assert files.load("key") == 1
    (file,) = tmp_path.iterdir()
    file.unlink()
    os.mkfifo(file)
    with notices.shown(said.append):
        assert files.load("key") is None
    assert ["another account's" in said[0], "a pipe" in said[1]] == [True, True]


def test_what_nothing_has_loaded_for_long_goes_and_nothing_else(tmp_path):
    def files(version: str) -> code_cache.CheckedFiles:
        folder = tmp_path / (version * 24)
        (folder / "engine_1").mkdir(parents=True, exist_ok=True)
        return code_cache.CheckedFiles(folder / "engine_1", "base")

    def aged(path: Path) -> None:
        os.utime(path, (time.time() - code_cache.UNUSED - 60,) * 2)

    for version in "ab":
        for key in ("used", "unused"):
            files(version).save(key, key)
    foreign = [tmp_path / "notes" / "base.0123456789abcdef.nbc", tmp_path / ("b" * 24) / "thesis.docx", tmp_path / "compiled.json"]
    foreign[0].parent.mkdir()
    for path in foreign:
        path.write_text("mine")
    if sys.platform != "win32":
        (tmp_path / ("d" * 24)).symlink_to(foreign[0].parent)
    for path in sorted(tmp_path.rglob("*"), reverse=True):
        aged(path)
    files("a").load("used")
    files("c").save("new", 1)
    left = {path.relative_to(tmp_path).parts[0][0] for path in tmp_path.rglob("*.nbc")}
    assert left == {"a", "c", "n"} and files("a").load("used") == "used" and files("a").load("unused") is None
    assert not (tmp_path / ("b" * 24) / "engine_1").exists() and all(path.read_text() == "mine" for path in foreign)


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
        assert said[:2] == ["nothing can be kept", "compiling the engine, once for this version, whatever the policy: 3 s so far"]
        assert len(said) == 5  # every ten seconds of 40
        said.clear()
        compiled(watch, "new", 101, 0.4)
    assert said[0] == "compiling the engine, once for this version, whatever the policy: 8% done, about 37 s more" and len(said) == 4
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


def test_an_empty_name_of_a_cache_is_none(monkeypatch, tmp_path):
    """Not the folder that the user happens to stand in."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setenv("SIMULATOR_CACHE", "")
    assert compiling._cache_home() == tmp_path / "retail-subsidy-budget"
