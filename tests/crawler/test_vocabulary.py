"""Words and codes of directories, turned into the project's keys."""

import dataclasses
import tomllib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import vocabulary as rooms
from crawler.readers.raw import RawListing
from crawler.vocabulary import Recognised, Vocabulary
from crawler.wording import normalised, squeezed

VOCABULARY = Vocabulary.load()
PROFESSIONS = tomllib.loads((rooms._REFERENCE / "professions.toml").read_text(encoding="utf-8"))
STATEMENTS = tomllib.loads((rooms._REFERENCE / "statements.toml").read_text(encoding="utf-8"))
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
        ("103TE1100X", Recognised((), (), ("103TE1100X",))),  # exercise and sports
        ("103G00000X", Recognised((), (), ("103G00000X",))),  # neuropsychologists, who assess
        ("2084N0400X", Recognised((), (), ("2084N0400X",))),  # neurology, under psychiatry's board
        ("2084N0008X", Recognised((), (), ("2084N0008X",))),
        ("261QM1200X", Recognised((), (), ())),  # clinics for imaging
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
        ("Psychologists", ("psychologist",)),
        ("Approbierte Psychotherapeutin", ("psychotherapist",)),
        ("Trabajadora social clínica licenciada", ("social_worker",)),
        ("Psychotherapist", ("psychotherapist",)),
        ("Psychologin und Psychotherapeutin", ("psychologist", "psychotherapist")),
        ("Psychologe y consejero", ("counselor", "psychologist")),
        ("Facharzt für Neurologie und Psychiatrie", ("psychiatrist",)),
        ("Psychiatry & Neurology, Child & Adolescent Psychiatry", ("psychiatrist",)),
        ("Psychiatry & Neurology", ()),  # the board of psychiatrists and of neurologists
        ("Psychiatry & Neurology, Pain Medicine", ()),
        ("Neurology, Life Coach", ()),
        ("Therapist", ()),  # physical therapists are called so as well
        ("terapeuta", ()),
        ("Psychotherapeut in Ausbildung unter Supervision", ()),
        ("School Psychologist", ()),
        ("Psychologists' Receptionist", ()),
    ],
)
def test_profession_words_are_read_whole_or_in_parts_never_from_inside(term: str, keys: tuple[str, ...]) -> None:
    assert VOCABULARY.professions((), (term,)).keys == keys


@pytest.mark.parametrize(
    "term",
    [
        "School Psychologist", "Psychologist, School", "Counselor, School", "Guidance Counselors", "Sport Psychologist",
        "psicologa escolar", "consejero/a escolar", "Schulpsychologe", "Schulpsycholog*innen", "Neurologist",
        "Neurology, School Psychologist", "Psychiatry & Neurology, Neurology", "Neurologin",
        "Psychiatry & Neurology - Clinical Neurophysiology",
    ],
)  # fmt: skip
def test_a_profession_left_out_on_purpose_is_known_by_word(term: str) -> None:
    assert VOCABULARY.professions((), (term,)) == Recognised((), (), (term,))
    assert VOCABULARY.unknown((term,)) == ()


GERMAN = [
    ("Psychotherapeut", "Psychotherapeut", "psychotherapist"),
    ("Kinder- und Jugendlichenpsychotherapeut", "Kinder- und Jugendlichenpsychotherapeut", "psychotherapist"),
    ("Psychologe", "Psycholog", "psychologist"),
    ("Psychiater", "Psychiater", "psychiatrist"),
    ("Psychoanalytiker", "Psychoanalytiker", "psychoanalyst"),
    ("Familientherapeut", "Familientherapeut", "marriage_family_therapist"),
]
SIGNS = [":in", "*in", "_in", "/in", "/-in", "(in)", "In", "·in", ":innen", "*innen", "/-innen", "(innen)", "Innen"]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(("word", "stem", "key"), GERMAN)
def test_german_signs_for_all_genders_are_read(word: str, stem: str, key: str, sign: str) -> None:
    for begun in {word, stem}:
        assert VOCABULARY.professions((), (begun + sign,)).keys == (key,), begun + sign


