"""Dates as whole numbers, held to Python's own calendar on every day of 2010 to 2030, and on the last day there is."""

import datetime

from simulator.law.calendar import month_of, year_later, year_of
from simulator.law.terms import NO_END

DAYS = [datetime.date(2010, 1, 1) + datetime.timedelta(days=n) for n in range(21 * 365)]


def number(day: datetime.date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def test_years_and_months_are_those_of_the_calendar():
    for day in [*DAYS, datetime.date.max]:
        assert (year_of(number(day)), month_of(number(day))) == (day.year, 12 * day.year + day.month - 1)
    assert year_of(NO_END) == 9999


def test_a_year_later_is_the_same_day_and_of_the_29th_of_february_the_28th():
    for day in DAYS:
        last = (day.month, day.day) == (2, 29)
        assert year_later(number(day)) == number(day.replace(year=day.year + 1, day=28 if last else day.day))
