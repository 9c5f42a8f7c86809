"""Main taxes of a projected year, and what the district keeps of them.

Goods retailers pay VAT as a share of sales; services pay business tax or, from 2013-08, pilot VAT, which stays wholly
local until 2016-04 (facts key vat_pilot_revenue_owner). Profitable enterprises pay income tax on their margin; profit
lasts with a probability, so that the share of profitable enterprises stays what it is. Taxes are rounded to the fen.
"""

import numpy as np

from simulator.compiled import once, rule
from simulator.money import FEN, RATE

# local share of turnover tax on services: all of it until 2016-04, half of it from 2016-05 (blended over 2016)
SERVICES_2016, SERVICES_LATER = (4 * 1.0 + 8 * 0.5) / 12, 0.5


@rule
def to_fen(yuan):
    """A projected amount in whole fen."""
    return np.int64(np.floor(yuan * FEN + 0.5))


@rule
def services_local_share(year):
    """Local share of turnover taxes on services in a year."""
    if year < 2016:
        return 1.0
    return SERVICES_2016 if year == 2016 else SERVICES_LATER


@once
def is_profitable(par, was_profitable, is_first_year, p):
    """Whether the enterprise has taxable profit, from one u; a Markov chain with the stationary share drawn. Where most
    are profitable, profit lasts at least so long that the few others can make up for those who lose it."""
    share = par.tax_profitable_share
    if is_first_year:
        return p < share
    lasts = par.tax_profit_persistence
    if share > 0.5:
        lasts = max(lasts, 2 - 1 / share)
    if was_profitable:
        return p < lasts
    return p < share * (1 - lasts) / (1 - share)


@once
def turnover_tax(par, sales, services):
    """VAT (goods) or turnover tax (services) of a year, in yuan."""
    return sales * (par.tax_burden_services if services else par.tax_vat_burden_goods)


@once
def income_tax(par, sales, profitable):
    """Corporate income tax of a year, in yuan."""
    return sales * par.tax_margin * par.tax_income_tax_rate if profitable else 0.0


@rule
def retained(par, turnover, income, services, year, sharing):
    """What the district keeps, in yuan: its drawn share of the local part, sharing of the year."""
    local = services_local_share(year) if services else sharing.local_vat_share / RATE
    return par.tax_district_share * (local * turnover + sharing.local_income_tax_share / RATE * income)


@rule
def expected_retained_rate(par, services, year, sharing):
    """Expected retained tax per unit of sales in a year: how a register's own level moves with the sharing rules."""
    income = par.tax_profitable_share * par.tax_margin * par.tax_income_tax_rate
    return retained(par, turnover_tax(par, 1.0, services), income, services, year, sharing)
