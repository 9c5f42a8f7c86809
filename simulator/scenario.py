"""A scenario: law, readings, population, assumptions, appropriation, seed and draws, as one frozen whole.

The only reader of scenarios/*.yaml. A scenario names its `base` and says only what differs; every setting has one path,
the same in files, in `--set`, in `scenario.set({...})` and in reports. Unknown paths are errors with the nearest name,
and all problems come at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from simulator import resources, yamlfile
from simulator.errors import LawError, Problem, ScenarioError, SimulatorError, nearest
from simulator.law import readings
from simulator.law.assessment import read_law
from simulator.law.terms import UNITS, Law
from simulator.money import FEN, LARGEST, is_exact, to_scaled
from simulator.projection.assumptions import AS_THE_LAW_SAYS, BY_PATH, copula_matrix
from simulator.projection.measures import MEASURES
from simulator.projection.uncertain import Uncertain, fixed, parse

CONFIDENCE = ("A", "B", "C", "J")
DEFAULT_LAW = "jiulongpo_2013"
_NAME = re.compile(r"\w[\w.-]{0,79}")
_LARGEST_NUMBER = 10**100


@dataclass(frozen=True)
class Choice:
    """A plain setting: its kind (choice, int, year, text), allowed values or range, and labels."""

    kind: str
    allowed: tuple[Any, ...]
    zh: str
    en: str


PLAIN: Mapping[str, Choice] = {
    "horizon": Choice("int", (1990, 2100), "最后一个兑现年度", "last award year"),
    "seed": Choice("int", (0, 2**64 - 1), "随机种子", "seed of the lotteries"),
    "draws": Choice("int", (1, 10_000_000), "模拟次数", "number of draws"),
    "uncertainty": Choice("choice", ("full", "none"), "参数不确定性", "uncertainty of the assumptions"),
    "behaviour": Choice("choice", ("projected", "as_the_law_says"), "企业行为", "behaviour of enterprises"),
    "market": Choice("choice", ("ex_ante", "hindsight"), "市场增长口径", "market growth: planner's or published"),
    "rebate_suspended_from": Choice("year", (1990, 2100), "税收返还停止年度", "year from which rebates stop"),
    "population.source": Choice("text", (), "企业名册", "register, or synthetic"),
    "population.known_until": Choice("year", (1990, 2100), "已知数据截至年度", "last year whose facts are known"),
}


@dataclass(frozen=True)
class Sourced:
    """An assumption's value with its source (facts keys or J) and confidence (A, B, C, J)."""

    value: Uncertain
    source: str
    confidence: str


@dataclass(frozen=True)
class Setting:
    """One settable path with its value and meaning, as `simulator terms` and the report show it."""

    group: str
    path: str
    value: str
    unit: str
    range: str
    source: str
    confidence: str
    zh: str
    en: str
    changed: bool = False


