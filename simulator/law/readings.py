"""The interpretation switches: where the text is ambiguous, each possible reading by name.

A reading is part of the scenario (`interpretation.membership_tiers=each`), is printed in every report, and its fiscal
effect can be computed. The first reading of each switch is the default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from simulator import yamlfile
from simulator.errors import LawError, Problem, nearest


class HeadquartersSector(IntEnum):
    """Who counts as headquarters under 四（一）."""

    ecommerce = 0
    any = 1
    online_retailer = 2


class HeadquartersFallback(IntEnum):
    """Whether a national headquarters below its own threshold may take the regional award."""

    strict = 0
    fall_back = 1


class OpeningAwards(IntEnum):
    """Whether 四（一） and 四（二）, both called opening awards, may both be paid."""

    cumulative = 0
    higher_of = 1


class RentClock(IntEnum):
    """From when the 24 months of 四（三） run."""

    lease = 0
    settling = 1


class RebateWindow(IntEnum):
    """Which two years 四（四） supports."""

    consecutive = 0
    any_two = 1
    from_qualifying = 2
    programme = 3


class NewFirmIncrement(IntEnum):
    """Whether a new enterprise's first tax is all increment under 四（四）."""

    full = 0
    none = 1


class CertificationScope(IntEnum):
    """Who may take the award of 四（五）."""

    online_retailer = 0
    ecommerce = 1
    any = 2


class SpinOffTiming(IntEnum):
    """In which year 四（六） is due."""

    first_year_reached = 0
    anniversary = 1


class MembershipTiers(IntEnum):
    """How the three tiers of 四（八） follow one another."""

    each_highest = 0
    each = 1
    top_up = 2
    first_only = 3


class MembershipEvent(IntEnum):
    """Whether 突破 in 四（八） is a state or an event."""

    state = 0
    crossing = 1


class NewlySettled(IntEnum):
    """Whether an enterprise founded in the district counts as newly settled under 四（一）（二）（三）."""

    any = 0
    from_outside = 1


class RentWindow(IntEnum):
    """Whether the first two years of 四（三） are counted in months or in calendar years."""

    months = 0
    calendar_years = 1


class ClawbackTrigger(IntEnum):
    """Whether accounts that cease to be sound count among 上述情况 of 五（五）."""

    violations = 0
    violations_and_accounts = 1


class ViolationBar(IntEnum):
    """How long 五（五） bars an enterprise after a violation."""

    permanent = 0
    that_year = 1


@dataclass(frozen=True)
class Switch:
    """One ambiguity of the text: its readings, the article it reads, and what each reading says."""

    readings: type[IntEnum]
    article: str
    zh: str
    en: str
    meanings: Mapping[str, tuple[str, str]]

    @property
    def default(self) -> str:
        return self.readings(0).name

    @property
    def names(self) -> list[str]:
        return [r.name for r in self.readings]


