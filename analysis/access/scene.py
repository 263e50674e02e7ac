"""What is in reach of whom within catchments of one width, for the specialties that people go so far for."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.decay import Decay
from analysis.access.displacement import Displacement, coarse_of, displacement
from analysis.access.engine import Resources, weights_by
from analysis.access.measures.three_sfca import selected
from analysis.access.membership import Membership
from analysis.access.others import Other, other_measures
from analysis.access.travel import GreatCircle, TravelEngine
from analysis.providers.assemble import Providers

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Supply:
    """Capacity of each site in each specialty, sites x specialties.

    Attributes
    ----------
    hours, variance
        FTE and its variance.
    square
        Expected squares of what lies in one place, added up: of the whole capacity in a building, of each provider's
        where a point stands for an area.
    listed
        Providers.

    """

    hours: Floats
    variance: Floats
    square: Floats
    listed: Floats

    def only(self, columns: list[int]) -> "Supply":
        """Return some of the specialties."""
        kept = (table[:, columns] for table in (self.hours, self.variance, self.square, self.listed))
        return Supply(*kept)


def supply_of(providers: Providers, specialties: tuple[str, ...]) -> Supply:
    """Return the capacity of the promised ``sites``, 0 where a site has none."""
    site_ids, keys = pd.Index(providers.sites.site_id), pd.Index(specialties)

    def table(name: str) -> Floats:
        told = providers.supply.pivot_table(index="site_id", columns="specialty", values=name, aggfunc="sum")
        return told.reindex(index=site_ids, columns=keys).fillna(0.0).to_numpy(dtype=np.float64)

    hours, variance, listed = (table(name) for name in ("fte", "fte_variance", "providers"))
    is_building = providers.sites.geocode_method.isin(("coordinates", "address")).to_numpy()
    apart = np.where(is_building[:, None], 1.0, np.maximum(listed, 1.0))  # in a building all are in one place
    return Supply(hours, variance, variance + hours**2 / apart, listed)


@dataclass(frozen=True)
class Scene:
    """What is in reach of whom; columns are the specialties it was made for.

    Attributes
    ----------
    weights
        Regions x sites, averaged over each region's people.
    selected
        The same with each origin's demand divided over the sites it reaches, for each specialty.
    moved
        What the precision of the sites does to both.
    unreached
        Share of each region's people who reach nobody, regions x specialties.
    few_reached
        Where some origin reaches some providers, but few, regions x specialties.
    is_reached
        Sites that somebody reaches.
    others
        Measures that no gap rests on.
    pairs
        Pairs of origin and site within reach that weigh anything.

    """

    weights: csr_array
    selected: tuple[csr_array, ...]
    moved: Displacement
    unreached: Floats
    few_reached: NDArray[np.bool_]
    is_reached: NDArray[np.bool_]
    others: list[Other]
    pairs: int


@dataclass(frozen=True)
class Trip:
    """How far people go, and by which engine.

    Attributes
    ----------
    engine
        Minutes between origins and sites.
    estimate
        Minutes estimated from distance between the same.
    limit_minutes
        Catchment of each origin.
    decay
        Weights from shares of the catchment.

    """

    engine: TravelEngine
    estimate: GreatCircle
    limit_minutes: Floats
    decay: Decay


def scene(trip: Trip, members: Membership, supply: Supply, radius_km: Floats, few: int, resources: Resources) -> Scene:
    """Find what is in reach of whom.

    Parameters
    ----------
    trip
        How far people go.
    members
        Origins of the regions.
    supply
        Capacity of the sites in these specialties.
    radius_km
        Radius within which each site lies, shape (sites,).
    few
        Fewer providers than this may not be told apart.
    resources
        Where pairs are kept, and who goes through them.

    """
    sites, specialties = supply.hours.shape
    offers = supply.hours > 0
    weights = weights_by(trip.engine, trip.limit_minutes, trip.decay, sites, specialties, resources)
    counted: Floats = np.column_stack((offers.astype(np.float64), supply.listed, np.ones(sites)))
    near = weights.power(0).over_sites(counted)
    offered, listed, pairs = near[:, :specialties], near[:, specialties:-1], near[:, -1]
    rolled = members.rolled_up(weights)
    chosen = selected(weights, offers, members)
    coarse = coarse_of(trip.estimate, trip.limit_minutes, trip.decay, radius_km)
    moved = displacement(coarse, radius_km, weights, offers, members, resources.ask, resources.room_bytes)
    return Scene(
        rolled,
        chosen,
        moved if trip.engine is trip.estimate else _reached_alone(moved, rolled, chosen),
        members.share_where(offered == 0),
        members.any_of((listed > 0) & (listed < few)),
        weights.over_origins(members.people) > 0,
        other_measures(weights, members.people, supply.hours, supply.listed, members.mean),
        round(pairs.sum()),
    )


def _reached_alone(moved: Displacement, rolled: csr_array, chosen: tuple[csr_array, ...]) -> Displacement:
    """Return what precision does to the sites that a region reaches by other minutes than estimated ones.

    A site that such minutes put out of reach is taken to be there, wherever in its disc it lies.
    """
    return Displacement(
        _where(moved.deviation, rolled),
        tuple(_where(deviation, weights) for deviation, weights in zip(moved.selected, chosen, strict=True)),
    )


def _where(deviation: csr_array, weights: csr_array) -> csr_array:
    return csr_array(deviation.multiply(weights > 0))
