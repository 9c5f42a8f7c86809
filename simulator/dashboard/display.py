"""Values as a person reads and types them: per cent, 万元 or 亿元 (millions, billions), `20 / 45 / 90` for a distribution.

What is typed may carry a unit of its own (500万, 60％, 3 m²) and be written in full width; dates are read as they are
written in a document. Everything the page writes it also reads. Faults are named in the unit of the box.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from simulator import yamlfile
from simulator.characters import in_digits
from simulator.dashboard.controls import SPREAD, Control, Value
from simulator.document.numbers import UNITS
from simulator.errors import Problem, ScenarioError
from simulator.report.wording import Wording

FAR = 100  # times as large, or as small, as the value was: asked about
NOTHING = ("none", "无", "不设", "没有", "无期限", "长期", "null", "-", "—")
SCALES = {
    "bn": 10**9,
    "billion": 10**9,
    "m": 10**6,
    "mn": 10**6,
    "million": 10**6,
    "k": 10**3,
    "thousand": 10**3,
}
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?")
_NUMBER = re.compile(r"([-+]?[\d,]*\.?\d+(?:e[-+]?\d+)?)\s*(.*)", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})")
_DATED = re.compile(
    r"(\d{4})\s*年?\s*起?\s*[:：]?\s+?([-+]?[\d.,]+\s*[^\s;；、/]*)|([-+]?[\d.,]+\s*%?)\s*\(\s*(\d{4})\s*年?\s*起?\s*\)"
    r"|(?:from\s+)(\d{4})\s*:?\s*([-+]?[\d.,]+\s*%?)"
)
_CURRENCY = ("元", "人民币", "rmb", "cny", "yuan", "¥")


def scale_of(control: Control, words: Wording) -> tuple[Decimal, str]:
    """What one of the unit shown is worth in the setting's unit, and that unit's name."""
    if control.unit in ("share", "occupancy"):
        return Decimal("0.01"), words.say("unit.share")
    if control.unit == "CNY":
        size = control.position(control.base) or Decimal(0)
        for unit in (UNITS[words.lang]["big"], UNITS[words.lang]["money"]):
            if size >= Decimal(unit.scale) / (1 if unit.key == "big" else 100) or (control.kind == "text" and unit.key == "money"):
                return Decimal(int(unit.scale)), words.say(f"unit.{unit.key}")
    if control.kind == "list":
        return Decimal(1), ""
    return Decimal(1), words.term("units", control.unit)


def written(control: Control, value: Value, words: Wording) -> str:
    """A value as the page writes it, without its unit; what it writes it also reads."""
    if control.kind == "list":
        slugs = value.replace("none", "").split() if isinstance(value, str) else value or ()
        names = [_name(control, str(slug), words) for slug in slugs]
        return words.say("entry.comma").join(names) or words.say("entry.none")
    for known, zh, en in control.choices:
        if known == value and type(known) is type(value):
            return words.term("value", str(zh if words.lang == "zh" else en))
    if value is None:
        return words.say("entry.none")
    if isinstance(value, datetime.date):
        return words.say("entry.date", year=value.year, month=value.month, day=value.day) if words.lang == "zh" else value.isoformat()
    scale, _ = scale_of(control, words)
    if isinstance(value, Mapping):
        if set(value) <= set(SPREAD):
            return " / ".join(_number(value[key], scale) for key in SPREAD if key in value)
        if value and all(isinstance(year, int) for year in value):
            sign = "%" if control.unit in ("share", "occupancy") else ""
            return words.say("entry.semicolon").join(
                words.say("entry.dated", year=year, value=_number(v, scale) + sign) for year, v in sorted(value.items())
            )
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _number(value, scale) if control.unit != "int" else str(value)
    return yamlfile.written(value)


def read(control: Control, text: str, words: Wording) -> Value:
    """The value somebody typed; a number in the unit shown unless it brings its own.

    Raises ScenarioError, in the page's language and the box's unit, for what cannot be read or may not be; what only the
    whole scenario knows is the scenario's to say.
    """
    if control.kind == "formula":
        return " ".join(text.split())
    text = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
    if control.kind == "list":
        return _listed(control, text, words)
    if text.casefold() in NOTHING and control.kind == "text":
        return None
    if control.unit == "date":
        return _date(control, text, words)
    if text.startswith(("{", "[")):
        return yamlfile.loads(f"value: {text}", control.label(words.lang)).data.get("value")
    if control.unit in ("int", "choice", "year", "text", "flag", ""):
        return yamlfile.loads(f"value: {text}", control.label(words.lang)).data.get("value")
    if (
        isinstance(control.base, Mapping)
        and all(isinstance(year, int) for year in control.base)
        and (dated := _dated(control, text, words))
    ):
        return dated
    numbers = [_quantity(control, part, words) for part in re.split(r"[/~]|至|到", text)]
    if None in numbers or not 1 <= len(numbers) <= 3:
        raise _fault(control, words, "entry.unreadable", text=text)
    least, most = control.allowed or (Decimal(0), None)
    if any(n < least or (most is not None and n > most) for n in numbers if n is not None):
        scale, unit = scale_of(control, words)
        ends = {"low": _number(least, scale), "high": _number(most, scale) if most is not None else "∞", "unit": unit}
        raise _fault(control, words, "entry.outside", text=text, **ends)
    if control.finest is not None and any(n is not None and n % control.finest for n in numbers):
        scale, unit = scale_of(control, words)
        if scale == Decimal("0.01") and (plain := _decimal(text)) is not None and plain < 1 and not plain % control.finest:
            raise _fault(control, words, "entry.share", text=text, meant=_number(plain * 100, Decimal(1)))  # 0.475 in a box of per cent
        raise _fault(control, words, "entry.too_fine", text=text, finest=_number(control.finest, scale), unit=unit)
    if len(numbers) == 1:
        return numbers[0]
    names = ("low", "high") if len(numbers) == 2 else SPREAD
    if sorted(n for n in numbers if n is not None) != numbers or numbers[0] == numbers[-1]:
        raise _fault(control, words, "entry.disorder", text=text)
    return dict(zip(names, numbers, strict=True))


def far_off(control: Control, value: Value, now: Value, text: str, words: Wording) -> tuple[str, str] | None:
    """Whether a typed number is so far from what was there that a unit may have been mistaken: what to ask, and what to offer
    instead ("" if nothing)."""
    was, size = control.position(now) or control.position(control.base), control.position(value)
    if control.unit == "int" or not was or not size or was * size <= 0:
        return None
    times = size / was
    if 1 / Decimal(FAR) < times < FAR:
        return None
    scale, unit = scale_of(control, words)
    bare = unicodedata.normalize("NFKC", text).strip()
    instead = ""
    if scale != 1 and (plain := _decimal(bare)) is not None:
        other = plain if scale > 1 else plain * 100  # meant in the setting's own unit: 元, or a share of one
        if 1 / Decimal(FAR) < (other if scale > 1 else other * scale) / was < FAR:
            instead = _number(other, scale) if scale > 1 else _number(other * scale, scale)
    said = words.say(
        "entry.far", label=control.label(words.lang), value=written(control, value, words), unit=unit, was=written(control, now, words)
    )
    return said, instead


def _quantity(control: Control, text: str, words: Wording) -> Decimal | None:
    """A number in the setting's unit; in the unit shown where the text names none."""
    match = _NUMBER.fullmatch(in_digits(re.sub(r"^(?:cny|rmb|¥|人民币)\s*", "", text.strip(), flags=re.IGNORECASE)))
    if not match or (number := _decimal(match[1])) is None:
        return None
    scale, unit = scale_of(control, words)
    own = match[2].strip().casefold().removesuffix("。").strip()
    if control.unit in ("share", "occupancy"):
        known = {"": scale, "%": Decimal("0.01"), "‰": Decimal("0.001"), unit.casefold(): scale}
        factor = known.get(own)
    elif control.unit == "CNY":
        bare = own
        for name in _CURRENCY:
            bare = bare.removesuffix(name).removeprefix(name).strip()
        plain = Decimal(1) if re.search("[万亿]", text) else scale  # 500万 is in yuan, whatever the box is in
        factor = plain if not own else Decimal(SCALES[bare]) if bare in SCALES else Decimal(1) if not bare else None
        if own == unit.casefold():
            factor = scale
    else:
        names = {"", unit.casefold(), unicodedata.normalize("NFKC", unit).casefold(), *control.unit_names}
        many = next((name for name in SCALES if own.startswith(name) and own.removeprefix(name).strip() in names), "")
        factor = Decimal(1) if own in names else Decimal(SCALES[many]) if many else None
    if factor is None:
        return None
    scaled = number * factor
    return scaled.quantize(Decimal(1)) if scaled == scaled.to_integral_value() and abs(scaled) < 10**20 else scaled


