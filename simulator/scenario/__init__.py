"""A scenario: law, readings, population, assumptions, appropriation, seed and draws, as one frozen whole.

The only reader of scenarios/*.yaml. A scenario names its `base` and says only what differs; every setting has one path,
the same in files, in `--set`, in `scenario.set({...})` and in reports. Unknown paths are errors with the nearest name,
and all problems come at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from simulator import resources, yamlfile
from simulator.errors import Problem, ScenarioError, SimulatorError, nearest
from simulator.law import readings
from simulator.law.policy import Policy
from simulator.law.shipped import DEFAULT, law_at, policy_path, shipped_policies
from simulator.law.terms import Law
from simulator.notices import notice
from simulator.phrases import phrase
from simulator.population.schema import adopt
from simulator.projection.assumptions import Declared, declared
from simulator.projection.uncertain import Uncertain, fixed
from simulator.regular import bytes_of
from simulator.scenario.changes import CONFIDENCE, GROUPS, PLAIN, Sourced, apply, is_group, missing, with_defaults
from simulator.scenario.consistency import idle, odd_changes
from simulator.scenario.funding import Funding, unused
from simulator.scenario.given import from_python, parse_set
from simulator.scenario.identity import Change, Identity, identity, of_file, of_text
from simulator.scenario.rows import Setting, rows_of

__all__ = [
    "CONFIDENCE",
    "NAME",
    "PLAIN",
    "Funding",
    "Scenario",
    "Setting",
    "Sourced",
    "adopt_policy",
    "law_path",
    "load_scenario",
    "parse_set",
    "policy_file",
    "shipped",
    "under_policy",
]

NAME = re.compile(r"\w[\w.-]{0,79}")


@dataclass(frozen=True)
class Scenario:
    """A frozen scenario; `set` gives a changed copy, whose name and titles say what was changed.

    >>> load_scenario("baseline").set({"law.tax_rebate.high_rate": 0.4}).law.numbers["tax_rebate.high_rate"].at(2013)
    Decimal('0.4')
    """

    given: Identity  # as its file calls it
    law: Law
    interpretation: Mapping[str, str]
    plain: Mapping[str, Any]
    appropriation: Mapping[int, int]  # fen
    assumptions: Mapping[str, Sourced] = field(repr=False)
    correlations: Mapping[tuple[str, str], float] = field(default_factory=dict)  # rank correlation of a pair
    folder: Path = field(default=Path(), repr=False, compare=False)
    funding: Funding = field(default_factory=Funding, repr=False)  # how the appropriation is shared out
    examples: frozenset[int] = frozenset()  # years whose appropriation is the program's own, no bureau's
    origin: Scenario | None = field(default=None, repr=False, compare=False)  # what its name and titles stand for
    text: Law | None = field(default=None, repr=False, compare=False)  # the law as its file says it
    statistics: Path | None = field(default=None, repr=False, compare=False)  # published figures of the place that it describes

    def __post_init__(self) -> None:
        # in one order, whatever order a file has: nothing may depend on what the hash does not know
        for name, order in (
            ("interpretation", self.law.policy.readings),
            ("plain", PLAIN),
            ("assumptions", self.declared.by_path),
            ("appropriation", None),
            ("correlations", None),
        ):
            given = dict(getattr(self, name))
            own = {key: given.pop(key) for key in order or () if key in given} | dict(sorted(given.items()))
            object.__setattr__(self, name, MappingProxyType(own))

    @cached_property
    def _called(self) -> Identity:
        return identity(self.given, of_file(self))

    @property
    def name(self) -> str:
        """What runs and folders are called by: the file's name, and what was changed since.

        >>> load_scenario("baseline").set({"law.office_rent.max_area": 300}).name
        'baseline+office_rent.max_area=300'
        """
        return self._called.name

    @property
    def zh(self) -> str:
        """The Chinese title, with what was changed."""
        return self._called.zh

    @property
    def en(self) -> str:
        """The English title, with what was changed."""
        return self._called.en

    def departures(self) -> list[Change]:
        """What is not as the text of the law says it, nor as the scenario's own file."""
        law = of_text(self)
        return [*law, *(c for c in of_file(self) if c.path not in {own.path for own in law})]

    @property
    def declared(self) -> Declared:
        """Every assumption of the projection under the scenario's policy."""
        return declared(self.law.policy)

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
    def cash_years(self) -> list[int]:
        """The years cash is paid in: one more than award years, for what is paid late."""
        return [*self.years, self.years[-1] + 1]

    @property
    def funds(self) -> dict[int, int]:
        """What is appropriated (fen) for the years cash is paid in, by year."""
        return {year: fen for year, fen in self.appropriation.items() if year in self.cash_years}

    def unused(self, given: Collection[str]) -> list[Problem]:
        """Which of the settings given (paths) can change no figure, whatever the others say: money for years or pools that are none."""
        return unused(self.appropriation, self.funding, self.cash_years, given)

    def idle(self, given: Collection[str], before: Scenario) -> list[Problem]:
        """Which of the settings given (paths) change no figure because of another setting. before: what they were given to; what is the
        same there is no matter."""
        now, then = self.to_dict(), before.to_dict() if before.plain else {}
        return idle(self, [path for path in given if path not in then or now.get(path) != then[path]])

    @property
    def lawful(self) -> bool:
        """Whether behaviour is `as_the_law_says`."""
        return self.plain["behaviour"] == "as_the_law_says"

    def parameters(self) -> dict[str, Uncertain]:
        """The assumptions as the projection draws them, behaviour applied."""
        values = {path: sourced.value for path, sourced in self.assumptions.items()}
        if self.lawful:
            said = self.declared.as_the_law_says
            values |= {path: fixed(said[path.partition("@")[0]]) for path in {*values, *said} if path.partition("@")[0] in said}
        return values

    def set(self, changes: Mapping[str, Any]) -> Scenario:
        """A scenario with other settings, by path. Raises ScenarioError with every problem at once."""
        changes, problems = from_python(changes)
        try:
            changed = apply(self, changes, {})
        except ScenarioError as e:
            problems += e.problems
        if problems:
            raise ScenarioError(problems)
        return replace(changed, origin=self.origin or self)

    def few(self, draws: int) -> Scenario:
        """The scenario on so many draws at most, independent of each other: what an analysis beside the run is played on."""
        return self.set({"draws": min(draws, self.draws), "sampling": "plain"})

    def settings(self, group: str = "") -> list[Setting]:
        """Every settable path with value, unit, range, article or source; of one group if named."""
        rows, base = rows_of(self), _baseline_values()
        rows = [replace(r, changed=base.get(r.path, "" if "@" in r.path else r.value) != r.value) for r in rows]
        return [r for r in rows if not group or r.path == group or r.path.startswith(group + ".") or r.group == group]

    def to_dict(self) -> dict[str, str]:
        """path → value as text, every setting: what is recorded and hashed."""
        return {s.path: s.value for s in rows_of(self)}

    def odd_changes(self) -> list[Problem]:
        """Warnings about changes that do not go together: a tier below the one beneath it, a cap below the award, an end of the
        policy put off while the years computed are not."""
        found = odd_changes(self.law)
        if (wanted := self.cut_short) and (end := self.law.end):
            last = self.years[-1]
            cause = phrase(
                "the policy ends in {}, awards are computed only up to {}: later ones are missing, totals too low", end.year, last
            )
            found.append(Problem("policy.end", cause, phrase("set horizon={}", wanted)))
        return found

    @property
    def cut_short(self) -> int | None:
        """The horizon that counts the policy to its end, where this one is earlier: as many years after the end as `origin` has."""
        before, end, last = self.origin or self, self.law.end, self.plain["horizon"]
        if end is None or (end.year <= last and last != before.plain["horizon"]):  # fewer years were asked for
            return None
        tail = max(0, before.plain["horizon"] - before.law.end.year) if before.law.end else 0
        wanted = min(end.year + tail, self.law.start.year + 60)
        return wanted if wanted > last else None

    def hash(self) -> str:
        """sha256 of every setting and of the policy's text."""
        return self._hash

    @cached_property
    def _hash(self) -> str:
        # the first year of a dated number says nothing: before it, too, its value holds
        settings = {path: re.sub(r"^{\d{4}: ", "{", value) if path.startswith("law.") else value for path, value in self.to_dict().items()}
        text = json.dumps({"policy": self.law.policy.hash, **settings}, sort_keys=True, ensure_ascii=False)
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


