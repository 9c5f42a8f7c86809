"""Which rows of the statistical tables of a register tell too much of one enterprise (`safety`), worked out where it is read;
and who stands behind them, for the ledger of releases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from simulator.budget.contributions import aliases, holders
from simulator.disclosure.outputs import coarse, released
from simulator.disclosure.safety import TOTAL, rules_in_force, sensitive
from simulator.facts import BLANK
from simulator.money import FEN
from simulator.population.indicators import LEADING, OF_SCALE, SERVING, SIZES, TAXES
from simulator.population.register import Population
from simulator.population.schema import contract


def sensitive_rows(population: Population, annual: np.ndarray, tables: Mapping[str, pd.DataFrame]) -> dict[str, list[int]]:
    """Row numbers by table. A year's size classes are withheld together: with its total they give one another away; so is a
    count above a threshold where few lie between it and the next one shown, and a growth rate with either of its years."""
    who = np.unique(holders(population), return_inverse=True)[1]
    there, sector = annual["present"] == 1, population.details["sector"]
    place = {year: j for j, year in enumerate(population.years)}

    def bad(name: str, j: int, chosen: np.ndarray) -> bool:
        values = population.employees[:, j] if name == "employees" else annual[name][:, j]
        return sensitive(np.bincount(who, np.where(chosen & (values != BLANK), values, 0) / FEN))

    def of(name: str, row: Any) -> bool:
        j = place[int(row.year)]
        here = there[:, j]
        if name == "online_retail":
            return any(bad(fact, k, there[:, k]) for k in (j, j - 1) if k >= 0 for fact in ("sales", "online_sales"))
        if name == "sizes":
            sales = annual["sales"][:, j] / FEN
            return any(bad("sales", j, here & (sales >= low) & (sales < (np.inf if high is None else high))) for low, high, _ in SIZES)
        if name == "taxes":
            return any(bad(fact, j, here) for fact in TAXES)
        return bad("employees", j, here) if name == "employment" else bad("sales", j, here & (sector == row.sector))

    found = {name: [i for i, row in enumerate(table.itertuples()) if of(name, row)] for name, table in tables.items() if name != "of_scale"}
    if "of_scale" in tables:
        online = tables["online_retail"].set_index("year")["with_online_sales"]
        found["of_scale"] = sorted(_thresholds(tables["of_scale"], online))
    return found


def behind(population: Population, annual: np.ndarray) -> pd.DataFrame:
    """measure, clause (a class of the tables; blank: none), year, holder, amount, awards (none): what each holding adds to the tables'
    cells; and aliases, as of `budget.contributions`."""
    found, holder, sector = [], holders(population), population.details["sector"]
    for j, year in enumerate(population.years):

        def add(measure: str, clause: str, values: np.ndarray, year: int = year, here: np.ndarray = annual["present"][:, j] == 1) -> None:
            kept = here & (values != 0) & (values != BLANK)
            found.append(
                pd.DataFrame(
                    {"measure": f"register.{measure}", "clause": clause, "year": year, "holder": holder[kept], "amount": values[kept] / FEN}
                )
            )

        sales, online = annual["sales"][:, j], annual["online_sales"][:, j]
        for low, high, name in SIZES:
            add("sales", name, np.where((sales >= low * FEN) & (sales < (np.inf if high is None else high * FEN)), sales, 0))
        for fact in ("online_sales", *TAXES):
            add(fact, "", annual[fact][:, j])
        for kept in SERVING:
            add("services", kept, np.where(sector == kept, sales, 0))
        for threshold in (*OF_SCALE, *LEADING):
            add("of_scale", str(threshold), np.where(online >= threshold * FEN, FEN, 0))
        if population.employees.size:
            add("employees", "", population.employees[:, j])
    whole = pd.concat(found, ignore_index=True)
    whole = whole.groupby(["measure", "clause", "year", "holder"], as_index=False)["amount"].sum().assign(awards=0.0)
    return pd.concat([whole, aliases(population)], ignore_index=True)


CELLS: dict[str, Callable[[Any], list[tuple[str, str]]]] = {  # which of these each row of a table shows
    "online_retail": lambda _: [("sales", TOTAL), ("online_sales", TOTAL)],
    "sizes": lambda row: [("sales", row.size)],
    "of_scale": lambda row: [("of_scale", str(int(row.threshold)))],
    "taxes": lambda _: [(fact, TOTAL) for fact in TAXES],
    "employment": lambda _: [("employees", TOTAL)],
    "services": lambda row: [("services", row.sector)],
}


def shown(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, str, str]]:
    """The cells that tables show whose column `withheld` says of which rows they do not."""
    return [
        (f"register.{measure}", clause, str(int(row.year)))
        for name, table in tables.items()
        for row in table.itertuples()
        if not row.withheld
        for measure, clause in CELLS[name](row)
    ]


AMOUNTS = ("sales", "online_sales", "trscg", "threshold", "vat", "business_tax", "income_tax", "retained_tax", "district_contribution")


def _names() -> set[str]:
    """Every name of a column of the contract in force."""
    return {name for table in contract().tables for column in table.columns for name in (column.name, column.header)}


def indicators_released(table: pd.DataFrame) -> pd.DataFrame:
    """The digits that a report shows: amounts to thousands of yuan, shares to a thousandth; counts are exact."""
    shown = table.copy()
    for name in AMOUNTS:
        if name in table and name != "threshold":  # the law's own
            shown[name] = coarse(table[name].to_numpy(float))
    for name in ("growth", "share_of_trscg", "per_enterprise"):
        if name in table:
            shown[name] = table[name].astype(float).round(3)
    return shown


def few(counts: Any) -> Any:
    """Whether counts are of few: one of 1 says as much of an enterprise as its cell."""
    return (counts > 0) & (counts < rules_in_force().fewest)


def columns_released(columns: pd.DataFrame, controlled: bool) -> pd.DataFrame:
    """How complete the columns are, with a column `withheld`: where few cells are filled, blank or unknown, nothing is said, for each
    follows from the others; and of columns that are none of the contract, whose names may be anything, neither."""
    if not controlled:
        return columns.assign(withheld=False)
    columns = columns[columns["column"].isin(_names())]
    filled = columns["rows"] - columns["blank"] - columns["unknown"]
    held = few(columns["rows"]) | few(columns["blank"]) | few(columns["unknown"]) | few(filled)
    return released(columns, held, ("rows", "blank", "unknown"))


def counts_released(problems: pd.DataFrame, controlled: bool) -> pd.DataFrame:
    """How many problems there are by column, not what stands in the cells; outside no count of few."""
    if controlled:
        problems = problems.assign(column=problems["column"].where(problems["column"].isin(_names()), ""))
    found = problems.groupby(["severity", "table", "column"], as_index=False, sort=False).size()
    return found.assign(withheld=few(found["size"]) if controlled else False)


def _thresholds(table: pd.DataFrame, online: Mapping[int, int]) -> Iterator[int]:
    """Counts of few, and those that few lie between and the count shown before them; online: how many sell online, by year."""
    for year, part in table.sort_values("threshold").groupby("year", sort=False):
        before = online[int(year)]
        for place, count in part["enterprises"].items():
            if few(count) or few(before - count):
                yield place
            else:
                before = count
