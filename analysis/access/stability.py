"""How sure access and ranks are: intervals from draws of supply, and the chance to be among the worst off.

Draws come in batches and go again: of each region only the lowest and highest values are kept that its percentiles
hang on, so memory does not grow with the draws.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.access.assemble import Accessible
from analysis.access.draws import BATCH, AccessLaw, access_law, seed_of
from analysis.access.ranks import standing
from analysis.access.supply_law import supply_law
from analysis.promise import conform
from analysis.stability_tables import STABILITY

Floats = NDArray[np.float64]

FEWEST_DRAWS = 40
"""Fewer draws have no 95 % interval: one in forty lies beyond each end."""
_PER_100K = 100_000
_AT_ONCE = 2**21
"""Values ranked at once: sixteen million bytes in each table that ranking needs."""
_TAIL = 0.025
"""Share of draws beyond each end of a 95 % interval."""


@dataclass(frozen=True)
class Drawing:
    """How many draws are made, from which seed, and how many at once."""

    draws: int = 1000
    seed: int = 0
    batch: int = BATCH

    def __post_init__(self) -> None:
        if self.draws < FEWEST_DRAWS or self.batch < 1:
            raise ValueError(
                f"{self.draws} draws in batches of {self.batch} were asked for; expected at least {FEWEST_DRAWS} "
                "draws, which a 95 % interval needs, and batches of at least 1."
            )


@dataclass(frozen=True)
class Stability:
    """Intervals of access and rank, and the chance of the worst decile, all of shape (regions,).

    Access is per head, as the law gives it; ``rank`` is that of expected access.
    """

    low: Floats
    high: Floats
    rank: Floats
    rank_low: Floats
    rank_high: Floats
    worst: Floats


@dataclass(frozen=True)
class Tails:
    """The lowest and the highest values of each row so far, as many as lie up to the ends of its interval."""

    lowest: Floats
    highest: Floats
    kept: int

    @classmethod
    def of(cls, rows: int, draws: int) -> "Tails":
        """Return empty tails for so many draws in all."""
        return cls(np.empty((rows, 0)), np.empty((rows, 0)), int(_TAIL * (draws - 1)) + 1)

    def with_more(self, values: Floats) -> "Tails":
        """Return the tails with more draws, rows x draws."""
        lowest, highest = np.hstack((self.lowest, values)), np.hstack((self.highest, values))
        if lowest.shape[1] > self.kept:
            lowest = np.partition(lowest, self.kept - 1, axis=1)[:, : self.kept].copy()  # lets go of the rest
            highest = np.partition(highest, -self.kept, axis=1)[:, -self.kept :].copy()
        return Tails(lowest, highest, self.kept)

    def ends(self) -> tuple[Floats, Floats]:
        """Return the ends of the interval: values that were drawn, the outer ones where an end lies between two."""
        return self.lowest.max(axis=1), self.highest.min(axis=1)


def stability(law: AccessLaw, people: Floats, drawing: Drawing, seed: tuple[int, ...]) -> Stability:
    """Return how sure access and rank of each region are.

    Parameters
    ----------
    law
        What access is drawn from.
    people
        People of each region; ones, to have the worst decile by number of regions.
    drawing
        How many draws are made.
    seed
        Stream of the draws, see :func:`analysis.access.draws.seed_of`.

    """
    access, rank = (Tails.of(len(people), drawing.draws) for _ in range(2))
    worst = np.zeros(len(people))
    batches = law.batches(drawing.draws, seed, drawing.batch)
    step = max(1, _AT_ONCE // max(len(people), 1))
    parts = (drawn[:, first : first + step] for drawn in batches for first in range(0, drawn.shape[1], step))
    for drawn in parts:
        found = standing(drawn, people)
        access, rank = access.with_more(drawn), rank.with_more(found.rank)
        worst += found.worst.sum(axis=1)
    expected = standing(law.mean[:, None], people)
    return Stability(*access.ends(), expected.rank[:, 0], *rank.ends(), worst / drawing.draws)


def measure_stability(
    accessible: Accessible, providers: pd.DataFrame, regions: pd.DataFrame, measure: str, few: int, drawing: Drawing
) -> pd.DataFrame:
    """Return the promised ``stability`` of every region and specialty, on raw population.

    Parameters
    ----------
    accessible
        What is in reach of whom.
    providers
        The promised ``supply``: how many providers are behind the hours of a site.
    regions
        The promised ``regions``, in the order of ``accessible``.
    measure
        ``e2sfca`` or ``three_sfca``.
    few
        Regions with fewer people are withheld, and not ranked.
    drawing
        How many draws are made.

    """
    people = regions.population.to_numpy(dtype=np.float64)
    is_ranked = (people >= few) & (people > 0)
    rows = []
    for specialty, law in _laws(accessible, providers, people, measure):
        found = stability(law.of(is_ranked), people[is_ranked], drawing, seed_of(drawing.seed, specialty))
        rows.append(_rows(accessible.region_ids, specialty, is_ranked, found, drawing.draws))
    return conform(pd.concat(rows, ignore_index=True), STABILITY)


def _laws(
    accessible: Accessible, providers: pd.DataFrame, people: Floats, measure: str
) -> Iterator[tuple[str, AccessLaw]]:
    """Yield the law of access of each specialty, one at a time."""
    behind = providers.pivot_table(index="site_id", columns="specialty", values="providers", aggfunc="sum")
    behind = behind.reindex(index=pd.Index(accessible.site_ids), columns=pd.Index(accessible.specialties)).fillna(0)
    for column, specialty in enumerate(accessible.specialties):
        counted = behind.iloc[:, column].to_numpy(dtype=np.float64)
        supply = supply_law(accessible.supply[:, column], accessible.supply_variance[:, column], counted)
        weights = accessible.weights_of(column, measure)
        displaced = accessible.displaced_of(column, measure)
        yield specialty, access_law(weights, people, supply, accessible.region_ids, displaced)


def _rows(
    region_ids: tuple[str, ...], specialty: str, is_ranked: NDArray[np.bool_], found: Stability, draws: int
) -> pd.DataFrame:
    """Return the rows of a specialty; what is not ranked is missing."""
    figures = {
        "access_fte_per_100k_low": found.low * _PER_100K,
        "access_fte_per_100k_high": found.high * _PER_100K,
        "rank": found.rank,
        "rank_low": found.rank_low,
        "rank_high": found.rank_high,
        "worst_decile_probability": np.clip(found.worst, 0, 1),
    }
    rows = pd.DataFrame({"region_id": region_ids, "specialty": specialty, "draws": draws, "is_withheld": ~is_ranked})
    for name, values in figures.items():
        rows[name] = np.nan
        rows.loc[is_ranked, name] = values
    return rows
