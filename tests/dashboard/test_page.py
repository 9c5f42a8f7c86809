"""The page without a browser: gestures come in as messages, what is to be shown goes to a listener."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import threading
import zlib
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import simulator
from simulator.budget.funding import ledger_table
from simulator.budget.result import BudgetRun
from simulator.dashboard import display, views, worker
from simulator.dashboard.ideas import Shelf
from simulator.dashboard.page import Dashboard
from simulator.dashboard.state import State
from simulator.dashboard.worker import Replaying
from simulator.document.numbers import percent
from simulator.errors import ScenarioError
from simulator.money import FEN
from simulator.scenario import load_scenario
from simulator.store.kinds import KINDS

RATE, AREA = "law.tax_rebate.high_rate", "law.office_rent.max_area"
DRAWS = 12
WAIT = 240


class Counting(Replaying):
    """The engine, and how often it played."""

    def __init__(self):
        super().__init__(None)
        self.plays = 0

    def play(self, scenario, *more) -> BudgetRun:
        self.plays += 1
        return super().play(scenario, *more)


class Person:
    """Somebody at the page: does things, and sees what is reported."""

    def __init__(self, page: Dashboard):
        self.page, self.seen, self.last = page, [], {}
        self._came = threading.Condition()
        page.listen(self._hear)
        page.receive({"type": "hello"})

    def _hear(self, message) -> None:
        with self._came:
            self.seen.append(message)
            self.last[message["type"]] = message
            self._came.notify_all()

    def do(self, **gesture) -> None:
        self.page.receive(gesture)

    def until(self, happened) -> None:
        with self._came:
            assert self._came.wait_for(lambda: happened(self.last), WAIT), self.last.keys()

    def settled(self) -> None:
        """Wait until the answer of the present settings is shown."""
        self.until(lambda last: last.get("status", {}).get("state") == "current")

    def waits_for(self, kind: str) -> dict:
        self.last.pop(kind, None)
        self.until(lambda last: kind in last)
        return self.last[kind]

    @property
    def cards(self) -> dict[str, dict]:
        return {card["key"]: card for card in self.last["answer"]["cards"]}

    @property
    def said(self) -> str:
        return self.last["message"]["text"]

    def table(self, name: str) -> list[list[str]]:
        table = next(t for t in self.last["answer"]["tables"] if t["name"] == name)
        return [[cell["text"] for cell in row] for row in table["rows"]]


@pytest.fixture(scope="module")
def person(tmp_path_factory) -> Person:
    page = Dashboard(load_scenario("baseline"), lang="zh", draws=DRAWS, out=tmp_path_factory.mktemp("kept"), engine=Counting())
    person = Person(page)
    person.settled()
    yield person
    page.end()


@pytest.fixture(autouse=True)
def put_back(person):
    yield
    person.page.shelf.kept = {}
    person.page.name = ""
    person.do(type="reset")
    person.settled()


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("\u2212", "-").lstrip("+"))


# ------------------------------------------------------------------------------------ what is typed is what is played


def odd(control, words) -> str:
    """A value between the slider's steps, as somebody would type it."""
    scale, _ = display.scale_of(control, words)
    away = (
        control.step * Decimal("0.37")
        if control.finest is None
        else max(control.finest, (control.step * Decimal("0.37")).quantize(control.finest))
    )
    base = control.position(control.base)
    value = base + away
    if control.allowed[1] is not None and value > control.allowed[1]:
        value = base - away
    return f"{(value / scale).normalize():f}"


