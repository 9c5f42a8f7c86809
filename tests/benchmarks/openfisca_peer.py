"""Plays the common work in OpenFisca: facts of coming years are inputs of a simulation, its formulas are the law."""

from __future__ import annotations

import numpy as np
from openfisca_core.periods import period as period_of
from openfisca_core.simulations import SimulationBuilder

from simulator.engine.totals import AWARDED, BY_YEAR, DISPLACED, ENTITLED, RECIPIENTS
from simulator.facts import NATIONAL
from simulator.money import FEN
from simulator.projection.enterprises import TRADITIONAL
from tests.benchmarks import openfisca_law
from tests.benchmarks.arrays import SIZES
from tests.benchmarks.projected import Projection, Year, to_fen
from tests.benchmarks.work import Sums, Work
from tests.of_2013 import CASH, SLUGS

COMPACT = ("sales", "online_sales", "main_taxes", "retained_tax", "contribution", "children", "members", "membership_income", "present")
OF_ALL = (
    "settled_on",
    "lease_started_on",
    "certified_on",
    "violated_on",
    "rented_area",
    "rent",
    "designated",
    "line_lease",
    "entry_fee",
    "trades_locally",
    "building_area",
    "occupancy",
    "recognised",
)
DATES = OF_ALL[:4]


class OpenFisca:
    """Plays draws of the common work. What no draw changes is worked out once, when it is made."""

    def __init__(self, work: Work):
        self.work, self.projection, self.n = work, Projection(work), len(work)
        self.system = openfisca_law.system(work.terms, [work.base, *work.years])
        self.periods = [period_of(str(year)) for year in (work.base, *work.years)]
        facts = work.enterprises
        self.always = {name: facts[name] for name in openfisca_law.ALWAYS}
        self.always |= {name: facts[name] != 0 for name in ("accounts_sound", "online_retailer", "ecommerce", "o2o")}
        self.always["traditional"] = work.states["kind"] == TRADITIONAL
        self.support = (
            [[np.ascontiguousarray(work.existing[:, j, k]) for k in range(work.existing.shape[2])] for j in range(len(work.years))]
            if len(work.existing)
            else []
        )
        base = work.annual[:, 0]
        self.base_facts = {name: np.ascontiguousarray(base[name]) for name in ("retained_tax", "sales", "online_sales")}
        self.base_facts["present"] = base["present"] != 0

    def play(self, d: int, variates) -> Sums:
        """The sums of draw d."""
        sums, simulation = Sums(self.work), self._simulation(d, variates)
        for year in self.projection.years(d, variates):
            period = self.periods[year.j]
            self._enter(simulation, year, period)
            self._add_up(simulation, d, year.j, period, sums)
            simulation.calculate("gone_away", period)
            for slug in SLUGS:
                simulation.calculate(f"first_year_of_{slug}", period)
            for name in ("cash_ever", "tier_paid", "went_online"):
                simulation.calculate(name, period)
        return sums

    def _simulation(self, d: int, variates):
        simulation = SimulationBuilder().build_default_simulation(self.system, count=self.n)
        par, terms = self.work.parameters[d], self.work.terms[0]
        simulation.par, simulation.variates, simulation.base = par, variates, self.work.base
        simulation.known_until = self.work.base + self.work.known
        simulation.rates, simulation.typical = self.work.rates[d], self.work.typical[d]
        simulation.supported = len(self.work.existing) > 0
        simulation.suspended_from = self.work.scenario.plain["rebate_suspended_from"] or 9999
        simulation.decided_headquarters = int(terms["headquarters_award"]["discretion_share"] * par["discretion_headquarters_award"] + 0.5)
        simulation.decided_line = int(terms["data_line"]["discretion_share"] * par["discretion_data_line"] + 0.5)
        for name, values in self.always.items():
            simulation.set_input(name, "ETERNITY", values)
        simulation.set_input("came_anyway", "ETERNITY", self.projection.without_the_policy(d, variates))
        base = self.periods[0]
        for name, values in self.base_facts.items():
            simulation.set_input(name, base, values)
        for name in ("gone_away", "went_online"):
            simulation.set_input(name, base, np.zeros(self.n, bool))
        for name in (*(f"first_year_of_{slug}" for slug in SLUGS), "cash_ever", "tier_paid"):
            simulation.set_input(name, base, np.zeros(self.n, np.int64))
        return simulation

    def _enter(self, simulation, year: Year, period) -> None:
        """A year's facts as inputs."""
        everyone = len(year.at) == self.n

        def laid_out(values):
            if everyone:
                return values
            whole = np.zeros(self.n, values.dtype)
            whole[year.at] = values
            return whole

        for name in COMPACT:
            simulation.set_input(name, period, laid_out(getattr(year, name)))
        simulation.set_input("local_fen", period, laid_out(to_fen(year.local_tax)))
        simulation.set_input("unshared_fen", period, laid_out(to_fen(year.unshared)))
        simulation.set_input("there", period, laid_out(np.ones(len(year.at), bool)))
        for name in OF_ALL:  # dates change from year to year in place
            values = getattr(year, name)
            simulation.set_input(name, period, values.copy() if name in DATES else values)
        for k, values in enumerate(self.support[year.j - 1] if self.support else ()):
            simulation.set_input(f"existing_{SLUGS[k]}", period, values)

    def _add_up(self, simulation, d: int, j: int, period, sums: Sums) -> None:
        par, cells, row = self.work.parameters[d], sums.by_clause[j - 1], dict.fromkeys(BY_YEAR, 0)

        def value(name):
            return simulation.calculate(name, period)

        anyway = value("came_anyway")
        for k, slug in enumerate(SLUGS):
            award = value(slug)
            paid = award > 0
            cells[k, RECIPIENTS], cells[k, ENTITLED] = np.count_nonzero(paid), value(f"{slug}_entitled").sum()
            cells[k, AWARDED] = award.sum()
            if CASH[k] and self.support:
                cells[k, DISPLACED] = self.support[j - 1][k][paid].sum()
                row["displaced_of_district"] += self.work.district[paid, j - 1, k].sum()
        row["awarded_anyway"] = value("cash")[anyway].sum()
        row["recipients"], row["clawback_due"] = np.count_nonzero(value("any_award")), value("clawback_due").sum()
        row["rebated_tax"] = value("retained_tax")[value("tax_rebate") > 0].sum()
        there, without = value("counted"), value("counted_without")
        row["enterprises"], row["enterprises_without"] = np.count_nonzero(there), np.count_nonzero(without)
        for name, total in (
            ("retained_tax", "retained_tax"),
            ("online_sales", "online_sales"),
            ("main_taxes", "taxes"),
            ("local_fen", "local"),
            ("unshared_fen", "unshared"),
        ):
            values = value(name)
            row["online_sales" if total == "online_sales" else f"{total}_with"] = values[there].sum()
            row[f"{total}_without"] = values[without].sum()
        online = value("online_sales")[there]
        row["merchants_of_scale"] = np.count_nonzero(online >= par["targets_of_scale"] * FEN)
        row["leading"] = np.count_nonzero(online >= par["targets_leading"] * FEN)
        for name, millions in SIZES.items():
            row[name] = np.count_nonzero(online >= millions * 1_000_000 * FEN)
        row["national_headquarters"] = np.count_nonzero(value("headquarters")[there] == NATIONAL)
        row["traditional_online"] = np.count_nonzero(value("goes_online"))
        sums.by_year[j - 1] = [row[name] for name in BY_YEAR]
