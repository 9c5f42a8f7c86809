"""What settlement between clauses and between enterprises did to an amount, step by step, with its figures."""

from __future__ import annotations

from dataclasses import dataclass

EXCLUSIVE, CAP, FIRST, POT = "exclusive", "cap", "first", "pot"


@dataclass(frozen=True)
class Step:
    """One step on a clause's amount. kind: as above; at: which of the policy's groups, caps or pots (FIRST: the clause); before,
    after: fen, or whole units in kind.

    EXCLUSIVE  by: the clause that is paid in its place; asked: its amount
    CAP        limit: the cap; paid: what its clauses were paid in years before (lifetime); ahead: what those listed before got now
    FIRST      limit: how many get it; asked: how many are ranked; standing: the place among them; value: ranked by
    POT        limit: its sum; asked: what all its clauses would take; ahead: what was given before (first come)
    """

    kind: str
    at: int
    clause: int
    before: int
    after: int
    by: int = -1
    limit: int = 0
    asked: int = 0
    paid: int = 0
    ahead: int = 0
    standing: int = 0
    value: int = 0
