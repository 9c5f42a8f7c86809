"""The one module that writes and deletes files. What it never does: destroy what the program did not make.

Every folder it writes into holds RECORD, the names of the files the program put there with their sha256. Only these files, as
long as they are as they were written, are ever replaced or deleted; whatever else stands in the way is refused by name
(`overwriting` apart), and what is read is never written to.

A change of several files takes place in one step. They are written beside their places first, onto the disk; then one line of
the folder's record says what is to be moved where, and decides: before it stands nothing has changed; after it the change is
brought to its end, by the next process that opens the folder if this one is killed (`settled`). A full disk changes nothing.

What is made from a register is as confidential as the register: files are readable by their owner only (0600), and so are
folders made for them (0700). Windows has no such modes; there a file inherits the rights of the folder it lies in.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.audit import act, has_written
from simulator.errors import Problem, SimulatorError
from simulator.locks import held, lock
from simulator.phrases import phrase
from simulator.regular import bytes_of, digest_of, opened, parsed

REMEDY = "close it if it is open elsewhere, or choose another --out"
ROOM = "make room on the disk, or choose another --out"
FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
RECORD, LOCK = ".simulator.json", ".simulator.json.lock"  # what the program wrote into a folder
NEW = ".simulator-new-"  # begins the names of what is not yet in its place
DECIDES = "record.json"  # of a run: taken away first and put back last, so that it never stands beside files of another run
OF_A_RUN = (DECIDES, "draws.parquet", "years.parquet", "summary.csv", "settings.csv", "contributions.parquet")
TEMPORARY = "retail-subsidy-budget-"  # begins the names of temporary folders
YOUNG = 60.0  # seconds
WAIT = 60.0  # seconds for another process that writes into the same folder

Writer = Callable[[Path], object]


@dataclass(frozen=True)
class _Allowed:
    """What may be written over besides the program's own files: anything (`--overwrite`), but never what is read."""

    anything: bool = False
    inputs: tuple[Path, ...] = ()


_STRICT = _Allowed()
_allowed: ContextVar[_Allowed] = ContextVar("allowed", default=_STRICT)


@contextlib.contextmanager
def overwriting(anything: bool = True, inputs: Iterable[str | Path] = ()) -> Iterator[None]:
    """Inside, files the program did not make may be replaced, too, where `anything` is true; `inputs`, files and folders that are
    read, are never written to."""
    token = _allowed.set(_Allowed(anything, tuple(Path(p).resolve() for p in inputs)))
    try:
        yield
    finally:
        _allowed.reset(token)


def allowed() -> _Allowed:
    """What may be written over here, to be handed to another process, which calls `allow` with it."""
    return _allowed.get()


def allow(what: _Allowed) -> None:
    """Take over what another process was allowed to be written over."""
    _allowed.set(what)


class Change:
    """Files put into a folder, and taken out of it, in one step when the change ends. Make it with `change`."""

    def __init__(self, folder: Path, work: Path):
        self.folder, self.work = folder, work
        self.puts: dict[str, tuple[Path, str]] = {}  # name → where it lies until then, its sha256
        self.removed: list[str] = []
        self.at = ""  # the file being written

    def put(self, name: str, write: Writer) -> str:
        """Make a file by `write(beside)`; returns its sha256. name: within the folder, with `/` for folders in it."""
        self.at = name
        beside = self.work / f"{len(self.puts):05d}-new{Path(name).suffix}"
        digest = _made(beside, write)
        self.puts[name] = beside, digest
        return digest

    def text(self, name: str, text: str) -> str:
        """Make a text file, UTF-8 with the same line ends everywhere; returns its sha256."""
        return self.put(name, lambda path: path.write_text(text, encoding="utf-8", newline="\n"))

    def remove(self, name: str) -> None:
        """Take a file away if the program made it and it is as it was made; else it stays."""
        if name not in self.removed:
            self.removed.append(name)


