"""Origins, regions, sites and supply to the promised ``access``, and the regional structure later rooms reuse."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.catchments import catchments_of
from analysis.access.decay import Bands, Decay, decay_of
from analysis.access.displacement import Displacement, displacement
from analysis.access.engine import Reach, averaging, reach
from analysis.access.measures import e2sfca as floating
from analysis.access.measures import nearest
from analysis.access.measures import provider_ratio as ratio
from analysis.access.measures.kth_nearest import kth_nearest
from analysis.access.measures.three_sfca import selected
from analysis.access.others import Other, other_measures
from analysis.access.rows import PER_100K, Rows
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
        Pairs of origin and site within the widest reach.
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
    inputs: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Accessible:
    """Return access of every region in every specialty.

    Raises
    ------
    ConservationError
        People times access differs from the supply in reach by more than rounding.

    """
    trips = _trips(regions, origins, providers.sites, study)
    engine = engine_of(study.access.travel, trips, inputs, tell)
    scales = [study.access.specialty_scale.get(specialty, 1.0) for specialty in specialties]
    scenes = {
        scale: _scene(regions, trips, engine, providers, specialties, study, scale)
        for scale in dict.fromkeys([*scales, *([] if scales else [1.0])])
    }
    scene = next(iter(scenes.values()))
    found = [_of_specialty(scenes[scale], column, providers.present, study) for column, scale in enumerate(scales)]
    worst = max((one.spread for one in found), default=0.0)
    if worst > CONSERVED:
        raise ConservationError(
            f"people times access differs from the supply in reach by {worst:.1e} of it; expected at most "
            f"{CONSERVED:.0e}: this is a fault of the program, please report it with the study file."
        )
    return Accessible(
        conform(pd.concat([table for one in found for table in one.tables], ignore_index=True), ACCESS),
        tuple(scenes[scale].weights for scale in scales),
        scene.region_ids,
        scene.site_ids,
        specialties,
        scene.hours,
        scene.variance,
        np.column_stack([scenes[scale].unreached[:, column] for column, scale in enumerate(scales)]),
        np.column_stack([one.minutes for one in found]),
        max(one.within.pairs for one in scenes.values()),
        worst,
        tuple(one.chosen for one in found),
        tuple(scenes[scale].deviation for scale in scales),
        tuple(one.deviation for one in found),
        scene.square,
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
class _Scene:
    """What all specialties share: places, people, pairs within reach, and capacity by site and specialty."""

    region_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    specialties: tuple[str, ...]
    origin_region: NDArray[np.int64]
    site_region: NDArray[np.int64]
    people: Floats
    population: Floats
    engine: TravelEngine
    within: Reach
    weights: csr_array
    moved: Displacement
    deviation: csr_array
    hours: Floats
    variance: Floats
    square: Floats
    listed: Floats
    unreached: Floats
    others: list[Other]
    few_reached: NDArray[np.bool_]
    few_people: NDArray[np.bool_]

    def rolled_up(self, weights: csr_array) -> csr_array:
        """Return weights averaged over each region's people."""
        return Reach(weights).rolled_up(self.origin_region, self.people, len(self.region_ids))


def _scene(
    regions: pd.DataFrame,
    trips: Trips,
    engine: TravelEngine,
    providers: Providers,
    specialties: tuple[str, ...],
    study: Study,
    scale: float,
) -> _Scene:
    """Find what is in reach of whom; ``scale`` widens or narrows the study's catchments."""
    origins, sites, supply = trips.origins, providers.sites, providers.supply
    region_ids, site_ids = tuple(regions.region_id), tuple(sites.site_id)
    position = {region_id: number for number, region_id in enumerate(region_ids)}
    origin_region = origins.region_id.map(position).to_numpy(dtype=np.int64)
    people = origins.population.to_numpy(dtype=np.float64)
    population = regions.population.to_numpy(dtype=np.float64)
    catchments = catchments_of(origins, regions, country(study.country), study.access, scale)
    decay = decay_of(study.access.decay)
    within = reach(engine, catchments.limit_minutes, decay, len(site_ids))
    hours, variance, listed = (
        _matrix(supply, column, site_ids, specialties) for column in ("fte", "fte_variance", "providers")
    )
    radius_km = sites.precision_km.to_numpy(dtype=np.float64)
    moved = _moved(trips.estimate, catchments.limit_minutes, decay, within.weights, radius_km)
    offered = within.sums.power(0).over_sites((hours > 0).astype(np.float64))
    mean = averaging(origin_region, people, len(region_ids))
    return _Scene(
        region_ids,
        site_ids,
        specialties,
        origin_region,
        sites.region_id.map(position).to_numpy(dtype=np.int64),
        people,
        population,
        engine,
        within,
        within.rolled_up(origin_region, people, len(region_ids)),
        moved,
        Reach(moved.deviation).rolled_up(origin_region, people, len(region_ids)),
        hours,
        variance,
        variance + hours**2 / _parts(sites, supply, specialties),
        listed,
        _share_of_people(offered == 0, origin_region, people, len(region_ids)),
        other_measures(within.sums, people, hours, listed, lambda at_origins: mean @ at_origins),
        _few_reached(within, listed, origin_region, len(region_ids), study.gaps.suppress_below_providers),
        population < study.gaps.suppress_below_people,
    )


