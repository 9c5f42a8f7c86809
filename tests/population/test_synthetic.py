"""The invented register: reproducible, calibrated, honest about its misses, and nobody's copy."""

import hashlib

import numpy as np
import pytest

import simulator
from simulator import load_scenario
from simulator.cli import main
from simulator.engine import recipe
from simulator.engine.calibration import published
from simulator.engine.synthesize import synthesize_with_report
from simulator.errors import PopulationError
from simulator.facts import BLANK
from simulator.population.readers import read_population
from tests.report import canaries


@pytest.fixture(scope="module")
def large():
    return synthesize_with_report(load_scenario("baseline"), 20_000, 5)


def test_the_same_seed_gives_the_same_register_and_another_another():
    one, same, other = (simulator.synthesize(enterprises=200, seed=seed) for seed in (0, 0, 1))
    assert one == same and one != other and one.sha256 == same.sha256
    assert simulator.synthesize(enterprises=200) == simulator.synthesize(enterprises=200, seed=2013), "the scenario's seed"


def test_every_row_can_be_read_and_stands_for_nobody(tmp_path):
    population = simulator.synthesize(enterprises=300)
    assert len(set(population.ids)) == 300 and population.synthetic and all(i.startswith("SYN") for i in population.ids)
    again = read_population(population.write_folder(tmp_path))
    assert again == population and [w for w in again.warnings if "an office of" not in w.cause] == []
    assert (tmp_path / "synthetic.txt").is_file()
    assert not (population.annual["retained_tax"][population.annual["present"] == 1] == BLANK).any()


def test_nothing_of_a_real_register_goes_into_an_invented_one(tmp_path):
    """RELIABILITY I4: how near an invented enterprise comes to a real one is chance, for the scenario's register is not looked at."""
    one, other = ({"population.source": str(canaries.register(tmp_path / str(n))), "population.known_until": 2013} for n in (1, 2))
    (tmp_path / "2" / "annual.csv").unlink()  # were it read, this one could not be
    asked = [simulator.synthesize(load_scenario("baseline", source), 60) for source in ({}, one, other)]
    assert asked[0] == asked[1] == asked[2]


def test_report_says_target_achieved_and_ratio_and_admits_misses(large):
    report = large.report
    assert list(report.columns) == ["zh", "en", "source", "unit", "target", "low", "high", "achieved", "ratio", "fits"]
    assert len(report) >= 25
    known = published(load_scenario().statistics)
    for row in report.itertuples():
        assert row.ratio == pytest.approx(row.achieved / row.target)
        assert row.fits == (row.low * (1 - 1e-9) <= row.achieved <= row.high * (1 + 1e-9)), row
        assert row.source == "J" or all(key in known for key in row.source.split()), row.source
    sales = report.set_index("zh").loc["基年网络零售额"]
    assert abs(sales["ratio"] - 1) < 1e-3
    assert report["fits"].mean() >= 0.85, report[~report["fits"]][["zh", "ratio"]]


def test_a_recipe_that_cannot_fit_says_so():
    scenario = load_scenario("baseline", {"assumptions.capital.registered_mean": 1_000_000, "assumptions.office.rent": 200})
    report = synthesize_with_report(scenario, 3000, 5).report.set_index("zh")
    assert not report.loc["平均注册资本", "fits"] and not report.loc["月租金", "fits"]


def test_paid_in_capital_before_and_after_march_2014():
    ratio = np.array([recipe.paid_in_ratio(p, 0.75, 20130101) for p in np.linspace(0.0005, 0.9995, 1000)])
    assert ratio.mean() == pytest.approx(0.75, abs=0.01) and (ratio == 1).mean() == pytest.approx(0.5, abs=0.01)
    after = np.array([recipe.paid_in_ratio(p, 0.30, 20140301) for p in np.linspace(0.0005, 0.9995, 1000)])
    assert after.mean() == pytest.approx(0.30, abs=0.01) and (after == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert min(ratio.min(), after.min()) >= 0 and max(ratio.max(), after.max()) <= 1


def test_capital_stands_on_round_sums(large):
    capital = large.population.enterprises["registered_capital"] / 100
    small = capital[(capital >= 30_000) & (capital < 10_000_000)]
    assert np.isin(small, recipe.ROUND_SUMS).mean() > 0.6
    assert (large.population.enterprises["paid_in_capital"] <= large.population.enterprises["registered_capital"]).all()


def test_sales_have_a_pareto_tail():
    p = 1 - np.logspace(-6, -2.5, 50)
    sales = np.array([recipe.relative_sales(q, 1.5) for q in p])
    slope = np.polyfit(np.log(1 - p), np.log(sales), 1)[0]
    assert slope == pytest.approx(-1 / recipe.TAIL_INDEX, rel=1e-6)
    assert recipe.relative_sales(recipe.TAIL_FROM - 1e-9, 1.5) == pytest.approx(recipe.relative_sales(recipe.TAIL_FROM, 1.5), rel=1e-4)


def test_what_cannot_be():
    for number in (0, -1, 10**8):
        with pytest.raises(PopulationError, match="lies outside"):
            simulator.synthesize(enterprises=number)
    with pytest.raises(PopulationError, match="--seed"):
        simulator.synthesize(enterprises=5, seed=-1)
    assert len(simulator.synthesize(enterprises=1)) == 1


def test_the_command_line_keeps_register_and_report(tmp_path, capsys):
    out = tmp_path / "合成 名册"
    assert main(["synthesize", "baseline", "--enterprises", "120", "--seed", "7", "--out", str(out)]) == 0
    reported = capsys.readouterr().out
    assert "基年网络零售额" in reported and "未达" in reported and "项未达目标。" in reported
    assert main(["synthesize", "baseline", "--enterprises", "5", "--seed", "7", "--out", str(tmp_path / "en"), "--lang", "en"]) == 0
    assert "targets missed." in capsys.readouterr().out
    assert read_population(out).synthetic and len(read_population(out)) == 120
    assert "ratio" in (out / "calibration.txt").read_text("utf-8-sig").splitlines()[0]
    assert main(["synthesize", "baseline", "--enterprises", "120", "--seed", "7", "--out", str(tmp_path / "b")]) == 0
    for name in ("enterprises.csv", "annual.csv", "existing_support.csv", "calibration.txt"):
        one, two = ((folder / name).read_bytes() for folder in (out, tmp_path / "b"))
        assert hashlib.sha256(one).digest() == hashlib.sha256(two).digest()


def test_many_are_written_as_parquet_and_read_again(tmp_path, large):
    assert main(["synthesize", "--enterprises", "20000", "--seed", "5", "--out", str(tmp_path / "p")]) == 0
    assert sorted(path.suffix for path in (tmp_path / "p").glob("[!.]*")) == [".parquet"] * 3 + [".txt"] * 2
    assert read_population(tmp_path / "p") == large.population


def test_a_projection_plays_on_it():
    scenario = load_scenario("baseline", {"draws": 20})
    budget = simulator.run(scenario, simulator.synthesize(enterprises=300))
    assert budget.figure("paid")["mean"] > 0
