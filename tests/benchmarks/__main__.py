"""Measure and write the table: `python -m tests.benchmarks [--long] [--only NAME …]` (`make bench`)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.benchmarks import accuracy, clusters, contenders, first_minute, measures
from tests.benchmarks.timing import ROUNDS, as_markdown, write

NOTES = [
    (
        "Common work: an invented register (`simulator synthesize`), baseline without arrivals, all eleven clauses, growth, exits, "
        "taxes, certification, breach and take-up by lottery; every total our engine keeps. What no draw changes is worked out beforehand."
    ),
    (
        "Peers run on NumPy's own generator and exponentials, the fastest they could use; 'our numbers': on our streams, with "
        "which their sums agree with ours to the fen (checked before anything is timed)."
    ),
    "In OpenFisca the facts of coming years are inputs projected in NumPy; its formulas are the law, take-up and the counts.",
    "The floor yields the random numbers and exponentials of the same decisions, and nothing else.",
    "One thread: the thread's own time. Ratio: of the best times; in brackets the median of the rounds' own ratios.",
]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--long", action="store_true", help="also a million enterprises × 1 000 draws, and a cluster")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="some of: peers large threads baseline ten start first intervals change runs cluster"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--enterprises", type=int, default=10_000)
    parser.add_argument("--out", type=Path, default=Path("out/benchmarks"))
    chosen = parser.parse_args(arguments)
    few = max(1, chosen.rounds // 5)
    everything = {
        "peers": ("The same work", lambda: measures.against_peers(chosen.enterprises, chosen.rounds)),
        "large": (
            "The same work, ten times the enterprises (an interpreter's fixed cost weighs less)",
            lambda: measures.against_peers(10 * chosen.enterprises, few),
        ),
        "threads": ("Threads", lambda: measures.threads(chosen.enterprises, chosen.rounds)),
        "baseline": ("The baseline as shipped", lambda: measures.on_the_baseline(chosen.enterprises, chosen.rounds)),
        "ten": ("Growth with size", lambda: measures.ten_times(few)),
        "start": ("Waiting", lambda: measures.starting(chosen.rounds)),
        "first": ("The first minute", lambda: first_minute.waiting(few)),
        "intervals": ("Accuracy", measures.intervals),
        "change": ("One change", measures.one_change),
        "runs": ("Accuracy of whole runs", accuracy.tables),
    }
    if chosen.long or "cluster" in (chosen.only or ()):
        everything["cluster"] = ("Processes of a cluster", clusters.against_threads)
    if chosen.long:
        everything["million"] = ("A million enterprises", measures.a_million)
    if not contenders.HAS_OPENFISCA:
        print("openfisca-core is not installed: pip install -e '.[bench]'", file=sys.stderr)
    tables = {}
    for name, (title, measure) in everything.items():
        if chosen.only is None or name in chosen.only:
            print(f"{title} …", file=sys.stderr, flush=True)
            tables[title] = measure()
            page = write(chosen.out, tables, NOTES)  # what is done is kept, should a later one fail
    print(as_markdown(tables, NOTES))
    print(page, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
