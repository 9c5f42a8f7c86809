"""simulator purge: what the records list is gone, everything else is left and named, nothing outside is touched."""

from __future__ import annotations

import hashlib
import json
import shutil

import pytest

import simulator
from simulator.cli import main
from simulator.errors import ReportError
from simulator.files import put
from simulator.store.comparisons import ComparisonFolder, write_comparison
from tests.cli.running import listing


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A comparison (two runs), beside it a register, in one folder."""
    place = tmp_path_factory.mktemp("结果 x")
    runs = [simulator.run(simulator.load_scenario(name, {"draws": 3})) for name in ("baseline", "cautious")]
    write_comparison(place / "compare", *runs)
    simulator.synthesize(enterprises=5).write_folder(place / "名册")
    return place


@pytest.fixture
def copy(made, tmp_path):
    return shutil.copytree(made, tmp_path / "all")


def states(found) -> dict[str, str]:
    return dict(zip(found["file"], found["state"], strict=True))


@pytest.mark.parametrize("profile", ["internal", "external"])
def test_a_comparison_whose_runs_lie_elsewhere_is_not_read(copy, profile):
    record = json.loads((copy / "compare" / "record.json").read_text("utf-8"))
    for place in ("../compare/0-baseline", "/etc", "", "\0"):
        record["runs"][0]["folder"] = place
        (copy / "compare" / "record.json").write_text(json.dumps(record), encoding="utf-8")
        with pytest.raises(ReportError, match="lies elsewhere"):
            ComparisonFolder.open(copy / "compare", profile)


def test_what_the_records_list_is_gone_and_the_rest_is_named(copy, capsys):
    run = copy / "compare" / "0-baseline"
    (run / "records").mkdir()
    (run / "budget.zh.html").write_text("a report", encoding="utf-8")
    digest = "d7b8b1b3dbd3f2e9a9bca96a1c8b3f4ab1c37bb6a4bd0b1ec7ddfe1e56df1b00"
    (run / "records" / "budget.zh.html.json").write_text(json.dumps({"sha256": digest, "run_id": "x"}), encoding="utf-8")
    put(run / "failed" / "budget.zh.ipynb", lambda p: p.write_text("x"))
    (run / "failed" / "notes.txt").write_text("x", encoding="utf-8")
    (run / "failed" / "budget.en.ipynb").write_text("a clerk's own copy", encoding="utf-8")
    (run / "blocks").mkdir()
    body = b'{"run": ""}'
    (run / "blocks" / "00001-0-00000000-00000003.sums").write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    (run / "summary.csv").write_text("edited", encoding="utf-8")
    (copy / "mine.csv").write_text("mine", encoding="utf-8")
    assert main(["purge", str(copy), "--lang", "en"]) == 1
    reported = capsys.readouterr().out
    left = set(listing(copy))
    for name in (
        "mine.csv",
        "compare/0-baseline/summary.csv",
        "compare/0-baseline/budget.zh.html",
        "compare/0-baseline/failed/notes.txt",
        "compare/0-baseline/failed/budget.en.ipynb",
        "名册/enterprises.csv",
        "compare/record.json",
        "compare/1-cautious/record.json",
    ):
        assert (copy / name).is_file() and name in reported, name
    assert not any((copy / "compare").rglob("*.parquet")) and not (run / "settings.csv").exists()
    assert not (run / "failed" / "budget.zh.ipynb").exists() and not (run / "blocks").exists()
    assert "Deleted is not erased" in reported and "perhaps" not in reported and left


def test_a_second_time_there_is_nothing_to_do(copy, capsys):
    found = simulator.purge(copy / "compare")
    assert (found["state"] == "gone").sum() == 11 and set(found["state"]) == {"gone", "kept"}
    assert main(["purge", str(copy / "compare")]) == 0 and "已删除 0 个文件" in capsys.readouterr().out
    again = simulator.verify(copy / "compare")
    assert set(again["state"]) == {"missing"}  # the records still say what there was


@pytest.mark.parametrize(
    "break_it, why",
    [
        (lambda place: (place / "compare" / "record.json").write_text("{}"), "is not a run's record"),
        (lambda place: edit(place / "compare" / "record.json", "../名册/enterprises.csv"), "lies elsewhere"),
        (lambda place: edit(place / "compare" / "record.json", str(place / "名册" / "enterprises.csv")), "lies elsewhere"),
        (lambda place: link(place / "compare" / "differences.csv", place / "名册" / "enterprises.csv"), "lies elsewhere"),
    ],
)
def test_what_is_doubtful_is_refused_and_nothing_is_deleted(break_it, why, copy):
    break_it(copy)
    before = listing(copy)
    with pytest.raises(ReportError, match=why):
        simulator.purge(copy)
    assert listing(copy) == before


def test_a_folder_that_is_no_run_s_is_refused(copy, tmp_path):
    before = listing(copy)
    for place, why in ((copy / "名册", "holds no run"), (tmp_path / "none", "is no folder")):
        with pytest.raises(ReportError, match=why):
            simulator.purge(place)
    (tmp_path / "link").symlink_to(copy, target_is_directory=True)
    with pytest.raises(ReportError, match="is no folder"):
        simulator.purge(tmp_path / "link")
    assert listing(copy) == before


def test_what_a_link_leads_to_is_left(copy, tmp_path):
    outside = shutil.copytree(copy / "compare", tmp_path / "outside")
    (copy / "compare" / "elsewhere").symlink_to(outside, target_is_directory=True)
    before = listing(outside)
    found = states(simulator.purge(copy / "compare"))
    assert listing(outside) == before and found["elsewhere"] == "other"


def edit(record, name):
    reported = json.loads(record.read_text(encoding="utf-8"))
    reported["outputs"][name] = "0" * 64
    record.write_text(json.dumps(reported), encoding="utf-8")


def link(file, to):
    file.unlink()
    file.symlink_to(to)
