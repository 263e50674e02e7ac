"""Origins, regions, sites and supply to the promised ``access``, and the regional structure later rooms reuse."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.catchments import by_county_type
from analysis.access.decay import Bands
from analysis.access.engine import reach
from analysis.access.measures import e2sfca as floating
from analysis.access.measures import nearest
from analysis.access.measures import provider_ratio as ratio
from analysis.access.travel import GreatCircle
from analysis.sphere import unit_sphere
from analysis.study import Study
from analysis.tables import ACCESS, conform

Floats = NDArray[np.float64]

_PER_100K = 100_000
NORMAL_95 = 1.959964
"""Half-width of a 95 % interval in standard deviations of a normal distribution."""
_CONSERVED = 1e-9


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
    supply, supply_variance
        Sites x specialties, FTE and its variance.
    unreached_share, nearest_minutes
        Regions x specialties.
    pairs
        Pairs of origin and site within reach.
    conservation
        Largest relative difference between people times access and supply in reach, over specialties.

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


def measure_access(
    regions: pd.DataFrame,
    origins: pd.DataFrame,
    sites: pd.DataFrame,
    supply: pd.DataFrame,
    specialties: tuple[str, ...],
    study: Study,
) -> Accessible:
    """Return access of every region in every specialty.

    Raises
    ------
    ConservationError
        People times access differs from the supply in reach by more than rounding.

    """
    region_ids, site_ids = tuple(regions.region_id), tuple(sites.site_id)
    position = {region_id: number for number, region_id in enumerate(region_ids)}
    origin_region = origins.region_id.map(position).to_numpy(dtype=np.int64)
    site_region = sites.region_id.map(position).to_numpy(dtype=np.int64)
    people = origins.population.to_numpy(dtype=np.float64)
    catchments = by_county_type(origins, regions)
    engine = GreatCircle(
        unit_sphere(origins.latitude.to_numpy(), origins.longitude.to_numpy()),
        unit_sphere(sites.latitude.to_numpy(), sites.longitude.to_numpy()),
        catchments.km_per_minute,
        study.access.circuity,
        study.access.start_up_minutes,
    )
    decay = Bands(study.access.band_shares, study.access.band_weights)
    within = reach(engine, catchments.limit_minutes, decay, len(site_ids))
    weights = within.rolled_up(origin_region, people, len(region_ids))
    hours, variance = (_matrix(supply, column, site_ids, specialties) for column in ("fte", "fte_variance"))
    counted = within.weights.astype(bool).astype(np.float64) @ (hours > 0).astype(np.float64)
    population = regions.population.to_numpy(dtype=np.float64)
    unreached = _share_of_people(counted == 0, origin_region, people, len(region_ids))
    minutes = np.column_stack(
        [
            nearest.median_minutes(
                engine.nearest(np.flatnonzero(hours[:, column] > 0)), people, origin_region, len(region_ids)
            )
            for column in range(len(specialties))
        ]
    )
    tables: list[pd.DataFrame] = []
    worst = 0.0
    for column, specialty in enumerate(specialties):
        found = floating.e2sfca(weights, population, hours[:, column], variance[:, column])
        reached = float(hours[~found.unreached_sites, column].sum())
        spread = abs(float(population @ found.value) - reached) / reached if reached else 0.0
        worst = max(worst, spread)
        half = NORMAL_95 * np.sqrt(found.variance)
        local = ratio.provider_ratio(hours[:, column], site_region, population)
        shared = {"region_id": region_ids, "specialty": specialty, "unreached_share": unreached[:, column]}
        tables += [
            pd.DataFrame(
                shared
                | {
                    "measure": "e2sfca",
                    "value": found.value * _PER_100K,
                    "low": np.maximum(found.value - half, 0) * _PER_100K,
                    "high": (found.value + half) * _PER_100K,
                    "unit": floating.UNIT,
                }
            ),
            _plain(shared, "provider_ratio", local * _PER_100K, ratio.UNIT),
            _plain(
                shared, "nearest", np.where(np.isfinite(minutes[:, column]), minutes[:, column], np.nan), nearest.UNIT
            ),
        ]
    if worst > _CONSERVED:
        raise ConservationError(
            f"people times access differs from the supply in reach by {worst:.1e} of it; expected at most "
            f"{_CONSERVED:.0e}: this is a fault of the program, please report it with the study file."
        )
    table = pd.concat(tables, ignore_index=True)
    few = regions.region_id[regions.population < study.gaps.suppress_below_people]
    table["is_withheld"] = table.region_id.isin(few)
    table.loc[table.is_withheld & (table.measure != "nearest"), ["value", "low", "high"]] = np.nan
    return Accessible(
        conform(table, ACCESS),
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
    )


def _plain(shared: Mapping[str, object], measure: str, value: Floats, unit: str) -> pd.DataFrame:
    """Return the rows of a measure without interval."""
    return pd.DataFrame({**shared, "measure": measure, "value": value, "low": np.nan, "high": np.nan, "unit": unit})


def _matrix(supply: pd.DataFrame, column: str, site_ids: tuple[str, ...], specialties: tuple[str, ...]) -> Floats:
    """Return a column of the supply as sites x specialties, 0 where a site has none."""
    wide = supply.pivot_table(index="site_id", columns="specialty", values=column, aggfunc="sum")
    wide = wide.reindex(index=pd.Index(site_ids), columns=pd.Index(specialties))
    return wide.fillna(0.0).to_numpy(dtype=np.float64)


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
