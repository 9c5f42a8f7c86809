"""Rationing in plain Python, claim by claim, with whole numbers and fractions: what the compiled ledger is held to."""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction
from typing import NamedTuple


class Claim(NamedTuple):
    """enterprise, year (1 …), clause (-1: clawback), amount in fen."""

    enterprise: int
    year: int
    clause: int
    amount: int


class Rules(NamedTuple):
    """As budget.rationing.keep_ledger; None: no limit. pools: clause → pool; limits by (pool, year) and by year."""

    mode: str
    carried: bool
    share: float
    rank: list[int]
    enterprise_cap: int | None
    clause_caps: dict[int, int]
    pools: dict[int, int]
    pool_limits: dict[tuple[int, int], int]
    limits: dict[int, int]
    parts: dict[int, tuple[int, ...]]


def by_hand(claims: list[Claim], rules: Rules, days: list[int], tickets: list[int], years: int):
    """flows {name: {(year, clause): fen}}, due back {year: fen}, unpaid {year: claims}."""
    flows = {name: defaultdict(int) for name in ("due", "paid", "waiting", "lapsed", "cancelled", "cut")}
    due_back, unpaid = defaultdict(int), defaultdict(int)
    own = [i for i, c in enumerate(claims) if c.clause != -1]
    breach = {c.enterprise: (c.year, c.amount) for c in claims if c.clause == -1}
    net = _under_the_cap(claims, own, rules, flows)
    falls_due = _falls_due(claims, own, net, rules)
    order = sorted(
        own,
        key={
            "lottery": lambda i: (claims[i].year, tickets[i]),
            "priority": lambda i: (rules.rank[claims[i].clause], days[i], tickets[i]),
        }.get(rules.mode, lambda i: (days[i], tickets[i])),
    )
    balance, paid = dict.fromkeys(own, 0), dict.fromkeys(own, 0)

    def cancel(year):
        for i in own:
            if breach.get(claims[i].enterprise, (0,))[0] == year and claims[i].year < year:
                flows["cancelled"][year, claims[i].clause] += balance[i]
                balance[i] = 0

    for year in range(1, years + 1):
        cancel(year)
        for i in own:
            due = falls_due.get((i, year), 0)
            balance[i] += due
            flows["due"][year, claims[i].clause] += due
        for i, fen in _offers(claims, order, dict(balance), rules, year).items():
            balance[i] -= fen
            paid[i] += fen
            flows["paid"][year, claims[i].clause] += fen
        cancel(year)
        for enterprise, (when, amount) in breach.items():
            if when == year:
                due_back[year] += amount - sum(
                    claims[i].amount - net[i] + sum(falls_due.get((i, y), 0) for y in range(1, year + 1)) - paid[i]
                    for i in own
                    if claims[i].enterprise == enterprise and claims[i].year <= year
                )
        for i in own:
            if balance[i]:
                unpaid[year] += 1
                flows["waiting" if rules.carried else "lapsed"][year, claims[i].clause] += balance[i]
                balance[i] = balance[i] if rules.carried else 0
    return flows, due_back, unpaid


def _falls_due(claims, own, net, rules):
    """{(claim, year): fen}. The claims of a clause and year fall due together as their sum does."""
    falls_due, so_far, groups = {}, defaultdict(int), defaultdict(list)
    for i in own:
        year, clause = claims[i].year, claims[i].clause
        if clause in rules.parts:
            groups[year, clause].append(i)
            continue
        before = so_far[year, clause]
        so_far[year, clause] += net[i]
        now = math.floor(so_far[year, clause] * rules.share + 0.5) - math.floor(before * rules.share + 0.5)
        falls_due |= {(i, year): now, (i, year + 1): net[i] - now}
    for (year, clause), members in groups.items():
        parts = {i: in_parts(net[i], rules.parts[clause]) for i in members}
        wanted = in_parts(sum(net[i] for i in members), rules.parts[clause])
        while [sum(column) for column in zip(*parts.values(), strict=True)] != wanted:
            for i in members:  # a fen of the last part goes to each of those that lack one
                for part, fen in enumerate(wanted[:-1]):
                    if parts[i][-1] and sum(own[part] for own in parts.values()) < fen:
                        parts[i][part] += 1
                        parts[i][-1] -= 1
        falls_due |= {(i, year + later): fen for i in members for later, fen in enumerate(parts[i])}
    return falls_due


def in_parts(total: int, weights: tuple[int, ...]) -> list[int]:
    """Yearly parts, each rounded down but the last."""
    parts = [math.floor(Fraction(total * weight, sum(weights))) for weight in weights[:-1]]
    return [*parts, total - sum(parts)]


def _under_the_cap(claims, own, rules, flows):
    net, used = {}, defaultdict(int)
    for i in own:
        key = (claims[i].enterprise, claims[i].year)
        room = claims[i].amount if rules.enterprise_cap is None else max(0, rules.enterprise_cap - used[key])
        net[i] = min(claims[i].amount, room)
        used[key] += claims[i].amount
        flows["cut"][claims[i].year, claims[i].clause] += claims[i].amount - net[i]
    return net


def _offers(claims, order, offers, rules, year):
    groups = [({i for i in order if claims[i].clause == k}, limit) for k, limit in rules.clause_caps.items()]
    groups += [
        ({i for i in order if rules.pools.get(claims[i].clause) == p}, limit)
        for (p, when), limit in rules.pool_limits.items()
        if when == year
    ]
    groups += [(set(order), rules.limits[year])] if year in rules.limits else []
    if rules.mode == "none":
        return offers
    if rules.mode == "pro_rata":
        for members, limit in groups:  # clauses, then pools, then the whole
            total = sum(offers[i] for i in members)
            if total > limit:
                exact = {i: Fraction(offers[i] * limit, total) for i in order if i in members}
                offers |= {i: math.floor(x) for i, x in exact.items()}
                left = limit - sum(offers[i] for i in members)
                for i in sorted(exact, key=lambda i: math.floor(exact[i]) - exact[i])[:left]:
                    offers[i] += 1
        return offers
    spent = [0] * len(groups)
    for i in order:
        for g, (members, limit) in enumerate(groups):
            if i in members:
                offers[i] = min(offers[i], limit - spent[g])
        for g, (members, _) in enumerate(groups):
            spent[g] += offers[i] if i in members else 0
    return offers
