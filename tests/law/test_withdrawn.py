"""A clause that is not offered (`law.CLAUSE.offered: false`) gives nothing; the others give what they gave."""

from __future__ import annotations

import numpy as np
import pytest

from simulator import assess, explain, read_population
from simulator.engine.drawn import draw_population
from simulator.engine.enacted import enact
from simulator.engine.run import outer_layer, play
from simulator.law.assessment import assess_register
from simulator.law.explanation import WITHDRAWN
from simulator.law.terms import Law
from simulator.resources import folder
from tests.faults import texts_of
from tests.law.against_oracle import baseline
from tests.laws_of_the_model.playing import ALL_CAME_ANYWAY, EVERYBODY_APPLIES, by_clause, cube, scenario
from tests.of_2013 import SLUGS

BASELINE = baseline()


@pytest.fixture(scope="module")
def sample():
    return read_population(folder("data") / "sample")


def without(*slugs: str) -> dict[str, bool]:
    return {f"law.{slug}.offered": False for slug in slugs}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_withdrawn_clause_gives_nothing_and_the_others_what_they_gave(sample, slug):
    before, after = (assess(sample, s).table() for s in (BASELINE, BASELINE.set(without(slug))))
    kept = before[~before["clause"].isin([slug, "clawback"])].reset_index(drop=True)
    assert kept.equals(after[after["clause"] != "clawback"].reset_index(drop=True))
    assert len(kept) < len(before) or slug not in set(before["clause"])


def test_what_is_offered_again_is_as_it_was(sample):
    nothing = BASELINE.set(without(*SLUGS))
    assert assess(sample, nothing).table().empty and isinstance(nothing.law, Law)
    again = nothing.set({f"law.{slug}.offered": True for slug in SLUGS})
    assert again.hash() == BASELINE.hash() != nothing.hash()
    assert again.law == BASELINE.law


def test_under_the_higher_of_two_the_other_opening_award_revives(sample):
    both = BASELINE.set({"interpretation.opening_awards": "higher_of"})
    table = assess(sample, both).table()
    alone = assess(sample, both.set(without("headquarters_award"))).table()
    openings = [t[t["clause"] == "opening_award"]["amount"].sum() for t in (table, alone)]
    assert openings[1] >= openings[0]


def test_an_explanation_says_that_a_clause_is_not_offered(sample):
    awarded = assess(sample, BASELINE).table()
    row = awarded[awarded["clause"] == "certification_award"].iloc[0]
    reported = explain(sample, row["enterprise_id"], BASELINE.set(without("certification_award")), int(row["year"]))
    assert "not offered in this scenario" in reported.text("en") and "本情景不施行该条款" in reported.text("zh")
    (line,) = [c for y in reported.years for c in y.clauses if c.slug == "certification_award"]
    assert (line.due, line.award, line.outcome) == (0, 0, WITHDRAWN)


def test_faults_of_the_setting_are_reported():
    assert texts_of(BASELINE.set, {"law.tax_rebate.offered": "no"}) == ["law.tax_rebate.offered: is 'no' → write true or false"]
    assert "is no number of the law → did you mean law.tax_rebate.offered?" in texts_of(BASELINE.set, {"law.tax_rebate.ofered": False})[0]
    assert len(texts_of(BASELINE.set, {"law.sharing.offered": False})) == 1  # a rule of sharing is not an offer


@pytest.mark.plays_draws
def test_withdrawn_in_a_run():
    settings = scenario(ALL_CAME_ANYWAY, draws=10)  # nobody stays away because less is offered
    one, two = play(settings), play(settings.set(without("tax_rebate", "school_places")))
    others = [k for k, slug in enumerate(SLUGS) if slug not in ("tax_rebate", "school_places")]
    assert np.array_equal(cube(one)[:, :, others], cube(two)[:, :, others])
    assert by_clause(two, "tax_rebate").sum() == by_clause(two, "school_places").sum() == 0 < by_clause(one, "tax_rebate").sum()


@pytest.mark.plays_draws
def test_parameters_handed_in_are_the_outer_layer():
    settings = BASELINE.set({"draws": 12})
    layer = outer_layer(settings, 0, 12)
    assert np.array_equal(play(settings).by_clause, play(settings, parameters=layer).by_clause)
    moved = layer.copy()
    moved["startups_a_year"] *= 2
    assert play(settings, parameters=moved[:5]).by_clause.shape[0] == 5
    assert play(settings, parameters=moved).paid.sum() > play(settings).paid.sum()


@pytest.mark.plays_draws
def test_the_drawn_population_under_the_law_is_what_the_draws_award():
    """Everybody applies and every cap is paid in full, so that what each draw awards is the law on its population."""
    settings = scenario(EVERYBODY_APPLIES, draws=6, **{"assumptions.exit.after_support": 0.5, "assumptions.existing.share": 0})
    draws, drawn = play(settings), draw_population(settings, draws=6)
    years = np.array(settings.years)
    n = len(drawn.draw)
    awards = np.zeros((n, len(years), len(SLUGS)), np.int64)
    displaced, clawback, lacking = np.zeros_like(awards), np.zeros((n, len(years)), np.int64), np.zeros((n, len(years)), np.int64)
    none = np.zeros((0, len(years), 10), np.int64)
    enacted = enact(settings, settings.years)
    own, own_annual = np.zeros((n, 0), np.int64), np.zeros((*drawn.annual.shape, 0), np.int64)
    assess_register(
        enacted.law,
        drawn.enterprises,
        own,
        drawn.annual,
        own_annual,
        1,
        none,
        none,
        0,
        enacted.terms.head,
        enacted.terms.numbers,
        enacted.readings,
        years,
        awards,
        displaced,
        clawback,
        lacking,
    )
    for d in range(6):
        assert np.array_equal(awards[drawn.draw == d].sum(axis=0), cube(draws)[d])
        assert np.array_equal(clawback[drawn.draw == d].sum(axis=0), draws.of_year("clawback_due")[d])
