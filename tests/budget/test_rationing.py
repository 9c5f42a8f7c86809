"""Rationing: every draw held to plain Python, to its invariants, and to the run where nothing is rationed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import facts
from simulator.budget import rationing
from simulator.budget.ledger import keep_ledger
from simulator.budget.rationing import FLOWS, UNLIMITED, times_over
from simulator.budget.result import BudgetRun
from simulator.budget.risk import needed, reserve, risk
from simulator.engine.ledger import CLAIM, CLAWBACK
from simulator.engine.run import falling_due, play
from simulator.population.register import APPLICATION, Population
from simulator.scenario.funding import MODES
from simulator.streams import APPLICATION_DAY, TICKET, keys_of, u
from tests.budget.rationing_by_hand import Claim, Rules, by_hand
from tests.laws_of_the_model.playing import NO_PARAMETER_IS_DRAWN, scenario
from tests.of_2013 import CASH_CLAUSES, CASH_SLUGS

YEARS = 3  # and one more of cash
AMOUNTS = st.integers(1, 9) | st.integers(1, 3_000)  # in yearly parts, a few fen are rounded most
MONEY = st.integers(0, 8_000)
KEYS = keys_of(CASH_SLUGS)


@st.composite
def cases(draw):
    """A draw's claims and the rules they are rationed by: small sums, so that limits bind and fen are left over."""
    claims = []
    for enterprise in range(draw(st.integers(1, 5))):
        breach = draw(st.sampled_from([0, 0, 2, 3]))
        awarded = 0
        for year in range(1, YEARS + 1):
            for clause in draw(st.sets(st.integers(0, 3), max_size=3)) if not breach or year < breach else ():
                amount = draw(AMOUNTS)
                awarded += amount
                claims.append(Claim(enterprise, year, clause, amount))
            if year == breach and awarded:
                claims.append(Claim(enterprise, year, CLAWBACK, awarded))
    claims = sorted(claims, key=lambda c: c[:3])
    rules = Rules(
        draw(st.sampled_from(list(MODES))),
        draw(st.booleans()),
        draw(st.sampled_from([0.0, 0.25, 1 / 3, 1.0])),
        draw(st.permutations(range(CASH_CLAUSES))),
        draw(st.none() | st.integers(0, 4_000)),
        draw(st.dictionaries(st.integers(0, 3), MONEY, max_size=2)),
        {0: 0, 1: 0, 2: 1},
        draw(st.dictionaries(st.tuples(st.integers(0, 1), st.integers(1, YEARS + 1)), MONEY, max_size=4)),
        draw(st.dictionaries(st.integers(1, YEARS + 1), MONEY, max_size=4)),
        draw(st.dictionaries(st.integers(0, 3), st.sampled_from([(1, 1), (1, 1, 1), (5, 3, 2), (1, 1, 1, 1, 1)]), max_size=2)),
    )
    return claims, rules


def weights_of(parts: dict[int, tuple[int, ...]]) -> np.ndarray:
    """The weights as the compiled ledger takes them."""
    weights = np.zeros((CASH_CLAUSES, max(2, *map(len, parts.values()), 0)), np.int64)
    for clause, own in parts.items():
        weights[clause, : len(own)] = own
    return weights


def compiled(claims: list[Claim], rules: Rules):
    """The same by the compiled ledger: flows (years, clauses, 6), due back, unpaid; the days and tickets it drew."""
    records = np.zeros(len(claims), CLAIM)
    for record, claim in zip(records, claims, strict=True):
        record["enterprise"], record["year"], record["clause"], record["amount"] = claim
    flows = np.zeros((1, YEARS + 1, CASH_CLAUSES, len(FLOWS)), np.int64)
    due_back, unpaid = np.zeros((1, YEARS + 1), np.int64), np.zeros((1, YEARS + 1), np.int64)
    committed, largest = np.zeros((1, YEARS, YEARS), np.int64), np.zeros((1, 3), np.int64)
    rationing.keep_ledger(
        np.uint64(7),
        2012,
        KEYS,
        records,
        np.zeros(len(claims), np.int64),
        0,
        np.array([rules.share]),
        weights_of(rules.parts),
        0,
        list(MODES).index(rules.mode),
        rules.carried,
        np.array(rules.rank),
        UNLIMITED if rules.enterprise_cap is None else rules.enterprise_cap,
        np.array([rules.pools.get(k, -1) for k in range(CASH_CLAUSES)]),
        np.array([rules.clause_caps.get(k, UNLIMITED) for k in range(CASH_CLAUSES)]),
        np.array([[rules.pool_limits.get((p, y), UNLIMITED) for y in range(1, YEARS + 2)] for p in range(2)]),
        np.array([rules.limits.get(y, UNLIMITED) for y in range(1, YEARS + 2)]),
        flows,
        due_back,
        unpaid,
        committed,
        largest,
    )
    days, tickets = [], []
    for claim in claims:
        key, year = np.uint64(claim.enterprise) ^ KEYS[claim.clause], 2012 + claim.year
        tickets.append(int(2.0**53 * u(np.uint64(7), 0, TICKET, key, year)))
        days.append(year * 372 + int(372 * u(np.uint64(7), 0, APPLICATION_DAY, key, year)))
    return flows[0], due_back[0], unpaid[0], days, tickets, committed[0], largest[0]


