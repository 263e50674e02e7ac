"""Origins: points where people live, each in a region, and the units of published figures it lies in."""

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from analysis.promise import TableError
from analysis.regions.catalog import Dataset
from analysis.regions.outlines import Drawn
from analysis.regions.published import naming
from analysis.regions.readers import read_published
from analysis.regions.units import OLD_TRACTS, Keyed, county_of_tracts, current_tracts, keyed
from analysis.sphere import unit_sphere
from analysis.study import StudyError
from analysis.within import position_within

_NEEDED = ("population", "latitude", "longitude")


@dataclass(frozen=True)
class Points:
    """Points where people live, before it is known in which regions.

    Attributes
    ----------
    table
        ``origin_id, population, latitude, longitude`` and, for each unit a point is known to lie in, a column of ids.
    vintages
        Of which year the ids of each unit are.

    """

    table: pd.DataFrame
    vintages: dict[str, str]


@dataclass(frozen=True)
class Ground:
    """Regions, the points where their people live, and what figures can be brought to them.

    Attributes
    ----------
    region_ids
        All regions in order.
    unit, vintage
        What one region is, and of which year; the unit is ``added`` for the user's own regions.
    origins
        ``origin_id, region_id, latitude, longitude, population`` and, for each unit that origins are known to lie in
        (``tract``, ``county``, ``zcta``), a column of its ids. People as published, not scaled. Each region has one.
    vintages
        Of which year the ids of each unit are.
    counties_of_areas
        ``zcta, county_id, share``: the counties each postal area lies in, where origins do not say it themselves
        (:mod:`analysis.regions.pairs`); their ``county`` is then the one that holds most of the area.

    """

    region_ids: pd.Index
    unit: str
    vintage: str
    origins: pd.DataFrame
    vintages: dict[str, str]
    counties_of_areas: pd.DataFrame | None = None


def read_points(dataset: Dataset) -> Points:
    """Read points with people, those without people too.

    Raises
    ------
    StudyError
        The dataset has no points with people, or its tracts are those of 2010.
    TableError
        A point or its people are missing.

    """
    with naming(dataset.name):
        (read,) = keyed(read_published(dataset.reader, dataset.file, dataset.rows))
    absent = [name for name in _NEEDED if name not in read.table]
    if read.vintage == OLD_TRACTS:
        raise StudyError(
            f"dataset {dataset.name!r} ({dataset.entry['title']}) has tracts of 2010, whose codes are not those of "
            "today's; name origins of 2020 or later, such as census_tract_centres_2020."
        )
    if absent:
        raise StudyError(
            f"dataset {dataset.name!r} ({dataset.entry['title']}) cannot serve as origins, it has no "
            f"{', '.join(absent)}; name one with points and people, such as census_tract_centres_2020."
        )
    lost = read.table[list(_NEEDED)].isna().any(axis=1)
    if lost.any():
        raise TableError(
            f"{dataset.file}: {read.table.index[lost][0]!r} ({lost.sum()} such) has no point or no people."
        )
    table = read.table.astype({"population": "float64"})
    points = table[list(_NEEDED)].assign(origin_id=table.index).reset_index(drop=True)
    units, vintages = _units_of(read)
    return Points(points.assign(**{unit: ids.to_numpy() for unit, ids in units.items()}), vintages)


def inner_points(outlines: gpd.GeoDataFrame, unit: str, vintage: str, people: "pd.Series[float]") -> Points:
    """Return a point inside each outline of a unit, with its people; one whose people nobody counted has none."""
    inner = outlines.geometry.representative_point()
    table = pd.DataFrame(
        {
            "origin_id": outlines.index,
            "population": people.reindex(outlines.index).fillna(0.0).to_numpy(dtype=np.float64),
            "latitude": inner.y.to_numpy(),
            "longitude": inner.x.to_numpy(),
            unit: outlines.index,
        }
    )
    return Points(table, {unit: vintage})


def grounded(
    points: Points | None, regions: gpd.GeoDataFrame, unit: str, vintage: str, units: Drawn | None = None
) -> Ground:
    """Put points into regions.

    Parameters
    ----------
    points
        ``None`` where nothing finer than the regions is at hand.
    regions
        Outlines of the whole country, indexed by region id: a study takes its own regions out of them afterwards
        (:func:`limited`), so that nobody who lives beyond its border is taken for its own. A point whose code tells its
        region goes there, another into the region it lies in; one outside every region is left out.
    units
        Outlines of the unit that states and types of places go by, where they are at hand: they tell in which a region
        without any point lies, better than the nearest point does.

    """
    given = Points(_nothing(), {}) if points is None else points
    table = given.table.assign(region_id=_told(given.table, regions.index, unit, vintage))
    placed = _placed(table[table.population > 0], regions.sort_index())
    bare = regions.index.difference(pd.Index(placed.region_id.unique()))
    if len(bare):
        inner = _inner(regions.geometry[bare], unit, given)
        placed = pd.concat([placed, inner if units is None else _within_units(inner, units, given)])
    ordered = placed.sort_values("origin_id").reset_index(drop=True)
    own = {} if unit == "added" else {unit: vintage}
    if unit == "tract":
        own |= {"tract": "tracts_2022"} | ({} if "county" in given.vintages else {"county": "counties_2022"})
    return Ground(regions.index, unit, vintage, ordered, given.vintages | own)


