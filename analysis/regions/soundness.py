"""Is a user's file of regions sound: every fault is told at once, and what is sound comes out as regions."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from analysis.regions.attributes import ids_of, people_of, texts_of, whole
from analysis.regions.drawing import Drawing, draw
from analysis.regions.findings import Findings, UnsoundError, few
from analysis.regions.neighbours import check_between
from analysis.regions.planes import WGS84
from analysis.regions.polygonfile import PolygonFile, listed, nearest
from analysis.study import StudyError


@dataclass(frozen=True)
class Columns:
    """Which columns of a file say what, and how its outlines and ids are to be taken.

    ``id_digits`` is the length of ids that the file holds as numbers: zeros that were lost are put back in front.
    """

    region_id: str
    name: str | None = None
    state: str | None = None
    population: str | None = None
    crs: CRS | None = None
    id_digits: int | None = None
    strict: bool = False

    def wanted(self) -> dict[str, str]:
        """Return the columns asked for by the option that asks."""
        said = {"--id": self.region_id, "--name": self.name, "--state": self.state, "--population": self.population}
        return {option: column for option, column in said.items() if column is not None}


@dataclass(frozen=True)
class Sound:
    """Regions sorted by id (``region_id, name, state, population`` and outlines in WGS 84), and how they were drawn.

    ``population`` is missing throughout where no column has it.
    """

    regions: gpd.GeoDataFrame
    crs: CRS
    crs_from: str
    notes: list[str] = field(default_factory=list)


def sound(polygons: PolygonFile, columns: Columns) -> Sound:
    """Return the regions of a file, sorted by id.

    Raises
    ------
    UnsoundError
        The file has faults; all of them are told.

    """
    findings = Findings(polygons.file.name)
    for remark in polygons.remarks:
        findings.note(f"the reading library says: {remark.rstrip('.')}.")
    check_columns(polygons, columns.wanted(), findings)
    table = polygons.table
    rows = rows_of(polygons)
    ids = ids_of(table.get(columns.region_id), columns.id_digits, findings)
    labels = [row if said is None else repr(said) for said, row in zip(ids or rows, rows, strict=True)]
    people = people_of(table.get(columns.population), labels, findings)
    texts = {
        "name": texts_of(table.get(columns.name), "name", findings),
        "state": texts_of(table.get(columns.state), "state", findings),
    }
    drawing = draw(polygons, columns.crs, labels, findings)
    check_between(drawing, labels, findings, "fault" if columns.strict else "note")
    if findings.faults or drawing.crs is None:
        raise UnsoundError(findings)
    regions = _regions(ids, texts, people, drawing, findings)
    return Sound(regions, drawing.crs, drawing.crs_from, findings.notes)


def rows_of(polygons: PolygonFile) -> list[str]:
    """Return what each row of a file is called where it has no id."""
    return [f"row {number + 1}" for number in range(len(polygons.outlines))]


def crs_of(said: str | None, option: str = "--crs") -> CRS | None:
    """Return the coordinate system that was named, such as ``EPSG:4326``.

    Raises
    ------
    StudyError
        There is none of this name.

    """
    if said is None:
        return None
    try:
        return CRS.from_user_input(said)
    except CRSError as fault:
        raise StudyError(f"{option} {said!r} is no coordinate system; expected a code such as EPSG:4326.") from fault


def check_columns(polygons: PolygonFile, wanted: dict[str, str], findings: Findings) -> None:
    """Find columns that were asked for and are absent."""
    for option, column in wanted.items():
        if column not in polygons.columns:
            findings.fault(
                f"it has no column {column!r} ({option}); found {listed(polygons.columns) or 'none'}"
                f"{nearest(column, polygons.columns) or '.'}"
            )


def _regions(
    ids: Sequence[str | None],
    texts: dict[str, list[str | None] | None],
    people: pd.Series | None,
    drawing: Drawing,
    findings: Findings,
) -> gpd.GeoDataFrame:
    names, states = texts["name"] or ids, texts["state"] or [None] * len(ids)
    unnamed = np.array([name is None for name in names])
    if unnamed.any():
        findings.note(f"regions without a name are called by their id: {few(list(map(repr, ids)), unnamed)}.")
    regions = gpd.GeoDataFrame(
        {
            "region_id": pd.Series(list(ids), dtype="str"),
            "name": pd.Series([name or said for name, said in zip(names, ids, strict=True)], dtype="str"),
            "state": pd.Series(states, dtype="str"),
            "population": pd.Series(np.nan, index=range(len(ids))) if people is None else people.reset_index(drop=True),
        },
        geometry=drawing.outlines,
        crs=WGS84,
    ).sort_values("region_id", ignore_index=True)
    if people is not None:
        if (people % 1 != 0).any():
            findings.note("people with fractions were rounded so that their sum is kept.")
        regions["population"] = whole(regions.population)
    return regions
