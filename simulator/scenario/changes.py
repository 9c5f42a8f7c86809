"""Changes of a scenario by path: each checked, every problem of every change at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate
from typing import Any

from simulator import yamlfile
from simulator.errors import LawError, Problem, ScenarioError, nearest
from simulator.law import readings
from simulator.law.measures import MEASURES
from simulator.law.policy import Promise
from simulator.law.rewriting import formulas, rewritten
from simulator.law.terms import Law
from simulator.notices import notice
from simulator.phrases import any_of, phrase
from simulator.projection.assumptions import GENERAL, declared
from simulator.projection.sobol import REPLICATES
from simulator.projection.uncertain import Uncertain, parse
from simulator.scenario import typed
from simulator.scenario.consistency import after_the_end, from_the_start, idle_correlations, possible, published_growth, said_twice
from simulator.scenario.funding import SETTINGS as RATIONING
from simulator.scenario.funding import appropriate, contradictions, ration

CONFIDENCE = ("A", "B", "C", "J")
SMALL = 1_000  # times less than an amount was: its unit seems to be missing
IDLE = ""  # the source of an assumption that no clause on offer asks for
_CLAUSEWISE = ("take_up", "typical_sum", "discretion", "facts")  # assumptions about clauses and a policy's own facts
GROUPS = ("law", "assumptions", "interpretation", "appropriation", "rationing", "population", "policy", "correlations")
Scenario = Any  # simulator.scenario.Scenario, which is made of these modules


@dataclass(frozen=True)
class Choice:
    """A plain setting: its kind (choice, int, year, text), allowed values or range, and labels."""

    kind: str
    allowed: tuple[Any, ...]
    zh: str
    en: str


PLAIN: Mapping[str, Choice] = {
    "horizon": Choice("int", (1990, 2100), "最后一个核定年度（次年仍有支付）", "last award year (cash runs a year longer)"),
    "seed": Choice("int", (0, 2**64 - 1), "随机种子", "random seed"),
    "draws": Choice("int", (1, 10_000_000), "模拟次数", "number of draws"),
    "sampling": Choice("choice", ("plain", "sobol"), "参数抽样方式", "how the assumptions are drawn"),
    "uncertainty": Choice("choice", ("full", "none"), "参数不确定性", "uncertainty of the assumptions"),
    "behaviour": Choice("choice", ("projected", "as_the_law_says"), "企业行为", "behaviour of enterprises"),
    "market": Choice("choice", ("ex_ante", "hindsight"), "市场增长口径", "market growth: planner's or published"),
    "rebate_suspended_from": Choice("year", (1990, 2100), "税收返还停止年度", "year from which rebates stop"),
    "classification": Choice("label", (), "功能分类科目", "functional classification of the expenditure"),
    "population.source": Choice("text", (), "企业名册", "register, or synthetic"),
    "population.known_until": Choice("year", (1990, 2100), "已知数据截至年度", "last year whose facts are known"),
}


@dataclass(frozen=True)
class Sourced:
    """An assumption's value with its source (facts keys or J) and confidence (A, B, C, J)."""

    value: Uncertain
    source: str
    confidence: str


_LEVELS = {level for a in GENERAL for level in accumulate(a.path.split(".")[:-1], "{}.{}".format)}


def is_group(path: str) -> bool:
    """Whether settings lie below this path (a mapping there is a level, not a value)."""
    if path.startswith("assumptions."):
        rest = path[len("assumptions.") :]
        return rest in _CLAUSEWISE or (rest.startswith("facts.") and rest.count(".") == 1) or rest in _LEVELS
    if path.startswith("law."):
        return path.count(".") == 1 or path.endswith((".condition", ".let"))
    if path.startswith(("appropriation.", "rationing.")):
        return path.count(".") == 1
    return path in GROUPS


