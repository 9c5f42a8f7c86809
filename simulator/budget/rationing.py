"""Who is paid what and when, claim by claim, in one draw after another: the compiled part of the ledger.

A claim falls due in two instalments, the draw's share of it in its year and the rest in the next, or in the yearly parts of its clause.
Both add up to the fen to what the run splits, the sum of the claims of a clause and year. Where an appropriation does not suffice,
`mode` says who is paid; what stays unpaid waits or lapses. A breach cancels what an enterprise still waits for, and this is not due
back. Parts that fall due after a breach stay due, as in the run: the whole award is due back.

Nothing is known of when enterprises apply: a claim's day is drawn evenly over its year unless the register has it.
"""

import math

import numpy as np

from simulator.compiled import entry, maker
from simulator.engine.ledger import CLAWBACK
from simulator.streams import APPLICATION_DAY, TICKET, u

NOT_RATIONED, FIRST_COME, PRO_RATA, PRIORITY, LOTTERY = range(5)
FLOWS = ("due", "paid", "waiting", "lapsed", "cancelled", "cut")
DUE, PAID, WAITING, LAPSED, CANCELLED, CUT = range(len(FLOWS))
DAYS = 372  # days counted as twelve months of 31: a number that puts days in order, within a year and across years
UNLIMITED = -1
TOP = 5
TICKETS = 2.0**53


@maker
def times_over(amount, share, whole):
    """⌊amount · share / whole⌋ and the remainder, exactly, for share < whole < 2⁶³: long division, bit by bit."""
    quotient, remainder, whole = np.uint64(0), np.uint64(0), np.uint64(whole)
    amount, share, one = np.uint64(amount), np.uint64(share), np.uint64(1)
    for bit in range(62, -1, -1):
        quotient, remainder = quotient << one, remainder << one
        if remainder >= whole:
            remainder, quotient = remainder - whole, quotient + one
        if (amount >> np.uint64(bit)) & one:
            remainder += share
            if remainder >= whole:
                remainder, quotient = remainder - whole, quotient + one
    return np.int64(quotient), np.int64(remainder)


@maker
def scale_down(offers, group, limits, order):
    """Scale the offers of every group above its limit down to it by one factor, each rounded down to the fen; the fen
    left over go to the largest remainders, in `order` where these are equal. group: index into limits (−1: none)."""
    totals, remainders = np.zeros(limits.shape[0], np.int64), np.zeros(offers.shape[0], np.int64)
    for i in range(offers.shape[0]):
        if group[i] >= 0:
            totals[group[i]] += offers[i]
    for g in range(limits.shape[0]):
        if limits[g] != UNLIMITED and totals[g] > limits[g]:
            members = order[group[order] == g]
            left = limits[g]
            for i in members:
                offers[i], remainders[i] = times_over(offers[i], limits[g], totals[g])
                left -= offers[i]
            for m in np.argsort(-remainders[members], kind="mergesort")[:left]:
                offers[members[m]] += 1


@maker
def first_served(offers, clause, pool, clause_limits, pool_limits, limits, order):
    """Offers in order, each as far as clause, pool and whole still go: the claim at the margin gets what is left."""
    of_clause, of_pool, whole = clause_limits.copy(), pool_limits.copy(), limits.copy()
    for i in order:
        for group, left in ((clause[i], of_clause), (pool[i], of_pool), (0, whole)):
            if group >= 0 and left[group] != UNLIMITED:
                offers[i] = min(offers[i], left[group])
        for group, left in ((clause[i], of_clause), (pool[i], of_pool), (0, whole)):
            if group >= 0 and left[group] != UNLIMITED:
                left[group] -= offers[i]


@maker
def portion(amount, weight, whole):
    """⌊amount · weight / whole⌋, without a product that could be too large."""
    return amount // whole * weight + amount % whole * weight // whole


