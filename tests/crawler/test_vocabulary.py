"""Words and codes of directories, turned into the project's keys."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import vocabulary as rooms
from crawler.vocabulary import Recognised, Vocabulary, normalised

VOCABULARY = Vocabulary.load()
PROFESSIONS = tomllib.loads((rooms._REFERENCE / "professions.toml").read_text(encoding="utf-8"))
SPECIALTIES = tomllib.loads((rooms._REFERENCE / "specialties.toml").read_text(encoding="utf-8"))


def test_every_listed_word_and_code_is_recognised() -> None:
    for key in PROFESSIONS.keys() - {"not_counted", "counting"}:
        words = [word for listed in PROFESSIONS[key]["words"].values() for word in listed]
        for word in words:
            assert key in VOCABULARY.professions((), (word.upper(),)).keys
        for code in PROFESSIONS[key]["taxonomy_codes"]:
            assert key in VOCABULARY.professions((code,), ()).keys
    for key, entry in SPECIALTIES.items():
        for word in (word for listed in entry["words"].values() for word in listed):
            assert key in VOCABULARY.specialties((), (word.title(),)).keys
        for code in entry["service_codes"]:
            assert key in VOCABULARY.specialties((), (code,)).keys


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("101YM0800X", Recognised(("counselor",), (), ())),
        ("103TS0200X", Recognised((), (), ("103TS0200X",))),  # school psychologists: known, not counted
        ("101YX9999X", Recognised((), ("101YX9999X",), ())),  # counselors of a kind nobody has met: an event
        ("207R00000X", Recognised((), (), ())),  # internal medicine: simply another profession
    ],
)
def test_a_code_is_counted_left_out_unknown_or_another_profession(code: str, expected: Recognised) -> None:
    assert VOCABULARY.professions((code,), ()) == expected


@pytest.mark.parametrize(
    ("term", "keys"),
    [
        ("Marriage & Family Therapist", ("marriage_family_therapist",)),
        ("Psychologist, PhD", ("psychologist",)),
        ("Licensed Psychologist", ("psychologist",)),
        ("Licensed Marriage and Family Therapist (LMFT)", ("marriage_family_therapist",)),
        ("psicologa", ("psychologist",)),  # accents are often lost on the way
        ("Enfermera  psiquiatrica", ("psychiatric_nurse",)),
        ("School Psychologist", ()),
        ("Psychologists' Receptionist", ()),
    ],
)
def test_profession_words_are_read_whole_or_in_parts_never_from_inside(term: str, keys: tuple[str, ...]) -> None:
    assert VOCABULARY.professions((), (term,)).keys == keys


def test_two_categories_in_one_term_are_two() -> None:
    assert VOCABULARY.specialties((), ("PTSD / Eating Disorders",)).keys == ("eating_disorders", "trauma")


def test_an_unknown_term_is_named_as_it_was_said() -> None:
    assert VOCABULARY.specialties((), ("Life Transitions",)) == Recognised((), ("Life Transitions",), ())


@given(st.lists(st.sampled_from(["101YM0800X", "103TS0200X", "101YX9999X", "2084P0800X"])), st.text(max_size=30))
def test_nothing_is_lost_and_order_does_not_matter(codes: list[str], term: str) -> None:
    found = VOCABULARY.professions(codes, (term,))
    turned = VOCABULARY.professions(reversed(codes), (term,))
    assert found.keys == turned.keys == tuple(sorted(found.keys))
    assert sorted(found.unknown) == sorted(turned.unknown)
    recognised = sum(bool(VOCABULARY.professions((code,), ()).keys) for code in codes)
    term_is_unknown = not VOCABULARY.professions((), (term,)).keys
    assert recognised + len(found.unknown) - term_is_unknown + len(found.not_counted) == len(codes)


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(words: str) -> None:
    once = normalised(words)
    assert normalised(once) == once
