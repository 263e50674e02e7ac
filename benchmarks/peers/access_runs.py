"""One run of an access engine in a process of its own, over a nation in a file: ours, points, SciPy's or PySAL's.

``python access_runs.py RUN NATION`` prints one JSON object. The nation holds ``origins`` and ``sites`` (unit sphere),
``points`` and ``point_specialty``, ``people``, ``hours`` (sites x specialties) and ``reach_km``.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.access.decay import Bands
from analysis.access.travel import GreatCircle

Floats = NDArray[np.float64]

RUNS = 5
DRAWS, AT_ONCE = 1_000, 16
"""Draws of all specialties, and how many at once: 192 columns with twelve specialties; each time the same work."""
DECAY = Bands((1 / 3, 2 / 3, 1.0), (1.0, 0.68, 0.22))
_BYTES = 1 << 29
_STATUS = Path("/proc/self/status")
_PEAKS_A_MIB = 1024 if sys.platform == "linux" else 1024 * 1024
"""``getrusage`` counts kilobytes on Linux and bytes elsewhere."""


def engine_of(nation: dict[str, NDArray[np.float64]], places: str = "sites") -> tuple[GreatCircle, Floats]:
    """Return an engine in which a minute is a kilometre, and everybody's limit."""
    speed = np.ones(len(nation["origins"]))
    return GreatCircle(nation["origins"], nation[places], speed, 1.0, 0.0), speed * float(nation["reach_km"])


def best(step: Callable[[], object]) -> tuple[float, float]:
    """Return the first time of a step, which may compile, and the best of five more, seconds."""
    times = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        step()
        times.append(time.perf_counter() - began)
    return times[0], min(times[1:])


def solve(nation: dict[str, NDArray[np.float64]]) -> dict[str, float]:
    """Find neighbours and share twelve specialties; then what more columns cost."""
    from analysis.access.banded import BandedWeights, band_weights  # noqa: PLC0415 - peers need no compiler
    from analysis.access.floating import per_head, two_steps  # noqa: PLC0415
    from analysis.access.structure import build_structure  # noqa: PLC0415

    engine, limit = engine_of(nation)
    people, hours = nation["people"], nation["hours"]
    table = band_weights(DECAY, DECAY.shares)

    def whole() -> Floats:
        weights = BandedWeights(build_structure(engine, limit, DECAY.shares), table)
        return two_steps(weights, people, hours).value

    first, seconds = best(whole)
    peak = peak_mib()
    structure = build_structure(engine, limit, DECAY.shares)
    weights = BandedWeights(structure, table)
    at_sites = weights.over_origins(people)
    _, again = best(lambda: weights.over_sites(per_head(hours, at_sites)[0]))
    _, products = best(lambda: two_steps(weights, people, hours))
    drawn = np.random.default_rng(1).poisson(np.tile(hours, AT_ONCE)).astype(np.float64)
    _, some = best(lambda: weights.over_sites(per_head(drawn, at_sites)[0]))
    draws = some * DRAWS / AT_ONCE
    np.save("ours.npy", two_steps(weights, people, hours).value)
    moved = 2 * structure.bytes_held + 8 * (hours.size + people.size * (1 + hours.shape[1]))
    return {
        "first": first,
        "seconds": seconds,
        "peak": peak,
        "pairs": structure.pairs,
        "bytes_a_pair": structure.bytes_held / structure.pairs,
        "again": again,
        "products": products,
        "draws": draws,
        "floor": moved / bandwidth(),
    }


def grow(nation: dict[str, NDArray[np.float64]]) -> dict[str, float]:
    """Find neighbours and share twelve specialties, and nothing else."""
    from analysis.access.banded import BandedWeights, band_weights  # noqa: PLC0415 - peers need no compiler
    from analysis.access.floating import two_steps  # noqa: PLC0415
    from analysis.access.structure import build_structure  # noqa: PLC0415

    engine, limit = engine_of(nation)
    table = band_weights(DECAY, DECAY.shares)
    pairs = []

    def whole() -> None:
        weights = BandedWeights(build_structure(engine, limit, DECAY.shares), table)
        two_steps(weights, nation["people"], nation["hours"])
        pairs.append(weights.structure.pairs)

    _, seconds = best(whole)
    return {"seconds": seconds, "pairs": pairs[0], "peak": peak_mib()}


