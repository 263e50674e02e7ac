"""Counties, postal areas and tracts by the same code: nobody is lost on the way, every figure says how it is known."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from analysis.promise import promised
from analysis.regions.assemble import World, completed, read_world
from analysis.regions.catalog import BUNDLE, Dataset
from analysis.study import Directory, Input, Inputs, Study, StudyError
from analysis.tables import ORIGINS, REGIONS
from demonstration.public_files import (
    invent_tracts,
    write_acs_table,
    write_places_tracts,
    write_ruca_tracts,
    write_svi_tracts,
    write_tract_centres,
    write_tract_outlines,
    write_zcta_outlines,
)

STATES = ("CT", "WY")
SVI = "POV150 UNEMP HBURD NOHSDP UNINSUR AGE65 AGE17 DISABL SNGPNT LIMENG MINRTY MUNIT MOBILE CROWD NOVEH GROUPQ NOINT"
TRACTS = invent_tracts(1_200, 5, STATES)
Built = Callable[[str], World]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    write_tract_centres(TRACTS, folder / "centres.txt")
    write_tract_outlines(TRACTS, folder / "tracts.zip")
    write_zcta_outlines(STATES, folder / "zctas.zip")
    write_svi_tracts(TRACTS, folder / "svi.csv", SVI.split(), 1)
    write_places_tracts(TRACTS, folder / "places.csv", ["MHLTH", "DEPRESSION", "MOBILITY"], 2)
    write_ruca_tracts(TRACTS, folder / "ruca.csv", 3)
    write_acs_table(TRACTS, folder / "commuting.dat", "B08303", 13, 4)
    return folder


@pytest.fixture(scope="module", autouse=True)
def _of_two_states() -> Iterator[None]:
    """Let files of two states pass; that one cut short is refused is tested where the nation's are read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Dataset, "rows", 0)
        yield


@pytest.fixture(scope="module")
def built(published: Path) -> Built:
    @cache
    def build(level: str) -> World:
        return read_world(study(level), published)

    return build


def file(dataset: str, name: str) -> Input:
    return Input(dataset=dataset, file=Path(name))


def study(level: str, *figures: Input) -> Study:
    outlines = {
        "tract": file("census_tracts_2023", "tracts.zip"),
        "zcta": file("census_zctas_2020", "zctas.zip"),
        "county": Input(dataset="bundle_counties"),
    }
    own = (
        file("svi_tracts_2022", "svi.csv"),
        file("places_tracts", "places.csv"),
        file("ruca_2020", "ruca.csv"),
        file("acs_b08303_2023", "commuting.dat"),
        Input(dataset="bundle_counties"),
    )
    inputs = Inputs(
        level=level,
        outlines=outlines[level],
        figures=figures or own,
        origins=file("census_tract_centres_2020", "centres.txt"),
    )
    return Study(title="t", states=STATES, directories=(Directory(source="nppes_api"),), inputs=inputs)


def regions_of(world: World) -> pd.DataFrame:
    nobody = pd.Series(dtype="int64")
    return promised(completed(world.regions, nobody, nobody, 5), REGIONS).set_index("region_id")


LEVELS = ("tract", "zcta", "county")


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_keeps_its_promises_and_everybody(built: Built, level: str) -> None:
    world = built(level)
    regions = regions_of(world)
    promised(world.origins, ORIGINS)
    assert set(regions.state) == set(STATES)
    by_region = world.origins.groupby("region_id").population.sum()
    assert by_region.to_numpy() == pytest.approx(regions.population[by_region.index].to_numpy())
    if level != "county":  # counties have their own count; the others that of the tracts in them
        assert regions.population.sum() == TRACTS.table.population.sum()


def test_a_measured_share_has_the_same_mean_at_every_level(built: Built) -> None:
    of_tracts = regions_of(built("tract"))
    whole = np.average(of_tracts.no_vehicle_share.fillna(0), weights=of_tracts.population)
    for level in ("zcta", "county"):
        world = built(level)
        people = world.regions.set_index("region_id").population
        if level == "county":  # weigh by the people of the tracts, of which the shares are
            people = TRACTS.table.groupby(TRACTS.table.older_id.str[:5]).population.sum()
        share = regions_of(world).no_vehicle_share
        assert np.average(share.fillna(0), weights=people[share.index]) == pytest.approx(whole, rel=1e-9), level
        lived_in = regions_of(world)[regions_of(world).population > 0]
        assert set(lived_in.no_vehicle_share_basis.dropna()) == {"measured"}


def test_what_only_counties_know_is_of_the_wider_area_at_finer_levels(built: Built) -> None:
    assert set(regions_of(built("county")).rurality_basis) == {"measured"}
    areas = regions_of(built("zcta"))
    assert (areas.rurality_basis == "wider_area").mean() > 0.9  # an area that holds a whole county has it measured
    tracts = regions_of(built("tract"))
    assert set(tracts.rurality_basis) == {"wider_area"}
    of_county = pd.read_parquet(BUNDLE / "us_counties.parquet").set_index("region_id").rurality
    wyoming = tracts[tracts.state == "WY"]
    assert (wyoming.rurality == wyoming.index.str[:5].map(of_county)).all()