@settings(max_examples=400, deadline=None)
@given(cases())
def test_the_compiled_ledger_is_plain_python_to_the_fen(case):
    claims, rules = case
    flows, due_back, unpaid, days, tickets, committed, largest = compiled(claims, rules)
    expected, expected_due, expected_unpaid = by_hand(claims, rules, days, tickets, YEARS + 1)
    for m, name in enumerate(FLOWS):
        reported = {(t + 1, k): int(flows[t, k, m]) for t, k in zip(*np.nonzero(flows[:, :, m]), strict=True)}
        assert reported == {key: fen for key, fen in expected[name].items() if fen}, name
    assert due_back.tolist() == [expected_due[t] for t in range(1, YEARS + 2)]
    assert unpaid.tolist() == [expected_unpaid[t] for t in range(1, YEARS + 2)]
    totals = sorted((sum(c.amount for c in claims if c.clause != CLAWBACK and c.enterprise == e) for e in range(5)), reverse=True)
    assert largest.tolist() == [sum(totals), totals[0], sum(totals)]
    assert committed.sum() == sum(totals) and not np.tril(committed, -1).any()


@settings(max_examples=200, deadline=None)
@given(cases())
def test_nobody_is_paid_more_than_there_is_or_than_is_due(case):
    claims, rules = case
    flow = dict(zip(FLOWS, np.moveaxis(compiled(claims, rules)[0], 2, 0), strict=True))
    awarded = np.zeros(CASH_CLAUSES, np.int64)
    for claim in claims:
        if claim.clause != CLAWBACK:
            awarded[claim.clause] += claim.amount
    gone = sum(flow[name].sum(axis=0) for name in ("paid", "lapsed", "cancelled", "cut")) + flow["waiting"][-1]
    all_due = np.array([len(rules.parts.get(k, ())) <= 2 for k in range(CASH_CLAUSES)])  # no part falls due after the last year
    assert np.array_equal(gone[all_due], awarded[all_due]) and (gone <= awarded).all()
    opening = np.vstack([np.zeros((1, CASH_CLAUSES), np.int64), flow["waiting"][:-1]])
    assert np.array_equal(opening + flow["due"], flow["paid"] + flow["waiting"] + flow["lapsed"] + flow["cancelled"])
    if rules.mode != "none":
        for year, limit in rules.limits.items():
            assert flow["paid"][year - 1].sum() <= limit
        for clause, limit in rules.clause_caps.items():
            assert (flow["paid"][:, clause] <= limit).all()
        for (pool, year), limit in rules.pool_limits.items():
            assert sum(flow["paid"][year - 1, k] for k, p in rules.pools.items() if p == pool) <= limit


@settings(max_examples=400, deadline=None)
@given(cases())
def test_claims_fall_due_as_the_run_splits_their_sum(case):
    """In every cash year, whatever the claims are rounded to: else a report of the run is refused."""
    claims, rules = case
    flows = compiled(claims, rules)[0]
    awarded = np.zeros((1, YEARS, CASH_CLAUSES), np.int64)
    for claim in claims:
        if claim.clause != CLAWBACK:
            awarded[0, claim.year - 1, claim.clause] += claim.amount
    policy = SimpleNamespace(clauses=[SimpleNamespace(parts=rules.parts.get(k, (1,))) for k in range(CASH_CLAUSES)])
    awarded[0] -= flows[:YEARS, :, FLOWS.index("cut")]
    assert np.array_equal(flows[:, :, FLOWS.index("due")], falling_due(awarded, policy, np.array([rules.share]), 0)[0])


