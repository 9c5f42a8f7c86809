"""What a simple formula of a spreadsheet gives: numbers, cells of its own sheet, + − × ÷ ^ % and a few sums. It is compared with
the value beside it, which a program may have left as it was."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate

from simulator.characters import parse_number
from simulator.population.grid import Place
from simulator.population.raw import letters, position_of

MOST = 20_000  # formulas of a sheet that are calculated
MOST_CELLS = 2_000_000  # that the sums of a sheet read: running sums grow with the square of its rows
LONGEST = 400  # characters of one
DEEPEST = 20  # brackets and functions within each other
_CELL = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_TOKEN = re.compile(rf"({_CELL})(?::({_CELL}))?(?![\w(!.])|([0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+)|([A-Za-z]+)\(|([-+*/^%(),])")
_FUNCTIONS: dict[str, Callable[[list[float]], float]] = {
    "SUM": math.fsum,
    "PRODUCT": math.prod,
    "MAX": lambda n: max(n, default=0.0),
    "MIN": lambda n: min(n, default=0.0),
    "AVERAGE": lambda n: math.fsum(n) / len(n),
    "ABS": lambda n: abs(*n),
    "INT": lambda n: math.floor(*n),
    "ROUND": lambda n: math.copysign(math.floor(abs(n[0]) * 10 ** n[1] + 0.5 + 1e-9) / 10 ** n[1], n[0]),
}


def differing(formulas: Mapping[Place, str], rows: Sequence[Sequence[str]]) -> Iterator[tuple[Place, str, str]]:
    """The cells whose value is another than their formula gives, with what it gives; and, with a blank, those where it is the same.

    rows: the sheet's cells as texts of what is stored.
    """
    left = [MOST_CELLS]
    for place, text in list(formulas.items())[:MOST]:
        given = calculated(text, rows, left)
        shown = _number(_at(rows, *place)) if given is not None else None
        if given is not None and shown is not None:
            same = math.isclose(given, shown, rel_tol=1e-9, abs_tol=1e-7)
            yield place, text, "" if same else f"{given:.12g}"


def calculated(text: str, rows: Sequence[Sequence[str]], left: list[int] | None = None) -> float | None:
    """What a formula gives; None for one that is not simple, or reads more cells than are left.

    >>> calculated("1200*3", []), calculated("SUM(A1:B1)*50%", [["1", "2"]]), calculated("VLOOKUP(A1,B:C,2,0)", []), calculated("-2^2", [])
    (3600.0, 1.5, None, 4.0)
    """
    text = "".join(text.split()).removeprefix("=")
    tokens, at = [], 0
    while at < len(text) and len(text) <= LONGEST:
        if (found := _TOKEN.match(text, at)) is None:
            return None
        tokens.append(found.groups())
        at = found.end()
    opened = accumulate(bool(function or sign == "(") - (sign == ")") for *_, function, sign in tokens)
    if max(opened, default=0) > DEEPEST:
        return None
    try:
        reader = _Reader(tokens, rows, left or [MOST_CELLS])
        value = reader.sum()
        return value if reader.at == len(tokens) and math.isfinite(value) else None
    except (ValueError, ArithmeticError, IndexError, TypeError):
        return None


def shifted(text: str, down: int, right: int) -> str:
    """A formula as the cell so many rows below and columns to the right has it.

    >>> shifted("D2*$E$1+SUM(A2:B2)", 1, 0)
    'D3*$E$1+SUM(A3:B3)'
    """

    def moved(match: re.Match[str]) -> str:
        column, line = position_of(match.group(2).upper() + match.group(4))[::-1]
        column, line = column + (0 if match.group(1) else right), line + (0 if match.group(3) else down)
        return f"{match.group(1)}{letters(column)}{match.group(3)}{line}" if column >= 0 and line > 0 else "#REF!"

    return re.sub(r"(?<![\w.$])(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})(?![\w(.!])", moved, text)


def _at(rows: Sequence[Sequence[str]], row: int, column: int) -> str:
    return rows[row][column] if 0 <= row < len(rows) and column < len(rows[row]) else ""


def _number(text: str) -> float | None:
    try:
        return float(parse_number(text))
    except ValueError:
        return None


class _Reader:
    """Reads tokens by precedence; raises ValueError where something is not simple."""

    def __init__(self, tokens: list[tuple[str | None, ...]], rows: Sequence[Sequence[str]], left: list[int]):
        self.tokens, self.rows, self.left, self.at = tokens, rows, left, 0

    def _sign(self, *signs: str) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at][4] in signs:
            self.at += 1
            return str(self.tokens[self.at - 1][4])
        return ""

    def sum(self) -> float:
        value = self._product()
        while sign := self._sign("+", "-"):
            value += self._product() * (1 if sign == "+" else -1)
        return value

    def _product(self) -> float:
        value = self._power()
        while sign := self._sign("*", "/"):
            other = self._power()
            value = value * other if sign == "*" else value / other
        return value

    def _power(self) -> float:
        value = self._signed()
        while self._sign("^"):
            value = float(value ** self._signed())
        return value

    def _signed(self) -> float:
        factor = 1
        while sign := self._sign("+", "-"):
            factor *= 1 if sign == "+" else -1
        value = self._one() * factor
        while self._sign("%"):
            value /= 100
        return value

    def _one(self) -> float:
        first, last, number, function, _ = self.tokens[self.at]
        self.at += 1
        if number:
            return float(number)
        if function:
            value = _FUNCTIONS.get(function.upper(), _unknown)(self._arguments())
            return float(value)
        if first and not last:
            line, column = position_of(first.replace("$", "").upper())
            text = _at(self.rows, line - 1, column)
            if text and (found := _number(text)) is None:
                raise ValueError(text)
            return found if text else 0.0  # type: ignore[return-value]
        self.at -= 1
        if not self._sign("("):
            raise ValueError("no value")
        value = self.sum()
        if not self._sign(")"):
            raise ValueError("no end")
        return value

    def _arguments(self) -> list[float]:
        found: list[float] = []
        while True:
            first, last, *_ = self.tokens[self.at]
            if first and last:
                self.at += 1
                found += self._range(first, last)
            else:
                found.append(self.sum())
            if not self._sign(","):
                break
        if not self._sign(")"):
            raise ValueError("no end")
        return found

    def _range(self, first: str, last: str) -> list[float]:
        (top, left), (bottom, right) = (position_of(end.replace("$", "").upper()) for end in (first, last))
        self.left[0] -= abs(bottom - top + 1) * abs(right - left + 1)
        if self.left[0] < 0:
            raise ValueError("too large")
        cells = (_at(self.rows, line - 1, column) for line in range(top, bottom + 1) for column in range(left, right + 1))
        found = [number for text in cells if text and (number := _number(text)) is not None]
        if not found:
            raise ValueError("no number")
        return found


def _unknown(_numbers: list[float]) -> float:
    raise ValueError("no simple function")
