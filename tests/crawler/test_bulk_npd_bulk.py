"""The National Provider Directory's download: joined, each told once, alike in every release, never read short."""

import dataclasses
import json
import random
from pathlib import Path

import pytest
from crawled import quiet
from hypothesis import example, given
from hypothesis import strategies as st
from provider_directory import CODE, NPI_SYSTEM, lines_of, person, read, slow_twin, written
from saved_pages import PAGES, expected, plain
from stdnum import luhn

from crawler.bulk.npd_bulk import read_export
from crawler.bulk.npd_files import files_of
from crawler.bulk.npd_sql import TABLES
from crawler.bulk.tables import connected
from crawler.readers.raw import RawListing, ReaderError
from crawler.runner import CrawlOrder, Progress, crawl
from demonstration.dissemination import npi_of
from demonstration.npd import is_of_nobody, write_download

SAVED = PAGES / "npd_bulk" / "download" / "response.ndjson"
ROLES = 3_200


@pytest.fixture(scope="module")
def download(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_download(tmp_path_factory.mktemp("npd") / "download", ROLES)


def _told(listings: list[RawListing | None]) -> list[object]:
    return [None if one is None else plain(one) for one in listings]


def test_a_saved_download_is_read_as_expected(tmp_path: Path) -> None:
    file = written(tmp_path / "a.ndjson", SAVED.read_text(encoding="utf-8").splitlines())
    assert _told(read(file)) == expected("npd_bulk", "download")["listings"]


def test_neither_order_nor_files_nor_packing_nor_names_matter(tmp_path: Path) -> None:
    lines = SAVED.read_text(encoding="utf-8").splitlines()
    random.Random(1).shuffle(lines)
    folder = tmp_path / "download"
    folder.mkdir()
    for number, name in enumerate(("Location.ndjson.zst", "b[1].zst", "c*.ndjson")):
        written(folder / name, lines[number::3])
    written(folder / "again.ndjson.zst", lines[:9])  # said twice is said once
    (folder / "manifest.json").write_text("[]")
    assert _told(read(folder)) == expected("npd_bulk", "download")["listings"]


def test_places_are_those_a_slow_twin_finds(download: Path) -> None:
    listings = read(download)
    persons = [one for one in listings if one is not None and one.kind == "person" and "/" not in one.source_id]
    assert {
        one.source_id: {(p.state, p.city, p.postal_code, p.street or "") for p in one.locations} for one in persons
    } == slow_twin(download)
    assert [one.source_id for one in persons] == sorted({one.source_id for one in persons})
    assert sum(is_of_nobody(role) for role in range(ROLES)) == sum(
        one is not None and one.source_id.startswith("PractitionerRole/") for one in listings
    )
    assert None not in listings


def test_a_release_with_other_ids_of_places_gives_the_same_listings(tmp_path: Path, download: Path) -> None:
    later = write_download(tmp_path / "later", ROLES, release=2)
    before, after = (
        [
            dataclasses.replace(one, listed_on=None)
            for one in read(folder)
            if one is not None and "/" not in one.source_id
        ]
        for folder in (download, later)
    )
    assert before == after != []


def test_nobody_is_told_apart_by_the_order_of_lines(tmp_path: Path, download: Path) -> None:
    mixed = written(tmp_path / "mixed.ndjson.zst", reversed(lines_of(download)))
    assert read(mixed) == read(download)


def test_one_person_under_two_ids_is_one_and_a_wrong_npi_joins_nobody(tmp_path: Path) -> None:
    same, wrong = npi_of(1), "9000000000"
    file = written(tmp_path / "a.ndjson", [person(1, same), person(2, same), person(3, wrong), person(4, wrong)])
    listings = [one for one in read(file) if one is not None]
    assert [(one.source_id, one.npi, len(one.locations)) for one in listings] == [
        (same, same, 2),
        ("person-3", wrong, 1),
        ("person-4", wrong, 1),
    ]


@example(npi_of(7))
@given(st.from_regex(r"[0-9]{9,11}|[0-9]{4}[a-z ][0-9]{5}", fullmatch=True))
def test_sql_knows_the_check_digit(npi: str) -> None:
    with connected(Path()) as database:
        database.execute(TABLES)
        ((found,),) = database.execute("SELECT npi_of($one::JSON)", {"one": json.dumps(person(1, npi))}).fetchall()
    is_right = len(npi) == 10 and npi.isdecimal() and luhn.is_valid("80840" + npi)
    assert found == (npi if is_right else None)


def test_a_service_says_who_takes_new_clients_and_where_when_a_role_does_not(tmp_path: Path) -> None:
    url = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/newpatients"
    service = {
        "resourceType": "HealthcareService",
        "id": "service-1",
        "location": [{"reference": "Location/place-1"}],
        "extension": [{"url": url, "extension": [{"url": "acceptingPatients", "valueCode": "newpt"}]}],
    }
    place = {"resourceType": "Location", "id": "place-1", "address": {"state": "WY", "postalCode": "82001"}}
    role = {
        "resourceType": "PractitionerRole",
        "id": "role-1",
        "practitioner": {"reference": "Practitioner/person-1"},
        "healthcareService": [{"reference": "HealthcareService/service-1"}],
    }
    file = written(tmp_path / "a.ndjson", [place, service, role, person(1, npi_of(1))])
    (listing,) = read(file)
    assert listing is not None
    assert (listing.is_accepting, [one.postal_code for one in listing.locations]) == (True, ["82001"])
    silent = role | {"id": "role-2", "healthcareService": []}
    (listing,) = read(written(tmp_path / "b.ndjson", [place, service, role, silent, person(1, npi_of(1), active=None)]))
    assert listing is not None
    assert listing.is_accepting is True
    service["extension"][0]["extension"][0]["valueCode"] = "nopt"  # type: ignore[index]
    (listing,) = read(written(tmp_path / "c.ndjson", [place, service, role, silent, person(1, npi_of(1))]))
    assert listing is not None
    assert listing.is_accepting is None  # not here, and elsewhere nobody says


def test_unheard_codes_are_told_and_those_left_out_are_not(tmp_path: Path) -> None:
    def coded(number: int, code: str) -> dict[str, object]:
        coding = {"system": "http://nucc.org/provider-taxonomy", "code": code}
        return person(number, npi_of(number), qualification=[{"code": {"coding": [coding]}}])

    people = [coded(1, "101YX9999X"), coded(2, "103TS0200X"), coded(3, "207Q00000X"), coded(4, CODE)]
    told = [one.source_id for one in read(written(tmp_path / "a.ndjson", people)) if one is not None]
    assert told == [npi_of(1), npi_of(4)]


def test_lines_that_are_no_resource_are_counted(tmp_path: Path) -> None:
    cut = json.dumps(person(2, npi_of(2)))[:-9]
    no_id = {key: said for key, said in person(3, npi_of(3)).items() if key != "id"}
    broken = [cut, "hello", "[1]", '{"resourceType": null}', no_id]
    file = written(tmp_path / "a.ndjson.zst", [person(1, npi_of(1)), *broken, person(4, npi_of(4)), "", "  "])
    listings = read(file)
    assert [one.source_id for one in listings if one is not None] == [npi_of(1), npi_of(4)]
    assert listings.count(None) == len(broken)


def _torn(one: object, chance: random.Random) -> object:
    """Return a value with some of its parts replaced by what nobody expects there."""
    if chance.random() < 0.06:
        return chance.choice([None, 5, "x", "", [], {}, [None], [["x"]], {"reference": 7}, True, "Practitioner/", "#x"])
    if isinstance(one, dict):
        return {key: _torn(value, chance) for key, value in one.items()}
    return [_torn(value, chance) for value in one] if isinstance(one, list) else one


def test_torn_resources_break_nothing_and_every_line_that_is_none_is_counted(tmp_path: Path) -> None:
    chance = random.Random(3)
    whole = [json.loads(line) for line in SAVED.read_text(encoding="utf-8").splitlines()]
    torn = [_torn(one, chance) for _ in range(60) for one in whole]
    listings = read(written(tmp_path / "a.ndjson", [json.dumps(one) for one in torn]))
    kinds = [one.get("resourceType") if isinstance(one, dict) else None for one in torn]
    assert listings.count(None) >= sum(kind is None for kind in kinds) > 0
    assert {one.kind for one in listings if one is not None} == {"person", "organisation"}
    assert all(isinstance(one.source_id, str) and one.source_id for one in listings if one is not None)


@pytest.mark.parametrize("note", ["[" * 100_000 + "]" * 100_000, "9" * 5_000])
def test_a_line_nested_too_deeply_or_with_an_endless_number_is_counted(tmp_path: Path, note: str) -> None:
    line = json.dumps(person(2, npi_of(2)))[:-1] + f', "note": {note}}}'
    listings = read(written(tmp_path / "a.ndjson", [person(1, npi_of(1)), line, person(3, npi_of(3))]))
    assert None in listings
    assert [one.source_id for one in listings if one is not None] == [npi_of(1), npi_of(3)]


def test_roles_are_counted_where_all_persons_are_missing(tmp_path: Path) -> None:
    roles = [json.loads(line) for line in SAVED.read_text(encoding="utf-8").splitlines()]
    file = written(tmp_path / "a.ndjson", [one for one in roles if one["resourceType"] == "PractitionerRole"])
    assert read(file) == [None] * 3


@pytest.mark.parametrize("kind", ["Location", "Organization", "HealthcareService", "PractitionerRole"])
def test_any_other_kind_may_be_missing(tmp_path: Path, kind: str) -> None:
    lines = [one for one in SAVED.read_text(encoding="utf-8").splitlines() if f'"{kind}", "id"' not in one]
    listings = read(written(tmp_path / "a.ndjson", lines))
    assert None not in listings
    assert {npi_of(1), npi_of(2), npi_of(4), "person-3"} <= {one.source_id for one in listings if one is not None}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.ndjson.zst", b"", "is empty; download it again"),
        ("a.ndjson", b"", "is empty; download it again"),
        ("a.ndjson.zst", b"hello" * 9, "is not packed by zstd: at byte 0 stands b'hell'"),
        ("a.ndjson", b"hello\n" * 9, "holds no FHIR resource.*found 9 lines that are none"),
        ("a.ndjson", b'[\n{"resourceType": "Practitioner"},\n{}\n]\n', "holds no FHIR resource"),
        ("a.ndjson", b"\x00\xff\xfe" * 99, "holds no FHIR resource"),
        ("a.json", b"{}", "holds no file that ends with .zst or .ndjson"),
    ],
)
def test_what_is_no_download_is_one_sentence(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ReaderError, match=said):
        read(tmp_path / name)


