"""A run folder with invented, plausible numbers: what the report reads before, and beside, the real engine.

Everything in `summary.csv` is computed from the draws, so the folder agrees with itself as a real run's does.
Run as a script to look at a page: `python -m tests.report.fake_run FOLDER [DRAWS]`.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from tests.report.fake_settings import CLAUSES, TARGETS, appropriation, settings_rows

YEARS = [2013, 2014, 2015, 2016, 2017]
CASH_YEARS = [*YEARS, 2018]
QUANTILES = (5, 50, 80, 90, 95, 99)

IN_KIND = "school_places"
# no year of cash only, and no sum over years
STOCKS = ("online_sales", "services", "industry", "trscg", "online_share", "merchants_of_scale", "leading",
          "traditional_online")  # fmt: skip
COUNTS = ("recipients", "merchants_of_scale", "leading", "traditional_online", "places")

# clause: part of the total of about 22 m CNY, how uneven from draw to draw, profile over five award years
MEANS = {
    "headquarters_award": (2.6e6, 1.0, (3, 4, 3, 0, 0)),
    "opening_award": (2.3e6, 0.6, (4, 2, 2, 0, 0)),
    "office_rent": (11.2e6, 0.45, (1, 3, 4, 3, 1)),
    "tax_rebate": (2.6e6, 0.7, (2, 3, 3, 1, 0)),
    "certification_award": (0.5e6, 0.35, (1, 1, 1, 0, 0)),
    "spin_off_award": (0.07e6, 0.6, (0, 1, 1, 0, 0)),
    "platform_entry_fee": (0.45e6, 0.7, (1, 2, 2, 0, 0)),
    "platform_membership_award": (0.08e6, 1.2, (1, 1, 1, 0, 0)),
    "data_line": (1.55e6, 0.5, (2, 3, 3, 2, 0)),
    "model_building_award": (0.09e6, 1.3, (0, 1, 1, 0, 0)),
    IN_KIND: (0.0, 0.0, (1, 1, 1, 0, 0)),
}


def write(folder: Path, *, draws: int = 1000, seed: int = 20130815, synthetic: bool = True, funded: bool = True) -> Path:
    """Write a run folder and return it. funded=False: a run to which nothing was appropriated."""
    budget = appropriation() if funded else {}
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    dice = np.random.default_rng(seed)
    by_clause, by_year = _draws(dice, draws), _years(dice, draws)
    cash = by_clause[by_clause["clause"] != IN_KIND]
    paid_by_year = cash.groupby(["draw", "year"])["paid"].sum().unstack()
    summary = _summary(by_clause, by_year, paid_by_year, budget)
    by_clause.to_parquet(folder / "draws.parquet", index=False)
    by_year.to_parquet(folder / "years.parquet", index=False)
    summary.to_csv(folder / "summary.csv", index=False, encoding="utf-8-sig")
    pd.DataFrame(settings_rows(funded)).to_csv(folder / "settings.csv", index=False, encoding="utf-8-sig")
    names = ["summary.csv", "draws.parquet", "years.parquet", "settings.csv"]
    if not synthetic:
        contributions(by_clause).to_parquet(folder / "contributions.parquet", index=False)
        names.append("contributions.parquet")
    outputs = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    record = {
        "run_id": f"baseline-{seed}-{draws}-3f9c2a71",
        "created": "2013-09-02T10:15:00+08:00",
        "scenario": "baseline",
        "title": {"zh": "基准情景", "en": "Baseline"},
        "seed": seed,
        "draws": draws,
        "population": {
            "source": "synthetic" if synthetic else "register.xlsx",
            "enterprises": 642,
            "synthetic": synthetic,
            "sha256": "ab" * 32,
        },
        "hashes": {"scenario": "1f" * 32, "law": "2e" * 32, "code": "3d" * 32},
        "versions": {"simulator": "0.2.0", "python": "3.11.7", "numpy": "2.4.6", "numba": "0.68.1"},
        "seconds": 12.4,
        "years": YEARS,
        "cash_years": CASH_YEARS,
        "policy": {"start": "2013-01-01", "end": "2015-12-31"},
        "appropriation": budget,
        "clauses": CLAUSES,
        "targets": TARGETS,
        "warnings": [
            {"zh": "数据专线租费：名录中有 12 户未知，按区间计", "en": "line_lease: unknown for 12 enterprises, taken as a range"}
        ],
        "outputs": outputs,
    }
    (folder / "record.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    return folder


def _draws(dice: np.random.Generator, draws: int) -> pd.DataFrame:
    """One row per draw, cash year and clause; a quarter of an award is paid at once, the rest next year."""
    common = dice.lognormal(-0.5 * 0.18**2, 0.18, draws)
    frames = []
    for slug, (mean, spread, profile) in MEANS.items():
        weights = np.array([*profile, 0]) / sum(profile)
        level = mean * common * dice.lognormal(-0.5 * spread**2, spread, draws)
        wobble = dice.lognormal(-0.5 * 0.3**2, 0.3, (draws, len(CASH_YEARS)))
        awarded = np.round(level[:, None] * weights * wobble, 2)
        paid = np.round(0.25 * awarded + 0.75 * np.pad(awarded, ((0, 0), (1, 0)))[:, :-1], 2)
        unit = {"office_rent": 45_000, "tax_rebate": 40_000, "headquarters_award": 8e5}.get(slug, 20_000)
        recipients = dice.poisson(awarded / unit)
        if slug == IN_KIND:  # counted in places under every measure
            recipients = awarded = paid = dice.poisson(6 * weights, (draws, len(CASH_YEARS)))
        frames.append(
            pd.DataFrame(
                {
                    "draw": np.repeat(np.arange(draws), len(CASH_YEARS)),
                    "year": np.tile(CASH_YEARS, draws),
                    "clause": slug,
                    "recipients": recipients.ravel(),
                    "entitled": np.round(awarded * 1.22, 2).ravel(),
                    "awarded": awarded.ravel(),
                    "paid": paid.ravel(),
                    "displaced": np.round(awarded * 0.03, 2).ravel(),
                }
            )
        )
    return pd.concat(frames, ignore_index=True).sort_values(["draw", "year"], kind="stable", ignore_index=True)


def contributions(by_clause: pd.DataFrame) -> pd.DataFrame:
    """Who stands behind the payments: as many holdings as there are recipients on average, the first with the most."""
    rows = []
    cells = by_clause[by_clause["clause"] != IN_KIND].groupby(["clause", "year"])[["recipients", "awarded", "paid"]].mean()
    for (clause, year), cell in cells.iterrows():
        for measure in ("awarded", "paid"):
            holders = max(1, round(cell["recipients"] if measure == "awarded" else cell["recipients"] + 1))
            shares = np.linspace(2, 1, holders) / np.linspace(2, 1, holders).sum()
            rows += [
                (measure, clause, year, holder, cell[measure] * share, 1.0) for holder, share in enumerate(shares) if cell[measure] > 0
            ]
    rows += [("clawback", "", year, holder, 1e4, 0.1) for year in YEARS for holder in range(12)]
    rows += [(measure, "", 0, holder, 1e6 + holder, 0.0) for measure in ("online_sales", "taxes") for holder in range(60)]
    frame = pd.DataFrame(rows, columns=["measure", "clause", "year", "holder", "amount", "awards"])
    return frame.astype({"holder": np.uint64, "year": int})


def _years(dice: np.random.Generator, draws: int) -> pd.DataFrame:
    """One row per draw and year: taxes, sales and the counts of the targets."""
    growth = dice.normal(0.36, 0.13, (draws, 1)) + dice.normal(0, 0.09, (draws, 6))
    sales = 1.2e9 * np.exp(np.cumsum(growth, axis=1)) * dice.lognormal(0, 0.2, (draws, 1))
    services = sales * dice.uniform(0.12, 0.7, (draws, 1))
    without = 5.5e6 * np.exp(np.cumsum(growth * 0.6, axis=1)) * dice.lognormal(0, 0.25, (draws, 1))
    share = dice.uniform(0.01, 0.09, (draws, 1)) * np.array([0.3, 0.6, 0.9, 1, 1, 1])
    due = dice.gamma(0.6, 1.2e5, (draws, 6)) * np.array([0.2, 0.7, 1, 1, 0.6, 0])
    recovered = 0.5 * np.pad(due, ((0, 0), (1, 0)))[:, :-1]
    table = {
        "retained_tax_with": without * (1 + share),
        "retained_tax_without": without,
        "online_sales": sales,
        "services": services,
        "trscg": 3.8e10 * np.exp(0.12 * np.arange(6)) * dice.lognormal(0, 0.05, (draws, 1)),
        "merchants_of_scale": dice.poisson(sales / 3.2e7),
        "leading": dice.poisson(sales / 4e9),
        "traditional_online": np.cumsum(dice.poisson(2.4, (draws, 6)), axis=1),
        "clawback_due": due,
        "clawback_recovered": recovered,
        "places": dice.poisson(4, (draws, 6)) * [1, 1, 1, 0, 0, 0],
    }
    rows = {"draw": np.repeat(np.arange(draws), 6), "year": np.tile(CASH_YEARS, draws)}
    frame = pd.DataFrame(rows | {name: np.asarray(values).ravel() for name, values in table.items()})
    last = frame["year"] == CASH_YEARS[-1]  # cash only: nothing is projected for that year
    projected = ["retained_tax_with", "retained_tax_without", "online_sales", "services", "trscg"]
    frame.loc[last, projected] = np.nan
    return frame.round({c: 2 for c in frame if frame[c].dtype == float})


def _statistics(measure: str, clause: str, year: object, unit: str, values: np.ndarray) -> dict[str, object]:
    """Mean, quantiles and their Monte Carlo intervals (order statistics, as the engine's)."""
    n, ordered = len(values), np.sort(values)
    row: dict[str, object] = {
        "measure": measure,
        "clause": clause,
        "year": year,
        "unit": unit,
        "mean": values.mean(),
        "standard_error": values.std(ddof=1) / np.sqrt(n),
    }
    for q in QUANTILES:
        p, half = q / 100, 1.96 * np.sqrt(n * q / 100 * (1 - q / 100))
        low, high = int(np.floor(n * p - half)), int(np.ceil(n * p + half))
        if n * min(p, 1 - p) >= 5:
            row |= {
                f"p{q}": np.quantile(values, p),
                f"p{q}_low": ordered[max(low, 0)],
                f"p{q}_high": ordered[min(high, n - 1)],
            }
    return row


def _chance(measure: str, clause: str, year: object, hits: np.ndarray) -> dict[str, object]:
    """A probability with its Wilson interval."""
    n, p, z = len(hits), float(hits.mean()), 1.96
    middle = (p + z * z / 2 / n) / (1 + z * z / n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / 4 / n / n) / (1 + z * z / n)
    return {
        "measure": measure,
        "clause": clause,
        "year": year,
        "unit": "probability",
        "probability": p,
        "probability_low": max(middle - half, 0.0),
        "probability_high": min(middle + half, 1.0),
    }


def _summary(by_clause, by_year, paid_by_year, budget) -> pd.DataFrame:
    """The table of all figures, computed from the draws."""
    rows: list[dict[str, object]] = []

    def add(measure: str, clause: str, wide: pd.DataFrame, whole: bool = True) -> None:
        unit = "count" if measure in COUNTS or clause == IN_KIND else "CNY"
        unit = "share" if measure == "online_share" else unit
        wide = wide.dropna(axis=1)
        rows.extend(_statistics(measure, clause, year, unit, wide[year].to_numpy()) for year in wide)
        if whole:
            rows.append(_statistics(measure, clause, "total", unit, wide.sum(axis=1).to_numpy()))

    for measure in ("entitled", "awarded", "paid", "displaced", "recipients"):
        cube = by_clause.pivot(index=["draw", "year"], columns="clause", values=measure)
        for clause in MEANS:
            add(measure, clause, cube[clause].unstack("year"))
        add(measure, "total", cube.drop(columns=IN_KIND).sum(axis=1).unstack("year"))
    series = {c: by_year.pivot(index="draw", columns="year", values=c) for c in by_year.columns[2:]}
    series["industry"] = series["online_sales"] + series["services"]
    series["online_share"] = series["online_sales"] / series["trscg"]
    series["induced_tax"] = series["retained_tax_with"] - series["retained_tax_without"]
    series["net_cost"] = paid_by_year - series["clawback_recovered"] - series["induced_tax"].fillna(0)
    series["places_value"] = series["places"] * 9_500.0
    for measure, wide in series.items():
        add(measure, "total", wide[YEARS] if measure in STOCKS else wide, whole=measure not in STOCKS)
    for year, amount in budget.items():
        rows.append(_chance("overrun", "total", int(year), paid_by_year[int(year)].to_numpy() > amount))
    if budget:
        whole = paid_by_year.sum(axis=1).to_numpy()
        rows.append(_chance("overrun", "total", "total", whole > sum(budget.values())))
    for target in TARGETS:
        for year in YEARS:
            values = series[target["column"]][year].to_numpy()
            rows.append(_chance("target", target["key"], year, values >= target["low"]))
            rows.append(_chance("target_fully", target["key"], year, values >= target["high"]))
    bands = [f"p{q}{end}" for q in QUANTILES for end in ("", "_low", "_high")]
    columns = [
        "measure",
        "clause",
        "year",
        "unit",
        "mean",
        "standard_error",
        *bands,
        "probability",
        "probability_low",
        "probability_high",
    ]
    return pd.DataFrame(rows).reindex(columns=columns)


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), draws=int(sys.argv[2]) if len(sys.argv) > 2 else 1000))
