"""The program's own sources: their hash, and which of them can end up in compiled code."""

from __future__ import annotations

import hashlib
from pathlib import Path

# what can end up in compiled code: rules, and the constants and records they use (tests/house/test_compiled.py holds it to that)
COMPILED = (
    "compiled.py",
    "compiling.py",
    "distributions.py",
    "elementary.py",
    "facts.py",
    "streams.py",
    "money.py",
    "projection",
    *(f"law/{name}.py" for name in ("assessment", "calendar", "calling", "machine", "policy", "sharing", "terms")),
    *(
        f"engine/{name}.py"
        for name in (
            "comers",
            "from_draw",
            "from_register",
            "generosity",
            "kernel",
            "ledger",
            "life",
            "own",
            "recipe",
            "totals",
            "weighing",
            "workspace",
        )
    ),
    "budget/rationing.py",
)


def source_hash(parts: tuple[str, ...] = (".",), package: Path | None = None) -> str:
    """Hash of Python sources (hex, 64 characters): of the whole package, or of some of its modules and packages."""
    package = package or Path(__file__).parent
    digest = hashlib.sha256()
    sources = {file for part in parts for file in [package / part, *(package / part).rglob("*.py")]}
    for path in sorted(file for file in sources if file.is_file()):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
