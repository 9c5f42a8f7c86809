"""The law read once more, row by row, in exact decimals: slow, plain, and sharing nothing with the
engine.

Articles are cited as in the opinion: 四（一）…四（十一） are the eleven clauses, 五（三）…五（五） the
general rules. One function per clause says what it would give an enterprise in a year; `assess` then
settles every year in order: who is barred (五（五）), what an existing policy outbids (五（四）), what
is claimed back (五（五）).

Where the rules leave a question open, this module takes the most literal answer:

* **Coverage.** Years run from the start's to the last of the annual table. Without a start they run
  from the first year of the annual table. An empty annual table: nothing is assessed.
* **Term.** A dated fact (settling, certification) is compared by its day, an annual fact by its
  year alone: if the policy starts on 1 July 2013, all of 2013 is in term. 四（六） is read as an annual
  fact (under `anniversary` too).
* **Violation year.** What is claimed back is everything paid up to and including the year of the
  violation. What is paid in later years (`that_year`, or a `paid` table) stays.
* **Data errors** of 四（四）: a year after the term in which no window has begun cannot begin one, so
  it is not listed; years covered by the `paid` table are not assessed, so none is listed there.
* **Accounts** left blank are sound (the column's default).
* **The `paid` table.** Up to the last year in the whole table, what every enterprise gets in cash
  is what the table says, and nothing where it says nothing, whatever the bars. Rows of one
  enterprise, year and clause add up. School places are not in the table's range of clauses and go
  on being assessed. Existing support x of such a year counts as displaced if the paid amount is
  above x. Paid rows before the first assessed year appear in no year, but use up "once", tiers and
  windows and belong to what is claimed back. A two-year window counts from the first year paid; if
  that year is out of term, no later year is paid. Under `from_qualifying` the window follows from
  the facts alone, paid or not.
* **Tiers used up by a paid amount** of 四（八）: under `each`, the set of tiers whose awards add up
  exactly to the amount (of several such sets, the one with the fewest and then lowest tiers).
  Otherwise, and where no set fits, the tier with the highest award not above the amount; if the
  amount is below every award, the lowest tier.
* **Half fens** of a negative amount (a refund of tax) go away from zero.
"""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from typing import Any

ZERO = Decimal(0)
FEN = Decimal("0.01")
DIGITS = 60  # of precision: more than any product of facts and rates can need

# ---------------------------------------------------------------------------------------- vocabulary

CLAUSES: dict[int, str] = {
    1: "headquarters_award",
    2: "opening_award",
    3: "office_rent",
    4: "tax_rebate",
    5: "certification_award",
    6: "spin_off_award",
    7: "platform_entry_fee",
    8: "platform_membership_award",
    9: "data_line",
    10: "model_building_award",
    11: "school_places",
}
CASH_CLAUSES = range(1, 11)
CLAWBACK = "clawback"

READINGS: dict[str, tuple[str, ...]] = {
    "headquarters_sector": ("ecommerce", "any", "online_retailer"),
    "headquarters_fallback": ("strict", "fall_back"),
    "opening_awards": ("cumulative", "higher_of"),
    "rent_clock": ("lease", "settling"),
    "rebate_window": ("consecutive", "any_two", "from_qualifying", "programme"),
    "new_firm_increment": ("full", "none"),
    "certification_scope": ("online_retailer", "ecommerce", "any"),
    "spin_off_timing": ("first_year_reached", "anniversary"),
    "membership_tiers": ("each_highest", "each", "top_up", "first_only"),
    "membership_event": ("state", "crossing"),
    "newly_settled": ("any", "from_outside"),
    "rent_window": ("months", "calendar_years"),
    "clawback_trigger": ("violations", "violations_and_accounts"),
    "violation_bar": ("permanent", "that_year"),
}
"""Every interpretation switch with its readings, the default first."""

AT_LEAST = "at_least"  # the number itself is enough (以上, 达到)
MORE_THAN = "more_than"  # the number itself is not enough (超过, 突破)
EDGES = (AT_LEAST, MORE_THAN)