def points(nation: dict[str, NDArray[np.float64]]) -> dict[str, float]:
    """Share twelve specialties of providers who are each in a place of their own."""
    from analysis.access.banded import band_weights  # noqa: PLC0415 - peers need no compiler
    from analysis.access.floating import two_steps  # noqa: PLC0415
    from analysis.access.points import point_weights  # noqa: PLC0415

    engine, limit = engine_of(nation, "points")
    specialty = nation["point_specialty"].astype(np.int64)
    hours = np.zeros((len(specialty), nation["hours"].shape[1]))
    hours[np.arange(len(specialty)), specialty] = 1.0
    table = band_weights(DECAY, DECAY.shares)

    def whole() -> Floats:
        return two_steps(point_weights(engine, limit, DECAY.shares, table), nation["people"], hours).value

    first, seconds = best(whole)
    peak = peak_mib()
    pairs = point_weights(engine, limit, DECAY.shares, table).power(0).over_sites(np.ones(len(specialty))).sum()
    return {"first": first, "seconds": seconds, "peak": peak, "pairs": float(pairs)}


def scipy_path(nation: dict[str, NDArray[np.float64]]) -> dict[str, float]:
    """Do the same with SciPy alone, the straightest way there is: one tree search, one sparse matrix, two products."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - ours must not pay for its memory
    from scipy.spatial import cKDTree  # noqa: PLC0415

    from analysis.sphere import chord  # noqa: PLC0415

    people, hours = nation["people"], nation["hours"]
    ends = chord(float(nation["reach_km"]) * np.asarray(DECAY.shares))
    weight = np.append(DECAY.weights, 0.0)

    def whole() -> Floats:
        trees = (cKDTree(nation[name]) for name in ("origins", "sites"))
        near = next(trees).sparse_distance_matrix(next(trees), ends[-1], output_type="coo_matrix")
        near.data = weight[np.searchsorted(ends, near.data)]
        matrix = csr_array(near)
        at_sites = matrix.T @ people
        per_person = np.divide(1.0, at_sites, out=np.zeros_like(at_sites), where=at_sites > 0)
        return matrix @ (hours * per_person[:, None])

    first, seconds = best(whole)
    return {"first": first, "seconds": min(first, seconds), "peak": peak_mib(), "difference": difference(whole())}


def pysal(nation: dict[str, NDArray[np.float64]]) -> dict[str, float]:
    """Share the specialties with PySAL's ``access``, its table of minutes being given: the search is not counted.

    Each specialty is the same work and takes PySAL long, so it is asked once for each, and all count as the fastest.
    """
    import pandas as pd  # noqa: PLC0415 - ours must not pay for its memory
    from access import fca, weights  # noqa: PLC0415

    from analysis.access.bounds import squared_bounds, squared_chords  # noqa: PLC0415
    from analysis.access.plain import banded_pairs  # noqa: PLC0415
    from analysis.sphere import great_circle_km  # noqa: PLC0415

    engine, limit = engine_of(nation)
    reach = float(nation["reach_km"])
    origin, site, _ = banded_pairs(engine, squared_bounds(engine, limit, (1.0,)))
    km = great_circle_km(np.sqrt(squared_chords(engine.sites[site], engine.origins[origin])))
    cost = pd.DataFrame({"origin": origin, "dest": site, "cost": km})
    demand = pd.DataFrame({"demand": nation["people"]})
    steps = weights.step_fn({reach * share: weight for share, weight in zip(DECAY.shares, DECAY.weights, strict=True)})
    found, times = [], []
    for hours in nation["hours"].T:
        supply = pd.DataFrame({"supply": hours})
        began = time.perf_counter()
        access = fca.two_stage_fca(
            demand, supply, cost, reach, demand_index=True, demand_name="demand", weight_fn=steps
        )
        times.append(time.perf_counter() - began)
        found.append(access.reindex(demand.index).to_numpy())
    return {"seconds": min(times) * len(times), "peak": peak_mib(), "difference": difference(np.column_stack(found))}


def difference(found: Floats) -> float:
    """Return the largest relative difference to ours, where the peer gives a finite value."""
    ours = np.load("ours.npy")
    known = np.isfinite(found) & (ours > 0)
    return float(np.abs(found[known] / ours[known] - 1).max())


def bandwidth() -> float:
    """Return how many bytes a second all cores together read from memory."""
    halves = np.split(np.ones(_BYTES // 8), 2)
    with ThreadPoolExecutor(len(halves)) as pool:
        _, seconds = best(lambda: list(pool.map(np.sum, halves)))
    return _BYTES / seconds


def peak_mib() -> float:
    """Return the most memory this process ever held.

    Linux says it of the program alone; ``getrusage`` counts what its parent held when it forked, too.
    """
    if _STATUS.is_file():
        told = dict(line.split(":", 1) for line in _STATUS.read_text(encoding="utf-8").splitlines() if ":" in line)
        if "VmHWM" in told:
            return int(told["VmHWM"].split()[0]) / 1024  # kilobytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _PEAKS_A_MIB


if __name__ == "__main__":
    run = {"solve": solve, "grow": grow, "points": points, "scipy": scipy_path, "pysal": pysal}[sys.argv[1]]
    with np.load(Path(sys.argv[2])) as held:
        arrays = dict(held)
    print(json.dumps(run(arrays)))
