"""Class breaks: upper bounds that belong to their class, in numbers people would choose."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

CLASSES = 5
_DIGITS = 2


def quantiles(values: "pd.Series[float]") -> list[float]:
    """Return breaks that put about equally many regions into each class, rounded to two significant digits.

    The last class is open, so ``CLASSES`` classes have one break fewer. A break that rounding makes equal to another,
    or that would leave the last class empty, is left out; values that are all alike give no break at all.
    """
    known = values.to_numpy(dtype=np.float64, na_value=np.nan)
    known = known[np.isfinite(known)]
    if len(np.unique(known)) < 2:  # noqa: PLR2004 - one value has nothing to divide
        return []
    bounds = np.quantile(known, np.arange(1, CLASSES) / CLASSES)
    rounded = sorted({_rounded(float(bound)) for bound in bounds})
    return [bound for bound in rounded if bound < known.max()]


def _rounded(value: float) -> float:
    if value == 0:
        return 0.0
    return float(f"{value:.{_DIGITS}g}")
