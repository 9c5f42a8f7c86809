"""A register's enterprises as the projection takes them over: their state in the last known year."""

from __future__ import annotations

import numpy as np

from simulator.engine.window import Window
from simulator.facts import AREA, OCCUPANCY, RENT
from simulator.money import FEN
from simulator.population.register import Population
from simulator.projection.enterprises import (
    BUILDING,
    GOODS,
    NATIONAL_HQ,
    PLATFORM,
    REGIONAL_HQ,
    SERVICE,
    SPLIT_OFF,
    STATE,
    TRADITIONAL,
)

SECTORS = {"goods": GOODS, "services": SERVICE, "platform": PLATFORM, "building": BUILDING, "traditional": TRADITIONAL}


def states_of(population: Population, window: Window, known: int) -> np.ndarray:
    """STATE records (n,) from the facts of column `known` of the window (0 = the base year)."""
    row, enterprises = window.annual[:, known], population.enterprises
    states = np.zeros(len(population), STATE)
    states["key"] = population.keys
    states["kind"] = _kinds(population, row)
    states["born"] = enterprises["settled_on"] // 10_000
    states["profitable"] = row["income_tax"] > 0
    sales = np.where(row["sales"] > 0, row["sales"], row["online_sales"])
    # who settled in the year itself was in business for part of it: projected from a whole year's sales
    came_on = np.maximum(enterprises["settled_on"], enterprises["spun_off_on"])
    fresh = came_on // 10_000 == window.years[0] - 1 + known
    part = np.where(fresh, (13 - came_on // 100 % 100) / 12, 1.0)
    states["sales"] = sales / FEN / part
    states["online_share"] = np.divide(row["online_sales"], sales, out=np.zeros(len(population)), where=sales > 0)
    states["own_rate"] = np.divide(row["retained_tax"], sales, out=np.zeros(len(population)), where=sales > 0)
    states["area"], states["rent"] = row["rented_area"] / AREA, row["rent"] / RENT
    states["designated"] = row["designated_building"]
    states["line_lease"] = row["line_lease"] / FEN / part
    states["members"] = row["paid_members"]
    states["fee"] = np.divide(
        row["membership_income"] / FEN, row["paid_members"], out=np.zeros(len(population)), where=row["paid_members"] > 0
    )
    states["building_area"], states["occupancy"] = row["building_area"] / AREA, row["building_occupancy"] / OCCUPANCY
    names = population.details["group_id"]
    _, group = np.unique(names, return_inverse=True)
    states["group"] = np.where(names != "", group + 1, 0)
    closed = population.details["closed_on"]
    states["closed"] = (closed > 0) & (closed // 10_000 <= window.years[0] - 1 + known)
    return states


def known_by(population: Population, known_year: int) -> np.ndarray:
    """Which enterprises a planner knows at the end of `known_year`: not those that settle or split off later."""
    enterprises = population.enterprises
    later = np.maximum(enterprises["settled_on"], enterprises["spun_off_on"]) // 10_000 > known_year
    return ~later


def forget(enterprises: np.ndarray, known_year: int) -> np.ndarray:
    """A copy of ENTERPRISE records without the dates that lie after `known_year`."""
    copy = enterprises.copy()
    for name in ("certified_on", "violated_on", "unsound_on", "lease_started_on", "building_opened_on"):
        copy[name] = np.where(copy[name] // 10_000 > known_year, 0, copy[name])
    return copy


def _kinds(population: Population, row: np.ndarray) -> np.ndarray:
    """Kind of each enterprise: from `sector` where given, else from what it does."""
    enterprises = population.enterprises
    kinds = np.where(enterprises["online_retailer"] != 0, GOODS, np.where(enterprises["ecommerce"] != 0, SERVICE, TRADITIONAL))
    kinds = np.where(row["membership_income"] > 0, PLATFORM, kinds)
    kinds = np.where(row["building_area"] > 0, BUILDING, kinds)
    sectors = population.details["sector"]
    for name, kind in SECTORS.items():
        kinds = np.where(sectors == name, kind, kinds)
    kinds = np.where(enterprises["spun_off_on"] > 0, SPLIT_OFF, kinds)
    kinds = np.where(enterprises["headquarters"] == 1, REGIONAL_HQ, kinds)
    return np.where(enterprises["headquarters"] == 2, NATIONAL_HQ, kinds)
