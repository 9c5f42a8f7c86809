"""Formulas of a policy as settings: what each clause's amount, conditions and definitions say, and the policy with others.

A formula is set by its path, as a number is: `law.growth.formula` (the amount), `law.growth.condition.listed`, `law.growth.let.rate`,
`law.let.newly`. The whole policy is checked anew with it, so a changed policy cannot fail at run time either.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from simulator import facts, yamlfile
from simulator.errors import LawError, Problem
from simulator.law.language.formula import FUNCTIONS
from simulator.law.policy import Policy
from simulator.law.policyfile import law_of
from simulator.law.terms import Law

PATH = re.compile(r"law\.(?:\w+\.)?(?:formula|(?:condition|let)\.\w+)")  # paths of formulas, of whatever policy


@dataclass(frozen=True)
class Formula:
    """One formula. path: of its setting, without `law.`; where: its place in the policy's data; slug: its clause, "" for a shared one."""

    path: str
    where: tuple[str, ...]
    slug: str
    text: str
    article: str
    zh: str
    en: str


@lru_cache(maxsize=64)
def formulas(policy: Policy) -> Mapping[str, Formula]:
    """Every formula that can be set, by path, in the order of the text."""
    return {one.path: one for one in _all(policy)}


def _all(policy: Policy) -> Iterator[Formula]:
    for name, value in (policy.data.get("let") or {}).items():
        yield Formula(f"let.{name}", ("let", name), "", _text(value), "", f"共用定义：{name}", f"shared definition: {name}")
    for slug in policy.text_order:
        block, clause = policy.data["clauses"][slug], policy.clauses[policy.index(slug)]
        said = {condition.name: condition for condition in clause.conditions}
        if block.get("amount") is not None:
            yield Formula(
                f"{slug}.formula",
                ("clauses", slug, "amount"),
                slug,
                _text(block["amount"]),
                clause.article,
                f"{clause.zh}：金额公式",
                f"{clause.en}: formula of the amount",
            )
        for name, value in (block.get("where") or {}).items():
            zh, en = (said[name].zh, said[name].en) if name in said else (name, name)
            yield Formula(
                f"{slug}.condition.{name}",
                ("clauses", slug, "where", name),
                slug,
                _text(value),
                clause.article,
                f"{clause.zh}：条件“{zh}”",
                f"{clause.en}: condition, {en}",
            )
        for name, value in (block.get("let") or {}).items():
            yield Formula(
                f"{slug}.let.{name}",
                ("clauses", slug, "let", name),
                slug,
                _text(value),
                clause.article,
                f"{clause.zh}：其中 {name}",
                f"{clause.en}: where {name}",
            )


def _text(value: Any) -> str:
    """A formula on one line, whether it stands alone or in a block."""
    if isinstance(value, Mapping):
        value = next((value[key] for key in ("if", "is") if key in value), "")
    return " ".join(yamlfile.written(value).split())


def rewritten(law: Law, changes: Mapping[str, Any]) -> Law:
    """The law with other formulas, by path; its numbers, term and withdrawn clauses stay. Raises LawError with every problem, at the
    setting that has it."""
    made = _checked(law.policy, tuple(sorted((path, str(yamlfile.written(text))) for path, text in changes.items())))
    filed: Law | None = law.filed or law
    if filed is not None and made.policy.hash == filed.policy.hash:
        made, filed = filed, None
    numbers = {path: replace(number, values=law.numbers[path].values) for path, number in made.numbers.items()}
    return replace(made, numbers=numbers, start=law.start, end=law.end, in_force=law.in_force, withdrawn=law.withdrawn, filed=filed)


@lru_cache(maxsize=64)
def _checked(policy: Policy, changes: tuple[tuple[str, str], ...]) -> Law:
    """A policy with other formulas, checked whole; one value for one set of texts, so that its code is compiled once."""
    known, data = formulas(policy), copy.deepcopy(dict(policy.data))
    for path, text in changes:
        holder: Any = data
        *above, last = known[path].where
        for key in above:
            holder = holder[key]
        if isinstance(holder[last], Mapping):
            holder[last] = {**holder[last], "if" if "if" in holder[last] else "is": text}
        else:
            holder[last] = text
    try:
        return law_of(yamlfile.Document(policy.source, data, quantities=True))
    except LawError as e:
        raise LawError([_at_its_setting(p, [known[path] for path, _ in changes]) for p in e.problems]) from None


def _at_its_setting(problem: Problem, changed: list[Formula]) -> Problem:
    """A problem of the policy's data, as one of the formula that was set."""
    place = problem.place.partition(", ")[2]
    own = next((one for one in changed if place == ".".join(one.where) or place.startswith(".".join(one.where) + ".")), None)
    return replace(problem, place=f"law.{(own or changed[0]).path}")


def words(policy: Policy, slug: str) -> list[tuple[str, str, str]]:
    """What a formula of a clause may name: name, and what it is in Chinese and English. For whoever writes one."""
    found = {name: (zh, name.replace("_", " ")) for name, (_, zh) in facts.KINDS.items()}
    found |= {fact.name: (fact.zh, fact.en) for fact in policy.facts}
    for path in policy.number_paths:
        block, _, name = path.partition(".")
        if block in ("numbers", slug):
            found[name] = policy.names_of_numbers.get(path, (name, name))
    found |= {name: (switch.zh, switch.en) for name, switch in policy.readings.items()}
    lets = {**(policy.data.get("let") or {}), **((policy.data["clauses"].get(slug) or {}).get("let") or {})}
    for name, let in lets.items():
        said = let if isinstance(let, dict) else {}
        found[str(name)] = (str(said.get("zh") or "定义"), str(said.get("en") or "definition"))
    found |= {name.removesuffix("_") + "(": ("函数", "function") for name in FUNCTIONS}
    found |= {
        "year": ("当年", "the year"),
        "last_year.": ("上年", "the year before"),
        "year_before_last.": ("前年", "the year before last"),
        "years_ago(": ("几年前", "so many years ago"),
        "in_year(": ("某年", "a fixed year"),
        "paid.total": ("以前兑现合计", "paid before"),
        "paid.years": ("以前兑现年数", "years paid before"),
    }
    return [(name, zh, en) for name, (zh, en) in found.items()]
