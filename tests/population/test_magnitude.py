"""How often a column scaled by 10 000 is seen, and how often a sound register is suspected."""

import numpy as np
import pytest

from simulator import load_scenario, synthesize
from simulator.errors import PopulationError
from simulator.population.magnitude import BANDS, FEWEST, doubts
from simulator.population.readers import examine, read_population
from simulator.population.schema import under
from simulator.scenario import under_policy
from tests.population.registers import write

MEASURED = ("registered_capital", "paid_in_capital", "sales", "online_sales", "vat", "business_tax", "income_tax", "retained_tax")
# ways a district may look: what sells, how large, how many anchors; the bands were not made from these
DISTRICTS = (
    {}, {"assumptions.startups.sales_median": 2_000_000}, {"assumptions.startups.sales_median": 500_000},
    {"assumptions.incumbents.online_sales": 1_700_000_000}, {"assumptions.incumbents.online_sales": 430_000_000},
    {"assumptions.capital.registered_median": 1_000_000}, {"assumptions.capital.registered_median": 300_000},
    {"assumptions.service_share": 0.15, "assumptions.tax.profitable_share": 0.2}, {"assumptions.regional.a_year": 2},
    {"assumptions.tax.vat_burden_goods": 0.03, "assumptions.tax.margin": 0.06}, {"assumptions.tax.vat_burden_goods": 0.008},
)  # fmt: skip


def registers():
    """Columns, owners and years of many registers: districts × sizes × seeds, and parts of them (one sector, one year)."""
    for number, district in enumerate(DISTRICTS):
        scenario = load_scenario("baseline", district)
        for size in (25, 60, 150, 400):
            for seed in range(3):
                population = synthesize(scenario, size, 1000 * number + seed)
                yield columns_of(population)
                if size == 400:
                    small = population.enterprises["registered_capital"] <= 500_000_00
                    yield columns_of(population.subset(small))
                    yield columns_of(population.subset(~small))
                    yield columns_of(population.subset(population.details["sector"] == "services"))


def columns_of(population):
    owners, places = np.nonzero(population.annual["present"])
    columns = {name: population.enterprises[name] / 100 for name in ("registered_capital", "paid_in_capital")}
    columns |= {name: population.annual[name][owners, places] / 100 for name in MEASURED[2:]}
    return columns, owners, population.first_year + places


def test_e3_scaled_columns_are_seen_and_sound_ones_left_alone():
    """≥ 95 % of columns scaled by 10 000, up or down, are flagged; ≤ 1 % of sound registers are."""
    seen = total = alarms = sound = 0
    missed: dict[str, int] = {}
    for columns, owners, years in registers():
        alarms += bool(doubts(columns, owners, years))
        sound += 1
        for name in MEASURED:
            if np.count_nonzero(columns[name] > 0) < FEWEST:
                continue
            for factor in (1e4, 1e-4):
                found = doubts(columns | {name: columns[name] * factor}, owners, years)
                hit = any(name in doubt.columns for doubt in found)
                seen, total = seen + hit, total + 1
                missed[f"{name} × {factor:g}"] = missed.get(f"{name} × {factor:g}", 0) + (not hit)
    print(f"seen {seen} of {total} ({seen / total:.2%}), false alarms {alarms} of {sound}; missed {missed}")
    assert sound > 150 and total > 2_000
    assert seen / total >= 0.95, missed
    assert alarms / sound <= 0.01


def test_one_year_in_another_unit_is_seen():
    columns, owners, years = columns_of(synthesize(enterprises=100))
    for name in MEASURED[2:]:
        for factor in (1e4, 1e-4):
            scaled = np.where(years == 2012, columns[name] * factor, columns[name])
            assert any(d.year and name in d.columns for d in doubts(columns | {name: scaled}, owners, years)), name


def test_the_register_stops_asks_and_takes_the_answer(tmp_path):
    population = synthesize(enterprises=60)
    tables = population.to_tables()
    rows = {name: [list(frame.columns), *frame.astype(str).replace("nan", "").values.tolist()] for name, frame in tables.items()
            if name in ("enterprises", "annual")}  # fmt: skip
    at = rows["annual"][0].index("sales")
    for row in rows["annual"][1:]:
        row[at] = str(float(row[at]) / 10_000)
    folder = write(tmp_path / "万", **rows)
    with pytest.raises(PopulationError) as error:
        read_population(folder)
    (problem,) = error.value.problems
    assert "median of sales (销售额)" in problem.cause and "--unit sales=元 or 万元" in problem.remedy
    found = read_population(folder, {"sales": "万元"})
    assert np.allclose(found.annual["sales"], population.annual["sales"], atol=1)
    assert read_population(folder, {"sales": "元"}).annual["sales"].max() < population.annual["sales"].max() / 9_000


def test_a_pair_out_of_proportion_asks_for_both_and_one_answer_is_not_enough(tmp_path):
    n = 20
    enterprises = [["enterprise_id", "registered_capital", "paid_in_capital"],
                   *([f"E{i}", "30000000", "5000"] for i in range(n))]  # fmt: skip
    annual = [["enterprise_id", "year"], *([f"E{i}", "2013"] for i in range(n))]
    folder = write(tmp_path, enterprises=enterprises, annual=annual)
    with pytest.raises(PopulationError, match="--unit paid_in_capital=元 or 万元 --unit registered_capital=元 or 万元"):
        read_population(folder)
    assert read_population(folder, {"paid_in_capital": "万元"}).enterprises["paid_in_capital"][0] == 5_000_000_000
    with pytest.raises(PopulationError, match="--unit registered_capital"):
        read_population(folder, {"paid_in_capital": "元"})
    assert len(read_population(folder, {"paid_in_capital": "元", "registered_capital": "元"})) == n


