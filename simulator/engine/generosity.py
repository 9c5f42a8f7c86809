"""How generous a law is to a newcomer, beside the policy as its file says: what moves the but-for part of arrivals.

A hundred reference newcomers of each kind, the same for both laws, settle in the policy's first year and live to the
horizon; everyone applies, nobody leaves or breaks a rule. Generosity is what the scenario's law and readings award them over
what the baseline's would, in the same term.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from simulator.compiled import entry
from simulator.engine.edges import edges_of
from simulator.engine.enacted import Enacted, Stage, enact
from simulator.engine.kernel import THOSE_THERE, Register, nothing_wanted
from simulator.engine.totals import AWARDED, BY_CLAUSE, BY_YEAR
from simulator.errors import ScenarioError
from simulator.facts import ANNUAL, ENTERPRISE
from simulator.law.assessment import ALL
from simulator.law.policy import HISTORY, Policy
from simulator.law.readings import defaults
from simulator.projection.assumptions import draw_parameters, general
from simulator.projection.columns import TOGETHER
from simulator.projection.enterprises import GOODS, NATIONAL_HQ, REGIONAL_HQ, STATE
from simulator.projection.newcomers import VARIATES, make_newcomers
from simulator.projection.uncertain import fixed
from simulator.scenario import Scenario, load_scenario
from simulator.streams import key_of_slot

REFERENCES = 100
NEVER = 9999  # no year from which rebates are suspended
KINDS = (GOODS, REGIONAL_HQ, NATIONAL_HQ)


@entry
def reference_newcomers(par, edges, base_year, kind, enterprises, states):
    """Fill ENTERPRISE and STATE (n,) of newcomers of a kind that settle in the first year."""
    for slot in range(enterprises.shape[0]):
        states[slot].kind, states[slot].key = kind, key_of_slot(kind, base_year + 1, slot)
    keys, records = np.zeros(TOGETHER, np.uint64), np.zeros(1, VARIATES)
    make_newcomers(par, enterprises, states, np.uint64(0), 0, base_year + 1, edges, keys, records)


def references(par: np.void, enacted: Enacted, edges: np.ndarray, base_year: int, kind: int) -> Register:
    """Newcomers of a kind that settle in the first year, as a register. edges (years + 1, pairs): of the law they are to see."""
    enterprises, states = np.zeros(REFERENCES, ENTERPRISE), np.zeros(REFERENCES, STATE)
    reference_newcomers(par, edges[1], base_year, kind, enterprises, states)
    years, policy = len(enacted.terms.head), enacted.policy
    none = np.zeros((0, years - 1, enacted.cash), np.int64)
    return Register(
        enterprises,
        states,
        states["key"].copy(),
        np.zeros((REFERENCES, years), ANNUAL),
        np.zeros((REFERENCES, len(policy.own_enterprise)), np.int64),
        np.zeros((REFERENCES, years, len(policy.own_annual)), np.int64),
        np.ones(REFERENCES, np.int64),
        np.full(REFERENCES, ALL),
        np.full((REFERENCES, years), ALL),
        none,
        none,
        none,
        0,
        np.zeros((0, enacted.clauses), HISTORY),
    )


@lru_cache(maxsize=8)
def _today(policy: Policy) -> Scenario | None:
    """What a policy's generosity is measured against: the law of its file as it is written, under the readings of its own baseline
    scenario. None where there is none: then the file's default readings count."""
    try:
        return load_scenario(policy.baseline) if policy.baseline else None
    except ScenarioError:
        return None


def generosity_of(scenario: Scenario) -> np.ndarray:
    """Generosity (3,) to start-ups, regional and national headquarters, over the policy as its file says; 1 for the baseline."""
    law, policy = scenario.law, scenario.law.policy
    if not law.in_force:
        return np.zeros(len(KINDS))
    written = replace(law.as_written, start=law.start, end=law.end)
    base = _today(written.policy)
    same = base is not None and base.law.policy is written.policy
    interpretation = dict(base.interpretation) if base is not None and same else defaults(policy)
    suspended = scenario.plain["rebate_suspended_from"]
    if (written.policy, written.numbers, written.withdrawn, interpretation, None) == (
        policy,
        law.numbers,
        law.withdrawn,
        dict(scenario.interpretation),
        suspended,
    ):
        return np.ones(len(KINDS))
    values = {path: fixed(value.mean) for path, value in scenario.parameters().items() if "@" not in path}
    values |= {p: fixed(1.0) for p in values if p.startswith(("take_up.", "discretion."))}
    still = ("market.sd", "market.yearly_change", "market.first_year_extra", "breach.rate", "breach.accounts_rate", "existing.share")
    values |= {p: fixed(0.0) for p in values if p.startswith("exit.") or p in still}
    par = draw_parameters(scenario.declared, values, 0, 0, 1, at_mean=True)
    now = _support(scenario, par, suspended)
    before = replace(scenario, law=written, interpretation=interpretation)
    key = (written.policy, written.start, written.end, *interpretation.items(), scenario.base_year, *scenario.years, par.tobytes())
    then = _as_written(_Asked(before, par, key))
    return np.divide(now, then, out=np.ones(len(KINDS)), where=then > 0)


@dataclass(frozen=True)
class _Asked:
    """What the support of a law as written depends on, in the key."""

    scenario: Scenario = field(compare=False)
    par: np.ndarray = field(compare=False)
    key: tuple[object, ...]


@lru_cache(maxsize=8)  # of all the changes of one law, what they are held against is one
def _as_written(asked: _Asked) -> np.ndarray:
    return _support(asked.scenario, asked.par, None)


def _support(scenario: Scenario, par: np.ndarray, suspended_from: int | None) -> np.ndarray:
    """What the reference newcomers are awarded (3,), fen. par (1,): PARAMETERS."""
    years = len(scenario.years)
    of_years = np.repeat(par[:, None], years + 1, axis=1)
    enacted = enact(scenario, [scenario.base_year, *scenario.years])
    edges = edges_of(scenario.law.policy, enacted.terms, scenario.base_year)
    by_clause = np.zeros((len(KINDS), 1, years, enacted.clauses, len(BY_CLAUSE)), np.int64)
    for kind, sums in zip(KINDS, by_clause, strict=True):
        stage = Stage(
            seed=np.uint64(0),
            generosity=np.ones(len(KINDS)),
            enacted=enacted,
            declared=scenario.declared,
            edges=edges,
            hindsight=False,
            base_year=scenario.base_year,
            known=0,
            suspended_from=suspended_from or NEVER,
            register=references(general(par)[0], enacted, edges, scenario.base_year, kind),
            synthetic=False,
        )
        by_year = np.zeros((1, years, len(BY_YEAR)), np.int64)
        stage.play_under(of_years, np.zeros(1, np.int64), sums, by_year, nothing_wanted(1, years), who=THOSE_THERE)
    found: np.ndarray = by_clause[..., : enacted.cash, AWARDED].sum(axis=(1, 2, 3)).astype(float)
    return found
