"""Explain one enterprise of a register: which clause, which condition, its value beside the threshold, what was paid."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from simulator.engine.instalments import parts_of
from simulator.engine.window import laid_over
from simulator.errors import PopulationError, Problem, nearest
from simulator.facts import ANNUAL_FIELDS, AREA, KINDS, OCCUPANCY, RENT
from simulator.law import explanation as explained
from simulator.law.language.formula import BOOL, CHOICE, DATE, MONTH, YEAR, Value
from simulator.law.language.nodes import DUE
from simulator.law.language.units import Dimensions, described
from simulator.law.plain import Plain
from simulator.law.policy import HISTORY_FIELDS, Condition, Pot
from simulator.law.readings import compile_readings
from simulator.law.steps import CAP, EXCLUSIVE, FIRST, Step
from simulator.law.terms import UNITS
from simulator.law.words import PAID, Words
from simulator.money import FEN, RATE
from simulator.phrases import phrase
from simulator.population.column import Column
from simulator.population.register import Population
from simulator.population.schema import ANNUAL, ENTERPRISES, contract_of
from simulator.projection.columns import SEEN
from simulator.scenario import Scenario

COLUMNS = {column.name: column for column in (*ENTERPRISES, *ANNUAL)}
SCALES = {"money": FEN, "area": AREA, "rent": RENT, "share": OCCUPANCY}
_NOTHING = np.zeros((0, 0), np.int64)
OUTCOMES = {
    explained.PAID: ("兑现", "paid"),
    explained.NOT_DUE: ("不符合条件", "not due"),
    explained.ZERO: ("符合条件，但计算金额为零", "conditions met, but the amount comes to 0"),
    explained.BARRED: ("因不符合申报条件不予享受", "barred by the conditions of conduct"),
    explained.OUTBID: ("既有政策不低于本政策，不重复享受", "an existing policy gives as much or more: not paid twice"),
    explained.LINKED: ("与其他条款就高，只留另一项", "another clause of the group is higher"),
    explained.CAPPED: ("已达合计上限", "the cap is reached"),
    explained.RANKED_OUT: ("未列入当年名额", "not among the first"),
    explained.EMPTIED: ("资金池已分完", "the pot is used up"),
    explained.REALLY_PAID: ("按实际兑现数", "as really paid"),
    explained.WITHDRAWN: ("本情景不施行该条款", "not offered in this scenario"),
}


@dataclass(frozen=True)
class Explanation:
    """One enterprise's assessment, explained. `text(lang)` for the screen; in a notebook it shows itself."""

    enterprise_id: str
    name: str
    years: list[explained.Year]
    scenario: Scenario
    enterprise: np.void
    annual: np.ndarray  # (columns,), column 0 the year before the first explained, or an earlier one that the policy asks for
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
                failing = (
                    "、".join(f"{c.article} {c.zh}".strip() for c in year.barred)
                    if zh
                    else ", ".join(f"{c.article} {c.en}".strip() for c in year.barred)
                )
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

    def _clause(self, clause: explained.ClauseYear, year: int, zh: bool) -> list[str]:
        block = self.scenario.law.blocks[clause.slug]
        outcome = OUTCOMES[clause.outcome][0 if zh else 1]
        text = self.scenario.law.policy.clauses[self.scenario.law.policy.index(clause.slug)]
        unit = (UNITS[text.unit.name].zh if zh else text.unit.name) if block.kind == "in_kind" else ("元" if zh else "CNY")
        scale = 1 if block.kind == "in_kind" else FEN
        head = f"{block.article} {block.zh if zh else block.en}"
        if clause.due or clause.award:
            shown = f"{clause.award / scale:,.2f}" if scale == FEN else str(clause.award)
            due = f"{clause.due / scale:,.2f}" if scale == FEN else str(clause.due)
            before = "" if clause.due == clause.award else f"（应得 {due}）" if zh else f" (due {due})"
            head += f": {shown} {unit}{before} [{outcome}]"
        else:
            head += f": [{outcome}]"
        lines = [head]
        if clause.existing:
            lines.append(
                (f"    既有政策 {clause.existing / FEN:,.2f} 元，替代 {clause.displaced / FEN:,.2f} 元")
                if zh
                else f"    existing support {clause.existing / FEN:,.2f}, displaced {clause.displaced / FEN:,.2f} CNY"
            )
        for finding in clause.findings:
            mark = "√" if finding.held else "×"
            words = finding.evidence.zh if zh else finding.evidence.en
            beside = "; ".join(filter(None, (self._beside(finding.evidence, year, zh), *self._past(finding, clause.slug, zh))))
            lines.append(f"    {mark} {words}{'  ' + beside if beside else ''}")
        lines += [f"    {'其中' if zh else 'where'} {self._worked(one, zh)}" for one in clause.lets]
        if all(finding.held for finding in clause.findings) and (beside := self._beside(text.amount, year, zh)):
            lines.append(f"    = {'金额的依据' if zh else 'the amount follows from'}  {beside}")
        lines += [f"    {self._step(step, unit, zh)}" for step in clause.steps if clause.outcome != explained.BARRED]
        if len(clause.parts) > 1 and clause.award:
            of_year = [(year + i, f"{part / FEN:,.2f}") for i, part in enumerate(parts_of(clause.award, clause.parts))]
            lines.append(
                f"    兑现：分{len(clause.parts)}年，" + "、".join(f"{y}年 {amount}" for y, amount in of_year) + " 元"
                if zh
                else f"    paid in {len(clause.parts)} yearly parts: " + ", ".join(f"{y}: {amount}" for y, amount in of_year) + " CNY"
            )
        return lines

    def _step(self, step: Step, unit: str, zh: bool) -> str:
        """One step of settlement in words; unit: of the clause."""
        policy = self.scenario.law.policy
        rules, clause = policy.settlement, policy.clauses[step.clause]

        def money(fen: int) -> str:
            return f"{fen / FEN:,.2f} {'元' if zh else 'CNY'}"

        def named(article: str, one: Condition | Pot) -> str:
            return f"{article}“{one.zh}”" if zh else " ".join(filter(None, (article, f'"{one.en}"')))

        cut = step.after != step.before
        if step.kind == EXCLUSIVE:
            when, other = rules.exclusive[step.at].when, policy.clauses[step.by]
            name = named(when.article, when)
            return (
                f"就高：{name}，只留{other.article} {other.zh} {money(step.asked)}，本项 {money(step.before)}不再享受"
                if zh
                else f"only the highest: {name}: {other.article} {other.en} {money(step.asked)} is kept, not this {money(step.before)}"
            )
        was, now = money(step.before), money(step.after)
        became = f"，本项由 {was}减为 {now}" if zh else f"; cut from {was} to {now}"
        if step.kind == CAP:
            cap = rules.caps[step.at]
            name = named(cap.most.article, cap.most)
            said = [f"封顶：{name} {money(step.limit)}" if zh else f"cap: {name} {money(step.limit)}"]
            if cap.lifetime:
                said.append(f"，以前各年已享受 {money(step.paid)}" if zh else f"; paid in years before {money(step.paid)}")
            if step.ahead:
                said.append(f"，列在前面的条款已占 {money(step.ahead)}" if zh else f"; clauses before it take {money(step.ahead)}")
            return "".join(said) + became
        if step.kind == FIRST:
            assert clause.first is not None
            by = Words(self.scenario.law, clause.slug, "zh" if zh else "en").of(clause.first.text)
            value = _quantity(clause.first.by, step.value, 1, zh)
            out = "" if not cut else "，未列入" if zh else "; not among them"
            return (
                f"名额：按{by} {value}列第 {step.standing} 位（参加排序 {step.asked} 户，取前 {step.limit} 户）{out}"
                if zh
                else f"first {step.limit} by {by}: {value}, place {step.standing} of {step.asked} ranked{out}"
            )
        pot = rules.pots[step.at]
        head = (
            f"资金池：{named(pot.article, pot)} {money(step.limit)}，应付合计 {money(step.asked)}"
            if zh
            else f"pot: {named(pot.article, pot)} {money(step.limit)}; asked of it {money(step.asked)}"
        )
        if step.asked <= step.limit:
            return head + ("，足额兑付" if zh else "; paid in full")
        if pot.share == "pro_rata":
            ratio = f"{100 * step.limit / step.asked:.4f}%"
            return head + (f"，按 {ratio} 兑付" if zh else f"; {ratio} of each is paid") + became
        return (
            head
            + (f"，先到者已付 {money(step.ahead)}" if zh else f"; paid to those who came first {money(step.ahead)}")
            + (became if cut else "，足额兑付" if zh else "; paid in full")
        )

    def _worked(self, one: explained.Worked, zh: bool) -> str:
        """A definition and what it came to."""
        found = "—" if one.value is None else _quantity(one.of.value, one.value, one.over, zh)
        return f"{one.of.zh if zh else one.of.en} = {found}"

    def _past(self, finding: explained.Finding, slug: str, zh: bool) -> Iterator[str]:
        """What was paid and remembered before, and is due, as a condition asks for it."""
        clauses = self.scenario.law.policy.clauses
        for node, found in finding.past:
            of = clauses[node.at[0]]
            what = "due" if node.op == DUE else HISTORY_FIELDS[node.at[1]]
            if what == "mark" and of.marks_when is None:  # the tiers paid, which the amounts tell
                continue
            if what == "mark":
                name = f"首个年度 {of.marks_when.name}" if zh else f"first year {of.marks_when.name}"
            else:
                said = PAID[what][0 if zh else 1]
                name = said if of.slug == slug else f"“{of.zh}”{said}" if zh else f"{said} under “{of.en}”"
            if what in ("total", "last", "due"):
                scale = FEN if of.cash else 1
                unit = ("元" if zh else "CNY") if of.cash else UNITS[of.unit.name].zh if zh else of.unit.name
                value = f"{found / scale:,.{2 if of.cash else 0}f} {unit}"
            else:
                value = str(found) if what == "years" or found else "—"
            yield f"{name} = {value}"

    def _beside(self, evidence: Condition, year: int, zh: bool) -> str:
        parts = [f"{self._label(n, zh)} = {self._value(n, year, zh)}" for n in evidence.facts]
        dated = [*((n, year - ago) for n, ago in evidence.earlier), *evidence.uses.fixed_years]
        parts += [f"{self._label(n, zh)}({then}) = {self._value(n, then, zh)}" for n, then in dated]
        for path in evidence.terms:
            number = self.scenario.law.numbers[path]
            parts.append(f"{number.zh if zh else number.en} {number.shown(year, 'zh' if zh else 'en')}")
        for name in evidence.readings:
            chosen, switch = self.scenario.interpretation[name], self.scenario.law.policy.readings[name]
            parts.append(
                f"{switch.zh}：{switch.meanings[chosen][0]}（{name}={chosen}）"
                if zh
                else f"{switch.en}: {switch.meanings[chosen][1]} ({name}={chosen})"
            )
        return "; ".join(parts)

    def _value(self, name: str, year: int, zh: bool) -> str:
        policy, column, lang = self.scenario.law.policy, year - self.first_column, "zh" if zh else "en"
        if not 0 <= column < len(self.annual):
            return "—"
        for values, own in ((self.own, policy.own_enterprise), (self.own_annual[column], policy.own_annual)):
            for i, fact in enumerate(own):
                if fact.name == name:
                    table = contract_of(policy).tables[0 if fact.table == "enterprises" else 1]
                    return _measured(table.column(name), int(values[i]), lang)
        record = self.annual[column] if name in ANNUAL_FIELDS else self.enterprise
        found = int(record[name])
        return _measured(COLUMNS[name], found, lang) if name in COLUMNS else shown(name, found, lang)

    def _label(self, name: str, zh: bool) -> str:
        own = next((f for f in self.scenario.law.policy.facts if f.name == name), None)
        if own is not None:
            return own.zh if zh else own.en
        if name == "present":
            return KINDS[name][1] if zh else "row of the year"
        return COLUMNS[name].header if zh and name in COLUMNS else name.replace("_", " ")

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text(failed=False))}</pre>"


