"""Measures that a policy promises without an amount, as named levers of the projection, neutral unless a scenario uses them.

A policy's file says under `measures` which of its articles promises which, and what it calls it. A lever multiplies
parameters (neutral 1) or adds to one (neutral 0). A lever that is used asks for its own yearly cost
(`levers.NAME.cost`), which enters the policy's cost beside the clauses.
"""

from __future__ import annotations

from dataclasses import dataclass

TAKE_UP = "take_up_*"  # stands for the take-up of every clause


@dataclass(frozen=True)
class Measure:
    """One measure: the parameter fields it acts on, whether it adds (else multiplies), and what that means."""

    name: str
    zh: str
    en: str
    acts_on: tuple[str, ...]
    acts_zh: str
    acts_en: str
    adds: bool = False

    @property
    def neutral(self) -> float:
        return 0.0 if self.adds else 1.0

    @property
    def unit(self) -> str:
        return "log" if self.adds else "ratio"

    @property
    def low(self) -> float:
        return -1.0 if self.adds else 0.0

    @property
    def high(self) -> float:
        return 1.0 if self.adds else 20.0


MEASURES: tuple[Measure, ...] = (
    Measure(
        "platforms",
        "零售平台",
        "retail platforms",
        ("platforms_number", "joiners_a_year"),
        "平台数与入网企业数倍数",
        "multiple of platforms and of those joining them",
    ),
    Measure(
        "anchors", "总部企业", "anchors", ("regional_a_year", "national_a_year"), "新落户总部数倍数", "multiple of headquarters settling"
    ),
    Measure(
        "manufacturers",
        "制造企业上网",
        "manufacturers online",
        ("traditional_a_year",),
        "触网传统企业数倍数",
        "multiple of traditional enterprises going online",
    ),
    Measure(
        "traditional_retail",
        "商贸企业上网",
        "traditional retail online",
        ("split_offs_a_year",),
        "分离设立企业数倍数",
        "multiple of split-offs",
    ),
    Measure("start_ups", "创业", "start-ups", ("startups_a_year",), "新落户企业数倍数", "multiple of newcomers"),
    Measure("finance", "网络金融", "finance", ("services_ratio",), "配套服务业比率倍数", "multiple of supporting services"),
    Measure("new_models", "经营模式", "new models", ("o2o_share",), "线上线下结合占比倍数", "multiple of the share online and offline"),
    Measure(
        "logistics", "物流配送", "logistics", ("market_local_wedge",), "本区增长加成（对数）", "added to local growth (log)", adds=True
    ),
    Measure(
        "internet_services",
        "互联网服务",
        "internet services",
        ("service_share",),
        "服务型企业占比倍数",
        "multiple of the share of service firms",
    ),
    Measure("statistics", "统计监测", "statistics", ("certification_rate",), "认定比例倍数", "multiple of certifications"),
    Measure("support", "配套服务", "support", (TAKE_UP,), "申报率倍数", "multiple of take-up"),
)
