"""The ledger of releases: what was handed out of a register, so that no further release gives away what was withheld.

A folder that the user names, for one register over its years: `releases.jsonl`, a line a release, and beside it the
contributions each rests on. It is as confidential as the register. A release is refused where

- a figure shown now and one shown before differ by what few enterprises make of it (another scenario, another register),
- a figure withheld in one of them follows from a total of the one and the other figures of both,
- any linear combination of what all releases show of one figure rests on few (`combinations`).

Enterprises are distinguished by holding whatever their code, and by what they contribute in expectation whatever the seed. Releases are
held to what the ledger knows; what was handed out without it is outside anybody's sight. So is what different figures tell together
(awards beside taxes): each figure is protected by itself.

The practice followed is that of τ-ARGUS and sdcTable for tables of business statistics: rules on contributions (p %, dominance,
frequency), suppression, and an audit of everything published. Noise instead, as with cell keys or OpenDP's differential privacy, was
not taken: a budget has to add up and to be repeated to the byte, and of the few tens of recipients that most clauses have, noise large
enough to hide one would leave no figure to budget with. What the audit cannot rule out is refused.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulator.budget.contributions import DRAWS
from simulator.disclosure.combinations import Key, combined_tell, same_holders, without_chance
from simulator.disclosure.safety import TOTAL, Cube, cubes, sensitive
from simulator.errors import Problem, ReportError
from simulator.files import change
from simulator.phrases import phrase
from simulator.regular import bytes_of, digest_of, parsed

LEDGER = "releases.jsonl"


def admit(folder: Path, record: Mapping[str, Any], contributions: pd.DataFrame, shown: Iterable[Key]) -> dict[str, Any]:
    """The ledger's line for a release, not yet written. Raises ReportError where an earlier release forbids it, or where the
    ledger cannot be read."""
    shown, before = set(shown), read(folder)
    then = [{tuple(key) for key in entry["shown"]} for entry in before]
    kept = same_holders([*(_kept(folder, entry) for entry in before), contributions])
    remedy = "release both together as a comparison, or this one inside only (--profile internal)"
    faults: dict[str, Problem] = {}
    for frames in (kept, without_chance(kept, DRAWS)):
        for entry, frame, of_then in zip(before, frames, then, strict=False):
            if _tells(frames[-1], frame, shown, of_then):
                faults[entry["run_id"]] = Problem(
                    entry["run_id"],
                    phrase("was released on {}, and with it this report would give away figures that must be withheld", entry["time"][:10]),
                    remedy,
                )
        if not faults and combined_tell(frames, [*then, shown]):
            faults[""] = Problem(
                ", ".join(dict.fromkeys(entry["run_id"] for entry in before)),
                "were released before, and with them together this report would give away figures that must be withheld",
                "release it inside only (--profile internal)",
            )
    if faults:
        raise ReportError(list(faults.values()))
    return {
        "time": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "run_id": record["run_id"],
        "reference": record.get("reference", ""),
        "population": record["population"].get("sha256", ""),
        "shown": sorted(shown),
    }


def no_ledger() -> ReportError:
    """What is said where a report for outside on real enterprises is asked for without a ledger."""
    return ReportError(
        Problem(
            "--releases",
            "is missing: a report for outside on real enterprises is held to what was released before",
            "name the folder of this register's ledger of releases (a new one at first); in the file of a batch: releases: FOLDER",
        )
    )


def enter(folder: Path, line: Mapping[str, Any], contributions: pd.DataFrame, files: Mapping[str, Path]) -> None:
    """Write the line of a release, and keep what it rests on. files: by the names they are released under. Raises
    ReportError."""
    lines = read(folder)
    with change(folder, ReportError) as changing:
        kept = f"{len(lines) + 1:05d}.parquet"
        digest = changing.put(kept, lambda p: contributions.to_parquet(p, index=False))
        lines.append({**line, "contributions": kept, "sha256": digest, "files": {name: digest_of(file) for name, file in files.items()}})
        changing.text(LEDGER, "".join(json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n" for entry in lines))


def read(folder: Path) -> list[dict[str, Any]]:
    """The releases so far, the oldest first; none where there is no ledger yet. Raises ReportError where one cannot be read:
    nothing is released on a ledger with a gap."""
    file = Path(folder) / LEDGER
    if not file.exists():
        return []
    remedy = "restore it from a copy, or have whoever keeps it decide"
    try:
        found = [parsed(line) for line in bytes_of(file).decode("utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as e:
        raise ReportError(Problem(str(file), phrase("cannot be read ({})", e), remedy)) from e
    for number, entry in enumerate(found, start=1):
        if not isinstance(entry, dict) or not {"time", "run_id", "shown", "contributions", "sha256"} <= set(entry):
            raise ReportError(Problem(f"{file}, line {number}", "is not a release", remedy))
    return found


def _kept(folder: Path, entry: Mapping[str, Any]) -> pd.DataFrame:
    """What an earlier release rested on."""
    file = Path(folder) / Path(str(entry["contributions"])).name
    try:
        raw = bytes_of(file)
    except OSError as e:
        raise ReportError(Problem(str(file), phrase("cannot be read ({})", e.strerror), "restore it from a copy")) from e
    if hashlib.sha256(raw).hexdigest() != entry["sha256"]:
        raise ReportError(Problem(str(file), "was changed after the release", "restore it from a copy"))
    return pd.read_parquet(io.BytesIO(raw))


def _tells(now: pd.DataFrame, then: pd.DataFrame, shown: set[Key], shown_then: set[Key]) -> bool:
    """Whether two releases together give away what neither may show."""
    for measure in sorted({key[0] for key in shown | shown_then}):
        behind = pd.concat([frame.loc[frame["measure"] == measure, ["clause", "year"]] for frame in (now, then)])
        clauses, years = tuple(sorted(behind["clause"].unique())), tuple(sorted(map(int, behind["year"].unique())))
        one, other = cubes((now, then), measure, clauses, years)
        marks = [_marks(measure, keys, one) for keys in (shown, shown_then, shown & shown_then, shown | shown_then)]
        of_now, of_then, of_both, of_any = marks
        if _follows(one.less(other), *of_both, of_both[0]) or _follows(one, *of_now, of_any[0]) or _follows(other, *of_then, of_any[0]):
            return True
    return False


def _marks(measure: str, keys: set[Key], axes: Cube) -> tuple[np.ndarray, np.ndarray, np.ndarray, bool]:
    """Keys as marks on a table: cells, totals of clauses, totals of years, the whole."""

    def has(clause: str, year: object) -> bool:
        return (measure, clause, str(year)) in keys

    return (
        np.array([[has(c, y) for y in axes.years] for c in axes.clauses]),
        np.array([has(c, TOTAL) for c in axes.clauses]),
        np.array([has(TOTAL, y) for y in axes.years]),
        has(TOTAL, TOTAL),
    )


def _follows(table: Cube, cells: np.ndarray, clauses: np.ndarray, years: np.ndarray, whole: bool, known: np.ndarray) -> bool:
    """Whether a sensitive figure follows: a cell itself, or what is left of a margin without the cells that are known."""
    n = cells.shape
    singles = [np.zeros(n, bool) for _ in range(int(cells.sum()))]
    for mask, (c, y) in zip(singles, np.argwhere(cells), strict=True):
        mask[c, y] = True
    margins = []
    for i in np.flatnonzero(clauses):
        margins.append(np.arange(n[0])[:, None] == i)
    for j in np.flatnonzero(years):
        margins.append(np.arange(n[1])[None, :] == j)
    margins = [np.broadcast_to(m, n) for m in margins] + ([np.ones(n, bool)] if whole else [])
    left = [m & ~known for m in margins]
    if whole:  # of the whole: also less the years whose totals are known
        left.append(~known & ~np.broadcast_to(years[None, :], n))
    return any(sensitive(table.of(mask)) for mask in [*singles, *margins, *left])
