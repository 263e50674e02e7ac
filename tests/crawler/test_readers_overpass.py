"""OpenStreetMap: an answer of the Overpass API, an export of its page, and the real export of Salzburg."""

import contextlib
import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saved_pages import expected, plain, saved
from test_readers_damaged import JUNK, damaged, places_in

from crawler.cleaning import Cleaner
from crawler.readers import overpass
from crawler.readers.raw import ReaderError
from crawler.runner import CrawlOrder, crawl
from crawler.source import SourceError, read_source
from crawler.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()
SAVED = {"answer": "response.json", "export": "response.geojson"}


def cleaner() -> Cleaner:
    return Cleaner("overpass", dt.date(2026, 11, 26), VOCABULARY)


def read_tags(country: str = "AT", state: str | None = None, **tags: str) -> overpass.Page:
    named = {name.replace("__", ":"): told for name, told in tags.items()}
    element = {"type": "node", "id": 1, "lat": 47.8, "lon": 13.0, "tags": named}
    return overpass.read_answer(json.dumps({"elements": [element]}).encode(), country, state)


@pytest.mark.parametrize("case", SAVED)
def test_a_saved_answer_is_read_as_expected(case: str) -> None:
    page = overpass.read_answer(saved("overpass", case, SAVED[case]), "AT")
    assert {"rows": page.rows, "listings": [plain(one) for one in page.listings]} == expected("overpass", case)


def test_records_of_another_country_have_its_code_and_no_state() -> None:
    one = cleaner()
    page = overpass.read_answer(saved("overpass", "answer"), "AT")
    kept = [record for listing in page.listings if (record := one.clean(listing)) is not None]
    assert [record.source_id for record in kept] == ["node/1", "node/2", "way/3", "relation/4", "node/5"]
    assert Counter(record.locations[0].country for record in kept) == {"AT": 4, "DE": 1}
    assert {record.locations[0].state for record in kept} == {None}
    assert all(record.professions for record in kept)
    assert one.tally.drops == {"not named mental health": 1}
    assert one.tally.unknown_terms == {"psychoenergetics": 1, "sound bath": 1}


@pytest.mark.parametrize("case", ["gave_up", "unknown_area"])
def test_an_answer_that_is_none_is_no_empty_one(case: str) -> None:
    with pytest.raises(ReaderError, match={"gave_up": "timed out in", "unknown_area": "ISO 3166"}[case]):
        overpass.read_answer(saved("overpass", case), "AT")


def test_an_area_without_anything_is_empty() -> None:
    assert overpass.read_answer(b'{"elements": [{"type": "area", "id": 36}]}', "AT") == overpass.Page((), 0)


@pytest.mark.parametrize(("body", "named"), [(b"<html>", "not JSON"), (b"[]", "list"), (b'{"version": 1}', "version")])
def test_another_answer_is_named(body: bytes, named: str) -> None:
    with pytest.raises(ReaderError, match=named):
        overpass.read_answer(body, "AT")


def test_people_and_e_mails_are_never_read() -> None:
    read = "".join(repr(overpass.read_answer(saved("overpass", case, file), "AT")) for case, file in SAVED.items())
    for private in ("Yorisk", "Relmavane", "practice.example", "Long words"):
        assert private not in read


@given(
    name=st.text(min_size=1).filter(str.strip),
    healthcare=st.sampled_from(["doctor", "psychotherapist", "alternative", "counselling"]),
)
def test_whatever_a_practice_is_called_its_name_is_not_kept(name: str, healthcare: str) -> None:
    (listing,) = read_tags(healthcare=healthcare, name=name, operator=name, email=name).listings
    assert (listing.given_name, listing.family_name, listing.organisation_name) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "kept"), [("Klinik am See", True), ("Praxis Dr. Relmavane", False), ("Mag. Y. Relmavane", False)]
)
def test_a_clinic_keeps_its_name_unless_it_is_a_persons(name: str, kept: bool) -> None:
    (listing,) = read_tags(healthcare="clinic", name=name).listings
    assert listing.organisation_name == (name if kept else None)


@given(st.lists(st.sampled_from(["psychiatry", "psychotherapist", "neurology", "general"]), min_size=1, unique=True))
def test_lists_by_semicolons_and_by_commas_say_the_same(values: list[str]) -> None:
    semicolons, commas = (read_tags(healthcare__speciality=mark.join(values)).listings for mark in (";", ", "))
    assert semicolons == commas
    (listing,) = commas
    assert len(listing.terms) + len(listing.profession_terms) == len(values)


@pytest.mark.parametrize(
    ("tags", "country", "state", "found"),
    [
        ({}, "US", "MT", ("US", "MT")),
        ({"addr__state": "WY"}, "US", "MT", ("US", "WY")),
        ({"addr__country": "CA"}, "US", "MT", ("CA", None)),
        ({}, "AT", None, ("AT", None)),
    ],
)
def test_a_thing_stands_where_it_says_or_where_it_was_asked_for(
    tags: dict[str, str], country: str, state: str | None, found: tuple[str, str | None]
) -> None:
    ((place,),) = (one.locations for one in read_tags(country, state, healthcare="psychotherapist", **tags).listings)
    assert (place.country, place.state) == found


def test_words_of_the_map_lead_to_professions_that_are_known() -> None:
    words: dict[str, Any] = overpass._words()["professions"]
    assert words
    assert all(VOCABULARY.professions((), (word,)).keys for word in words.values())


def test_everything_made_of_the_map_names_its_makers_and_licence() -> None:
    source = read_source("overpass")
    assert "OpenStreetMap contributors" in source.attribution
    assert "ODbL" in source.attribution
    assert "ODbL" in source.licence


