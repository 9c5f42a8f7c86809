"""Facts of earlier years, of a register and of a simulation: the year before last, three years ago, a fixed year before and within the
years played; and a policy's own facts, which follow from year to year whether or not the law looks at a year."""

from __future__ import annotations

import numpy as np
import openpyxl
import pandas as pd
import pytest

from simulator import run
from simulator.engine.assess import assess
from simulator.engine.drawn import draw_population
from simulator.engine.explain import explain
from simulator.engine.run import play
from simulator.engine.synthesize import synthesize
from simulator.engine.totals import AWARDED, ENTITLED
from simulator.population.readers import read_population
from simulator.population.schema import under
from simulator.population.template import write_template
from simulator.population.writing import write_folder
from simulator.report import screen
from simulator.scenario import under_policy

HEAD = """\
name: looking_back
zh: 回看
en: Looking back
term: {start: 2013-01-01, end: 2018-12-31}
"""
POLICY = (
    HEAD
    + """\
facts:
  parcels: {table: annual, unit: 件, zh: 快递件数, grows: online_sales, invented: {share: 0.7, median: 20000, log_sd: 1.0}}
numbers:
  least: {value: 300万元, article: 一, zh: 门槛}
  rate: {value: 1 %, article: 一, zh: 比例}
  each: {value: 0.01元/件, article: 一, zh: 每件}
clauses:
  twice:
    article: 一
    zh: 连续两年增长
    kind: recurrent
    where:
      size: {if: online_sales >= least, zh: 达到门槛}
      rose: {if: 网络零售额 > 上年.网络零售额 > 前年.网络零售额, zh: 连续两年增长}
      there: {if: year_before_last.present, zh: 有前年数据}
    amount: rate * (online_sales - year_before_last.online_sales)
  thrice:
    article: 二
    zh: 比三年前
    kind: recurrent
    where: {size: {if: online_sales >= least, zh: 达到门槛}}
    amount: each * max(快递件数 - 几年前(3).快递件数, 0)
  fixed:
    article: 三
    zh: 比基期
    kind: recurrent
    where: {size: {if: online_sales >= least, zh: 达到门槛}}
    amount: rate * max(online_sales - in_year(2011).online_sales, 0) + rate * in_year(2014).online_sales
"""
)


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "back.yaml"
    path.write_text(POLICY, "utf-8")
    return under_policy(path)


def half_up(value):
    return (2 * value + 100) // 200  # hundredths of a fen


def worked_out(sales, parcels, present, first):
    """What the three clauses give by year, from the figures of all years (n, years) of which the first is `first`; years from 2013 on."""

    def of(figures, year):
        return figures[:, year - first] if first <= year < first + figures.shape[1] else np.zeros(len(figures), np.int64)

    found = []
    for year in range(2013, first + sales.shape[1]):
        now, last, before, size = of(sales, year), of(sales, year - 1), of(sales, year - 2), of(sales, year) >= 300_000_000
        in_term = year <= 2018
        twice = size & (now > last) & (last > before) & (of(present, year - 2) != 0)
        fixed = np.maximum(now - of(sales, 2011), 0) + (of(sales, 2014) if year >= 2014 else 0)
        found.append(
            [
                np.where(twice & in_term, half_up(now - before), 0),
                np.where(size & in_term, np.maximum(of(parcels, year) - of(parcels, year - 3), 0), 0),
                np.where(size & in_term, half_up(fixed), 0),
            ]
        )
    return np.array(found)  # years, clauses, n


def test_a_register_is_assessed_and_played_to_the_fen(scenario):
    people = synthesize(scenario, 300)
    assert people.first_year <= 2010
    expected = worked_out(people.annual["online_sales"], people.own["parcels"], people.annual["present"], people.first_year)
    result = assess(people, scenario)
    assert result.awards.transpose(1, 2, 0).tolist() == expected.tolist() and expected.sum(axis=(0, 2)).all()
    lawful = scenario.set(
        {"behaviour": "as_the_law_says", "uncertainty": "none", "draws": 1, "population.known_until": people.last_year, "horizon": 2013}
    )
    draws = play(lawful, people)
    years = min(draws.by_clause.shape[1], expected.shape[0])
    assert draws.by_clause[0, :years, :, AWARDED].tolist() == expected[:years].sum(axis=2).tolist()


def test_an_unknown_figure_of_the_year_before_last_leaves_the_award_open(scenario):
    people = synthesize(scenario, 300)
    row = int(np.flatnonzero(assess(people, scenario).awards[:, 0, 0])[0])
    people.unknown.append((people.ids[row], 2011, "online_sales"))
    result = assess(people, scenario)
    assert result.awards[row, 0, 0] == 0 and (result.intervals["clause"] == "twice").any()


