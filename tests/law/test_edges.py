"""Every number of the law at its edge, and every number of the law at work.

Generated from the declared terms: for every threshold an enterprise a step below it, on it and a step above it, under both
edges and on other numbers, against the independent oracle; and for every number a suitable enterprise whose award and
whose explanation change with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from simulator.engine.assess import assess
from simulator.engine.explain import explain
from simulator.law import targets
from tests.law.against_oracle import baseline, engine_answer, oracle_answer, oracle_name, population_of
from tests.law.lawfile import OTHER_EDGE, scenario_with
from tests.law.of_the_text import AT_LEAST, OF_THE_TEXT
from tests.of_2013 import LAW, POLICY
from tests.oracle.reading import Register

THRESHOLDS = [path for path in POLICY.number_paths if LAW.numbers[path].edge]
NUMBERS = [*POLICY.number_paths, *(path for path in LAW.numbers if path.startswith("sharing."))]
YEARS = range(2012, 2016)


@dataclass(frozen=True)
class Suitable:
    """An enterprise that a number of the law matters to: its facts, and those of its years.

    column: the fact that a threshold is compared with, and its steps; other: another value of the number.
    """

    enterprise: dict[str, Any]
    years: dict[int, dict[str, Any]]
    column: str = ""
    steps: tuple[str, ...] = ("0.01",)
    other: str = ""

    def rows(self, identity: str, fact: D | None = None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Its rows of both tables, with the compared fact as given."""
        here = {self.column: fact} if self.column and fact is not None else {}
        of_year = {year: dict(facts) for year, facts in self.years.items()}
        if self.column in self.enterprise:
            enterprise = self.enterprise | here
        else:
            enterprise = dict(self.enterprise)
            for facts in of_year.values():
                facts.update({k: v for k, v in here.items() if k in facts})
        annual = [{"enterprise_id": identity, "year": year, "retained_tax": D(0)} | of_year.get(year, {}) for year in YEARS]
        return {"enterprise_id": identity} | enterprise, annual


SETTLED = date(2013, 5, 20)
HEADQUARTERS = {"settled_on": SETTLED, "ecommerce": True, "paid_in_capital": D(40_000_000)}
OPENING = {"settled_on": SETTLED, "online_retailer": True, "o2o": True, "registered_capital": D(2_000_000), "paid_in_capital": D(1_000_000)}
TENANT = {"settled_on": SETTLED, "ecommerce": True, "lease_started_on": date(2013, 7, 1)}
OFFICE = {"designated_building": True, "rented_area": D(800), "rent": D("50.5")}
RETAILER = {"online_retailer": True}
RISING = {
    2013: {"retained_tax": D(400_000), "district_contribution": D(400_000)},
    2014: {"retained_tax": D(900_000), "district_contribution": D(900_000)},
}
LOW_BAND = {2013: {"retained_tax": D(100_000), "district_contribution": D(100_000)}}
TAXES = {2013: {"retained_tax": None, "vat": D(300_000), "business_tax": D(200_000), "income_tax": D(100_000)}}
LINE = {year: {"line_lease": D(1_000_000)} for year in (2013, 2014)}
THIN_LINE = {2013: {"line_lease": D(100_000)}}
OPERATOR = {"building_opened_on": date(2012, 3, 1)}
BUILDING = {2013: {"building_recognised": True, "building_area": D(6000), "building_occupancy": D("0.9")}}


def platform(members: int) -> dict[int, dict[str, Any]]:
    return {2013: {"membership_income": D(2_000_000), "paid_members": D(members)}}