DEFAULT_TERMS: dict[str, Decimal | str] = {
    # 四（一）
    "headquarters_award.national_capital": Decimal("30000000"),
    "headquarters_award.national_capital.edge": AT_LEAST,
    "headquarters_award.national_award": Decimal("3000000"),
    "headquarters_award.regional_capital": Decimal("10000000"),
    "headquarters_award.regional_capital.edge": AT_LEAST,
    "headquarters_award.regional_award": Decimal("1000000"),
    "headquarters_award.discretion_share": Decimal("1"),
    # 四（二）
    "opening_award.registered_capital": Decimal("2000000"),
    "opening_award.registered_capital.edge": AT_LEAST,
    "opening_award.rate": Decimal("0.03"),
    # 四（三）
    "office_rent.rate": Decimal("1"),
    "office_rent.area_cap": Decimal("500"),
    "office_rent.months": Decimal("24"),
    # 四（四）
    "tax_rebate.high_threshold": Decimal("300000"),
    "tax_rebate.high_threshold.edge": AT_LEAST,
    "tax_rebate.high_rate": Decimal("0.50"),
    "tax_rebate.low_threshold": Decimal("50000"),
    "tax_rebate.low_threshold.edge": AT_LEAST,
    "tax_rebate.low_rate": Decimal("0.30"),
    "tax_rebate.years": Decimal("2"),
    # 四（五）
    "certification_award.award": Decimal("20000"),
    # 四（六）
    "spin_off_award.award": Decimal("20000"),
    # 四（七）
    "platform_entry_fee.rate": Decimal("0.60"),
    # 四（八）
    "platform_membership_award.income": Decimal("1000000"),
    "platform_membership_award.income.edge": MORE_THAN,
    "platform_membership_award.tier_1.members": Decimal("1000"),
    "platform_membership_award.tier_1.members.edge": MORE_THAN,
    "platform_membership_award.tier_1.award": Decimal("50000"),
    "platform_membership_award.tier_2.members": Decimal("2000"),
    "platform_membership_award.tier_2.members.edge": MORE_THAN,
    "platform_membership_award.tier_2.award": Decimal("100000"),
    "platform_membership_award.tier_3.members": Decimal("5000"),
    "platform_membership_award.tier_3.members.edge": MORE_THAN,
    "platform_membership_award.tier_3.award": Decimal("200000"),
    # 四（九）
    "data_line.rate": Decimal("0.30"),
    "data_line.discretion_share": Decimal("1"),
    "data_line.cap": Decimal("200000"),
    "data_line.years": Decimal("2"),
    # 四（十）
    "model_building_award.area": Decimal("5000"),
    "model_building_award.area.edge": MORE_THAN,
    "model_building_award.occupancy": Decimal("0.80"),
    "model_building_award.occupancy.edge": MORE_THAN,
    "model_building_award.award": Decimal("100000"),
    # How taxes are shared between levels of government (only for a blank retained_tax)
    "sharing.district_share": Decimal("0.50"),
    "sharing.local_vat_share_to_2015": Decimal("0.25"),
    "sharing.local_vat_share_2016": Decimal("0.4167"),
    "sharing.local_vat_share_from_2017": Decimal("0.50"),
    "sharing.local_business_tax_share": Decimal("1.00"),
    "sharing.local_income_tax_share": Decimal("0.40"),
}
"""Every number of the law that a scenario may change, and for every threshold its edge. The cost per
pupil of 四（十一） is no part of an assessment (places are counted) and so is not here."""

TIERS = (1, 2, 3)  # lowest to highest

ENTERPRISE_COLUMNS = (
    "enterprise_id", "name", "settled_on", "registered_capital", "paid_in_capital", "ecommerce",
    "online_retailer", "headquarters", "o2o", "certified_on", "spun_off_on", "lease_started_on",
    "building_opened_on", "accounts_sound", "unsound_on", "founded_locally", "violated_on",
    "group_id", "parent_id", "area", "sector", "closed_on", "former_id",
)  # fmt: skip
ANNUAL_COLUMNS = (
    "enterprise_id", "year", "sales", "online_sales", "vat", "business_tax", "income_tax", "retained_tax",
    "district_contribution", "rented_area", "rent", "designated_building", "line_lease", "entry_fee",
    "trades_locally", "membership_income", "paid_members", "building_area", "building_occupancy",
    "building_recognised", "executive_children", "employees",
)  # fmt: skip
SUPPORT_COLUMNS = ("enterprise_id", "year", "clause", "amount", "payer")
PAID_COLUMNS = ("enterprise_id", "year", "clause", "amount")
PAYERS = ("district", "municipal", "other")

Row = dict[str, Any]
Key = tuple[str, int, str]


@dataclass
class Register:
    """A population: lists of plain dicts by column name. An absent key and None are both a blank cell."""

    enterprises: list[Row] = field(default_factory=list)
    annual: list[Row] = field(default_factory=list)
    existing_support: list[Row] = field(default_factory=list)
    paid: list[Row] = field(default_factory=list)


