"""The measures of Donghu in plain Python, from their text alone: enterprises at random, and what each is due, in fen."""

from __future__ import annotations

import datetime
import random
from fractions import Fraction
from typing import Any

CLAUSES = ("investment", "research", "talent", "interest", "listing", "scale", "scale_growth", "factory_award", "fair")
YEARS = range(2022, 2026)
WAN = 1_000_000  # 万元 in fen
CENT = Fraction(1, 100)
NO_ROW = {
    "sales": 0,
    "digital_investment": 0,
    "model_project": False,
    "rd": 0,
    "rd_mean": 0,
    "hires": 0,
    "loan": 0,
    "loan_days": 0,
    "above_scale": False,
    "factory": "none",
    "booth_fee": 0,
}
Firm = dict[str, Any]


def half_up(yuan: Fraction) -> int:
    """Fen, half of one up."""
    fen = Fraction(yuan) * 100
    return max(0, (2 * fen.numerator + fen.denominator) // (2 * fen.denominator))


def enterprises(seed: int, count: int) -> list[Firm]:
    """Enterprises with rows of most years; many figures lie at an edge of the text."""
    chance = random.Random(seed)

    def some(low: float, high: float) -> Fraction:
        return Fraction(chance.randint(int(low * 100), int(high * 100)), 100)

    def day(share: float, first: int, last: int) -> datetime.date | None:
        return datetime.date(chance.randint(first, last), chance.randint(1, 12), chance.randint(1, 28)) if chance.random() < share else None

    found = []
    for i in range(count):
        firm: Firm = {"code": f"Z{i:03d}000", "settled_on": day(1, 2015, 2024), "listed_on": day(0.15, 2020, 2026), "rows": {}}
        firm |= {"punished_on": day(0.2, 2021, 2026), "moved_on": day(0.2, 2021, 2026), "scale_before": chance.random() < 0.2}
        sales = some(1e6, 5e7)
        for year in range(2021, 2026):
            if chance.random() < 0.08:
                continue
            exactly = chance.random() < 0.1
            sales = Fraction(int(sales * (110 if exactly else chance.randint(80, 140))), 100)
            mean = some(0, 8e6)
            rise = chance.choice([1_000_000, 1_000_000 - CENT, 5_000_000, 5_000_001, some(0, 3e7)])
            firm["rows"][year] = {
                "sales": sales,
                "digital_investment": chance.choice([0, 2_000_000, 2_000_000 - CENT, some(1e6, 3e7)]),
                "model_project": chance.random() < 0.3,
                "rd": mean + rise if chance.random() < 0.7 else 0,
                "rd_mean": mean,
                "hires": chance.choice([0, 1, 19, 20, 21, chance.randint(0, 60)]),
                "loan": some(0, 6e7),
                "loan_days": chance.randint(0, 365),
                "above_scale": chance.random() < 0.4,
                "factory": chance.choice(["none"] * 4 + ["city", "province", "nation"]),
                "booth_fee": chance.choice([0, some(0, 2e5)]),
            }
        found.append(firm)
    return found


def alone(firm: Firm, paid: dict[str, list[tuple[int, int]]], year: int) -> dict[str, int]:
    """What an enterprise is due before the pots. paid: by clause, year and fen."""
    row, before = firm["rows"].get(year, NO_ROW), firm["rows"].get(year - 1, NO_ROW)
    due = dict.fromkeys(CLAUSES, 0)
    if firm["punished_on"] and firm["punished_on"].year == year:
        return due
    total = {clause: sum(fen for _, fen in paid[clause]) for clause in CLAUSES}
    if row["digital_investment"] >= 2_000_000:
        rate = Fraction(12 if row["model_project"] else 8, 100)
        due["investment"] = max(0, min(half_up(rate * row["digital_investment"]), 150 * WAN, 300 * WAN - total["investment"]))
    rise = row["rd"] - row["rd_mean"]
    if rise >= 1_000_000:
        due["research"] = min(half_up(Fraction(6, 100) * min(rise, 5_000_000) + Fraction(1, 10) * max(0, rise - 5_000_000)), 200 * WAN)
    due["talent"] = 500_000 * min(row["hires"], 20)
    if len(paid["interest"]) < 2:
        due["interest"] = min(half_up(Fraction(2, 100) * row["loan"] * row["loan_days"] / 365), 50 * WAN)
    if firm["listed_on"] and firm["listed_on"].year == year:
        due["listing"] = 300 * WAN
    if row["above_scale"] and not firm["scale_before"] and not paid["scale"]:
        due["scale"] = 10 * WAN
    year_before = bool(paid["scale"]) and paid["scale"][-1][0] == year - 1
    if year in firm["rows"] and year_before and 10 * row["sales"] >= 11 * before["sales"]:
        due["scale_growth"] = 5 * WAN
    level = {"none": 0, "city": 20, "province": 50, "nation": 100}[row["factory"]] * WAN
    due["factory_award"] = max(0, level - total["factory_award"])
    due["fair"] = min(half_up(Fraction(1, 2) * row["booth_fee"]), 5 * WAN)
    due["factory_award" if due["investment"] >= due["factory_award"] else "investment"] = 0
    left = 400 * WAN
    for clause in CLAUSES:
        due[clause] = min(due[clause], left)
        left -= due[clause]
    return due


def awards(firms: list[Firm]) -> dict[tuple[str, int, str], int]:
    """What each is awarded by year and clause, and what is due back, in fen."""
    paid: list[dict[str, list[tuple[int, int]]]] = [{clause: [] for clause in CLAUSES} for _ in firms]
    found = {}
    for year in YEARS:
        due = [alone(firm, own, year) for firm, own in zip(firms, paid, strict=True)]
        asked = sum(one["investment"] for one in due)
        left = 100 * WAN
        for one in due:  # in the order of their codes: none of them says when it applied
            if asked > 1500 * WAN:
                one["investment"] = one["investment"] * 1500 * WAN // asked
            one["fair"] = min(one["fair"], left)
            left -= one["fair"]
        for firm, own, one in zip(firms, paid, due, strict=True):
            for clause, fen in one.items():
                if fen:
                    own[clause].append((year, fen))
                    found[firm["code"], year, clause] = fen
            moved, settled = firm["moved_on"], firm["settled_on"]
            back = sum(fen for amounts in own.values() for _, fen in amounts)
            if back and moved and moved.year == year and moved < settled.replace(year=settled.year + 3):
                found[firm["code"], year, "clawback"] = -back
    return found
