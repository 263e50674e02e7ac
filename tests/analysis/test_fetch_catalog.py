"""The catalogue: every entry says what it must, files of its layout pass its checks, the publishers' own ones too."""

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from publishing import Publisher, invented, zipped_folder
from pytest_httpserver import HTTPServer

from analysis.country import country
from analysis.promise import TableError
from analysis.regions.catalog import CATALOG, locate, place_of
from analysis.regions.fetchable import Fetchable, FetchError, chosen, fetchables
from analysis.regions.fetching import Fetched, Way, fetch
from analysis.regions.outlines import read_outlines
from analysis.regions.rawfile import check
from analysis.regions.readers import read_published
from analysis.study import Input, StudyError

ALL = fetchables("us")
NAMES = [one.name for one in ALL]
BIG = 50_000
"""Rows above which a layout is not written out in full here; its checks are the same."""

REAL = {
    "ahrf_geo": "AHRF2025geo.csv",
    "census_counties_2021": "cb_2021_us_county_20m",
    "census_counties_2023": "cb_2023_us_county_20m",
    "census_county_centres_2020": "CenPop2020_Mean_CO.txt",
    "census_tract_centres_2020": "CenPop2020_Mean_TR.txt",
    "cms_hsd": "cms_hsd_reference_2020.xlsx",
    "herop_commuting_2023": "commuting_tract23.csv",
    "herop_internet_2023": "internet_tract23.csv",
    "herop_ruca_2020": "oeps_tract_RUCA_2020.csv",
    "hud_zip_counties_2020": "HUD_ZIP_COUNTY_122020.xlsx",
    "places_counties": "PLACES_county_2024_release.csv",
    "places_zctas": "PLACES_zcta_2022_release.csv",
    "rucc_2013": "rucc2013.xls",
    "rucc_2023": "Ruralurbancontinuumcodes2023.csv",
    "rucc_2023_workbook": "rucc2023.xlsx",
    "svi_counties_2022": "SVI_2022_US_county.csv",
    "zcta_county_pairs": "zcta2020_county_crosswalk.csv",
    "zcta_people": "ACS_ZCTA_Total_Populations.csv",
    "zip_zctas": "Zip_to_zcta_crosswalk_2021.csv",
}
"""Datasets of which the folder of real files has the publisher's own, and its name there."""

HEADS = {"cms_hsd": 2}
"""Rows that are heads still."""


def named(name: str) -> Fetchable:
    """Return a dataset of the catalogue."""
    return next(one for one in ALL if one.name == name)


def got(httpserver: HTTPServer, one: Fetchable, content: bytes, folder: Path) -> Fetched:
    """Serve a file at the catalogue's address, below a mirror on this machine, and fetch it."""
    publisher = Publisher(content)
    parts = urlsplit(str(one.entry["address"]))
    httpserver.expect_request(f"/{parts.netloc}{parts.path}", query_string=parts.query).respond_with_handler(publisher)
    way = Way(user_agent="therapygap/0.1", mirror=httpserver.url_for("/"))
    done = fetch(one, folder, way, lambda _there, _total: None)
    assert len(publisher.asked) == 1
    assert done.file.read_bytes() == content
    return done


def test_every_entry_says_whether_and_where_its_address_was_met() -> None:
    for file in CATALOG.glob("*.toml"):
        entry = tomllib.loads(file.read_text(encoding="utf-8"))
        assert entry["confirmed"] in {True, False}, file.name
        assert entry["read_in"], file.name


def test_a_dataset_to_fetch_has_an_address_of_its_own_and_a_place_of_its_own() -> None:
    addresses = [one.address() for one in ALL]
    assert len(set(addresses)) == len(ALL)
    assert all(urlsplit(address).scheme == "https" for address in addresses)
    assert len({one.place(Path("x")) for one in ALL}) == len(ALL)


def test_the_page_on_data_names_every_dataset() -> None:
    page = (CATALOG.parents[1] / "docs" / "data.md").read_text(encoding="utf-8")
    everywhere = {one.name for country in ("us", "de", "at") for one in fetchables(country)}
    assert [name for name in sorted(everywhere) if f"| `{name}`" not in page] == []