def _moved(
    estimate: GreatCircle, limit_minutes: Floats, decay: Decay, weights: csr_array, radius_km: Floats
) -> Displacement:
    """Return what the radius of the sites does to the weights: for steps alone, since no other has a closed form."""
    if isinstance(decay, Bands):
        return displacement(estimate, limit_minutes, decay, weights, radius_km)
    return Displacement(weights, csr_array(weights.shape))


@dataclass(frozen=True)
class _Specialty:
    """Access in one specialty: rows of the table, weights and their deviation under 3SFCA, and minutes to the nearest.

    ``spread`` is the largest relative difference between people times access and supply in reach.
    """

    tables: list[pd.DataFrame]
    chosen: csr_array
    deviation: csr_array
    minutes: Floats
    spread: float


def _of_specialty(scene: _Scene, column: int, present: pd.DataFrame, study: Study) -> _Specialty:
    specialty, hours = scene.specialties[column], scene.hours[:, column]
    offers = hours > 0
    chosen, deviation = (
        scene.rolled_up(selected(scene.within.weights, offers)),
        scene.rolled_up(scene.moved.selected(offers)),
    )
    of_region = Rows(scene.region_ids, specialty, scene.unreached[:, column])
    tables, spread = [], 0.0
    in_reach = float(hours[scene.within.weights.T @ scene.people > 0].sum())
    shares = ((scene.weights, scene.deviation), (chosen, deviation))
    for measure, (shared, spread_of) in zip(FLOATING, shares, strict=True):
        moves = floating.Displaced(spread_of, scene.square[:, column])
        found = floating.e2sfca(shared, scene.population, hours, scene.variance[:, column], moves)
        if in_reach:
            spread = max(spread, abs(float(scene.population @ found.value) - in_reach) / in_reach)
        tables.append(of_region.floating(measure, found, is_withheld=scene.few_people))
    few = scene.few_people | _few(present, specialty, scene.region_ids, study.gaps.suppress_below_providers)
    local = ratio.provider_ratio(hours, scene.site_region, scene.population)
    tables.append(of_region.plain("provider_ratio", local * PER_100K, ratio.UNIT, is_withheld=few))
    first, third = _minutes(scene, column)
    tables.append(of_region.plain("nearest", _finite(first), nearest.UNIT))
    tables.append(of_region.plain("kth_nearest", _finite(third), nearest.UNIT))
    for other in scene.others:
        withheld = few | scene.few_reached[:, column] if other.tells_capacity else scene.few_people
        tables.append(of_region.plain(other.name, other.told[:, column], other.unit, is_withheld=withheld))
    return _Specialty(tables, chosen, deviation, first, spread)


def _minutes(scene: _Scene, column: int) -> tuple[Floats, Floats]:
    """Return the median minutes of each region's people to the nearest and to the third-nearest provider."""
    near, which = nearest_sites_of(scene.engine, np.flatnonzero(scene.hours[:, column] > 0), _THIRD)
    third = kth_nearest(near, scene.listed[which, column].astype(np.int64), _THIRD)
    first_median, third_median = (
        nearest.median_minutes(one, scene.people, scene.origin_region, len(scene.region_ids))
        for one in (near[:, 0], third)
    )
    return first_median, third_median


def _few_reached(
    within: Reach, listed: Floats, region: NDArray[np.int64], regions: int, limit: int
) -> NDArray[np.bool_]:
    """Return where some origin reaches some but fewer than ``limit`` providers, regions x specialties."""
    reached = within.sums.power(0).over_sites(listed)
    few = np.zeros((regions, listed.shape[1]), dtype=np.bool_)
    origin, column = np.nonzero((reached > 0) & (reached < limit))
    few[region[origin], column] = True
    return few


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


def _matrix(supply: pd.DataFrame, column: str, site_ids: tuple[str, ...], specialties: tuple[str, ...]) -> Floats:
    """Return a column of the supply as sites x specialties, 0 where a site has none."""
    wide = supply.pivot_table(index="site_id", columns="specialty", values=column, aggfunc="sum")
    wide = wide.reindex(index=pd.Index(site_ids), columns=pd.Index(specialties))
    return wide.fillna(0.0).to_numpy(dtype=np.float64)


def _parts(sites: pd.DataFrame, supply: pd.DataFrame, specialties: tuple[str, ...]) -> Floats:
    """Return how many parts of each site's capacity lie apart, sites x specialties.

    Where a point stands for an area, each provider is somewhere else in it; in a building all are in one place.
    """
    providers = np.maximum(_matrix(supply, "providers", tuple(sites.site_id), specialties), 1.0)
    is_building = sites.geocode_method.isin(("coordinates", "address")).to_numpy()
    parts: Floats = np.where(is_building[:, None], 1.0, providers)
    return parts


def _share_of_people(flag: NDArray[np.bool_], region: NDArray[np.int64], people: Floats, regions: int) -> Floats:
    """Return the share of each region's people at flagged origins, regions x specialties."""
    total = np.bincount(region, weights=people, minlength=regions)
    weight = np.where(total[region] > 0, people, 1.0)
    total = np.bincount(region, weights=weight, minlength=regions)
    flagged = np.column_stack(
        [np.bincount(region, weights=weight * column, minlength=regions) for column in flag.T.astype(np.float64)]
    )
    share: Floats = np.clip(flagged / total[:, None], 0, 1)
    return share
