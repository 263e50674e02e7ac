"""Origins, regions, sites and supply to the promised ``access``, and the regional structure later rooms reuse."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.catchments import by_place_type
from analysis.access.decay import Bands
from analysis.access.displacement import displacement
from analysis.access.engine import Reach, reach
from analysis.access.measures import e2sfca as floating
from analysis.access.measures import nearest
from analysis.access.measures import provider_ratio as ratio
from analysis.access.measures.three_sfca import selected
from analysis.access.travel import GreatCircle
from analysis.country import country
from analysis.promise import conform
from analysis.providers.assemble import Providers
from analysis.sphere import unit_sphere
from analysis.study import Study
from analysis.tables import ACCESS

Floats = NDArray[np.float64]

_PER_100K = 100_000
NORMAL_95 = 1.959964
"""Half-width of a 95 % interval in standard deviations of a normal distribution."""
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
        Regions x sites, averaged over each region's people; rows and columns in the order of ``region_ids`` and
        ``site_ids``.
    selected_weights
        The same with each origin's demand divided over the sites it reaches (3SFCA), one for each specialty.
    supply, supply_variance
        Sites x specialties, FTE and its variance.
    unreached_share, nearest_minutes
        Regions x specialties.
    pairs
        Pairs of origin and site within reach.
    conservation
        Largest relative difference between people times access of the regions and supply in reach of the origins,
        over specialties and floating catchment measures.
    deviation, selected_deviations, supply_square
        What the precision of the sites does to the weights, shaped like them, see :mod:`analysis.access.displacement`.

    """

    table: pd.DataFrame
    weights: csr_array
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
    deviation: csr_array | None = None
    selected_deviations: tuple[csr_array, ...] = ()
    supply_square: Floats | None = None

    def weights_of(self, column: int, measure: str) -> csr_array:
        """Return the regions x sites weights of a measure of ``FLOATING`` in a specialty, given by its position."""
        return self.weights if measure == "e2sfca" else self.selected_weights[column]

    def displaced_of(self, column: int, measure: str) -> floating.Displaced | None:
        """Return what the precision of the sites does to a measure of ``FLOATING`` in a specialty, as above."""
        if self.deviation is None or self.supply_square is None:
            return None
        deviation = self.deviation if measure == "e2sfca" else self.selected_deviations[column]
        return floating.Displaced(deviation, self.supply_square[:, column])


