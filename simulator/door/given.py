"""What a caller may give, a scenario or a register in whatever form, and what is played of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

if TYPE_CHECKING:
    from simulator.law.policy import Policy
    from simulator.population.parts import Register
    from simulator.population.register import Population
    from simulator.scenario import Scenario

    AnyScenario: TypeAlias = str | Path | Scenario  # a shipped name, a file, or one in hand
    AnyRegister: TypeAlias = str | Path | Register  # where it lies, or one in hand

# Here and beside, imports stand inside the functions: `simulator --help` and a notebook's first cell need not wait for the engine.


def load_scenario(scenario: AnyScenario = "baseline", changes: Mapping[str, Any] | None = None) -> Scenario:
    """A scenario, with some settings changed.

    Parameters
    ----------
    scenario : str, Path or Scenario
        Shipped name (`baseline`), path of a YAML file, or a scenario in hand.
    changes : mapping of str to object, optional
        Settings by path: `{"law.tax_rebate.high_rate": 0.4, "draws": 50}`. Amounts as people write them are understood ("500万").

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        With every problem, and where a change changes no figure.

    Examples
    --------
    >>> load_scenario("baseline", {"policy.end": None}).law.end is None
    True
    """
    from simulator.errors import ScenarioError
    from simulator.scenario import load_scenario as load

    given = load(scenario)
    changed = given.set(changes or {})
    if useless := [*changed.unused(changes or {}), *changed.idle(changes or {}, given)]:
        raise ScenarioError(useless)
    return changed


@overload
def read_population(
    path: str | Path, units: Mapping[str, str] | None = None, *, whole: Literal[True] = True, policy: Policy | None = None
) -> Population: ...
@overload
def read_population(path: str | Path, units: Mapping[str, str] | None = None, *, whole: bool, policy: Policy | None = None) -> Register: ...
def read_population(
    path: str | Path, units: Mapping[str, str] | None = None, *, whole: bool = True, policy: Policy | None = None
) -> Register:
    """A register from a folder of tables, a workbook, a DuckDB file or a database.

    Parameters
    ----------
    path : str or Path
        Where it lies, or `env:NAME`: a database whose address is in that environment variable.
    units : mapping of str to str, optional
        元 or 万元 by column of amounts, where the register does not say.
    whole : bool
        False leaves a register in parts (a folder of part-…-of-… folders) on disk, to be played part by part.
    policy : Policy, optional
        Whose contract it is to fulfil (`scenario.law.policy`); the shipped baseline's if unsaid.

    Returns
    -------
    Population, or Register where `whole` is False

    Raises
    ------
    PopulationError
        With every problem: sheet, cell, cause, remedy.

    Examples
    --------
    >>> from simulator.resources import folder
    >>> read_population(folder("data") / "sample").synthetic
    True
    """
    from simulator.population.places import refuse_absent

    refuse_absent(path)
    from simulator.population import parts

    register = parts.open_register(path, units, policy)
    return parts.whole(register) if whole else register


def in_memory(given: AnyRegister, scenario: Scenario | None = None) -> Population:
    """A register in memory."""
    from simulator.population.parts import whole

    return whole(opened(given, scenario))


def opened(given: AnyRegister, scenario: Scenario | None = None) -> Register:
    """A register as it can be played under a scenario's policy, in parts where it lies so."""
    return read_population(given, whole=False, policy=scenario.law.policy if scenario else None) if isinstance(given, str | Path) else given


def register_for(scenario: Scenario, given: AnyRegister | None) -> Register | None:
    """The register given, else the scenario's own (`population.source`)."""
    if given is not None:
        return opened(given, scenario)
    source = scenario.plain["population.source"]
    if source == "synthetic":
        return None
    beside = scenario.folder / source
    return opened(beside if beside.exists() else source, scenario)
