"""One run of access in a process of its own: on one machine or on two workers of a local Dask cluster.

``python cluster_runs.py RUN NATION [TABLE]`` prints one JSON object. The nation holds ``origins`` and ``sites`` (unit
sphere), ``people``, ``hours`` (sites x specialties) and ``reach_km``; a table holds minutes by positions.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from analysis.access.banded import BandedWeights
from analysis.access.cluster import access_on, cluster_weights
from analysis.access.crew import Crew
from analysis.access.decay import Bands
from analysis.access.floating import two_steps
from analysis.access.partitions import Budget, Source
from analysis.access.places_parts import Places
from analysis.access.table_parts import MinutesByPosition
from analysis.access.travel import GreatCircle
from analysis.access.weights import MatrixWeights
from analysis.access.within import weights_within

Floats = NDArray[np.float64]
Nation = dict[str, NDArray[np.float64]]

RUNS = 2
DECAY = Bands((1 / 3, 2 / 3, 1.0), (1.0, 0.68, 0.22))
BUDGET_MB, TABLE_BUDGET_MB, LIMIT = 100.0, 300.0, "1GiB"
_SMALL = 200


def engine_of(nation: Nation) -> tuple[GreatCircle, Floats]:
    """Return an engine in which a minute is a kilometre, and everybody's limit."""
    speed = np.ones(len(nation["origins"]))
    return GreatCircle(nation["origins"], nation["sites"], speed, 1.0, 0.0), speed * float(nation["reach_km"])


def best(step: Callable[[], Floats]) -> tuple[float, Floats]:
    """Return the best time of a step, seconds, and what it gave."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        found = step()
        times.append(time.perf_counter() - began)
    return min(times), found


def one(nation: Nation, table: Path | None) -> dict[str, float]:
    """Share supply on one machine, all cores."""
    engine, limit = engine_of(nation)
    people, hours = nation["people"], nation["hours"]
    pairs: list[int] = []

    def of_places() -> Floats:
        weights = weights_within(engine, limit, DECAY)
        pairs.append(weights.structure.pairs if isinstance(weights, BandedWeights) else weights.matrix.nnz)
        return two_steps(weights, people, hours).value

    def of_table() -> Floats:
        from scipy.sparse import csr_array  # noqa: PLC0415 - only here

        whole = pq.read_table(table)
        origin, site, minutes = (whole.column(n).to_numpy() for n in range(3))
        weight = DECAY(minutes / limit[origin])
        matrix = csr_array((weight, (origin, site)), shape=(len(engine.origins), len(engine.sites)))
        pairs.append(matrix.nnz)
        return two_steps(MatrixWeights(matrix), people, hours).value

    seconds, found = best(of_places if table is None else of_table)
    np.save("one.npy", found)
    return {"pairs": pairs[0], "seconds": seconds, "peak": peak_mib()}


def two(nation: Nation, table: Path | None) -> dict[str, float]:
    """Share it on two workers, one core each."""
    from distributed import Client, LocalCluster  # noqa: PLC0415 - one machine must not pay for it

    engine, limit = engine_of(nation)
    people, hours = nation["people"], nation["hours"]
    source: Source = Places(engine, limit, DECAY)
    budget = BUDGET_MB
    if table is not None:
        source, budget = MinutesByPosition(table, limit, len(engine.sites), DECAY), TABLE_BUDGET_MB
    began = time.perf_counter()
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", memory_limit=LIMIT
        ) as cluster,
        Client(cluster) as client,
        tempfile.TemporaryDirectory() as below,
    ):
        small = Places(
            GreatCircle(engine.origins[:_SMALL], engine.sites, engine.km_per_minute[:_SMALL], 1.0, 0.0),
            limit[:_SMALL],
            DECAY,
        )
        access_on(Crew(client, Path(below, "small")), small, people[:_SMALL], hours, budget_mb=budget)
        start = time.perf_counter() - began
        rounds = iter(range(RUNS))

        def whole() -> Floats:
            crew = Crew(client, Path(below, str(next(rounds))))
            return access_on(crew, source, people, hours, budget_mb=budget).value

        seconds, found = best(whole)
        peaks = client.run(peak_mib)
        cut = cluster_weights(Crew(client, Path(below, "0")), source, Budget(budget, hours.shape[1])).cut
    expected = np.load("one.npy")
    off = np.abs(found - expected) / np.where(expected > 0, expected, 1.0)
    return {
        "start": start,
        "seconds": seconds,
        "peak": max(peaks.values()),
        "client_peak": peak_mib(),
        "partitions": len(cut),
        "halo": sum(len(part.sites) for part in cut) / len(engine.sites),
        "off": float(off.max()),
    }


def peak_mib() -> float:
    """Return the most memory this process ever held; what ``getrusage`` tells includes its parent's before it."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in told.splitlines() if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    with np.load(Path(sys.argv[2])) as held:
        arrays = dict(held)
    at = Path(sys.argv[3]) if len(sys.argv) > 3 else None  # noqa: PLR2004 - the third is the table
    print(json.dumps({"one": one, "two": two}[sys.argv[1]](arrays, at)))
