"""The text: the law's numbers, its readings, its eleven clauses, settlement, assessment and explanation."""
