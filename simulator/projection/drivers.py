"""What moves every enterprise of a draw in a year, worked out once for all of them.

The assumptions of a year fill a kilobyte, of which the loops over enterprises read a few numbers for every block they play; here
these stand side by side, with all that is the same for everybody already worked out.
"""

import math

import numpy as np

from simulator.compiled import rule
from simulator.law.calendar import year_in_term
from simulator.projection.enterprises import SHOCK_CUT, common_growth, hazards, own_rate_moves
from simulator.projection.taxes import set_taxes

# growth: the common part of log growth; shock, inside: scale of the own one, and how much of its distribution lies within the cut; price:
# of rents and fees over the base year's. Chances of being gone after a year: of incumbents, of newcomers in their first, second, third
# and later years. Taxes: see `taxes.set_taxes`. children: of senior managers, on average, childless: the chance of none; certification:
# chances of retailers and of others; violation, unsound: of a breach, and of accounts that cease to be sound; returning: of an incumbent
# that settles anew; leaving: once rent support runs out; lifting: reach of `bunching`; together, elasticity: of take-up.
DRIVERS = np.dtype(
    [
        (name, np.float64)
        for name in (
            *("growth", "shock", "inside", "price"),
            *("gone_incumbent", "gone_first", "gone_second", "gone_third", "gone_later"),
            *("profitable", "lasts", "regained", "goods_burden", "services_burden", "margin", "income_rate", "kept"),
            *(
                "goods_local",
                "services_local",
                "income_local",
                "goods_base",
                "services_base",
                "income_base",
                "goods_moved",
                "services_moved",
            ),
            *("children", "childless", "certification", "certification_of_others", "violation", "unsound", "returning", "leaving"),
            *("lifting", "together", "elasticity"),
        )
    ]
)


@rule
def drive(pars, j, year, terms, based, base_year, known, market, price, drivers):
    """Fill a DRIVERS record for position j, a calendar `year`. pars, terms (years + 1,): PARAMETERS and HEAD; based: position of the base
    year, known: of the one a register's own retained rate is of, base_year: the year at position 0; market: its log growth."""
    par, now = pars[j], drivers
    now.growth, now.shock = common_growth(par, market), pars[0].market_own_shock
    now.inside, now.price = 1 - math.exp(-SHOCK_CUT / now.shock), price
    now.gone_incumbent, now.gone_first, now.gone_second, now.gone_third, now.gone_later = hazards(par)
    moves = (
        own_rate_moves(par, year, terms[j], pars[known], base_year + known, terms[known], False),
        own_rate_moves(par, year, terms[j], pars[known], base_year + known, terms[known], True),
    )
    set_taxes(par, year, terms[j], base_year + based, terms[based], moves, now)
    now.children, now.childless = par.children_rate, math.exp(-par.children_rate)
    now.certification, now.certification_of_others = par.certification_rate, par.certification_rate_others
    now.violation, now.unsound = par.breach_rate, par.breach_accounts_rate
    now.returning = par.reregistration_share if year_in_term(year, terms[j]) else 0.0
    now.leaving, now.lifting = par.exit_after_support, par.bunching_contribution
    now.together, now.elasticity = par.take_up_together, par.take_up_size_elasticity
