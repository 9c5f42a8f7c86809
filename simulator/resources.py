"""Where the folders that travel with the package lie: the law's data, the scenarios, the notebooks.

A wheel carries them inside the package; in a checkout (an editable install) they lie beside it.
"""

from __future__ import annotations

import contextlib
import ctypes
from pathlib import Path

from simulator.errors import Problem, SimulatorError, nearest

FOLDERS = ("data", "scenarios", "notebooks")
PACKAGE = Path(__file__).resolve().parent


def folder(name: str, package: Path = PACKAGE) -> Path:
    """The folder `name` (one of FOLDERS) as shipped with this package.

    Raises SimulatorError when the name is unknown, or the installation lacks the folder.

    >>> folder("data").name
    'data'
    """
    if name not in FOLDERS:
        remedy = nearest(name, FOLDERS) or ", ".join(FOLDERS)
        raise SimulatorError(Problem(f"folder {name!r}", "no such folder travels with the package", remedy))
    shipped, checkout = package / "_resources", package.parent
    if shipped.is_dir():
        found = shipped / name
    elif (checkout / "pyproject.toml").is_file():
        found = checkout / name
    else:
        found = shipped / name  # neither a wheel nor a checkout: name the place it should have been
    if not found.is_dir():
        raise SimulatorError(Problem(str(found), "this folder of the installation is missing", "install the package again"))
    return found


def guide_page(lang: str, package: Path = PACKAGE) -> Path:
    """The guide's first page in a language. Raises SimulatorError where the guide has not been built."""
    page = package / "_guide" / lang / "index.html"
    if not page.is_file():
        raise SimulatorError(Problem("guide", "has not been built in this checkout", "make guide; or read the pages in guide/"))
    return page


def is_own(path: Path) -> bool:
    """Whether a file travels with the program, rather than being somebody's.

    >>> is_own(folder("scenarios") / "baseline.yaml"), is_own(Path("mine.yaml"))
    (True, False)
    """
    beside = [PACKAGE.parent / name for name in FOLDERS] if (PACKAGE.parent / "pyproject.toml").is_file() else []
    return any(home in path.absolute().parents for home in (PACKAGE, *beside))


def give_back() -> None:
    """Hand memory that was freed back to the system. glibc keeps blocks below 32 MB for later, which of a large register are many."""
    with contextlib.suppress(AttributeError, OSError, TypeError):  # another C library, or another system
        ctypes.CDLL(None).malloc_trim(0)


def state_of(path: Path) -> tuple[tuple[str, int, int, int], ...]:
    """What tells a file, or a folder of files, from what it was before: for the key of what is kept of it.

    Name, bytes, time of change (ns) and number of each file; () where nothing is there.

    >>> state_of(Path("no such file"))
    ()
    """
    files = sorted(path.iterdir()) if path.is_dir() else [path] if path.exists() else []
    return tuple((file.name, s.st_size, s.st_mtime_ns, s.st_ino) for file in files for s in [file.stat()])
