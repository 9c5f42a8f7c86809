"""Pages to work on: the what-if page and JupyterLab, on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simulator.phrases import phrase


def whatif(
    scenario: str | Path = "baseline",
    population: str | Path | None = None,
    *,
    units: Sequence[str] = (),
    lang: str = "zh",
    port: int = 8866,
    draws: int = 200,
    out: str | Path = "out/what_if",
    browser: bool = True,
    host: str = "",
    certificate: str | Path = "",
    key: str | Path = "",
    password_file: str | Path = "",
    notice: Any = print,
) -> None:
    """Serve the what-if page on this machine until it is interrupted (Ctrl+C).

    scenario, population: by name or path, read here first so that every problem is reported at once. units: column=万元, where a
    register does not say. draws: of the picture that follows the hand. out: folder of what is kept. host, certificate, key,
    password_file: for others than this machine, all four (see `dashboard.reach`). notice: called with the page's address.
    Raises SimulatorError.
    """
    from simulator.dashboard.opening import opener
    from simulator.dashboard.reach import reach
    from simulator.dashboard.server import serve

    allowed = reach(host, certificate, key, password_file)
    make = opener(scenario, population or "", units, lang=lang, draws=draws, out=out)
    serve(make, lang=lang, port=port, reach=allowed, browser=browser, announce=lambda url: notice(phrase("→ {}\n  Ctrl+C ends it", url)))


def lab(*, port: int = 8888, folder: str | Path = "notebooks", browser: bool = True, lang: str = "zh", notice: Any = print) -> None:
    """Open JupyterLab on this machine only, behind a token, with the notebooks in a folder of their own, until Ctrl+C.

    folder: where the notebooks are copied to if it is not there yet, and all that is served; data is to lie elsewhere.
    lang: JupyterLab's language, where its language pack is installed. notice: called with the address. Raises SimulatorError.
    """
    from simulator.dashboard.lab import serve

    serve(port=port, folder=folder, browser=browser, lang=lang, announce=lambda url: notice(phrase("→ {}\n  Ctrl+C ends it", url)))


def guide(lang: str = "zh", *, browser: bool = True, notice: Any = print) -> None:
    """Open the guide that travels with the program, a site of files: it needs no network and no server.

    notice: called with the address. Raises SimulatorError where the guide is not there: a checkout has none until it is built.
    """
    import webbrowser

    from simulator.resources import guide_page

    page = guide_page(lang).as_uri()
    notice(f"→ {page}")
    if browser:
        webbrowser.open(page)
