"""The one door to weights: whatever the decay, and whether or not loops can be compiled here."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.access.banded import BandedWeights, band_weights
from analysis.access.cache import cached_structure
from analysis.access.compiled import IS_COMPILED
from analysis.access.decay import Decay, ends_of, is_stepped
from analysis.access.decayed import DecayedWeights
from analysis.access.plain import decayed_weights, plain_weights
from analysis.access.structure import build_structure
from analysis.access.travel import GreatCircle
from analysis.access.weights import MatrixWeights, PairWeights

Floats = NDArray[np.float64]


def weights_within(
    engine: GreatCircle,
    limit_minutes: Floats,
    decay: Decay,
    *,
    folder: Path | None = None,
    compiled: bool = IS_COMPILED,
) -> PairWeights:
    """Return the weights of all pairs within reach.

    Parameters
    ----------
    engine
        Origins, sites and speeds.
    limit_minutes
        Catchment of each origin in minutes, shape (origins,).
    decay
        Steps or a smooth decay.
    folder
        Where structures are kept from run to run; nowhere if not given.
    compiled
        Use the compiled engine; the plain one gives the same pairs, and sums that are equal but for rounding.

    """
    shares, has_steps = ends_of(decay), is_stepped(decay)
    if not compiled and has_steps:
        return MatrixWeights(plain_weights(engine, limit_minutes, shares, band_weights(decay, shares)))
    if not compiled:
        return MatrixWeights(decayed_weights(engine, limit_minutes, decay))
    if folder is None:
        structure = build_structure(engine, limit_minutes, shares, with_distances=not has_steps)
    else:
        structure = cached_structure(folder, engine, limit_minutes, shares, with_distances=not has_steps)
    if has_steps:
        return BandedWeights(structure, band_weights(decay, shares))
    return DecayedWeights(structure, decay, engine, limit_minutes)
