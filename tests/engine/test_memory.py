"""Whatever plays on several threads leaves memory as it should be: glibc looks at every block that is taken or given back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import missing

PLAYS = """
import faulthandler; faulthandler.enable()
import simulator
from simulator.engine.run import play
from simulator.scenario import load_scenario, under_policy

simulator.synthesize(load_scenario("baseline"), enterprises=50)
for scenario in (load_scenario("baseline"), under_policy("longhua_2025", "baseline")):
    for _ in range(3):
        play(scenario.set({"draws": 100}), workers=2)
print("played")
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only on Linux")
def test_no_block_of_memory_is_used_after_it_was_given_back():
    checks = next(Path("/lib").glob("*/libc_malloc_debug.so.0"), None)
    if checks is None:
        raise missing("needs glibc's libc_malloc_debug, which is not on this machine")
    checked = os.environ | {"LD_PRELOAD": str(checks), "MALLOC_CHECK_": "3", "MALLOC_PERTURB_": "165"}
    played = subprocess.run([sys.executable, "-c", PLAYS], env=checked, capture_output=True, text=True, timeout=570)
    assert (played.returncode, played.stdout.strip()[-6:]) == (0, "played"), played.stderr[-2000:]