def test_small_areas_keep_their_margins(built: Built, published: Path) -> None:
    tracts = regions_of(built("tract"))
    commute = tracts[tracts.long_commute_share_basis == "measured"]
    assert len(commute) > 1_000
    assert (commute.long_commute_share_low <= commute.long_commute_share).all()
    assert (commute.long_commute_share <= commute.long_commute_share_high).all()
    assert (commute.long_commute_share_high > commute.long_commute_share_low).all()
    told = pd.read_csv(published / "svi.csv", dtype={"FIPS": "str"}).set_index("FIPS")
    first = tracts.index[0]
    half = told.MP_NOVEH[first] / 100 * 1.959964 / 1.644854  # the publisher's margin is of 90 %
    assert tracts.no_vehicle_share[first] == pytest.approx(told.EP_NOVEH[first] / 100)
    assert tracts.no_vehicle_share_high[first] == pytest.approx(min(1, told.EP_NOVEH[first] / 100 + half))


def test_places_between_tracts_go_by_the_county(built: Built) -> None:
    tracts, counties = regions_of(built("tract")), regions_of(built("county"))
    wyoming = tracts[tracts.state == "WY"]
    assert (wyoming.place_type == wyoming.index.str[:5].map(counties.place_type)).all()
    assert set(wyoming.density_class) <= {1, 2, 3, 4}


def test_a_tract_is_called_by_its_number_and_county(built: Built) -> None:
    tracts = regions_of(built("tract"))
    assert tracts["name"]["56039000100"] == "Tract 1, Teton County"
    assert tracts["name"].str.fullmatch(r"Tract [0-9]{1,4}([.][0-9]{2})?, .+ (County|Planning Region)").all()


def test_nobody_lives_in_a_tract_that_is_not_coded(built: Built) -> None:
    tracts = regions_of(built("tract"))
    assert (tracts.ruca.isna() == (tracts.population == 0)).all()


def test_a_dataset_of_several_levels_is_used_as_far_as_it_can_be(built: Built) -> None:
    # the survey's file has tracts, counties and postal areas: which of them serve depends on the study
    for level in LEVELS:
        assert regions_of(built(level)).long_commute_share.notna().any(), level


def test_nobody_is_lost_where_a_postal_area_has_no_tract(published: Path, tmp_path: Path) -> None:
    for name in ("zctas.zip", "centres.txt", "svi.csv"):
        (tmp_path / name).symlink_to(published / name)
    drawn = gpd.read_file(published / "zctas.zip").ZCTA5CE20
    areas = pd.read_parquet(BUNDLE / "us_zctas.parquet")
    areas[areas.zcta.isin(drawn)].to_parquet(tmp_path / "areas.parquet")
    told = study("zcta", Input(dataset="bundle_zctas", file=Path("areas.parquet")), Input(dataset="bundle_counties"))
    world = read_world(told, tmp_path)
    assert world.regions.population.sum() == areas[areas.zcta.isin(drawn)].population.sum()
    own = world.origins[world.origins.origin_id == world.origins.region_id]
    assert len(own) > 20  # areas in which no tract has its centre have a point, a state and a type of place
    assert set(world.regions.state) == set(STATES)


def test_a_tract_that_a_count_leaves_out_has_the_people_of_its_centre(published: Path, tmp_path: Path) -> None:
    lines = (published / "svi.csv").read_text().splitlines()
    (tmp_path / "svi.csv").write_text("\n".join([lines[0], *lines[6:]]) + "\n")
    for name in ("tracts.zip", "centres.txt"):
        (tmp_path / name).symlink_to(published / name)
    world = read_world(study("tract", file("svi_tracts_2022", "svi.csv"), Input(dataset="bundle_counties")), tmp_path)
    regions = world.regions.set_index("region_id")
    left_out = TRACTS.table.set_index("tract_id").population[:5]
    assert regions.population[left_out.index].tolist() == left_out.tolist()
    assert set(regions.population_basis[left_out.index]) == {"assumed"}
    assert regions.population.sum() == TRACTS.table.population.sum()


def test_figures_of_a_unit_that_no_origin_lies_in_are_refused(published: Path) -> None:
    by_tract = study("county", file("svi_tracts_2022", "svi.csv"), Input(dataset="bundle_counties"))
    inputs = by_tract.inputs.model_copy(update={"origins": Input(dataset="bundle_zctas")})
    with pytest.raises(StudyError, match=r"'svi_tracts_2022' has figures by tract, but .* name origins by tract"):
        read_world(by_tract.model_copy(update={"inputs": inputs}), published)


def test_outlines_of_another_level_are_refused(published: Path) -> None:
    counties = study("county").inputs.outlines
    wrong = study("tract").model_copy(
        update={"inputs": study("tract").inputs.model_copy(update={"outlines": counties})}
    )
    with pytest.raises(
        StudyError, match="draws county regions; name one that draws regions of the study's level, 'tract'"
    ):
        read_world(wrong, published)


def test_types_need_a_count_of_people_and_land(published: Path) -> None:
    with pytest.raises(StudyError, match="types of places are told by county, but no dataset"):
        read_world(study("tract", file("svi_tracts_2022", "svi.csv")), published)