@pytest.mark.parametrize("case", SAVED)
@settings(max_examples=100)
@given(chosen=st.data())
def test_damage_is_survived_or_named(case: str, chosen: st.DataObject) -> None:
    whole = json.loads(saved("overpass", case, SAVED[case]))
    path = chosen.draw(st.sampled_from(list(places_in(whole))))
    body = json.dumps(damaged(whole, path, chosen.draw(st.sampled_from(JUNK)))).encode()
    page = overpass.Page((), 0)
    with contextlib.suppress(ReaderError):
        page = overpass.read_answer(body, "AT")
    one = cleaner()
    kept = sum(one.clean(listing) is not None for listing in page.listings)
    assert kept + one.tally.drops.total() == len(page.listings) <= page.rows


@pytest.mark.real
def test_of_the_real_export_all_twenty_are_kept_and_no_other(real_data: Path) -> None:
    file = real_data / "directories" / "osm" / "salzburg_doctors_2025.geojson"
    page = overpass.read_answer(file.read_bytes(), "AT")
    assert page.rows == len(page.listings) == len({listing.source_id for listing in page.listings}) == 381
    one = cleaner()
    kept = [record for listing in page.listings if (record := one.clean(listing)) is not None]
    assert len(kept) == 20
    assert Counter(record.professions for record in kept) == {
        ("psychotherapist",): 12,
        ("psychiatrist",): 6,
        ("psychiatrist", "psychotherapist"): 2,
    }
    places = [place for record in kept for place in record.locations]
    assert {(place.country, place.state) for place in places} == {("AT", None)}
    assert all(47.7 < (place.latitude or 0) < 47.9 and 12.9 < (place.longitude or 0) < 13.2 for place in places)
    assert sum((place.phone or "").startswith("+43") for place in places) == 16
    assert sum(place.postal_code == "5020" for place in places) == 13
    assert one.tally.drops == {
        "not named mental health": 344, "nothing said of its kind": 14, "profession not counted": 3,
    }  # fmt: skip
    assert one.tally.unknown_terms["general"] == 164
    assert not one.tally.invalid
    text = repr(page)
    names = {told["properties"].get("name") for told in json.loads(file.read_bytes())["features"]} - {None}
    assert len(names) > 300
    assert not [private for private in (*names, "example.org") if private in text]


def exported(folder: Path, *tags: dict[str, str], is_own: bool = False) -> Path:
    """Write things with tags as the map's export page does, or as its API answers."""
    place = {"type": "Point", "coordinates": [13.04, 47.8]}
    if is_own:
        elements = [{"type": "node", "id": n, "lat": 47.8, "lon": 13.04, "tags": one} for n, one in enumerate(tags)]
        whole: dict[str, Any] = {"elements": elements}
    else:
        features = [{"properties": {"@id": f"node/{n}", **one}, "geometry": place} for n, one in enumerate(tags)]
        whole = {"type": "FeatureCollection", "features": features}
    file = folder / "export.geojson"
    file.write_text(json.dumps(whole), encoding="utf-8")
    return file


CARE = {"healthcare": "psychotherapist"}


@pytest.mark.parametrize("is_own", [True, False])
@pytest.mark.parametrize(
    ("countries", "found"),
    [
        (["AT", None, "AT"], ["AT", "AT", "AT"]),
        (["AT", None, "DE"], ["AT", None, "DE"]),
        ([None, None], [None, None]),
    ],
)
def test_an_export_never_guesses_a_country(
    tmp_path: Path, countries: list[str | None], found: list[str | None], is_own: bool
) -> None:
    tags = [CARE if one is None else CARE | {"addr:country": one} for one in countries]
    listings = list(overpass.read_export(exported(tmp_path, *tags, is_own=is_own)))
    assert [None if one is None else one.locations[0].country for one in listings] == found


@pytest.mark.parametrize("text", ["", "[]", "{}", "<osm/>", '{"remark": "runtime error: timed out", "elements": []}'])
def test_a_file_that_is_no_export_is_one_sentence_that_names_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "export.geojson").write_text(text, encoding="utf-8")
    order = CrawlOrder("overpass", tmp_path / "crawls", export=tmp_path / "export.geojson")
    with pytest.raises(SourceError) as raised:
        crawl(order, lambda _: None)
    assert str(raised.value).endswith(".")
    assert "\n" not in str(raised.value)
    assert not list((tmp_path / "crawls" / "overpass").iterdir())


def test_an_export_is_read_as_a_crawl_and_asks_nobody(tmp_path: Path) -> None:
    file = exported(tmp_path, CARE | {"addr:country": "AT"}, CARE, {"healthcare": "dentist"})
    done = crawl(CrawlOrder("overpass", tmp_path / "crawls", export=file), lambda _: None)
    assert (done.verdict["records"], done.verdict["rows"], done.verdict["requests"]) == (2, 3, 0)
    assert done.verdict["asked"]["export"] == "export.geojson"
    assert "ODbL" in done.verdict["attribution"]
    for more in ({"areas": ("AT",)}, {"states": ("MT",)}, {"address": "https://map.example/"}):
        with pytest.raises(SourceError, match="leave out --"):
            crawl(CrawlOrder("overpass", tmp_path / "crawls", export=file, **more), lambda _: None)  # type: ignore[arg-type]


@pytest.mark.real
def test_the_real_export_is_read_without_an_address(real_data: Path, tmp_path: Path) -> None:
    file = real_data / "directories" / "osm" / "salzburg_doctors_2025.geojson"
    done = crawl(CrawlOrder("overpass", tmp_path, export=file), lambda _: None)
    assert done.verdict["rows"] == 381
    assert done.verdict["unread_rows"] == 0
    assert {place.country for record in done.records() for place in record.locations} == {"AT"}
