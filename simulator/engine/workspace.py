"""Where enterprises are played: what all of a draw share, and scratch records used again and again."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from simulator.compiled import inlined, rule
from simulator.facts import ANNUAL, ENTERPRISE
from simulator.law.assessment import ALL, common
from simulator.law.calling import Functions, at, call
from simulator.law.policy import HISTORY
from simulator.projection.columns import ASKING, CARRIED, TOGETHER, YEAR
from simulator.projection.enterprises import PLATFORM, STATE, set_out, write_year
from simulator.projection.newcomers import VARIATES


class World(NamedTuple):
    """What all enterprises of a draw share.

    par: the PARAMETERS record of the base year; pars (years + 1,): of each year; rates (years + 1, clauses), typical (clauses,):
    take-up and the sum it belongs to; keys (clauses,): of their names; law: the policy's functions; terms (years + 1,) HEAD,
    numbers (years + 1, numbers), readings: the law of the base year and each year; steady (years + 1,): whether it is that of
    the year before; own: OWN records of its own facts; drivers (years + 1,): DRIVERS of each year; edges (years + 1, pairs): EDGE
    records that facts may be lifted to, see `bunching`; generosity (3,): see newcomers.arrival_rate; groups: see
    `totals.count_online`; suspended_from: first year without rebates; claims: see `ledger.enter_claims`; kept, kept_rows,
    kept_count: see `life.keep`; contested (clauses,), weighed (years or 0,), candidates, decided: see `weighing`.
    """

    seed: Any
    draw: Any
    par: Any
    pars: Any
    rates: Any
    typical: Any
    keys: Any
    law: Any
    terms: Any
    numbers: Any
    steady: Any
    readings: Any
    own: Any
    drivers: Any
    edges: Any
    generosity: Any
    groups: Any
    base_year: int
    suspended_from: int
    claims: Any
    kept: Any
    kept_rows: Any
    kept_count: Any
    contested: Any
    weighed: Any
    candidates: Any
    decided: Any


# How an enterprise is to be played. active: later years are written; supported: it may hold existing support; paid_before: something
# was paid to it before the first year.
# While it is: written: position of the last row written; opened: more clauses could matter to it than before; paid: something was paid
# to it; noted: the clauses that something may be noted of in its history, one bit each.
# What comes back: changed: its facts are no longer those it came with; held: the clauses whose conditions held in some year,
# one bit each; left: last year before it left because rent support ran out (0: it did not).
PLAN = np.dtype(
    [(name, np.int64) for name in ("active", "supported", "paid_before", "written", "opened", "paid", "noted", "changed", "held", "left")]
)

# Who the law looks at, side by side. usual, ever: the clauses that could matter to each in some year, as things stand and whatever befalls
# it; opens: whether something does that opens clauses; who: places of some of them, keys: theirs, numbers: scratch; in the year at hand,
# visited: places of those that the law looks at, matter: the clauses that could matter, conduct and holding: what it says of each.
LOOKED = np.dtype(
    [(name, np.int64, (TOGETHER,)) for name in ("usual", "ever", "opens", "who", "visited", "matter", "conduct", "holding")]
    + [("keys", np.uint64, (TOGETHER,)), ("numbers", np.float64, (TOGETHER,))]
)


ADDED = np.uint64(1) << np.uint64(63)  # in place of what held: was not there when that was noted
FOUND_ROOM = 1  # beside the clauses whose conditions held, one bit up: has an office in the designated buildings


class Cohort(NamedTuple):
    """Those in the workspace. count: how many; known: position up to which their facts are known; first: position of their first
    year; last: of the last one that any of them can be there; priced: position of the year whose prices their states are in;
    paid_years: in how many first years what they were paid is known; paid_before: whether they have histories; based: position of the
    year their own facts are of."""

    count: int  # type: ignore[assignment]  # of a tuple, which nobody asks for its own
    known: int
    first: int
    last: int
    priced: int
    paid_years: int
    paid_before: bool
    based: int


class Workspace(NamedTuple):
    """Room for the enterprises played together, used again and again, and what belongs to each of them.

    which (TOGETHER,): its number where it comes from; keys (TOGETHER,); variates (1,): VARIATES, side by side; plans: PLAN; enterprises,
    states; rows (TOGETHER, years + 1): position 0 is the base year, projected ones written when the law looks at them; carried (1,)
    CARRIED, years (years + 1,) YEAR: the same side by side; existing, of_district, paid (TOGETHER, years, cash clauses): existing
    support, the district's part of it, what this policy really paid; histories (TOGETHER, clauses): what it paid before the first
    year, and nothing (1,), as if it had not; own (TOGETHER, facts), own_rows (TOGETHER, years + 1, facts): the policy's own facts;
    looked (1,) LOOKED; history, amounts (TOGETHER, clauses): what was paid so far, what is in the year at hand; asking (1,) ASKING;
    replaced, places, values, due (clauses,): of the one at hand.
    """

    which: Any
    keys: Any
    variates: Any
    plans: Any
    enterprises: Any
    states: Any
    rows: Any
    own: Any
    own_rows: Any
    carried: Any
    years: Any
    existing: Any
    of_district: Any
    paid: Any
    histories: Any
    nothing: Any
    looked: Any
    history: Any
    amounts: Any
    asking: Any
    replaced: Any
    places: Any
    values: Any
    due: Any


def empty_workspace(years: int, law: Functions, own: int, own_annual: int) -> Workspace:
    """For so many award years; own, own_annual: how many own facts the policy has. NumPy makes it: compiling that took seconds."""
    support, clauses = (TOGETHER, years, law.cash), law.clauses
    return Workspace(
        np.zeros(TOGETHER, np.int64),
        np.zeros(TOGETHER, np.uint64),
        np.zeros(1, VARIATES),
        np.zeros(TOGETHER, PLAN),
        np.zeros(TOGETHER, ENTERPRISE),
        np.zeros(TOGETHER, STATE),
        np.zeros((TOGETHER, years + 1), ANNUAL),
        np.zeros((TOGETHER, own), np.int64),
        np.zeros((TOGETHER, years + 1, own_annual), np.int64),
        np.zeros(1, CARRIED),
        np.zeros(years + 1, YEAR),
        np.zeros(support, np.int64),
        np.zeros(support, np.int64),
        np.zeros(support, np.int64),
        np.zeros((TOGETHER, clauses), HISTORY),
        np.zeros(1, HISTORY),
        np.zeros(1, LOOKED),
        np.zeros((TOGETHER, clauses), HISTORY),
        np.zeros((TOGETHER, clauses), np.int64),
        np.zeros(1, ASKING),
        np.zeros(clauses, np.int64),
        np.zeros(clauses, np.int64),
        np.zeros(clauses, np.int64),
        np.zeros(clauses, np.int64),
    )


@inlined
def all_clauses(workspace):
    """Every clause, one bit each."""
    return (1 << workspace.history.shape[1]) - 1


@rule
def forget_past(workspace):
    """Whoever comes next was never paid before."""
    for e in range(TOGETHER):
        workspace.plans[e].noted, workspace.plans[e].paid_before = all_clauses(workspace), 0


@rule
def choose(held, only, start, n, which):
    """The next enterprises to play together, from number `start` on: into `which`. Returns how many, and where to go on.

    held (n or 0,): clauses whose conditions held for each, one bit each; only: 0, or the bits of which an enterprise must
    hold one.
    """
    i, count = start, 0
    while i < n and count < TOGETHER:
        if only == 0 or (held[i] >> 1) & only:
            which[count] = i
            count += 1
        i += 1
    return count, i


@rule
def note_held(held, only, workspace, count, listed):
    """Keep which clauses' conditions held and who has an office in the designated buildings, where that is asked for: when all
    are played, and `held` has workspace. listed: of how many, named in workspace.looked, a clause could hold at all."""
    if only == 0 and held.shape[0] > 0:
        for e in range(count):
            held[workspace.which[e]] = FOUND_ROOM if workspace.states[e].designated != 0 else 0
        for i in range(listed):
            e = workspace.looked[0].who[i]
            held[workspace.which[e]] |= workspace.plans[e].held << 1


@rule
def expected_row(state, active, year, e, row):
    """What a projected row of an enterprise keeps from year to year, by way of the e-th place of `year`, a YEAR that nobody uses."""
    set_out(state, year, e)
    year.present[e] = active
    write_year(state, year, e, 0, 1.0, row)  # which tax it pays is no such thing


@rule
def reach_of(law, enterprises, e, rows, i, own, own_rows, terms, numbers, j, readings, may):
    """The clauses that could ever matter to the e-th enterprise with the i-th of some rows and the law of position j, one bit each. may:
    what can still befall it (bits of `machine.SETTLES`, `CERTIFIES`)."""
    return call(
        law.reach,
        common(
            at(enterprises, (e,)),
            at(own, ()),
            at(rows, (i,)),
            at(own_rows, ()),
            1,
            0,
            0,
            at(terms, (j,)),
            at(numbers, (j,)),
            at(readings, ()),
            at(own, ()),
        )
        + (may,),
    )


@rule
def possible(law, enterprises, e, state, rows, i, own, own_rows, terms, numbers, j, readings):
    """The clauses that could matter in a year with such a row to an enterprise that nothing befalls, one bit each; a platform may
    yet grow past any threshold."""
    reach = reach_of(law, enterprises, e, rows, i, own, own_rows, terms, numbers, j, readings, 0)
    return ALL if state.kind == PLATFORM else reach
