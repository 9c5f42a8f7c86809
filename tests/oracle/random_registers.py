"""Registers to compare readings on: random ones crowded with edge values, and the hand-chosen cases.

`random_register` draws enterprises that stand on, just under and just over every number of the law, with
dates on the edges of term, years and February, gaps and blanks in their rows, existing support that is a
fen below, equal to or a fen above the award, and optionally a `paid` table. `write_csv` puts a register on
disk. `case_registers` reads the worked cases: facts a case does not give are blank, 0 or false, a
`retained_tax` it does not give is 0, and an explicit null is a blank cell.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.oracle.reading import (
    ANNUAL_COLUMNS,
    CLAUSES,
    DEFAULT_TERMS,
    EDGES,
    ENTERPRISE_COLUMNS,
    PAID_COLUMNS,
    PAYERS,
    READINGS,
    SUPPORT_COLUMNS,
    Key,
    Register,
    Row,
    assess,
)

CENT = Decimal("0.01")
FIRST_YEAR, LAST_YEAR = 2011, 2018
CLAUSE_OF_SLUG = {slug: clause for clause, slug in CLAUSES.items()}

EDGE_DAYS = [
    date(2011, 12, 31), date(2012, 2, 28), date(2012, 2, 29), date(2012, 3, 1),
    date(2012, 12, 1), date(2012, 12, 31), date(2013, 1, 1), date(2013, 1, 2), date(2013, 2, 28),
    date(2013, 6, 15), date(2013, 12, 1), date(2013, 12, 31), date(2014, 1, 1), date(2014, 2, 28),
    date(2014, 7, 15), date(2014, 12, 31), date(2015, 1, 1), date(2015, 12, 1), date(2015, 12, 30),
    date(2015, 12, 31), date(2016, 1, 1), date(2016, 2, 29), date(2016, 12, 31), date(2017, 2, 28),
]  # fmt: skip


# ----------------------------------------------------------------------------------------- small draws


def _chance(rng: random.Random, probability: float) -> bool:
    return rng.random() < probability


def _fens(number: int) -> Decimal:
    return Decimal(number) / 100


def _money(rng: random.Random, low: int, high: int) -> Decimal:
    """Any amount between whole yuan, to the fen."""
    return _fens(rng.randint(low * 100, high * 100))


def _around(rng: random.Random, numbers: list[Any], step: Decimal = CENT) -> Decimal:
    """One of the numbers, or the step under or over it."""
    return Decimal(rng.choice(numbers)) + rng.choice([-step, Decimal(0), step])


def _half_fen_maker(rng: random.Random, low: int, high: int) -> Decimal:
    """An amount ending in 5 fen: 30 % and 50 % of it end in half a fen."""
    return _fens(rng.randint(low, high) * 10 + 5)


def _day(rng: random.Random) -> date:
    """A date: often an edge, mostly around the term, at times far off it."""
    which = rng.random()
    if which < 0.35:
        return rng.choice(EDGE_DAYS)
    if which < 0.85:
        return date(2012, 1, 1) + timedelta(days=rng.randrange(5 * 365))
    return date(2010, 1, 1) + timedelta(days=rng.randrange(10 * 365))


def _day_in_term(rng: random.Random) -> date:
    return date(2013, 1, 1) + timedelta(days=rng.randrange(3 * 365))


def _with_blanks(rng: random.Random, row: Row, probability: float, kept: tuple[str, ...]) -> Row:
    """The row with some cells blank, as None or as an absent key."""
    blanked: Row = {}
    for column, value in row.items():
        if column in kept or not _chance(rng, probability):
            blanked[column] = value
        elif _chance(rng, 0.5):
            blanked[column] = None
    return blanked


# ----------------------------------------------------------------------------------- one random enterprise


def _random_enterprise(rng: random.Random, number: int) -> Row:
    identity = f"{number:09d}" if number % 7 == 3 else f"E{number:07d}"  # some all digits, with leading zeros
    settled = rng.choice([_day, _day_in_term])(rng) if _chance(rng, 0.65) else None
    if settled is not None and _chance(rng, 0.5):
        leased = settled + timedelta(days=rng.randint(-500, 500))
    else:
        leased = _day(rng)
    capital = rng.choice(
        [
            _around(rng, [10_000_000, 30_000_000]),
            _around(rng, [10_000_000, 30_000_000]),
            _around(rng, [Decimal("33333333.33"), 100_000_000], Decimal("0.34")),  # clauses 1 and 2 tie
            Decimal(rng.randint(1, 60_000_000)) + Decimal("0.5"),  # 3 % of it ends in half a fen
            _money(rng, 0, 50_000_000),
        ]
    )
    row: Row = {
        "enterprise_id": identity,
        "name": rng.choice([None, f"企业{number}", f'"{number}", trading']),
        "settled_on": settled,
        "registered_capital": rng.choice([_around(rng, [2_000_000]), _money(rng, 0, 9_000_000), capital]),
        "paid_in_capital": capital,
        "ecommerce": _chance(rng, 0.6),
        "online_retailer": _chance(rng, 0.7),
        "headquarters": rng.choice(["none", "regional", "regional", "national", "national", None]),
        "o2o": _chance(rng, 0.7),
        "certified_on": _day(rng) if _chance(rng, 0.6) else None,
        "spun_off_on": _day(rng) if _chance(rng, 0.45) else None,
        "lease_started_on": leased if _chance(rng, 0.7) else None,
        "building_opened_on": _day(rng) if _chance(rng, 0.5) else None,
        "accounts_sound": rng.choice([True, None]) if _chance(rng, 0.93) else False,
        "unsound_on": _violation(rng) if _chance(rng, 0.2) else None,
        "founded_locally": _chance(rng, 0.4),
        "violated_on": _violation(rng) if _chance(rng, 0.25) else None,
    }
    return _with_blanks(rng, row, 0.03, kept=("enterprise_id",))


def _violation(rng: random.Random) -> date:
    """A violation before, in or after the assessed years, more often after some awards have been paid."""
    if _chance(rng, 0.6):
        return date(2013, 1, 1) + timedelta(days=rng.randrange(5 * 365))
    return rng.choice([_day(rng), date(2019, 3, 4), date(2010, 5, 6)])


# ---------------------------------------------------------------------------------------- its annual rows


def _next_tax(rng: random.Random, before: Decimal) -> Decimal:
    """A year's retained tax that often hits a band's edge or grows by an amount with half-fen shares."""
    which = rng.random()
    if which < 0.30:
        return _around(rng, [50_000, 300_000])
    if which < 0.65:
        return before + _half_fen_maker(rng, 1, 1_500_000)
    if which < 0.75:
        return max(Decimal(0), before - _money(rng, 0, 60_000))
    if which < 0.83:
        return before
    if which < 0.90:
        return before + rng.choice([CENT, CENT * 2])  # the rebate may round to nothing or to one fen
    return _money(rng, 0, 700_000)


def _taxes_making(rng: random.Random, target: Decimal, year: int) -> Row:
    """Taxes whose district share is the target, or within a fen or a half of it."""
    vat_share = {True: "0.25", False: "0.5"}[year <= 2015] if year != 2016 else "0.4167"
    shares = {"vat": Decimal(vat_share), "business_tax": Decimal(1), "income_tax": Decimal("0.40")}
    main = rng.choice(list(shares))
    taxes: Row = {tax: rng.choice([None, Decimal(0)]) for tax in shares}
    if _chance(rng, 0.3):
        other = rng.choice([tax for tax in shares if tax != main])
        taxes[other] = _money(rng, 0, 40_000)
        target = max(Decimal(0), target - taxes[other] * shares[other] / 2)
    exact = target / (shares[main] / 2)
    wanted = exact.quantize(CENT) + rng.choice([-4, -2, -1, 0, 0, 0, 1, 2, 4]) * CENT
    taxes[main] = max(Decimal(0), wanted)
    return taxes


def _next_members(rng: random.Random, before: int) -> int:
    which = rng.random()
    if which < 0.55:
        return rng.choice([1000, 2000, 5000]) + rng.choice([-1, 0, 1])
    if which < 0.85:
        return before + rng.randint(0, 2500)
    return max(0, before - rng.randint(0, 3000))


def _line_lease(rng: random.Random) -> Decimal | None:
    which = rng.random()
    if which < 0.35:
        return _half_fen_maker(rng, 1, 3_000_000)
    if which < 0.50:
        return _around(rng, [Decimal("666666.67"), Decimal("666666.66"), 700_000])  # 30 % at the cap
    if which < 0.55:
        return rng.choice([CENT, CENT * 2])  # 30 % rounds to 0 and to one fen
    return _money(rng, 0, 900_000) if which < 0.80 else None


def _random_rows(rng: random.Random, enterprise: Row, last_year: int) -> list[Row]:
    rows = []
    tax = rng.choice([Decimal(0), _around(rng, [50_000]), _money(rng, 0, 300_000)])
    members = rng.choice([0, 900, 1500, rng.randint(0, 6000)])
    gap = rng.choice([0.0, 0.1, 0.35])
    settled = enterprise.get("settled_on")
    born = settled.year if settled is not None and _chance(rng, 0.6) else FIRST_YEAR
    for year in range(FIRST_YEAR, last_year + 1):
        before = tax
        tax, members = _next_tax(rng, tax), _next_members(rng, members)
        if year < born or _chance(rng, gap):
            continue
        sales = _money(rng, 0, 80_000_000)
        row: Row = {
            "enterprise_id": enterprise["enterprise_id"],
            "year": year,
            "sales": sales,
            "online_sales": (sales * rng.choice([0, 1, Decimal("0.5")])).quantize(CENT),
            "vat": _money(rng, 0, 500_000) if _chance(rng, 0.3) else None,
            "business_tax": None,
            "income_tax": _money(rng, 0, 300_000) if _chance(rng, 0.3) else None,
            "retained_tax": tax,
            "district_contribution": None,
            "rented_area": rng.choice([_around(rng, [500]), _money(rng, 0, 700), _money(rng, 20, 300)]),
            "rent": _money(rng, 0, 120),
            "designated_building": _chance(rng, 0.75),
            "line_lease": _line_lease(rng),
            "entry_fee": rng.choice([None, Decimal(0), CENT, _money(rng, 0, 60_000), _money(rng, 0, 60_000)]),
            "trades_locally": _chance(rng, 0.7),
            "membership_income": rng.choice([None, _around(rng, [1_000_000]), _money(rng, 0, 3_000_000), Decimal(2_000_000)]),
            "paid_members": members,
            "building_area": rng.choice([_around(rng, [5000]), _money(rng, 4900, 9000)]),
            "building_occupancy": rng.choice(
                [
                    _around(rng, [Decimal("0.8")], Decimal("0.0001")),
                    Decimal(rng.randint(7000, 10_000)) / 10_000,
                ]
            ),
            "building_recognised": _chance(rng, 0.6),
            "executive_children": rng.choice([0, 0, 1, 2, 3]),
            "employees": rng.randint(0, 300),
        }
        if _chance(rng, 0.3):
            row["retained_tax"] = None
            row.update(_taxes_making(rng, tax, year))
        if _chance(rng, 0.3):
            edge = _around(rng, [50_000, 300_000])
            row["district_contribution"] = rng.choice([edge, edge, before, _money(rng, 0, 600_000)])
        if _chance(rng, 0.03):
            row = dict.fromkeys(row) | {"enterprise_id": row["enterprise_id"], "year": year}
        rows.append(_with_blanks(rng, row, 0.04, kept=("enterprise_id", "year")))
    return rows


# ----------------------------------------------------------------------------- existing support and payments


def _cash_awards(awards: dict[Key, Decimal]) -> dict[str, list[tuple[int, int, Decimal]]]:
    """(year, clause, amount) of the cash awards, by enterprise."""
    by_firm: dict[str, list[tuple[int, int, Decimal]]] = {}
    for (identity, year, slug), amount in awards.items():
        clause = CLAUSE_OF_SLUG.get(slug)
        if clause is not None and clause <= 10:
            by_firm.setdefault(identity, []).append((year, clause, amount))
    return by_firm


def _support_rows(rng: random.Random, identity: str, year: int, clause: int, total: Decimal) -> list[Row]:
    """The total in one to three rows, of any payers; a blank or absent payer now and then."""
    parts = []
    for _ in range(rng.choice([0, 0, 0, 1, 2])):
        part = _fens(rng.randint(0, max(0, int(total * 100))))
        parts.append(part)
        total -= part
    rows = []
    for part in [*parts, total]:
        row: Row = {"enterprise_id": identity, "year": year, "clause": clause, "amount": part}
        payer = rng.choice([*PAYERS, "district", None, "absent"])
        if payer != "absent":
            row["payer"] = payer
        rows.append(row)
    return rows


def _add_existing_support(rng: random.Random, register: Register, readings: dict[str, str]) -> None:
    """Support for about every fifth enterprise, mostly about as high as an award it would get."""
    awards = _cash_awards(assess(register, readings=readings).awards)
    last_year = max((row["year"] for row in register.annual), default=LAST_YEAR)
    for enterprise in register.enterprises:
        if not _chance(rng, 0.2):
            continue
        identity = enterprise["enterprise_id"]
        totals: dict[tuple[int, int], Decimal] = {}
        for year, clause, amount in awards.get(identity, []):
            if _chance(rng, 0.5):
                near = amount + rng.choice([-CENT, Decimal(0), CENT])
                total = rng.choice([near, near, _fens(int(amount * 50)), amount * 2, Decimal(0)])
                totals[year, clause] = total
                if _chance(rng, 0.3):
                    totals[year + 1, clause] = rng.choice([total, amount])
        for _ in range(rng.choice([0, 1, 1, 2])):
            year, clause = rng.randint(2012, last_year), rng.randint(1, 10)
            if (year, clause) not in totals:
                fixed = Decimal(rng.choice([20_000, 50_000, 100_000, 150_000, 200_000]))
                totals[year, clause] = rng.choice([fixed, _money(rng, 0, 100_000)])
        for (year, clause), total in totals.items():
            register.existing_support.extend(_support_rows(rng, identity, year, clause, total))
    rng.shuffle(register.existing_support)


def _add_paid(rng: random.Random, register: Register, readings: dict[str, str]) -> None:
    """A `paid` table up to 2013 or 2014: awards as assessed, and as they come out in life.

    Some amounts differ, some payments are missing or came a year off, some were made for no reason. One row
    for each enterprise, year and clause: the rules do not say that payments may come in several rows.
    """
    last_paid = rng.choice([2013, 2014])
    awards = _cash_awards(assess(register, readings=readings).awards)
    for enterprise in register.enterprises:
        identity = enterprise["enterprise_id"]
        paid: dict[tuple[int, int], Decimal] = {}
        for year, clause, amount in awards.get(identity, []):
            what = rng.random()
            if what < 0.12:
                continue
            if what < 0.25:
                half = _fens(int(amount * 50))
                amount = rng.choice([amount + CENT, amount - CENT, half, _money(rng, 1, 90_000)])
            if what > 0.92:
                year += rng.choice([-1, 1])
            if 2013 <= year <= last_paid and amount > 0:
                paid[year, clause] = amount
        if _chance(rng, 0.15):
            year, clause = rng.randint(2013, last_paid), rng.randint(1, 10)
            tiers_add_up_to = [50_000, 100_000, 150_000, 200_000, 250_000, 300_000, 350_000]
            paid[year, clause] = Decimal(rng.choice([*tiers_add_up_to, "49999.99", "120000.5"]))
        for (year, clause), amount in paid.items():
            row = {"enterprise_id": identity, "year": year, "clause": clause, "amount": amount}
            register.paid.append(row)
    if register.enterprises and all(row["year"] < last_paid for row in register.paid):
        someone = rng.choice(register.enterprises)["enterprise_id"]
        register.paid.append({"enterprise_id": someone, "year": last_paid, "clause": 7, "amount": Decimal("1234.56")})
    rng.shuffle(register.paid)


# ---------------------------------------------------------------------------------------------- public draws


def random_register(n: int, seed: int, with_paid: bool = False) -> Register:
    """A register of n enterprises; the same for the same arguments."""
    rng = random.Random(seed)
    register = Register()
    last_year = rng.choice([2015, 2016, 2017, LAST_YEAR, LAST_YEAR, LAST_YEAR])
    for number in range(n):
        enterprise = _random_enterprise(rng, number)
        register.enterprises.append(enterprise)
        register.annual.extend(_random_rows(rng, enterprise, last_year))
    rng.shuffle(register.annual)
    readings = {} if _chance(rng, 0.6) else random_readings(rng)
    _add_existing_support(rng, register, readings)
    if with_paid:
        _add_paid(rng, register, readings)
    return register


def random_readings(rng: random.Random) -> dict[str, str]:
    """A reading for every interpretation switch."""
    return {switch: rng.choice(values) for switch, values in READINGS.items()}


def random_terms(rng: random.Random, share: float = 0.2) -> dict[str, Decimal | str]:
    """Other numbers and edges for about this share of the law's terms, still in a sensible order."""
    chosen: dict[str, Decimal | str] = {}
    for name, value in DEFAULT_TERMS.items():
        if not _chance(rng, share):
            continue
        if name.endswith(".edge"):
            chosen[name] = rng.choice(EDGES)
        elif name.endswith((".months", ".years")):
            chosen[name] = Decimal(rng.choice([12, 18, 36] if name.endswith(".months") else [1, 3]))
        elif name.startswith("sharing.") or name.endswith(("rate", "share")):
            chosen[name] = Decimal(rng.randint(0, 100)) / 100
        elif name != "model_building_award.occupancy":
            percent = rng.randint(80, 120)  # bands and tiers stay in order
            chosen[name] = (Decimal(value) * percent / 100).quantize(Decimal(1))
        else:
            chosen[name] = Decimal(rng.choice(["0.5", "0.75", "0.85"]))
    return chosen


