"""Every setting of a scenario as a row: path, value, unit, range, article or source, meaning."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulator import yamlfile
from simulator.law.rewriting import formulas
from simulator.scenario import typed
from simulator.scenario.changes import IDLE, PLAIN
from simulator.scenario.funding import rows as rows_of_funding

Scenario = Any  # simulator.scenario.Scenario, which is made of these modules


@dataclass(frozen=True)
class Setting:
    """One settable path with its value and meaning, as `simulator terms` and the report show it."""

    group: str
    path: str
    value: str
    unit: str
    range: str
    source: str
    confidence: str
    zh: str
    en: str
    changed: bool = False


def rows_of(scenario: Scenario) -> list[Setting]:
    """Every setting, in the order they are shown."""
    return [*law_settings(scenario), *reading_settings(scenario), *plain_settings(scenario), *assumption_settings(scenario)]


def called(scenario: Scenario, words: str) -> list[Setting]:
    """The settings that people call so: their article, or part of what they mean in either language, or of their clause's name."""
    wanted = _folded(words)
    clauses = {c.slug for c in scenario.law.policy.clauses if wanted in _folded(f"{c.zh} {c.en}")}
    return [
        setting
        for setting in rows_of(scenario)
        if wanted == _folded(setting.source)
        or wanted in _folded(f"{setting.zh}\n{setting.en}")
        or (setting.path.startswith("law.") and setting.path.split(".")[1] in clauses)
    ]


def _folded(text: str) -> str:
    """As it is looked for: a bracket may be narrow or wide, a letter small or large, a blank there or not."""
    return unicodedata.normalize("NFKC", text).casefold().replace(" ", "")


def _plainest(values: Mapping[int, Decimal]) -> dict[int, str]:
    """Values by the year they hold from, each written one way, and none that is the one before: equal settings are equal texts.

    >>> _plainest({2014: Decimal("0.40"), 2013: Decimal("0.4"), 2015: Decimal("300")})
    {2013: '0.4', 2015: '300'}
    """
    found: dict[int, str] = {}
    for year, value in sorted(values.items()):
        text = format(value.normalize(), "f")
        if text != next(reversed(found.values()), None):
            found[year] = text
    return found


def law_settings(scenario: Scenario) -> list[Setting]:
    """Every number of the law."""
    rows = []
    for path, number in scenario.law.numbers.items():
        dated = _plainest(number.values)
        value = next(iter(dated.values())) if len(dated) == 1 else yamlfile.written(dated)
        high, edge = number.high, {"at_least": "≥ ", "more_than": "> "}.get(number.edge, "")
        rows.append(Setting("law", f"law.{path}", value, number.unit, f"{edge}0 … {high:,f}", number.article, "A", number.zh, number.en))
    for path, slug in scenario.law.offers().items():
        block, value = scenario.law.blocks[slug], str(slug not in scenario.law.withdrawn).lower()
        rows.append(
            Setting(
                "law",
                f"law.{path}",
                value,
                "flag",
                "true | false",
                block.article,
                "A",
                f"是否施行{block.zh}",
                f"{block.en}: whether it is offered",
            )
        )
    for path, one in formulas(scenario.law.policy).items():
        rows.append(Setting("formula", f"law.{path}", one.text, "formula", "formula", one.article, "A", one.zh, one.en))
    for name, zh, en in (("start", "政策起始", "start of the policy"), ("end", "政策截止", "end of the policy")):
        value = yamlfile.written(getattr(scenario.law, name))
        rows.append(Setting("policy", f"policy.{name}", value, "date", "date" + (" or none" if name == "end" else ""), "二", "J", zh, en))
    rows.append(
        Setting(
            "policy",
            "policy.in_force",
            str(scenario.law.in_force).lower(),
            "flag",
            "true | false",
            "",
            "",
            "政策是否施行",
            "whether there is the policy",
        )
    )
    return rows


def reading_settings(scenario: Scenario) -> list[Setting]:
    """Every reading of the text that could be another."""
    rows = []
    for name, switch in scenario.law.policy.readings.items():
        chosen = scenario.interpretation[name]
        zh, en = switch.meanings[chosen]
        rows.append(
            Setting(
                "interpretation",
                f"interpretation.{name}",
                chosen,
                "reading",
                " | ".join(switch.names),
                switch.article,
                "J",
                f"{switch.zh}：{zh}",
                f"{switch.en}: {en}",
            )
        )
    return rows


def plain_settings(scenario: Scenario) -> list[Setting]:
    """Seed, draws, register, and the other plain choices."""
    rows = []
    for path, choice in PLAIN.items():
        allowed = (
            " | ".join(choice.allowed)
            if choice.kind == "choice"
            else f"{choice.allowed[0]} … {choice.allowed[1]}"
            if choice.allowed
            else "text"
            if choice.kind == "label"
            else "path"
        )
        group = "population" if path.startswith("population.") else "run"
        rows.append(Setting(group, path, yamlfile.written(scenario.plain[path]), choice.kind, allowed, "", "", choice.zh, choice.en))
    rows += [
        Setting(group, path, value, unit, allowed, "", "", zh, en)
        for group, path, value, unit, allowed, zh, en in rows_of_funding(
            scenario.appropriation, scenario.funding, typed.least_award(scenario.law), scenario.examples
        )
    ]
    return rows


def assumption_settings(scenario: Scenario) -> list[Setting]:
    """Every assumption, with its distribution, source and confidence."""
    rows = []
    for path, declared in scenario.declared.by_path.items():
        sourced = scenario.assumptions[path]
        if sourced.source == IDLE:
            continue
        rows.append(
            Setting(
                "assumptions",
                f"assumptions.{path}",
                yamlfile.written(sourced.value.written()),
                declared.unit,
                f"{declared.low:,.15g} … {declared.high:,.15g}",
                sourced.source,
                sourced.confidence,
                declared.zh,
                declared.en,
            )
        )
    for path, sourced in sorted((path, sourced) for path, sourced in scenario.assumptions.items() if "@" in path):
        declared, year = scenario.declared.by_path[path.partition("@")[0]], path.partition("@")[2]
        rows.append(
            Setting(
                "assumptions",
                f"assumptions.{path}",
                yamlfile.written(sourced.value.written()),
                declared.unit,
                f"{declared.low:,.15g} … {declared.high:,.15g}",
                sourced.source,
                sourced.confidence,
                f"{declared.zh}（{year}年起）",
                f"{declared.en}, from {year} on",
            )
        )
    for (a, b), rank in scenario.correlations.items():
        zh = f"{scenario.declared.by_path[a].zh}与{scenario.declared.by_path[b].zh}的秩相关"
        en = f"rank correlation of {scenario.declared.by_path[a].en} and {scenario.declared.by_path[b].en}"
        rows.append(Setting("assumptions", f"correlations.{a}~{b}", yamlfile.written(rank), "share", "-1 … 1", "J", "J", zh, en))
    return rows
