"""Another policy touches one module, one line and one YAML block; the shipped one stays what it was."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from simulator import assess, load_scenario
from tests.cli.running import ROOT, SAMPLE

HERE = Path(__file__).parent
LINE = '    "growth_award",\n'
ASKED = """
import json, sys
from simulator import assess, explain, load_scenario
from simulator.errors import ScenarioError
from simulator.population.register import Population
register, bare = sys.argv[1:3]
told = {}
for name in ("baseline", "newtown.yaml"):
    scenario = load_scenario(name)
    told[name] = {
        "settings": [s.path for s in scenario.settings()],
        "sample": assess(sys.argv[3], scenario).table().to_csv(index=False) if name == "baseline" else "",
        "awards": assess(register, scenario).table().to_csv(index=False),
    }
told["explained"] = {lang: explain(register, "GROWN", "newtown.yaml", 2014).text(lang) for lang in ("zh", "en")}
try:
    load_scenario(bare)
except ScenarioError as e:
    told["asked"] = [str(problem) for problem in e.problems]
print(json.dumps(told))
"""
ENTERPRISES = """enterprise_id,online_retailer,ecommerce,settled_on,accounts_sound,violated_on
GROWN,1,1,,1,
SHORT,1,1,,1,
LARGE,1,1,,1,
OTHER,0,1,,1,
"""
ANNUAL = """enterprise_id,year,sales,online_sales,line_lease
GROWN,2013,1000000,1000000,
GROWN,2014,1300000,1300000,50000
SHORT,2013,1000000,1000000,
SHORT,2014,1299999.99,1299999.99,
LARGE,2013,100000000,100000000,
LARGE,2014,300000000,300000000,
OTHER,2013,1000000,1000000,
OTHER,2014,2000000,2000000,500000
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Path:
    """A copy of the program with the steps of README.md taken."""
    top = tmp_path_factory.mktemp("a house") / "copy"
    for name in ("simulator", "data", "scenarios"):
        shutil.copytree(ROOT / name, top / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", top)
    shutil.copy(HERE / "growth_award.py", top / "simulator" / "law" / "clauses")
    catalogue = top / "simulator" / "law" / "clauses" / "__init__.py"
    text = catalogue.read_text(encoding="utf-8")
    assert text.count('    "school_places",\n') == 1
    catalogue.write_text(text.replace('    "school_places",\n', LINE + '    "school_places",\n'), encoding="utf-8")
    shutil.copy(HERE / "newtown_2014.yaml", top / "data" / "law")
    shutil.copy(HERE / "newtown.yaml", top)
    bare = yaml.safe_load((HERE / "newtown.yaml").read_text(encoding="utf-8"))
    del bare["assumptions"]
    (top / "bare.yaml").write_text(yaml.safe_dump(bare), encoding="utf-8")
    register = top / "register"
    register.mkdir()
    (register / "enterprises.csv").write_text(ENTERPRISES, encoding="utf-8")
    (register / "annual.csv").write_text(ANNUAL, encoding="utf-8")
    return top


@pytest.fixture(scope="module")
def told(house) -> dict:
    """What the copy says of both policies, in a process of its own."""
    finished = subprocess.run([sys.executable, "-c", ASKED, "register", "bare.yaml", str(SAMPLE)], cwd=house, capture_output=True,
                              env=os.environ | {"PYTHONPATH": str(house)}, timeout=280)
    assert finished.returncode == 0, finished.stderr.decode()[-3000:]
    return json.loads(finished.stdout)


def test_one_module_one_line_and_one_block_are_all_that_changed(house):
    def python(top: Path) -> dict[str, str]:
        return {p.relative_to(top).as_posix(): p.read_text(encoding="utf-8") for p in (top / "simulator").rglob("*.py")}

    before, after = python(ROOT), python(house)
    assert set(after) - set(before) == {"simulator/law/clauses/growth_award.py"}
    changed = [name for name in before if after[name] != before[name]]
    assert changed == ["simulator/law/clauses/__init__.py"]
    assert after[changed[0]].replace(LINE, "") == before[changed[0]]
    law = yaml.safe_load((HERE / "newtown_2014.yaml").read_text(encoding="utf-8"))
    assert set(law) == {"name", "zh", "en", "policy", "sharing", "targets", "data_line", "growth_award"}


def test_the_shipped_policy_stays_what_it_was(told):
    assert told["baseline"]["sample"] == assess(SAMPLE).table().to_csv(index=False)
    assert told["baseline"]["settings"] == [s.path for s in load_scenario().settings()]
    assert "growth_award" not in told["baseline"]["awards"]


def test_the_new_policy_gives_what_its_two_clauses_say_and_nothing_else(told):
    rows = [line.split(",")[:4] for line in told["newtown.yaml"]["awards"].splitlines()[1:]]
    assert [(who, int(year), clause, float(amount)) for who, year, clause, amount in rows] == [
        ("GROWN", 2014, "data_line", 25_000.0), ("GROWN", 2014, "growth_award", 3_000.0),
        ("LARGE", 2014, "growth_award", 200_000.0), ("OTHER", 2014, "data_line", 100_000.0)]
    paths = told["newtown.yaml"]["settings"]
    assert {p.split(".")[1] for p in paths if p.startswith("law.")} == {"sharing", "targets", "data_line", "growth_award"}
    assert "assumptions.take_up.growth_award" in paths


def test_it_is_explained_in_both_languages(told):
    assert "二（二） 网络零售增长奖励" in told["explained"]["zh"] and "≥ 30%" in told["explained"]["zh"]
    assert "Growth award" in told["explained"]["en"] and "Office rent" not in told["explained"]["en"]


def test_what_is_guessed_of_it_is_asked_for_by_name(told):
    assert told["asked"] == [f"bare.yaml: assumptions.{path}.growth_award is missing → add it, or name a base"
                             for path in ("take_up", "typical_sum")]
