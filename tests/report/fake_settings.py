"""The record's clauses and targets and the rows of `settings.csv`, as a run of the baseline writes them."""

from __future__ import annotations

from dataclasses import asdict

from simulator.scenario import load_scenario

CLAUSES = [
    {"slug": slug, "article": article, "zh": zh, "en": en, "kind": kind, "parts": 1}
    for slug, article, zh, en, kind in (
        ("headquarters_award", "四（一）", "总部开办奖励", "Headquarters award", "one_off"),
        ("opening_award", "四（二）", "网络零售企业开办奖励", "Opening award", "one_off"),
        ("office_rent", "四（三）", "办公用房租金补助", "Office rent support", "recurrent"),
        ("tax_rebate", "四（四）", "税收增量返还扶持", "Tax increment rebate", "recurrent"),
        ("certification_award", "四（五）", "电商企业认定奖励", "Certification award", "one_off"),
        ("spin_off_award", "四（六）", "分离设立奖励", "Spin-off award", "one_off"),
        ("platform_entry_fee", "四（七）", "平台入网费补贴", "Platform entry fee", "one_off"),
        ("platform_membership_award", "四（八）", "平台会员奖励", "Platform membership award", "one_off"),
        ("data_line", "四（九）", "数据专线补贴", "Data line support", "recurrent"),
        ("model_building_award", "四（十）", "示范楼宇奖励", "Model building award", "one_off"),
        ("school_places", "四（十一）", "高管子女就学", "School places", "in_kind"),
    )
]

TARGETS = [
    {"key": key, "column": column, "low": low, "high": high, "unit": unit, "zh": zh, "en": en, "year": 2015}
    for key, column, low, high, unit, zh, en in (
        ("leading", "leading", 1, 2, "count", "行业领先网络零售企业", "Industry-leading online retailers"),
        ("traditional", "traditional_online", 10, 15, "count", "开展网络零售的传统企业",
         "Traditional firms online"),
        ("of_scale", "merchants_of_scale", 100, 120, "count", "规模网商", "Online merchants of scale"),
        ("online_sales", "online_sales", 6e9, 6e9, "CNY", "网络零售额", "Online retail sales"),
        ("services", "services", 4e9, 4e9, "CNY", "配套服务业规模", "Supporting services"),
        ("industry", "industry", 1e10, 1e10, "CNY", "网络零售产业规模", "Online-retail industry"),
        ("trscg_share", "online_share", 0.1, 0.1, "share", "网络零售额占社会消费品零售总额比重",
         "Online share of total retail sales"),
    )
]  # fmt: skip

CHANGES = {"assumptions.startups.a_year": 60, "interpretation.rent_clock": "settling"}


def settings_rows(funded: bool) -> list[dict[str, object]]:
    """All rows of the baseline's `settings.csv`, two changed; without appropriations unless `funded`."""
    rows = [asdict(setting) for setting in load_scenario("baseline").set(CHANGES).settings()]
    return [row for row in rows if funded or row["group"] != "appropriation"]


def appropriation() -> dict[str, float]:
    """The baseline's appropriations: year → CNY."""
    return {str(year): fen / 100 for year, fen in load_scenario("baseline").appropriation.items()}
