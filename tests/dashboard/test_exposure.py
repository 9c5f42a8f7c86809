"""Who reaches the pages: this machine with the token, nobody else, and nothing but the page even then.

Real servers on this machine, asked everything a curious neighbour would ask (RFC 3986 tricks, hidden files, other servers'
addresses, another name for this machine, web sockets).
"""

from __future__ import annotations

import http.client
import importlib.metadata
import re
import shutil
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from traitlets.config import Config

from simulator import resources
from simulator.dashboard import lab
from simulator.dashboard.reach import Reach, reach
from simulator.errors import ReportError
from tests.dashboard.browsing import free_port, started
from tests.faults import problems_of

NOWHERE = "00000000-0000-0000-0000-000000000000"  # a kernel that is not there
SOCKET = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
UPWARDS = (
    "../../../../etc/passwd",
    "..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "..%5c..%5cetc%5cpasswd",
    "....//....//etc/passwd",
    "%252e%252e%252f%252e%252e%252fetc%252fpasswd",
    "/etc/passwd",
    "%00",
    ".hidden",
    ".ssh/id_rsa",
    "what_if.ipynb",
    "data/sample/enterprises.csv",
    "out/record.json",
    "pyproject.toml",
)


class Served(NamedTuple):
    """A page that runs: where, what opens it, and its process."""

    port: int
    token: str
    process: psutil.Process

    def ask(self, path: str, method: str = "GET", token: str = "", **headers: str) -> tuple[int, str, str]:
        """Status, where it is sent on to, and what comes (its beginning)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host="Host" in headers)
            for name, value in (headers | ({"Authorization": f"token {token}"} if token else {})).items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location", ""), answer.read(200_000).decode("utf-8", "replace")
        finally:
            connection.close()

    def shut(self, path: str, method: str = "GET", token: str = "", **headers: str) -> bool:
        """Whether the answer gives nothing away: an error, or the way to the login."""
        status, place, text = self.ask(path, method, token, **headers)
        assert "root:" not in text and "open_page" not in text and "[project]" not in text, path
        return status >= 400 or (status == 302 and place.startswith("/login")) or (status == 302 and place.startswith("/lab"))


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The what-if page as its verb serves it, in a folder that holds a register and a hidden file."""
    folder = tmp_path_factory.mktemp("bureau")
    shutil.copytree(resources.folder("data") / "sample", folder / "data" / "sample")
    (folder / ".hidden").write_text("root: confidential")
    command = ("simulator", "whatif", "--no-browser", "--port", str(free_port()), "--draws", "20")
    with started(*command, folder=folder, prints=r"http://127\.0\.0\.1:\d+/\?token=\S+") as (url, process, _):
        yield Served(int(re.search(r":(\d+)/", url)[1]), url.partition("token=")[2], psutil.Process(process.pid))


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory):
    """JupyterLab as its verb serves it."""
    folder = tmp_path_factory.mktemp("laboratory")
    (folder / "pyproject.toml").write_text("[project] root:")
    command = ("simulator", "lab", "--no-browser", "--port", str(free_port()))
    with started(*command, folder=folder, prints=r"http://127\.0\.0\.1:\d+/lab\?token=\S+") as (url, process, _):
        served, shipped = folder / "notebooks", resources.folder("notebooks")
        assert {file.relative_to(served) for file in served.rglob("*.ipynb")} == {
            file.relative_to(shipped) for file in shipped.rglob("*.ipynb") if "checkpoint" not in file.name
        }
        (folder / "notebooks" / ".hidden").write_text("root: confidential")
        yield Served(int(re.search(r":(\d+)/", url)[1]), url.partition("token=")[2], psutil.Process(process.pid))


def listened_on(process: psutil.Process) -> set[str]:
    """The addresses a program and those it started listen on."""
    found = set()
    for one in (process, *process.children(recursive=True)):
        found |= {c.laddr.ip for c in one.net_connections("inet") if c.status == psutil.CONN_LISTEN}
    return found


# --------------------------------------------------------------------------------------------- the what-if page


def test_only_this_machine_is_listened_to_and_the_token_is_long(page):
    assert listened_on(page.process) <= {"127.0.0.1", "::1"} and "127.0.0.1" in listened_on(page.process)
    assert len(page.token) >= 32 and Reach().secret != Reach().secret
    with socket.socket() as outside:  # this machine's own address in the network, where it has one, is not answered
        own = socket.gethostbyname(socket.gethostname())
        assert own.startswith("127.") or outside.connect_ex((own, page.port)) != 0


@pytest.mark.parametrize("token", ["", "wrong", "x" * 32])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/anything",
        "/page.js",
        "/start.js",
        "/page.css",
        "/live",
        "/live?session=x",
        "/api/kernels",
        "/files/what_if.ipynb",
        "/metrics",
        "//page.js",
        "/page.js/",
    ],
)
def test_without_the_token_the_page_is_shut(page, path, token):
    assert page.shut(path, token=token) and page.shut(path, "POST", token=token)
    query = f"{path}?token={token}"
    assert not token or page.shut(query)


