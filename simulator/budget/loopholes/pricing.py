"""What the ways round the text cost: who would gain by the law, and the price if the assumed share of them goes that way.

Who gains is worked out to the fen: the law on the register as it is, and as it would be. The price is a Monte Carlo figure:
the register is played twice with common random numbers, once with everybody who gains going that way, and the difference of each draw is
taken times the share that is drawn for it. That is the expected cost where each decides for himself. Newcomers yet to come
go no such way here: the price is that of the register's own enterprises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulator import yamlfile
from simulator.budget.loopholes.ways import WAYS, Way
from simulator.budget.statistics import mean_and_error, quantile
from simulator.engine.assess import assess
from simulator.engine.blocks import Elsewhere, Workers
from simulator.engine.replay import paid_instead
from simulator.engine.run import Draws, play
from simulator.engine.synthesize import synthesize
from simulator.errors import Problem, ScenarioError
from simulator.law.policy import Policy
from simulator.law.shipped import policy_path
from simulator.money import FEN
from simulator.phrases import phrase
from simulator.population.register import Population, asked_for
from simulator.projection.uncertain import Uncertain, parse
from simulator.scenario import CONFIDENCE, Scenario
from simulator.streams import PARAMETER, key_of, uniforms_by_draw

TEXTS = ("zh", "en", "articles", "stops_zh", "stops_en", "leaks_zh", "leaks_en")
PRICES = (
    "way",
    *TEXTS,
    "gainers",
    "gain",
    "everybody",
    "everybody_error",
    "share_low",
    "share_mode",
    "share_high",
    "price",
    "price_error",
    "price_p95",
    "price_p95_low",
    "price_p95_high",
    "clause",
    "closed_by",
    "closed_price",
    "closed_error",
    "source",
    "confidence",
    "invented",
)

DRAWS = 200  # for a report: the price within some per cent

Play = Callable[[Scenario, Population], Draws]


@dataclass(frozen=True)
class Loophole:
    """A way round the text: its names, articles, what the text stops and what it does not, the assumed share of those who
    gain that go, and the settings that close it (empty: none of the law's readings does)."""

    name: str
    texts: Mapping[str, str]
    share: Uncertain
    source: str
    confidence: str
    closed_by: Mapping[str, Any]

    @property
    def way(self) -> Way:
        return WAYS[self.name]


@lru_cache(maxsize=1)
def loopholes(policy: Policy) -> tuple[Loophole, ...]:
    """The ways round a policy's text that somebody wrote down: `loopholes.yaml` beside its file; none where there is no such file.
    Raises ScenarioError with every problem."""
    path = policy_path(policy.name).parent / "loopholes.yaml"
    return read(path) if path.is_file() else ()


def read(path: Path) -> tuple[Loophole, ...]:
    """A catalogue of ways; every key is checked."""
    document = yamlfile.load(path, ScenarioError, gather=True)
    problems, found = list(document.problems), []
    for name, block in document.data.items():
        place = document.place(str(name))
        if name not in WAYS or not isinstance(block, Mapping):
            problems.append(Problem(place, "is no way round the text", phrase("one of {}", ", ".join(WAYS))))
            continue
        unknown, share = set(block) - {*TEXTS, "share", "closed_by"}, block.get("share")
        lacking = [k for k in TEXTS if not isinstance(block.get(k), str)]
        problems += [Problem(document.place(f"{name}.{k}"), "is not known here", ", ".join(TEXTS)) for k in sorted(unknown)]
        problems += [Problem(place, phrase("{} is missing or no text", k), phrase("add {}:", k)) for k in lacking]
        if not isinstance(share, Mapping) or set(share) != {"value", "source", "confidence"} or share["confidence"] not in CONFIDENCE:
            problems.append(Problem(document.place(f"{name}.share"), "is no assumption", "{value: …, source: …, confidence: …}"))
            continue
        value, wrong = parse(share["value"], document.place(f"{name}.share"), 0, 1)
        problems += wrong
        if value is not None:
            found.append(
                Loophole(
                    name,
                    {k: str(block.get(k)) for k in TEXTS},
                    value,
                    str(share["source"]),
                    share["confidence"],
                    dict(block.get("closed_by") or {}),
                )
            )
    if problems:
        raise ScenarioError(problems)
    return tuple(found)


def prices(
    scenario: Scenario, people: Population, playing: Play, ways: tuple[Loophole, ...] | None = None, *, workers: Workers = None
) -> pd.DataFrame:
    """PRICES of every way: gainers (enterprises that gain by the law in the register's years) and their gain; everybody: the
    cost, mean of all cash, if all of them go; price: if the share drawn goes; closed_price: the same under `closed_by`; CNY.
    invented: the register is.

    Raises ScenarioError when the register has no year of the policy.
    """
    if not reaches(people, scenario):
        raise ScenarioError(
            Problem(
                people.source,
                phrase("has no rows of {}, the policy's first year", scenario.law.start.year),
                "give the register that year's rows",
            )
        )
    played: dict[str, Draws] = {}

    def costs(of: Scenario, key: str, who: np.ndarray, changed: Population, come: np.ndarray) -> np.ndarray:
        """What it costs more if those go: cash of all years by clause, fen (draws, clauses). key: of the setting; come: which rows of
        the changed register are theirs."""
        known = of.set({"population.known_until": people.last_year})
        if key not in played:
            played[key] = playing(known, people)
        base, paid = played[key], None
        if not isinstance(workers, Elsewhere):  # they alone are played again
            paid = paid_instead(known, base, people.subset(who), changed.subset(come), workers)
        if paid is None:
            paid = playing(known, changed).paid
        return (paid - base.paid).sum(axis=1)[:, : base.cash]

    rows = []
    for hole in loopholes(scenario.law.policy) if ways is None else ways:
        gains = gain(scenario, people, hole.way)
        who = gains > 0
        share = _shares(hole, scenario)
        closed = scenario.set(hole.closed_by) if hole.closed_by else None
        everybody = np.zeros((scenario.draws, scenario.law.policy.cash_clauses))
        remaining = np.full(scenario.draws, np.nan)
        if who.any():
            changed, origin = hole.way(people, scenario.law, who)
            everybody = costs(scenario, "as it is", who, changed, who[origin]) / FEN
            if closed is not None:
                remaining = costs(closed, str(hole.closed_by), who, changed, who[origin]).sum(axis=1) / FEN * share
        total = everybody.sum(axis=1)
        price = total * share
        dearest = scenario.law.policy.slugs[int(np.argmax(everybody.mean(axis=0)))] if who.any() else ""
        rows.append(
            (
                hole.name,
                *hole.texts.values(),
                int(who.sum()),
                int(gains[who].sum()) / FEN,
                *mean_and_error(total),
                hole.share.low,
                hole.share.mode,
                hole.share.high,
                *mean_and_error(price),
                *quantile(price, 95),
                dearest,
                _written(hole.closed_by),
                *(mean_and_error(remaining) if closed is not None and who.any() else (np.nan, np.nan)),
                hole.source,
                hole.confidence,
                people.synthetic,
            )
        )
    return pd.DataFrame(rows, columns=list(PRICES))


def reaches(people: Population, scenario: Scenario) -> bool:
    """Whether the register has the policy's first year."""
    return people.first_year <= scenario.law.start.year <= people.last_year


def price_ways(
    scenario: Scenario,
    people: Population | None,
    workers: Workers = None,
    draws: int = DRAWS,
    progress: Callable[[int], object] | None = None,
) -> pd.DataFrame:
    """`prices` on a register, or on an invented one where there is none; at most `draws` draws. progress: called after each
    play."""
    if people is None:
        people = synthesize(scenario)

    def played(of: Scenario, changed: Population) -> Draws:
        found = play(of, changed, workers=workers)
        if progress:
            progress(1)
        return found

    return prices(scenario.few(draws), people, played, workers=workers)


def gain(scenario: Scenario, people: Population, way: Way) -> np.ndarray:
    """What each enterprise gains by the law if it goes that way, fen (n,) over the register's years; may be negative.

    Enterprises with unknown facts gain nothing: they are not assessed here.
    """
    everyone = ~np.isin(
        people.ids, [entry[0] for entry in asked_for(people.unknown, scenario.law.policy, scenario.interpretation) if entry[0]]
    )
    changed, origin = way(people, scenario.law, everyone)
    before, after = (assess(p, scenario).awards[:, :, : scenario.law.policy.cash_clauses].sum(axis=(1, 2)) for p in (people, changed))
    gained = np.zeros(len(people), np.int64)
    np.add.at(gained, origin, after)
    return np.where(everyone, gained - before, 0)


def _shares(hole: Loophole, scenario: Scenario) -> np.ndarray:
    """The share that goes, drawn once per draw as any other assumption (draws,)."""
    if scenario.plain["uncertainty"] == "none" or hole.share.shape == "fixed":
        return np.full(scenario.draws, hole.share.most_likely)
    key = key_of(f"loopholes.{hole.name}")
    return hole.share.inverse(uniforms_by_draw(np.uint64(scenario.seed), 0, scenario.draws, PARAMETER, key))


def _written(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{path}={yamlfile.written(value)}" for path, value in settings.items())
