"""A real browser in front of the page: how it is started, and how a test waits and reads."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator import resources

ROOT = Path(__file__).resolve().parents[2]
DRAWS = 100
READY = 240_000  # ms: a first answer may have to wait for the compiler
SOON = 60_000


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextmanager
def started(*command: str, folder: Path, prints: str, switch: str = "-m", **more: str) -> Iterator[tuple[str, subprocess.Popen, list[str]]]:
    """A program of this interpreter that runs meanwhile: what `prints`, a pattern, finds in its output, the process, and its lines."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | more
    said: list[str] = []
    found = threading.Event()
    process = subprocess.Popen(
        [sys.executable, switch, *command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )

    def listen() -> None:
        for line in process.stdout:
            said.append(line)
            if re.search(prints, line):
                found.set()
        found.set()

    threading.Thread(target=listen, daemon=True).start()
    try:
        assert found.wait(180), "".join(said)
        match = next((m for line in said if (m := re.search(prints, line))), None)
        assert match, "".join(said)
        yield match[0], process, said
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def served(folder: Path, port: int = 0, lang: str = "en", *more: str):
    """The page as `simulator whatif` serves it: its address, the process, what it says."""
    command = ("simulator", "whatif", "--no-browser", "--port", str(port or free_port()), "--draws", str(DRAWS), "--lang", lang, *more)
    return started(*command, folder=folder, prints=r"http://127\.0\.0\.1:\d+/\?token=\S+")


@contextmanager
def standalone(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The page as `simulator whatif` serves it: its address, and the server's lines."""
    with served(folder) as (url, _, said):
        yield url, said


@contextmanager
def forgetful(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A page whose sessions end two seconds after it is gone: its address, and what it says of how many there are."""
    program = (
        "from simulator.dashboard import opening, server; "
        "make = opening.opener('baseline', '', [], lang='en', draws=2, out='out'); "
        "sessions = server.Sessions; server.Sessions = lambda *a: made.append(sessions(*a)) or made[0]; made = []; "
        "from tornado.ioloop import PeriodicCallback; "
        "sweep = lambda f: (f(), print('open', len(made[0]), flush=True)); "
        "server.PeriodicCallback = lambda f, ms: PeriodicCallback(lambda: sweep(f), ms); "
        f"server.serve(make, lang='en', port={free_port()}, browser=False, idle=2, look=0.5, "
        "announce=lambda url: print(url, flush=True))"
    )
    with started(program, folder=folder, prints=r"http://127\.0\.0\.1:\d+/\?token=\S+", switch="-c") as (url, _, said):
        yield url, said


@contextmanager
def lab(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """JupyterLab with the notebook open: its address, and the lines of its server and kernel."""
    notebook = json.loads((resources.folder("notebooks") / "what_if.ipynb").read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] += ["\n", f"draws = {DRAWS}\n", "lang = 'en'"]
    work = folder / "work"
    work.mkdir()
    (work / "what_if.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    port, token = free_port(), secrets.token_urlsafe(16)
    own = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")} | {"PYTHONFAULTHANDLER": "1"}
    options = (
        "--no-browser",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--IdentityProvider.token={token}",
        "--ServerApp.allow_root=True",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=None",
    )
    with started("jupyterlab", *options, folder=work, prints=rf"http://127\.0\.0\.1:{port}/lab\?token=\S+", **own) as (_, _, said):
        yield f"http://127.0.0.1:{port}/lab/tree/what_if.ipynb?token={token}", said


def open_standalone(page, url: str) -> None:
    page.goto(url)
    settled(page, READY)


def open_lab(page, url: str) -> None:
    page.goto(url)
    page.wait_for_function("window.jupyterapp && window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel", timeout=SOON)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    settled(page, READY)


def settled(page, timeout: int = SOON) -> None:
    """Wait until the answer shown is the present settings'."""
    page.wait_for_selector('.what-if .status[data-state="current"]', timeout=timeout)


def stands(page, said: list[str], console: list[str]) -> str:
    """What a person would see of a page on which a test failed: its status, what JupyterLab asks, and what was printed meanwhile."""
    seen = page.evaluate(
        """() => ({
            status: document.querySelector('.what-if .status')?.outerHTML,
            message: document.querySelector('.what-if .message')?.innerText,
            dialogs: [...document.querySelectorAll('.jp-Dialog, dialog[open]')].map((dialog) => dialog.innerText),
            focus: document.activeElement?.outerHTML.slice(0, 200),
            kernel: window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status,
        })"""
    )
    return "\n".join([json.dumps(seen, ensure_ascii=False, indent=1), *console[-20:], "".join(said[-60:])])


def card(page, name: str) -> float:
    """The figure on a card."""
    return float(page.locator(f'.what-if .card[data-card="{name}"]').get_attribute("data-value"))


def shows(page, name: str, value: float) -> None:
    """Wait until a card shows exactly this, as the present settings' answer."""
    page.wait_for_function(
        """([name, value]) => Number(document.querySelector(`.what-if .card[data-card="${name}"]`)?.dataset.value) === value
           && document.querySelector('.what-if .status').dataset.state === 'current'""",
        arg=[name, value],
        timeout=SOON,
    )


def row(page, path: str, heading: str = ""):
    """The row of a setting; its heading is opened first if it is not."""
    found = page.locator(f'.what-if .row[data-path="{path}"]')
    if heading:
        page.locator(f'.what-if details[data-heading="{heading}"]').evaluate("(section) => { section.open = true; }")
    found.wait_for(timeout=SOON)
    return found


def box(row):
    """The box a setting's value is typed into."""
    return row.locator("input[type=text]")


def entry(row, text: str) -> None:
    """Type a value and press Enter."""
    box(row).fill(text)
    box(row).press("Enter")


def in_sight(page, text: str) -> None:
    """Wait until the settings that were changed are said to be so."""
    page.locator(".what-if .changed-list", has_text=text).wait_for(timeout=SOON)
