"""How a scenario is funded: what is appropriated, and how it is shared out where it does not suffice.

`appropriation.2014` is what may be paid in that year under all clauses; `appropriation.POOL.2014` what of it a pool of
clauses may take. A year without a figure is not limited. `rationing.*` says who is paid first.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from simulator import yamlfile
from simulator.errors import Problem, nearest
from simulator.law.terms import Law
from simulator.money import FEN, LARGEST, is_exact, to_scaled
from simulator.phrases import any_of, phrase
from simulator.scenario import typed

MODES = {
    "none": ("不限额", "not rationed: everything due is paid"),
    "first_come": ("先到先得，按申请日先后", "first come, first served, by day of application"),
    "pro_rata": ("按同一比例", "pro rata: every claim is paid the same share"),
    "priority": ("按条款次序", "by priority of clauses, then by day of application"),
    "lottery": ("抽签", "by lot among the claims of a year, older years first"),
}
UNPAID = {
    "carried": ("转下年支付", "what stays unpaid waits for the next year"),
    "lapses": ("作废", "what stays unpaid lapses at the end of the year"),
}
ALSO = {
    "先到先得": "first_come",
    "按申请先后": "first_come",
    "按申请日期": "first_come",
    "按比例": "pro_rata",
    "按条款顺序": "priority",
    "摇号": "lottery",
    "不限": "none",
    "转下年": "carried",
}  # other names of a mode
SETTINGS = ("rationing.mode", "rationing.unpaid", "rationing.priority", "rationing.enterprise_cap")
_AMOUNT = "write CNY ≥ 0 with at most two decimals"


@dataclass(frozen=True)
class Funding:
    """How appropriations are shared out.

    mode: one of MODES; unpaid: one of UNPAID; priority: clauses in the order they are paid, the others after them in the
    order of the text; enterprise_cap: fen an enterprise may be awarded a year under all cash clauses, what lies above is
    cut; clause_caps: fen a year that may be paid under a clause; pools: clauses by pool; earmarked: fen by pool and year.
    """

    mode: str = "none"
    unpaid: str = "carried"
    priority: tuple[str, ...] = ()
    enterprise_cap: int | None = None
    clause_caps: Mapping[str, int] = field(default_factory=dict)
    pools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    earmarked: Mapping[tuple[str, int], int] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()  # the policy's cash clauses, in the order of the text

    def __post_init__(self) -> None:
        for name in ("clause_caps", "pools", "earmarked"):
            object.__setattr__(self, name, MappingProxyType(dict(sorted(getattr(self, name).items()))))

    @property
    def order(self) -> tuple[str, ...]:
        """All cash clauses in the order of priority."""
        return (*self.priority, *(slug for slug in self.clauses if slug not in self.priority))

    def members(self, pool: str) -> tuple[str, ...]:
        """The clauses of a pool; a clause is a pool of its own."""
        return self.pools.get(pool, (pool,) if pool in self.clauses else ())


def amount(value: Any, place: str, least: Decimal = Decimal(0)) -> tuple[int | None, list[Problem]]:
    """A setting's CNY as fen. A number is in yuan, a text says its unit (500万元); a bare number below `least` is asked about."""
    bare = not isinstance(value, str)
    number = value if bare else typed.with_unit(value)
    if isinstance(number, bool) or not isinstance(number, int | Decimal) or not 0 <= number <= LARGEST // FEN or not is_exact(number, FEN):
        return None, [Problem(place, phrase("is {}", yamlfile.shown(value)), _AMOUNT)]
    if bare and 0 < number < least:
        return None, [
            Problem(
                place, phrase("{} CNY is less than a single award", value), phrase("write {}万元, or {}元 if it is meant", value, value)
            )
        ]
    return to_scaled(number, FEN), []


def appropriate(
    general: dict[int, int], funding: Funding, rest: str, value: Any, place: str, least: Decimal
) -> tuple[Funding, list[Problem]]:
    """Take `appropriation.YEAR` into `general`, `appropriation.POOL.YEAR` into `funding`; None takes it away."""
    pool, _, year = rest.rpartition(".")
    if not (year.isdigit() and 1990 <= int(year) <= 2100):
        return funding, [Problem(place, phrase("{} is no year", repr(rest)), "appropriation.2014=6000000")]
    fen, problems = (None, []) if value is None else amount(value, place, least)
    if problems:
        return funding, problems
    if pool:
        earmarked = {**funding.earmarked, (pool, int(year)): fen}
        return replace(funding, earmarked={key: a for key, a in earmarked.items() if a is not None}), []
    if fen is None:
        general.pop(int(year), None)
    else:
        general[int(year)] = fen
    return funding, []


