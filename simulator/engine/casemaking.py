"""Cases of a policy made from its text: at every edge of every clause, over the years, with other clauses, with other enterprises."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise

from simulator.engine.casesearch import Search, Values, Where
from simulator.engine.policycases import Case, Member, assess_case, explained_of, same_for_all, shown
from simulator.law.language.nodes import make as node_of
from simulator.law.policy import CLAWBACK, Condition, FirstN
from simulator.law.terms import Law
from simulator.population.schema import contract_of

_ALIKE = 300  # enterprises that are alike in a case, at most
_READ = 4  # cases of a reading of a clause
_PAIRS = 6  # clauses of a group of which two with the same sum are looked for
_BREACHES = 10  # cases of a condition of conduct, and of what is due back, in a year


@dataclass(frozen=True)
class _Found:
    """What is known of a clause: its search, the facts with which it gives something in the year `year`, that as a case; its cases."""

    search: Search
    base: Values
    year: int
    case: Case
    cases: list[Case] = field(default_factory=list)


def make(law: Law) -> tuple[list[Case], list[str]]:
    """Cases at every edge of every clause, and the clauses for which no enterprise was found that gets anything."""
    policy, cases, missed, alone = law.policy, list[Case](), list[str](), dict[int, _Found]()
    for k, clause in enumerate(policy.clauses):
        search = Search.of_clause(law, clause)
        base = search.base()
        for other in (policy.index(slug) for slug in clause.uses.clauses) if base is None else ():
            if base is None and other in alone:  # it asks what another clause has paid
                search.before, year = alone[other].case, alone[other].year
                search.paid = assess_case(law, alone[other].case).get(year, 0)
                base = search.base(year + 1)
        if base is None:
            missed.append(clause.slug)
            continue
        alone[k] = _Found(search, base, search.year, search.case(base, "得到该项", "gets it"))
        made = list(_of_clause(law, alone[k]))
        alone[k].cases.extend(made)
        cases += made
    cases += [*_together(law, alone), *_existing_support(law, alone), *_conduct(law, alone), *_due_back(law, alone)]
    cases += [other for slug in policy.slugs for other in _otherwise_read(law, [case for case in cases if case.clause == slug])]
    cases += [*_firsts(law, alone), *_pots(law, alone)]
    count: dict[str, int] = {}
    kept: dict[object, Case] = {}
    for case in cases:
        kept.setdefault(_same(case), case)
    named = []
    for case in kept.values():
        if not same_for_all(law, case):
            continue
        if not case.at:
            count[case.clause] = count.get(case.clause, 0) + 1
        begins = min(year for member in case.members for year in member.years)
        gives = {year: amount for year, amount in assess_case(law, case).items() if year >= begins}
        named.append(replace(case, name=f"{case.clause}_{count[case.clause]}", gives=gives))
    order = {slug: k for k, slug in enumerate((*policy.slugs, CLAWBACK))}
    return sorted(named, key=lambda case: order[case.clause]), missed


def _same(case: Case) -> object:
    """What makes a case the same as another."""
    if case.group:
        return id(case.group), case.at
    facts = tuple(sorted(case.enterprise.items())), tuple((y, tuple(sorted(row.items()))) for y, row in sorted(case.years.items()))
    return case.clause, facts, tuple(sorted(case.readings.items())), tuple(sorted(case.support.items()))


def _last(law: Law) -> int:
    """The last year of the term; of one without an end the fifth."""
    return (law.end or datetime.date(law.start.year + 4, 1, 1)).year


# ------------------------------------------------------------------------------------------------------------- one clause
def _of_clause(law: Law, found: _Found) -> Iterator[Case]:
    """The case itself, over the years, at each edge, and where the term ends."""
    search, base = found.search, found.base
    search.year = found.year
    yield found.case
    least = search.least(base)
    yield search.over_years(search.uncapped(base), "逐年（期限、一次、累计）", "over the years (windows, once, totals)")
    yield search.over_years(least, "逐年，各项较小", "over the years, everything small")
    yield search.over_years(least, "逐年，第二年没有数据", "over the years, none of the second", gap=True)
    yield from search.at_edges(base)
    yield search.case(search.uncapped(least), "各项较小", "everything small")
    for other in search.otherwise(base):
        yield from search.at_edges(other)
    clause = law.policy.clauses[law.policy.index(found.case.clause)]
    if clause.mark is not None:
        yield search.as_before(base, "上年已是如此", "the year before it was so already")
    yield from _rising_and_falling(search, base)
    yield from _of_taxes(law, found)
    yield from _at_the_end(law, found)
    search.year = found.year


def _rising_and_falling(search: Search, base: Values) -> Iterator[Case]:
    """One fact over its edges, up and down again, year by year: what is given once, topped up, or remembered."""
    for where in search.leaves:
        if where[0] == "year" and search.kind(where) == "choice":
            label, steps = search.column(where[1]).header, sorted(search.candidates(where))
            yield search.along(base, where, [*steps, steps[-1], steps[1]], f"{label}逐年上升", f"{where[1]} rising year by year")
    edges = {where: search.edges(base, where) for where in search.amounts_of if where[0] == "year"}
    for where in sorted(edges, key=lambda w: -len(edges[w]))[:2]:
        label = search.column(where[1]).header
        steps = sorted({edge + 1 for edge in edges[where]} | {base[where]})[:5]
        if len(steps) > 1:
            below = max(0, min(edges[where]) - 1)
            yield search.along(base, where, [below, *steps], f"{label}逐年上升", f"{where[1]} rising year by year")
            falling = [steps[-1], below, *steps[:-1][::-1], steps[-1]]
            yield search.along(base, where, falling, f"{label}先高后低", f"{where[1]} high, then lower")


def _of_taxes(law: Law, found: _Found) -> Iterator[Case]:
    """The district's part of taxes left blank and worked out of each tax, in the first and the last year of the term."""
    worked_out = {"retained_tax", "district_contribution"}
    if not worked_out & {*law.policy.clauses[law.policy.index(found.case.clause)].facts}:
        return
    search = found.search
    for year in dict.fromkeys((found.year, _last(law) + 1, _last(law))):
        base = found.base if year == found.year else search.base(year)
        if base is None:
            continue
        for tax in ("vat", "business_tax", "income_tax"):
            search.year = year
            case = search.over_years(base, "", "") if year == found.year else search.case(base, "", "")
            for size in (10**7, 10**8, 10**9, 10**10):
                years = {
                    y: {**{n: v for n, v in row.items() if n not in worked_out}, tax: size * (1 + max(0, y - year + 1))}
                    for y, row in case.years.items()
                }
                header = search.column(tax).header
                taxed = replace(case, years=years, zh=f"区级留成由{header}算出", en=f"the district's part worked out of {tax}")
                if any(assess_case(law, taxed).values()):
                    yield taxed
                    break