def _find(name: str, place: str = "") -> Path:
    candidates = [Path(name)]
    if not name.endswith((".yaml", ".yml")) and "/" not in name and "\\" not in name:
        candidates = [resources.folder("scenarios") / f"{name}.yaml", Path(name)]
    for path in candidates:
        if _is_file(path):
            return path
    remedy = nearest(name, shipped()) or phrase("a path, or one of {}", ", ".join(shipped()))
    raise ScenarioError(Problem(place, phrase("there is no scenario or file {}", repr(name)), remedy))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long to be one
        return False


def _is_policy(path: Path) -> bool:
    """Whether a file named as a scenario is a policy: that is the policy in the surroundings of the baseline."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return True
    try:
        return re.search(r"^clauses:", bytes_of(path, yamlfile.LARGEST_FILE).decode("utf-8-sig", "replace"), re.M) is not None
    except OSError:  # what is wrong with it is reported where it is read
        return False


def _load(path: Path, seen: tuple[Path, ...]) -> Scenario:
    path = path.resolve()
    if path in seen:
        raise ScenarioError(Problem(path.name, "names itself as its base, in a circle", "end the chain at baseline"))
    if _is_policy(path):
        return under_policy(path)
    document = yamlfile.load(path, gather=True)
    changes, places, problems = _flatten(document)
    head = {key: document.data.get(key) for key in ("name", "zh", "en", "base")}
    if not isinstance(head["name"], str):
        problems.append(Problem(document.source, "name is missing", "add name: and zh:, en: titles"))
    elif not NAME.fullmatch(head["name"]):  # it names the run and its folder
        remedy = "letters, digits, - and _; zh: and en: are free"
        problems.append(Problem(document.place("name"), phrase("is {}", yamlfile.shown(head["name"])), remedy))
    base: Scenario | None = None
    named = document.data.get("law")
    try:
        if head["base"] is not None:
            beside = (path.parent / f"{head['base']}.yaml", path.parent / f"{head['base']}.xlsx", path.parent / str(head["base"]))
            found = next(filter(_is_file, beside), None) or _find(str(head["base"]), document.place("base"))
            base = _load(found, (*seen, path))
            if isinstance(named, str):  # a law that is named starts from that file's numbers
                base = _in_its_term(base, _law(named, path, document.place("law")))
        else:
            law = _law(named if isinstance(named, str) else DEFAULT, path, document.place("law"))
            base = Scenario(
                Identity("", "", ""),
                law,
                readings.defaults(law.policy),
                {},
                {},
                {},
                folder=path.parent,
                text=law,
                funding=Funding(clauses=_cash(law)),
            )
    except SimulatorError as e:
        problems += e.problems
    if base is None:
        raise ScenarioError(problems)
    try:
        scenario = apply(base, changes, places)
    except ScenarioError as e:
        problems += e.problems
    if not problems:
        scenario = with_defaults(scenario)
        problems = missing(scenario, document.source)
        problems += [] if problems else [replace(p, place=places[p.place]) for p in scenario.unused(changes)]
    if problems:
        raise ScenarioError(problems)
    for one in scenario.idle(changes, base):  # said only: what a page keeps with one of its switches off is to be opened again
        notice(phrase("{}: {} → {}", one.place, one.cause, one.remedy), odd=True)
    name = str(head["name"])
    if path.parent == resources.folder("scenarios").resolve():
        scenario = replace(scenario, examples=frozenset(scenario.appropriation))
    given = Identity(name, str(head["zh"] or name), str(head["en"] or name))
    statistics = _statistics(document, path) or scenario.statistics
    return replace(scenario, given=given, folder=path.parent, origin=_bearer(given, base, path), statistics=statistics)


def _statistics(document: yamlfile.Document, path: Path) -> Path | None:
    """The file of published figures a scenario names: beside it, or a shipped one. Raises ScenarioError."""
    name = document.data.get("statistics")
    if name is None:
        return None
    beside = (path.parent / f"{name}.yaml", path.parent / str(name), resources.folder("data") / "statistics" / f"{name}.yaml")
    for one in beside:
        if _is_file(one):
            return one
    raise ScenarioError(
        Problem(document.place("statistics"), phrase("there is no file {}.yaml of published figures", name), "a file beside the scenario")
    )


def _bearer(given: Identity, base: Scenario, path: Path) -> Scenario | None:
    """The scenario that already bears this name or title, where a file takes it for its own settings: its base, or a shipped one."""
    home = resources.folder("scenarios").resolve()
    known = [base.origin or base]
    if path.parent != home:
        known.append(_load(home / f"{given.name if given.name in shipped() else 'baseline'}.yaml", ()))
    return next((one for one in known if {given.name, given.zh, given.en} & {one.given.name, one.given.zh, one.given.en}), None)


def _cash(law: Law) -> tuple[str, ...]:
    return law.policy.slugs[: law.policy.cash_clauses]


def _under(base: Scenario, law: Law) -> Scenario:
    """A scenario under another law: its readings are the law's own, and what was assumed about other clauses is dropped. What was
    assumed about another place is a judgement here: its sources know nothing of this one."""
    if law.policy is base.law.policy:
        return replace(base, law=law, text=law)
    known = declared(law.policy).by_path
    kept = {p: s for p, s in base.assumptions.items() if p.partition("@")[0] in known}
    if law.name != base.law.name:
        kept = {p: replace(s, source="J", confidence="J") for p, s in kept.items()}
        base = replace(base, statistics=None)
    return replace(
        base,
        law=law,
        text=law,
        interpretation=readings.defaults(law.policy),
        assumptions=kept,
        correlations={pair: c for pair, c in base.correlations.items() if set(pair) <= set(known)},
        funding=replace(base.funding, pools={}, priority=(), clause_caps={}, earmarked={}, clauses=_cash(law)),
    )


def under_policy(name: str | Path, base: str | Path | Scenario = "baseline") -> Scenario:
    """A scenario of a policy (a shipped name or the path of its file): its own baseline scenario where it names one beside it, else the
    surroundings of `base` with the policy's term. Raises ScenarioError or LawError."""
    path = policy_file(str(name))
    law = law_at(path)
    for candidate in (path.parent / f"{law.policy.baseline}.yaml", resources.folder("scenarios") / f"{law.policy.baseline}.yaml"):
        if law.policy.baseline and _is_file(candidate):
            found = load_scenario(candidate)
            if found.law.policy.hash == law.policy.hash:
                return found
    surroundings = load_scenario(base)
    if surroundings.law.policy.hash == law.policy.hash and surroundings.law.policy.name != DEFAULT:
        return surroundings  # a scenario of this very policy, with what it changes
    scenario = _in_its_term(surroundings, law)
    return with_defaults(replace(scenario, given=Identity(law.name, law.zh, law.en), folder=path.parent, origin=None))