def ration(funding: Funding, rest: str, value: Any, place: str, law: Law) -> tuple[Funding, list[Problem]]:
    """Take `rationing.REST` into `funding`."""
    kind, _, name = rest.partition(".")
    if rest in ("mode", "unpaid"):
        allowed = MODES if rest == "mode" else UNPAID
        names = {label: key for key, labels in allowed.items() for label in (key, labels[0])} | ALSO
        text = names.get("none" if value is None else str(value).strip(), str(value))
        if text in allowed:
            return (replace(funding, mode=text) if rest == "mode" else replace(funding, unpaid=text)), []
        return funding, [Problem(place, phrase("is {}", yamlfile.shown(value)), nearest(text, allowed) or any_of(allowed))]
    if rest == "priority":
        slugs, problems = _slugs(value, funding, place, law)
        return (funding if problems else replace(funding, priority=slugs)), problems
    if rest == "enterprise_cap":
        fen, problems = (None, []) if value is None else amount(value, place, typed.least_award(law))
        return (funding if problems else replace(funding, enterprise_cap=fen)), problems
    if kind == "clause_cap" and name:
        slugs, problems = _slugs([name], funding, place, law)
        fen, more = (None, []) if value is None else amount(value, place, typed.least_award(law))
        if problems or more:
            return funding, problems + more
        caps = {**funding.clause_caps, slugs[0]: fen}
        return replace(funding, clause_caps={slug: a for slug, a in caps.items() if a is not None}), []
    if kind == "pool" and name and "." not in name and not name.isdigit() and name not in funding.clauses:
        slugs, problems = ((), []) if value is None else _slugs(value, funding, place, law)
        pools = {**funding.pools, name: tuple(slug for slug in funding.clauses if slug in slugs)}  # a set: in one order
        return (funding if problems else replace(funding, pools={n: s for n, s in pools.items() if s})), problems
    known = [*SETTINGS, *(f"rationing.clause_cap.{slug}" for slug in funding.clauses)]
    return funding, [
        Problem(
            place,
            "is no setting",
            nearest(f"rationing.{rest}", known) or "rationing.mode, unpaid, priority, enterprise_cap, clause_cap.CLAUSE, pool.NAME",
        )
    ]


def contradictions(funding: Funding) -> list[Problem]:
    """A clause is in one pool at most, and money is earmarked for pools there are."""
    problems: list[Problem] = []
    seen: dict[str, list[str]] = {}
    for pool in {*funding.pools, *(pool for pool, _ in funding.earmarked)}:
        for slug in funding.members(pool):
            seen.setdefault(slug, []).append(pool)
    problems += [
        Problem(f"rationing.pool.{max(pools)}", phrase("{} is also in {}", slug, min(pools)), "leave it in one")
        for slug, pools in seen.items()
        if len(pools) > 1
    ]
    for pool, year in funding.earmarked:
        if not funding.members(pool):
            hint = nearest(pool, (*funding.pools, *funding.clauses)) or f"rationing.pool.{pool}: [{', '.join(funding.clauses[:2])}]"
            problems.append(Problem(f"appropriation.{pool}.{year}", phrase("there is no pool or clause {}", repr(pool)), hint))
    return problems


def unused(appropriation: Mapping[int, int], funding: Funding, years: Sequence[int], given: Collection[str]) -> list[Problem]:
    """What of the settings given changes no figure: appropriations of years without cash, and how to share out where all is paid.

    years: those cash is paid in; given: the paths that were set.
    """
    span, idle = f"{years[0]} … {years[-1]}", []
    stated = {f"appropriation.{year}": year for year in appropriation} | {
        f"appropriation.{pool}.{year}": year for pool, year in funding.earmarked
    }
    idle += [
        Problem(path, phrase("no cash is paid in {}", year), phrase("a year from {}", span))
        for path, year in stated.items()
        if year not in years
    ]
    if funding.mode == "none":
        sharing = {"rationing.unpaid": funding.unpaid == "lapses", "rationing.priority": bool(funding.priority)}
        sharing |= {f"appropriation.{pool}.{year}": True for pool, year in funding.earmarked if year in years}
        sharing |= {f"rationing.clause_cap.{slug}": True for slug in funding.clause_caps}
        sharing |= {f"rationing.pool.{pool}": True for pool in funding.pools}
        idle += [
            Problem(path, "changes nothing while everything due is paid", "set rationing.mode, too: first_come, pro_rata …")
            for path, said in sharing.items()
            if said
        ]
    elif funding.mode != "priority" and funding.priority:
        idle.append(Problem("rationing.priority", phrase("changes nothing under {}", funding.mode), "rationing.mode=priority"))
    return [problem for problem in idle if problem.place in given]


