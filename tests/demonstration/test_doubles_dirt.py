"""Each slip occurs and does to the listing what its name says, and nothing else is changed."""

import re
from collections.abc import Callable
from random import Random

import pytest
from doubles_told import CLEAN, edits, everybody, listed
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from crawler.records import Location, ProviderRecord
from demonstration.doubles import Dirt, Listing
from demonstration.doubles.dirt import Pen
from demonstration.doubles.people import Clinic, Person
from demonstration.doubles.places import Office, Street
from demonstration.doubles.slips import SLIPS, mistyped, mistyped_digits, plain
from demonstration.doubles.wording import written
from demonstration.doubles.words import family_names, given_names, nicknames

_SUITE = re.compile(r"suite|ste\b|#", re.IGNORECASE)
_FEW = 6_000


def _offices(one: Person | Clinic) -> tuple[Office, ...]:
    return one.offices if isinstance(one, Person) else (one.office,)


def _given(record: ProviderRecord) -> str:
    return (record.given_name or "").casefold()


def _family(record: ProviderRecord) -> str:
    return (record.family_name or "").casefold()


def _generation(person: Person) -> str:
    return f" {person.generation}".casefold().rstrip()


def _clinic(record: ProviderRecord) -> str:
    return (record.organisation_name or "").casefold()


def _told(person: Person) -> set[str]:
    return {f"{person.family}{_generation(person)}".casefold()}


def _is_mistyped(seen: str, true: str) -> bool:
    return seen != true.casefold() and edits(seen, true.casefold()) <= 2


def _phone(place: Location, one: Person | Clinic) -> int:
    """Return in how many digits a telephone differs from the office's that comes closest; 99 where there is none."""
    phones = [office.phone for office in _offices(one)]
    return min((sum(a != b for a, b in zip(place.phone or "", phone, strict=False)) for phone in phones), default=99)


def _one_digit(number: str, others: tuple[str, ...]) -> bool:
    return any(sum(a != b for a, b in zip(number, other, strict=True)) == 1 for other in others)


def _street(place: Location) -> str:
    return (place.street or "").casefold()


def _place(check: Callable[[Location, Person | Clinic], bool]) -> Callable[[ProviderRecord, Person | Clinic], bool]:
    """Return a check that holds where it holds for one of the places of a listing."""
    return lambda record, one: any(check(place, one) for place in record.locations)


def _person(check: Callable[[ProviderRecord, Person], bool]) -> Callable[[ProviderRecord, Person | Clinic], bool]:
    return lambda record, one: isinstance(one, Person) and check(record, one)


def _organisation(check: Callable[[ProviderRecord, Clinic], bool]) -> Callable[[ProviderRecord, Person | Clinic], bool]:
    return lambda record, one: isinstance(one, Clinic) and check(record, one)


