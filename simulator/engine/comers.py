"""Which newcomers of one run are those of another, where the law or what is assumed of arrivals has others come.

A newcomer's facts and fate follow from its kind, year and number, not from who else comes. So where one more comes, it alone is
to be played; where office space is short, those besides who find some that did not, or no longer do.
"""

import numpy as np

from simulator.compiled import entry
from simulator.engine.from_draw import find_office, newly_arrived
from simulator.engine.workspace import ADDED, FOUND_ROOM
from simulator.facts import AREA
from simulator.law.calendar import year_in_term
from simulator.projection.columns import TOGETHER
from simulator.projection.newcomers import ARRIVING, VARIATES, arrivals

OFFICE, OTHER = np.uint64(FOUND_ROOM), np.uint64(2 * FOUND_ROOM)  # bits of what held; the other that of the first clause


@entry
def count_arrivals(seed, parameters, generosity, terms, base_year, known, counts):
    """Fill counts (draws, years, kinds of ARRIVING, 2): how many arrive in the first draws in each year after position `known`, and
    how many would without the policy."""
    for d in range(parameters.shape[0]):
        for j in range(known + 1, terms.shape[0]):
            offered = year_in_term(base_year + j, terms[j])
            for k in range(len(ARRIVING)):
                counts[d, j - 1, k, 0] = arrivals(parameters[d, j], ARRIVING[k], offered, generosity, seed, d, base_year + j)
                counts[d, j - 1, k, 1] = arrivals(parameters[d, j], ARRIVING[k], False, generosity, seed, d, base_year + j)


@entry
def find_offices(seed, draws, parameters, generosity, terms, base_year, known, edges, taken, offices):
    """Fill offices (draws, n): FOUND_ROOM for each newcomer of these draws that has an office in the designated buildings, in order
    of arrival; else 0. draws: their numbers; parameters (draws, years + 1); taken: of the office space, 0.01 m²."""
    keys, variates, held, space = np.zeros(TOGETHER, np.uint64), np.zeros(1, VARIATES), np.zeros(0, np.uint64), np.zeros(2)
    for d in range(parameters.shape[0]):
        space[0], first = parameters[d, 0].office_stock - taken / AREA, 0
        for j in range(known + 1, terms.shape[0]):
            par, year = parameters[d, j], base_year + j
            offered = year_in_term(year, terms[j])
            _, states, numbers, order, first = newly_arrived(
                par, seed, draws[d], generosity, offered, year, edges[j], keys, variates, first, held, 0
            )
            for i in order:
                find_office(states[i], space)
                offices[d, numbers[i]] = FOUND_ROOM if states[i].designated != 0 else 0


@entry
def carry_over(before, after, held, offices, short, clauses, now, gone):
    """Carry what newcomers held over to where they stand among others, of whom before and after (draws, years, kinds, 2) are counted.

    held (draws, n): of those before, see `workspace.note_held`; offices (draws, m): of those after, in draws that are short of space.
    Filled: now (draws, m), the same of those after, ADDED for who was not there; gone (draws, n): for who is no longer there, or not as
    it was, and held none of these clauses, its office and one bit besides, else 0.
    """
    none = np.uint64(0)
    for d in range(before.shape[0]):
        old, new = 0, 0
        for y in range(before.shape[1]):
            for k in range(before.shape[2]):
                were, are = before[d, y, k, 0], after[d, y, k, 0]
                if were == are and before[d, y, k, 1] == after[d, y, k, 1] and not short[d]:
                    now[d, new : new + are] = held[d, old : old + were]
                else:
                    for slot in range(max(were, are)):
                        same = slot < were and slot < are and (slot < before[d, y, k, 1]) == (slot < after[d, y, k, 1])
                        if same and short[d]:
                            same = held[d, old + slot] & OFFICE == offices[d, new + slot]
                        if slot < are:
                            now[d, new + slot] = (
                                held[d, old + slot] if same else ADDED | (offices[d, new + slot] | OTHER if short[d] else none)
                            )
                        if slot < were and not same and held[d, old + slot] & clauses == none:
                            gone[d, old + slot] = held[d, old + slot] & OFFICE | OTHER
                old += were
                new += are
