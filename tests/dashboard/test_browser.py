"""The page in a real browser: JupyterLab's and the stand-alone one, on a network where every other request hangs."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from types import SimpleNamespace

import pandas as pd
import pytest
from playwright.sync_api import expect, sync_playwright

import simulator
from simulator import cli, resources
from simulator.dashboard.worker import Replaying
from simulator.scenario import load_scenario
from tests.dashboard import browsing
from tests.dashboard.browsing import SOON, box, card, entry, in_sight, row, settled, shows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
expect.set_options(timeout=SOON)  # what a page shows follows its answer: an assertion waits for it
RATE, HEADING = "law.tax_rebate.high_rate", "tax_rebate"
MEASURES = {"p50": ("paid", "p50"), "p80": ("paid", "p80"), "p95": ("paid", "p95"), "net": ("net_impact", "mean")}


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
    simulator.assess(resources.folder("data") / "sample")
    return found


@pytest.fixture(scope="module")
def browser(need):
    program = need("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as p:
        # as root, as in a container, Chromium has no sandbox of its own
        started = p.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module", params=["standalone", "lab"])
def opened(request, browser, figures, tmp_path_factory):
    """The page, ready, and every address it asked for."""
    serve, go = {"standalone": (browsing.standalone, browsing.open_standalone), "lab": (browsing.lab, browsing.open_lab)}[request.param]
    with serve(tmp_path_factory.mktemp(request.param)) as (url, said):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(SOON)  # a busy machine takes longer than the usual half minute to open JupyterLab
        page, asked, console = context.new_page(), [], []
        page.on("request", lambda r: asked.append(r.url))
        page.on("console", lambda message: console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: console.append(f"error: {error}"))
        context.route(lambda u: not _is_here(u), lambda route: None)  # neither answered nor refused
        go(page, url)
        yield SimpleNamespace(page=page, asked=asked, url=url, kind=request.param, said=said, console=console)
        context.close()


def _is_here(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:"))


def _contrast(ink: str, ground: str) -> float:
    """How far apart two colours are, as WCAG counts it."""

    def light(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, bright = sorted((light(ink), light(ground)))
    return (bright + 0.05) / (dark + 0.05)


def put_back(page, figures) -> None:
    if page.locator(".what-if .reset-all").is_enabled():
        page.locator(".what-if .reset-all").click()
    shows(page, "net", figures()["net"])


def test_the_first_answer_is_the_baseline_s(opened, figures):
    assert {name: card(opened.page, name) for name in MEASURES} == figures()
    assert card(opened.page, "difference") == 0


def test_what_is_typed_is_what_is_played_and_a_key_goes_on_from_there(opened, figures):
    page = opened.page
    entry(row(page, RATE, HEADING), "47.5")
    shows(page, "net", figures(f"{RATE}=0.475")["net"])
    assert {name: card(page, name) for name in MEASURES} == figures(f"{RATE}=0.475")
    expect(box(row(page, RATE))).to_have_value("47.5")
    slider = row(page, RATE).locator("input[type=range]")
    expect(slider).to_have_value("47.5")
    for _ in range(3):  # closed and opened again: nothing moves
        page.locator(f'.what-if details[data-heading="{HEADING}"] > summary').click()
    page.locator(f'.what-if details[data-heading="{HEADING}"] > summary').click()
    expect(page.locator(".what-if .changed-list li")).to_have_count(1)
    expect(box(row(page, RATE))).to_have_value("47.5")
    slider.press("ArrowRight")
    shows(page, "net", figures(f"{RATE}=0.48")["net"])
    page.locator(".what-if .undo").click()  # one setting, one step
    shows(page, "net", figures()["net"])
    expect(page.locator(".what-if .row.changed")).to_have_count(0)
    expect(page.locator(".what-if .undo")).to_be_disabled()


def test_twenty_quick_moves_leave_the_last_on_screen(opened, figures):
    page = opened.page
    slider = row(page, RATE, HEADING).locator("input[type=range]")
    for _ in range(20):
        slider.press("ArrowRight")
    shows(page, "net", figures(f"{RATE}=0.7")["net"])
    expect(box(row(page, RATE))).to_have_value("70")
    for _ in range(20):  # put back with the slider itself: exactly the first number
        slider.press("ArrowLeft")
    shows(page, "net", figures()["net"])
    expect(page.locator(".what-if .row.changed")).to_have_count(0)


def test_a_key_goes_past_a_baseline_that_lies_between_two_steps(opened):
    page = opened.page
    path = "assumptions.startups.a_year"  # 45, in steps of 2
    slider = row(page, path, "stock").locator("input[type=range]")
    for key, shown in (
        ("ArrowRight", "46"),
        ("ArrowRight", "48"),
        ("ArrowLeft", "46"),
        ("ArrowLeft", "45"),
        ("ArrowLeft", "44"),
        ("ArrowRight", "45"),
    ):
        slider.press(key)
        page.wait_for_function(
            "([path, shown]) => document.querySelector(`.what-if .row[data-path='${path}'] input[type=range]`).value === shown",
            arg=[path, shown],
            timeout=SOON,
        )
        settled(page)
    expect(page.locator(".what-if .row.changed")).to_have_count(0)


def test_a_formula_is_completed_checked_and_played(opened, figures):
    page, path = opened.page, "law.certification_award.formula"
    box = row(page, path, "certification_award").locator("textarea")
    box.fill("award + online_sal")
    box.press("End")
    box.press_sequentially("e")
    expect(page.locator(".what-if .formula .names li").first).to_contain_text("online_sales")
    box.press("Tab")
    expect(box).to_have_value("award + online_sales")
    box.fill("award + rented_area")
    expect(row(page, path).locator(".fault")).to_contain_text("units do not agree")
    assert card(page, "net") == figures()["net"]  # nothing is set while it is written
    box.fill("award * 2")
    box.press("Enter")
    shows(page, "net", figures(f"{path}=award * 2")["net"])
    expect(row(page, path)).to_contain_text("was award")
    page.locator(".what-if .undo").click()
    expect(box).to_have_value("award")
    shows(page, "net", figures()["net"])


@pytest.mark.parametrize("text", ["4000", "abc", "{low: 1"])
def test_a_bad_value_is_reported_by_its_label_and_nothing_changes(opened, figures, text):
    page = opened.page
    label = row(page, RATE, HEADING).locator("label").inner_text().partition(" (")[0]
    entry(row(page, RATE), text)
    message = page.locator('.what-if .message[role="alert"]')
    message.wait_for(timeout=SOON)
    assert label in message.inner_text() and RATE not in message.inner_text() and "Traceback" not in page.content()
    settled(page)
    assert card(page, "net") == figures()["net"]
    expect(box(row(page, RATE))).to_have_value("50")
    entry(row(page, RATE), "40")
    shows(page, "net", figures(f"{RATE}=0.4")["net"])
    expect(message).to_be_hidden()
    entry(row(page, RATE), "50")
    shows(page, "net", figures()["net"])


def test_a_second_enter_does_not_confirm_a_value_a_thousand_times_off(opened, figures):
    page = opened.page
    contribution = row(page, "law.tax_rebate.high_contribution", HEADING)
    entry(contribution, "300")  # 0.3 in a box of millions
    expect(page.locator(".what-if .message.asked button:focus")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".what-if .row.changed")).to_have_count(0)
    expect(page.locator(".what-if .message.asked")).to_be_hidden()
    put_back(page, figures)


def test_search_choice_undo_and_redo_by_keyboard(opened, figures):
    page = opened.page
    page.locator(".what-if .settings input[type=search]").fill("both opening")
    found = row(page, "interpretation.opening_awards")
    found.locator("select").select_option(label="only the higher is paid")
    wanted = figures("interpretation.opening_awards=higher_of")
    shows(page, "net", wanted["net"])
    for button, figure in (("undo", figures()), ("redo", wanted), ("undo", figures())):
        page.locator(f".what-if .{button}").press("Enter")
        shows(page, "net", figure["net"])
    page.locator(".what-if .settings input[type=search]").fill("四(三)")  # in narrow brackets
    expect(row(page, "law.office_rent.max_area")).to_be_visible()
    page.locator(".what-if .settings input[type=search]").fill("")
    found.wait_for(state="hidden", timeout=SOON)


def test_one_enterprise_is_explained_under_both(opened):
    page = opened.page
    search = page.locator(".what-if .finder input[type=search]")
    search.fill("SYN0000001")
    search.press("Enter")
    page.locator(".what-if .story table").wait_for(timeout=SOON)
    assert "SYN0000001" in page.locator(".what-if .story").inner_text()


def test_two_what_ifs_are_kept_compared_and_handed_on(opened, figures):
    page = opened.page
    for text in ("47.5", "20"):
        entry(row(page, RATE, HEADING), text)
        in_sight(page, text)
        page.locator(".what-if .ideas .keep").click()
        page.locator(".what-if .message.status", has_text="Kept").wait_for(timeout=SOON)
        page.locator(".what-if .message .close").click()
    settled(page)
    alone = page.locator('.what-if .card[data-card="difference"] .number span').inner_text()
    page.locator(".what-if .compare").click()
    page.locator(".what-if .compared table").first.wait_for(timeout=SOON)
    assert alone in page.locator(".what-if .compared table").first.locator("tr").last.inner_text()
    with page.expect_download(timeout=SOON) as taken:
        page.locator(".what-if .compared .csv").first.click()
    table = pd.read_csv(taken.value.path(), encoding="utf-8-sig")
    assert list(table.iloc[:, 0]) == ["Baseline", "What-if 1", "What-if 2"]
    page.locator(".what-if .gains").click()
    page.locator(".what-if .gained table").first.wait_for(timeout=browsing.READY)
    link = page.locator(".what-if .ideas input[readonly]").first.input_value()
    assert "#w=" in link and "token" not in link
    put_back(page, figures)
    paste = page.locator(".what-if .ideas input[placeholder]").first
    paste.fill(link)
    paste.press("Enter")
    shows(page, "net", figures(f"{RATE}=0.2")["net"])
    for _ in range(2):
        page.get_by_role("button", name="Delete “").first.click()
        page.wait_for_timeout(200)
    page.locator(".what-if .kept li").first.wait_for(state="detached", timeout=SOON)
    put_back(page, figures)


def test_nothing_that_is_wrong_for_those_who_cannot_see_or_point(opened):
    """axe over everything opened, in light and dark, wide and narrow."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened.page
    page.evaluate("for (const section of document.querySelectorAll('.what-if details.section')) section.open = true")
    page.locator(".what-if details.section").last.locator(".row").first.wait_for(timeout=SOON)
    for i in range(3):
        page.locator(".what-if .row .info").nth(i).click()
    place = "main" if opened.kind == "standalone" else ".what-if"
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390), ("dark", 768)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        found = axe.run(page, context=None if opened.kind == "standalone" else place)
        assert [(v["id"], [n["target"] for n in v["nodes"]][:4]) for v in found.response["violations"]] == [], (scheme, width)
        if opened.kind == "standalone":  # JupyterLab takes room of its own, and lies over some of it
            for button in page.locator(".what-if button.main:enabled").all():  # what is pointed at is as readable
                before = button.evaluate("(b) => getComputedStyle(b).color")
                button.hover()
                inked = button.evaluate("(b) => [getComputedStyle(b).color, getComputedStyle(b).backgroundColor]")
                assert inked[0] == before and _contrast(*inked) >= 4.5, (scheme, inked)
            widths = page.evaluate("[...document.querySelectorAll('.what-if .answer .scroll')].map((s) => s.scrollWidth - s.clientWidth)")
            assert max(widths) <= 0, width  # no column lies outside
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})
    unnamed = page.evaluate("""() => [...document.querySelectorAll('.what-if :is(input, select, button)')].filter(
        (e) => !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim())).map((e) => e.outerHTML)""")
    assert unnamed == []
    page.evaluate("for (const section of document.querySelectorAll('.what-if details.section')) section.open = false")


