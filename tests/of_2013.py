"""The opinion of 2013 as tests speak of it: its clauses, numbers, readings and assumptions, from its policy file."""

from __future__ import annotations

import numpy as np

from simulator.law.shipped import default_law, policy_path
from simulator.population.schema import contract_of
from simulator.projection.assumptions import declared

LAW = default_law()
POLICY = LAW.policy
SHIPPED = policy_path(POLICY.name)
SLUGS, CASH = POLICY.slugs, POLICY.cash
CATALOGUE = POLICY.clauses
CLAUSES, CASH_CLAUSES = len(SLUGS), POLICY.cash_clauses
CASH_SLUGS, CASH_INDEX = SLUGS[:CASH_CLAUSES], np.arange(CASH_CLAUSES)
SWITCHES = POLICY.readings
DECLARED = declared(POLICY)
BY_PATH, ASSUMPTIONS = DECLARED.by_path, DECLARED.all
PARAMETERS, AS_THE_LAW_SAYS = DECLARED.parameters, DECLARED.as_the_law_says
TAKE_UP_FIELDS, TYPICAL_FIELDS = DECLARED.take_up, tuple(name for name in DECLARED.typical if name)
TABLES = contract_of(POLICY).tables
ENTERPRISES, ANNUAL = TABLES[0].columns, TABLES[1].columns
RISING = list(dict.fromkeys(tuple(t.path for t in tiers) for clause in CATALOGUE for tiers in clause.uses.rising))  # numbers that must rise
REBATE = SLUGS.index("tax_rebate")
ENTERPRISES_TABLE, ANNUAL_TABLE, SUPPORT_TABLE, PAID_TABLE, APPLICATIONS_TABLE = TABLES
