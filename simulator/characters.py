"""Characters as an office types them: half-width, visible, and a number only where each of its signs is one."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

SPACES = "\u00a0\u2007\u202f"  # look like a blank, and keep a number from being one
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
