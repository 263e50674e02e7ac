"""Tracts go to the county their number tells, in the year's borders that the regions have: to the person."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from analysis.country import country
from analysis.regions.catalog import CATALOG, Dataset, entry_of, locate
from analysis.regions.origins import Ground, grounded, read_points
from analysis.regions.outlines import read_outlines
from analysis.regions.readers import read_published
from analysis.study import Input

ROWS = [
    "09,001,010101,10,+41.5,-72.5",  # of Fairfield County by its code, though a shore drawn roughly has it elsewhere
    "09,003,400101,30,+41.5,-72.5",
    "56,003,000100,5,+41.5,-70.5",
]


def placed(folder: Path, codes: list[str], vintage: str) -> Ground:
    """Put the tracts into regions beside each other, the first of which holds the points of Connecticut."""
    head = "\ufeffSTATEFP,COUNTYFP,TRACTCE,POPULATION,LATITUDE,LONGITUDE"
    (folder / "centres.txt").write_text("\n".join([head, *ROWS]) + "\n", encoding="utf-8")
    entry = entry_of(CATALOG / "census_tract_centres_2020.toml") | {"rows": len(ROWS)}
    points = read_points(Dataset("census_tract_centres_2020", entry, folder / "centres.txt"))
    shapes = [box(west, 41, west + 1, 42) for west in range(-73, -73 + len(codes))]
    regions = gpd.GeoDataFrame(index=pd.Index(codes, name="region_id"), geometry=shapes, crs=4326)
    return grounded(points, regions, "county", vintage)


@pytest.mark.parametrize(
    ("vintage", "counties"),
    [("counties_2020", ["09003", "09001", "56003"]), ("counties_2022", ["09110", "09190", "56003"])],
)
def test_a_tract_is_in_the_county_of_the_year_that_the_regions_have(
    tmp_path: Path, vintage: str, counties: list[str]
) -> None:
    ground = placed(tmp_path, counties, vintage)
    people = ground.origins.groupby("region_id").population.sum()
    assert people[counties].tolist() == [30, 10, 5]
    assert set(ground.origins.origin_id) == {"09001010101", "09003400101", "56003000100"}


@pytest.mark.real
def test_people_of_the_counties_of_2020_are_those_of_their_tracts(real_data: Path) -> None:
    us = real_data / "us"
    drawn = read_outlines(
        locate(Input(dataset="census_counties_2021", file=Path("cb_2021_us_county_20m/cb_2021_us_county_20m.shp")), us),
        "county",
        country("US"),
    )
    assert drawn.vintage == "counties_2020"
    points = read_points(locate(Input(dataset="census_tract_centres_2020", file=Path("CenPop2020_Mean_TR.txt")), us))
    ground = grounded(points, drawn.regions, drawn.unit, drawn.vintage)
    counted = read_published("county_centres", us / "CenPop2020_Mean_CO.txt").table.set_index("county_id").population
    people = ground.origins.groupby("region_id").population.sum()
    assert people.sum() == 334_735_155
    assert people.reindex(counted.index).tolist() == counted.tolist()
