"""Beyond one machine: tasks on the workers of a Dask cluster, behind the interface that threads have.

What travels is a scenario and where a register lies, never a register: workers read it themselves, and say so where theirs is
another one, or another version of this program. Sums come back and are added as they come. What one worker does not finish,
because it died, another does; the numbers are those of one process, to the byte.

Whoever can talk to a scheduler can have anything done by its workers; so a cluster that plays real enterprises speaks TLS.
"""

from __future__ import annotations

import contextlib
import copyreg
import hashlib
import importlib.metadata
import io
import pickle
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from simulator import packages
from simulator.engine.blocks import Elsewhere, Sums, Task, Work
from simulator.errors import ClusterError, Problem, SimulatorError
from simulator.phrases import phrase
from simulator.population.parts import Parts, Register, open_register, whole
from simulator.population.register import Population
from simulator.resources import state_of
from simulator.sources import source_hash

PATIENCE = 20  # seconds without any worker after which a run is given up
REACHED = 15  # seconds to reach a scheduler
AHEAD = 3  # tasks under way for each thread of the cluster, so that none waits for the next


class Cluster(Elsewhere):
    """The workers behind a Dask client. Make it with `local` or `remote`."""

    def __init__(self, client: Any, private: bool):
        self._client, self._private, self._executor = client, private, client.get_executor(pure=False)
        self._since: float | None = None  # when its last worker went

    @property
    def workers(self) -> int:
        """Threads of all workers now."""
        return max(1, sum(self._client.nthreads().values()))

    @property
    def width(self) -> int:
        """Tasks to have under way at once."""
        return AHEAD * self.workers

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """As of any Executor; the function must be importable on the workers."""
        return self._executor.submit(function, *arguments, **named)

    def order(self, work: Work) -> bytes:
        """A work as it travels. Raises ClusterError for a real register without TLS, and for one that no worker could read."""
        if work.register is not None and not (self._private or work.register.synthetic):
            raise ClusterError(
                Problem(
                    "--scheduler",
                    "a register of real enterprises is played only by a cluster that speaks TLS",
                    "start the scheduler with --protocol tls and give tls://…",
                )
            )
        return packed(replace(work, register=cast("Register | None", named(work.register))))  # read by `unpacked`

    def player(self, work: Work) -> Callable[[Task, np.ndarray, int], Future[Sums]]:
        """See `Elsewhere`. Raises ClusterError."""
        order, code = self.order(work), code_here()
        return lambda task, parameters, taken: Explained(self.submit(play_order, order, code, task, parameters, taken), task, self)

    def watch(self) -> None:
        if self._client.nthreads():
            self._since = None
            return
        self._since = self._since or time.monotonic()
        if time.monotonic() - self._since > PATIENCE:
            raise ClusterError(
                Problem("the cluster", phrase("has had no worker for {} seconds", PATIENCE), "start workers; --resume goes on")
            )

    def explained(self, task: Any, error: BaseException) -> BaseException:
        """What is to be raised for a task that failed."""
        if isinstance(error, SimulatorError | KeyboardInterrupt):
            return error
        return ClusterError(
            Problem(
                _block(task),
                phrase("could not be played by the cluster ({})", f"{type(error).__name__}: {error}"),
                "see the workers' logs; --resume goes on",
            )
        )

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait=wait and not cancel_futures)


class Explained(Future[Sums]):
    """A future that tells what failed as the program tells everything."""

    def __init__(self, there: Future[Sums], task: Task, cluster: Cluster):
        super().__init__()
        self._there = there
        there.add_done_callback(lambda done: self._settle(done, task, cluster))

    def _settle(self, there: Future[Sums], task: Task, cluster: Cluster) -> None:
        if self.cancelled():
            return
        if there.cancelled():
            self.set_exception(cluster.explained(task, RuntimeError("the scheduler dropped it")))
        elif (error := there.exception()) is not None:
            self.set_exception(cluster.explained(task, error))
        else:
            self.set_result(there.result())

    def cancel(self) -> bool:
        self._there.cancel()
        return super().cancel()


