"""Plays what was asked for last, beside the page: no queue of old answers, and nothing the hand has to wait for.

One thread. While a slider is dragged a question comes every few hundredths of a second. So what is there soon is played to
its end and shown, though another question has come meanwhile: the picture follows the hand, one step behind. What takes its
time is shown from its first draws on, and given up after those once another question comes.

What is played is a `Question`; what comes of it goes to `publish`. An errand, as a comparison of many scenarios, is played
on the same engine while no question waits. While nothing is asked, the next step of the same slider is played, and the next change
made ready for.
"""

from __future__ import annotations

import contextlib
import gc
import math
import threading
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from simulator.budget.result import BudgetRun
from simulator.dashboard.ideas import REPLICATE
from simulator.engine.replay import Session
from simulator.engine.run import Draws
from simulator.errors import SimulatorError
from simulator.population.register import Population
from simulator.scenario import Scenario

KEPT = 3  # numbers of draws: the quick picture's, the full run's, and one more
FEWEST = 30  # draws of a first answer
FIRSTS = 12  # first draws of baselines kept
PATIENCE = 0.06  # seconds that nobody minds waiting
LOOKS = (0.045, 0.135)  # seconds after which the draws played so far are shown: what follows the hand, what looks like the answer
Play = Callable[[Scenario], BudgetRun]
Ahead = Callable[[], Scenario | None]


class Engine(Protocol):
    """What plays a scenario."""

    def play(
        self,
        scenario: Scenario,
        progress: Callable[[int], None] | None = None,
        stops: Sequence[int] = (),
        show: Callable[[BudgetRun], None] | None = None,
    ) -> BudgetRun:
        """Its run. progress: called now and then with the number of draws done; show: after each of the numbers of draws `stops`,
        with the run of the draws so far. Either may raise to stop it."""

    def stops(self, scenario: Scenario) -> Sequence[int]:
        """After which numbers of draws to show what there is, where the answer takes its time."""

    def takes_long(self, scenario: Scenario) -> bool:
        """Whether this answer will take longer than anybody likes to wait."""

    def foresee(self, scenario: Scenario, progress: Callable[[int], None]) -> None:
        """Play what may be asked for next, so that its answer is there at once."""

    def look_ahead(self, scenario: Scenario, progress: Callable[[int], None]) -> None:
        """Make ready for a change of any other setting."""