def test_the_page_asks_nothing_but_this_machine(opened):
    assert len(opened.asked) >= 4
    assert [url for url in opened.asked if not _is_here(url)] == []


def test_a_restarted_kernel_is_said_and_running_the_cell_again_brings_everything_back(opened, figures):
    if opened.kind != "lab":
        pytest.skip("JupyterLab's own")
    page = opened.page
    entry(row(page, RATE, HEADING), "47.5")
    shows(page, "net", figures(f"{RATE}=0.475")["net"])
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.locator('.what-if .status[data-state="lost"]').wait_for(timeout=SOON)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.locator('.what-if .status[data-state="lost"]').wait_for(state="detached", timeout=browsing.READY)
    in_sight(page, "47.5")
    shows(page, "net", figures(f"{RATE}=0.475")["net"])


# ------------------------------------------------------------------------------------------ the stand-alone page's own


def test_a_page_finds_its_session_again_and_an_abandoned_one_ends(browser, figures, tmp_path):
    with browsing.forgetful(tmp_path) as (url, said):
        context = browser.new_context()
        page = context.new_page()
        browsing.open_standalone(page, url)
        entry(row(page, RATE, HEADING), "47.5")
        in_sight(page, "47.5")
        before = len(said)
        for _ in range(4):
            page.reload()
            in_sight(page, "47.5")
        page.wait_for_timeout(4_000)  # longer than a session that nobody has open is kept: this one is open
        assert {line for line in said[before:] if line.startswith("open")} == {"open 1\n"}
        context.close()
        gone = time.monotonic() + SOON / 1000
        while said[-1] != "open 0\n" and time.monotonic() < gone:
            time.sleep(0.2)
        assert said[-1] == "open 0\n"


