"""Is a whole column written in 万元 where 元 is meant, or the other way round? Implausible magnitudes stop and ask.

A column of capital, sales or taxes is judged by medians, which one odd enterprise does not move: by itself, against the
columns it belongs with, and from year to year. The bands lie two decades and more around what registers show, half way
to a slip of 10 000 (RELIABILITY bar E3; `tests/population/test_magnitude.py` measures hits and false alarms).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np

from simulator.money import FEN
from simulator.phrases import phrase
from simulator.population.checked import Checked
from simulator.population.column import Column
from simulator.population.schema import contract

FEWEST = 8  # values below which a median says too little
FEW = 3  # values from which on it is odd, though no proof, that all lie outside the band
BANDS = {  # where the median of the positive amounts lies, CNY
    "registered_capital": (3e3, 5e8),
    "paid_in_capital": (2e3, 5e8),
    "sales": (8e3, 2e9),
    "online_sales": (5e3, 2e9),
    "vat": (50, 3e7),
    "business_tax": (50, 3e7),
    "income_tax": (20, 3e7),
    "retained_tax": (20, 2e7),
    "district_contribution": (20, 2e7),
    "line_lease": (100, 5e6),
    "entry_fee": (20, 1e6),
    "membership_income": (2e3, 1e9),
    "existing_support.amount": (100, 2e7),
    "paid.amount": (100, 2e7),
}
OWN = 100, 1e9  # of a fact that a policy adds; where it grows with one of these, it is believed from that one's least on
FAR = 5  # times outside its band a few amounts, too, are no accident
PAIRS = {  # where the median of the ratio of the first to the second lies
    ("paid_in_capital", "registered_capital"): (5e-3, 50),
    ("online_sales", "sales"): (2e-3, 50),
    ("vat", "sales"): (5e-5, 2),
    ("business_tax", "sales"): (5e-5, 2),
    ("income_tax", "sales"): (2e-5, 2),
    ("retained_tax", "sales"): (1e-5, 1),
    ("district_contribution", "retained_tax"): (5e-3, 200),
    ("income_tax", "vat"): (5e-3, 300),
    ("retained_tax", "vat"): (4e-3, 60),
    ("paid_in_capital", "sales"): (2e-3, 200),
    ("registered_capital", "sales"): (3e-3, 300),
}
YEARLY = (4e-3, 250)  # an enterprise's amount against its amount of the year before, median over enterprises
_ENTERPRISE = ("registered_capital", "paid_in_capital")
_YEARLY = ("sales", "online_sales", "vat", "business_tax", "income_tax", "retained_tax", "district_contribution")


@dataclass(frozen=True)
class Doubt:
    """A column that seems to be in another unit; a pair in which either may be; or a year out of line with the one
    before. value: the median found; low, high: where it would be believed."""

    columns: tuple[str, ...]
    value: float
    low: float
    high: float
    year: int = 0


def grows_with(name: str) -> str:
    """The column that a fact of the policy's own moves with; "" of any other."""
    return next((fact.grows for fact in contract().policy.facts if fact.name == name), "")


def band_of(name: str) -> tuple[float, float]:
    """Where the median of a column is believed, CNY."""
    return BANDS.get(name) or (BANDS.get(grows_with(name), OWN)[0], OWN[1])


def doubts(columns: Mapping[str, np.ndarray], owners: np.ndarray, years: np.ndarray) -> list[Doubt]:
    """What is implausible about amounts in CNY (0 or less: none or not known).

    columns: capital by enterprise, sales and taxes by row of `annual`; owners, years: of those rows.
    """
    found = [
        Doubt((name,), median, *band)
        for name, band in ((name, band_of(name)) for name in columns)
        if (median := _median(columns[name])) is not None and not band[0] <= median <= band[1]
    ]
    alone = {doubt.columns[0] for doubt in found}
    for (above, below), band in PAIRS.items():
        if above in columns and below in columns and not alone & {above, below}:
            first, second = columns[above], columns[below]
            if above in _ENTERPRISE and below not in _ENTERPRISE:
                first = first[owners]
            ratio = np.divide(first, second, out=np.zeros(len(first)), where=(first > 0) & (second > 0))
            median = _median(ratio)
            if median is not None and not band[0] <= median <= band[1]:
                found.append(Doubt((above, below), median, *band))
    for name in _YEARLY:
        if name in columns:
            found += _between_years(name, columns[name], owners, years)
    return found


def _median(values: np.ndarray) -> float | None:
    """The median of the positive values, None where there are too few."""
    positive = values[values > 0]
    return float(np.median(positive)) if len(positive) >= FEWEST else None


def _between_years(name: str, values: np.ndarray, owners: np.ndarray, years: np.ndarray) -> list[Doubt]:
    found = []
    seen = {}
    for year in np.unique(years).tolist():
        at = years == year
        seen[year] = np.zeros(int(owners.max(initial=0)) + 1)
        seen[year][owners[at]] = values[at]
        before = seen.get(year - 1)
        if before is None:
            continue
        both = (seen[year] > 0) & (before > 0)
        median = _median(seen[year][both] / before[both])
        if median is not None and not YEARLY[0] <= median <= YEARLY[1]:
            found.append(Doubt((name,), median, *YEARLY, year=year))
    return found