def _dated(control: Control, text: str, words: Wording) -> dict[int, Decimal] | None:
    found: dict[int, Decimal] = {}
    for match in _DATED.finditer(text):
        year, amount = (match[1] or match[4] or match[5]), (match[2] or match[3] or match[6])
        value = _quantity(control, amount.strip(), words)
        if value is None:
            return None
        found[int(year)] = value
    return found or None


def _date(control: Control, text: str, words: Wording) -> datetime.date:
    match = _DATE.fullmatch(text.strip())
    try:
        if not match:
            raise ValueError
        return datetime.date(*(int(part) for part in match.groups() if part))
    except ValueError:
        raise _fault(control, words, "entry.no_date", text=text) from None


def _listed(control: Control, text: str, words: Wording) -> list[str]:
    """Clauses by name, article or identifier, in the order written."""
    if text.casefold() in ("", *NOTHING):
        return []
    found: list[str] = []
    unknown: list[str] = []
    for part in filter(None, (p.strip() for p in re.split(r"[、,;>\n]", text.strip("[]")))):
        near = [slug for slug, zh, en in control.choices if part.casefold() in (str(slug), zh.casefold(), en.casefold())] or [
            slug for slug, zh, en in control.choices if part.casefold() in zh.casefold() or part.casefold() in en.casefold()
        ]
        (found if len(near) == 1 else unknown).append(str(near[0]) if len(near) == 1 else part)
    if unknown:
        names = words.say("entry.comma").join(zh if words.lang == "zh" else en for _, zh, en in control.choices)
        raise _fault(control, words, "entry.no_clause", text=words.say("entry.comma").join(unknown), names=names)
    return found


def _name(control: Control, slug: str, words: Wording) -> str:
    return next((zh if words.lang == "zh" else en for known, zh, en in control.choices if known == slug), slug)


def _fault(control: Control, words: Wording, key: str, **said: object) -> ScenarioError:
    return ScenarioError(Problem(control.label(words.lang), words.say(key, **said)))


def _number(value: float | Decimal, scale: Decimal) -> str:
    exact = (value if isinstance(value, Decimal) else Decimal(repr(value))) / scale
    return f"{exact.normalize():,f}"


def _decimal(text: str) -> Decimal | None:
    text = text.strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
