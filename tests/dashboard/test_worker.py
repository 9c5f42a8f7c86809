"""The last question wins, whatever the threads do; nothing here depends on how long anything takes."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import pytest

from simulator.dashboard.worker import Answer, Worker
from simulator.errors import ScenarioError
from simulator.scenario import Scenario, load_scenario

BASE = load_scenario("baseline").set({"draws": 7})
AREA = "law.office_rent.max_area"
WAIT = 60


@dataclass(frozen=True)
class Run:
    """What stands for a run."""

    scenario: Scenario

    def first(self, draws):
        return Run(self.scenario.set({"draws": draws}))


class Scripted:
    """An engine whose plays wait at a gate, report a block of draws and give a run; those that take long show their first draws."""

    def __init__(self, first: int = 0, prepares: bool = False):
        self.gate, self.started, self.played = threading.Semaphore(0), threading.Semaphore(0), []
        self.first, self.prepares, self.made_ready, self.foreseen = first, prepares, [], []

    def play(self, scenario, progress=None, stops=(), show=None):
        self.started.release()
        for draws in stops:
            assert self.gate.acquire(timeout=WAIT)
            show(Run(scenario.set({"draws": draws})))
        assert self.gate.acquire(timeout=WAIT)
        if progress:
            progress(3)
        if scenario.plain["seed"] == 13:
            raise ScenarioError("does not play")
        if scenario.plain["seed"] == 14:
            raise ZeroDivisionError("a defect")
        self.played.append(scenario)
        return Run(scenario)

    def stops(self, scenario):
        return [self.first] if self.first and self.takes_long(scenario) else []

    def takes_long(self, scenario):
        return scenario.plain["seed"] == 15

    def foresee(self, scenario, progress):
        self.foreseen.append(scenario)
        progress(1)

    def look_ahead(self, scenario, progress):
        if self.prepares:
            assert self.gate.acquire(timeout=WAIT)
            progress(1)
            self.made_ready.append(scenario)


class Said:
    """Keeps answers and progress, and lets a test wait for the next answer."""

    def __init__(self):
        self.answers: list[Answer] = []
        self.steps: list[tuple[int, int]] = []
        self._came = threading.Semaphore(0)

    def publish(self, answer):
        self.answers.append(answer)
        self._came.release()

    def progress(self, question, done):
        self.steps.append((question.serial, done))

    def next(self) -> Answer:
        assert self._came.acquire(timeout=WAIT)
        return self.answers[-1]


@pytest.fixture
def table():
    engine, said = Scripted(), Said()
    return engine, said, Worker(engine, BASE, said.publish, said.progress)


def area(square_metres: int):
    return BASE.set({AREA: square_metres})


def test_the_baseline_is_played_once_and_is_its_own_answer(table):
    engine, said, worker = table
    engine.gate.release(2)
    worker.ask(BASE)
    answer = said.next()
    assert answer.run is answer.baseline
    worker.ask(area(300))
    answer = said.next()
    assert (answer.baseline, answer.run) == (Run(BASE), Run(area(300))) and engine.played == [BASE, area(300)]


def slowly(square_metres: int):
    """A question whose answer takes long (see `Scripted.takes_long`)."""
    return area(square_metres).set({"seed": 15})


def test_a_question_takes_the_place_of_a_long_one_being_played(table):
    engine, said, worker = table
    base = BASE.set({"seed": 15})
    engine.gate.release()
    worker.ask(base)
    said.next()
    assert engine.started.acquire(timeout=WAIT)
    worker.ask(slowly(100))
    assert engine.started.acquire(timeout=WAIT)  # the hundred is being played
    for metres in (200, 300, 400):
        worker.ask(slowly(metres))
    engine.gate.release(2)
    assert said.next().run == Run(slowly(400))
    assert [a.run.scenario for a in said.answers] == [base, slowly(400)] and engine.played == [base, slowly(400)]


def test_what_is_there_soon_is_shown_while_the_hand_moves_on_and_the_last_comes_last(table):
    engine, said, worker = table
    engine.gate.release()
    worker.ask(BASE)
    said.next()
    assert engine.started.acquire(timeout=WAIT)
    worker.ask(area(100))
    assert engine.started.acquire(timeout=WAIT)
    for metres in (200, 300, 400):  # while the hundred is being played
        worker.ask(area(metres))
    engine.gate.release(2)
    said.next()
    said.next()
    assert [a.run.scenario for a in said.answers] == [BASE, area(100), area(400)]


def test_a_hand_that_never_rests_is_followed_by_first_answers():
    """Each question comes before the one before it was answered in full: the first draws of each that was begun are shown."""
    engine, said = Scripted(first=2), Said()
    worker = Worker(engine, BASE, said.publish)
    engine.gate.release()
    worker.ask(slowly(100))
    assert engine.started.acquire(timeout=WAIT)  # the baseline
    for metres in (200, 300, 400):
        assert engine.started.acquire(timeout=WAIT)  # its first draws are being played
        worker.ask(slowly(metres))
        engine.gate.release()
        assert not said.next().final
    engine.gate.release(9)
    while not said.next().final:
        pass
    assert said.answers[-1].run == Run(slowly(400)) and [a.final for a in said.answers].count(True) == 1


def test_an_errand_is_run_between_questions_and_done_anew_where_one_interrupts_it(table):
    engine, said, worker = table
    engine.gate.release()
    worker.ask(BASE)
    said.next()
    assert engine.started.acquire(timeout=WAIT)
    runs, done = [], threading.Event()

    def compare(play):
        runs.append([play(area(m)) for m in (1, 2)])
        done.set()

    worker.errand(compare)
    assert engine.started.acquire(timeout=WAIT)  # the errand plays
    worker.ask(area(300))
    engine.gate.release(2)
    assert said.next().run == Run(area(300))
    engine.gate.release(9)
    assert done.wait(WAIT) and runs == [[Run(area(1)), Run(area(2))]]


def test_a_worker_that_ended_plays_nothing_more(table):
    engine, said, worker = table
    engine.gate.release()
    worker.ask(BASE)
    said.next()
    worker.end()
    worker.ask(area(300))
    assert not worker._thread.is_alive() and engine.played == [BASE]


def test_what_is_cancelled_is_never_shown_and_the_next_question_is_answered(table):
    engine, said, worker = table
    question = worker.ask(area(100))
    assert engine.started.acquire(timeout=WAIT)
    worker.cancel()
    assert not worker.is_wanted(question)
    engine.gate.release(3)
    worker.ask(area(200))
    assert said.next().run == Run(area(200)) and len(said.answers) == 1


@pytest.mark.parametrize("seed, text", [(13, "does not play"), (14, "ZeroDivisionError: a defect")])
def test_an_error_is_an_answer_and_the_next_question_is_answered(table, seed, text):
    engine, said, worker = table
    engine.gate.release(4)
    worker.ask(BASE.set({"seed": seed}))
    assert text in str(said.next().error)
    worker.ask(BASE)
    assert isinstance(said.next(), Answer)


def test_a_picture_that_fails_does_not_stop_the_worker():
    engine, said = Scripted(), Said()
    engine.gate.release(9)
    failed = threading.Event()

    def publish(answer):
        if not failed.is_set():
            failed.set()
            raise RuntimeError("cannot draw")
        said.publish(answer)

    worker = Worker(engine, BASE, publish)
    worker.ask(BASE)
    assert "cannot draw" in str(said.next().error)
    worker.ask(area(300))
    assert said.next().run == Run(area(300))


def test_progress_is_reported_of_a_full_run(table):
    engine, said, worker = table
    engine.gate.release(2)
    question = worker.ask(area(300), full=True)
    said.next()
    assert (question.serial, 3) in said.steps


def test_an_answer_that_takes_its_time_is_preceded_by_one_of_its_first_draws():
    engine, said = Scripted(first=2), Said()
    worker, slow = Worker(engine, BASE, said.publish), area(300).set({"seed": 15})
    engine.gate.release(9)
    worker.ask(slow)
    early, whole = said.next(), said.next()
    assert [(a.run.scenario, a.final) for a in said.answers] == [(slow.set({"draws": 2}), False), (slow, True)], (early, whole)
    assert [a.baseline.scenario for a in said.answers] == [BASE.set({"seed": 15, "draws": n}) for n in (2, 7)]
    engine.gate.release(9)
    worker.ask(area(300))
    assert said.next().final and len(said.answers) == 3  # soon there
    engine.gate.release(9)
    worker.ask(slow.set({AREA: 200}), full=True)
    assert said.next().final and len(said.answers) == 4  # the button's has a bar


def test_while_nothing_is_asked_the_next_change_is_made_ready_for_until_something_is():
    engine, said = Scripted(prepares=True), Said()
    worker = Worker(engine, BASE, said.publish)
    engine.gate.release(2)  # the baseline, the change; none for making ready
    worker.ask(area(300))
    said.next()
    worker.ask(area(400))
    engine.gate.release(3)  # making ready, which ends here; the new change; making ready for the next
    assert said.next().run == Run(area(400)) and area(300) not in engine.made_ready


def test_the_step_that_may_come_next_is_played_while_nothing_is_asked_and_may_be_none():
    engine, said = Scripted(prepares=True), Said()
    worker = Worker(engine, BASE, said.publish)

    def beyond():
        raise ScenarioError("the slider ends here")

    for k, ahead in enumerate((lambda: area(310), lambda: None, beyond), 1):
        engine.gate.release(2 + (k == 1))  # the change, and making ready; the baseline once
        worker.ask(area(300 + k), ahead=ahead)
        while len(engine.made_ready) < k:
            time.sleep(0.01)
    assert engine.foreseen == [area(310)] and [a.final for a in said.answers] == [True] * 3