def test_a_server_that_ended_is_said_in_words_and_no_input_is_lost(browser, figures, tmp_path):
    port = browsing.free_port()
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    with browsing.served(tmp_path, port) as (url, _, _):
        browsing.open_standalone(page, url)
        entry(row(page, RATE, HEADING), "47.5")
        shows(page, "net", figures(f"{RATE}=0.475")["net"])
        page.wait_for_function("() => location.hash.startsWith('#w=')")
        assert "token" not in page.url
    lost = page.locator('.what-if .status[data-state="lost"]')
    lost.wait_for(timeout=SOON)
    assert (
        "20" in lost.inner_text() and float(page.evaluate("getComputedStyle(document.querySelector('.what-if .cards')).opacity")) < 1
    )  # dated and greyed
    entry(row(page, "law.tax_rebate.low_rate"), "12.5")
    expect(box(row(page, "law.tax_rebate.low_rate"))).to_have_value("12.5")
    with browsing.served(tmp_path, port) as (url, _, _):
        page.goto(url)
        in_sight(page, "47.5")
        in_sight(page, "12.5")
        shows(page, "net", figures(f"{RATE}=0.475", "law.tax_rebate.low_rate=0.125")["net"])
        other = browser.new_context()
        colleague = other.new_page()
        browsing.open_standalone(colleague, url)
        colleague.evaluate("hash => { location.hash = hash; }", page.evaluate("location.hash"))
        in_sight(colleague, "12.5")
        shows(colleague, "net", card(page, "net"))
        other.close()
    context.close()


