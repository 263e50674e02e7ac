"""Fitting the great-circle estimate to given minutes: road speed by type of place, and start-up minutes, robustly.

``minutes = start-up + 60 x circuity x km / speed``: of circuity and speed only the ratio shows in minutes, so circuity
is given and speeds are fitted. Errors are told for the half of the sample that was not fitted to.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from analysis.access.calibration_sample import Sample
from analysis.promise import TableError

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

FEWEST_PAIRS = 200
"""Pairs of a type of place from which its speed is fitted."""
_MINUTES_OF_HOUR = 60
_ROBUST_MINUTES = 1.0
"""Differences beyond this count by their size, not by its square (soft L1): a ferry does not bend the rest."""


@dataclass(frozen=True)
class Errors:
    """How far estimates are from given minutes: median and 90th percentile of the size; mean of estimate less given."""

    median_minutes: float
    ninety_percent_minutes: float
    bias_minutes: float


@dataclass(frozen=True)
class TypeFit:
    """One type of place; ``fitted_km_per_hour`` and ``after`` are missing where it has too few pairs."""

    place_type: str
    pairs_in_table: int
    pairs_used: int
    present_km_per_hour: float | None
    fitted_km_per_hour: float | None
    before: Errors | None
    after: Errors | None


@dataclass(frozen=True)
class Calibration:
    """The fit of all types; circuity is given, start-up minutes are shared."""

    circuity: float
    present_start_up_minutes: float
    start_up_minutes: float
    types: tuple[TypeFit, ...]
    everywhere: TypeFit

    @property
    def toml(self) -> str:
        """Lines for a study file."""
        stated = {one.place_type: one.fitted_km_per_hour or one.present_km_per_hour or 0.0 for one in self.types}
        speeds = ", ".join(f"{key} = {km_per_hour:.1f}" for key, km_per_hour in stated.items())
        return (
            f"[access]\ncircuity = {self.circuity:g}\nstart_up_minutes = {self.start_up_minutes:.1f}\n"
            f"road_km_per_hour = {{ {speeds} }}\n"
        )


def calibrate(
    sample: Sample,
    circuity: float,
    km_per_hour: dict[str, float],
    start_up_minutes: float,
    fewest: int = FEWEST_PAIRS,
) -> Calibration:
    """Fit speeds and start-up minutes to a sample.

    Parameters
    ----------
    sample
        Pairs with distance and minutes.
    circuity
        Road kilometres per great-circle kilometre.
    km_per_hour, start_up_minutes
        The present estimate, which is judged beside the fitted one.
    fewest
        Pairs from which a type's speed is fitted; others keep theirs.

    Raises
    ------
    TableError
        No type of place has enough pairs.

    """
    used = np.bincount(sample.kind, minlength=len(sample.types))
    enough = np.flatnonzero(used >= fewest)
    if not len(enough):
        said = ", ".join(f"{key} {count:,}" for key, count in zip(sample.types, used, strict=True))
        raise TableError(
            f"the minutes table has too few pairs between the study's points within its catchments ({said}); expected "
            f"at least {fewest:,} of one type of place: check that its ids are of the same units and year as the "
            "study's origins, or say with --destinations where its destinations are."
        )
    present = np.array([circuity * _MINUTES_OF_HOUR / km_per_hour[key] for key in sample.types])
    is_fitted = np.isin(sample.kind, enough)
    start, slopes = _fit(sample, is_fitted & ~sample.is_held_out, enough)
    fitted = present.copy()
    fitted[enough] = slopes
    before = start_up_minutes + present[sample.kind] * sample.km - sample.minutes
    after = start + fitted[sample.kind] * sample.km - sample.minutes
    types = tuple(
        _type_fit(sample, number, circuity / present[number], circuity / fitted[number], before, after, enough)
        for number in range(len(sample.types))
    )
    judged = sample.is_held_out & is_fitted
    everywhere = TypeFit(
        "all", int(sample.pairs_in_table.sum()), len(sample.km), None, None, _errors(before[judged]),
        _errors(after[judged]),
    )  # fmt: skip
    return Calibration(circuity, start_up_minutes, start, types, everywhere)


def _fit(sample: Sample, rows: NDArray[np.bool_], types: Indices) -> tuple[float, Floats]:
    """Return start-up minutes and minutes per great-circle km of the types."""
    column = np.searchsorted(types, sample.kind[rows])
    km, minutes = sample.km[rows], sample.minutes[rows]
    number = np.arange(len(km))

    slope = np.zeros((len(km), 1 + len(types)))
    slope[:, 0] = 1.0
    slope[number, 1 + column] = km

    def residual(unknown: Floats) -> Floats:
        differs: Floats = slope @ unknown - minutes
        return differs

    def jacobian(_: Floats) -> Floats:
        return slope

    first = np.array([0.0, *(np.median(minutes[column == kind] / km[column == kind]) for kind in range(len(types)))])
    found = least_squares(
        residual,
        np.maximum(first, 1e-6),
        jac=jacobian,
        bounds=(0.0, np.inf),
        loss="soft_l1",
        f_scale=_ROBUST_MINUTES,
        x_scale="jac",
        max_nfev=1000,
    )
    return float(found.x[0]), np.maximum(found.x[1:], 1e-6)


def _type_fit(
    sample: Sample, kind: int, present: float, fitted: float, before: Floats, after: Floats, enough: Indices
) -> TypeFit:
    own = sample.kind == kind
    judged = own & sample.is_held_out
    is_fitted = bool(np.isin(kind, enough))
    return TypeFit(
        sample.types[kind],
        int(sample.pairs_in_table[kind]),
        int(own.sum()),
        present * _MINUTES_OF_HOUR,
        fitted * _MINUTES_OF_HOUR if is_fitted else None,
        _errors(before[judged]),
        _errors(after[judged]) if is_fitted else None,
    )


def _errors(differs: Floats) -> Errors | None:
    if not len(differs):
        return None
    size = np.abs(differs)
    return Errors(float(np.median(size)), float(np.quantile(size, 0.9)), float(differs.mean()))


def rows_of(found: Calibration) -> list[dict[str, Any]]:
    """Return one row a type of place and one for all, as they are printed."""
    return [
        {
            "place_type": one.place_type,
            "pairs_in_table": one.pairs_in_table,
            "pairs_used": one.pairs_used,
            "road_km_per_hour_before": one.present_km_per_hour,
            "road_km_per_hour_fitted": one.fitted_km_per_hour,
            **{
                f"{what}_{when}": None if errors is None else getattr(errors, what)
                for when, errors in (("before", one.before), ("after", one.after))
                for what in ("median_minutes", "ninety_percent_minutes", "bias_minutes")
            },
        }
        for one in (*found.types, found.everywhere)
    ]
