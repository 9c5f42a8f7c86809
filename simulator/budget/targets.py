"""The targets of 二 and the quantities they are measured by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.engine.run import Draws
from simulator.law.targets import YEAR
from simulator.law.terms import Law


@dataclass(frozen=True)
class Target:
    """One target: `column` is the measure it is read off; reached from `low`, fully from `high`; CNY, counts or a share."""

    key: str
    column: str
    low: float
    high: float
    unit: str
    zh: str
    en: str
    year: int = YEAR


# target, measure, Chinese and English
READ_OFF = (
    ("leading", "leading", "行业领先网络零售企业", "Leading online retailers"),
    ("traditional", "traditional_online", "传统企业开展网络零售", "Traditional enterprises online"),
    ("of_scale", "merchants_of_scale", "规模网商", "Online merchants of scale"),
    ("industry", "industry", "网络零售产业规模", "Online-retail industry"),
    ("online_sales", "online_sales", "网络零售额", "Online retail sales"),
    ("services", "services", "第三方配套产业", "Supporting services"),
    ("trscg_share", "online_share", "占社会消费品零售总额比重", "Share of total retail sales"),
)


def targets_of(law: Law) -> list[Target]:
    """The targets with the numbers the law gives them."""
    found = []
    for key, column, zh, en in READ_OFF:
        number = law.numbers[f"targets.{key}"]
        full = law.numbers.get(f"targets.{key}_fully", number)
        found.append(Target(key, column, float(number.at(YEAR)), float(full.at(YEAR)), number.unit, zh, en))
    return found


def measures(draws: Draws) -> dict[str, np.ndarray]:
    """What the targets are read off, by draw and year (draws, years): CNY, counts, shares. 传统企业 is cumulative."""
    online = draws.of_year("online_sales") / 100
    return {
        "online_sales": online,
        "services": draws.services,
        "industry": online + draws.services,
        "trscg": draws.trscg,
        "online_share": online / draws.trscg,
        "merchants_of_scale": draws.of_year("merchants_of_scale"),
        "leading": draws.of_year("leading"),
        "traditional_online": np.cumsum(draws.of_year("traditional_online"), axis=1),
    }
