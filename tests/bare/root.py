"""A bare Debian to try things in: built once with debootstrap, kept beside other caches; every trial works on a layer of its own.

The layer is an overlay mounted in a mount namespace of this process, so nothing of it outlives the process but the files.
"""

from __future__ import annotations

import fcntl
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

RELEASE = "bookworm"
PACKAGES = ("python3", "python3-venv", "make", "git", "ca-certificates")
MADE_AS = f"1 {RELEASE} {' '.join(PACKAGES)}"  # another number builds it anew
NEEDED = ("debootstrap", "chroot", "unshare", "mount")
USER, HOME = 1000, "/home/新人"
FOLDER = "/srv/财政 预算/补贴 测算"  # of the checkout: a name with a space and Chinese
INSIDE = "SIMULATOR_BARE_NAMESPACE"
# how this machine reaches its package registries; the rest of its environment stays outside
PASSED_ON = re.compile(
    r"PIP_(INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|TRUSTED_HOST|CERT|PROXY|DEFAULT_TIMEOUT|RETRIES)$|"
    r"(https?|no|all)_proxy$|SSL_CERT_(FILE|DIR)$|REQUESTS_CA_BUNDLE$",
    re.IGNORECASE,
)


def lacking() -> str:
    """What this machine has not that a bare root needs; "" where it has all."""
    if missing := [program for program in NEEDED if not shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")]:
        return f"needs {', '.join(missing)}, which is not on this machine"
    if os.geteuid() != 0:
        return "needs root, to make a Debian of its own"
    done = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, text=True)
    return f"needs the right to mount: {done.stderr.strip()}" if done.returncode else ""


def enter_namespace() -> None:
    """Go on in a mount namespace of one's own: all mounts are gone when this process ends."""
    if INSIDE not in os.environ:
        os.environ[INSIDE] = "1"
        words = ["unshare", "--mount", "--propagation", "private", sys.executable, "-m", "tests.bare", *sys.argv[1:]]
        os.execvp(words[0], words)


def base() -> Path:
    """The bare root, built if it is not there yet: two minutes, 400 MB."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "retail-subsidy-budget-bare"
    cache.mkdir(parents=True, exist_ok=True)
    root, mark = cache / RELEASE, cache / f"{RELEASE}.made"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root.is_dir() and mark.is_file() and mark.read_text("utf-8") == MADE_AS):
            mark.unlink(missing_ok=True)
            shutil.rmtree(root, ignore_errors=True)
            _say(f"building a bare {RELEASE} in {root} (about two minutes)")
            words = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", RELEASE, str(root), *_mirror()]
            done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)
            if done.returncode:
                raise SystemExit(f"debootstrap ended with {done.returncode}:\n{done.stdout[-2000:]}")
            mark.write_text(MADE_AS, "utf-8")
    return root


def _mirror() -> list[str]:
    """Where this machine takes the release's packages from; nothing where it has another release: debootstrap knows one."""
    found = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(COMPONENT)", "Created-By: Packages"],
        capture_output=True,
        text=True,
    )
    return [line.split()[0] for line in found.stdout.splitlines() if line.split()[1:] == [RELEASE, "main"]][:1]


@dataclass(frozen=True)
class Outcome:
    """How a command ended. seconds: of processor time; waited: of the clock; silent: the longest stretch of the clock without a word."""

    code: int
    said: str
    seconds: float
    waited: float
    silent: float


