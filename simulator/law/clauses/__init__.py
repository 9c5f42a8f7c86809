"""The catalogue: the clauses the program knows, the eleven of 四 in the order of the text.

A clause is a module of its name here, a line below, and a block in the law file of each policy that offers it. The module
has a docstring that begins with its article, `NAMES` (short, Chinese and English), `TERMS`, `FACTS` (the columns it needs),
`Conditions`, `EVIDENCE` (one entry per condition) and the rules `conditions(case, own)`, `amount(case, own)`,
`remember(case, own, paid, eligible)`, `lacking(case, own)`; `own` is what this policy has paid the enterprise under the
clause so far. `reachable(enterprise, row, terms, may)` says beforehand whether the clause could ever matter to an
enterprise, whatever its years bring: False only where no luck can make all conditions hold, or leave a mark.
`stirs(figures, terms)` says it of one year by its figures alone: False only where they keep a condition from holding, and
leave no mark.
"""

from importlib import import_module
from types import ModuleType

SLUGS: tuple[str, ...] = (  # the clauses' names everywhere: in files, settings and reports; cash first, in kind last
    "headquarters_award",
    "opening_award",
    "office_rent",
    "tax_rebate",
    "certification_award",
    "spin_off_award",
    "platform_entry_fee",
    "platform_membership_award",
    "data_line",
    "model_building_award",
    "school_places",
)
CATALOGUE: tuple[ModuleType, ...] = tuple(import_module(f"{__name__}.{slug}") for slug in SLUGS)
CASH: tuple[bool, ...] = tuple(slug != "school_places" for slug in SLUGS)
