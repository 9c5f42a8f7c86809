"""A change of the law played on top of what was played before gives a full run's numbers, to the byte."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from simulator import synthesize
from simulator.budget.loopholes.ways import WAYS
from simulator.engine import replay
from simulator.engine.kernel import NEWCOMERS, THOSE_THERE
from simulator.engine.prepared import prepare
from simulator.engine.replay import Session, clauses_to_replay, on_common_numbers, paid_instead, under_assumptions
from simulator.engine.run import outer_layer, play, play_blocks
from simulator.engine.workspace import FOUND_ROOM
from simulator.projection.assumptions import EVERYTHING, GENERAL, NOTHING, pull_levers, touches
from simulator.scenario import load_scenario
from tests.of_2013 import SLUGS

BASE = load_scenario("baseline").set(
    {
        "draws": 24,
        "horizon": 2015,
        "assumptions.breach.rate": 0.1,
        "assumptions.exit.after_support": 0.3,
        "assumptions.bunching.contribution": 0.7,
        "assumptions.reregistration.share": 0.1,
    }
)
# as a hand moves sliders: away, further, back; one clause, then another, then both
MOVES = (
    {"law.tax_rebate.high_rate": 0.8},
    {"law.tax_rebate.high_rate": 0.3},
    {"law.tax_rebate.high_rate": 0.3, "law.tax_rebate.low_rate": 0.1},
    {"law.office_rent.max_area": 300},
    {"law.office_rent.max_area": 900, "law.office_rent.rate": 0.1},
    {"law.office_rent.months": 12},
    {"law.opening_award.rate": 0.01},
    {"law.headquarters_award.national_award": 9_000_000},
    {"law.tax_rebate.low_contribution": 290_000},
    {"law.tax_rebate.low_contribution": 100_000},
    {"law.tax_rebate.low_contribution": 200_000},
    {"law.tax_rebate.years": 3},
    {"law.platform_membership_award.tier1_members": 1_900},
    {"law.certification_award.award": 0},
    {"law.certification_award.award": 70_000},
    {"law.certification_award.award": 50_000},
    {"law.office_rent.offered": False},
    {"policy.end": datetime.date(2014, 12, 31)},
    {"assumptions.o2o_share": 0.5},
    {"assumptions.reregistration.share": 0},
    {"assumptions.o2o_share": 0.4},
    {"appropriation.2014": 1_000_000},
    {"assumptions.tax.margin@2014": 0.2},
    {"assumptions.tax.margin@2014": 0.2, "assumptions.take_up.tax_rebate@2015": 0.1},
    {"assumptions.take_up.office_rent": 0.1},
    {"assumptions.take_up.office_rent": 0.9, "law.office_rent.rate": 0.1, "assumptions.startups.a_year": 30},
    {"assumptions.startups.sales_median": 3e6, "law.tax_rebate.high_rate": 0.8},
    {"assumptions.typical_sum.data_line": 9_000},
    {"assumptions.discount.social": 0.02, "assumptions.breach.recovered": 0.1},
    {"assumptions.incumbents.log_sd": 1.1},
    {},
)
CROWDS = (  # others come, few or many, of whom some hold the changed clause
    {"law.office_rent.max_area": 50},
    {"law.office_rent.max_area": 3_000, "law.office_rent.rate": 0.9},
    {"law.tax_rebate.high_rate": 0.05, "law.opening_award.rate": 0.001},
    {"assumptions.startups.a_year": 70},
    {"assumptions.startups.a_year": 5, "law.tax_rebate.high_rate": 0.9},
    {"assumptions.joiners.a_year": 20, "assumptions.buildings.a_year": 2},
    {"assumptions.butfor.elasticity": 3, "law.office_rent.max_area": 2_000},
    {"assumptions.butfor.elasticity": 0, "assumptions.take_up.office_rent": 0.2},
    {"assumptions.startups.a_year": 60, "assumptions.startups.sales_median": 4e6},
    {"law.office_rent.max_area": 0},
)


def same(one, other) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("by_clause", "by_year", "paid", "recovered", "parameters", "trscg", "services")
    )


@pytest.mark.parametrize("enterprises", [0, 150], ids=["drawn incumbents", "register"])
def test_a_session_gives_what_a_full_run_gives(enterprises):
    people = synthesize(BASE, enterprises) if enterprises else None
    session = Session(BASE, people, workers=2)
    for i, move in enumerate(MOVES):
        scenario = BASE.set(move)
        assert same(session.play(scenario), play(scenario, people)), move
        if i % 3 == 2:
            session.look_ahead(scenario)


@pytest.mark.parametrize("stock", [0, 9_000, 1e6], ids=["no office space", "short of office space", "office space enough"])
@pytest.mark.parametrize("enterprises", [0, 100], ids=["drawn incumbents", "register"])
def test_who_else_comes_is_played_as_a_full_run_plays_it(enterprises, stock):
    base = BASE.set({"assumptions.office.stock": stock})
    people = synthesize(base, enterprises) if enterprises else None
    session = Session(base, people, workers=2)
    session.play()
    crowded = session._base.space[:, 1] > 0
    assert crowded.any() == (stock < 1e6) and crowded.all() == (stock == 0)
    for move in CROWDS:
        scenario = base.set(move)
        assert same(session.answer(scenario, rebase=False), play(scenario, people)), move


@pytest.mark.parametrize("base", [None, BASE], ids=["each a change of the last", "all changes of one"])
def test_an_analysis_on_common_numbers_gives_what_full_runs_give(base):
    reported: list[int] = []
    playing = on_common_numbers(None, base, workers=2, progress=reported.append)
    for move in MOVES[::4]:
        assert same(playing(BASE.set(move)), play(BASE.set(move), None)), move
    assert reported == [BASE.draws] * len(MOVES[::4])


@pytest.mark.parametrize("path", ["startups.a_year", "take_up.tax_rebate", "tax.margin", "discount.social"])
def test_another_outer_layer_gives_what_a_full_run_under_it_gives(path):
    """Assumptions about newcomers, a clause, everybody and nobody, exchanged as a share of variance does."""
    own, field = outer_layer(BASE, 0, BASE.draws), BASE.declared.by_path[path].field
    mixed = own.copy()
    mixed[field] = own[field][::-1]
    assert same(under_assumptions(BASE, workers=2)(mixed), play(BASE, None, parameters=mixed))


@pytest.mark.parametrize("name", ["capital", "split"])
def test_a_few_others_in_a_register_give_what_a_full_run_gives(name):
    people = synthesize(BASE, 300)
    known, who = BASE.set({"population.known_until": people.last_year}), np.arange(300) % 3 == 0
    changed, origin = WAYS[name](people, BASE.law, who)
    base, found = play(known, people), play(known, changed).paid
    instead = paid_instead(known, base, people.subset(who), changed.subset(who[origin]))
    assert instead is None or np.array_equal(instead, found)  # None: office space of newcomers is touched
    assert name != "capital" or instead is not None
    assert not np.array_equal(base.paid, found)


@pytest.mark.parametrize(
    "who, move",
    [
        (THOSE_THERE, {"law.tax_rebate.high_rate": 0.9}),
        (NEWCOMERS, {"law.office_rent.rate": 0.4}),
        (NEWCOMERS, {"law.opening_award.registered_capital": 3_500_000}),
    ],
    ids=["there", "newcomers", "newcomers of other facts"],
)
def test_only_those_the_change_can_touch_are_played_again(who, move):
    """The other way round: if the bits of those who held the conditions are lost, the answer is wrong, unless all are played."""
    people = synthesize(BASE, 150)
    session, scenario = Session(BASE, people), BASE.set(move)
    session.play()
    held = session._base.held[who]
    assert 0 < (held > FOUND_ROOM).mean() < 0.7
    held &= FOUND_ROOM
    facts_move = "law.opening_award.registered_capital" in move
    assert same(session.play(scenario), play(scenario, people)) == facts_move


@pytest.mark.parametrize("enterprises", [0, 300], ids=["drawn incumbents", "register"])
def test_what_an_assumption_is_said_to_touch_is_all_that_it_touches(enterprises):
    """Every assumption of the projection: those said to count afterwards change no sum, those of newcomers nobody else's."""
    people = synthesize(BASE, enterprises) if enterprises else None
    prepared = prepare(BASE, people)
    parameters = pull_levers(outer_layer(BASE, 0, BASE.draws))
    before = {who: play_blocks(prepared, parameters, who=who) for who in (THOSE_THERE, NEWCOMERS)}
    moved = set()
    for assumption in GENERAL:
        touched, value = touches(assumption.field, drawn=prepared.synthetic), parameters[assumption.field]
        if touched == EVERYTHING:
            continue
        other = parameters.copy()
        other[assumption.field] = np.where(value == 0, 0.4, value * 0.6) + (3 if assumption.unit == "count" else 0)
        for who in before if touched == NOTHING else [THOSE_THERE]:
            assert all(map(np.array_equal, play_blocks(prepared, other, who=who), before[who])), assumption.path
        if not all(map(np.array_equal, play_blocks(prepared, other, who=NEWCOMERS), before[NEWCOMERS])):
            moved.add(assumption.path)
    assert {"startups.a_year", "startups.sales_median", "regional.sales_median", "office.stock"} <= moved


