"""The targets of 二 and the quantities they are measured by."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from simulator.engine.run import Draws
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
    year: int


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


# other definitions: measure, the target it redefines, Chinese and English
OTHERWISE = (
    ("leading_200", "leading", "行业领先：网络零售额2亿元以上", "leading: online sales of 200 m and more"),
    ("leading_1000", "leading", "行业领先：网络零售额10亿元以上", "leading: online sales of 1 bn and more"),
    ("national_headquarters", "leading", "行业领先：全国总部", "leading: national headquarters"),
    ("of_scale_3", "of_scale", "规模网商：网络零售额300万元以上", "of scale: online sales of 3 m and more"),
    ("of_scale_10", "of_scale", "规模网商：网络零售额1000万元以上", "of scale: online sales of 10 m and more"),
    ("of_scale_20", "of_scale", "规模网商：网络零售额2000万元以上", "of scale: online sales of 20 m and more"),
    ("online_share_goods", "trscg_share", "占比：仅计实物商品", "share: physical goods only"),
)
ALTERNATIVE_COUNTS = ("of_scale_3", "of_scale_10", "of_scale_20", "leading_200", "leading_1000", "national_headquarters")


def targets_of(law: Law) -> list[Target]:
    """The targets with the numbers the law gives them; none where its text sets none."""
    found, year = [], law.policy.targets_year
    for key, column, zh, en in READ_OFF:
        if f"targets.{key}" not in law.numbers:
            continue
        number = law.numbers[f"targets.{key}"]
        full = law.numbers.get(f"targets.{key}_fully", number)
        found.append(Target(key, column, float(number.at(year)), float(full.at(year)), number.unit, zh, en, year))
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
        "online_share_goods": online * draws.parameters["targets_goods_share"][:, None] / draws.trscg,
        **{name: draws.of_year(name) for name in ALTERNATIVE_COUNTS},
    }


def alternatives_of(law: Law) -> list[Target]:
    """The same targets by other definitions of "of scale", "leading" and online sales."""
    by_key = {t.key: t for t in targets_of(law)}
    return [replace(by_key[key], key=name, column=name, zh=zh, en=en) for name, key, zh, en in OTHERWISE if key in by_key]
