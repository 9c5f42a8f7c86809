"""A folder that is as it was made says so; an edited number is found, whoever edited it where."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys

import pytest

import simulator
from simulator.cli import main
from simulator.errors import ReportError, SimulatorError
from simulator.report.publish import publish
from simulator.store.artefact import RECORDS
from simulator.store.record import RunFolder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A small run of the engine with a report for inside and one for outside."""
    budget = simulator.run(simulator.load_scenario("cautious", {"draws": 12, "law.tax_rebate.high_rate": 0.41}))
    folder = budget.write(tmp_path_factory.mktemp("结果 x") / "run")
    publish(folder, notebook="targets", lang="zh")
    publish(folder, notebook="targets", lang="en", profile="external")
    return folder


@pytest.fixture
def copy(made, tmp_path):
    return shutil.copytree(made, tmp_path / "run")


def states(found) -> dict[str, str]:
    return dict(zip(found["file"], found["state"], strict=True))


def test_what_is_as_it_was_made_is_said_to_be(made, capsys):
    found = simulator.verify(made)
    assert set(found["state"]) == {"same"}
    assert {"summary.csv", "draws.parquet", "targets.zh.html", "external/targets-external.en.html"} <= set(found["file"])
    assert main(["verify", str(made)]) == 0 and "与生成时相同" in capsys.readouterr().out


def test_a_run_is_repeated_to_the_byte(made):
    found = simulator.verify(made, rerun=True, workers=1)
    again = found[found["state"] != "same"]
    assert set(again["state"]) == {"repeated"} and {"draws.parquet", "summary.csv"} <= set(again["file"])


