"""How sure a figure became that a run was asked to be sure of, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.budget.precision import OVERRUN, TOTAL
from simulator.document.numbers import MISSING
from simulator.report.wording import Wording


def sentence(precision: Mapping[str, Any], clauses: Mapping[str, str], words: Wording) -> str:
    """The sentence of a record's `precision`. clauses: their names by slug."""
    first, _, rest = str(precision["of"]).partition(".")
    quantile = first.upper() if first[:1] == "p" and first[1:].isdigit() else ""
    what = (rest or TOTAL) if quantile else str(precision["of"])
    name = clauses.get(what) or (words.say("precision.year", year=what) if what.isdigit() else words.say(f"precision.{what}"))
    if quantile:
        name = words.say("precision.quantile", name=name, quantile=quantile)
    elif what != OVERRUN:
        name = words.say("precision.mean_expected" if precision.get("expected") else "precision.mean", name=name)
    unit = "points" if what == OVERRUN else "share"
    asked, reached = (
        MISSING if value is None else words.say(f"precision.{unit}", value=f"{100 * value:.2g}")
        for value in (precision["asked"], precision["reached"])
    )
    return words.say(f"precision.{precision['status']}", figure=name, asked=asked, reached=reached, draws=f"{precision['draws']:,}")
