"""The model played once more, in plain NumPy from its description alone: nothing of the engine or the projection is used.

One draw after the other, all enterprises of a draw side by side; the baseline's readings only. Money in yuan. The numbers of
the law stand here as the text has them, the assumptions come from the scenario's file. Chance is NumPy's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml

CLAUSES = (
    "headquarters_award",
    "opening_award",
    "office_rent",
    "tax_rebate",
    "certification_award",
    "spin_off_award",
    "platform_entry_fee",
    "platform_membership_award",
    "data_line",
    "model_building_award",
)
BASE, YEARS = 2012, range(2013, 2018)
START, LAST_YEAR_OF_TERM = 20130701, 2015
CUT = 1.5  # of own growth shocks
GOODS_LOCAL = {2016: 0.4167, 2017: 0.50}  # local share of VAT on goods; 0.25 before
SERVICES_LOCAL = {2016: (4 * 1.0 + 8 * 0.5) / 12, 2017: 0.5}  # all of it before
REFORM = 20140301

Par = dict[str, float]


def read_assumptions(scenario: Path) -> dict[str, Any]:
    """Assumptions of a scenario's file, by path, as written."""
    with scenario.open(encoding="utf-8") as file:
        return {path: entry["value"] for path, entry in yaml.safe_load(file)["assumptions"].items()}


def drawn(written: dict[str, Any], rng: np.random.Generator) -> Par:
    """One vector of parameters: each uncertain assumption from its own distribution, independent of the others."""
    par = {}
    for path, value in written.items():
        if isinstance(value, dict) and "mode" in value:
            low, mode, high = (float(value[key]) for key in ("low", "mode", "high"))
            a, b = 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)
            par[path] = low + (high - low) * rng.beta(a, b)
        elif isinstance(value, dict) and "low" in value:
            par[path] = rng.uniform(float(value["low"]), float(value["high"]))
        elif isinstance(value, dict):
            par[path] = float(rng.choice(value["values"], p=np.asarray(value["weights"], float) / sum(value["weights"])))
        else:
            par[path] = float(value)
    return par


@dataclass
class People:
    """Enterprises side by side, one array a fact."""

    n: int
    facts: dict[str, np.ndarray] = field(default_factory=dict)

    def __getattr__(self, name: str) -> np.ndarray:
        try:
            return self.facts[name]
        except KeyError:
            raise AttributeError(name) from None

    @classmethod
    def of(cls, n: int, **facts: Any) -> People:
        """n enterprises; what is not said is nothing."""
        nothing = dict.fromkeys(
            (
                "born",
                "settled",
                "spun_off",
                "leased",
                "headquarters",
                "designated",
                "sales",
                "members",
                "line",
                "entry_fee",
                "building",
                "capital",
                "paid_in",
                "area",
                "passing",
            ),
            0.0,
        )
        flags = {"ecommerce": 1.0, "retailer": 1.0, "services": 0.0, "anyway": 1.0, "o2o": 0.0}
        return cls(n, {name: np.broadcast_to(np.asarray(value, float), (n,)).copy() for name, value in (nothing | flags | facts).items()})

    def joined(self, other: People) -> People:
        return People(self.n + other.n, {name: np.concatenate([mine, other.facts[name]]) for name, mine in self.facts.items()})


def lognormal(rng: np.random.Generator, median: float, log_sd: float, n: int) -> np.ndarray:
    return median * np.exp(log_sd * rng.standard_normal(n))


def laplace_cut(rng: np.random.Generator, scale: float, n: int) -> np.ndarray:
    """A Laplace shock given that it lies within ±CUT."""
    size = -scale * np.log1p(-rng.random(n) * (1 - np.exp(-CUT / scale)))
    return np.where(rng.random(n) < 0.5, -size, size)