class Machine:
    """A bare Debian with a user whose home is empty, and a clone of the checkout; a layer over the base."""

    def __init__(self, place: Path, checkout: Path):
        layer, work, self.root = place / "layer", place / "work", place / "root"
        again = layer.is_dir()  # a machine that was kept
        for folder in (layer, work, self.root):
            folder.mkdir(parents=True, exist_ok=True)
        _do("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={base()},upperdir={layer},workdir={work}", self.root)
        _do("mount", "-t", "proc", "proc", self._at("/proc"))
        _do("mount", "-t", "tmpfs", "tmpfs", self._at("/dev"), "-o", "mode=755")
        for device in ("null", "zero", "full", "random", "urandom"):
            self._at(f"/dev/{device}").touch()
            _do("mount", "--bind", f"/dev/{device}", self._at(f"/dev/{device}"))
        for name, target in (("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1")):
            self._at(f"/dev/{name}").symlink_to(target)
        self._at("/dev/shm").mkdir(mode=0o1777)
        _do("mount", "-t", "tmpfs", "tmpfs", self._at("/dev/shm"))
        self.registries = self._registries()
        self.folder = self._at(FOLDER)
        if not again:
            _do("chroot", self.root, "useradd", "--uid", str(USER), "--home-dir", HOME, "newcomer")
            self._at(HOME).mkdir(mode=0o700)
            os.chown(self._at(HOME), USER, USER)
            self.folder.parent.mkdir(parents=True)
            _do("git", "clone", "--quiet", "--no-hardlinks", checkout, self.folder)
        else:
            git = ("git", "-c", "safe.directory=*", "-C", self.folder)
            _do(*git, "fetch", "--quiet", checkout, "HEAD")
            _do(*git, "reset", "--quiet", "--hard", "FETCH_HEAD")
        _do("chown", "-R", f"{USER}:{USER}", self.folder.parent)

    def _at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def _registries(self) -> dict[str, str]:
        """What lets the root reach the package registries as this machine does: settings, certificates, folders of packages."""
        for file in ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt"):
            if Path(file).is_file():
                shutil.copy(file, self._at(file))
        reported = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True).stdout
        passed = {name: value for name, value in os.environ.items() if PASSED_ON.match(name)}
        for key, quoted in re.findall(r"^global\.([\w-]+)='(.*)'$", reported, re.MULTILINE):
            if PASSED_ON.match(name := f"PIP_{key.upper().replace('-', '_')}"):
                passed.setdefault(name, quoted.replace("\\n", " "))
        for word in " ".join(passed.values()).split():
            folder = Path(word.removeprefix("file://"))
            folder = folder.parent if word.startswith("file:") else folder  # an index's files lie beside it
            inside = self._at(str(folder))
            if folder.is_absolute() and len(folder.parts) > 1 and folder.is_dir() and not os.path.ismount(inside):
                inside.mkdir(parents=True, exist_ok=True)
                _do("mount", "--bind", "-o", "ro", folder, inside)
        return passed

    def type(
        self,
        command: str,
        *,
        network: bool = True,
        user: int = USER,
        limit: float = 3000,
        environment: Mapping[str, str | None] | None = None,
    ) -> Outcome:
        """Type a command in the folder of the checkout. environment: what is otherwise; None: not there."""
        here: dict[str, str | None] = {
            "HOME": HOME,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "USER": "newcomer",
            **self.registries,
            **(environment or {}),
        }
        words = [
            "chroot",
            f"--userspec={user}:{user}",
            str(self.root),
            "env",
            "-i",
            *(f"{name}={value}" for name, value in here.items() if value is not None),
            "bash",
            "-c",
            f"cd {shlex.quote(FOLDER)} && {command}",
        ]
        if not network:  # none but the machine itself
            words = ["unshare", "--net", sys.executable, "-c", _LOOPBACK, *words]
        begun = time.monotonic()
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        watch = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
        watch.start()
        lines, silent, last = [], 0.0, begun
        assert process.stdout is not None
        while some := os.read(process.stdout.fileno(), 65536):
            now = time.monotonic()
            silent, last = max(silent, now - last), now
            lines.append(some)
        _, status, used = os.wait4(process.pid, 0)
        watch.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        said = b"".join(lines).decode("utf-8", "replace")
        return Outcome(process.returncode, said, used.ru_utime + used.ru_stime, time.monotonic() - begun, silent)


_LOOPBACK = """\
import fcntl, os, socket, struct, sys
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP
os.execvp(sys.argv[1], sys.argv[1:])
"""


@contextmanager
def machine(place: Path, checkout: Path, *, keep: bool = False) -> Iterator[Machine]:
    """A bare machine in a folder, which is removed at the end unless it is to be kept."""
    try:
        yield Machine(place, checkout)
    finally:
        for _ in range(20):  # innermost first
            inside = [
                line.split()[1].encode().decode("unicode_escape").encode("latin-1").decode()
                for line in Path("/proc/mounts").read_text("utf-8").splitlines()
                if str(place) in line.split()[1]
            ]
            if not inside:
                break
            subprocess.run(["umount", "--lazy", inside[-1]], stderr=subprocess.DEVNULL)
        else:
            raise SystemExit(f"{place} is still mounted: not removed")
        if not keep:
            shutil.rmtree(place, ignore_errors=True)


def _do(*words: str | Path) -> None:
    subprocess.run([str(word) for word in words], check=True, stdin=subprocess.DEVNULL)


def _say(text: str) -> None:
    print(text, flush=True)