class Replaying:
    """Plays again only what a change can touch; the numbers are those of a full run. Remembers KEPT numbers of draws."""

    def __init__(self, population: Population | None, workers: int | None = None):
        self.population, self.workers = population, workers
        self._sessions: dict[tuple[int, int], Session] = {}

    def play(
        self,
        scenario: Scenario,
        progress: Callable[[int], None] | None = None,
        stops: Sequence[int] = (),
        show: Callable[[BudgetRun], None] | None = None,
    ) -> BudgetRun:
        chance = (scenario.seed, scenario.draws)
        session = self._sessions.pop(chance, None) or Session(scenario, self.population, self.workers)
        self._sessions = dict(list(self._sessions.items())[1 - KEPT :]) | {chance: session}

        def shown(first: Draws) -> None:
            if show:
                show(BudgetRun(scenario.set({"draws": len(first.parameters)}), first, self.population))

        return BudgetRun(scenario, session.play(scenario, progress, stops=stops, show=shown), self.population)

    def takes_long(self, scenario: Scenario) -> bool:
        return self._seconds_for(scenario) > PATIENCE

    def _seconds_for(self, scenario: Scenario) -> float:
        session = self._sessions.get((scenario.seed, scenario.draws))
        return math.inf if session is None else session.seconds_for(scenario)

    def stops(self, scenario: Scenario) -> Sequence[int]:
        seconds = self._seconds_for(scenario)
        if seconds <= PATIENCE or scenario.plain["sampling"] == "sobol":  # a sequence's first draws are no sample
            return []
        found = {max(FEWEST, int(scenario.draws * look / seconds) // 10 * 10) for look in LOOKS}
        return sorted(draws for draws in found if draws <= 0.8 * scenario.draws)

    def foresee(self, scenario: Scenario, progress: Callable[[int], None]) -> None:
        if session := self._sessions.get((scenario.seed, scenario.draws)):
            session.play(scenario, progress, rebase=False, idle=True)

    def look_ahead(self, scenario: Scenario, progress: Callable[[int], None]) -> None:
        if session := self._sessions.get((scenario.seed, scenario.draws)):
            session.look_ahead(scenario, progress)


@dataclass(frozen=True)
class Question:
    """A scenario to be played, seed and draws in it. full: asked for by the button, with a bar of progress. ahead: gives the scenario
    that a hand which goes on as it went asks for next, if there is one."""

    scenario: Scenario
    serial: int
    full: bool = False
    ahead: Ahead = lambda: None


@dataclass(frozen=True)
class Answer:
    """What came of a question: the run, beside the baseline's with the same random numbers. final: not of its first draws only."""

    question: Question
    run: BudgetRun
    baseline: BudgetRun
    final: bool = True


@dataclass(frozen=True)
class Failure:
    """What came of a question that has no answer."""

    question: Question
    error: SimulatorError


class Superseded(Exception):
    """Another question has come, or this one is no longer wanted."""


class Ended(Exception):
    """Nothing is to be played any more."""


class Worker:
    """Answers the last question asked. base: the scenario differences are taken from.

    publish: called in the worker's thread with each answer, or failure, that is still wanted; progress: with (question, draws done).
    """

    def __init__(
        self,
        engine: Engine,
        base: Scenario,
        publish: Callable[[Answer | Failure], None],
        progress: Callable[[Question, int], None] = lambda _question, _done: None,
    ):
        self.engine, self.base = engine, base
        self._publish, self._progress = publish, progress
        self._wanted: Question | None = None
        self._errands: deque[Callable[[Play], None]] = deque()
        self._serial = self._dropped = 0  # of the last question asked; of the last one that was cancelled
        self._ended = False
        self._changed = threading.Condition()
        self._baselines: dict[tuple[object, ...], BudgetRun] = {}
        self._firsts: dict[tuple[object, ...], BudgetRun] = {}  # draws of them
        self._thread = threading.Thread(target=self._work, name="what-if", daemon=True)
        self._thread.start()

    def ask(self, scenario: Scenario, *, full: bool = False, ahead: Ahead = lambda: None) -> Question:
        """Play this instead of whatever is being played; returns at once. full, ahead: see `Question`."""
        with self._changed:
            self._serial += 1
            self._wanted = wanted = Question(scenario, self._serial, full, ahead)
            self._changed.notify()
            return wanted

    def errand(self, do: Callable[[Play], None]) -> None:
        """Have something done with the engine once no question waits. A question stops it; it is then done anew from its
        beginning. do: given what plays a scenario; tells of its own errors."""
        with self._changed:
            self._errands.append(do)
            self._changed.notify()

    def cancel(self) -> None:
        """Play nothing any more, until the next question."""
        with self._changed:
            self._wanted, self._dropped = None, self._serial

    def end(self) -> None:
        """Stop for good; what is being played is given up at its next block of draws."""
        with self._changed:
            self._ended, self._wanted = True, None
            self._errands.clear()
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join(10)
        gc.unfreeze()  # what the session left is found again

    def is_wanted(self, question: Question) -> bool:
        """Whether no other question has come since."""
        return self._wanted is question

    def _work(self) -> None:
        question: Question | None = None
        while True:
            if question is not None and not gc.get_freeze_count():
                gc.collect()
                gc.freeze()  # what is there after the first answer stays: looking through it again took a tenth of a second each time
            found = self._next(question)
            if found is None:
                return
            if not isinstance(found, Question):
                self._run_errand(found)
                continue
            question = found
            try:
                self._answer_all(question)
            except Superseded:
                continue
            except Ended:
                return
            except SimulatorError as e:
                self._tell(Failure(question, e))
            except Exception as e:  # noqa: BLE001  a defect: the page says so and goes on
                traceback.print_exc()
                self._tell(Failure(question, SimulatorError(f"{type(e).__name__}: {e}")))

    def _answer_all(self, question: Question) -> None:
        """The answer, its first draws before it where it takes long, and what makes the next one fast."""
        soon = not (question.full or self.engine.takes_long(question.scenario))
        self._show(self._answer(question, soon=soon), soon=soon)
        if not question.full and self.is_wanted(question) and not self._errands:
            self._look_ahead(question)

    def _show(self, answer: Answer, *, soon: bool) -> None:
        """Show an answer that is wanted; one that was there soon, unless it was cancelled."""
        if self.is_wanted(answer.question) or (soon and answer.question.serial > self._dropped):
            self._publish(answer)

    def _run_errand(self, do: Callable[[Play], None]) -> None:
        wanted = self._wanted

        def play(scenario: Scenario) -> BudgetRun:
            def progress(_draws: int) -> None:
                if self._ended:
                    raise Ended
                if self._wanted is not wanted:
                    raise Superseded

            return self.engine.play(scenario, progress)

        try:
            do(play)
        except Superseded:
            with self._changed:
                self._errands.appendleft(do)
        except Ended:
            return
        except Exception:  # noqa: BLE001  a defect of the errand's own: the page goes on
            traceback.print_exc()

    def _next(self, answered: Question | None) -> Question | Callable[[Play], None] | None:
        """The question asked last, as soon as it is another than the one answered; else an errand; None at the end."""
        with self._changed:
            while True:
                if self._ended:
                    return None
                if self._wanted is not None and self._wanted is not answered:
                    return self._wanted
                if self._errands:
                    return self._errands.popleft()
                self._changed.wait()

    def _tell(self, answer: Answer | Failure) -> None:
        if self.is_wanted(answer.question):
            self._publish(answer)

    def _answer(self, question: Question, *, soon: bool) -> Answer:
        """What comes of a question; what comes of its first draws is shown. soon: played to its end, whatever is asked meanwhile;
        else until something could be shown."""
        scenario, base = question.scenario, self._base_of(question.scenario)
        baseline = self._baseline(base, self._progress_of(question, soon=lambda: soon)) if scenario != base else None
        stops = [] if question.full else self.engine.stops(scenario)
        waited_for = soon or bool(stops)

        def show(run: BudgetRun) -> None:
            nonlocal waited_for
            self._show(Answer(question, run, self._first_of(baseline, run.scenario.draws) if baseline else run, final=False), soon=True)
            waited_for = soon
            if not (soon or self.is_wanted(question)):
                raise Superseded

        progress = self._progress_of(question, soon=lambda: waited_for)
        run = self.engine.play(scenario, progress, stops, show) if baseline else self._baseline(base, progress, stops, show)
        return Answer(question, run, baseline or run)

    def _look_ahead(self, question: Question) -> None:
        progress = self._progress_of(question, shown=False)
        with contextlib.suppress(SimulatorError):  # said when it is asked for
            if (following := question.ahead()) is not None:
                self.engine.foresee(following, progress)
        self.engine.look_ahead(question.scenario, progress)

    def _base_of(self, scenario: Scenario) -> Scenario:
        """The scenario differences are taken from, on a scenario's chance."""
        return self.base.set({name: scenario.plain[name] for name in REPLICATE})

    def _baseline(self, base: Scenario, progress: Callable[[int], None], *early: Any) -> BudgetRun:
        """What comes of the baseline; early: as for `Engine.play`."""
        chance = tuple(base.plain[name] for name in REPLICATE)
        if chance not in self._baselines:
            played = self.engine.play(base, progress, *early)
            self._baselines = dict(list(self._baselines.items())[1 - KEPT :]) | {chance: played}  # a page goes back to the same draws
        return self._baselines[chance]

    def _first_of(self, baseline: BudgetRun, draws: int) -> BudgetRun:
        """The first draws of a baseline; the page goes back to the same numbers of them."""
        key = (*(baseline.scenario.plain[name] for name in REPLICATE), draws)
        if key not in self._firsts:
            self._firsts = dict(list(self._firsts.items())[1 - FIRSTS :]) | {key: baseline.first(draws)}
        return self._firsts[key]

    def _progress_of(self, question: Question, *, shown: bool = True, soon: Callable[[], bool] = lambda: False) -> Callable[[int], None]:
        """Counts a question's draws, tells of them, and stops what is played for it once another is wanted (soon: only once
        none is), or an errand waits while nobody does."""
        done = 0

        def progress(draws: int) -> None:
            nonlocal done
            if self._ended:
                raise Ended
            if not self.is_wanted(question) and not (soon() and question.serial > self._dropped):
                raise Superseded
            if not shown and self._errands:
                raise Superseded
            done += draws
            if shown:
                self._progress(question, done)

        return progress
