"""Who stands behind each figure of a run: what each holding contributes to it, in expectation.

A simulated cell of clause × year has no fixed recipients: they differ from draw to draw. What it may tell of one real
enterprise is what that enterprise contributes to its mean. So a cell's contributors are the enterprises of the register that
are awarded anything under the clause in that year in any of the draws looked at, and their contributions are their mean
awards over those draws. Enterprises that the run invents (newcomers) are no contributors: nobody is protected by them, and
nothing about them needs protection. Enterprises of one group (group_id; a split-off without one: its parent's) are one.

The draws looked at are the same ones whatever the run's seed, number of draws and sampling: what a figure tells of an
enterprise is its expectation, which more draws only show more plainly. So two releases that differ by one enterprise differ here
by that one, and not by chance besides.

This table names nobody, but it is as confidential as the register: it stays in the run's folder, and no report shows it.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from simulator.budget.execution import brought_forward
from simulator.engine.claims import claims_of
from simulator.engine.instalments import weights_of
from simulator.engine.ledger import CLAWBACK
from simulator.engine.prepared import known_until, paid_until
from simulator.engine.run import outer_layer
from simulator.facts import BLANK
from simulator.money import FEN
from simulator.population.parts import Register, each
from simulator.population.register import Population
from simulator.projection.assumptions import pull_levers
from simulator.scenario import Scenario
from simulator.streams import keys_of

COLUMNS = ("measure", "clause", "year", "holder", "amount", "awards")
DRAWS, FEWEST = 200, 25  # looked at: DRAWS of a register of up to FEW enterprises, half as many of one twice as large …
FEW = 20_000
SEED = 0  # of the draws looked at
BLOCK = 20
TAXES = ("vat", "business_tax", "income_tax")


def contributions(scenario: Scenario, register: Register) -> pd.DataFrame:
    """measure, clause, year, holder (uint64), amount (CNY), awards (expected number); one row where there is any.

    measure: awarded (by award year), paid (by cash year), clawback (due; clause ""), support (what existing policies give, by
    clause, all years), and of the last known year online_sales and taxes (clause ""). Where the register has payments:
    executed (really paid, by year; clause "") and forecast (cash by year of the forecast that knows them; clause "").
    alias: no amount; `clause` is the holder, in hexadecimal, that this one is or was under another code or without its group.
    """
    count = DRAWS
    while count > FEWEST and count * len(register) > DRAWS * FEW:
        count //= 2
    looked_at = scenario.set({"seed": SEED, "draws": count, "sampling": "plain"})
    parameters = pull_levers(outer_layer(looked_at, 0, count))
    found = []
    for part in each(register):  # a group lies in one part
        found.append(_of(looked_at, part, parameters))
        if (known := brought_forward(looked_at, part)) is not None:
            found += _executed(known, part)
            paid = _claims(known, part, parameters)
            found.append(_summed([paid[paid["measure"] == "paid"].assign(measure="forecast", clause="")]))
    return pd.concat(found, ignore_index=True)


def _of(scenario: Scenario, population: Population, parameters: np.ndarray) -> pd.DataFrame:
    """The contributions of a register that is in memory."""
    found, holder_of = [_claims(scenario, population, parameters)], holders(population)
    facts = population.annual[:, known_until(scenario, population) - population.first_year]
    taxes = sum(np.where(facts[name] == BLANK, 0, facts[name]) for name in TAXES)
    stocks = [("online_sales", "", facts["online_sales"]), ("taxes", "", taxes)]
    if population.support.size:
        stocks += [
            ("support", slug, population.support[:, :, k].sum(axis=1))
            for k, slug in enumerate(scenario.law.policy.slugs[: scenario.law.policy.cash_clauses])
        ]
    found += [
        pd.DataFrame({"measure": measure, "clause": clause, "year": 0, "holder": holder_of, "amount": amounts / FEN, "awards": 0.0})[
            amounts != 0
        ]
        for measure, clause, amounts in stocks
    ]
    return _summed([*found, aliases(population)])


def _summed(frames: list[pd.DataFrame]) -> pd.DataFrame:
    whole = pd.concat(frames, ignore_index=True)
    return whole.groupby(list(COLUMNS[:4]), as_index=False)[list(COLUMNS[4:])].sum()


def _executed(scenario: Scenario, population: Population) -> list[pd.DataFrame]:
    """What was really paid in each year that the scenario knows."""
    found, holder_of = [], holders(population)
    for position in range(paid_until(scenario, population)):
        year = scenario.base_year + 1 + position
        amounts = population.paid[:, year - population.first_year].sum(axis=1)
        found.append(
            pd.DataFrame({"measure": "executed", "clause": "", "year": year, "holder": holder_of, "amount": amounts / FEN, "awards": 0.0})[
                amounts != 0
            ]
        )
    return [_summed(found)] if found else []


def _claims(scenario: Scenario, population: Population, parameters: np.ndarray) -> pd.DataFrame:
    """What is awarded, paid and due back, in expectation over draws with these parameters."""
    slugs = scenario.law.policy.slugs[: scenario.law.policy.cash_clauses]
    holder_of, names, count = holders(population), np.array([*slugs, ""], object), len(parameters)  # a clawback has no name
    keys = population.keys
    order = np.argsort(keys)
    known, weights = paid_until(scenario, population), weights_of(scenario.law.policy)
    claims_in, found = claims_of(scenario, population), []
    for first in range(0, count, BLOCK):
        claims = claims_in(first, parameters[first : min(first + BLOCK, count)])
        place = order[np.minimum(np.searchsorted(keys[order], claims["enterprise"]), len(keys) - 1)]
        own = keys[place] == claims["enterprise"]
        claims = claims[own]
        back, really = claims["clause"] == CLAWBACK, claims["year"] <= known
        own_weights, now = weights[claims["clause"]], parameters["cash_same_year"][claims["draw"]]
        in_parts = own_weights.any(axis=1)
        shares = own_weights / np.maximum(own_weights.sum(axis=1), 1)[:, None]
        shares[~in_parts, 0], shares[~in_parts, 1] = now[~in_parts], 1 - now[~in_parts]
        shares[really] = np.arange(shares.shape[1]) == 0
        parts = [(np.where(back, "clawback", "awarded"), 0, 1.0)]
        parts += [(np.where(back, "", "paid"), later, shares[:, later]) for later in range(shares.shape[1])]
        for measure, later, part in parts:
            frame = pd.DataFrame(
                {
                    "measure": measure,
                    "clause": np.where(back, "", names[claims["clause"]]),
                    "year": scenario.years[0] - 1 + claims["year"] + later,
                    "holder": holder_of[place[own]],
                    "amount": claims["amount"] / FEN / count * part,
                    "awards": 1 / count,
                }
            )
            frame = frame[(frame["measure"] != "") & (frame["amount"] != 0) & (frame["year"] <= scenario.cash_years[-1])]
            found.append(frame.groupby(list(COLUMNS[:4]), as_index=False)[list(COLUMNS[4:])].sum())
    return _summed(found)


def aliases(population: Population) -> pd.DataFrame:
    """Under which other holders those of a register stood or may stand elsewhere: their own code where they are of a group, and
    former codes (曾用代码). Rows of the measure `alias`."""
    holder_of = holders(population)
    codes = [(str(name), holder) for name, holder in zip(population.ids, holder_of, strict=True)]
    codes += [
        (name.strip(), holder)
        for text, holder in zip(population.details["former_id"], holder_of, strict=True)
        if text
        for name in re.split("[、,;，；]", text)
        if name.strip()
    ]
    keys = keys_of([f"enterprise {name}" for name, _ in codes])
    now = np.array([holder for _, holder in codes], np.uint64)
    return pd.DataFrame(
        {"measure": "alias", "clause": [f"{int(key):016x}" for key in keys], "year": 0, "holder": now, "amount": 0.0, "awards": 0.0}
    )[keys != now]


def holders(population: Population) -> np.ndarray:
    """Whom each enterprise of a register belongs to, as a key (n,): its group, its parent's group or parent, else itself."""
    ids = list(map(str, population.ids))
    groups, parents = (dict(zip(ids, map(str.strip, population.details[name]), strict=True)) for name in ("group_id", "parent_id"))

    def of(name: str) -> str:
        above = parents.get(name, "")
        above = above if above in groups else name
        group = groups[name] or groups[above]
        return f"group {group}" if group else f"enterprise {above}"

    return keys_of([of(name) for name in ids])
