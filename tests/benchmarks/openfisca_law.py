"""The law of RULES.md as OpenFisca formulas: variables of one entity over years, parameters by clause.

Own formulas against the public API of openfisca-core, in its vectorised style: whole arrays, one value per enterprise, no
branches. Amounts are whole fen: `Fen` asks the package for 64-bit integers where it would take 32. Default readings.
"""

from __future__ import annotations

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.model_api import ETERNITY, YEAR, ParameterNode, Variable, max_, min_, where
from openfisca_core.taxbenefitsystems import TaxBenefitSystem

from simulator.facts import NATIONAL, REGIONAL
from simulator.money import FEN, RATE
from simulator.streams import APPLY, APPLY_MIX, APPLY_TOGETHER, LEAVING
from tests.benchmarks.arrays import ONE_IN, RENT_WHOLE, in_year, months, share_of, year_after
from tests.benchmarks.work import KEYS
from tests.of_2013 import CASH, SLUGS

Enterprise = build_entity(key="enterprise", plural="enterprises", label="An enterprise of the register", is_person=True)
VARIABLES: list[type[Variable]] = []


class Fen(Variable):
    """A variable of 64-bit whole numbers."""

    def __init__(self, baseline_variable=None) -> None:
        super().__init__(baseline_variable)
        self.dtype = np.int64


def variable(name: str, kind: type = int, period=YEAR, formula=None) -> None:
    """Declare a variable; without a formula it is an input."""
    body = {"value_type": kind, "entity": Enterprise, "definition_period": period}
    VARIABLES.append(type(name, (Fen if kind is int else Variable,), body | ({"formula": formula} if formula else {})))


def yearly(kind: type = int):
    """A formula by year, named like its function."""

    def declare(formula):
        variable(formula.__name__, kind, YEAR, formula)
        return formula

    return declare


FACTS = (
    "settled_on",
    "lease_started_on",
    "certified_on",
    "violated_on",
    "sales",
    "online_sales",
    "main_taxes",
    "retained_tax",
    "contribution",
    "children",
    "members",
    "membership_income",
    "rented_area",
    "rent",
    "designated",
    "line_lease",
    "entry_fee",
    "trades_locally",
    "building_area",
    "occupancy",
    "local_fen",
    "unshared_fen",
)
FLAGS = ("there", "present", "recognised")
ALWAYS = ("spun_off_on", "building_opened_on", "headquarters", "paid_in_capital", "registered_capital")
ALWAYS_FLAGS = ("accounts_sound", "online_retailer", "ecommerce", "o2o", "traditional", "came_anyway")
for _name in FACTS:
    variable(_name)
for _name in FLAGS:
    variable(_name, bool)
for _name in ALWAYS:
    variable(_name, int, ETERNITY)
for _name in ALWAYS_FLAGS:
    variable(_name, bool, ETERNITY)
for _slug in SLUGS:
    variable(f"existing_{_slug}")


def date_in_term(date, parameters, period):
    policy = parameters(period).policy
    return (date != 0) & (policy.start <= date) & (date <= policy.end)