@dataclass(frozen=True)
class Scenario:
    """A frozen scenario; `set` gives a changed copy.

    >>> load_scenario("baseline").set({"law.tax_rebate.high_rate": 0.4}).law.numbers["tax_rebate.high_rate"].at(2013)
    Decimal('0.4')
    """

    name: str
    zh: str
    en: str
    law: Law
    interpretation: Mapping[str, str]
    plain: Mapping[str, Any]
    appropriation: Mapping[int, int]  # fen
    assumptions: Mapping[str, Sourced] = field(repr=False)
    correlations: Mapping[tuple[str, str], float] = field(default_factory=dict)  # rank correlation of a pair
    folder: Path = field(default=Path("."), repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("interpretation", "plain", "appropriation", "assumptions", "correlations"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def base_year(self) -> int:
        """The year before the policy starts: the last one a planner knows."""
        return self.law.start.year - 1

    @property
    def seed(self) -> int:
        return self.plain["seed"]

    @property
    def draws(self) -> int:
        return self.plain["draws"]

    @property
    def years(self) -> list[int]:
        """Award years: from the policy's start to the horizon."""
        return list(range(self.law.start.year, self.plain["horizon"] + 1))

    @property
    def lawful(self) -> bool:
        """Whether behaviour is `as_the_law_says`."""
        return self.plain["behaviour"] == "as_the_law_says"

    def parameters(self) -> dict[str, Uncertain]:
        """The assumptions as the projection draws them, behaviour applied."""
        values = {path: sourced.value for path, sourced in self.assumptions.items()}
        if self.lawful:
            values |= {path: fixed(value) for path, value in AS_THE_LAW_SAYS.items()}
        return values

    def set(self, changes: Mapping[str, Any]) -> Scenario:
        """A scenario with other settings, by path. Raises ScenarioError with every problem at once."""
        changes, problems = _from_python(changes)
        try:
            changed = _apply(self, changes, {})
        except ScenarioError as e:
            problems += e.problems
        if problems:
            raise ScenarioError(problems)
        return changed

    def settings(self, group: str = "") -> list[Setting]:
        """Every settable path with value, unit, range, article or source; of one group if named."""
        rows = [*_law_settings(self), *_reading_settings(self), *_plain_settings(self), *_assumption_settings(self)]
        base = _baseline_values()
        rows = [replace(r, changed=base.get(r.path, r.value) != r.value) for r in rows]
        return [r for r in rows if not group or r.path == group or r.path.startswith(group + ".") or r.group == group]

    def to_dict(self) -> dict[str, str]:
        """path → value as text, every setting: what is recorded and hashed."""
        return {s.path: s.value for s in self.settings()}

    def hash(self) -> str:
        """sha256 of every setting."""
        text = json.dumps({"edges": {p: n.edge for p, n in self.law.numbers.items()}, **self.to_dict()},
                          sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def _repr_html_(self) -> str:
        changed = [s for s in self.settings() if s.changed]
        rows = "".join(f"<tr><td>{s.path}</td><td>{s.value}</td><td>{s.unit}</td><td>{s.zh}</td></tr>" for s in changed)
        head = f"<b>{self.zh}</b> ({self.name}), {self.years[0]}–{self.years[-1]}, {self.draws:,} draws, seed {self.seed}"
        return f"<p>{head}</p><table>{rows}</table>" if rows else f"<p>{head}</p>"


def shipped() -> list[str]:
    """Names of the scenarios that come with the program, the baseline first."""
    names = sorted(p.stem for p in resources.folder("scenarios").glob("*.yaml"))
    return ["baseline", *(n for n in names if n != "baseline")]


def load_scenario(scenario: str | Path | Scenario = "baseline") -> Scenario:
    """A scenario by shipped name or path of a YAML file. Raises ScenarioError with file, line and remedy.

    >>> load_scenario("baseline").base_year
    2012
    """
    if isinstance(scenario, Scenario):
        return scenario
    path = _find(str(scenario))
    return _load(path, ())


def parse_set(options: list[str]) -> dict[str, Any]:
    """`path=value` texts of `--set` as changes. Raises ScenarioError.

    >>> parse_set(["policy.end=none", "assumptions.o2o_share={low: 0.1, high: 0.3}"])["policy.end"] is None
    True
    """
    changes: dict[str, Any] = {}
    problems = []
    for option in options:
        path, equals, text = option.partition("=")
        path = path.strip()
        if not equals or not path:
            problems.append(Problem(f"--set {option}", "is not path=value", "e.g. law.tax_rebate.high_rate=0.4"))
            continue
        try:
            found = yamlfile.loads(f"value: {text.strip()}", f"--set {path}").data
            changes[path] = found.pop("value")
            problems += [Problem(f"--set {path}", f"holds another line, {key}", "give each its own --set") for key in found]
        except SimulatorError as e:
            problems += [replace(p, place=f"--set {path}") for p in e.problems]
    if problems:
        raise ScenarioError(problems)
    return changes


def _find(name: str, place: str = "") -> Path:
    candidates = [Path(name)]
    if not name.endswith((".yaml", ".yml")) and "/" not in name and "\\" not in name:
        candidates = [resources.folder("scenarios") / f"{name}.yaml", Path(name)]
    for path in candidates:
        if _is_file(path):
            return path
    remedy = nearest(name, shipped()) or f"a path, or one of {', '.join(shipped())}"
    raise ScenarioError(Problem(place, f"there is no scenario or file {name!r}", remedy))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long to be one
        return False


def _load(path: Path, seen: tuple[Path, ...]) -> Scenario:
    path = path.resolve()
    if path in seen:
        raise ScenarioError(Problem(path.name, "names itself as its base, in a circle", "end the chain at baseline"))
    document = yamlfile.load(path, gather=True)
    changes, places, problems = _flatten(document)
    head = {key: document.data.get(key) for key in ("name", "zh", "en", "base")}
    if not isinstance(head["name"], str):
        problems.append(Problem(document.source, "name is missing", "add name: and zh:, en: titles"))
    elif not _NAME.fullmatch(head["name"]):  # it names the run and its folder
        remedy = "letters, digits, - and _; zh: and en: are free"
        problems.append(Problem(document.place("name"), f"is {yamlfile.shown(head['name'])}", remedy))
    base: Scenario | None = None
    named = document.data.get("law")
    try:
        if head["base"] is not None:
            beside = (path.parent / f"{head['base']}.yaml", path.parent / str(head["base"]))
            found = next(filter(_is_file, beside), None) or _find(str(head["base"]), document.place("base"))
            base = _load(found, (*seen, path))
            if isinstance(named, str):  # a law that is named starts from that file's numbers
                base = replace(base, law=_law(named, path.parent, document.place("law")))
        else:
            law = _law(named if isinstance(named, str) else DEFAULT_LAW, path.parent, document.place("law"))
            base = Scenario("", "", "", law, readings.defaults(), {}, {}, {}, folder=path.parent)
    except SimulatorError as e:
        problems += e.problems
    if base is None:
        raise ScenarioError(problems)
    try:
        scenario = _apply(base, changes, places)
    except ScenarioError as e:
        problems += e.problems
    if not problems:
        problems = _missing(scenario, document.source)
    if problems:
        raise ScenarioError(problems)
    name = str(head["name"])
    return replace(scenario, name=name, zh=str(head["zh"] or name), en=str(head["en"] or name), folder=path.parent)


@lru_cache(maxsize=8)
def _read_law(path: Path, changed_at: float) -> Law:
    return read_law(path)


def _law(name: str, folder: Path, place: str) -> Law:
    for path in (folder / name, folder / f"{name}.yaml", resources.folder("data") / "law" / f"{name}.yaml"):
        if _is_file(path):
            return _read_law(path, path.stat().st_mtime_ns)
    known = [p.stem for p in (resources.folder("data") / "law").glob("*.yaml")]
    raise ScenarioError(Problem(place, f"there is no law file {name!r}", nearest(name, known) or ", ".join(known)))


def _from_python(changes: Mapping[Any, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Changes with their numbers as YAML gives them, int or Decimal; what is no such number is a problem."""
    problems: dict[str, Problem] = {}

    def plain(value: Any, path: str) -> Any:
        if isinstance(value, Mapping):
            return {key: plain(inner, path) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [plain(inner, path) for inner in value]
        value = value.item() if isinstance(value, np.generic) else value
        if isinstance(value, float):
            value = Decimal(repr(value))
        if isinstance(value, Decimal) and not value.is_finite():
            problems[path] = Problem(path, f"is {value}", "write a finite number")
        elif isinstance(value, int | Decimal) and abs(value) >= _LARGEST_NUMBER:
            problems[path] = Problem(path, "is a number too large to be meant", "check the unit")
        return value

    found = {str(path): plain(value, str(path)) for path, value in changes.items()}
    return {path: value for path, value in found.items() if path not in problems}, list(problems.values())


def _flatten(document: yamlfile.Document) -> tuple[dict[str, Any], dict[str, str], list[Problem]]:
    """A scenario file as changes by path, with the place of each."""
    changes: dict[str, Any] = {}
    places: dict[str, str] = {}
    problems = list(document.problems)

    def walk(value: Any, path: str, where: str) -> None:
        if isinstance(value, Mapping) and _is_group(path):
            for key, inner in value.items():
                walk(inner, f"{path}.{key}", f"{where}.{key}")
        elif document.is_unread(where):
            return
        else:
            changes[path] = value
            places[path] = document.place(where)

    for key, value in document.data.items():
        if key in ("name", "zh", "en", "base") or key == "law" and isinstance(value, str):
            continue
        if value is None and key in ("law", "assumptions", "interpretation", "appropriation", "population", "policy",
                                     "correlations"):
            continue
        walk(value, str(key), str(key))
    return changes, places, problems


def _is_group(path: str) -> bool:
    """Whether settings lie below this path (a mapping there is a level, not a value)."""
    if path.startswith("assumptions."):
        return path[len("assumptions."):] not in BY_PATH and any(
            p.startswith(path[len("assumptions."):] + ".") for p in BY_PATH)
    if path.startswith("law."):
        return path.count(".") == 1
    return path in ("law", "assumptions", "interpretation", "appropriation", "population", "policy", "correlations")


def _apply(scenario: Scenario, changes: Mapping[str, Any], places: Mapping[str, str]) -> Scenario:
    """The changed scenario; every problem of every change in one ScenarioError."""
    problems: list[Problem] = []
    law_changes: dict[str, Any] = {}
    interpretation, plain = dict(scenario.interpretation), dict(scenario.plain)
    appropriation, assumptions = dict(scenario.appropriation), dict(scenario.assumptions)
    correlations = dict(scenario.correlations)
    for path, value in changes.items():
        place = places.get(path, path)
        group, _, rest = path.partition(".")
        if group == "law" and rest:
            law_changes[rest] = value
        elif group == "policy" and rest in ("start", "end", "in_force"):
            law_changes[path] = value
        elif group == "interpretation" and rest:
            found = readings.check({rest: value})
            problems += [replace(p, place=place) for p in found]
            if not found:
                interpretation[rest] = readings.reading_name(value)
        elif path in PLAIN:
            checked, found = _plain(value, PLAIN[path], place)
            problems += found
            plain[path] = checked
        elif group == "appropriation" and rest:
            problems += _appropriate(appropriation, rest, value, place)
        elif group == "assumptions" and rest:
            problems += _assume(assumptions, rest, value, place)
        elif group == "correlations" and rest:
            problems += _correlate(correlations, rest, value, place)
        else:
            problems.append(Problem(place, "is no setting", nearest(path, _paths(scenario)) or "see simulator terms"))
    law = scenario.law
    if law_changes:
        try:
            law = law.set(law_changes)
        except LawError as e:
            told = {"policy.end": places["policy.start"]} if "policy.start" in places else {}
            problems += [replace(p, place=(told | places).get(p.place, p.place)) for p in e.problems]
    horizon = plain.get("horizon")
    if not problems and horizon is not None and not law.start.year <= horizon <= law.start.year + 60:
        problems.append(Problem(places.get("horizon", "horizon"), f"{horizon} lies outside {law.start.year} … "
                                f"{law.start.year + 60}", "the first award year or later"))
    known = plain.get("population.known_until")
    if not problems and known is not None and known < law.start.year - 1:
        where = places.get("population.known_until", "population.known_until")
        problems.append(Problem(where, f"{known} lies before {law.start.year - 1}",
                                "the year before policy.start or later"))
    problems += [replace(p, place=places.get(p.place, p.place)) for p in _unpriced_levers(assumptions)]
    if problems:
        raise ScenarioError(problems)
    return replace(scenario, law=law, interpretation=interpretation, plain=plain,
                   appropriation=dict(sorted(appropriation.items())), assumptions=assumptions, correlations=correlations)


def _plain(value: Any, choice: Choice, place: str) -> tuple[Any, list[Problem]]:
    if choice.kind == "choice":
        text = readings.reading_name(value)
        if text in choice.allowed:
            return text, []
        remedy = nearest(text, choice.allowed) or " or ".join(choice.allowed)
        return None, [Problem(place, f"is {yamlfile.shown(value)}", remedy)]
    if choice.kind == "text":
        ok = isinstance(value, str) and value.strip()
        hint = "write synthetic, a folder or an .xlsx file"
        return value, [] if ok else [Problem(place, f"is {yamlfile.shown(value)}", hint)]
    if value is None and choice.kind == "year":
        return None, []
    low, high = choice.allowed
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value, []
    hint = f"a whole number {low} … {high:,}" if high > 2100 else f"a year {low} … {high}"
    return None, [Problem(place, f"is {yamlfile.shown(value)}", hint + (" or none" if choice.kind == "year" else ""))]


def _appropriate(appropriation: dict[int, int], rest: str, value: Any, place: str) -> list[Problem]:
    if not (rest.isdigit() and 1990 <= int(rest) <= 2100):
        return [Problem(place, f"{rest!r} is no year", "appropriation.2014=6000000")]
    if value is None:
        appropriation.pop(int(rest), None)
        return []
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= LARGEST // FEN \
            or not is_exact(value, FEN):
        return [Problem(place, f"is {yamlfile.shown(value)}", "write CNY ≥ 0 with at most two decimals")]
    appropriation[int(rest)] = to_scaled(value, FEN)
    return []


def _assume(assumptions: dict[str, Sourced], rest: str, value: Any, place: str) -> list[Problem]:
    if rest not in BY_PATH:
        return [Problem(place, "is no assumption", nearest(f"assumptions.{rest}", [f"assumptions.{p}" for p in BY_PATH]))]
    declared = BY_PATH[rest]
    source, confidence, problems = "scenario", "J", []
    if isinstance(value, Mapping) and "value" in value:
        extra = set(value) - {"value", "source", "confidence"}
        problems = [Problem(place, f"has the key {k}", "value, source, confidence") for k in sorted(map(str, extra))]
        source, confidence = str(value.get("source", source)), str(value.get("confidence", confidence))
        value = value["value"]
        if confidence not in CONFIDENCE:
            problems.append(Problem(place, f"has the confidence {confidence!r}", "A, B, C or J"))
    uncertain, found = parse(value, place, declared.low, declared.high)
    if uncertain is not None:
        assumptions[rest] = Sourced(uncertain, source, confidence)
    return problems + found


def _unpriced_levers(assumptions: Mapping[str, Sourced]) -> list[Problem]:
    """A measure of 三 that is used asks for its own cost."""
    problems = []
    for measure in MEASURES:
        effect, cost = (assumptions.get(f"levers.{measure.name}.{part}") for part in ("effect", "cost"))
        if effect and cost and effect.value.written() != measure.neutral and cost.value.mean == 0:
            problems.append(Problem(f"assumptions.levers.{measure.name}.effect", f"{measure.article} is used without a cost",
                                    f"set assumptions.levers.{measure.name}.cost, CNY a year"))
    return problems


def _correlate(correlations: dict[tuple[str, str], float], rest: str, value: Any, place: str) -> list[Problem]:
    pair = tuple(name.strip().removeprefix("assumptions.") for name in rest.split("~"))
    unknown = [name for name in pair if name not in BY_PATH]
    if len(pair) != 2 or len(set(pair)) != 2 or unknown:
        remedy = nearest(unknown[0], BY_PATH) if unknown else "correlations.startups.a_year~o2o_share=0.5"
        return [Problem(place, "is not a pair of two assumptions, a~b", remedy)]
    key = tuple(sorted(pair))
    if value is None:
        correlations.pop(key, None)
        return []
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not -1 < value < 1:
        return [Problem(place, f"is {yamlfile.shown(value)}", "a rank correlation above −1 and below 1, or none")]
    changed = {**correlations, key: float(value)}
    names = sorted({name for pair in changed for name in pair})
    if np.linalg.eigvalsh(copula_matrix(names, changed))[0] <= 1e-9:
        return [Problem(place, f"{value} contradicts the other correlations", "make them smaller")]
    correlations[key] = float(value)
    return []


def _missing(scenario: Scenario, source: str) -> list[Problem]:
    lacking = [f"assumptions.{p}" for p in BY_PATH if p not in scenario.assumptions]
    lacking += [p for p in PLAIN if p not in scenario.plain]
    return [Problem(source, f"{path} is missing", "add it, or name a base") for path in lacking]


def _paths(scenario: Scenario) -> list[str]:
    return [*(f"law.{p}" for p in (*scenario.law.numbers, *scenario.law.offers())), "policy.start", "policy.end", "policy.in_force", *PLAIN,
            *(f"interpretation.{s}" for s in readings.SWITCHES), *(f"assumptions.{p}" for p in BY_PATH),
            *(f"appropriation.{y}" for y in scenario.appropriation)]


@lru_cache(maxsize=1)
def _baseline_values() -> dict[str, str]:
    base = load_scenario("baseline")
    rows = [*_law_settings(base), *_reading_settings(base), *_plain_settings(base), *_assumption_settings(base)]
    return {row.path: row.value for row in rows}


def _law_settings(scenario: Scenario) -> list[Setting]:
    rows = []
    for path, number in scenario.law.numbers.items():
        dated = {y: format(v, "f") for y, v in sorted(number.values.items())}
        value = next(iter(dated.values())) if len(dated) == 1 else yamlfile.written(dated)
        unit, edge = UNITS[number.unit], {"at_least": "≥ ", "more_than": "> "}.get(number.edge, "")
        rows.append(Setting("law", f"law.{path}", value, number.unit, f"{edge}0 … {unit.high:,f}", number.article,
                            "A", number.zh, number.en))
    for path, slug in scenario.law.offers().items():
        block, value = scenario.law.blocks[slug], str(slug not in scenario.law.withdrawn).lower()
        rows.append(Setting("law", f"law.{path}", value, "flag", "true | false", block.article, "A",
                            f"是否施行{block.zh}", f"{block.en}: whether it is offered"))
    for name, zh, en in (("start", "政策起始", "start of the policy"), ("end", "政策截止", "end of the policy")):
        value = yamlfile.written(getattr(scenario.law, name))
        rows.append(Setting("policy", f"policy.{name}", value, "date", "date" + (" or none" if name == "end" else ""),
                            "二", "J", zh, en))
    rows.append(Setting("policy", "policy.in_force", str(scenario.law.in_force).lower(), "flag", "true | false", "", "",
                        "政策是否施行", "whether there is the policy"))
    return rows


def _reading_settings(scenario: Scenario) -> list[Setting]:
    rows = []
    for name, switch in readings.SWITCHES.items():
        chosen = scenario.interpretation[name]
        zh, en = switch.meanings[chosen]
        rows.append(Setting("interpretation", f"interpretation.{name}", chosen, "reading", " | ".join(switch.names),
                            switch.article, "J", f"{switch.zh}：{zh}", f"{switch.en}: {en}"))
    return rows


def _plain_settings(scenario: Scenario) -> list[Setting]:
    rows = []
    for path, choice in PLAIN.items():
        allowed = " | ".join(choice.allowed) if choice.kind == "choice" else \
            f"{choice.allowed[0]} … {choice.allowed[1]}" if choice.allowed else "path"
        group = "population" if path.startswith("population.") else "run"
        rows.append(Setting(group, path, yamlfile.written(scenario.plain[path]), choice.kind, allowed, "", "", choice.zh, choice.en))
    for year, fen in scenario.appropriation.items():
        rows.append(Setting("appropriation", f"appropriation.{year}", format(Decimal(fen) / FEN, "f"), "CNY", "≥ 0",
                            "", "", f"{year}年预算安排", f"appropriation of {year}"))
    return rows


def _assumption_settings(scenario: Scenario) -> list[Setting]:
    rows = []
    for path, declared in BY_PATH.items():
        sourced = scenario.assumptions[path]
        rows.append(Setting("assumptions", f"assumptions.{path}", yamlfile.written(sourced.value.written()), declared.unit,
                            f"{declared.low:g} … {declared.high:g}", sourced.source, sourced.confidence,
                            declared.zh, declared.en))
    for (a, b), rank in scenario.correlations.items():
        zh = f"{BY_PATH[a].zh}与{BY_PATH[b].zh}的秩相关"
        en = f"rank correlation of {BY_PATH[a].en} and {BY_PATH[b].en}"
        rows.append(Setting("assumptions", f"correlations.{a}~{b}", yamlfile.written(rank), "share", "-1 … 1", "J", "J", zh, en))
    return rows


