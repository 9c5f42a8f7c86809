"""The page in a real browser: JupyterLab's and the stand-alone one, on a network where every other request hangs."""

from __future__ import annotations

import contextlib
import time
import urllib.error
import urllib.request
from types import SimpleNamespace

import pandas as pd
import psutil
import pytest

import simulator
from simulator import cli, resources
from simulator.dashboard.worker import Replaying
from simulator.scenario import load_scenario
from tests.dashboard import browsing
from tests.dashboard.browsing import card, entry, row, settled, shows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
RATE, ROOM = "law.tax_rebate.high_rate", "tax_rebate"
MEASURES = {"p50": ("paid", "p50"), "p80": ("paid", "p80"), "p95": ("paid", "p95"), "overrun": ("overrun", "probability"),
            "net": ("net_impact", "mean")}


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """What `simulator run --set` finds: the cards' figures for some changes."""
    known: dict[tuple[str, ...], dict[str, float]] = {}

    def found(*changes: str) -> dict[str, float]:
        if changes not in known:
            out = tmp_path_factory.mktemp("run")
            options = [word for change in changes for word in ("--set", change)]
            assert cli.main(["run", "baseline", *options, "--draws", str(browsing.DRAWS), "--out", str(out)]) == 0
            table = pd.read_csv(out / "summary.csv", encoding="utf-8-sig")
            total = table[(table["clause"] == "total") & (table["year"] == "total")].set_index("measure")
            known[changes] = {name: float(total.loc[measure, column]) for name, (measure, column) in MEASURES.items()}
        return known[changes]

    found()  # whatever has to be compiled is compiled here, before a page is waited for
    engine, base = Replaying(None), load_scenario("baseline").set({"draws": 2})
    for changes in ({}, {RATE: 0.4}):
        engine.play(base.set(changes))
    simulator.explain(resources.folder("data") / "sample", "SYN0000001")
    return found


@pytest.fixture(scope="module")
def browser(need):
    playwright = pytest.importorskip("playwright.sync_api")
    program = need("chromium", "chromium-browser", "google-chrome")
    with playwright.sync_playwright() as p:
        # as root, as in a container, Chromium has no sandbox of its own
        started = p.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module", params=["standalone", "lab"])
def opened(request, browser, figures, tmp_path_factory):
    """The page, ready, and every address it asked for."""
    serve, go = {"standalone": (browsing.standalone, browsing.open_standalone),
                 "lab": (browsing.lab, browsing.open_lab)}[request.param]
    with serve(tmp_path_factory.mktemp(request.param)) as url:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page, asked = context.new_page(), []
        page.on("request", lambda r: asked.append(r.url))
        context.route(lambda u: not _is_here(u), lambda route: None)  # neither answered nor refused
        go(page, url)
        yield SimpleNamespace(page=page, asked=asked, url=url, kind=request.param)
        context.close()


