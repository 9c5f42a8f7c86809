"""One thing at a time, with common random numbers: what each reading of the text costs, and what each assumption's low and high end do.

All else stays as the scenario has it, other assumptions drawn as ever. Every difference is paired draw by draw and carries its
own error; the order of a list is no finer than that error (`rank_low` … `rank_high`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from simulator.budget.attribution import cost
from simulator.budget.layout import total_cash
from simulator.budget.paired import Progress, difference, rank_ranges, steps
from simulator.budget.revenue import flows
from simulator.budget.statistics import chance, mean_and_error
from simulator.budget.targets import measures
from simulator.engine.blocks import Workers
from simulator.engine.replay import on_common_numbers
from simulator.engine.run import Draws, play
from simulator.money import FEN
from simulator.population.parts import Register
from simulator.scenario import Scenario

READING_DRAWS = 200
FIRST_DRAWS, DRAWS = 24, 200  # for each end of every assumption; and of those that move a result most
REFINED = 10  # of the first result; half as many of each other
READINGS_COLUMNS = (
    "switch",
    "reading",
    "article",
    "switch_zh",
    "switch_en",
    "reading_zh",
    "reading_en",
    "default",
    "mean",
    "standard_error",
    "share_changed",
    "share_changed_low",
    "share_changed_high",
    "draws",
    "rank_low",
    "rank_high",
)
COLUMNS = (
    "result",
    "path",
    "low",
    "high",
    "at_low",
    "at_low_error",
    "at_high",
    "at_high_error",
    "swing",
    "swing_error",
    "draws",
    "rank_low",
    "rank_high",
)
Ends = dict[str, dict[str, tuple[np.ndarray, np.ndarray]]]  # path → result → differences at its low and at its high end


def results(draws: Draws, scenario: Scenario) -> dict[str, np.ndarray]:
    """The results whose drivers are asked for, one figure per draw: cash paid and net fiscal impact over all years (CNY), online
    sales of the year of the targets (CNY)."""
    found = {"paid": total_cash(draws).sum(axis=1), "net_impact": flows(draws, scenario)["net_impact"].sum(axis=1)}
    if (year := scenario.law.policy.targets_year) in draws.years:
        found["online_sales"] = measures(draws)["online_sales"][:, draws.years.index(year)].astype(float)
    return found


def readings(
    scenario: Scenario,
    population: Register | None = None,
    *,
    workers: Workers = None,
    draws: int = READING_DRAWS,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """What every other reading of each switch would cost: READINGS_COLUMNS, mean in CNY over all years (cash less clawback
    recovered), share_changed the share of draws in which the cost is another, with its exact interval; rank_low, rank_high as for
    assumptions, nan where no draw changes. A row for each reading not chosen."""
    small = scenario.few(draws)
    others = [
        (name, reading)
        for name, switch in scenario.law.policy.readings.items()
        for reading in switch.names
        if reading != scenario.interpretation[name]
    ]
    step = steps(progress, small.draws * (len(others) + 1))
    base, rows, changes = cost(play(small, population, workers=workers, progress=step)), [], []
    for name, reading in others:
        other = cost(play(small.set({f"interpretation.{name}": reading}), population, workers=workers, progress=step))
        mean, error = difference(base, other)
        switch = scenario.law.policy.readings[name]
        rows.append(
            (
                name,
                reading,
                switch.article,
                switch.zh,
                switch.en,
                *switch.meanings[reading],
                switch.default == reading,
                mean / FEN,
                error / FEN,
                *chance(other != base).values(),
                small.draws,
            )
        )
        changes.append((other - base) * np.sign(mean))
    moved = [i for i, change in enumerate(changes) if change.any()]
    ranks = dict(zip(moved, rank_ranges(np.array([changes[i] for i in moved])), strict=True)) if moved else {}
    return pd.DataFrame([(*row, *ranks.get(i, (np.nan, np.nan))) for i, row in enumerate(rows)], columns=list(READINGS_COLUMNS))


def assumptions(
    scenario: Scenario,
    population: Register | None = None,
    *,
    workers: Workers = None,
    paths: Iterable[str] | None = None,
    first: int = FIRST_DRAWS,
    draws: int = DRAWS,
    refined: int = REFINED,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Each uncertain assumption at its low and at its high end (as the scenario writes them; of a list of values the least and
    the largest): COLUMNS, a row for each of `results` and assumption, the largest swings first.

    at_low, at_high: mean difference from the scenario as it is; swing: high − low; all paired, CNY. Every assumption is played
    on `first` draws, and those that then move a result most once more on `draws`: `refined` of the first result, half as many of
    each other. rank_low, rank_high: the places an assumption may have among those of its result, given the errors; nan for the
    others.
    """
    ends = {
        path: (s.value.low, s.value.high)
        for path, s in scenario.assumptions.items()
        if s.value.shape != "fixed" and (paths is None or path in paths)
    }
    few, many = (scenario.few(n) for n in (first, draws))
    step = steps(progress, few.draws * (2 * len(ends) + 1) + many.draws * (4 * min(refined, len(ends)) + 1))

    def playing(small: Scenario) -> Callable[..., dict[str, np.ndarray]]:
        play = on_common_numbers(population, small, workers=workers, progress=step)

        def played(**changes: Any) -> dict[str, np.ndarray]:
            changed = small.set({f"assumptions.{path}": value for path, value in changes.items()})
            return results(play(changed), changed)

        return played

    found = at_ends(ends, playing(few))
    leading = leading_of(found, refined)
    again = at_ends({path: ends[path] for path in ends if any(path in of for of in leading.values())}, playing(many))
    return table(ends, found, again, leading)