def shown(name: str, value: int, lang: str) -> str:
    """A fact as a person reads it.

    >>> shown("paid_in_capital", 2999999999, "en"), shown("settled_on", 20130601, "en"), shown("headquarters", 2, "zh")
    ('29,999,999.99', '2013-06-01', '全国')
    """
    return shown_in(COLUMNS[name], value, lang) if name in COLUMNS else _yes(value, lang == "zh")  # present: no column


def shown_in(column: Column, value: int, lang: str) -> str:
    """As `shown`, of any column."""
    kind = column.kind
    if kind == "date":
        return _day(value) if value else "—"
    if kind == "flag":
        return _yes(value, lang == "zh")
    if kind == "choice":
        words = next((words for code, words in column.choices if code == value), (str(value),))
        return words[-1] if lang == "zh" else words[0]
    if kind in SCALES:
        digits = {"money": 2, "share": 6}.get(kind, 4)
        text = f"{value / column.resolution:,.{digits}f}"
        return text if kind == "money" else text.rstrip("0").rstrip(".")
    return f"{value:,}"


MEASURES = {"money": ("元", "CNY"), "area": ("平方米", "m²"), "rent": ("元/平方米·月", "CNY/m² a month")}  # by kind of column


def _measured(column: Column, value: int, lang: str) -> str:
    """As `shown_in`, with its unit."""
    unit = MEASURES.get(column.kind, ("", ""))[lang == "en"]
    return f"{shown_in(column, value, lang)} {unit}".rstrip()


