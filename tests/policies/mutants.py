"""A policy with one thing changed: each number, side of a comparison, condition, member of a link, count of years … by itself.

As a script (`python -m tests.policies.mutants [NAME …]`) it makes the cases of each shipped policy, runs them against every change of it
and lists the changes that no case notices, by kind.
"""

from __future__ import annotations

import copy
import datetime
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simulator import yamlfile
from simulator.engine import casemaking, policycases
from simulator.errors import LawError
from simulator.law.policyclauses import EVENT, FOLLOW, VACANT
from simulator.law.policyfile import document_of, examine, law_of
from simulator.law.policytext import as_yaml
from simulator.law.shipped import policy_path, shipped_policies
from simulator.law.terms import Law

Path_ = tuple[Any, ...]
_SIDES = {">=": ">", ">": ">=", "<=": "<", "<": "<="}
_NUMBER = re.compile(r"\d[\d_]*(?:\.\d+)?")

# Changes that no case can notice, and why: the policy's file, a pattern of "kind place → what stands there then".
_NOTHING_THERE = "where the condition fails the amount is nothing, or another condition fails, too"
_ONCE = "what is paid once begins in the only year it is paid"
_ONE_YEAR = "its condition holds in one year only, or only in the term"
_NO_LINK = "no group, cap or existing support can leave one of the first nothing"
_NEVER_CUT = "the clauses at their own caps just make the sum, so that it never cuts"
EQUIVALENT: tuple[tuple[str, str, str], ...] = (
    ("wuxiang", r"condition.* clauses\.(rent_support\.where\.rents|village_parcels_award\.where\.has_parcels)", _NOTHING_THERE),
    ("longhua_2025", r"condition.* clauses\.\w+\.where\.(full_step|shop_opened|fee_paid)", _NOTHING_THERE),
    ("jiangshan_2015", r"condition.* clauses\.\w+\.where\.(rents|has_cost)", _NOTHING_THERE),
    ("jinzhai_2016", r"condition.* clauses\.\w+\.where\.(risen|invested|opened|fees_paid)", _NOTHING_THERE),
    ("jinzhai_2016", r"condition: side clauses\.first_online_trade.* → tier\(online_trade >= ", _NOTHING_THERE),
    ("liulin_2024", r"condition.* clauses\.\w+\.where\.full_step", _NOTHING_THERE),
    ("municipal_2014", r"condition.* clauses\.\w+\.where\.(full_step|invested)", _NOTHING_THERE),
    ("qingshan", r"condition.* clauses\.rent\.where\.paid_rent", _NOTHING_THERE),
    (
        "jiulongpo_2013",
        r"condition.* clauses\.\w+\.where\.(is_headquarters|capital_reached|months_left|has_row|contribution_reached|base_known|tax_rose)",
        _NOTHING_THERE,
    ),
    ("jiulongpo_2013", r"condition.* clauses\.\w+\.where\.(spun_off|fee_paid|line_leased|children)", _NOTHING_THERE),
    (".*", r"clause term clauses\.\w+_award\.term → begins", _ONCE),
    ("jinzhai_2016", r"clause term clauses\.(first_shop_sales|own_platform)\.term → begins", _ONCE),
    ("liulin_2024", r"clause term clauses\.first_sales\.term → begins", _ONCE),
    ("municipal_2014", r"clause term clauses\.first_counted(_level)?\.term → begins", _ONCE),
    ("jiulongpo_2013", r"clause term clauses\.platform_entry_fee\.term → begins", _ONCE),
    ("qingshan", r"clause term clauses\.first_shop\.term → begins", _ONCE),
    ("jiulongpo_2013", r"(pays|clause term) clauses\.(headquarters|opening|certification)_award\.", _ONE_YEAR),
    ("municipal_2014", r"pays clauses\.first_counted(_level)?\.pays → every_year", _ONE_YEAR),
    ("liulin_2024", r"pays clauses\.first_sales\.pays → every_year", "who was paid is kept out by never_before, too"),
    ("donghu", r"condition.* clauses\.(factory_award\.where\.higher|scale_growth\.where\.reported)", _NOTHING_THERE),
    ("donghu", r"(condition: history|clause term) clauses\.scale_growth\.", _ONE_YEAR),
    ("donghu", r"pays clauses\.(listing|scale_growth)\.pays → every_year", _ONE_YEAR),
    ("donghu", r"clause term clauses\.\w+\.term → begins", _ONCE),
    ("liulin_2024|qingshan", r"first vacant", _NO_LINK),
    ("municipal_2014", r"(number numbers\.both|number clauses\.first_counted_level\.numbers\.cap|caps|cap per)", _NEVER_CUT),
    ("qingshan", r"tiers follow clauses\.level\.tiers\.follow → step_up", "the cap never cuts this clause, which stands near its front"),
    ("qingshan", r"pays years clauses\.machines", "the term has three years: nobody comes a second time"),
    ("jiulongpo_2013", r"number sharing\.numbers\.local_vat_share\.value\.2017", "no rebate is paid for a year so late"),
    ("jiulongpo_2013", r"definition: number clauses\.office_rent\.let\.closes.*13个月", "24 months are two years either way, rounded up"),
)
# Changes that matter under a reading that is not the default one and over a past that no case has: to be worked out by hand.
BY_HAND: tuple[tuple[str, str], ...] = (
    ("donghu", r"(caps member links\.caps\.total|exclusive order)"),  # the whole sum is reached by others, or two awards are equal
    ("jiulongpo_2013", r"remembered.* clauses\.tax_rebate\.remember\.qualifying_year"),
    ("jiulongpo_2013", r"clause term clauses\.tax_rebate\.term → begins"),
)


