"""From a study's choice to the engine that gives its minutes, and what the provenance says of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import KDTree

from analysis.access.minutes_file import MinutesFile
from analysis.access.osrm import Osrm
from analysis.access.osrm_answers import Answers
from analysis.access.osrm_server import OsrmServer
from analysis.access.plain import nearest_sites
from analysis.access.travel import GreatCircle, TravelEngine
from analysis.access.travel_parts import constants_of
from analysis.access.travel_table import TravelTable, read_travel_table
from analysis.sphere import great_circle_km
from analysis.study import StudyError
from analysis.travel_choice import EstimateChoice, OsrmChoice, TableChoice

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Choice = EstimateChoice | TableChoice | OsrmChoice


class _Other(Protocol):
    def provenance(self) -> dict[str, Any]: ...

    def nearest_sites(self, sites: Indices, count: int) -> tuple[Floats, Indices]: ...


@dataclass(frozen=True)
class Trips:
    """Between what people travel.

    Attributes
    ----------
    origins, sites
        The promised tables, or any with their ids, ``latitude, longitude`` and, for sites, ``region_id``.
    estimate
        Minutes from distance between them, in the same order.

    """

    origins: pd.DataFrame
    sites: pd.DataFrame
    estimate: GreatCircle


def engine_of(
    chosen: Choice, trips: Trips, inputs: Path | None, tell: Callable[[str], None] = lambda _: None
) -> TravelEngine:
    """Return the engine a study chooses.

    Parameters
    ----------
    chosen
        ``[access] travel`` of the study.
    trips
        Its origins and sites.
    inputs
        Folder below which a table lies.
    tell
        Called with a sentence now and then.

    Raises
    ------
    StudyError
        A table is chosen and no folder is given, or a server may not be asked.
    TableError
        The table is not sound.

    """
    if isinstance(chosen, TableChoice):
        return _table(chosen, trips, inputs)
    if isinstance(chosen, OsrmChoice):
        return _osrm(chosen, trips, tell)
    return trips.estimate


def provenance_of(engine: TravelEngine) -> dict[str, Any]:
    """Return what an engine rests on and found: to be asked once it has been used."""
    if isinstance(engine, GreatCircle):
        return constants_of(engine)
    told: _Other = engine  # type: ignore[assignment]  # every other engine has it
    return told.provenance()


def nearest_sites_of(engine: TravelEngine, sites: Indices, count: int) -> tuple[Floats, Indices]:
    """Return minutes to the nearest of some sites and which they are, as ``analysis.access.plain`` does."""
    if isinstance(engine, GreatCircle):
        return nearest_sites(engine, sites, count)
    asked: _Other = engine  # type: ignore[assignment]  # every other engine has it
    return asked.nearest_sites(sites, count)


def _table(chosen: TableChoice, trips: Trips, inputs: Path | None) -> TravelTable:
    if inputs is None:
        raise StudyError(
            f"the study reads minutes from {str(chosen.file)!r}; say with --inputs below which folder it lies."
        )
    file = MinutesFile(inputs / chosen.file, chosen.columns, dict(chosen.partitions), chosen.memory_mb)
    destinations, said = _destinations(chosen, trips)
    engine = read_travel_table(
        file,
        list(trips.origins.origin_id),
        destinations,
        trips.estimate,
        unknown_origins=chosen.unknown_origins,
        unknown_sites=chosen.unknown_sites,
        empty_is_unreachable=chosen.empty_is_unreachable,
    )
    return replace(engine, counts={"destinations": chosen.destinations} | said | engine.counts)


def _destinations(chosen: TableChoice, trips: Trips) -> tuple[list[str], dict[str, float]]:
    """Return the id by which the table knows each site, and how far from the site that place is."""
    if chosen.destinations == "site":
        return list(trips.sites.site_id), {}
    if chosen.destinations == "region":
        return list(trips.sites.region_id), {}
    if not len(trips.sites) or not len(trips.origins):
        return [""] * len(trips.sites), {}
    chords, nearest = KDTree(trips.estimate.origins).query(trips.estimate.sites)
    away_km = great_circle_km(np.asarray(chords))
    ids = list(trips.origins.origin_id.iloc[np.asarray(nearest)])
    return ids, {"site_to_origin_median_km": float(np.median(away_km)), "site_to_origin_most_km": float(away_km.max())}


def _osrm(chosen: OsrmChoice, trips: Trips, tell: Callable[[str], None]) -> Osrm:
    server = OsrmServer(
        chosen.address,
        chosen.contact,
        chosen.profile,
        chosen.pause_seconds,
        chosen.timeout_seconds,
        chosen.allow_demo,
    )
    return Osrm(
        server,
        Answers(chosen.cache, server.address),
        trips.estimate,
        _places(trips.origins),
        _places(trips.sites),
        chosen.table_limit,
        chosen.reach_factor,
        chosen.nearest_asked,
        tell,
    )


def _places(points: pd.DataFrame) -> Floats:
    places: Floats = points[["latitude", "longitude"]].to_numpy(dtype=np.float64)
    return places
