"""What may stand in Latin letters in a Chinese report: names that a reader types or looks up, and nothing else."""

from __future__ import annotations

import re

from simulator.store.folder import Recorded

PROPER = {"SHA"}
WORD = re.compile(r"[A-Za-z]{2,}")


def identifiers(folder: Recorded) -> set[str]:
    """Of a folder and the runs in it: their numbers, files and checksums, the programs, settings by path, readings taken."""
    found: set[str] = set()
    for one in (folder, *getattr(folder, "runs", ())):
        record = one.record
        found |= {
            one.run_id,
            *record["outputs"],
            *record["outputs"].values(),
            *record["hashes"].values(),
            *record["versions"],
            *record.get("scenario", "").split(", "),
        }
        register = record["population"]
        found.add(register.get("sha256", ""))
        if register["source"] != "synthetic":  # a register's file or folder
            found.add(register["source"])
        settings = getattr(one, "settings", None)
        if settings is not None:
            found |= {*settings["path"], *settings.loc[settings["group"] == "interpretation", "value"]}
    return {name for name in found if WORD.search(name)}


def english_in(text: str, folder: Recorded) -> set[str]:
    """The words of a Chinese report that are neither Chinese nor a name."""
    names = sorted(identifiers(folder), key=len, reverse=True)
    whole = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, names))})(?![\w.])")
    return set(WORD.findall(whole.sub(" ", text))) - PROPER
