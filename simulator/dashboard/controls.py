"""What can be set from the page: one record per setting, made from the setting's own metadata.

A slider needs ends and a step, which the law and the assumptions do not have: they have a widest allowed range. So a slider
reaches from the least allowed to about twice what the scenario says, in a hundred round steps; a number typed beside it may
be anything allowed. Positions are decimals, so that a slider put back means exactly what the scenario said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from simulator import yamlfile
from simulator.law.terms import UNITS
from simulator.scenario import PLAIN, Scenario, Setting
from simulator.scenario.changes import Choice
from simulator.scenario.funding import MODES, UNPAID
from simulator.scenario.typed import UNIT_NAMES

STEPS = 100
ROUND = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
DIGITS = 6  # of a distribution that was moved
NOT_HERE = ("draws", "population.source")  # the page has a place of its own for these
SIGNED = ("log",)  # units in which a distribution is moved by adding, not in proportion
SPREAD = ("low", "mode", "high")  # a distribution's numbers, in the order they are written
Value = Any  # a setting's value as a scenario writes it: Decimal, mapping, text, bool, None

# heading → first words of the paths of assumptions under it
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "applying": ("take_up", "discretion", "typical_sum"),
    "stock": ("startups", "regional", "national", "anchors", "incumbents", "service_share", "o2o_share", "capital",
              "split_offs", "traditional"),
    "facts": ("office", "line", "platforms", "joiners", "certification", "buildings", "children", "per_pupil_cost"),
    "market": ("market", "trscg", "services"),
    "tax": ("tax",),
    "leaving": ("exit", "breach", "cash"),
    "effect": (),  # and all that is named nowhere above
}  # fmt: skip


@dataclass(frozen=True)
class Control:
    """One setting as the page offers it.

    heading: heading it stands under ("policy", a clause's slug, "interpretation", or a key of HEADINGS). kind: "slider", "choice",
    "text", "formula", or "list" (of clauses, in an order). base: the scenario's own value. low, high, step: the slider's, in the
    setting's unit. choices: value, Chinese, English. article: of the law, or keys of the assumption's source. allowed: least
    and most (None: no most). finest: what a value is a whole number of, where the law counts so.
    """

    path: str
    heading: str
    kind: str
    zh: str
    en: str
    unit: str
    article: str
    base: Value
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    step: Decimal = Decimal(1)
    choices: tuple[tuple[Value, str, str], ...] = ()
    allowed: tuple[Decimal, Decimal | None] | None = None
    confidence: str = ""
    finest: Decimal | None = None

    @property
    def unit_names(self) -> tuple[str, ...]:
        """Other names of its unit that may be typed."""
        return UNIT_NAMES.get(self.unit, ())

    def label(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en

    def position(self, value: Value) -> Decimal | None:
        """Where the slider stands for a value: a number, or the most likely value of a distribution; None for others."""
        if isinstance(value, Mapping):
            if set(value) == {"low", "mode", "high"}:
                return _decimal(value["mode"])
            if set(value) == {"low", "high"}:
                return (_decimal(value["low"]) + _decimal(value["high"])) / 2
            return None
        return _decimal(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None

    def beside(self, position: Decimal, up: bool) -> Decimal:
        """Where the slider stands one step further: on the next of its steps, or on the scenario's own value if that comes first."""
        place = (position - self.low) / self.step
        whole = place.to_integral_value(ROUND_FLOOR if up else ROUND_CEILING)
        step = self.low + (whole + (1 if up else -1)) * self.step
        home = self.position(self.base)
        step = home if home is not None and min(position, step) < home < max(position, step) else step
        return min(max(step, self.low), self.high)

    def at(self, position: float | Decimal) -> Value:
        """The value a slider's position means: exactly the number it shows; at home, the scenario's own value.

        A distribution moves with its most likely value, in proportion (logarithms, and what may be below zero: by as much),
        within what is allowed.
        """
        home, position = self.position(self.base), _decimal(position)
        near = self.low + ((position - self.low) / self.step).quantize(Decimal(1)) * self.step
        stepped = near if abs(near - position) < self.step / 1_000_000 else position  # what floating point leaves over
        stepped = min(max(stepped, self.low), self.high)
        if home is not None and stepped == home:
            return self.base
        if home is None or not isinstance(self.base, Mapping):
            return _plain(stepped)
        low, high = self.allowed or (self.low, None)
        adds = self.unit in SIGNED or not home or self.low < 0
        moved = {key: _decimal(v) + stepped - home if adds else _decimal(v) * stepped / home for key, v in self.base.items()}
        return {key: _plain(max(_rounded(v), low) if high is None else min(max(_rounded(v), low), high)) for key, v in moved.items()}


def controls(scenario: Scenario, *, register: bool = False) -> list[Control]:
    """Everything the page offers of a scenario: all numbers of the law, all readings, all plain settings, appropriations,
    and the assumptions that are uncertain. register: whether a register is played (else its settings mean nothing)."""
    found = []
    for setting in scenario.settings():
        path, name = setting.path, setting.path.removeprefix("assumptions.")
        if setting.group == "law":
            found.append(_of_law(setting, scenario))
        elif setting.group == "formula":
            slug = path.split(".")[1]
            found.append(replace(_text(setting, slug if slug in scenario.law.blocks else "policy", setting.value), kind="formula", unit=""))
        elif setting.group == "interpretation":
            found.append(_of_reading(setting, scenario))
        elif path in PLAIN and path not in NOT_HERE and (register or setting.group != "population"):
            found.append(_of_plain(setting, PLAIN[path], scenario))
        elif setting.group == "policy":
            found.append(_of_policy(setting, scenario))
        elif setting.group == "rationing":
            found.append(_of_rationing(setting, scenario))
        elif setting.path.count(".") > 1 and setting.group == "appropriation":  # of a pool
            found.append(replace(_text(setting, "policy", _read(setting.value)), allowed=(Decimal(0), None)))
        elif setting.group == "appropriation":
            top = max(scenario.appropriation.values(), default=10**9) / Decimal(100) * 2
            found.append(_slider(setting, "policy", _read(setting.value), Decimal(0), None, Decimal("0.01"), top=top))
        elif name in scenario.declared.by_path and scenario.assumptions[name].value.shape in ("uniform", "pert"):
            declared = scenario.declared.by_path[name]
            found.append(
                _slider(
                    setting, _heading(name), scenario.assumptions[name].value.written(), _decimal(declared.low), _decimal(declared.high)
                )
            )
    return found


def headings(scenario: Scenario, offered: list[Control]) -> list[str]:
    """The headings that have a control, in the order of the page: policy, clauses, readings, assumptions, the law's rest."""
    clauses = [slug for slug, block in scenario.law.blocks.items() if block.kind != "rule"]
    order = ["policy", *clauses, "interpretation", *HEADINGS, *scenario.law.blocks]
    there = {control.heading for control in offered}
    return [heading for heading in dict.fromkeys(order) if heading in there]


def _of_law(setting: Setting, scenario: Scenario) -> Control:
    path = setting.path.removeprefix("law.")
    heading = path.partition(".")[0]
    if setting.unit == "flag":
        return _flag(setting, heading)
    number = scenario.law.numbers[path]
    if len(number.values) > 1:  # dated: as written, {1994: 0.25, 2016: 0.4167}
        control = _text(setting, heading, dict(sorted(number.values.items())))
        return replace(control, allowed=(Decimal(0), UNITS[number.unit].high))
    unit = UNITS[number.unit]
    finest = 1 / Decimal(unit.scale)
    return replace(_slider(setting, heading, next(iter(number.values.values())), Decimal(0), unit.high, finest), finest=finest)


def _of_reading(setting: Setting, scenario: Scenario) -> Control:
    switch = scenario.law.policy.readings[setting.path.removeprefix("interpretation.")]
    choices = tuple((name, *switch.meanings[name]) for name in switch.names)
    return Control(setting.path, "interpretation", "choice", switch.zh, switch.en, "", switch.article, setting.value, choices=choices)


def _of_plain(setting: Setting, choice: Choice, scenario: Scenario) -> Control:
    value, first = scenario.plain[setting.path], scenario.law.start.year
    head = (setting.path, "policy")
    label = (setting.zh, setting.en, "", "")
    if choice.kind == "choice":
        return Control(*head, "choice", *label, value, choices=tuple((name, name, name) for name in choice.allowed))
    years = list(range(first, scenario.years[-1] + 2))
    if setting.path == "horizon":
        return Control(*head, "choice", *label, value, choices=tuple((y, str(y), str(y)) for y in range(first, first + 13)))
    if choice.kind == "year":
        years = sorted({*years, *([value] if value else [])})
        return Control(*head, "choice", *label, value, choices=((None, "none", "none"), *((y, str(y), str(y)) for y in years)))
    return _text(setting, "policy", value)


def _of_policy(setting: Setting, scenario: Scenario) -> Control:
    if setting.unit == "flag":
        return _flag(setting, "policy")
    return _text(setting, "policy", getattr(scenario.law, setting.path.removeprefix("policy.")))


def _of_rationing(setting: Setting, scenario: Scenario) -> Control:
    meanings = {"rationing.mode": MODES, "rationing.unpaid": UNPAID}.get(setting.path)
    if setting.unit == "clauses":
        blocks = scenario.law.blocks
        clauses = tuple((slug, blocks[slug].zh, blocks[slug].en) for slug in scenario.law.policy.slugs[: scenario.law.policy.cash_clauses])
        given = str(_read(setting.value) or "").replace("none", "").split()
        return replace(_text(setting, "policy", given), kind="list", choices=clauses)
    if meanings is None:
        return replace(_text(setting, "policy", _read(setting.value)), allowed=(Decimal(0), None))
    zh, en = setting.zh.partition("：")[0], setting.en.partition(":")[0]
    return Control(
        setting.path,
        "policy",
        "choice",
        zh,
        en,
        "",
        setting.source,
        setting.value,
        choices=tuple((name, *said) for name, said in meanings.items()),
    )


def _flag(setting: Setting, heading: str) -> Control:
    return Control(
        setting.path,
        heading,
        "choice",
        setting.zh,
        setting.en,
        "",
        setting.source,
        _read(setting.value),
        choices=((True, "true", "true"), (False, "false", "false")),
    )


def _text(setting: Setting, heading: str, base: Value) -> Control:
    return Control(setting.path, heading, "text", setting.zh, setting.en, setting.unit, setting.source, base)


def _slider(
    setting: Setting,
    heading: str,
    base: Value,
    least: Decimal,
    most: Decimal | None,
    resolution: Decimal | None = None,
    top: Decimal | None = None,
) -> Control:
    numbers = [_decimal(v) for v in (base.values() if isinstance(base, Mapping) else [base])]
    if least < 0:  # either sign is meant: as far again on both sides
        width = max(max(numbers) - min(numbers), (most or Decimal(0)) / 20)
        low, high = max(least, min(numbers) - width), min(most or max(numbers) + width, max(numbers) + width)
    else:
        middle = sorted(numbers)[len(numbers) // 2]
        low, high = Decimal(0), _round_up(top or max(2 * middle, max(numbers) * 6 / 5) or Decimal(1))
        high = min(high, most) if most is not None else high
    step = _round_up((high - low) / STEPS)
    if resolution is not None:
        step = max(step, resolution)
        high = max(high, low + 5 * resolution)
    low = (low / step).to_integral_value() * step
    return Control(
        setting.path,
        heading,
        "slider",
        setting.zh,
        setting.en,
        setting.unit,
        setting.source,
        base,
        low,
        high,
        step,
        allowed=(least, most),
        confidence=setting.confidence if heading in HEADINGS else "",
    )


def _heading(name: str) -> str:
    first = name.partition(".")[0]
    return next((heading for heading, firsts in HEADINGS.items() if first in firsts), "effect")


def _read(text: str) -> Value:
    return yamlfile.loads(f"value: {text}", "").data["value"]


def _decimal(value: float | int | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def _plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros or an exponent.

    >>> str(_plain(Decimal("0.400"))), str(_plain(Decimal("3E+2")))
    ('0.4', '300')
    """
    whole = value == value.to_integral_value()
    return value.quantize(Decimal(1)) if whole else value.normalize()


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1).scaleb(value.adjusted() - DIGITS + 1)) if value else Decimal(0)


def _round_up(value: Decimal) -> Decimal:
    """The next 1, 2 or 5 times a power of ten.

    >>> str(_round_up(Decimal(600)))
    '1000'
    """
    power = Decimal(1).scaleb(value.adjusted())
    return _plain(next(r * power for r in ROUND if r * power >= value))
