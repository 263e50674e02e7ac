"""Provenance names the datasets that say something of a study's regions; one that can say nothing is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.promise import TableError
from analysis.regions.assemble import read_world
from analysis.regions.catalog import Dataset
from analysis.study import Directory, Input, Inputs, Study, StudyError

PARTS_OF_AREAS = (
    "OID_ZCTA5_20|GEOID_ZCTA5_20|NAMELSAD_ZCTA5_20|OID_COUNTY_20|GEOID_COUNTY_20|AREALAND_PART|AREAWATER_PART\n"
    "1|82801|ZCTA5 82801|2|56033|1000000|0\n"
)
PARTS_OF_TRACTS = (
    "OID_TRACT_20|GEOID_TRACT_20|NAMELSAD_TRACT_20|AREALAND_TRACT_20|OID_TRACT_10|GEOID_TRACT_10|AREALAND_PART|AREAWATER_PART\n"
    "1|56033000100|Census Tract|1000000|2|56033000100|1000000|0\n"
)
AREAS = '"GEOID","NAME","total_pop","total_black"\n"82801","ZCTA5 82801",100,0\n'
TOUCHING = "zcta,state_usps,county_name,county_fips\n82801,WY,Sheridan,56033\n"


@pytest.fixture(autouse=True)
def _of_one_place() -> Iterator[None]:
    """Let files of one place pass."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Dataset, "rows", 0)
        yield


def named(folder: Path, **content: str) -> list[str]:
    """Return the datasets that the provenance of a study of Wyoming's counties names; others are among its figures."""
    figures = [Input(dataset="bundle_counties")]
    for dataset, text in content.items():
        (folder / f"{dataset}.txt").write_text(text)
        figures.append(Input(dataset=dataset, file=Path(f"{dataset}.txt")))
    inputs = Inputs(figures=tuple(figures))
    study = Study(title="t", states=("WY",), directories=(Directory(source="nppes_api"),), inputs=inputs)
    return [one["dataset"] for one in read_world(study, folder).datasets]


def test_what_takes_figures_from_place_to_place_is_named_where_it_took_any(tmp_path: Path) -> None:
    plain = named(tmp_path)
    assert plain == ["bundle_counties", "bundle_zctas"]
    assert named(tmp_path, zcta_counties_2020=PARTS_OF_AREAS) == plain  # counties need no pairs
    assert named(tmp_path, tract_changes_2020=PARTS_OF_TRACTS) == plain  # nothing is of the tracts of 2010


def test_people_of_other_units_are_not_named(tmp_path: Path) -> None:
    assert named(tmp_path, zcta_people=AREAS) == named(tmp_path)


def test_a_dataset_that_says_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"'zcta_county_pairs' .* gives no indicator, no people and no land, nor says"):
        named(tmp_path, zcta_county_pairs=TOUCHING)


def test_a_broken_table_is_told_though_another_of_its_kind_comes_first(tmp_path: Path) -> None:
    (tmp_path / "first.txt").write_text(PARTS_OF_AREAS)
    (tmp_path / "second.txt").write_text("no table\n")
    pairs = [Input(dataset="zcta_counties_2020", file=Path(name)) for name in ("first.txt", "second.txt")]
    inputs = Inputs(figures=(Input(dataset="bundle_counties"), *pairs))
    study = Study(title="t", states=("WY",), directories=(Directory(source="nppes_api"),), inputs=inputs)
    with pytest.raises(TableError, match=r"second\.txt"):
        read_world(study, tmp_path)
