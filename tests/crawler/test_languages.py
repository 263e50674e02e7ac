"""Languages by name and code, in English, Spanish and German."""

import tomllib

import pytest
from cleaned import cleaned

from crawler import languages
from crawler.languages import language_code, language_codes

TABLE = tomllib.loads(languages._FILE.read_text(encoding="utf-8"))


def test_every_name_and_code_leads_to_a_code_that_is_listed() -> None:
    for names in (*TABLE["names"].values(), TABLE["three_letters"]):
        for name, code in names.items():
            assert code in TABLE["codes"], name
            assert language_code(name.upper()) == code, name
    assert [language_code(code) for code in TABLE["codes"]] == TABLE["codes"]
    assert {language_code(name) for name in TABLE["uncoded"]} == {""}


@pytest.mark.parametrize(
    ("stated", "codes"),
    [
        ("English/Spanish", ("en", "es")),
        ("Deutsch, Türkisch und Kurdisch", ("de", "tr", "ku")),
        ("inglés y español", ("en", "es")),
        ("Chinese (Mandarin)", ("zh",)),
        ("Spanish, ASL", ("es",)),
        ("Spanish, Klingon", None),
        ("", None),
    ],
)
def test_a_text_may_list_several_languages(stated: str, codes: tuple[str, ...] | None) -> None:
    assert language_codes(stated) == codes


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("es", "es"),
        ("es-MX", "es"),
        ("Spanish", "es"),
        ("espanol", "es"),
        ("EN", "en"),
        ("spa", "es"),
        ("deu", "de"),
        ("ger", "de"),
        ("inglés", "en"),
        ("Alemán", "de"),
        ("Criollo haitiano", "ht"),
        ("Englisch", "en"),
        ("Türkisch", "tr"),
        ("Tuerkisch", "tr"),
        ("Tür\u00adkisch", "tr"),  # a soft hyphen
        ("Franzoesisch", "fr"),
        ("Mandarin Chinese", "zh"),
        ("Spanish - fluent", "es"),
        ("Gebärdensprache", ""),
        ("Lengua de señas", ""),
        ("ASL", ""),
        ("Klingon", None),
        ("xx", None),
    ],
)
def test_languages_are_known_by_code_and_name(stated: str, code: str | None) -> None:
    assert language_code(stated) == code


def test_languages_besides_english_are_kept_and_others_counted() -> None:
    record, one = cleaned(languages=("en", "Spanish", "ru", "ASL", "Klingon"))
    assert record is not None
    assert record.languages == ("es", "ru")
    assert one.tally.unknown_terms == {"language:Klingon": 1}
