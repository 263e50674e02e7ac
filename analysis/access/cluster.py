"""The same access on more than one machine: weights whose sums are done by the workers of a Dask cluster.

Every measure that is written against :class:`analysis.access.weights.Weights` runs unchanged. Demand at sites is summed
over partitions in their order, then each partition's origins get their access from the ratios of all sites: results
equal those of one machine but for rounding, whatever the cluster does.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.cluster_rollup import rolled_up_on
from analysis.access.crew import PROGRAM, ClusterError, Crew, address_of, program, wait_for_one
from analysis.access.floating import Shared, two_steps
from analysis.access.partitions import Budget, Part, Partition, Source
from analysis.access.weights import Rolls, Weights, checked_columns, side_by_side

if TYPE_CHECKING:  # dask is an extra: loaded by those who have a cluster
    from distributed import Client

Floats = NDArray[np.float64]
Measure = Callable[[Weights, Floats, Floats], Shared]

_LOCAL = "local:"
_WORKER_BYTES = 500_000_000
"""What a worker takes by itself: measured as 330 MB, and 500 MB while it compiles loops for the first time."""
_OF_LIMIT = 0.6
"""Share of what is left that a part may take: Dask pauses a worker at 0.8 of its limit."""
_UNLIMITED_MB = 1000.0


class AddressError(ValueError):
    """What is given as the address of a cluster is none."""


@dataclass(frozen=True)
class Sum:
    """Sums of a partition over its sites or its origins, as a worker does them."""

    part: Part
    over: Literal["sites", "origins"]
    exponent: float
    columns: Floats

    def __call__(self) -> Floats:
        """Return the sums."""
        weights = self.part.weights().power(self.exponent)
        return weights.over_sites(self.columns) if self.over == "sites" else weights.over_origins(self.columns)


@dataclass(frozen=True)
class ClusterWeights:
    """Weights of a study in partitions; see :func:`cluster_weights`.

    Attributes
    ----------
    crew
        Who does the sums.
    source
        Where pairs come from.
    cut
        The partitions; together they hold every origin once.
    room_bytes
        What the answer to one task may take.
    exponent
        Weights are raised to it.

    """

    crew: Crew
    source: Source
    cut: tuple[Partition, ...]
    room_bytes: float
    exponent: float = 1.0

    @property
    def shape(self) -> tuple[int, int]:
        """How many origins and sites there are."""
        return self.source.shape

    def power(self, exponent: float) -> "ClusterWeights":
        """Return the same pairs with their weights raised to a power."""
        return replace(self, exponent=self.exponent * exponent)

    def over_sites(self, columns: Floats) -> Floats:
        """Return sums over each origin's sites."""
        origins, sites = self.shape
        given = checked_columns(columns, sites, "sites")
        found = np.zeros((origins, *given.shape[1:]))
        for partition, sums in zip(self.cut, self._sums("sites", given), strict=True):
            found[partition.origins] = sums
        return found

    def over_origins(self, columns: Floats) -> Floats:
        """Return sums over each site's origins, partition after partition."""
        origins, sites = self.shape
        given = checked_columns(columns, origins, "origins")
        found = np.zeros((sites, *given.shape[1:]))
        for partition, sums in zip(self.cut, self._sums("origins", given), strict=True):
            found[partition.sites] += sums
        return found

    def rolled_up(self, rolls: Rolls) -> tuple[csr_array, ...]:
        """Return regions x sites sums of factor times weight over each region's origins, one for each roll."""
        return rolled_up_on(self.crew.ask, self.source, self.cut, self.exponent, rolls, self.room_bytes)

    def _sums(self, over: Literal["sites", "origins"], given: Floats) -> Iterator[Floats]:
        def task(partition: Partition) -> Callable[[], Sum]:
            rows = partition.sites if over == "sites" else partition.origins
            return lambda: Sum(self.source.part(partition), over, self.exponent, given[rows])

        return self.crew.ask(f"sums over {over}", [task(partition) for partition in self.cut])


def cluster_weights(crew: Crew, source: Source, budget: Budget) -> ClusterWeights:
    """Return the weights of a study, cut into partitions that keep to a budget.

    Raises
    ------
    BudgetError
        A single origin needs more than the budget.

    """
    return ClusterWeights(crew, source, tuple(source.partitions(budget, crew.ask)), budget.most_bytes)