@pytest.mark.parametrize(
    ("term", "key"),
    [
        ("Psychologische:r Psychotherapeut:in", "psychotherapist"),
        ("Psychologische/r Psychotherapeut/in", "psychotherapist"),
        ("Psychologische(r) Psychotherapeut(in)", "psychotherapist"),
        ("Fachärzt:in für Psychiatrie", "psychiatrist"),
        ("Facharzt/Fachärztin für Psychiatrie und Psychotherapie", "psychiatrist"),
        ("Klinische*r Psycholog*in", "psychologist"),
        ("Psychologinnen und Psychologen", "psychologist"),
        ("psicólogo/a", "psychologist"),
        ("psicóloga/o", "psychologist"),
        ("psicólogo(a)", "psychologist"),
        ("psicólog@s", "psychologist"),
        ("psicólogx", "psychologist"),
        ("trabajador/a social clínico/a", "social_worker"),
        ("trabajador(a) social", "social_worker"),
        ("consejero/a profesional", "counselor"),
        ("enfermero/a psiquiátrico/a", "psychiatric_nurse"),
    ],
)
def test_genders_are_read_in_phrases(term: str, key: str) -> None:
    assert VOCABULARY.professions((), (term,)).keys == (key,)


@pytest.mark.parametrize(
    ("term", "keys"),
    [
        ("Essstörungen", ("eating_disorders",)),
        ("Essstoerungen", ("eating_disorders",)),
        ("Ess-Störung", ("eating_disorders",)),
        ("Ess\u00adstö\u00adrungen", ("eating_disorders",)),  # soft hyphens
        ("Trauma/PTBS", ("trauma",)),
        ("TEPT", ("trauma",)),
        ("Trastornos alimentarios", ("eating_disorders",)),
        ("Sucht", ("substance_use",)),
        ("Angst und Depression", ("general",)),
        ("ansiedad y depresion", ("general",)),
        ("Angst- und Zwangsstörungen", ("general", "ocd")),
        ("Paar-Therapie", ("couples",)),
        ("Kinder und Jugendliche", ("children",)),
        ("Niños y adolescentes", ("children",)),
        ("AD(H)S", ("neurodevelopmental",)),
        ("Übergewicht", ()),
    ],
)
def test_specialties_are_read_in_three_languages(term: str, keys: tuple[str, ...]) -> None:
    assert VOCABULARY.specialties((), (term,)).keys == keys


def _spelt(word: str) -> set[str]:
    umlauts = word.translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}))
    bare = "".join(one for one in unicodedata.normalize("NFD", word) if not unicodedata.combining(one))
    middle = len(word) // 2
    return {
        word.upper(), umlauts, bare, unicodedata.normalize("NFD", word), word.replace(" ", "\u00a0"),
        word.replace("-", "\u2011"), word[:middle] + "\u00ad" + word[middle:], f" {word}. ",
    }  # fmt: skip


def test_every_word_is_recognised_however_it_is_spelt() -> None:
    for key, entry in PROFESSIONS.items():
        for word in (word for listed in entry.get("words", {}).values() for word in listed):
            for spelt in _spelt(word):
                found = VOCABULARY.professions((), (spelt,))
                assert found.not_counted if key == "not_counted" else key in found.keys, (key, spelt)
    for key, entry in SPECIALTIES.items():
        for word in (word for listed in entry["words"].values() for word in listed):
            for spelt in _spelt(word):
                assert key in VOCABULARY.specialties((), (spelt,)).keys, (key, spelt)


def test_no_spelling_of_a_word_is_one_of_another_meaning() -> None:
    for table in (PROFESSIONS, SPECIALTIES):
        met: dict[str, tuple[str, set[str]]] = {}
        for key, entry in table.items():
            for word in (word for listed in entry.get("words", {}).values() for word in listed):
                first, keys = met.setdefault(squeezed(normalised(word)), (normalised(word), set()))
                keys.add(key)
                assert len(keys) == 1 or first == normalised(word), (word, keys)


def test_no_code_is_both_counted_and_left_out() -> None:
    left_out = PROFESSIONS["not_counted"]["taxonomy_codes"]
    keys = PROFESSIONS.keys() - {"not_counted", "counting"}
    counted = [code for key in keys for code in PROFESSIONS[key]["taxonomy_codes"]]
    assert len(set(counted)) == len(counted)
    assert len(set(left_out)) == len(left_out)
    assert not set(counted) & set(left_out)
    assert all(code.startswith(rooms.BEHAVIOURAL_PREFIXES) for code in left_out)


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


def test_statements_say_yes_no_or_neither_and_no_word_says_two_of_them() -> None:
    said: dict[tuple[str, str], str] = {}
    for fact, entry in STATEMENTS.items():
        assert fact in {field.name for field in dataclasses.fields(RawListing)}
        assert entry.keys() <= {"yes", "no", "unknown"}
        for answer, languages in entry.items():
            assert languages.keys() == {"en", "es", "de"}
            for word in (word for listed in languages.values() for word in listed):
                assert said.setdefault((fact, squeezed(normalised(word))), answer) == answer
                meant = {"yes": True, "no": False}.get(answer)
                assert VOCABULARY.facts((word.upper(),)).get(fact) is meant
                assert VOCABULARY.unknown((word,)) == ()
