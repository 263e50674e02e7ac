"""An indicator: one figure of every region, with its meaning, where it is from, and how it is known.

One indicator is one file of ``analysis/indicators``; its header is its entry in the data dictionary. It is either
published (:class:`Source`) or worked out of what a study has of its regions (:class:`WorkedOut`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from analysis.columns import BASES
from analysis.promise import Column

Kind = Literal["share", "class", "number"]
Direction = Literal["more is worse", "more is better", "context"]
Fallback = Literal["class average", "none"]

_NOT_PUBLISHED = "no dataset of the study has a figure for it"
_NO_FIGURE = "there is no figure"


@dataclass(frozen=True)
class Source:
    """Where an indicator is published.

    Attributes
    ----------
    reader
        Name of the reader of published files that gives it.
    column
        Its column there; ``over`` is the column it is divided by where the publisher gives counts.
    low, high
        Columns of its 95 % interval.
    margin
        Column of the half-width of its 90 % interval, as the American Community Survey gives it.
    is_complement
        Whether the publisher gives the opposite share.
    basis
        ``assumed`` where reading it needs an assumption.
    unlisted
        What it means that a table does not list a place; empty where that is not known.

    """

    reader: str
    column: str
    over: str = ""
    low: str = ""
    high: str = ""
    margin: str = ""
    is_complement: bool = False
    basis: Literal["measured", "assumed"] = "measured"
    unlisted: str = ""

    @property
    def columns(self) -> list[str]:
        """All columns it needs."""
        return [name for name in (self.column, self.over, self.low, self.high, self.margin) if name]


@dataclass(frozen=True)
class Standing:
    """What a study has of its regions once it is known who works there: what figures can be worked out of.

    Attributes
    ----------
    population, population_basis
        People, and how they are known.
    land_km2
        Land: told by a publisher, or the area of the outline.
    providers, sites
        Distinct providers who see people there, and the places where they do; none is 0.
    sites_at_centres
        Of these places those at the centre of a postal area or town, which may be several in truth.
    few
        Fewer providers than this, or fewer places, are too few to be told apart: what would tell their number is
        withheld.

    All have one index, that of the regions.

    """

    population: "pd.Series[int]"
    population_basis: "pd.Series[str]"
    land_km2: "pd.Series[float]"
    providers: "pd.Series[int]"
    sites: "pd.Series[int]"
    sites_at_centres: "pd.Series[int]"
    few: int


@dataclass(frozen=True)
class WorkedOut:
    """How an indicator is worked out of what a study has of its regions.

    Attributes
    ----------
    figure
        Gives the figure of every region, with the index of the standing; missing where it is withheld or undefined.
    basis
        Gives how it is known, as one of ``BASES``: the weakest of all that it rests on.
    rests_on
        What the basis says, in a few words for the data dictionary.

    """

    figure: Callable[[Standing], pd.Series]
    basis: Callable[[Standing], "pd.Series[str]"]
    rests_on: str


def as_people_are_known(standing: Standing) -> "pd.Series[str]":
    """Return the basis of a figure that rests on people, and else on what is measured."""
    return standing.population_basis


def as_counted(standing: Standing) -> "pd.Series[str]":
    """Return the basis of a figure that rests on nothing but the listings of the study's directories."""
    return pd.Series("measured", index=standing.population.index, dtype="str")


@dataclass(frozen=True)
class Indicator:
    """One figure of every region: published, or worked out.

    Attributes
    ----------
    meaning
        One sentence.
    direction
        Which way is worse for the people there.
    source
        Who publishes it, from which survey; or what it is worked out of.
    sources
        Where it is read, the best first: of figures known alike the first at hand gives it.
    worked_out
        How it is worked out, where nobody publishes it.
    kind
        A share of one, a class, or a number with a unit.
    unit
        Unit of a number; its name ends in it.
    fallback
        What stands in where there is no figure: the average of the region's class of rurality, or nothing.
    low, high, allowed
        Limits of a class: whole numbers, or words.
    mixed
        The class of a region whose parts have several; empty means that of most people.
    missing
        What missing means, beyond that no dataset has it; of a figure worked out it is all that it means, and empty
        promises that none is missing.

    """

    meaning: str
    direction: Direction
    source: str
    sources: tuple[Source, ...] = ()
    worked_out: WorkedOut | None = None
    kind: Kind = "share"
    unit: str = ""
    fallback: Fallback = "none"
    low: int = 0
    high: int = 0
    allowed: tuple[str, ...] = ()
    mixed: str = ""
    missing: str = ""

    @property
    def has_interval(self) -> bool:
        """Whether any publisher gives an interval."""
        return any(source.low or source.margin for source in self.sources)

    def columns(self, name: str) -> tuple[Column, ...]:
        """Return the columns of the table of regions that it promises, ``name`` being the first."""
        value = self._value(name)
        if not self.has_interval:
            return (value, self._basis(name))
        no_interval = "no figure, or its publisher gives no interval"
        low, high = (
            replace(
                value, name=f"{name}_{end}", meaning=f"{end.title()} end of its 95 % interval.", missing=no_interval
            )
            for end in ("low", "high")
        )
        return (value, low, high, self._basis(name))

    def _value(self, name: str) -> Column:
        told = f"{self.meaning} {self.source}"
        told += "" if self.direction == "context" else f"; {self.direction}"
        missing = self._missing()
        if self.allowed:
            return Column(name, "text", f"{told}.", "", missing, allowed=self.allowed)
        if self.kind == "class":
            return Column(name, "integer", f"{told}.", "class", missing, self.low, self.high)
        if self.kind == "number":
            return Column(name, "number", f"{told}.", self.unit, missing, 0)
        return Column(name, "number", f"{told}.", "share, 0-1", missing, 0, 1)

    def _missing(self) -> str | None:
        if self.worked_out is not None:
            return self.missing or None
        return "; ".join(filter(None, (_NOT_PUBLISHED, self.missing)))

    def _basis(self, name: str) -> Column:
        told = f"How {name} is known" + ("" if self.worked_out is None else f": {self.worked_out.rests_on}")
        missing = None if self._missing() is None else _NO_FIGURE
        return Column(f"{name}_basis", "text", f"{told}.", "", missing, allowed=BASES)
