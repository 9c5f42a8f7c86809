"""The mark of an invented register: what stands in it is bound to the tables, so that it exempts no others from disclosure control.

A file beside the tables of a folder, or a sheet of a workbook: two sentences, then a line for each table, its sha256 and its
name. A mark that does not name every table as it lies there marks nothing; that of a database, which keeps no order, never does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from simulator.errors import Problem
from simulator.population.raw import RawTable
from simulator.population.schema import SYNTHETIC_MARK

MARK = f"{SYNTHETIC_MARK[0]}.txt"
SAYING = "合成数据，非真实企业。\nInvented data: no real enterprise.\n"


def synthetic_mark(digests: Mapping[str, str]) -> str:
    """The mark's text. digests: sha256 by file name.

    >>> fits(synthetic_mark({"annual.csv": "00"}), {"annual.csv": "00"}), fits(synthetic_mark({}), {"annual.csv": "00"})
    (True, False)
    """
    return SAYING + "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))


def fits(mark: str, digests: Mapping[str, str]) -> bool:
    """Whether a mark names every one of these files as it is, and no other."""
    lines = [line.split("  ", 1) for line in mark.splitlines() if "  " in line]
    return bool(digests) and {line[1]: line[0] for line in lines} == dict(digests)


def digest_of(table: RawTable) -> str:
    """The sha256 of a table's cells as they were read."""
    return hashlib.sha256(repr((table.header, table.columns)).encode()).hexdigest()


def unbound(place: str) -> Problem:
    """What is said of a mark that does not fit."""
    cause = "marks an invented register, but not these tables: they are treated as real ones"
    return Problem(place, cause, "write it anew with simulator synthesize, or remove the mark", "warning")
