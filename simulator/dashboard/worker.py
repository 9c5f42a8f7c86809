"""Plays what was asked for last, beside the page: no queue of old answers, and nothing the hand has to wait for.

One thread. A question that comes while another is being played takes its place: the engine is stopped at its next block of
draws and the old answer is never shown. What is played is a `Question`; what comes of it goes to `publish`.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from simulator.budget.result import BudgetRun
from simulator.engine.replay import Session
from simulator.errors import SimulatorError
from simulator.population.register import Population
from simulator.scenario import Scenario

KEPT = 2  # the quick picture's draws, and the full run's


class Engine(Protocol):
    """What plays a scenario. progress: called now and then with the number of draws done; may raise to stop it."""

    def play(self, scenario: Scenario, progress: Callable[[int], None] | None = None) -> BudgetRun: ...


class Replaying:
    """Plays again only what a change can touch; the numbers are those of a full run. Remembers KEPT numbers of draws."""

    def __init__(self, population: Population | None, workers: int | None = None):
        self.population, self.workers = population, workers
        self._sessions: dict[tuple[int, int], Session] = {}

    def play(self, scenario: Scenario, progress: Callable[[int], None] | None = None) -> BudgetRun:
        luck = (scenario.seed, scenario.draws)
        session = self._sessions.pop(luck, None) or Session(scenario, self.population, self.workers)
        self._sessions = dict(list(self._sessions.items())[1 - KEPT:]) | {luck: session}
        return BudgetRun(scenario, session.play(scenario, progress), self.population)


@dataclass(frozen=True)
class Question:
    """A scenario to be played, seed and draws in it. full: asked for by the button, with a bar of progress."""

    scenario: Scenario
    serial: int
    full: bool = False


@dataclass(frozen=True)
class Answer:
    """What came of a question: the run, beside the baseline's on the same luck."""

    question: Question
    run: BudgetRun
    baseline: BudgetRun


@dataclass(frozen=True)
class Failure:
    """What came of a question that has no answer."""

    question: Question
    error: SimulatorError


class Superseded(Exception):
    """Another question has come, or this one is no longer wanted."""


class Worker:
    """Answers the last question asked. base: the scenario differences are taken from.

    publish: called in the worker's thread with each answer, or failure, that is still wanted; progress: with (question, draws done).
    """

    def __init__(self, engine: Engine, base: Scenario, publish: Callable[[Answer | Failure], None],
                 progress: Callable[[Question, int], None] = lambda _question, _done: None):
        self.engine, self.base = engine, base
        self._publish, self._progress = publish, progress
        self._wanted: Question | None = None
        self._serial = 0
        self._changed = threading.Condition()
        self._baselines: dict[tuple[int, int], BudgetRun] = {}
        threading.Thread(target=self._work, name="what-if", daemon=True).start()

    def ask(self, scenario: Scenario, *, full: bool = False) -> Question:
        """Play this instead of whatever is being played; returns at once."""
        with self._changed:
            self._serial += 1
            self._wanted = wanted = Question(scenario, self._serial, full)
            self._changed.notify()
            return wanted

    def cancel(self) -> None:
        """Play nothing any more, until the next question."""
        with self._changed:
            self._wanted = None

    def is_wanted(self, question: Question) -> bool:
        """Whether no other question has come since."""
        return self._wanted is question

    def _work(self) -> None:
        question: Question | None = None
        while True:
            question = self._next(question)
            try:
                self._tell(self._answer(question))
            except Superseded:
                continue
            except SimulatorError as e:
                self._tell(Failure(question, e))
            except Exception as e:  # noqa: BLE001  a defect: the page says so and goes on
                traceback.print_exc()
                self._tell(Failure(question, SimulatorError(f"{type(e).__name__}: {e}")))

    def _next(self, answered: Question | None) -> Question:
        """The question asked last, as soon as it is another than the one answered."""
        with self._changed:
            while self._wanted is None or self._wanted is answered:
                self._changed.wait()
            return self._wanted

    def _tell(self, answer: Answer | Failure) -> None:
        if self.is_wanted(answer.question):
            self._publish(answer)

    def _answer(self, question: Question) -> Answer:
        done = 0

        def progress(draws: int) -> None:
            nonlocal done
            if not self.is_wanted(question):
                raise Superseded
            done += draws
            self._progress(question, done)

        scenario = question.scenario
        same = {name: scenario.plain[name] for name in ("seed", "draws", "sampling")}
        luck, base = tuple(same.values()), self.base.set(same)
        if luck not in self._baselines:
            played = self.engine.play(base, progress if scenario != base else None)
            self._baselines = {luck: played}  # one is enough: a page goes back to the same draws
        baseline = self._baselines[luck]
        if scenario == base:
            return Answer(question, baseline, baseline)
        done = 0
        return Answer(question, self.engine.play(scenario, progress), baseline)
