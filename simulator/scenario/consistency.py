"""Whether settings fit each other: what is said twice, changes nothing or cannot be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from simulator.errors import Problem
from simulator.law.odd_numbers import odd_numbers
from simulator.law.terms import Law
from simulator.phrases import phrase
from simulator.projection.assumptions import copula_matrix
from simulator.projection.market import PUBLISHED, PUBLISHED_FROM

LEAST = 1e-6  # the least eigenvalue of a matrix that draws are made with
Pairs = Mapping[tuple[str, str], float]
Scenario = Any  # simulator.scenario.Scenario, which is made of these modules


def said_twice(changes: Mapping[str, Any], places: Mapping[str, str]) -> list[Problem]:
    """The same setting under two paths: a pair in both orders, a year in two spellings, a year beside a table of years."""
    seen: dict[str, str] = {}
    problems = []
    for path, value in changes.items():
        group, _, rest = path.partition(".")
        name, at, year = rest.partition("@")
        spelt = [path]
        if group == "correlations" and rest.count("~") == 1:
            spelt = ["~".join(sorted(part.strip().removeprefix("assumptions.") for part in rest.split("~")))]
        elif group == "law" and at and year.isdigit():
            spelt = [f"{name}@{int(year)}"]
        elif group == "law" and isinstance(value, Mapping):
            spelt = [f"{name}@{date}" for date in value]
        for one in spelt:
            if one in seen:
                problems.append(Problem(places.get(path, path), phrase("is said twice, also as {}", seen[one]), "say it once"))
            seen.setdefault(one, path)
    return problems


def published_growth(first: int, horizon: int, places: Mapping[str, str]) -> list[Problem]:
    """Award years for which `market: hindsight` has no published growth."""
    start, end = PUBLISHED_FROM, PUBLISHED_FROM + len(PUBLISHED) - 1
    if start <= first and horizon <= end:
        return []
    place = next((places[path] for path in ("market", "horizon", "policy.start") if path in places), "market")
    cause = phrase("hindsight: growth is published for {} … {}, the award years are {} … {}", start, end, first, horizon)
    within = start <= first <= end
    return [Problem(place, cause, phrase("market: ex_ante, or horizon: {}", end) if within else "market: ex_ante")]


def after_the_end(changes: Mapping[str, Any], horizon: int | None, places: Mapping[str, str]) -> list[Problem]:
    """Numbers of the law and assumptions from a year on that nothing is awarded in any more."""
    dated = {
        path: [path.rpartition("@")[2], *(map(str, value) if isinstance(value, Mapping) and path.startswith("law.") else ())]
        for path, value in changes.items()
    }
    late = [(path, year) for path, years in dated.items() for year in years if year.isdigit() and horizon and int(year) > horizon]
    return [
        Problem(
            places.get(path, path),
            phrase("{} lies after {}, the last award year: it changes nothing", year, horizon),
            "leave it out, or set a later horizon",
        )
        for path, year in late
    ]


def idle_correlations(changes: Mapping[str, Any], correlations: Pairs, fixed: set[str], places: Mapping[str, str]) -> list[Problem]:
    """Correlations asked for with an assumption that is the same in every draw."""
    problems = []
    for path in changes:
        names = [part.strip().removeprefix("assumptions.") for part in path.removeprefix("correlations.").split("~")]
        if path.startswith("correlations.") and tuple(sorted(names)) in correlations and (still := sorted(fixed & set(names))):
            problems.append(
                Problem(
                    places.get(path, path),
                    phrase("{} is the same in every draw: nothing goes with it", still[0]),
                    phrase("leave it out, or give {} a low and a high", still[0]),
                )
            )
    return problems


def from_the_start(changes: Mapping[str, Any], start: int, places: Mapping[str, str]) -> list[Problem]:
    """Numbers of the law by year that say nothing of the policy's first years."""
    return [
        Problem(
            places.get(path, path),
            phrase("says nothing of the years before {}", min(value)),
            phrase("write {}@{}=…, or what holds from {} on, too", path, min(value), start),
        )
        for path, value in changes.items()
        if path.startswith("law.")
        and isinstance(value, Mapping)
        and value
        and all(isinstance(y, int) for y in value)
        and min(value) > start
    ]


_MARKET = ("market.growth", "market.persistence", "market.sd", "market.yearly_change", "market.first_year_extra")
_OF_CLAUSES = ("take_up", "typical_sum", "discretion")


