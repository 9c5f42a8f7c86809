"""How well an invented register fits: every published figure it should show, what it shows, and every miss admitted.

A figure fits when what was achieved lies in the published range, or within a tenth of the target where no range is
published. Nothing here changes the register.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulator import yamlfile
from simulator.engine import recipe
from simulator.facts import AREA, RENT
from simulator.money import FEN
from simulator.population.register import Population
from simulator.projection import enterprises as kinds
from simulator.projection.newcomers import CAPITAL_REFORM
from simulator.resources import state_of
from simulator.scenario import Scenario

TOLERANCE = 0.1  # of a target without a published range
MILLION = 1_000_000
FEWEST = 20  # enterprises below which a quantile or share is not compared
COLUMNS = ("zh", "en", "source", "unit", "target", "low", "high", "achieved", "ratio", "fits")


@dataclass(frozen=True)
class Aim:
    """A target with its range (CNY, or the unit said beside it), and where it comes from."""

    target: float
    low: float
    high: float
    source: str


Figure = tuple[str, str, str, Aim, float | None]  # zh, en, unit, aim, achieved (None: cannot be said)


def published(statistics: Path) -> Mapping[str, Mapping[str, Any]]:
    """The published figures of a file by key."""
    return _published(statistics, state_of(statistics))


@lru_cache(maxsize=8)
def _published(statistics: Path, _state: Any) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = yamlfile.load(statistics).data
    return found


def online_sales_aim(scenario: Scenario, par: np.void, incumbents: int) -> Aim:
    """Online sales of the base year that so many of the district's enterprises should have, CNY."""
    sourced = scenario.assumptions["incumbents.online_sales"]
    share = incumbents / max(1.0, float(par["incumbents_number"]))
    return Aim(float(par["incumbents_online_sales"]) * share, sourced.value.low * share, sourced.value.high * share, sourced.source)


def report(
    population: Population,
    kind_of: np.ndarray,
    born: np.ndarray,
    par: np.void,
    sales: Aim,
    online_sales: float | None = None,
    known: Path | None = None,
) -> pd.DataFrame:
    """One row per figure: zh, en, source, unit, target, low, high, achieved, ratio (achieved / target), fits.

    online_sales: of the base year, CNY, of a register of which only some enterprises are looked at here. known: the file of published
    figures of the scenario's place; without one there is nothing to compare with.
    """
    rows: list[tuple[Any, ...]] = []
    fact = partial(_fact, published(known)) if known else None
    figures = _figures(population, kind_of, born, par, sales, online_sales, fact) if fact else ()
    for zh, en, unit, aim, achieved in figures:
        if achieved is None or not np.isfinite(achieved) or np.isnan(aim.target):
            continue  # too few enterprises of that kind to say, or nothing published
        low, high = aim.low, aim.high
        if np.isnan(low) and np.isnan(high):
            low, high = aim.target * (1 - TOLERANCE), aim.target * (1 + TOLERANCE)
        low, high = (aim.target if np.isnan(low) else low), (aim.target if np.isnan(high) else high)
        fits = bool(low * (1 - 1e-9) <= achieved <= high * (1 + 1e-9))
        rows.append((zh, en, aim.source, unit, aim.target, low, high, achieved, achieved / aim.target, fits))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _fact(known: Mapping[str, Mapping[str, Any]], key: str, scale: float = 1.0, place: int | None = None) -> Aim:
    """A published figure as an aim, in the unit of `scale`; place: which of several."""
    fact = known.get(key, {})

    def number(name: str) -> float:
        value = fact.get(name)
        value = value[place] if isinstance(value, list) and place is not None else value
        return float("nan") if value is None else float(value) * scale

    return Aim(number("value"), number("low"), number("high"), key)


def _figures(
    population: Population,
    kind_of: np.ndarray,
    born: np.ndarray,
    par: np.void,
    sales: Aim,
    online_sales: float | None,
    fact: Callable[..., Aim],
) -> Iterator[Figure]:
    """Every figure."""
    base = population.annual[:, 1] if population.annual.shape[1] > 1 else population.annual[:, 0]
    there = base["present"] == 1
    old = (born == 0) & (kind_of == kinds.GOODS)
    ordinary = np.isin(kind_of, (kinds.GOODS, kinds.SPLIT_OFF))
    yield (
        "基年网络零售额",
        "online sales of the base year",
        "CNY",
        sales,
        float(base["online_sales"][old].sum()) / FEN if online_sales is None else online_sales,
    )
    turnover = base["sales"][old & there] / FEN
    yield ("销售额对数标准差", "log-sd of sales", "ln", fact("retail_size_log_sd"), _log_sd(turnover))
    yield from _capital(population, ordinary, fact)
    staff = population.employees[:, 1][there & ordinary] if population.employees.size else np.zeros(0)
    for place, q in enumerate((10, 25, 50, 75, 90, 95, 99)):
        yield (
            f"从业人数 {q}% 分位",
            f"employees, quantile {q} %",
            "persons",
            fact("emp_quantiles_cn", 1, place),
            _quantile(staff, q / 100),
        )
    yield "从业人数对数标准差", "log-sd of employees", "ln", fact("emp_log_sd_cn"), _log_sd(staff)
    yield "从业人数帕累托尾指数", "Pareto index of employees", "index", fact("emp_hill_cn"), _hill(staff)
    young = population.enterprises["settled_on"][old] > 0
    yield ("开业不足五年企业比例", "enterprises younger than five years", "share", fact("share_firms_under5y", 0.01), _share(young))
    area, rent = base["rented_area"][there & ordinary] / AREA, base["rent"][there & ordinary] / RENT
    yield ("租赁面积不足500平方米比例", "offices of up to 500 m²", "share", fact("office_area_share_le500", 0.01), _share(area <= 500))
    yield "月租金", "monthly rent", "CNY/m²", fact("office_rent_district_2013"), float(rent.mean()) if len(rent) else None
    yield (
        "有应税利润企业比例",
        "enterprises with taxable profit",
        "share",
        fact("share_firms_profitable_baseline", 0.01),
        _share(base["income_tax"][there & ordinary] > 0),
    )
    total = float(base["sales"][old].sum())
    yield (
        "区级留成与销售额之比",
        "retained tax per sales",
        "share",
        fact("district_retained_per_sales", 0.01),
        float(base["retained_tax"][old].sum()) / total if total else None,
    )
    line = base["line_lease"][there & ordinary & (base["line_lease"] > 0)] / FEN
    yield (
        "专线年租费中位数",
        "median data line, a year",
        "CNY",
        Aim(
            float(par["line_fee_median"]),
            fact("dedicated_line_10M", MILLION * 12).low,
            fact("dedicated_line_100M", MILLION * 12).target,
            "dedicated_line_10M dedicated_line_100M",
        ),
        _quantile(line, 0.5),
    )
    yield from _ranks(population, old & there, base)


