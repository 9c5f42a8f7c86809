"""Dates of the law as whole numbers yyyymmdd (0 = no date), so that a year is a division and order is order."""

from simulator.compiled import rule
from simulator.facts import NO_DATE


@rule
def year_of(date):
    """Calendar year of a date."""
    return date // 10_000


@rule
def month_of(date):
    """Months since year 0 of the month the date lies in."""
    return date // 10_000 * 12 + date // 100 % 100 - 1


@rule
def year_later(date):
    """The same day a year later; 29 February goes to 28 February."""
    if date % 10_000 == 229:
        return date + 10_000 - 1
    return date + 10_000


@rule
def date_in_term(date, policy):
    """A dated fact lies in term: start ≤ date ≤ end."""
    return date != NO_DATE and policy.start <= date <= policy.end


@rule
def year_in_term(year, policy):
    """An annual fact lies in term: start's year ≤ year ≤ end's year."""
    return year_of(policy.start) <= year <= year_of(policy.end)


@rule
def is_new_in(enterprise, year):
    """新设: settled or split off in the year, in term or not (its base year is none)."""
    return year_of(enterprise.settled_on) == year or year_of(enterprise.spun_off_on) == year