def _at_the_end(law: Law, found: _Found) -> Iterator[Case]:
    """From the last year of the term on, and only after it: whether the year, or the first one paid, has to lie in the term."""
    clause, last = law.policy.clauses[law.policy.index(found.case.clause)], _last(law)
    if law.end is None:
        return
    search = Search.of_clause(law, clause)
    base = search.base(last)
    if base is not None:
        yield search.over_years(search.uncapped(base), "自政策末年起逐年", "from the last year of the term on")
        search.year = last + 1
        yield search.over_years(base, "政策期满后", "after the term")
    search = Search.of_clause(law, clause, ("in_term", "begins_in_term"))
    base = search.base(last + 1)
    if base is not None:
        yield search.over_years(search.latest(base), "政策期满后才符合", "only after the term")


def _otherwise_read(law: Law, made: Sequence[Case]) -> Iterator[Case]:
    """Of a clause's cases: for every reading that is not the default some that come out otherwise under it."""
    policy = law.policy
    k = policy.index(made[0].clause) if made else 0
    links = [*(g.when for g in policy.settlement.exclusive if k in g.clauses), *(c.most for c in policy.settlement.caps if k in c.clauses)]
    asked = (policy.clauses[k], *policy.settlement.conduct, *links)
    for switch in [switch for name, switch in policy.readings.items() if made and any(name in part.uses.readings for part in asked)]:
        for word in switch.names:
            if word == switch.default:
                continue
            read = (
                replace(
                    case,
                    zh=f"{case.zh}；{switch.zh}：{switch.meanings[word][0]}",
                    en=f"{case.en}; {switch.en}: {switch.meanings[word][1]}",
                    readings={switch.name: word},
                )
                for case in made
            )
            seen = set[tuple[tuple[int, int], ...]]()
            for other in read:
                came = assess_case(law, other)
                if len(seen) < _READ and tuple(came.items()) not in seen and came != assess_case(law, replace(other, readings={})):
                    seen.add(tuple(came.items()))
                    yield other


