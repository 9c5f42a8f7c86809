"""What drives the cost, in words: sentences that claim no order finer than its error. The page and the terminal share them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from simulator.document.numbers import UNITS, percent
from simulator.report.wording import Wording

Said = tuple[str, dict[str, object]]  # a sentence's key and what is filled in
NAMED = 5  # names in a list of those that cannot be distinguished
CASH = ("paid", "net_impact")  # results that are amounts of the budget
_NORMAL = 1.959964


def money(value: float, error: float, words: Wording) -> str:
    """An amount in the language's unit, rounded to its error."""
    return UNITS[words.lang]["money"].text(float(value), float(error))


def rank(low: float, high: float, words: Wording) -> str:
    """A place, or from which to which."""
    if pd.isna(low):
        return words.say("matters.unranked")
    return words.say("matters.clear", low=int(low)) if low == high else words.say("matters.tied", low=int(low), high=int(high))


def of_interaction(clauses: pd.DataFrame, words: Wording) -> Said:
    """Whether all clauses together cost more than each alone."""
    row = clauses.set_index("clause").loc["interaction"]
    amount, error = row["alone"], row["alone_error"]
    if not abs(amount) > _NORMAL * error:
        return "attribution.apart", {}
    said: dict[str, object] = {"amount": money(abs(amount), error, words), "error": money(error, error / 10, words)}
    return ("attribution.more" if amount > 0 else "attribution.less"), said


def option(row: Any, words: Wording) -> str:
    """A reading as a person reads it. row: of the table of readings."""
    return words.say(
        "reading_costs.option",
        switch=words.pick({"zh": row.switch_zh, "en": row.switch_en}),
        reading=words.pick({"zh": row.reading_zh, "en": row.reading_en}),
    )


def of_readings(readings: pd.DataFrame, words: Wording) -> Said:
    """The reading that moves the cost most, or those that may be."""
    first = readings[readings["rank_low"] == 1]
    if not len(first):
        return "reading_costs.none", {}
    names = [option(r, words) for r in first.itertuples()]
    if len(names) > 1:
        return "reading_costs.largest_tied", {"names": words.say("source.separator").join(names[:NAMED])}
    row = first.iloc[0]
    return "reading_costs.largest", {
        "name": names[0],
        "change": money(row["mean"], row["standard_error"], words),
        "error": money(row["standard_error"], row["standard_error"] / 10, words),
    }


def of_assumptions(tornado: pd.DataFrame, result: str, labels: Mapping[str, str], words: Wording) -> list[Said]:
    """The assumption that moves a result most between its ends, or those that may be."""
    first = tornado[(tornado["result"] == result) & (tornado["rank_low"] == 1)]
    if not len(first):
        return []
    of = words.say(f"matters.{result}")
    if len(first) > 1:
        names = words.say("matters.and").join(labels.get(path, path) for path in first["path"][:NAMED])
        return [("sensitivity.largest_tied", {"result": of, "names": names})]
    row = first.iloc[0]
    unit = "money" if result in CASH else "big"  # sales are read in 亿元 (billions)
    swing, error = (
        UNITS[words.lang][unit].text(float(value), float(of_it))
        for value, of_it in ((abs(row["swing"]), row["swing_error"]), (row["swing_error"], row["swing_error"] / 10))
    )
    return [(f"sensitivity.largest_{unit}", {"result": of, "name": labels.get(row["path"], row["path"]), "swing": swing, "error": error})]


def of_indices(indices: pd.DataFrame, result: str, labels: Mapping[str, str], words: Wording) -> list[Said]:
    """The part of chance in a result's spread, and the assumption that makes most of it, if one can be named."""
    found = indices[indices["result"] == result]
    if not len(found):
        return []
    chance = found[found["factor"] == "chance"].iloc[0]
    said = [("sensitivity.chance", {"result": words.say(f"matters.{result}"), **_share(chance)})]
    own = found[~found["factor"].isin(["chance", "others"]) & (found["total_order"] > 0)]  # the largest first
    if not len(own):
        return said
    top = own.iloc[0]
    beside = own[own["rank_low"] <= top["rank_high"]]
    if len(beside) == 1:
        return [*said, ("sensitivity.leader", {"name": factor(top["factor"], top["paths"], labels, words), **_share(top)})]
    names = words.say("matters.and").join(factor(r.factor, r.paths, labels, words) for r in beside.head(NAMED).itertuples())
    return [*said, ("sensitivity.no_leader", {"names": names})]


def factor(name: str, paths: str, labels: Mapping[str, str], words: Wording) -> str:
    """A factor's name: its assumptions, the others together, or chance."""
    if name == "chance":
        return words.say("matters.chance")
    every = str(paths).split("; ")
    return words.say("matters.others", count=len(every)) if name == "others" else " + ".join(labels.get(p, p) for p in every)


def of_notches(edges: pd.DataFrame, labels: Mapping[str, str], words: Wording) -> Said:
    """Where most stand who would gain by a little more, or where it may be."""
    total = edges[(edges["year"] == "total") & (edges["below"] > 0)].sort_values("below", ascending=False, kind="stable")
    if not len(total):
        return "notches.unseen" if edges["below"].isna().any() else "notches.nobody", {}
    top, error = total.iloc[0], total["below_error"].fillna(0.0)
    near = total[top["below"] - total["below"] <= _NORMAL * (error**2 + error.iloc[0] ** 2) ** 0.5]
    names = [edge(r.clause, r.term, labels) for r in near.itertuples()]
    if len(names) > 1:
        return "notches.most_tied", {"names": words.say("matters.and").join(names[:NAMED])}
    below = UNITS[words.lang]["count"].text(float(top["below"]), float(error.iloc[0]))
    counted = top["below_error"] != top["below_error"]  # in a register: no estimate
    return "notches.most_counted" if counted else "notches.most", {"name": names[0], "below": below, "gain": money(top["gain"], 0.0, words)}


def edge(clause: str, term: str, labels: Mapping[str, str]) -> str:
    """The name of a number of the law."""
    return labels.get(f"law.{clause}.{term}", f"{clause}.{term}")


def _share(row: pd.Series) -> dict[str, object]:
    return {"share": share(row["total_order"]), "low": share(row["total_order_low"]), "high": share(row["total_order_high"])}


def share(value: float) -> str:
    """A share of variance: an estimate below 0 or above 1 is one of these."""
    return percent(min(1.0, max(0.0, value)))
