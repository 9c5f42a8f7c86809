"""A run's folder is read whole and unchanged, or not at all."""

from __future__ import annotations

import json
import shutil

import pytest

from simulator.errors import ReportError
from simulator.store.record import RunFolder


@pytest.fixture
def copy(folder, tmp_path):
    return shutil.copytree(folder(), tmp_path / "run")


def test_the_files_are_read_as_they_stand(run):
    one = run()
    assert one.years == [2013, 2014, 2015, 2016, 2017] and one.cash_years[-1] == 2018
    assert len(one.clauses) == 11 and one.clauses[-1].kind == "in_kind"
    assert one.row("paid").name == ("paid", "total", "total")
    assert one.row("no such measure").isna().all()
    assert list(one.by_year("paid").index) == one.cash_years
    assert one.appropriation_total == sum(one.appropriation.values())
    assert one.paid_totals.mean() == pytest.approx(one.row("paid")["mean"])


@pytest.mark.parametrize("name", ["summary.csv", "settings.csv", "draws.parquet", "years.parquet"])
def test_an_edited_file_is_refused(copy, name):
    with (copy / name).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(ReportError, match=f"{name}: was changed after the run"):
        RunFolder.open(copy)


def test_all_problems_come_at_once(copy):
    (copy / "summary.csv").unlink()
    (copy / "years.parquet").write_bytes(b"")
    with pytest.raises(ReportError) as caught:
        RunFolder.open(copy)
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("text", ["", "[]", "{}", "{"])
def test_what_is_no_record_is_refused(copy, text):
    (copy / "record.json").write_text(text, encoding="utf-8")
    with pytest.raises(ReportError, match="record.json"):
        RunFolder.open(copy)


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(ReportError, match="name the folder of a finished run"):
        RunFolder.open(tmp_path)


def test_a_missing_column_is_named(copy):
    record = json.loads((copy / "record.json").read_text(encoding="utf-8"))
    import hashlib

    text = (copy / "summary.csv").read_text(encoding="utf-8-sig").replace("standard_error", "standart_error", 1)
    (copy / "summary.csv").write_text(text, encoding="utf-8")
    record["outputs"]["summary.csv"] = hashlib.sha256((copy / "summary.csv").read_bytes()).hexdigest()
    (copy / "record.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ReportError, match="lacks the column standard_error → did you mean standart_error"):
        RunFolder.open(copy)