def _yes(value: int, zh: bool) -> str:
    return ("是" if value else "否") if zh else ("yes" if value else "no")


def _day(value: int) -> str:
    return f"{value // 10_000}-{value // 100 % 100:02d}-{value % 100:02d}"


def _quantity(of: Value, found: int, over: int, zh: bool) -> str:
    """What a formula came to, with its unit: `found` is its node's value."""
    if of.kind == BOOL:
        return _yes(found, zh)
    if of.kind == DATE:
        return _day(found)
    if of.kind == YEAR:
        return str(found)
    if of.kind == MONTH:
        return f"{found // 12}-{found % 12 + 1:02d}"
    if of.kind == CHOICE:
        words = [word for word, code in of.choices.items() if code == found]
        return next((word for word in words if word.isascii() is not zh), words[0]) if words else str(found)
    if not over:
        return "—"
    figure = Decimal(found) / (of.scale * over)
    if not of.dimensions and of.scale == RATE:
        return f"{100 * figure:,.4f}".rstrip("0").rstrip(".") + "%"
    exact = f"{figure:,.2f}" if of.dimensions == (("CNY", 1),) else f"{figure:,.6f}".rstrip("0").rstrip(".")
    return f"{exact} {_unit_in(of.dimensions, zh)}".rstrip()


