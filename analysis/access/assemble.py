"""Origins, regions, sites and supply to the promised ``access``, and the regional structure later rooms reuse."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.catchments import catchments_of
from analysis.access.decay import decay_of
from analysis.access.engine import Resources
from analysis.access.measures import e2sfca as floating
from analysis.access.measures import nearest
from analysis.access.measures import provider_ratio as ratio
from analysis.access.measures.kth_nearest import kth_nearest
from analysis.access.membership import Membership
from analysis.access.rows import PER_100K, Rows
from analysis.access.scene import Scene, Supply, Trip, scene, supply_of
from analysis.access.travel import GreatCircle, TravelEngine
from analysis.access.travel_engine import Trips, engine_of, nearest_sites_of, provenance_of
from analysis.country import country
from analysis.promise import conform
from analysis.providers.assemble import Providers
from analysis.sphere import unit_sphere
from analysis.study import Study
from analysis.tables import ACCESS

Floats = NDArray[np.float64]

_THIRD = 3
"""Minutes to the third-nearest provider are told: the nearest two may have no opening."""
CONSERVED = 1e-9
"""Largest relative difference between people times access and supply in reach that rounding explains."""
FLOATING = ("e2sfca", "three_sfca")
"""Measures that share supply among those who reach it."""


class ConservationError(ValueError):
    """People times access does not add up to the supply in reach: a fault of the engine, never of the input."""


@dataclass(frozen=True)
class Accessible:
    """What is in reach of whom.

    Attributes
    ----------
    table
        The promised ``access``.
    weights
        Regions x sites, averaged over each region's people, one for each specialty; rows and columns in the order of
        ``region_ids`` and ``site_ids``.
    selected_weights
        The same with each origin's demand divided over the sites it reaches (3SFCA).
    supply, supply_variance
        Sites x specialties, FTE and its variance.
    unreached_share, nearest_minutes
        Regions x specialties.
    pairs
        Pairs of origin and site within the widest reach that weigh anything.
    conservation
        Largest relative difference between people times access of the regions and supply in reach of the origins,
        over specialties and floating catchment measures.
    deviation, selected_deviations, supply_square
        What the precision of the sites does to the weights, shaped like them, see :mod:`analysis.access.displacement`.

    """

    table: pd.DataFrame
    weights: tuple[csr_array, ...]
    region_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    specialties: tuple[str, ...]
    supply: Floats
    supply_variance: Floats
    unreached_share: Floats
    nearest_minutes: Floats
    pairs: int
    conservation: float
    selected_weights: tuple[csr_array, ...] = ()
    deviation: tuple[csr_array, ...] = ()
    selected_deviations: tuple[csr_array, ...] = ()
    supply_square: Floats | None = None
    travel: dict[str, Any] = field(default_factory=dict)

    def weights_of(self, column: int, measure: str) -> csr_array:
        """Return the regions x sites weights of a measure of ``FLOATING`` in a specialty, given by its position."""
        return (self.weights if measure == "e2sfca" else self.selected_weights)[column]

    def displaced_of(self, column: int, measure: str) -> floating.Displaced | None:
        """Return what the precision of the sites does to a measure of ``FLOATING`` in a specialty, as above."""
        if not self.deviation or self.supply_square is None:
            return None
        deviations = self.deviation if measure == "e2sfca" else self.selected_deviations
        return floating.Displaced(deviations[column], self.supply_square[:, column])


def measure_access(
    regions: pd.DataFrame,
    origins: pd.DataFrame,
    providers: Providers,
    specialties: tuple[str, ...],
    study: Study,
    resources: Resources | None = None,
) -> Accessible:
    """Return access of every region in every specialty.

    Parameters
    ----------
    regions, origins, providers
        As promised.
    specialties
        Which are measured.
    study
        What is studied.
    resources
        Where a table of minutes lies, where pairs are kept, and who goes through them.

    Raises
    ------
    ConservationError
        People times access differs from the supply in reach by more than rounding.
    ClusterError
        The workers of a cluster cannot do it.

    """
    place = _place(regions, origins, providers, specialties, study)
    trips = _trips(regions, origins, providers.sites, study)
    using = resources or Resources()
    engine = engine_of(study.access.travel, trips, using.inputs, using.tell)
    scales = [study.access.specialty_scale.get(specialty, 1.0) for specialty in specialties]
    found: dict[int, _Specialty] = {}
    pairs = 0
    for scale in dict.fromkeys(scales):
        columns = [column for column, own in enumerate(scales) if own == scale]
        limit = catchments_of(origins, regions, country(study.country), study.access, scale).limit_minutes
        trip = Trip(engine, trips.estimate, limit, decay_of(study.access.decay))
        radius_km = providers.sites.precision_km.to_numpy(dtype=np.float64)
        few = study.gaps.suppress_below_providers
        near = scene(trip, place.members, place.supply.only(columns), radius_km, few, using)
        pairs = max(pairs, near.pairs)
        for number, column in enumerate(columns):
            found[column] = _of_specialty(place, near, (number, column), engine, providers.present)
    every = [found[column] for column in range(len(specialties))]
    worst = max((one.spread for one in every), default=0.0)
    if worst > CONSERVED:
        raise ConservationError(
            f"people times access differs from the supply in reach by {worst:.1e} of it; expected at most "
            f"{CONSERVED:.0e}: this is a fault of the program, please report it with the study file."
        )
    return Accessible(
        conform(pd.concat([table for one in every for table in one.tables], ignore_index=True), ACCESS),
        tuple(one.weights for one in every),
        place.region_ids,
        place.site_ids,
        specialties,
        place.supply.hours,
        place.supply.variance,
        np.column_stack([one.unreached for one in every]),
        np.column_stack([one.minutes for one in every]),
        pairs,
        worst,
        tuple(one.selected for one in every),
        tuple(one.deviation for one in every),
        tuple(one.selected_deviation for one in every),
        place.supply.square,
        provenance_of(engine),
    )


def _trips(regions: pd.DataFrame, origins: pd.DataFrame, sites: pd.DataFrame, study: Study) -> Trips:
    estimate = GreatCircle(
        unit_sphere(origins.latitude.to_numpy(), origins.longitude.to_numpy()),
        unit_sphere(sites.latitude.to_numpy(), sites.longitude.to_numpy()),
        catchments_of(origins, regions, country(study.country), study.access).km_per_minute,
        study.access.circuity,
        study.access.start_up_minutes,
    )
    return Trips(origins, sites, estimate)


@dataclass(frozen=True)
class _Place:
    """What all specialties share: regions and their people, sites and what they offer.

    ``few_people`` says which regions have fewer people than may be told, ``few`` which number of providers is too
    small.
    """

    region_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    specialties: tuple[str, ...]
    members: Membership
    site_region: NDArray[np.int64]
    population: Floats
    supply: Supply
    few_people: NDArray[np.bool_]
    few: int


def _place(
    regions: pd.DataFrame, origins: pd.DataFrame, providers: Providers, specialties: tuple[str, ...], study: Study
) -> _Place:
    position = {region_id: number for number, region_id in enumerate(regions.region_id)}
    population = regions.population.to_numpy(dtype=np.float64)
    return _Place(
        tuple(regions.region_id),
        tuple(providers.sites.site_id),
        specialties,
        Membership(
            origins.region_id.map(position).to_numpy(dtype=np.int64),
            origins.population.to_numpy(dtype=np.float64),
            len(regions),
        ),
        providers.sites.region_id.map(position).to_numpy(dtype=np.int64),
        population,
        supply_of(providers, specialties),
        population < study.gaps.suppress_below_people,
        study.gaps.suppress_below_providers,
    )


@dataclass(frozen=True)
class _Specialty:
    """Access in one specialty: rows of the table, and what later rooms need of it, see :class:`Accessible`.

    ``spread`` is the largest relative difference between people times access and supply in reach.
    """

    tables: list[pd.DataFrame]
    weights: csr_array
    selected: csr_array
    deviation: csr_array
    selected_deviation: csr_array
    unreached: Floats
    minutes: Floats
    spread: float


def _of_specialty(
    place: _Place, near: Scene, at: tuple[int, int], engine: TravelEngine, present: pd.DataFrame
) -> _Specialty:
    """Measure a specialty; ``at`` is its position in the scene and in the study."""
    number, column = at
    specialty, hours = place.specialties[column], place.supply.hours[:, column]
    variance, square = place.supply.variance[:, column], place.supply.square[:, column]
    of_region = Rows(place.region_ids, specialty, near.unreached[:, number])
    tables, spread = [], 0.0
    in_reach = float(hours[near.is_reached].sum())
    shares = ((near.weights, near.moved.deviation), (near.selected[number], near.moved.selected[number]))
    for measure, (shared, deviation) in zip(FLOATING, shares, strict=True):
        found = floating.e2sfca(shared, place.population, hours, variance, floating.Displaced(deviation, square))
        if in_reach:
            spread = max(spread, abs(float(place.population @ found.value) - in_reach) / in_reach)
        tables.append(of_region.floating(measure, found, is_withheld=place.few_people))
    few = place.few_people | _few(present, specialty, place.region_ids, place.few)
    local = ratio.provider_ratio(hours, place.site_region, place.population)
    tables.append(of_region.plain("provider_ratio", local * PER_100K, ratio.UNIT, is_withheld=few))
    first, third = _minutes(place, column, engine)
    tables.append(of_region.plain("nearest", _finite(first), nearest.UNIT))
    tables.append(of_region.plain("kth_nearest", _finite(third), nearest.UNIT))
    for other in near.others:
        withheld = few | near.few_reached[:, number] if other.tells_capacity else place.few_people
        tables.append(of_region.plain(other.name, other.told[:, number], other.unit, is_withheld=withheld))
    return _Specialty(
        tables,
        near.weights,
        near.selected[number],
        near.moved.deviation,
        near.moved.selected[number],
        near.unreached[:, number],
        first,
        spread,
    )


def _minutes(place: _Place, column: int, engine: TravelEngine) -> tuple[Floats, Floats]:
    """Return the median minutes of each region's people to the nearest and to the third-nearest provider."""
    members, offering = place.members, np.flatnonzero(place.supply.hours[:, column] > 0)
    if not len(offering):
        return np.full(members.regions, np.inf), np.full(members.regions, np.inf)
    near, which = nearest_sites_of(engine, offering, _THIRD)
    third = kth_nearest(near, place.supply.listed[which, column].astype(np.int64), _THIRD)
    first_median, third_median = (
        nearest.median_minutes(one, members.people, members.region, members.regions) for one in (near[:, 0], third)
    )
    return first_median, third_median


def _few(present: pd.DataFrame, specialty: str, region_ids: tuple[str, ...], limit: int) -> NDArray[np.bool_]:
    """Return where some but fewer than ``limit`` providers of a specialty work; none at all is no secret."""
    counted = present[present.specialty == specialty].set_index("region_id").providers
    providers = counted.reindex(pd.Index(region_ids)).fillna(0).to_numpy(dtype=np.int64)
    few: NDArray[np.bool_] = (providers > 0) & (providers < limit)
    return few


def _finite(minutes: Floats) -> Floats:
    """Return minutes with nobody in reach as missing."""
    known: Floats = np.where(np.isfinite(minutes), minutes, np.nan)
    return known