def limited(ground: Ground, region_ids: pd.Index) -> Ground:
    """Return the ground of some of its regions."""
    inside = ground.origins.region_id.isin(region_ids)
    return replace(ground, region_ids=region_ids, origins=ground.origins[inside].reset_index(drop=True))


def scaled(ground: Ground, population: "pd.Series[int]") -> pd.DataFrame:
    """Return the promised columns of origins, people scaled so that each region's points add up to its people.

    A region none of whose points has people gives each of them an equal part.
    """
    origins = ground.origins[["origin_id", "region_id", "latitude", "longitude", "population"]]
    counted = origins.groupby("region_id").population.transform("sum")
    weight = origins.population.where(counted > 0, 1.0)
    whole = weight.groupby(origins.region_id).transform("sum")
    return origins.assign(population=weight / whole * origins.region_id.map(population))


def weighted_centres(origins: pd.DataFrame) -> pd.DataFrame:
    """Return ``latitude, longitude`` of each region's centre of population, indexed by region id.

    Averaged on the unit sphere, so that a region across the antimeridian keeps its centre; a region without people
    takes the plain average of its points.
    """
    people = origins.groupby("region_id").population.transform("sum")
    weight = origins.population.where(people > 0, 1.0)
    sphere = unit_sphere(origins.latitude.to_numpy(), origins.longitude.to_numpy()) * weight.to_numpy()[:, None]
    summed = pd.DataFrame(sphere, columns=["x", "y", "z"]).groupby(origins.region_id.to_numpy()).sum()
    return pd.DataFrame(
        {
            "latitude": np.degrees(np.arctan2(summed.z, np.hypot(summed.x, summed.y))),
            "longitude": np.degrees(np.arctan2(summed.y, summed.x)),
        }
    )


def _units_of(read: Keyed) -> tuple[dict[str, pd.Index], dict[str, str]]:
    if read.unit == "tract":
        tracts = current_tracts(read.table.index)
        return {"tract": tracts, "county": tracts.str[:5]}, {"tract": "tracts_2022", "county": "counties_2022"}
    units, vintages = {read.unit: read.table.index}, {read.unit: read.vintage}
    if "county_id" in read.table:
        units["county"], vintages["county"] = pd.Index(read.table.county_id), read.vintage.replace("zctas", "counties")
    return units, vintages


def _placed(points: pd.DataFrame, regions: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the points that lie in a region, those whose codes tell none placed by where they are."""
    stray = points[points.region_id.isna()]
    position = position_within(gpd.points_from_xy(stray.longitude, stray.latitude), regions.geometry)
    found = pd.Series(regions.index[position], index=stray.index, dtype="str").where(position >= 0)
    placed = points.assign(region_id=points.region_id.fillna(found))
    return placed[placed.region_id.notna()]


def _told(points: pd.DataFrame, region_ids: pd.Index, unit: str, vintage: str) -> "pd.Series[str]":
    """Return the region that a point's own codes tell, missing where they tell none."""
    nothing: pd.Series[str] = pd.Series(None, index=points.index, dtype="str")
    if unit not in points:
        return nothing
    ids = points[unit]
    if unit == "county" and "tract" in points:
        ids = pd.Series(county_of_tracts(pd.Index(points.tract), vintage), index=points.index)
    elif unit == "tract":
        of_region = dict(zip(current_tracts(region_ids), region_ids, strict=True))
        ids = ids.map(of_region)
    return ids.where(ids.isin(region_ids)).astype("str")


def _inner(outlines: gpd.GeoSeries, unit: str, given: Points) -> pd.DataFrame:
    """Return an origin at an inner point of each region that has no point with people.

    In which other units it lies, the nearest point tells, one without people too.
    """
    inner = outlines.representative_point()
    own = pd.DataFrame(
        {"origin_id": outlines.index, "region_id": outlines.index, "latitude": inner.y, "longitude": inner.x}
    ).assign(population=0.0)
    known = [name for name in given.vintages if name in given.table]
    if known and len(given.table):
        codes = given.table.dropna(subset=known)
        tree = KDTree(unit_sphere(codes.latitude.to_numpy(), codes.longitude.to_numpy()))
        _, nearest = tree.query(unit_sphere(own.latitude.to_numpy(), own.longitude.to_numpy()))
        own = own.assign(**{name: codes[name].to_numpy()[nearest] for name in known})
    if unit == "tract":
        tracts = current_tracts(outlines.index)
        return own.assign(tract=tracts, county=county_of_tracts(tracts, given.vintages.get("county", "counties_2022")))
    return own if unit == "added" else own.assign(**{unit: outlines.index})


def _within_units(points: pd.DataFrame, units: Drawn, given: Points) -> pd.DataFrame:
    """Return points with the unit whose outline they lie in, where its ids are of the year of those given."""
    if given.vintages.get(units.unit) != units.vintage:
        return points
    position = position_within(gpd.points_from_xy(points.longitude, points.latitude), units.regions.geometry)
    told = pd.Series(units.regions.index[position], index=points.index, dtype="str").where(position >= 0)
    return points.assign(**{units.unit: told.fillna(points[units.unit])})


def _nothing() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="float64") for name in _NEEDED} | {"origin_id": pd.Series(dtype="str")})
