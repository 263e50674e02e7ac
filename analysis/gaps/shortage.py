"""Shortage: the hours missing up to the benchmark, its class and rank.

``shortage = max(0, benchmark - access) x need``, access being the study's floating catchment measure on need. The
benchmark is the study's: a number, or the study area's own need-weighted mean access, which equals supply in reach
over need.
"""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.access.assemble import Accessible
from analysis.access.measures.e2sfca import e2sfca
from analysis.access.rows import NORMAL_95
from analysis.country import Country
from analysis.gaps.need import need
from analysis.promise import conform
from analysis.study import Gaps
from analysis.tables import GAPS

Floats = NDArray[np.float64]

_PER_1000 = 1000
_HALF = 0.5
_ALIKE_DIGITS = 12
"""Shares that agree to so many decimals are the same: rounding, which hangs on the machine, must not rank."""
_MISSING_WITHOUT_NEED = (
    "access_fte_per_1000_in_need",
    "access_fte_per_1000_in_need_low",
    "access_fte_per_1000_in_need_high",
    "benchmark_fte_per_1000_in_need",
    "shortage_fte",
    "shortage_fte_low",
    "shortage_fte_high",
    "shortage_share",
)


def measure_gaps(regions: pd.DataFrame, accessible: Accessible, country: Country, rules: Gaps) -> pd.DataFrame:
    """Return the promised ``gaps``."""
    floating = accessible.table[accessible.table.measure == rules.measure].set_index(["specialty", "region_id"]).value
    rows = [
        _gaps_of(regions, accessible, key, country, rules).assign(
            access_fte_per_100k=floating.loc[key].reindex(regions.region_id).to_numpy()
        )
        for key in accessible.specialties
    ]
    return conform(pd.concat(rows, ignore_index=True), GAPS)


def _gaps_of(regions: pd.DataFrame, accessible: Accessible, key: str, country: Country, rules: Gaps) -> pd.DataFrame:
    """Return the gaps of one specialty, without access on raw population."""
    column = accessible.specialties.index(key)
    wanted = need(regions, key, country)
    is_known = country.need_of(key).prevalence is not None
    demand = wanted.people if is_known else regions.population.to_numpy(dtype=np.float64)
    weights = accessible.weights_of(column, rules.measure)
    displaced = accessible.displaced_of(column, rules.measure)
    found = e2sfca(weights, demand, accessible.supply[:, column], accessible.supply_variance[:, column], displaced)
    half = NORMAL_95 * np.sqrt(found.variance)
    low, high = np.maximum(found.value - half, 0), found.value + half
    enough = benchmark(found.value, demand, rules.benchmark)
    shortage = missing_hours(found.value, demand, enough)
    minutes = accessible.nearest_minutes[:, column]
    gaps = pd.DataFrame(
        {
            "region_id": accessible.region_ids,
            "specialty": key,
            "need_people": wanted.people,
            "need_basis": wanted.basis,
            "access_fte_per_1000_in_need": found.value * _PER_1000,
            "access_fte_per_1000_in_need_low": low * _PER_1000,
            "access_fte_per_1000_in_need_high": high * _PER_1000,
            "benchmark_fte_per_1000_in_need": enough * _PER_1000,
            "nearest_minutes": np.where(np.isfinite(minutes), minutes, np.nan),
            "unreached_share": accessible.unreached_share[:, column],
            "shortage_fte": shortage,
            "shortage_fte_low": missing_hours(high, demand, enough),
            "shortage_fte_high": missing_hours(low, demand, enough),
            "shortage_share": np.divide(
                shortage, enough * demand, out=np.zeros_like(shortage), where=enough * demand > 0
            ),
            "is_withheld": regions.population.to_numpy() < rules.suppress_below_people,
        }
    )
    gaps["gap_class"] = _classes(gaps, rules.severe_share, is_known=is_known)
    withheld = gaps.is_withheld if is_known else pd.Series(data=True, index=gaps.index)
    gaps.loc[withheld, list(_MISSING_WITHOUT_NEED)] = np.nan
    gaps.loc[gaps.is_withheld, "need_people"] = np.nan
    known = gaps.dropna(subset="shortage_share")
    equal = known.assign(shortage_share=known.shortage_share.round(_ALIKE_DIGITS))
    worst_first = equal.sort_values(["shortage_share", "need_people", "region_id"], ascending=[False, False, True])
    gaps["rank"] = pd.Series(range(1, len(worst_first) + 1), index=worst_first.index, dtype="Int64")
    return gaps


def benchmark(access: Floats, demand: Floats, rule: Literal["mean"] | float) -> float:
    """Return the access that counts as enough, in FTE per person in need."""
    if rule != "mean":
        return rule / _PER_1000
    return float(access @ demand / demand.sum()) if demand.sum() > 0 else 0.0


def missing_hours(access: Floats, demand: Floats, enough: float) -> Floats:
    """Return the FTE missing up to the benchmark in each region."""
    missing: Floats = np.maximum(enough - access, 0) * demand
    return missing


def _classes(gaps: pd.DataFrame, severe_share: float, *, is_known: bool) -> NDArray[np.str_]:
    """Return each region's class; no specialist within reach of half the people is a class of its own."""
    return np.select(
        [
            gaps.is_withheld.to_numpy(dtype=bool),
            (gaps.unreached_share > _HALF).to_numpy(),
            np.full(len(gaps), fill_value=not is_known),
            ((gaps.shortage_share >= severe_share) & (gaps.shortage_fte > 0)).to_numpy(),
            (gaps.shortage_fte > 0).to_numpy(),
        ],
        ["withheld", "none_within_reach", "unknown", "severe", "moderate"],
        default="no_shortage",
    )
