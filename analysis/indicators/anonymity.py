"""Whether one can be seen going to therapy without being known for it."""

import numpy as np
import pandas as pd

from analysis.indicator import Indicator, Standing, WorkedOut, as_counted


def _told(standing: Standing) -> "pd.Series[str]":
    """Return whether nobody, few or some work there, whatever their hours; how many of the few is not told."""
    seen = standing.providers
    words = np.select([seen == 0, seen < standing.few], ["nobody", "few"], default="some")
    return pd.Series(words, index=seen.index, dtype="str")


INDICATOR = Indicator(
    meaning="Whether one can be seen going to therapy without being known for it: providers in the region, nobody, few "
    "(too few to be told apart) or some.",
    direction="more is better",
    source="Worked out of all providers that the study's directories list, whether or not they count at its level or "
    "take new clients",
    worked_out=WorkedOut(_told, as_counted, "measured, providers being counted in the study's directories"),
    kind="class",
    allowed=("nobody", "few", "some"),
)
