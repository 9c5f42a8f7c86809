"""Fiscal impact of an enterprise-subsidy policy: what it costs, how sure that is, what it brings.

The public door: everything the command line and the notebooks do goes through these names. Each stands in `simulator.door`.

    load_scenario, read_population, synthesize     what is asked, of whom
    assess, explain                                the law on a register, to the fen
    indicators                                     the statistical tables
    run, compare, report                           Monte Carlo budgets, differences with common random numbers, reports as files
    batch, verify, purge                           many reports at once; that a folder is as it was made; deleting it
    pseudonymise                                   a register's codes behind a key
    cluster                                        workers of other processes and machines, for all that plays draws
    further_years                                  what a longer policy costs, year by year
    design                                         the most generous terms that fit a budget
    loopholes                                      ways round the text, and their price
    whatif, lab, guide                             a page of sliders, the answer beside them; JupyterLab; the guide, in the browser
    attribute, sensitivity, notches                whose cost it is, what matters, who stands near an edge of the law

>>> scenario = load_scenario("baseline").set({"law.tax_rebate.high_rate": 0.4, "draws": 50})
>>> budget = run(scenario)
>>> bool(budget.figure("paid")["mean"] > 0)
True
"""

import simulator.report  # noqa: F401  first, so that the function `report` below is what the name means from then on
from simulator.door.budgets import cluster, compare, design, further_years, loopholes, run
from simulator.door.drivers import attribute, notches, sensitivity
from simulator.door.given import load_scenario, read_population
from simulator.door.pages import guide, lab, whatif
from simulator.door.registers import assess, explain, indicators, pseudonymise, synthesize
from simulator.door.reports import batch, purge, report, verify

__all__ = [
    "assess",
    "attribute",
    "batch",
    "cluster",
    "compare",
    "design",
    "explain",
    "further_years",
    "guide",
    "indicators",
    "lab",
    "load_scenario",
    "loopholes",
    "notches",
    "pseudonymise",
    "purge",
    "read_population",
    "report",
    "run",
    "sensitivity",
    "synthesize",
    "verify",
    "whatif",
]
