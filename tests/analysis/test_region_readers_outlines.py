"""Outlines of census tracts and postal areas: in a folder or an archive, each with an area, in degrees."""

import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Polygon, box

from analysis.promise import TableError
from analysis.regions.catalog import CATALOG, entry_of
from analysis.regions.readers import read_published

_AREAS: dict[str, dict[str, Any]] = {
    "tract_outlines": {
        "GEOID": "09110400101",
        "NAMELSAD": "Census Tract 4001.01",
        "NAMELSADCO": "Capitol Planning Region",
        "STUSPS": "CT",
        "ALAND": 2_500_000,
        "AWATER": 500_000,
    },
    "zcta_outlines": {"ZCTA5CE20": "00601", "ALAND20": 2_500_000, "AWATER20": 500_000},
}


def outlined(folder: Path, reader: str, shape: Polygon | None = None, without: str = "") -> Path:
    columns = {name: [value] for name, value in _AREAS[reader].items() if name != without}
    file = folder / "outlines.shp"
    gpd.GeoDataFrame(columns, geometry=[shape or box(-73, 41, -72, 42)], crs=4269).to_file(file)
    return file


def test_outlines_of_tracts_and_of_postal_areas(tmp_path: Path) -> None:
    given = read_published("tract_outlines", outlined(tmp_path, "tract_outlines"), 1)
    assert given.vintage == "tracts_2022"
    told = given.table[["tract_id", "county_id", "name", "state"]].iloc[0].tolist()
    assert told == ["09110400101", "09110", "Tract 4001.01, Capitol Planning Region", "CT"]
    areas = read_published("zcta_outlines", outlined(tmp_path, "zcta_outlines"), 1)
    assert (areas.vintage, areas.table.zcta.tolist()) == ("zctas_2020", ["00601"])
    for table in (given.table, areas.table):
        assert isinstance(table, gpd.GeoDataFrame)
        assert table.crs.to_epsg() == 4326
        assert (table.land_km2[0], table.water_km2[0]) == (2.5, 0.5)


@pytest.mark.parametrize("reader", _AREAS)
def test_outlines_are_read_in_the_archive_they_come_in(reader: str, tmp_path: Path) -> None:
    plain = read_published(reader, outlined(tmp_path, reader)).table
    packed = tmp_path / "outlines.zip"
    with zipfile.ZipFile(packed, "w") as stream:
        for part in sorted(tmp_path.glob("outlines.*")):
            if part.suffix != ".zip":
                stream.write(part, part.name)
    pd.testing.assert_frame_equal(read_published(reader, packed).table, plain)


@pytest.mark.parametrize("reader", _AREAS)
def test_outlines_without_a_column_or_an_area_are_refused(reader: str, tmp_path: Path) -> None:
    own, land = next(iter(_AREAS[reader])), next(name for name in _AREAS[reader] if "LAND" in name)
    with pytest.raises(TableError, match=f"lacks {land}; expected the Census Bureau's cartographic boundaries"):
        read_published(reader, outlined(tmp_path, reader, without=land))
    with pytest.raises(TableError, match=f"{_AREAS[reader][own]} has no area"):
        read_published(reader, outlined(tmp_path, reader, Polygon([(0, 0), (1, 1), (0, 0)])))


@pytest.mark.parametrize("reader", _AREAS)
def test_the_catalogue_asks_for_the_columns_that_are_read(reader: str) -> None:
    entries = [entry for entry in map(entry_of, CATALOG.glob("*.toml")) if entry.get("reader") == reader]
    assert [set(_AREAS[reader]) <= set(entry["columns"]) for entry in entries] == [True]


@pytest.mark.parametrize("empty", ["NAMELSAD", "NAMELSADCO"])
def test_a_tract_that_nobody_named_is_called_by_its_number(empty: str, tmp_path: Path) -> None:
    file = tmp_path / "outlines.shp"
    columns = {name: [value] for name, value in (_AREAS["tract_outlines"] | {empty: None}).items()}
    gpd.GeoDataFrame(columns, geometry=[box(-73, 41, -72, 42)], crs=4269).to_file(file)
    assert read_published("tract_outlines", file).table.name.tolist() == ["09110400101"]