def test_every_control_keeps_what_was_typed_through_opening_loading_saving_and_coming_back(person, tmp_path):
    """An own value between two steps in every control at once; then all that could move one without a person's gesture."""
    page = person.page
    typed = {}
    for control in page.offered:
        if control.kind == "slider":
            typed[control.path] = odd(control, page.words)
            person.do(type="set", path=control.path, text=typed[control.path], sure=True)
            assert person.last["state"]["changed"].get(control.path), (control.path, typed[control.path], person.said)
            shown = person.last["state"]["changed"][control.path]["text"]
            assert number(shown) == Decimal(typed[control.path]), control.path
    assert len(typed) > 90
    before, hash_before = dict(page.state.changes), page.state.scenario.hash()
    person.do(type="hello", link="")  # opened again, by the same person or another
    person.do(type="keep", name="甲")
    person.do(type="open", name="")
    assert page.state.changes == {}
    person.do(type="open", name="甲")
    link = person.last["state"]["link"]
    person.do(type="open", name="")
    person.do(type="link", text=f"http://127.0.0.1:1/#w={link}")
    text = page.state.saved("kept", "甲", page.quick)
    person.do(type="reset")
    person.do(type="load", name="kept.yaml", text=text)
    person.do(type="undo")
    person.do(type="redo")
    assert page.state.scenario.hash() == hash_before
    assert {p: Decimal(str(v)) for p, v in page.state.changes.items() if p in typed} == {p: Decimal(str(v)) for p, v in before.items()}
    file = tmp_path / "kept.yaml"
    file.write_text(text, "utf-8")
    assert load_scenario(file).set({"draws": 1000}).hash() == page.state.scenario.hash()
    person.do(type="reset")


def test_showing_what_stands_is_no_step(person):
    person.do(type="set", path=RATE, text="47.5")
    steps = len(person.page.state._past)
    for _ in range(3):
        person.do(type="hello", link=person.last["state"]["link"])
    assert len(person.page.state._past) == steps and person.page.state.changes == {RATE: Decimal("0.475")}


def test_a_slider_is_a_set_and_undo_takes_it_back(person):
    first = {key: card["value"] for key, card in person.cards.items()}
    person.do(type="slide", path=RATE, at="40")
    person.settled()
    wanted = load_scenario("baseline").set({RATE: 0.4, "draws": DRAWS})
    page = person.page
    assert page.shown.run.scenario.hash() == wanted.hash()
    assert person.cards["net"]["value"] == simulator.run(wanted).figure("net_impact")["mean"]
    assert page.worker._wanted.ahead() == load_scenario("baseline").set({RATE: 0.39, "draws": DRAWS})  # a hand goes on as it went
    state = person.last["state"]
    assert state["listed"] == [{"path": RATE, "label": "高档返还比例", "unit": "%", "was": "50", "now": "40"}]
    assert state["options"] == f"--set {RATE}=0.4" and state["changed"][RATE]["text"] == "40" and float(state["changed"][RATE]["at"]) == 40
    person.do(type="undo")
    person.settled()
    assert {key: card["value"] for key, card in person.cards.items()} == first


@pytest.mark.parametrize(
    "text, said", [("140", "0 至 100 %"), ("abc", "读不懂"), ("{", "高档返还比例"), ("1 / 2", "高档返还比例"), ("", "读不懂")]
)
def test_g5_a_bad_value_is_reported_by_its_label_in_the_boxs_unit_and_the_old_one_stands(person, text, said):
    person.do(type="set", path=RATE, text=text)
    assert said in person.said and "高档返还比例" in person.said and RATE not in person.said and "Traceback" not in person.said
    assert person.page.state.changes == {} and person.last["state"]["changed"] == {}


def test_what_contradicts_another_number_is_reported_in_the_pages_language(person):
    person.do(type="set", path="law.platform_membership_award.tier1_members", text="12345")
    assert "门槛没有逐档提高" in person.said and not re.search("[a-z]", person.said) and person.page.state.changes == {}


def test_numbers_are_typed_and_lists_chosen(person):
    choices = [value for value, _, _ in person.page.by_path["rationing.mode"].choices]
    for path, text in (
        (AREA, "1,250"),
        ("assumptions.startups.a_year", "20 / 30 / 40"),
        ("policy.end", "无"),
        ("rationing.priority", "办公用房租金补助、数据专线补贴"),
    ):
        person.do(type="set", path=path, text=text)
    person.do(type="choose", path="rationing.mode", choice=choices.index("priority"))
    person.settled()
    assert person.page.state.changes == {
        AREA: 1250,
        "assumptions.startups.a_year": {"low": 20, "mode": 30, "high": 40},
        "policy.end": None,
        "rationing.priority": ["office_rent", "data_line"],
        "rationing.mode": "priority",
    }
    assert person.said == ""


