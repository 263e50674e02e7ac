"""Outlines of a study's regions, each with its id, name, state and land, valid and in WGS 84."""

from dataclasses import dataclass

import geopandas as gpd
import shapely

from analysis.country import Country
from analysis.promise import TableError
from analysis.regions.catalog import Dataset
from analysis.regions.published import naming
from analysis.regions.readers import read_published
from analysis.regions.units import OLD_TRACTS, keyed
from analysis.study import StudyError

_KM2_OF_M2 = 1e-6
_EQUAL_AREA = 6933
"""EPSG code of a cylindrical equal-area projection of the whole Earth."""


@dataclass(frozen=True)
class Drawn:
    """Outlines indexed by ``region_id`` with ``name, state, land_km2, geometry``; of which unit and year they are.

    ``has_land`` says whether their file tells land; else it is the outline's area.
    """

    regions: gpd.GeoDataFrame
    unit: str
    vintage: str
    has_land: bool = False


def read_outlines(dataset: Dataset, level: str, country: Country) -> Drawn:
    """Read the outlines of a level; those of other countries are left out.

    Invalid outlines are made valid and only their polygons kept. A name that is not given is the id. A state that is
    not given is told by the beginning of the id, if it is, else missing. Land that is not given, or 0, is the
    outline's area.

    Raises
    ------
    TableError
        The file cannot be read, repeats an id, or a region has no area.
    StudyError
        The dataset draws regions of another level, or tracts of 2010.

    """
    with naming(dataset.name):
        (read,) = keyed(read_published(dataset.reader, dataset.file, dataset.rows))
    if "geometry" not in read.table or read.unit != level:
        drawn = f"draws {read.unit} regions" if "geometry" in read.table else "has no outlines"
        raise StudyError(
            f"dataset {dataset.name!r} ({dataset.entry['title']}) {drawn}; name one that draws regions of the study's "
            f"level, {level!r}."
        )
    if read.vintage == OLD_TRACTS:
        raise StudyError(
            f"dataset {dataset.name!r} ({dataset.entry['title']}) draws tracts of 2010, which newer figures do not "
            "follow; name one that draws those of 2020 or later."
        )
    table = gpd.GeoDataFrame(read.table, geometry="geometry", crs=4326)
    own = {name: table[name] for name in ("name", "state", "land_km2") if name in table}
    regions = gpd.GeoDataFrame(own, index=table.index.rename("region_id"), geometry=table.geometry)
    drawn = sound(regions, read.unit, country, str(dataset.file))
    return Drawn(drawn, read.unit, read.vintage, has_land="land_km2" in own)


def sound(regions: gpd.GeoDataFrame, unit: str, country: Country, file: str) -> gpd.GeoDataFrame:
    """Return outlines of a country valid and complete; ``file`` is named in faults."""
    twice = regions.index[regions.index.duplicated()]
    if len(twice):
        raise TableError(f"{file}: region {', '.join(twice[:3])} appears more than once; ids must be unique.")
    if "state" not in regions:
        regions = regions.assign(state=[country.state_of(unit, code) for code in regions.index])
    if "name" not in regions:
        regions = regions.assign(name=regions.index)
    is_told = unit in country.state_units  # where codes tell the state, one that tells none is another country's
    regions = regions[regions.state.isin(list(country.states)) | (regions.state.isna() & (not is_told))].copy()
    if not len(regions):
        raise StudyError(f"{file} draws no region of {country.name}; name outlines of the study's country.")
    regions["geometry"] = [polygons(outline) for outline in regions.geometry]
    empty = regions.index[regions.geometry.is_empty]
    if len(empty):
        raise TableError(
            f"{file}: region {', '.join(empty[:3])} has no area; the file is cut short or too simplified: "
            "download it again, or use a less simplified one."
        )
    area = regions.geometry.to_crs(_EQUAL_AREA).area * _KM2_OF_M2
    told = regions.get("land_km2", area)
    regions["land_km2"] = told.where(told > 0, area)  # an outline that is drawn is not without land
    return regions[["name", "state", "land_km2", "geometry"]].sort_index()


def polygons(outline: shapely.Geometry) -> shapely.Geometry:
    """Return a valid outline of polygons only: lines and points left by repair or simplifying go."""
    whole = outline if shapely.is_valid(outline) else shapely.make_valid(outline)
    parts = shapely.get_parts(shapely.get_parts(whole)).tolist()  # twice: a collection may hold multipolygons
    kept = [part for part in parts if isinstance(part, shapely.Polygon)]
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)
