"""What a clause sees: one enterprise in one year, what the policy has paid it so far, the law's numbers and readings."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from simulator.compiled import rule
from simulator.law.calendar import date_in_term, year_in_term
from simulator.law.readings import NewlySettled


class Case(NamedTuple):
    """One enterprise in one assessed year.

    enterprise: facts.ENTERPRISE record; this_year, last_year: facts.ANNUAL records (`present` = 0 where the register has
    no row); terms: the law's numbers in force that year, one inner record per clause plus `policy` (start, end) and
    `sharing`; readings: readings.READINGS record; year: calendar year.
    """

    enterprise: Any
    this_year: Any
    last_year: Any
    terms: Any
    readings: Any
    year: int


class May(NamedTuple):
    """What time may still bring an enterprise: that it settles anew, that it is certified. Its other marks stay."""

    settle: bool
    certify: bool


class Figures(NamedTuple):
    """What a projected year brings an enterprise anew, as in facts.ANNUAL; 0 where it has no row."""

    sales: int
    online_sales: int
    retained_tax: int
    district_contribution: int
    executive_children: int


# What this policy has paid under one clause: all that "once", tiers and two-year windows look back on.
# total: fen paid so far; first_year: first year paid, 0 = never; years: number of years paid;
# mark: the clause's own note (四（四）: the first qualifying year; 四（八）: the tiers paid, one bit each).
HISTORY = np.dtype([("total", np.int64), ("first_year", np.int64), ("years", np.int64), ("mark", np.int64)])


@rule
def all_hold(conditions):
    """Every condition holds."""
    for condition in conditions:
        if not condition:
            return False
    return True


@rule
def newly_settled(case):
    """新落户: settled in term; under `newly_settled=from_outside` not as a new registration by people of the district."""
    if case.readings.newly_settled == NewlySettled.from_outside and case.enterprise.founded_locally != 0:
        return False
    return date_in_term(case.enterprise.settled_on, case.terms.policy)


@rule
def never_paid(own):
    """一次性: nothing has been paid under this clause yet."""
    return own.years == 0


@rule
def begins_in_term(own, year, policy):
    """The first year paid (this one, if none was before) lies in term."""
    return year_in_term(year if own.first_year == 0 else own.first_year, policy)


@rule
def within_years(own, year, length, policy):
    """A support of `length` consecutive years that begins with the first year paid, which must be in term."""
    first = year if own.first_year == 0 else own.first_year
    return year < first + length and begins_in_term(own, year, policy)


@rule
def stirs_always(figures, terms):
    """Default: no year's figures alone rule the clause out."""
    return True


@rule
def remember_nothing(case, own, paid, eligible):
    """Default: payments alone are what the clause looks back on."""
    return own.mark


@rule
def lacks_nothing(case, own):
    """Default: blank facts mean none, nothing is missing."""
    return False