@contextlib.contextmanager
def change(folder: str | Path, error: type[SimulatorError] = SimulatorError, remedy: str = REMEDY, at: str = "") -> Iterator[Change]:
    """A change of a folder, made with those above it where it is not there: all of it takes place at the end, or none.

    at: the file that is named where nothing can be written at all.

    Raises `error` where a file is not the program's to replace, or the place cannot be written to; what a writer raises for other
    reasons passes through.
    """
    folder, made = Path(folder), list[Path]()
    changing = Change(folder, folder)
    changing.at = at
    with act("write"):  # entered in the audit log, where one is kept and no verb is entered already
        try:
            made += make_folder(folder)
            settled(folder, error)
            with _work(folder) as changing.work:
                yield changing
                with held(folder / LOCK, error, WAIT):
                    _commit(changing, error)
        except BaseException as e:
            for above in reversed(made):  # the folders made for it; one that holds anything stays
                delete_empty(above)
            if not isinstance(e, OSError):
                raise
            remedy = ROOM if e.errno in FULL else remedy
            raise error(Problem(str(folder / changing.at), phrase("cannot be written ({})", e.strerror or e), remedy)) from e
        for name in changing.puts:
            has_written(folder / name)


def put(path: str | Path, write: Writer, error: type[SimulatorError] = SimulatorError, remedy: str = REMEDY) -> Path:
    """Make one file by `write(beside)` and move it to `path`; folders above it are made. See `change`."""
    path = Path(path)
    with change(path.parent, error, remedy, path.name) as changing:
        changing.put(path.name, write)
    return path


def put_for_now(path: Path, write: Writer, remedy: str) -> None:
    """A file that only this program reads and that is not to stay, as a finished block: whole or not at all, in no record. Raises
    SimulatorError, also where anything stands in its place."""
    beside = path.with_name(f"{NEW}{os.getpid()}-{path.name}")
    try:
        make_folder(path.parent)
        _made(beside, write)
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        beside.replace(path)
        settle(path.parent)
    except OSError as e:
        raise SimulatorError(Problem(str(path), phrase("cannot be written ({})", e.strerror or e), remedy)) from e
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def ready(folder: str | Path, names: Iterable[str], error: type[SimulatorError] = SimulatorError) -> None:
    """Refuse early what a `change` would refuse in the end: raises `error` where one of these files is not the program's to
    replace."""
    folder = Path(folder)
    with contextlib.suppress(OSError):
        settled(folder, error)
        if problems := _in_the_way(folder, list(names)):
            raise error(problems)


def delete(path: Path, sha256: str) -> bool:
    """Delete a file that the program made if it is as it was made, by the sha256 that a record lists; whether it is gone.
    Raises OSError."""
    if path.is_symlink() or not path.is_file() or digest_of(path) != sha256:
        return False
    path.unlink()
    return True


def delete_empty(folder: Path) -> None:
    """Remove a folder if it holds nothing."""
    with contextlib.suppress(OSError):
        folder.rmdir()


def set_aside(path: Path) -> Path:
    """Rename a file that is not as the program made it, so that its name is free and nothing is lost. Raises OSError."""
    aside = next(p for n in range(10_000) if not (p := path.with_name(f"{path.name}.damaged-{n}")).exists())
    return path.rename(aside)


def delete_unfinished(folder: Path) -> None:
    """Delete the single files that a killed process had not yet put in their places. Only for who holds the folder's lock."""
    for leftover in folder.glob(f"{NEW}*"):
        if leftover.is_file() and not leftover.is_symlink():
            leftover.unlink(missing_ok=True)


def listed(folder: Path) -> dict[str, str]:
    """The files the program put into a folder, by name, with their sha256; none where there is no record."""
    return dict(_record(folder)["files"])


def settled(folder: Path, error: type[SimulatorError] = SimulatorError) -> None:
    """Bring a change that was decided and cut short to its end, here or in the folder above. Raises `error` where it cannot be."""
    for place in (folder, folder.parent, folder.parent.parent):
        if _record(place)["pending"]:
            try:
                with held(place / LOCK, error, WAIT):
                    if pending := _record(place)["pending"]:
                        _carry_out(place, pending)
                        for work in {(place / beside).parent for beside, _, _ in pending["put"].values()}:
                            _sweep(work)
            except OSError as e:
                raise error(
                    Problem(
                        str(place),
                        phrase("was being changed when the program was stopped, and the change cannot be ended ({})", e.strerror or e),
                        "make the folder writable",
                    )
                ) from e


def settle_below(top: Path, error: type[SimulatorError] = SimulatorError) -> None:
    """The same for a folder and every folder in it."""
    settled(top, error)
    for record in sorted(top.rglob(RECORD)):
        settled(record.parent, error)


