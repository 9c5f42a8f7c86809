"""Mutating good files: what hypothesis changes in them, and how many times (FUZZ_EXAMPLES; `make fuzz` takes many)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st

from simulator.errors import SimulatorError

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
MOST_SECONDS = 10.0  # of the processor for one small file; the bar is 5 of the clock
fuzz = settings(max_examples=EXAMPLES, deadline=None)


@st.composite
def mutated(draw, good: bytes, pieces: tuple[bytes, ...] = ()) -> bytes:
    """A good file with one to three places overwritten, cut out, filled in or repeated; pieces: what its kind is made of."""
    data = good
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        cut = draw(st.sampled_from((0, 0, 1, 2, 4, 8, 64)))
        new = draw(st.one_of(st.binary(max_size=8), st.sampled_from((b"", *pieces))))
        repeat = draw(st.sampled_from((1, 1, 1, 1000)))
        data = data[:at] + new * repeat + data[at + cut :]
    return data


def answers(read: Callable[[], object], error: type[SimulatorError]) -> None:
    """Reading ends with a result or with problems that name their place, in bounded time; nothing else comes out."""
    began = time.process_time()
    try:
        read()
    except error as refused:
        assert refused.problems and all(problem.cause for problem in refused.problems)
        assert str(refused).encode("utf-8", "strict"), "can be printed"
    assert time.process_time() - began < MOST_SECONDS
