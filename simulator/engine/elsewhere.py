"""What has to be said of the enterprises that are played: whose they are where they are invented under a policy of another place, which
facts none of them has, and which years of them are not known."""

from __future__ import annotations

from typing import Any

from simulator.engine.ceilings import fact_of
from simulator.law.language.nodes import Node, Range, ranges
from simulator.law.policy import Policy
from simulator.population.parts import Register
from simulator.scenario import Scenario


def elsewhere(scenario: Scenario) -> dict[str, Any]:
    """Of a scenario without published figures of its place, so that the enterprises invented for it are those of the example's
    assumptions: the policy's own facts that none of them has, and the clauses that therefore pay nothing. Else {}."""
    if scenario.statistics is not None:
        return {}
    policy = scenario.law.policy
    return {
        "facts": [{"zh": fact.zh, "en": fact.en} for fact in policy.facts if fact.name in _nobody_has(policy)],
        "clauses": [clause.slug for clause in policy.clauses if pays_nothing(policy, clause.slug)],
    }


def lacking_years(scenario: Scenario, population: Register | None) -> list[int]:
    """Years of which the policy asks for figures, and before the first that the register has (without one: that is drawn). They count
    as 0."""
    known = scenario.base_year if population is None else population.first_year
    return scenario.law.policy.years_lacking(scenario.years[0], known)


def _nobody_has(policy: Policy) -> set[str]:
    """Own facts that are neither invented nor come true by a yearly chance."""
    return {fact.name for fact in policy.facts if not fact.share and not fact.yearly}


def pays_nothing(policy: Policy, slug: str) -> bool:
    """Whether a clause pays nobody who has none of the facts that are not invented."""
    missing, clause = _nobody_has(policy), policy.clauses[policy.index(slug)]

    def known(node: Node) -> Range | None:
        found = fact_of(policy, node)
        return (0, 0) if found is not None and found[0] in missing else None

    memo: dict[int, Range] = {}
    return any(ranges(part.node, known, memo)[1] <= 0 for part in (*clause.conditions, clause.amount))