@dataclass
class Result:
    """What the law gives. Keys are (enterprise_id, year, slug); zero amounts are left out."""

    awards: dict[Key, Decimal] = field(default_factory=dict)
    """Cash in yuan; `school_places` in places; `clawback` negative, under its own heading."""
    displaced: dict[Key, Decimal] = field(default_factory=dict)
    """Existing support that an award takes the place of, whoever pays it."""
    displaced_of_district: dict[Key, Decimal] = field(default_factory=dict)
    """The part of `displaced` that the district pays, so what the district saves."""
    data_errors: list[tuple[str, int]] = field(default_factory=list)
    """Enterprise-years of 四（四） with no row of the year before to measure the increment from."""
    warnings: list[tuple[str, date]] = field(default_factory=list)
    """Breaches after the last assessed year: (enterprise_id, day)."""


# ---------------------------------------------------------------------------------- small arithmetic


def fen(amount: Decimal) -> Decimal:
    """The amount rounded half up to 0.01 yuan."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def a_year_later(day: date) -> date:
    """The same day of the next year; 29 February becomes 28 February."""
    if day.month == 2 and day.day == 29:
        return date(day.year + 1, 2, 28)
    return day.replace(year=day.year + 1)


def month_number(day: date) -> int:
    """Months counted through, so that months of different years can be compared."""
    return day.year * 12 + day.month - 1


# ------------------------------------------------------------------------ the law and one enterprise


@dataclass
class Law:
    """The scenario: term, readings and numbers."""

    start: date | None
    end: date | None
    readings: dict[str, str]
    terms: dict[str, Decimal | str]

    def number(self, name: str) -> Decimal:
        return self.terms[name]  # type: ignore[return-value]

    def meets(self, value: Decimal, threshold: str) -> bool:
        """Whether a value passes a threshold, the number itself counting or not by the threshold's edge."""
        if self.terms[threshold + ".edge"] == AT_LEAST:
            return value >= self.number(threshold)
        return value > self.number(threshold)

    def day_in_term(self, day: date | None) -> bool:
        if day is None:
            return False
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    def year_in_term(self, year: int) -> bool:
        return (self.start is None or self.start.year <= year) and (self.end is None or year <= self.end.year)


@dataclass
class Firm:
    """One enterprise with everything known about it."""

    facts: Row
    rows: dict[int, Row] = field(default_factory=dict)  # by year
    support: dict[tuple[int, int], Decimal] = field(default_factory=dict)  # by (year, clause), all payers
    support_of_district: dict[tuple[int, int], Decimal] = field(default_factory=dict)
    paid_table: dict[tuple[int, int], Decimal] = field(default_factory=dict)  # by (year, clause)

    @property
    def id(self) -> str:
        return self.facts["enterprise_id"]

    def flag(self, column: str) -> bool:
        return bool(self.facts.get(column))

    def day(self, column: str) -> date | None:
        return self.facts.get(column)

    def money(self, column: str) -> Decimal:
        return _decimal(self.facts.get(column))

    def annual_flag(self, year: int, column: str) -> bool:
        return bool(self.rows[year].get(column)) if year in self.rows else False

    def annual_number(self, year: int, column: str) -> Decimal:
        """The number in a cell of the annual table; 0 where the cell is blank or the year has no row."""
        return _decimal(self.rows[year].get(column)) if year in self.rows else ZERO

    @property
    def is_online_retailer(self) -> bool:
        """五（二）"""
        return self.flag("online_retailer")

    @property
    def is_ecommerce(self) -> bool:
        """五（一）: every online retailer is one too."""
        return self.flag("ecommerce") or self.is_online_retailer

    def is_new_in(self, year: int) -> bool:
        """New in the year by settling or by being split off, whether or not the policy was in force then."""
        settled, spun_off = self.day("settled_on"), self.day("spun_off_on")
        return any(day is not None and day.year == year for day in (settled, spun_off))


@dataclass
class Ledger:
    """What this policy has paid to one enterprise so far: it alone uses up "once", tiers and windows."""

    payments: dict[int, dict[int, Decimal]] = field(default_factory=dict)  # clause -> year -> amount
    tiers: set[int] = field(default_factory=set)  # tiers of 四（八）

    def record(self, clause: int, year: int, amount: Decimal) -> None:
        self.payments.setdefault(clause, {})[year] = amount

    def has_paid(self, clause: int) -> bool:
        return clause in self.payments

    def years_paid(self, clause: int) -> list[int]:
        return sorted(self.payments.get(clause, {}))

    def sum_of(self, clause: int) -> Decimal:
        return sum(self.payments.get(clause, {}).values(), ZERO)

    def sum_of_all(self) -> Decimal:
        return sum((self.sum_of(clause) for clause in self.payments), ZERO)


# --------------------------------------------------------------- the clauses, each before settlement


