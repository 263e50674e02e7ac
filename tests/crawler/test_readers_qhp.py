"""Insurers' files for the Marketplace: the index, providers one by one, and the publisher's examples."""

import contextlib
import datetime as dt
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saved_pages import expected, plain, saved
from test_readers_damaged import JUNK, damaged, places_in

from crawler.cleaning import Cleaner
from crawler.readers import qhp
from crawler.readers.raw import ReaderError
from crawler.source import read_source
from crawler.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()
TELLING = tuple(read_source("qhp").search["care_is_told_by"])
PROVIDERS = json.loads(saved("qhp", "providers"))


def read(body: bytes) -> qhp.Page:
    return qhp.read_providers(body, VOCABULARY, TELLING)


def read_rows(*rows: object) -> qhp.Page:
    return read(json.dumps(rows).encode())


def test_the_index_names_files_of_providers_once_and_no_others() -> None:
    assert {"addresses": list(qhp.read_index(saved("qhp", "index")))} == expected("qhp", "index")


def test_saved_providers_are_read_as_expected() -> None:
    page = read(saved("qhp", "providers"))
    assert {"rows": page.rows, "listings": [plain(one) for one in page.listings]} == expected("qhp", "providers")


def test_only_mental_health_becomes_records_and_the_words_of_others_are_counted() -> None:
    one = Cleaner("qhp", dt.date(2026, 11, 26), VOCABULARY)
    page = read(saved("qhp", "providers"))
    kept = [record for listing in page.listings if (record := one.clean(listing)) is not None]
    assert [record.professions for record in kept] == [
        ("psychologist",), ("psychiatrist",), ("clinic",), ("social_worker",),
    ]  # fmt: skip
    assert [record.is_accepting for record in kept] == [True, False, None, None]
    assert kept[0].languages == ("es",)
    assert one.tally.drops == {"not named mental health": 1, "profession not counted": 1}
    assert one.tally.unknown_terms == {
        "board:Psychiatry & Neurology": 1, "accepting:by waiting list": 1,
    }  # fmt: skip
    assert page.rows - len(page.listings) == 2  # a kind of provider nobody has met, and a text


def test_of_others_nothing_is_read_but_identifier_and_specialty() -> None:
    others = [plain(one) for one in read(saved("qhp", "providers")).listings if not one.locations]
    assert [sorted(one) for one in others] == [["kind", "source_id", "terms"]] * 2
    text = repr(read(saved("qhp", "providers")))
    for private in ("Vesper", "Quill", "Osk", "Female", "'Q'"):
        assert private not in text


@pytest.mark.parametrize("field", ["specialty", "speciality"])
@pytest.mark.parametrize("wrap", [True, False])
def test_both_spellings_and_a_bare_word_say_the_same(field: str, wrap: bool) -> None:
    row = {name: told for name, told in PROVIDERS[0].items() if name != "specialty"}
    words = "Clinical Psychology"
    page = read_rows(row | {field: [words] if wrap else words})
    assert page.listings == read_rows(row | {"specialty": [words]}).listings
    assert page.listings[0].terms == (words,)


@pytest.mark.parametrize(
    ("wording", "is_accepting"),
    [
        ("accepting", True),
        ("Accepting in some locations", True),
        ("not accepting", False),
        ("unknown", None),
        ("perhaps", None),
        (None, None),
    ],
)
def test_accepting_is_three_valued(wording: str | None, is_accepting: bool | None) -> None:
    (listing,) = read_rows({**PROVIDERS[0], "accepting": wording}).listings
    assert listing.is_accepting is is_accepting
    assert ("accepting:perhaps" in listing.terms) is (wording == "perhaps")