def access_on(
    crew: Crew,
    source: Source,
    demand: Floats,
    supply: Floats,
    *,
    measure: Measure = two_steps,
    budget_mb: float | None = None,
) -> Shared:
    """Return what a measure gives on one machine, worked out on a cluster.

    Parameters
    ----------
    crew
        The cluster (see :func:`connected`), where finished partitions are kept, and whom to tell.
    source
        :class:`analysis.access.places_parts.Places` or :class:`analysis.access.table_parts.MinutesByPosition`.
    demand
        People, or people in need, at each origin (x specialties).
    supply
        Capacity at each site (x specialties).
    measure
        :func:`analysis.access.floating.two_steps`, ``three_steps`` or any other on weights.
    budget_mb
        What a partition may take in a worker; a fair share of the memory limit of the least worker if not given.

    Raises
    ------
    ClusterError
        A partition failed in every attempt, or there are no workers.
    BudgetError
        A single origin needs more than the budget.

    """
    columns = max(side_by_side(np.asarray(table)).shape[1] for table in (demand, supply))
    budget = Budget(fair_budget_mb(crew.client) if budget_mb is None else budget_mb, columns)
    return measure(cluster_weights(crew, source, budget), demand, supply)


def fair_budget_mb(client: "Client") -> float:
    """Return what a partition may take so that no worker comes near its memory limit."""
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    if not workers:
        raise ClusterError(
            f"cluster {address_of(client)} has no workers, so that nobody knows how much fits into one; start "
            "some with 'dask worker'."
        )
    limits = [(worker["memory_limit"], worker["nthreads"]) for worker in workers if worker["memory_limit"]]
    if not limits:
        return _UNLIMITED_MB
    least: float = min(_OF_LIMIT * (limit - _WORKER_BYTES) / threads for limit, threads in limits)
    if least <= 0:
        raise ClusterError(
            f"a worker may take {min(limits)[0] / 1e6:,.0f} MB; expected more than the {_WORKER_BYTES / 1e6:,.0f} MB "
            "that it takes before it is given anything: raise its memory limit."
        )
    return least / 1e6


def _deaf_to_interrupts() -> Any:  # noqa: ANN401 - dask's
    """Return what has workers of this machine leave Ctrl-C to the build, which ends them."""
    from distributed import WorkerPlugin  # noqa: PLC0415 - an extra

    class Deaf(WorkerPlugin):
        def setup(self, worker: Any) -> None:  # noqa: ANN401, ARG002 - dask's
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    return Deaf()


def _check_workers(client: "Client", patience_seconds: float) -> None:
    """Wait for a worker, and refuse a cluster whose workers run another program."""
    wait_for_one(client, patience_seconds)
    try:
        told = client.run(program, on_error="return")
    except Exception as fault:  # whatever a worker without the program fails with
        raise ClusterError(
            f"cluster {address_of(client)}: a worker cannot run therapygap ({fault!r}); install the same version "
            "wherever workers run."
        ) from fault
    # a worker that could not be reached was leaving just then, and is no fault
    others = {address: what for address, what in told.items() if what != PROGRAM and not isinstance(what, OSError)}
    if others:
        address, what = min(others.items())
        raise ClusterError(
            f"worker {address} ({len(others)} such) runs therapygap {what}, and this is {PROGRAM}; expected the same "
            "version wherever workers run."
        )


@contextmanager
def connected(where: str, timeout_seconds: float = 20.0, patience_seconds: float = 60.0) -> "Iterator[Client]":
    """Give a cluster: ``tcp://host:port`` of a Dask scheduler, or ``local:2`` for two processes on this machine.

    Whoever calls it for such processes does so below ``if __name__ == "__main__"``, since each of them loads the
    program anew.

    Raises
    ------
    AddressError
        The address is none.
    ClusterError
        The extra is not installed, nobody answers there, or its workers are none or run another program.

    """
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415 - an extra
    except ImportError as fault:
        raise ClusterError(
            f"cluster {where!r} needs Dask, which is not installed; install therapygap with its extra [cluster]."
        ) from fault
    if where.startswith(_LOCAL) and where.removeprefix(_LOCAL).isdecimal() and int(where.removeprefix(_LOCAL)):
        workers = int(where.removeprefix(_LOCAL))
        with (
            LocalCluster(
                n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
            ) as processes,
            Client(processes) as client,
        ):
            client.register_plugin(_deaf_to_interrupts())
            yield client
        return
    if "://" not in where:
        raise AddressError(f"cluster {where!r} is no address; expected such as 'tcp://10.0.0.5:8786' or 'local:2'.")
    try:
        client = Client(where, timeout=timeout_seconds)
    except (OSError, ValueError, TypeError) as fault:  # a wrong kind of address is a TypeError of tls://
        raise ClusterError(
            f"cluster {where!r} does not answer ({fault}); check the address and 'dask scheduler'."
        ) from fault
    with client:
        _check_workers(client, patience_seconds)
        yield client
