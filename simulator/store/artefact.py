"""What made a report's file: a record beside it, with its sha256, that `simulator verify` holds it to.

The record of a file for outside has no user, host or path.
"""

from __future__ import annotations

import datetime
import getpass
import json
import platform

from simulator import audit
from simulator.store.folder import Recorded

RECORDS = "records"  # folder of the records, beside the files


def identity(folder: Recorded) -> dict[str, str]:
    """What the numbers were made from, flat: run id, seed, draws, sha256 of scenario, law, code, register; versions."""
    record = folder.record
    found = {"run-id": folder.run_id, "profile": folder.profile}
    found |= {name: str(record[name]) for name in ("seed", "draws") if name in record}
    found |= {f"{part}-sha256": value for part, value in hashes_of(folder).items() if value}
    return found | {f"version-{name}": version for name, version in record["versions"].items()}


def hashes_of(folder: Recorded) -> dict[str, str]:
    """The sha256 of what the numbers were made from. Where anything is withheld: of law and code only, and not of the register nor of
    the scenario, which names it: of what is nearly known, a hash tells the rest."""
    hashes = folder.record["hashes"]
    if folder.controlled:
        return {part: value for part, value in hashes.items() if part in ("law", "code")}
    return {**hashes, "population": folder.record["population"].get("sha256", "")}


def sums(folder: Recorded) -> dict[str, str]:
    """The sha256 of what the numbers were made from, by a name of `term("hash")`; where an audit log is kept, also the seal of
    its last line: printed on a report that leaves the house, it shows a log cut short or written anew."""
    found = {**hashes_of(folder), "audit": ""}
    if seal := audit.head():
        found["audit"] = f"{seal['line']}: {seal['seal']}"
    return {part: value for part, value in found.items() if value}


def record_of(folder: Recorded, name: str, sha256: str, notebook: str, clause: str, lang: str) -> str:
    """The record of a report's file of that name and sha256."""
    record = folder.record
    record = {
        "file": name,
        "sha256": sha256,
        "notebook": notebook,
        **({"clause": clause} if clause else {}),
        "lang": lang,
        "profile": folder.profile,
        "made": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "run_id": folder.run_id,
        "seed": record.get("seed"),
        "draws": record.get("draws"),
        "hashes": hashes_of(folder),
        "versions": record["versions"],
    }
    if seal := audit.head():  # kept outside the log, it shows a log cut short or written anew
        record["audit"] = seal
    if not folder.external:
        record["by"] = {"user": _user(), "host": platform.node(), "folder": str(folder.path)}
    return json.dumps(record, ensure_ascii=False, indent=1)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such thing on this machine
        return ""
