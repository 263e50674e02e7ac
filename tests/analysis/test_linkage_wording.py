"""Names, streets and telephones are compared without what tells nobody apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.providers.linkage.wording import folded, organisation_words, person_name, phone, street


@pytest.mark.parametrize(
    ("given_name", "family_name", "name"),
    [
        ("Dr. AVO", "Inventia, Ph.D.", ("avo", "inventia")),
        ("Ávo J.", "INVENTIA LCSW", ("avo", "inventia")),
        ("J. Avo", "Inventia-Imaginaria", ("avo", "inventia imaginaria")),
        ("J", "O'Inventia", ("j", "oinventia")),
        ("Avo", "Inventia Jr.", ("avo", "inventia")),
        (None, "Straße", (None, "strasse")),
        ("Mary Ann", None, ("mary", None)),
        ("Dr.", "Inventia", (None, "inventia")),
    ],
)
def test_a_name_is_told_without_title_degree_and_accent(
    given_name: str | None, family_name: str | None, name: tuple[str | None, str | None]
) -> None:
    told = person_name(given_name, family_name)
    assert (told.given, told.family) == name


def test_a_generation_is_kept_apart_from_the_name() -> None:
    assert person_name("Avo", "Inventia III").generation == "iii"
    assert person_name("Avo", "Inventia").generation is None


def test_parts_of_a_double_name_are_known_in_any_order() -> None:
    assert person_name("A", "Inventia-Abcia").family_parts == ("abcia", "inventia")


def test_short_forms_have_the_name_they_stand_for() -> None:
    assert set(person_name("Bill", "x").given_forms) & set(person_name("William", "x").given_forms)
    assert not set(person_name("Bill", "x").given_forms) & set(person_name("Susan", "x").given_forms)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Inventia Counseling Ctr., LLC", "INVENTIA COUNSELLING CENTER"),
        ("Inventia & Abcia Family Svcs PC", "inventia and abcia fam services"),
        ("Inventia Behavioural Hlth Assoc", "Inventia Behavioral Health Associates Inc."),
    ],
)
def test_abbreviations_and_legal_forms_of_clinics_do_not_matter(one: str, other: str) -> None:
    assert organisation_words(one) == organisation_words(other)


def test_a_clinic_of_nothing_but_common_words_keeps_them() -> None:
    assert organisation_words("The Company") == ("the", "company")


@pytest.mark.parametrize(
    "stated",
    [
        "12 N. Imaginary St., Ste. 4",
        "12 North Imaginary Street #4",
        "12 north imaginary street",
        "12 N Imaginary St Unit B",
    ],
)
def test_a_street_is_told_without_its_unit(stated: str) -> None:
    assert street(stated) == "12 north imaginary street"


@pytest.mark.parametrize("stated", ["PO Box 12", "P.O. BOX 12", "Postfach 12", "Apartado 12", None, ""])
def test_a_post_box_is_no_street(stated: str | None) -> None:
    assert street(stated) is None


def test_telephones_are_compared_by_their_last_ten_digits() -> None:
    assert phone("+1 (406) 555-0101") == phone("406.555.0101") == "4065550101"
    assert phone("555") is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_comparing_knows_no_case_and_settles_at_once(one: str, other: str) -> None:
    words = folded(one)
    assert folded(" ".join(words)) == words
    name = person_name(one, other)
    assert name == person_name(one, other)
    assert name.family is None or name.family.replace(" ", "")
    assert all(part for part in name.family_parts)
