"""Access of a nation: a thousand times faster than PySAL, eight times faster than SciPy, in little memory.

An invented nation of 85,000 origins and a million providers in twelve specialties at 40,000 sites, three bands, is
shared by enhanced two-step floating catchments. Ours finds the neighbours too; PySAL's ``access`` is given its table of
minutes ready made. SciPy's path is one search of its trees, one sparse matrix and two products. The same providers,
each in a place of their own, are shared without storing a pair. Best of five, each engine in a process of its own; ours
twice, before and after the peers; PySAL's twelve specialties, which are the same work, count as twelve times its
fastest. The time to compile is told apart. Small size: a tenth of everything, and no limits of speed between engines.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from claim import Figure, asked_size, tell
from numpy.typing import NDArray

from analysis.sphere import EARTH_KM, unit_sphere

Floats = NDArray[np.float64]

_RUNS = Path(__file__).parent / "peers" / "access_runs.py"
_FULL = (85_000, 40_000, 1_000_000)
"""Origins, sites and providers."""
_REACH_KM = 50.0
_SPECIALTIES = 12
_GROWTH = (10_000, 100_000, 1_000_000)
_MORE_THAN_PYSAL, _MORE_THAN_SCIPY, _POINTS_MOST, _AGAIN_MOST = 1_000.0, 8.0, 40.0, 0.5
_PEAK_MIB_MOST, _POINTS_PEAK_MIB_MOST = 400.0, 700.0


def nation(origins: int, sites: int, providers: int, seed: int = 0) -> dict[str, Any]:
    """Invent a nation: cities by rank and size in a box like the lower states, and islands across the antimeridian."""
    draw = np.random.default_rng(seed)
    towns = 4_000
    latitude, longitude = draw.uniform(29, 48, towns), draw.triangular(-123, -80, -75, towns)
    latitude[-40:], longitude[-40:] = draw.uniform(51, 66, 40), draw.uniform(172, 205, 40)
    size = np.arange(1, towns + 1) ** -1.02
    spread_km = 8 * (size / size[-1]) ** 0.12

    def scattered(count: int, share: Floats, stretch: float) -> tuple[Floats, NDArray[np.int64]]:
        town = draw.choice(towns, count, p=share / share.sum())
        away = draw.gamma(2.0, stretch * spread_km[town]) / EARTH_KM
        turn = draw.uniform(0, 2 * np.pi, count)
        north = latitude[town] + np.degrees(away * np.sin(turn))
        east = longitude[town] + np.degrees(away * np.cos(turn)) / np.cos(np.radians(latitude[town]))
        return np.column_stack((north, east)), town

    home, _ = scattered(origins, size, 0.9)
    office, town = scattered(sites, size**0.7, 0.8)
    crowd = size[town] / np.bincount(town, minlength=towns)[town] * draw.lognormal(0, 1, sites)
    of_provider = draw.choice(sites, providers, p=crowd / crowd.sum())
    specialty = draw.choice(_SPECIALTIES, providers, p=np.arange(12, 0, -1) / 78)
    hours = np.zeros((sites, _SPECIALTIES))
    np.add.at(hours, (of_provider, specialty), 1.0)
    door = office[of_provider] + draw.normal(0, 0.01, (providers, 2))
    return {
        "origins": unit_sphere(*home.T),
        "sites": unit_sphere(*office.T),
        "points": unit_sphere(*door.T),
        "point_specialty": specialty.astype(np.int8),
        "people": draw.lognormal(8.2, 0.4, origins).round(),
        "hours": hours,
        "reach_km": np.float64(_REACH_KM),
    }


def _run(what: str, file: Path, **settings: str) -> dict[str, float]:
    """Run one engine over a nation in a process of its own and return what it told."""
    command = [sys.executable, str(_RUNS), what, str(file)]
    done = subprocess.run(
        command, check=True, capture_output=True, timeout=7200, cwd=file.parent, env=os.environ | settings
    )
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _grown(work: Path, scale: int) -> list[Figure]:
    """Measure nations of ever more origins with the same sites."""
    figures = []
    for origins in _GROWTH:
        file = work / f"{origins}.npz"
        np.savez(file, **nation(origins // scale, _FULL[1] // scale, _FULL[2] // scale))
        told = _run("grow", file)
        figures.append(
            Figure(f"seconds_{origins // scale}", told["seconds"], f"s, {told['pairs'] / 1e6:.3g} million pairs")
        )
        file.unlink()
    return figures


def main() -> None:
    """Invent a nation and share its providers by every engine."""
    size = asked_size(__doc__)
    scale = 1 if size == "full" else 10
    is_claim = size == "full"
    with tempfile.TemporaryDirectory() as below:
        work = Path(below)
        file = work / "nation.npz"
        np.savez(file, **nation(*(count // scale for count in _FULL)))
        fresh = _run("solve", file, NUMBA_CACHE_DIR=str(work / "compiled"))
        rounds = [_run("solve", file)]
        _run("points", file)  # compiles, so that memory is that of the work
        points, scipy, pysal = (_run(what, file) for what in ("points", "scipy", "pysal"))
        rounds.append(_run("solve", file))  # before and after the peers, lest a busy minute be held against ours
        ours = {name: min(told[name] for told in rounds) for name in rounds[0]}
        grown = _grown(work, scale)
    tell(
        "access",
        size,
        [
            Figure("pairs", ours["pairs"] / 1e6, "million"),
            Figure("bytes_a_pair", ours["bytes_a_pair"], "bytes", 8.0),
            Figure("compile", fresh["first"] - fresh["seconds"], "s, once a machine"),
            Figure("ours", ours["seconds"], "s, search and twelve specialties"),
            Figure("pysal", pysal["seconds"], "s, twelve specialties, minutes given"),
            Figure(
                "times_pysal",
                pysal["seconds"] / ours["seconds"],
                "of ours",
                least=_MORE_THAN_PYSAL if is_claim else None,
            ),
            Figure("scipy", scipy["seconds"], "s, search and twelve specialties"),
            Figure(
                "times_scipy",
                scipy["seconds"] / ours["seconds"],
                "of ours",
                least=_MORE_THAN_SCIPY if is_claim else None,
            ),
            Figure("off_pysal", pysal["difference"], "relative", 1e-9),
            Figure("off_scipy", scipy["difference"], "relative", 1e-12),
            Figure("floor", ours["products"] / ours["floor"], "times what memory takes, both products"),
            Figure("again", ours["again"] / ours["seconds"], "of the first for twelve more", _AGAIN_MOST),
            Figure("draws", ours["draws"] / ours["seconds"], "solves for 1,000 draws of twelve"),
            Figure("peak", ours["peak"], "MiB", _PEAK_MIB_MOST),
            Figure("point_pairs", points["pairs"] / 1e6, "million, never stored"),
            Figure("points", points["seconds"], "s, every provider in a place of their own"),
            Figure("times_points", points["seconds"] / ours["seconds"], "of ours", _POINTS_MOST if is_claim else None),
            Figure("points_peak", points["peak"], "MiB", _POINTS_PEAK_MIB_MOST),
            *grown,
        ],
    )


if __name__ == "__main__":
    main()
