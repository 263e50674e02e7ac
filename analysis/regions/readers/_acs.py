"""Tables of the American Community Survey: which cells make a share of which people, and how sure it is.

The margins are the half-widths of the Bureau's 90 % intervals, put together as its handbook says (*Understanding and
Using American Community Survey Data*, chapter on measures of error for derived estimates).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class AcsTable:
    """A table of the survey.

    Attributes
    ----------
    share
        What its share is called.
    cells
        Numbers of the cells that are added up; cell 1 is everybody the share is of.

    """

    share: str
    cells: tuple[int, ...]


TABLES = {
    # households: access without a subscription, no access; those with one are the rest, as in subject table S2801
    "B28002": AcsTable("no_internet_share", (12, 13)),
    # households: none available
    "B08201": AcsTable("no_vehicle_share", (2,)),
    # workers who do not work at home: 45 to 59 minutes, 60 to 89, 90 and more
    "B08303": AcsTable("long_commute_share", (11, 12, 13)),
    # people of 5 and older outside institutions: with an ambulatory difficulty, by sex and five groups of age
    "B18105": AcsTable("mobility_difficulty_share", (4, 7, 10, 13, 16, 20, 23, 26, 29, 32)),
    # people outside institutions: without coverage, by sex and nine groups of age
    "B27001": AcsTable("uninsured_share", (*range(5, 30, 3), *range(33, 58, 3))),
    # people whose poverty status is determined: below .50, to .99, to 1.24, to 1.49 of the poverty line
    "C17002": AcsTable("below_150_poverty_share", (2, 3, 4, 5)),
    # people of 5 and older: "not well" and "not at all", by nativity and four groups of languages
    "B16005": AcsTable(
        "limited_english_share", (7, 8, 12, 13, 17, 18, 22, 23, 29, 30, 34, 35, 39, 40, 44, 45)
    ),
}  # fmt: skip
"""Cells are numbered as the Bureau numbers them; each set was met in public code (on 2026-11-26), which for limited
English is that of the Social Vulnerability Index."""


def share_of(count: Floats, whole: Floats) -> Floats:
    """Return the share of each row; missing where ``whole`` is 0, for there is nobody to have a share."""
    has_people = whole > 0
    return np.where(has_people, count / np.where(has_people, whole, 1.0), np.nan)


def sum_margin(estimates: Floats, margins: Floats) -> Floats:
    """Return the margin of each row's sum: the root of the squares, of all zeros only the largest.

    Zeros have margins that a model gives; the Bureau's training on margins of error (2016) counts them once, lest a sum
    of many small groups have too wide an interval. Missing where a margin is.
    """
    is_zero = estimates == 0
    of_zeros = np.where(is_zero, margins, 0.0).max(axis=1)
    of_others = np.where(is_zero, 0.0, margins)
    told: Floats = np.sqrt((of_others**2).sum(axis=1) + of_zeros**2)
    return np.where(np.isnan(margins).any(axis=1), np.nan, told)


def share_margin(count: Floats, count_margin: Floats, whole: Floats, whole_margin: Floats) -> Floats:
    """Return the margin of each share ``count / whole``, by the formula for proportions.

    Where nothing is left below its root, or less, it is the formula for ratios: the Bureau says so of less, and a
    margin of nothing would claim what no sample knows. Missing where ``whole`` is 0: there is nobody to have a share.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        part = (count / whole * whole_margin) ** 2
        below_root = count_margin**2 - part
        root = np.sqrt(np.where(below_root > 0, below_root, count_margin**2 + part))
        return np.where(whole > 0, root / whole, np.nan)


def columns(table: str, cells: Sequence[int]) -> tuple[list[str], list[str]]:
    """Return the columns of estimates and of margins of cells, such as ``B28002_E012`` and ``B28002_M012``."""
    return [f"{table}_E{cell:03}" for cell in cells], [f"{table}_M{cell:03}" for cell in cells]
