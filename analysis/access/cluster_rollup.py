"""Roll weights up from origins to regions on a cluster: what a study of regions needs of a country of blocks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.partitions import Ask, Part, Partition, Source
from analysis.access.sheets import ROLLED_BYTES, Place, packed, summed
from analysis.access.weights import Rolls

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Roll:
    """Weights of a partition rolled up, as a worker does it: rows are the regions that have an origin here, rising."""

    part: Part
    exponent: float
    rolls: Rolls

    def __call__(self) -> Floats:
        """Return the rolls, packed."""
        weights = self.part.weights().power(self.exponent)
        roll = getattr(weights, "rolled_up", None)
        if roll is None:
            raise TypeError(
                f"weights of the kind {type(weights).__name__} hold no pairs; expected such that store them: roll up "
                "with one of these."
            )
        return packed(roll(self.rolls))


def rolled_up_on(
    ask: Ask, source: Source, cut: Sequence[Partition], exponent: float, rolls: Rolls, room_bytes: float
) -> tuple[csr_array, ...]:
    """Return regions x sites sums of factor times weight over each region's origins, one for each roll.

    Parameters
    ----------
    ask
        Who does the partitions.
    source, cut
        Where pairs come from, and the partitions.
    exponent
        Weights are raised to it.
    rolls
        Factors, regions, and which sites are kept.
    room_bytes
        What the answer to one task may take: so many rolls are asked for together, one at least.

    """
    places = [Place(np.unique(rolls.region[partition.origins]), partition.sites) for partition in cut]
    shape, count = (rolls.regions, source.shape[1]), rolls.factors.shape[1]
    entries = max(
        (
            min(partition.pairs, len(place.rows) * len(place.columns))
            for partition, place in zip(cut, places, strict=True)
        ),
        default=0,
    )
    together = max(1, int(room_bytes / (ROLLED_BYTES * max(entries, 1))))

    def task(partition: Partition, place: Place, some: slice) -> Callable[[], Roll]:
        def made() -> Roll:
            kept = None if rolls.kept is None else rolls.kept[partition.sites, some]
            row = np.searchsorted(place.rows, rolls.region[partition.origins])
            own = Rolls(rolls.factors[partition.origins, some], row, len(place.rows), kept)
            return Roll(source.part(partition), exponent, own)

        return made

    rolled: list[csr_array] = []
    for first in range(0, count, together):
        some = slice(first, min(first + together, count))
        told = ask("regions", [task(partition, place, some) for partition, place in zip(cut, places, strict=True)])
        rolled += summed(zip(places, told, strict=True), some.stop - some.start, shape)
    return tuple(rolled)
