"""The registry's cap of 1,200: questions are split until they fit, and what cannot be split is reported."""

from itertools import product
from pathlib import Path

import pytest
from crawled import crawled, page, spider, walked
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from registry_twin import Listed, answer, answer_of_alike, invented_npi
from werkzeug import Response

ADDRESS = "http://127.0.0.1/api/"


def people_of(
    count: int, zips: list[str], name: str = "SMITH", *, start: int = 0, is_person: bool = True
) -> list[Listed]:
    return [
        Listed(invented_npi(start + number), f"{name}{number}", zips[number % len(zips)], is_person=is_person)
        for number in range(count)
    ]


def test_a_small_state_is_one_page_a_question(tmp_path: Path) -> None:
    people = people_of(199, ["59601"])
    one = spider("nppes_api", tmp_path, ADDRESS, ("MT",))
    met, truncated, pages = walked(one, lambda address: answer(people, address))
    assert sorted(met) == [person.npi for person in people]
    assert truncated == []
    assert pages == len(one.source.search["questions"])


@pytest.mark.parametrize(
    ("count", "pages"),
    [
        (200, 3),  # full, nothing at 1,000, nothing at 200
        (399, 3),
        (400, 4),
        (1000, 7),  # 0; 1,000 is empty; 200 to 800 are full, so each leads to the next, and 1,000 is known already: 6
        (1199, 6),  # 0; 1,000 has 199; 200, 400, 600, 800
    ],
)
def test_what_fits_is_not_split(tmp_path: Path, count: int, pages: int) -> None:
    people = people_of(count, ["59601"])
    one = spider("nppes_api", tmp_path, ADDRESS, ("MT",))
    met, truncated, read = walked(one, lambda address: answer(people, address))
    assert set(met) == {person.npi for person in people}
    assert truncated == []
    others = len(one.source.search["questions"]) - 1
    assert read - others <= pages


def test_a_full_question_is_split_by_postal_code(tmp_path: Path) -> None:
    people = people_of(3000, ["59601", "59602", "59101", "59718"])
    met, truncated, _ = walked(spider("nppes_api", tmp_path, ADDRESS, ("MT",)), lambda address: answer(people, address))
    assert set(met) == {person.npi for person in people}
    assert truncated == []


def test_one_postal_code_is_split_by_kind_and_name(tmp_path: Path) -> None:
    people = people_of(700, ["59601"], "ADAMS") + people_of(700, ["59601"], "O'NEIL", start=2000)
    people += people_of(600, ["59601"], "4TH STREET CLINIC", start=4000, is_person=False)
    met, truncated, _ = walked(spider("nppes_api", tmp_path, ADDRESS, ("MT",)), lambda address: answer(people, address))
    assert set(met) == {person.npi for person in people}
    assert truncated == []


def test_a_split_says_what_none_of_its_parts_asks_for(tmp_path: Path) -> None:
    one = spider("nppes_api", tmp_path, ADDRESS, ("MT",))
    people = people_of(3000, ["59601", "59602", "59101", "59718"])
    visit = next(iter(one.first()))
    last = next(one for one in one.read(page(visit, answer(people, visit.address)), visit).visits)
    told = one.read(page(last, answer(people, last.address)), last).split
    assert told is not None
    assert told[0].endswith("not for codes that begin otherwise than 59)")
    question = {"state": "MT", "taxonomy_description": "Counselor", "postal_code": "59601*"}
    assert one._unasked(question | {"postal_code": "596*"}) == ""  # ten digits are all there are
    assert one._unasked(question) == ""  # as are two kinds
    assert "names of other letters" in one._unasked(question | {"enumeration_type": "NPI-1"})


def test_what_cannot_be_split_is_reported(tmp_path: Path) -> None:
    people = people_of(1300, ["59601"], "SMITH") + people_of(5, ["59718"], "JONES", start=5000)
    met, truncated, _ = walked(spider("nppes_api", tmp_path, ADDRESS, ("MT",)), lambda address: answer(people, address))
    assert len(set(met)) == 1205
    (leaf,) = truncated
    for part in ("state MT", "Counselor", "postal_code 59601*", "enumeration_type NPI-1", "last_name SM*"):
        assert part in leaf


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 1500), st.sampled_from(["59001", "59101", "59111", "59112", "59999"])),
        min_size=1,
        max_size=4,
    )
)
def test_all_is_found_or_a_question_is_reported(tmp_path: Path, groups: list[tuple[int, str]]) -> None:
    people = [
        person
        for number, (count, zip_code) in enumerate(groups)
        for person in people_of(count, [zip_code], "ABCDEF"[number] + "BAKER", start=number * 10_000)
    ]
    met, truncated, _ = walked(spider("nppes_api", tmp_path, ADDRESS, ("MT",)), lambda address: answer(people, address))
    assert (set(met) == {person.npi for person in people}) or truncated


def test_thirty_thousand_in_two_postal_codes_are_all_read_but_for_one_question_that_is_named(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    """Over real HTTP, against the caps of the real registry.

    28,500 people share 2 postal codes and 30 surnames, 475 a name and code; 1,500 more share one name in one code, of
    whom the registry gives 1,200 and no more.
    """
    surnames = [f"{first}{second}ORN" for first in "BCDFGH" for second in "AEIOU"]
    groups = [
        people_of(475, [code], surname, start=number * 1000)
        for number, (code, surname) in enumerate(product(["59601", "59602"], surnames))
    ]
    groups.append(people_of(1500, ["59601"], "SMITH", start=90_000))
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/api/").respond_with_handler(
        lambda request: Response(answer_of_alike(groups, request.url), content_type="application/json")
    )
    done = crawled("nppes_api", tmp_path, httpserver.url_for("/api/"), ("MT",))
    read = {record.npi for record in done.records()}
    assert {person.npi for group in groups[:-1] for person in group} <= read
    assert len(read) == 30_000 - 300
    (leaf,) = done.verdict["truncated"]
    assert "postal_code 59601*" in leaf
    assert "last_name SM*" in leaf
    assert done.verdict["trusted"] is False
    assert any("stayed cut off" in reason for reason in done.verdict["reasons"])
