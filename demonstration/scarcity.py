"""How many invented therapists of a profession each county gets: rural scarcity like the real one."""

import numpy as np
from numpy.typing import NDArray

from demonstration.population import Population

NONMETRO_FROM = 4
"""First rural-urban continuum code that is not metropolitan."""

_DENSITY = np.array([np.nan, 1.10, 1.02, 0.98, 0.66, 0.92, 0.50, 0.80, 0.42, 0.52])
"""Therapists per person by rural-urban continuum code, relative. Regional centres (5, 7) have more than 4, 6 and 8."""

_NOISE = 0.18
"""Standard deviation of the logarithm of a county's own factor."""
_RANK_NOISE = 0.5
"""How far chance may move a county among those ranked by population to have nobody."""


def _with_anybody(population: Population, absent_share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which counties have the profession at all: the small non-metro ones tend to have none."""
    nonmetro = np.flatnonzero(population.rurality >= NONMETRO_FROM)
    size = np.log(population.people[nonmetro] + 1) + rng.normal(0, _RANK_NOISE, len(nonmetro))
    absent = nonmetro[np.argsort(size)[: round(absent_share * len(nonmetro))]]
    anybody = np.ones(len(population), dtype=np.bool_)
    anybody[absent] = False
    return anybody


def spread(population: Population, total: int, absent_share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Spread ``total`` therapists of one profession over the counties; the counts add up to ``total``.

    A county that has the profession has at least one member of it, as far as ``total`` allows.
    """
    anybody = _with_anybody(population, absent_share, rng)
    own = np.exp(rng.normal(0, _NOISE, len(population)))
    weight = np.where(anybody, population.people * _DENSITY[population.rurality] * own, 0.0)
    floor = anybody.astype(np.int64) if total >= anybody.sum() else np.zeros(len(population), dtype=np.int64)
    exact = weight / weight.sum() * (total - floor.sum())
    count = np.floor(exact).astype(np.int64)
    remainder = np.argsort(-(exact - count), kind="stable")[: total - int(floor.sum()) - int(count.sum())]
    count[remainder] += 1
    spread_out: NDArray[np.int64] = count + floor
    return spread_out
