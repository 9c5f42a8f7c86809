"""What is declared of a column and of a table; the register's own are in `schema`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from simulator import facts
from simulator.characters import narrow


@dataclass(frozen=True)
class Column:
    """One column of a table.

    name, header: English name and 中文表头; kind: text, date, money, area, rent, share, count, flag, choice, year or
    clause; unit: as written in a cell; resolution: stored units in one written unit; default: stored for a blank
    cell; required: the table is useless without it; low, high: bounds of the written value (dates as yyyymmdd),
    inclusive; needed_by: slugs of the clauses that need the fact under some reading of the law; choices: stored
    value and the words accepted for it, the English one first; optional: asked for by no clause, so its absence is
    not worth a word; read_under: the switch and the reading under which alone the law asks for it;
    also: other headers it goes by; checks: severity ("error", "warning"), Chinese and English of the rules it is held to
    beside its kind's.
    """

    name: str
    header: str
    kind: str
    unit: str = ""
    resolution: int = 1
    default: int | str = 0
    required: bool = False
    low: int | None = None
    high: int | None = None
    needed_by: tuple[str, ...] = ()
    note_zh: str = ""
    note_en: str = ""
    choices: tuple[tuple[int | str, tuple[str, ...]], ...] = ()
    optional: bool = False
    read_under: tuple[str, str] | None = None
    also: tuple[str, ...] = ()
    checks: tuple[tuple[str, str, str], ...] = ()

    @property
    def bounds(self) -> tuple[int, int]:
        """Lowest and highest written value. Raises TypeError for a kind that has none: text, flag, choice."""
        if self.low is None or self.high is None:
            raise TypeError(f"{self.name}: a {self.kind} has no bounds")
        return self.low, self.high

    def is_read(self, interpretation: Mapping[str, str]) -> bool:
        """Whether the law asks for the fact under the chosen readings (switch → reading)."""
        return self.read_under is None or interpretation.get(self.read_under[0], self.read_under[1]) == self.read_under[1]

    @property
    def derived(self) -> bool:
        """Whether a blank is filled by the law from other facts."""
        return self.default == facts.BLANK

    @property
    def label(self) -> str:
        """Both names, as messages show them."""
        return f"{self.name} ({self.header})"


@dataclass(frozen=True)
class Table:
    """One table: a file `name`.csv or a sheet `name`, or their Chinese name; `required`: no register is
    without it.
    """

    name: str
    header: str
    columns: tuple[Column, ...]
    required: bool = False

    @cached_property
    def names(self) -> dict[str, Column]:
        """Columns by every name they go by, squeezed."""
        return {squeezed(name): column for column in self.columns for name in (column.name, column.header, *column.also)}

    def column(self, name: str) -> Column:
        """The column of that English name. Raises KeyError when there is none."""
        return next(column for column in self.columns if column.name == name)

    @property
    def label(self) -> str:
        """Both names, as messages show them."""
        return f"{self.name} ({self.header})"


def plain(text: str) -> str:
    """A name as it is compared: half-width, without surrounding blanks and invisible marks, lower case.

    >>> plain(" Ｒent ") == plain("RENT")
    True
    """
    if text.isascii():  # the common case: nothing to make half-width
        return text.strip().lower()
    return narrow(text).strip().casefold()


def squeezed(text: str) -> str:
    """A name as headers are compared: plain, and without blanks, line breaks or underscores inside.

    >>> squeezed("销售额\\n（万元）"), squeezed("Paid in Capital") == squeezed("paid_in_capital")
    ('销售额(万元)', True)
    """
    return "".join(plain(text).replace("_", " ").split())