SUITABLE = {
    "headquarters_award.national_capital": Suitable(HEADQUARTERS | {"headquarters": "national"}, {}, "paid_in_capital"),
    "headquarters_award.national_award": Suitable(HEADQUARTERS | {"headquarters": "national"}, {}, other="2500000"),
    "headquarters_award.regional_capital": Suitable(HEADQUARTERS | {"headquarters": "regional"}, {}, "paid_in_capital"),
    "headquarters_award.regional_award": Suitable(HEADQUARTERS | {"headquarters": "regional"}, {}, other="1000000.01"),
    "headquarters_award.discretion_share": Suitable(HEADQUARTERS | {"headquarters": "regional"}, {}, other="0.7"),
    "opening_award.registered_capital": Suitable(OPENING, {}, "registered_capital"),
    "opening_award.rate": Suitable(OPENING, {}, other="0.0301"),
    "office_rent.rate": Suitable(TENANT, {2013: OFFICE}, other="0.99"),
    "office_rent.max_area": Suitable(TENANT, {2013: OFFICE}, other="500.01"),
    "office_rent.months": Suitable(TENANT, {2013: OFFICE, 2014: OFFICE, 2015: OFFICE}, other="23"),
    "tax_rebate.high_contribution": Suitable(RETAILER, RISING, "district_contribution"),
    "tax_rebate.high_rate": Suitable(RETAILER, RISING, other="0.4999"),
    "tax_rebate.low_contribution": Suitable(RETAILER, LOW_BAND, "district_contribution"),
    "tax_rebate.low_rate": Suitable(RETAILER, LOW_BAND, other="0.3001"),
    "tax_rebate.years": Suitable(RETAILER, RISING, other="1"),
    "certification_award.award": Suitable(RETAILER | {"certified_on": date(2014, 2, 3)}, {}, other="20000.01"),
    "spin_off_award.award": Suitable(RETAILER | {"spun_off_on": date(2013, 2, 3)}, {}, other="19999.99"),
    "platform_entry_fee.rate": Suitable({}, {2013: {"trades_locally": True, "entry_fee": D(5000)}}, other="0.6001"),
    "platform_membership_award.income": Suitable({}, platform(1500), "membership_income"),
    "platform_membership_award.tier1_members": Suitable({}, platform(1500), "paid_members", ("1",)),
    "platform_membership_award.tier1_award": Suitable({}, platform(1500), other="50001"),
    "platform_membership_award.tier2_members": Suitable({}, platform(2500), "paid_members", ("1",)),
    "platform_membership_award.tier2_award": Suitable({}, platform(2500), other="100001"),
    "platform_membership_award.tier3_members": Suitable({}, platform(5500), "paid_members", ("1",)),
    "platform_membership_award.tier3_award": Suitable({}, platform(5500), other="200001"),
    "data_line.rate": Suitable(TENANT, THIN_LINE, other="0.2999"),
    "data_line.discretion_share": Suitable(TENANT, THIN_LINE, other="0.5"),
    "data_line.cap": Suitable(TENANT, LINE, other="200000.01"),
    "data_line.years": Suitable(TENANT, LINE, other="1"),
    "model_building_award.area": Suitable(OPERATOR, BUILDING, "building_area"),
    "model_building_award.occupancy": Suitable(OPERATOR, BUILDING, "building_occupancy", ("0.0001", "0.000001")),
    "model_building_award.award": Suitable(OPERATOR, BUILDING, other="99999.99"),
    "sharing.district_share": Suitable(RETAILER, TAXES, other="0.5001"),
    "sharing.local_vat_share": Suitable(RETAILER, TAXES, other="0.2501"),
    "sharing.local_business_tax_share": Suitable(RETAILER, TAXES, other="0.9999"),
    "sharing.local_income_tax_share": Suitable(RETAILER, TAXES, other="0.4001"),
}
# other numbers to stand at: none round, all in the order of the old ones
MOVED = {
    "headquarters_award.national_capital": D("31234567.89"),
    "headquarters_award.regional_capital": D("9876543.21"),
    "opening_award.registered_capital": D("1999999.99"),
    "tax_rebate.high_contribution": D("333333.33"),
    "tax_rebate.low_contribution": D("44444.44"),
    "platform_membership_award.income": D("1234567.89"),
    "platform_membership_award.tier1_members": D(999),
    "platform_membership_award.tier2_members": D(2345),
    "platform_membership_award.tier3_members": D(4321),
    "model_building_award.area": D("5432.1"),
    "model_building_award.occupancy": D("0.765432"),
}


def test_every_number_of_every_clause_has_a_suitable_enterprise():
    assert list(SUITABLE) == NUMBERS
    assert [path for path, case in SUITABLE.items() if case.column] == THRESHOLDS == list(MOVED)


# ------------------------------------------------------------------------------- a step below, on it, a step above


def at_the_edges(numbers: dict[str, D]) -> Register:
    """For every threshold enterprises just below, on and just above the number."""
    register = Register()
    for path, number in numbers.items():
        case = SUITABLE[path]
        for step in ("0", *(sign + s for s in case.steps for sign in "-+")):
            enterprise, annual = case.rows(f"{path} {step}", number + D(step))
            register.enterprises.append(enterprise)
            register.annual += annual
    return register


