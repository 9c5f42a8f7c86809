"""Checked tables put together as one population. Every row here is usable; what is merely odd is noted as a
warning.
"""

from __future__ import annotations

import numpy as np

from simulator import facts, money
from simulator.errors import PopulationError, Problem
from simulator.phrases import phrase
from simulator.population import doubts
from simulator.population.checked import Checked
from simulator.population.register import APPLICATION, DETAIL_COLUMNS, Population, details_of
from simulator.population.schema import DISTRICT, contract


def assemble(tables: dict[str, Checked], owners: dict[str, np.ndarray], until: int = 0) -> Population:
    """The population of tables without faults.

    owners: by table, the row of `enterprises` that each row belongs to; until: a year that the arrays reach at least.
    Warnings are added to the tables.
    Raises PopulationError when payments of one enterprise, year and clause add up to more than can be meant.
    """
    enterprises, annual = tables["enterprises"], tables["annual"]
    ids = np.array(enterprises.texts("enterprise_id"), dtype=object)
    first, last = _horizon(tables)
    last = max(last, until)
    shape = (len(ids), last - first + 1)

    records = np.zeros(len(ids), dtype=facts.ENTERPRISE)
    for name in facts.ENTERPRISE_FIELDS:
        records[name] = enterprises.column(name)
    records["ecommerce"] |= records["online_retailer"]  # an online retailer is an e-commerce enterprise, whatever the column says

    years = np.zeros(shape, dtype=facts.ANNUAL)
    cells = (owners["annual"], annual.numbers("year") - first)
    years["present"][cells] = 1
    for name in facts.ANNUAL_FIELDS[1:]:
        years[name][cells] = annual.column(name)
    employees = np.zeros((0, 0), dtype=np.int64)
    if "employees" in annual.positions:
        employees = np.zeros(shape, dtype=np.int64)
        employees[cells] = annual.column("employees")

    support, district, paid, last_paid_year = (*_support(tables, owners, shape, first), *_paid(tables, owners, shape, first))
    doubts.about_enterprises(enterprises)
    doubts.about_examples(enterprises)
    doubts.about_annual(annual)
    doubts.about_merged(annual, owners["annual"])
    doubts.about_closed(enterprises, annual, owners["annual"])
    doubts.about_gaps(annual, ids, years["present"], first)
    own: dict[str, np.ndarray] = {}
    for fact in contract().policy.facts:
        if fact.table == "enterprises" and fact.name in enterprises.positions:
            own[fact.name] = np.asarray(enterprises.column(fact.name))
        elif fact.table == "annual" and fact.name in annual.positions:
            own[fact.name] = np.zeros(shape, dtype=np.int64)
            own[fact.name][cells] = annual.column(fact.name)
    return Population(
        ids=ids,
        own=own,
        enterprises=records,
        annual=years,
        first_year=first,
        support=support,
        support_district=district,
        paid=paid,
        last_paid_year=last_paid_year,
        employees=employees,
        applications=_applications(tables, owners),
        details=details_of(len(ids), **{column.name: enterprises.column(column.name) for column in DETAIL_COLUMNS}),
        unknown=_unknown(tables, owners, ids, records, last),
    )


def _horizon(tables: dict[str, Checked]) -> tuple[int, int]:
    """First and last year of the arrays: the last year of `annual` ends every assessment; support and
    payments may begin before its first.
    """
    years = tables["annual"].numbers("year")
    first, last = int(years.min()), int(years.max())
    for name in ("existing_support", "paid"):
        if name in tables:
            rows = tables[name]
            telling = rows.numbers("amount") > 0
            telling[rows.unknown.get("amount", [])] = True
            first = min(first, int(rows.numbers("year")[telling].min(initial=first)))
    return first, last


