"""Golden sums of golden.txt (git takes no .csv): what the shipped scenarios cost by clause and year, and what the law gives the
sample register.

`python -m tests.budget.golden` writes the file anew (a blessing): only for a change that is meant, and with a line in
CHANGELOG.md that says which clause or year it touches.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).with_name("golden.txt")
SCENARIOS = ("baseline", "cautious", "generous", "rebate_suspended")
DRAWS, SEED = 20, 20130101
COLUMNS = ("of", "scenario", "clause", "year", "fen")


def sums() -> Iterator[tuple[str, str, str, int, int]]:
    """Each sum as of (sample: the law on the shipped register; draws: of a small run), scenario, clause, year and fen."""
    from simulator import assess, load_scenario, read_population, run
    from simulator.resources import folder
    from tests.of_2013 import SLUGS

    sample = read_population(folder("data") / "sample")
    for name in SCENARIOS:
        scenario = load_scenario(name, {"draws": DRAWS, "seed": SEED})
        given = assess(sample, scenario)
        for k, slug in enumerate(SLUGS):
            for j, year in enumerate(given.years):
                yield "sample", name, slug, int(year), int(given.awards[:, j, k].sum())
        for j, year in enumerate(given.years):
            yield "sample", name, "clawback", int(year), int(given.clawback[:, j].sum())
        played = run(scenario).draws.groupby(["clause", "year"], sort=True)["paid"].sum()
        for (slug, year), paid in played.items():
            yield "draws", name, slug, int(year), round(paid * 100)


def write(file: Path = FILE) -> None:
    """Write the sums as they are now."""
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([COLUMNS, *sums()])


if __name__ == "__main__":
    write()
    print(f"{FILE} is written; say in CHANGELOG.md what changed and why")
