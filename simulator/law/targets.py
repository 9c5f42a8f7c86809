"""Targets: what is to be reached by the year the policy names. They pay nothing; the budget's answers are measured against them.

"Reached" is at least the lower number, "fully" at least the upper; above it is never failure. 10 bn is the sum of its two
parts; what "leading" and "of scale" mean is an assumption (`assumptions.targets.*`).
"""

from simulator.law.terms import Term

NAMES = ("发展目标", "targets")
TERMS = (
    Term("leading", "count", threshold=True),
    Term("leading_fully", "count", threshold=True),
    Term("traditional", "count", threshold=True),
    Term("traditional_fully", "count", threshold=True),
    Term("of_scale", "count", threshold=True),
    Term("of_scale_fully", "count", threshold=True),
    Term("industry", "CNY", threshold=True),
    Term("online_sales", "CNY", threshold=True),
    Term("services", "CNY", threshold=True),
    Term("trscg_share", "share", threshold=True),
)
