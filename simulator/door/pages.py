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

    Parameters
    ----------
    scenario, population : str or Path
        Read here first, so that every problem is said at once.
    units : sequence of str
        `column=万元`, where the register does not say.
    lang : {"zh", "en"}
    port : int
    draws : int
        Of the picture that follows the hand.
    out : str or Path
        Folder of what is kept.
    browser : bool
        Open it in the browser.
    host, certificate, key, password_file : str or Path
        For others than this machine, all four (see the guide).
    notice : callable
        Called with the page's address.

    Raises
    ------
    SimulatorError

    Examples
    --------
    >>> whatif("baseline", draws=100)  # doctest: +SKIP
    """
    from simulator.dashboard.opening import opener
    from simulator.dashboard.reach import reach
    from simulator.dashboard.server import serve

    allowed = reach(host, certificate, key, password_file)
    make = opener(scenario, population or "", units, lang=lang, draws=draws, out=out)
    serve(make, lang=lang, port=port, reach=allowed, browser=browser, announce=lambda url: notice(phrase("→ {}\n  Ctrl+C ends it", url)))


def lab(*, port: int = 8888, folder: str | Path = "notebooks", browser: bool = True, lang: str = "zh", notice: Any = print) -> None:
    """Open JupyterLab on this machine only, behind a token, until it is interrupted (Ctrl+C).

    Parameters
    ----------
    port : int
    folder : str or Path
        Where the notebooks are copied to if it is not there yet, and all that is served. Data is to lie elsewhere.
    browser : bool
        Open it in the browser.
    lang : {"zh", "en"}
        JupyterLab's language, where its language pack is installed.
    notice : callable
        Called with the address.

    Raises
    ------
    SimulatorError

    Examples
    --------
    >>> lab()  # doctest: +SKIP
    """
    from simulator.dashboard.lab import serve

    serve(port=port, folder=folder, browser=browser, lang=lang, announce=lambda url: notice(phrase("→ {}\n  Ctrl+C ends it", url)))


def guide(lang: str = "zh", *, browser: bool = True, notice: Any = print) -> None:
    """Open the guide that comes with the program: a site of files that needs no network and no server.

    Parameters
    ----------
    lang : {"zh", "en"}
    browser : bool
        Open it in the browser.
    notice : callable
        Called with the address.

    Raises
    ------
    SimulatorError
        Where the guide is not there: a checkout has none until it is built.

    Examples
    --------
    >>> guide("en")  # doctest: +SKIP
    """
    import webbrowser

    from simulator.resources import guide_page

    page = guide_page(lang).as_uri()
    notice(f"→ {page}")
    if browser:
        webbrowser.open(page)