def test_a_value_far_off_is_asked_about_and_taken_only_when_said(person):
    award = next(
        c
        for c in person.page.offered
        if c.kind == "slider" and c.unit == "CNY" and c.path.startswith("law.") and display.scale_of(c, person.page.words)[0] == 10_000
    )
    person.do(type="set", path=award.path, text="3000000")
    asked = person.last["asked"]
    assert award.zh in asked["question"] and "万元" in asked["question"] and person.page.state.changes == {}
    assert asked["instead"] in ("", "300")
    person.do(type="set", path=award.path, text="3000000", sure=True)
    assert person.page.state.changes == {award.path: 3_000_000 * 10_000}


def test_any_other_setting_can_be_written(person):
    person.do(type="other", text="assumptions.cash.same_year=0.5")
    assert "assumptions.cash.same_year" in person.page.state.changes and "taken" in person.last
    person.do(type="other", text="assumptions.cash.same_yaer=0.5")
    assert "是否应为" in person.said


# ----------------------------------------------------------------------------------------------- figures


def test_where_all_has_to_be_played_the_first_draws_are_shown_before_the_rest(person, monkeypatch):
    monkeypatch.setattr(worker, "PATIENCE", 0.0)
    monkeypatch.setattr(worker, "LOOKS", (0.0,))
    monkeypatch.setattr(worker, "FEWEST", 5)
    person.seen.clear()
    person.do(type="other", text="assumptions.startups.a_year=30")
    person.settled()
    seen = [next(c["value"] for c in m["cards"] if c["key"] == "net") for m in person.seen if m["type"] == "answer"]
    reported = [simulator.run(person.page.shown.run.scenario.set({"draws": n})).figure("net_impact")["mean"] for n in (5, DRAWS)]
    assert seen == reported and person.page.shown.final


def test_the_baseline_is_not_played_twice(person):
    before = person.page.worker.engine.plays
    person.do(type="slide", path=RATE, at="45")
    person.settled()
    person.do(type="reset")
    person.settled()
    assert person.page.worker.engine.plays == before + 1


def test_the_yearly_chance_of_an_overrun_comes_first_and_is_counted_draw_by_draw(person):
    run = person.page.shown.run
    paid, years = run.result.paid[:, :, :-1].sum(axis=2), run.result.cash_years
    budget = run.scenario.appropriation
    hits = [any(row[j] > budget[y] for j, y in enumerate(years) if y in budget) for row in paid]
    assert person.cards["overrun"]["value"] == sum(hits) / len(hits)
    overall = run.figure("overrun")["probability"]
    assert person.cards["overrun"]["value"] >= overall and percent(overall) in person.cards["overrun"]["note"]
    rows = person.table("years")
    assert [row[0] for row in rows] == [*map(str, sorted({*years, *budget})), "任一年度", "各年合计"]
    for row in rows[:-2]:
        assert number(row[1]) * 10_000 == budget[int(row[0])] / FEN
    assert rows[-1][1] == f"{sum(f for y, f in budget.items() if y in years) / FEN / 1e4:,.0f}"


def test_rows_totals_and_cards_tie_as_they_are_shown(person):
    for path, text in ((RATE, "12.5"), (AREA, "210"), ("assumptions.startups.a_year", "30")):
        person.do(type="set", path=path, text=text)
        person.settled()
        rows = [[number(cell) for cell in row[1:]] for row in person.table("clauses")]
        for was, now, apart in rows:
            assert was + apart == now
        for column in range(3):
            assert sum(row[column] for row in rows[:-1]) == rows[-1][column]
        assert rows[-1][2] == number(person.cards["difference"]["number"])


@pytest.mark.parametrize("end", [2016, 2018])
def test_a_policy_that_outlasts_the_horizon_is_reported_and_can_be_played_to_its_end(person, end):
    person.do(type="set", path="policy.end", text=f"{end}年12月31日")
    notice = person.last["state"]["notice"]
    assert str(end) in notice["text"] and "2017" in notice["text"]
    person.do(type="other", text=notice["set"])
    assert person.last["state"]["notice"] is None
    assert person.page.state.scenario.years[-1] == end + 2  # as many years after its end as the baseline has
    person.settled()


