"""The law of RULES.md in whole-array NumPy, one draw at a time: the peer of our compiled loop.

Written from the rules, not from our clauses. Each clause picks its candidates by index (few enterprises are due anything in
a year), so that the arrays settlement and take-up work on are short. Default readings.
"""

from __future__ import annotations

import numpy as np

from simulator.engine.totals import AWARDED, BY_YEAR, DISPLACED, ENTITLED, RECIPIENTS
from simulator.facts import NATIONAL, REGIONAL
from simulator.money import FEN, RATE
from simulator.projection.enterprises import TRADITIONAL
from simulator.streams import APPLY, APPLY_MIX, APPLY_TOGETHER, LEAVING
from tests.benchmarks.projected import Projection, Year, to_fen
from tests.benchmarks.work import CLAUSE, KEYS, Sums, Work
from tests.of_2013 import CASH_CLAUSES, CLAUSES

SIZES = {"of_scale_3": 3, "of_scale_10": 10, "of_scale_20": 20, "leading_200": 200, "leading_1000": 1000}  # m CNY
RENT_WHOLE = 10_000 * RATE  # 0.0001 yuan × 0.01 m² × share of 1/RATE, in one fen
ONE_IN = 20  # online sales of a twentieth of all make a traditional enterprise one that went online


def share_of(amount: np.ndarray, share: int, whole: int = RATE) -> np.ndarray:
    """amount × share / whole, rounded half up, without leaving int64."""
    return amount // whole * share + (2 * (amount % whole * share) + whole) // (2 * whole)


def months(date: np.ndarray) -> np.ndarray:
    """Months since year 0."""
    return date // 10_000 * 12 + date // 100 % 100 - 1


def year_after(date: np.ndarray) -> np.ndarray:
    """The year of the same day a year later (29 February goes to 28 February)."""
    return (date + 10_000 - (date % 10_000 == 229)) // 10_000


def in_year(date: np.ndarray, year: int) -> np.ndarray:
    return (date >= year * 10_000) & (date < (year + 1) * 10_000)