def is_newly_settled(law: Law, firm: Firm) -> bool:
    """Settled in the policy's days; under `from_outside` not if it was founded here by people of the district."""
    if law.readings["newly_settled"] == "from_outside" and firm.flag("founded_locally"):
        return False
    return law.day_in_term(firm.day("settled_on"))


def headquarters_award(law: Law, firm: Firm, year: int, ledger: Ledger) -> Decimal:
    """四（一）: a headquarters or settlement centre that newly settles, by kind and paid-in capital, once."""
    if not is_newly_settled(law, firm) or firm.day("settled_on").year != year or ledger.has_paid(1):
        return ZERO
    sector = law.readings["headquarters_sector"]
    if sector == "ecommerce" and not firm.is_ecommerce:
        return ZERO
    if sector == "online_retailer" and not firm.is_online_retailer:
        return ZERO

    kind = firm.facts.get("headquarters") or "none"
    capital = firm.money("paid_in_capital")
    enough_for_national = law.meets(capital, "headquarters_award.national_capital")
    enough_for_regional = law.meets(capital, "headquarters_award.regional_capital")
    if kind == "national" and enough_for_national:
        at_most = law.number("headquarters_award.national_award")
    elif kind == "national" and law.readings["headquarters_fallback"] == "fall_back" and enough_for_regional:
        at_most = law.number("headquarters_award.regional_award")
    elif kind == "regional" and enough_for_regional:
        at_most = law.number("headquarters_award.regional_award")
    else:
        return ZERO
    return fen(at_most * law.number("headquarters_award.discretion_share"))


def opening_award(law: Law, firm: Firm, year: int, ledger: Ledger) -> Decimal:
    """四（二）: a newly settled online retailer with shops too, a share of its paid-in capital, once."""
    if not is_newly_settled(law, firm) or firm.day("settled_on").year != year or ledger.has_paid(2):
        return ZERO
    if not (firm.is_online_retailer and firm.flag("o2o")):
        return ZERO
    if not law.meets(firm.money("registered_capital"), "opening_award.registered_capital"):
        return ZERO
    return fen(law.number("opening_award.rate") * firm.money("paid_in_capital"))


def rent_months(law: Law, firm: Firm, year: int) -> int:
    """How many months of the year 四（三） counts: within 24 of the clock (`calendar_years`: within the calendar
    years that 24 months make, the clock's the first), settled and leasing already."""
    settled, leased = firm.day("settled_on"), firm.day("lease_started_on")
    if settled is None or leased is None:
        return 0
    clock = leased if law.readings["rent_clock"] == "lease" else settled
    first = max(month_number(clock), month_number(settled), month_number(leased))
    months = int(law.number("office_rent.months"))
    beyond = month_number(clock) + months
    if law.readings["rent_window"] == "calendar_years":
        whole_years = months // 12 if months % 12 == 0 else months // 12 + 1
        beyond = month_number(date(clock.year + whole_years, 1, 1))
    return sum(1 for month in range(year * 12, year * 12 + 12) if first <= month < beyond)


def office_rent(law: Law, firm: Firm, year: int, ledger: Ledger) -> Decimal:
    """四（三）: the office rent of a newly settled e-commerce enterprise in a designated building.

    The months run by the clock, paid or not. The first year paid must be in term, later ones need not be.
    """
    if not is_newly_settled(law, firm) or not firm.is_ecommerce:
        return ZERO
    if not firm.annual_flag(year, "designated_building"):
        return ZERO
    first_year_paid = ledger.years_paid(3)[0] if ledger.has_paid(3) else year
    if not law.year_in_term(first_year_paid):
        return ZERO
    area = min(firm.annual_number(year, "rented_area"), law.number("office_rent.area_cap"))
    rent = firm.annual_number(year, "rent")
    return fen(law.number("office_rent.rate") * rent * area * rent_months(law, firm, year))


def retained_tax(law: Law, firm: Firm, year: int) -> Decimal:
    """The district's part of the main taxes: as entered, else worked out with that year's shares."""
    entered = firm.rows[year].get("retained_tax")
    if entered is not None:
        return _decimal(entered)
    if year <= 2015:
        vat_share = law.number("sharing.local_vat_share_to_2015")
    elif year == 2016:
        vat_share = law.number("sharing.local_vat_share_2016")
    else:
        vat_share = law.number("sharing.local_vat_share_from_2017")
    local_part = (
        vat_share * firm.annual_number(year, "vat")
        + law.number("sharing.local_business_tax_share") * firm.annual_number(year, "business_tax")
        + law.number("sharing.local_income_tax_share") * firm.annual_number(year, "income_tax")
    )
    return fen(law.number("sharing.district_share") * local_part)


