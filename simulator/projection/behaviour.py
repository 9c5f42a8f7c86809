"""Who applies: an entitlement becomes an award only if the enterprise applies for it.

One variate per enterprise and one per clause; with probability `take_up.together` the enterprise's own variate decides, so that
who applies for one tends to apply for all, while each clause's rate stays what it is. The odds of applying rise with the
sum at stake, from the rate given at the clause's typical sum. Raising a rate only adds applicants.
"""

from simulator.compiled import inlined
from simulator.elementary import exp, log
from simulator.money import FEN
from simulator.streams import APPLY, APPLY_MIX, APPLY_TOGETHER, uniform


@inlined
def take_up_rate(rate, amount, typical, elasticity):
    """Probability of applying for `amount` (fen): odds of `rate` times (amount / typical yuan) ** elasticity. One that no sum at
    stake moves, 0 and 1 among them, is what it is."""
    moves = (rate > 0.0) & (rate < 1.0) & (typical > 0.0) & (elasticity != 0.0)
    usual, stake = rate if moves else 0.5, amount / (typical * FEN) if moves else 1.0
    odds = usual / (1.0 - usual) * exp(elasticity * log(stake))
    return odds / (1.0 + odds) if moves else rate


@inlined
def applies(seed, draw, enterprise, clause, rate, together):
    """Whether the enterprise applies for a clause; the same answer in every year of a draw. clause: the key of its name, so that
    another clause beside it changes nothing."""
    own = enterprise ^ clause
    as_for_all = uniform(seed, draw, APPLY_MIX, own, 0) < together
    return uniform(seed, draw, APPLY_TOGETHER if as_for_all else APPLY, enterprise if as_for_all else own, 0) < rate
