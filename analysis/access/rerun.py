"""Access of the regions measured anew under another choice: the engine behind the sensitivity table."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.catchments import catchments_of
from analysis.access.decay import Decay, decay_of
from analysis.access.engine import Resources, weights_by
from analysis.access.measures import e2sfca as floating
from analysis.access.measures.three_sfca import selected
from analysis.access.membership import Membership
from analysis.access.sensitivity import Alternative, Lacking
from analysis.access.travel import GreatCircle, TravelEngine
from analysis.country import country
from analysis.sphere import unit_sphere
from analysis.study import Level, Study

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Offer:
    """Trips to the sites of some providers, by any engine, and their FTE, sites x specialties.

    ``unknown`` says of how many providers it is not known whether they are among these.
    """

    engine: TravelEngine
    hours: Floats
    unknown: int = 0


@dataclass(frozen=True)
class Ground:
    """Where people are.

    Attributes
    ----------
    limit_minutes
        Catchment of each origin.
    members
        Origins of the regions.
    population
        People of each region: the demand.

    """

    limit_minutes: Floats
    members: Membership
    population: Floats


@dataclass(frozen=True)
class Rerun:
    """A study that can be measured under other choices; call it with an alternative.

    Attributes
    ----------
    ground
        Where people are.
    offers
        Hours by counting level; the study's own is among them. A level that is absent has nobody.
    scales
        Multiple of the minutes of each specialty, as the study has them.
    level, decay
        The study's own choices.
    measure
        ``e2sfca`` or ``three_sfca``.
    resources
        Where pairs are kept, and who goes through them.

    """

    ground: Ground
    offers: Mapping[Level, Offer]
    scales: tuple[float, ...]
    level: Level
    decay: Decay
    measure: str
    resources: Resources = field(default_factory=Resources)

    def __call__(self, alternative: Alternative) -> Floats | Lacking:
        """Return access, regions x specialties, FTE per head, or why the alternative has none."""
        offer = self.offers.get(alternative.level or self.level)
        if offer is None or not offer.hours.any():
            return "not_known_who_counts" if offer is not None and offer.unknown else "nobody_counts"
        access = np.empty((len(self.ground.population), offer.hours.shape[1]))
        for scale in dict.fromkeys(self.scales):
            columns = [column for column, own in enumerate(self.scales) if own == scale]
            limit = self.ground.limit_minutes * alternative.factor * scale
            hours = offer.hours[:, columns]
            rolled = self._rolled_up(offer.engine, limit, alternative.decay or self.decay, hours > 0)
            for column, weights, own in zip(columns, rolled, hours.T, strict=True):
                access[:, column] = floating.e2sfca(weights, self.ground.population, own).value
        return access

    def _rolled_up(
        self, engine: TravelEngine, limit: Floats, decay: Decay, offers: NDArray[np.bool_]
    ) -> tuple[csr_array, ...]:
        """Return the weights of each specialty, regions x sites."""
        members, (sites, specialties) = self.ground.members, offers.shape
        weights = weights_by(engine, limit, decay, sites, specialties, self.resources)
        if self.measure != "e2sfca":
            return selected(weights, offers, members)
        same = members.rolled_up(weights)
        return tuple(same for _ in range(specialties))


def estimate(regions: pd.DataFrame, origins: pd.DataFrame, sites: pd.DataFrame, study: Study) -> GreatCircle:
    """Return minutes estimated from distance between promised ``origins`` and ``sites``."""
    return GreatCircle(
        unit_sphere(origins.latitude.to_numpy(), origins.longitude.to_numpy()),
        unit_sphere(sites.latitude.to_numpy(), sites.longitude.to_numpy()),
        catchments_of(origins, regions, country(study.country), study.access).km_per_minute,
        study.access.circuity,
        study.access.start_up_minutes,
    )


def offer_of(
    engine: TravelEngine, sites: pd.DataFrame, supply: pd.DataFrame, specialties: tuple[str, ...], unknown: int = 0
) -> Offer:
    """Return the hours of some providers: the promised ``sites`` and ``supply`` of one counting level."""
    wide = supply.pivot_table(index="site_id", columns="specialty", values="fte", aggfunc="sum")
    wide = wide.reindex(index=pd.Index(sites.site_id), columns=pd.Index(specialties)).fillna(0.0)
    return Offer(engine, wide.to_numpy(dtype=np.float64), unknown)


def rerun_of(
    regions: pd.DataFrame,
    origins: pd.DataFrame,
    offers: Mapping[Level, Offer],
    specialties: tuple[str, ...],
    study: Study,
    resources: Resources | None = None,
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
    resources
        Where pairs are kept, and who goes through them.

    """
    position = {region_id: number for number, region_id in enumerate(regions.region_id)}
    ground = Ground(
        catchments_of(origins, regions, country(study.country), study.access).limit_minutes,
        Membership(
            origins.region_id.map(position).to_numpy(dtype=np.int64),
            origins.population.to_numpy(dtype=np.float64),
            len(regions),
        ),
        regions.population.to_numpy(dtype=np.float64),
    )
    decay = decay_of(study.access.decay)
    scales = tuple(study.access.specialty_scale.get(specialty, 1.0) for specialty in specialties)
    return Rerun(ground, offers, scales, study.supply.level, decay, study.gaps.measure, resources or Resources())
