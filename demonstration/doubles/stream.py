"""All listings of all directories, community by community, with nothing kept."""

from collections.abc import Iterator
from itertools import count as counted
from itertools import islice

from demonstration.doubles.communities import communities
from demonstration.doubles.dirt import Dirt, DoublesError
from demonstration.doubles.habits import HABITS
from demonstration.doubles.places import Country, read_country
from demonstration.doubles.printing import Listing, Press

LISTINGS_MOST = 5_000_000
"""Far beyond, identifiers would come twice."""

_SEED_STRIDE = 982_451_653
_LISTINGS_A_COMMUNITY = 1024


def listings(count: int, seed: int, dirt: Dirt | None = None, states: tuple[str, ...] = ()) -> Iterator[Listing]:
    """Yield listings of invented people and clinics; the first of many are the same as few.

    Listings of one truth come near one another, of which a reader must make no use. The last truth may be cut off.

    Parameters
    ----------
    count
        How many.
    seed
        Other seeds give other people; 0 or more.
    dirt
        How often directories slip; as :class:`Dirt` has it where not given.
    states
        Postal codes of the states they live in, all where empty: the fewer, the denser are names and places.

    Raises
    ------
    DoublesError
        ``count`` or ``seed`` is out of range, a state is not known, or the bundled population is not there.

    """
    if not 0 <= count <= LISTINGS_MOST:
        raise DoublesError(f"count is {count}; ask for 0 to {LISTINGS_MOST:,} listings.")
    if seed < 0:
        raise DoublesError(f"seed is {seed}; give 0 or more.")
    country = read_country(tuple(sorted(set(states))))
    return islice(_all(seed, Dirt() if dirt is None else dirt, country), count)


def _all(seed: int, dirt: Dirt, country: Country) -> Iterator[Listing]:
    manners = [(habit, dirt.under(habit.care)) for habit in HABITS]
    for number, community, rng in communities(seed, country):
        npis = [npi for person in community.people for npi in person.npis]
        npis += [npi for clinic in community.clinics for npi in clinic.npis]
        serials = counted(seed * _SEED_STRIDE + number * _LISTINGS_A_COMMUNITY)
        for habit, chances in manners:
            press = Press(habit, chances, rng.random, npis, serials)
            for person in community.people:
                yield from press.of_person(person)
            for clinic in community.clinics:
                yield from press.of_clinic(clinic)
