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
    """An invented register in the proportions a scenario expects.

    Parameters
    ----------
    scenario : str, Path or Scenario
        Shipped name (`baseline`), path of a YAML file, or a scenario in hand.
    enterprises : int
        How many.
    seed : int, optional
        Another register of the same kind; None takes the scenario's.

    Returns
    -------
    Population
        `write_folder` keeps it, marked as invented.

    Raises
    ------
    ScenarioError

    Examples
    --------
    >>> len(synthesize(enterprises=50))
    50
    """
    from simulator.engine.synthesize import synthesize as invent

    return invent(load_scenario(scenario), enterprises, seed)


def pseudonymise(population: AnyRegister, key: str | Path) -> Population:
    """A register with pseudonyms for codes and without names, for people to read.

    Parameters
    ----------
    population : str, Path or Register
        Folder of tables, workbook, DuckDB file or `env:NAME`, or a register in hand.
    key : str or Path
        File that holds the key, or `env:NAME`. The same key gives the same pseudonyms.

    Returns
    -------
    Population

    Raises
    ------
    PopulationError
        Where the key is missing, short, or open to others.

    Notes
    -----
    HMAC-SHA-256 of the code (RFC 2104). Amounts stay as they are: this hides codes, not enterprises.

    Examples
    --------
    >>> pseudonymise("register", "key.txt")  # doctest: +SKIP
    """
    from simulator.population.pseudonyms import pseudonymous, read_key

    return pseudonymous(in_memory(population), read_key(key))


def indicators(
    population: AnyRegister, scenario: AnyScenario = "baseline", trscg: Mapping[int, float] | None = None
) -> dict[str, DataFrame]:
    """The statistical tables of a register, by year.

    Parameters
    ----------
    population : str, Path or Register
        Folder of tables, workbook, DuckDB file or `env:NAME`, or a register in hand.
    scenario : str, Path or Scenario
        Shipped name (`baseline`), path of a YAML file, or a scenario in hand. Its law works out blank
        retained tax.
    trscg : mapping of int to float, optional
        The district's total retail sales of consumer goods, CNY by year.

    Returns
    -------
    dict of str to DataFrame
        CNY, persons, enterprises.

    Raises
    ------
    ScenarioError, PopulationError

    Examples
    --------
    >>> list(indicators(synthesize(enterprises=50)))
    ['online_retail', 'sizes', 'of_scale', 'taxes', 'employment', 'services']
    """
    from simulator.engine.window import laid_over
    from simulator.population.indicators import indicators as tables

    law = load_scenario(scenario).law
    return tables(opened(population), trscg=trscg, annual=lambda p: laid_over(p, law, p.first_year, p.last_year).annual[:, 1:])


def assess(population: AnyRegister, scenario: AnyScenario = "baseline") -> Assessment:
    """What the law gives each enterprise of a register in each year, to the fen.

    Parameters
    ----------
    population : str, Path or Register
        Folder of tables, workbook, DuckDB file or `env:NAME`, or a register in hand. Of one in parts only those who
        get anything are kept.
    scenario : str, Path or Scenario
        Shipped name (`baseline`), path of a YAML file, or a scenario in hand. Its law and its
        readings of it.

    Returns
    -------
    Assessment
        `table()`: CNY, exact, by enterprise, year and clause.

    Raises
    ------
    ScenarioError, PopulationError

    Examples
    --------
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

    Parameters
    ----------
    population : str, Path or Register
        Folder of tables, workbook, DuckDB file or `env:NAME`, or a register in hand.
    enterprise_id : str
        As the register writes it.
    scenario : str, Path or Scenario
        Shipped name (`baseline`), path of a YAML file, or a scenario in hand.
    year : int, optional
        One year only.

    Returns
    -------
    Explanation
        `text(lang)`; in a notebook it shows itself.

    Raises
    ------
    ScenarioError, PopulationError
        Also where there is no such enterprise, or the year is not assessed.

    Examples
    --------
    >>> print(explain(synthesize(enterprises=50), "SYN0000001").text("en").splitlines()[2][:7])
    ── 2013
    """
    from simulator.engine.explain import explain as tell

    under = load_scenario(scenario)
    return tell(in_memory(population, under), enterprise_id, under, year)
