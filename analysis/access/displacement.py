"""What it does to access that a site is known only to lie within a radius: the chance that its true band differs.

A site's true place is taken to lie anywhere in a disc around its point, each spot alike. For steps (bands) the chance
that it lies within some kilometres of an origin is the shared area of two discs, so the mean and the variance of each
pair's weight are in closed form. Three things keep it simple. The origins of a region are taken to gain and lose
together, which makes intervals wider, never narrower. The demand in a site's catchment is held where it is: wider where
a region makes up much of it, narrower where others do. So is the mean share of demand that three-step measures send
to each site. Pairs are looked at block by block of origins, by whoever does a task, and never held.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from analysis.access.decay import Bands, Decay
from analysis.access.halo import Halo, halves
from analysis.access.measures.three_sfca import share_per_weight
from analysis.access.membership import Membership
from analysis.access.partitions import Ask, Partition, Task
from analysis.access.sheets import ROLLED_BYTES, Place, packed, summed
from analysis.access.travel import GreatCircle
from analysis.access.travel_parts import part_of
from analysis.access.weights import MatrixWeights, PairWeights, Rolls
from analysis.sphere import chord, great_circle_km

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

NEGLIGIBLE_KM = 0.5
"""Radius up to which a site is taken to be where it says: less than estimated minutes resolve."""
_LOOKING_BYTES = 160
"""What a pair takes while it is looked at: measured as 150."""


def share_within(km: Floats, radius_km: Floats, reach_km: Floats) -> Floats:
    """Return the share of a disc that lies within reach of a point.

    Parameters
    ----------
    km
        Distance of the point from the disc's centre; a plane is near enough to the sphere at these distances.
    radius_km
        Radius of the disc, above 0.
    reach_km
        Radius around the point; 0 and less reaches nothing.

    """
    reach = np.maximum(reach_km, 0.0)
    lens = (np.abs(radius_km - reach) < km) & (km < radius_km + reach)
    safe_km, safe_reach = np.where(lens, km, 1.0), np.where(lens, reach, 1.0)
    of_disc = np.clip((safe_km**2 + radius_km**2 - safe_reach**2) / (2 * safe_km * radius_km), -1, 1)
    of_reach = np.clip((safe_km**2 + safe_reach**2 - radius_km**2) / (2 * safe_km * safe_reach), -1, 1)
    area = (
        radius_km**2 * (np.arccos(of_disc) - of_disc * np.sqrt(1 - of_disc**2))
        + safe_reach**2 * (np.arccos(of_reach) - of_reach * np.sqrt(1 - of_reach**2))
    )  # fmt: skip
    whole = np.where(km <= np.abs(radius_km - reach), np.minimum(reach / radius_km, 1.0) ** 2, 0.0)
    share: Floats = np.clip(np.where(lens, area / (np.pi * radius_km**2), whole), 0, 1)
    return share


def weight_moments(km: Floats, radius_km: Floats, bounds_km: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance of each pair's weight.

    Parameters
    ----------
    km, radius_km
        Distance between the pair's points and radius of the site, shape (pairs,).
    bounds_km
        Upper ends of the bands in km around the origin, shape (pairs, bands).
    weights
        Weight of each band, shape (bands,).

    """
    within = np.column_stack([share_within(km, radius_km, bound) for bound in bounds_km.T])
    chance = np.diff(within, axis=1, prepend=0.0)
    mean = chance @ weights
    variance: Floats = np.maximum(chance @ weights**2 - mean**2, 0.0)
    return mean, variance


@dataclass(frozen=True)
class Coarse:
    """Sites that are known only to lie within a radius, and the steps around each origin.

    Attributes
    ----------
    engine
        Origins, and these sites alone.
    bounds_km
        Upper ends of the bands around each origin, shape (origins, bands).
    weights
        Weight of each band, shape (bands,).
    radius_km
        Radius of each of these sites, shape (sites,).

    """

    engine: GreatCircle
    bounds_km: Floats
    weights: Floats
    radius_km: Floats

    def part(self, block: Partition) -> "Coarse":
        """Return the same for some origins and sites."""
        engine = part_of(self.engine, block.origins, block.sites)
        return Coarse(engine, self.bounds_km[block.origins], self.weights, self.radius_km[block.sites])

    def blocks(self, pairs_most: float) -> list[Partition]:
        """Return origins that lie together, each with the sites whose discs may be in their reach.

        Parameters
        ----------
        pairs_most
            Pairs of a block, near or not; a single origin may have more.

        """
        halo = Halo(self.engine.sites)
        waiting, found = [np.arange(len(self.bounds_km))] if len(self.bounds_km) else [], []
        while waiting:
            origins = waiting.pop()
            reach_km = self.bounds_km[origins, -1].max() + self.radius_km
            sites = halo.of(self.engine.origins[origins], chord(reach_km) ** 2)
            if len(origins) == 1 or len(origins) * len(sites) <= pairs_most:
                found += [Partition(np.sort(origins), sites)] if len(sites) else []
            else:
                waiting += reversed(halves(self.engine.origins, origins, np.ones(len(self.bounds_km))))
        return found

    def moments(self) -> tuple[csr_array, csr_array]:
        """Return mean and standard deviation of the weights, origins x sites."""
        origin, site, km = self._near()
        mean, variance = weight_moments(km, self.radius_km[site], self.bounds_km[origin], self.weights)
        shape, changes = (len(self.bounds_km), len(self.radius_km)), variance > 0
        deviation = np.sqrt(variance[changes]), (origin[changes], site[changes])
        return csr_array((mean, (origin, site)), shape=shape), csr_array(deviation, shape=shape)

    def _near(self) -> tuple[Indices, Indices, Floats]:
        """Return pairs of origin and site that some spot of the site's disc brings within reach, and their km."""
        reach_km = self.bounds_km[:, -1]
        found: list[tuple[Indices, Indices, Floats]] = []
        size = np.ceil(np.log2(self.radius_km))  # sites of like radius are searched together
        for step in np.unique(size):
            sites = np.flatnonzero(size == step)
            tree, farthest = KDTree(self.engine.sites[sites]), float(self.radius_km[sites].max())
            for km in np.unique(reach_km):
                origins = np.flatnonzero(reach_km == km)
                near = KDTree(self.engine.origins[origins]).sparse_distance_matrix(
                    tree, float(chord(np.array(km + farthest))) + 1e-12, output_type="coo_matrix"
                )
                distance, site = great_circle_km(near.data), sites[near.col]
                inside = distance < km + self.radius_km[site]
                found.append((origins[near.row[inside]], site[inside], distance[inside]))
        if not found:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        origin, site, km_apart = (np.concatenate(part) for part in zip(*found, strict=True))
        order = np.lexsort((site, origin))
        return origin[order], site[order], km_apart[order]


