"""Access of the regions measured anew under another choice: the engine behind the sensitivity table."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.catchments import catchments_of
from analysis.access.decay import Decay, decay_of
from analysis.access.engine import Reach, reach
from analysis.access.measures import e2sfca as floating
from analysis.access.measures.three_sfca import selected
from analysis.access.sensitivity import Alternative
from analysis.access.travel import GreatCircle, TravelEngine
from analysis.country import country
from analysis.sphere import unit_sphere
from analysis.study import Level, Study

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Offer:
    """Trips to the sites of some providers, by any engine, and their FTE, sites x specialties."""

    engine: TravelEngine
    hours: Floats


@dataclass(frozen=True)
class Ground:
    """Where people are.

    Attributes
    ----------
    limit_minutes
        Catchment of each origin.
    region
        Position of each origin's region.
    people
        People at each origin.
    population
        People of each region: the demand.

    """

    limit_minutes: Floats
    region: NDArray[np.int64]
    people: Floats
    population: Floats


@dataclass(frozen=True)
class Rerun:
    """A study that can be measured under other choices; call it with an alternative.

    Attributes
    ----------
    ground
        Where people are.
    offers
        Hours by counting level; the study's own is among them. A level that is absent leaves nobody to count.
    scales
        Multiple of the minutes of each specialty, as the study has them.
    level, decay
        The study's own choices.
    measure
        ``e2sfca`` or ``three_sfca``.

    """

    ground: Ground
    offers: Mapping[Level, Offer]
    scales: tuple[float, ...]
    level: Level
    decay: Decay
    measure: str

    def __call__(self, alternative: Alternative) -> Floats | None:
        """Return access, regions x specialties, FTE per head; ``None`` where the alternative leaves nobody to count."""
        offer = self.offers.get(alternative.level or self.level)
        if offer is None or not offer.hours.any():
            return None
        limit = self.ground.limit_minutes * alternative.factor
        decay, sites = alternative.decay or self.decay, len(offer.hours)
        within = {scale: reach(offer.engine, limit * scale, decay, sites) for scale in dict.fromkeys(self.scales)}
        return np.column_stack(
            [
                floating.e2sfca(self._weights(within[scale], hours > 0), self.ground.population, hours).value
                for scale, hours in zip(self.scales, offer.hours.T, strict=True)
            ]
        )

    def _weights(self, within: Reach, offers: NDArray[np.bool_]) -> csr_array:
        chosen = within if self.measure == "e2sfca" else Reach(selected(within.weights, offers))
        return chosen.rolled_up(self.ground.region, self.ground.people, len(self.ground.population))


def estimate(regions: pd.DataFrame, origins: pd.DataFrame, sites: pd.DataFrame, study: Study) -> GreatCircle:
    """Return minutes estimated from distance between promised ``origins`` and ``sites``."""
    return GreatCircle(
        unit_sphere(origins.latitude.to_numpy(), origins.longitude.to_numpy()),
        unit_sphere(sites.latitude.to_numpy(), sites.longitude.to_numpy()),
        catchments_of(origins, regions, country(study.country), study.access).km_per_minute,
        study.access.circuity,
        study.access.start_up_minutes,
    )


def offer_of(engine: TravelEngine, sites: pd.DataFrame, supply: pd.DataFrame, specialties: tuple[str, ...]) -> Offer:
    """Return the hours of some providers: the promised ``sites`` and ``supply`` of one counting level."""
    wide = supply.pivot_table(index="site_id", columns="specialty", values="fte", aggfunc="sum")
    wide = wide.reindex(index=pd.Index(sites.site_id), columns=pd.Index(specialties)).fillna(0.0)
    return Offer(engine, wide.to_numpy(dtype=np.float64))


def rerun_of(
    regions: pd.DataFrame,
    origins: pd.DataFrame,
    offers: Mapping[Level, Offer],
    specialties: tuple[str, ...],
    study: Study,
) -> Rerun:
    """Return a study that can be measured under other choices.

    Parameters
    ----------
    regions, origins
        As promised.
    offers
        Hours by counting level, the study's own at least, see :func:`offer_of`. An engine that knows trips only up to
        some minutes bounds catchments too: wider ones come out as those.
    specialties
        Columns of the hours.
    study
        What is studied.

    """
    position = {region_id: number for number, region_id in enumerate(regions.region_id)}
    ground = Ground(
        catchments_of(origins, regions, country(study.country), study.access).limit_minutes,
        origins.region_id.map(position).to_numpy(dtype=np.int64),
        origins.population.to_numpy(dtype=np.float64),
        regions.population.to_numpy(dtype=np.float64),
    )
    decay = decay_of(study.access.decay)
    scales = tuple(study.access.specialty_scale.get(specialty, 1.0) for specialty in specialties)
    return Rerun(ground, offers, scales, study.supply.level, decay, study.gaps.measure)
