"""What it does to access that a site is known only to lie within a radius: the chance that its true band differs.

A site's true place is taken to lie anywhere in a disc around its point, each spot alike. For steps (bands) the chance
that it lies within some kilometres of an origin is the shared area of two discs, so the mean and the variance of each
pair's weight are in closed form. Three things keep it simple. The origins of a region are taken to gain and lose
together, which makes intervals wider, never narrower. The demand in a site's catchment is held where it is: wider where
a region makes up much of it, narrower where others do. So is the mean share of demand that three-step measures send
to each site.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from analysis.access.decay import Bands
from analysis.access.measures.three_sfca import selected
from analysis.access.travel import GreatCircle
from analysis.sphere import chord, great_circle_km

Floats = NDArray[np.float64]

NEGLIGIBLE_KM = 0.5
"""Radius up to which a site is taken to be where it says: less than estimated minutes resolve."""


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
class Displacement:
    """Mean and standard deviation of the weights, origins x sites; sites placed precisely have no deviation."""

    mean: csr_array
    deviation: csr_array

    def selected(self, offers: NDArray[np.bool_]) -> csr_array:
        """Return the deviation of three-step weights: each times the mean share of demand that goes to the site."""
        divided = selected(self.mean, offers)
        share = np.divide(divided.data, self.mean.data, out=np.zeros_like(divided.data), where=self.mean.data > 0)
        return csr_array(self.deviation.multiply(csr_array((share, divided.indices, divided.indptr), divided.shape)))


def displacement(
    engine: GreatCircle, limit_minutes: Floats, decay: Bands, weights: csr_array, radius_km: Floats
) -> Displacement:
    """Return what the radius of each site does to the weights of all pairs, those just out of reach too.

    Parameters
    ----------
    engine, limit_minutes, decay
        What the weights were made of.
    weights
        Origins x sites, were every site where its point is.
    radius_km
        Radius within which each site lies, shape (sites,).

    """
    bound_minutes = np.outer(limit_minutes, decay.shares) - engine.start_up_minutes
    bounds_km = np.maximum(bound_minutes, 0) * engine.km_per_minute[:, None] / engine.circuity
    origin, site, km = _near(engine, bounds_km[:, -1], radius_km)
    mean, variance = weight_moments(km, radius_km[site], bounds_km[origin], np.asarray(decay.weights))
    is_precise = (radius_km <= NEGLIGIBLE_KM)[weights.indices]
    kept = csr_array((weights.data * is_precise, weights.indices, weights.indptr), shape=weights.shape)
    changes = variance > 0
    return Displacement(
        csr_array(kept + csr_array((mean, (origin, site)), shape=weights.shape)),
        csr_array((np.sqrt(variance[changes]), (origin[changes], site[changes])), shape=weights.shape),
    )


def _near(
    engine: GreatCircle, reach_km: Floats, radius_km: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Return pairs of origin and imprecise site that some spot of the site's disc brings within reach, and their km."""
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], Floats]] = []
    coarse = np.flatnonzero(radius_km > NEGLIGIBLE_KM)
    size = np.ceil(np.log2(np.maximum(radius_km, NEGLIGIBLE_KM)))  # sites of like radius are searched together
    for step in np.unique(size[coarse]):
        sites = coarse[size[coarse] == step]
        tree, farthest = KDTree(engine.sites[sites]), float(radius_km[sites].max())
        for km in np.unique(reach_km):
            origins = np.flatnonzero(reach_km == km)
            near = KDTree(engine.origins[origins]).sparse_distance_matrix(
                tree, float(chord(np.array(km + farthest))) + 1e-12, output_type="coo_matrix"
            )
            distance, site = great_circle_km(near.data), sites[near.col]
            inside = distance < km + radius_km[site]
            found.append((origins[near.row[inside]], site[inside], distance[inside]))
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    origin, site, km_apart = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((site, origin))
    return origin[order], site[order], km_apart[order]
