"""How a directory words a name and a place: as it is in truth, but for the slips that the pen makes."""

from crawler.records import Location
from demonstration.doubles.dirt import Pen
from demonstration.doubles.habits import Habit
from demonstration.doubles.people import Clinic, Person
from demonstration.doubles.places import STREET_KINDS, Office, Street
from demonstration.doubles.slips import mistyped, mistyped_digits, plain

_SHORT_WORDS = {
    "Center": "Ctr", "Associates": "Assoc", "Services": "Svcs", "Counseling": "Couns", "Behavioral": "Behav",
    "Psychological": "Psych", "Group": "Grp", "Community": "Comm", "Mental": "Mntl", "Health": "Hlth",
    "Family": "Fam", "Therapy": "Thpy", "Psychiatry": "Psych", "Recovery": "Recov",
}  # fmt: skip
_SHORT_DIRECTIONS = {
    "North": "N", "South": "S", "East": "E", "West": "W", "Northeast": "NE", "Northwest": "NW", "Southeast": "SE",
    "Southwest": "SW",
}  # fmt: skip
_TITLES = (("", ", "), ("", " "), ("Dr. ", ""))
"""What is put before the given name, and between family name and credential; where nothing is, none is said."""

_LAST_OF_ZIP = (4,)
_WITHIN_PHONE = (6, 7, 8, 9, 10, 11)
"""Digits of a telephone that may be wrong: with another area code or exchange it might be somebody's."""

_AREA = 5
_JITTER_DEGREES = 2e-4


def person_name(person: Person, habit: Habit, pen: Pen) -> tuple[str, str]:
    """Return given and family name as they stand in a directory."""
    given, family = _given(person, pen), _family(person, pen)
    if not (given.isascii() and family.isascii()) and pen.slips("plain_letters"):
        given, family = plain(given), plain(family)
    if person.generation and not pen.slips("no_generation"):
        family = f"{family} {person.generation}"
    if pen.slips("title_in_name"):
        before, between = pen.one_of(_TITLES)
        given, family = f"{before}{given}", f"{family}{between}{person.credential}" if between else family
    if pen.slips("swapped_names"):
        given, family = family, given
    return _in_capitals(given, family) if habit.has_capitals or pen.slips("upper_case") else (given, family)


def _in_capitals(given: str, family: str) -> tuple[str, str]:
    return given.upper(), family.upper()


def _given(person: Person, pen: Pen) -> str:
    if pen.slips("middle_for_given"):
        return person.middle
    if pen.slips("initial_only"):
        return person.given[0]
    given = person.nickname if person.nickname and pen.slips("nickname") else person.given
    if pen.slips("typo_given"):
        given = mistyped(given, pen)
    return f"{given} {person.middle[0]}" if pen.slips("middle_initial") else given


def _family(person: Person, pen: Pen) -> str:
    family = person.former_name if person.former_name and pen.slips("former_name") else person.family
    if "-" in family:
        if pen.slips("one_of_double"):
            family = pen.one_of(family.split("-"))
        elif pen.slips("no_hyphen"):
            family = family.replace("-", " ")
    return mistyped(family, pen) if pen.slips("typo_family") else family


def clinic_name(clinic: Clinic, habit: Habit, pen: Pen) -> str:
    """Return a clinic's name as it stands in a directory."""
    core = clinic.trading_name if clinic.trading_name and pen.slips("trading_name") else clinic.core
    if " & " in core and pen.slips("other_and"):
        core = core.replace(" & ", " and ")
    short = " ".join(_SHORT_WORDS.get(word, word) for word in core.split())
    if short != core and pen.slips("abbreviated"):
        core = short
    if pen.slips("typo_clinic"):
        words = core.split()
        at = pen.below(len(words))
        core = " ".join([*words[:at], mistyped(words[at], pen), *words[at + 1 :]])
    has_article = clinic.has_article != pen.slips("other_article")
    legal_form = "" if clinic.legal_form and pen.slips("no_legal_form") else clinic.legal_form
    name = " ".join(filter(None, ("The" if has_article else "", core, legal_form)))
    if pen.slips("place_added"):
        name = f"{name} - {clinic.office.place.city}"
    return name.upper() if habit.has_capitals or pen.slips("upper_case") else name


def written(street: Street, style: str) -> str:
    """Return an address in one of the styles: ``full``, ``short``, ``dotted`` or ``hash``."""
    if style == "full":
        line = " ".join(filter(None, (str(street.number), street.direction, street.name, street.kind)))
        return f"{line}, Suite {street.suite}" if street.suite else line
    dot = "." if style == "dotted" else ""
    direction = f"{_SHORT_DIRECTIONS[street.direction]}{dot}" if street.direction else ""
    kind = STREET_KINDS[street.kind]
    line = " ".join(
        filter(None, (str(street.number), direction, street.name, kind if kind == street.kind else f"{kind}{dot}"))
    )
    if not street.suite:
        return line
    return f"{line} #{street.suite}" if style == "hash" else f"{line}{',' if dot else ''} Ste{dot} {street.suite}"


def location(office: Office, habit: Habit, pen: Pen, phone: str = "") -> Location:
    """Return a place as it stands in a directory; ``phone`` is said in place of the office's own."""
    place = office.place
    if pen.slips("zip_only"):
        return Location(state=place.state, postal_code=place.zcta)
    city = None if pen.slips("no_city") else place.city
    street = None if pen.slips("no_street") else _street(office.street, habit, pen)
    has_point = habit.coordinates and pen.happens(habit.coordinates)
    shift = (office.street.number % 100 - 50) * _JITTER_DEGREES
    return Location(
        state=place.state,
        city=city.upper() if city and habit.has_capitals else city,
        postal_code=_zip(place.zcta, pen),
        street=street.upper() if street and habit.has_capitals else street,
        phone=_phone(phone or office.phone, pen),
        latitude=round(place.latitude + shift, 5) if has_point else None,
        longitude=round(place.longitude - shift, 5) if has_point else None,
    )


def _zip(code: str, pen: Pen) -> str | None:
    if pen.slips("no_zip"):
        return None
    return mistyped_digits(code, pen, _LAST_OF_ZIP) if pen.slips("wrong_zip") else code


def _phone(phone: str, pen: Pen) -> str | None:
    if pen.slips("no_phone"):
        return None
    if pen.slips("other_phone"):
        return f"{phone[:_AREA]}{pen.below(200):03}{pen.below(10_000):04}"
    return mistyped_digits(phone, pen, _WITHIN_PHONE) if pen.slips("typo_phone") else phone


def _street(street: Street, habit: Habit, pen: Pen) -> str:
    if pen.slips("po_box"):
        return f"PO Box {pen.below(9_000) + 1}"
    if street.suite and pen.slips("no_suite"):
        street = street._replace(suite="")
    if pen.slips("typo_street"):
        street = street._replace(name=mistyped(street.name, pen))
    return written(street, pen.one_of(habit.styles))
