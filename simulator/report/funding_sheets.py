"""What a finance bureau budgets with as tables of a terminal and a workbook, every estimate with its Monte Carlo error:
quantiles, overrun and reserve, payment and what waits, breaches, commitments, the legal maximum, execution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from simulator.budget.risk import TOTAL, levels_in
from simulator.document import Table
from simulator.document.numbers import UNITS, WITHHELD, withheld
from simulator.report.tabled import in_money, tabled
from simulator.report.wording import Wording

QUANTILES = ("p5", "p50", "p80", "p90", "p95", "p99")
RATIONED = ("waiting", "lapsed", "cancelled", "cut", "unpaid_claims")  # shown only where there is any of it
PAYMENT = ("accrued", "due", "paid", *RATIONED[:4], "payable", "unpaid_claims")
BREACHES = ("due_back", "recovered", "outstanding")
Row = Mapping[str, Any]


def sheets(
    tables: Mapping[str, pd.DataFrame],
    words: Wording,
    mode: str = "none",
    clauses: Mapping[str, str] | None = None,
    funds: Mapping[int, float] | None = None,
) -> dict[str, Table]:
    """The tables by name of their sheet. tables: those of `BudgetRun.budgeting` and `summary`, those there are; clauses: names by
    slug, for a workbook's rows of single clauses (a terminal and a page have the totals alone)."""
    makers = (
        ("summary", "quantiles", lambda t, w: quantiles(t, w, funds)),
        ("risk", "risk", lambda t, w: _risk(t, w, mode)),
        ("ledger", "ledger", lambda t, w: _payment(t, w, mode, clauses)),
        ("ledger", "breaches", _breaches),
        ("commitments", "commitments", _commitments),
        ("exposure", "exposure", lambda t, w: _exposure(t, w, tables, clauses)),
        ("execution", "execution", _execution),
    )
    return {
        words.say(f"funding.sheet_{key}"): make(tables[name], words) for name, key, make in makers if name in tables and len(tables[name])
    }


def _sheet(
    words: Wording, title: str, columns: Mapping[str, str], rows: Sequence[Sequence[object]], notes: Sequence[str] = (), years: bool = False
) -> Table:
    """years: a row for each, that of all years the last."""
    return tabled(words.say(title), columns, rows, words, "\n".join(filter(None, notes)), in_money(words), [-1] if years else ())


def _year(year: object, words: Wording) -> str:
    return words.say("risk.all_years") if str(year) == TOTAL else str(year)


def _scale(words: Wording) -> float:
    return UNITS[words.lang]["money"].scale


def _mean(row: Row, scale: float, column: str = "mean", error: str = "standard_error") -> object:
    """A mean with its standard error; a mark where it is withheld."""
    return WITHHELD if withheld(row) else (float(row[column]) / scale, float(row[error]) / scale)


def _ends(row: Row, scale: float, column: str) -> object:
    """A quantile (or a chance, a reserve) with the ends of its interval."""
    if withheld(row, column):
        return WITHHELD
    return tuple(float(row.get(f"{column}{end}", float("nan"))) / scale for end in ("", "_low", "_high"))


def quantiles(summary: pd.DataFrame, words: Wording, funds: Mapping[int, float] | None = None, of: Sequence[str] = QUANTILES) -> Table:
    """Payouts by year: mean with its error, quantiles with their intervals; with an appropriation also it and the chance of an overrun.
    A quantile too far out for the draws of every year is left out. funds: appropriations by year, CNY; of: which quantiles."""
    scale, whole = _scale(words), summary[summary["clause"] == TOTAL]
    paid = whole[whole["measure"] == "paid"]
    shown = [q for q in of if q in paid and (paid[q].notna().any() or withheld(paid.iloc[-1].to_dict(), q))]
    chances = {str(r["year"]): r for r in whole[whole["measure"] == "overrun"].to_dict("records")}
    rows = []
    for r in paid.to_dict("records"):
        year = str(r["year"])
        row = [_year(year, words), _mean(r, scale), *(_ends(r, scale, q) for q in shown)]
        if funds:
            amount = sum(funds.values()) if year == TOTAL else funds.get(int(year), float("nan"))
            row += [amount / scale, _ends(chances[year], 1, "probability") if year in chances else None]
        rows.append(row)
    columns = {words.say("risk.year"): "text", words.say("risk.mean"): "number±"} | {
        q.upper(): "number[]" if q == "p5" else "enough[]" for q in shown
    }
    columns |= {words.say("risk.appropriation"): "number", words.say("risk.probability"): "share[]"} if funds else {}
    return _sheet(words, "risk.table" if funds else "risk.quantiles", columns, rows, (words.say("funding.quantiles_note"),), years=True)


