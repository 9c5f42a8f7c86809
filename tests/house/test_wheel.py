"""The built wheel is enough: installed out of sight of the checkout, it assesses, runs and reports."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from simulator.resources import FOLDERS

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def run(*command: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")} | environment
    return subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=environment,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from the checkout by the build tool of the running environment."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    how = ("--no-deps", "--no-build-isolation", "--wheel-dir", folder)
    built = run(*pip, "wheel", *how, ROOT, folder=folder)
    assert built.returncode == 0, built.stdout
    (found,) = folder.glob("*.whl")
    return found


class Installed:
    """An environment that holds the wheel beside the libraries of the running one, and an empty folder."""

    def __init__(self, home: Path, wheel: Path):
        self.home = home
        self.folder = home / "九龙坡 预算"  # a name with a space, as folders on a desk have
        self.folder.mkdir()
        venv.create(home / "env", with_pip=False)
        self.bin = home / "env" / ("Scripts" if sys.platform == "win32" else "bin")
        installed = run(
            sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", self.bin / "python",
            "install", "--no-deps", "--no-index", wheel, folder=home,
        )  # fmt: skip
        assert installed.returncode == 0, installed.stdout
        # A path named in a .pth file is searched last and its own .pth files are not followed, so the running
        # environment's editable install of the checkout stays out of sight.
        paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        site = self("python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip()
        Path(site, "libraries.pth").write_text("\n".join(sorted(paths)) + "\n", encoding="utf-8")

    def __call__(self, program: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
        done = run(self.bin / program, *words, folder=self.folder)
        assert done.returncode == 0, f"{program} {' '.join(map(str, words))}\n{done.stdout}"
        return done


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"), wheel)


def carried(top: Path) -> set[str]:
    """The files of a folder that travel, as relative paths."""
    left_at_home = {"__pycache__", ".ipynb_checkpoints"}
    files = [p.relative_to(top) for p in top.rglob("*") if p.is_file()]
    return {p.as_posix() for p in files if not left_at_home & set(p.parts)}


def test_the_wheel_carries_the_package_and_its_folders_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {f"simulator/{name}" for name in carried(ROOT / "simulator")}
    for name in FOLDERS:
        expected |= {f"simulator/_resources/{name}/{file}" for file in carried(ROOT / name)}
    assert {n for n in names if ".dist-info/" not in n} == expected


def test_the_package_is_the_wheels_and_not_the_checkouts(installed):
    place = Path(installed("python", "-c", "import simulator; print(simulator.__file__)").stdout.strip())
    assert place.is_relative_to(installed.home / "env")


@pytest.mark.parametrize("name", FOLDERS)
def test_the_folders_are_found(installed, name):
    code = f"from simulator.resources import folder; print(folder({name!r}))"
    assert Path(installed("python", "-c", code).stdout.strip()).is_relative_to(installed.home / "env")


def test_help(installed):
    assert "assess" in installed("simulator", "--help").stdout


def test_terms(installed):
    assert installed("simulator", "terms").stdout.strip()


def test_assess_the_sample_register(installed):
    code = "from simulator.resources import folder; print(folder('data') / 'sample')"
    sample = installed("python", "-c", code).stdout.strip()
    assert installed("simulator", "assess", sample).stdout.strip()


def test_run_the_baseline(installed):
    installed("simulator", "run", "baseline", "--draws", "20", "--out", "结果 run")
    assert (installed.folder / "结果 run" / "record.json").is_file()


def test_report_the_baseline(installed):
    installed("simulator", "report", "baseline", "--draws", "20", "--format", "html,pdf", "--out", "报告 report")
    pages = [page for page in (installed.folder / "报告 report").iterdir() if page.suffix in (".html", ".pdf")]
    assert len(pages) == 2 and all(page.stat().st_size > 1000 for page in pages)
