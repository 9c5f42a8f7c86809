"""The projection of MODEL.md in whole arrays: one draw of a register's enterprises, year after year.

Shared by the peers: in OpenFisca, too, the facts of coming years are inputs that something else has to project.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from simulator.facts import AREA, OCCUPANCY, RENT
from simulator.money import FEN, RATE
from simulator.projection.enterprises import BUILDING, JOINER, PLATFORM, SERVICE
from simulator.streams import BREACH, BUT_FOR, CERTIFICATION, CHILDREN, EXIT, GROWTH, PROFIT, REREGISTERS
from tests.benchmarks.work import SHOCK_CUT, Work

AGES = ("year1", "year2", "year3", "later", "incumbents")
SERVICES_LOCAL = {2016: (4 * 1.0 + 8 * 0.5) / 12}  # all of it before, half of it afterwards


def day_in_year(p: np.ndarray, year: int) -> np.ndarray:
    """A date of the year (yyyymmdd): 12 months of 28 days alike."""
    day = (p * 336).astype(np.int64)
    return year * 10_000 + (day // 28 + 1) * 100 + day % 28 + 1


@dataclass
class Year:
    """The facts of one year of one draw. `at` (m,): places in the register of those still there; arrays (m,) beside it.

    Facts with a row of the year (`present`) in fen, 0.01 m², 0.0001 yuan; dates (n,) yyyymmdd of the whole register;
    local_tax, unshared (m,) yuan.
    """

    j: int
    at: np.ndarray
    present: np.ndarray
    sales: np.ndarray
    online_sales: np.ndarray
    main_taxes: np.ndarray
    retained_tax: np.ndarray
    contribution: np.ndarray
    local_tax: np.ndarray
    unshared: np.ndarray
    children: np.ndarray
    members: np.ndarray
    membership_income: np.ndarray
    settled_on: np.ndarray
    lease_started_on: np.ndarray
    certified_on: np.ndarray
    violated_on: np.ndarray
    # what does not change after the last known year, of the whole register (n,)
    rented_area: np.ndarray
    rent: np.ndarray
    designated: np.ndarray
    line_lease: np.ndarray
    entry_fee: np.ndarray
    trades_locally: np.ndarray
    building_area: np.ndarray
    occupancy: np.ndarray
    recognised: np.ndarray


def to_fen(yuan: np.ndarray) -> np.ndarray:
    return np.floor(yuan * FEN + 0.5).astype(np.int64)


class Projection:
    """Projects draws of a register. What no draw changes is worked out once, when it is made."""

    def __init__(self, work: Work):
        self.work, states, row = work, work.states, work.annual[:, work.known]
        self.n = len(work)
        self.everyone = np.arange(self.n)
        self.active = (row["present"] != 0) & (states["closed"] == 0)
        self.services = np.isin(states["kind"], (SERVICE, PLATFORM, BUILDING))
        self.own_rate = states["own_rate"]
        self.has_own_rate = self.own_rate > 0
        self.online_share = states["online_share"]
        self.came_before = work.enterprises["settled_on"] // 10_000 <= work.base
        self.to_certify = (
            (work.enterprises["certified_on"] == 0) & (work.enterprises["online_retailer"] != 0) & (states["kind"] != JOINER) & self.active
        )
        self.can_reregister = (states["born"] == 0) & (work.enterprises["settled_on"] == 0) & self.active
        years = np.array([work.base, *work.years])[:, None]
        self.age = np.where(states["born"] == 0, len(AGES) - 1, np.clip(years - states["born"], 1, 4) - 1)
        there = self.active
        self.fixed = {
            "rented_area": (states["area"] * AREA + 0.5).astype(np.int64) * there,
            "rent": (states["rent"] * RENT + 0.5).astype(np.int64) * there,
            "designated": states["designated"] * there,
            "line_lease": to_fen(states["line_lease"]) * there,
            "entry_fee": to_fen(states["entry_fee"]) * there,
            "trades_locally": there.astype(np.int64),
            "building_area": (states["building_area"] * AREA + 0.5).astype(np.int64) * there,
            "occupancy": (states["occupancy"] * OCCUPANCY + 0.5).astype(np.int64) * there,
            "recognised": (states["kind"] == BUILDING) & there,
        }

    def without_the_policy(self, d: int, variates) -> np.ndarray:
        """Who would be there without the policy (n,): all that came before it, the others but for the but-for share."""
        anyway = self.came_before.copy()
        later = np.flatnonzero(~anyway)
        if len(later):
            par, anchors = self.work.parameters[d], self.work.enterprises["headquarters"][later] != 0
            share = np.where(anchors, par["butfor_anchors"], par["butfor_startups"]) * par["butfor_offered"]
            anyway[later] = variates.u(BUT_FOR, later, 0) >= share
        return anyway

    def years(self, d: int, variates) -> Iterator[Year]:
        """The years of draw d, in order."""
        work, par, everyone = self.work, self.work.parameters[d], self.everyone
        dates = {name: work.enterprises[name].copy() for name in ("settled_on", "lease_started_on", "certified_on", "violated_on")}
        for j in range(1, work.known + 1):
            yield self._known(j, dates, float(par["tax_district_share"]))
        at, sales = everyone, work.states["sales"]
        profitable, members = work.states["profitable"] != 0, work.states["members"]
        fee, to_certify, unbroken = work.states["fee"], self.to_certify.copy(), work.enterprises["violated_on"] == 0
        children_cdf = self._children(float(par["children_rate"]), variates)
        scale = float(par["market_own_shock"])
        inside = 1 - float(variates.exp(-SHOCK_CUT / scale))
        for j in range(work.known + 1, len(work.years) + 1):
            year, active = work.years[j - 1], self.active[at]
            rates = np.array([par[f"exit_{name}"] for name in AGES]) * par["exit_dormancy"]
            stay = ~active | (variates.u(EXIT, at, year - 1) >= rates[self.age[j, at]])
            at, active, sales, profitable, members = (a[stay] for a in (at, active, sales, profitable, members))
            p = variates.u(GROWTH, at, year)
            shock = np.where(p < 0.5, scale, -scale) * variates.log(1 - inside * np.abs(1 - 2 * p))
            stays = 1.0 - rates[self.age[j, at]]  # who stays grows by what the leavers free
            grown = variates.exp(work.growth[d, j] + shock)
            factor = np.divide(grown, stays, out=grown, where=stays > 0)
            sales, members = sales * factor, members * factor
            self._reregister(par, at, year, dates, variates)
            profitable = self._profits(par, profitable, variates.u(PROFIT, at, year))
            p, children = variates.u(CHILDREN, at, year), np.zeros(len(at), np.int64)
            some = np.flatnonzero((p > children_cdf[0]) & active)
            children[some] = np.searchsorted(children_cdf, p[some])
            self._befall(par, at, year, dates, to_certify, unbroken, variates)
            yield self._project(j, d, at, active, sales, profitable, members, fee[at], children, dates)

    def _reregister(self, par, at, year, dates, variates) -> None:
        if par["reregistration_share"] > 0 and self._in_term(year):
            may = at[self.can_reregister[at] & (dates["settled_on"][at] == 0)]
            who = may[variates.u(REREGISTERS, may, year) < par["reregistration_share"]]
            dates["settled_on"][who] = dates["lease_started_on"][who] = year * 10_000 + 7_01

    def _in_term(self, year: int) -> bool:
        policy = self.work.terms[0]["policy"]
        return policy["start"] // 10_000 <= year <= policy["end"] // 10_000

    def _profits(self, par, was: np.ndarray, p: np.ndarray) -> np.ndarray:
        share, lasts = float(par["tax_profitable_share"]), float(par["tax_profit_persistence"])
        lasts = max(lasts, 2 - 1 / share) if share > 0.5 else lasts
        return p < np.where(was, lasts, share * (1 - lasts) / (1 - share))

    def _children(self, rate: float, variates) -> np.ndarray:
        """Distribution function of the Poisson number of children, up to where it says nothing more."""
        n, term = 0, float(variates.exp(-rate))
        table = [term]
        while n < rate or term > 1e-18:
            n += 1
            term *= rate / n
            table.append(table[-1] + term)
        return np.array(table)

    def _local(self, j: int) -> tuple[float, float, float]:
        """Local share of goods' VAT, of services' turnover tax and of income tax in the year at position j."""
        sharing, year = self.work.terms[j]["sharing"], self.work.base + j
        services = SERVICES_LOCAL.get(year, 1.0 if year < 2016 else 0.5)
        return int(sharing["local_vat_share"]) / RATE, services, int(sharing["local_income_tax_share"]) / RATE

    def _moved(self, par, j: int, services: bool) -> float:
        """Expected retained tax per yuan of sales in the year at position j over the last known year's."""
        turnover = par["tax_burden_services"] if services else par["tax_vat_burden_goods"]
        income = par["tax_profitable_share"] * par["tax_margin"] * par["tax_income_tax_rate"]
        now, then = (
            par["tax_district_share"] * (local[services] * turnover + local[2] * income)
            for local in (self._local(j), self._local(self.work.known))
        )
        return now / then if then > 0 else 1.0

    def _project(self, j, d, at, active, sales, profitable, members, fee, children, dates) -> Year:
        par, services, has_rate = self.work.parameters[d], self.services[at], self.has_own_rate[at]
        turnover = sales * np.where(services, par["tax_burden_services"], par["tax_vat_burden_goods"])
        income = np.where(profitable, sales * par["tax_margin"] * par["tax_income_tax_rate"], 0.0)
        local, then = self._local(j), self._local(0)
        kept = par["tax_district_share"] * (np.where(services, local[1], local[0]) * turnover + local[2] * income)
        unshared = (
            kept if local == then else par["tax_district_share"] * (np.where(services, then[1], then[0]) * turnover + then[2] * income)
        )
        own = sales * self.own_rate[at]  # a register's own level, moved only by the sharing rules
        kept = np.where(has_rate, own * np.where(services, self._moved(par, j, True), self._moved(par, j, False)), kept)
        unshared = np.where(has_rate, own, unshared) * active
        kept = kept * active
        turnover_fen, income_fen, retained = to_fen(turnover), to_fen(income), to_fen(kept)
        contribution = self._bunched(par, j, retained)
        share = par["tax_district_share"]
        return Year(
            j,
            at,
            active,
            to_fen(sales) * active,
            to_fen(sales * self.online_share[at]) * active,
            (turnover_fen + income_fen) * active,
            retained,
            contribution,
            kept / share if share > 0 else np.zeros(len(at)),
            unshared,
            children,
            members.astype(np.int64) * active,
            to_fen(members * fee) * active,
            **dates,
            **self.fixed,
        )

    def _bunched(self, par, j: int, retained: np.ndarray) -> np.ndarray:
        reach = 1.0 - float(par["bunching_contribution"])
        if reach >= 1.0:
            return retained
        contribution, rebate = retained.copy(), self.work.terms[j]["tax_rebate"]
        for edge in (int(rebate["high_contribution"]), int(rebate["low_contribution"])):
            contribution[(contribution >= reach * edge) & (contribution < edge)] = edge
        return contribution

    def _befall(self, par, at, year, dates, to_certify, unbroken, variates) -> None:
        may = at[to_certify[at]]
        chance = variates.u(CERTIFICATION, may, year)
        who = may[chance < par["certification_rate"]]
        dates["certified_on"][who] = day_in_year(chance[chance < par["certification_rate"]] / par["certification_rate"], year)
        to_certify[who] = False
        may = at[unbroken[at] & self.active[at]]
        chance = variates.u(BREACH, may, year)
        who = may[chance < par["breach_rate"]]
        dates["violated_on"][who] = day_in_year(chance[chance < par["breach_rate"]] / par["breach_rate"], year)
        unbroken[who] = False

    def _known(self, j: int, dates, district_share: float) -> Year:
        """A year the register has."""
        row, work = self.work.annual[:, j], self.work
        share = int(work.terms[j]["sharing"]["district_share"])
        retained = row["retained_tax"]
        local = retained / FEN / (share / RATE) if share > 0 else np.zeros(self.n)
        return Year(
            j,
            self.everyone,
            row["present"] != 0,
            row["sales"],
            row["online_sales"],
            row["vat"] + row["business_tax"] + row["income_tax"],
            retained,
            row["district_contribution"],
            local,
            retained / FEN,
            row["executive_children"],
            row["paid_members"],
            row["membership_income"],
            **dates,
            rented_area=row["rented_area"],
            rent=row["rent"],
            designated=row["designated_building"],
            line_lease=row["line_lease"],
            entry_fee=row["entry_fee"],
            trades_locally=row["trades_locally"],
            building_area=row["building_area"],
            occupancy=row["building_occupancy"],
            recognised=row["building_recognised"] != 0,
        )
