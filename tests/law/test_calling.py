"""A policy's compiled functions: made once, and never taken away from those who call them."""

from __future__ import annotations

import dataclasses
import pickle
import time
from concurrent.futures import ThreadPoolExecutor

import llvmlite.binding as llvm
import pytest

from simulator import compiling
from simulator.law import calling
from simulator.law.machine import Machine
from simulator.law.shipped import default_law
from simulator.projection.columns import SEEN


def copy():
    """The shipped policy without its compiled functions."""
    return pickle.loads(pickle.dumps(default_law().policy))


@pytest.mark.parametrize("same", [True, False], ids=["one policy", "equal policies"])
def test_threads_that_ask_at_once_share_what_is_made(monkeypatch, same):
    """Else one would be handed addresses of code that is freed when the other's takes its place."""
    made = []

    def slowly(policy, columns):
        time.sleep(0.05)  # long enough that all have asked
        made.append(Machine(policy, columns))
        return made[-1]

    monkeypatch.setattr(calling, "Machine", slowly)
    monkeypatch.setattr(calling, "_made", calling.OrderedDict())
    monkeypatch.delenv("SIMULATOR_PLAIN", raising=False)
    policies = [copy()] * 4 if same else [copy() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        functions = list(threads.map(lambda policy: calling.functions_of(policy, SEEN), policies))
    assert len(made) == 1 and len(set(functions)) == 1
    assert all(policy.made[False][0] is made[0] for policy in policies)


def test_the_functions_of_few_policies_are_kept(monkeypatch):
    monkeypatch.setattr(calling, "_made", calling.OrderedDict({(str(k), False): k for k in range(calling.KEPT)}))
    policy = copy()
    calling.functions_of(policy, SEEN)
    assert len(calling._made) == calling.KEPT and (policy.hash, False) in calling._made and ("0", False) not in calling._made


def test_machine_code_is_kept_for_the_very_law(monkeypatch, tmp_path):
    """It is not made again in the next process; for another law, or where the file is damaged, it is."""
    made, optimise = [], llvm.create_pass_builder
    monkeypatch.setattr(compiling, "CACHE_FOLDER", str(tmp_path))
    monkeypatch.setattr(llvm, "create_pass_builder", lambda *given: made.append(1) or optimise(*given))
    policy = copy()
    assert set(Machine(policy, SEEN).addresses) == set(Machine(policy, SEEN).addresses) and len(made) == 1
    (file,) = tmp_path.glob("policy.*.nbc")
    raw = bytearray(file.read_bytes())
    raw[-100] ^= 1
    file.write_bytes(raw)
    Machine(policy, SEEN)
    assert len(made) == 2
    Machine(dataclasses.replace(policy, clauses=policy.clauses[:3]), SEEN)
    assert len(made) == 3 and len([*tmp_path.glob("policy.*.nbc")]) == 2
