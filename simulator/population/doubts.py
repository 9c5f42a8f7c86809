"""What is possible but unlikely between rows and tables: warnings."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from simulator import facts
from simulator.errors import Problem
from simulator.money import FEN, yuan
from simulator.phrases import phrase
from simulator.population.cells import shown
from simulator.population.checked import KEYS, Checked
from simulator.population.column import plain
from simulator.population.magnitude import BANDS, grows_with
from simulator.population.raw import Later
from simulator.population.schema import BELIEVED_AREA, BELIEVED_RENT
from simulator.population.spelling import iso

TIMES, APART, UNPAID = 30, 1000, 5000  # of what an enterprise has; of amounts of two years; of capital to what is paid in
HEAVY = ("registered_capital", "paid_in_capital", "sales", "online_sales")  # of which one may be a thousand times another's
TAXES, TINY = ("vat", "business_tax", "income_tax", "retained_tax", "district_contribution"), 100_000  # of the sales of the year
NARROW = ("line_lease", "entry_fee", "membership_income", "amount")  # whose bands hold for a single amount
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


def about_amounts(tables: Mapping[str, Checked], owners: Mapping[str, np.ndarray]) -> None:
    """Warn of single amounts that look like 元 among 万元, or the other way round: out of all proportion to the enterprise, to its other
    years, or to what such an amount can be. A whole column is asked about in `magnitude`."""
    enterprises, annual = tables["enterprises"], tables["annual"]
    most = np.maximum(enterprises.numbers("registered_capital"), enterprises.numbers("paid_in_capital"))
    np.maximum.at(most, owners["annual"], annual.numbers("sales"))
    for table, checked in tables.items():
        of = None if table == "enterprises" else owners[table]
        for column in checked.table.columns:
            unit = checked.units.get(column.name)
            if column.kind != "money" or column.unit != "CNY" or column.name not in checked.positions or (unit and unit.is_settled):
                continue
            amounts, name = checked.numbers(column.name), column.name
            if checked is annual and name not in NARROW:
                odd = _between_years(amounts, owners["annual"], annual.numbers("year"))
                _tell_odd(checked, name, odd, "{} of {} is a thousand times another year's of the same enterprise, or more")
            if name in HEAVY or grows_with(name) in HEAVY:
                continue
            if name in TAXES:
                sales = annual.numbers("sales")
                odd = (amounts > 0) & (sales > 0) & ((amounts > sales) | (amounts < sales // TINY))
                _tell_odd(checked, name, odd, "{} of {} is more than the sales of the year, or next to nothing beside them")
            believed = most if of is None else most[of]
            large = (amounts > TIMES * believed) & (believed > 0)
            _tell_odd(checked, name, large, "{} of {} is more than thirty times the enterprise's capital and sales")
            low, high = BANDS.get(name if table in ("enterprises", "annual") else f"{table}.{name}", (0, np.inf))
            if name in NARROW:
                outside = ((amounts > high * FEN) | (amounts > 0) & (amounts < low * FEN)) & ~large
                _tell_odd(checked, name, outside, "{} of {} is outside what is believable")
    both = enterprises.numbers("paid_in_capital") > 0
    odd = both & (enterprises.numbers("registered_capital") // UNPAID > enterprises.numbers("paid_in_capital"))
    _tell_odd(enterprises, "registered_capital", odd, "{} of {} is five thousand times the paid-in capital, or more")


def _between_years(amounts: np.ndarray, owners: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Rows whose amount is a thousand times that of the enterprise's row of the year before or after it."""
    order = np.lexsort((years, owners))
    of, amount = owners[order], amounts[order]
    same = (of[1:] == of[:-1]) & (amount[1:] > 0) & (amount[:-1] > 0)
    odd = np.zeros(len(amounts), bool)
    odd[order[1:][same & (amount[1:] > APART * amount[:-1])]] = True
    odd[order[:-1][same & (amount[:-1] > APART * amount[1:])]] = True
    return odd


def _tell_odd(checked: Checked, name: str, odd: np.ndarray, cause: str) -> None:
    """Once for a column, with the first of the cells."""
    if odd.any():
        row = int(odd.argmax())
        said = phrase(cause, format(yuan(int(checked.numbers(name)[row])), ","), checked.table.column(name).label)
        said = phrase("{}; {} cell(s) in all", said, int(odd.sum()))
        checked.warn(row, name, said, phrase("if it is another unit, say --unit {}=元 or 万元", name))


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
        texts = texts.read() if isinstance(texts, Later) else texts
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
    rows = np.cumsum(present, axis=1, dtype=np.int16)
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