CHECKS: dict[str, Callable[[ProviderRecord, Person | Clinic], bool]] = {
    "nickname": _person(lambda r, p: _given(r) == p.nickname.casefold() != p.given.casefold()),
    "middle_initial": _person(lambda r, p: _given(r) == f"{p.given} {p.middle[0]}".casefold()),
    "middle_for_given": _person(lambda r, p: _given(r) == p.middle.casefold() != p.given.casefold()),
    "initial_only": _person(lambda r, p: _given(r) == p.given[0].casefold()),
    "swapped_names": _person(lambda r, p: _family(r) == p.given.casefold() and _given(r) in _told(p)),
    "typo_given": _person(lambda r, p: _is_mistyped(_given(r), p.given) and _family(r) in _told(p)),
    "typo_family": _person(lambda r, p: _is_mistyped(_family(r).removesuffix(_generation(p)), p.family)),
    "plain_letters": _person(
        lambda r, p: (
            f"{_given(r)}{_family(r)}".isascii()
            and not f"{p.given}{p.family}".isascii()
            and _given(r) == plain(p.given).casefold()
        )
    ),
    "one_of_double": _person(lambda r, p: _family(r) in p.family.casefold().split("-") != [_family(r)]),
    "no_hyphen": _person(lambda r, p: "-" in p.family and _family(r) == p.family.casefold().replace("-", " ")),
    "former_name": _person(lambda r, p: _family(r) == p.former_name.casefold() != p.family.casefold()),
    "title_in_name": _person(lambda r, p: _family(r).endswith(p.credential.casefold()) != _given(r).startswith("dr. ")),
    "no_generation": _person(lambda r, p: p.generation in {"Jr", "Sr"} and _family(r) == p.family.casefold()),
    "upper_case": lambda r, _: (r.family_name or r.organisation_name or "").isupper() and r.source != "nppes_api",
    "moved": _person(
        lambda r, p: (
            p.former_office is not None
            and r.locations[0].phone == p.former_office.phone != p.offices[0].phone
            and r.locations[0].postal_code == p.former_office.place.zcta
        )
    ),
    "zip_only": _place(
        lambda place, _: bool(place.postal_code) and not (place.street or place.city or place.phone or place.latitude)
    ),
    "no_street": _place(lambda place, _: place.street is None and place.city is not None),
    "no_city": _place(lambda place, _: place.city is None and place.postal_code is not None),
    "no_zip": _place(lambda place, _: place.postal_code is None and place.city is not None),
    "no_phone": _place(lambda place, _: place.phone is None and place.city is not None),
    "wrong_zip": _place(
        lambda place, one: _one_digit(place.postal_code or "", tuple(o.place.zcta for o in _offices(one)))
    ),
    "typo_phone": _place(lambda place, one: _phone(place, one) == 1),
    "other_phone": _place(lambda place, one: place.phone not in {office.phone for office in _offices(one)}),
    "typo_street": _place(
        lambda place, one: (
            not any(re.search(rf"\b{office.street.name.casefold()}\b", _street(place)) for office in _offices(one))
        )
    ),
    "po_box": _place(lambda place, _: _street(place).startswith("po box ")),
    "no_suite": _place(
        lambda place, one: (
            _SUITE.search(_street(place)) is None
            and any(o.street.suite and _street(place).startswith(f"{o.street.number} ") for o in _offices(one))
        )
    ),
    "no_npi": lambda r, _: r.npi is None and r.source == "plan_net",
    "failed_npi": lambda r, one: (
        r.npi is not None and not luhn.is_valid("80840" + r.npi) and _one_digit(r.npi, one.npis)
    ),
    "foreign_npi": lambda r, one: r.npi not in one.npis and any(r.npi in other.npis for other in everybody().values()),
    "no_profession": lambda r, _: r.professions == () and r.taxonomy_codes == (),
    "other_profession": _person(lambda r, p: len(r.professions) == 1 and p.profession.key not in r.professions),
    "abbreviated": _organisation(
        lambda r, c: (
            len(_clinic(r)) < len(c.name)
            and all(
                short[0] == whole[0] and len(short) <= len(whole)
                for short, whole in zip(_clinic(r).split(), c.name.casefold().split(), strict=True)
            )
        )
    ),
    "no_legal_form": _organisation(
        lambda r, c: bool(c.legal_form) and f"{_clinic(r)} {c.legal_form}".casefold() == c.name.casefold()
    ),
    "other_article": _organisation(lambda r, c: _clinic(r).startswith("the ") != c.has_article),
    "other_and": _organisation(lambda r, c: " and " in _clinic(r) and "&" not in _clinic(r) and "&" in c.name),
    "trading_name": _organisation(
        lambda r, c: c.trading_name.casefold() in _clinic(r) and c.core.split()[0].casefold() in _clinic(r)
    ),
    "place_added": _organisation(lambda r, c: _clinic(r) == f"{c.name} - {c.office.place.city}".casefold()),
    "typo_clinic": _organisation(lambda r, c: _is_mistyped(_clinic(r), c.name)),
    "central_phone": _organisation(lambda r, c: r.locations[0].phone == c.central_phone != c.office.phone),
}


def test_every_slip_is_checked() -> None:
    assert CHECKS.keys() == Dirt().chances().keys()


@pytest.mark.parametrize("kind", sorted(CHECKS))
def test_a_slip_does_what_it_says_and_is_made_only_where_it_is_named(kind: str) -> None:
    some = listed(_FEW, Dirt.only(**{kind: 1.0}))
    slipped = [one for one in some if kind in one.dirt]
    assert {one for listing in some for one in listing.dirt} == {kind}
    assert len(slipped) >= 2
    wrong = [one for one in slipped if not CHECKS[kind](one.record, everybody()[one.truth])]
    assert wrong == []
    assert all(_is_clean(one) for one in some if not one.dirt)