def district_contribution(law: Law, firm: Firm, year: int) -> Decimal:
    """The enterprise's contribution to the district budget: as entered, else its retained tax."""
    entered = firm.rows[year].get("district_contribution")
    return _decimal(entered) if entered is not None else retained_tax(law, firm, year)


def first_qualifying_year(law: Law, firm: Firm) -> int | None:
    """`from_qualifying`: the first year in term, not barred, that reaches the lower band of 四（四）."""
    for year in sorted(firm.rows):
        if (
            law.year_in_term(year)
            and not is_barred(law, firm, year)
            and law.meets(district_contribution(law, firm, year), "tax_rebate.low_threshold")
        ):
            return year
    return None


def rebate_window_is_open(law: Law, firm: Firm, year: int, ledger: Ledger) -> bool:
    """Whether 四（四） can pay in the year: within its two years, or able to begin them."""
    length = int(law.number("tax_rebate.years"))
    reading = law.readings["rebate_window"]
    if reading == "from_qualifying":
        begins = first_qualifying_year(law, firm)
        return begins is not None and begins <= year < begins + length
    if reading == "consecutive":
        return consecutive_window_is_open(law, 4, year, length, ledger)
    if reading == "programme":
        first = law.start.year if law.start is not None else min(firm.rows)
        return law.year_in_term(year) and year - first < length
    years_paid = ledger.years_paid(4)  # any_two
    if not years_paid:
        return law.year_in_term(year)
    return law.year_in_term(years_paid[0]) and len(years_paid) < length


def consecutive_window_is_open(law: Law, clause: int, year: int, length: int, ledger: Ledger) -> bool:
    """A window of so many calendar years from the first one paid, which must be in term."""
    if not ledger.has_paid(clause):
        return law.year_in_term(year)
    begins = ledger.years_paid(clause)[0]
    return law.year_in_term(begins) and year < begins + length


def rebate_base_is_missing(law: Law, firm: Firm, year: int, ledger: Ledger) -> bool:
    """A data error: 四（四） needs last year's tax of an enterprise that is not new: no row."""
    return (
        firm.is_online_retailer
        and year in firm.rows
        and year - 1 not in firm.rows
        and not firm.is_new_in(year)
        and law.meets(district_contribution(law, firm, year), "tax_rebate.low_threshold")
        and rebate_window_is_open(law, firm, year, ledger)
    )


def tax_rebate(law: Law, firm: Firm, year: int, ledger: Ledger) -> Decimal:
    """四（四）: part of the growth of the district's retained tax, by the band the contribution reaches."""
    if not firm.is_online_retailer or year not in firm.rows:
        return ZERO
    if not rebate_window_is_open(law, firm, year, ledger):
        return ZERO

    contribution = district_contribution(law, firm, year)
    if law.meets(contribution, "tax_rebate.high_threshold"):
        rate = law.number("tax_rebate.high_rate")
    elif law.meets(contribution, "tax_rebate.low_threshold"):
        rate = law.number("tax_rebate.low_rate")
    else:
        return ZERO

    if firm.is_new_in(year):
        if law.readings["new_firm_increment"] == "none":
            return ZERO
        base = ZERO
    elif year - 1 in firm.rows:
        base = retained_tax(law, firm, year - 1)
    else:
        return ZERO
    increment = max(ZERO, retained_tax(law, firm, year) - base)
    return fen(rate * increment)


def certification_award(law: Law, firm: Firm, year: int, ledger: Ledger) -> Decimal:
    """四（五）: newly certified by the municipality, once."""
    certified = firm.day("certified_on")
    if not law.day_in_term(certified) or certified.year != year or ledger.has_paid(5):
        return ZERO
    scope = law.readings["certification_scope"]
    if scope == "online_retailer" and not firm.is_online_retailer:
        return ZERO
    if scope == "ecommerce" and not firm.is_ecommerce:
        return ZERO
    return fen(law.number("certification_award.award"))


def spin_off_award(law: Law, firm: Firm, year: int, ledger: Ledger) -> Decimal:
    """四（六）: an online retailer split off a traditional enterprise, after a year's operation, once."""
    spun_off = firm.day("spun_off_on")
    if spun_off is None or not firm.is_online_retailer or not law.year_in_term(year) or ledger.has_paid(6):
        return ZERO
    year_is_full = a_year_later(spun_off)
    if law.readings["spin_off_timing"] == "anniversary":
        due = year_is_full.year == year
    else:
        due = year_is_full <= date(year, 12, 31)
    return fen(law.number("spin_off_award.award")) if due else ZERO