def sums(amounts: dict, path: str) -> dict[str, int]:
    """What the clause of a number gives by step, all years together."""
    found = {}
    for identity, _, slug in amounts:
        if identity.startswith(path + " ") and slug == path.partition(".")[0]:
            found[identity.partition(" ")[2]] = sum(a for (i, _, s), a in amounts.items() if i == identity and s == slug)
    return found


@pytest.fixture(scope="module", params=["as written", "moved"])
def numbers(request):
    return {p: OF_THE_TEXT[p][0] for p in THRESHOLDS} if request.param == "as written" else MOVED


@pytest.fixture(scope="module")
def edges(numbers, tmp_path_factory):
    register = at_the_edges(numbers)
    return register, population_of(register, tmp_path_factory.mktemp("register"))


@pytest.mark.parametrize("flipped", [False, True], ids=["its edge", "the other edge"])
def test_at_every_edge_the_engine_reads_as_the_oracle(numbers, edges, flipped, tmp_path):
    register, population = edges
    of_text = {path: OF_THE_TEXT[path][2] for path in THRESHOLDS}
    chosen = {path: OTHER_EDGE[edge] if flipped else edge for path, edge in of_text.items()}
    scenario = scenario_with(tmp_path, numbers, chosen)
    terms = {oracle_name(path): number for path, number in numbers.items()}
    terms |= {oracle_name(path) + ".edge": edge for path, edge in chosen.items()}
    ours, theirs = engine_answer(population, scenario), oracle_answer(register, scenario, terms)
    assert ours == theirs
    for path, edge in chosen.items():
        by_step = sums(ours[0], path)
        below = {by_step.get("-" + step, 0) for step in SUITABLE[path].steps}
        above = {by_step.get("+" + step, 0) for step in SUITABLE[path].steps}
        assert len(below) == len(above) == 1 and max(below) < min(above), path
        assert {by_step.get("0", 0)} == (above if edge == AT_LEAST else below), path


def test_a_fen_or_a_member_more_is_what_decides(numbers, edges, tmp_path):
    """By hand for the numbers of the text: what the clause gives below the number, and from it on or above it."""
    population = edges[1]
    ours = engine_answer(population, scenario_with(tmp_path, numbers))[0]
    expected = {
        "headquarters_award.national_capital": (0, 3_000_000),
        "headquarters_award.regional_capital": (0, 1_000_000),
        "opening_award.registered_capital": (0, 30_000),
        "tax_rebate.high_contribution": (270_000, 450_000),  # 30 % or 50 % of 400 000 and of 500 000
        "tax_rebate.low_contribution": (0, 30_000),
        "platform_membership_award.income": (0, 50_000),
        "platform_membership_award.tier1_members": (0, 50_000),
        "platform_membership_award.tier2_members": (50_000, 100_000),
        "platform_membership_award.tier3_members": (100_000, 200_000),
        "model_building_award.area": (0, 100_000),
        "model_building_award.occupancy": (0, 100_000),
    }
    assert set(expected) == set(THRESHOLDS)
    for path, (below, above) in expected.items():
        by_step = sums(ours, path)
        for step in SUITABLE[path].steps:
            assert by_step.get("-" + step, 0) == below * 100, path
            assert by_step["+" + step] == above * 100, path


# ----------------------------------------------------------------------------------- every number is at work


@pytest.fixture(scope="module")
def everyone(tmp_path_factory):
    """One register with the suitable enterprise of every number, on the threshold where it is one."""
    register = Register()
    for path, case in SUITABLE.items():
        enterprise, annual = case.rows(path, OF_THE_TEXT[path][0] if case.column else None)
        register.enterprises.append(enterprise)
        register.annual += annual
    return register, population_of(register, tmp_path_factory.mktemp("everyone"))


def reported(population, path: str, scenario) -> tuple[dict, str, str]:
    """What the clause of a number gives its enterprise by year, and how that is explained in both languages."""
    slug = "tax_rebate" if path.startswith("sharing.") else path.partition(".")[0]
    table = assess(population, scenario).table()
    mine = table[(table.enterprise_id == path) & (table.clause == slug)]
    explanation = explain(population, path, scenario)
    return dict(zip(mine.year, mine.amount, strict=True)), explanation.text("zh"), explanation.text("en")