def mean_exp_of_shock(scale: float) -> float:
    """E[exp(shock)] of `laplace_cut`."""
    up, down = 1 / scale - 1, 1 / scale + 1
    inside = 1 - np.exp(-CUT / scale)
    return ((1 - np.exp(-up * CUT)) / up + (1 - np.exp(-down * CUT)) / down) / (2 * scale * inside)


def day_of(rng: np.random.Generator, year: np.ndarray | int, n: int) -> np.ndarray:
    return np.asarray(year) * 10_000 + rng.integers(1, 13, n) * 100 + rng.integers(1, 29, n)


def month_number(day: np.ndarray) -> np.ndarray:
    return day // 10_000 * 12 + day // 100 % 100 - 1


# ------------------------------------------------------------------------------------------------------------ who is there


def furnished(par: Par, rng: np.random.Generator, people: People) -> People:
    """Offices and data lines."""
    n, facts = people.n, people.facts
    facts["area"] = lognormal(rng, par["office.area_median"], par["office.area_log_sd"], n)
    facts["designated"] = (rng.random(n) < par["office.designated_share"]).astype(float)
    leases = rng.random(n) < par["line.prevalence"]
    facts["line"] = leases * lognormal(rng, par["line.fee_median"], par["line.fee_log_sd"], n)
    return people


def those_there(par: Par, rng: np.random.Generator) -> People:
    """Incumbents of the base year and local platforms."""
    n = int(par["incumbents.number"] + 0.5)
    services = rng.random(n) < par["service_share"]
    relative = lognormal(rng, 1.0, par["incumbents.log_sd"], n)
    total = relative[~services].sum()
    earlier = ~services & (rng.random(n) < par["split_offs.earlier"] / max(n, 1))
    old = People.of(
        n,
        services=services,
        retailer=~services,
        sales=relative * par["incumbents.online_sales"] / total if n else 0,
        spun_off=np.where(earlier, day_of(rng, rng.integers(BASE - 1, BASE + 1, n), n), 0),
    )
    furnished(par, rng, old)
    m = rng.poisson(par["platforms.number"])
    members = lognormal(rng, par["platforms.members_median"], par["platforms.members_log_sd"], m)
    return old.joined(People.of(m, services=1, members=members, sales=members * par["platforms.fee"]))


def newcomers(par: Par, rng: np.random.Generator, year: int) -> People:
    """The arrivals of a year: all that come where the policy is offered; `anyway` without the but-for part."""
    in_term = year <= LAST_YEAR_OF_TERM
    found = People.of(0)
    for kind, but_for in (
        ("startups", "butfor.startups"),
        ("regional", "butfor.anchors"),
        ("national", "butfor.anchors"),
        ("split_offs", ""),
    ):
        rate = par[f"{kind}.a_year"]
        attracted = rate * par[but_for] * par["butfor.offered"] if but_for else 0.0
        own, more = rng.poisson(rate - attracted), rng.poisson(attracted) if in_term else 0
        n = own + more
        day, anchor = day_of(rng, year, n), kind in ("regional", "national")
        some = People.of(n, born=year, anyway=np.arange(n) < own)
        facts = some.facts
        log_sd = par["anchors.sales_log_sd"] if anchor else par["startups.sales_log_sd"]
        facts["sales"] = lognormal(rng, par[f"{kind if anchor else 'startups'}.sales_median"], log_sd, n)
        spread = np.sqrt(2 * np.log(max(1.0, par["capital.registered_mean"] / par["capital.registered_median"])))
        capital = np.minimum(lognormal(rng, par["capital.registered_median"], spread, n), par["capital.registered_cut"])
        ratio = np.where(day < REFORM, par["capital.paid_in_before_2014_03"], par["capital.paid_in_after"])
        if kind == "split_offs":
            facts["spun_off"] = day
        else:
            facts["settled"] = day
            later = rng.random(n) < par["office.lease_later_share"]
            lag = np.where(later, 1 + np.floor(rng.random(n) * par["office.lease_lag"]), 0)
            facts["leased"] = month_number(day) + lag  # a month's number is enough
        if kind == "startups":
            facts["services"] = (rng.random(n) < par["service_share"]).astype(float)
            facts["retailer"] = 1 - facts["services"]
        if anchor:
            facts["headquarters"] = np.full(n, 1.0 + (kind == "national"))
            capital, ratio = lognormal(rng, par[f"{kind}.capital_median"], par["anchors.capital_log_sd"], n), 1.0
            sector = rng.random(n)
            facts["ecommerce"] = (sector >= par["anchors.other_sector"]).astype(float)
            facts["retailer"] = (sector >= par["anchors.other_sector"] + par["anchors.not_retail"]).astype(float)
        facts["o2o"] = (rng.random(n) < par["o2o_share"]).astype(float)
        near = (capital < 2e6) & (capital >= 2e6 * (1 - par["bunching.capital_reach"])) & (facts["settled"] > 0)
        if in_term:
            capital = np.where(near & (rng.random(n) < par["bunching.capital"]), 2e6, capital)
        facts["capital"], facts["paid_in"] = np.floor(capital), np.floor(np.floor(capital) * ratio)
        found = found.joined(furnished(par, rng, some))
    joiners = People.of(rng.poisson(par["joiners.a_year"]), born=year, passing=1, entry_fee=par["joiners.fee"])
    buildings = People.of(rng.poisson(par["buildings.a_year"]), born=year, passing=1, building=1, ecommerce=0, retailer=0)
    return found.joined(joiners).joined(buildings)