def rows(
    appropriation: Mapping[int, int], funding: Funding, least: Decimal, examples: Collection[int]
) -> list[tuple[str, str, str, str, str, str, str]]:
    """group, path, value, unit, range, zh, en of every setting of how a scenario is funded."""
    modes, later = " | ".join(MODES), " | ".join(UNPAID)

    def cny(fen: int | None) -> str:
        said = "none" if fen is None else format(Decimal(fen) / FEN, "f")
        return f"{said}元" if fen and Decimal(fen) / FEN < least else said  # so that it is read again as it is meant

    found = [
        (
            "rationing",
            "rationing.mode",
            funding.mode,
            "choice",
            modes,
            f"额度不足时的支付办法：{MODES[funding.mode][0]}",
            f"where it does not suffice: {MODES[funding.mode][1]}",
        ),
        (
            "rationing",
            "rationing.unpaid",
            funding.unpaid,
            "choice",
            later,
            f"年末未付部分：{UNPAID[funding.unpaid][0]}",
            f"at the end of a year: {UNPAID[funding.unpaid][1]}",
        ),
        (
            "rationing",
            "rationing.priority",
            yamlfile.written(" ".join(funding.priority) or None),
            "clauses",
            "clauses",
            "优先支付的条款（其余按条文次序）",
            "clauses paid first; the others in the order of the text",
        ),
        (
            "rationing",
            "rationing.enterprise_cap",
            cny(funding.enterprise_cap),
            "CNY",
            "≥ 0 or none",
            "单户企业年度封顶金额",
            "most an enterprise may be awarded a year",
        ),
    ]
    found += [
        (
            "rationing",
            f"rationing.clause_cap.{slug}",
            cny(fen),
            "CNY",
            "≥ 0",
            f"条款年度支付限额（{slug}）",
            f"most paid a year under {slug}",
        )
        for slug, fen in funding.clause_caps.items()
    ]
    found += [
        (
            "rationing",
            f"rationing.pool.{name}",
            " ".join(slugs),
            "clauses",
            "clauses",
            f"资金池{name}所含条款",
            f"clauses of the pool {name}",
        )
        for name, slugs in funding.pools.items()
    ]
    found += [
        ("appropriation", f"appropriation.{year}", cny(fen), "CNY", "≥ 0", f"{year}年预算安排{zh}", f"appropriation of {year}{en}")
        for year, fen in appropriation.items()
        for zh, en in [("（示例）", " (example)") if year in examples else ("", "")]
    ]
    return found + [
        (
            "appropriation",
            f"appropriation.{pool}.{year}",
            cny(fen),
            "CNY",
            "≥ 0",
            f"{year}年{pool}资金池限额",
            f"of it for {pool} in {year}",
        )
        for (pool, year), fen in funding.earmarked.items()
    ]


def _slugs(value: Any, funding: Funding, place: str, law: Law) -> tuple[tuple[str, ...], list[Problem]]:
    """Clauses of cash, as a list or as words: slugs, articles or names."""
    names = () if value is None else tuple(re.split(r"[\s,，、]+", value.strip())) if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or any(not isinstance(name, str) for name in names):
        return (), [Problem(place, phrase("is {}", yamlfile.shown(value)), "a list of clauses: [office_rent, data_line]")]
    names = [typed.clause(name, typed.clauses_of(law)) for name in names]
    problems = [
        Problem(place, phrase("{} is no clause of cash", repr(name)), nearest(name, funding.clauses) or ", ".join(funding.clauses))
        for name in names
        if name not in funding.clauses
    ]
    problems += [
        Problem(place, phrase("names {} twice", name), "name it once") for name in sorted({n for n in names if names.count(n) > 1})
    ]
    return tuple(names), problems
