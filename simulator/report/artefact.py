"""What made a report's file: a record beside it, with its sha256, that `simulator verify` holds it to.

The record of a file for outside has no user, host or path.
"""

from __future__ import annotations

import datetime
import getpass
import hashlib
import json
import platform
from pathlib import Path

from simulator import audit
from simulator.errors import ReportError
from simulator.files import put
from simulator.report.folder import Recorded

RECORDS = "records"  # folder of the records, beside the files


def identity(folder: Recorded) -> dict[str, str]:
    """What the numbers were made from, flat: run id, seed, draws, sha256 of scenario, law, code, register; versions."""
    record = folder.record
    found = {"run-id": folder.run_id, "profile": folder.profile}
    found |= {name: str(record[name]) for name in ("seed", "draws") if name in record}
    found |= {f"{part}-sha256": value for part, value in record["hashes"].items()}
    if register := record["population"].get("sha256"):
        found["population-sha256"] = register
    return found | {f"version-{name}": version for name, version in record["versions"].items()}


def sums(folder: Recorded) -> dict[str, str]:
    """The sha256 of what the numbers were made from, by a name of `term("hash")`; where an audit log is kept, also the seal of
    its last line: printed on a report that leaves the house, it shows a log cut short or written anew."""
    record = folder.record
    found = {**record["hashes"], "population": record["population"].get("sha256", ""), "audit": ""}
    if seal := audit.head():
        found["audit"] = f"{seal['line']}: {seal['seal']}"
    return {part: value for part, value in found.items() if value}


def write_record(folder: Recorded, file: Path, notebook: str, clause: str, lang: str) -> Path:
    """Write the record of a finished file. Raises ReportError."""
    record = folder.record
    told = {
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "notebook": notebook,
        **({"clause": clause} if clause else {}),
        "lang": lang,
        "profile": folder.profile,
        "made": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "run_id": folder.run_id,
        "seed": record.get("seed"),
        "draws": record.get("draws"),
        "hashes": {**record["hashes"], "population": record["population"].get("sha256", "")},
        "versions": record["versions"],
    }
    if seal := audit.head():  # kept outside the log, it shows a log cut short or written anew
        told["audit"] = seal
    if not folder.external:
        told["by"] = {"user": _user(), "host": platform.node(), "folder": str(folder.path)}
    text = json.dumps(told, ensure_ascii=False, indent=1)
    place = file.parent / RECORDS / f"{file.name}.json"
    return put(place, lambda p: p.write_text(text, encoding="utf-8"), ReportError)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such thing on this machine
        return ""
