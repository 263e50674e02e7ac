"""The one contract of geocoding engines, and what they have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from analysis.providers.geocode.address import Address


class EngineError(ValueError):
    """A geocoding engine cannot be reached, refuses, or answers something that is no answer."""


@dataclass(frozen=True)
class Match:
    """Where an engine puts an address; ``precision_km`` is the radius in which it expects the true place."""

    latitude: float
    longitude: float
    precision_km: float
    method: Literal["address", "place"] = "address"


Answers = Mapping[Address, Match | None]
"""``None``: the engine does not know the address. An address that is absent was not answered and is asked again."""


class Engine(Protocol):
    """What every engine gives."""

    @property
    def name(self) -> str:
        """What tells its answers from those of another engine, version or server."""
        ...

    @property
    def batch(self) -> int:
        """Most addresses of one call."""
        ...

    def knows(self, country: str) -> bool:
        """Tell whether addresses of a country may be asked for."""
        ...

    def locate(self, addresses: Sequence[Address]) -> Answers:
        """Return the answers to at most ``batch`` addresses; raises :class:`EngineError` where there are none."""
        ...
