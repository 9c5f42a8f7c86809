"""What the engine does where enterprises are weighed against each other (`contest`): writes down who asks, or takes what was decided."""

from __future__ import annotations

import numpy as np

from simulator.compiled import once
from simulator.law.calling import at, call
from simulator.law.policy import ELIGIBLE
from simulator.projection.behaviour import applies, take_up_rate

# One who asks for a weighed clause, or what was decided. enterprise: key; year: position, 1 = the first award year; value: what it is
# ranked by; places: how many get the clause; amount: fen, or whole units in kind. The first record of a draw counts them (`amount`).
CANDIDATE = np.dtype(
    [("enterprise", np.uint64), ("year", np.int64), ("clause", np.int64), ("value", np.int64), ("places", np.int64), ("amount", np.int64)]
)
RECORD, DECIDED = 1, 2  # states of a year


@once
def decided_at(decided, year, clause, enterprise):
    """What was decided of an enterprise in a year; 0 where it is not among those who asked."""
    low, high = 0, decided.shape[0]
    while low < high:
        middle = (low + high) // 2
        one = decided[middle]
        before = one.year < year or (one.year == year and (one.clause < clause or (one.clause == clause and one.enterprise < enterprise)))
        if before:
            low = middle + 1
        else:
            high = middle
    if low < decided.shape[0]:
        found = decided[low]
        if found.year == year and found.clause == clause and found.enterprise == enterprise:
            return found.amount
    return 0


@once
def asks_for(world, key, j, k, amount):
    """Whether an enterprise applies for an amount of a clause in the year at position j."""
    drivers = world.drivers[j]
    rate = take_up_rate(world.rates[j, k], amount, world.typical[k], drivers.elasticity)
    return applies(world.seed, world.draw, key, world.keys[k], rate, drivers.together)


@once
def keeps_its_place(world, due, conduct, j, key, k):
    """Whether an enterprise that is left nothing takes a place all the same (see `FirstN.stays`)."""
    return world.law.staying >> k & 1 != 0 and due[k] > 0 and conduct & ELIGIBLE != 0 and asks_for(world, key, j, k, due[k])


@once
def weigh(world, workspace, given, conduct, j, key, amounts):
    """Of the year at position j: enter an enterprise's amounts of weighed clauses, or put what was decided in their place."""
    law, state = world.law, world.weighed[j - 1]
    if state == RECORD:
        call(law.rank, given + (at(workspace.places, ()), at(workspace.values, ()), at(workspace.due, ())))
    for k in range(law.clauses):
        if state == DECIDED:
            if world.contested[k] and amounts[k] > 0:
                amounts[k] = decided_at(world.decided, j, k, key)
        elif world.contested[k]:
            if amounts[k] > 0 or keeps_its_place(world, workspace.due, conduct, j, key, k):
                world.candidates[0].amount += 1
                i = world.candidates[0].amount
                if i < world.candidates.shape[0]:
                    one = world.candidates[i]
                    one.enterprise, one.year, one.clause, one.amount = key, j, k, amounts[k]
                    one.value, one.places = workspace.values[k], workspace.places[k]
