"""What is asked of a policy that was read: slips that no single line shows."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import product

from simulator import facts
from simulator.law.language import nodes
from simulator.law.language.formula import (
    Uses,
)
from simulator.law.language.nodes import Node, Range
from simulator.law.odd_numbers import odd_numbers
from simulator.law.policy import (
    HISTORY_FIELDS,
    Clause,
    Condition,
    Settlement,
)
from simulator.law.policyreader import Reader, Scope
from simulator.law.terms import contradictions

FROM_PAYS = ("in_term", "begins_in_term", "not_yet_paid", "in_window")  # conditions that `term` and `pays` stand for


def whole_file(reader: Reader, clauses: list[Clause], settlement: Settlement, shared: Scope, end: datetime.date | None) -> None:
    """What can only be seen of the whole: numbers and readings never used, thresholds that do not rise, divisors of nothing,
    conditions that never hold, years that are still to come in all of the policy's."""
    whole = Uses()
    whole.add(reader.used)
    for clause in clauses:
        whole.add(clause.uses)
        for fact, year in clause.uses.fixed_years:
            if end is not None and year > end.year:
                reader.wrong(
                    f"clauses.{clause.slug}",
                    (
                        f"asks for {fact} of {year}, after the policy's last year, {end.year}: until then it is 0",
                        f"引用 {year} 年的 {fact}，晚于政策末年 {end.year}：此前一律按零计",
                    ),
                    ("check the year", "请核对年份"),
                    "warning",
                )
    for part in (*settlement.conduct, settlement.clawback, *(x.when for x in settlement.exclusive), *(c.most for c in settlement.caps)):
        if part is not None:
            whole.add(part.uses)
    whole.numbers |= {pot.amount: None for pot in settlement.pots}
    for definition in shared.found.values():
        whole.numbers |= definition.uses.numbers
        whole.readings |= definition.uses.readings
    whole_is_read = not reader.failed  # else what reads them may be what could not be read
    for path in reader.numbers if whole_is_read else ():
        if path not in whole.numbers:
            block, _, name = path.partition(".")
            where = f"numbers.{name}" if block == "numbers" else f"clauses.{block}.numbers.{name}"
            reader.wrong(
                where,
                (f"{name} is never used", f"数值“{name}”未被使用"),
                ("use it in a formula, or remove it", "请在公式中使用，或删去"),
                "warning",
            )
    for name in reader.switches if whole_is_read else ():
        if name not in whole.readings:
            reader.wrong(
                f"readings.{name}",
                (f"{name} is never used", f"解读“{name}”未被使用"),
                ("use it in a formula, or remove it", "请在公式中使用，或删去"),
                "warning",
            )
    for name in reader.own if whole_is_read else ():
        if name not in {*whole.facts, *(n for n, _ in (*whole.earlier, *whole.fixed_years))}:
            reader.wrong(
                f"facts.{name}",
                (f"{name} is never used", f"数据“{name}”未被使用"),
                ("use it in a formula, or remove it", "请在公式中使用，或删去"),
                "warning",
            )
    for problem in contradictions(clauses, list(reader.numbers), reader.numbers):
        reader.problems.append(replace(problem, place=reader.document.place(_where(problem.place.removeprefix("law.")))))
    for path, problem in odd_numbers(reader.numbers, clauses, settlement):
        reader.problems.append(replace(problem, place=reader.document.place(_where(path))))
    _edges(reader, clauses)
    for at in sorted({k for group in settlement.exclusive for k in group.clauses}):
        if clauses[at].first is not None:
            reader.wrong(
                f"clauses.{clauses[at].slug}.first",
                (
                    "stands in an exclusive group: who is not among the first gets neither this nor the clause it took the place of",
                    "又在互斥组中：互斥先于名额，未列入名额的，本条和被它取代的条款都得不到",
                ),
                (
                    "where the text means otherwise, rank by hand and make it a fact (a flag)",
                    "原文不是此意的，由人排名，列为一项数据（是/否）",
                ),
                "warning",
            )
    for clause in clauses:
        _asked_too_early(reader, clauses, clause)
        if _pays_without_a_row(clause, settlement.conduct, reader):
            reader.wrong(
                f"clauses.{clause.slug}.where",
                (
                    "may hold in a year of which the register has no row: its figures count as 0 there",
                    "名册中没有当年数据的年度也可能成立：该年各项按 0 计",
                ),
                ("add a condition `reported`", "请加一个条件：有当年数据"),
                "warning",
            )
        for condition in clause.conditions:
            if condition.node.high == 0:
                reader.wrong(
                    f"clauses.{clause.slug}.where.{condition.name}",
                    (f"never holds: `{condition.text}`", f"永远不成立：`{condition.text}`"),
                    ("correct it, or remove the clause", "请更正，或删去该条款"),
                )
            elif condition.node.low == 1:
                reader.wrong(
                    f"clauses.{clause.slug}.where.{condition.name}",
                    (f"always holds: `{condition.text}`", f"永远成立：`{condition.text}`"),
                    ("correct or remove it", "请更正或删去"),
                    "warning",
                )


