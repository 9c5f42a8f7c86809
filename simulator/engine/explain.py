"""Explain one enterprise of a register: which clause, which condition, its value beside the threshold, what was paid."""

from __future__ import annotations

import html
from dataclasses import dataclass

import numpy as np

from simulator.engine.window import laid_over
from simulator.errors import PopulationError, Problem, nearest
from simulator.facts import ANNUAL_FIELDS, AREA, OCCUPANCY, RENT
from simulator.law import explanation as told
from simulator.law.assessment import CASH_CLAUSES
from simulator.law.evidence import Evidence
from simulator.law.readings import SWITCHES, compile_readings
from simulator.law.terms import NOT_OFFERED
from simulator.money import FEN
from simulator.population.register import Population
from simulator.population.schema import ANNUAL, ENTERPRISES
from simulator.scenario import Scenario

COLUMNS = {column.name: column for column in (*ENTERPRISES, *ANNUAL)}
SCALES = {"money": FEN, "area": AREA, "rent": RENT, "share": OCCUPANCY}
_NOTHING = np.zeros((0, CASH_CLAUSES), np.int64)
OUTCOMES = {
    told.PAID: ("兑现", "paid"),
    told.NOT_DUE: ("不符合条件", "not due"),
    told.ZERO: ("符合条件，但计算金额为零", "conditions met, but the amount comes to 0"),
    told.BARRED: ("因五（五）不予享受", "barred by 五（五）"),
    told.OUTBID: ("既有政策不低于本政策，不重复享受", "an existing policy gives as much or more: not paid twice"),
    told.OTHER_OPENING_AWARD: ("就高享受另一项开办奖励", "the other opening award is higher"),
    told.REALLY_PAID: ("按实际兑现数", "as really paid"),
    told.WITHDRAWN: ("本情景不施行该条款", "not offered in this scenario"),
}


@dataclass(frozen=True)
class Explanation:
    """One enterprise's assessment, told. `text(lang)` for the screen; in a notebook it shows itself."""

    enterprise_id: str
    name: str
    years: list[told.Year]
    scenario: Scenario
    enterprise: np.void
    annual: np.ndarray  # (years + 1,), column 0 the year before the first

    def text(self, lang: str = "zh", *, failed: bool = True) -> str:
        """The explanation as lines of text. failed: also the clauses that are not due."""
        zh = lang == "zh"
        lines = [f"{self.enterprise_id}  {self.name}".rstrip()]
        for j, year in enumerate(self.years):
            lines.append("")
            lines.append(f"── {year.year} " + "─" * 60)
            if not year.eligible:
                lines.append("五（五）：财务制度不健全或已发生违规情形，本年不享受" if zh else
                             "五（五）: accounts not sound, or barred by a violation; nothing this year")
            for clause in year.clauses:
                offered = self.scenario.law.blocks[clause.slug].kind != NOT_OFFERED
                if clause.award or clause.due or (failed and offered):
                    lines += self._clause(clause, year.year, j, zh)
            if year.clawback:
                amount = f"{year.clawback / FEN:,.2f}"
                lines.append(f"五（五） 追回：{amount} 元" if zh else f"五（五） clawback: {amount} CNY due back")
        return "\n".join(lines)

    def _clause(self, clause: told.ClauseYear, year: int, j: int, zh: bool) -> list[str]:
        block = self.scenario.law.blocks[clause.slug]
        outcome = OUTCOMES[clause.outcome][0 if zh else 1]
        unit = ("个" if zh else "places") if block.kind == "in_kind" else ("元" if zh else "CNY")
        scale = 1 if block.kind == "in_kind" else FEN
        head = f"{block.article} {block.zh if zh else block.en}"
        if clause.due or clause.award:
            shown = f"{clause.award / scale:,.2f}" if scale == FEN else str(clause.award)
            before = f"（{clause.due / scale:,.2f}）" if clause.due != clause.award and scale == FEN else ""
            head += f": {shown} {unit}{before} [{outcome}]"
        else:
            head += f": [{outcome}]"
        lines = [head]
        if clause.existing:
            lines.append((f"    既有政策 {clause.existing / FEN:,.2f} 元，替代 {clause.displaced / FEN:,.2f} 元") if zh else
                         f"    existing support {clause.existing / FEN:,.2f}, displaced {clause.displaced / FEN:,.2f} CNY")
        for finding in clause.findings:
            mark = "√" if finding.held else "×"
            words = finding.evidence.zh if zh else finding.evidence.en
            beside = self._beside(clause.slug, finding.evidence, year, j, zh)
            lines.append(f"    {mark} {words}{'  ' + beside if beside else ''}")
        return lines

    def _beside(self, slug: str, evidence: Evidence, year: int, j: int, zh: bool) -> str:
        parts = [f"{_label(n, zh)} = {self._value(n, j + 1)}" for n in evidence.facts]
        parts += [f"{_label(n, zh)}({year - 1}) = {self._value(n, j)}" for n in evidence.last_year]
        for name in evidence.terms:
            number = self.scenario.law.numbers[f"{slug}.{name}"]
            parts.append(f"{number.zh if zh else number.en} {number.shown(year, 'zh' if zh else 'en')}")
        for name in evidence.readings:
            chosen = self.scenario.interpretation[name]
            parts.append(f"{name} = {chosen}（{SWITCHES[name].meanings[chosen][0 if zh else 1]}）")
        return "; ".join(parts)

    def _value(self, name: str, column: int) -> str:
        record = self.annual[column] if name in ANNUAL_FIELDS else self.enterprise
        return shown(name, int(record[name]))

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text(failed=False))}</pre>"


