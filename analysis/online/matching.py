"""Who could serve whom by video: hours matched to unmet need over states and classes of need.

Once online, hours have no place: what decides is the state and how badly a region is served. So hours with the same
set of allowed states form one source, regions of the same state and class one sink, and a linear programme (SciPy
HiGHS) serves as much unmet need as it can, the worst-off class first among equals. The optimum equals that of the
region-level problem; it is handed down by max-min filling inside each class.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array

Floats = NDArray[np.float64]

CLASSES = 10
_PREFERENCE = 0.1
"""Extra worth of an hour for the worst class over the best: decides ties, never the total."""


class MatchingError(ValueError):
    """The linear programme was not solved: a fault of the program, never of the input."""


def need_class(shortage_share: Floats) -> NDArray[np.int64]:
    """Return each region's class of need, 0 (best served) to 9."""
    return np.clip((np.nan_to_num(shortage_share) * CLASSES).astype(np.int64), 0, CLASSES - 1)


def matched(
    hours: Mapping[frozenset[str], float],
    servable: Floats,
    shortage: Floats,
    state: NDArray[np.str_],
    worst: NDArray[np.int64],
) -> Floats:
    """Return the hours each region can be served with, shape (regions,), at most ``servable``.

    Parameters
    ----------
    hours
        FTE by the set of states in which they may be given.
    servable
        FTE each region could take online.
    shortage
        FTE missing in each region; inside a class the same share of it is filled as far as ``servable`` allows.
    state
        State of each region.
    worst
        Class of need of each region, higher is worse.

    """
    sinks: dict[tuple[str, int], list[int]] = {}
    for region in np.flatnonzero(servable > 0).tolist():
        sinks.setdefault((str(state[region]), int(worst[region])), []).append(region)
    served: Floats = np.zeros_like(servable)
    if not sinks or not hours:
        return served
    names = list(sinks)
    room = np.array([servable[sinks[name]].sum() for name in names])
    for name, amount in zip(names, _flow(hours, names, room), strict=True):
        members = sinks[name]
        served[members] = filled(amount, servable[members], shortage[members])
    return served


def _flow(hours: Mapping[frozenset[str], float], names: list[tuple[str, int]], room: Floats) -> Floats:
    """Return the FTE that flow into each sink at the optimum."""
    sources = sorted((sorted(states), amount) for states, amount in hours.items() if amount > 0)
    arcs = [
        (source, sink)
        for source, (states, _) in enumerate(sources)
        for sink, (state, _) in enumerate(names)
        if state in states
    ]
    if not arcs:
        return np.zeros(len(names))
    source, sink = np.array(arcs).T
    count = len(arcs)
    rows = np.concatenate((source, len(sources) + sink))
    shape = (len(sources) + len(names), count)
    limits = coo_array((np.ones(2 * count), (rows, np.tile(np.arange(count), 2))), shape=shape)
    worth = 1 + _PREFERENCE * np.array([names[number][1] for number in sink]) / CLASSES
    bounds = np.concatenate(([amount for _, amount in sources], room))
    solved = linprog(  # type: ignore[call-overload]  # SciPy takes sparse limits; its stubs do not know
        -worth, A_ub=limits.tocsr(), b_ub=bounds, method="highs"
    )
    if solved.status != 0:
        raise MatchingError(f"online matching was not solved: {solved.message}; please report it with the study file.")
    inflow: Floats = np.bincount(sink, weights=solved.x, minlength=len(names)).astype(np.float64)
    return inflow


def filled(amount: float, room: Floats, shortage: Floats) -> Floats:
    """Share an amount so that the smallest filled share of the shortage is as large as possible.

    Every region is filled to the same share of its shortage, or to its room where that is less.
    """
    if amount >= room.sum():
        return room.copy()
    reach = room / shortage
    order = np.argsort(reach, kind="stable")
    given = np.concatenate(([0.0], np.cumsum(room[order])))[:-1]
    still_open = np.cumsum(shortage[order][::-1])[::-1]
    level = (amount - given) / still_open
    full = int(np.argmax(level <= reach[order]))
    given_out: Floats = np.minimum(room, max(level[full], 0.0) * shortage)
    return given_out
