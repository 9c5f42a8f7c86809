"""The most a clause may give in a year by the law alone, where the unknown facts are too many to be tried out one by one.

Every condition that might hold is taken to hold, once and window as unused, and an unknown fact as whatever gives most; so
the answer lies at or below the ceiling, though perhaps far below it. None: the law sets no bound without that fact.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from simulator.facts import ANNUAL_FIELDS, AREA, RENT
from simulator.law.readings import MembershipTiers
from simulator.money import FEN, RATE, share_of

MONTHS = 12


@dataclass(frozen=True)
class Year:
    """An enterprise and its row of a year, which of their facts are unknown, the law's terms of the year, the readings."""

    enterprise: np.void
    row: np.void
    unknown: Collection[str]
    terms: np.void
    readings: np.void

    def fact(self, name: str) -> int | None:
        """A known fact, None where it is unknown."""
        return None if name in self.unknown else int((self.row if name in ANNUAL_FIELDS else self.enterprise)[name])

    def term(self, path: str) -> int:
        """A number of the law, as `data_line.cap`."""
        slug, name = path.split(".")
        return int(self.terms[slug][name])


def _headquarters(of: Year) -> int:
    award = max(of.term("headquarters_award.national_award"), of.term("headquarters_award.regional_award"))
    return share_of(award, of.term("headquarters_award.discretion_share"), RATE)


def _rent(of: Year) -> int | None:
    rent, area, most = of.fact("rent"), of.fact("rented_area"), of.term("office_rent.max_area")
    if rent is None:
        return None
    return share_of(rent * (most if area is None else min(area, most)) * MONTHS, of.term("office_rent.rate"),
                    RENT * AREA // FEN * RATE)


def _rebate(of: Year) -> int | None:
    tax = of.fact("retained_tax")
    rate = max(of.term("tax_rebate.high_rate"), of.term("tax_rebate.low_rate"))
    return None if tax is None else share_of(max(0, tax), rate, RATE)


def _tiers(of: Year) -> int:
    awards = [of.term(f"platform_membership_award.tier{k}_award") for k in (1, 2, 3)]
    return sum(awards) if of.readings["membership_tiers"] == MembershipTiers.each else max(awards)


def _line(of: Year) -> int:
    lease, cap = of.fact("line_lease"), of.term("data_line.cap")
    rate = of.term("data_line.rate") * of.term("data_line.discretion_share")
    return cap if lease is None else min(share_of(lease, rate, RATE * RATE), cap)


def _share(of: Year, path: str, name: str) -> int | None:
    fact = of.fact(name)
    return None if fact is None else share_of(fact, of.term(path), RATE)


CEILINGS: dict[str, Callable[[Year], int | None]] = {  # by clause, fen (places)
    "headquarters_award": _headquarters,
    "opening_award": lambda of: _share(of, "opening_award.rate", "paid_in_capital"),
    "office_rent": _rent,
    "tax_rebate": _rebate,
    "certification_award": lambda of: of.term("certification_award.award"),
    "spin_off_award": lambda of: of.term("spin_off_award.award"),
    "platform_entry_fee": lambda of: _share(of, "platform_entry_fee.rate", "entry_fee"),
    "platform_membership_award": _tiers,
    "data_line": _line,
    "model_building_award": lambda of: of.term("model_building_award.award"),
    "school_places": lambda of: of.fact("executive_children"),
}