@maker
def instalments(cash, claims, share, parts, paid_years, enterprise_cap, net, due):
    """What remains of each claim under the cap of an enterprise and year, and what of it falls due in its own year and in each of
    those after: due (claims, columns of parts)."""
    so_far = np.zeros((claims["year"].max() + 1, cash), np.int64)
    in_parts = np.zeros((*so_far.shape, parts.shape[1]), np.int64)
    awarded = 0
    for i in range(claims.shape[0]):
        claim = claims[i]
        if claim.clause == CLAWBACK:
            continue
        if i == 0 or claims[i - 1].enterprise != claim.enterprise or claims[i - 1].year != claim.year:
            awarded = 0
        net[i] = claim.amount
        if enterprise_cap != UNLIMITED and claim.year > paid_years:
            net[i] = min(claim.amount, max(0, enterprise_cap - awarded))
        awarded += claim.amount
        before = so_far[claim.year, claim.clause]
        so_far[claim.year, claim.clause] += net[i]
        due[i, 0] = net[i]
        if claim.year > paid_years:
            last = int(np.count_nonzero(parts[claim.clause])) - 1
            if last < 0:
                due[i, 0] = math.floor((before + net[i]) * share + 0.5) - math.floor(before * share + 0.5)
                due[i, 1] = net[i] - due[i, 0]
            else:
                divide(net[i], parts[claim.clause], due[i])
                in_parts[claim.year, claim.clause] += due[i]
    of_the_sum = np.zeros(parts.shape[1], np.int64)
    for year in range(paid_years + 1, so_far.shape[0]):
        for clause in range(cash):
            if in_parts[year, clause].any():
                divide(so_far[year, clause], parts[clause], of_the_sum)
                in_parts[year, clause] = of_the_sum - in_parts[year, clause]
    level(claims, parts, paid_years, in_parts, due)


@maker
def divide(amount, weights, into):
    """The yearly parts of an amount, as engine.instalments: the last one holds what rounding left."""
    last = int(np.count_nonzero(weights)) - 1
    into[:] = 0
    for part in range(last):
        into[part] = portion(amount, weights[part], weights.sum())
    into[last] = amount - into[:last].sum()


@maker
def level(claims, parts, paid_years, short, due):
    """Move single fen from the last parts of claims to earlier ones, from the first claim on, until each part has what it has of the
    whole sum. short (years, clauses, columns of parts): what it lacks; rounded down claim by claim, only last parts have too much."""
    moved = True
    while moved:
        moved = False
        for i in range(claims.shape[0]):
            claim = claims[i]
            if claim.clause == CLAWBACK or claim.year <= paid_years:
                continue
            last = int(np.count_nonzero(parts[claim.clause])) - 1
            for part in range(last):
                if short[claim.year, claim.clause, part] > 0 and due[i, last] > 0:
                    short[claim.year, claim.clause, part] -= 1
                    due[i, part] += 1
                    due[i, last] -= 1
                    moved = True


@maker
def queue(claims, days, tickets, mode, rank):
    """The claims in the order they are paid."""
    order = np.argsort(tickets, kind="mergesort")
    if mode == LOTTERY:
        return order[np.argsort(claims["year"][order], kind="mergesort")]
    order = order[np.argsort(days[order], kind="mergesort")]
    if mode == PRIORITY:
        order = order[np.argsort(rank[claims["clause"][order]], kind="mergesort")]
    return order


@maker
def settle_draw(
    claims,
    order,
    share,
    parts,
    paid_years,
    mode,
    carried,
    enterprise_cap,
    pool_of,
    clause_caps,
    pool_limits,
    limits,
    flows,
    due_back,
    unpaid,
):
    """Pay one draw's claims. flows (cash years, clauses, 6), due_back, unpaid (cash years,) as for `keep_ledger`."""
    n, last = claims.shape[0], flows.shape[0]
    net, balance, paid, dues = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros((n, parts.shape[1]), np.int64)
    instalments(flows.shape[1], claims, share, parts, paid_years, enterprise_cap, net, dues)
    clause = np.where(claims["clause"] == CLAWBACK, -1, claims["clause"])
    pool = np.array([pool_of[k] if k >= 0 else -1 for k in clause])
    whole = np.where(clause >= 0, 0, -1)
    for i in range(n):
        if clause[i] >= 0:
            flows[claims[i].year - 1, clause[i], CUT] += claims[i].amount - net[i]
    for t in range(1, last + 1):
        cancel(claims, t, balance, flows[t - 1])
        for i in range(n):
            if clause[i] >= 0 and 0 <= t - claims[i].year < dues.shape[1]:
                due = dues[i, t - claims[i].year]
                balance[i] += due
                flows[t - 1, clause[i], DUE] += due
        offers = balance.copy()
        if t > paid_years and mode == PRO_RATA:
            scale_down(offers, clause, clause_caps, order)
            scale_down(offers, pool, pool_limits[:, t - 1], order)
            scale_down(offers, whole, limits[t - 1 : t], order)
        elif t > paid_years and mode != NOT_RATIONED:
            first_served(offers, clause, pool, clause_caps, pool_limits[:, t - 1], limits[t - 1 : t], order)
        for i in range(n):
            if offers[i] > 0:
                balance[i] -= offers[i]
                paid[i] += offers[i]
                flows[t - 1, clause[i], PAID] += offers[i]
        cancel(claims, t, balance, flows[t - 1])
        for i in range(n):
            if balance[i] > 0:
                unpaid[t - 1] += 1
                flows[t - 1, clause[i], WAITING if carried else LAPSED] += balance[i]
                if not carried:
                    balance[i] = 0
            if clause[i] < 0 and claims[i].year == t:
                due_back[t - 1] += claims[i].amount - never_paid(claims, i, paid, dues)


