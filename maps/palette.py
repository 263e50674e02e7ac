"""The colours of the page: ramps in which darker is more, and patterns for what is not known.

Colour values are those of ColorBrewer 2.0 (YlGnBu and RdPu, five classes) and of Okabe & Ito 2008, chosen because their
classes stay apart for readers with red-green or blue blindness; ``tests/maps`` measures that.
"""

from dataclasses import dataclass

PROBLEM = ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494")
"""Darker is more of a problem: YlGnBu."""

POTENTIAL = ("#feebe2", "#fbb4b9", "#f768a1", "#c51b8a", "#7a0177")
"""Darker is more that can be done: RdPu."""

CONTEXT = ("#f7f7f7", "#cccccc", "#969696", "#636363", "#252525")
"""Darker is more: Greys."""


@dataclass(frozen=True)
class Swatch:
    """How one class is filled: a colour and, where the colour alone would claim too much, a pattern over it."""

    colour: str
    pattern: str = ""


NO_DATA = Swatch("#ffffff", "hatched")
"""Not known: a figure that could not be had."""

WITHHELD = Swatch("#ffffff", "dotted")
"""Known but too few people to be shown."""

NO_PROBLEM = Swatch("#f2f2ee")

NOTHING_TO_DO = Swatch("#c8d6dc")
"""No shortage, beside the classes of what could be done about one."""

GAP_CLASSES = {
    "none_within_reach": Swatch("#253494"),
    "severe": Swatch("#41b6c4"),
    "moderate": Swatch("#c7e9b4"),
    "no_shortage": NO_PROBLEM,
    "unknown": NO_DATA,
    "withheld": WITHHELD,
}

HOLDS = {
    "nothing": Swatch("#009e73"),
    "connection": Swatch("#e69f00"),
    "licence": Swatch("#0072b2"),
    "hours": Swatch("#8c2d04"),
    "suitability": Swatch("#cc79a7"),
    "no_shortage": NO_PROBLEM,
    "unknown": NO_DATA,
}


def ramp(colours: tuple[str, ...], classes: int) -> list[str]:
    """Return ``classes`` colours spread over a ramp, lightest and darkest included.

    Raises
    ------
    ValueError
        More classes than the ramp has colours.

    """
    if not 1 <= classes <= len(colours):
        raise ValueError(f"{classes} classes asked of a ramp with {len(colours)} colours; ask for 1 to {len(colours)}.")
    if classes == 1:
        return [colours[len(colours) // 2]]
    last = len(colours) - 1
    return [colours[round(step * last / (classes - 1))] for step in range(classes)]
