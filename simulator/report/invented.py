"""Whose the enterprises of a run are, what is not known of them, and which years are missing, in words; apart from the page, so that a
terminal says it without drawing anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.report.wording import Wording


def whose(found: Mapping[str, Any] | None, clauses: Mapping[str, Mapping[str, str]], words: Wording) -> list[str]:
    """Whose the invented enterprises are, where they are not of the policy's place (see `elsewhere`); what none of them has."""
    if not found:
        return []
    notes, separator = [words.say("page.elsewhere")], words.say("source.separator")
    if found["clauses"]:
        facts = separator.join(words.pick(fact) for fact in found["facts"])
        named = separator.join(words.pick(clauses[slug]) for slug in found["clauses"])
        notes.append(words.say("page.nobody_has", facts=facts, clauses=named))
    return notes


def lacking(years: Iterable[int], words: Wording) -> list[str]:
    """Which years' figures the policy asks for and no enterprise has."""
    said = ("、" if words.lang == "zh" else ", ").join(map(str, years))
    return [words.say("page.lacking_years", years=said)] if said else []


def cut_short(policy: Mapping[str, Any], words: Wording) -> list[str]:
    """That the policy goes on after the last year whose awards are counted. policy: of a run's record."""
    if "counted_to" not in policy:
        return []
    return [words.say("page.cut_short", end=str(policy["end"])[:4], last=policy["counted_to"], wanted=policy["counts_to"])]
