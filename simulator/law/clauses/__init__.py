"""The catalogue: the eleven clauses of 四, in the order of the text.

A clause module has `TERMS`, `Conditions`, `EVIDENCE` (one entry per condition) and the rules `conditions(case, own)`,
`amount(case, own)`, `remember(case, own, paid, eligible)`, `lacking(case, own)`; `own` is what this policy has paid the
enterprise under the clause so far. `reachable(enterprise, row, terms, may)` says beforehand whether the clause could ever
matter to an enterprise: False only where no luck can make all conditions hold, or leave a mark. The module's name is the
clause's slug.
"""

from types import ModuleType

from simulator.law.clauses import (
    certification_award,
    data_line,
    headquarters_award,
    model_building_award,
    office_rent,
    opening_award,
    platform_entry_fee,
    platform_membership_award,
    school_places,
    spin_off_award,
    tax_rebate,
)

CATALOGUE: tuple[ModuleType, ...] = (
    headquarters_award,
    opening_award,
    office_rent,
    tax_rebate,
    certification_award,
    spin_off_award,
    platform_entry_fee,
    platform_membership_award,
    data_line,
    model_building_award,
    school_places,
)


def slug(clause: ModuleType) -> str:
    """The clause's name everywhere: in files, settings and reports."""
    return clause.__name__.rsplit(".", 1)[-1]


SLUGS: tuple[str, ...] = tuple(slug(clause) for clause in CATALOGUE)
CASH: tuple[bool, ...] = tuple(name != "school_places" for name in SLUGS)
