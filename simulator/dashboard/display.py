"""Values as a person reads and types them: per cent, 万元 or 亿元 (millions, billions), `20 / 45 / 90` for a distribution."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from simulator import yamlfile
from simulator.dashboard.controls import Control, Value
from simulator.report.rounding import UNITS
from simulator.report.wording import Wording

_GROUPED = re.compile(r"[-+−]?\d{1,3}(,\d{3})+(\.\d*)?")


def scale_of(control: Control, words: Wording) -> tuple[Decimal, str]:
    """What one of the unit shown is worth in the setting's unit, and that unit's name."""
    if control.unit in ("share", "occupancy"):
        return Decimal("0.01"), words.say("unit.share")
    if control.unit == "CNY" and control.kind == "slider":
        size = control.position(control.base) or Decimal(0)
        for unit in (UNITS[words.lang]["big"], UNITS[words.lang]["money"]):
            if size >= Decimal(unit.scale) / (1 if unit.key == "big" else 100):
                return Decimal(int(unit.scale)), words.say(f"unit.{unit.key}")
    return Decimal(1), words.term("units", control.unit)


def written(control: Control, value: Value, words: Wording) -> str:
    """A value as the page writes it, without its unit; what it writes it also reads."""
    for known, zh, en in control.choices:
        if known == value:
            return words.term("value", str(zh if words.lang == "zh" else en))
    if control.kind == "slider":
        scale, _ = scale_of(control, words)
        if isinstance(value, Mapping) and set(value) <= {"low", "mode", "high"}:
            return " / ".join(_number(value[key], scale) for key in ("low", "mode", "high") if key in value)
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return _number(value, scale)
    return value.isoformat() if isinstance(value, datetime.date) else yamlfile.written(value)


def read(control: Control, text: str, words: Wording) -> Value:
    """The value somebody typed: a number in the unit shown, two or three of them with / between, or as `--set` takes it.

    Raises ScenarioError for what is no YAML; whether the value may be is the scenario's to say.
    """
    text = text.strip().removesuffix("%").replace("−", "-").strip()
    if control.kind == "slider":
        scale, _ = scale_of(control, words)
        numbers = [_parsed(part, scale) for part in text.split("/")]
        if len(numbers) in (1, 2, 3) and None not in numbers:
            names = {1: ("value",), 2: ("low", "high"), 3: ("low", "mode", "high")}[len(numbers)]
            return numbers[0] if len(numbers) == 1 else dict(zip(names, numbers, strict=True))
    return yamlfile.loads(f"value: {text}", control.path).data.get("value")


def _number(value: float | Decimal, scale: Decimal) -> str:
    exact = (value if isinstance(value, Decimal) else Decimal(repr(value))) / scale
    return f"{exact.normalize():,f}"


def _parsed(text: str, scale: Decimal) -> Decimal | None:
    text = text.strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    scaled = number * scale
    return scaled.quantize(Decimal(1)) if scaled == scaled.to_integral_value() and abs(scaled) < 10**20 else scaled
