"""Who applies: an entitlement becomes an award only if the enterprise applies for it.

One variate per enterprise and one per clause; with probability `take_up.together` the enterprise's own variate decides, so that
who applies for one tends to apply for all, while each clause's rate stays what it is. The odds of applying rise with the
sum at stake, from the rate given at the clause's typical sum. Raising a rate only adds applicants.
"""

from simulator.compiled import rule
from simulator.money import FEN
from simulator.streams import APPLY, APPLY_MIX, APPLY_TOGETHER, u


@rule
def take_up_rate(rate, amount, typical, elasticity):
    """Probability of applying for `amount` (fen): odds of `rate` times (amount / typical yuan) ** elasticity."""
    if rate <= 0.0 or rate >= 1.0 or typical <= 0.0 or elasticity == 0.0:
        return rate
    odds = rate / (1 - rate) * (amount / (typical * FEN)) ** elasticity
    return odds / (1 + odds)


@rule
def applies(seed, draw, enterprise, clause, rate, together):
    """Whether the enterprise applies for a clause; the same answer in every year of a draw. clause: the key of its name, so that
    another clause beside it changes nothing."""
    if rate >= 1.0:
        return True
    if u(seed, draw, APPLY_MIX, enterprise ^ clause, 0) < together:
        return u(seed, draw, APPLY_TOGETHER, enterprise, 0) < rate
    return u(seed, draw, APPLY, enterprise ^ clause, 0) < rate