@pytest.mark.parametrize("name", UPWARDS)
@pytest.mark.parametrize("room", ["", "static/", "files/", "page.js/../", "page.css/"])
def test_with_the_token_no_file_is_given_out(page, room, name):
    assert page.shut(f"/{room}{name}", token=page.token) and page.shut(f"/{room}{name}")


def test_a_socket_needs_the_token_and_this_machines_name(page):
    channel = "/live?session=x"
    assert page.ask(channel, **SOCKET)[0] == 403 and page.ask(channel, token="wrong", **SOCKET)[0] == 403
    assert page.ask(channel, token=page.token, Host="evil.example", **SOCKET)[0] == 403
    elsewhere = SOCKET | {"Origin": "http://evil.example"}
    assert page.ask(channel, token=page.token, **elsewhere)[0] == 403
    assert page.ask(channel, token=page.token, **SOCKET)[0] == 101, "the token opens"


def test_the_address_lets_in_once_and_leaves_the_address_bar(page):
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=60)
    connection.request("GET", f"/?token={page.token}")
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Location")) == (302, "/")
    cookie = answer.getheader("Set-Cookie")
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and page.token not in cookie
    answer.read()
    connection.request("GET", "/", headers={"Cookie": cookie.partition(";")[0]})
    answer = connection.getresponse()
    assert answer.status == 200 and page.token not in answer.read().decode()
    policy = answer.getheader("Content-Security-Policy")
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe-eval" not in policy
    connection.close()


def test_what_a_socket_says_wrongly_stops_nothing(page):
    """Frames that are no gestures: the server answers the next request as before."""
    with socket.create_connection(("127.0.0.1", page.port), timeout=60) as line:
        head = "".join(f"{name}: {value}\r\n" for name, value in SOCKET.items())
        line.sendall(f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\nAuthorization: token {page.token}\r\n{head}\r\n".encode())
        assert b"101" in line.recv(100)
        for text in (b"", b"{", b"[]", b"7", b'{"type": []}', b'{"type": "set"}', b'{"type": "slide", "path": "law", "n": "x"}', b"\xff"):
            line.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)
    assert page.ask("/", token=page.token)[0] == 200


def test_another_name_for_this_machine_is_refused(page, laboratory):
    """A name server can be made to say that evil.example is 127.0.0.1; the browser then sends that name along."""
    for served in (page, laboratory):
        assert served.ask("/login")[0] == 200
        for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1"):
            assert served.ask("/login", Host=host)[0] == 403
            assert served.ask("/lab" if served is laboratory else "/", token=served.token, Host=host)[0] == 403


def test_a_form_from_elsewhere_is_refused(page):
    assert page.ask("/login", "POST")[0] == 403 and page.ask("/live", "POST")[0] >= 400
    assert page.ask("/login?next=//evil.example", token=page.token)[1].startswith("/")
    assert not page.ask("/login?next=https://evil.example/", token=page.token)[1].startswith("https:")


# -------------------------------------------------------------------------------------------------- JupyterLab


def test_the_laboratory_listens_to_this_machine_and_asks_for_its_token(laboratory):
    assert listened_on(laboratory.process) <= {"127.0.0.1", "::1"}
    for path in (
        "/lab",
        "/api/contents",
        "/api/kernels",
        "/api/kernelspecs",
        "/files/what_if.ipynb",
        "/api/sessions",
        "/nbconvert/html/what_if.ipynb",
        "/lab/api/extensions",
        "/metrics",
        "/api/status",
    ):
        assert laboratory.shut(path) and laboratory.shut(path, token="wrong"), path
    assert laboratory.ask(f"/api/kernels/{NOWHERE}/channels", **SOCKET)[0] == 403


def test_the_laboratory_serves_notebooks_alone(laboratory):
    status, _, listed = laboratory.ask("/api/contents", token=laboratory.token)
    assert status == 200 and "what_if.ipynb" in listed and ".hidden" not in listed
    for name in UPWARDS:
        if name != "what_if.ipynb":
            assert laboratory.shut(f"/files/{name}", token=laboratory.token), name
            assert laboratory.ask(f"/api/contents/{name}", token=laboratory.token)[0] in (400, 403, 404), name
    for path in ("/api/terminals", "/terminals/1", "/voila/tree", "/lsp/status"):
        assert laboratory.ask(path, token=laboratory.token)[0] == 404, path


def test_a_folder_with_data_is_not_served(tmp_path):
    register = tmp_path / "notebooks" / "in here" / "企业.XLSX"
    register.parent.mkdir(parents=True)
    register.write_bytes(b"")
    assert [Path(p.place).name for p in problems_of(lab.served, tmp_path / "notebooks")] == ["企业.XLSX"]
    (tmp_path / "file").write_text("")
    problems_of(lab.served, tmp_path / "file" / "notebooks")


# ------------------------------------------------------------------------------------------ wider than this machine


