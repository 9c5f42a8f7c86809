"""Units of a policy's numbers and facts: what may be added to what, and in which whole steps a value is kept.

A unit is a product of base units with powers (CNY/m2/month) and a resolution: machine units in one. Shares and counts have
no base unit; what is counted (户, 件, 个 …) is a label. 元, 万元 and 亿元 are the same unit in other sizes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from simulator import facts
from simulator.characters import in_digits, parse_number
from simulator.money import FEN, RATE

Dimensions = tuple[tuple[str, int], ...]
NONE: Dimensions = ()

# every way a base unit is written: what it is, and how many of it one is
_CNY, _AREA, _MONTH, _YEAR, _DAY = "CNY", "m2", "month", "year", "day"
_BASES: dict[str, tuple[str, Decimal]] = {
    **{word: (_CNY, Decimal(1)) for word in ("CNY", "cny", "RMB", "元", "人民币元", "yuan")},
    **{word: (_CNY, Decimal(10_000)) for word in ("万元", "万CNY")},
    **{word: (_CNY, Decimal(10**8)) for word in ("亿元", "亿CNY")},
    **{word: (_CNY, Decimal(1000)) for word in ("千元",)},
    **{word: (_AREA, Decimal(1)) for word in ("m2", "m²", "㎡", "平方米", "平米", "sqm")},
    **{word: (_AREA, Decimal(10_000)) for word in ("万平方米", "万m²")},
    **{word: (_MONTH, Decimal(1)) for word in ("month", "months", "月", "个月")},
    **{word: (_YEAR, Decimal(1)) for word in ("year", "years", "年", "周年")},
    **{word: (_DAY, Decimal(1)) for word in ("day", "days", "天", "日")},
    **{word: ("hour", Decimal(1)) for word in ("hour", "hours", "小时", "学时", "课时")},
    **{word: ("USD", Decimal(1)) for word in ("USD", "usd", "美元", "美金")},
    **{word: ("USD", Decimal(10_000)) for word in ("万美元",)},
    **{word: ("EUR", Decimal(1)) for word in ("EUR", "欧元")},
    **{word: ("HKD", Decimal(1)) for word in ("HKD", "港元", "港币")},
    **{word: ("JPY", Decimal(1)) for word in ("JPY", "日元")},
    **{word: ("km", Decimal(1)) for word in ("km", "公里", "千米")},
    **{word: ("kg", Decimal(1)) for word in ("kg", "千克", "公斤")},
    **{word: ("kg", Decimal(1000)) for word in ("t", "吨", "tonne", "tonnes")},
    **{word: ("kWh", Decimal(1)) for word in ("kWh", "千瓦时", "度")},
}
# what is counted: no base unit, only a label
COUNTED = frozenset(
    "count counts 户 家 人 名 件 个 台 辆 套 间 票 单 店 项 次 场 期 栋 座 处 所 村 条 张 份 位 place places persons person people "
    "firm firms enterprise enterprises shop shops store stores parcel parcels member members flat flats village villages "
    "order orders vehicle vehicles project projects item items piece pieces job jobs employee employees pupil pupils "
    "platform platforms tenant tenants award awards patent patents device devices bed beds point points "
    "学位 岗位 用户 会员 网点 网店 企业".split()
)
_ENTERPRISES = frozenset("count counts 户 家 firm firms enterprise enterprises 企业".split())  # the ordinary count of a policy
_SHARES = {
    "share": Decimal(1),
    "比例": Decimal(1),
    "%": Decimal("0.01"),
    "％": Decimal("0.01"),
    "‰": Decimal("0.001"),
    "percent": Decimal("0.01"),
    "occupancy": Decimal(1),
}
_RATIO = {"ratio": Decimal(1), "倍": Decimal(1), "times": Decimal(1)}
_SIZES = {
    "万": Decimal(10_000),
    "亿": Decimal(10**8),
    "千": Decimal(1000),
    "百": Decimal(100),
    "百万": Decimal(10**6),
    "千万": Decimal(10**7),
}
_COUNT_HIGH, _RATIO_SCALE, _COMPOSITE_SCALE = Decimal(10**9), 10**6, 10**6
_SCALES = {_CNY: FEN, _AREA: facts.AREA, _MONTH: 1, _YEAR: 1, _DAY: 1, "hour": 100, "km": 1000, "kg": 1000, "kWh": 1000}
_HIGHS = {_CNY: Decimal(10**11), _AREA: Decimal(10**7), _MONTH: Decimal(600), _YEAR: Decimal(50), _DAY: Decimal(36_600)}
_FACT_HIGHS = {_CNY: Decimal(10**13), _AREA: Decimal(10**7)}


@dataclass(frozen=True)
class Unit:
    """A unit. name: the usual one of its kind (万元 is CNY, with a size); dimensions: base units with powers; scale: machine units
    in one; high: the largest value a number may have; size: how many of the unit a written one is (万元: 10 000); each: of what it is
    so much each (元/人/月: 人)."""

    name: str
    dimensions: Dimensions
    scale: int
    high: Decimal
    size: Decimal = Decimal(1)
    each: str = ""

    @property
    def is_share(self) -> bool:
        return self.dimensions == NONE and self.high == 1

    @property
    def is_count(self) -> bool:
        return self.dimensions == NONE and self.scale == 1


def parse_unit(text: Any, labels: frozenset[str] = frozenset()) -> Unit | None:
    """A unit as written (`元/平方米/月`, `CNY/m2/month`, `%`, `户`); None when a part of it is not known.

    labels: further words that count something.

    >>> parse_unit("万元").size, parse_unit("元/平方米·月").dimensions
    (Decimal('10000'), (('CNY', 1), ('m2', -1), ('month', -1)))
    """
    name = str(text).strip()
    if name in _SHARES:
        kind, scale = ("occupancy", facts.OCCUPANCY) if name == "occupancy" else ("share", RATE)
        return Unit(kind, NONE, scale, Decimal(1), _SHARES[name])
    if name in _RATIO:
        return Unit("ratio", NONE, _RATIO_SCALE, Decimal(10**6))
    if name in COUNTED or name in labels:
        return Unit("count" if name in _ENTERPRISES else name, NONE, 1, _COUNT_HIGH)
    powers: dict[str, int] = {}
    size, sign, each = Decimal(1), 1, ""
    parts = re.split(r"([/·*×]|每)", name.replace("每", "/"))
    for part in parts:
        word = part.strip()
        if word in ("/", "·", "*", "×"):
            sign = -1 if word == "/" or sign < 0 else 1  # 元/平方米·月: everything behind the first bar divides
            continue
        if not word:
            return None
        if word in COUNTED or word in labels:
            each = word if sign < 0 else each
            continue
        found = _BASES.get(word) or _BASES.get(word.removesuffix("s"))
        if found is None and word[:1] in _SIZES and word[1:] in COUNTED | labels:  # 万户
            size *= _SIZES[word[0]] ** sign
            continue
        if found is None:
            return None
        powers[found[0]] = powers.get(found[0], 0) + sign
        size *= found[1] ** sign
    dimensions = tuple(sorted((base, power) for base, power in powers.items() if power))
    if not dimensions and "/" not in name:
        name = name.lstrip("".join(_SIZES)) or name  # 万件 are 件
    if not dimensions:
        scale, high = (1, _COUNT_HIGH) if "/" not in name else (_RATIO_SCALE, Decimal(10**6))
    elif len(dimensions) == 1 and dimensions[0][1] == 1:
        base = dimensions[0][0]
        scale, high = _SCALES.get(base, 100), _HIGHS.get(base, Decimal(10**11))
        if "/" in parts[1:] and base == _CNY:  # 元/件: finer than a fen, and no sum
            scale, high = _COMPOSITE_SCALE, Decimal(10**7)
    else:
        scale, high = _COMPOSITE_SCALE, Decimal(10**7)
    canonical = {_CNY: "CNY", _AREA: "m2", _MONTH: "months", _YEAR: "years"}
    if dimensions:
        simple = len(dimensions) == 1 and dimensions[0][1] == 1
        name = canonical.get(dimensions[0][0], dimensions[0][0]) if simple else described(dimensions)
    return Unit(name, dimensions, scale, high, size, each)


_QUANTITY = re.compile(r"\s*([¥￥$]?[+-]?[0-9０-９][0-9０-９,，_.．]*(?:[eE][+-]?\d{1,2})?)\s*(百万|千万|万|亿|千|百)?\s*(.*?)\s*$", re.S)


def parse_quantity(given: Any, unit: Unit | None = None, labels: frozenset[str] = frozenset()) -> tuple[Decimal, Unit] | str:
    """A number with its unit as written (`30 %`, `500 m²`, `20万元`), or a bare number in `unit`. What is wrong, in words,
    where it cannot be read.

    >>> parse_quantity("20万元")[0], parse_quantity("30 %")[0], parse_quantity("35元/平方米/年")[1].name
    (Decimal('200000'), Decimal('0.30'), 'CNY/m2/year')
    """
    if isinstance(given, bool) or given is None:
        return "is no number"
    if isinstance(given, int | float | Decimal):
        if unit is None:
            return "has no unit"
        try:
            return Decimal(str(given)) * unit.size, unit
        except InvalidOperation:
            return "is no number"
    found = _QUANTITY.match(in_digits(str(given).strip()))
    if not found:
        return "is no number"
    digits, size, name = found.groups()
    try:
        value = parse_number(digits.replace("_", ""))
    except ValueError:
        return "is no number"
    scale = _SIZES[size] if size else Decimal(1)
    if not name:
        if unit is None and size is None:
            return "has no unit"
        return (value * scale * (unit.size if unit else 1), unit) if unit else "has no unit"
    whole = parse_unit(f"{size}{name}", labels) if size else None
    read = whole or parse_unit(name, labels)
    if read is None:
        return f"has a unit that is not known: {name}"
    if unit is not None and read.dimensions != unit.dimensions:
        return f"is in {name}, its unit says {unit.name}"
    return value * read.size * (1 if whole else scale), (unit or read)


def fact_high(unit: Unit) -> Decimal:
    """The largest value a fact of this unit may have in a register."""
    if unit.is_share:
        return Decimal(1)
    if len(unit.dimensions) == 1 and unit.dimensions[0][1] == 1:
        return _FACT_HIGHS.get(unit.dimensions[0][0], Decimal(10**12))
    return Decimal(10**9)


def described(dimensions: Dimensions) -> str:
    """Dimensions in words for an error: `CNY/m2/month`; `a number without unit` for none."""
    if not dimensions:
        return "a number without unit"
    above = [base if power == 1 else f"{base}^{power}" for base, power in dimensions if power > 0]
    below = [base if power == -1 else f"{base}^{-power}" for base, power in dimensions if power < 0]
    return "/".join(["·".join(above) or "1", *below])


_ZH = {
    "CNY": "元",
    "m2": "平方米",
    "month": "月",
    "year": "年",
    "day": "天",
    "hour": "小时",
    "USD": "美元",
    "EUR": "欧元",
    "HKD": "港元",
    "JPY": "日元",
    "km": "公里",
    "kg": "千克",
    "kWh": "千瓦时",
}


def described_zh(dimensions: Dimensions) -> str:
    """The same in Chinese: `元/平方米/月`; `无单位的数` for none."""
    return re.sub("[A-Za-z][A-Za-z0-9]*", lambda m: _ZH[m.group(0)], described(dimensions)) if dimensions else "无单位的数"


def unit_in_chinese(name: str) -> str:
    """A unit's Chinese name: `美元` of `USD`; as it stands where it counts something."""
    unit = parse_unit(name)
    return described_zh(unit.dimensions) if unit is not None and unit.dimensions else name


def times(one: Dimensions, other: Dimensions, sign: int = 1) -> Dimensions:
    """Dimensions of a product, or of a quotient (sign −1)."""
    powers = dict(one)
    for base, power in other:
        powers[base] = powers.get(base, 0) + sign * power
    return tuple(sorted((base, power) for base, power in powers.items() if power))