def listed(policy: str, mutant: Mutant) -> bool:
    """Whether it stands in one of the lists."""
    return any(re.fullmatch(name, policy) and re.match(change, mutant.short) for name, change, *_ in (*EQUIVALENT, *BY_HAND))


@dataclass(frozen=True)
class Mutant:
    """One change. kind: of what; where: its place in the file; was, now: what stands there ("" for nothing); data: the policy changed."""

    kind: str
    where: str
    was: str
    now: str
    data: dict[str, Any]

    @property
    def short(self) -> str:
        return f"{self.kind} {self.where} → {self.now}"

    @property
    def name(self) -> str:
        return f"{self.kind} {self.where}: {self.was} → {self.now}"


def mutants(data: dict[str, Any]) -> Iterator[Mutant]:
    """Every policy that differs in one thing."""
    for kind, path, now in _changes(data):
        changed = copy.deepcopy(data)
        holder: Any = changed
        for key in path[:-1]:
            holder = holder[key]
        was = holder[path[-1]] if isinstance(holder, list) or path[-1] in holder else ""
        if now is None:
            del holder[path[-1]]
        else:
            holder[path[-1]] = now
        yield Mutant(kind, ".".join(map(str, path)), str(was), "" if now is None else str(now), changed)


def law_with(mutant: Mutant, folder: Path) -> Law | None:
    """The policy changed, None where its check refuses it."""
    path = folder / "changed.yaml"
    path.write_text(as_yaml(mutant.data), encoding="utf-8")
    return examine(yamlfile.load(path, LawError, gather=True, quantities=True))[0]


def _changes(data: dict[str, Any]) -> Iterator[tuple[str, Path_, Any]]:
    for key in ("start", "end"):
        day = data["term"].get(key)
        if isinstance(day, datetime.date):
            yield f"term {key}", ("term", key), day.replace(year=day.year + 1)
    yield from _numbers(data, ("numbers",))
    yield from _numbers(data, ("sharing", "numbers"))
    for name, block in (data.get("readings") or {}).items():
        words = [word for word in block if word not in ("zh", "en", "article", "default", "notes", block["default"])]
        yield "reading default", ("readings", name, "default"), words[0]
    yield from _lets(data, ("let",))
    for slug, clause in data["clauses"].items():
        yield from _clause(data, ("clauses", slug), clause)
    links = data.get("links") or {}
    for group in ("exclusive", "caps"):
        for name, block in (links.get(group) or {}).items():
            path = ("links", group, name)
            yield f"{group} gone", path, None
            yield from _members(block, path, f"{group} member")
            if len(block["of"]) > 1:
                yield f"{group} order", (*path, "of"), block["of"][::-1]
            if "if" in block:
                yield from _formula(block["if"], (*path, "if"), f"{group} if")
            if group == "caps":
                yield "cap per", (*path, "per"), {"year": "lifetime", "lifetime": "year"}[block.get("per", "year")]
    for name, block in (data.get("pots") or {}).items():
        yield "pot gone", ("pots", name), None
        yield from _members(block, ("pots", name), "pot member")
        other = {"pro_rata": "first_come", "first_come": "pro_rata"}
        yield "pot share", ("pots", name, "share"), other[block.get("share", "pro_rata")]
        if block.get("share") == "first_come" and len(block["of"]) > 1:
            yield "pot order", ("pots", name, "of"), block["of"][::-1]
    settlement = data.get("settlement") or {}
    yield from _lets(data, ("settlement", "let"))
    for name, block in (settlement.get("conduct") or {}).items():
        yield "conduct gone", ("settlement", "conduct", name), None
        yield from _conditions(block, ("settlement", "conduct", name), "conduct")
    if settlement.get("clawback") is not None:
        yield "clawback gone", ("settlement", "clawback"), None
        yield from _conditions(settlement["clawback"], ("settlement", "clawback"), "clawback")
    if settlement:
        other = {"higher_of": "none", "none": "higher_of"}
        yield "existing support", ("settlement", "existing_support"), other[settlement.get("existing_support") or "none"]