def test_every_kind_of_official_file_is_there() -> None:
    kinds = (
        "census_",
        "gazetteer_",
        "population_by_age",
        "acs_",
        "rucc_",
        "ruca_",
        "nchs_",
        "places_",
        "svi_",
        "hpsa_",
    )
    for kind in (*kinds, "hud_", "zcta_counties"):
        assert any(name.startswith(kind) for name in NAMES), kind
    for level in ("county", "zcta", "tract"):
        names = {one.name for one in chosen(ALL, [level], [])}
        assert {"census_tract_centres_2020", f"svi_{level if level != 'county' else 'countie'}s_2022"} <= names
        assert not any(name.startswith("acs_") for name in names), "big tables are fetched when named"


@pytest.mark.parametrize("name", [one.name for one in ALL if one.how.form != "shapefile"])
def test_a_file_of_the_layout_passes_and_one_with_another_column_does_not(name: str, tmp_path: Path) -> None:
    one = named(name)
    small = Fetchable(one.name, one.entry | {"rows": min(int(one.entry["rows"]), BIG // 100)}, one.how)
    file = tmp_path / one.how.file
    file.write_bytes(invented(small))
    assert check(small, file) == small.entry["rows"]
    other = Fetchable(one.name, small.entry | {"columns": [*one.entry["columns"], "NOT_THERE"]}, one.how)
    with pytest.raises(FetchError, match=f"{name!r}.*lacks column 'NOT_THERE'"):
        check(other, file)


@pytest.mark.parametrize("name", ["rucc_2023", "gazetteer_counties_2023", "places_counties", "nchs_urban_rural_2013"])
def test_an_invented_file_is_fetched_from_the_catalogue_s_own_address(
    httpserver: HTTPServer, tmp_path: Path, name: str
) -> None:
    one = named(name)
    assert got(httpserver, one, invented(one), tmp_path).record["rows"] == one.entry["rows"]


@pytest.mark.parametrize("name", [one.name for one in ALL if one.how.form != "shapefile"])
def test_a_file_that_passes_has_every_column_its_reader_needs(name: str, tmp_path: Path) -> None:
    one = named(name)
    small = Fetchable(one.name, one.entry | {"rows": 3}, one.how)
    file = tmp_path / one.how.file
    file.write_bytes(invented(small))
    try:
        read_published(str(one.entry["reader"]), file)
    except TableError as told:  # of its values, which are the numbers of rows
        assert "lacks" not in str(told)  # noqa: PT017 - that it is read would be as well


def test_rows_are_exact_about_or_a_least_number(tmp_path: Path) -> None:
    def holds(name: str, rows: int) -> bool:
        one = named(name)
        file = tmp_path / one.how.file
        file.write_bytes(invented(Fetchable(name, one.entry | {"rows": rows}, one.how)))
        try:
            return check(one, file) == rows
        except FetchError:
            return False

    assert [holds("rucc_2023", rows) for rows in (9_702, 9_703, 9_704)] == [False, True, False]
    assert [holds("places_counties", rows) for rows in (2_829, 2_830, 3_458, 3_459)] == [False, True, True, False]
    assert [holds("hpsa_mental_health", rows) for rows in (19_999, 20_000, 90_000)] == [False, True, True]


def test_fetched_outlines_serve_a_study_and_a_file_it_names_goes_before_them(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    one = named("census_counties_2021")
    wanted = Input(dataset=one.name)
    with pytest.raises(
        StudyError, match=r"not bundled: fetch it with 'therapygap fetch us --only census_counties_2021'"
    ):
        locate(wanted, tmp_path)
    done = got(httpserver, one, invented(one), tmp_path)
    found = locate(wanted, tmp_path)
    assert found.file == done.file == place_of(one.name, one.entry["fetch"], tmp_path)
    assert len(read_outlines(found, "county", country("US")).regions) == 3221
    assert found.provenance()["sha256"] == done.record["sha256"]
    wanted = Input(dataset=one.name, file=Path("mine.shp"))
    assert locate(wanted, tmp_path).file == done.file
    (tmp_path / "mine.shp").touch()
    assert locate(wanted, tmp_path).file == tmp_path / "mine.shp"


def test_outlines_cut_short_or_damaged_are_refused(tmp_path: Path) -> None:
    one = named("census_counties_2021")
    whole = invented(one)
    file = tmp_path / one.how.file
    for content in (whole[: len(whole) // 2], whole[:5000] + bytes(2000) + whole[7000:], b"PK\x03\x04"):
        file.write_bytes(content)
        with pytest.raises(FetchError, match=r"'census_counties_2021'.*damaged or no shapefile"):
            check(one, file)


def test_a_workbook_that_is_none_or_lacks_its_sheet_is_refused(tmp_path: Path) -> None:
    one = named("rucc_2013")
    file = tmp_path / "trial.xlsx"
    for content in (b"PK\x03\x04", b"no workbook", invented(named("nchs_urban_rural_2013"))):
        file.write_bytes(content)
        with pytest.raises(FetchError, match=r"'rucc_2013'.*damaged or no workbook"):
            check(one, file)


def test_levels_and_names_choose(tmp_path: Path) -> None:
    assert {one.how.levels for one in chosen(ALL, ["zcta"], [])} > {("zcta",)}
    assert [one.name for one in chosen(ALL, [], ["rucc_*"])] == ["rucc_2013", "rucc_2023", "rucc_2023_workbook"]
    assert [one.name for one in chosen(ALL, ["tract"], ["svi_*"])] == ["svi_tracts_2022"]
    with pytest.raises(StudyError, match="no dataset to fetch is called 'rucc'; known: acs_"):
        chosen(ALL, [], ["rucc"])
    with pytest.raises(StudyError, match="no datasets of 'xx' to fetch; known: at, de, eu, us"):
        fetchables("xx")
    (tmp_path / "wrong.toml").write_text(
        'title = "T"\n[fetch]\ncountry = "us"\nlevels = ["planet"]\n', encoding="utf-8"
    )
    with pytest.raises(StudyError, match=r"wrong\.toml: fetch\.levels\.0 is 'planet'"):
        fetchables("us", tmp_path)


@pytest.mark.real
@pytest.mark.parametrize("name", REAL)
def test_the_publishers_own_files_are_fetched_from_the_catalogue_s_addresses(
    httpserver: HTTPServer, real_data: Path, tmp_path: Path, name: str
) -> None:
    one, file = named(name), real_data / "us" / REAL[name]
    if not file.exists():
        pytest.skip(f"{file} is not there")
    content = zipped_folder(file) if file.is_dir() else file.read_bytes()
    if one.how.by_hand:
        place = one.place(tmp_path)
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
        done = fetch(one, tmp_path, Way(user_agent="-"), lambda _there, _total: None)
    else:
        done = got(httpserver, one, content, tmp_path)
    assert done.record["rows"] == one.entry["rows"] + HEADS.get(name, 0)


@pytest.mark.real
@pytest.mark.parametrize(
    "name", [name for name in REAL if name not in {"census_counties_2021", "census_counties_2023"}]
)
def test_a_real_file_cut_anywhere_is_refused(real_data: Path, tmp_path: Path, name: str) -> None:
    one, file = named(name), real_data / "us" / REAL[name]
    if not file.exists():
        pytest.skip(f"{file} is not there")
    content = file.read_bytes()
    for share in (0.2, 0.5, 0.85):
        cut = tmp_path / one.how.file
        cut.write_bytes(content[: int(share * len(content))])
        with pytest.raises(FetchError, match=repr(name)):
            check(one, cut)


@pytest.mark.real
@pytest.mark.parametrize("name", REAL)
def test_what_was_fetched_is_read_by_the_reader_its_entry_names(real_data: Path, tmp_path: Path, name: str) -> None:
    one, file = named(name), real_data / "us" / REAL[name]
    if not file.exists():
        pytest.skip(f"{file} is not there")
    place = one.place(tmp_path)
    place.parent.mkdir(parents=True)
    place.write_bytes(zipped_folder(file) if file.is_dir() else file.read_bytes())
    given = read_published(str(one.entry["reader"]), place, int(one.entry["rows"]))
    assert given.rows == one.entry["rows"]
    assert len(given.table)
