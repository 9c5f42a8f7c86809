"""A register divided into parts, and written as such."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from simulator.errors import PopulationError, Problem
from simulator.population.parts import part_folder
from simulator.population.register import Population
from simulator.population.writing import mark_synthetic, write_folder, write_parquet

SIZE = 25_000  # enterprises of a part: a hundred MiB while it is read and played


def write_parts(populations: Iterable[Population], folder: str | Path, count: int) -> Path:
    """Write `count` registers as the parts of one, as they come. Raises PopulationError where the folder holds anything."""
    folder, synthetic = Path(folder), True
    if folder.is_dir() and any(folder.iterdir()):
        raise PopulationError(Problem(str(folder), "is not empty", "choose another folder"))
    for number, population in enumerate(populations):
        cells = any(enterprise for enterprise, _, _ in population.unknown)
        write = write_folder if cells else write_parquet  # typed columns have no word for what is not known
        write(population, part_folder(folder, number, count))
        synthetic = synthetic and population.synthetic
    if synthetic:
        mark_synthetic(folder)
    return folder


def divided(population: Population, size: int = SIZE) -> Iterator[Population]:
    """A register in memory as registers of about `size` enterprises, groups kept together; in the order of their first ones."""
    groups = population.details["group_id"]
    first: dict[str, int] = {}
    place = np.array([first.setdefault(group, row) if group else row for row, group in enumerate(groups)], np.int64)
    order = np.argsort(place, kind="stable")
    start = 0
    while start < len(order):
        end = min(start + size, len(order))
        while end < len(order) and place[order[end]] == place[order[end - 1]]:
            end += 1
        yield population.subset(np.sort(order[start:end]))
        start = end
