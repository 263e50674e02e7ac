"""Counts of people by region: all, and the share in each age band, with how each share is known."""

from collections.abc import Callable

import geopandas as gpd
import pandas as pd

from analysis.promise import TableError
from analysis.reference import age_bands
from analysis.regions.catalog import Dataset, numbers, reader_of, unreadable, whole

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
    """Read the table of regions, indexed by region id, ids five digits long, columns as published.

    Raises
    ------
    TableError
        The file cannot be read, is cut short, repeats a region, or lacks a figure every region needs.
    StudyError
        The dataset is not a table of regions.

    """
    return reader_of(dataset, _READERS, "table")(dataset)


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
    try:
        counties = gpd.read_parquet(dataset.file)
    except (ValueError, OSError) as fault:
        raise unreadable(dataset, "a GeoParquet table of regions", fault) from fault
    return pd.DataFrame(counties.drop(columns="geometry")).set_index("region_id")


def _read_county_table(dataset: Dataset) -> pd.DataFrame:
    """Read the joined county table; lost leading zeros of the county code are put back."""
    try:
        table = pd.read_csv(dataset.file, dtype={"fips": "str"})
    except ValueError as fault:  # no column, a broken row, or no UTF-8
        raise unreadable(dataset, "a CSV table in UTF-8", fault) from fault
    absent = [name for name in _TABLE_COLUMNS if name not in table]
    if absent:
        raise TableError(
            f"{dataset.file} lacks column {', '.join(map(repr, absent))}; the catalogue entry {dataset.name} says "
            "which columns it needs and where each is had."
        )
    whole(dataset, len(table))
    lowest = dict.fromkeys(_TABLE_COLUMNS[1:], 0.0)
    table = numbers(table.assign(fips=table["fips"].str.zfill(5)), lowest, dataset, "fips")
    twice = table.fips[table.fips.duplicated()]
    if len(twice):
        raise TableError(
            f"{dataset.file}: fips {', '.join(twice[:3])} appears more than once; each county has one row."
        )
    bare = table.fips[table["land_sqkm"] == 0]
    if len(bare):
        raise TableError(f"{dataset.file}: fips {', '.join(bare[:3])} has no land; land_sqkm must be above zero.")
    return table.set_index("fips").rename_axis("region_id")


_READERS: dict[str, Callable[[Dataset], pd.DataFrame]] = {
    "bundle": _read_bundle,
    "county_table": _read_county_table,
}
