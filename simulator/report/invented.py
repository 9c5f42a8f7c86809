"""Whose the invented enterprises of a run are, in words; apart from the page, so that a terminal says it without drawing anything."""

from __future__ import annotations

from collections.abc import Mapping
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
