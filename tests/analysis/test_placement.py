"""Precision by region: every hour counted once, few providers withheld, and what a build writes of it."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from geocoding_server import GeocodingServer
from hypothesis import given
from hypothesis import strategies as st
from invented import invented_crawl, small_build
from pytest_httpserver import HTTPServer
from shapely.geometry import box

from analysis.provenance import read_provenance
from analysis.providers.geocode import Place
from analysis.providers.geocode.own import GazetteerError
from analysis.providers.geocode.place import METHODS
from analysis.providers.placement import gazetteer_for, placement
from analysis.providers.sites import sites_of
from analysis.store import read_table
from analysis.study import Directory, Gaps, Geocode, Study
from analysis.tables import PLACEMENT, SITES
from crawler.records import open_crawl, write_records

REGIONS = gpd.GeoDataFrame(
    {
        "region_id": ["30001", "30003"],
        "state": ["MT", "MT"],
        "geometry": [box(-110, 45, -109, 46), box(-109, 45, -108, 46)],
    },
    geometry="geometry",
    crs=4326,
)
SHARES = ["coordinates_fte_share", "address_fte_share", "postal_fte_share", "place_fte_share"]

places = st.builds(
    Place,
    latitude=st.sampled_from([45.2, 45.4]),
    longitude=st.sampled_from([-109.5, -108.5]),
    method=st.sampled_from(METHODS),
    precision_km=st.sampled_from([0.1, 4.0, 9.0]),
    is_po_box=st.booleans(),
    is_zip_only=st.booleans(),
)


def figures(sites: pd.DataFrame, fte: list[float], providers: int = 9) -> pd.DataFrame:
    supply = pd.DataFrame({"site_id": sites.site_id, "specialty": "general", "fte": fte})
    present = sites[["region_id"]].drop_duplicates().assign(specialty="general", providers=providers)
    return placement(REGIONS, sites, supply, present, 5).set_index("region_id")


def test_shares_and_mean_precision_by_hand() -> None:
    # one region: 3 FTE in a building (0.1 km), 1 FTE at a postal area (9 km), of whose two locations one is a box
    sites = sites_of(
        [
            Place(45.2, -109.5, "coordinates", 0.1),
            Place(45.4, -109.5, "zcta", 9.0),
            Place(45.4, -109.5, "zip", 9.0, is_po_box=True),
        ],
        REGIONS,
    )
    found = figures(sites, [3.0, 1.0])
    row = found.loc["30001"]
    assert row[SHARES].tolist() == [0.75, 0.0, 0.25, 0.0]
    assert row.po_box_fte_share == pytest.approx(0.25 / 2)
    assert row.precision_km == pytest.approx((3 * 0.1 + 1 * 9) / 4)
    assert found.loc["30003"].drop("is_withheld").isna().all()  # nobody: no figure, and no secret
    assert not found.is_withheld.any()


def test_few_providers_are_withheld() -> None:
    sites = sites_of([Place(45.2, -109.5, "zcta", 4.0), Place(45.2, -108.5, "zcta", 4.0)], REGIONS)
    found = figures(sites, [1.0, 1.0], providers=4)
    assert found.is_withheld.all()
    assert found.drop(columns="is_withheld").isna().all(axis=None)


@given(st.lists(places, min_size=1, max_size=12), st.randoms())
def test_every_location_is_counted_once_in_any_order(stated: list[Place], chance: object) -> None:
    shuffled = list(stated)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    sites = sites_of(stated, REGIONS)
    pd.testing.assert_frame_equal(sites, sites_of(shuffled, REGIONS))
    assert sites.locations.sum() == len(stated)
    assert (sites.po_box_share * sites.locations).sum() == pytest.approx(sum(one.is_po_box for one in stated))
    for site in sites.itertuples():
        here = [one for one in stated if (one.latitude, one.longitude) == (site.latitude, site.longitude)]
        finest = min(here, key=lambda one: (one.precision_km, METHODS.index(one.method)))
        assert (site.geocode_method, site.precision_km) == (finest.method, finest.precision_km)
    found = figures(sites, [1.0] * len(sites)).dropna()
    assert found[SHARES].sum(axis=1).to_numpy() == pytest.approx(1.0)


STUDY = Study(
    title="Montana",
    states=("MT",),
    directories=(Directory(source="nppes_api"),),
    gaps=Gaps(suppress_below_providers=1),
)
BILLINGS = dict.fromkeys(("59101", "59102", "59105"), ("MT", "general")) | {"59601": ("MT", "general")}


def test_a_build_reports_precision_by_region_and_how_it_was_placed(tmp_path: Path) -> None:
    build = small_build(tmp_path / "build", STUDY, invented_crawl(tmp_path / "one", BILLINGS))
    found = read_table(build, PLACEMENT).set_index("region_id")
    assert len(found) == 56
    assert found.loc["30111"].postal_fte_share == 1.0
    assert found.loc["30111"].zip_only_fte_share == 1.0
    assert 0.5 < found.loc["30111"].precision_km < 50
    assert found.loc["30033"].drop("is_withheld").isna().all()
    said = read_provenance(build)["geocoding"]
    assert said == {
        "engine": "offline",
        "locations": 4,
        "by_method": {"zcta": 4},
        "doubts": {"is_po_box": 0, "is_zip_only": 4, "state_disagrees": 0, "point_disagrees": 0, "point_is_centre": 0},
        "unplaced": {},
    }


def test_a_build_places_streets_with_the_engine_the_study_chose(httpserver: HTTPServer, tmp_path: Path) -> None:
    server = GeocodingServer(httpserver)
    crawl = invented_crawl(tmp_path / "one", BILLINGS)
    streets = [
        record.model_copy(
            update={"locations": (record.locations[0].model_copy(update={"street": f"{number} Invented Street"}),)}
        )
        for number, record in enumerate(crawl.records())
    ]
    write_records(streets, crawl.records_file)
    chosen = Geocode(engine="census", address=server.address, cache=tmp_path / "cache")
    study = STUDY.model_copy(update={"geocode": chosen})
    build = small_build(tmp_path / "build", study, open_crawl(crawl.folder))
    said = read_provenance(build)["geocoding"]
    assert said["engine"].startswith("census http://")
    # three in Billings, where the server puts everything; the match of the fourth contradicts its postal code
    assert said["by_method"] == {"address": 3, "zcta": 1}
    assert (said["addresses"], said["addresses_found"], said["addresses_without_answer"]) == (4, 4, 0)
    assert set(read_table(build, SITES).geocode_method) == {"address", "zcta"}
    assert read_table(build, PLACEMENT).set_index("region_id").loc["30111"].address_fte_share == 1.0
    asked = len(server.streets)
    small_build(tmp_path / "again", study, open_crawl(crawl.folder))
    assert len(server.streets) == asked
    assert "Invented Street" not in "".join(file.read_text() for file in build.rglob("*.csv"))
    assert str(tmp_path) not in json.dumps(read_provenance(build))


def test_a_users_gazetteer_needs_the_folder_it_lies_in() -> None:
    with pytest.raises(GazetteerError, match="--inputs"):
        gazetteer_for(Geocode(gazetteer=Path("areas.csv")), [], None, lambda _: None)
