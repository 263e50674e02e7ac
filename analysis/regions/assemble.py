"""Outlines, table and origins together: the promised ``regions`` and ``origins``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from analysis.promise import TableError, conform
from analysis.regions.boundaries import read_outlines
from analysis.regions.catalog import locate
from analysis.regions.indicators import indicators
from analysis.regions.origins import read_origins, weighted_centres
from analysis.regions.population import population, read_table
from analysis.regions.rurality import county_types
from analysis.study import Study, StudyError
from analysis.tables import ORIGINS, REGIONS


@dataclass(frozen=True)
class World:
    """Where people live: regions and origins as promised, the datasets behind them, and what was left out."""

    regions: gpd.GeoDataFrame
    origins: pd.DataFrame
    datasets: list[dict[str, Any]]
    outlines_left_out: int


def read_world(study: Study, inputs: Path | None) -> World:
    """Read the study's regions and origins.

    Outlines without a row in the table (territories the publisher does not count) are left out and counted; a row
    without outline is a fault, since it would lose people.

    Raises
    ------
    TableError
        A file cannot be read, or people of the table have no outline.
    StudyError
        A dataset or its file is absent.

    """
    outlines_of = locate(study.inputs.outlines, inputs)
    table_of = locate(study.inputs.table, inputs)
    origins_of = locate(study.inputs.origins, inputs)
    outlines = read_outlines(outlines_of).set_index("region_id")
    table = read_table(table_of)
    lost = table.index.difference(outlines.index)
    if len(lost):
        raise TableError(
            f"{table_of.file} counts people in {', '.join(lost[:5])}, which {outlines_of.file} does not draw; use "
            "outlines of the same vintage (Connecticut changed from counties to planning regions in 2022)."
        )
    drawn = outlines.loc[outlines.index.intersection(table.index)]
    outside = len(outlines) - len(drawn)
    if study.states:
        drawn = drawn[drawn.state.isin(study.states)]
        absent = [state for state in study.states if state not in set(drawn.state)]
        if absent:
            raise StudyError(
                f"states {', '.join(map(repr, absent))} have no region in {table_of.file.name}; leave them out of the "
                "study, or name a table that counts them."
            )
    table = table.loc[drawn.index]
    regions = gpd.GeoDataFrame(drawn.join(population(table)), geometry="geometry", crs=4326)
    origins = read_origins(origins_of, regions)
    regions = regions.join(indicators(table, regions.rurality)).join(weighted_centres(origins))
    regions["density_per_km2"] = regions.population / regions.land_km2
    regions["county_type"] = county_types(regions.population, regions.land_km2)
    shaped = conform(regions.rename_axis("region_id").reset_index(), REGIONS)
    return World(
        regions=gpd.GeoDataFrame(shaped, geometry="geometry", crs=4326).sort_values("region_id", ignore_index=True),
        origins=conform(origins, ORIGINS),
        datasets=[
            dataset.provenance() for dataset in {d.name: d for d in (outlines_of, table_of, origins_of)}.values()
        ],
        outlines_left_out=outside,
    )
