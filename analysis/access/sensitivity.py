"""What other choices would change: catchments, decays and counting levels against the study's own.

All comparisons are weighted by people, so they stay what they are when a region is split into parts with the same
access. Any engine will do: it is given an alternative and gives the access of the regions.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.access.decay import Bands, Decay, Exponential, Gaussian, InversePower, step
from analysis.access.ranks import Standing, standing
from analysis.promise import conform
from analysis.stability_tables import SENSITIVITY
from analysis.study import LEVELS, Level

Floats = NDArray[np.float64]

CATCHMENT_FACTORS = (0.5, 0.75, 1.0, 1.5, 2.0)
"""Multiples of the study's minutes."""
_AT_EDGE = 0.22
"""Weight at the edge of the catchment of all smooth decays: that of the outermost band of Luo & Qi 2009."""


@dataclass(frozen=True)
class Alternative:
    """One other choice; what is ``None`` stays the study's.

    Attributes
    ----------
    kind
        What is chosen otherwise: ``catchment``, ``decay`` or ``level``; ``own`` is the study's choice itself.
    name
        The choice as it is printed.
    factor
        Minutes of all catchments as a multiple of the study's.

    """

    kind: str
    name: str
    factor: float = 1.0
    decay: Decay | None = None
    level: Level | None = None


OWN = Alternative("own", "own")
Lacking = Literal["nobody_counts", "not_known_who_counts"]
Measure = Callable[[Alternative], Floats | Lacking]
"""Access of the regions, regions x specialties, under an alternative, or why there is none."""

DECAYS: dict[str, Decay] = {
    "step": step,
    "three_bands": Bands((1 / 3, 2 / 3, 1.0), (1.0, 0.68, 0.22)),
    "gaussian": Gaussian(float(1 / np.sqrt(-2 * np.log(_AT_EDGE)))),
    "exponential": Exponential(float(-np.log(_AT_EDGE))),
    "inverse_power": InversePower(float(np.log(_AT_EDGE) / np.log(0.1)), 0.1),
}
"""The smooth ones fall to the same weight at the edge, so that they differ in shape and not in reach; inverse power
weighs 1 up to a tenth of the catchment."""


def alternatives(levels: Iterable[Level] = LEVELS) -> tuple[Alternative, ...]:
    """Return the usual other choices, one thing changed at a time."""
    return tuple(
        chain(
            (Alternative("catchment", f"{factor:g}", factor=factor) for factor in CATCHMENT_FACTORS),
            (Alternative("decay", name, decay=decay) for name, decay in DECAYS.items()),
            (Alternative("level", level, level=level) for level in levels),
        )
    )


def sensitivity(
    measure: Measure,
    others: Iterable[Alternative],
    specialties: tuple[str, ...],
    people: Floats,
    few: float = 0,
) -> pd.DataFrame:
    """Return the promised ``sensitivity``.

    Parameters
    ----------
    measure
        Gives access of the regions under an alternative; called once for each, and first for the study's own choice.
    others
        What to compare with it.
    specialties
        Columns of what ``measure`` gives.
    people
        People of each region; regions with nobody, or fewer than ``few``, are left out.
    few
        Fewer people than this are withheld elsewhere and take no part here.

    Returns
    -------
    pandas.DataFrame
        One row an alternative and specialty; without figures, and with the reason, where the alternative has no
        access at all.

    Raises
    ------
    ValueError
        The study's own choice leaves nobody to count, or an alternative gives access of another shape.

    """
    shape = (len(people), len(specialties))
    known = (people > 0) & (people >= few)
    own = measure(OWN)
    if isinstance(own, str):
        raise ValueError(  # noqa: TRY004 - a reason instead of access, no wrong type
            f"the study's own choice has no access ({own}); expected access of its regions."
        )
    _check(own, OWN, shape)
    stands = standing(own[known], people[known])
    rows: list[dict[str, object]] = []
    for other in others:
        access = measure(other)
        if not isinstance(access, str):
            _check(access, other, shape)
        for column, specialty in enumerate(specialties):
            row: dict[str, object] = {"kind": other.kind, "alternative": other.name, "specialty": specialty}
            if isinstance(access, str):
                row["lacking"] = access
            elif not access[known, column].any():
                row["lacking"] = "nobody_in_reach"
            else:
                row |= _compared(own[known, column], access[known, column], stands, column, people[known])
            rows.append(row)
    table = pd.DataFrame(rows, columns=SENSITIVITY.names)
    return conform(table, SENSITIVITY)


def _check(access: Floats, of: Alternative, shape: tuple[int, int]) -> None:
    if access.shape != shape:
        raise ValueError(
            f"access under {of.kind} {of.name!r} has the shape {access.shape!r}; expected {shape!r}, regions x "
            "specialties."
        )


def _compared(own: Floats, other: Floats, stands: Standing, column: int, people: Floats) -> dict[str, float]:
    """Return how access of one specialty agrees with the study's own."""
    there = standing(other[:, None], people)
    both = overlap(stands.worst[:, column], there.worst[:, 0], people)
    return {
        "spearman": correlation(stands.below[:, column], there.below[:, 0], people),
        "worst_decile_overlap_share": both,
        "worst_decile_jaccard_share": both / (2 - both),  # both sets hold the same share of the people
        "median_change_share": median_change(own, other, people),
    }


def correlation(one: Floats, other: Floats, people: Floats) -> float:
    """Return the correlation of two figures of regions, weighted by people; missing where one is everywhere the same.

    Of ranks weighted by people (:attr:`analysis.access.ranks.Standing.below`) it is Spearman's.
    """
    weight = people / people.sum()
    first, second = one - weight @ one, other - weight @ other
    spread = np.sqrt((weight @ first**2) * (weight @ second**2))
    return float(np.clip((weight @ (first * second)) / spread, -1, 1)) if spread > _ROUNDING else float("nan")


def overlap(one: Floats, other: Floats, people: Floats) -> float:
    """Return the share of the people of one set who are in another too.

    Parameters
    ----------
    one, other
        Share of each region's people in the set; where it is a part in both, the same people come first.
    people
        People of each region.

    """
    return float(np.clip(people @ np.minimum(one, other) / (people @ one), 0, 1))


def median_change(own: Floats, other: Floats, people: Floats) -> float:
    """Return the relative change of access of the median person, of those who had any; missing where nobody had."""
    had = (own > 0) & (people > 0)
    if not had.any():
        return float("nan")
    change = other[had] / own[had] - 1
    order = np.argsort(change, kind="stable")
    running = np.cumsum(people[had][order])
    return float(change[order][np.searchsorted(running, running[-1] / 2 * (1 - 1e-12))])


_ROUNDING = 1e-15
"""Variance of ranks between 0 and 1 that is nothing but rounding."""