@pytest.mark.parametrize("lang, title", [("zh", "政策试算台"), ("en", "What if")])
def test_it_is_laid_out_on_every_width_and_says_its_language(browser, figures, tmp_path, lang, title):
    with browsing.served(tmp_path, lang=lang) as (url, _, _):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        browsing.open_standalone(page, url)
        assert page.title() == title and page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[lang]
        row(page, RATE, HEADING)
        for width in (360, 390, 768, 1024, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, width
            for part in (".cards", ".answer", ".settings", ".card .number span"):
                shown = page.locator(f".what-if {part}").first.bounding_box()
                assert shown["width"] > (250 if part[1:] in ("cards", "answer", "settings") else 20) and shown["x"] >= 0, (width, part)
        if lang == "zh":
            page.set_viewport_size({"width": 390, "height": 900})
            entry(row(page, RATE, HEADING), "47.5")
            in_sight(page, "47.5")
            page.locator(".what-if .compare").click()
            page.locator(".what-if .gains").click()
            for part in (".compared", ".gained"):
                page.locator(f".what-if {part} table").first.wait_for(timeout=browsing.READY)
            assert (
                page.evaluate("Math.max(...[...document.querySelectorAll('.what-if .scroll')].map((s) => s.scrollWidth - s.clientWidth))")
                <= 0
            )
            assert page.locator(".what-if .gained").get_by_role("rowheader").count() > 4  # a table still, to those who listen
            expect(row(page, "law.office_rent.formula", "office_rent").locator(".said")).to_contain_text(
                "max_area＝补助面积上限；due＝当年补助月数"
            )
        context.close()


def test_a_stranger_gets_nothing(opened):
    if opened.kind != "standalone":
        pytest.skip("JupyterLab's own door")
    home = opened.url.partition("?")[0]
    for place in ("", "page.js", "start.js", "live", "anything"):
        assert "what-if" not in _answer(home + place)


def _answer(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as e:
        return str(e.code)
