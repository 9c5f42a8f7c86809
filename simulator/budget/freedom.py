"""Terms of the law that a design may move: the values each may take, from the least to the most generous.

A free term is written `law.tax_rebate.high_rate`, or with its range and step, `law.tax_rebate.high_rate=0.3:0.7:0.05`. Left
out, the range is everything lawful, for what is no share at most FOLD times today's number, and the step is the term's own
lawful resolution (a ten-thousandth of a share, a fen, a month).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from simulator.characters import narrow
from simulator.errors import Problem, ScenarioError, nearest
from simulator.law.terms import UNITS, Law
from simulator.money import is_exact
from simulator.phrases import phrase
from simulator.scenario import typed

FOLD = 4
MOST_TERMS = 3
WITHIN_ONE = ("share", "occupancy")


@dataclass(frozen=True)
class FreeTerm:
    """A number of the law and the values it may take: low, low + step, … high. path as scenarios write it."""

    path: str
    unit: str
    article: str
    zh: str
    en: str
    today: Decimal
    low: Decimal
    high: Decimal
    step: Decimal

    @property
    def steps(self) -> int:
        """Steps from the lowest to the highest value."""
        return int((self.high - self.low) / self.step)

    def value(self, step: int) -> Decimal:
        return self.low + step * self.step


def free_terms(law: Law, written: Iterable[str]) -> list[FreeTerm]:
    """The free terms as written. Raises ScenarioError with every problem."""
    terms, problems = [], []
    for text in written:
        path, equals, span = text.strip().partition("=")
        bare, at, year = path.removeprefix("law.").partition("@")
        number = law.numbers.get(bare) if path.startswith("law.") else None
        known = [f"law.{p}" for p in law.numbers if law.blocks[p.partition(".")[0]].kind != "rule"]
        if number is None or f"law.{bare}" not in known or (at and not year.isdigit()):
            names = {p: law.numbers[p.removeprefix("law.")].zh for p in known}
            remedy = typed.called(path, names, typed.clauses_of(law)) or nearest(path, known) or "simulator terms law"
            problems.append(Problem(f"--free {text}", "is no number of a clause", remedy))
            continue
        unit, today = UNITS[number.unit], number.at(int(year) if at else law.start.year)
        top = unit.high if number.unit in WITHIN_ONE else min(unit.high, FOLD * today)
        finest = Decimal(1) / unit.scale
        try:
            low, high, step = _span(span, number.unit, top, finest) if equals else (Decimal(0), top, finest)
        except (InvalidOperation, ValueError):
            problems.append(
                Problem(f"--free {text}", phrase("{} is no range", repr(span)), phrase("{} or {}=LOW:HIGH:STEP", f"{path}=LOW:HIGH", path))
            )
            continue
        faults = [
            phrase("{} lies outside {} … {} {}", x, 0, f"{unit.high:,f}", number.unit) for x in (low, high) if not 0 <= x <= unit.high
        ]
        faults += [
            phrase("{} is finer than 1/{} {}", x, format(unit.scale, ","), number.unit)
            for x in (low, high, step)
            if not is_exact(x, unit.scale)
        ]
        if not faults and not (low < high and step > 0 and low + step <= high):
            faults = [phrase("there is no step of {} between {} and {}", step, low, high)]
        problems += [Problem(f"--free {text}", fault, "check the range") for fault in faults]
        if not faults:
            terms.append(FreeTerm(path, number.unit, number.article, number.zh, number.en, today, low, high, step))
    paths = [t.path for t in terms]
    problems += [Problem(f"--free {p}", "stands twice", "once is enough") for p in dict.fromkeys(paths) if paths.count(p) > 1]
    if not problems and not 1 <= len(terms) <= MOST_TERMS:
        problems = [Problem("--free", phrase("names {} terms", len(terms)), phrase("one to {}", MOST_TERMS))]
    if problems:
        raise ScenarioError(problems)
    return terms


def _span(text: str, unit: str, top: Decimal, finest: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    written = [part.strip() for part in narrow(text).split(":")]
    parts = [typed.of_unit(part, unit) or Decimal(part) if part else None for part in written]
    if not 2 <= len(parts) <= 3 or any(p is not None and not p.is_finite() for p in parts):
        raise ValueError(text)
    low, high, step = [*parts, None][:3]
    return Decimal(0) if low is None else low, top if high is None else high, finest if step is None else step
