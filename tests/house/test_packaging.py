"""The installers that travel with the wheels: of this program, for both kinds of system, and without a network."""

from __future__ import annotations

import os
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAME = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["name"]
INSTALLERS = {path.name: path.read_bytes() for path in (ROOT / "packaging").iterdir()}


def test_there_is_one_for_each_system_and_both_install_this_program_from_beside_themselves():
    assert set(INSTALLERS) == {"install.sh", "安装.bat"}
    for text in (raw.decode("utf-8") for raw in INSTALLERS.values()):
        assert "--no-index" in text and text.count(NAME) >= 2 and "sys.version_info < (3, 11)" in text


def test_the_batch_file_has_the_line_ends_of_its_system_and_no_label_it_lacks():
    raw = INSTALLERS["安装.bat"]
    assert raw.count(b"\n") == raw.count(b"\r\n") > 20 and not raw.startswith(b"\xef\xbb\xbf")
    lines = raw.decode("utf-8").splitlines()
    assert lines.index("chcp 65001 >nul") < next(n for n, line in enumerate(lines) if not line.isascii())  # before any Chinese
    assert {line.split("goto ")[1] for line in lines if "goto " in line} == {line[1:] for line in lines if line.startswith(":")}


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_the_shell_script_is_one_any_shell_reads_and_refuses_an_old_python(tmp_path, need):
    script = ROOT / "packaging" / "install.sh"
    shell = need("sh")
    assert subprocess.run([shell, "-n", script], capture_output=True).returncode == 0
    done = subprocess.run([shell, script], env={"PATH": str(tmp_path), "HOME": str(tmp_path)}, capture_output=True, encoding="utf-8")
    assert done.returncode != 0 and list(tmp_path.iterdir()) == []
