"""Invented studies and two worker processes, for all tests of access on a cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
from distributed import Client, LocalCluster

from analysis.access.decay import Bands
from analysis.access.floating import Shared
from analysis.access.structure import build_structure
from analysis.access.travel import GreatCircle
from analysis.sphere import unit_sphere

BANDS = Bands((1 / 3, 2 / 3, 1.0), (1.0, 0.68, 0.22))
MEMORY_MIB = 1024
LOOPBACK: dict[str, Any] = {"threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
World = tuple[GreatCircle, np.ndarray]


@contextmanager
def two_workers() -> Iterator[Client]:
    """Give two worker processes on loopback that may take no more than ``MEMORY_MIB`` each."""
    with (
        LocalCluster(n_workers=2, **LOOPBACK, memory_limit=f"{MEMORY_MIB}MiB") as cluster,
        Client(cluster) as client,
    ):
        yield client


def crowd(seed: int, origins: int, sites: int) -> World:
    """Return a country with crowded and empty places on both sides of the antimeridian."""
    draw = np.random.default_rng(seed)
    centres = np.array([[61.0, -150.0], [52.0, 179.5], [21.3, -157.9], [66.0, -179.0]])

    def scattered(count: int) -> np.ndarray:
        return centres[draw.integers(0, 4, count)] + draw.normal(0, 1, (count, 2)) * draw.choice(
            [0.05, 1.5], (count, 1)
        )

    on_sphere = [unit_sphere(*scattered(count).T) for count in (origins, sites)]
    engine = GreatCircle(*on_sphere, draw.choice([0.8, 1.2, 1.5], origins), 1.4, 2.0)
    return engine, draw.choice([20.0, 45.0, 110.0, 145.0], origins)


def people_and_hours(world: World, specialties: int = 3, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return demand and supply; some origins are empty, and most sites lack some specialty."""
    draw = np.random.default_rng(seed)
    origins, sites = len(world[0].origins), len(world[0].sites)
    return draw.integers(0, 50, origins) * 100.0, draw.poisson(0.4, (sites, specialties)) * draw.uniform(0.1, 40)


def equal(found: Shared, expected: Shared) -> None:
    np.testing.assert_allclose(found.value, expected.value, rtol=1e-12, atol=0)
    np.testing.assert_allclose(found.demand_at_sites, expected.demand_at_sites, rtol=1e-12, atol=0)
    assert (found.unreached_sites == expected.unreached_sites).all()


@cache
def nation() -> World:
    """Return 20,000 origins and 5,000 sites, some in reach across the antimeridian."""
    engine, limit = world = crowd(5, 20_000, 5_000)
    origin, site, _ = build_structure(engine, limit, (1.0,)).within()
    east, west = engine.origins[origin, 1] > 0, engine.sites[site, 1] < 0
    assert (east & west & (engine.origins[origin, 0] < 0)).sum() > 1_000
    return world
