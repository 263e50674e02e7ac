"""An indicator: one figure of every region, with its meaning, where it is published, and how it is known.

One indicator is one file of ``analysis/indicators``; its header is its entry in the data dictionary.
"""

from dataclasses import dataclass
from typing import Literal

from analysis.columns import BASES
from analysis.promise import Column

Kind = Literal["share", "class"]
Direction = Literal["more is worse", "more is better", "context"]
Fallback = Literal["class average", "none"]

_NOT_PUBLISHED = "no dataset of the study has a figure for it"


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
class Indicator:
    """One figure of every region.

    Attributes
    ----------
    meaning
        One sentence.
    direction
        Which way is worse for the people there.
    source
        Who publishes it, from which survey.
    sources
        Where it is read, the best first: the first dataset at hand that has a region's figure gives it.
    kind
        A share of one, or a class.
    fallback
        What stands in where there is no figure: the average of the region's class of rurality, or nothing.
    low, high, allowed
        Limits of a class: whole numbers, or words.
    mixed
        The class of a region whose parts have several; empty means that of most people.
    missing
        What missing means, beyond that no dataset has it.

    """

    meaning: str
    direction: Direction
    source: str
    sources: tuple[Source, ...]
    kind: Kind = "share"
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
        told = f"{self.meaning} {self.source}"
        told += "" if self.direction == "context" else f"; {self.direction}"
        missing = "; ".join(filter(None, (_NOT_PUBLISHED, self.missing)))
        if self.kind == "class":
            number = Column(name, "integer", f"{told}.", "class", missing, self.low, self.high)
            value = Column(name, "text", f"{told}.", "", missing, allowed=self.allowed) if self.allowed else number
            return (value, self._basis(name))
        value = Column(name, "number", f"{told}.", "share, 0-1", missing, 0, 1)
        if not self.has_interval:
            return (value, self._basis(name))
        no_interval = "no figure, or its publisher gives no interval"
        low, high = (
            Column(
                f"{name}_{end}", "number", f"{end.title()} end of its 95 % interval.", "share, 0-1", no_interval, 0, 1
            )
            for end in ("low", "high")
        )
        return (value, low, high, self._basis(name))

    @staticmethod
    def _basis(name: str) -> Column:
        return Column(f"{name}_basis", "text", f"How {name} is known.", "", "there is no figure", allowed=BASES)