def test_an_assumption_of_newcomers_plays_nobody_else_again(monkeypatch):
    session, played = Session(BASE, synthesize(BASE, 20)), []
    session.play()

    def counted(prepared, parameters, **options):
        played.append(options["who"])
        return play_blocks(prepared, parameters, **options)

    monkeypatch.setattr(replay, "play_blocks", counted)
    session.play(BASE.set({"assumptions.startups.sales_median": 3e6}))
    assert played == [NEWCOMERS]
    session.play(BASE.set({"assumptions.discount.social": 0.02}))
    assert played == [NEWCOMERS]


def test_what_was_made_ready_for_is_not_played_when_it_is_asked_for(monkeypatch):
    session, first, second = Session(BASE), BASE.set({"law.office_rent.max_area": 450}), {"law.data_line.cap": 20_000}
    session.play()
    session.play(first)
    session.look_ahead(first)
    played = []

    def counted(*given, **options):
        played.append((options["who"], options["only"] & ~replay.ADDED_ONLY))
        return play_blocks(*given, **options)

    monkeypatch.setattr(replay, "play_blocks", counted)
    session.play(first.set(second))
    held = 1 << SLUGS.index("data_line")
    assert played in ([(THOSE_THERE, held), (NEWCOMERS, held)], [(THOSE_THERE, held), (NEWCOMERS, 1), (NEWCOMERS, held)])  # 1: who is gone


