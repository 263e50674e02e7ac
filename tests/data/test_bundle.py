"""What ships: totals, keys, outlines, names, and a catalogue that knows every file."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from analysis.regions.catalog import BUNDLE, CATALOG

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def counties() -> gpd.GeoDataFrame:
    return gpd.read_parquet(BUNDLE / "us_counties.parquet").set_index("region_id")


@pytest.fixture(scope="module")
def zctas() -> pd.DataFrame:
    return pd.read_parquet(BUNDLE / "us_zctas.parquet").set_index("zcta")


def test_known_totals(counties: gpd.GeoDataFrame, zctas: pd.DataFrame) -> None:
    assert counties[counties.state != "PR"].population.sum() == 329_484_123
    assert len(counties) == 3_221
    assert len(zctas) == 33_791
    puerto_rico = counties[counties.state == "PR"]
    assert len(puerto_rico) == 78
    assert puerto_rico.population.sum() == pytest.approx(3.25e6, rel=0.01)


def test_nothing_is_missing_and_keys_are_unique(counties: gpd.GeoDataFrame, zctas: pd.DataFrame) -> None:
    assert counties.index.is_unique
    assert zctas.index.is_unique
    assert not counties.isna().any().any()
    assert not zctas.drop(columns="ruca").isna().any().any()
    assert zctas.region_id.isin(counties.index).all()
    assert counties.index.str.fullmatch(r"\d{5}").all()
    assert zctas.index.str.fullmatch(r"\d{5}").all()


def test_outlines_are_valid_polygons_in_degrees(counties: gpd.GeoDataFrame) -> None:
    assert counties.crs == 4326
    assert counties.is_valid.all()
    assert set(counties.geom_type) == {"Polygon", "MultiPolygon"}
    assert counties.total_bounds.tolist() == pytest.approx([-179.17, 17.91, 179.77, 71.35], abs=0.05)


@pytest.mark.parametrize(
    ("region_id", "name", "state"),
    [
        ("48301", "Loving County", "TX"),
        ("22071", "Orleans Parish", "LA"),
        ("02020", "Anchorage Municipality", "AK"),
        ("02063", "Chugach Census Area", "AK"),
        ("51510", "Alexandria city", "VA"),
        ("11001", "District of Columbia", "DC"),
        ("35013", "Doña Ana County", "NM"),
        ("72097", "Mayagüez Municipio", "PR"),
        ("09001", "Fairfield County", "CT"),
        ("46102", "Oglala Lakota County", "SD"),
    ],
)
def test_names_carry_their_kind(counties: gpd.GeoDataFrame, region_id: str, name: str, state: str) -> None:
    assert counties.loc[region_id, ["name", "state"]].tolist() == [name, state]


def test_small_and_large_places_are_plausible(counties: gpd.GeoDataFrame) -> None:
    assert counties.population["48301"] < 300
    assert counties.population["06037"] > 9_000_000
    assert counties.rurality.between(1, 9).all()
    assert (counties.land_km2 > 0).all()
    # renamed or split since 2013: rurality came over from the former code
    assert counties.rurality[["02158", "46102", "02063", "02066"]].tolist() == [9, 6, 9, 9]


def test_weights_of_a_postal_area_add_up(counties: gpd.GeoDataFrame, zctas: pd.DataFrame) -> None:
    weights = pd.read_parquet(BUNDLE / "us_zcta_counties.parquet")
    assert weights.groupby("zcta").weight.sum().to_numpy() == pytest.approx(1.0)
    assert set(weights.zcta) == set(zctas.index)
    people = (weights.weight * weights.zcta.map(zctas.population)).groupby(weights.region_id).sum()
    error = (people / counties.population - 1)[counties.state != "PR"].abs().median()
    assert error < 0.02


def test_every_postal_code_leads_to_an_area(zctas: pd.DataFrame) -> None:
    zips = pd.read_parquet(BUNDLE / "us_zips.parquet")
    assert zips.zip.is_unique
    assert zips.zcta.isin(zctas.index).all()


def test_the_catalogue_knows_every_file_and_its_rows() -> None:
    entries = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in CATALOG.glob("*.toml")}
    needed = {
        "title",
        "publisher",
        "licence",
        "attribution",
        "address",
        "vintage",
        "read_on",
        "rows",
        "columns",
        "note",
    }
    for name, entry in entries.items():
        assert needed <= set(entry), name
        assert ("bundle_file" in entry) != ("reader" in entry), name
    bundled = {entry["bundle_file"]: entry for entry in entries.values() if "bundle_file" in entry}
    assert set(bundled) == {file.name for file in BUNDLE.glob("*.parquet")}
    for file, entry in bundled.items():
        table = pd.read_parquet(BUNDLE / file)
        assert len(table) == entry["rows"], file
        assert list(table.columns) == entry["columns"], file


def test_the_bundle_is_small() -> None:
    assert sum(file.stat().st_size for file in BUNDLE.iterdir()) <= 3_000_000


def test_it_is_rebuilt_byte_for_byte_from_its_carriers(tmp_path: Path) -> None:
    carriers = os.environ.get("THERAPYGAP_CARRIERS")
    if carriers is None:
        pytest.skip("the registry packages the bundle is made of are not named by THERAPYGAP_CARRIERS")
    subprocess.run(
        [sys.executable, ROOT / "data" / "build_bundle.py", "--carriers", carriers, "--out", tmp_path],
        check=True,
        timeout=240,
    )
    for file in BUNDLE.glob("*.parquet"):
        assert file.read_bytes() == (tmp_path / file.name).read_bytes(), file.name