@contextlib.contextmanager
def temporary(what: str) -> Iterator[Path]:
    """A folder in the system's temporary one, for its owner only (0700), that is gone in the end; those that killed processes of this
    account left are swept first. Raises SimulatorError where there can be none."""
    top = Path(tempfile.gettempdir())
    for left in top.glob(f"{TEMPORARY}*"):
        with contextlib.suppress(OSError, SimulatorError):  # it is gone, or at work
            found = left.lstat()
            young = time.time() - found.st_mtime < YOUNG  # perhaps not locked yet
            if young or left.is_symlink() or (sys.platform != "win32" and found.st_uid != os.geteuid()):
                continue
            with held(left / "lock"):
                shutil.rmtree(left, ignore_errors=True)
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"{TEMPORARY}{what}-", dir=top))
    except OSError as e:
        raise _no_temporary(top, e) from e
    handle = -1
    try:
        try:
            handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            lock(handle)
            (work := folder / "work").mkdir(mode=0o700)
        except OSError as e:
            raise _no_temporary(top, e) from e
        yield work
    finally:
        if handle >= 0:
            os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)


def _no_temporary(top: Path, error: OSError) -> SimulatorError:
    return SimulatorError(Problem(str(top), phrase("cannot be written ({})", error.strerror or error), "make room for temporary files"))


def make_folder(path: Path) -> list[Path]:
    """A folder and those above it that are not there yet, each for its owner only; returns those made. Raises OSError."""
    made = []
    for folder in reversed([path, *path.parents]):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
            made.append(folder)
    path.mkdir(exist_ok=True)  # raises where a file is in the way
    return made


def settle(path: Path) -> None:
    """Wait until a file, or a folder's list of files, is on the disk: what follows must survive a power cut. Raises OSError."""
    if path.is_dir() and sys.platform == "win32":  # folders cannot be opened there
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _made(beside: Path, write: Writer) -> str:
    """A file on the disk, for its owner only; its sha256."""
    beside.touch(mode=0o600)  # not every writer says plainly that it cannot
    write(beside)
    beside.chmod(0o600)  # some writers make the file anew
    settle(beside)
    return digest_of(beside)