def test_how_long_an_answer_takes_goes_by_what_has_to_be_played():
    session, rate = Session(BASE), BASE.set({"law.tax_rebate.high_rate": 0.4})
    session.play()
    held = session._base.held[THOSE_THERE] >> SLUGS.index("tax_rebate") + 1 & 1
    there, newcomers = (session._base.seconds[who] for who in (THOSE_THERE, NEWCOMERS))
    assert session.seconds_for(BASE) == 0.0 and session.seconds_for(BASE.set({"assumptions.tax.margin": 0.5})) == session.seconds > 0
    assert session.seconds_for(BASE.set({"assumptions.startups.sales_median": 3e6})) == newcomers < session.seconds
    assert session.seconds_for(BASE.set({"assumptions.startups.a_year": 9})) == newcomers
    share = min(1.0, replay.HELD_TAKE * held.mean())
    assert session.seconds_for(rate) == pytest.approx((there + newcomers) * share)
    session.play(rate)
    assert session.seconds_for(rate) == 0.0


def test_of_newcomers_those_touched_and_those_added_are_played(monkeypatch):
    people, played = synthesize(BASE, 20), []
    session = Session(BASE, people, workers=1)
    session.play()

    def counted(prepared, parameters, **options):
        played.append((options["who"], options["only"], len(parameters)))
        return play_blocks(prepared, parameters, **options)

    monkeypatch.setattr(replay, "play_blocks", counted)
    session.play(BASE.set({"law.office_rent.max_area": 50}))
    assert (NEWCOMERS, 0) not in {(who, only) for who, only, _ in played}
    assert played[-1] == (NEWCOMERS, 1 << SLUGS.index("office_rent") | replay.ADDED_ONLY, BASE.draws)


def test_without_memory_for_it_everything_is_played(monkeypatch):
    monkeypatch.setattr(replay, "LARGEST_MEMORY", 0)
    people = synthesize(BASE, 50)
    session = Session(BASE, people)
    for move in MOVES[:4]:
        assert same(session.play(BASE.set(move)), play(BASE.set(move), people))
    with monkeypatch.context() as changed:
        changed.delattr(replay, "play_blocks")
        session.look_ahead(BASE.set(MOVES[0]))  # nothing can be made ready: nothing is played


@pytest.mark.parametrize(
    "move, clauses",
    [
        ({"law.tax_rebate.high_rate": 0.8}, {"tax_rebate"}),
        ({"law.tax_rebate.low_contribution": 290_000, "law.data_line.cap": 1}, {"tax_rebate", "data_line"}),
        ({"law.tax_rebate.low_contribution": 100}, None),  # more may hold its conditions now
        ({"law.tax_rebate.high_rate": 0}, {"tax_rebate"}),
        ({"law.office_rent.months": 12}, {"office_rent"}),
        ({"law.office_rent.months": 36}, None),
        ({"law.data_line.offered": False}, {"data_line"}),
        ({"policy.end": datetime.date(2014, 12, 31)}, None),
        ({}, set()),
    ],
)
def test_which_clauses_are_played_again(move, clauses):
    bits = clauses_to_replay(prepare(BASE, None).enacted, prepare(BASE.set(move), None).enacted)
    assert bits == (None if clauses is None else sum(1 << SLUGS.index(slug) for slug in clauses))


def test_a_setting_put_back_is_the_same_result():
    session = Session(BASE)
    first = session.play()
    session.play(BASE.set(MOVES[0]))
    assert session.play(BASE) is first
