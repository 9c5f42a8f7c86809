"""The page as PDF, printed by the browser that is on the machine: Chromium, Chrome or Edge, without TeX and without network.

The Chinese font of the report's packages travels into the file, so it reads the same everywhere; pages are numbered by the
page's own margin boxes, its headings become the file's outline, and the contents say on which page each section begins.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from simulator.errors import Problem, ReportError
from simulator.files import temporary
from simulator.phrases import phrase
from simulator.render.pictures import font_files

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
WINDOWS = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe", "Chromium/Application/chrome.exe")
MAC = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "Chromium.app/Contents/MacOS/Chromium",
)
VARIABLE = "SIMULATOR_BROWSER"  # the path of another browser of this family
SECONDS = 180


def browser() -> Path:
    """The browser that prints. Raises ReportError where the machine has none."""
    if named := os.environ.get(VARIABLE):
        if found := shutil.which(named):
            return Path(found)
        raise ReportError(Problem(f"{VARIABLE}={named}", "is no program", "give the path of Chrome, Edge or Chromium"))
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    homes = [os.environ.get(v) for v in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
    places = [Path(home) / path for home in homes if home for path in WINDOWS]
    places += [Path("/Applications") / path for path in MAC] if sys.platform == "darwin" else []
    for place in places:
        if place.is_file():
            return place
    raise ReportError(
        Problem(
            "PDF",
            "no browser of the Chromium family is on this machine to print it",
            phrase("install Chrome, Edge or Chromium, name one in {}, or choose --format html", VARIABLE),
        )
    )


def write(text: str, target: Path) -> None:
    """Print a page (HTML that needs nothing from outside) to `target`. Raises ReportError when the browser does not.

    Printed twice: only a printed page knows where its sections begin, and what the contents then say takes no more room.
    """
    program = browser()
    with temporary("print") as work:
        page, made = work / "page.html", work / "page.pdf"
        text = _with_font(text)
        command = [
            str(program),
            "--headless",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-sync",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-extensions",
            f"--user-data-dir={work / 'profile'}",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={made}",
            page.as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # a build machine; Chromium's sandbox refuses root
            command.insert(1, "--no-sandbox")
        page.write_text(text, encoding="utf-8", newline="\n")
        _print(command, program.name, made)
        if begins := begin(made.read_bytes()):
            numbers = "".join(f'.report nav a[href="#{name}"]::after {{ content: "{number}"; }}' for name, number in begins.items())
            page.write_text(
                text.replace("</head>", f"<style>@media print {{ {numbers} }}</style></head>", 1), encoding="utf-8", newline="\n"
            )
            made.unlink()
            _print(command, program.name, made)
        shutil.copyfile(made, target)


def begin(raw: bytes) -> dict[str, int]:
    """On which page each section that the contents lead to begins; empty where the file does not say so plainly."""
    nodes = {
        int(number): [int(kid) for kid in re.findall(rb"(\d+) 0 R", kids)]
        for number, kids in re.findall(rb"\n(\d+) 0 obj\s*<</Type /Pages\b[^>]*?/Kids \[([^\]]*)\]", raw)
    }
    root = re.search(rb"/Type /Catalog\b[^>]*?/Pages (\d+) 0 R", raw)

    def leaves(node: int) -> list[int]:
        return [leaf for kid in nodes[node] for leaf in leaves(kid)] if node in nodes else [node]

    if root is None or int(root[1]) not in nodes:
        return {}
    numbers = {page: place for place, page in enumerate(leaves(int(root[1])), start=1)}
    return {
        name.decode("ascii"): numbers[int(page)] for name, page in re.findall(rb"/([a-z_]+) \[(\d+) 0 R /XYZ", raw) if int(page) in numbers
    }


def _print(command: list[str], program: str, made: Path) -> None:
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as e:
        raise ReportError(
            Problem("PDF", phrase("{} did not print the page ({})", program, type(e).__name__), "try again, or choose --format html")
        ) from e
    if not _is_whole(made):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise ReportError(
            Problem("PDF", phrase("{} did not print the page ({})", program, said[0][:200]), "try again, or choose --format html")
        )


def _with_font(text: str) -> str:
    """The page with the report's own font named by file: of this copy only, which nobody keeps."""
    face = f'@font-face {{ font-family: "Noto Sans SC"; src: url("{font_files()[0].as_uri()}"); }}'
    return text.replace("<style>", f"<style>{face}", 1)


def _is_whole(file: Path) -> bool:
    if not file.is_file():
        return False
    raw = file.read_bytes()
    return raw.startswith(b"%PDF-") and b"%%EOF" in raw[-1024:]