def _is_clean(listing: Listing) -> bool:
    """Tell whether a listing says of names, NPI, profession and telephones nothing but what is true."""
    record, one = listing.record, everybody()[listing.truth]
    phones = {place.phone for place in record.locations}
    is_true = phones <= {office.phone for office in _offices(one)} and record.npi in {None, *one.npis}
    if isinstance(one, Person):
        named = (_given(record), _family(record)) == (one.given.casefold(), min(_told(one)))
        return is_true and named and record.professions == (one.profession.key,)
    return is_true and _clinic(record) == one.name.casefold()


def test_without_dirt_every_listing_is_true_and_whole() -> None:
    for listing in listed(_FEW, CLEAN):
        assert _is_clean(listing)
        for place in listing.record.locations:
            assert place.street
            assert place.city
            assert place.postal_code
            assert place.phone


def test_with_the_usual_dirt_every_slip_occurs_and_many_listings_have_none() -> None:
    some = listed(60_000)
    assert {kind for one in some for kind in one.dirt} == CHECKS.keys()
    assert 0.3 < sum(one.dirt == () for one in some) / len(some) < 0.5
    assert all(len(one.dirt) == len(set(one.dirt)) for one in some)


def test_what_is_outdated_is_older() -> None:
    kinds = {"moved", "former_name"}
    some = listed(_FEW)
    ages = {
        is_old: [
            (one.record.retrieved_on - one.record.listed_on).days
            for one in some
            if one.record.listed_on and bool(kinds & set(one.dirt)) == is_old
        ]
        for is_old in (True, False)
    }
    assert min(ages[True]) >= 700 > min(ages[False])


_WORDS = st.text("abcdeghilmorstuw", min_size=2, max_size=12)
_DRAWS = st.integers(0, 2**32).map(lambda seed: Random(seed).random)


@pytest.mark.parametrize("slip", SLIPS)
@given(text=_WORDS, draw=_DRAWS)
def test_a_slip_changes_a_little_and_keeps_the_first_letter(
    slip: Callable[[str, Pen], str], text: str, draw: Callable[[], float]
) -> None:
    seen = slip(text, Pen({}, draw))
    assert seen != text
    assert seen[0] == text[0]
    assert edits(seen, text) <= 2


@given(text=st.text("abcé", min_size=1, max_size=1), draw=_DRAWS)
def test_even_one_letter_can_be_mistyped(text: str, draw: Callable[[], float]) -> None:
    assert mistyped(text, Pen({}, draw)) != text


@given(digits=st.from_regex(r"[0-9]{5}", fullmatch=True), at=st.integers(0, 4), draw=_DRAWS)
def test_one_wrong_digit_is_another_digit_in_its_place(digits: str, at: int, draw: Callable[[], float]) -> None:
    seen = mistyped_digits(digits, Pen({}, draw), (at,))
    assert [place for place in range(5) if seen[place] != digits[place]] == [at]
    assert seen.isdecimal()


def test_names_without_accents_are_plain() -> None:
    words = (*family_names().words, *given_names().words)
    assert any(not word.isascii() for word in words)
    assert all(plain(word).isascii() and len(plain(word)) == len(word) for word in words)


def test_forms_of_endearment_are_other_names() -> None:
    assert nicknames("William") == ("Bill", "Will", "Billy", "Liam")
    for name in given_names().words:
        assert name not in nicknames(name)
        assert len(set(nicknames(name))) == len(nicknames(name))


@pytest.mark.parametrize(
    ("style", "line"),
    [
        ("full", "12 North Heron Street, Suite 210"),
        ("short", "12 N Heron St Ste 210"),
        ("dotted", "12 N. Heron St., Ste. 210"),
        ("hash", "12 N Heron St #210"),
    ],
)
def test_styles_of_addresses(style: str, line: str) -> None:
    street = Street(12, "North", "Heron", "Street", "210")
    assert written(street, style) == line
    assert _SUITE.search(written(street._replace(suite=""), style)) is None
