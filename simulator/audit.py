"""The audit log: who made what of which data and when, one line of JSON each, every line holding the one before it.

Off unless the environment variable SIMULATOR_AUDIT names a file: one for an installation, on a disk that its users may add to.
Every act (a verb of the command line; a file written from Python) adds two lines, one before it begins and one when it has
ended, so that one that was killed shows, too. A line has the time (UTC), the account of the operating system, the verb,
what became of it, and the sha256 of what was read and written: no name, code, amount, path or argument, so that the log can
lie open where the data may not. With an audit log asked for, nothing is done that it cannot take.

Lines carry `before`, the seal of the line before, and `seal`, the sha256 of their own content with `before` in it: one that is
changed, removed, put in or moved breaks the chain at a place that `broken` names. What a chain cannot stop: whoever may write
the file can cut lines off its end, or write all of it anew from some line on with new seals. Against that the last seal is kept
where they cannot reach: every report's record has the seal of its day, and `simulator audit show` prints it for the minutes.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import getpass
import hashlib
import json
import os
import platform
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.errors import Problem, SimulatorError
from simulator.locks import lock
from simulator.phrases import phrase
from simulator.regular import bytes_of, digest_of, opened, parsed

VARIABLE = "SIMULATOR_AUDIT"
FIRST = "0" * 64  # what stands before the first line
WAIT = 10.0  # seconds for others who add a line
LONGEST = 1 << 20  # bytes of a line, of some thousand files
BEGUN, DONE, WRONG, REFUSED, STOPPED, FAILED = "begun", "done", "wrong", "refused", "interrupted", "failed"
FOREIGN, CHANGED, ELSEWHERE = "foreign", "changed", "elsewhere"  # what is wrong with a line: see `broken`
KEYS = ("line", "time", "user", "host", "process", "verb", "result", "read", "written", "before", "seal")


@dataclass
class Act:
    """What is being done: its verb, and by sha256 what it has read (kind → digest) and the files it has written."""

    verb: str
    read: dict[str, str] = field(default_factory=dict)
    written: set[Path] = field(default_factory=set)
    result: str = DONE


_present: ContextVar[Act | None] = ContextVar("act", default=None)


def log_file() -> Path | None:
    """The log of this installation; None where none is kept."""
    name = os.environ.get(VARIABLE, "").strip()
    return Path(name).expanduser() if name else None


@contextlib.contextmanager
def act(verb: str) -> Iterator[Act]:
    """Enter what is done inside in the log, at its beginning and its end; inside another act nothing more is entered.

    Raises SimulatorError where the log cannot be written: before anything is done, or, said as such, after it.
    """
    present = _present.get()
    if present is not None or log_file() is None:
        yield present or Act(verb)
        return
    doing = Act(verb)
    append(_content(doing, BEGUN))
    token = _present.set(doing)
    try:
        yield doing
    except BaseException as e:
        doing.result = REFUSED if isinstance(e, SimulatorError) else STOPPED if isinstance(e, KeyboardInterrupt) else FAILED
        raise
    finally:
        _present.reset(token)
        try:
            append(_content(doing, doing.result))
        except SimulatorError as e:
            raise SimulatorError([*e.problems, Problem(verb, "had ended, and the log does not say so")]) from e


def has_read(kind: str, sha256: str) -> None:
    """Note that the present act rests on this: a register or a scenario, by its sha256."""
    if (doing := _present.get()) is not None and sha256:
        doing.read[kind if doing.read.get(kind, sha256) == sha256 else f"{kind} {len(doing.read) + 1}"] = sha256


def has_written(path: Path) -> None:
    """Note that the present act wrote this file; its sha256 is taken when the act ends."""
    if (doing := _present.get()) is not None:
        doing.written.add(Path(path).absolute())


def append(content: dict[str, Any], log: Path | None = None) -> str:
    """Add a line to the log, one writer at a time; returns its seal. Raises SimulatorError where that cannot be."""
    log = log or log_file()
    if log is None:
        raise SimulatorError(Problem("", "no audit log is kept here", phrase("set {} to the file it is to be kept in", VARIABLE)))
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        mode = os.O_RDWR | os.O_CREAT | os.O_APPEND  # a file may be append-only (chattr +a)
        with _alone(log), os.fdopen(opened(log, mode), "r+b", buffering=0) as file:
            number, before, end, whole = _end(file)
            line = _sealed({"line": number + 1, **content, "before": before})
            try:
                if file.write(data := (b"" if whole else b"\n") + line + b"\n") != len(data):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(file.fileno())
            except OSError:  # no half line stays
                with contextlib.suppress(OSError):
                    file.truncate(end)
                raise
    except OSError as e:
        raise SimulatorError(
            Problem(
                f"{VARIABLE}: {log}",
                phrase("the audit log cannot be written ({})", e.strerror or e),
                "make it writable, or unset the variable where no log has to be kept",
            )
        ) from e
    return json.loads(line)["seal"]


def head(log: Path | None = None) -> dict[str, Any]:
    """Number and seal of the log's last line, to be kept elsewhere; empty where there is no log or no line."""
    log = log or log_file()
    if log is None:
        return {}
    try:
        with os.fdopen(opened(log), "rb") as file:
            number, seal, _, _ = _end(file)
    except OSError:
        return {}
    return {"line": number, "seal": seal} if number else {}