def leading_of(found: Ends, refined: int) -> dict[str, list[str]]:
    """The paths with the largest swings by result, none that does nothing: `refined` of the first result, half as many of the
    others."""
    leading: dict[str, list[str]] = {}
    for i, result in enumerate(next(iter(found.values()), {})):
        size = {path: abs(_swing(of[result]).mean()) for path, of in found.items()}
        most = sorted((path for path in size if size[path] > 0), key=size.__getitem__, reverse=True)
        leading[result] = most[: refined if i == 0 else refined // 2]
    return leading


def at_ends(ends: dict[str, tuple[float, float]], played: Callable[..., dict[str, np.ndarray]]) -> Ends:
    """What the results differ from those of `played()` with each path at its low and at its high end, by draw. played: the
    results by draw with paths set, with common random numbers."""
    base = played()
    found: Ends = {}
    for path, both in ends.items():
        low, high = (played(**{path: end}) for end in both)
        found[path] = {r: (low[r] - base[r], high[r] - base[r]) for r in base}
    return found


def table(ends: dict[str, tuple[float, float]], found: Ends, again: Ends, leading: dict[str, list[str]]) -> pd.DataFrame:
    """The rows of `assumptions`. found: every path on few draws; again: those refined, on more; leading: by result."""
    rows = []
    for result, ranked in leading.items():
        ranks: dict[str, tuple[float, float]] = {}
        if ranked:  # sizes of swings, whatever their sign, compared on common draws
            swings = np.stack([_swing(again[path][result]) for path in ranked])
            ranks = dict(zip(ranked, rank_ranges(swings * np.sign(swings.mean(axis=1, keepdims=True))), strict=True))
        for path, (low, high) in ends.items():
            at = again.get(path, found[path])[result]
            numbers = [x for values in (*at, _swing(at)) for x in mean_and_error(values)]
            rows.append((result, path, low, high, *numbers, len(at[0]), *ranks.get(path, (np.nan, np.nan))))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    order = frame.assign(size=frame["swing"].abs(), few=frame["rank_low"].isna(), first=frame["result"].map(list(leading).index))
    order = order.sort_values(["first", "few", "size"], ascending=[True, True, False], kind="stable")
    return frame.loc[order.index].reset_index(drop=True)


def _swing(at: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    return at[1] - at[0]
