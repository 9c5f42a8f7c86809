"""The engine against the independent oracle, to the fen, on the same random enterprises.

20 000 enterprises per reading, boundaries, gaps and blanks over-represented; displaced amounts and data errors included.
"""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.law.against_oracle import (
    NAMES,
    baseline,
    differences,
    engine_answer,
    oracle_answer,
    population_of,
    with_edges,
)
from tests.of_2013 import SWITCHES
from tests.oracle.random_registers import random_readings, random_register, random_terms
from tests.oracle.reading import Register

ENTERPRISES = 20_000
READINGS = [(name, reading) for name, switch in SWITCHES.items() for reading in switch.names if reading != switch.default]


@pytest.fixture(scope="module")
def register():
    return random_register(ENTERPRISES, seed=20130101)


@pytest.fixture(scope="module")
def population(register, tmp_path_factory):
    return population_of(register, tmp_path_factory.mktemp("register"))


def agree(register, population, scenario, terms=None):
    ours, theirs = engine_answer(population, scenario), oracle_answer(register, scenario, terms)
    for mine, other in zip(ours[:2], theirs[:2], strict=True):
        assert not differences(register, mine, other)
    assert ours[2] == theirs[2], "data errors differ"
    assert len(ours[0]) > len(register.enterprises) / 2, "the register asks too little of the law"


def test_default_readings(register, population):
    agree(register, population, baseline())


@pytest.mark.parametrize(("switch", "reading"), READINGS, ids=[f"{s}={r}" for s, r in READINGS])
def test_each_reading(register, population, switch, reading):
    agree(register, population, baseline().set({f"interpretation.{switch}": reading}))


@pytest.mark.parametrize("seed", range(6))
def test_combined_readings_on_other_terms_and_dates(seed, tmp_path):
    """Readings combined, numbers and edges of the law changed, other start and end."""
    rng = random.Random(seed)
    register = random_register(3_000, seed=seed, with_paid=seed % 2 == 1)
    terms = random_terms(rng, 0.3)
    chosen = {f"interpretation.{name}": reading for name, reading in random_readings(rng).items()}
    start, end = rng.choice(
        [
            (date(2013, 1, 1), date(2015, 12, 31)),
            (date(2013, 7, 1), date(2016, 6, 30)),
            (date(2012, 2, 29), None),
            (date(2014, 1, 1), date(2014, 12, 31)),
        ]
    )
    scenario = baseline().set({**chosen, "policy.start": start, "policy.end": end, "population.known_until": 2018})
    scenario = replace(scenario, law=with_oracle_terms(scenario.law, terms))
    agree(register, population_of(register, tmp_path), scenario, terms)


def with_oracle_terms(law, terms):
    """The law with numbers and edges as the oracle names them."""
    values, edges = {}, {}
    vat = {"to_2015": 1994, "2016": 2016, "from_2017": 2017}
    for name, value in terms.items():
        block, _, term = name.partition(".")
        is_edge = term.endswith(".edge")
        term = term.removesuffix(".edge")
        if term.startswith("local_vat_share_"):
            values[f"{block}.local_vat_share@{vat[term.removeprefix('local_vat_share_')]}"] = value
            continue
        term = NAMES.get(term, term.replace("tier_", "tier").replace(".", "_"))
        (edges if is_edge else values)[f"{block}.{term}"] = value
    return with_edges(law, edges).set(values)


@pytest.mark.parametrize("seed", range(4))
def test_really_paid_amounts(seed, tmp_path):
    rng = random.Random(100 + seed)
    register = random_register(4_000, seed=100 + seed, with_paid=True)
    chosen = {f"interpretation.{name}": reading for name, reading in random_readings(rng).items()}
    agree(register, population_of(register, tmp_path), baseline().set(chosen))


def paid_platforms():
    """Platforms paid any sum under 四（八） in 2013, at any tier then, that stand at each tier in 2014 and 2015."""
    awards = (50_000, 100_000, 150_000, 200_000, 250_000, 300_000, 350_000)
    register = Register()
    for amount in (1, *(a + step for a in awards for step in (Decimal("-0.01"), 0, Decimal("0.01")))):
        for members in ((1500, 1500, 6000), (1500, 2500, 6000), (6000, 1500, 2500), (500, 2500, 2500), (2500, 6000, 1500)):
            identity = f"{amount} {members}"
            register.enterprises.append({"enterprise_id": identity})
            for year, count in zip((2013, 2014, 2015), members, strict=True):
                register.annual.append(
                    {
                        "enterprise_id": identity,
                        "year": year,
                        "retained_tax": Decimal(0),
                        "membership_income": Decimal(2_000_000),
                        "paid_members": Decimal(count),
                    }
                )
            register.paid.append({"enterprise_id": identity, "year": 2013, "clause": 8, "amount": Decimal(amount)})
    return register


@pytest.mark.parametrize("tiers", SWITCHES["membership_tiers"].names)
def test_the_tiers_that_a_payment_stands_for(tiers, tmp_path):
    register = paid_platforms()
    agree(register, population_of(register, tmp_path), baseline().set({"interpretation.membership_tiers": tiers}))