def year_in_term(year, parameters, period):
    policy = parameters(period).policy
    return (policy.start // 10_000 <= year) & (year <= policy.end // 10_000)


def calendar(period) -> int:
    return period.start.year


@yearly(bool)
def here(enterprise, period, parameters):
    """There with the policy: not gone, and not left when its rent support ran out."""
    return enterprise("there", period) & ~enterprise("gone_away", period.last_year)


@yearly(bool)
def gone_away(enterprise, period, parameters):
    """Came for the policy and left this year or before, because rent support ran out."""
    year = calendar(period)
    if year <= enterprise.simulation.known_until:
        return enterprise.filled_array(False)
    ends = (
        enterprise("here", period)
        & ~enterprise("came_anyway", period)
        & (enterprise("first_year_of_office_rent", period) != 0)
        & (enterprise("months_of_rent", period) > 0)
        & (_months(enterprise, period, year + 1, int(parameters(period).office_rent.months)) == 0)
    )
    who = np.flatnonzero(ends)
    leaves = enterprise.filled_array(False)
    simulation = enterprise.simulation
    leaves[who] = simulation.variates.u(LEAVING, who, year) < simulation.par["exit_after_support"]
    return leaves | enterprise("gone_away", period.last_year)


@yearly(bool)
def allowed(enterprise, period, parameters):
    """五（五）: sound accounts and no violation in this year or before; and still there."""
    violated_on = enterprise("violated_on", period)
    barred = (violated_on != 0) & (violated_on < (calendar(period) + 1) * 10_000)
    return enterprise("here", period) & enterprise("accounts_sound", period) & ~barred


@yearly(bool)
def newly_settled(enterprise, period, parameters):
    """Settled in term."""
    return date_in_term(enterprise("settled_on", period), parameters, period)


@yearly(bool)
def newly_settled_this_year(enterprise, period, parameters):
    return enterprise("newly_settled", period) & in_year(enterprise("settled_on", period), calendar(period))


def _months(enterprise, period, year: int, length: int):
    """Months of a calendar year that rent support covers (0 … 12)."""
    settled, leased = enterprise("settled_on", period), enterprise("lease_started_on", period)
    first = max_(max_(months(settled), months(leased)), year * 12)
    last = min_(months(leased) + length, year * 12 + 12)
    return where((settled == 0) | (leased == 0), 0, max_(last - first, 0))


@yearly()
def months_of_rent(enterprise, period, parameters):
    return _months(enterprise, period, calendar(period), int(parameters(period).office_rent.months))


def never_paid(enterprise, period, slug: str):
    return enterprise(f"first_year_of_{slug}", period.last_year) == 0


def first_if_paid_now(enterprise, period, slug: str):
    """The first year paid, this one if none was before."""
    first = enterprise(f"first_year_of_{slug}", period.last_year)
    return where(first == 0, calendar(period), first)


@yearly()
def headquarters_award_due(enterprise, period, parameters):
    p, kind, capital = parameters(period).headquarters_award, enterprise("headquarters", period), enterprise("paid_in_capital", period)
    award = where((kind == NATIONAL) & (capital >= p.national_capital), p.national_award, 0) + where(
        (kind == REGIONAL) & (capital >= p.regional_capital), p.regional_award, 0
    )
    conditions = (
        enterprise("newly_settled_this_year", period)
        & enterprise("ecommerce", period)
        & never_paid(enterprise, period, "headquarters_award")
    )
    return where(conditions, share_of(award.astype(np.int64), enterprise.simulation.decided_headquarters), 0)


@yearly()
def opening_award_due(enterprise, period, parameters):
    p = parameters(period).opening_award
    conditions = (
        enterprise("newly_settled_this_year", period)
        & enterprise("online_retailer", period)
        & enterprise("o2o", period)
        & (enterprise("registered_capital", period) >= p.registered_capital)
        & never_paid(enterprise, period, "opening_award")
    )
    return where(conditions, share_of(enterprise("paid_in_capital", period), int(p.rate)), 0)


@yearly()
def office_rent_due(enterprise, period, parameters):
    p = parameters(period).office_rent
    conditions = (
        enterprise("newly_settled", period)
        & enterprise("ecommerce", period)
        & (enterprise("designated", period) != 0)
        & year_in_term(first_if_paid_now(enterprise, period, "office_rent"), parameters, period)
    )
    rent = enterprise("rent", period) * min_(enterprise("rented_area", period), int(p.max_area)) * enterprise("months_of_rent", period)
    return where(conditions, share_of(rent, int(p.rate), RENT_WHOLE), 0)


@yearly()
def tax_rebate_due(enterprise, period, parameters):
    p, year = parameters(period).tax_rebate, calendar(period)
    if year >= enterprise.simulation.suspended_from:
        return enterprise.filled_array(0)
    contribution, first = enterprise("contribution", period), first_if_paid_now(enterprise, period, "tax_rebate")
    new = in_year(enterprise("settled_on", period), year) | in_year(enterprise("spun_off_on", period), year)
    base = where(new, 0, enterprise("retained_tax", period.last_year))
    conditions = (
        enterprise("online_retailer", period)
        & enterprise("present", period)
        & (contribution >= p.low_contribution)
        & (new | enterprise("present", period.last_year))
        & (year < first + p.years)
        & year_in_term(first, parameters, period)
    )
    rate = where(contribution >= p.high_contribution, int(p.high_rate), int(p.low_rate))
    return where(conditions, share_of(max_(enterprise("retained_tax", period) - base, 0), rate), 0)


@yearly()
def certification_award_due(enterprise, period, parameters):
    certified_on = enterprise("certified_on", period)
    conditions = (
        in_year(certified_on, calendar(period))
        & date_in_term(certified_on, parameters, period)
        & enterprise("online_retailer", period)
        & never_paid(enterprise, period, "certification_award")
    )
    return where(conditions, int(parameters(period).certification_award.award), 0)


@yearly()
def spin_off_award_due(enterprise, period, parameters):
    spun_off_on, year = enterprise("spun_off_on", period), calendar(period)
    conditions = (
        enterprise("online_retailer", period)
        & (spun_off_on != 0)
        & (year_after(spun_off_on) <= year)
        & year_in_term(year, parameters, period)
        & never_paid(enterprise, period, "spin_off_award")
    )
    return where(conditions, int(parameters(period).spin_off_award.award), 0)


@yearly()
def platform_entry_fee_due(enterprise, period, parameters):
    conditions = (
        (enterprise("trades_locally", period) != 0)
        & year_in_term(calendar(period), parameters, period)
        & never_paid(enterprise, period, "platform_entry_fee")
    )
    return where(conditions, share_of(enterprise("entry_fee", period), int(parameters(period).platform_entry_fee.rate)), 0)


@yearly()
def tier_reached(enterprise, period, parameters):
    """The highest tier of members reached: 0 none, 1, 2, 3."""
    p, members = parameters(period).platform_membership_award, enterprise("members", period)
    return (members >= p.tier1_members).astype(np.int64) + (members >= p.tier2_members) + (members >= p.tier3_members)


@yearly()
def tier_paid(enterprise, period, parameters):
    """The highest tier this policy has paid until the end of the year."""
    paid_now = where(enterprise("platform_membership_award", period) > 0, enterprise("tier_reached", period), 0)
    return max_(enterprise("tier_paid", period.last_year), paid_now) if calendar(period) > enterprise.simulation.base else paid_now


@yearly()
def platform_membership_award_due(enterprise, period, parameters):
    p, tier = parameters(period).platform_membership_award, enterprise("tier_reached", period)
    conditions = (
        (enterprise("membership_income", period) >= p.income)
        & year_in_term(calendar(period), parameters, period)
        & (tier > enterprise("tier_paid", period.last_year))
    )
    return where(conditions, np.array([0, p.tier1_award, p.tier2_award, p.tier3_award], np.int64)[tier], 0)


@yearly()
def data_line_due(enterprise, period, parameters):
    p, first = parameters(period).data_line, first_if_paid_now(enterprise, period, "data_line")
    conditions = enterprise("ecommerce", period) & (calendar(period) < first + p.years) & year_in_term(first, parameters, period)
    share = share_of(enterprise("line_lease", period), int(p.rate) * enterprise.simulation.decided_line, RATE * RATE)
    return where(conditions, min_(share, int(p.cap)), 0)


@yearly()
def model_building_award_due(enterprise, period, parameters):
    p, opened_on = parameters(period).model_building_award, enterprise("building_opened_on", period)
    conditions = (
        enterprise("recognised", period)
        & (enterprise("building_area", period) >= p.area)
        & (enterprise("occupancy", period) >= p.occupancy)
        & (opened_on != 0)
        & (year_after(opened_on) <= calendar(period))
        & year_in_term(calendar(period), parameters, period)
        & never_paid(enterprise, period, "model_building_award")
    )
    return where(conditions, int(p.award), 0)


@yearly()
def school_places_due(enterprise, period, parameters):
    conditions = enterprise("online_retailer", period) & year_in_term(calendar(period), parameters, period)
    return where(conditions, enterprise("children", period), 0)


def _settled(k: int, slug: str):
    """五（四）（五）: nothing where conduct bars it or an existing support is as high."""

    def entitled(enterprise, period, parameters):
        due = enterprise(f"{slug}_due", period)
        conditions = enterprise("allowed", period)
        if CASH[k] and enterprise.simulation.supported:
            conditions = conditions & (due > enterprise(f"existing_{slug}", period))
        return where(conditions, due, 0)

    return entitled


def _awarded(k: int, slug: str):
    """What those entitled apply for: one variate for all clauses and one for each, mixed; odds rise with the sum."""

    def award(enterprise, period, parameters):
        entitled, simulation = enterprise(f"{slug}_entitled", period), enterprise.simulation
        par, rate, typical = simulation.par, float(simulation.rates[k]), float(simulation.typical[k])
        if rate >= 1.0:
            return entitled
        who = np.flatnonzero(entitled)
        if rate > 0 and typical > 0 and par["take_up_size_elasticity"] != 0:
            odds = rate / (1 - rate) * (entitled[who] / (typical * FEN)) ** par["take_up_size_elasticity"]
            rate = odds / (1 + odds)
        variates = simulation.variates
        together = variates.u(APPLY_MIX, who, 0, KEYS[k]) < par["take_up_together"]
        applies = where(together, variates.u(APPLY_TOGETHER, who, 0), variates.u(APPLY, who, 0, KEYS[k])) < rate
        awarded = np.zeros_like(entitled)
        awarded[who] = entitled[who] * applies
        return awarded

    return award


def _first_year(slug: str):
    """The first year paid until the end of the year, 0 for never."""

    def first_year(enterprise, period, parameters):
        if calendar(period) <= enterprise.simulation.base:
            return enterprise.filled_array(0)
        first = enterprise(f"first_year_of_{slug}", period.last_year)
        return where((first == 0) & (enterprise(slug, period) > 0), calendar(period), first)

    return first_year


for _k, _slug in enumerate(SLUGS):
    variable(f"{_slug}_entitled", formula=_settled(_k, _slug))
    variable(_slug, formula=_awarded(_k, _slug))
    variable(f"first_year_of_{_slug}", formula=_first_year(_slug))


@yearly()
def cash(enterprise, period, parameters):
    """All cash awarded in the year."""
    return sum(enterprise(slug, period) for slug, is_cash in zip(SLUGS, CASH, strict=True) if is_cash)


@yearly()
def cash_ever(enterprise, period, parameters):
    """All cash ever paid under this policy until the end of the year."""
    if calendar(period) <= enterprise.simulation.base:
        return enterprise.filled_array(0)
    return enterprise("cash_ever", period.last_year) + enterprise("cash", period)


@yearly()
def clawback_due(enterprise, period, parameters):
    """五（五）: in the year of a violation all of it comes back."""
    violated = in_year(enterprise("violated_on", period), calendar(period)) & enterprise("here", period)
    return where(violated, enterprise("cash_ever", period), 0)


@yearly(bool)
def any_award(enterprise, period, parameters):
    return (enterprise("cash", period) > 0) | (enterprise("school_places", period) > 0)


@yearly(bool)
def counted(enterprise, period, parameters):
    """There with the policy, with facts of the year."""
    return enterprise("here", period) & enterprise("present", period)


@yearly(bool)
def counted_without(enterprise, period, parameters):
    """There without the policy, with facts of the year."""
    return enterprise("there", period) & enterprise("came_anyway", period) & enterprise("present", period)


@yearly(bool)
def goes_online(enterprise, period, parameters):
    """Counts this year, for the first time, as a traditional enterprise gone online (二)."""
    year, online, sales = calendar(period), enterprise("online_sales", period), enterprise("sales", period)
    if not year_in_term(year, parameters, period):
        return enterprise.filled_array(False)
    spun_off_on = enterprise("spun_off_on", period)
    split_off = in_year(spun_off_on, year) & date_in_term(spun_off_on, parameters, period)
    had_none = enterprise("traditional", period) | (
        (enterprise("sales", period.last_year) > 0) & (enterprise("online_sales", period.last_year) == 0)
    )
    enough = (online >= enterprise.simulation.par["targets_traditional"] * FEN) | (
        (sales > online) & (online > 0) & (online * ONE_IN >= sales)
    )
    return enterprise("counted", period) & (split_off | (had_none & enough)) & ~enterprise("went_online", period.last_year)


@yearly(bool)
def went_online(enterprise, period, parameters):
    """Has counted as gone online until the end of the year."""
    if calendar(period) <= enterprise.simulation.base:
        return enterprise.filled_array(False)
    return enterprise("went_online", period.last_year) | enterprise("goes_online", period)


def system(terms: list[dict[str, dict[str, int]]], years: list[int]) -> TaxBenefitSystem:
    """The tax-benefit system with the law's numbers (machine units: fen, 0.01 m², 1/10 000) of each year."""
    made = TaxBenefitSystem([Enterprise])
    for declared in VARIABLES:
        made.add_variable(declared)
    data: dict = {}
    for block, numbers in terms[0].items():
        data[block] = {
            name: {"values": {f"{year}-01-01": {"value": terms[j][block][name]} for j, year in enumerate(years)}} for name in numbers
        }
    made.parameters = ParameterNode("", data=data)
    return made