# ------------------------------------------------------------------------------------------------------------- several clauses
def _joined(cases: Iterable[Case]) -> Case | None:
    """One enterprise with the facts of several cases; None where they contradict each other or are of other years."""
    enterprise, years = dict[str, int](), dict[int, dict[str, int]]()
    for case in cases:
        for name, value in case.enterprise.items():
            if enterprise.setdefault(name, value) != value:
                return None
        for year, row in case.years.items():
            for name, value in row.items():
                if years.setdefault(year, {}).setdefault(name, value) != value:
                    return None
            years.setdefault(year, {})
        last = case
    return replace(last, enterprise=enterprise, years=dict(sorted(years.items())))


def _whole(alone: Mapping[int, _Found], clauses: Iterable[int]) -> tuple[Case | None, list[int]]:
    """One enterprise to which as many of some clauses are due as can be, and these."""
    whole, members = None, list[int]()
    for k in clauses:
        if k in alone:
            joined = _joined([*([whole] if whole else []), alone[k].case])
            if joined is not None:
                whole, members = joined, [*members, k]
    return whole, members


def _at_its_most(found: _Found) -> _Found:
    found.search.year = found.year
    return replace(found, case=found.search.case(found.search.highest(found.base), "", ""))


def _together(law: Law, alone: Mapping[int, _Found]) -> Iterator[Case]:
    """An enterprise that several linked clauses are due to: of each group, what every clause gives, and a cap just reached or not."""
    settlement = law.policy.settlement
    links = [(group.clauses, group.when, False, 0) for group in settlement.exclusive]
    links += [(cap.clauses, cap.most, cap.lifetime, 1) for cap in settlement.caps]
    for clauses, said, lifetime, is_cap in links:
        whole, members = _whole(alone, clauses)
        if whole is not None and (len(members) > 1 or is_cap):
            yield from _linked(law, whole, members, said, lifetime, is_cap)
        if is_cap:
            high, members = _whole({k: _at_its_most(found) for k, found in alone.items()}, clauses)
            if high is not None:
                high = replace(high, zh=f"{said.zh}：各项达到最高", en=f"{said.en}: each at its most")
                yield from (replace(high, clause=law.policy.slugs[k]) for k in members)
                yield from _lowered(law, alone, high, members, said)
            continue
        yield from _equal(law, alone, clauses, said)
        for i, k in enumerate(clauses):  # those that the whole leaves out, and which of two equal ones stays
            for other in clauses[i + 1 :]:
                if not {k, other} <= set(members[:2]):
                    pair, of_pair = _whole(alone, (k, other))
                    pair = pair if len(of_pair) == 2 else _both(law, k, other)
                    if pair is not None:
                        yield from _linked(law, pair, [k, other], said, False, 0)


def _lowered(law: Law, alone: Mapping[int, _Found], high: Case, members: Iterable[int], cap: Condition) -> Iterator[Case]:
    """The same enterprise with what a cap asks of it, a day or a word, such that the cap is lowest."""
    for k in members:
        search, base = alone[k].search, alone[k].base
        search.year = alone[k].year
        for where in (where for where in search.capping if where[0] == "enterprise"):
            mosts = {value: search.value(cap.node, {**base, where: value}) for value in search.candidates(where)}
            low = min(mosts, key=lambda value: mosts[value])
            if mosts[low] < search.value(cap.node, base):
                column, name = search.column(where[1]), where[1]
                yield replace(
                    high,
                    clause=law.policy.slugs[k],
                    enterprise={**high.enterprise, name: low},
                    zh=f"{high.zh}；{column.header} {shown(column, low)}",
                    en=f"{high.en}; {name} {shown(column, low, 'en')}",
                )


def _equal(law: Law, alone: Mapping[int, _Found], clauses: Sequence[int], said: Condition) -> Iterator[Case]:
    """Of clauses of which only the highest is given: two that are due the same."""
    due = {
        k: {amount: case for case in alone[k].cases if (amount := assess_case(law, case).get(alone[k].year, 0)) > 0}
        for k in clauses
        if k in alone
    }
    pairs = [(k, other) for k in due for other in due if k < other and alone[k].year == alone[other].year]
    found = (
        (pair, _joined([due[pair[0]][amount], due[pair[1]][amount]])) for pair in pairs for amount in due[pair[0]] if amount in due[pair[1]]
    )
    made = ((pair, _crossing(law, *pair)) for pair in islice(pairs, _PAIRS))
    for pair, both in (*found, *made):
        if both is not None:
            for one in pair:
                yield replace(both, clause=law.policy.slugs[one], zh=f"{said.zh}：金额相同", en=f"{said.en}: of the same sum")
            return


