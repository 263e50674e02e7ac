"""Who is worst off: ranks, and who belongs to the tenth of the people with the least access.

Equal access has equal places: as many regions have less as the rank says, less one, so those who reach nothing are all
first, however many they are. Of what is left of the worst tenth each of the equal has the same part, so it always holds
a tenth of the people; where it ends inside a large region, a part of that region belongs to it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.access.compiled import IS_COMPILED, compiled, prange

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

WORST = 0.1
"""Share of the people who make up the worst decile."""
TIED = 1e-9
"""Relative difference up to which access is equal: sums of the same shares differ by rounding."""
_AT_ONCE = 2**18
"""Values sorted at once: a bound on memory, and near what a processor's cache holds."""


@dataclass(frozen=True)
class Standing:
    """Where each region stands among all, all of shape (regions, cases).

    Attributes
    ----------
    rank
        One more than the number of regions with less access: 1 = least.
    worst
        Share of the region's people that belongs to the worst decile, 0-1.
    below
        Share of all people with less access, half of those with the same counted: ranks weighted by people.

    """

    rank: Floats
    worst: Floats
    below: Floats


def standing(access: Floats, people: Floats, worst_share: float = WORST, *, fast: bool = IS_COMPILED) -> Standing:
    """Return where each region stands in each case.

    Parameters
    ----------
    access
        Regions x cases (draws, alternatives); no missing values.
    people
        People of each region; ones, to have the worst decile by number of regions.
    worst_share
        Share of the people who make up the worst.
    fast
        Use the compiled loop; the plain one gives the same.

    Raises
    ------
    ValueError
        Access is missing somewhere, or nobody lives in any region.

    """
    if not np.isfinite(access).all():
        region, case = np.argwhere(~np.isfinite(access))[0]
        raise ValueError(
            f"access of region {region} in case {case} is {float(access[region, case])!r}; expected numbers: leave "
            "out regions without access before they are ranked."
        )
    if len(people) and not people.sum() > 0:
        raise ValueError("no region has people; expected some: leave out regions without people before ranking.")
    found = Standing(*(np.empty(access.shape) for _ in range(3)))
    step = max(1, _AT_ONCE // max(len(access), 1))
    for first in range(0, access.shape[1], step):
        some = slice(first, first + step)
        cases = np.ascontiguousarray(access[:, some].T)  # sorting wants the regions of a case side by side
        order = np.argsort(cases, axis=1)
        stand = _in_turn if fast else _at_once
        for whole, part in zip(
            (found.rank, found.worst, found.below), stand(cases, order, people, worst_share), strict=True
        ):
            whole[:, some] = part.T
    return found


@compiled(parallel=True)
def _in_turn(cases: Floats, order: Places, people: Floats, worst_share: float) -> tuple[Floats, Floats, Floats]:
    """Return rank, share in the worst and people below, cases x regions, going from equals to the next equals."""
    rank, worst, below = np.empty(cases.shape), np.empty(cases.shape), np.empty(cases.shape)
    count = cases.shape[1]
    for case in prange(cases.shape[0]):
        total = 0.0
        for place in range(count):
            total += people[order[case, place]]
        first, before = 0, 0.0
        while first < count:
            last, until = first, before + people[order[case, first]]
            while last + 1 < count:
                low, high = cases[case, order[case, last]], cases[case, order[case, last + 1]]
                if high - low > TIED * high:
                    break
                last += 1
                until += people[order[case, last]]
            left, equal = worst_share * total - before, until - before
            inside = (1.0 if left > 0 else 0.0) if equal <= 0 else min(max(left / equal, 0.0), 1.0)
            for place in range(first, last + 1):
                region = order[case, place]
                rank[case, region] = first + 1
                worst[case, region] = inside
                below[case, region] = (before + until) / 2 / total
            first, before = last + 1, until
    return rank, worst, below


def _at_once(cases: Floats, order: Places, people: Floats, worst_share: float) -> tuple[Floats, Floats, Floats]:
    """Return the same without a loop."""
    rising = np.take_along_axis(cases, order, axis=1)
    place = np.arange(rising.shape[1])
    opens = np.ones(rising.shape, dtype=np.bool_)  # whether a value is above the one before it
    opens[:, 1:] = np.diff(rising, axis=1) > TIED * rising[:, 1:]
    closes = np.ones_like(opens)
    closes[:, :-1] = opens[:, 1:]
    first = np.maximum.accumulate(np.where(opens, place, 0), axis=1)
    last = np.minimum.accumulate(np.where(closes, place, len(place))[:, ::-1], axis=1)[:, ::-1]
    running = np.cumsum(people[order], axis=1)
    total = running[:, -1:]
    until = np.take_along_axis(running, last, axis=1)
    before = np.where(first > 0, np.take_along_axis(running, np.maximum(first - 1, 0), axis=1), 0.0)
    equal, left = until - before, worst_share * total - before
    inside = np.divide(left, equal, out=(left > 0).astype(np.float64), where=equal > 0)
    found = []
    for values in (first + 1, np.clip(inside, 0, 1), (before + until) / 2 / total):
        found.append(np.empty_like(rising))
        np.put_along_axis(found[-1], order, values, axis=1)
    rank, worst, below = found
    return rank, worst, below