def _risk(table: pd.DataFrame, words: Wording, mode: str) -> Table:
    scale, levels = _scale(words), [level for level in levels_in(table) if table[f"reserve_{level}"].notna().any()]
    means = ("expected_overrun", "overrun_if_any", "worst_twentieth")
    columns = {words.say("funding.year"): "text", words.say("funding.appropriation"): "number", words.say("funding.probability"): "share[]"}
    columns |= {words.say(f"funding.{key}"): "number±" for key in means}
    columns |= {words.say("funding.reserve", level=level): "enough[]" for level in levels}
    rows = [
        (
            _year(r["year"], words),
            r["appropriation"] / scale,
            _ends(r, 1, "probability"),
            *(_mean(r, scale, key, f"{key}_error") for key in means),
            *(_ends(r, scale, f"reserve_{n}") for n in levels),
        )
        for r in table.to_dict("records")
    ]
    arrears = words.say("funding.risk_none" if mode == "none" else "funding.risk_arrears")
    return _sheet(words, "funding.risk", columns, rows, (words.say("funding.risk_note"), arrears), years=True)


def _years(table: pd.DataFrame) -> list[str]:
    """The years of a table as text, in order, the total last."""
    years = dict.fromkeys(map(str, table["year"]))
    return [*sorted(y for y in years if y != TOTAL), *([TOTAL] if TOTAL in years else [])]


def _across(
    table: pd.DataFrame, measures: Sequence[str], words: Wording, clauses: Mapping[str, str] | None
) -> tuple[dict[str, str], list[list[object]]]:
    """Measures (and clauses, where named) down, years across; a RATIONED measure without anything in it is left out."""
    years, rows = _years(table[table["measure"].isin(measures)]), []
    for measure in measures:
        own = table[table["measure"] == measure]
        if not len(own) or (measure in RATIONED and not own["mean"].any()):
            continue
        scale = 1.0 if measure == "unpaid_claims" else _scale(words)
        named = {slug: name for slug, name in {TOTAL: words.say("cost.total"), **(clauses or {})}.items() if slug in set(own["clause"])}
        for slug in [*(s for s in named if s != TOTAL), TOTAL]:
            of = {str(r["year"]): r for r in own[own["clause"] == slug].to_dict("records")}
            rows.append(
                [
                    words.say(f"funding.{measure}"),
                    *([named[slug]] if clauses else []),
                    *(_mean(of[year], scale) if year in of else None for year in years),
                ]
            )
    heads = {words.say("funding.item"): "text"} | ({words.say("attribution.clause"): "text"} if clauses else {})
    return heads | {_year(year, words): "number±" for year in years}, rows


def _payment(table: pd.DataFrame, words: Wording, mode: str, clauses: Mapping[str, str] | None) -> Table:
    columns, rows = _across(table, PAYMENT, words, clauses)
    return _sheet(words, "funding.ledger", columns, rows, (words.say(f"funding.mode_{mode}"), concentration(table, words)))


def concentration(ledger: pd.DataFrame, words: Wording) -> str:
    """The shares of the largest recipients in a sentence; "" where nothing is shown of them."""
    shares = ledger[ledger["measure"].isin(("top_1", "top_5"))].set_index("measure")
    if len(shares) < 2 or shares["mean"].isna().any():  # nobody was paid in some draw
        return ""
    unit = UNITS[words.lang]["share"]
    said: dict[str, str] = {}
    for top in ("top_1", "top_5"):
        error = float(shares.loc[top, "standard_error"])
        said |= {top: unit.text(shares.loc[top, "mean"], error), f"{top}_error": unit.text(error, error / 10)}
    return words.say("funding.concentration", **said)


