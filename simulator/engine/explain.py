"""Explain one enterprise of a register: which clause, which condition, its value beside the threshold, what was paid."""

from __future__ import annotations

import html
from dataclasses import dataclass

import numpy as np

from simulator.engine.assess import assess
from simulator.engine.window import laid_over
from simulator.errors import PopulationError, Problem, nearest
from simulator.facts import ANNUAL_FIELDS, AREA, KINDS, OCCUPANCY, RENT
from simulator.law import explanation as told
from simulator.law.plain import Plain
from simulator.law.policy import Condition
from simulator.law.readings import compile_readings
from simulator.law.terms import UNITS
from simulator.money import FEN
from simulator.population.column import Column
from simulator.population.register import Population
from simulator.population.schema import ANNUAL, ENTERPRISES, contract_of
from simulator.projection.columns import SEEN
from simulator.scenario import Scenario

COLUMNS = {column.name: column for column in (*ENTERPRISES, *ANNUAL)}
SCALES = {"money": FEN, "area": AREA, "rent": RENT, "share": OCCUPANCY}
_NOTHING = np.zeros((0, 0), np.int64)
OUTCOMES = {
    told.PAID: ("兑现", "paid"),
    told.NOT_DUE: ("不符合条件", "not due"),
    told.ZERO: ("符合条件，但计算金额为零", "conditions met, but the amount comes to 0"),
    told.BARRED: ("因不符合申报条件不予享受", "barred by the conditions of conduct"),
    told.OUTBID: ("既有政策不低于本政策，不重复享受", "an existing policy gives as much or more: not paid twice"),
    told.LINKED: ("与其他条款就高享受一项，或已达合计上限", "another clause of the group is higher, or their cap is reached"),
    told.RANKED_OUT: ("未列入当年名额，或资金总额已分完", "not among the first, or the pot is used up"),
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
    annual: np.ndarray  # (columns,), column 0 the year before the first told, or an earlier fixed year that the policy asks for
    own: np.ndarray  # the policy's own facts (facts,)
    own_annual: np.ndarray  # and of each year (columns, facts)
    first_column: int  # the year of column 0

    def text(self, lang: str = "zh", *, failed: bool = True) -> str:
        """The explanation as lines of text. failed: also the clauses that are not due."""
        zh = lang == "zh"
        lines = [f"{self.enterprise_id}  {self.name}".rstrip()]
        for year in self.years:
            lines.append("")
            lines.append(f"── {year.year} " + "─" * 60)
            if not year.eligible:
                failing = "、".join(c.zh for c in year.barred) if zh else ", ".join(c.en for c in year.barred)
                lines.append(f"不符合申报条件（{failing}），本年不享受" if zh else f"barred this year: does not hold: {failing}")
            for clause in year.clauses:
                if clause.award or clause.due or failed:
                    lines += self._clause(clause, year.year, zh)
            if year.clawback:
                amount = f"{year.clawback / FEN:,.2f}"
                block = self.scenario.law.blocks.get("clawback")
                said = f"追回：{amount} 元" if zh else f"clawback: {amount} CNY due back"
                lines.append(f"{block.article} {said}" if block else said)
        return "\n".join(lines)

    def _clause(self, clause: told.ClauseYear, year: int, zh: bool) -> list[str]:
        block = self.scenario.law.blocks[clause.slug]
        outcome = OUTCOMES[clause.outcome][0 if zh else 1]
        text = self.scenario.law.policy.clauses[self.scenario.law.policy.index(clause.slug)]
        unit = (UNITS[text.unit.name].zh if zh else text.unit.name) if block.kind == "in_kind" else ("元" if zh else "CNY")
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
            beside = self._beside(finding.evidence, year, zh)
            lines.append(f"    {mark} {words}{'  ' + beside if beside else ''}")
        if all(finding.held for finding in clause.findings) and (beside := self._beside(text.amount, year, zh)):
            lines.append(f"    = {'金额的依据' if zh else 'the amount follows from'}  {beside}")
        return lines

    def _beside(self, evidence: Condition, year: int, zh: bool) -> str:
        parts = [f"{self._label(n, zh)} = {self._value(n, year)}" for n in evidence.facts]
        parts += [f"{self._label(n, zh)}({year - 1}) = {self._value(n, year - 1)}" for n in evidence.last_year]
        parts += [f"{self._label(n, zh)}({fixed}) = {self._value(n, fixed)}" for n, fixed in evidence.uses.fixed_years]
        for path in evidence.terms:
            number = self.scenario.law.numbers[path]
            parts.append(f"{number.zh if zh else number.en} {number.shown(year, 'zh' if zh else 'en')}")
        for name in evidence.readings:
            chosen = self.scenario.interpretation[name]
            parts.append(f"{name} = {chosen}（{self.scenario.law.policy.readings[name].meanings[chosen][0 if zh else 1]}）")
        return "; ".join(parts)

    def _value(self, name: str, year: int) -> str:
        policy, column = self.scenario.law.policy, year - self.first_column
        if not 0 <= column < len(self.annual):
            return "—"
        if name == "present":
            return "是/yes" if self.annual[column]["present"] else "否/no"
        for values, own in ((self.own, policy.own_enterprise), (self.own_annual[column], policy.own_annual)):
            for i, fact in enumerate(own):
                if fact.name == name:
                    return shown_in(contract_of(policy).tables[0 if fact.table == "enterprises" else 1].column(name), int(values[i]))
        record = self.annual[column] if name in ANNUAL_FIELDS else self.enterprise
        return shown(name, int(record[name])) if name in COLUMNS else "是/yes" if record[name] else "否/no"   # present: no column

    def _label(self, name: str, zh: bool) -> str:
        own = next((f.zh for f in self.scenario.law.policy.facts if f.name == name), "")
        if name == "present":
            return KINDS[name][1] if zh else "row of the year"
        return own if own and zh else _label(name, zh)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text(failed=False))}</pre>"


