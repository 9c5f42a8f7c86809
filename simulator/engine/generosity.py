"""How generous a law is to a newcomer, beside the baseline's: what moves the but-for part of arrivals.

A hundred reference newcomers of each kind, the same for both laws, settle in the policy's first year and live to the
horizon; everyone applies, nobody leaves or breaks a rule. Generosity is what the scenario's law and readings award them over
what the baseline's would, in the same term.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simulator.compiled import entry
from simulator.engine.edges import edges_of
from simulator.engine.kernel import THOSE_THERE, Register, nothing_wanted, play_draws
from simulator.engine.totals import AWARDED, BY_CLAUSE, BY_YEAR
from simulator.facts import ANNUAL, ENTERPRISE
from simulator.law.assessment import ALL, CASH_CLAUSES, CLAUSES, TERMS
from simulator.law.case import HISTORY
from simulator.law.readings import compile_readings
from simulator.law.terms import Law
from simulator.lotteries import key_of_slot
from simulator.projection.assumptions import TAKE_UP_FIELDS, draw_parameters
from simulator.projection.enterprises import GOODS, NATIONAL_HQ, REGIONAL_HQ, STATE
from simulator.projection.newcomers import make_newcomer
from simulator.projection.uncertain import fixed
from simulator.scenario import Scenario, load_scenario

REFERENCES = 100
NEVER = 9999  # no year from which rebates are suspended
KINDS = (GOODS, REGIONAL_HQ, NATIONAL_HQ)


@entry
def reference_newcomers(par, edges, base_year, kind, enterprises, states):
    """Fill ENTERPRISE and STATE (n,) of newcomers of a kind that settle in the first year."""
    for slot in range(enterprises.shape[0]):
        states[slot].kind, states[slot].key = kind, key_of_slot(kind, base_year + 1, slot)
        make_newcomer(par, enterprises[slot], states[slot], np.uint64(0), 0, base_year + 1, edges)


def references(par: np.void, terms: np.ndarray, edges: np.ndarray, base_year: int, kind: int) -> Register:
    """Newcomers of a kind that settle in the first year, as a register. edges (years + 1, pairs): of the law they are to see."""
    enterprises, states = np.zeros(REFERENCES, ENTERPRISE), np.zeros(REFERENCES, STATE)
    reference_newcomers(par, edges[1], base_year, kind, enterprises, states)
    none = np.zeros((0, len(terms) - 1, CASH_CLAUSES), np.int64)
    return Register(enterprises, states, states["key"].copy(), np.zeros((REFERENCES, len(terms)), ANNUAL),
                    np.ones(REFERENCES, np.int64), np.full(REFERENCES, ALL), np.full((REFERENCES, len(terms)), ALL, np.int16),
                    none, none, none, 0,
                    np.zeros((0, CLAUSES), HISTORY))


@lru_cache(maxsize=1)
def _today() -> Scenario:
    """The baseline, read once: it is asked for in every run."""
    return load_scenario("baseline")


def generosity_of(scenario: Scenario) -> np.ndarray:
    """Generosity (3,) to start-ups, regional and national headquarters, over the baseline's law; 1 for the baseline."""
    today = _today()
    if not scenario.law.in_force:
        return np.zeros(len(KINDS))
    same_law = today.law.set({"policy.start": scenario.law.start, "policy.end": scenario.law.end})
    suspended = scenario.plain["rebate_suspended_from"]
    if (same_law.numbers, same_law.withdrawn, today.interpretation, None) == (
            scenario.law.numbers, scenario.law.withdrawn, scenario.interpretation, suspended):
        return np.ones(len(KINDS))
    values = {path: fixed(value.mean) for path, value in scenario.parameters().items() if "@" not in path}
    values |= {p: fixed(1.0) for p in values if p.startswith(("take_up.", "discretion."))}
    still = ("market.sd", "market.yearly_change", "market.first_year_extra", "breach.rate", "breach.accounts_rate", "existing.share")
    values |= {p: fixed(0.0) for p in values if p.startswith("exit.") or p in still}
    par = draw_parameters(values, 0, 0, 1, at_mean=True)
    no_typical, ones = np.zeros((1, CLAUSES)), np.ones(len(KINDS))
    years = len(scenario.years)
    rates = np.repeat(np.array([[[par[name][0] for name in TAKE_UP_FIELDS]]]), years + 1, axis=1)
    of_years = np.repeat(par[:, None], years + 1, axis=1)

    def support(law: Law, interpretation, suspended_from: int | None) -> np.ndarray:
        terms = law.compile(TERMS, [scenario.base_year, *scenario.years])
        edges = edges_of(terms, scenario.base_year)
        by_clause = np.zeros((len(KINDS), 1, years, CLAUSES, len(BY_CLAUSE)), np.int64)
        for kind, sums in zip(KINDS, by_clause, strict=True):
            play_draws(np.uint64(0), np.zeros(1, np.int64), of_years, rates, no_typical, ones, terms, edges,
                       compile_readings(interpretation), False, scenario.base_year, 0, suspended_from or NEVER,
                       references(par[0], terms, edges, scenario.base_year, kind),
                       False, THOSE_THERE, 0, nothing_wanted(1, years), sums, np.zeros((1, years, len(BY_YEAR)), np.int64))
        return by_clause[..., :CASH_CLAUSES, AWARDED].sum(axis=(1, 2, 3)).astype(float)

    now = support(scenario.law, scenario.interpretation, suspended)
    then = support(same_law, today.interpretation, None)
    return np.divide(now, then, out=ones.copy(), where=then > 0)