def test_explain_shows_the_years_it_looked_back_to(scenario):
    people = synthesize(scenario, 300)
    row = int(np.flatnonzero(assess(people, scenario).awards[:, 0, 0])[0])
    for lang, words in (("zh", ("网络零售额(2011)", "网络零售额(2012)")), ("en", ("online sales(2011)", "online sales(2012)"))):
        said = explain(people, str(people.ids[row]), scenario).text(lang)
        for word in words:
            assert word in said and f"{word} = —" not in said


def test_a_simulation_remembers_as_far_back_as_the_law_asks(scenario):
    """Every draw's entitlement is what its own population's figures come to, those of the register's earlier years included."""
    people = synthesize(scenario, 200)
    scenario = scenario.set({"draws": 3, "horizon": 2018})
    draws, lived = play(scenario, people, workers=1), draw_population(scenario, people, 3)
    past = people.annual["online_sales"][:, : 2012 - people.first_year]
    there = people.annual["present"][:, : 2012 - people.first_year]
    for d in range(3):
        rows = lived.annual[lived.draw == d]
        before = np.zeros((2, len(rows), past.shape[1]), np.int64)
        before[0, : len(people)], before[1, : len(people)] = past, there
        sales, present = (np.concatenate([b, rows[name]], axis=1) for b, name in zip(before, ("online_sales", "present"), strict=True))
        expected = worked_out(sales, np.zeros_like(sales), present, people.first_year)
        for k in (0, 2):
            assert draws.by_clause[d, : len(expected), k, ENTITLED].tolist() == expected[:, k].sum(axis=1).tolist(), (d, k)
            assert expected[:, k].sum() > 0


def test_years_that_no_enterprise_has_are_named(scenario, tmp_path):
    """A table that begins too late, at its check; a simulation, on the screen, in its record and in its report."""
    people = synthesize(scenario, 60)
    with under(scenario.law.policy):
        write_folder(people, tmp_path / "all")
    assert not read_population(tmp_path / "all", policy=scenario.law.policy).warnings
    annual = pd.read_csv(tmp_path / "all" / "annual.csv")
    annual[annual["year"] > 2011].to_csv(tmp_path / "all" / "annual.csv", index=False)
    with under(scenario.law.policy):
        sheet = openpyxl.load_workbook(write_template(tmp_path / "空表.xlsx"))["填表说明"]
    assert any("2010、2011 年的数据：请从 2010 年起" in str(row[0].value) for row in sheet.iter_rows(max_row=8))
    late = read_population(tmp_path / "all", policy=scenario.law.policy)
    (problem,) = (p for p in late.warnings if "asks for figures" in p.cause)
    assert "2010, 2011" in problem.cause and "begins with 2012" in problem.cause and "2010, 2011" in problem.remedy
    for population, years in ((None, [2010, 2011]), (late, [2010, 2011]), (people, [])):
        result = run(scenario.set({"draws": 2}), population)
        assert result.record()["population"].get("lacking_years", []) == years
        for lang, said in (("zh", "2010、2011 年的数据"), ("en", "figures of 2010, 2011")):
            assert (said in screen.budget(result, lang)) is bool(years)


@pytest.mark.parametrize("register", [True, False])
def test_own_facts_follow_from_year_to_year_whatever_is_looked_at(tmp_path, register):
    """Chances and growth of a policy's own facts are those of the draw: the same in any block, and beside a clause that looks at each
    year."""
    own = """\
facts:
  certified: {table: enterprises, unit: 是/否, zh: 已认定, yearly: 0.1, invented: {share: 0.1}}
  member: {table: annual, unit: 是/否, zh: 会员, yearly: 0.2, invented: {share: 0.1}}
  parcels: {table: annual, unit: 件, zh: 快递件数, grows: online_sales, invented: {share: 0.7, median: 20000, log_sd: 1.0}}
numbers:
  least: {value: 500万元, article: 一, zh: 门槛}
  award: {value: 1万元, article: 一, zh: 奖}
clauses:
  one: {article: 一, zh: 甲, kind: recurrent, where: {a: {if: certified and online_sales >= least, zh: 条件}}, amount: award}
  two: {article: 二, zh: 乙, kind: recurrent, where: {a: {if: last_year.member and online_sales >= least, zh: 条件}}, amount: award}
  three:
    {article: 三, zh: 丙, kind: recurrent, where: {a: {if: online_sales >= least and parcels > last_year.parcels, zh: 条件}}, amount: award}
"""
    every = "  all: {article: 四, zh: 丁, kind: recurrent, where: {a: {if: present, zh: 有数据}}, amount: award}\n"
    found = []
    for name, text in (("few", own), ("all", own + every)):
        path = tmp_path / f"{name}.yaml"
        path.write_text(HEAD + text, "utf-8")
        scenario = under_policy(path).set({"draws": 6})
        people = synthesize(scenario, 300) if register else None
        for block in (None, 1):
            found.append(play(scenario, people, workers=1, block=block).by_clause[:, :, :3, ENTITLED])
    assert found[0].sum(axis=(0, 1)).all()
    for other in found[1:]:
        assert other.tolist() == found[0].tolist()