def _clause(data: dict[str, Any], path: Path_, clause: dict[str, Any]) -> Iterator[tuple[str, Path_, Any]]:
    yield from _numbers(data, (*path, "numbers"))
    yield from _lets(data, (*path, "let"))
    for name, block in (clause.get("where") or {}).items():
        yield "condition gone", (*path, "where", name), None
        yield from _conditions(block, (*path, "where", name), "condition")
    for name, block in (clause.get("remember") or {}).items():
        yield from _conditions(block, (*path, "remember", name), "remembered")
    if "amount" in clause:
        yield from _formula(clause["amount"], (*path, "amount"), "amount")
    kind = clause["kind"]
    pays = clause.get("pays", "once" if kind == "one_off" and "tiers" not in clause else "every_year")
    if isinstance(pays, dict):
        by, length = next(iter(pays.items()))
        for other in {"consecutive", "any", "every"} - {by}:
            yield "pays", (*path, "pays"), {other: length}
        if (found := _other_number(length)) is not None:
            yield "pays years", (*path, "pays"), {by: found}
        yield "pays", (*path, "pays"), "every_year"
    else:
        yield "pays", (*path, "pays"), {"once": "every_year", "every_year": "once"}[pays]
    usual = "begins" if isinstance(pays, dict) and next(iter(pays)) in ("consecutive", "any") else "year"
    now = clause.get("term", usual)
    for other in {"year", "begins", None} - {now}:
        yield "clause term", (*path, "term"), "none" if other is None else other
    if "tiers" in clause:
        tiers = clause["tiers"]
        if "edge" in tiers:
            yield "tiers edge", (*path, "tiers", "edge"), {"at_least": "more_than", "more_than": "at_least"}[tiers["edge"]]
        for word in FOLLOW:
            if word != tiers.get("follow", "each_highest"):
                yield "tiers follow", (*path, "tiers", "follow"), word
        for word in EVENT:
            if word != tiers.get("event", "state"):
                yield "tiers event", (*path, "tiers", "event"), word
        for step in tiers["steps"]:
            yield "tier gone", (*path, "tiers", "steps", step), None
    if "first" in clause:
        yield "first gone", (*path, "first"), None
        first = clause["first"]
        if (found := _other_number(first["n"])) is not None:
            yield "first n", (*path, "first", "n"), found
        other = "sales" if first["by"] != "sales" else "online_sales"
        yield "first by", (*path, "first", "by"), other
        yield "first vacant", (*path, "first", "vacant"), VACANT[first.get("vacant", VACANT[0]) == VACANT[0]]


def _at(data: dict[str, Any], path: Path_) -> Any:
    found: Any = data
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _numbers(data: dict[str, Any], path: Path_) -> Iterator[tuple[str, Path_, Any]]:
    for name, block in (_at(data, path) or {}).items():
        value = block["value"] if isinstance(block, dict) else block
        where = (*path, name, "value") if isinstance(block, dict) else (*path, name)
        if isinstance(value, dict):
            for year, one in value.items():
                yield "number", (*where, year), _other_number(one)
        else:
            yield "number", where, _other_number(value)


def _other_number(value: Any) -> Any:
    """A number a unit of its last digit larger, whatever stands around it; None where there is none."""
    found = _NUMBER.search(str(value))
    if found is None or isinstance(value, bool):
        return None
    digits = found.group().replace("_", "")
    decimals = len(digits.partition(".")[2])
    more = f"{float(digits) + 10**-decimals:.{decimals}f}"
    text = str(value)[: found.start()] + more + str(value)[found.end() :]
    return yamlfile.parse_scalar(text) if not isinstance(value, str) else text