# ------------------------------------------------------------------------------------------------------------ one draw


def market(par: Par, rng: np.random.Generator) -> list[float]:
    """What all enterprises share of each year's log growth."""
    common, deviation = [], 0.0
    for j in range(len(YEARS)):
        deviation = par["market.persistence"] * deviation + par["market.sd"] * rng.standard_normal()
        growth = par["market.growth"] + par["market.yearly_change"] * j + deviation
        growth += par["market.first_year_extra"] if j == 0 else 0.0
        common.append(growth + par["market.local_wedge"] - par["market.entry_part"] - np.log(mean_exp_of_shock(par["market.own_shock"])))
    return common


def retained(par: Par, year: int, people: People, sales: np.ndarray, profitable: np.ndarray) -> np.ndarray:
    small, west = par["tax.small_share"], par["tax.western_share"]
    rate = small * 0.10 + west * 0.15 + max(0.0, 1 - small - west) * par["tax.income_tax_rate"]
    goods = GOODS_LOCAL.get(year, 0.25) * par["tax.vat_burden_goods"]
    services = SERVICES_LOCAL.get(year, 1.0) * par["tax.burden_services"]
    turnover = np.where(people.services > 0, services, goods)
    return np.round(par["tax.district_share"] * sales * (turnover + 0.4 * profitable * par["tax.margin"] * rate), 2)


def hazards(par: Par, age: np.ndarray, born: np.ndarray) -> np.ndarray:
    by_age = np.select(
        [born == 0, age <= 1, age == 2, age == 3],
        [par["exit.incumbents"], par["exit.year1"], par["exit.year2"], par["exit.year3"]],
        par["exit.later"],
    )
    return np.where(born == 0, par["exit.incumbents"], by_age) * par["exit.dormancy"]


