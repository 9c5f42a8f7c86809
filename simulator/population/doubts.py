"""What is possible but unlikely between rows and tables: warnings."""

from __future__ import annotations

import re

import numpy as np

from simulator import facts
from simulator.errors import Problem
from simulator.money import yuan
from simulator.phrases import phrase
from simulator.population.cells import shown
from simulator.population.checked import KEYS, Checked
from simulator.population.column import plain
from simulator.population.schema import BELIEVED_AREA, BELIEVED_RENT
from simulator.population.spelling import iso

FEW = 3  # enterprises with several rows: fewer show no habit
LARGE_OFFICE = BELIEVED_AREA * facts.AREA
_EXAMPLE = re.compile("示例|范例|举例|填写样|[XxＸ×]{2,}(?:公司|企业|有限)|某某")
HIGH_RENT = BELIEVED_RENT * facts.RENT
SMALL_OFFICE, LOW_RENT = facts.AREA, facts.RENT  # a metre squared, and a yuan for it: less is written in another unit, as 亩 or 万元


def about_enterprises(enterprises: Checked) -> None:
    """Warn of capital that does not fit together."""
    paid_in, registered = enterprises.numbers("paid_in_capital"), enterprises.numbers("registered_capital")
    for row in _rows((paid_in > registered) & enterprises.known("registered_capital")):
        enterprises.warn(
            row,
            "paid_in_capital",
            phrase("paid-in capital {} is above the registered {}", format(yuan(paid_in[row]), ","), format(yuan(registered[row]), ",")),
            "check both",
        )


def about_examples(enterprises: Checked) -> None:
    """Warn of enterprises whose name says that they show how to fill in, where the others are real."""
    if "name" in enterprises.positions:
        rows = [row for row, name in enumerate(enterprises.texts("name")) if _EXAMPLE.search(name)]
        for row in rows if 2 * len(rows) <= len(enterprises) else []:
            name = enterprises.texts("name")[row]
            enterprises.warn(
                row,
                "name",
                phrase("{} seems to be an example of how to fill in; it is counted", shown(name)),
                "remove the row if it is one",
            )


def about_annual(annual: Checked) -> None:
    """Warn of offices, rents, sales and buildings that are hard to believe."""
    area, rent = annual.numbers("rented_area"), annual.numbers("rent")
    for row in _rows(area > LARGE_OFFICE):
        annual.warn(row, "rented_area", phrase("an office of {} m²", format(area[row] / facts.AREA, ",.10g")), "check the area, in m²")
    for row in _rows((area > 0) & (area < SMALL_OFFICE)):
        size = format(area[row] / facts.AREA, ",.10g")
        annual.warn(row, "rented_area", phrase("an office of only {} m²", size), "check the area, in m²")
    for row in _rows(rent > HIGH_RENT):
        annual.warn(
            row,
            "rent",
            phrase("a rent of {} CNY per m² and month", format(rent[row] / facts.RENT, ",.10g")),
            "write the rent of one m² and one month",
        )
    for row in _rows((rent > 0) & (rent < LOW_RENT)):
        annual.warn(
            row,
            "rent",
            phrase("a rent of only {} CNY per m² and month", format(rent[row] / facts.RENT, ",.10g")),
            "write the rent of one m² and one month",
        )
    sales, online = annual.numbers("sales"), annual.numbers("online_sales")
    for row in _rows((online > sales) & annual.known("sales")):
        annual.warn(
            row,
            "online_sales",
            phrase("online sales {} are above all sales {}", format(yuan(online[row]), ","), format(yuan(sales[row]), ",")),
            "check both",
        )
    bare = (annual.numbers("building_recognised") == 1) & (annual.numbers("building_area") == 0)
    for row in _rows(bare & annual.known("building_area")):
        annual.warn(
            row,
            "building_recognised",
            "a model building without an area",
            "write building_area (楼宇办公面积)",
        )


def about_merged(annual: Checked, owners: np.ndarray) -> None:
    """Warn of columns that are filled in the first row of every enterprise and nowhere else: so merged cells look in a text file."""
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    long = np.flatnonzero(np.diff(starts, append=len(owners)) > 1)
    if len(long) < FEW or len(np.unique(owners[starts])) < len(starts):
        return
    first = set(starts.tolist())
    for name, position in annual.positions.items():
        texts = annual.raw.columns[position]
        if name not in KEYS and all(bool(plain(texts[row])) == (row in first) for row in range(len(owners))):
            annual.warn(
                int(starts[long[0]]) + 1,
                name,
                "is filled in the first row of each enterprise only; the other rows are read as none",
                "if the cells were merged, write the value in each row",
            )


def about_closed(enterprises: Checked, annual: Checked, owners: np.ndarray) -> None:
    """Warn of taxes in a year after the one an enterprise was struck off in.

    owners: the enterprise of each row of `annual`.
    """
    if "closed_on" not in enterprises.positions:
        return
    closed = enterprises.numbers("closed_on")[owners]
    taxed = np.any([annual.numbers(name) > 0 for name in ("vat", "business_tax", "income_tax")], axis=0)
    for row in _rows(taxed & (closed > 0) & (annual.numbers("year") > closed // 10_000)):
        annual.warn(
            row,
            "year",
            phrase("taxes of an enterprise struck off on {}", iso(int(closed[row]))),
            "check closed_on (注销日期) and the taxes",
        )


def _rows(chosen: np.ndarray) -> list[int]:
    return np.flatnonzero(chosen).tolist()


def about_gaps(annual: Checked, ids: np.ndarray, present: np.ndarray, first_year: int) -> None:
    """Warn, once per enterprise, of years without a row between two years with one.

    present: 1 where the register has a row, enterprises × years.
    """
    rows = np.cumsum(present, axis=1)
    inside = (present == 0) & (rows > 0) & (rows < rows[:, -1:])
    for owner in np.flatnonzero(inside.any(axis=1)):
        years = _spans([first_year + int(place) for place in np.flatnonzero(inside[owner])])
        annual.warnings.append(
            Problem(
                annual.raw.label,
                phrase("{}: enterprise-year absent: {}", shown(ids[owner]), years),
                "add the rows; a year without a row is no base for an increment over the year before",
                "warning",
            )
        )


def _spans(years: list[int]) -> str:
    """Years in words.

    >>> _spans([2012, 2014, 2015, 2016])
    '2012, 2014–2016'
    """
    spans: list[list[int]] = []
    for year in years:
        if spans and spans[-1][1] == year - 1:
            spans[-1][1] = year
        else:
            spans.append([year, year])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans)