def platform_entry_fee(law: Law, firm: Firm, year: int, ledger: Ledger) -> Decimal:
    """四（七）: part of one shop's entry fee on a designated platform, once in a lifetime."""
    if not law.year_in_term(year) or ledger.has_paid(7) or not firm.annual_flag(year, "trades_locally"):
        return ZERO
    fee = firm.annual_number(year, "entry_fee")
    return fen(law.number("platform_entry_fee.rate") * fee) if fee > 0 else ZERO


def tier_award(law: Law, tier: int) -> Decimal:
    return fen(law.number(f"platform_membership_award.tier_{tier}.award"))


def tiers_reached(law: Law, firm: Firm, year: int) -> list[int]:
    """The tiers of 四（八） reached in the year: by standing above them, or (`crossing`) by rising above."""
    if not law.year_in_term(year):
        return []
    income = firm.annual_number(year, "membership_income")
    if not law.meets(income, "platform_membership_award.income"):
        return []
    reached = []
    for tier in TIERS:
        threshold = f"platform_membership_award.tier_{tier}.members"
        above = law.meets(firm.annual_number(year, "paid_members"), threshold)
        above_before = law.meets(firm.annual_number(year - 1, "paid_members"), threshold)
        if above and not (law.readings["membership_event"] == "crossing" and above_before):
            reached.append(tier)
    return reached


def tiers_to_pay(law: Law, firm: Firm, year: int, ledger: Ledger) -> set[int]:
    """The tiers of 四（八） that an award in the year would be for."""
    reached = tiers_reached(law, firm, year)
    if not reached:
        return set()
    reading = law.readings["membership_tiers"]
    highest = max(reached)
    if reading == "each":
        return set(reached) - ledger.tiers
    if reading == "top_up":
        return {highest}
    if reading == "first_only":
        return set() if ledger.has_paid(8) else {highest}
    return {highest} if all(highest > tier for tier in ledger.tiers) else set()  # each_highest


def platform_membership_award(law: Law, firm: Firm, year: int, ledger: Ledger) -> Decimal:
    """四（八）: a third-party platform whose paying members pass 1000, 2000, 5000."""
    amount = sum((tier_award(law, tier) for tier in tiers_to_pay(law, firm, year, ledger)), ZERO)
    if law.readings["membership_tiers"] == "top_up":
        amount -= ledger.sum_of(8)
    return max(ZERO, amount)


def tiers_of_paid_amount(law: Law, amount: Decimal) -> set[int]:
    """The tiers that an amount of the `paid` table uses up (see the module's text)."""
    if law.readings["membership_tiers"] == "each":
        for how_many in range(1, len(TIERS) + 1):
            for some in combinations(TIERS, how_many):
                if sum((tier_award(law, tier) for tier in some), ZERO) == amount:
                    return set(some)
    affordable = [tier for tier in TIERS if tier_award(law, tier) <= amount]
    if not affordable:
        return {TIERS[0]}
    return {max(affordable, key=lambda tier: (tier_award(law, tier), tier))}


def data_line(law: Law, firm: Firm, year: int, ledger: Ledger) -> Decimal:
    """四（九）: part of the year's lease of a data line, capped, for two calendar years running."""
    if not firm.is_ecommerce:
        return ZERO
    if not consecutive_window_is_open(law, 9, year, int(law.number("data_line.years")), ledger):
        return ZERO
    share = law.number("data_line.rate") * law.number("data_line.discretion_share")
    return min(fen(share * firm.annual_number(year, "line_lease")), law.number("data_line.cap"))


def model_building_award(law: Law, firm: Firm, year: int, ledger: Ledger) -> Decimal:
    """四（十）: the operator of a recognised building, large, full and a year in operation, once."""
    opened = firm.day("building_opened_on")
    if opened is None or not law.year_in_term(year) or ledger.has_paid(10):
        return ZERO
    if not firm.annual_flag(year, "building_recognised") or a_year_later(opened) > date(year, 12, 31):
        return ZERO
    if not law.meets(firm.annual_number(year, "building_area"), "model_building_award.area"):
        return ZERO
    if not law.meets(firm.annual_number(year, "building_occupancy"), "model_building_award.occupancy"):
        return ZERO
    return fen(law.number("model_building_award.award"))


def school_places(law: Law, firm: Firm, year: int) -> Decimal:
    """四（十一）: places asked for children of an online retailer's senior managers; in kind."""
    if not law.year_in_term(year) or not firm.is_online_retailer:
        return ZERO
    return firm.annual_number(year, "executive_children")