def _crossing(law: Law, k: int, other: int) -> Case | None:
    """One enterprise to which two clauses are due with the same sum: a fact moved to where one becomes more than the other."""
    one, two = law.policy.clauses[k], law.policy.clauses[other]
    search = Search.of_both(law, one, two)
    found = search.base()
    if found is None:
        return None
    base = search.least(found)  # so that a year before stands in no one's way

    def apart(where: Where, value: int) -> int | None:
        values = {**base, where: value}
        return search.value(one.amount.node, values) - search.value(two.amount.node, values) if search.given(values)[1] > 0 else None

    for where in search.amounts_of:
        for low, high in pairwise(sorted({*search.candidates(where), base[where]})):
            below, above = apart(where, low), apart(where, high)
            while below and above and (below < 0) != (above < 0) and high - low > 1:
                middle = (low + high) // 2
                between = apart(where, middle)
                if between is None:
                    break
                low, below, high, above = (middle, between, high, above) if (between < 0) == (below < 0) else (low, below, middle, between)
            for value, difference in ((low, below), (high, above)):
                if difference == 0:
                    return search.case({**base, where: value}, "", "")
    return None


def _both(law: Law, k: int, other: int) -> Case | None:
    """One enterprise to which two clauses are due, found for both together."""
    search = Search.of_both(law, law.policy.clauses[k], law.policy.clauses[other])
    base = search.base()
    return None if base is None else search.case(base, "", "")


def _linked(law: Law, whole: Case, members: list[int], said: Condition, lifetime: bool, is_cap: int) -> Iterator[Case]:
    first, last = max(whole.years), _last(law)
    row = {
        name: value for _, facts in sorted(whole.years.items()) for name, value in facts.items()
    }  # what a year before was asked for, too
    every = replace(whole, years={**whole.years, **dict.fromkeys(range(first, max(last, first + 1) + 1), row)})
    if lifetime:  # every year the same, until the total is reached
        whole = every
    for k in members:
        case = replace(whole, clause=law.policy.slugs[k], zh=f"{said.zh}：与其他条款一起", en=f"{said.en}: together with others")
        yield case
        if is_cap and not lifetime:
            yield from _at_the_cap(law, case, said)
            yield replace(case, years=every.years, zh=f"{said.zh}：逐年", en=f"{said.en}: over the years")


def _at_the_cap(law: Law, case: Case, cap: Condition) -> Iterator[Case]:
    """A case moved to where a cap begins to cut its clause: one that gives all it would, one that is cut by a fen or more. First a fact
    of the clause is moved, then each that the cap itself asks for."""
    year, columns = max(case.years), {c.name: c for c in contract_of(law.policy).tables[1].columns}

    def given(name: str, value: int, then: int) -> Case:
        return replace(case, years={**case.years, then: {**case.years[then], name: value}})

    def cut(name: str, value: int, then: int) -> bool:
        one = given(name, value, then)
        return assess_case(law, one)[year] < assess_case(_without_caps(law), one)[year]

    def sides(name: str, then: int) -> tuple[int, int] | None:
        """The values between which it begins to cut, the one that leaves it whole first."""
        column = columns.get(name)
        if column is None or column.kind in ("flag", "choice", "date", "text") or name not in case.years.get(then, {}):
            return None
        low, high = 0, case.years[then][name]
        at_low = cut(name, low, then)
        if at_low == cut(name, high, then):
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if cut(name, middle, then) == at_low else (low, middle)
        whole, less = (high, low) if at_low else (low, high)
        return (whole, less) if assess_case(law, given(name, whole, then))[year] else None  # else what begins there is the clause

    own = [(name, year) for name in law.policy.clauses[law.policy.index(case.clause)].uses.facts]
    asked = [*((name, year) for name in cap.uses.facts), *((n, year - ago) for n, ago in cap.uses.earlier), *cap.uses.fixed_years]
    for places in (own, *([place] for place in asked)):
        for (name, then), two in islice(((place, two) for place in places if (two := sides(*place))), 1):
            column, of = columns[name], (f"{then}年", f" of {then}") if then != year else ("", "")
            for value, zh, en in zip(two, ("（未超过）", "（超过）"), (" (not above it)", " (above it)"), strict=True):
                yield replace(
                    given(name, value, then),
                    zh=f"{cap.zh}：{of[0]}{column.header} {shown(column, value)}{zh}",
                    en=f"{cap.en}: {name}{of[1]} {shown(column, value, 'en')}{en}",
                )


