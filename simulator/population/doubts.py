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
_EXAMPLE = re.compile("示例|范例|举例|填写样|[XxＸ×]{2,}(?:公司|企业|有限)|某某")
LIMITS = (  # below the first and above the second it is hard to believe: written in another unit, as 亩 or 万元
    ("rented_area", facts.AREA, 1, BELIEVED_AREA, "an office of {} m²", "an office of only {} m²", "check the area, in m²"),
    (
        "rent",
        facts.RENT,
        1,
        BELIEVED_RENT,
        "a rent of {} CNY per m² and month",
        "a rent of only {} CNY per m² and month",
        "write the rent of one m² and one month",
    ),
)


def about_enterprises(enterprises: Checked) -> None:
    """Warn of capital that does not fit together."""
    _tell_above(enterprises, "paid_in_capital", "registered_capital", "paid-in capital {} is above the registered {}")


def _tell_above(checked: Checked, part: str, whole: str, cause: str) -> None:
    """Warn of amounts that are above what they are a part of."""
    parts, wholes = checked.numbers(part), checked.numbers(whole)
    for row in _rows((parts > wholes) & checked.known(whole)):
        checked.warn(row, part, phrase(cause, format(yuan(parts[row]), ","), format(yuan(wholes[row]), ",")), "check both")


def about_examples(enterprises: Checked) -> None:
    """Warn of enterprises whose name says that they show how to fill in, where the others are real."""
    if "name" in enterprises.positions:
        rows = [row for row, name in enumerate(enterprises.texts("name")) if _EXAMPLE.search(name)]
        for row in rows if 2 * len(rows) <= len(enterprises) else []:
            name = enterprises.texts("name")[row]
            cause = phrase("{} seems to be an example of how to fill in; it is counted", shown(name))
            enterprises.warn(row, "name", cause, "remove the row if it is one")


def about_annual(annual: Checked) -> None:
    """Warn of offices, rents, sales and buildings that are hard to believe."""
    for name, unit, low, high, much, little, remedy in LIMITS:
        values = annual.numbers(name)
        for cause, rows in ((much, values > high * unit), (little, (values > 0) & (values < low * unit))):
            for row in _rows(rows):
                annual.warn(row, name, phrase(cause, format(values[row] / unit, ",.10g")), remedy)
    _tell_above(annual, "online_sales", "sales", "online sales {} are above all sales {}")
    bare = (annual.numbers("building_recognised") == 1) & (annual.numbers("building_area") == 0)
    for row in _rows(bare & annual.known("building_area")):
        annual.warn(row, "building_recognised", "a model building without an area", "write building_area (楼宇办公面积)")


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
            cause = "is filled in the first row of each enterprise only; the other rows are read as none"
            annual.warn(int(starts[long[0]]) + 1, name, cause, "if the cells were merged, write the value in each row")


def about_closed(enterprises: Checked, annual: Checked, owners: np.ndarray) -> None:
    """Warn of taxes in a year after the one an enterprise was struck off in.

    owners: the enterprise of each row of `annual`.
    """
    if "closed_on" not in enterprises.positions:
        return
    closed = enterprises.numbers("closed_on")[owners]
    taxed = np.any([annual.numbers(name) > 0 for name in ("vat", "business_tax", "income_tax")], axis=0)
    for row in _rows(taxed & (closed > 0) & (annual.numbers("year") > closed // 10_000)):
        cause = phrase("taxes of an enterprise struck off on {}", iso(int(closed[row])))
        annual.warn(row, "year", cause, "check closed_on (注销日期) and the taxes")


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
        cause = phrase("{}: enterprise-year absent: {}", shown(ids[owner]), years)
        remedy = "add the rows; a year without a row is no base for an increment over the year before"
        annual.warnings.append(Problem(annual.raw.label, cause, remedy, "warning"))


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
