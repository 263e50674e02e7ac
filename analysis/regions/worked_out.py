"""Indicators that nobody publishes, worked out of what a study has of its regions; each says how in its own file."""

import pandas as pd

from analysis.indicator import Standing
from analysis.indicators import worked_out as found


def worked_out(standing: Standing) -> pd.DataFrame:
    """Return every indicator that is worked out, each with how it is known; index of ``standing``.

    The basis is missing where the figure is.
    """
    columns: dict[str, pd.Series] = {}
    for name, how in found().items():
        columns[name] = how.figure(standing)
        columns[f"{name}_basis"] = how.basis(standing).where(columns[name].notna())
    return pd.DataFrame(columns, index=standing.population.index)