CASH_RULES = {
    1: headquarters_award,
    2: opening_award,
    3: office_rent,
    4: tax_rebate,
    5: certification_award,
    6: spin_off_award,
    7: platform_entry_fee,
    8: platform_membership_award,
    9: data_line,
    10: model_building_award,
}


# ---------------------------------------------------------------------------------------- settlement


def breach_of(law: Law, firm: Firm) -> date | None:
    """五（五）: the day of the violation; under `violations_and_accounts` the accounts' failing counts as one too,
    and the earlier day is taken."""
    days = [firm.day("violated_on")]
    if law.readings["clawback_trigger"] == "violations_and_accounts":
        days.append(firm.day("unsound_on"))
    return min((day for day in days if day is not None), default=None)


def is_barred(law: Law, firm: Firm, year: int) -> bool:
    """五（五）: unsound accounts bar every year; a breach its year and, by default, all later ones."""
    if firm.facts.get("accounts_sound") is False:
        return True
    violated = breach_of(law, firm)
    if violated is None:
        return False
    if law.readings["violation_bar"] == "that_year":
        return year == violated.year
    return year >= violated.year


def amounts_before_settlement(law: Law, firm: Firm, year: int, ledger: Ledger) -> dict[int, Decimal]:
    """What each cash clause would give in the year; under `higher_of` one opening award only."""
    amounts = {clause: rule(law, firm, year, ledger) for clause, rule in CASH_RULES.items()}
    if law.readings["opening_awards"] == "higher_of":
        if amounts[1] >= amounts[2]:
            amounts[2] = ZERO
        else:
            amounts[1] = ZERO
    return amounts


def settle_year(law: Law, firm: Firm, year: int, ledger: Ledger, result: Result) -> None:
    """A year without a `paid` table: bars, then the higher of this award and existing support."""
    if is_barred(law, firm, year):
        return
    if rebate_base_is_missing(law, firm, year, ledger):
        result.data_errors.append((firm.id, year))

    new_tiers = tiers_to_pay(law, firm, year, ledger)
    for clause, amount in amounts_before_settlement(law, firm, year, ledger).items():
        if amount <= 0:
            continue
        existing = firm.support.get((year, clause), ZERO)
        if existing > 0 and amount <= existing:
            continue  # 五（四）: the existing policy gives at least as much
        book_award(firm, year, clause, amount, ledger, result)
        if clause == 8:
            ledger.tiers |= new_tiers


def settle_paid_year(law: Law, firm: Firm, year: int, ledger: Ledger, result: Result) -> None:
    """A year the `paid` table covers: its amounts are the awards, whatever the clauses say."""
    for clause in CASH_CLAUSES:
        amount = firm.paid_table.get((year, clause), ZERO)
        if amount > 0:
            book_award(firm, year, clause, amount, ledger, result)
            if clause == 8:
                ledger.tiers |= tiers_of_paid_amount(law, amount)


def book_award(firm: Firm, year: int, clause: int, amount: Decimal, ledger: Ledger, result: Result) -> None:
    """Write an award into the result and the ledger, and with it the lower existing support it displaces."""
    key = (firm.id, year, CLAUSES[clause])
    result.awards[key] = amount
    ledger.record(clause, year, amount)
    existing = firm.support.get((year, clause), ZERO)
    if 0 < existing < amount:
        result.displaced[key] = existing
        of_district = firm.support_of_district.get((year, clause), ZERO)
        if of_district > 0:
            result.displaced_of_district[key] = of_district


def assess_firm(law: Law, firm: Firm, years: range, last_paid_year: int | None, result: Result) -> None:
    """Assess one enterprise through all years, in order."""
    ledger = Ledger()
    if years:  # payments of before the first assessed year are known, but shown in no year
        for year in sorted({year for year, _ in firm.paid_table if year < years[0]}):
            settle_paid_year(law, firm, year, ledger, Result())

    violated = breach_of(law, firm)
    for year in years:
        if last_paid_year is not None and year <= last_paid_year:
            settle_paid_year(law, firm, year, ledger, result)
        else:
            settle_year(law, firm, year, ledger, result)

        places = ZERO if is_barred(law, firm, year) else school_places(law, firm, year)
        if places > 0:
            result.awards[firm.id, year, CLAUSES[11]] = places

        if violated is not None and violated.year == year and ledger.sum_of_all() > 0:
            result.awards[firm.id, year, CLAWBACK] = -ledger.sum_of_all()

    if violated is not None and years and violated.year > years[-1]:
        result.warnings.append((firm.id, violated))