def test_the_number_of_draws_is_said_and_bad_ones_are_refused(person):
    person.do(type="draws", which="quick", text="15")
    person.settled()
    assert "模拟 15 次" in person.last["status"]["text"] and person.page.shown.run.scenario.draws == 15
    person.do(type="draws", which="quick", text="many")
    assert "未采用" in person.said and person.last["state"]["quick"] == "15"
    person.do(type="draws", which="quick", text=str(DRAWS))
    person.settled()


def test_a_full_run_has_its_own_draws(person):
    person.do(type="draws", which="full", text="25")
    person.do(type="full")
    person.settled()
    assert person.page.shown.run.scenario.draws == 25
    person.do(type="cancel")
    assert person.last["status"]["state"] == "current"
    person.page.ask()


def test_a_budget_line_is_set_and_a_bad_one_is_reported(person):
    before = person.last["answer"]["curve"]["svg"]
    person.do(type="line", text="1,500万")
    assert person.last["curve"]["curve"]["svg"] != before
    person.do(type="line", text="much")
    assert "不小于零" in person.said
    person.do(type="line", text="")
    assert person.last["curve"]["curve"]["svg"] == before


def test_appropriations_shared_out_show_what_waits(person):
    person.do(type="other", text="rationing.mode=pro_rata")
    person.do(type="other", text="appropriation.2014=1000000")
    person.until(lambda last: "按同一比例" in last.get("shared", {}).get("html", ""))
    waiting = ledger_table(person.page.shown.run.ledger(), person.page.shown.run.result).query("measure == 'waiting' and clause == 'total'")
    reported = [text for key, text in person.page.words.sentences.items() if key.endswith(".waiting")]
    assert waiting["mean"].max() > 0 and any(text in person.last["shared"]["html"] for text in reported)
    person.do(type="reset")
    person.until(lambda last: last["shared"]["html"] == "")


def test_the_pictures_show_the_answers_figures(person):
    """What is drawn, read back from where it lies, is what the run found; and so is what is read off and taken away."""
    run = person.page.shown.run
    figures = views.Figures(run)
    fan, curve = (ElementTree.fromstring(person.last["answer"][name]["svg"]) for name in ("fan", "curve"))
    assert all(picture.get("aria-label") and picture.get("role") == "img" for picture in (fan, curve))
    ticks = {float(t.get("y")) - 4: float(t.text.replace(",", "")) for t in fan.iter("text") if t.get("text-anchor") == "end"}
    (low, zero), (high, top) = max(ticks.items()), min(ticks.items())
    median = next(line for line in fan.iter("polyline") if line.get("stroke-width") == "2.8").get("points").split()
    for year, point in zip(run.result.cash_years, median, strict=True):
        drawn = zero + (low - float(point.split(",")[1])) / (low - high) * (top - zero)
        assert drawn == pytest.approx(figures("paid", "total", year)["p50"] / 1e4, abs=0.01 * top)
    reported = person.last["answer"]["fan"]
    assert [row[0]["text"] for row in reported["table"]["rows"]] == [re.search(r"\d{4}", point["text"])[0] for point in reported["hover"]]
    heights = [float(point.split(",")[1]) for point in next(curve.iter("polyline")).get("points").split()]
    assert heights == sorted(heights) and len(heights) > 10  # from certain down to impossible


# ------------------------------------------------------------------------------------- keeping and handing on


