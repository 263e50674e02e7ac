"""From a travel engine to the weights of all pairs within reach: on this machine, or on the workers of a cluster."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.cluster import ClusterWeights, cluster_weights, fair_budget_mb
from analysis.access.crew import ClusterError, Crew
from analysis.access.decay import Decay
from analysis.access.partitions import Ask, Budget, Source, alone
from analysis.access.places_parts import Places
from analysis.access.sheets import ROLLED_BYTES
from analysis.access.table_parts import MinutesByPosition
from analysis.access.travel import GreatCircle, TravelEngine
from analysis.access.travel_table import TravelTable
from analysis.access.weights import MatrixWeights, PairWeights
from analysis.access.within import weights_within

Floats = NDArray[np.float64]

_ROOM_BYTES = 300e6
"""What a task may take on this machine."""
_MINUTES_FILE = "minutes.parquet"


@dataclass(frozen=True)
class Resources:
    """What a study may use beside its tables.

    Attributes
    ----------
    inputs
        Folder below which a table of minutes lies.
    tell
        Called with a sentence now and then.
    structures
        Folder where pairs within reach are kept from build to build; nowhere where not given.
    crew
        Workers of a cluster, who then do all that goes through pairs.

    """

    inputs: Path | None = None
    tell: Callable[[str], None] = lambda _: None
    structures: Path | None = None
    crew: Crew | None = None

    @property
    def ask(self) -> Ask:
        """Who does tasks."""
        return alone if self.crew is None else self.crew.ask

    @property
    def room_bytes(self) -> float:
        """What one task may take."""
        return _ROOM_BYTES if self.crew is None else fair_budget_mb(self.crew.client) * 1e6


def weights_by(
    engine: TravelEngine, limit_minutes: Floats, decay: Decay, sites: int, specialties: int, resources: Resources
) -> PairWeights:
    """Return the weights of all pairs within each origin's limit.

    Parameters
    ----------
    engine
        Minutes between origins and sites.
    limit_minutes
        Catchment of each origin, shape (origins,).
    decay
        Weights from shares of the catchment.
    sites
        How many sites there are.
    specialties
        How many columns will be summed at once, about.
    resources
        Where pairs are kept, and who goes through them.

    Raises
    ------
    ClusterError
        The engine cannot be spread over a cluster.

    """
    if resources.crew is not None:
        return _spread(engine, limit_minutes, decay, sites, specialties, resources.crew)
    if isinstance(engine, GreatCircle):
        return weights_within(engine, limit_minutes, decay, folder=resources.structures)
    pairs = engine.pairs(limit_minutes)
    limit = limit_minutes[pairs.origin]
    weight = decay(np.divide(pairs.minutes, limit, out=np.zeros_like(pairs.minutes), where=limit > 0))
    return MatrixWeights(csr_array((weight, (pairs.origin, pairs.site)), shape=(len(limit_minutes), sites)))


def _spread(
    engine: TravelEngine, limit_minutes: Floats, decay: Decay, sites: int, specialties: int, crew: Crew
) -> ClusterWeights:
    """Return the weights in partitions, each small enough for a worker."""
    source: Source
    if isinstance(engine, GreatCircle):
        source = Places(engine, limit_minutes, decay)
    elif isinstance(engine, TravelTable):
        if engine.estimate is not None:
            raise ClusterError(
                f"the table of minutes does not know {len(engine.unknown_origins)} origins and "
                f"{len(engine.unknown_sites)} sites, and a cluster does not estimate them; complete the table, or "
                "leave out --cluster."
            )
        source = MinutesByPosition(engine.kept(crew.folder / _MINUTES_FILE), limit_minutes, sites, decay)
    else:
        raise ClusterError(
            "a cluster works with minutes estimated from distance or with a table of them, and this study asks a "
            "routing server; leave out --cluster, or make a table of the server's minutes."
        )
    return cluster_weights(crew, source, Budget(fair_budget_mb(crew.client), specialties, pair_bytes=ROLLED_BYTES))
