"""The other policies that come with the program: their confirmed cases to the fen, compiled and plain; their invented registers; and
that nothing of another policy is in sight."""

import os
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from simulator import yamlfile
from simulator.engine import casebook
from simulator.engine.assess import assess
from simulator.engine.explain import explain
from simulator.engine.policycases import differences
from simulator.engine.run import in_parts
from simulator.engine.synthesize import synthesize
from simulator.errors import LawError
from simulator.law.explanation import PAID, RANKED_OUT
from simulator.law.policyfile import examine
from simulator.law.shipped import DEFAULT, law_at, policy_path, shipped_policies
from simulator.population.readers import read_population
from simulator.population.schema import SYNTHETIC_MARK
from simulator.scenario import under_policy
from tests.policies.cases import answers, cases_of, register_of

OTHERS = [name for name in shipped_policies() if name != DEFAULT]
CASES = [(name, case) for name in OTHERS for case in cases_of(name)]


def test_none_is_missing():
    assert {name: len(cases_of(name)) for name in OTHERS} == {
        "jiangshan_2015": 23,
        "jinzhai_2016": 36,
        "liulin_2024": 23,
        "longhua_2025": 23,
        "municipal_2014": 24,
        "wuxiang": 10,
    }


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case['case']}" for name, case in CASES])
def test_case(name, case):
    given, expected = answers(case, under_policy(name))
    assert given == expected


@pytest.mark.parametrize("name", OTHERS)
def test_every_clause_is_paid_and_refused_in_some_case(name):
    """Each clause has a case that pays it and a row, within the term, that gives it nothing."""
    slugs = set(law_at(policy_path(name)).policy.slugs)
    paid = {
        slug
        for case in cases_of(name)
        for member in case.get("enterprises") or [case]
        for due in (member.get("expected") or {}).values()
        for slug in due
    }
    assert paid == slugs