def test_what_is_saved_plays_to_the_figures_on_the_page(person, tmp_path, capsys):
    from simulator import cli

    person.do(type="set", path=RATE, text="47.5")
    person.do(type="set", path="seed", text="7")
    person.settled()
    person.do(type="save", name="方案 一：47.5 %")
    file = Path(person.page.out) / "方案-一-47.5.yaml"
    assert file.is_file() and str(file) in person.said and [f["name"] for f in person.last["message"]["files"]] == [file.name]
    assert cli.main(["run", str(file), "--out", str(tmp_path / "run")]) == 0
    capsys.readouterr()
    summary = pd.read_csv(tmp_path / "run" / "summary.csv", encoding="utf-8-sig").query("clause == 'total' and year == 'total'")
    played = summary.set_index("measure")
    assert float(played.loc["paid", "p50"]) == person.cards["p50"]["value"] or pd.isna(played.loc["paid", "p50"])
    assert float(played.loc["net_impact", "mean"]) == person.cards["net"]["value"]
    text = file.read_text("utf-8")
    person.do(type="reset")
    person.do(type="load", name=file.name, text=text)
    person.settled()
    assert person.page.state.scenario.seed == 7 and person.page.shown.run.scenario.draws == DRAWS
    assert float(played.loc["net_impact", "mean"]) == person.cards["net"]["value"]


def test_nothing_is_overwritten_unasked(person):
    person.do(type="set", path=RATE, text="41")
    person.do(type="save", name="一")
    file = Path(person.page.out) / "一.yaml"
    first = file.read_bytes()
    person.do(type="save", name="一")  # the same content: nothing to ask
    person.do(type="set", path=RATE, text="42")
    person.do(type="save", name="一")
    assert file.read_bytes() == first and person.last["asked"]["instead"] == "一-2"
    person.do(type="save", name="一", sure=True)
    assert file.read_bytes() != first


def test_what_ifs_are_kept_opened_renamed_and_asked_about_before_they_are_replaced(person):
    assert person.last["state"]["next"] == "方案一"
    person.do(type="set", path=RATE, text="47.5")
    person.do(type="keep", name="")
    person.do(type="set", path=RATE, text="30")
    assert person.last["state"]["name"] == "方案一" and not person.last["state"]["same"]
    person.do(type="keep", name="方案二")
    person.do(type="keep", name="方案一")  # bears it, but is another
    assert "方案一" in person.last["asked"]["question"] and person.page.shelf.kept["方案一"] == {RATE: Decimal("0.475")}
    person.do(type="open", name="方案一")
    assert person.page.state.changes == {RATE: Decimal("0.475")} and person.last["state"]["same"]
    person.do(type="rename", name="方案一", new="折中")
    person.do(type="drop", name="方案二")
    assert person.last["state"]["kept"] == ["折中"] and person.last["state"]["name"] == "折中"


def test_a_link_holds_the_whole_page(person, tmp_path):
    person.do(type="set", path=RATE, text="47.5")
    person.do(type="keep", name="方案一")
    person.do(type="set", path=AREA, text="333")
    person.do(type="set", path="seed", text="7")
    link = person.last["state"]["link"]
    assert re.fullmatch(r"[\w-]+", link) and str(person.page.out) not in link
    other = Dashboard(load_scenario("baseline"), lang="zh", draws=DRAWS + 1, out=tmp_path)
    colleague = Person(other)
    try:
        other.receive({"type": "hello", "link": link})
        assert other.state.scenario.hash() == person.page.state.scenario.hash()
        assert (other.shelf.kept, other.quick) == (person.page.shelf.kept, DRAWS)
        colleague.do(type="link", text=link[:-9])
        assert "完整复制" in colleague.said and other.state.changes
    finally:
        other.end()


@pytest.mark.parametrize("text", ["", "#w=", "w=AAAA", "nothing at all", "#w=" + "A" * 5000])
def test_what_is_no_link_is_reported(person, text):
    person.do(type="link", text=text)
    assert "未采用" in person.said and person.page.state.changes == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["\ud800", "9" * 50, "{a: 1", "5万元"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=int(os.environ.get("FUZZ_EXAMPLES", "40")), deadline=None)
