"""How generous a law is to a newcomer, beside the baseline's: what moves the but-for part of arrivals.

A hundred reference newcomers of each kind, the same for both laws, settle in the policy's first year and live to the
horizon; everyone applies, nobody leaves or breaks a rule. Generosity is what the scenario's law and readings award them over
what the baseline's would, in the same term.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simulator.compiled import entry
from simulator.engine.ledger import CLAIM
from simulator.engine.life import AWARDED, BY_YEAR, World, live
from simulator.facts import ANNUAL, ENTERPRISE
from simulator.law.assessment import CASH_CLAUSES, CLAUSES, TERMS
from simulator.law.case import HISTORY
from simulator.law.readings import compile_readings
from simulator.law.terms import Law
from simulator.lotteries import key_of_slot
from simulator.projection.assumptions import TAKE_UP_FIELDS, draw_parameters
from simulator.projection.enterprises import GOODS, NATIONAL_HQ, REGIONAL_HQ, STATE, common_growth
from simulator.projection.newcomers import make_newcomer
from simulator.projection.uncertain import fixed
from simulator.scenario import Scenario, load_scenario

REFERENCES = 100
NEVER = 9999  # no year from which rebates are suspended
KINDS = (GOODS, REGIONAL_HQ, NATIONAL_HQ)


@entry
def reference_support(par, rates, typical, market, generosity, terms, readings, base_year, suspended_from, kind,
                      references):
    """Cash awarded to `references` newcomers of a kind that settle in the first year, in fen."""
    years = terms.shape[0] - 1
    enterprise, state, rows = np.zeros(1, ENTERPRISE), np.zeros(1, STATE), np.zeros(years + 1, ANNUAL)
    no_enterprise, no_state, no_row = np.zeros(1, ENTERPRISE), np.zeros(1, STATE), np.zeros(1, ANNUAL)
    nothing, nothing_before = np.zeros((0, CASH_CLAUSES), np.int64), np.zeros(0, HISTORY)
    nobody_asks = np.zeros(0, CLAIM)
    by_clause, by_year = np.zeros((years, CLAUSES, 4), np.int64), np.zeros((years, len(BY_YEAR)), np.int64)
    seed = np.uint64(0)
    growth = np.zeros(years + 1)
    for j in range(years + 1):
        growth[j] = common_growth(par, market[j])
    world = World(seed, 0, par, rates, typical, terms, readings, growth, generosity, np.zeros(1, np.int64), base_year,
                  suspended_from, no_enterprise[:0], np.zeros((0, years + 1), ANNUAL), np.zeros(1, np.int64))
    for slot in range(references):
        enterprise[0], state[0] = no_enterprise[0], no_state[0]
        rows[:] = no_row[0]
        state[0].kind, state[0].key = kind, key_of_slot(kind, base_year + 1, slot)
        make_newcomer(par, enterprise[0], state[0], seed, 0, base_year + 1, terms[1])
        live(world, nobody_asks, 0, 1, True, enterprise[0], state[0], rows, nothing, nothing, nothing, 0, nothing_before,
             by_clause, by_year)
    return by_clause[:, :CASH_CLAUSES, AWARDED].sum()


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
    values = {path: fixed(value.mean) for path, value in scenario.parameters().items()}
    values |= {p: fixed(1.0) for p in values if p.startswith(("take_up.", "discretion."))}
    values |= {p: fixed(0.0) for p in values if p.startswith("exit.") or p == "breach.rate"}
    par = draw_parameters(values, 0, 0, 1, at_mean=True)[0]
    rates = np.array([par[name] for name in TAKE_UP_FIELDS])
    years = len(scenario.years)
    market, ones = np.full(years + 1, par["market_growth"]), np.ones(len(KINDS))

    def support(law: Law, interpretation, suspended_from: int | None) -> np.ndarray:
        terms = law.compile(TERMS, [scenario.base_year, *scenario.years])
        chosen = compile_readings(interpretation)
        return np.array([reference_support(par, rates, np.zeros(CLAUSES), market, ones, terms, chosen,
                                           scenario.base_year, suspended_from or NEVER, kind, REFERENCES) for kind in KINDS], float)

    now = support(scenario.law, scenario.interpretation, suspended)
    then = support(same_law, today.interpretation, None)
    return np.divide(now, then, out=ones.copy(), where=then > 0)