def _label(name: str, zh: bool) -> str:
    return COLUMNS[name].header if zh and name in COLUMNS else name


def shown(name: str, value: int) -> str:
    """A fact as a person reads it.

    >>> shown("paid_in_capital", 2999999999), shown("settled_on", 20130601), shown("headquarters", 2)
    ('29,999,999.99', '2013-06-01', '全国/national')
    """
    if name == "present":
        return "是/yes" if value else "否/no"
    return shown_in(COLUMNS[name], value)


def shown_in(column: Column, value: int) -> str:
    """As `shown`, of any column."""
    kind = column.kind
    if kind == "date":
        return f"{value // 10_000}-{value // 100 % 100:02d}-{value % 100:02d}" if value else "—"
    if kind == "flag":
        return "是/yes" if value else "否/no"
    if kind == "choice":
        return "/".join(reversed(next((words for code, words in column.choices if code == value), (str(value),))))
    if kind in SCALES:
        digits = {"money": 2, "share": 6}.get(kind, 4)
        text = f"{value / column.resolution:,.{digits}f}"
        return text if kind == "money" else text.rstrip("0").rstrip(".")
    return f"{value:,}"


def explain(population: Population, enterprise_id: str, scenario: Scenario, year: int | None = None) -> Explanation:
    """Tell how one enterprise of a register is assessed, in all years or one. Raises PopulationError for an unknown id
    or a year outside the assessed ones."""
    population = population.under(scenario.law.policy)
    found = np.flatnonzero(population.ids == enterprise_id)
    if not len(found):
        near = nearest(enterprise_id, [str(i) for i in population.ids])
        raise PopulationError(Problem(population.source, f"has no enterprise {enterprise_id}", near or "check the id"))
    start, last = scenario.law.start.year, population.last_year
    if year is not None and not start <= year <= last:
        raise PopulationError(Problem(f"year {year}", "is not assessed", f"a year {start} … {last}"))
    one = population.subset(found)
    first = min(start, one.first_year) if one.last_paid_year else start
    window = laid_over(one, scenario.law, first, last, reaching_back=True)
    paid_years = max(0, min(len(window.years), one.last_paid_year - first + 1)) if window.paid.size else 0
    policy, terms = scenario.law.policy, window.terms.of(slice(1, None))
    awarded = None
    if policy.contested:  # others decide too
        result = assess(population, scenario)
        awarded = {int(y): result.awards[found[0], j] for j, y in enumerate(result.years)}
    years = told.tell(
        policy, Plain(policy, SEEN), one.enterprises[0], window.own[0], window.annual[0], window.own_annual[0], window.skip,
        window.existing[0] if len(window.existing) else _NOTHING, window.paid[0] if len(window.paid) else _NOTHING, paid_years,
        terms.head, terms.numbers, compile_readings(policy, scenario.interpretation), window.years, awarded)
    keep = [j for j, y in enumerate(years) if y.year >= start and (year is None or y.year == year)]
    asked_for = min([*policy.fixed_years, int(years[keep[0]].year) - 1])
    rows = slice(max(0, asked_for - int(window.years[0]) + window.skip), keep[-1] + window.skip + 1)
    return Explanation(enterprise_id, str(one.details["name"].iloc[0]), [years[j] for j in keep], scenario,
                       one.enterprises[0], window.annual[0][rows], window.own[0], window.own_annual[0][rows],
                       int(window.years[0]) - window.skip + rows.start)