@maker
def cancel(claims, year, balance, flows):
    """Cancel what the enterprises that break a rule in `year` still wait for."""
    for i in range(claims.shape[0]):
        if claims[i].clause == CLAWBACK and claims[i].year == year:
            first, end = of_the_same(claims, i)
            for j in range(first, end):
                if claims[j].year < year and balance[j] > 0:
                    flows[claims[j].clause, CANCELLED] += balance[j]
                    balance[j] = 0


@maker
def never_paid(claims, i, paid, dues):
    """What was awarded up to the year of breach i, fell due by then or was cut, and was not paid."""
    first, end = of_the_same(claims, i)
    total = 0
    for j in range(first, end):
        if claims[j].clause != CLAWBACK and claims[j].year <= claims[i].year:
            total += claims[j].amount - paid[j] - dues[j, claims[i].year - claims[j].year + 1 :].sum()
    return total


@maker
def of_the_same(claims, i):
    """The range of the claims of claim i's enterprise; they stand together."""
    first, end = i, i + 1
    while first > 0 and claims[first - 1].enterprise == claims[i].enterprise:
        first -= 1
    while end < claims.shape[0] and claims[end].enterprise == claims[i].enterprise:
        end += 1
    return first, end


@maker
def count_recipients(cash, claims, committed, largest):
    """committed (years, years): awarded by the year of admission (an enterprise's first year under a clause) and year;
    largest (3,): awarded to all enterprises, to the largest recipient, to the TOP largest."""
    admitted, totals = np.zeros(cash, np.int64), np.zeros(claims.shape[0], np.int64)
    place = -1
    for i in range(claims.shape[0]):
        claim = claims[i]
        if i == 0 or claims[i - 1].enterprise != claim.enterprise:
            place += 1
            admitted[:] = 0
        if claim.clause != CLAWBACK:
            if admitted[claim.clause] == 0:
                admitted[claim.clause] = claim.year
            committed[admitted[claim.clause] - 1, claim.year - 1] += claim.amount
            totals[place] += claim.amount
    totals = np.sort(totals)[::-1]
    largest[0], largest[1], largest[2] = totals.sum(), totals[0], totals[:TOP].sum()


@entry
def keep_ledger(
    seed,
    base_year,
    keys,
    claims,
    given_days,
    first_draw,
    shares,
    parts,
    paid_years,
    mode,
    carried,
    rank,
    enterprise_cap,
    pool_of,
    clause_caps,
    pool_limits,
    limits,
    flows,
    due_back,
    unpaid,
    committed,
    largest,
):
    """Ration a block of draws, claim by claim, into sums by draw.

    keys (cash clauses,): of the clauses' names; claims: ledger.CLAIM, in the order of draws; given_days: the day of application by
    claim, 0 where it is drawn; shares (draws,): of a claim that falls due in its own year; parts (clauses, at least 2): weights of the
    yearly parts, zeros where a clause has none; the first `paid_years` are paid as they are. rank, pool_of, clause_caps (clauses,);
    pool_limits (pools, cash years), limits (cash years,): fen, UNLIMITED where there is none. flows (draws, cash years, clauses, 6):
    see FLOWS, `cut` in the year of the award; due_back (draws, cash years) fen; unpaid (draws, cash years): claims not paid in full at
    the end of the year; committed, largest: see `count_recipients`.
    """
    days, tickets = given_days.copy(), np.zeros(claims.shape[0], np.int64)
    for i in range(claims.shape[0]):
        claim, year = claims[i], base_year + claims[i].year
        key = claim.enterprise ^ keys[claim.clause]
        tickets[i] = np.int64(TICKETS * u(seed, claim.draw, TICKET, key, year))
        if days[i] == 0:
            days[i] = year * DAYS + np.int64(DAYS * u(seed, claim.draw, APPLICATION_DAY, key, year))
    start = 0
    for d in range(shares.shape[0]):
        end = start
        while end < claims.shape[0] and claims[end].draw == first_draw + d:
            end += 1
        if end > start:
            own = claims[start:end]
            order = queue(own, days[start:end], tickets[start:end], mode, rank)
            settle_draw(
                own,
                order,
                shares[d],
                parts,
                paid_years,
                mode,
                carried,
                enterprise_cap,
                pool_of,
                clause_caps,
                pool_limits,
                limits,
                flows[d],
                due_back[d],
                unpaid[d],
            )
            count_recipients(flows.shape[2], own, committed[d], largest[d])
        start = end
