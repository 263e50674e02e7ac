"""What tests of the doubles look up: who is behind a listing, and how far two texts are apart."""

from functools import cache
from itertools import islice

from demonstration.doubles import Dirt, Listing, listings
from demonstration.doubles.communities import communities
from demonstration.doubles.people import Clinic, Person
from demonstration.doubles.places import read_country

SEED = 3
COMMUNITIES = 8_000
CLEAN = Dirt.only()


@cache
def everybody() -> dict[str, Person | Clinic]:
    """Return the people and clinics of many communities by their name in the truth."""
    found: dict[str, Person | Clinic] = {}
    for _, community, _ in islice(communities(SEED, read_country()), COMMUNITIES):
        found |= {person.truth: person for person in community.people}
        found |= {clinic.truth: clinic for clinic in community.clinics}
    return found


def listed(count: int, dirt: Dirt | None = None) -> list[Listing]:
    """Return listings of those people and clinics."""
    return list(listings(count, SEED, dirt))


def edits(one: str, other: str) -> int:
    """Return how many letters must be added, left out or put for another to make one text of the other."""
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, start=1):
        before, row[0] = row[0], number
        for at, against in enumerate(other, start=1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (letter != against))
    return row[-1]