def _label(name: str, zh: bool) -> str:
    return COLUMNS[name].header if zh and name in COLUMNS else name


def shown(name: str, value: int) -> str:
    """A fact as a person reads it.

    >>> shown("paid_in_capital", 2999999999), shown("settled_on", 20130601), shown("headquarters", 2)
    ('29,999,999.99', '2013-06-01', '全国/national')
    """
    kind = COLUMNS[name].kind
    if kind == "date":
        return f"{value // 10_000}-{value // 100 % 100:02d}-{value % 100:02d}" if value else "—"
    if kind == "flag":
        return "是/yes" if value else "否/no"
    if kind == "choice":
        return ("无/none", "区域/regional", "全国/national")[value]
    if kind in SCALES:
        digits = {"money": 2, "share": 6}.get(kind, 4)
        text = f"{value / SCALES[kind]:,.{digits}f}"
        return text if kind == "money" else text.rstrip("0").rstrip(".")
    return f"{value:,}"


def explain(population: Population, enterprise_id: str, scenario: Scenario, year: int | None = None) -> Explanation:
    """Tell how one enterprise of a register is assessed, in all years or one. Raises PopulationError for an unknown id
    or a year outside the assessed ones."""
    found = np.flatnonzero(population.ids == enterprise_id)
    if not len(found):
        near = nearest(enterprise_id, [str(i) for i in population.ids])
        raise PopulationError(Problem(population.source, f"has no enterprise {enterprise_id}", near or "check the id"))
    start, last = scenario.law.start.year, population.last_year
    if year is not None and not start <= year <= last:
        raise PopulationError(Problem(f"year {year}", "is not assessed", f"a year {start} … {last}"))
    one = population.subset(found)
    first = min(start, one.first_year) if one.last_paid_year else start
    window = laid_over(one, scenario.law, first, last)
    paid_years = max(0, min(len(window.years), one.last_paid_year - first + 1)) if window.paid.size else 0
    years = told.tell(
        one.enterprises, window.annual[0], window.existing[0] if len(window.existing) else _NOTHING,
        window.paid[0] if len(window.paid) else _NOTHING, paid_years, window.terms[1:],
        compile_readings(scenario.interpretation), window.years)
    keep = [j for j, y in enumerate(years) if y.year >= start and (year is None or y.year == year)]
    rows = window.annual[0][keep[0]: keep[-1] + 2]
    return Explanation(enterprise_id, str(one.details["name"].iloc[0]), [years[j] for j in keep], scenario,
                       one.enterprises[0], rows)
