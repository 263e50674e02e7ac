"""Asking an engine for what nothing better places: each address once, in batches, resumable, counted."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.providers.geocode.address import Address
from analysis.providers.geocode.census import PAUSE_SECONDS as CENSUS_PAUSE
from analysis.providers.geocode.census import SERVER as CENSUS_SERVER
from analysis.providers.geocode.census import TIMEOUT_SECONDS as CENSUS_TIMEOUT
from analysis.providers.geocode.census import Census
from analysis.providers.geocode.engine import Engine, Match
from analysis.providers.geocode.gazetteer import Gazetteer
from analysis.providers.geocode.nominatim import PAUSE_SECONDS, TIMEOUT_SECONDS, Nominatim
from analysis.providers.geocode.remembered import Remembered
from analysis.providers.geocode.web import Web
from analysis.study import Geocode
from crawler.records import Location

_TRIES = 2


@dataclass(frozen=True)
class Asked:
    """What an engine found, and how many addresses were asked for, known before, found and never answered."""

    matches: dict[Address, Match]
    addresses: int
    from_cache: int
    unanswered: int


def engine_of(chosen: Geocode) -> Engine | None:
    """Return the engine a study asks for; ``None`` offline."""
    if chosen.engine == "census":
        web = Web(chosen.address or CENSUS_SERVER, chosen.contact, CENSUS_PAUSE, CENSUS_TIMEOUT)
        return Census(web, chosen.benchmark)
    if chosen.engine == "nominatim":
        return Nominatim(Web(chosen.address or "", chosen.contact, PAUSE_SECONDS, TIMEOUT_SECONDS))
    return None


def ask(
    engine: Engine, gazetteer: Gazetteer, locations: Iterable[Location], folder: Path, tell: Callable[[str], None]
) -> Asked:
    """Ask for the street addresses that have no coordinates to believe; keep every answer as it comes.

    What is not answered is asked for once more and then left to the gazetteer, and counted.

    Raises
    ------
    EngineError
        The server fails for good; answers so far are kept, so another run goes on from there.

    """
    wanted = {gazetteer.wants_engine(location) for location in locations} - {None}
    addresses = sorted(address for address in wanted if address and engine.knows(address.country))
    kept = Remembered(folder, engine.name)
    answers = kept.known(addresses)
    from_cache = len(answers)
    for _ in range(_TRIES):
        missing = [address for address in addresses if address not in answers]
        for first in range(0, len(missing), engine.batch):
            tell(f"geocoding {len(answers):,} of {len(addresses):,} addresses with {engine.name}")
            found = _of_those(engine, missing[first : first + engine.batch])
            kept.keep(found)
            answers |= found
    return Asked(
        {address: match for address, match in answers.items() if match},
        len(addresses),
        from_cache,
        len(addresses) - len(answers),
    )


def _of_those(engine: Engine, part: Sequence[Address]) -> dict[Address, Match | None]:
    """Return the answers to addresses that were asked for; an engine's other words are not kept."""
    found = engine.locate(part)
    return {address: found[address] for address in part if address in found}
