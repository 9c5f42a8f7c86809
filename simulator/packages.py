"""How a package that is not there is installed: the command, for the Python that runs."""

from __future__ import annotations

import sys

from simulator.phrases import phrase

NAME = "retail-subsidy-budget"  # of this program's own package


def install(package: str, *options: str) -> str:
    """The command that installs a package, as one types it in a shell of Windows, macOS or Linux.

    >>> install("retail-subsidy-budget[database]").partition(" -m ")[2]
    'pip install "retail-subsidy-budget[database]"'
    """
    program, *words = (f'"{word}"' if set(word) & set(" []()&") else word for word in (sys.executable, *options, package))
    return phrase("{} -m pip install {}", program, " ".join(words))


def with_extra(extra: str) -> str:
    """The command that adds what an extra of this program needs."""
    return install(f"{NAME}[{extra}]")