def apply(scenario: Scenario, changes: Mapping[str, Any], places: Mapping[str, str]) -> Scenario:
    """The changed scenario; every problem of every change in one ScenarioError."""
    problems: list[Problem] = []
    law_changes: dict[str, Any] = {}
    interpretation, plain = dict(scenario.interpretation), dict(scenario.plain)
    appropriation, assumptions = dict(scenario.appropriation), dict(scenario.assumptions)
    correlations, funding, least = dict(scenario.correlations), scenario.funding, typed.least_award(scenario.law)
    problems += [*said_twice(changes, places), *from_the_start(changes, scenario.law.start.year, places)]
    for path, value in changes.items():
        value = _as_meant(value, path, scenario)
        place = places.get(path, path)
        group, _, rest = path.partition(".")
        if group == "law" and rest:
            law_changes[rest] = value
            _tell_small(scenario, rest, value, changes[path])
        elif group == "policy" and rest in ("start", "end", "in_force"):
            law_changes[path] = value
        elif group == "interpretation" and rest:
            found = readings.check(scenario.law.policy, {rest: value})
            problems += [replace(p, place=place) for p in found]
            if not found:
                interpretation[rest] = readings.reading_name(value)
        elif path in PLAIN:
            checked, found = _plain(value, PLAIN[path], place)
            problems += found
            plain[path] = checked
        elif group == "appropriation" and rest:
            funding, found = appropriate(appropriation, funding, rest, value, place, least)
            problems += found
        elif group == "rationing" and rest:
            funding, found = ration(funding, rest, value, place, scenario.law)
            problems += found
        elif group == "assumptions" and rest:
            problems += _assume(scenario, assumptions, rest, value, place)
        elif group == "correlations" and rest:
            problems += _correlate(scenario, correlations, rest, value, place)
        else:
            problems.append(Problem(place, "is no setting", _near(path, scenario) or "see simulator terms"))
    law = scenario.law
    texts = {path: law_changes.pop(path) for path in formulas(law.policy) if path in law_changes}
    # what holds from a year on is said after what holds from the start, in whatever order they stand
    numbers = dict(sorted(law_changes.items(), key=lambda change: "@" in change[0]))
    for change, made in ((texts, rewritten), (numbers, Law.set)):
        try:
            law = made(law, change) if change else law
        except LawError as e:
            paired = {"policy.end": places["policy.start"]} if "policy.start" in places else {}
            problems += [
                replace(
                    p,
                    place={**paired, **places}.get(p.place, p.place),
                    remedy=_near(p.place, scenario) if p.cause == "is no number of the law" else p.remedy,
                )
                for p in e.problems
            ]
    horizon = plain.get("horizon")
    if not problems and horizon is not None and not law.start.year <= horizon <= law.start.year + 60:
        problems.append(
            Problem(
                places.get("horizon", "horizon"),
                phrase("{} lies outside {} … {}", horizon, law.start.year, law.start.year + 60),
                "the first award year or later",
            )
        )
    if not problems and horizon is not None and plain.get("market") == "hindsight":
        problems += published_growth(law.start.year, horizon, places)
    known = plain.get("population.known_until")
    if not problems and known is not None and known < law.start.year - 1:
        where = places.get("population.known_until", "population.known_until")
        problems.append(Problem(where, phrase("{} lies before {}", known, law.start.year - 1), "the year before policy.start or later"))
    if not problems:
        fixed_ones = {path for path, sourced in assumptions.items() if sourced.value.shape == "fixed"}
        problems += [
            *after_the_end(changes, horizon, places),
            *possible(correlations, places),
            *idle_correlations(changes, correlations, fixed_ones, places),
        ]
    problems += [
        replace(p, place=places.get(p.place, p.place))
        for p in (*_unpriced_levers(assumptions, law.policy.measures), *(() if problems else contradictions(funding)))
    ]
    if problems:
        raise ScenarioError(problems)
    if plain.get("sampling") == "sobol" and plain.get("draws"):  # as many draws of each sequence
        plain["draws"] = -(-plain["draws"] // REPLICATES) * REPLICATES
    entered = {int(path.rpartition(".")[2]) for path in changes if re.fullmatch(r"appropriation\.\d+", path)}
    known = declared(law.policy).by_path
    found = replace(
        scenario,
        law=law,
        interpretation=interpretation,
        plain=plain,
        examples=scenario.examples - entered,
        appropriation=dict(sorted(appropriation.items())),
        funding=funding,
        correlations=correlations,
        assumptions={path: one for path, one in assumptions.items() if path.partition("@")[0] in known},
    )
    return found if law.policy is scenario.law.policy else with_defaults(found)  # another formula may ask for another assumption


_WORDS = {"无": None, "是": True, "否": False}


def _as_meant(value: Any, path: str, scenario: Scenario) -> Any:
    """Amounts, shares and days written as people write them, by the setting's unit; 无, 是 and 否."""
    group, _, rest = path.partition(".")
    a_word = group == "interpretation" or (path in PLAIN and PLAIN[path].kind in ("choice", "text"))
    if isinstance(value, str) and value.strip() in _WORDS and not a_word:
        return _WORDS[value.strip()]
    number = (
        scenario.law.numbers.get(rest.partition("@")[0])
        if group == "law"
        else scenario.declared.by_path.get(rest.partition("@")[0])
        if group == "assumptions"
        else None
    )
    unit = number.unit if number else "date" if path in ("policy.start", "policy.end") else ""
    if unit == "CNY":
        return typed.amounts(value)
    counted = path in PLAIN and PLAIN[path].kind in ("int", "year")

    def meant(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: meant(inner) for key, inner in value.items()}
        found = (typed.whole(value) if counted else typed.of_unit(value, unit)) if isinstance(value, str) and (counted or unit) else None
        return value if found is None else found

    return meant(value)


def _tell_small(scenario: Scenario, path: str, value: Any, given: Any) -> None:
    """Say where an amount of the law is set to so little that its unit seems to be missing: 500 for 500万元."""
    number = scenario.law.numbers.get(path.partition("@")[0])
    if number is None or number.unit != "CNY" or isinstance(given, str | bool) or not isinstance(value, int | Decimal):
        return
    was = min((amount for amount in number.values.values() if amount > 0), default=0)
    if 0 < value * SMALL <= was:
        notice(
            phrase("law.{} is set to {} CNY, and was {}: if 万元 is meant, write {}万元", path, value, format(was, ",f"), value), odd=True
        )


def _near(path: str, scenario: Scenario) -> str:
    """The setting that was meant: called so in words, or of the same room, where there is one of that name."""
    if said := typed.called(path.rpartition(".")[2], _names(scenario), typed.clauses_of(scenario.law)):
        return said
    known = _paths(scenario)
    room = [p for p in known if p.startswith(path.rpartition(".")[0] + ".")] or [
        p for p in known if p.startswith(path.partition(".")[0] + ".")
    ]
    return nearest(path, room) if room else nearest(path, known)


def _names(scenario: Scenario) -> dict[str, str]:
    """What the numbers that can be set mean, in Chinese, by path."""
    return {
        **{f"law.{path}": number.zh for path, number in scenario.law.numbers.items()},
        **{path: choice.zh for path, choice in PLAIN.items()},
        **{f"assumptions.{path}": assumption.zh for path, assumption in scenario.declared.by_path.items()},
    }


def _plain(value: Any, choice: Choice, place: str) -> tuple[Any, list[Problem]]:
    if choice.kind == "choice":
        text = readings.reading_name(value)
        if text in choice.allowed:
            return text, []
        remedy = nearest(text, choice.allowed) or any_of(choice.allowed)
        return None, [Problem(place, phrase("is {}", yamlfile.shown(value)), remedy)]
    if choice.kind == "label":  # a code with its name; the code alone is read as a number
        label = None if value is None else str(value).strip()
        fits = label is None or 0 < len(label) <= 80
        return label, [] if fits else [Problem(place, phrase("is {}", yamlfile.shown(value)), "code and name, or none")]
    if choice.kind == "text":
        ok = isinstance(value, str) and value.strip()
        hint = "write synthetic, a folder or an .xlsx file"
        return value, [] if ok else [Problem(place, phrase("is {}", yamlfile.shown(value)), hint)]
    if value is None and choice.kind == "year":
        return None, []
    low, high = choice.allowed
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value, []
    hint = phrase("a whole number {} … {}", low, format(high, ",")) if high > 2100 else phrase("a year {} … {}", low, high)
    return None, [Problem(place, phrase("is {}", yamlfile.shown(value)), any_of([hint, "none"]) if choice.kind == "year" else hint)]


def _assume(scenario: Scenario, assumptions: dict[str, Sourced], rest: str, value: Any, place: str) -> list[Problem]:
    path, at, year = rest.partition("@")
    if path not in scenario.declared.by_path:
        return [Problem(place, "is no assumption", nearest(f"assumptions.{path}", [f"assumptions.{p}" for p in scenario.declared.by_path]))]
    declared = scenario.declared.by_path[path]
    if at and not (year.isdigit() and 1990 <= int(year) <= 2100):
        return [Problem(place, "has no year after @", "write e.g. @2015")]
    if at and not declared.datable:
        return [Problem(place, "cannot be dated: the model asks for it once", phrase("write assumptions.{}", path))]
    if at and value is None:
        assumptions.pop(rest, None)
        return []
    source, confidence, problems = "scenario", "J", []
    if isinstance(value, Mapping) and "value" in value:
        extra = set(value) - {"value", "source", "confidence"}
        problems = [Problem(place, phrase("has the key {}", k), "value, source, confidence") for k in sorted(map(str, extra))]
        source, confidence = str(value.get("source", source)), str(value.get("confidence", confidence))
        value = value["value"]
        if confidence not in CONFIDENCE:
            problems.append(Problem(place, phrase("has the confidence {}", repr(confidence)), "A, B, C or J"))
    uncertain, found = parse(value, place, declared.low, declared.high)
    if uncertain is not None:
        assumptions[rest] = Sourced(uncertain, source, confidence)
    return problems + found


def _unpriced_levers(assumptions: Mapping[str, Sourced], promised: Mapping[str, Promise]) -> list[Problem]:
    """A measure without an amount that is used asks for its own cost."""
    problems = []
    for measure in MEASURES:
        effect, cost = (assumptions.get(f"levers.{measure.name}.{part}") for part in ("effect", "cost"))
        if effect and cost and effect.value.written() != measure.neutral and cost.value.mean == 0:
            article = promised[measure.name].article if measure.name in promised else measure.name
            problems.append(
                Problem(
                    f"assumptions.levers.{measure.name}.effect",
                    phrase("{} is used without a cost", article),
                    phrase("set {}, CNY a year", f"assumptions.levers.{measure.name}.cost"),
                )
            )
    return problems


def _correlate(scenario: Scenario, correlations: dict[tuple[str, str], float], rest: str, value: Any, place: str) -> list[Problem]:
    """Take `correlations.a~b`; the matrix of all of them is looked at when all are taken (`possible`)."""
    pair = tuple(name.strip().removeprefix("assumptions.") for name in rest.split("~"))
    unknown = [name for name in pair if name not in scenario.declared.by_path]
    if len(pair) != 2 or len(set(pair)) != 2 or unknown:
        remedy = nearest(unknown[0], scenario.declared.by_path) if unknown else "correlations.startups.a_year~o2o_share=0.5"
        return [Problem(place, "is not a pair of two assumptions, a~b", remedy)]
    key = (min(pair), max(pair))
    value = share if isinstance(value, str) and (share := typed.share(value)) is not None else value
    if value is None or (value == 0 and not isinstance(value, bool)):  # none at all
        correlations.pop(key, None)
        return []
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not -1 < value < 1:
        return [Problem(place, phrase("is {}", yamlfile.shown(value)), "a rank correlation above −1 and below 1, or none")]
    correlations[key] = float(value)
    return []


def with_defaults(scenario: Scenario) -> Scenario:
    """The scenario with the usual value of whatever it does not say about its policy's clauses and own facts."""
    lacking = {
        a.path: Sourced(a.default, "J", "J") for a in scenario.declared.all if a.default is not None and a.path not in scenario.assumptions
    }
    return replace(scenario, assumptions={**scenario.assumptions, **lacking}) if lacking else scenario


def missing(scenario: Scenario, source: str) -> list[Problem]:
    """What a scenario does not say and its base does not say either."""
    lacking = [f"assumptions.{p}" for p in scenario.declared.by_path if p not in scenario.assumptions]
    lacking += [p for p in PLAIN if p not in scenario.plain]
    return [Problem(source, phrase("{} is missing", path), "add it, or name a base") for path in lacking]


def _paths(scenario: Scenario) -> list[str]:
    law = scenario.law
    return [
        *(f"law.{p}" for p in (*law.numbers, *law.offers(), *formulas(law.policy))),
        "policy.start",
        "policy.end",
        "policy.in_force",
        *PLAIN,
        *RATIONING,
        *(f"interpretation.{s}" for s in scenario.law.policy.readings),
        *(f"assumptions.{p}" for p in scenario.declared.by_path),
        *(f"appropriation.{y}" for y in scenario.appropriation),
    ]