def changes_of(path: str) -> D:
    """Another value of a number: the one given, or for a threshold the next step on the other side of its enterprise."""
    case, (value, _, edge) = SUITABLE[path], OF_THE_TEXT[path]
    if not case.column:
        return D(case.other)
    step = D("0.01") if case.column != "paid_members" else D(1)
    return value + step if edge == AT_LEAST else value - step


@pytest.mark.parametrize("path", NUMBERS)
def test_changing_a_number_changes_the_award_and_its_explanation(path, everyone):
    register, population = everyone
    value = changes_of(path)
    suffix = "@1994" if path == "sharing.local_vat_share" else ""
    changed = baseline().set({f"law.{path}{suffix}": value})
    name = {"sharing.local_vat_share": "sharing.local_vat_share_to_2015"}.get(path) or oracle_name(path)
    assert engine_answer(population, changed) == oracle_answer(register, changed, {name: value})
    before, after = reported(population, path, baseline()), reported(population, path, changed)
    assert before[0] != after[0]
    assert before[1] != after[1] and before[2] != after[2]
    for amounts, zh, en in (before, after):
        for amount in amounts.values():
            assert f": {amount:,.2f} 元 [兑现]" in zh or f": {amount:,.2f} 元（" in zh
            assert f": {amount:,.2f} CNY [paid]" in en or f": {amount:,.2f} CNY (due" in en


@pytest.mark.parametrize("path", THRESHOLDS)
def test_flipping_an_edge_changes_the_award_on_the_number_and_its_explanation(path, everyone, tmp_path):
    register, population = everyone
    edge = OF_THE_TEXT[path][2]
    flipped = scenario_with(tmp_path, edges={path: OTHER_EDGE[edge]})
    assert flipped.law.numbers[path].edge == OTHER_EDGE[edge]
    assert flipped.hash() != baseline().hash()
    answer = engine_answer(population, flipped)
    assert answer == oracle_answer(register, flipped, {oracle_name(path) + ".edge": OTHER_EDGE[edge]})
    before, after = reported(population, path, baseline()), reported(population, path, flipped)
    more, less = (before, after) if edge == AT_LEAST else (after, before)
    assert sum(more[0].values()) > sum(less[0].values())
    number = baseline().law.numbers[path]
    for language, name in ((1, number.zh), (2, number.en)):
        old, new = (f"{name} {sign} " for sign in (("≥", ">") if edge == AT_LEAST else (">", "≥")))
        assert old in before[language] and new not in before[language]
        assert new in after[language] and old not in after[language]


def test_the_targets_are_read_from_the_law():
    """二 pays nothing: its numbers move what a run is measured against."""
    from simulator.budget.targets import targets_of

    for term in targets.TERMS:
        number = baseline().law.numbers[f"targets.{term.name}"]
        moved = (
            baseline().set({f"law.{number.path}": number.at(2015) / 2})
            if number.unit != "count"
            else baseline().set({f"law.{number.path}": number.at(2015) + 1})
        )
        changed = [(a.key, b) for a, b in zip(targets_of(baseline().law), targets_of(moved.law), strict=True) if a != b]
        assert [key for key, _ in changed] == [term.name.removesuffix("_fully")]
        new = float(moved.law.numbers[number.path].at(2015))
        assert new in ((changed[0][1].high,) if term.name.endswith("_fully") else (changed[0][1].low,))


@pytest.mark.parametrize("path", THRESHOLDS)
def test_a_value_just_off_its_threshold_is_reported_in_all_its_digits(path, numbers, edges):
    """Else a reader would see 0.8 fail, or pass, a threshold of 0.8."""
    population = edges[1]
    scenario = baseline().set({f"law.{p}": number for p, number in numbers.items()})
    for step in SUITABLE[path].steps:
        for sign in "-+":
            value = numbers[path] + D(sign + step)
            text = explain(population, f"{path} {sign}{step}", scenario).text("en")
            digits = f"{value:,f}" if SUITABLE[path].column in ("paid_members", "building_area", "building_occupancy") else f"{value:,.2f}"
            assert f"{SUITABLE[path].column.replace('_', ' ')} = {digits.rstrip('0') if 'area' in path else digits}" in text
