"""The ways round the text as changes of a register: the facts an enterprise would show if it went that way.

Each way takes a register, the law and which enterprises go (a row mask), and returns the changed register with the row of
the enterprise each of its rows comes from. The law itself is not touched: what it stops, it stops by assessing the facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from simulator.facts import BLANK, NO_DATE, NONE, REGIONAL
from simulator.law.terms import Law
from simulator.population.register import Population

Changed = tuple[Population, np.ndarray]
Way = Callable[[Population, Law, np.ndarray], Changed]

TAXES = ("vat", "business_tax", "income_tax", "retained_tax", "district_contribution")
TRADE = ("sales", "online_sales", *TAXES)
DIVIDED = (*TRADE, "rented_area", "line_lease", "membership_income", "paid_members")  # of an enterprise that splits in two
UNDIVIDED = ("executive_children", "building_area", "building_occupancy", "building_recognised")  # stay with one half


def split(people: Population, law: Law, who: np.ndarray) -> Changed:
    """Two halves: capital, trade, taxes, office and line halved, each half with its own certification and entry fee."""
    changed, origin, fresh = _doubled(people, who)
    old = np.flatnonzero(who)
    for name in ("registered_capital", "paid_in_capital"):
        _halve(changed.enterprises[name], old, fresh)
    changed.enterprises["headquarters"][fresh] = NONE
    for name in DIVIDED:
        _halve(changed.annual[name], old, fresh)
    for name in UNDIVIDED:
        changed.annual[name][fresh] = 0
    return changed, origin


def split_off(people: Population, law: Law, who: np.ndarray) -> Changed:
    """An enterprise of before founds an online retailer in the policy's first year and moves all its trade and tax into it."""
    year = law.start.year
    who = who & (people.enterprises["settled_on"] == NO_DATE) & (people.enterprises["spun_off_on"] == NO_DATE)
    who &= people.annual["present"][:, year - people.first_year] != 0
    changed, origin, fresh = _doubled(people, who)
    old, first = np.flatnonzero(who), year - people.first_year
    new = np.zeros(len(fresh), changed.enterprises.dtype)
    new["spun_off_on"] = year * 10_000 + 1_01
    new["ecommerce"] = new["online_retailer"] = 1
    new["accounts_sound"], new["violated_on"] = changed.enterprises["accounts_sound"][old], changed.enterprises["violated_on"][old]
    changed.enterprises[fresh] = new
    rows = np.zeros_like(changed.annual[fresh])
    for name in ("present", *TRADE):
        rows[name][:, first:] = changed.annual[name][old, first:]
    changed.annual[fresh] = rows
    for name in TRADE:
        changed.annual[name][old, first:] = 0
    return changed, origin


def capital(people: Population, law: Law, who: np.ndarray) -> Changed:
    """Who newly settles states as much capital as the next award asks for: registered capital up to the lowest edge above it, all of it
    paid in; headquarters paid in up to theirs."""
    changed, origin = _copied(people), np.arange(len(people))
    facts, settled = changed.enterprises, people.enterprises["settled_on"] // 10_000
    who = who & _in_term(people.enterprises["settled_on"], law)
    asked = {
        fact: sorted(
            {
                edge.number
                for clause in law.policy.clauses
                for edge in clause.edges
                if edge.fact == fact and edge.op in (">=", ">") and clause.slug not in law.withdrawn
            }
        )
        for fact in ("registered_capital", "paid_in_capital")
    }
    for year in np.unique(settled[who]):
        of_year = who & (settled == year)
        edges = {fact: sorted(_edge(law, path, year) for path in paths) for fact, paths in asked.items()}
        shops = of_year & (facts["online_retailer"] != 0) & (facts["o2o"] != 0)
        if edges["registered_capital"]:
            facts["registered_capital"][shops] = np.maximum(facts["registered_capital"][shops], edges["registered_capital"][0])
            facts["paid_in_capital"][shops] = np.maximum(facts["paid_in_capital"][shops], facts["registered_capital"][shops])
        for seat in np.flatnonzero(of_year & (facts["headquarters"] != NONE)):
            if edges["paid_in_capital"]:
                least = edges["paid_in_capital"][0 if facts["headquarters"][seat] == REGIONAL else -1]
                for name in ("paid_in_capital", "registered_capital"):
                    facts[name][seat] = max(facts[name][seat], least)
    return changed, origin


