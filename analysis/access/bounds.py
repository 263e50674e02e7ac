"""Where each band of each origin ends, as squared chords of the unit sphere: what pairs are compared with.

A squared chord is three subtractions, three products and two sums of coordinates, in an order that is fixed here, so
that every engine puts every pair into the same band. It is exact to the last bits of float64 at any distance that
somebody travels.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analysis.access.travel import GreatCircle
from analysis.sphere import EARTH_KM, chord

Floats = NDArray[np.float64]

_EVERYWHERE = 5.0
"""Above the squared chord of opposite points, 4."""
_MOST_BANDS = 254
_NOWHERE = -1.0
"""Below that of a point with itself."""


def squared_bounds(engine: GreatCircle, limit_minutes: Floats, shares: tuple[float, ...]) -> Floats:
    """Return the squared chord at which each band ends, shape (origins, bands).

    Parameters
    ----------
    engine
        Speeds, circuity and start-up.
    limit_minutes
        Catchment of each origin in minutes, shape (origins,).
    shares
        Upper ends of the bands as shares of the catchment; a bound belongs to the nearer band.

    Raises
    ------
    ValueError
        Shares do not rise or are more than 254, or a limit or a speed is missing.

    """
    if not shares or len(shares) > _MOST_BANDS or any(low >= high for low, high in pairwise(shares)):
        raise ValueError(f"bands end at {shares!r}; expected from 1 to {_MOST_BANDS} rising shares of the catchment.")
    minutes = np.outer(limit_minutes, shares) - engine.start_up_minutes
    km = minutes * (engine.km_per_minute / engine.circuity)[:, None]
    if not np.isfinite(km).all():
        origin = int(np.flatnonzero(~np.isfinite(km).all(axis=1))[0])
        raise ValueError(
            f"origin {origin} has a limit of {float(limit_minutes[origin])} minutes and a speed of "
            f"{float(engine.km_per_minute[origin])} km a minute; expected finite numbers."
        )
    squares = chord(km) ** 2
    squares[km < 0] = _NOWHERE
    squares[km >= np.pi * EARTH_KM] = _EVERYWHERE
    bounds: Floats = squares
    return bounds


def squared_chords(ones: Floats, others: Floats) -> Floats:
    """Return the squared chords between points, row by row, rounded as the compiled kernel rounds them."""
    east, north, up = (ones - others).T
    squares: Floats = east * east + north * north + up * up
    return squares
