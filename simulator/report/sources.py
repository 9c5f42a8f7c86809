"""What an assumption rests on, in words: keys of the published statistics as the figures they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from simulator import resources, yamlfile
from simulator.document.numbers import MISSING
from simulator.errors import SimulatorError
from simulator.report.wording import Wording

_YEARS = re.compile(r"\d{4}(-\d{4})?")  # some years are remarks ("2000-2012 cohorts"), which are left out


def named(source: str, words: Wording) -> str:
    """The figures behind a setting, in this language; an unknown key as it is; a dash for mere judgement."""
    keys = source.split()
    known = _published()
    texts = []
    for key in keys:
        if key == "J":
            if len(keys) > 1:
                texts.append(words.say("assumptions.judgement"))
        elif key not in known:
            texts.append(words.term("source", key))
        elif _YEARS.fullmatch(year := str(known[key].get("year"))):
            texts.append(words.say("source.dated", label=known[key][words.lang], year=year.replace("-", "–")))
        else:
            texts.append(str(known[key][words.lang]))
    return words.say("source.separator").join(texts) or MISSING


@cache
def _published() -> Mapping[str, Mapping[str, object]]:
    """data/statistics as it travels with the program; empty where it is missing: keys are readable too."""
    try:
        path = resources.folder("data") / "statistics" / "published.yaml"
        return {str(key): entry for key, entry in yamlfile.load(path).data.items() if isinstance(entry, Mapping)}
    except SimulatorError:
        return {}
