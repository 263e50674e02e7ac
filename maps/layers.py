"""What can be shown on the map: one function = one layer, in the page's order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from analysis.promise import Column
from analysis.tables import ACCESS, GAPS, ONLINE, REGIONS
from maps import palette
from maps.classes import quantiles
from maps.palette import Swatch
from maps.values import Build, Series, of_access, of_gaps, of_online, of_region

SHARE_BREAKS = (0.0, 0.25, 0.5, 0.75)
"""None, and quarters of what the benchmark asks for: the same before and after online therapy."""

MINUTE_BREAKS = (15.0, 30.0, 60.0, 120.0)
CLOSED_BREAKS = (0.0, 0.05, 0.1, 0.2)


@dataclass(frozen=True)
class Layer:
    """One measure on the map.

    Attributes
    ----------
    key
        Name in links and in the catalogue of words.
    promise, series
        What the values mean, and the values by series.
    colours
        The ramp, in the order of the classes, for numbers.
    breaks
        Upper bounds of all classes but the last, by series; for numbers.
    swatches
        How each class is filled; for classes.
    unknown
        How a region without value is filled.

    """

    key: str
    promise: Column
    series: Series
    colours: tuple[str, ...] = ()
    breaks: dict[str, list[float]] = field(default_factory=dict)
    swatches: dict[str, Swatch] = field(default_factory=dict)
    unknown: Swatch = palette.NO_DATA

    def legend(self) -> dict[str, Any]:
        """Return how the browser fills and names the classes."""
        if self.swatches:
            return {"kind": "class", "swatches": {key: _said(swatch) for key, swatch in self.swatches.items()}}
        ramps = {
            count: palette.ramp(self.colours, count) for count in {len(bounds) + 1 for bounds in self.breaks.values()}
        }
        return {"kind": "number", "breaks": self.breaks, "ramps": ramps, "unknown": _said(self.unknown)}


def _said(swatch: Swatch) -> dict[str, str]:
    return {"colour": swatch.colour, "pattern": swatch.pattern}


def gap(build: Build) -> Layer:
    """Return how grave the gap is, nobody within reach being a class of its own."""
    return Layer("gap", GAPS["gap_class"], of_gaps(build, "gap_class"), swatches=palette.GAP_CLASSES)


def shortage(build: Build) -> Layer:
    """Return the share of the benchmark's hours that is missing."""
    series = of_gaps(build, "shortage_share")
    return Layer("shortage", GAPS["shortage_share"], series, palette.PROBLEM, _same(series, SHARE_BREAKS))


def access(build: Build) -> Layer:
    """Return hours in reach per head; darker is less."""
    series = of_gaps(build, "access_fte_per_100k")
    return Layer("access", GAPS["access_fte_per_100k"], series, palette.PROBLEM[::-1], _quantiles(series))


def nearest(build: Build) -> Layer:
    """Return estimated minutes to the nearest provider."""
    series = of_gaps(build, "nearest_minutes")
    return Layer("nearest", GAPS["nearest_minutes"], series, palette.PROBLEM, _same(series, MINUTE_BREAKS))


def need(build: Build) -> Layer:
    """Return people in need per 1,000: a map of counts would show where people live."""
    people = build.regions.population.where(build.regions.population > 0)
    series = {name: values / people * 1000 for name, values in of_gaps(build, "need_people").items()}
    promise = Column(
        "need_per_1000",
        "number",
        "People in need within a year per 1,000 residents.",
        "per 1,000 people",
        GAPS["need_people"].missing,
    )
    return Layer("need", promise, series, palette.CONTEXT, _quantiles(series))


def online(build: Build) -> Layer:
    """Return the share of the shortage that online therapy could close; where there is no shortage there is none."""
    series = of_online(build, "gap_closed_share")
    breaks = _same(series, CLOSED_BREAKS)
    promise = ONLINE["gap_closed_share"]
    return Layer("online", promise, series, palette.POTENTIAL, breaks, unknown=palette.NOTHING_TO_DO)


def holds(build: Build) -> Layer:
    """Return what holds online therapy back most."""
    return Layer("holds", ONLINE["held_back_by"], of_online(build, "held_back_by"), swatches=palette.HOLDS)


def after(build: Build) -> Layer:
    """Return the share still missing after online therapy, in the classes of the shortage before it."""
    before, closed = of_gaps(build, "shortage_share"), of_online(build, "gap_closed_share")
    series = {name: before[name.split("/")[0]] * (1 - share.fillna(0)) for name, share in closed.items()}
    promise = Column(
        "after_share",
        "number",
        "Shortage over what the benchmark asks for, once online therapy has served what it could.",
        GAPS["shortage_share"].unit,
        GAPS["shortage_share"].missing,
    )
    return Layer("after", promise, series, palette.PROBLEM, _same(series, SHARE_BREAKS))


def internet(build: Build) -> Layer:
    """Return households without internet, as context."""
    series = of_region(build, "no_internet_share")
    return Layer("internet", REGIONS["no_internet_share"], series, palette.CONTEXT, _quantiles(series))


def rurality(build: Build) -> Layer:
    """Return the type of place, as context."""
    types = tuple(build.country.place_types)
    promise = replace(REGIONS["place_type"], allowed=types)
    colours = palette.ramp(palette.CONTEXT, len(types))
    swatches = dict(zip(types, map(Swatch, colours), strict=True))
    return Layer("rurality", promise, of_region(build, "place_type"), swatches=swatches)


LAYERS: tuple[Callable[[Build], Layer], ...] = (
    gap,
    shortage,
    access,
    nearest,
    need,
    online,
    holds,
    after,
    internet,
    rurality,
)


def figures(build: Build) -> dict[str, tuple[Column, Series]]:
    """Return what the card and the table say beside the layers, by name."""
    of_regions = {
        "population": "population",
        "rurality_code": "rurality",
        "no_internet_basis": "no_internet_share_basis",
    }
    regions = {key: (REGIONS[column], of_region(build, column)) for key, column in of_regions.items()}
    access = {f"access_{end}": (ACCESS[end], of_access(build, end)) for end in ("low", "high")}
    gaps = {
        name: (GAPS[name], of_gaps(build, name))
        for name in (
            "need_people",
            "need_basis",
            "shortage_fte",
            "shortage_fte_low",
            "shortage_fte_high",
            "unreached_share",
            "rank",
        )
    }
    served = {"people_newly_served": (ONLINE["people_newly_served"], of_online(build, "people_newly_served"))}
    return regions | access | gaps | served


def _same(series: Series, breaks: Sequence[float]) -> dict[str, list[float]]:
    """Return the same breaks for every series, so that they compare."""
    return {name: list(breaks) for name in series}


def _quantiles(series: Series) -> dict[str, list[float]]:
    return {name: quantiles(values) for name, values in series.items()}