@contextlib.contextmanager
def local(processes: int) -> Iterator[Cluster]:
    """A cluster of so many processes on this machine, one thread each, closed in the end. Raises ClusterError."""
    if processes < 1:
        raise ClusterError(Problem(f"--cluster {processes}", "at least one process is needed"))
    distributed = _distributed()
    with (
        distributed.LocalCluster(
            n_workers=processes,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            protocol="tls://",
            security=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield Cluster(client, private=True)


@contextlib.contextmanager
def remote(address: str) -> Iterator[Cluster]:
    """The workers of a scheduler at tls://host:port (its certificates as Dask is configured) or, for invented registers and drawn
    incumbents, tcp://host:port. Raises ClusterError where it cannot be reached.
    """
    distributed = _distributed()
    private = address.startswith("tls://")
    try:
        client = distributed.Client(
            address, timeout=REACHED, set_as_default=False, security=distributed.Security(require_encryption=private)
        )
    except (OSError, TimeoutError, ValueError, TypeError) as e:
        remedy = "check the address, that it runs, and the certificates in Dask's configuration (distributed.comm.tls)"
        raise ClusterError(Problem(f"--scheduler {address}", phrase("cannot be reached ({})", e), remedy)) from e
    with client:
        yield Cluster(client, private)


def packed(anything: Any) -> bytes:
    """A value as bytes for a worker of the same version."""
    file = io.BytesIO()
    pickler = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = copyreg.dispatch_table.copy()
    pickler.dispatch_table[MappingProxyType] = lambda held: (_frozen, (dict(held),))
    pickler.dump(anything)
    return file.getvalue()


def play_order(order: bytes, code: dict[str, str], task: Task, parameters: np.ndarray, taken: int) -> Sums:
    """On a worker: play a task of the work in `order`. Raises ClusterError where the worker has another version."""
    refuse_other_code(code)
    return unpacked(order).play(Task(*task), parameters, taken)


@lru_cache(maxsize=1)
def code_here() -> dict[str, str]:
    """What makes the numbers besides the work: this program and what it counts with."""
    return {"simulator": source_hash(), **{name: importlib.metadata.version(name) for name in ("numpy", "numba")}}


def refuse_other_code(code: dict[str, str]) -> None:
    """Raises ClusterError where the program here is not the one that asks."""
    if differ := [name for name, version in code.items() if code_here().get(name) != version]:
        raise ClusterError(
            [
                Problem(
                    "the cluster",
                    phrase("a worker has another version of {}: {}, not {}", name, code_here().get(name, "none")[:12], code[name][:12]),
                    "install the same version on every machine",
                )
                for name in differ
            ]
        )


@lru_cache(maxsize=2)
def unpacked(order: bytes) -> Any:
    """What `packed` packed, with the register read here; the same for the same bytes."""
    found = pickle.loads(order)  # noqa: S301  of whoever may have anything done here: see above
    return replace(found, register=found.register.read()) if isinstance(found.register, Named) else found


@dataclass(frozen=True)
class Named:
    """A register as every process can read it: where it lies, and what it must hold."""

    path: str
    units: tuple[tuple[str, str], ...]
    content: str

    def read(self) -> Population:
        """The register. Raises ClusterError where it is another one."""
        population = whole(_read(self.path, self.units, state_of(Path(self.path))))
        if fingerprint(population) != self.content:
            raise ClusterError(
                Problem(
                    self.path,
                    "holds another register here than where the run was started",
                    "give every worker the same files under the same path",
                )
            )
        return population


@lru_cache(maxsize=1)
def _read(path: str, units: tuple[tuple[str, str], ...], _state: object) -> Register:
    if not (path.startswith("env:") or Path(path).exists()):
        raise ClusterError(Problem(path, "a worker does not find the register", "put it where all workers see it, under one path"))
    return open_register(path, dict(units))


def named(register: Register | None) -> Named | Parts | None:
    """A register as it travels. Raises ClusterError for one that is in this process's memory only."""
    if register is None:
        return None
    if isinstance(register, Parts):
        return replace(register, unknown=(), warnings=())
    if register.origin is None:
        raise ClusterError(
            Problem(
                register.source or "the register",
                "is in this process's memory only",
                "write it into a folder that the workers can read, and give that",
            )
        )
    return Named(*register.origin, fingerprint(register))


def fingerprint(population: Population) -> str:
    """sha256 of all that a run reads of a register."""
    digest = hashlib.sha256(repr((population.first_year, population.last_paid_year, population.synthetic)).encode())
    for name in ("enterprises", "annual", "support", "support_district", "paid"):
        digest.update(np.ascontiguousarray(getattr(population, name)).tobytes())
    for texts in (population.ids, *(population.details[name] for name in population.details)):
        digest.update("\0".join(map(str, texts)).encode())
    return digest.hexdigest()


def _frozen(held: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(held)


def _block(task: Any) -> str:
    if not isinstance(task, Task):
        return str(task)
    return f"draws {task.first + 1} … {task.last}" + (f" of part {task.part + 1}" if task.part >= 0 else "")


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise ClusterError(Problem("--scheduler, --cluster", "Dask is not installed", packages.with_extra("cluster"))) from None
    return distributed
