"""The page without JupyterLab: a small server on this machine only (see `reach`), behind a token, with this one page and nothing
else.

It gives out four texts that it holds in memory; no folder is read and no file given out. Each person has one session, in this
process: a page that is opened again finds its own by the name its tab kept, and one that nobody has open ends within a minute.
"""

from __future__ import annotations

import asyncio
import hmac
import html
import json
import logging
import secrets
import time
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tornado import web
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.netutil import bind_sockets
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from simulator.dashboard import front, wording
from simulator.dashboard.page import Dashboard, Message
from simulator.dashboard.reach import Reach
from simulator.errors import Problem, ReportError
from simulator.phrases import phrase
from simulator.report.wording import Wording

PORT, TRIED = 8866, 50  # the first port, and how many are tried
IDLE, LOOK = 40.0, 5.0  # seconds: a session nobody has open is ended after IDLE, looked for every LOOK
MOST = 32  # sessions at a time
LARGEST = 2 * 2**20  # bytes of a message: a scenario file
SLOWLY = 1.0  # seconds that a wrong password waits
HERE = ("127.0.0.1", "localhost", "::1")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass
class Session:
    """One person's page: its model, and how many tabs have it open; since when none has."""

    dashboard: Dashboard
    open: int = 0
    left: float = field(default_factory=time.monotonic)


class Sessions:
    """All sessions by name. make: makes a new one's model."""

    def __init__(self, make: Callable[[], Dashboard], idle: float = IDLE):
        self._make, self._idle = make, idle
        self._all: dict[str, Session] = {}

    def __len__(self) -> int:
        return len(self._all)

    def find(self, name: str) -> tuple[str, Session]:
        """The session of that name, else a new one. Raises ReportError where there are too many."""
        if name in self._all:
            return name, self._all[name]
        if len(self._all) >= MOST:
            self.sweep(0.0)
        if len(self._all) >= MOST:
            raise ReportError(Problem("whatif", phrase("{} pages are open already", MOST), "close one"))
        name = secrets.token_urlsafe(18)
        self._all[name] = Session(self._make())
        return name, self._all[name]

    def sweep(self, idle: float | None = None) -> None:
        """End the sessions that nobody has had open for a while."""
        now, wait = time.monotonic(), self._idle if idle is None else idle
        for name in [n for n, s in self._all.items() if not s.open and now - s.left >= wait]:
            self._all.pop(name).dashboard.end()

    def end(self) -> None:
        """End all."""
        while self._all:
            self._all.popitem()[1].dashboard.end()


class Door(web.RequestHandler):
    """Whom an answer is given to: who shows the secret, under this machine's own name unless it is served wider."""

    reach: Reach
    key: str
    words: Wording
    cookie: str

    def initialize(self, door: dict[str, Any], **_more: Any) -> None:
        for name, value in door.items():
            setattr(self, name, value)

    def set_default_headers(self) -> None:
        for name, value in HEADERS.items():
            self.set_header(name, value)
        self.clear_header("Server")

    def prepare(self) -> None:
        host = self.request.host.lower().rpartition(":")[0] or self.request.host.lower()
        if self.reach.tls is None and host.strip("[]") not in HERE:
            raise web.HTTPError(403)  # a name server can be bent to say that another name is this machine (DNS rebinding)

    def known(self) -> bool:
        """Whether the visitor may."""
        cookie = self.get_cookie(self.cookie) or ""
        shown = self.request.headers.get("Authorization", "").removeprefix("token ").strip()
        return hmac.compare_digest(cookie.encode(), self.key.encode()) or self.fits(shown)

    def fits(self, secret: str) -> bool:
        return hmac.compare_digest(secret.encode(), self.reach.secret.encode())

    def let_in(self) -> None:
        """A cookie for this browser, of no use after this server's end."""
        self.set_cookie(self.cookie, self.key, httponly=True, samesite="Strict", secure=self.reach.tls is not None, path="/")

    def write_error(self, status_code: int, **_kwargs: Any) -> None:
        self.finish(str(status_code))


class Shell(Door):
    """The page's frame. The address that was printed lets in, and leaves the address bar."""

    def get(self) -> None:
        if self.fits(self.get_query_argument("token", "")):
            self.let_in()
            self.redirect("/")
        elif self.known():
            title = html.escape(self.words.say("head.title"))
            self.finish(
                f'<!DOCTYPE html><html lang="{self.words.tag}"><head><meta charset="utf-8"><title>{title}</title>'
                '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
                '<link rel="stylesheet" href="page.css"></head><body><main id="page"></main>'
                '<script type="module" src="start.js"></script></body></html>'
            )
        else:
            self.redirect("/login")


class Login(Door):
    """Where the secret is asked for."""

    def get(self) -> None:
        if self.known():
            self.let_in()
            self.redirect("/")
            return
        self._form("")

    async def post(self) -> None:
        if self.fits(self.get_body_argument("secret", "")):
            self.let_in()
            self.redirect("/")
            return
        await asyncio.sleep(SLOWLY)
        self.set_status(403)
        self._form("login.wrong")

    def _form(self, problem: str) -> None:
        say = self.words.say
        note = f'<p role="alert">{html.escape(say(problem))}</p>' if problem else ""
        text = say("login.password") if self.reach.tls else say("login.token")
        title = html.escape(say("head.title"))
        self.finish(
            f'<!DOCTYPE html><html lang="{self.words.tag}"><head><meta charset="utf-8"><title>{title}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"></head>'
            f'<body><main><h1>{title}</h1>{note}<form method="post" action="login"><label>{html.escape(text)}<br>'
            '<input type="password" name="secret" autocomplete="current-password" autofocus></label> '
            f"<button>{html.escape(say('login.enter'))}</button></form></main></body></html>"
        )