def _lets(data: dict[str, Any], path: Path_) -> Iterator[tuple[str, Path_, Any]]:
    for name, block in (_at(data, path) or {}).items():
        if isinstance(block, dict):
            key = "is" if "is" in block else "if"
            yield from _formula(block[key], (*path, name, key), "definition")
        else:
            yield from _formula(block, (*path, name), "definition")


def _conditions(block: Any, path: Path_, kind: str) -> Iterator[tuple[str, Path_, Any]]:
    if isinstance(block, dict):
        yield from _formula(block["if"], (*path, "if"), kind)
    else:
        yield from _formula(block, path, kind)


def _members(block: dict[str, Any], path: Path_, kind: str) -> Iterator[tuple[str, Path_, Any]]:
    for i in range(len(block["of"])) if len(block["of"]) > 1 else ():
        yield kind, (*path, "of"), block["of"][:i] + block["of"][i + 1 :]


def _formula(text: Any, path: Path_, kind: str) -> Iterator[tuple[str, Path_, Any]]:
    """A formula with one side of a comparison, one word, one sign or one number in it changed."""
    text = str(text)
    for found in re.finditer(r">=|<=|(?<![=<>])>(?!=)|(?<![=<>])<(?!=)", text):
        yield f"{kind}: side", path, text[: found.start()] + _SIDES[found.group()] + text[found.end() :]
    for found in re.finditer(r"==|!=", text):
        yield f"{kind}: equal", path, text[: found.start()] + ("!=" if found.group() == "==" else "==") + text[found.end() :]
    for found in re.finditer(r"\b(and|or)\b", text):
        yield f"{kind}: and, or", path, text[: found.start()] + ("or" if found.group() == "and" else "and") + text[found.end() :]
    for found in re.finditer(r"\bnot (?!none)", text):
        yield f"{kind}: not", path, text[: found.start()] + text[found.end() :]
    for found in re.finditer(r"\b(min|max)\(", text):
        yield f"{kind}: min, max", path, text[: found.start()] + ("max(" if found.group() == "min(" else "min(") + text[found.end() :]
    for found in re.finditer(r" [+-] ", text):
        yield f"{kind}: + −", path, text[: found.start()] + (" - " if found.group() == " + " else " + ") + text[found.end() :]
    for found in re.finditer(r"\blast_year\.(?!present)", text):
        yield f"{kind}: last year", path, text[: found.start()] + text[found.end() :]
    for found in re.finditer(r"(?<![\w.])\d+(?![\w.]*_)", text):
        more = str(int(found.group()) + 1)
        yield f"{kind}: number", path, text[: found.start()] + more + text[found.end() :]
    for one, other in (("paid.years", "paid.first_year"), ("last_year", "first_year")):
        for found in re.finditer(rf"\bpaid\.{one.removeprefix('paid.')}\b", text):
            yield f"{kind}: history", path, text[: found.start()] + f"paid.{other.removeprefix('paid.')}" + text[found.end() :]


def surviving(law: Law, cases: list[policycases.Case], changes: Iterable[Mutant], folder: Path) -> tuple[list[Mutant], int, int]:
    """The changes of a law that none of its cases notices; how many were tried, how many of them the check refused."""
    alive, tried, refused = list[Mutant](), 0, 0
    for mutant in changes:
        changed = law_with(mutant, folder)
        tried += 1
        if changed is None:
            refused += 1
        elif not any(True for _ in policycases.differences(changed, cases)):
            alive.append(mutant)
    return alive, tried, refused


def main(names: list[str]) -> int:
    """Every change of some policies: those that no case notices and that stand in no list, by kind; how many they are."""
    missed = 0
    for name in names:
        begun, path = time.perf_counter(), Path(name) if Path(name).is_file() else policy_path(name)
        data, law = document_of(path).data, law_of(document_of(path))
        made = casemaking.make(law)[0]
        with tempfile.TemporaryDirectory() as folder:
            alive, tried, refused = surviving(law, [replace(case, confirmed=True) for case in made], mutants(data), Path(folder))
        unlisted = [mutant for mutant in alive if not listed(path.stem if path.stem != "policy" else name, mutant)]
        missed += len(unlisted)
        print(
            f"{name}: {len(made)} cases, {tried} changes, {refused} refused, {len(alive)} not noticed, of them {len(unlisted)} not listed, "
            f"{time.perf_counter() - begun:.0f} s"
        )
        for kind, count in Counter(mutant.kind for mutant in unlisted).items():
            print(f"  {kind} ({count})", *(f"    {m.short}: {m.was} → {m.now}" for m in unlisted if m.kind == kind), sep="\n")
    return missed


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:] or list(shipped_policies())) else 0)
