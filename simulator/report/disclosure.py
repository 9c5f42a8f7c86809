"""Disclosure control: the one place every table and chart passes through before it is shown.

A report for outside (`profile="external"`) must not let a reader learn about one enterprise. What rests on fewer than FEWEST
enterprises is withheld: its numbers are blanked and its row marked `withheld`, which the page writes as （*）. Sums that would
give a withheld number back by subtraction are not yet withheld with it.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

FEWEST = 3  # enterprises behind a published number: the minimum-frequency rule of business statistics
BY_CLAUSE = ("recipients", "entitled", "awarded", "paid", "displaced")


def released(table: pd.DataFrame, people: pd.Series | None, profile: str, numbers: tuple[str, ...] = ()) -> pd.DataFrame:
    """The table as this profile may show it: a copy, with a column `withheld`.

    people: how many enterprises stand behind each row (NaN: not about enterprises), or None where no row is about few.
    numbers: the columns to blank; all of numbers where none is named.
    """
    shown = table.assign(withheld=False)
    if profile != "external" or people is None:
        return shown
    few = ((people > 0) & (people < FEWEST)).to_numpy()
    columns = list(numbers) or [c for c in table.columns if pd.api.types.is_numeric_dtype(table[c])]
    shown[columns] = shown[columns].astype(float).mask(np.broadcast_to(few[:, None], (len(shown), len(columns))))
    shown["withheld"] = few
    return shown


def summary_released(summary: pd.DataFrame, profile: str) -> pd.DataFrame:
    """A run's summary: what a clause gives in a year counts as resting on its mean number of recipients.

    Years of cash only (awards of the year before) take the recipients of that year.
    """
    means = summary[summary["measure"] == "recipients"].set_index(["clause", "year"])["mean"].to_dict()

    def behind(row) -> float:
        if row.measure not in BY_CLAUSE:
            return math.nan
        found = means.get((row.clause, row.year))
        if row.measure == "paid" and row.year.isdigit():  # paid late: last year's recipients stand behind it, too
            found = max(found or 0.0, means.get((row.clause, str(int(row.year) - 1))) or 0.0)
        return math.nan if found is None else float(found)

    people = pd.Series([behind(row) for row in summary[["measure", "clause", "year"]].itertuples()], dtype=float)
    numbers = tuple(c for c in summary.columns if c not in ("measure", "clause", "year", "unit"))
    return released(summary, people, profile, numbers)


def curve_released(curve: pd.DataFrame, profile: str) -> pd.DataFrame:
    """A Lorenz curve: outside in tenths, and only where each tenth holds FEWEST enterprises (else no rows)."""
    if profile != "external" or curve.empty:
        return curve
    tenths = curve.iloc[[int((curve["enterprises"] - part / 10).abs().argmin()) for part in range(11)]]
    fewest = (tenths["enterprises"].diff().dropna() * tenths["recipients"].iloc[0]).min()
    return tenths if round(fewest) >= FEWEST else curve.iloc[:0]