class Term:
    """From when to when the policy holds."""

    def __init__(self, start: int, end: int):
        self.start, self.end = start, end

    def has_date(self, date: np.ndarray) -> np.ndarray:
        return (date != 0) & (self.start <= date) & (date <= self.end)

    def has_year(self, year):
        return (self.start // 10_000 <= year) & (year <= self.end // 10_000)


class Memory:
    """What this policy has paid: the first year by clause (0: never), the tiers of 四（八）, all cash."""

    def __init__(self, n: int):
        self.first_year, self.tier = np.zeros((CLAUSES, n), np.int64), np.zeros(n, np.int64)
        self.cash = np.zeros(n, np.int64)

    def open(self, clause: str, who: np.ndarray) -> np.ndarray:
        """Those of `who` to whom nothing has been paid under a clause."""
        return who[self.first_year[CLAUSE[clause], who] == 0]

    def within(self, clause: str, who: np.ndarray, year: int, length: int, term: Term) -> np.ndarray:
        """Those of `who` for whom the year is one of `length` that begin with the first paid, which lies in term."""
        first = self.first_year[CLAUSE[clause], who]
        first = np.where(first == 0, year, first)
        return who[(year < first + length) & term.has_year(first)]


class Arrays:
    """Plays draws of the common work. What no draw changes is worked out once, when it is made."""

    def __init__(self, work: Work):
        self.work, self.projection, self.facts = work, Projection(work), work.enterprises
        facts, self.n = work.enterprises, len(work)
        self.term = Term(int(work.terms[0]["policy"]["start"]), int(work.terms[0]["policy"]["end"]))
        self.suspended_from = work.scenario.plain["rebate_suspended_from"] or 9999
        self.sound = facts["accounts_sound"] != 0
        self.retailer, self.ecommerce = facts["online_retailer"] != 0, facts["ecommerce"] != 0
        self.headquarters = facts["headquarters"]
        self.opening = self.retailer & (facts["o2o"] != 0)
        self.spun_off_in, self.opened_on = facts["spun_off_on"] // 10_000, facts["building_opened_on"]
        self.split_off = np.flatnonzero(self.retailer & (facts["spun_off_on"] != 0))
        self.split_off_ran = year_after(facts["spun_off_on"][self.split_off])
        self.split_off_in_term = np.where(self.term.has_date(facts["spun_off_on"]), self.spun_off_in, 0)
        self.traditional = work.states["kind"] == TRADITIONAL

    def play(self, d: int, variates) -> Sums:
        """The sums of draw d."""
        work, n, sums, memory = self.work, self.n, Sums(self.work), Memory(self.n)
        here, went_online = np.ones(n, bool), np.zeros(n, bool)
        without = self.projection.without_the_policy(d, variates)
        anyway = without.copy()
        base = work.annual[:, 0]
        last = {
            "present": base["present"] != 0,
            "retained_tax": base["retained_tax"],
            "sales": base["sales"],
            "online_sales": base["online_sales"],
        }
        for year in self.projection.years(d, variates):
            there = np.zeros(n, bool)
            there[year.at] = True
            here, without = here & there, without & there
            cells, row = sums.by_clause[year.j - 1], dict.fromkeys(BY_YEAR, 0)
            self._count_without(year, without[year.at], row)
            self._count(d, year, here[year.at] & year.present, last, went_online, row)
            self._award(d, year, here, anyway, memory, last["retained_tax"], last["present"], cells, row, variates)
            violated = np.flatnonzero(in_year(year.violated_on, work.years[year.j - 1]))
            row["clawback_due"] = memory.cash[violated[here[violated]]].sum()
            if year.j > work.known:
                self._leave(d, year, memory, here & ~anyway, here, variates)
            sums.by_year[year.j - 1] = [row[name] for name in BY_YEAR]
            last = {name: self._laid_out(year.at, getattr(year, name)) for name in last}
        return sums

    def _laid_out(self, at: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Values of those still there in the places of the register, zero elsewhere."""
        if len(at) == self.n:
            return values
        whole = np.zeros(self.n, values.dtype)
        whole[at] = values
        return whole

    def _award(self, d, year: Year, here, anyway, memory, last_retained, last_present, cells, row, variates) -> None:
        """Entitlements, conduct, no double benefit, take-up; into the sums and the memory."""
        work, calendar = self.work, self.work.years[year.j - 1]
        barred = (year.violated_on != 0) & (year.violated_on < (calendar + 1) * 10_000)
        allowed = here & self.sound & ~barred
        retained, recipients = self._laid_out(year.at, year.retained_tax), np.zeros(self.n, bool)
        for k, (who, amount) in enumerate(self._due(d, year, memory, retained, last_retained, last_present)):
            keep = allowed[who] & (amount > 0)
            supported = k < CASH_CLAUSES and len(work.existing) > 0
            if supported:
                keep &= amount > work.existing[who, year.j - 1, k]
            who, amount = who[keep], amount[keep]
            cells[k, ENTITLED] = amount.sum()
            applying = self._applies(d, k, who, amount, variates)
            who, amount = who[applying], amount[applying]
            cells[k, RECIPIENTS], cells[k, AWARDED] = len(who), amount.sum()
            recipients[who] = True
            first = memory.first_year[k]
            first[who] = np.where(first[who] == 0, calendar, first[who])
            if k == CLAUSE["platform_membership_award"]:
                memory.tier[who] = self._tier(year)[who]
            if k == CLAUSE["tax_rebate"]:
                row["rebated_tax"] = retained[who].sum()
            if k < CASH_CLAUSES:
                memory.cash[who] += amount
                row["awarded_anyway"] += amount[anyway[who]].sum()
            if supported:
                cells[k, DISPLACED] = work.existing[who, year.j - 1, k].sum()
                row["displaced_of_district"] += work.district[who, year.j - 1, k].sum()
        row["recipients"] = np.count_nonzero(recipients)

    def _due(self, d, year: Year, memory, retained, last_retained, last_present):
        """Who is due what under each clause of 四, before settlement: (places in the register, fen or places)."""
        terms, facts, par, term = self.work.terms[year.j], self.facts, self.work.parameters[d], self.term
        calendar, nobody = self.work.years[year.j - 1], (np.zeros(0, np.int64), np.zeros(0, np.int64))
        in_term = term.has_year(calendar)
        settled_in_term = term.has_date(year.settled_on)
        settled_now = np.flatnonzero(settled_in_term & in_year(year.settled_on, calendar))

        t = terms["headquarters_award"]
        who = memory.open("headquarters_award", settled_now[self.ecommerce[settled_now]])
        capital, kind = facts["paid_in_capital"][who], self.headquarters[who]
        award = np.where((kind == NATIONAL) & (capital >= t["national_capital"]), t["national_award"], 0)
        award += np.where((kind == REGIONAL) & (capital >= t["regional_capital"]), t["regional_award"], 0)
        decided = int(t["discretion_share"] * par["discretion_headquarters_award"] + 0.5)
        yield who, share_of(award, decided)

        t = terms["opening_award"]
        who = memory.open("opening_award", settled_now[self.opening[settled_now]])
        who = who[facts["registered_capital"][who] >= t["registered_capital"]]
        yield who, share_of(facts["paid_in_capital"][who], int(t["rate"]))

        t = terms["office_rent"]
        who = np.flatnonzero(settled_in_term & self.ecommerce & (year.designated != 0))
        first = memory.first_year[CLAUSE["office_rent"], who]
        who = who[term.has_year(np.where(first == 0, calendar, first))]
        rent = year.rent[who] * np.minimum(year.rented_area[who], t["max_area"]) * self._months(year, who, calendar)
        yield who, share_of(rent, int(t["rate"]), RENT_WHOLE)

        yield self._rebate(year, memory, retained, last_retained, last_present) if calendar < self.suspended_from else nobody

        who = np.flatnonzero(in_year(year.certified_on, calendar) & term.has_date(year.certified_on) & self.retailer)
        who = memory.open("certification_award", who)
        yield who, np.full(len(who), terms["certification_award"]["award"])

        who = memory.open("spin_off_award", self.split_off[self.split_off_ran <= calendar]) if in_term else nobody[0]
        yield who, np.full(len(who), terms["spin_off_award"]["award"])

        who = np.flatnonzero((year.trades_locally != 0) & (year.entry_fee > 0)) if in_term else nobody[0]
        who = memory.open("platform_entry_fee", who)
        yield who, share_of(year.entry_fee[who], int(terms["platform_entry_fee"]["rate"]))

        yield self._membership(year, memory) if in_term else nobody

        t = terms["data_line"]
        who = memory.within("data_line", np.flatnonzero(self.ecommerce & (year.line_lease > 0)), calendar, t["years"], term)
        decided = int(t["rate"]) * int(t["discretion_share"] * par["discretion_data_line"] + 0.5)
        yield who, np.minimum(share_of(year.line_lease[who], decided, RATE * RATE), t["cap"])

        t = terms["model_building_award"]
        who = (
            np.flatnonzero(
                year.recognised
                & (year.building_area >= t["area"])
                & (year.occupancy >= t["occupancy"])
                & (self.opened_on != 0)
                & (year_after(self.opened_on) <= calendar)
            )
            if in_term
            else nobody[0]
        )
        who = memory.open("model_building_award", who)
        yield who, np.full(len(who), t["award"])

        place = np.flatnonzero((year.children > 0) & self.retailer[year.at]) if in_term else nobody[0]
        yield year.at[place], year.children[place]

    def _rebate(self, year: Year, memory, retained, last_retained, last_present):
        """四（四）: a share of the rise of retained tax, by the band of the contribution."""
        t, calendar = self.work.terms[year.j]["tax_rebate"], self.work.years[year.j - 1]
        place = np.flatnonzero((year.contribution >= t["low_contribution"]) & year.present & self.retailer[year.at])
        who, contribution = year.at[place], year.contribution[place]
        new = (year.settled_on[who] // 10_000 == calendar) | (self.spun_off_in[who] == calendar)
        rise = np.where(new | last_present[who], retained[who] - np.where(new, 0, last_retained[who]), 0)
        rate = np.where(contribution >= t["high_contribution"], t["high_rate"], t["low_rate"])
        amount = self._laid_out(who, share_of(np.maximum(rise, 0), rate))
        who = memory.within("tax_rebate", who, calendar, t["years"], self.term)
        return who, amount[who]

    def _tier(self, year: Year) -> np.ndarray:
        """The highest tier of members reached (0 none, 1, 2, 3), in the places of the register."""
        t = self.work.terms[year.j]["platform_membership_award"]
        tier = sum((year.members >= t[f"tier{i}_members"]).astype(np.int64) for i in (1, 2, 3))
        return self._laid_out(year.at, tier)

    def _membership(self, year: Year, memory):
        """四（八）: the award of the highest tier reached, if above every tier paid."""
        t = self.work.terms[year.j]["platform_membership_award"]
        tier = self._tier(year)
        who = np.flatnonzero((self._laid_out(year.at, year.membership_income) >= t["income"]) & (tier > memory.tier))
        return who, np.array([0, t["tier1_award"], t["tier2_award"], t["tier3_award"]])[tier[who]]

    def _months(self, year: Year, who: np.ndarray, calendar: int) -> np.ndarray:
        """Months of a calendar year among those of rent support (0 … 12), of `who`."""
        settled, leased = year.settled_on[who], year.lease_started_on[who]
        first = np.maximum(np.maximum(months(settled), months(leased)), calendar * 12)
        last = np.minimum(months(leased) + int(self.work.terms[year.j]["office_rent"]["months"]), calendar * 12 + 12)
        return np.where((settled == 0) | (leased == 0), 0, np.maximum(last - first, 0))

    def _applies(self, d: int, k: int, who: np.ndarray, amount: np.ndarray, variates) -> np.ndarray:
        """Who of `who` applies for the amount: one variate for all clauses and one for each, mixed."""
        par, rate, typical = self.work.parameters[d], float(self.work.rates[d, k]), float(self.work.typical[d, k])
        if rate >= 1.0 or not len(who):
            return np.ones(len(who), bool)
        if rate > 0 and typical > 0 and par["take_up_size_elasticity"] != 0:
            odds = rate / (1 - rate) * (amount / (typical * FEN)) ** par["take_up_size_elasticity"]
            rate = odds / (1 + odds)
        together = variates.u(APPLY_MIX, who, 0, KEYS[k]) < par["take_up_together"]
        return np.where(together, variates.u(APPLY_TOGETHER, who, 0), variates.u(APPLY, who, 0, KEYS[k])) < rate

    def _leave(self, d: int, year: Year, memory, may, here, variates) -> None:
        """Some of those who came for the policy and whose rent support runs out this year leave the district."""
        calendar = self.work.years[year.j - 1]
        who = np.flatnonzero(may & (memory.first_year[CLAUSE["office_rent"]] != 0))
        who = who[(self._months(year, who, calendar) > 0) & (self._months(year, who, calendar + 1) == 0)]
        here[who[variates.u(LEAVING, who, calendar) < self.work.parameters[d]["exit_after_support"]]] = False

    def _count(self, d: int, year: Year, there: np.ndarray, last, went_online, row) -> None:
        """The year's totals of those that are there with the policy, and the counts of the targets of 二."""
        par, at, online = self.work.parameters[d], year.at[there], year.online_sales[there]
        row["enterprises"], row["retained_tax_with"] = len(at), year.retained_tax[there].sum()
        row["online_sales"], row["taxes_with"] = online.sum(), year.main_taxes[there].sum()
        row["local_with"], row["unshared_with"] = to_fen(year.local_tax[there]).sum(), to_fen(year.unshared[there]).sum()
        row["merchants_of_scale"] = np.count_nonzero(online >= par["targets_of_scale"] * FEN)
        row["leading"] = np.count_nonzero(online >= par["targets_leading"] * FEN)
        for name, millions in SIZES.items():
            row[name] = np.count_nonzero(online >= millions * 1_000_000 * FEN)
        row["national_headquarters"] = np.count_nonzero(self.headquarters[at] == NATIONAL)
        calendar, sales = self.work.years[year.j - 1], year.sales[there]
        if self.term.has_year(calendar):
            had_none = self.traditional[at] | ((last["sales"][at] > 0) & (last["online_sales"][at] == 0))
            enough = (online >= par["targets_traditional"] * FEN) | ((sales > online) & (online > 0) & (online * ONE_IN >= sales))
            goes = ~went_online[at] & ((self.split_off_in_term[at] == calendar) | (had_none & enough))
            went_online[at[goes]] = True
            row["traditional_online"] = np.count_nonzero(goes)

    @staticmethod
    def _count_without(year: Year, there: np.ndarray, row) -> None:
        """The year's totals of those that would be there without the policy."""
        there = there & year.present
        row["enterprises_without"], row["retained_tax_without"] = np.count_nonzero(there), year.retained_tax[there].sum()
        row["online_sales_without"], row["taxes_without"] = year.online_sales[there].sum(), year.main_taxes[there].sum()
        row["local_without"] = to_fen(year.local_tax[there]).sum()
        row["unshared_without"] = to_fen(year.unshared[there]).sum()