def _breaches(table: pd.DataFrame, words: Wording) -> Table:
    columns, rows = _across(table, BREACHES, words, None)
    return _sheet(words, "funding.breaches", columns, rows, (words.say("funding.breaches_note"),))


def _commitments(table: pd.DataFrame, words: Wording) -> Table:
    years, scale, rows = _years(table), _scale(words), []
    for admitted, own in table.groupby("admitted", sort=True):
        of = {str(r["year"]): r for r in own.to_dict("records")}
        if own["mean"].any():
            rows.append([words.say("funding.admitted_in", year=admitted), *(_mean(of[y], scale) if y in of else "" for y in years)])
    columns = {words.say("funding.admitted"): "text"} | {_year(year, words): "number±" for year in years}
    return _sheet(words, "funding.commitments", columns, rows, (words.say("funding.commitments_note"),))


def _exposure(table: pd.DataFrame, words: Wording, tables: Mapping[str, pd.DataFrame], clauses: Mapping[str, str] | None) -> Table:
    """By year, and by clause where these are named: what is expected, and what it would be if everyone applied."""
    scale, ledger = _scale(words), tables.get("ledger", pd.DataFrame(columns=["measure", "year"]))
    accrued = {str(r["year"]): r for r in ledger[ledger["measure"] == "accrued"].to_dict("records")}
    columns = ({words.say("attribution.clause"): "text"} if clauses else {}) | {words.say("risk.year"): "text"}
    columns |= {words.say("funding.expected_awards"): "number±"} if accrued else {}
    far = [q for q in ("p95",) if table[q].notna().any()]  # not of few draws
    columns |= {words.say("funding.exposure_mean"): "number±"} | {words.say(f"funding.exposure_{q}"): "enough[]" for q in far}
    columns |= {words.say("funding.exposure_highest"): "number"}
    rows = []
    for slug, name in {**(clauses or {}), TOTAL: words.say("cost.total")}.items():
        for r in table[table["clause"] == slug].to_dict("records"):
            year, expected = str(r["year"]), accrued.get(str(r["year"])) if slug == TOTAL else None
            rows.append(
                [
                    *([name] if clauses else []),
                    _year(year, words),
                    *([_mean(expected, scale) if expected else None] if accrued else []),
                    _mean(r, scale),
                    *(_ends(r, scale, q) for q in far),
                    r["highest"] / scale,
                ]
            )
    return _sheet(words, "funding.exposure", columns, rows, (words.say("funding.exposure_note"),), years=True)


def _execution(table: pd.DataFrame, words: Wording) -> Table:
    scale, held = _scale(words), bool(table.get("withheld", pd.Series(dtype=bool)).any())
    quantiles = [q for q in ("p50", "p80", "p95") if held or table.loc[table["standard_error"] > 0, q].notna().any()]
    columns = {
        words.say("funding.year"): "text",
        words.say("funding.appropriation"): "number",
        words.say("funding.paid_really"): "number",
        words.say("funding.rate"): "share",
        words.say("funding.forecast"): "number±",
    }
    columns |= {q.upper(): "enough[]" for q in quantiles} | {words.say("funding.planned"): "number±"}
    rows = []
    for r in table.to_dict("records"):
        known = WITHHELD if withheld(r) else None
        varies = r["standard_error"] > 0  # a year that was paid has no quantiles
        rows.append(
            (
                _year(r["year"], words),
                r["appropriation"] / scale,
                known or r["paid"] / scale,
                known or r["rate"],
                _mean(r, scale) if known or varies else r["mean"] / scale,
                *(known or (_ends(r, scale, q) if varies else None) for q in quantiles),
                _mean(r, scale, "planned", "planned_error"),
            )
        )
    return _sheet(words, "funding.execution", columns, rows, (words.say("funding.execution_note"),))
