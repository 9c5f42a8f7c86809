"""Doubts about a clause's legality: who raised them, from when, what follows, and what remains uncertain.

A flag changes no amount: the law of 2013 is assessed as written. What a clean-up would cost or save is a scenario
(`rebate_suspended`); the flag says which clause and which years it touches.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator import yamlfile
from simulator.errors import Problem, nearest
from simulator.phrases import phrase

TEXTS = ("document", "by_zh", "by_en", "effect_zh", "effect_en", "uncertain_zh", "uncertain_en")
CONFIDENCE = ("A", "B", "C", "J")


@dataclass(frozen=True)
class Concern:
    """One document that puts a clause in doubt.

    since: the day it was issued or takes effect; document: its title or number; by: who raised it; effect: what it asks;
    uncertain: what it leaves open; confidence: A (text read) … C (from memory); scenario: a shipped scenario that plays
    the consequence, "" for none.
    """

    name: str
    since: datetime.date
    document: str
    by_zh: str
    by_en: str
    effect_zh: str
    effect_en: str
    uncertain_zh: str
    uncertain_en: str
    confidence: str
    scenario: str = ""

    def affects(self, last_year: int) -> bool:
        """Whether a period that ends with `last_year` has days on or after the one it counts from."""
        return last_year >= self.since.year


def read_concerns(document: yamlfile.Document, path: str, given: Any) -> tuple[tuple[Concern, ...], list[Problem]]:
    """The concerns of a clause's block, in the order of their dates, and every problem of their lines."""
    if not isinstance(given, Mapping):
        return (), [Problem(document.place(path), phrase("is {}", yamlfile.shown(given)), "indent one block for each document")]
    concerns, problems = [], []
    wanted = {"since", "confidence", *TEXTS}
    for name, block in given.items():
        where = f"{path}.{name}"
        if not isinstance(block, Mapping):
            problems.append(Problem(document.place(where), phrase("is {}", yamlfile.shown(block)), f"{', '.join(sorted(wanted))}"))
            continue
        found = [
            Problem(document.place(f"{where}.{k}"), "is not known here", nearest(str(k), [*wanted, "scenario"]))
            for k in block
            if k not in wanted | {"scenario"}
        ]
        found += [Problem(document.place(where), phrase("{} is missing", k), phrase("add {}:", k)) for k in sorted(wanted - set(block))]
        found += [
            Problem(document.place(f"{where}.{k}"), phrase("is {}", yamlfile.shown(block[k])), "write a text")
            for k in (*TEXTS, "scenario")
            if k in block and not (isinstance(block[k], str) and block[k].strip())
        ]
        if "since" in block and not isinstance(block["since"], datetime.date):
            found.append(
                Problem(document.place(f"{where}.since"), phrase("is {}", yamlfile.shown(block["since"])), "write a date as 2014-11-27")
            )
        if "confidence" in block and block["confidence"] not in CONFIDENCE:
            found.append(
                Problem(document.place(f"{where}.confidence"), phrase("is {}", yamlfile.shown(block["confidence"])), "A, B, C or J")
            )
        problems += found
        if not found:
            concerns.append(Concern(str(name), **block))
    return tuple(sorted(concerns, key=lambda c: (c.since, c.name))), problems