def broken(log: Path) -> tuple[int, str]:
    """The first line that is not as it was written, counted from 1, and what is wrong with it; (0, "") where the chain holds.

    Wrong is one that is no line of a log (`foreign`), whose seal is not that of its content (`changed`), or that does not follow
    the line before it (`elsewhere`: lines were changed, removed, put in or moved). Raises SimulatorError without such a file.
    """
    before = FIRST
    for number, raw in enumerate(_lines(log), 1):
        try:
            line = _line(raw)
        except ValueError:
            return number, FOREIGN
        if _sealed({k: v for k, v in line.items() if k != "seal"}) != raw:
            return number, CHANGED
        if line["before"] != before or line["line"] != number:
            return number, ELSEWHERE
        before = line["seal"]
    return 0, ""


def missing(log: Path, folder: Path) -> list[tuple[str, int]]:
    """Files below a folder that hold a seal of this log (records of reports, in records/) which the log has not, with the line they
    name: the log was emptied, cut short or written anew since."""
    kept = {(line["line"], line["seal"]) for line in entries(log)}
    found = []
    for file in sorted(folder.rglob("*.json")):
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            seal = parsed(bytes_of(file))["audit"]
            if (seal["line"], seal["seal"]) not in kept:
                found.append((str(file.relative_to(folder)), int(seal["line"])))
    return found


def seals_below(folder: Path) -> int:
    """How many files below a folder hold a seal of an audit log."""
    count = 0
    for file in folder.rglob("*.json"):
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            count += bool(parsed(bytes_of(file))["audit"]["seal"])
    return count


def entries(log: Path) -> list[dict[str, Any]]:
    """Every line that can be read, oldest first. Raises SimulatorError where there is no such file."""
    found = []
    for raw in _lines(log):
        with contextlib.suppress(ValueError):
            found.append(_line(raw))
    return found


def _content(doing: Act, result: str) -> dict[str, Any]:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    written = [{"kind": path.suffix, "sha256": digest} for path in sorted(doing.written) if (digest := _digest(path))]
    return {
        "time": now,
        "user": account(),
        "host": platform.node(),
        "process": os.getpid(),
        "verb": doing.verb,
        "result": result,
        "read": doing.read,
        "written": written,
    }


def account() -> str:
    """The account this process runs under, as the operating system knows it; what the environment says only on Windows."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):  # Windows; an account without a name
        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError):
            return str(getattr(os, "getuid", lambda: "")())


def _digest(path: Path) -> str:
    try:
        return digest_of(path)
    except OSError:  # taken away again by the act itself
        return ""


def _sealed(content: dict[str, Any]) -> bytes:
    """A line as it is written, the seal of everything before it last."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return f'{text[:-1]},"seal":"{hashlib.sha256(text.encode()).hexdigest()}"}}'.encode()


def _line(raw: bytes) -> dict[str, Any]:
    """A line of a log. Raises ValueError for anything else."""
    try:
        line = parsed(raw)
        sound = tuple(line) == KEYS and all(isinstance(line[key], int) for key in ("line", "process"))
        texts = [*(line[key] for key in KEYS if key not in ("line", "process", "read", "written")), *line["read"].values()]
        texts += [file[key] for file in line["written"] for key in ("kind", "sha256")]
        if not sound or not all(isinstance(text, str) for text in texts):
            raise ValueError("no line of a log")
    except (KeyError, TypeError, AttributeError, RecursionError) as e:
        raise ValueError("no line of a log") from e
    return dict(line)


def _lines(log: Path) -> list[bytes]:
    try:
        return data.removesuffix(b"\n").split(b"\n") if (data := bytes_of(log)) else []
    except OSError as e:
        raise SimulatorError(
            Problem(str(log), phrase("cannot be read ({})", e.strerror or e), phrase("name the log, or set {}", VARIABLE))
        ) from e


def _end(file: Any) -> tuple[int, str, int, bool]:
    """Number and seal of the last line, where the file ends, and whether it ends with a whole line.

    A last line that cannot be read (a power cut) is followed by its own sha256, and stays for `broken` to name.
    """
    size = file.seek(0, os.SEEK_END)
    if not size:
        return 0, FIRST, 0, True
    file.seek(max(0, size - LONGEST))
    data = file.read()
    last = data.removesuffix(b"\n").rpartition(b"\n")[2]
    try:
        line = _line(last)
        return line["line"], line["seal"], size, data.endswith(b"\n")
    except ValueError:
        file.seek(0)
        count = file.read().removesuffix(b"\n").count(b"\n") + 1
        return count, hashlib.sha256(last).hexdigest(), size, data.endswith(b"\n")


@contextlib.contextmanager
def _alone(log: Path) -> Iterator[None]:
    """Hold the log's lock; the operating system lets go of it when a process dies. Whoever may add to the log may hold it: nobody is
    waited for longer than a line takes. Raises OSError."""
    with os.fdopen(opened(log.with_name(log.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666), "a+b") as held:
        until = time.monotonic() + WAIT
        while True:
            try:
                lock(held.fileno())
                break
            except OSError:
                if time.monotonic() > until:
                    raise OSError(errno.EAGAIN, phrase("another process has held its lock for {} seconds", format(WAIT, ".0f"))) from None
                time.sleep(0.01)
        yield  # closing the file lets go of the lock