@given(st.dictionaries(st.sampled_from("vsbrnckd"), JSON, max_size=3), st.sampled_from(["", "[[1]]", '{"v":1}', "Infinity"]))
@example({"d": [float("inf"), 1]}, "")
@example({"d": [10**9, 10**9]}, "")
@example({"n": "\ud800"}, "")
def test_whatever_stands_in_an_address_is_taken_or_refused(changed, instead):
    good = {"v": 1, "s": "", "b": "", "r": "", "n": "", "c": {RATE: "0.4"}, "k": [["a", {RATE: "0.3"}]], "d": [100, 1000]}
    text = instead or json.dumps(good | changed)
    word = base64.urlsafe_b64encode(zlib.compress(text.encode("utf-8", "surrogatepass"))).decode().rstrip("=")
    words = SimpleNamespace(say=lambda *_, **__: "")
    page = SimpleNamespace(state=State(load_scenario("baseline")), shelf=Shelf(), quick=5, full=5, words=words)
    page._try = lambda what, name="": what()
    page._tell_state, page.tell, page._register = (lambda: None), (lambda _: None), (lambda: "")
    with contextlib.suppress(ScenarioError):
        Dashboard.open_link(page, word)
    assert 0 < page.quick <= 10_000 and page.full > 0


def test_a_comparison_is_paired_and_ties_with_the_card(person):
    person.do(type="set", path=RATE, text="20")
    person.do(type="keep", name="方案一")
    person.settled()
    alone = person.cards["difference"]["number"]
    person.do(type="set", path=RATE, text="80")
    person.do(type="keep", name="方案二")
    person.settled()
    person.last.pop("compared", None)
    person.do(type="compare", names=[], against="")
    person.until(lambda last: "compared" in last)
    reported = person.last["compared"]
    assert reported["labels"] == ["基准", "方案一", "方案二"]
    headline, clauses = ([[cell["text"] for cell in row] for row in table["rows"]] for table in reported["tables"])
    assert [row[0] for row in headline] == reported["labels"] and headline[1][-1] == alone
    assert headline[2][-1] == person.cards["difference"]["number"] and clauses[-1][1:] == [row[-1] for row in headline[1:]]
    person.last.pop("compared")
    person.do(type="compare", names=["方案二"], against="方案二")
    person.until(lambda last: "compared" in last)
    assert person.last["compared"]["against"] == "方案二"


def test_who_gains_and_who_loses_adds_up_over_a_register(tmp_path):
    from simulator import resources
    from simulator.dashboard.gains import gains
    from simulator.dashboard.wording import load
    from simulator.population.readers import read_population

    register = read_population(resources.folder("data") / "sample")
    base = load_scenario("baseline")
    lower = base.set({AREA: 10})
    for table in gains(register, base, lower, load("zh")):
        rows = [[number(cell["text"]) for cell in row[1:]] for row in table["rows"]]
        for row in rows:
            assert row[0] == row[1] + row[2] + row[3]
        for column in range(4):
            assert sum(row[column] for row in rows[:-1]) == rows[-1][column]
        assert rows[-1][0] == len(register) and rows[-1][2] > 0 and rows[-1][5] < 0


@pytest.mark.slow
def test_the_report_made_from_the_page_is_of_what_it_shows_and_bears_its_name(person, monkeypatch):
    monkeypatch.setattr(BudgetRun, "analyses", lambda run, workers=None: {})  # half a minute, tested elsewhere
    assert "budget" in KINDS
    person.do(type="set", path=RATE, text="40")
    person.settled()
    person.last.pop("message", None)
    person.do(type="report", name="返还 四成", formats=["html"])
    person.until(lambda last: "files" in last.get("message", {}) or last.get("message", {}).get("kind") == "alert")
    folder = Path(person.page.out) / "返还-四成"
    assert "已生成" in person.said, person.said
    (page,) = folder.glob("*.html")
    assert "返还 四成" in page.read_text("utf-8") and "基准情景" not in re.search(r"<title>(.*?)</title>", page.read_text("utf-8"))[1]
    kept = pd.read_csv(folder / "summary.csv", encoding="utf-8-sig").query("measure == 'paid' and clause == 'total' and year == 'total'")
    assert float(kept["mean"].iloc[0]) == person.page.shown.run.figure("paid")["mean"]


def test_a_defect_is_reported_and_the_page_goes_on(person, monkeypatch):
    monkeypatch.setattr(person.page.state, "undo", lambda: 1 / 0)
    person.do(type="undo")
    assert "ZeroDivisionError" in person.said
    person.do(type="nothing of the kind")
    monkeypatch.undo()
    person.do(type="slide", path=RATE, at="45")
    person.settled()
