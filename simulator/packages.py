"""How a package that is not there is installed: the command, for the Python that runs."""

from __future__ import annotations

import sys

NAME = "retail-subsidy-budget"  # of this program's own package


def install(package: str, *options: str) -> str:
    """The command that installs a package, as one types it in a shell of Windows, macOS or Linux.

    >>> install("retail-subsidy-budget[database]").partition(" -m ")[2]
    'pip install "retail-subsidy-budget[database]"'
    """
    words = [sys.executable, "-m", "pip", "install", *options, package]
    return " ".join(f'"{word}"' if set(word) & set(" []()&") else word for word in words)


def with_extra(extra: str) -> str:
    """The command that adds what an extra of this program needs."""
    return install(f"{NAME}[{extra}]")