def _without_caps(law: Law) -> Law:
    """The law without what several clauses may give together."""
    bare = law.policy.made.get("without caps")
    if bare is None:
        policy = replace(law.policy, settlement=replace(law.policy.settlement, caps=()), made={})
        bare = law.policy.made["without caps"] = replace(law, policy=policy)
    return bare


def _existing_support(law: Law, alone: Mapping[int, _Found]) -> Iterator[Case]:
    """Of the first clause in cash: an existing support of the same sum, and one that is a fen less."""
    for k, found in alone.items():
        if law.policy.clauses[k].cash:
            due = assess_case(law, found.case).get(found.year, 0)
            for less in (0, 1) if due > 1 else ():
                yield replace(
                    found.case,
                    support={found.year: due - less},
                    zh=f"已有支持{'少一分' if less else '与本项相同'}",
                    en=f"existing support {'a fen less' if less else 'of the same sum'}",
                )
            return


# ------------------------------------------------------------------------------------------------------------- conduct
def _breaches(law: Law, condition: Condition, holds: bool, year: int) -> Iterator[Case]:
    """Facts with which a condition holds or fails in a year, and those on either side of where that changes."""
    node = condition.node if holds else node_of("not", condition.node)
    search = Search.of_condition(law, node, tuple(condition.uses.numbers))
    base = search.base(year)
    if base is not None:
        yield search.case(base, condition.zh, condition.en)
        yield from search.at_edges(base)


def _with(case: Case, breach: Case) -> Case:
    """A case over the years with what a breach says of the enterprise and of its years."""
    years = {year: {**row, **breach.years.get(year, {})} for year, row in case.years.items()}
    return replace(case, enterprise={**case.enterprise, **breach.enterprise}, years=years, zh=breach.zh, en=breach.en)


def _of_some(law: Law, alone: Mapping[int, _Found], conditions: Iterable[tuple[Condition, bool]], back: bool) -> Iterator[Case]:
    """Cases over the years as conditions hold or fail in their second or first year: of the clause that is paid in the most years, or of
    all that is due back."""
    over = {}
    for k, found in alone.items():
        found.search.year = found.year
        over[k] = found.search.over_years(found.search.uncapped(found.base), "", "")
    paid = {k: sum(amount > 0 for amount in assess_case(law, case).values()) for k, case in over.items() if law.policy.clauses[k].cash}
    if not paid or not max(paid.values()):
        return
    best = max(paid, key=lambda k: (paid[k], -k))
    whole = over[best]
    if back:
        for k in paid:
            whole = _joined([whole, over[k]]) or whole
    whole = replace(whole, clause=CLAWBACK if back else law.policy.slugs[best])
    for condition, holds in conditions:
        for year in (alone[best].year + 1, alone[best].year):
            yield from (_with(whole, breach) for breach in islice(_breaches(law, condition, holds, year), _BREACHES))


def _conduct(law: Law, alone: Mapping[int, _Found]) -> Iterator[Case]:
    """For everything that conduct asks: cases that would be paid, and are not in some years."""
    yield from _of_some(law, alone, ((condition, False) for condition in law.policy.settlement.conduct), False)


def _due_back(law: Law, alone: Mapping[int, _Found]) -> Iterator[Case]:
    """What is due back, and just not."""
    clawback = law.policy.settlement.clawback
    if clawback is not None:
        yield from _of_some(law, alone, [(clawback, True)], True)


# ------------------------------------------------------------------------------------------------------------- several enterprises
def _group(clause: str, members: list[Member], zh: str, en: str) -> Iterator[Case]:
    """A case of several enterprises: one record for each."""
    group = tuple(members)
    for at in range(len(group)):
        one = group[at]
        yield Case("", clause, zh, en, one.enterprise, one.years, group=group, at=at)


