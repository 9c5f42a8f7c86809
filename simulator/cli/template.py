"""simulator template."""

from __future__ import annotations

import argparse

HELP = "write an empty register to fill in, with drop-downs and notes"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument("--out", metavar="FILE", required=True, help="the workbook, FILE.xlsx")


def do(arguments: argparse.Namespace) -> None:
    """Write an empty register to fill in."""
    from simulator.population.template import write_template

    print(f"→ {write_template(arguments.out)}")