def measure_access(
    regions: pd.DataFrame, origins: pd.DataFrame, providers: Providers, specialties: tuple[str, ...], study: Study
) -> Accessible:
    """Return access of every region in every specialty.

    Raises
    ------
    ConservationError
        People times access differs from the supply in reach by more than rounding.

    """
    sites, supply = providers.sites, providers.supply
    region_ids, site_ids = tuple(regions.region_id), tuple(sites.site_id)
    position = {region_id: number for number, region_id in enumerate(region_ids)}
    origin_region = origins.region_id.map(position).to_numpy(dtype=np.int64)
    site_region = sites.region_id.map(position).to_numpy(dtype=np.int64)
    people = origins.population.to_numpy(dtype=np.float64)
    population = regions.population.to_numpy(dtype=np.float64)
    catchments = by_place_type(origins, regions, country(study.country))
    engine = GreatCircle(
        unit_sphere(origins.latitude.to_numpy(), origins.longitude.to_numpy()),
        unit_sphere(sites.latitude.to_numpy(), sites.longitude.to_numpy()),
        catchments.km_per_minute,
        study.access.circuity,
        study.access.start_up_minutes,
    )
    decay = Bands(study.access.band_shares, study.access.band_weights)
    within = reach(engine, catchments.limit_minutes, decay, len(site_ids))
    hours, variance = (_matrix(supply, column, site_ids, specialties) for column in ("fte", "fte_variance"))
    counted = within.weights.astype(bool).astype(np.float64) @ (hours > 0).astype(np.float64)
    unreached = _share_of_people(counted == 0, origin_region, people, len(region_ids))
    weights = within.rolled_up(origin_region, people, len(region_ids))
    radius_km = sites.precision_km.to_numpy(dtype=np.float64)
    moved = displacement(engine, catchments.limit_minutes, decay, within.weights, radius_km)
    deviation = Reach(moved.deviation).rolled_up(origin_region, people, len(region_ids))
    square = variance + hours**2 / _parts(sites, supply, specialties)
    is_reached = within.weights.T @ people > 0
    few_people = population < study.gaps.suppress_below_people
    tables: list[pd.DataFrame] = []
    chosen: list[csr_array] = []
    chosen_deviations: list[csr_array] = []
    minutes = np.empty((len(region_ids), len(specialties)))
    worst = 0.0
    for column, specialty in enumerate(specialties):
        offers = hours[:, column] > 0
        minutes[:, column] = nearest.median_minutes(
            engine.nearest(np.flatnonzero(offers)), people, origin_region, len(region_ids)
        )
        chosen.append(Reach(selected(within.weights, offers)).rolled_up(origin_region, people, len(region_ids)))
        of_three = Reach(moved.selected(offers)).rolled_up(origin_region, people, len(region_ids))
        chosen_deviations.append(of_three)
        in_reach = float(hours[is_reached, column].sum())
        of_region = _Rows(region_ids, specialty, unreached[:, column])
        shares = ((weights, deviation), (chosen[-1], of_three))
        for measure, (shared, spread_of) in zip(FLOATING, shares, strict=True):
            moves = floating.Displaced(spread_of, square[:, column])
            found = floating.e2sfca(shared, population, hours[:, column], variance[:, column], moves)
            spread = abs(float(population @ found.value) - in_reach) / in_reach if in_reach else 0.0
            worst = max(worst, spread)
            tables.append(of_region.floating(measure, found, is_withheld=few_people))
        local = ratio.provider_ratio(hours[:, column], site_region, population)
        few = few_people | _few(providers.present, specialty, region_ids, study.gaps.suppress_below_providers)
        tables.append(of_region.plain("provider_ratio", local * _PER_100K, ratio.UNIT, is_withheld=few))
        tables.append(of_region.plain("nearest", _finite(minutes[:, column]), nearest.UNIT))
    if worst > CONSERVED:
        raise ConservationError(
            f"people times access differs from the supply in reach by {worst:.1e} of it; expected at most "
            f"{CONSERVED:.0e}: this is a fault of the program, please report it with the study file."
        )
    return Accessible(
        conform(pd.concat(tables, ignore_index=True), ACCESS),
        weights,
        region_ids,
        site_ids,
        specialties,
        hours,
        variance,
        unreached,
        minutes,
        within.pairs,
        worst,
        tuple(chosen),
        deviation,
        tuple(chosen_deviations),
        square,
    )


@dataclass(frozen=True)
class _Rows:
    """Rows of the access table in one specialty."""

    region_ids: tuple[str, ...]
    specialty: str
    unreached_share: Floats

    def floating(self, measure: str, found: floating.Access, *, is_withheld: NDArray[np.bool_]) -> pd.DataFrame:
        """Return the rows of a floating catchment measure with its interval."""
        half = NORMAL_95 * np.sqrt(found.variance)
        rows = self.plain(measure, found.value * _PER_100K, floating.UNIT, is_withheld=is_withheld)
        low, high = np.maximum(found.value - half, 0) * _PER_100K, (found.value + half) * _PER_100K
        return rows.assign(low=np.where(is_withheld, np.nan, low), high=np.where(is_withheld, np.nan, high))

    def plain(
        self, measure: str, value: Floats, unit: str, *, is_withheld: NDArray[np.bool_] | bool = False
    ) -> pd.DataFrame:
        """Return the rows of a measure without interval."""
        return pd.DataFrame(
            {
                "region_id": self.region_ids,
                "specialty": self.specialty,
                "measure": measure,
                "value": np.where(is_withheld, np.nan, value),
                "low": np.nan,
                "high": np.nan,
                "unit": unit,
                "unreached_share": self.unreached_share,
                "is_withheld": is_withheld,
            }
        )


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