def _capital(population: Population, ordinary: np.ndarray, fact: Callable[..., Aim]) -> Iterator[Figure]:
    capital = population.enterprises["registered_capital"][ordinary] / FEN
    yield ("注册资本中位数", "median registered capital", "CNY", fact("regcap_median_new_sme", MILLION), _quantile(capital, 0.5))
    yield (
        "平均注册资本",
        "mean registered capital",
        "CNY",
        fact("cd_new_firm_regcap_2013", MILLION),
        float(capital.mean()) if len(capital) >= FEWEST else None,
    )
    yield ("注册资本对数标准差", "log-sd of registered capital", "ln", fact("regcap_lognormal_sigma"), _log_sd(capital))
    for key, words, threshold in (
        ("regcap_tail_2m", "200万元", 2),
        ("regcap_tail_10m", "1000万元", 10),
        ("regcap_tail_30m", "3000万元", 30),
    ):
        yield (
            f"注册资本不低于{words}比例",
            f"registered capital of at least {threshold} m",
            "share",
            fact(key, 0.01),
            _share(capital >= threshold * MILLION),
        )
    settled = np.maximum(population.enterprises["settled_on"], population.enterprises["spun_off_on"])
    ratio = np.divide(
        population.enterprises["paid_in_capital"],
        population.enterprises["registered_capital"],
        out=np.zeros(len(population)),
        where=population.enterprises["registered_capital"] > 0,
    )
    for key, zh, en, chosen in (
        ("paidin_ratio_before", "实缴比例（认缴制前）", "paid-in ratio until 2014-02", settled < CAPITAL_REFORM),
        ("paidin_ratio_after", "实缴比例（认缴制后）", "paid-in ratio from 2014-03", settled >= CAPITAL_REFORM),
    ):
        found = ratio[ordinary & chosen]
        yield zh, en, "share", fact(key), float(found.mean()) if len(found) >= FEWEST else None


def _ranks(population: Population, chosen: np.ndarray, base: np.ndarray) -> Iterator[Figure]:
    """Rank correlations of the recipe, of those there before."""
    if np.count_nonzero(chosen) < 5 * FEWEST:
        return
    size = base["sales"][chosen]
    for zh, en, rank, values in (
        (
            "销售额与注册资本秩相关",
            "rank correlation of sales and capital",
            recipe.CAPITAL_WITH_SIZE,
            population.enterprises["registered_capital"][chosen],
        ),
        ("销售额与从业人数秩相关", "rank correlation of sales and employees", recipe.STAFF_WITH_SIZE, population.employees[:, 1][chosen]),
        ("销售额与办公面积秩相关", "rank correlation of sales and office area", recipe.AREA_WITH_SIZE, base["rented_area"][chosen]),
    ):
        yield zh, en, "rank", Aim(rank, rank - 0.1, rank + 0.1, "J"), _spearman(size, values)


def _spearman(a: np.ndarray, b: np.ndarray) -> float:
    return float(pd.Series(a).rank().corr(pd.Series(b).rank()))


def _share(held: np.ndarray) -> float | None:
    return float(np.mean(held)) if len(held) >= FEWEST else None


def _quantile(values: np.ndarray, q: float) -> float | None:
    return float(np.quantile(values, q)) if len(values) * min(q, 1 - q) >= 3 else None


def _log_sd(values: np.ndarray) -> float | None:
    positive = values[values > 0]
    return float(np.log(positive).std()) if len(positive) >= FEWEST else None


def _hill(values: np.ndarray) -> float | None:
    """Hill's estimate of the tail index from the largest 2 %."""
    largest = np.sort(values[values > 0])[::-1]
    k = len(largest) // 50
    return float(1 / np.log(largest[:k] / largest[k]).mean()) if k >= FEWEST and largest[0] > largest[k] else None
