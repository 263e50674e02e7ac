"""Polygons with people at hand, from which regions without people get theirs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

from analysis.provenance import sha256_of
from analysis.regions.attributes import people_of
from analysis.regions.catalog import locate
from analysis.regions.drawing import draw
from analysis.regions.findings import Findings, UnsoundError
from analysis.regions.neighbours import check_between
from analysis.regions.planes import WGS84
from analysis.regions.polygonfile import read_polygons
from analysis.regions.soundness import check_columns, rows_of
from analysis.study import Input, StudyError

BUNDLED = "bundle_counties"
"""The finest polygons with people that ship: counties of the United States."""


@dataclass(frozen=True)
class PeopleSource:
    """Polygons with ``population`` and outlines in WGS 84, what they are called, and where they are from."""

    name: str
    polygons: gpd.GeoDataFrame
    provenance: dict[str, Any]


def people_source(wanted: str, column: str, crs: CRS | None) -> PeopleSource:
    """Return the polygons with people of a file, or those that ship.

    Raises
    ------
    UnsoundError
        The file has faults; all of them are told.
    StudyError
        It cannot be opened.

    """
    if wanted == BUNDLED:
        dataset = locate(Input(dataset=BUNDLED), None)
        bundled = gpd.read_parquet(dataset.file, columns=["population", "geometry"])
        return PeopleSource(BUNDLED, bundled, dataset.provenance())
    file = Path(wanted)
    if not file.exists() and not file.suffix:
        raise StudyError(
            f"--people {wanted!r} is neither a file nor a dataset of polygons with people; expected a file, or "
            f"{BUNDLED!r}, which ships."
        )
    return _of_file(file, column, crs)


def _of_file(file: Path, column: str, crs: CRS | None) -> PeopleSource:
    polygons = read_polygons(file, [column])
    findings = Findings(polygons.file.name, "--people-crs")
    labels = rows_of(polygons)
    check_columns(polygons, {"--people-column": column}, findings)
    people = people_of(polygons.table.get(column), labels, findings)
    drawing = draw(polygons, crs, labels, findings)
    check_between(drawing, labels, findings, "let be")  # whose people would count twice
    if findings.faults or people is None:
        raise UnsoundError(findings)
    there = ~shapely.is_missing(drawing.outlines)
    frame = gpd.GeoDataFrame({"population": people[there]}, geometry=drawing.outlines[there], crs=WGS84)
    provenance = {"file": polygons.file.name, "sha256": sha256_of(polygons.file), "column": column}
    return PeopleSource(polygons.file.name, frame, provenance)


def total(source: PeopleSource) -> int:
    """Return everybody in the polygons."""
    return round(float(pd.Series(source.polygons.population).sum()))
