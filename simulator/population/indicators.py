"""Statistical monitoring: the tables a register yields by year, as data frames and as Excel.

All amounts in CNY. Unknown is not zero: beside every sum stands how many cells of its column were unknown; a share with an
unknown part is a share of what is known. Aggregates only, no name and no code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from simulator.errors import PopulationError, Problem
from simulator.facts import ANNUAL_FIELDS, BLANK
from simulator.files import put
from simulator.money import FEN
from simulator.population.parts import Register, each
from simulator.population.register import Population
from simulator.spreadsheets import breadth, printed, workbook

SIZES = (
    (0, 1_000_000, "微型 micro"),
    (1_000_000, 5_000_000, "小型 small"),
    (5_000_000, 200_000_000, "中型 medium"),
    (200_000_000, None, "大型 large"),
)  # sales, CNY: sme_standard_retail
OF_SCALE = (3_000_000, 5_000_000, 10_000_000, 20_000_000)  # online sales, CNY: 规模商家, the reading is a parameter
SERVING = ("services", "platform", "building")  # sectors that serve online retail
LEADING = (200_000_000, 500_000_000, 1_000_000_000)
TAXES = ("vat", "business_tax", "income_tax", "retained_tax", "district_contribution")
KEYS, AMOUNTS = ("year", "size", "kind", "threshold", "sector"), ("sales", "online_sales", *TAXES)
SHEETS = {
    "online_retail": "网络零售",
    "sizes": "企业规模",
    "of_scale": "规模商家",
    "taxes": "税收",
    "employment": "从业人员",
    "services": "配套服务",
}
HEADERS = {
    "year": "年度", "enterprises": "企业数", "with_online_sales": "有网络零售的企业数", "sales": "销售额（元）",
    "online_sales": "网络零售额（元）", "growth": "增速", "trscg": "社会消费品零售总额（元）",
    "share_of_trscg": "占社零总额比重", "unknown_sales": "销售额未知", "unknown_online_sales": "网络零售额未知",
    "size": "规模", "threshold": "门槛（元）", "kind": "口径", "vat": "增值税（元）", "business_tax": "营业税（元）",
    "income_tax": "企业所得税（元）", "retained_tax": "区级留成（元）", "district_contribution": "区级财政贡献（元）",
    "unknown_taxes": "未知", "left_blank": "未填（待推算）", "taxpayers": "纳税企业数", "employees": "从业人数",
    "sector": "行业", "per_enterprise": "户均", "unknown": "未知",
}  # fmt: skip


def indicators(
    population: Register, *, trscg: Mapping[int, float] | None = None, annual: Callable[[Population], np.ndarray] | None = None
) -> dict[str, pd.DataFrame]:
    """The tables by name: online_retail, sizes, of_scale, taxes, and employment and services where the register has employees
    and sectors: what nobody wrote down is not zero.

    trscg: the district's total retail sales of consumer goods by year (CNY), where known. annual: gives a register's ANNUAL records with
    retained tax worked out by a law (n, years); without it blank ones are counted as left blank. A register in parts is read part by
    part.
    """
    found: dict[str, list[pd.DataFrame]] = {}
    for part in each(population):
        seen, years = _Seen(part, part.annual if annual is None else annual(part)), list(part.years)
        for name, table in _TABLES.items():
            if (name != "services" or (seen.sector != "").any()) and (name != "employment" or part.employees.size):
                found.setdefault(name, []).append(table(seen, years))
    return {name: _whole(found[name], trscg or {}) for name in SHEETS if name in found}


def _whole(parts: list[pd.DataFrame], trscg: Mapping[int, float]) -> pd.DataFrame:
    """A table of all parts: counts and fen added up, then amounts in CNY and what is worked out of sums."""
    names = list(parts[0].columns)
    whole = pd.concat(parts).groupby([name for name in names if name in KEYS], sort=False, as_index=False).sum()[names]
    for name in names:
        if name in AMOUNTS:
            whole[name] = whole[name] / FEN
    if "with_online_sales" in names:
        before, of_year = whole["online_sales"].shift(), whole["year"].map(lambda year: trscg.get(year, float("nan"))).astype(float)
        whole.insert(5, "growth", (whole["online_sales"] / before.where(before > 0)) - 1)
        whole.insert(6, "trscg", of_year)
        whole.insert(7, "share_of_trscg", whole["online_sales"] / of_year.where(of_year > 0))
    if "employees" in names:
        whole.insert(3, "per_enterprise", whole["employees"] / whole["enterprises"].where(whole["enterprises"] > 0))
    return whole


class _Seen:
    """What is known of each enterprise-year: records, presence, and which cells are unknown."""

    def __init__(self, population: Population, rows: np.ndarray):
        self.population, self.rows = population, rows
        self.present = rows["present"] == 1
        self.sector = population.details["sector"]
        self.hidden = {name: np.zeros(self.present.shape, bool) for name in (*ANNUAL_FIELDS, "employees")}
        place = {name: row for row, name in enumerate(population.ids)}
        for name, year, column in population.unknown:
            if column in self.hidden:
                if not name:
                    self.hidden[column] |= self.present
                elif year:
                    self.hidden[column][place[name], year - population.first_year] = True

    def known(self, name: str, j: int) -> np.ndarray:
        """Rows of year j whose fact is there and known."""
        return self.present[:, j] & ~self.hidden[name][:, j]

    def values(self, name: str, j: int) -> np.ndarray:
        """The known values of year j, blanks left out, in stored units."""
        held = (self.population.employees if name == "employees" else self.rows[name])[self.known(name, j), j]
        return held[held != BLANK]

    def unknown(self, name: str, j: int) -> int:
        return int(np.count_nonzero(self.hidden[name][:, j]))

    def fen(self, name: str, j: int) -> int:
        """The sum of the known amounts of year j."""
        return int(self.values(name, j).sum())


def _online_retail(seen: _Seen, years: list[int]) -> pd.DataFrame:
    rows = [
        (
            year,
            int(seen.present[:, j].sum()),
            int(np.count_nonzero(seen.values("online_sales", j))),
            seen.fen("sales", j),
            seen.fen("online_sales", j),
            seen.unknown("sales", j),
            seen.unknown("online_sales", j),
        )
        for j, year in enumerate(years)
    ]
    names = ["year", "enterprises", "with_online_sales", "sales", "online_sales", "unknown_sales", "unknown_online_sales"]
    return pd.DataFrame(rows, columns=names)


def _sizes(seen: _Seen, years: list[int]) -> pd.DataFrame:
    rows = []
    for j, year in enumerate(years):
        sales = seen.values("sales", j)
        for low, high, name in SIZES:
            chosen = (sales >= low * FEN) & (sales < (np.inf if high is None else high * FEN))
            rows.append((year, name, int(chosen.sum()), int(sales[chosen].sum()), seen.unknown("sales", j)))
    return pd.DataFrame(rows, columns=["year", "size", "enterprises", "sales", "unknown_sales"])


def _of_scale(seen: _Seen, years: list[int]) -> pd.DataFrame:
    rows = []
    for j, year in enumerate(years):
        online = seen.values("online_sales", j)
        for kind, thresholds in (("规模商家 of scale", OF_SCALE), ("行业领先 leading", LEADING)):
            rows += [(year, kind, level, int((online >= level * FEN).sum()), seen.unknown("online_sales", j)) for level in thresholds]
    return pd.DataFrame(rows, columns=["year", "kind", "threshold", "enterprises", "unknown_online_sales"])


def _taxes(seen: _Seen, years: list[int]) -> pd.DataFrame:
    rows = []
    for j, year in enumerate(years):
        paying = np.zeros(len(seen.present), bool)
        for name in TAXES[:3]:
            paying |= seen.known(name, j) & (seen.rows[name][:, j] > 0)
        blank = int(np.count_nonzero(seen.known("retained_tax", j) & (seen.rows["retained_tax"][:, j] == BLANK)))
        rows.append((year, int(paying.sum()), *(seen.fen(name, j) for name in TAXES), sum(seen.unknown(name, j) for name in TAXES), blank))
    return pd.DataFrame(rows, columns=["year", "taxpayers", *TAXES, "unknown_taxes", "left_blank"])


def _employment(seen: _Seen, years: list[int]) -> pd.DataFrame:
    rows = []
    for j, year in enumerate(years):
        known = seen.values("employees", j)
        rows.append((year, len(known), int(known.sum()), seen.unknown("employees", j)))
    return pd.DataFrame(rows, columns=["year", "enterprises", "employees", "unknown"])


def _services(seen: _Seen, years: list[int]) -> pd.DataFrame:
    """Sales of enterprises that serve online retail (services, platforms, buildings), by sector as registered."""
    rows = []
    for j, year in enumerate(years):
        for sector in SERVING:
            chosen = seen.known("sales", j) & (seen.sector == sector)
            unknown = seen.hidden["sales"][:, j] & (seen.sector == sector)
            rows.append((year, sector, int(chosen.sum()), int(seen.rows["sales"][chosen, j].sum()), int(unknown.sum())))
    return pd.DataFrame(rows, columns=["year", "sector", "enterprises", "sales", "unknown_sales"])


# each of a register or a part of it, by year; amounts in fen
_TABLES: dict[str, Callable[[_Seen, list[int]], pd.DataFrame]] = {
    "online_retail": _online_retail,
    "sizes": _sizes,
    "of_scale": _of_scale,
    "taxes": _taxes,
    "employment": _employment,
    "services": _services,
}


def write_indicators(tables: Mapping[str, pd.DataFrame], path: str | Path, source: str = "") -> Path:
    """The tables as a workbook, a sheet each, Chinese headers over English ones.

    Raises PopulationError when the file cannot be written or is not called .xlsx.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise PopulationError(Problem(str(path), "is not called .xlsx", "write --out FILE.xlsx"))

    def write(beside: Path) -> None:
        with workbook(beside) as book:
            title = book.add_format({"bold": True, "font_size": 14})
            head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True, "align": "center"})
            under = book.add_format({"font_color": "#595959", "bg_color": "#DCE6F1", "border": 1, "align": "center", "font_size": 9})
            text, count, money, share = (
                book.add_format({"border": 1, "num_format": form}) for form in ("General", "#,##0", "#,##0.00", "0.0%")
            )
            for name, frame in tables.items():
                sheet = book.add_worksheet(SHEETS[name])
                sheet.write_string(0, 0, f"{SHEETS[name]}　{source}", title)
                sheet.freeze_panes(3, 1)
                printed(sheet)
                sheet.repeat_rows(1, 2)
                for column, label in enumerate(frame.columns):
                    sheet.write_string(1, column, HEADERS[label], head)
                    sheet.write_string(2, column, label, under)
                    sheet.set_column(column, column, max(9, breadth(HEADERS[label]), breadth(label), 20 * (frame[label].dtype == float)))
                    style = (
                        share
                        if label in ("growth", "share_of_trscg")
                        else text
                        if label == "year"
                        else money
                        if frame[label].dtype == float
                        else count
                    )
                    for row, value in enumerate(frame[label].tolist(), start=3):
                        if isinstance(value, str):
                            sheet.write_string(row, column, value, text)
                        elif value == value:
                            sheet.write_number(row, column, value, style)
                        else:
                            sheet.write_blank(row, column, None, text)

    return put(path, write, PopulationError)