# --------------------------------------------------------------------------------------------------- on disk


def write_csv(register: Register, folder: str | Path, rng: random.Random | None = None) -> None:
    """Write the register's tables as UTF-8 CSV with English headers: blanks empty, ISO dates.

    Flags are true/false. All columns are written, also those no clause uses. The two optional tables are
    written only if they have rows, and removed if an earlier register left them. With `rng` the rows come in
    random order.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns, rows, optional in (
        ("enterprises", ENTERPRISE_COLUMNS, register.enterprises, False),
        ("annual", ANNUAL_COLUMNS, register.annual, False),
        ("existing_support", SUPPORT_COLUMNS, register.existing_support, True),
        ("paid", PAID_COLUMNS, register.paid, True),
    ):
        path = folder / f"{name}.csv"
        if optional and not rows:
            path.unlink(missing_ok=True)
            continue
        rows = list(rows)
        if rng is not None:
            rng.shuffle(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")  # never 1E+2
    return str(value)


# ------------------------------------------------------------------------------------------ the worked cases


class Case(NamedTuple):
    """One worked case: a register of a single enterprise and what it must come to."""

    name: str
    register: Register
    readings: dict[str, str]
    awards: dict[Key, Decimal]
    displaced: dict[Key, Decimal]


class _ExactLoader(yaml.SafeLoader):
    """YAML with its decimal fractions read exactly."""


_ExactLoader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(node.value))

CASE_ID = "CASE"


def case_registers(path: str | Path) -> Iterator[Case]:
    """The cases of a YAML file, in its order.

    Facts not given are blank, 0 or false (accounts: sound). `retained_tax` not given is 0, but an explicit
    null is a blank cell, to be worked out from the taxes. `district_contribution` not given stays blank, so
    it equals the retained tax. Nothing is displaced unless the case says so.
    """
    with Path(path).open(encoding="utf-8") as file:
        entries = yaml.load(file, Loader=_ExactLoader)  # a SafeLoader
    for entry in entries:
        register = Register(enterprises=[{"enterprise_id": CASE_ID, **(entry["enterprise"] or {})}])
        for year, facts in (entry["annual"] or {}).items():
            row = {"enterprise_id": CASE_ID, "year": year, "retained_tax": Decimal(0), **(facts or {})}
            register.annual.append(row)
        for table in ("existing_support", "paid"):
            rows = [{"enterprise_id": CASE_ID, **row} for row in entry.get(table) or []]
            setattr(register, table, rows)
        yield Case(
            entry["case"],
            register,
            dict(entry.get("interpretation") or {}),
            _expected(entry.get("awards")),
            _expected(entry.get("displaced")),
        )


def _expected(rows: list[Row] | None) -> dict[Key, Decimal]:
    return {(CASE_ID, row["year"], row["clause"]): Decimal(row["amount"]) for row in rows or []}
