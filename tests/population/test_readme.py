"""The guide's page on one's own register, word for word: every command it shows is run, every container it names is read."""

from __future__ import annotations

import hashlib
import re
import shlex
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.population.readers import read_population
from simulator.population.synthetic_mark import synthetic_mark
from simulator.population.template import write_workbook
from simulator.population.writing import write_parquet
from simulator.resources import folder
from tests.population.registers import as_csv, full, write

README = (Path(__file__).resolve().parents[2] / "guide" / "en" / "register.md").read_text("utf-8")
SECTION = README.split("\n**assess**")[0]
COMMANDS = re.findall(r"^simulator (.+?) *#", SECTION, re.M)
SAMPLE = folder("data") / "sample"


def test_every_verb_for_registers_is_shown():
    assert [command.split()[0] for command in COMMANDS] == ["template", "check", "check", "assess", "indicators", "run", "synthesize"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_runs_as_it_stands(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = {"REGISTER": str(SAMPLE), "DIR": "made"}
    arguments = [words.get(word, word) for word in shlex.split(command)]
    assert main([*arguments, *(["--draws", "3"] if arguments[0] == "run" else [])]) == 0
    if "--out" in arguments:
        assert (tmp_path / arguments[arguments.index("--out") + 1]).exists()
    assert capsys.readouterr().out.strip()


def test_every_container_it_names_is_read(tmp_path):
    population = read_population(SAMPLE).subset(slice(0, 40))
    expected = read_population(population.write_folder(tmp_path / "csv"))
    for encoding in ("gb18030", "utf-16"):
        copy = tmp_path / encoding
        copy.mkdir()
        files = {}
        for path in (tmp_path / "csv").glob("*.csv"):
            (copy / path.name).write_bytes(raw := path.read_text("utf-8-sig").encode(encoding))
            files[path.name] = hashlib.sha256(raw).hexdigest()
        (copy / "合成.txt").write_text(synthetic_mark(files), encoding="utf-8")
        assert read_population(copy) == expected, encoding
    assert read_population(write_parquet(population, tmp_path / "parquet")) == expected
    assert read_population(write_workbook(tmp_path / "a.xlsx", population.to_tables(), synthetic=True)) == expected


def test_a_unit_is_answered_as_it_says(tmp_path):
    folder = write(tmp_path, annual=as_csv(full("annual", {"enterprise_id": "E1", "year": 2013, "sales": "3"})))
    assert main(["check", str(folder), "--unit", "销售额=万元"]) == 0
