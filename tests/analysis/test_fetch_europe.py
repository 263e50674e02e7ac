"""Fetching for Europe: files of all countries serve several; real ones come from the catalogue's addresses."""

import json
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from publishing import Publisher, invented, workbook
from pytest_httpserver import HTTPServer

from analysis.regions.catalog import CATALOG, locate, place_of
from analysis.regions.fetchable import Fetchable, FetchError, chosen, fetchables, levels_of
from analysis.regions.fetching import Fetched, Way, fetch
from analysis.regions.rawfile import check
from analysis.regions.readers import names, read_published
from analysis.study import Input, StudyError

EUROPE = fetchables("eu")
ALL = {one.name: one for country in ("eu", "at", "de") for one in fetchables(country)}
REAL = {
    "nuts3_outlines_2021_60m": "NUTS_RG_60M_2021_4326_LEVL_3.geojson",
    "germany_districts_2018": "germany_districts_2018.csv",
}
"""Datasets of which the folder of real files has one, and its name there."""


def geojson(one: Fetchable, rows: int | None = None) -> bytes:
    """Return outlines of a dataset's layout: the row's number as every value, boxes as outlines."""
    columns = [name for name in one.entry["columns"] if name != "geometry"]
    box = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    features = [
        {"type": "Feature", "geometry": box, "properties": dict.fromkeys(columns, row)}
        for row in range(int(one.entry["rows"]) if rows is None else rows)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def content_of(one: Fetchable, columns: list[str] | None = None) -> bytes:
    """Return an invented file of a dataset's layout, or of one with other columns."""
    shaped = Fetchable(one.name, one.entry | {"columns": columns or one.entry["columns"]}, one.how)
    if one.how.form == "geojson":
        return geojson(shaped)
    if one.how.form == "workbook":
        head = [["a note"]] * one.how.lines_above + [shaped.entry["columns"]]
        return workbook(one.how.sheet or "Sheet1", head, int(one.entry["rows"]))
    return invented(shaped)


def got(httpserver: HTTPServer, one: Fetchable, content: bytes, folder: Path) -> Fetched:
    """Serve a file at the catalogue's address, below a mirror on this machine, and fetch it."""
    publisher = Publisher(content)
    parts = urlsplit(str(one.entry["address"]))
    asked_for = quote(parts.query, safe="=&")  # as it reaches a server, brackets and all
    httpserver.expect_request(f"/{parts.netloc}{parts.path}", query_string=asked_for).respond_with_handler(publisher)
    way = Way(user_agent="therapygap/0.1", mirror=httpserver.url_for("/"))
    done = fetch(one, folder, way, lambda _there, _total: None)
    assert len(publisher.asked) == 1
    assert done.file.read_bytes() == content
    return done


def test_files_of_all_of_europe_serve_its_countries_and_lie_in_one_place() -> None:
    shared = {one.name for one in EUROPE}
    assert {"nuts3_outlines_2021", "nuts3_outlines_2024", "eurostat_people_2024"} <= shared
    for country in ("at", "de"):
        assert shared <= {one.name for one in fetchables(country)}
    assert shared == {one.name for one in fetchables("at")}
    assert {one.name for one in fetchables("de")} - shared == {"germany_districts", "germany_districts_2018"}
    assert not shared & {one.name for one in fetchables("us")}
    place = ALL["nuts3_outlines_2021"].place(Path("x"))
    assert place == Path("x", "eu", "nuts3_outlines_2021", "2021", "NUTS_RG_20M_2021_4326_LEVL_3.geojson")
    with pytest.raises(StudyError, match="no datasets of 'xx' to fetch; known: at, de, eu, us"):
        fetchables("xx")


def test_each_country_has_its_levels() -> None:
    assert levels_of(EUROPE) == levels_of(fetchables("de")) == ["nuts3"]
    assert levels_of(fetchables("us")) == ["county", "zcta", "tract"]
    usual = {one.name for one in chosen(fetchables("de"), ["nuts3"], [])}
    assert usual == {"nuts3_outlines_2021", "nuts3_outlines_2024", "eurostat_people_2024", "germany_districts"}


def test_a_dataset_has_an_address_and_a_place_of_its_own_and_a_reader() -> None:
    assert len({one.address() for one in ALL.values()}) == len(ALL)
    assert all(urlsplit(one.address()).scheme == "https" for one in ALL.values())
    assert len({one.place(Path("x")) for one in ALL.values()}) == len(ALL)
    assert {str(one.entry["reader"]) for one in ALL.values()} <= set(names())


@pytest.mark.parametrize("name", ALL)
def test_a_file_of_the_layout_passes_and_one_with_another_column_does_not(name: str, tmp_path: Path) -> None:
    one = ALL[name]
    file = tmp_path / one.how.file
    file.write_bytes(content_of(one))
    assert check(one, file) == one.entry["rows"]
    for absent in set(one.entry["columns"]) - {"geometry"}:
        others = [f"{column}_2" if column == absent else column for column in one.entry["columns"]]
        file.write_bytes(content_of(one, others))
        with pytest.raises(FetchError, match=f"{name!r}.*lacks column '{absent}'"):
            check(one, file)


@pytest.mark.parametrize("name", [name for name, one in ALL.items() if not one.how.by_hand])
def test_an_invented_file_is_fetched_from_the_catalogue_s_own_address(
    httpserver: HTTPServer, tmp_path: Path, name: str
) -> None:
    assert got(httpserver, ALL[name], content_of(ALL[name]), tmp_path).record["rows"] == ALL[name].entry["rows"]


WHOLE = geojson(ALL["nuts3_outlines_2021_60m"])
BAD = {
    "cut short": (WHOLE[:-500], "damaged or no geojson"),
    "something else": (b'{"type": "Topology"}', "damaged or no geojson"),
    "a list": (b"[1, 2]", "damaged or no geojson"),
    "no outline": (WHOLE.replace(b'"geometry": {', b'"geometry": null, "other": {', 1), "1 of 1514 have no outline"),
    "fewer regions": (geojson(ALL["nuts3_outlines_2021_60m"], 1_513), "has 1,513 rows, expected 1,514: it was cut"),
    "more regions": (geojson(ALL["nuts3_outlines_2021_60m"], 1_515), "has 1,515 rows, expected 1,514: it is another"),
    "no regions": (geojson(ALL["nuts3_outlines_2021_60m"], 0), "lacks column 'NUTS_ID'"),
    "a web page": (b"<!DOCTYPE html><title>Error 404</title>", r"a web page \('Error 404'\) came"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_are_no_outlines_is_refused_and_nothing_is_left(httpserver: HTTPServer, tmp_path: Path, kind: str) -> None:
    content, words = BAD[kind]
    with pytest.raises(FetchError, match=words) as told:
        got(httpserver, ALL["nuts3_outlines_2021_60m"], content, tmp_path)
    assert "\n" not in str(told.value)
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["lock"]


def test_a_study_is_told_how_to_fetch_what_serves_it(tmp_path: Path) -> None:
    wanted = Input(dataset="nuts3_outlines_2021")
    with pytest.raises(StudyError, match=r"fetch it with 'therapygap fetch eu --only nuts3_outlines_2021'"):
        locate(wanted, tmp_path)
    one = ALL[wanted.dataset]
    place = place_of(one.name, one.entry["fetch"], tmp_path)
    place.parent.mkdir(parents=True)
    place.touch()
    assert locate(wanted, tmp_path).file == place == one.place(tmp_path)


def test_every_entry_says_under_which_terms_it_may_be_used() -> None:
    for name in ALL:
        text = (CATALOG / f"{name}.toml").read_text(encoding="utf-8")
        assert "public domain" not in text, name
    assert all("EuroGeographics" in one.entry["attribution"] for one in EUROPE if one.how.form == "geojson")


@pytest.mark.real
@pytest.mark.parametrize("name", REAL)
def test_real_files_are_fetched_and_read_by_the_reader_of_their_entry(
    httpserver: HTTPServer, real_data: Path, tmp_path: Path, name: str
) -> None:
    one, file = ALL[name], real_data / "eu" / REAL[name]
    if not file.exists():
        pytest.skip(f"{file} is not there")
    if one.how.by_hand:
        place = one.place(tmp_path)
        place.parent.mkdir(parents=True)
        place.write_bytes(file.read_bytes())
        done = fetch(one, tmp_path, Way(user_agent="-"), lambda _there, _total: None)
    else:
        done = got(httpserver, one, file.read_bytes(), tmp_path)
    assert done.record["rows"] == one.entry["rows"]
    given = read_published(str(one.entry["reader"]), done.file, int(one.entry["rows"]))
    assert given.vintage == "nuts3_2021"