@pytest.mark.parametrize("name", ["summary.csv", "targets.zh.html", "settings.csv", "draws.parquet"])
def test_g4_an_edited_number_is_found(copy, name, capsys):
    raw = (copy / name).read_bytes()
    place = next(i for i in range(len(raw) // 2, len(raw)) if raw[i : i + 1].isdigit())
    (copy / name).write_bytes(raw[:place] + (b"7" if raw[place : place + 1] != b"7" else b"8") + raw[place + 1 :])
    assert states(simulator.verify(copy))[name] == "changed"
    assert main(["verify", str(copy), "--lang", "en"]) == 1
    assert name in capsys.readouterr().out


def test_an_edited_number_with_its_sum_made_to_fit_is_found_by_running_again(copy):
    text = (copy / "summary.csv").read_text(encoding="utf-8-sig").splitlines()
    text[1] = text[1].replace(text[1].split(",")[4], "1234.5", 1)
    (copy / "summary.csv").write_text("\n".join(text), encoding="utf-8-sig")
    record = json.loads((copy / "record.json").read_text(encoding="utf-8"))
    record["outputs"]["summary.csv"] = hashlib.sha256((copy / "summary.csv").read_bytes()).hexdigest()
    (copy / "record.json").write_text(json.dumps(record), encoding="utf-8")
    assert states(simulator.verify(copy))["summary.csv"] == "same"
    found = simulator.verify(copy, rerun=True, workers=1)
    assert set(found[found["file"] == "summary.csv"]["state"]) == {"same", "different"}


def test_a_changed_setting_cannot_pass_for_the_run_s(copy):
    """Settings and their sum edited together: they no longer give the scenario that the record names."""
    text = (copy / "settings.csv").read_text(encoding="utf-8-sig").replace(",0.41,", ",0.42,")
    (copy / "settings.csv").write_text(text, encoding="utf-8-sig")
    record = json.loads((copy / "record.json").read_text(encoding="utf-8"))
    record["outputs"]["settings.csv"] = hashlib.sha256((copy / "settings.csv").read_bytes()).hexdigest()
    (copy / "record.json").write_text(json.dumps(record), encoding="utf-8")
    found = simulator.verify(copy, rerun=True, workers=1)
    assert "not_repeated" in set(found["state"])


def test_missing_foreign_and_unrecorded_files_are_reported(copy):
    (copy / "years.parquet").unlink()
    for name in ("budget.zh.html", "budget.zh.tables.xlsx"):
        (copy / name).write_text("made by hand", encoding="utf-8")
    record = json.loads((copy / RECORDS / "targets.zh.html.json").read_text(encoding="utf-8"))
    record["run_id"] = "another-run"
    (copy / RECORDS / "targets.zh.html.json").write_text(json.dumps(record), encoding="utf-8")
    (copy / "external" / RECORDS / "targets-external.en.html.json").write_text("{", encoding="utf-8")
    found = states(simulator.verify(copy))
    assert found["years.parquet"] == "missing" and found["budget.zh.html"] == found["budget.zh.tables.xlsx"] == "unrecorded"
    assert found["targets.zh.html"] == "foreign" and found[f"external/{RECORDS}/targets-external.en.html.json"] == "unread"


def test_the_record_for_outside_has_no_user_host_or_path(made):
    apart = made / "external"
    inside, outside = (
        (place / RECORDS / f"{name}.json").read_text(encoding="utf-8")
        for place, name in ((made, "targets.zh.html"), (apart, "targets-external.en.html"))
    )
    by = json.loads(inside)["by"]
    assert set(by) == {"user", "host", "folder"} and by["folder"] == str(made)
    assert "by" not in json.loads(outside)
    for value in filter(None, (by["host"], by["folder"], made.parent.name)):
        assert value not in outside and value not in (apart / "targets-external.en.html").read_text(encoding="utf-8")
    reported = json.loads(outside)
    assert reported["profile"] == "external" and set(reported["hashes"]) == {"scenario", "law", "code", "population"}
    assert reported["seed"] is not None and reported["versions"]["simulator"]


def test_every_page_carries_its_record(made):
    record = json.loads((made / "record.json").read_text(encoding="utf-8"))
    page = (made / "targets.zh.html").read_text(encoding="utf-8")
    for name, value in {
        "run-id": record["run_id"],
        "seed": str(record["seed"]),
        "law-sha256": record["hashes"]["law"],
        "scenario-sha256": record["hashes"]["scenario"],
        "code-sha256": record["hashes"]["code"],
    }.items():
        assert f'<meta name="{name}" content="{value}">' in page


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders")
@pytest.mark.parametrize("endless", [lambda file: os.mkfifo(file), lambda file: file.symlink_to("/dev/zero")], ids=["pipe", "device"])
def test_a_record_without_an_end_is_named_and_not_read(endless, tmp_path):
    endless(tmp_path / "record.json")
    found = simulator.verify(tmp_path)
    assert [*found["file"]] == ["record.json"] and [*found["state"]] == ["unread"]


@pytest.mark.parametrize("name", ["/etc/passwd", "../run/summary.csv", "a/b", "..", "", "\0", "x" * 5000])
def test_a_record_that_lists_what_lies_elsewhere_is_named_and_not_followed(name, copy, capsys):
    record = json.loads((copy / "record.json").read_text("utf-8"))
    record["outputs"][name] = "0" * 64
    (copy / "record.json").write_text(json.dumps(record), encoding="utf-8")
    assert states(simulator.verify(copy))["record.json"] == "unread"
    assert main(["verify", str(copy), "--lang", "en"]) == 1
    with pytest.raises(ReportError, match="lies elsewhere"):
        simulator.purge(copy)
    assert (copy / "summary.csv").exists()


@pytest.mark.parametrize("file", ["record.json", ".simulator.json"])
def test_json_nested_without_end_is_no_record(file, copy):
    (copy / file).write_text('{"a":' * 100_000, encoding="utf-8")
    found = states(simulator.verify(copy))
    assert found["record.json"] == "unread" if file == "record.json" else set(found.values()) == {"same"}


@pytest.mark.parametrize("forged", [None, 1, -1, "x", "../x", "/etc/passwd", "\0", [], {}, [[]], {"a": {}}, True], ids=repr)
def test_whatever_a_record_says_is_read_or_refused(forged, copy):
    record = json.loads((copy / "record.json").read_text("utf-8"))
    for key in record:
        (copy / "record.json").write_text(json.dumps(record | {key: forged}), encoding="utf-8")
        for look in (simulator.verify, lambda folder: RunFolder.open(folder, "external")):
            with contextlib.suppress(SimulatorError):
                look(copy)


def test_a_folder_without_a_record_is_refused(tmp_path):
    with pytest.raises(ReportError, match="holds no run"):
        simulator.verify(tmp_path)


def test_the_reserve_for_a_chance_of_one_s_own_is_repeated_too(tmp_path):
    budget = simulator.run(simulator.load_scenario(changes={"draws": 40, "assumptions.incumbents.number": 10}))
    folder = budget.write(tmp_path / "own", budget.budgeting(chance=0.3))
    assert "reserve_30" in (folder / "risk.csv").read_text(encoding="utf-8-sig")
    assert set(simulator.verify(folder, rerun=True, workers=1)["state"]) == {"same", "repeated"}
