"""Numbers of a policy that do not go together: a tier that gives less than the one below it, a cap below the award itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from simulator.errors import Problem
from simulator.law.policy import Clause, Settlement
from simulator.law.terms import Number


def odd_numbers(numbers: Mapping[str, Number], clauses: Sequence[Clause], settlement: Settlement) -> Iterable[tuple[str, Problem]]:
    """The path of each such number, and the warning about it in both languages; its place is left to the caller. They may be meant:
    nothing is refused for it."""

    def below(one: str, other: str) -> bool:
        a, b = numbers[one], numbers[other]
        return any(a.at(year) < b.at(year) for year in {*a.values, *b.values})

    capped = {pair: None for clause in clauses for pair in clause.uses.capped}
    for clause in clauses:
        for awards in clause.uses.awards:
            for (lower, less), (_, more) in pairwise(awards):
                if below(more, less):
                    yield (
                        more,
                        _warning(f"gives less than the tier below it, {lower}", f"低于下一档“{lower}”", "awards", "这两档"),
                    )
    for cap in settlement.caps:
        most = list(cap.most.uses.numbers)
        for clause in (clauses[k] for k in cap.clauses if len(most) == 1 and not cap.most.uses.facts):
            alone = [p for p in clause.amount.uses.numbers if clause.amount.text in (p.partition(".")[2], numbers[p].zh)]
            capped |= {(path, most[0]): None for path in (*alone, *(p for awards in clause.uses.awards for _, p in awards))}
    for award, most_of_it in capped:
        if award != most_of_it and below(most_of_it, award):
            en, zh = numbers[award].en, numbers[award].zh
            yield most_of_it, _warning(f"is a cap below the award itself, {en}", f"封顶低于奖励本身“{zh}”", "numbers", "这两个数")


def _warning(en: str, zh: str, what: str, what_zh: str) -> Problem:
    return Problem("", en, f"check the two {what}", "warning", zh, f"请核对{what_zh}")