SWITCHES: Mapping[str, Switch] = {
    "headquarters_sector": Switch(
        HeadquartersSector, "四（一）", "总部奖励的行业范围", "sector of headquarters",
        {"ecommerce": ("限电子商务企业", "e-commerce enterprises only"),
         "any": ("不限行业", "any sector"),
         "online_retailer": ("限网络零售企业", "online retailers only")}),
    "headquarters_fallback": Switch(
        HeadquartersFallback, "四（一）", "全国总部未达门槛时", "national headquarters below its threshold",
        {"strict": ("不予奖励", "gets nothing"),
         "fall_back": ("可按区域总部奖励", "may take the regional award")}),
    "opening_awards": Switch(
        OpeningAwards, "四（一）（二）", "两项开办奖励并存时", "both opening awards due",
        {"cumulative": ("可以兼得", "both are paid"),
         "higher_of": ("就高享受一项", "only the higher is paid")}),
    "rent_clock": Switch(
        RentClock, "四（三）", "前两年的起算", "start of the first two years",
        {"lease": ("自租赁起始之月", "month the lease starts"),
         "settling": ("自落户之月", "month of settling")}),
    "rebate_window": Switch(
        RebateWindow, "四（四）", "两年扶持期", "two years of rebate",
        {"consecutive": ("首个返还年度及次年", "first paid year and the next"),
         "any_two": ("任意两个返还年度", "any two paid years"),
         "from_qualifying": ("首个达标年度及次年", "first qualifying year and the next"),
         "programme": ("政策施行的头两年", "the policy's own first two years")}),
    "new_firm_increment": Switch(
        NewFirmIncrement, "四（四）", "新设企业首年的基数", "base of a new enterprise's first year",
        {"full": ("基数为零，全额为增量", "base 0, all is increment"),
         "none": ("首年不返还", "no rebate in that year")}),
    "certification_scope": Switch(
        CertificationScope, "四（五）", "电商认定奖励的对象", "who may take the certification award",
        {"online_retailer": ("网络零售企业", "online retailers"),
         "ecommerce": ("电子商务企业", "e-commerce enterprises"),
         "any": ("任何获认定单位", "anyone certified")}),
    "spin_off_timing": Switch(
        SpinOffTiming, "四（六）", "运行满一年的兑现年度", "year in which a full year has been run",
        {"first_year_reached": ("满一年后首个可兑现年度", "first year with a full year behind it"),
         "anniversary": ("仅满一年当年", "only the year of the anniversary")}),
    "membership_tiers": Switch(
        MembershipTiers, "四（八）", "会员户数分档的衔接", "how membership tiers follow one another",
        {"each_highest": ("逐档各一次，当年取最高档", "each once, the highest reached in the year"),
         "each": ("所达各档分别奖励", "every tier reached"),
         "top_up": ("补足至最高档", "topped up to the highest tier"),
         "first_only": ("终身一次", "one award ever")}),
    "membership_event": Switch(
        MembershipEvent, "四（八）", "“突破”的含义", "meaning of breaking through a tier",
        {"state": ("户数高于档位即可", "being above the tier"),
         "crossing": ("当年由档位以下升至以上", "rising above it in the year")}),
    "newly_settled": Switch(
        NewlySettled, "四（一）（二）（三）", "新落户的范围", "who is newly settled",
        {"any": ("在政策期内落户者，含本区新设", "whoever registers in term, local start-ups too"),
         "from_outside": ("仅限区外迁入", "only who comes from outside the district")}),
    "rent_window": Switch(
        RentWindow, "四（三）", "前两年的计法", "how the first two years are counted",
        {"months": ("按月：自起算之月起", "in months, from the clock's month on"),
         "calendar_years": ("按公历年度：起算之年及次年", "in calendar years, the clock's and the next")}),
    "clawback_trigger": Switch(
        ClawbackTrigger, "五（五）", "追回的情形", "what a clawback follows from",
        {"violations": ("违规情形", "violations"),
         "violations_and_accounts": ("违规情形或财务失范", "violations, or accounts no longer sound")}),
    "violation_bar": Switch(
        ViolationBar, "五（五）", "违规后的限制", "bar after a violation",
        {"permanent": ("自违规当年起不再享受", "nothing from that year on"),
         "that_year": ("仅当年不得享受", "nothing in that year only")}),
}

READINGS = np.dtype([(name, np.int64) for name in SWITCHES])


def defaults() -> dict[str, str]:
    """The default reading of every switch."""
    return {name: switch.default for name, switch in SWITCHES.items()}


def check(chosen: Mapping[str, object], place: str = "interpretation") -> list[Problem]:
    """What is wrong with a choice of readings: unknown switches and unknown readings."""
    problems = []
    for name, reading in chosen.items():
        if name not in SWITCHES:
            remedy = nearest(str(name), SWITCHES) or f"one of {', '.join(SWITCHES)}"
            problems.append(Problem(f"{place}.{name}", "is no interpretation switch", remedy))
        elif reading_name(reading) not in SWITCHES[name].names:
            names = SWITCHES[name].names
            remedy = nearest(reading_name(reading), names) or f"one of {', '.join(names)}"
            problems.append(Problem(f"{place}.{name}", f"has no reading {yamlfile.shown(reading)}", remedy))
    return problems


def reading_name(value: object) -> str:
    """A reading's name as written; YAML's `none` (no value) is the reading called none."""
    return "none" if value is None else str(value)


def compile_readings(chosen: Mapping[str, object]) -> np.void:
    """The chosen readings (defaults for the rest) as one machine record. Raises LawError for unknown ones."""
    if problems := check(chosen):
        raise LawError(problems)
    record = np.zeros(1, READINGS)
    for name, reading in chosen.items():
        record[name] = SWITCHES[name].readings[reading_name(reading)]
    return record[0]
