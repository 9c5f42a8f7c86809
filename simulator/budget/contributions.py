"""Who stands behind each figure of a run: what each holding contributes to it, in expectation.

A simulated cell of clause × year has no fixed recipients: they differ from draw to draw. What it may tell of one real
enterprise is what that enterprise contributes to its mean. So a cell's contributors are the enterprises of the register that
are awarded anything under the clause in that year in any of the draws looked at, and their contributions are their mean
awards over those draws. Enterprises that the run invents (newcomers) are no contributors: nobody is protected by them, and
nothing about them needs protection. Enterprises of one group (group_id; a split-off without one: its parent's) are one.

This table names nobody, but it is as confidential as the register: it stays in the run's folder, and no report shows it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.engine.claims import claims_of
from simulator.engine.ledger import CLAWBACK
from simulator.engine.prepared import known_until, paid_until
from simulator.engine.run import Draws
from simulator.facts import BLANK
from simulator.law.assessment import CASH_CLAUSES
from simulator.law.clauses import SLUGS
from simulator.lotteries import keys_of
from simulator.money import FEN
from simulator.population.parts import Register
from simulator.population.register import Population
from simulator.scenario import Scenario

COLUMNS = ("measure", "clause", "year", "holder", "amount", "awards")
DRAWS, FEWEST = 200, 20  # looked at: DRAWS of a register of up to FEW enterprises, fewer of a larger one
FEW = 20_000
BLOCK = 20
NAMES = np.array(SLUGS, object)  # a clawback has none: where it stands is the clause in kind
TAXES = ("vat", "business_tax", "income_tax")


def contributions(scenario: Scenario, register: Register, draws: Draws) -> pd.DataFrame:
    """measure, clause, year, holder (uint64), amount (CNY), awards (expected number); one row where there is any.

    measure: awarded (by award year), paid (by cash year), clawback (due; clause ""), support (what existing policies give, by
    clause, all years), and of the last known year online_sales and taxes (clause "").
    """
    count = min(len(draws.parameters), max(FEWEST, min(DRAWS, DRAWS * FEW // max(1, len(register)))))
    parts = [register] if isinstance(register, Population) else map(register.part, range(len(register.counts)))
    found = [_of(scenario, part, draws, count) for part in parts]  # a group lies in one part
    return pd.concat(found, ignore_index=True)


def _of(scenario: Scenario, population: Population, draws: Draws, count: int) -> pd.DataFrame:
    """The contributions of a register that is in memory, over the first `count` draws."""
    holder_of = holders(population)
    keys = population.keys
    order = np.argsort(keys)
    known = paid_until(scenario, population)
    claims_in, found = claims_of(scenario, population), []
    for first in range(0, count, BLOCK):
        claims = claims_in(first, draws.parameters[first:min(first + BLOCK, count)])
        place = order[np.minimum(np.searchsorted(keys[order], claims["enterprise"]), len(keys) - 1)]
        own = keys[place] == claims["enterprise"]
        claims = claims[own]
        now = np.where(claims["year"] <= known, 1.0, draws.parameters["cash_same_year"][claims["draw"]])
        back = claims["clause"] == CLAWBACK
        parts = [(np.where(back, "clawback", "awarded"), 0, 1.0), (np.where(back, "", "paid"), 0, now),
                 (np.where(back, "", "paid"), 1, 1 - now)]
        for measure, later, part in parts:
            frame = pd.DataFrame({"measure": measure, "clause": np.where(back, "", NAMES[claims["clause"]]),
                                  "year": draws.years[0] - 1 + claims["year"] + later, "holder": holder_of[place[own]],
                                  "amount": claims["amount"] / FEN / count * part, "awards": 1 / count})
            frame = frame[(frame["measure"] != "") & (frame["amount"] != 0)]
            found.append(frame.groupby(list(COLUMNS[:4]), as_index=False)[list(COLUMNS[4:])].sum())
    facts = population.annual[:, known_until(scenario, population) - population.first_year]
    taxes = sum(np.where(facts[name] == BLANK, 0, facts[name]) for name in TAXES)
    stocks = [("online_sales", "", facts["online_sales"]), ("taxes", "", taxes)]
    if population.support.size:
        stocks += [("support", slug, population.support[:, :, k].sum(axis=1)) for k, slug in enumerate(NAMES[:CASH_CLAUSES])]
    found += [pd.DataFrame({"measure": measure, "clause": clause, "year": 0, "holder": holder_of, "amount": amounts / FEN,
                            "awards": 0.0})[amounts != 0] for measure, clause, amounts in stocks]
    whole = pd.concat(found, ignore_index=True)
    return whole.groupby(list(COLUMNS[:4]), as_index=False)[list(COLUMNS[4:])].sum()


def holders(population: Population) -> np.ndarray:
    """Whom each enterprise of a register belongs to, as a key (n,): its group, its parent's group or parent, else itself."""
    ids = list(map(str, population.ids))
    groups, parents = (dict(zip(ids, population.details[name].astype(str).str.strip(), strict=True))
                       for name in ("group_id", "parent_id"))

    def of(name: str) -> str:
        above = parents.get(name, "")
        above = above if above in groups else name
        group = groups[name] or groups[above]
        return f"group {group}" if group else f"enterprise {above}"

    return keys_of([of(name) for name in ids])