def _by_clause(rows: Checked, owners: np.ndarray, shape: tuple[int, int], first: int, chosen: np.ndarray) -> np.ndarray:
    """Sums of the chosen rows' amounts by enterprise, year and clause; (0, 0, 10) when all are 0."""
    years, amounts = rows.numbers("year") - first, rows.numbers("amount")
    chosen = chosen & (years >= 0) & (years < shape[1])
    sums = np.zeros((*shape, contract().cash_clauses), dtype=np.int64)
    np.add.at(sums, (owners[chosen], years[chosen], rows.numbers("clause")[chosen] - 1), amounts[chosen])
    if sums.max(initial=0) > money.LARGEST or sums.min(initial=0) < 0:
        cause = phrase("amounts of one enterprise, year and clause add up to more than {} CNY", format(money.yuan(money.LARGEST), ","))
        raise PopulationError(Problem(rows.raw.label, cause, "check the amounts"))
    return sums


def _nothing() -> np.ndarray:
    return np.zeros((0, 0, contract().cash_clauses), dtype=np.int64)


def _support(
    tables: dict[str, Checked], owners: dict[str, np.ndarray], shape: tuple[int, int], first: int
) -> tuple[np.ndarray, np.ndarray]:
    """Existing support, and the district's part of it (a blank payer is the district)."""
    if "existing_support" not in tables:
        return _nothing(), _nothing()
    rows = tables["existing_support"]
    everything = np.full(len(rows), True)
    total = _by_clause(rows, owners["existing_support"], shape, first, everything)
    if not total.any():
        return _nothing(), _nothing()
    _tell_late(rows, first + shape[1] - 1)
    by_district = rows.numbers("payer") == DISTRICT
    return total, _by_clause(rows, owners["existing_support"], shape, first, by_district)


def _paid(tables: dict[str, Checked], owners: dict[str, np.ndarray], shape: tuple[int, int], first: int) -> tuple[np.ndarray, int]:
    """What was paid, and the last year of the table, also where that year's amounts are 0 or it lies after
    `annual`.
    """
    if "paid" not in tables or not len(tables["paid"]):
        return _nothing(), 0
    rows = tables["paid"]
    _tell_late(rows, first + shape[1] - 1)
    sums = _by_clause(rows, owners["paid"], shape, first, np.full(len(rows), True))
    return sums, int(rows.numbers("year").max())


def _tell_late(rows: Checked, last: int) -> None:
    """Warn of rows after the last year of `annual`: no assessment reaches them."""
    late = np.flatnonzero(rows.numbers("year") > last)
    if len(late):
        cause = phrase("{} row(s) lie after {}, the last year of the table annual (年度), and are not used", len(late), last)
        rows.warn(int(late[0]), "year", cause, "add the later years to annual")


def _applications(tables: dict[str, Checked], owners: dict[str, np.ndarray]) -> np.ndarray:
    if "applications" not in tables:
        return np.zeros(0, dtype=APPLICATION)
    rows = tables["applications"]
    columns = (owners["applications"], *(rows.numbers(name) for name in ("year", "clause", "applied_on")))
    distinct = dict.fromkeys(zip(*(column.tolist() for column in columns), strict=True))
    return np.array(list(distinct), dtype=APPLICATION)


def _unknown(
    tables: dict[str, Checked], owners: dict[str, np.ndarray], ids: np.ndarray, records: np.ndarray, last: int
) -> list[tuple[str, int, str]]:
    """All that the register does not know: absent columns first, then cells in the tables' order."""
    found = [
        ("", 0, column.name)
        for name in ("enterprises", "annual")
        for column in tables[name].absent
        if not (column.optional or column.derived or column.kind == "text")
    ]
    for table, checked in tables.items():
        names = ids if table == "enterprises" else ids[owners[table]]  # under the new id, where it has changed
        for column, rows in checked.unknown.items():
            for row in rows:
                if table == "enterprises":
                    # an online retailer is an e-commerce enterprise: that much is known of it
                    if not (column == "ecommerce" and records["online_retailer"][row]):
                        found.append((ids[row], 0, column))
                    continue
                year = int(checked.numbers("year")[row])
                if table == "annual":
                    found.append((names[row], year, column))
                elif year <= last or table == "applications":
                    path = f"{table}.{contract().policy.slugs[checked.numbers('clause')[row] - 1]}"
                    if column == "payer":
                        if not checked.numbers("amount")[row]:
                            continue  # who pays nothing, or an unknown amount, says nothing more
                        path += ".payer"
                    found.append((names[row], year, path))
    return list(dict.fromkeys(found))
