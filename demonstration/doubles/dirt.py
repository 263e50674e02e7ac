"""How often directories slip, and the pen that slips: every slip that was made is written down by its name."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

_Thing = TypeVar("_Thing")


class DoublesError(ValueError):
    """What was asked for cannot be invented or written."""


@dataclass(frozen=True)
class Dirt:
    """The chance of each slip for a listing to which it can happen, before the habits of its directory.

    The shares are our own judgement, not measured. A directory multiplies them by what it is careful or careless in
    (``demonstration.doubles.habits``); above 1 they count as 1. The names of the fields are the names of the slips.

    Raises
    ------
    DoublesError
        A chance is not between 0 and 1.

    """

    nickname: float = 0.12
    """A form of endearment stands for a given name that has one: Bill for William."""
    middle_initial: float = 0.12
    """The initial of the middle name follows the given name."""
    middle_for_given: float = 0.008
    """The middle name stands for the given name."""
    initial_only: float = 0.012
    """Only the initial of the given name is there."""
    swapped_names: float = 0.005
    """Given and family name stand in each other's field."""
    typo_given: float = 0.010
    """One letter of the given name is left out, added, wrong or misread, or two are exchanged."""
    typo_family: float = 0.013
    """The same in the family name."""
    plain_letters: float = 0.60
    """A name with accents has none."""
    one_of_double: float = 0.15
    """Only one half of a double family name is there."""
    no_hyphen: float = 0.20
    """A blank stands for the hyphen of a double family name."""
    former_name: float = 0.30
    """Somebody who took another family name still stands under the former one."""
    title_in_name: float = 0.04
    """A degree or licence is stuck to the family name, or a Dr. to the given name."""
    no_generation: float = 0.50
    """The Jr or Sr of a parent and child of one name is left out."""
    upper_case: float = 0.02
    """Names are in capitals. A registry has them all so, which is its habit and no slip."""
    moved: float = 0.45
    """Somebody who moved still stands at the former office, with its telephone."""
    zip_only: float = 0.04
    """Nothing but state and ZIP code is said of the place."""
    no_street: float = 0.08
    """The street is missing."""
    no_city: float = 0.03
    """The town is missing."""
    no_zip: float = 0.04
    """The ZIP code is missing."""
    no_phone: float = 0.10
    """The telephone is missing."""
    wrong_zip: float = 0.010
    """The last digit of the ZIP code is another."""
    typo_phone: float = 0.008
    """One digit of the telephone is another."""
    other_phone: float = 0.04
    """A telephone that no other listing has: a mobile, a billing office."""
    typo_street: float = 0.012
    """A slip as in names, in the name of the street."""
    po_box: float = 0.015
    """A post-office box stands for the street."""
    no_suite: float = 0.30
    """The suite is left out of an address that has one."""
    no_npi: float = 0.20
    """A directory that gives NPIs does not give this one."""
    failed_npi: float = 0.012
    """The NPI has one wrong digit and fails its check digit."""
    foreign_npi: float = 0.004
    """The NPI of a colleague or of the clinic stands for one's own."""
    no_profession: float = 0.10
    """No profession is stated."""
    other_profession: float = 0.02
    """Another profession than one's own is stated."""
    abbreviated: float = 0.25
    """Words of a clinic's name are cut: Ctr, Assoc, Svcs."""
    no_legal_form: float = 0.45
    """The LLC, PC or Inc of a clinic is left out."""
    other_article: float = 0.12
    """A clinic's name gains or loses its The."""
    other_and: float = 0.40
    """A clinic's name has *and* where it has itself ``&``."""
    trading_name: float = 0.30
    """A clinic that trades under a second name stands under that."""
    place_added: float = 0.04
    """The town follows a clinic's name."""
    typo_clinic: float = 0.015
    """A slip as in names, in the name of a clinic."""
    central_phone: float = 0.25
    """A clinic of a chain stands with the telephone of the whole chain."""

    def __post_init__(self) -> None:
        for name, chance in self.chances().items():
            if not 0 <= chance <= 1:
                raise DoublesError(f"the chance {name} is {chance!r}; give 0 to 1.")

    def chances(self) -> dict[str, float]:
        """Return the chance of each slip by name."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @classmethod
    def only(cls, **chances: float) -> "Dirt":
        """Return dirt that knows the given slips and no others; without any, clean directories."""
        none: dict[str, Any] = dict.fromkeys((field.name for field in dataclasses.fields(cls)), 0.0)
        return cls(**{**none, **chances})

    def under(self, habits: Mapping[str, float]) -> dict[str, float]:
        """Return the chances in a directory that multiplies some of them."""
        return {name: min(1.0, chance * habits.get(name, 1.0)) for name, chance in self.chances().items()}


class Pen:
    """Writes one listing: draws, and keeps the names of the slips that were made."""

    __slots__ = ("_chances", "draw", "made")

    def __init__(self, chances: Mapping[str, float], draw: Callable[[], float]) -> None:
        self._chances = chances
        self.draw = draw
        self.made: list[str] = []

    def slips(self, kind: str) -> bool:
        """Tell whether a slip is made; if so it is written down."""
        if self.draw() < self._chances[kind]:
            self.made.append(kind)
            return True
        return False

    def happens(self, share: float) -> bool:
        """Tell whether something that is no slip is so."""
        return self.draw() < share

    def one_of(self, things: Sequence[_Thing]) -> _Thing:
        """Return any of some things."""
        return things[int(self.draw() * len(things))]

    def below(self, most: int) -> int:
        """Return any number from 0 to below ``most``."""
        return int(self.draw() * most)
