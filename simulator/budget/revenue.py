"""What the policy brings: induced tax, what it crowds out, and the net fiscal impact, with the same random numbers without the policy.

Induced tax is retained tax with the policy less without it, in the same draw. Tax moved within the district (split-offs,
re-registration) is not induced: it is there in both. The rise of 2016 is a reassignment between levels of government and
never the policy's benefit: induced tax, its shares by government and the net impact are counted at the shares in force in the base year.
What the district would see in its books is kept apart: `induced_as_booked`, and of all retained tax `reassigned_tax`.
"""

from __future__ import annotations

import numpy as np

from simulator.budget.layout import lengthen, total_cash
from simulator.budget.statistics import ratio
from simulator.engine import totals
from simulator.engine.run import Draws
from simulator.law.measures import MEASURES
from simulator.money import FEN
from simulator.scenario import Scenario


def flows(draws: Draws, scenario: Scenario) -> dict[str, np.ndarray]:
    """The policy's effects by draw and cash year (draws, cash years), CNY; counts of enterprises in numbers.

    net_impact = induced_tax − crowded_out + clawback_recovered + support_saved − paid − administration − measures_cost.
    """
    par = draws.parameters

    def money(name: str) -> np.ndarray:
        return lengthen(draws.of_year(name) / FEN)

    paid = total_cash(draws)
    induced = money("unshared_with") - money("unshared_without")
    crowded = induced * par["crowding_out"][:, None]
    recovered, saved = draws.recovered / FEN, money("displaced_of_district")
    administration = paid * par["administration_share"][:, None]
    measures = _measures_cost(draws, scenario)
    net = induced - crowded + recovered + saved - paid - administration - measures
    local = _local_before(draws, "with") - _local_before(draws, "without")
    every = money("taxes_with") - money("taxes_without")
    zone = par["purses_zone_and_towns"][:, None]
    years = np.arange(net.shape[1])
    inflation = par["discount_inflation"][:, None]
    social = net / ((1 + inflation) * (1 + par["discount_social"][:, None])) ** years
    treasury = net / (1 + par["discount_treasury"][:, None]) ** years
    return {
        "induced_tax": induced,
        "crowded_out": crowded,
        "support_saved": saved,
        "administration": administration,
        "measures_cost": measures,
        "net_impact": net,
        "net_cost": -net,
        "net_cumulative": np.cumsum(net, axis=1),
        "net_social": social,
        "net_treasury": treasury,
        "induced_district": induced * (1 - zone),
        "induced_zone_and_towns": induced * zone,
        "induced_municipality": local - induced,
        "induced_centre": every - local,
        "induced_as_booked": money("retained_tax_with") - money("retained_tax_without"),
        "reassigned_tax": money("retained_tax_with") - money("unshared_with"),
        "induced_sales": money("online_sales") - money("online_sales_without"),
        "induced_enterprises": lengthen(draws.of_year("enterprises") - draws.of_year("enterprises_without")),
        "awarded_anyway": money("awarded_anyway"),
    }


def ratios(draws: Draws, scenario: Scenario, found: dict[str, np.ndarray]) -> dict[str, tuple[float, float]]:
    """Headline ratios, each a ratio of means with its standard error (delta method).

    deadweight: share of cash awarded to those who would be here anyway. cost_per_enterprise: cash per enterprise that is
    there in the policy's last year because of it. cost_per_sales: cash per yuan of induced online sales. rebate_share:
    rebates over the retained tax of the enterprises rebated. butfor_break_even: the multiple of the assumed but-for share
    at which the net impact would be 0 (infinite when nothing is induced).
    """
    cash = draws.by_clause[:, :, :, totals.AWARDED][:, :, : draws.cash]
    awarded, paid = cash.sum(axis=(1, 2)) / FEN, total_cash(draws).sum(axis=1)
    last = min(scenario.law.end.year if scenario.law.end else draws.years[-1], draws.years[-1]) - draws.years[0]
    benefit = (found["induced_tax"] - found["crowded_out"]).sum(axis=1)
    parts = {
        "deadweight": (found["awarded_anyway"].sum(axis=1), awarded),
        "cost_per_enterprise": (paid, found["induced_enterprises"][:, last]),
        "cost_per_sales": (paid, found["induced_sales"].sum(axis=1)),
        "rebate_share": (
            draws.by_clause[:, :, list(draws.policy.tied_to_tax), totals.AWARDED].sum(axis=(1, 2)),
            draws.of_year("rebated_tax").sum(axis=1),
        ),
        "butfor_break_even": (benefit - found["net_impact"].sum(axis=1), benefit),
    }
    return {name: ratio(above, below, draws.replicate) for name, (above, below) in parts.items()}


def _local_before(draws: Draws, world: str) -> np.ndarray:
    """Local part of the main taxes by the sharing rules of the base year, CNY (draws, cash years): as the district's own."""
    kept, unshared, local = (draws.of_year(f"{name}_{world}") / FEN for name in ("retained_tax", "unshared", "local"))
    return lengthen(local * np.divide(unshared, kept, out=np.ones_like(kept), where=kept > 0))


def _measures_cost(draws: Draws, scenario: Scenario) -> np.ndarray:
    """Yearly cost of the measures of 三 that are used, in the years of the term (draws, cash years), CNY."""
    total = sum((draws.parameters[f"levers_{m.name}_cost"] for m in MEASURES), np.zeros(len(draws.parameters)))
    last = scenario.law.end.year if scenario.law.end else draws.years[-1]
    in_term = np.array([scenario.law.start.year <= year <= last for year in draws.cash_years])
    return total[:, None] * in_term[None, :]
