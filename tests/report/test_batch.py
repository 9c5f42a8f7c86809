"""Scenarios × languages from one file, side by side; one that fails leaves the others; an index leads to them."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import simulator
from simulator.cli import main
from simulator.errors import ReportError
from simulator.report import batch, batch_plan
from tests.report.canaries import register

PLAN = """\
scenarios: [baseline, mine.yaml]
languages: [zh, en]
notebooks: [targets]
draws: 5
"""


@pytest.mark.slow
@pytest.mark.timeout(900)  # two processes that may have to compile first
def test_a_batch_makes_every_report_and_an_index(tmp_path, capsys):
    (tmp_path / "mine.yaml").write_text("base: cautious\nname: mine\nzh: 我的情景\nen: Mine\n", encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    out = tmp_path / "结果 x"
    blocked = out / "02-mine" / "targets.en.html"  # this one cannot be made
    blocked.parent.mkdir(parents=True)
    (tmp_path / "elsewhere.html").write_text("keep", encoding="utf-8")
    blocked.symlink_to(tmp_path / "elsewhere.html")
    assert main(["batch", str(tmp_path / "plan.yaml"), "--out", str(out), "--workers", "2"]) == 1
    said = capsys.readouterr()
    assert "mine.yaml targets en\n  " in said.err and "mine.yaml targets zh\n" in said.err and "指向报告文件夹之外" in said.err
    assert said.out == f"→ {out / 'index.html'}\n"
    made = {p.relative_to(out).as_posix() for p in out.rglob("targets.*.html") if not p.is_symlink()}
    assert made == {"01-baseline/targets.zh.html", "01-baseline/targets.en.html", "02-mine/targets.zh.html"}
    index = (out / "index.html").read_text(encoding="utf-8")
    assert set(re.findall(r'href="([^"]+)"', index)) == made and "未能生成" in index
    assert "发展目标与产业增长报告（英文，网页）" in index
    assert re.search(r"\d% <[^>]*>（(&lt;)?\d+% 至 \d+%）", index) and "± " in index  # no figure without its error
    assert set(simulator.verify(out / "01-baseline")["state"]) == {"same"}
    assert (tmp_path / "elsewhere.html").read_text(encoding="utf-8") == "keep"


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("scenaros: [baseline]", "did you mean scenarios"),
        ("scenarios: [basline]", "did you mean baseline"),
        ("languages: [fr]", "there is no 'fr'"),
        ("notebooks: [compare]", "is not made in a batch"),
        ("formats: [xlsx]\nnotebooks: [targets]", "is not made as xlsx"),
        ("languages: 5", "is not a list of words"),
        ("set: {law.tax_rebate.hihg_rate: 0.4}", "did you mean law.tax_rebate.high_rate"),
        ("draws: 0", "a whole number 1"),
        ("profile: public", "there is no 'public' → internal"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused_whole(text, complaint, tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "make", lambda *a, **k: pytest.fail("something was made"))
    (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ReportError, match=complaint):
        simulator.batch(tmp_path / "plan.yaml", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_released_needs_a_ledger_and_is_so_one_after_another(tmp_path, monkeypatch, run):
    """Real enterprises, for outside: refused without a ledger before anything is played; with one, in the order of the plan, and
    the index shows nothing of a scenario whose report the ledger refuses."""
    register(tmp_path / "名册")
    asked = "scenarios: [cautious, baseline]\nlanguages: [zh, en]\nnotebooks: [targets]\nprofile: external\npopulation: 名册\n"
    (tmp_path / "plan.yaml").write_text(asked, encoding="utf-8")
    with pytest.raises(ReportError, match="--releases.*in the file of a batch: releases: FOLDER"):
        batch_plan.read_plan(tmp_path / "plan.yaml", tmp_path / "out")
    (tmp_path / "plan.yaml").write_text(f"{asked}releases: 台账\n", encoding="utf-8")
    plan = batch_plan.read_plan(tmp_path / "plan.yaml", tmp_path / "out")
    assert plan.releases == tmp_path / "台账"
    busy, order, opened, kept = threading.Lock(), [], [], run()

    def publish(folder, notebook, lang, formats, profile, releases):
        assert busy.acquire(blocking=False), "two at a time"
        time.sleep(0.01)
        order.append((folder[-8:], lang, releases))
        busy.release()
        if "baseline" in folder:
            raise ReportError("would give away figures")
        return [f"{Path(folder).resolve()}/external/{notebook}-external.{lang}.html"]

    monkeypatch.setattr(batch, "ProcessPoolExecutor", lambda processes, **_: ThreadPoolExecutor(4))
    monkeypatch.setattr(batch, "_play", lambda *given: {})
    monkeypatch.setattr(batch, "_publish", publish)
    monkeypatch.setattr(batch.RunFolder, "open", lambda folder, profile: opened.append(folder.name) or kept)
    done = batch.make(plan, tmp_path / "out")
    assert order == [(name, lang, plan.releases) for name in ("cautious", "baseline") for lang in ("zh", "en")]
    assert [path.name for path in done.made] == ["targets-external.en.html", "targets-external.zh.html"] and len(done.failed) == 2
    assert opened == ["01-cautious"] and str(tmp_path) not in done.index.read_text(encoding="utf-8")


def test_settings_may_be_nested_or_flat(tmp_path):
    for text in ("set: {law: {tax_rebate: {high_rate: 0.4}}}", "set: {law.tax_rebate.high_rate: 0.4}"):
        (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
        plan = batch_plan.read_plan(tmp_path / "plan.yaml", tmp_path)
        assert list(plan.changes) == ["law.tax_rebate.high_rate"]
