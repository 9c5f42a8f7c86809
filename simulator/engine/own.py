"""A policy's own facts in the projection: what a register or a draw starts from, and what each year makes of it.

A fact stays as it is, grows with a fact of the year (its `grows`), or comes true by a yearly chance. Where no register says what
an enterprise has, a share of them has it, around a median.
"""

from __future__ import annotations

import numpy as np

from simulator.compiled import rule
from simulator.distributions import lognormal
from simulator.law.policy import Policy
from simulator.streams import OWN_CHANCE, OWN_SHARE, OWN_SIZE, key_of, u

# How a fact is projected. key: of its name; annual: table; flag, day, choices: its kind (how many words it may be, the first of which is
# not having it); grows: 0, or the fact it moves with; yearly: chance; share, median (machine units), log_sd: of those a draw brings.
OWN = np.dtype(
    [
        ("key", np.uint64),
        ("annual", np.int64),
        ("place", np.int64),
        ("flag", np.int64),
        ("day", np.int64),
        ("choices", np.int64),
        ("grows", np.int64),
        ("yearly", np.float64),
        ("share", np.float64),
        ("median", np.float64),
        ("log_sd", np.float64),
    ]
)
GROWS = ("", "sales", "online_sales", "retained_tax", "district_contribution")
LARGEST = 10**15


def own_facts(policy: Policy, parameters: np.ndarray) -> np.ndarray:
    """OWN records (draws, facts) of a policy under parameters (draws,)."""
    found = np.zeros((len(parameters), len(policy.facts)), OWN)
    places = {"enterprises": 0, "annual": 0}
    for i, fact in enumerate(policy.facts):
        one = found[:, i]
        one["key"], one["annual"], one["place"] = key_of(f"{policy.name}/{fact.name}"), int(fact.table == "annual"), places[fact.table]
        places[fact.table] += 1
        one["flag"], one["day"], one["yearly"], one["log_sd"] = int(fact.kind == "flag"), int(fact.kind == "day"), fact.yearly, fact.log_sd
        one["choices"] = max(fact.choices.values(), default=0) + 1 if fact.kind == "choice" else 0
        one["grows"] = GROWS.index(fact.grows) if fact.grows in GROWS else GROWS.index("sales") if fact.grows else 0
        names = parameters.dtype.names or ()
        one["share"] = parameters[f"facts_{fact.name}_share"] if f"facts_{fact.name}_share" in names else fact.share
        median = parameters[f"facts_{fact.name}_median"] if f"facts_{fact.name}_median" in names else fact.median
        one["median"] = median * fact.unit.scale
    return found


@rule
def furnish_own(world, workspace, e, first):
    """The own facts of an enterprise that a draw brings, in the year it sets out from."""
    for i in range(world.own.shape[0]):
        fact, key = world.own[i], workspace.keys[e] ^ world.own[i].key
        value = np.int64(0)
        if fact.share > 0.0 and u(world.seed, world.draw, OWN_SHARE, key, 0) < fact.share:
            if fact.flag != 0:
                value = np.int64(1)
            elif fact.day != 0:
                value = np.int64((world.base_year + first) * 10_000 + 7_01)
            elif fact.choices > 1:
                value = np.int64(1 + u(world.seed, world.draw, OWN_SIZE, key, 0) * (fact.choices - 1))
            elif fact.median > 0.0:
                drawn = lognormal(u(world.seed, world.draw, OWN_SIZE, key, 0), fact.median, fact.log_sd)
                value = np.int64(min(drawn, float(LARGEST)) + 0.5)
        if fact.annual != 0:
            for j in range(workspace.own_rows.shape[1]):
                workspace.own_rows[e, j, fact.place] = value if j == first else 0
        else:
            workspace.own[e, fact.place] = value


@rule
def figure(now, e, grows):
    """The figure of a year that a fact grows with."""
    if grows == 1:
        return now.sales[e]
    if grows == 2:
        return now.online_sales[e]
    if grows == 3:
        return now.retained_tax[e]
    return now.district_contribution[e]


@rule
def write_own(world, workspace, e, j, based, years):
    """The own facts of a projected year, from those of position `based`."""
    if j == based:
        return
    now, before = years[j], years[based]
    for i in range(world.own.shape[0]):
        fact = world.own[i]
        key, year = workspace.keys[e] ^ fact.key, world.base_year + j
        if fact.annual == 0:
            if fact.yearly > 0.0 and workspace.own[e, fact.place] == 0:
                if u(world.seed, world.draw, OWN_CHANCE, key, year) < fact.yearly:
                    workspace.own[e, fact.place] = year * 10_000 + 7_01 if fact.day != 0 else 1
            continue
        value = workspace.own_rows[e, based, fact.place]
        if fact.flag != 0 and fact.yearly > 0.0:
            value = workspace.own_rows[e, j - 1, fact.place]
            if value == 0 and u(world.seed, world.draw, OWN_CHANCE, key, year) < fact.yearly:
                value = 1
        elif fact.grows != 0:
            base = figure(before, e, fact.grows)
            if base > 0:
                value = np.int64(min(value * (figure(now, e, fact.grows) / base), float(LARGEST)) + 0.5)
            elif j > based + 1:
                value = workspace.own_rows[e, j - 1, fact.place]
        workspace.own_rows[e, j, fact.place] = value * now.present[e]