def one_draw(par: Par, rng: np.random.Generator) -> np.ndarray:
    """What is awarded, (years, clauses) yuan."""
    common = market(par, rng)
    arrivals = [newcomers(par, rng, year) for year in YEARS]
    people = those_there(par, rng)
    for some in arrivals:
        people = people.joined(some)
    n, facts = people.n, people.facts
    _share_out_offices(par, people)

    share, lasts = par["tax.profitable_share"], par["tax.profit_persistence"]
    lasts = max(lasts, 2 - 1 / share) if share > 0.5 else lasts
    regained = share * (1 - lasts) / (1 - share)
    profitable = rng.random(n) < share
    yuan, members = facts["sales"].copy(), facts["members"].copy()
    tax = np.where(people.born == 0, retained(par, BASE, people, yuan, profitable), 0.0)
    was_there = people.born == 0

    applies_mixed, applies_all = rng.random((n, len(CLAUSES))) < par["take_up.together"], rng.random(n)
    applies_own = np.where(applies_mixed, applies_all[:, None], rng.random((n, len(CLAUSES))))
    holder = rng.random(n) < par["existing.share"]
    existing = np.array([par["existing.rate"] * par[f"typical_sum.{slug}"] for slug in CLAUSES])
    first_paid = np.zeros((n, len(CLAUSES)), int)
    tiers_paid = np.zeros(n, int)
    certified, violated = np.zeros(n, bool), np.zeros(n, bool)
    gone = np.zeros(n, bool)
    sums = np.zeros((len(YEARS), len(CLAUSES)))
    for j, year in enumerate(YEARS):
        new, here = people.born == year, (people.born <= year) & ~gone
        hazard = hazards(par, year - people.born, people.born)
        leaves = here & ~new & ((rng.random(n) < hazard) | (people.passing > 0))
        gone, here = gone | leaves, here & ~leaves
        growth = np.exp(common[j] + laplace_cut(rng, par["market.own_shock"], n)) / (1 - hazard)
        growth = np.where(people.born < year, growth, 1.0)  # who has not come yet, or has just come, does not grow
        yuan, members = yuan * growth, members * growth
        u = rng.random(n)
        profitable = np.where(new, u < share, np.where(profitable, u < lasts, u < regained))
        came = np.maximum(people.settled, people.spun_off).astype(int)
        part = np.where(new & (came > 0), (13 - came // 100 % 100) / 12, 1.0)
        last_tax, tax = tax, retained(par, year, people, yuan * part, profitable)
        day = day_of(rng, year, n)
        now_certified = here & ~certified & (people.retailer > 0) & (people.passing == 0) & (rng.random(n) < par["certification.rate"])
        certified |= now_certified
        violated |= here & (rng.random(n) < par["breach.rate"])

        price = (1 + par["prices.growth"]) ** (year - BASE)
        amounts = _entitlements(
            par,
            people,
            year,
            price,
            part,
            yuan,
            members,
            tax,
            last_tax,
            was_there,
            new,
            first_paid,
            tiers_paid,
            now_certified & (day >= START),
        )
        amounts *= (here & ~violated)[:, None]
        amounts[holder[:, None] & (amounts <= existing)] = 0
        for k, slug in enumerate(CLAUSES):
            due = amounts[:, k] > 0
            rate, odds = par[f"take_up.{slug}"], np.ones(n)
            odds[due] = (amounts[due, k] / par[f"typical_sum.{slug}"]) ** par["take_up.size_elasticity"]
            odds *= rate / (1 - rate) if rate < 1 else np.inf
            chance = np.where(np.isinf(odds), 1.0, odds / (1 + odds))
            amounts[~(applies_own[:, k] < chance), k] = 0
        paid = amounts > 0
        reached = np.digitize(np.floor(members), [1000.5, 2000.5, 5000.5])
        tiers_paid = np.where(paid[:, 7], reached, tiers_paid)
        first_paid = np.where(paid & (first_paid == 0), year, first_paid)
        sums[j] = amounts.sum(axis=0)
        supported = _rent_months(people, year) * (first_paid[:, 2] > 0)
        ends = here & (supported > 0) & (_rent_months(people, year + 1) == 0) & (people.anyway == 0)
        gone |= ends & (rng.random(n) < par["exit.after_support"])
        was_there = here
    return sums


def _share_out_offices(par: Par, people: People) -> None:
    """Newcomers find room in the designated buildings by day of settling; whoever does not fit rents elsewhere."""
    facts, space = people.facts, par["office.stock"]
    came = np.maximum(people.settled, people.spun_off)
    who = np.flatnonzero((people.born > 0) & (people.designated > 0))
    for i in who[np.argsort(people.born[who] * 1e8 + people.settled[who], kind="stable")]:
        if came[i] > 0 and facts["area"][i] <= space:
            space -= facts["area"][i]
        else:
            facts["designated"][i] = 0


def _rent_months(people: People, year: int) -> np.ndarray:
    """Months of a year within 24 of the lease, not before settling."""
    first = np.maximum(people.leased, year * 12)
    last = np.minimum(people.leased + 24, year * 12 + 12)
    newly = (people.settled >= START) & (people.settled // 10_000 <= LAST_YEAR_OF_TERM)
    eligible = newly & (people.ecommerce > 0) & (people.designated > 0)
    return np.where(eligible, np.maximum(0, last - first), 0)


def _entitlements(
    par, people, year, price, part, yuan, members, tax, last_tax, was_there, new, first_paid, tiers_paid, certified_in_term
) -> np.ndarray:
    """What each clause gives, before conduct, existing support and take-up, (n, clauses) yuan."""
    in_term = year <= LAST_YEAR_OF_TERM
    newly = new & (people.settled >= START) & in_term
    never = first_paid == 0
    amounts = np.zeros((people.n, len(CLAUSES)))
    qualify = np.select([people.headquarters == 2, people.headquarters == 1], [people.paid_in >= 3e7, people.paid_in >= 1e7], False)
    award = np.where(people.headquarters == 2, 3e6, 1e6) * par["discretion.headquarters_award"]
    amounts[:, 0] = np.where(newly & qualify & (people.ecommerce > 0), award, 0)
    amounts[:, 1] = np.where(newly & (people.retailer > 0) & (people.o2o > 0) & (people.capital >= 2e6), 0.03 * people.paid_in, 0)
    begins = np.where(never[:, 2], year, first_paid[:, 2]) <= LAST_YEAR_OF_TERM
    amounts[:, 2] = _rent_months(people, year) * np.minimum(people.area, 500) * par["office.rent"] * price * begins
    rise = np.maximum(0, tax - np.where(new, 0, last_tax))
    begun = np.where(never[:, 3], year, first_paid[:, 3])
    window = (begun <= LAST_YEAR_OF_TERM) & (year < begun + 2) & (people.retailer > 0) & (new | was_there)
    amounts[:, 3] = window * rise * np.select([tax >= 3e5, tax >= 5e4], [0.5, 0.3], 0.0)
    amounts[:, 4] = 2e4 * (certified_in_term & in_term)
    ran = (people.spun_off > 0) & (people.spun_off // 10_000 + 1 <= year)
    amounts[:, 5] = 2e4 * (ran & in_term & never[:, 5] & (people.retailer > 0))
    amounts[:, 6] = 0.6 * people.entry_fee * price * (in_term & never[:, 6] & new)
    reached = np.digitize(np.floor(members), [1000.5, 2000.5, 5000.5])
    income = np.floor(members) * par["platforms.fee"] * price
    above = (income > 1e6) & (reached > tiers_paid) & in_term
    amounts[:, 7] = np.where(above, np.array([0, 5e4, 1e5, 2e5])[reached], 0)
    begun = np.where(never[:, 8], year, first_paid[:, 8])
    line = np.minimum(0.3 * par["discretion.data_line"] * people.line * price * part, 2e5)
    amounts[:, 8] = line * ((begun <= LAST_YEAR_OF_TERM) & (year < begun + 2) & (people.ecommerce > 0))
    large = (par["buildings.area"] > 5000) & (par["buildings.occupancy"] > 0.8)
    amounts[:, 9] = 1e5 * (people.building * (in_term & large & new) * never[:, 9])
    return np.round(amounts, 2)


def play(scenario: Path, draws: int, seed: int) -> np.ndarray:
    """What is awarded under the baseline, (draws, years, clauses) yuan."""
    written, rng = read_assumptions(scenario), np.random.default_rng(seed)
    return np.stack([one_draw(drawn(written, rng), rng) for _ in range(draws)])