def _is_here(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:"))


def test_the_first_answer_is_the_baseline_s(opened, figures):
    assert {name: card(opened.page, name) for name in MEASURES} == figures()
    assert card(opened.page, "difference") == 0


def test_a_slider_moved_by_keyboard_shows_what_run_finds_and_reset_brings_the_first_back(opened, figures):
    page = opened.page
    handle = row(page, RATE, ROOM).locator(".noUi-handle")
    for _ in range(10):
        handle.press("ArrowLeft")  # focuses it first: a loading JupyterLab may take the focus away
    wanted = figures(f"{RATE}=0.4")
    shows(page, "net", wanted["net"])
    assert {name: card(page, name) for name in MEASURES} == wanted
    assert row(page, RATE).locator("input[type=text]").input_value() == "40"
    assert "changed" in row(page, RATE).get_attribute("class")
    page.locator(".what-if .reset-all").click()
    shows(page, "net", figures()["net"])
    assert {name: card(page, name) for name in MEASURES} == figures()
    assert page.locator(".what-if .row.changed").count() == 0


def test_twenty_quick_moves_leave_the_last_on_screen(opened, figures):
    page = opened.page
    handle = row(page, RATE, ROOM).locator(".noUi-handle")
    for _ in range(20):
        handle.press("ArrowRight")
    shows(page, "net", figures(f"{RATE}=0.7")["net"])
    assert row(page, RATE).locator("input[type=text]").input_value() == "70"
    for _ in range(20):  # put back with the slider itself: exactly the first number
        handle.press("ArrowLeft")
    shows(page, "net", figures()["net"])
    assert page.locator(".what-if .row.changed").count() == 0


@pytest.mark.parametrize("text", ["4000", "abc", "{low: 1"])
def test_a_bad_value_is_told_and_nothing_changes(opened, figures, text):
    page = opened.page
    entry(row(page, RATE, ROOM), text)
    message = page.locator('.what-if .message[role="alert"]')
    message.wait_for(timeout=browsing.SOON)
    assert RATE in message.inner_text() and "Traceback" not in page.content()
    settled(page)
    assert card(page, "net") == figures()["net"]
    assert row(page, RATE).locator("input[type=text]").input_value() == "50"
    entry(row(page, RATE), "40")
    shows(page, "net", figures(f"{RATE}=0.4")["net"])
    assert message.count() == 0
    entry(row(page, RATE), "50")
    shows(page, "net", figures()["net"])


def test_search_choice_undo_and_redo_by_keyboard(opened, figures):
    page = opened.page
    page.locator(".what-if .search input").fill("both opening")
    found = row(page, "interpretation.opening_awards")
    found.locator("select").select_option(label="only the higher is paid")
    wanted = figures("interpretation.opening_awards=higher_of")
    shows(page, "net", wanted["net"])
    for button, figure in (("undo", figures()), ("redo", wanted), ("undo", figures())):
        page.locator(f".what-if .{button}").press("Enter")
        shows(page, "net", figure["net"])
    page.locator(".what-if .search input").fill("")
    found.wait_for(state="detached", timeout=browsing.SOON)


def test_one_enterprise_is_explained_under_both(opened):
    page = opened.page
    search = page.locator(".what-if .finder-search input")
    search.fill("SYN0000001")
    search.press("Enter")
    page.locator(".what-if .finder table").wait_for(timeout=browsing.SOON)
    assert "SYN0000001" in page.locator(".what-if .finder .report").inner_text()


def test_the_page_asks_nothing_but_this_machine(opened):
    assert len(opened.asked) > 20
    assert [url for url in opened.asked if not _is_here(url)] == []


def test_a_kernel_lives_as_long_as_its_page(browser, figures, tmp_path):
    with browsing.forgetful(tmp_path) as url:
        context = browser.new_context()
        page = context.new_page()
        browsing.open_standalone(page, url)
        page.wait_for_timeout(5_000)  # longer than an idle kernel is kept: this one has a page
        assert len(_kernels()) == 1
        row(page, RATE, ROOM).locator(".noUi-handle").press("ArrowLeft")
        page.locator(".what-if .row.changed").wait_for(timeout=browsing.SOON)
        context.close()
        gone = time.monotonic() + browsing.SOON / 1000
        while _kernels() and time.monotonic() < gone:
            time.sleep(0.2)
        assert _kernels() == []


def _kernels() -> list[psutil.Process]:
    """Kernels that programs started by this test run."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "ipykernel_launcher" in process.cmdline() and "simulator.dashboard" in " ".join(process.parent().cmdline()):
                found.append(process)
    return found


def test_a_stranger_gets_nothing(opened):
    if opened.kind != "standalone":
        pytest.skip("JupyterLab's own door")
    home = opened.url.partition("?")[0]
    token = opened.url.partition("?")[2]
    for place in ("", "voila/files/what_if.ipynb", "voila/tree"):
        assert "what-if" not in _answer(home + place)
    assert _answer(f"{home}voila/files/what_if.ipynb?{token}") == "403"


def _answer(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as e:
        return str(e.code)
