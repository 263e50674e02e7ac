"""Countries, states, postal codes, telephones and homes: each step of cleaning an address by example."""

import dataclasses
from collections import Counter

import pytest
from cleaned import OFFICE, cleaned, placed

from crawler import places
from crawler.readers.raw import RawLocation
from crawler.states import state_code


@pytest.mark.parametrize(
    ("stated", "state", "code", "repair"),
    [
        ("98902", "WA", "98902", None),
        ("989020001", "WA", "98902", None),
        ("98902-0001", "WA", "98902", None),
        ("1267", "MA", "01267", "postal code lost its zeros"),
        ("12672819", "MA", "01267", "postal code lost its zeros"),
        ("1267-2819", "MA", "01267", "postal code lost its zeros"),
        ("738", "PR", "00738", "postal code lost its zeros"),
        ("1267.0", None, "01267", "postal code lost its zeros"),
        ("601", "PR", "00601", "postal code lost its zeros"),
        ("802", "VI", "00802", "postal code lost its zeros"),
        ("6010001", "PR", "00601", "postal code lost its zeros"),  # ZIP+4 without its hyphen and both zeros
        ("7102", "NJ", "07102", "postal code lost its zeros"),
        ("501", "NY", "00501", "postal code lost its zeros"),
        ("98902 0001", "WA", "98902", None),
        ("98902\u20130001", "WA", "98902", None),
        ("96910", "GU", "96910", None),
        ("9890", "WA", None, "invalid postal code"),
        ("98", "MA", None, "invalid postal code"),
        ("99999", "WA", None, "invalid postal code"),
        ("\u0669\u0668\u0669\u0660\u0662", "WA", None, "invalid postal code"),  # digits, but no ZIP code
        ("00000", "WA", None, "invalid postal code"),
        ("K1A 0B1", "WA", None, "invalid postal code"),
    ],
)
def test_postal_codes_have_five_digits(stated: str, state: str | None, code: str | None, repair: str | None) -> None:
    place, note = places.postal_code_of_five(RawLocation(state=state, postal_code=stated))
    assert (place.postal_code, note) == (code, repair)


@pytest.mark.parametrize(
    ("stated", "phone", "note"),
    [
        ("(509) 555-0140", "+15095550140", None),
        ("+1-509-555-0199", "+15095550199", None),
        ("509.555.0140 x4102", "+15095550140", None),
        ("509-555-0140-4102", "+15095550140", "phone extension"),
        ("(999) 999-9999", None, "invalid phone: placeholder"),
        ("000-000-0000", None, "invalid phone: placeholder"),
        ("5555555555", None, "invalid phone: placeholder"),
        ("1-234-567-8901", None, "invalid phone: placeholder"),
        ("123-456-7890", None, "invalid phone: placeholder"),
        ("509-555-1212", None, "invalid phone: placeholder"),  # directory assistance
        ("509-999-9999", None, "invalid phone: placeholder"),
        ("509 000 0000", None, "invalid phone: placeholder"),
        ("404-778-0000", "+14047780000", None),  # a switchboard
        ("800-222-2222", "+18002222222", None),
        ("555-0140", None, "invalid phone"),
        ("call us", None, "invalid phone"),
    ],
)
def test_phones_are_international_and_placeholders_go(stated: str, phone: str | None, note: str | None) -> None:
    place, said = places.phone_international(RawLocation(phone=stated))
    assert (place.phone, said) == (phone, note)


@pytest.mark.parametrize(
    ("stated", "code"), [("WA", "WA"), ("washington", "WA"), ("Puerto Rico", "PR"), ("AE", None), ("Ontario", None)]
)
def test_states_are_known_by_code_and_name(stated: str, code: str | None) -> None:
    assert state_code(stated) == code
    place, one = placed(state=stated)
    assert place.state == code
    assert one.tally.invalid == (Counter() if code else Counter({"state": 1}))


@pytest.mark.parametrize(
    ("country", "state", "expected"),
    [
        ("USA", "WA", ("US", "WA")), ("us", "WA", ("US", "WA")), ("PR", None, ("US", "PR")), ("AT", "5", ("AT", None)),
        ("Estados Unidos", "WA", ("US", "WA")), ("EE. UU.", "WA", ("US", "WA")), ("Deutschland", "BY", ("DE", "BY")),
        ("oesterreich", None, ("AT", None)), ("Austria", None, ("AT", None)), ("AUT", None, ("AT", None)),
        ("Puerto Rico", None, ("US", "PR")), ("Guam", None, ("US", "GU")),
    ],
)  # fmt: skip
def test_countries_are_two_letters(country: str, state: str | None, expected: tuple[str, str | None]) -> None:
    place, _ = placed(country=country, state=state)
    assert (place.country, place.state) == expected


def test_a_country_nobody_knows_is_counted_and_its_place_goes() -> None:
    record, one = cleaned(locations=(dataclasses.replace(OFFICE, country="Atlantis"),))
    assert record is None
    assert one.tally.drops == {"no location": 1}
    assert one.tally.invalid == {"country": 1}


HOMES = [
    "5 Alder Street Apt 4", "5 Alder Street APT. 4B", "5 Alder Street Apt4", "5 Alder St apt #4",
    "5 Alder St Apartment 4",
    "5 Alder St Apartment B", "Alder Mobile Home Park Lot 12", "5 Alder St Trlr 7", "5 Alder Rd Trailer 7",
    "Calle Aliso 5 Apto. 4", "Calle Aliso 5, Apartamento 4", "Calle Aliso 5 Depto. 4B", "Calle Aliso 5 Casa Móvil",
    "Erlenweg 5, Wohnung 4", "Erlenweg 5 Whg. 4", "Erlenweg 5, Privatwohnung",
]  # fmt: skip


@pytest.mark.parametrize("street", HOMES)
def test_a_home_is_no_more_than_its_postal_code(street: str) -> None:
    place, one = placed(street=street, latitude=46.6, longitude=-120.5)
    assert (place.street, place.phone, place.latitude, place.longitude) == (None, None, None, None)
    assert (place.city, place.state, place.postal_code) == ("Yakima", "WA", "98902")
    assert one.tally.repairs == {"home-like address": 1}


@pytest.mark.parametrize("street", HOMES)
def test_a_clinic_in_a_flat_keeps_its_address(street: str) -> None:
    place, one = placed(kind="organisation", street=street, latitude=46.6, longitude=-120.5)
    assert (place.street, place.latitude) == (street, 46.6)
    assert not one.tally.repairs


@pytest.mark.parametrize(
    "street",
    [
        "5 Alder Street Suite 4", "5 Alder St Ste 4", "5 Alder St Bldg 4", "5 Alder St Unit 4", "5 Alder St # 4",
        "5 Alder St Fl 4", "5 Alder St Rm 4", "5 Aptos Creek Rd", "5 Trailer Park Road", "5 Ponderosa Trail",
        "5 Apartment Row Plaza", "Calle Aliso 5, Departamento de Psiquiatría", "Calle Aliso 5 Depto. de Psicología",
        "Calle Aliso 5, Piso 4", "Erlenweg 5, Stiege 2, Top 4", "Erlenweg 5, 2. Stock", "5 Charlotte Street",
        "5 Residence Inn Way", "Am Wohnungsamt 5", "5 Camelot 4",
    ],
)  # fmt: skip
def test_an_office_is_not_taken_for_a_home(street: str) -> None:
    place, one = placed(street=street, latitude=46.6, longitude=-120.5)
    assert (place.street, place.latitude) == (street, 46.6)
    assert not one.tally.repairs