class Text(Door):
    """One of the page's own texts."""

    def initialize(self, door: dict[str, Any], text: str = "", kind: str = "") -> None:  # type: ignore[override]
        super().initialize(door)
        self.text, self.kind = text, kind

    def get(self) -> None:
        if not self.known():
            raise web.HTTPError(403)
        self.set_header("Content-Type", f"{self.kind}; charset=utf-8")
        self.finish(self.text)


class Nothing(Door):
    """Everywhere else."""

    def get(self, *_args: str) -> None:
        raise web.HTTPError(404 if self.known() else 403)

    post = put = delete = patch = head = options = get


class Live(WebSocketHandler, Door):
    """The line between a tab and its session; a page from elsewhere gets none (Tornado compares origins)."""

    def initialize(self, door: dict[str, Any], sessions: Sessions | None = None) -> None:  # type: ignore[override]
        super().initialize(door)
        self.sessions = sessions
        self.session: Session | None = None
        self.loop = IOLoop.current()

    def prepare(self) -> None:
        super().prepare()
        if not self.known():
            raise web.HTTPError(403)

    def open(self, *_args: str, **_kwargs: str) -> None:
        assert self.sessions is not None
        try:
            name, self.session = self.sessions.find(self.get_query_argument("session", ""))
        except ReportError as e:
            self.close(1013, str(e)[:100])
            return
        self.session.open += 1
        self._hear({"type": "session", "id": name})
        self.session.dashboard.listen(self._hear)

    def on_message(self, message: str | bytes) -> None:
        try:
            gesture = json.loads(message)
        except ValueError:
            return
        if self.session is not None and isinstance(gesture, dict):
            self.session.dashboard.receive(gesture)

    def on_close(self) -> None:
        if self.session is not None:
            self.session.dashboard.unlisten(self._hear)
            self.session.open -= 1
            self.session.left = time.monotonic()
            self.session = None

    def _hear(self, message: Message) -> None:
        """In whatever thread it is called."""
        text = json.dumps(message, ensure_ascii=False, default=str)
        self.loop.add_callback(self._write, text)

    async def _write(self, text: str) -> None:
        try:
            await self.write_message(text)
        except WebSocketClosedError:
            return


def serve(
    make: Callable[[], Dashboard],
    *,
    lang: str = "zh",
    port: int = PORT,
    reach: Reach | None = None,
    browser: bool = True,
    announce: Callable[[str], None] = print,
    idle: float = IDLE,
    look: float = LOOK,
) -> None:
    """Serve the page until it is interrupted.

    make: makes a person's page. port: the first one tried; taken ones are passed over. reach: who may; this machine if unsaid.
    announce: called once with the page's address. idle, look: see IDLE, LOOK. Raises ReportError where no port is free.
    """
    asyncio.run(_serve(make, lang, port, reach or Reach(), browser, announce, idle, look))


async def _serve(
    make: Callable[[], Dashboard],
    lang: str,
    port: int,
    reach: Reach,
    browser: bool,
    announce: Callable[[str], None],
    idle: float,
    look: float,
) -> None:
    logging.getLogger("tornado").setLevel(logging.CRITICAL)
    sockets, port = _bound(reach.host, port)
    sessions = Sessions(make, idle)
    server = HTTPServer(application(reach, port, lang, sessions), ssl_options=reach.context(), max_body_size=LARGEST)
    server.add_sockets(sockets)
    sweeping = PeriodicCallback(sessions.sweep, look * 1000)
    sweeping.start()
    url = reach.address(port)
    announce(url)
    if browser:
        webbrowser.open(url)
    try:
        await asyncio.Event().wait()
    finally:
        sweeping.stop()
        server.stop()
        sessions.end()


def application(reach: Reach, port: int, lang: str, sessions: Sessions) -> web.Application:
    """What is served."""
    door = {"door": {"reach": reach, "key": secrets.token_urlsafe(24), "words": wording.load(lang), "cookie": f"what-if-{port}"}}
    script, style = "text/javascript", "text/css"
    return web.Application(
        [
            ("/", Shell, door),
            ("/login", Login, door),
            ("/live", Live, door | {"sessions": sessions}),
            ("/page.js", Text, door | {"text": front.script(), "kind": script}),
            ("/start.js", Text, door | {"text": front.socket(), "kind": script}),
            ("/page.css", Text, door | {"text": front.style(), "kind": style}),
            ("(.*)", Nothing, door),
        ],
        websocket_max_message_size=LARGEST,
        websocket_ping_interval=20,
    )


def _bound(host: str, port: int) -> tuple[list[Any], int]:
    for one in range(port, port + TRIED):
        try:
            return bind_sockets(one, host), one
        except OSError:
            continue
    raise ReportError(Problem("--port", phrase("{} … {} are all taken on {}", port, port + TRIED - 1, host), "choose another --port"))
