"""Counts of people by region: all, and the share in each age band, with how each share is known."""

from collections.abc import Callable

import geopandas as gpd
import pandas as pd

from analysis.reference import age_bands
from analysis.regions.catalog import Dataset
from analysis.tables import TableError

_BANDS = ("adults", "aged_65_up", "aged_5_17", "aged_12_up")
_TABLE_COLUMNS = (
    "fips",
    "pop_2023",
    "pop_18plus",
    "pop_65plus",
    "pop_5_13",
    "pop_14_17",
    "land_sqkm",
    "rucc_2023",
)
_TWO_OF_NINE_YEARS = 2 / 9
"""Ages 12 and 13 among ages 5 to 13: an even spread is assumed."""


def read_table(dataset: Dataset) -> pd.DataFrame:
    """Read the table of regions, indexed by region id, ids five digits long, columns as published."""
    return _READERS[dataset.reader](dataset)


def population(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``population, land_km2, rurality`` and the age shares with their basis, indexed like ``table``."""
    counted = pd.DataFrame(index=table.index)
    if "pop_2023" not in table:
        counted[["population", "land_km2", "rurality"]] = table[["population", "land_km2", "rurality"]]
        for band in _BANDS:
            counted[f"{band}_share"] = age_bands()[band]
            counted[f"{band}_share_basis"] = "class_average"
        return counted
    people = table["pop_2023"].astype(float)
    counted["population"] = people.round().astype("int64")
    counted["land_km2"] = table["land_sqkm"].astype(float)
    counted["rurality"] = table["rucc_2023"].astype("int64")
    counted["adults_share"] = table["pop_18plus"] / people
    counted["aged_65_up_share"] = table["pop_65plus"] / people
    counted["aged_5_17_share"] = (table["pop_5_13"] + table["pop_14_17"]) / people
    older = table["pop_18plus"] + table["pop_14_17"]
    counted["aged_12_up_share"] = (older + _TWO_OF_NINE_YEARS * table["pop_5_13"]) / people
    for band in _BANDS:
        counted[f"{band}_share_basis"] = "assumed" if band == "aged_12_up" else "measured"
    return counted


def _read_bundle(dataset: Dataset) -> pd.DataFrame:
    return pd.DataFrame(gpd.read_parquet(dataset.file).drop(columns="geometry")).set_index("region_id")


def _read_county_table(dataset: Dataset) -> pd.DataFrame:
    """Read the joined county table; lost leading zeros of the county code are put back."""
    try:
        table = pd.read_csv(dataset.file, dtype={"fips": "str"})
    except (pd.errors.ParserError, UnicodeDecodeError) as fault:
        raise TableError(f"{dataset.file} is not a CSV table in UTF-8 ({fault}); download it again.") from fault
    absent = [name for name in _TABLE_COLUMNS if name not in table]
    if absent:
        raise TableError(
            f"{dataset.file} lacks column {', '.join(map(repr, absent))}; the catalogue entry {dataset.name} says "
            "which columns it needs and where each is had."
        )
    table["fips"] = table["fips"].str.zfill(5)
    return table.set_index("fips").rename_axis("region_id")


_READERS: dict[str, Callable[[Dataset], pd.DataFrame]] = {
    "bundle": _read_bundle,
    "county_table": _read_county_table,
}