def _unit_in(dimensions: Dimensions, zh: bool) -> str:
    """A unit in a language, "" for none."""
    if not dimensions:
        return ""
    unit = described(dimensions)
    if zh:
        return "个月" if unit == "month" else UNITS[unit].zh
    return {"month": "months", "year": "years"}.get(unit, unit)


def explain(population: Population, enterprise_id: str, scenario: Scenario, year: int | None = None) -> Explanation:
    """Tell how one enterprise of a register is assessed, in all years or one. Raises PopulationError for an unknown id
    or a year outside the assessed ones."""
    population = population.under(scenario.law.policy)
    found = np.flatnonzero(population.ids == enterprise_id)
    if not len(found):
        near = nearest(enterprise_id, [str(i) for i in population.ids])
        raise PopulationError(Problem(population.source, phrase("has no enterprise {}", enterprise_id), near or "check the id"))
    start, last = scenario.law.start.year, population.last_year
    if year is not None and not start <= year <= last:
        raise PopulationError(Problem(f"year {year}", "is not assessed", phrase("a year {} … {}", start, last)))
    one = population.subset(found)
    first = min(start, one.first_year) if one.last_paid_year else start
    window = laid_over(one, scenario.law, first, last, reaching_back=True)
    paid_years = max(0, min(len(window.years), one.last_paid_year - first + 1)) if window.paid.size else 0
    policy, terms = scenario.law.policy, window.terms.of(slice(1, None))
    awarded, decided = None, dict[int, Sequence[Step]]()
    if policy.contested:  # others decide too
        from simulator.engine.assess import assess_population  # compiled code: only where it has to be

        result = assess_population(population, scenario, int(found[0]))
        decided |= result.steps
        awarded = {int(y): result.awards[found[0], j] for j, y in enumerate(result.years)}
    years = explained.explain(
        policy,
        Plain(policy, SEEN),
        one.enterprises[0],
        window.own[0],
        window.annual[0],
        window.own_annual[0],
        window.skip,
        window.existing[0] if len(window.existing) else _NOTHING,
        window.paid[0] if len(window.paid) else _NOTHING,
        paid_years,
        terms.head,
        terms.numbers,
        compile_readings(policy, scenario.interpretation),
        window.years,
        awarded,
        decided,
    )
    keep = [j for j, y in enumerate(years) if y.year >= start and (year is None or y.year == year)]
    asked_for = min([*policy.fixed_years, int(years[keep[0]].year) - policy.longest_ago])
    rows = slice(max(0, asked_for - int(window.years[0]) + window.skip), keep[-1] + window.skip + 1)
    return Explanation(
        enterprise_id,
        str(one.details["name"][0]),
        [years[j] for j in keep],
        scenario,
        one.enterprises[0],
        window.annual[0][rows],
        window.own[0],
        window.own_annual[0][rows],
        int(window.years[0]) - window.skip + rows.start,
    )