@pytest.fixture(scope="module")
def papers(tmp_path_factory, need):
    """A certificate, its key and a password's file, as a bureau would have them."""
    folder = tmp_path_factory.mktemp("papers")
    subprocess.run(
        [
            need("openssl"),
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=bureau",
            "-keyout",
            folder / "key.pem",
            "-out",
            folder / "cert.pem",
        ],
        check=True,
        capture_output=True,
    )
    (folder / "password").write_text("a-password-that-is-long\n", "utf-8")
    (folder / "password").chmod(0o600)
    return folder


WIDE = {"host": "0.0.0.0", "certificate": "cert.pem", "key": "key.pem", "password_file": "password"}


@pytest.mark.parametrize("left_out", WIDE)
def test_nothing_wider_without_all_of_it(papers, left_out):
    given = {name: value if name == "host" else papers / value for name, value in WIDE.items()}
    assert reach(**given).tls
    places = [p.place for p in problems_of(reach, **{k: v for k, v in given.items() if k != left_out})]
    assert places == ["--" + left_out.replace("_", "-")]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "*", "bureau.example", "0.0.0"])
def test_an_address_that_is_none_or_needs_no_option_is_refused(papers, host):
    given = {name: papers / value for name, value in WIDE.items() if name != "host"}
    assert [p.place for p in problems_of(reach, host, **given)] == ["--host"]


def test_bad_papers_are_refused(papers, tmp_path):
    given = {name: value if name == "host" else papers / value for name, value in WIDE.items()}
    assert len(problems_of(reach, **given | {"certificate": "none.pem", "key": "none.pem"})) == 2
    assert "belong together" in problems_of(reach, **given | {"key": papers / "cert.pem"})[0].remedy
    short = tmp_path / "short"
    short.write_text("1234567890")
    short.chmod(0o600)
    assert "10 characters" in problems_of(reach, **given | {"password_file": short})[0].cause
    if sys.platform != "win32":
        (tmp_path / "open").write_text("a password of many characters")
        (tmp_path / "open").chmod(0o644)
        assert "read by others" in problems_of(reach, **given | {"password_file": tmp_path / "open"})[0].cause
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xfa" * 20)
    (tmp_path / "bytes").chmod(0o600)
    with pytest.raises(ReportError):
        reach(**given | {"password_file": tmp_path / "bytes"})


def test_served_wider_it_is_under_tls_and_asks_for_the_password(papers, tmp_path):
    options = [f"--{name.replace('_', '-')}={value if name == 'host' else papers / value}" for name, value in WIDE.items()]
    command = ("simulator", "whatif", "--no-browser", "--port", str(free_port()), "--draws", "20", *options)
    with started(*command, folder=tmp_path, prints=r"https?://\S+") as (url, _, _):
        assert re.fullmatch(r"https://0\.0\.0\.0:\d+/", url), "no password in the address"
        port = int(url.rpartition(":")[2].strip("/"))
        trusted = ssl.create_default_context(cafile=papers / "cert.pem")
        trusted.check_hostname = False
        answers = {}
        for word in ("", "wrong", (papers / "password").read_text("utf-8").strip()):
            connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=trusted)
            connection.request("GET", "/login", headers={"Authorization": f"token {word}"} if word else {})
            answers[word] = connection.getresponse().status
            connection.close()
        assert list(answers.values()) == [200, 200, 302], "the form, the form, and through"
        plain = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        with pytest.raises((OSError, http.client.HTTPException)):  # noqa: PT012  either may be where it is refused
            plain.request("GET", "/login")
            plain.getresponse()


def test_no_setting_opens_a_page_wider():
    """Those of the user's Jupyter take no part."""
    settings = lab.settings(Reach(), 1, Path("a"), Path("b"), False)
    assert (
        settings.ServerApp.ip == "127.0.0.1"
        and not settings.ServerApp.get("allow_origin")
        and not settings.ServerApp.get("allow_origin_pat")
    )
    assert settings.IdentityProvider.token
    assert isinstance(settings, Config)


FLOORS = {"jupyter_server": (2, 18, 0), "pyarrow": (14, 0, 1), "tornado": (6, 4, 2), "nbconvert": (7, 16)}


@pytest.mark.parametrize("name", FLOORS)
def test_known_holes_are_mended_in_what_is_installed(name):
    version = importlib.metadata.version(name)
    assert tuple(int(part) for part in re.findall(r"\d+", version)[:3]) >= FLOORS[name]


def test_jupyterlab_asks_nothing_about_news_and_speaks_only_what_it_has_words_of(monkeypatch):
    news = "@jupyterlab/apputils-extension:notification"
    assert lab.overrides("en") == {news: {"fetchNews": "false", "checkForUpdates": False}}
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [])
    assert list(lab.overrides("zh")) == [news]
    pack = importlib.metadata.EntryPoint("zh_CN", "", "jupyterlab.languagepack")
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [pack])
    assert lab.overrides("zh")["@jupyterlab/translation-extension:plugin"] == {"locale": "zh_CN"}
