"""What a scenario is called: its own name and title as long as it says what its file says, and otherwise what was changed, too.

A name or title never stands for other settings than those it was given to: whatever shows either (reports, screens, folders,
indexes, run ids) shows the change with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from simulator.law.shipped import shipped_policies
from simulator.law.terms import UNITS
from simulator.scenario.rows import Setting, law_settings, rows_of

OF_THE_RUN = ("seed", "draws", "sampling")  # how it is played: said beside the title, no other policy
SPELLED = 2  # changes that a title names; of more it says how many
_LONGEST = 12  # characters of a value in a name
_NONE = ""
_GROUPS = {"appropriation": ("预算安排", "appropriations"), "assumptions": ("测算假设", "assumptions")}
Scenario = Any  # simulator.scenario.Scenario, which is made of these modules


@dataclass(frozen=True)
class Identity:
    """A scenario's name (of runs and folders) and its titles."""

    name: str
    zh: str
    en: str


_WORDS = {  # values that are words of settings, as one reads them
    ("flag", "true"): ("是", "yes"),
    ("flag", "false"): ("否", "no"),
    ("uncertainty", "full"): ("按分布抽取", "full"),
    ("uncertainty", "none"): ("均取最可能值", "none"),
    ("behaviour", "projected"): ("按假设推算", "projected"),
    ("behaviour", "as_the_law_says"): ("按条文", "as the law says"),
    ("market", "ex_ante"): ("事前预计", "planner's"),
    ("market", "hindsight"): ("按公布数据", "published"),
    ("sampling", "plain"): ("独立抽样", "plain"),
    ("sampling", "sobol"): ("均匀序列", "Sobol"),
}


@dataclass(frozen=True)
class Change:
    """A setting that is not what the reference says: `was` and `now` as texts, "" where there is no such setting."""

    path: str
    group: str
    unit: str
    zh: str
    en: str
    was: str
    now: str
    source: str = ""
    was_said: tuple[str, str] = ("", "")  # both in words, Chinese and English, where the setting's name says which one it is
    now_said: tuple[str, str] = ("", "")

    def said(self, lang: str) -> str:
        """Its name, and from what to what.

        >>> Change("law.office_rent.max_area", "law", "m2", "最高面积", "largest area", "500", "300", "四（三）").said("zh")
        '四（三） 最高面积 500→300 平方米'
        """
        name = self.zh if lang == "zh" else self.en
        if self.unit == "formula":
            return f"{self.source} {name}"
        if any(self.now_said):
            return f"{name}：{self.now_said[0]}" if lang == "zh" else f"{name}: {self.now_said[1]}"
        ends = "→".join(self._end(value, lang) for value in (self.was, self.now))
        return " ".join(filter(None, (self.source if self.group == "law" else "", name, ends, _unit(self.unit, lang))))

    def ends(self, lang: str) -> tuple[str, str]:
        """What it was and what it is, as one reads them, each with its unit."""
        if any(self.now_said):
            return self.was_said[lang != "zh"], self.now_said[lang != "zh"]
        was, now = (f"{self._end(value, lang)} {_unit(self.unit, lang)}".strip() for value in (self.was, self.now))
        return was, now

    def _end(self, value: str, lang: str) -> str:
        words = _WORDS.get((self.path if self.unit == "choice" else self.unit, value))
        return words[lang != "zh"] if words else _plain(value, self.unit, lang)


def changes(now: Sequence[Setting], was: Sequence[Setting]) -> list[Change]:
    """The settings that differ, in their order; those of the run itself left out."""
    before = {row.path: row for row in was}
    after = {row.path: row for row in now}
    found = []
    for path, row in (before | after).items():
        old, new = (rows[path].value if path in rows else _NONE for rows in (before, after))
        if old != new and path not in OF_THE_RUN:
            found.append(_change(path, row, before.get(path, row), old, new))
    return found


def _change(path: str, row: Setting, before: Setting, old: str, new: str) -> Change:
    """The change of a setting; what its name says after a colon is its value in words."""
    change = Change(path, row.group, row.unit, row.zh, row.en, old, new, row.source)
    if row.zh == before.zh or "：" not in row.zh or "：" not in before.zh:
        return change
    (zh, _, now_zh), (en, _, now_en) = row.zh.partition("："), row.en.partition(": ")
    was = before.zh.partition("：")[2], before.en.partition(": ")[2]
    return replace(change, zh=zh, en=en, was_said=was, now_said=(now_zh, now_en))


