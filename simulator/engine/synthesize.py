"""Invent a register: enterprises of all kinds with plausible facts, said to be synthetic.

The same recipe and lotteries as the projection, at the assumptions' means: incumbents of the first year, newcomers of the
following ones, their growth, taxes, offices and lines. No enterprise is a copy of a real one.
"""

from __future__ import annotations

import hashlib

import numpy as np

from simulator.compiled import entry
from simulator.facts import ANNUAL, ENTERPRISE
from simulator.law.assessment import CASH_CLAUSES, TERMS
from simulator.lotteries import JOINS, SUPPORT, keys_of, u, uniforms
from simulator.money import FEN
from simulator.population.register import Population, details_frame
from simulator.projection import enterprises as kinds
from simulator.projection.assumptions import draw_parameters
from simulator.projection.enterprises import STATE, befall, common_growth, exits, grow, write_year
from simulator.projection.newcomers import ARRIVING, make_incumbent, make_newcomer, make_platform, relative_size
from simulator.scenario import Scenario

YEARS_BEFORE = 2  # the register reaches this many years back from the policy's first one
SECTOR = {kinds.SERVICE: "services", kinds.PLATFORM: "platform", kinds.BUILDING: "building",
          kinds.TRADITIONAL: "traditional"}
ALIKE = 0.05  # share of enterprise-years with support from an older policy (judgement, for the sample only)
# clauses an older policy is imagined to resemble, and what it gave (yuan): rent, certification, line
OLDER_POLICY = ((2, 6_000), (4, 10_000), (8, 15_000))


@entry
def invent(par, seed, first_year, kind_of, born, terms, joining, enterprises, states, annual):
    """Fill ENTERPRISE, STATE and ANNUAL records (n, years) of enterprises of the given kinds and first years (0: there
    before). Sales of incumbents are relative to the median until the caller scales them: their median is in `born` = 0."""
    total = 0.0
    for i in range(len(kind_of)):
        if born[i] == 0 and kind_of[i] == kinds.GOODS:
            total += relative_size(par, seed, 0, states[i].key)
    median = par.incumbents_online_sales / total if total > 0 else 0.0
    for i in range(len(kind_of)):
        enterprise, state = enterprises[i], states[i]
        if born[i] == 0 and kind_of[i] == kinds.PLATFORM:
            make_platform(par, enterprise, state, seed, 0)
        elif born[i] == 0:
            make_incumbent(par, enterprise, state, seed, 0, median)
        else:
            state.kind = kind_of[i]
            make_newcomer(par, enterprise, state, seed, 0, born[i], terms[0])
        for j in range(annual.shape[1]):
            year = first_year + j
            if year < born[i]:
                continue
            is_first = j == 0 or year == born[i]
            if not is_first:
                if state.passing == 0 and exits(par, state, seed, 0, year - 1):
                    break
                grow(par, state, common_growth(par, par.market_growth), seed, 0, year)
            state.entry_fee = 0.0
            if enterprise.online_retailer != 0 and u(seed, 0, JOINS, state.key, year) < joining:
                state.entry_fee = par.joiners_fee
            write_year(par, state, annual[i, j], seed, 0, year, terms[j].sharing, terms[j].sharing, is_first)
            befall(par, enterprise, state, seed, 0, year)


def synthesize(scenario: Scenario, enterprises: int = 400, seed: int | None = None) -> Population:
    """An invented register of so many enterprises, from two years before the policy's first year to that year.

    Kinds in the proportions the scenario expects. The same seed gives the same register.
    """
    seed = scenario.seed if seed is None else seed
    first_year, last_year = scenario.base_year + 1 - YEARS_BEFORE, scenario.base_year + 1
    par = draw_parameters(scenario.parameters(), seed, 0, 1, at_mean=True)
    kind_of, born = _composition(par[0], enterprises, list(range(first_year + 1, last_year + 1)))
    n = len(kind_of)
    ids = np.array([f"SYN{i + 1:07d}" for i in range(n)], dtype=object)
    records, states = np.zeros(n, ENTERPRISE), np.zeros(n, STATE)
    states["key"] = keys_of(ids)
    annual = np.zeros((n, last_year - first_year + 1), ANNUAL)
    terms = scenario.law.compile(TERMS, range(first_year, last_year + 1))
    retailers = float(par[0]["incumbents_number"] + par[0]["startups_a_year"])
    joining = min(1.0, float(par[0]["joiners_a_year"]) / retailers) if retailers else 0.0
    # incumbents' total is for the base year and so many enterprises: bring it to this register's size and first year
    scale = n / (retailers * 1.3) * np.exp(-float(par[0]["market_growth"]))
    par[0]["incumbents_online_sales"] *= scale
    invent(par[0], np.uint64(seed), first_year, kind_of, born, terms, joining, records, states, annual)
    records["violated_on"] = np.where(records["violated_on"] // 10_000 < last_year, 0, records["violated_on"])
    support = _older_support(seed, states["key"], annual, first_year, last_year)
    names = [f"样例企业{i + 1:05d}" for i in range(n)]
    details = details_frame(n, name=names, sector=[SECTOR.get(int(k), "goods") for k in states["kind"]])
    digest = hashlib.sha256(records.tobytes() + annual.tobytes()).hexdigest()
    return Population(ids, records, annual, first_year, support=support, support_district=support, details=details,
                      source=f"synthetic-{enterprises}-{seed}", sha256=digest, synthetic=True)


def _composition(par: np.void, enterprises: int, years: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Kind and first year of each enterprise, in the proportions expected; largest remainders make the number exact."""
    fields = {kinds.GOODS: "startups_a_year", kinds.REGIONAL_HQ: "regional_a_year",
              kinds.NATIONAL_HQ: "national_a_year", kinds.SPLIT_OFF: "split_offs_a_year",
              kinds.BUILDING: "buildings_a_year"}
    groups = [(kinds.GOODS, 0, float(par["incumbents_number"])), (kinds.PLATFORM, 0, float(par["platforms_number"]))]
    groups += [(kind, year, float(par[fields[kind]])) for year in years for kind in ARRIVING if kind in fields]
    weights = np.array([w for _, _, w in groups])
    exact = weights / weights.sum() * enterprises
    counts = np.floor(exact).astype(int)
    for g in np.argsort(-(exact - counts), kind="stable")[: enterprises - counts.sum()]:
        counts[g] += 1
    kind_of = np.repeat([k for k, _, _ in groups], counts)
    return kind_of.astype(np.int64), np.repeat([y for _, y, _ in groups], counts).astype(np.int64)


def _older_support(seed: int, keys: np.ndarray, annual: np.ndarray, first_year: int, last_year: int) -> np.ndarray:
    """Support of an older policy in the policy's first year, fen (n, years, cash clauses); payer is the district."""
    support = np.zeros((*annual.shape, CASH_CLAUSES), np.int64)
    j = last_year - first_year
    there = annual[:, j]["present"] != 0
    for clause, amount in OLDER_POLICY:
        support[:, j, clause] = amount * FEN * (there & (uniforms(np.uint64(seed), 0, SUPPORT, keys, clause) < ALIKE))
    return support
