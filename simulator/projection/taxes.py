"""Main taxes of a projected year, and what the district keeps of them.

Goods retailers pay VAT as a share of sales; services pay business tax or, from 2013-08, pilot VAT, which stays wholly
local until 2016-04 (facts key vat_pilot_revenue_owner). Profitable enterprises pay income tax on their margin, at the
effective rate: part of the profit is that of small low-profit enterprises, part enjoys the rate of western development.
Profit lasts with a probability, so that the share of profitable enterprises stays what it is. Taxes are rounded to the fen.
"""

import math

import numpy as np

from simulator.compiled import once, rule
from simulator.money import FEN, RATE

# local share of turnover tax on services: all of it until 2016-04, half of it from 2016-05 (blended over 2016)
SERVICES_2016, SERVICES_LATER = (4 * 1.0 + 8 * 0.5) / 12, 0.5


SMALL_RATE, WESTERN_RATE = 0.5 * 0.20, 0.15  # income tax: 20 % on half the profit; western development


@rule
def effective_income_tax(par):
    """Income tax per unit of profit."""
    full = max(0.0, 1.0 - par.tax_small_share - par.tax_western_share)
    return par.tax_small_share * SMALL_RATE + par.tax_western_share * WESTERN_RATE + full * par.tax_income_tax_rate


@rule
def to_fen(yuan):
    """A projected amount in whole fen."""
    return np.int64(math.floor(yuan * FEN + 0.5))


@rule
def services_local_share(year):
    """Local share of turnover taxes on services in a year."""
    if year < 2016:
        return 1.0
    return SERVICES_2016 if year == 2016 else SERVICES_LATER


@rule
def business_tax_of(year, turnover):
    """What of the turnover tax on services (fen) is business tax in a year: all of it until 2016-04, later all is VAT."""
    if year < 2016:
        return turnover
    return turnover * 4 // 12 if year == 2016 else turnover * 0


@rule
def set_taxes(par, year, sharing, base_year, base_sharing, moves, drivers):
    """What the taxes of all enterprises of a draw and year are worked out from, into a `drivers.DRIVERS` record. moves: `own_rate_moves` of
    goods and of services.

    profitable, lasts, regained: probability of a taxable profit in an enterprise's first year, after a year with one, after
    one without; burdens on sales, of goods and of services; margin × income_rate: income tax on sales; kept: the district's
    part of the local part; *_local: local share of goods' and services' turnover tax and of income tax, *_base: in the base
    year; *_moved: how the sharing rules move a register's own retained rate.

    Profit is a Markov chain with the stationary share drawn. Where most are profitable, profit lasts at least so long that
    the few others can make up for those who lose it.
    """
    share, lasts, now = par.tax_profitable_share, par.tax_profit_persistence, drivers
    if share > 0.5:
        lasts = max(lasts, 2 - 1 / share)
    now.profitable, now.lasts, now.regained = share, lasts, share * (1 - lasts) / (1 - share)
    now.goods_burden, now.services_burden = par.tax_vat_burden_goods, par.tax_burden_services
    now.margin, now.income_rate, now.kept = par.tax_margin, effective_income_tax(par), par.tax_district_share
    now.goods_local, now.services_local = sharing.local_vat_share / RATE, services_local_share(year)
    now.income_local = sharing.local_income_tax_share / RATE
    now.goods_base, now.services_base = base_sharing.local_vat_share / RATE, services_local_share(base_year)
    now.income_base = base_sharing.local_income_tax_share / RATE
    now.goods_moved, now.services_moved = moves


@once
def retained(kept, local, turnover, income_local, income):
    """What the district keeps, in yuan: its drawn share of the local part."""
    return kept * (local * turnover + income_local * income)


@rule
def expected_retained_rate(par, services, year, sharing):
    """Expected retained tax per unit of sales in a year: how a register's own level moves with the sharing rules."""
    local = services_local_share(year) if services else sharing.local_vat_share / RATE
    turnover = par.tax_burden_services if services else par.tax_vat_burden_goods
    income = par.tax_profitable_share * par.tax_margin * effective_income_tax(par)
    return retained(par.tax_district_share, local, turnover, sharing.local_income_tax_share / RATE, income)
