"""Places to sites: one site a point, in the region it lies in.

Outlines are simplified, so a clinic on a shore or a pier may lie just outside of them: a point within about a kilometre
of a region belongs to the nearest one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import geopandas as gpd
import pandas as pd

from analysis.providers.geocode.place import METHODS, Method, Place
from analysis.providers.provider import Provider
from analysis.within import position_within

_POINT = ["latitude", "longitude"]
_CENTRES: tuple[Method, ...] = ("zcta", "zip", "place")
"""Methods that place all there are in a postal area or town at one point."""
_DOUBTS = {"po_box_share": "is_po_box", "zip_only_share": "is_zip_only", "state_disagrees_share": "state_disagrees"}


def sites_of(places: Iterable[Place], regions: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return one site a point that lies inside a region, with the finest method that found it.

    Parameters
    ----------
    places
        One place a listed location, equal ones as often as they are listed: they are counted.
    regions
        Where outlines overlap, the region whose id comes first has the point.

    """
    points = _counted(Counter(places))
    ordered = regions[["region_id", "state", "geometry"]].sort_values("region_id", ignore_index=True)
    position = position_within(gpd.points_from_xy(points.longitude, points.latitude), ordered.geometry)
    is_inside = position >= 0
    sites = points[is_inside].reset_index(drop=True)
    found = ordered.iloc[position[is_inside]]
    sites["region_id"], sites["state"] = found.region_id.to_numpy(), found.state.to_numpy()
    names = [f"s{north:+.4f}{east:+.4f}" for north, east in zip(sites.latitude, sites.longitude, strict=True)]
    sites.insert(0, "site_id", names)
    return sites


def by_region(providers: Sequence[Provider], sites: pd.DataFrame) -> pd.DataFrame:
    """Return who is found in each region, and at how many sites, wherever anybody is; index region id.

    ``providers`` are distinct people and clinics of any profession, with whatever hours: who takes nobody new is seen
    there all the same. Who is said to have ended works nowhere. ``sites`` are where these are, and of them
    ``sites_at_centres`` those placed at the centre of a postal area or town, however many places of it are listed.
    """
    working = [one for one in providers if one.agreed("is_active") is not False]
    at = pd.DataFrame(
        [(one.provider_id, site) for one in working for site in one.site_ids],
        columns=["providers", "sites"],
        dtype="str",
    )
    there = sites.set_index("site_id")
    is_centre = at.sites.map(there.geocode_method).isin(_CENTRES)
    found = at.assign(sites_at_centres=at.sites.where(is_centre))
    return found.groupby(at.sites.map(there.region_id).rename("region_id")).nunique()


def _counted(places: Counter[Place]) -> pd.DataFrame:
    """Return one row a point in order: method and precision of the finest place there, locations and their doubts."""
    names = [*_POINT, "rank", "precision_km", "locations", *_DOUBTS]
    rows = [
        (
            *(place.latitude, place.longitude, METHODS.index(place.method), place.precision_km, count),
            *(count * getattr(place, doubt) for doubt in _DOUBTS.values()),
        )
        for place, count in places.items()
    ]
    found = pd.DataFrame(rows, columns=names).sort_values([*_POINT, "precision_km", "rank"], ignore_index=True)
    points = found.groupby(_POINT, sort=True, as_index=False).agg(
        {"rank": "first", "precision_km": "first", "locations": "sum"} | dict.fromkeys(_DOUBTS, "sum")
    )
    points[list(_DOUBTS)] = points[list(_DOUBTS)].div(points.locations, axis=0).astype("float64")
    points.insert(2, "geocode_method", [METHODS[int(rank)] for rank in points["rank"]])
    return points.drop(columns="rank")
