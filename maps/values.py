"""A build's tables as columns over regions, packed small: what the page carries and the browser reads.

A column is a list in the order of the regions for each series: one series for what describes the region itself, one a
specialty, or one a specialty and scenario. Numbers keep a few significant digits and travel as whole numbers with a
common power of ten; what a column means and its unit come from the promises of ``analysis.tables``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.country import Country, country
from analysis.promise import Column
from analysis.provenance import read_provenance
from analysis.reference import specialties
from analysis.store import read_table
from analysis.tables import ACCESS, GAPS, ONLINE, REGIONS

Floats = NDArray[np.float64]
Series = Mapping[str, "pd.Series[Any]"]
"""Values by series name ('', a specialty, or specialty/scenario), each indexed by region id."""

_DECIMALS_MOST = {"minutes": 1, "people": 1, "share, 0-1": 4, "FTE": 5}
"""Decimals beyond which a value in a unit is noise; an FTE is a year of work, so that of a small county is small."""

_DECIMALS_ELSE = 3


@dataclass(frozen=True)
class Build:
    """The public tables of one finished build; regions in order of their ids."""

    regions: gpd.GeoDataFrame
    access: pd.DataFrame
    gaps: pd.DataFrame
    online: pd.DataFrame
    provenance: dict[str, Any]

    @cached_property
    def region_ids(self) -> pd.Index:
        """The regions' ids in the order of every column."""
        index: pd.Index = self.regions.index
        return index

    @cached_property
    def country(self) -> Country:
        """The country the study is of."""
        return country(self.provenance["study"]["country"])

    @cached_property
    def specialties(self) -> list[str]:
        """The specialties measured, in the order of specialties.toml."""
        measured = set(self.gaps.specialty)
        return [key for key in specialties() if key in measured]

    @cached_property
    def scenarios(self) -> list[str]:
        """The scenarios in the order of the study."""
        return [str(one["name"]) for one in self.provenance["study"]["online"]["scenarios"]]


def read_build(folder: Path) -> Build:
    """Read what the page shows of a build.

    Raises
    ------
    StoreError, TableError
        A table is absent or lacks a promised column.

    """
    regions = read_table(folder, REGIONS).set_index("region_id").sort_index()
    return Build(
        gpd.GeoDataFrame(regions, geometry="geometry", crs=4326),
        read_table(folder, ACCESS),
        read_table(folder, GAPS),
        read_table(folder, ONLINE),
        read_provenance(folder),
    )


def of_region(build: Build, column: str) -> Series:
    """Return what describes the regions themselves."""
    return {"": build.regions[column]}


def of_access(build: Build, column: str) -> Series:
    """Return a column of the study's measure of access by specialty."""
    measure = build.provenance["study"]["gaps"]["measure"]
    return _by(build, build.access[build.access.measure == measure], ["specialty"], column)


def of_gaps(build: Build, column: str) -> Series:
    """Return a column of the gaps by specialty."""
    return _by(build, build.gaps, ["specialty"], column)


def of_online(build: Build, column: str) -> Series:
    """Return a column of the online potential by specialty and scenario."""
    return _by(build, build.online, ["specialty", "scenario"], column)


def _by(build: Build, table: pd.DataFrame, keys: list[str], column: str) -> Series:
    found = {}
    for names, rows in table.groupby(keys, sort=False):
        found["/".join(map(str, names))] = rows.set_index("region_id")[column].reindex(build.region_ids)
    return found


def varies_by(series: Series) -> Literal["region", "specialty", "scenario"]:
    """Return what series differ by; ``scenario`` includes the specialty."""
    name = next(iter(series))
    if "/" in name:
        return "scenario"
    return "specialty" if name else "region"


def packed(promise: Column, series: Series, digits: int) -> dict[str, Any]:
    """Return a column as the page carries it: name, unit, decimals or words, and its values by series.

    Whole numbers stand for values times ten to the power of ``decimals``; text is a position in ``words``; what is
    missing is null. Counts stay as they are; other numbers keep ``digits`` significant digits, no finer than
    their unit deserves (``_DECIMALS_MOST``).
    """
    said: dict[str, Any] = {"name": promise.name, "unit": promise.unit, "by": varies_by(series)}
    if promise.kind == "text":
        words = list(promise.allowed) or sorted({str(word) for values in series.values() for word in values.dropna()})
        place = {word: number for number, word in enumerate(words)}
        coded = {name: [place.get(word) for word in values] for name, values in series.items()}
        return said | {"words": words, "data": coded}
    numbers = {name: values.to_numpy(dtype=np.float64, na_value=np.nan) for name, values in series.items()}
    if promise.kind == "integer":
        return said | {"decimals": 0, "data": {name: _whole(values) for name, values in numbers.items()}}
    decimals = max((_decimals(values, digits, promise.unit) for values in numbers.values()), default=0)
    short = {name: _whole(_significant(values, digits) * 10**decimals) for name, values in numbers.items()}
    return said | {"decimals": decimals, "data": short}


def _decimals(values: Floats, digits: int, unit: str) -> int:
    """Return the decimals that keep the significant digits of the smallest value above zero."""
    above = values[values > 0]
    if not above.size:
        return 0
    return int(np.clip(digits - 1 - np.floor(np.log10(above.min())), 0, _DECIMALS_MOST.get(unit, _DECIMALS_ELSE)))


def _significant(values: Floats, digits: int) -> Floats:
    """Return values rounded to some significant digits."""
    size = np.abs(values)
    step = 10.0 ** (np.floor(np.log10(np.where(size > 0, size, 1.0))) - digits + 1)
    rounded: Floats = np.round(values / step) * step
    return rounded


def _whole(values: Floats) -> list[int | None]:
    return [None if np.isnan(value) else round(value) for value in values.tolist()]