@pytest.mark.parametrize("name", ["jinzhai_2016", "liulin_2024"])
def test_the_plain_mode_agrees(name):
    """Tiers, a fixed base year, first-n and pots, worked out by callbacks in Python."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.policies.cases", name],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "SIMULATOR_PLAIN": "1", "PYTHONUTF8": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", OTHERS)
def test_policy_test_runs_them_too(name):
    """`simulator policy test` finds the cases beside the policy, clause by clause."""
    law = law_at(policy_path(name))
    kept = casebook.beside(policy_path(name))
    assert kept is not None
    cases = casebook.load(law.policy, kept)
    enterprises = sum(len(case.get("enterprises") or [case]) for case in cases_of(name))
    assert len(cases) == enterprises * (len(law.policy.slugs) + 1)  # of each what every clause gives, and what is due back
    assert list(differences(law, cases)) == []
    wrong = [replace(case, gives={year: amount + 1 for year, amount in case.gives.items()}) for case in cases]
    assert len(list(differences(law, wrong))) == sum(len(case.gives) for case in cases)  # a case that is wrong is noticed


@pytest.mark.parametrize("name", OTHERS)
def test_the_file_has_no_fault_and_no_warning(name):
    law, problems = examine(yamlfile.load(policy_path(name), LawError, gather=True, quantities=True))
    assert law is not None and problems == []


@pytest.mark.parametrize("name", OTHERS)
def test_its_invented_register_is_marked_and_reads_clean(name):
    folder = policy_path(name).with_name("register")
    policy = law_at(policy_path(name)).policy
    population = read_population(folder, policy=policy)
    assert any(path.stem in SYNTHETIC_MARK for path in folder.iterdir()) and population.synthetic
    assert 10 <= len(population) <= 30 and all(str(n).startswith("样例企业") for n in population.details["name"])
    assert [p.cause for p in population.warnings if p.severity == "error"] == []
    result = assess(population, under_policy(name))
    assert not result.intervals.size and result.total > 0
    assert set(result.table().clause) == set(policy.slugs)  # every clause is paid to somebody


def test_a_missing_base_is_asked_for_by_its_year():
    """Of a fixed base year that year in every year, of the year before the year before."""
    reported = {}
    for name in ("jinzhai_2016", "longhua_2025"):
        population = read_population(policy_path(name).with_name("register"), policy=law_at(policy_path(name)).policy)
        reported[name] = {
            (p.place.split(", ")[-1], p.remedy, p.remedy_zh)
            for p in assess(population, under_policy(name)).problems
            if p.severity == "data error"
        }
    assert reported["jinzhai_2016"] == {(year, "add the row of 2015", "请补录2015年数据") for year in ("2016", "2017")}
    assert reported["longhua_2025"] == {("2025", "add the row of 2024", "请补录2024年数据")}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", OTHERS)
def test_an_explanation_names_nothing_of_another_policy(name, lang):
    population = read_population(policy_path(name).with_name("register"), policy=law_at(policy_path(name)).policy)
    scenario = under_policy(name)
    reported = "\n".join(explain(population, code, scenario).text(lang) for code in population.ids)
    for clause in scenario.law.policy.clauses:
        assert clause.article in reported and (clause.zh if lang == "zh" else clause.en) in reported
    assert foreign(name, reported) == []


@pytest.mark.parametrize("name", OTHERS)
def test_an_explanation_tells_what_was_assessed(name):
    population = read_population(policy_path(name).with_name("register"), policy=law_at(policy_path(name)).policy)
    scenario = under_policy(name)
    result = assess(population, scenario)
    for i, code in enumerate(population.ids):
        years = explain(population, code, scenario).years
        assert [[c.award for c in year.clauses] for year in years] == result.awards[i].tolist()
        assert [[c.displaced for c in year.clauses] for year in years] == result.displaced[i].tolist()


def test_who_is_not_among_the_first_is_reported_so_and_keeps_the_existing_support(tmp_path):
    """Five by sales of six, with a support of 4 000 for each, which only an award of 5 000 displaces."""
    path = tmp_path / "policy.yaml"
    path.write_text(policy_path("liulin_2024").read_text("utf-8") + "settlement:\n  existing_support: higher_of\n", encoding="utf-8")
    scenario, sales = under_policy(str(path)), (2_000_000, 1_500_000)
    case = {"case": "", "enterprises": [{"copies": 3, "annual": {2024: {"in_e_town": True, "produce_sales": s}}} for s in sales]}
    codes = [f"Z{i:03d}{c:03d}" for i in range(2) for c in range(3)]
    (tmp_path / "register").mkdir()
    folder = register_of(case, scenario, tmp_path / "register")
    (folder / "existing_support.csv").write_text(
        "enterprise_id,year,clause,amount\n" + "".join(f"{code},2024,produce_1m,4000\n" for code in codes), encoding="utf-8"
    )
    population = read_population(folder, policy=scenario.law.policy)
    k, result = scenario.law.policy.index("produce_1m"), assess(population, scenario)
    reported = [explain(population, code, scenario, 2024).years[0].clauses[k] for code in codes]
    assert [(t.outcome, t.award, t.displaced) for t in reported] == [(PAID, 500_000, 400_000)] * 5 + [(RANKED_OUT, 0, 0)]
    assert result.awards[:, 0, k].tolist() == [500_000] * 5 + [0] and result.displaced[:, 0, k].tolist() == [400_000] * 5 + [0]


def foreign(name: str, reported: str) -> list[str]:
    """Names, articles and clauses of the other shipped policies in a text."""
    own = law_at(policy_path(name)).policy
    mine = {own.name, own.zh, own.en, *own.slugs, *(w for c in own.clauses for w in (c.zh, c.en, c.short_zh, c.short_en, c.article))}
    words: set[str] = set()
    for other in shipped_policies():
        policy = law_at(policy_path(other)).policy
        words |= {policy.name, policy.zh, policy.en, *policy.slugs}
        words |= {w for c in policy.clauses for w in (c.zh, c.en, c.short_zh, c.short_en)}
        words |= {c.article for c in policy.clauses if not re.fullmatch("[A-F][0-9]", c.article)}
    return sorted(word for word in words - mine if len(word) > 2 and word in reported and not any(word in m for m in mine))


def test_an_invented_population_can_be_assessed():
    scenario = under_policy("longhua_2025")
    population = synthesize(scenario, 300)
    assert len(population) == 300 and set(assess(population, scenario).table().clause) <= set(scenario.law.policy.slugs)


def test_what_is_awarded_is_paid_out_in_three_parts():
    policy = law_at(policy_path("municipal_2014")).policy
    assert {clause.parts for clause in policy.clauses} == {(1, 1, 1)}
    for weights, parts in (((1, 1, 1), [3_333_333, 3_333_333, 3_333_335]), ((5, 3, 2), [5_000_000, 3_000_000, 2_000_001])):
        assert in_parts(np.array([[10_000_001, 0, 0, 0]]), weights, 0).tolist() == [[*parts, 0, 0]]