def of_file(scenario: Scenario) -> list[Change]:
    """What was changed since the scenario was read from its file (or differs from the shipped one whose name it bears)."""
    return [] if scenario.origin is None else changes(rows_of(scenario), rows_of(replace(scenario.origin, examples=frozenset())))


def of_text(scenario: Scenario) -> list[Change]:
    """Where the law's numbers, term and offers are not those of the text it was read from."""
    if scenario.text is None:
        return []
    found = changes(law_settings(scenario), law_settings(replace(scenario, law=scenario.text)))
    assumed = ("policy.start", "policy.end") if scenario.law.policy.term_assumed else ()
    return [c for c in found if c.path not in assumed]


def identity(given: Identity, changed: Sequence[Change]) -> Identity:
    """The name and titles of a scenario with these changes."""
    if not changed:
        return given
    return Identity(
        given.name + "+" + _named(changed),
        f"{given.zh}（改：{_said(changed, 'zh')}）",
        f"{given.en} (changed: {_said(changed, 'en')})",
    )


def _named(changed: Sequence[Change]) -> str:
    """The first change in letters a folder may have, and how many more there are."""
    first, more = changed[0], len(changed) - 1
    words = ".".join(first.path.split(".")[-2:])
    if re.fullmatch(r"[\w.-]+", first.now) and len(first.now) <= _LONGEST:
        words += f"={first.now}"
    return re.sub(r"[^\w.=-]+", "-", words) + (f"+{more}" if more else "")


def _said(changed: Sequence[Change], lang: str) -> str:
    """Changes in words, those of a group that has many given as one."""
    texts: list[str] = []
    for group in dict.fromkeys(c.group for c in changed):
        own = [c for c in changed if c.group == group]
        if len(own) > SPELLED and group in _GROUPS:
            zh, en = _GROUPS[group]
            texts.append(f"{zh} {len(own)} 处" if lang == "zh" else f"{len(own)} {en}")
        else:
            texts += [c.said(lang) for c in own]
    shown, more = texts[:SPELLED], len(texts) - SPELLED
    if lang == "zh":
        return "；".join(shown) + (f"；另 {more} 处" if more > 0 else "")
    return "; ".join(shown) + (f"; {more} more" if more > 0 else "")


def _plain(value: str, unit: str, lang: str) -> str:
    """A value as one reads it: shares in per cent, money in 万元 (millions); what is no number as it is written."""
    if value == _NONE:
        return "无" if lang == "zh" else "none"
    try:
        number = Decimal(value)
    except InvalidOperation:
        ends = [_plain(end, unit, lang) for end in re.findall(r"(?:low|mode|high): ([-\d.e]+)", value)]  # of a distribution
        return " / ".join(ends) or ("无" if value == "none" and lang == "zh" else value)
    if unit in ("share", "occupancy"):
        return f"{(number * 100).normalize():f}%"
    if unit == "CNY":
        return f"{(number / 10_000).normalize():,f} 万元" if lang == "zh" else f"CNY {number:,f}"
    return value


def _unit(unit: str, lang: str) -> str:
    if unit not in UNITS or unit in ("share", "occupancy", "CNY"):  # said with the number
        return ""
    return UNITS[unit].zh if lang == "zh" else "" if unit == "count" else unit


def command(scenario: Scenario, register: bool) -> str:
    """The line that makes a report of this scenario again; what it is played with is always said. register: it has one.

    Quoted as both a POSIX shell and Windows' own read it.
    """
    file = scenario.law.name if scenario.law.name in shipped_policies() else scenario.law.policy.source
    called = ["--policy", file] if scenario.given.name == scenario.law.name else [scenario.given.name]
    words = ["simulator", "report", *called, *(["--population", "REGISTER"] if register else [])]
    words += ["--draws", str(scenario.draws), "--seed", str(scenario.seed)]
    words += ["--set", "sampling=sobol"] if scenario.plain["sampling"] == "sobol" else []
    for change in of_file(scenario):
        words += ["--set", f"{change.path}={change.now or 'none'}"]
    return " ".join(word if re.fullmatch(r"[\w./=+:,-]+", word) else f'"{word}"' for word in words)