def reregistration(people: Population, law: Law, who: np.ndarray) -> Changed:
    """An enterprise of before dissolves and comes back as newly settled in the policy's first year, office and all."""
    changed, origin, year = _copied(people), np.arange(len(people)), law.start.year
    who = who & (people.enterprises["settled_on"] == NO_DATE) & (people.enterprises["spun_off_on"] == NO_DATE)
    who &= people.annual["present"][:, year - people.first_year] != 0
    changed.enterprises["settled_on"][who] = changed.enterprises["lease_started_on"][who] = year * 10_000 + 1_01
    return changed, origin


def several_shops(people: Population, law: Law, who: np.ndarray) -> Changed:
    """Who paid an entry fee under the policy joins another platform, at the same fee, in every later year of the register."""
    changed = _copied(people)
    fees, present = changed.annual["entry_fee"], changed.annual["present"] != 0
    for j in range(max(1, law.start.year - people.first_year + 1), fees.shape[1]):
        again = who & present[:, j] & (fees[:, j] == 0)
        fees[again, j] = fees[again, j - 1]
    return changed, np.arange(len(people))


def several_platforms(people: Population, law: Law, who: np.ndarray) -> Changed:
    """A platform becomes two of one operator: the membership income divided, every member a member of both."""
    who = who & (people.annual["membership_income"] > 0).any(axis=1)
    changed, origin, fresh = _doubled(people, who)
    members = changed.annual["paid_members"].copy()
    for name in (*TRADE, "membership_income"):
        _halve(changed.annual[name], np.flatnonzero(who), fresh)
    changed.annual["paid_members"] = members
    for name in ("rented_area", "line_lease", *UNDIVIDED):
        changed.annual[name][fresh] = 0
    changed.enterprises["headquarters"][fresh] = NONE
    changed.enterprises["certified_on"][fresh] = changed.enterprises["settled_on"][fresh] = NO_DATE
    return changed, origin


WAYS: Mapping[str, Way] = {way.__name__: way for way in (split, split_off, capital, reregistration, several_shops, several_platforms)}


def _copied(people: Population) -> Population:
    return replace(people, enterprises=people.enterprises.copy(), annual=people.annual.copy())


def _doubled(people: Population, who: np.ndarray) -> tuple[Population, np.ndarray, np.ndarray]:
    """The register with a second row for each of `who`, of the same group; the row each comes from; the new rows.

    What an older policy gave, what was paid, and staff stay with the first row.
    """
    old = np.flatnonzero(who)
    count, n = len(old), len(people)
    origin = np.concatenate([np.arange(n), old])
    details = {name: column[origin] for name, column in people.details.items()}
    groups = details["group_id"]
    mine = np.isin(origin, old) & (groups == "")
    groups[mine] = [str(people.ids[i]) for i in origin[mine]]

    def longer(array: np.ndarray) -> np.ndarray:
        return np.concatenate([array, np.zeros((count, *array.shape[1:]), array.dtype)]) if len(array) else array

    ids = np.array([*people.ids, *(f"{people.ids[i]}·2" for i in old)], dtype=object)
    doubled = replace(
        people,
        ids=ids,
        enterprises=np.concatenate([people.enterprises, people.enterprises[old]]),
        annual=np.concatenate([people.annual, people.annual[old]]),
        details=details,
        support=longer(people.support),
        support_district=longer(people.support_district),
        paid=longer(people.paid),
        employees=longer(people.employees),
    )
    return doubled, origin, np.arange(n, n + count)


def _halve(amounts: np.ndarray, old: np.ndarray, fresh: np.ndarray) -> None:
    """Half of each old row's amounts to the new row, the odd unit stays; a blank stays blank in both."""
    whole = amounts[old]
    half = np.where(whole == BLANK, BLANK, whole // 2)
    amounts[fresh] = half
    amounts[old] = np.where(whole == BLANK, BLANK, whole - np.where(whole == BLANK, 0, half))


def _edge(law: Law, path: str, year: int) -> int:
    number = law.numbers[path]
    return number.machine(int(year)) + (number.edge == "more_than")


def _in_term(dates: np.ndarray, law: Law) -> np.ndarray:
    start, end = (d.year * 10_000 + d.month * 100 + d.day if d else 99_991_231 for d in (law.start, law.end))
    return (start <= dates) & (dates <= end)
