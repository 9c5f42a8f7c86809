"""What an explanation shows beside a condition: the facts it was judged on, the numbers and readings it was judged by."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Evidence:
    """zh, en: the condition in words; facts: columns of the enterprise or of the year; terms: names of the clause's
    numbers; readings: interpretation switches; last_year: columns of the year before."""

    zh: str
    en: str
    facts: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    last_year: tuple[str, ...] = ()
