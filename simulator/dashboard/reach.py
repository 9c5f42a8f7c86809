"""Who may reach a page: this machine alone with a token, unless everything that a wider door needs is given.

A page runs a program that reads confidential registers: whoever reaches it unasked has them. Wider than this machine it is
served only where that is said, under TLS, behind a password that a file private to its owner holds.
"""

from __future__ import annotations

import ipaddress
import secrets
import ssl
import sys
from dataclasses import dataclass, field
from pathlib import Path

from simulator.errors import Problem, ReportError
from simulator.phrases import phrase
from simulator.regular import bytes_of

HERE = "127.0.0.1"
SHORTEST = 16  # characters of a password


@dataclass(frozen=True)
class Reach:
    """host: the address listened on; secret: what a visitor must show; tls: certificate and key, where it is not this machine."""

    host: str = HERE
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    tls: tuple[str, str] | None = None

    def address(self, port: int) -> str:
        """The page's address: with the token on this machine, without the password anywhere else."""
        return f"https://{self.host}:{port}/" if self.tls else f"http://{self.host}:{port}/?token={self.secret}"

    def context(self) -> ssl.SSLContext | None:
        """The certificate, ready to serve with."""
        if self.tls is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.tls)
        return context


def reach(host: str = "", certificate: str | Path = "", key: str | Path = "", password_file: str | Path = "") -> Reach:
    """This machine with a new token if nothing is said; otherwise all four have to be. Raises ReportError with every problem."""
    if not (host or certificate or key or password_file):
        return Reach()
    problems = []
    try:
        address = ipaddress.ip_address(host)
        if address.is_loopback:
            problems.append(Problem("--host", phrase("{} is this machine, which needs no option", host), "leave --host out"))
    except ValueError:
        problems.append(
            Problem("--host", phrase("{} is no IP address", repr(host)), "the address of this machine's network card, as 10.1.2.3")
        )
    why = "a page that others reach needs TLS and a password"
    for option, file in (("--certificate", certificate), ("--key", key), ("--password-file", password_file)):
        if not file:
            problems.append(Problem(option, "is missing", why))
        elif not Path(file).is_file():
            problems.append(Problem(option, phrase("there is no file {}", file), why))
    if problems:
        raise ReportError(problems)
    found = Reach(host, _password(Path(password_file)), (str(certificate), str(key)))
    try:
        found.context()
    except (OSError, ssl.SSLError) as e:
        raise ReportError(Problem("--certificate, --key", phrase("cannot be used ({})", e), "PEM files that belong together")) from e
    return found


def _password(file: Path) -> str:
    """The password a file holds in its first line. Raises ReportError where others may read it, or it is short."""
    if sys.platform != "win32" and file.stat().st_mode & 0o077:
        raise ReportError(Problem("--password-file", phrase("{} can be read by others", file), phrase("chmod 600 {}", file)))
    try:
        password = bytes_of(file, 1 << 16).decode("utf-8-sig").partition("\n")[0].strip()
    except (OSError, ValueError) as e:
        raise ReportError(Problem("--password-file", phrase("{} cannot be read ({})", file, e), "one line of text")) from e
    if len(password) < SHORTEST:
        raise ReportError(Problem("--password-file", phrase("holds {} characters", len(password)), phrase("at least {}", SHORTEST)))
    return password