@pytest.mark.parametrize(
    "amounts, reported", [((50, 200, 500), True), ((50, 200, 5_000), False), ((50, 200), False), ((3e9, 5e9, 8e9, 9e9), True)]
)
def test_a_few_amounts_that_are_all_odd_are_reported_and_stop_nothing(tmp_path, amounts, reported):
    rows = [["enterprise_id", "registered_capital"], *([f"E{n}", str(int(amount))] for n, amount in enumerate(amounts))]
    folder = write(tmp_path, enterprises=rows, annual=[["enterprise_id", "year"], ["E1", "2013"]])
    assert any("the few amounts" in w.cause for w in read_population(folder).warnings) == reported
    assert not any("the few amounts" in w.cause for w in read_population(folder, {"registered_capital": "元"}).warnings)


def test_every_band_leaves_room_for_a_slip_of_ten_thousand():
    for low, high in BANDS.values():
        middle = (low * high) ** 0.5
        assert low < middle < high and middle * 1e4 > high and middle / 1e4 < low


AMOUNTS = [*MEASURED, "district_contribution", "line_lease", "entry_fee", "membership_income", "amount"]


@pytest.mark.parametrize("factor", [1e4, 1e-4])
@pytest.mark.parametrize("name", AMOUNTS)
def test_a_few_cells_in_another_unit_are_asked_about(name, factor, tmp_path):
    """A tenth of the amounts of a sound register, at least one of them of an enterprise with other years."""
    tables = {key: frame for key, frame in synthesize(enterprises=400, seed=1).to_tables().items() if len(frame)}
    owner = next(key for key, frame in tables.items() if name in frame)
    amounts = tables[owner][name].astype(float)
    chosen = np.random.default_rng(0).choice(np.flatnonzero(amounts > 0), max(1, int((amounts > 0).sum()) // 10), replace=False)

    before = asked(tables, tmp_path)
    amounts.iloc[chosen] = (amounts.iloc[chosen] * factor).round(2)
    found = asked(tables | {owner: tables[owner].assign(**{name: amounts})}, tmp_path) - before
    assert any(name in cause or "capital" in cause for cause in found)


def asked(tables, folder) -> set[str]:
    """What a register of these tables is asked about, whether it stops or not."""
    rows = {key: [list(f.columns), *f.astype(str).replace({"nan": "", "NaT": "", "None": ""}).values.tolist()] for key, f in tables.items()}
    return {problem.cause for problem in examine(write(folder, **rows)).problems if "finer" not in problem.cause}


def test_sound_registers_are_asked_about_hardly_any_cell(tmp_path):
    alarms = 0
    for number, district in enumerate(DISTRICTS):
        folder = tmp_path / str(number)
        synthesize(load_scenario("baseline", district), 120, number).write_folder(folder)
        alarms += any("if it is another unit" in w.remedy for w in read_population(folder).warnings)
    assert alarms <= 1


@pytest.mark.parametrize("unit", ["万元", "元", "亿元"])
@pytest.mark.parametrize("count", [1, 3, 10])
@pytest.mark.parametrize(
    ("name", "typical"),
    [
        *(("line_lease", amount) for amount in (6_000, 100_000)),
        *(("entry_fee", amount) for amount in (1_000, 30_000)),
        *(("membership_income", amount) for amount in (100_000, 3_000_000)),
        *(("vat", amount) for amount in (3_000, 90_000)),
        *(("retained_tax", amount) for amount in (1_500, 30_000)),
        *((f"{table}.amount", amount) for table in ("existing_support", "paid") for amount in (5_000, 500_000)),
    ],
)
def test_however_few_amounts_are_off_by_ten_thousand_they_are_asked_about(name, typical, count, unit, tmp_path):
    """Under a header in 万元 the amounts in 元; under one in 元 or 亿元 those in 万元."""
    amounts = [f"{typical * (1 + n / 10) / (1 if unit == '万元' else 10_000):.2f}" for n in range(count)]
    table, _, column = name.rpartition(".")
    codes = [f"E{n}" for n in range(20)]
    enterprises = [["enterprise_id", "registered_capital"], *([code, "1000000"] for code in codes)]
    annual = [["enterprise_id", "year", "sales"], *([code, "2013", "3000000"] for code in codes)]
    tables = {"enterprises": enterprises, "annual": annual}
    if table:
        rows = zip(codes, amounts, strict=False)
        tables[table] = [["enterprise_id", "year", "clause", f"amount（{unit}）"], *([code, "2013", "5", text] for code, text in rows)]
    else:
        for row, text in zip(annual, [f"{column}（{unit}）", *amounts, *[""] * 20], strict=False):
            row.append(text)
    found = examine(write(tmp_path, **tables))
    assert any(column in p.cause and "finer" not in p.cause and "unit" in f"{p.cause} {p.remedy}" for p in found.problems)


def test_a_policy_s_own_amounts_are_asked_about(tmp_path):
    scenario = under_policy("jinzhai_2016", "baseline")
    with under(scenario.law.policy):
        tables = {key: frame for key, frame in synthesize(scenario, 300, 2).to_tables().items() if len(frame)}
        own = [
            f.name
            for f in scenario.law.policy.facts
            if f.name in tables["annual"] and f.unit.name == "CNY" and tables["annual"][f.name].any()
        ]
        assert len(own) >= 4
        for name in own:
            for factor in (1e4, 1e-4):
                scaled = tables["annual"][name].astype(float) * factor
                found = asked(tables | {"annual": tables["annual"].assign(**{name: scaled.round(2)})}, tmp_path)
                assert any(name in cause for cause in found), (name, factor)
        assert not any(name in cause for name in own for cause in asked(tables, tmp_path))