def idle(scenario: Scenario, given: Collection[str]) -> list[Problem]:
    """Which of the settings given (paths) change no figure, because of another setting."""
    plain, withdrawn = scenario.plain, scenario.law.withdrawn
    uncertain = plain["uncertainty"] == "full"
    said = scenario.declared.as_the_law_says if scenario.lawful else {}
    money = any(scenario.funds.values()) or scenario.funding.earmarked or scenario.funding.clause_caps
    set_aside = {pool for pool, _ in scenario.funding.earmarked}
    found = []
    for path in given:
        group, _, rest = path.partition(".")
        name = rest.partition("@")[0]
        parts = name.split(".")
        pair = [part.strip().removeprefix("assumptions.") for part in rest.split("~")] if group == "correlations" else []
        of_clause = (
            parts[-1] if group == "assumptions" and parts[0] in _OF_CLAUSES else parts[0] if group == "law" and len(parts) > 1 else ""
        )
        of_clause = parts[1] if path.startswith("rationing.clause_cap.") else of_clause
        cause, remedy = "", ""
        if of_clause in withdrawn and not path.endswith(".offered"):
            cause = phrase("changes nothing: {} is not offered", of_clause)
            remedy = phrase("leave it out, or set law.{}.offered=true", of_clause)
        elif not scenario.law.in_force and (group == "interpretation" or of_clause in scenario.law.policy.slugs):
            cause, remedy = "changes nothing while there is no policy", "leave it out, or set policy.in_force=true"
        elif path == "rebate_suspended_from" and (year := plain[path]) is not None and year > plain["horizon"]:
            cause = phrase("{} lies after {}, the last award year: it changes nothing", year, plain["horizon"])
            remedy = "leave it out, or set a later horizon"
        elif not uncertain and (pair or path == "sampling") and plain["sampling"] + path != "plainsampling":
            cause, remedy = "changes nothing while nothing is uncertain", "leave it out, or set uncertainty=full"
        elif group == "assumptions" and name in said:
            cause, remedy = phrase("changes nothing under {}", "behaviour=as_the_law_says"), "leave it out, or set behaviour=projected"
        elif plain["market"] == "hindsight" and group == "assumptions" and name in _MARKET:
            cause, remedy = phrase("changes no payment under {}", "market=hindsight"), "leave it out, or set market=ex_ante"
        elif path == "rationing.mode" and scenario.funding.mode != "none" and not money:
            cause, remedy = "changes nothing: no year has an appropriation", "set one, as appropriation.2014=6000000"
        elif path.startswith("rationing.pool.") and scenario.funding.mode != "none" and parts[1] not in set_aside:
            cause = "changes nothing: no money is set aside for it"
            remedy = phrase("set it, as appropriation.{}.{}=6000000", parts[1], scenario.years[0])
        found += [Problem(path, cause, remedy)] if cause else []
    return found


def odd_changes(law: Law) -> list[Problem]:
    """Warnings about changed numbers of a law that do not go together where those of its file did."""
    before = law.as_written
    known = {path for path, _ in odd_numbers(before.numbers, before.policy.clauses, before.policy.settlement)}
    found = odd_numbers(law.numbers, law.policy.clauses, law.policy.settlement)
    return [replace(problem, place=f"law.{path}") for path, problem in found if path not in known]


def possible(correlations: Pairs, places: Mapping[str, str]) -> list[Problem]:
    """Whether these rank correlations can hold together; if not, the nearest ones that can."""
    names = sorted({name for pair in correlations for name in pair})
    if not names or np.linalg.eigvalsh(copula_matrix(names, correlations))[0] > LEAST:
        return []
    near = nearest_possible(names, correlations)
    place = {
        "~".join(sorted(part.strip().removeprefix("assumptions.") for part in path.removeprefix("correlations.").split("~"))): where
        for path, where in places.items()
        if path.startswith("correlations.")
    }
    pairs = [pair for pair in correlations if abs(near[pair] - correlations[pair]) >= 0.0005]
    return [
        Problem(
            place.get("~".join(pair), f"correlations.{'~'.join(pair)}"),
            phrase("{} contradicts the other correlations", format(correlations[pair], "g")),
            phrase("the nearest that is possible is {}", format(near[pair], "g")),
        )
        for pair in pairs
    ]


def nearest_possible(names: list[str], correlations: Pairs) -> dict[tuple[str, str], float]:
    """The rank correlations of the pairs in the nearest correlation matrix (Higham's alternating projections), rounded to three
    decimals such that they can hold together; pairs that were not named stay what they are as far as that matrix has them."""
    wanted = copula_matrix(names, correlations)
    near, correction = wanted.copy(), np.zeros_like(wanted)
    for _ in range(1000):
        values, vectors = np.linalg.eigh(near - correction)
        definite = (vectors * np.maximum(values, 10 * LEAST)) @ vectors.T
        correction = definite - (near - correction)
        near = definite.copy()
        named = {(names.index(a), names.index(b)) for a, b in correlations}
        for i in range(len(names)):
            for j in range(i):
                if (i, j) not in named and (j, i) not in named:
                    near[i, j] = near[j, i] = 0.0
        np.fill_diagonal(near, 1.0)
    ranks = {(a, b): 6 / np.pi * np.arcsin(near[names.index(a), names.index(b)] / 2) for a, b in correlations}
    for shrink in np.arange(1, 0, -0.001):
        found = {pair: round(float(rank * shrink), 3) for pair, rank in ranks.items()}
        if np.linalg.eigvalsh(copula_matrix(names, found))[0] > LEAST:
            return found
    return dict.fromkeys(correlations, 0.0)