def check_magnitudes(tables: Mapping[str, Checked], owners: np.ndarray) -> None:
    """Faults for the columns of implausible magnitude whose unit the user has not answered (`--unit`).

    owners: the enterprise of each row of `annual`, −1 where unusable.
    """
    enterprises, annual = tables["enterprises"], tables["annual"]
    usable = owners >= 0
    columns: dict[str, np.ndarray] = {}
    holders: dict[str, Checked] = {}
    own = {
        column.name: checked
        for checked in (enterprises, annual)
        for column in checked.table.columns
        if column.kind == "money" and column.unit == "CNY" and column.name not in BANDS
    }
    for name in (*BANDS, *own):
        owner, _, column = name.rpartition(".")
        checked = tables.get(owner) if owner else enterprises if name in _ENTERPRISE else own.get(name, annual)
        if checked is not None and column in checked.positions:
            values = np.where(checked.known(column), checked.numbers(column), 0) / FEN
            columns[name] = values if usable.all() or checked is not annual else values[usable]
            holders[name] = checked
    answered = {
        name for name, checked in holders.items() if (unit := checked.units.get(name.rpartition(".")[2])) is not None and unit.is_settled
    }
    for name, values in columns.items():
        if name not in answered and _all_odd(name, values):
            checked, column = holders[name], name.rpartition(".")[2]
            word = checked.units[column].word if column in checked.units else "元"
            low, high = band_of(name)
            cause = phrase(
                "the few amounts of {} all lie outside what is believable, {} to {} CNY, read as {}",
                checked.table.column(column).label,
                format(low, ",.0f"),
                format(high, ",.0f"),
                word,
            )
            # a few small amounts may be so; a few that are far too large are paid for
            far = name not in (*_ENTERPRISE, *_YEARLY) and "." not in name and values.max(initial=0) > high and _all_odd(name, values, FAR)
            (checked.fault if far else checked.warn)(-1, column, cause, phrase("if it is another unit, say --unit {}=元 or 万元", name))
    together: dict[tuple[str, ...], list[tuple[Doubt, list[str]]]] = {}  # columns of a table that are read in one unit, all too large
    for doubt in doubts(columns, owners[usable], annual.numbers("year")[usable]):
        if asked := [name for name in doubt.columns if name not in answered]:
            unit = holders[asked[0]].units.get(asked[0].rpartition(".")[2])
            alone = len(doubt.columns) > 1 or doubt.year or (unit is not None and unit.where == "header")
            read = (str(doubt),) if alone else (unit.where, unit.word) if unit else ()
            together.setdefault((holders[asked[0]].table.name, f"{doubt.value < doubt.low}", *read), []).append((doubt, asked))
    for found in together.values():
        doubt, asked = found[0]
        _ask(holders[asked[0]], doubt, asked, [holders[name].table.column(name) for _, (name,) in found[1:]])


def _figure(value: float) -> str:
    """Three digits that count, without an exponent.

    >>> _figure(2e-05), _figure(7111.2)
    ('0.00002', '7,110')
    """
    return f"{float(f'{value:.3g}'):,.12f}".rstrip("0").rstrip(".")


def _all_odd(name: str, values: np.ndarray, times: float = 1) -> bool:
    """Whether the amounts are too few for a median, and all lie on one side of what is believed of one; times: so far outside."""
    positive = values[values > 0]
    # what is paid or paid for is read in its unit, however few; but one small amount may be so
    low, high = band_of(name)
    few = FEW if name in (*_ENTERPRISE, *_YEARLY) else 1 if values.max(initial=0) > high else 2
    if not few <= len(positive) < FEWEST:
        return False
    return bool(positive.max() * times < low or positive.min() > high * times)


def _ask(checked: Checked, doubt: Doubt, asked: list[str], others: list[Column]) -> None:
    """others: columns of the table that are out of line as well and read in the same unit, which is said elsewhere or nowhere."""
    first = checked.table.column(asked[0].rpartition(".")[2])
    unit = checked.units[first.name].word if first.name in checked.units else "元"
    if doubt.year:
        cause = phrase(
            "{} of {} is {} times that of {} (median); one of the two years seems to be in another unit",
            first.label,
            doubt.year,
            _figure(doubt.value),
            doubt.year - 1,
        )
        remedy = phrase("correct the year; if it is right as it stands, say --unit {}={}", first.name, unit)
    elif len(doubt.columns) == 2:
        cause = phrase(
            "{} is {} of {} (median), believable from {} to {}; one of the two seems to be in another unit than read ({})",
            doubt.columns[0],
            _figure(doubt.value),
            doubt.columns[1],
            _figure(doubt.low),
            _figure(doubt.high),
            unit,
        )
        remedy = phrase(
            "say the units: {}",
            reduce(lambda before, one: phrase("{} {}", before, one), (phrase("--unit {}=元 or 万元", name) for name in asked)),
        )
    else:
        cause = phrase(
            "the median of {} is {} CNY, read as {}; believable from {} to {}",
            first.label,
            format(doubt.value, ",.0f"),
            unit,
            format(doubt.low, ",.0f"),
            format(doubt.high, ",.0f"),
        )
        remedy = phrase("say the unit: --unit {}=元 or 万元", asked[0])
        if others:
            cause = phrase("{}; {} other column(s) are out of line, too: {}", cause, len(others), ", ".join(c.label for c in others))
            remedy = phrase("write the right unit into their headers, or say it for each: --unit {}=元 or 万元", asked[0])
    position = checked.positions[first.name]
    checked.faults.append((-1, position, checked.raw.problem(-1, position, cause, remedy, "error", first)))