def _asked_too_early(reader: Reader, clauses: list[Clause], clause: Clause) -> None:
    """Note a comparison that asks for a remembered or paid year to be the year itself: it is known only from the year after."""
    span = range(1990, 2061)
    remembered = ("mark", "first_year", "last_year")
    for condition in (*(c for c in clause.conditions if c.name not in FROM_PAYS), clause.amount):
        for node in nodes.below(condition.node):
            read = list(nodes.leaves(node).values()) if node.op in ("eq", "le", "lt") else []
            past = [found.at for found in read if found.op == nodes.HISTORY and HISTORY_FIELDS[found.at[1]] in remembered]
            if not past or len(past) == len(read) or any(found.op != nodes.YEAR and found.at not in past for found in read):
                continue
            tried = ((year, before) for year in span for before in (0, *range(span.start, year)))
            if any(nodes.evaluate(node, lambda found, of=of: of[found.op == nodes.HISTORY]) for of in tried):  # type: ignore[misc]
                continue
            other, what = clauses[past[0][0]], HISTORY_FIELDS[past[0][1]]
            name = other.marks_when.name if what == "mark" and other.marks_when else f"{other.slug}.paid.{what}"
            name = name.removeprefix(f"{clause.slug}.")
            reader.wrong(
                f"clauses.{clause.slug}.{'amount' if condition is clause.amount else f'where.{condition.name}'}",
                (
                    f"asks whether {name} is the year itself, which never holds: it is known only from the year after",
                    f"要求“{name}”就是当年，永远不成立：它从下一年起才知道",
                ),
                (f"for the first year itself write: the condition and not known({name})", f"首个年度本身请写：条件 且 非 known({name})"),
                "warning",
            )
            break


def _pays_without_a_row(clause: Clause, conduct: Iterable[Condition], reader: Reader) -> bool:
    """Whether a clause that asks for figures of the year may, under some readings, pay in a year of which an enterprise has none.
    conduct: what is asked of all who are paid."""
    parts = [*(c.node for c in (*clause.conditions, *conduct)), clause.amount.node]
    asked = nodes.leaves(*(c.node for c in clause.conditions), clause.amount.node).values()
    if not any(found.op in (nodes.ROW, nodes.OWN_ROW) for found in asked):
        return False
    numbers, sizes = list(reader.numbers.values()), [len(switch.names) for switch in reader.switches.values()]
    read = sorted({found.at[0] for found in nodes.leaves(*parts).values() if found.op == nodes.READING})
    for codes in product(*(range(sizes[i]) for i in read)):
        chosen = dict(zip(read, codes, strict=True))

        def known(found: Node, chosen: Mapping[int, int] = chosen) -> Range | None:
            if found.op in (nodes.ROW, nodes.OWN_ROW):
                return 0, 0
            if found.op == nodes.READING:
                return chosen[found.at[0]], chosen[found.at[0]]
            if found.op == nodes.NUMBER:
                values = [int(value * numbers[found.at[0]].scale) for value in numbers[found.at[0]].values.values()]
                return min(values), max(values)
            return None

        memo: dict[int, Range] = {}
        if all(nodes.ranges(part, known, memo)[1] > 0 for part in parts):
            return True
    return False


def _edges(reader: Reader, clauses: list[Clause]) -> None:
    """Note a threshold that is left out on both sides (< and >), or counted on both (<= and >=)."""
    signs: dict[tuple[str, Decimal], dict[str, str]] = {}
    for clause in clauses:
        for edge in clause.edges:
            for value in reader.numbers[edge.number].values.values():
                signs.setdefault((f"{edge.ago:02d}{edge.fact}", value), {}).setdefault(edge.op, edge.number)
    for (fact, _), ops in signs.items():
        for pair, en, zh in (
            (("<", ">"), "is neither below nor above: just so much falls under neither", "恰为此数的两边都不算"),
            (("<=", ">="), "counts on both sides: just so much falls under both", "恰为此数的两边都算"),
        ):
            if set(ops) == set(pair):
                fact = fact[2:]
                name = fact if fact not in facts.KINDS else facts.KINDS[fact][1]
                reader.wrong(
                    _where(ops[pair[1]]),
                    (f"{en} ({fact})", f"{zh}（{name}）"),
                    ("check 以上, 超过, 以下, 不超过 in the text", "请对照原文的以上、超过、以下、不超过"),
                    "warning",
                )


def _where(path: str) -> str:
    """Where a number of this path stands in the file."""
    block, _, name = path.partition(".")
    return f"numbers.{name}" if block == "numbers" else f"clauses.{block}.numbers.{name}"
