"""The four directories and their habits: whom they list, what they say, and in what they are careful or careless."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from demonstration.doubles.dirt import Pen
from demonstration.doubles.people import Clinic, Person
from demonstration.doubles.places import Office


class Entry(NamedTuple):
    """One listing to be written: under which NPI, empty where the directory gives none, and with which offices."""

    npi: str
    offices: tuple[Office, ...]


class Habit(NamedTuple):
    """A directory's manner; all shares are our own judgement.

    ``people`` and ``clinics`` are the shares it lists of either; ``further_office`` how often an entry, or another
    entry, tells of a further office; ``again`` how often somebody stands in it twice for no reason. ``is_by_npi``
    makes an entry of every NPI, ``is_by_office`` one of every office. ``pages_most`` is on how many pages a clinic may
    stand. ``styles`` are ways to write streets. ``care`` multiplies chances of :class:`Dirt`.
    """

    source: str
    attribution: str
    ids: str
    retrieved_on: dt.date
    people: float
    clinics: float
    further_office: float
    again: float
    pages_most: int
    has_npis: bool
    is_by_npi: bool
    is_by_office: bool
    has_capitals: bool
    coordinates: float
    says_codes: bool
    says_specialties: float
    says_services: float
    styles: tuple[str, ...]
    care: Mapping[str, float]


REGISTRY = Habit(
    source="nppes_api",
    attribution="Invented registry, real population",
    ids="",
    retrieved_on=dt.date(2026, 11, 2),
    people=0.86,
    clinics=0.70,
    further_office=0.35,
    again=0.0,
    pages_most=1,
    has_npis=True,
    is_by_npi=True,
    is_by_office=False,
    has_capitals=True,
    coordinates=0.0,
    says_codes=True,
    says_specialties=0.0,
    says_services=0.0,
    styles=("short", "short", "short", "full"),
    care={
        "nickname": 0.1, "middle_initial": 0.15, "middle_for_given": 0.1, "initial_only": 0.05, "swapped_names": 0.2,
        "typo_given": 0.5, "typo_family": 0.5, "plain_letters": 1.6, "title_in_name": 0.4, "upper_case": 0.0,
        "moved": 1.4, "zip_only": 0.0, "no_street": 0.02, "no_city": 0.0, "no_zip": 0.02, "no_phone": 0.15,
        "wrong_zip": 0.4, "typo_phone": 0.5, "po_box": 2.0, "no_npi": 0.0, "failed_npi": 0.0, "foreign_npi": 0.0,
        "no_profession": 0.0, "other_profession": 0.5, "abbreviated": 0.4, "no_legal_form": 0.15, "trading_name": 0.3,
        "place_added": 0.2, "typo_clinic": 0.5,
    },
)  # fmt: skip
PLAN = Habit(
    source="plan_net",
    attribution="Invented health plan, real population",
    ids="role-",
    retrieved_on=dt.date(2026, 11, 5),
    people=0.46,
    clinics=0.35,
    further_office=0.70,
    again=0.14,
    pages_most=2,
    has_npis=True,
    is_by_npi=False,
    is_by_office=True,
    has_capitals=False,
    coordinates=0.0,
    says_codes=True,
    says_specialties=0.3,
    says_services=0.7,
    styles=("full", "short", "short"),
    care={"nickname": 0.4, "zip_only": 1.6, "no_street": 0.4, "other_phone": 1.5, "no_profession": 0.3},
)
SITE = Habit(
    source="json_ld_site",
    attribution="Invented association of therapists, real population",
    ids="https://therapists.example/",
    retrieved_on=dt.date(2026, 11, 9),
    people=0.38,
    clinics=0.40,
    further_office=0.40,
    again=0.06,
    pages_most=10,
    has_npis=False,
    is_by_npi=False,
    is_by_office=False,
    has_capitals=False,
    coordinates=0.6,
    says_codes=False,
    says_specialties=0.9,
    says_services=0.8,
    styles=("full", "dotted", "hash"),
    care={
        "nickname": 2.5, "middle_initial": 0.6, "former_name": 0.6, "moved": 0.5, "title_in_name": 2.0,
        "no_street": 2.0, "no_phone": 0.8, "wrong_zip": 0.7, "place_added": 2.0, "trading_name": 1.5,
    },
)  # fmt: skip
COUNTY = Habit(
    source="hsds",
    attribution="Invented list of a county, real population",
    ids="service-",
    retrieved_on=dt.date(2026, 10, 20),
    people=0.22,
    clinics=0.50,
    further_office=0.10,
    again=0.03,
    pages_most=2,
    has_npis=False,
    is_by_npi=False,
    is_by_office=False,
    has_capitals=False,
    coordinates=0.0,
    says_codes=False,
    says_specialties=0.4,
    says_services=0.3,
    styles=("short", "hash", "dotted"),
    care={
        "typo_given": 2.0, "typo_family": 2.0, "initial_only": 2.0, "middle_initial": 1.3, "swapped_names": 1.5,
        "upper_case": 4.0, "no_zip": 2.0, "no_phone": 1.3, "wrong_zip": 1.5, "typo_phone": 2.0, "abbreviated": 2.0,
        "typo_clinic": 2.0, "typo_street": 2.0, "no_profession": 3.0, "other_profession": 2.0, "zip_only": 0.3,
    },
)  # fmt: skip
HABITS = (REGISTRY, PLAN, SITE, COUNTY)

_PAGES_POWER = 6


def entries_of_person(person: Person, habit: Habit, pen: Pen) -> list[Entry]:
    """Return how often and with what a directory lists somebody; empty for whom it does not know."""
    if not pen.happens(habit.people):
        return []
    first, further = person.offices[:1], person.offices[1:]
    if habit.is_by_npi:
        told = first + (further if further and pen.happens(habit.further_office) else ())
        return [Entry(npi, told) for npi in person.npis]
    npi = pen.one_of(person.npis) if habit.has_npis else ""
    if habit.is_by_office:
        entries = [Entry(npi, (office,)) for office in further if pen.happens(habit.further_office)]
        entries.append(Entry(npi, first))
    else:
        entries = [Entry(npi, first + (further if further and pen.happens(habit.further_office) else ()))]
    if pen.happens(habit.again):
        entries.append(entries[0])
    return entries


def entries_of_clinic(clinic: Clinic, habit: Habit, pen: Pen) -> list[Entry]:
    """Return how often and with what a directory lists a clinic: on one page or on as many as ten."""
    if not pen.happens(habit.clinics):
        return []
    if habit.is_by_npi:
        return [Entry(npi, (clinic.office,)) for npi in clinic.npis]
    npi = pen.one_of(clinic.npis) if habit.has_npis else ""
    pages = 1 + int(habit.pages_most * pen.draw() ** _PAGES_POWER)
    return [Entry(npi, (clinic.office,))] * pages
