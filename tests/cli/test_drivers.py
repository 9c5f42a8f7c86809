"""simulator attribute, sensitivity, notches: what they print and write, and what they refuse."""

from __future__ import annotations

import pandas as pd
import pytest
from openpyxl import load_workbook

from tests.cli.running import SAMPLE, done, refused
from tests.of_2013 import SLUGS

TWO = [f"--set=law.{slug}.offered=false" for slug in SLUGS if slug not in ("office_rent", "tax_rebate")]


def test_attribute_adds_up_and_prices_every_reading(tmp_path):
    out = tmp_path / "归因 1.csv"
    reported = done("attribute", "baseline", "--draws", 12, "--few", 6, *TWO, "--out", out)
    assert "沙普利分摊" in reported and "条款组合 4 种全部推演" in reported and "两年扶持期" in reported
    table = pd.read_csv(out).set_index("clause")
    assert list(table.index) == ["office_rent", "tax_rebate", "interaction", "total"]
    for column in ("booked", "alone", "last_in", "shapley"):
        assert round(table[column].drop("total").sum(), 2) == table[column]["total"]
    assert len(pd.read_csv(tmp_path / "归因 1.readings.csv")) == 20
    assert set(pd.read_csv(tmp_path / "归因 1.interaction.csv")["cause"]) == {"arrivals", "other"}


def test_sensitivity_tells_tornado_and_shares(tmp_path):
    out = tmp_path / "s.xlsx"
    reported = done("sensitivity", "baseline", "--draws", 16, "--few", 8, "--samples", 16, "--lang", "en", "--out", out)
    assert "Sobol indices" in reported and "has to do with chance" in reported and "All other assumptions" in reported
    book = load_workbook(out)
    assert book.sheetnames == ["Tornado", "Variance shares"]
    assert book["Tornado"].max_row > 3 * 60  # every uncertain assumption, for each of three results


def test_notches_of_draws_and_of_a_register(tmp_path):
    reported = done("notches", "baseline", "--draws", 3, "--lang", "en")
    assert "each enterprise of 3 draws" in reported and "registered capital" in reported
    out = tmp_path / "n.csv"
    reported = done("notches", "baseline", "--population", SAMPLE, "--within", 0.2, "--out", out)
    assert "按名册各年度实际情况逐户试算" in reported
    table = pd.read_csv(out)
    assert len(table["term"].unique()) == 11 and (table["draws"] == 0).all()
    assert len(pd.read_csv(tmp_path / "n.notch_map.csv")) == 11 * 8


@pytest.mark.parametrize(
    "arguments, problem",
    [
        (("notches", "baseline", "--within", 2), "within：不能是 2.0 → 请写 0 与 1 之间的比例"),
        (("attribute", "baseline", "--draws", 4, "--workers", 0), "--workers 0"),
        (("sensitivity", "baseline", "--set", "law.tax_rebate.offerd=false"), "law.tax_rebate.offered"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, arguments, problem):
    assert problem in " ".join(refused(tmp_path, *arguments))