@settings(max_examples=200, deadline=None)
@given(st.lists(AMOUNTS, min_size=1, max_size=12), MONEY)
def test_pro_rata_pays_every_claim_by_one_factor(amounts, limit):
    """Due once and all at once: each claim is paid limit ÷ due of itself, to the fen, and the fen left over are all paid out."""
    offers = np.array(amounts)
    due = int(offers.sum())
    rationing.scale_down(offers, np.zeros(len(amounts), np.int64), np.array([limit]), np.arange(len(amounts)))
    factor = min(1.0, limit / due)
    assert (np.abs(offers - np.array(amounts) * factor) < 1).all()
    assert offers.sum() == min(limit, due)


CLOSED = Rules("first_come", True, 1.0, list(range(CASH_CLAUSES)), None, {}, {}, {}, {1: 40, 2: 40, 3: 40}, {})


def by_year(flows: np.ndarray, name: str) -> list[int]:
    return flows[:, :, FLOWS.index(name)].sum(axis=1).tolist()


@pytest.mark.parametrize("mode", ["first_come", "pro_rata", "priority", "lottery"])
def test_what_is_carried_over_is_paid_from_the_years_after(mode):
    """One award of 100 and 40 a year: 40, 40, 20; without carrying over the rest lapses at once."""
    one = [Claim(0, 1, 0, 100)]
    flows = compiled(one, CLOSED._replace(mode=mode))[0]
    assert by_year(flows, "paid") == [40, 40, 20, 0] and by_year(flows, "waiting") == [60, 20, 0, 0]
    lapsing = compiled(one, CLOSED._replace(mode=mode, carried=False))[0]
    assert by_year(lapsing, "paid") == [40, 0, 0, 0] and by_year(lapsing, "lapsed") == [60, 0, 0, 0]


def test_an_enterprise_and_a_clause_have_their_caps():
    """100 and 50 for one enterprise, 30 for another; at most 120 an enterprise and year, at most 90 a year under the first clause."""
    claims = [Claim(0, 1, 0, 100), Claim(0, 1, 1, 50), Claim(1, 1, 0, 30)]
    rules = CLOSED._replace(mode="priority", enterprise_cap=120, clause_caps={0: 90}, limits={})
    flows = compiled(claims, rules)[0]
    assert by_year(flows, "cut")[0] == 30  # of the fifty, twenty are left
    assert flows[0, :2, FLOWS.index("paid")].tolist() == [90, 20] and flows[1, 0, FLOWS.index("paid")] == 40


def test_a_stream_is_fair_and_knows_no_day():
    """Two claims, money for one, 4000 draws: each wins half of them, whoever applied first."""
    draws, one_day = 4000, np.tile([372 * 2013 + 5, 372 * 2013 + 300], 4000)
    records = np.zeros(2 * draws, CLAIM)
    records["draw"], records["enterprise"] = np.repeat(np.arange(draws), 2), np.tile([3, 8], draws)
    records["year"], records["amount"] = 1, 100
    won = {}
    for mode in ("lottery", "first_come"):
        flows = np.zeros((draws, YEARS + 1, CASH_CLAUSES, len(FLOWS)), np.int64)
        records["clause"] = np.tile([0, 1], draws)
        sums = [np.zeros((draws, n), np.int64) for n in (YEARS + 1, YEARS + 1, YEARS * YEARS, 3)]
        rationing.keep_ledger(
            np.uint64(7),
            2012,
            KEYS,
            records,
            one_day,
            0,
            np.ones(draws),
            weights_of({}),
            0,
            list(MODES).index(mode),
            False,
            np.arange(CASH_CLAUSES),
            UNLIMITED,
            np.full(CASH_CLAUSES, -1),
            np.full(CASH_CLAUSES, UNLIMITED),
            np.zeros((0, YEARS + 1), np.int64),
            np.array([100, UNLIMITED, UNLIMITED, UNLIMITED]),
            flows,
            sums[0],
            sums[1],
            sums[2].reshape(draws, YEARS, YEARS),
            sums[3],
        )
        won[mode] = (flows[:, 0, 0, FLOWS.index("paid")] == 100).mean()
    assert won["first_come"] == 1.0 and abs(won["lottery"] - 0.5) < 4 * 0.5 / draws**0.5


@given(st.integers(0, 10**15), st.integers(1, 9 * 10**18), st.data())
def test_long_division_is_exact(amount, whole, data):
    share = data.draw(st.integers(0, whole - 1))
    quotient, remainder = times_over(amount, share, whole)
    assert (quotient, remainder) == divmod(amount * share, whole)


