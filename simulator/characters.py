"""Characters as an office types them: half-width, visible, and a number only where each of its signs is one."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

SPACES = "\u00a0\u2007\u202f"  # look like a blank, and keep a number from being one
_FORMAL = str.maketrans("〇○两壹贰叁參肆伍陆陸柒捌玖拾佰仟萬億點", "零零二一二三三四五六六七八九十百千万亿点")  # as cheques have it
_SIZES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_PARTS = {"百": "%", "千": "‰", "万": "‱"}
_SPELLED = re.compile(r"(?:([百千万])分之)?([-+]?)((?:[\d.,]+|[零一二三四五六七八九点]|(?:(?<=\d) )?[十百千万亿])+)(?!分之)")
_QUOTED = re.compile('="(.*)"')  # how exports keep a spreadsheet from taking a code for a number


class _Narrow(dict[int, str]):
    """Half-width forms by code point. What only looks like a digit stays what it is: ¹ is a mark, ① a number of its own."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        kind, narrow = unicodedata.category(letter), unicodedata.normalize("NFKC", letter)
        if kind == "Cf":
            narrow = ""
        elif kind in ("No", "So") and any(map(str.isdigit, narrow)) and not narrow[0].isalpha():
            narrow = letter
        self[code] = narrow
        return narrow


_NARROW = _Narrow()


def narrow(text: str) -> str:
    """A text half-width and without invisible marks.

    >>> narrow("３，０００㎡"), narrow("5¹"), narrow("\\u202d3\\u202c")
    ('3,000m2', '5¹', '3')
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text.translate(_NARROW))


def in_digits(text: str) -> str:
    """A text that begins with a number in Chinese, or with 千, 万 or 亿 behind its digits, with that number in digits. What may be read
    in two ways stays as it is: 三万五 (35,000, or 30,005), 三五万 (about so many), 几百万.

    >>> in_digits("两千五百万元"), in_digits("一点五亿"), in_digits("百分之四十"), in_digits("2亿3000万"), in_digits("1,500 万元")
    ('25000000元', '150000000', '40%', '230000000', '15000000元')
    >>> in_digits("三万五"), in_digits("三五万"), in_digits("五〇〇万"), in_digits("几百万"), in_digits("500")
    ('三万五', '三五万', '五〇〇万', '几百万', '500')
    """
    found = None if text.isascii() else _SPELLED.match(text.translate(_FORMAL))
    number = _spelled(found[3]) if found and (found[1] or not re.fullmatch(r"[\d.,]+", found[3])) else None
    if found is None or number is None:
        return text
    return f"{found[2]}{number.normalize():f}{_PARTS.get(found[1] or '', '')}{text[found.end() :]}"


def _spelled(word: str) -> Decimal | None:
    """The value of a number in Chinese, each place named, or with a size behind digits; None where it could be another."""
    whole, point, rest = word.partition("点")
    if point:
        decimals = re.match("[零一二三四五六七八九]+", rest)
        start = _spelled(whole)
        if start is None or decimals is None or start != int(start):
            return None
        word = f"{start:f}.{''.join(str('零一二三四五六七八九'.index(digit)) for digit in decimals[0])}{rest[decimals.end() :]}"
    total = section = Decimal(0)  # all before, and the hundreds and tens since
    below, under, digit, zero = 10_000, 10**12, None, False  # sizes fall; a digit that waits for its size; 零 before it
    for part in re.findall(r"[\d.,]+|[^\d., ]", word):
        if part == "零":
            if digit is not None:
                return None
            zero, digit = True, Decimal(0) if len(word) == 1 else None
        elif part not in _SIZES:
            if digit is not None:
                return None
            try:
                digit = parse_number(part) if part[0].isascii() else Decimal("零一二三四五六七八九".index(part))
            except ValueError:
                return None
        elif _SIZES[part] < 10_000:
            if _SIZES[part] >= below or (digit is None and (part != "十" or section)):
                return None
            section, digit, below, zero = section + (Decimal(1) if digit is None else digit) * _SIZES[part], None, _SIZES[part], False
        else:
            if digit is not None and (section or total) and not (zero or below == 10 or digit >= 10):
                return None
            section, digit = section + (digit or 0), None
            if part == "亿" and under == 10_000 and not section:  # 万亿
                section, total = total, Decimal(0)
            elif not section or _SIZES[part] >= under:
                return None
            total, section, below, under, zero = total + section * _SIZES[part], Decimal(0), 10_000, _SIZES[part], False
    if digit is not None and (section or total) and not (zero or below == 10):
        return None
    return total + section + (digit or 0)


def cleaned(text: str) -> tuple[str, str]:
    """A cell's text without what nobody sees, and the code points of what was taken out.

    >>> cleaned("\\u202d3,000\\u202c"), cleaned('="91500107"'), cleaned("甲 乙")
    (('3,000', 'U+202D U+202C'), ('91500107', ''), ('甲 乙', ''))
    """
    if text.startswith('="') and (found := _QUOTED.fullmatch(text)):
        text = found.group(1)
    if text.isascii():
        return text, ""
    odd = dict.fromkeys(letter for letter in text if letter in SPACES or unicodedata.category(letter) == "Cf")
    if not odd:
        return text, ""
    clean = "".join(" " if letter in SPACES else "" if letter in odd else letter for letter in text)
    return clean, " ".join(f"U+{ord(letter):04X}" for letter in odd)


def parse_number(text: str) -> Decimal:
    """A number as an office writes it: full-width digits, thousands commas, leading ¥, accounting negatives.

    Raises ValueError for anything else, also for the surprises `float` accepts (1_000, inf, nan, hex).

    >>> parse_number("３，０００．５"), parse_number("(1,200)"), parse_number("¥ 5")
    (Decimal('3000.5'), Decimal('-1200'), Decimal('5'))
    """
    plain = narrow(str(text)).strip().replace("−", "-").lstrip("¥￥").strip()
    negative = plain.startswith("(") and plain.endswith(")")
    if negative:
        plain = plain[1:-1].strip()
    if re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?", plain):
        plain = plain.replace(",", "")
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", plain):
        raise ValueError(text)
    return -Decimal(plain) if negative else Decimal(plain)