def _firsts(law: Law, alone: Mapping[int, _Found]) -> Iterator[Case]:
    """Of each clause that only the first so many get: the last who does and the first who does not, in two years."""
    for k, found in alone.items():
        first = law.policy.clauses[k].first
        if first is None:
            continue
        search = found.search
        search.year = found.year
        places = search.value(first.number, found.base)
        if not 0 < places <= _ALIKE:
            continue
        for where in search.amounts_of:
            values = _ranked(search, found.base, where, first)
            if where[0] != "year" or len(values) < 3:
                continue

            def two_years(value: int, where: Where = where, found: _Found = found) -> Case:
                return found.search.along(found.base, where, [value, value], "", "")

            low, middle, high = (two_years(value) for value in values)
            members = [
                Member("丙", low.enterprise, low.years),
                Member("乙", middle.enterprise, middle.years),
                *([Member("甲", high.enterprise, high.years, places - 1)] if places > 1 else []),
            ]
            said = f"名额 {places}：甲在前，乙列最后一名，丙未列入", f"{places} places: 甲 are first, 乙 is the last, 丙 is not among them"
            yield from _group(law.policy.slugs[k], members, *said)
            yield from _vacated(law, alone, k, places, (two_years(values[1]), where, values[2]))
            break


def _ranked(search: Search, base: Values, where: Where, first: FirstN) -> list[int]:
    """Three values of a fact with which the clause gives something, each of a higher rank."""
    found: list[int] = []
    ranks: list[int] = []
    for value in sorted({v + more for v in (base[where], *search.candidates(where)) for more in (0, 1, 2)}):
        values = {**base, where: value}
        if value <= search.leaves[where][0].high and search.given(values)[1] > 0:
            rank = search.value(first.by.node, values)
            if not ranks or rank > ranks[-1]:
                found.append(value)
                ranks.append(rank)
        if len(found) == 3:
            break
    return found


def _vacated(law: Law, alone: Mapping[int, _Found], k: int, places: int, behind: tuple[Case, Where, int]) -> Iterator[Case]:
    """Those ahead are due the clause, and a group or a cap leaves them nothing: whether their places pass on."""
    settlement = law.policy.settlement
    links = [*(group.clauses for group in settlement.exclusive), *(cap.clauses for cap in settlement.caps)]
    case, where, high = behind
    for clauses in links:
        for other in clauses if k in clauses else ():
            if other == k or other not in alone:
                continue
            year = alone[k].year
            ahead = replace(alone[k].case, years={**alone[k].case.years, year: {**alone[k].case.years.get(year, {}), where[1]: high}})
            both = _joined([alone[other].case, ahead])
            found_there = explained_of(law, both).get(year) if both is not None else None
            if both is not None and found_there is not None and found_there.due > 0 and found_there.award == 0:
                one = {y: row for y, row in case.years.items() if y <= year}
                members = [Member("乙", case.enterprise, one), Member("甲", both.enterprise, both.years, places)]
                said = f"名额 {places}：甲列入而一分未得", f"{places} places: 甲 are among the first and get nothing"
                yield from _group(law.policy.slugs[k], members, *said)
                return


def _pots(law: Law, alone: Mapping[int, _Found]) -> Iterator[Case]:
    """Of each pot: as many as it holds, and one more, beside each of its clauses."""
    policy = law.policy
    for pot in policy.settlement.pots:
        due = {
            k: assess_case(law, alone[k].case).get(alone[k].year, 0) for k in pot.clauses if k in alone and policy.clauses[k].first is None
        }
        due = {k: amount for k, amount in due.items() if amount > 0}
        if not due:
            continue
        filler = max(due, key=lambda k: (due[k], -k))
        year = alone[filler].year
        of_year = law.compile([year])
        most = int(of_year.numbers[0][policy.number_paths.index(pot.amount)])
        fits = most // due[filler]
        if fits >= _ALIKE:
            continue
        one = alone[filler].case
        if fits:
            said = f"{pot.zh}：恰好够", f"{pot.en}: just enough"
            members = [Member("甲", one.enterprise, one.years, fits)]
            yield from _group(policy.slugs[filler], members, *said)
        for k in pot.clauses:
            own = alone.get(k)
            if own is None or own.year != year:
                continue
            last = Member("乙", own.case.enterprise, own.case.years)
            others = Member("甲", one.enterprise, one.years, fits if pot.share == "first_come" else fits + 1)
            members = [others, last] if pot.share == "first_come" and fits else [last, others] if others.copies else [last]
            said = f"{pot.zh}：不够", f"{pot.en}: not enough"
            yield from _group(policy.slugs[k], members, *said)
