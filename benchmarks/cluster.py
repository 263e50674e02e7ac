"""Access on two workers of a Dask cluster against one machine: the same numbers, in how much time and memory.

Invented nations of 100,000 and 1,000,000 origins and 40,000 sites with twelve specialties and three bands are shared by
enhanced two-step floating catchments, the larger one also within 150 km instead of 50, and so is a table of the minutes
of the smaller one. Each run is a process of its own, the better of two; the cluster is started and has compiled before.
One machine uses all its cores, a worker one, so on a machine of two cores the cluster cannot win time: what is claimed
is that its numbers are the same and that a worker stays below its memory limit. Linux only. Small size: a tenth of the
smaller nation, and its table.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from access import nation
from claim import Figure, asked_size, tell

from analysis.access.travel import GreatCircle

_RUNS = Path(__file__).parent / "peers" / "cluster_runs.py"
_SITES, _PROVIDERS = 40_000, 1_000_000
_ORIGINS, _WIDE_KM = (100_000, 1_000_000), 150.0
_OFF_MOST, _PEAK_MIB_MOST = 1e-12, 0.8 * 1024
"""Where Dask would pause a worker of 1 GiB."""


def _run(what: str, *files: Path) -> dict[str, float]:
    """Run one way over a nation in a process of its own and return what it told."""
    command = [sys.executable, str(_RUNS), what, *map(str, files)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=7200, cwd=files[0].parent)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _minutes(file: Path, to: Path) -> None:
    """Write the minutes of all pairs of a nation by positions."""
    with np.load(file) as held:
        speed = np.ones(len(held["origins"]))
        engine = GreatCircle(held["origins"], held["sites"], speed, 1.0, 0.0)
        pairs = engine.pairs(speed * float(held["reach_km"]))
    ends = (pa.array(end.astype(np.int32)) for end in (pairs.origin, pairs.site))
    whole = pa.table(dict(zip(("origin", "destination", "minutes"), (*ends, pairs.minutes), strict=True)))
    pq.write_table(whole, to, compression="zstd", row_group_size=122_880)


def _told(name: str, one: dict[str, float], two: dict[str, float]) -> list[Figure]:
    return [
        Figure(f"{name}_pairs", one["pairs"] / 1e6, "million"),
        Figure(f"{name}_one", one["seconds"], "s on one machine"),
        Figure(f"{name}_two", two["seconds"], f"s on two workers, {two['partitions']} partitions"),
        Figure(f"{name}_times", two["seconds"] / one["seconds"], "of the time of one machine"),
        Figure(f"{name}_halo", two["halo"], "times all sites, over all partitions"),
        Figure(f"{name}_one_peak", one["peak"], "MiB on one machine"),
        Figure(f"{name}_worker_peak", two["peak"], "MiB of the larger worker", _PEAK_MIB_MOST),
        Figure(f"{name}_client_peak", two["client_peak"], "MiB of the process that asks"),
        Figure(f"{name}_memory", two["peak"] / one["peak"], "of the memory of one machine, a worker"),
        Figure(f"{name}_off", two["off"], "relative", _OFF_MOST),
    ]


def main() -> None:
    """Invent nations and share their providers both ways."""
    size = asked_size(__doc__)
    is_full = size == "full"
    scale = 1 if is_full else 10
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as below:
        for origins in _ORIGINS if is_full else _ORIGINS[:1]:
            file = Path(below) / f"{origins}.npz"
            np.savez(file, **nation(origins // scale, _SITES // scale, _PROVIDERS // scale))
            one, two = _run("one", file), _run("two", file)
            figures += [Figure(f"start_{origins // scale}", two["start"], "s to start and compile")]
            figures += _told(f"{origins // scale}", one, two)
        if is_full:
            wide = Path(below) / "wide.npz"
            np.savez(wide, **(nation(_ORIGINS[1], _SITES, _PROVIDERS) | {"reach_km": _WIDE_KM}))
            figures += _told("wide", _run("one", wide), _run("two", wide))
            wide.unlink()
        file, table = Path(below) / f"{_ORIGINS[0]}.npz", Path(below) / "minutes.parquet"
        _minutes(file, table)
        figures += _told("table", _run("one", file, table), _run("two", file, table))
    tell("cluster", size, figures)


if __name__ == "__main__":
    main()
