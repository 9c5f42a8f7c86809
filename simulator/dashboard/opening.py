"""Opening the page from what can be written down: names and paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from simulator.dashboard.page import QUICK, Dashboard
from simulator.population.parts import open_register, whole
from simulator.population.register import Population
from simulator.population.units import parse_answers
from simulator.report.wording import load
from simulator.scenario import Scenario, load_scenario
from simulator.store.kinds import folder_of


def open_page(
    scenario: str | Path = "baseline",
    population: str | Path = "",
    units: str = "",
    *,
    lang: str = "zh",
    draws: int = QUICK,
    out: str | Path = "out/what_if",
) -> Dashboard:
    """The page of a scenario, by shipped name or path, on a register by path (empty: the scenario's own).

    units: the units of a register's amounts where it does not say, `column=万元` with spaces between. Raises ScenarioError
    or PopulationError with every problem.
    """
    scenario, population, out = map(folder_of, (scenario, population, out))
    load(lang)  # whether it is a language
    parse_answers(str(units).split())  # whether they are units, though no register is named
    found = load_scenario(scenario)
    found.set({"draws": draws})  # whether it can be meant
    return Dashboard(found, register_of(found, population, units), source=str(scenario), lang=lang, draws=draws, out=out)


def register_of(scenario: Scenario, population: str | Path = "", units: str = "") -> Population | None:
    """The register named, else the one the scenario names; None where incumbents are drawn."""
    if population:
        return whole(open_register(population, parse_answers(units.split())))
    source = scenario.plain["population.source"]
    if source == "synthetic":
        return None
    beside = scenario.folder / source
    return whole(open_register(beside if beside.exists() else source))


def opener(
    scenario: str | Path, population: str | Path, units: Sequence[str], *, lang: str, draws: int, out: str | Path
) -> Callable[[], Dashboard]:
    """What opens a page for each person who comes. Scenario and register are read here once, so that nothing is served that cannot
    be used, and all pages share them. Raises ScenarioError, PopulationError."""
    found = load_scenario(scenario)
    found.set({"draws": draws})
    people = register_of(found, population, " ".join(units))
    return lambda: Dashboard(found, people, source=str(scenario), lang=lang, draws=draws, out=out)
