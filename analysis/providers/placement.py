"""How precisely a region's providers are placed: the promised ``placement``, and what the provenance says of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.promise import conform
from analysis.provenance import sha256_of
from analysis.providers.geocode import Gazetteer, Place, bundled_gazetteer
from analysis.providers.geocode.asking import ask, engine_of
from analysis.providers.geocode.own import GazetteerError, read_areas
from analysis.study import Geocode
from analysis.tables import PLACEMENT
from crawler.records import Location

_KINDS = {
    "coordinates": "coordinates_fte_share",
    "address": "address_fte_share",
    "zcta": "postal_fte_share",
    "zip": "postal_fte_share",
    "place": "place_fte_share",
}
_DOUBTS = ("po_box", "zip_only", "state_disagrees")
_FLAGS = ("is_po_box", "is_zip_only", "state_disagrees", "point_disagrees", "point_is_centre")


def placement(
    regions: pd.DataFrame, sites: pd.DataFrame, supply: pd.DataFrame, present: pd.DataFrame, fewest: int
) -> pd.DataFrame:
    """Return shares of hours by method and mean precision of every region, each hour counted once.

    Parameters
    ----------
    regions, sites, supply
        The promised tables.
    present
        Distinct providers by region and specialty; a region where no specialty has ``fewest`` of them is withheld.
    fewest
        Least number of providers a figure may rest on; a region without any has no figure, and that is no secret.

    """
    hours = supply.groupby("site_id").fte.sum()
    at = sites[["region_id", "geocode_method", "precision_km"]].assign(fte=sites.site_id.map(hours).fillna(0.0))
    parts = {column: at.fte.where(at.geocode_method.map(_KINDS) == column, 0.0) for column in _KINDS.values()}
    parts |= {f"{doubt}_fte_share": at.fte * sites[f"{doubt}_share"] for doubt in _DOUBTS}
    parts |= {"precision_km": at.fte * at.precision_km}
    summed = pd.DataFrame(parts).groupby(at.region_id).sum().reindex(regions.region_id)
    total = at.groupby("region_id").fte.sum().reindex(regions.region_id)
    found = summed.div(total.where(total > 0), axis=0)
    shares = [column for column in parts if column.endswith("_share")]
    found[shares] = found[shares].clip(0, 1)  # rounding
    most = present.groupby("region_id").providers.max().reindex(regions.region_id).fillna(0).to_numpy()
    is_withheld = np.asarray((most > 0) & (most < fewest))
    found.loc[is_withheld] = np.nan
    return conform(found.assign(is_withheld=is_withheld).reset_index(), PLACEMENT)


def gazetteer_for(
    chosen: Geocode, locations: Sequence[Location], inputs: Path | None, tell: Callable[[str], None]
) -> tuple[Gazetteer, dict[str, Any]]:
    """Return the gazetteer of a study, told what its engine found, and how it places the locations.

    Raises
    ------
    GazetteerError, EngineError
        The user's gazetteer is not one, or the engine fails.

    """
    gazetteer = bundled_gazetteer()
    said: dict[str, Any] = {"engine": chosen.engine}
    if chosen.gazetteer:
        if inputs is None:
            raise GazetteerError(
                f"the study reads the gazetteer {str(chosen.gazetteer)!r}; say with --inputs below which folder it "
                "lies."
            )
        gazetteer.with_areas(read_areas(inputs / chosen.gazetteer))
        said["gazetteer_sha256"] = sha256_of(inputs / chosen.gazetteer)
    engine = engine_of(chosen)
    if engine and chosen.cache:
        asked = ask(engine, gazetteer, locations, chosen.cache, tell)
        gazetteer.knowing(asked.matches)
        said |= {
            "engine": engine.name,
            "addresses": asked.addresses,
            "addresses_known_before": asked.from_cache,
            "addresses_found": len(asked.matches),
            "addresses_without_answer": asked.unanswered,
        }
    return gazetteer, said | placing_said(gazetteer, locations)


def placing_said(gazetteer: Gazetteer, locations: Iterable[Location]) -> dict[str, Any]:
    """Return how many listed locations were placed by which method, with which doubts, and why others were not."""
    methods: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    doubts: Counter[str] = Counter(dict.fromkeys(_FLAGS, 0))
    for location in locations:
        place = gazetteer.look(location)
        if isinstance(place, Place):
            methods[place.method] += 1
            doubts.update(flag for flag in _FLAGS if getattr(place, flag))
        else:
            reasons[place.reason] += 1
    return {
        "locations": methods.total() + reasons.total(),
        "by_method": dict(sorted(methods.items())),
        "doubts": dict(doubts),
        "unplaced": dict(sorted(reasons.items())),
    }
