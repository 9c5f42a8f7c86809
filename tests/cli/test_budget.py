"""simulator budget: what a finance bureau budgets with, on the screen and in the run's folder."""

from __future__ import annotations

import json

import pandas as pd

from tests.cli.running import SAMPLE, call, done


def test_the_tables_are_shown_and_kept(tmp_path):
    out = tmp_path / "安排 一"
    said = done(
        "budget",
        "baseline",
        "--draws",
        60,
        "--appropriation",
        "2014=300000",
        "--appropriation",
        "data_line.2015=0",
        "--mode",
        "pro_rata",
        "--population",
        SAMPLE,
        "--out",
        out,
    )
    for title in ("缺口与预留", "应付与支付", "违规追回台账", "各年准入形成的支出责任", "法定最大支出责任"):
        assert title in said
    record = json.loads((out / "record.json").read_text(encoding="utf-8"))
    assert record["appropriation"]["2014"] == 300_000
    assert {"risk.csv", "ledger.csv", "commitments.csv", "exposure.csv"} <= set(record["outputs"])
    ledger = pd.read_csv(out / "ledger.csv", encoding="utf-8-sig").set_index(["measure", "clause", "year"])["mean"]
    assert ledger["paid", "total", "2014"] <= 300_000 < ledger["due", "total", "2014"]
    assert ledger["paid", "data_line", "2015"] == 0 < ledger["waiting", "data_line", "2015"]
    english = done("budget", "baseline", "--draws", 20, "--lang", "en")
    assert "Overrun and reserve" in english and "Nothing is rationed" in english


def test_a_mode_there_is_not_is_refused():
    outcome = call("budget", "--mode", "firstcome")
    assert outcome.code == 2 and "是否应为“first_come”" in outcome.err