RATIONED = {
    "rationing.mode": "pro_rata",
    "appropriation.2013": 500_000,
    "appropriation.2014": 2_000_000,
    "rationing.pool.sites": ["office_rent", "data_line"],
    "appropriation.sites.2015": 300_000,
    "rationing.clause_cap.tax_rebate": 100_000,
    "rationing.enterprise_cap": 400_000,
}


@pytest.fixture(scope="module")
def played():
    chosen = scenario(RATIONED, draws=30)
    return chosen, play(chosen, workers=1)


@pytest.mark.parametrize("mode", MODES)
def test_blocks_and_workers_change_nothing(played, mode):
    chosen = played[0].set({"rationing.mode": mode})
    one = keep_ledger(chosen, None, played[1], workers=1, block=30)
    other = keep_ledger(chosen, None, played[1], workers=2, block=7)
    for name in ("flows", "due_back", "recovered", "unpaid", "committed", "largest"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert one.flow("cut").any()
    if mode != "none":
        assert one.flow("waiting").any() and (one.flow("paid")[:, 0].sum(axis=1) <= 50_000_000).all()


def test_what_suffices_is_paid_as_if_nothing_were_rationed(played):
    chosen, draws = played
    ample = {path: None for path in RATIONED if path.startswith(("appropriation.sites", "rationing.clause", "rationing.enter"))}
    ample |= {f"appropriation.{year}": 10**12 for year in range(2013, 2019)}
    for mode in MODES:
        ledger = keep_ledger(chosen.set(ample | {"rationing.mode": mode}), None, draws, workers=1)
        assert np.array_equal(ledger.flow("paid"), draws.paid[:, :, :CASH_CLAUSES])
        assert np.array_equal(ledger.due_back[:, :-1], draws.of_year("clawback_due"))
        assert not ledger.unpaid.any()


def test_applications_of_a_register_say_who_came_first():
    """A model building's 100 000, a certification's 20 000, and money for the first: who applies first has his whole."""
    enterprises, annual = np.zeros(2, facts.ENTERPRISE), np.zeros((2, 4), facts.ANNUAL)
    enterprises["accounts_sound"], enterprises["ecommerce"], enterprises["online_retailer"] = 1, 1, 1
    enterprises["building_opened_on"][0], enterprises["certified_on"][1] = 20120101, 20130201
    annual["present"] = 1
    annual["building_area"][0, 1], annual["building_occupancy"][0, 1] = 10_000 * facts.AREA, facts.OCCUPANCY
    annual["building_recognised"][0, 1] = 1
    for applied_on, paid in (((20130301, 20130501), (100_000, 0)), ((20131101, 20130501), (80_000, 20_000))):
        applications = np.zeros(2, APPLICATION)
        applications["enterprise"], applications["year"] = (0, 1), 2013
        applications["clause"], applications["applied_on"] = (10, 5), applied_on
        people = Population(np.array(["甲", "乙"], object), enterprises, annual, 2012, applications=applications)
        chosen = scenario(
            NO_PARAMETER_IS_DRAWN, {"behaviour": "as_the_law_says", "rationing.mode": "first_come", "appropriation.2013": 100_000}, draws=2
        )
        ledger = keep_ledger(chosen, people, play(chosen, people, workers=1), workers=1)
        of_2013 = ledger.flow("paid")[:, 0][:, [CASH_SLUGS.index("model_building_award"), CASH_SLUGS.index("certification_award")]]
        assert (of_2013 == np.array(paid) * 100).all()
        assert (ledger.unpaid[:, 0] == 1).all()


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "none"])
def test_what_waited_is_needed_too(mode):
    """Where only the years' money limits, a year overruns in exactly the draws in which something is left unpaid at its end."""
    chosen = scenario({"rationing.mode": mode, "appropriation.2013": 500_000, "appropriation.2014": 2_000_000}, draws=60)
    draws = play(chosen, workers=1)
    run = BudgetRun(chosen, draws)
    ledger = run.ledger(1)
    left = ledger.flow("waiting").sum(axis=2) > 0
    need, due = needed(draws, ledger)
    assert np.array_equal(need[:, 0], due[:, 0]) and (need > due).any()
    with_arrears, without = risk(draws, chosen, ledger=ledger).set_index("year"), risk(draws, chosen).set_index("year")
    for j, year in enumerate(draws.cash_years):
        assert with_arrears.loc[year, "probability"] == left[:, j].mean() == run.figure("overrun", year=year)["probability"]
    assert with_arrears.loc[2015, "probability"] > without.loc[2015, "probability"]
    assert with_arrears.loc[2015, "reserve_20"] == reserve(need[:, 2], chosen.appropriation[2015], 20)[0] / 100
