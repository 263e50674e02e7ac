"""What holds online therapy back in a region, from where its potential is lost."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def held_back_by(
    shortage: Floats, potential: Floats, losses: dict[str, Floats], minor_share: float
) -> NDArray[np.str_]:
    """Return the main barrier of each region.

    Parameters
    ----------
    shortage
        FTE missing; missing where not known.
    potential
        Part that suits video and would be taken up.
    losses
        FTE of the potential lost to each barrier, by its name.
    minor_share
        Losses that together stay below this share of the potential hold nothing back.

    """
    names = list(losses)
    lost = np.column_stack([losses[name] for name in names])
    largest = np.array(names, dtype=np.str_)[np.argmax(np.nan_to_num(lost), axis=1)]
    return np.select(
        [
            np.isnan(shortage),
            shortage <= 0,
            potential <= 0,
            lost.sum(axis=1) < minor_share * potential,
        ],
        ["unknown", "no_shortage", "suitability", "nothing"],
        default=largest,
    )
