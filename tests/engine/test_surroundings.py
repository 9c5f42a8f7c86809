"""C5: the numbers do not depend on where, in which language, at which time or in which folder they are made."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import simulator

ROOT = Path(simulator.__file__).parents[1]
WRITTEN = ("draws.parquet", "years.parquet", "summary.csv", "settings.csv")
SURROUNDINGS = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "zh_CN.UTF-8", "NUMBA_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "random", "TZ": "America/St_Johns", "LANG": "tr_TR.UTF-8", "PYTHONUTF8": "0", "OMP_NUM_THREADS": "1"},
)


@pytest.mark.slow
def test_c5_seed_of_hashes_clock_language_and_folder_change_no_byte(tmp_path):
    found = set()
    for number, surrounding in enumerate(SURROUNDINGS):
        here = tmp_path / f"文 件 {number}"
        here.mkdir()
        left = {k: v for k, v in os.environ.items() if k not in ("LANG", "LC_ALL", "LC_MESSAGES")}
        subprocess.run(
            [sys.executable, "-m", "simulator", "run", "baseline", "--draws", "20", "--out", "o", "--workers", str(number + 1)],
            cwd=here,
            env=left | surrounding | {"PYTHONPATH": str(ROOT)},
            check=True,
            timeout=240,
            capture_output=True,
        )
        found.add(hashlib.sha256(b"".join((here / "o" / name).read_bytes() for name in WRITTEN)).hexdigest())
    assert len(found) == 1