@pytest.mark.parametrize(
    ("specialty", "is_kept"),
    [
        ("Psychiatry & Neurology, Child & Adolescent Psychiatry", True),
        ("Psychiatry and Neurology / Neurology", False),
        ("Surgery, Trauma", False),
        ("Pediatrics, Adolescent", False),
        ("Marriage & Family Therapy", True),
        ("Addiction", True),
    ],
)
def test_neurologists_and_surgeons_are_no_psychiatrists(specialty: str, is_kept: bool) -> None:
    (listing,) = read_rows({**PROVIDERS[0], "specialty": [specialty]}).listings
    assert bool(listing.family_name) is is_kept


@pytest.mark.parametrize(("body", "named"), [(b"<html>", "not JSON"), (b"[]", "list"), (b'{"plan_urls": []}', "plan_")])
def test_another_index_is_named(body: bytes, named: str) -> None:
    with pytest.raises(ReaderError, match=named):
        qhp.read_index(body)


def test_a_file_that_is_no_list_or_broken_off_is_named_with_the_row() -> None:
    with pytest.raises(ReaderError, match="expected a list"):
        read(b'{"providers": []}')
    whole = saved("qhp", "providers")
    with pytest.raises(ReaderError, match="not JSON after 2 rows"):
        read(whole[: whole.index(b"Nettle")])


def test_a_mark_of_utf_8_and_blanks_before_the_list_do_no_harm() -> None:
    assert read(b"\xef\xbb\xbf \r\n" + saved("qhp", "providers")) == read(saved("qhp", "providers"))


@given(st.permutations(PROVIDERS))
def test_order_does_not_matter(rows: list[object]) -> None:
    assert set(read_rows(*rows).listings) == set(read(saved("qhp", "providers")).listings)


def peak_of(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_file_is_never_held_whole_as_objects() -> None:
    plans = PROVIDERS[0]["plans"] * 20
    others = [{**PROVIDERS[0], "npi": f"9{n:09d}", "specialty": ["Dermatology"], "plans": plans} for n in range(300)]
    body = json.dumps(others).encode()
    assert read(body).rows == 300
    assert peak_of(lambda: read(body)) < peak_of(lambda: json.loads(body)) / 4


@settings(max_examples=150)
@given(chosen=st.data())
def test_damage_is_survived_or_named(chosen: st.DataObject) -> None:
    path = chosen.draw(st.sampled_from(list(places_in(PROVIDERS))))
    body = json.dumps(damaged(PROVIDERS, path, chosen.draw(st.sampled_from(JUNK)))).encode()
    page = qhp.Page((), 0)
    with contextlib.suppress(ReaderError):
        page = read(body)
    one = Cleaner("qhp", dt.date(2026, 11, 26), VOCABULARY)
    kept = sum(one.clean(listing) is not None for listing in page.listings)
    assert kept + one.tally.drops.total() == len(page.listings) <= page.rows


@pytest.mark.real
def test_the_publishers_examples_are_read(real_data: Path) -> None:
    folder = real_data / "directories" / "qhp"
    (address,) = qhp.read_index((folder / "cms-data-index.json").read_bytes())
    assert address.endswith("/providers.json")
    page = read((folder / "providers.json").read_bytes())
    assert page.rows == len(page.listings) == 3
    assert [listing.kind for listing in page.listings] == ["person", "person", "organisation"]
    one = Cleaner("qhp", dt.date(2026, 11, 26), VOCABULARY)
    assert not [listing for listing in page.listings if one.clean(listing)]  # none of the three is of mental health
    assert one.tally.drops == {"not named mental health": 3}
    assert one.tally.unknown_terms == {"Dermatology": 1, "Oncology": 1, "Ophthalmology": 1, "Hospital": 1}
    rows = json.loads((folder / "providers.json").read_bytes())
    turned = read_rows(*({**row, "specialty": ["Psychiatry"]} for row in rows))
    assert [listing.is_accepting for listing in turned.listings] == [False, True, None]
    assert [len(listing.locations) for listing in turned.listings] == [1, 2, 1]
    assert [(listing.family_name, listing.organisation_name) for listing in turned.listings] == [
        ("Nostrand", None), ("Varnsen", None), (None, "New York City Hospital"),
    ]  # fmt: skip