def coarse_of(engine: GreatCircle, limit_minutes: Floats, decay: Decay, radius_km: Floats) -> Coarse | None:
    """Return what the radius of the sites asks for; ``None`` where the decay is no steps and has no closed form.

    Parameters
    ----------
    engine, limit_minutes, decay
        What weights are made of.
    radius_km
        Radius within which each site lies, shape (sites,); those up to ``NEGLIGIBLE_KM`` are taken as precise.

    """
    if not isinstance(decay, Bands):
        return None
    bound_minutes = np.outer(limit_minutes, decay.shares) - engine.start_up_minutes
    bounds_km = np.maximum(bound_minutes, 0) * engine.km_per_minute[:, None] / engine.circuity
    sites = coarse_sites(radius_km)
    own = part_of(engine, np.arange(len(bounds_km)), sites)
    return Coarse(own, bounds_km, np.asarray(decay.weights), radius_km[sites])


def coarse_sites(radius_km: Floats) -> Indices:
    """Return the positions of the sites that are not precise."""
    return np.flatnonzero(radius_km > NEGLIGIBLE_KM)


@dataclass(frozen=True)
class Moved:
    """Deviations of the weights of a block of origins, as whoever does the task works them out.

    Attributes
    ----------
    coarse
        The block.
    row
        Region of each origin among those of the block.
    shares
        How much each origin counts in its region.
    offers
        Which of the block's sites give each specialty, sites x specialties.
    precise
        Weights of precise sites in reach of each origin, origins x specialties.

    """

    coarse: Coarse
    row: Indices
    shares: Floats
    offers: NDArray[np.bool_]
    precise: Floats

    def __call__(self) -> Floats:
        """Return the deviations of regions x sites: as they are, then of each specialty's three steps, packed."""
        mean, deviation = self.coarse.moments()
        regions = int(self.row.max()) + 1
        share = share_per_weight(self.precise + mean @ self.offers.astype(np.float64))
        plain = Rolls(self.shares[:, None], self.row, regions)
        divided = Rolls(self.shares[:, None] * share, self.row, regions, self.offers)
        by_mean = MatrixWeights(csr_array(deviation.multiply(mean)))
        return packed([*MatrixWeights(deviation).rolled_up(plain), *by_mean.rolled_up(divided)])


@dataclass(frozen=True)
class Displacement:
    """Deviations of the regions' weights, regions x sites: as they are, and of each specialty's three steps."""

    deviation: csr_array
    selected: tuple[csr_array, ...]


def displacement(
    coarse: Coarse | None,
    radius_km: Floats,
    weights: PairWeights,
    offers: NDArray[np.bool_],
    members: Membership,
    ask: Ask,
    room_bytes: float,
) -> Displacement:
    """Return what the radius of each site does to the weights of regions.

    Parameters
    ----------
    coarse
        Sites that are not precise; ``None`` takes all as precise.
    radius_km
        Radius of every site, shape (sites,).
    weights
        Origins x sites, were every site where its point is.
    offers
        Which sites give each specialty, sites x specialties.
    members
        Origins of the regions.
    ask
        Who does the blocks.
    room_bytes
        What a block may take.

    """
    shape, specialties = (members.regions, len(radius_km)), offers.shape[1]
    if coarse is None or not len(coarse.radius_km):
        return Displacement(csr_array(shape), (csr_array(shape),) * specialties)
    sites = coarse_sites(radius_km)
    of_precise = offers.copy()
    of_precise[sites] = False
    precise = weights.over_sites(of_precise.astype(np.float64))
    blocks = coarse.blocks(room_bytes / (_LOOKING_BYTES + ROLLED_BYTES * (specialties + 1)))
    places = [Place(np.unique(members.region[block.origins]), sites[block.sites]) for block in blocks]

    def task(block: Partition, place: Place) -> Callable[[], Task]:
        row = np.searchsorted(place.rows, members.region[block.origins])
        shares, offered = members.shares[block.origins], offers[place.columns]
        return lambda: Moved(coarse.part(block), row, shares, offered, precise[block.origins])

    tasks = [task(block, place) for block, place in zip(blocks, places, strict=True)]
    answers = ask("sites of unsure place", tasks)
    deviation, *selected = summed(zip(places, answers, strict=True), specialties + 1, shape)
    return Displacement(deviation, tuple(selected))