@contextlib.contextmanager
def _work(folder: Path) -> Iterator[Path]:
    """A folder for what is not yet in its place; those of dead processes are swept first."""
    with held(folder / LOCK, wait=WAIT):
        delete_unfinished(folder)
        for left in folder.glob(f"{NEW}*"):
            _sweep(left)
        work = Path(tempfile.mkdtemp(prefix=NEW, dir=folder))
        handle = os.open(work / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        lock(handle)
    try:
        yield work
    finally:
        os.close(handle)
        if not _record(folder)["pending"]:  # else it is needed to end the change
            _sweep(work)


def _sweep(work: Path) -> None:
    """Delete a folder of `_work`, unless its process lives: the files it was made for."""
    if work.is_symlink() or not work.is_dir():
        return
    with contextlib.suppress(OSError):
        handle = opened(work / "lock", os.O_RDWR | os.O_CREAT)
        try:
            lock(handle)
        finally:
            os.close(handle)
        for file in work.iterdir():
            if file.name == "lock" or (file.name[:5].isdigit() and file.name[5:6] == "-"):
                file.unlink()
        work.rmdir()


def _in_the_way(folder: Path, names: list[str]) -> list[Problem]:
    """What stands where these files are to be and is not the program's to replace, or is what is read."""
    problems, may, records = [], _allowed.get(), dict[Path, dict[str, str]]()
    for record in sorted({(folder / name).parent / RECORD for name in names}):
        if record.exists() and not record.is_file():
            problems.append(Problem(str(record), "is no file, and stands where the program notes what it wrote", "choose another --out"))
    for name in names:
        path = folder / name
        whole = path.parent.resolve() / path.name
        if any(_is(at, read) for read in may.inputs for at in (whole, path.resolve(), *whole.parents)):
            problems.append(Problem(str(path), "is read here, so it is not written to", "choose another --out"))
        elif path.is_dir() and not path.is_symlink():
            problems.append(Problem(str(path), phrase("cannot be written ({})", "a folder of this name is there"), "choose another --out"))
        elif any((folder / above).is_symlink() for above in Path(name).parents if above.name):
            problems.append(Problem(str(path), "leads elsewhere: a folder above it is a link", "choose another --out"))
        elif (path.is_symlink() or path.exists()) and not may.anything:
            mine = records.setdefault(path.parent, listed(path.parent)).get(path.name)
            if path.is_symlink() or mine is None:
                problems.append(
                    Problem(
                        str(path), "is there already, and not of this program's making", "choose another --out; --overwrite replaces it"
                    )
                )
            elif digest_of(path) != mine:
                problems.append(
                    Problem(str(path), "was changed since the program wrote it", "choose another --out; --overwrite replaces it")
                )
    return problems


def _is(path: Path, read: Path) -> bool:
    """Whether two names are of one file or folder: also links to it, and other letters where a system does not tell them apart."""
    with contextlib.suppress(OSError):
        return path == read or path.samefile(read)
    return False


def _commit(changing: Change, error: type[SimulatorError]) -> None:
    """All that is to take place, looked at, decided, and carried out. Raises `error`, OSError."""
    folder = changing.folder
    if problems := _in_the_way(folder, list(changing.puts)):
        raise error(problems)
    if sys.platform == "win32":  # a file that is open elsewhere cannot be replaced: known before anything is decided
        for name in changing.puts:
            if (folder / name).exists():
                os.close(os.open(folder / name, os.O_RDWR))
    gone = {}
    for name in changing.removed:
        path = folder / name
        mine = listed(path.parent).get(path.name)
        if mine and name not in changing.puts and not path.is_symlink() and path.is_file() and digest_of(path) == mine:
            gone[name] = mine
    for above in {(folder / name).parent for name in changing.puts}:
        make_folder(above)
    puts = {
        name: [beside.relative_to(folder).as_posix(), digest, _digest_of(folder / name)] for name, (beside, digest) in changing.puts.items()
    }
    pending = {"put": puts, "remove": gone}
    settle(changing.work)
    _note(folder, {**_record(folder), "pending": pending})  # this decides
    _carry_out(folder, pending)


def _carry_out(folder: Path, pending: dict[str, Any]) -> None:
    """Move and delete what was decided; once more from the start where it was cut short. Raises OSError."""
    puts, gone = pending["put"], pending["remove"]
    waiting = [name for name, (beside, _, _) in puts.items() if (folder / beside).exists()]
    for name, digest in gone.items():
        delete(folder / name, digest)
    for name in waiting:
        if _digest_of(folder / name) not in ("", puts[name][2]):  # put there since: somebody's work
            set_aside(folder / name)
        if Path(name).name == DECIDES:  # while files are moved no record stands there that would hold them to another run's sums
            (folder / name).unlink(missing_ok=True)
    for name in sorted(waiting, key=lambda name: Path(name).name == DECIDES):
        (folder / puts[name][0]).replace(folder / name)
    for place in sorted({(folder / name).parent for name in [*puts, *gone]} | {folder}, key=lambda p: p == folder):
        settle(place)
        if place != folder:
            delete_unfinished(place)
        mine = {(folder / name).name: digest for name, (_, digest, _) in puts.items() if (folder / name).parent == place}
        kept = {name: digest for name, digest in {**listed(place), **mine}.items() if (place / name).exists()}
        _note(place, {"files": kept, "pending": None if place == folder else _record(place)["pending"]})


def _digest_of(path: Path) -> str:
    """The sha256 of what stands there, of a link its target's name; empty where there is nothing."""
    if path.is_symlink():
        return f"link to {path.readlink()}"
    return digest_of(path) if path.exists() else ""


def _record(folder: Path) -> dict[str, Any]:
    """What a folder's record says; nothing where there is none, it is another account's or cannot be read: then nothing is taken for
    the program's."""
    nothing: dict[str, Any] = {"files": {}, "pending": None}
    try:
        if sys.platform != "win32" and (folder / RECORD).stat().st_uid != os.geteuid():
            return nothing
        found = parsed(bytes_of(folder / RECORD))
        files, pending = found["files"], found["pending"]
        sound = all(Path(name).name == name and isinstance(digest, str) for name, digest in files.items())
        if pending is not None:  # an order to move and delete: it stays within the folder
            inside = [*pending["put"], *(beside for beside, _, _ in pending["put"].values()), *pending["remove"]]
            sound &= not any(Path(name).is_absolute() or ".." in Path(name).parts for name in inside)
            sound &= all(beside.startswith(NEW) for beside, _, _ in pending["put"].values())
        return {"files": files, "pending": pending} if sound else nothing
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return nothing


def _note(folder: Path, record: dict[str, Any]) -> None:
    text = json.dumps(record, ensure_ascii=False, indent=1)
    beside = folder / f"{NEW}{os.getpid()}.json"
    try:
        _made(beside, lambda p: p.write_text(text, encoding="utf-8"))
        beside.replace(folder / RECORD)
        settle(folder)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
