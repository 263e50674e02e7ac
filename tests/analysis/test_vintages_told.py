"""Codes tell of which census tracts and postal areas are, where a file does not say it."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.promise import TableError
from analysis.regions.catalog import BUNDLE
from analysis.regions.readers import read_published
from analysis.regions.readers._herop import tract_vintage
from analysis.regions.readers._zctas import _BORN, _GONE, area_vintage


@pytest.mark.parametrize(
    ("tracts", "vintage"),
    [
        (["02261000100", "46102940500"], "tracts_2010"),  # Valdez-Cordova was no county any more when tracts were drawn
        (["09001990000", "09110990000"], None),  # Connecticut twice
        (["09001990000", "09001010101"], "tracts_2020"),  # water has any number
        (["09110990000", "30001000100"], "tracts_2022"),
        (["30001000100"], "tracts_2020"),  # without Connecticut what is expected
        (["09003430601", "30001000100"], "tracts_2010"),
    ],
)
def test_tracts_tell_of_which_census_they_are(tracts: list[str], vintage: str | None) -> None:
    if vintage is None:
        with pytest.raises(TableError, match="several years are mixed"):
            tract_vintage(tracts, "tracts_2020")
    else:
        assert tract_vintage(tracts, "tracts_2020") == vintage


def test_postal_areas_of_two_censuses_are_refused() -> None:
    with pytest.raises(TableError, match="of 2010 and of 2020 are mixed: 98205 ended before 75072 began"):
        area_vintage(["98205", "75072"], "zctas_2020", Path("a.csv"))
    assert area_vintage(["98205"], "zctas_2020", Path("a.csv")) == "zctas_2010"
    assert area_vintage(["59301"], "zctas_2020", Path("a.csv")) == "zctas_2020"


def test_tracts_of_places_without_connecticut_are_those_of_the_census(tmp_path: Path) -> None:
    head = "StateAbbr,CountyName,CountyFIPS,TractFIPS,TotalPopulation,TotalPop18plus,MHLTH_CrudePrev,MHLTH_Crude95CI"
    row = 'WY,Anil,56001,56001000100,120,90,17.5,"( 9.4, 18.2)",POINT (-105.5 41.25)'
    file = tmp_path / "places.csv"
    file.write_text(f"{head},Geolocation\n{row}\n")
    assert read_published("places", file).vintage == "tracts_2020"


@pytest.mark.real
def test_codes_that_came_and_went_are_in_the_publishers_files_of_their_time_only(real_data: Path) -> None:
    us = real_data / "us"
    older = {
        "places": us / "PLACES_zcta_2022_release.csv",
        "zip_zctas": us / "Zip_to_zcta_crosswalk_2021.csv",
    }
    newer = {
        "zcta_people": us / "ACS_ZCTA_Total_Populations.csv",
        "zcta_county_pairs": us / "zcta2020_county_crosswalk.csv",
        "bundle_zctas": BUNDLE / "us_zctas.parquet",
    }
    for files, there, absent in ((older, _GONE, _BORN), (newer, _BORN, _GONE)):
        for reader, file in files.items():
            codes = set(read_published(reader, file).table.zcta.dropna())
            assert there <= codes, reader
            assert not absent & codes, reader


@pytest.mark.real
def test_connecticut_is_told_by_the_census_of_2020_in_every_file_of_its_tracts(real_data: Path) -> None:
    ids = pd.read_csv(real_data / "us/CenPop2020_Mean_TR.txt", dtype="str", encoding="utf-8-sig")
    tracts = ids.STATEFP + ids.COUNTYFP + ids.TRACTCE
    assert tract_vintage(tracts, "tracts_2010") == "tracts_2020"
    ended = [*tracts[tracts != "09001010101"], "09001020100"]
    assert tract_vintage(ended, "tracts_2020") == "tracts_2010"