def _in_its_term(base: Scenario, law: Law) -> Scenario:
    """A scenario under another law, in the years of that law's term and without the appropriations of another one."""
    scenario = _under(base, law)
    if law.name == base.law.name:
        return scenario
    last = (law.end or law.start.replace(year=law.start.year + 4)).year
    parts = max((len(clause.parts) for clause in law.policy.clauses), default=1)  # cash runs a year longer than the horizon
    return replace(scenario, plain={**scenario.plain, "horizon": max(last + 2, last + parts - 2, law.start.year)}, appropriation={})


def policy_file(name: str) -> Path:
    """The policy file at a path, or that of a shipped policy's name. Raises ScenarioError."""
    try:
        return law_path(name, Path("-"))
    except ScenarioError as e:
        raise ScenarioError([replace(p, place="--policy") for p in e.problems]) from None


def adopt_policy(policy: Policy | str | None) -> None:
    """Read and write registers under a policy (itself, its file or a shipped name; None: the shipped baseline's) from here on. Raises
    ScenarioError or LawError."""
    adopt(law_at(policy_file(policy)).policy if isinstance(policy, str) else policy)


def law_path(name: str, named_in: Path) -> Path:
    """Where the policy file of that name lies: beside the scenario that names it (which is none itself), else a shipped one. Raises
    ScenarioError."""
    folder, shipped_one = named_in.parent, policy_path(name) if re.fullmatch(r"[\w-]+", name) else Path("-")
    for path in (folder / name, folder / f"{name}.yaml", folder / f"{name}.xlsx", folder / name / "policy.yaml", shipped_one):
        if path != named_in and _is_file(path):
            return path
    known = shipped_policies()
    raise ScenarioError(Problem(str(named_in), phrase("there is no policy {}", repr(name)), nearest(name, known) or ", ".join(known)))


def _law(name: str, named_in: Path, place: str) -> Law:
    try:
        path = law_path(name, named_in)
    except ScenarioError as e:
        raise ScenarioError([replace(p, place=place) for p in e.problems]) from None
    return law_at(path)


def _flatten(document: yamlfile.Document) -> tuple[dict[str, Any], dict[str, str], list[Problem]]:
    """A scenario file as changes by path, with the place of each."""
    changes: dict[str, Any] = {}
    places: dict[str, str] = {}
    problems = list(document.problems)

    def walk(value: Any, path: str, where: str) -> None:
        if isinstance(value, Mapping) and is_group(path):
            for key, inner in value.items():
                walk(inner, f"{path}.{key}", f"{where}.{key}")
        elif document.is_unread(where):
            return
        else:
            changes[path] = value
            places[path] = document.place(where)

    for key, value in document.data.items():
        if key in ("name", "zh", "en", "base", "statistics") or (key == "law" and isinstance(value, str)):
            continue
        if value is None and key in GROUPS:
            continue
        walk(value, str(key), str(key))
    return changes, places, problems


@lru_cache(maxsize=1)
def _baseline_values() -> dict[str, str]:
    return {row.path: row.value for row in rows_of(load_scenario("baseline"))}
