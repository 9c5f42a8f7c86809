"""The engine and the oracle on one register: both answers as {(enterprise, year, clause): fen}."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

from simulator import yamlfile
from simulator.engine.assess import assess
from simulator.errors import LawError
from simulator.law.policyfile import law_of
from simulator.population.readers import read_population
from simulator.scenario import load_scenario
from tests.law.lawfile import TEXT, text_with_edges
from tests.oracle import random_registers, reading

# the oracle's names of numbers, where they are not the law file's
NAMES = {"high_threshold": "high_contribution", "low_threshold": "low_contribution", "area_cap": "max_area"}
_ORACLES = {ours: theirs for theirs, ours in NAMES.items()}


@functools.lru_cache(maxsize=1)
def baseline():
    """The baseline, in force from the day that the worked cases are worked with."""
    return load_scenario("baseline").set({"policy.start": date(2013, 1, 1)})


def population_of(register, folder):
    """The register as the readers see it: written as CSV, read back."""
    random_registers.write_csv(register, folder)
    return read_population(folder)


def engine_answer(population, scenario):
    result = assess(population, scenario)
    table = result.table()
    keys = list(zip(table.enterprise_id, table.year, table.clause, strict=True))
    amounts = {k: round(a * 100) for k, a in zip(keys, table.amount, strict=True)}
    displaced = {k: round(a * 100) for k, a in zip(keys, table.displaced, strict=True) if a}
    errors = {tuple(p.place.split(", ")[1:]) for p in result.problems if p.severity == "data error"}
    return amounts, displaced, {(i, int(y)) for i, y in errors}


def oracle_answer(register, scenario, terms=None):
    found = reading.assess(register, start=scenario.law.start, end=scenario.law.end, readings=dict(scenario.interpretation), terms=terms)

    def fen(amounts):
        return {key: int(Decimal(a) * 100) for key, a in amounts.items()}

    return fen(found.awards), fen(found.displaced), set(found.data_errors)


def oracle_name(path):
    """The oracle's name of a number of the law file.

    >>> oracle_name("platform_membership_award.tier1_members"), oracle_name("tax_rebate.low_contribution")
    ('platform_membership_award.tier_1.members', 'tax_rebate.low_threshold')
    """
    block, name = path.split(".")
    return block + "." + (_ORACLES.get(name) or re.sub(r"^tier([123])_", r"tier_\1.", name))


def with_edges(law, edges):
    """The law as written, of the same dates, with other signs where a fact is compared with these numbers (path: at_least or more_than)."""
    text = text_with_edges(TEXT, edges)
    written = law_of(yamlfile.loads(text, "policy.yaml", LawError, gather=True, quantities=True))
    return replace(written, start=law.start, end=law.end)


def differences(register, ours, theirs, limit=5):
    """The first few differing enterprises with their facts, as text; empty when the answers agree."""
    different = sorted({k for k in ours.keys() | theirs.keys() if ours.get(k) != theirs.get(k)}, key=str)
    lines = []
    for key in different[:limit]:
        facts = [e for e in register.enterprises if e["enterprise_id"] == key[0]]
        years = [a for a in register.annual if a["enterprise_id"] == key[0]]
        lines.append(f"{key}: engine {ours.get(key)}, oracle {theirs.get(key)}\n  {facts}\n  {years}")
    return f"{len(different)} differences\n" + "\n".join(lines) if different else ""
