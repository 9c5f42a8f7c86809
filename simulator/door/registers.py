"""What is asked and of whom: scenarios and registers; and what the law gives a register."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.door.given import in_memory, load_scenario, opened

if TYPE_CHECKING:
    from pandas import DataFrame

    from simulator.door.given import AnyRegister, AnyScenario
    from simulator.engine.assess import Assessment
    from simulator.engine.explain import Explanation
    from simulator.population.register import Population


def synthesize(scenario: AnyScenario = "baseline", enterprises: int = 400, seed: int | None = None) -> Population:
    """An invented register in the proportions a scenario expects; `write_folder` keeps it.

    >>> len(synthesize(enterprises=50))
    50
    """
    from simulator.engine.synthesize import synthesize as invent

    return invent(load_scenario(scenario), enterprises, seed)


def pseudonymise(population: AnyRegister, key: str | Path) -> Population:
    """A register with pseudonyms for codes and without names, for people to read; the same key gives the same pseudonyms.

    key: the file it lies in, or env:NAME. Raises PopulationError where it is missing, short, or open to others.
    """
    from simulator.population.pseudonyms import pseudonymous, read_key

    return pseudonymous(in_memory(population), read_key(key))


def indicators(
    population: AnyRegister, scenario: AnyScenario = "baseline", trscg: Mapping[int, float] | None = None
) -> dict[str, DataFrame]:
    """The statistical tables by year (CNY), blank retained tax worked out by the scenario's law.

    trscg: the district's total retail sales of consumer goods by year, CNY, where known.

    >>> list(indicators(synthesize(enterprises=50)))
    ['online_retail', 'sizes', 'of_scale', 'taxes', 'employment', 'services']
    """
    from simulator.engine.window import laid_over
    from simulator.population.indicators import indicators as tables

    law = load_scenario(scenario).law
    return tables(opened(population), trscg=trscg, annual=lambda p: laid_over(p, law, p.first_year, p.last_year).annual[:, 1:])


def assess(population: AnyRegister, scenario: AnyScenario = "baseline") -> Assessment:
    """What the law gives each enterprise of a register in each year, to the fen (CNY in its tables). Of a register in parts only those
    who get anything are kept.

    >>> result = assess(synthesize(enterprises=50))
    >>> list(result.table().columns)
    ['enterprise_id', 'year', 'clause', 'amount', 'displaced']
    """
    from simulator.engine.assess import assess as apply_law

    under = load_scenario(scenario)
    return apply_law(opened(population, under), under)


def explain(
    population: AnyRegister,
    enterprise_id: str,
    scenario: AnyScenario = "baseline",
    year: int | None = None,
) -> Explanation:
    """Which clause, which condition, the enterprise's value beside the threshold, and what settlement did.

    >>> print(explain(synthesize(enterprises=50), "SYN0000001").text("en").splitlines()[2][:7])
    ── 2013
    """
    from simulator.engine.explain import explain as tell

    under = load_scenario(scenario)
    return tell(in_memory(population, under), enterprise_id, under, year)