def test_a_file_cut_off_anywhere_is_never_read_short(tmp_path: Path) -> None:
    whole = written(tmp_path / "a.ndjson.zst", [person(number, npi_of(number)) for number in range(4_000)])
    packed, cut = whole.read_bytes(), tmp_path / "cut.ndjson.zst"
    assert files_of(whole)
    for length in {*range(1, len(packed), max(1, len(packed) // 300)), *range(len(packed) - 40, len(packed))}:
        cut.write_bytes(packed[:length])
        with pytest.raises(ReaderError, match=r"ends in the middle|not packed by zstd|is empty"):
            files_of(cut)
    cut.write_bytes(packed + packed)  # two frames, one after the other, are whole
    assert files_of(cut)
    middle = len(packed) // 2
    cut.write_bytes(packed[:middle] + bytes(64) + packed[middle + 64 :])
    with pytest.raises(ReaderError, match="download it again"):
        read(cut)


def test_only_places_in_the_states_asked_for_count(download: Path) -> None:
    listings = [one for one in read(download, "WY") if one is not None and "/" not in one.source_id]
    wanted = {key for key, places in slow_twin(download).items() if any(place[0] == "WY" for place in places)}
    assert {one.source_id for one in listings if one.kind == "person"} == wanted != set()


def test_it_tells_how_many_files_are_left(tmp_path: Path) -> None:
    heard: list[int] = []
    folder = write_download(tmp_path / "download", 200)
    for _ in read_export(folder, (), tmp_path, heard.append):
        pass
    first, second = heard[:6], heard[6:]
    assert first == [6, 5, 4, 3, 2, 1]
    assert second == [5, 4, 3, 2, 1, 0]


def test_a_download_is_a_crawl_cleaned_and_judged_without_private_facts(tmp_path: Path) -> None:
    folder = tmp_path / "download"
    folder.mkdir()
    written(folder / "a.ndjson.zst", SAVED.read_text(encoding="utf-8").splitlines())
    heard: list[Progress] = []
    done = crawl(CrawlOrder(source="npd_bulk", crawls=tmp_path / "crawls", export=folder), heard.append)
    told, records = done.verdict, {record.source_id: record for record in done.records()}
    assert told["rows"] == told["records"] + told["duplicates"] + sum(told["drops"].values()) == 7
    assert told["drops"] == {"inactive": 1, "no location": 1}
    assert (told["trusted"], told["requests"], told["unread_rows"]) == (True, 0, 0)
    assert records[npi_of(1)].professions == ("counselor",)
    assert records[npi_of(50)].professions == ("clinic",)
    assert records[npi_of(51)].offers_online is True
    text = "".join(one.read_text(encoding="utf-8") for one in done.folder.iterdir())
    for private in ("PRIVATE", "mail.example", "photo.example", "1970", "female", "5550199"):
        assert private not in text
    assert list((tmp_path / "crawls" / "npd_bulk").iterdir()) == [done.folder]


def test_the_same_download_gives_the_same_bytes(tmp_path: Path, download: Path) -> None:
    first, second = (
        crawl(CrawlOrder(source="npd_bulk", crawls=tmp_path / "crawls", export=download), quiet) for _ in range(2)
    )
    assert first.records_file.read_bytes() == second.records_file.read_bytes() != b""


@pytest.mark.real
def test_real_resources_are_read_and_not_held_to_be_of_mental_health(tmp_path: Path, real_data: Path) -> None:
    samples = {name: json.loads((real_data / "directories" / "npd" / f"fhir_{name}.json").read_bytes())
               for name in ("practitioner", "organization", "organizations")}  # fmt: skip
    entries = [entry["resource"] for entry in samples["organizations"]["results"]["entry"]]
    assert read(written(tmp_path / "a.ndjson.zst", [samples["practitioner"], samples["organization"], *entries])) == []
    qualified = samples["practitioner"] | {"qualification": person(1)["qualification"]}
    typed = [one | {"type": [{"coding": [{"system": "http://nucc.org/provider-taxonomy", "code": "261QM0801X"}]}]}
             for one in entries]  # fmt: skip
    listings = [one for one in read(written(tmp_path / "b.ndjson.zst", [qualified, *typed])) if one is not None]
    assert len(listings) == 1 + len(entries)
    assert all(one.npi == one.source_id and luhn.is_valid("80840" + one.npi) for one in listings)
    assert (listings[0].given_name, len(listings[0].locations)) == (samples["practitioner"]["name"][0]["given"][0], 2)
    assert NPI_SYSTEM in {identifier["system"] for one in entries for identifier in one["identifier"]}