def assess(
    register: Register,
    *,
    start: date | None = date(2013, 1, 1),
    end: date | None = date(2015, 12, 31),
    readings: Mapping[str, str] | None = None,
    terms: Mapping[str, Any] | None = None,
) -> Result:
    """Assess a register under a scenario.

    `start` and `end` are the policy's days, None for no such bound. `readings` overrides the defaults of
    interpretation switches (`READINGS`), `terms` numbers and edges of the law (`DEFAULT_TERMS`); names and
    readings that do not exist raise a ValueError, as do rows that belong to nobody, come twice, or carry
    unknown columns.
    """
    law = Law(start, end, _chosen_readings(readings or {}), _chosen_terms(terms or {}))
    firms = _firms(register)
    annual_years = [row["year"] for row in register.annual]
    years: range = range(0)
    if annual_years:
        years = range(start.year if start is not None else min(annual_years), max(annual_years) + 1)
    last_paid_year = max((row["year"] for row in register.paid), default=None)

    result = Result()
    with decimal.localcontext() as context:
        context.prec = DIGITS
        for firm in firms:
            assess_firm(law, firm, years, last_paid_year, result)
    return result


# --------------------------------------------------------------------------------- reading the input


def _decimal(value: Any) -> Decimal:
    """A number as a Decimal, blank as 0. Floats are refused: they are not exact."""
    if value is None:
        return ZERO
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise TypeError(f"a number must be a Decimal or an int, not {value!r}")


def _chosen_readings(overrides: Mapping[str, str]) -> dict[str, str]:
    chosen = {switch: values[0] for switch, values in READINGS.items()}
    for switch, value in overrides.items():
        if switch not in READINGS:
            raise ValueError(f"no such interpretation switch: {switch!r}")
        if value not in READINGS[switch]:
            raise ValueError(f"{switch} has no reading {value!r}, only {', '.join(READINGS[switch])}")
        chosen[switch] = value
    return chosen


def _chosen_terms(overrides: Mapping[str, Any]) -> dict[str, Decimal | str]:
    chosen = dict(DEFAULT_TERMS)
    for name, value in overrides.items():
        if name not in DEFAULT_TERMS:
            raise ValueError(f"no such term: {name!r}")
        if name.endswith(".edge"):
            if value not in EDGES:
                raise ValueError(f"{name} must be one of {', '.join(EDGES)}, not {value!r}")
            chosen[name] = value
        else:
            chosen[name] = Decimal(value) if isinstance(value, str) else _decimal(value)
    return chosen


def _firms(register: Register) -> list[Firm]:
    """The enterprises, each with its rows of all tables; refuses what cannot be read in one way only."""
    firms: dict[str, Firm] = {}
    for facts in register.enterprises:
        _check_columns(facts, ENTERPRISE_COLUMNS)
        if facts["enterprise_id"] in firms:
            raise ValueError(f"enterprise {facts['enterprise_id']!r} comes twice")
        if facts.get("headquarters") not in (None, "none", "regional", "national"):
            raise ValueError(f"no such kind of headquarters: {facts['headquarters']!r}")
        firms[facts["enterprise_id"]] = Firm(facts)
    for row in register.annual:
        _check_columns(row, ANNUAL_COLUMNS)
        firm = _owner(firms, row)
        if row["year"] in firm.rows:
            raise ValueError(f"year {row['year']} of {firm.id!r} comes twice")
        firm.rows[row["year"]] = row
    for row in register.existing_support:
        _check_columns(row, SUPPORT_COLUMNS)
        payer = row.get("payer") or "district"
        if payer not in PAYERS:
            raise ValueError(f"no such payer: {payer!r}")
        firm = _owner(firms, row)
        _add_up(firm.support, row)
        if payer == "district":
            _add_up(firm.support_of_district, row)
    for row in register.paid:
        _check_columns(row, PAID_COLUMNS)
        _add_up(_owner(firms, row).paid_table, row)
    return list(firms.values())


def _owner(firms: dict[str, Firm], row: Row) -> Firm:
    if row["enterprise_id"] not in firms:
        raise ValueError(f"no enterprise {row['enterprise_id']!r}")
    return firms[row["enterprise_id"]]


def _add_up(table: dict[tuple[int, int], Decimal], row: Row) -> None:
    if row["clause"] not in CASH_CLAUSES:
        raise ValueError(f"clause must be 1 to 10, not {row['clause']!r}")
    amount = _decimal(row.get("amount"))
    if amount < 0:
        raise ValueError(f"a negative amount: {row!r}")
    key = (row["year"], row["clause"])
    table[key] = table.get(key, ZERO) + amount


def _check_columns(row: Row, known: tuple[str, ...]) -> None:
    unknown = [column for column in row if column not in known]
    if unknown:
        raise ValueError(f"unknown columns: {', '.join(unknown)}")
