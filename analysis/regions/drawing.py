"""The outlines of a file checked and made ready: polygons, of a known coordinate system, in range, valid, in WGS 84."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from analysis.regions.findings import Findings, Flags, few
from analysis.regions.planes import (
    EAST,
    NORTH,
    ROUNDING_DEGREES,
    WGS84,
    areas_m2,
    cut_at_antimeridian,
    valid,
    wgs84,
)
from analysis.regions.polygonfile import Outlines, PolygonFile
from analysis.sphere import Floats

MENDED_SHARE = 0.001
"""How much of its area an outline may win or lose when it is made valid."""


@dataclass(frozen=True)
class Drawing:
    """Polygons row by row of the file, ``None`` where a row has none that serves.

    ``drawn`` are valid in the plane they were drawn in, in which their borders are straight; ``outlines`` are the same
    in WGS 84, all ``None`` where the coordinate system is not known.
    """

    drawn: Outlines
    outlines: Outlines
    crs: CRS | None
    crs_from: str


def draw(polygons: PolygonFile, told: CRS | None, labels: Sequence[str], findings: Findings) -> Drawing:
    """Check the outlines and make them ready; faults and notes are added to ``findings``.

    Parameters
    ----------
    polygons
        The file as it is.
    told
        The coordinate system the user named, which goes before that of the file.
    labels
        What each row is called in sentences.

    """
    shapes = _polygonal(polygons.outlines, labels, findings)
    crs, crs_from = _system(polygons, told, shapes, findings)
    shapes = _in_range(shapes, crs, labels, findings)
    if crs is not None and crs.is_geographic:
        shapes = _cut(shapes, labels, findings)
    drawn = _mended(shapes, crs, labels, findings)
    outlines = np.full(len(drawn), None, dtype=object)
    if crs is not None:
        there = _there(drawn)
        outlines[there] = valid(wgs84(drawn[there], crs))
    return Drawing(drawn, outlines, crs, crs_from)


def _there(shapes: Outlines) -> Flags:
    there: Flags = ~shapely.is_missing(shapes)
    return there


def _without(shapes: Outlines, wrong: Flags) -> Outlines:
    left = shapes.copy()
    left[wrong] = None
    return left


def _polygonal(shapes: Outlines, labels: Sequence[str], findings: Findings) -> Outlines:
    """Return the polygons of each row in two dimensions, ``None`` where there are none."""
    if not len(shapes):
        findings.fault("it has no rows; expected a polygon a region.")
        return shapes
    flat = shapely.force_2d(shapes)
    bare = ~_there(flat) | shapely.is_empty(flat)
    if bare.any():
        findings.fault(f"no outline in {few(labels, bare)}; draw it or leave the row out.")
    kinds = np.array([getattr(shape, "geom_type", "") for shape in flat])
    mixed = (kinds == "GeometryCollection") & ~bare
    for number in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapely.get_parts(flat[number]))
        flat[number] = shapely.multipolygons([part for part in parts if part.geom_type == "Polygon"])
    has_polygons = np.isin(kinds, ["Polygon", "MultiPolygon"]) | (mixed & ~shapely.is_empty(flat))
    if (mixed & has_polygons).any():
        findings.note(f"lines and points of {few(labels, mixed & has_polygons)} were left out, polygons kept.")
    wrong = ~bare & ~has_polygons
    if wrong.any():
        found = ", ".join(f"{(kinds[wrong] == kind).sum():,} {kind}" for kind in np.unique(kinds[wrong]))
        findings.fault(f"no polygons but {found}, in {few(labels, wrong)}; expected outlines of areas.")
    return _without(flat, bare | wrong)


def _system(polygons: PolygonFile, told: CRS | None, shapes: Outlines, findings: Findings) -> tuple[CRS | None, str]:
    """Return the coordinate system and where it is known from; ``None`` where a fault was told."""
    found = polygons.crs
    if found is None and told is None:
        findings.fault(_unknown(shapes, findings.crs_option))
        return None, ""
    if told is not None and found is not None and not found.equals(told, ignore_axis_order=True):
        findings.note(
            f"it says that it is in {called(found)}; {called(told)} of {findings.crs_option} is used instead."
        )
    crs = CRS(found if told is None else told)
    try:
        Transformer.from_crs(crs, WGS84)
    except ProjError:
        findings.fault(
            f"its coordinate system {called(crs)} cannot be turned into WGS 84; say another with {findings.crs_option}."
        )
        return None, ""
    if told is not None:
        return told, findings.crs_option
    return crs, "RFC 7946" if polygons.is_geojson and WGS84.equals(crs, ignore_axis_order=True) else "the file"


def _unknown(shapes: Outlines, option: str) -> str:
    """Return what to say of a file without coordinate system: what its coordinates look like, which is not assumed."""
    west, south, east, north = shapely.total_bounds(shapes)
    if np.isnan(west):
        return f"no coordinate system is known; say it with {option} EPSG:n."
    like = f"are too large for degrees: ask the publisher and say it with {option} EPSG:n."
    if max(abs(west), abs(east)) <= 2 * EAST and max(abs(south), abs(north)) <= NORTH:
        like = f"look like longitude and latitude, which is not assumed: if they are, say {option} EPSG:4326."
    return (
        "no coordinate system is known (a Shapefile has it in its .prj); the coordinates, from "
        f"{west:g}, {south:g} to {east:g}, {north:g}, {like}"
    )


def called(crs: CRS) -> str:
    """Return the code of a coordinate system, such as ``EPSG:4326``, or its name where it has none."""
    code = crs.to_authority()
    return crs.name if code is None else ":".join(code)


def _in_range(shapes: Outlines, crs: CRS | None, labels: Sequence[str], findings: Findings) -> Outlines:
    """Return outlines that lie on the Earth, ``None`` for others."""
    points, of_shape = shapely.get_coordinates(shapes, return_index=True)
    off = ~np.isfinite(points).all(axis=1)
    why = "no numbers"
    if crs is not None and crs.is_geographic:
        off |= (np.abs(points) > np.array([EAST, NORTH]) + ROUNDING_DEGREES).any(axis=1)
        why = f"no degrees of longitude and latitude, as {called(crs)} has them{_hint(points[off])}"
    elif crs is not None:
        _not_degrees(points, crs, findings)
        turned = Transformer.from_crs(crs, WGS84, always_xy=True).transform(points[:, 0], points[:, 1])
        off |= ~np.isfinite(np.column_stack(turned)).all(axis=1)
        why = f"outside of where {called(crs)} can be used"
    wrong = np.zeros(len(shapes), dtype=bool)
    wrong[of_shape[off]] = True
    if wrong.any():
        x, y = points[int(np.argmax(off))]
        findings.fault(
            f"coordinates of {few(labels, wrong)}, such as {x:g}, {y:g}, are {why}; mend them "
            f"or say the true coordinate system with {findings.crs_option} EPSG:n."
        )
    return _without(shapes, wrong)


def _not_degrees(points: Floats, crs: CRS, findings: Findings) -> None:
    """Find coordinates that are degrees although the file says metres or feet."""
    unit = crs.axis_info[0] if crs.axis_info else None
    if unit is None or unit.unit_conversion_factor > 1 or not len(points):
        return
    if bool((np.abs(points) <= [EAST, NORTH]).all()):
        findings.fault(
            f"its coordinates look like degrees, but {called(crs)} is in units of {unit.unit_name}; say the true "
            f"coordinate system with {findings.crs_option} EPSG:n."
        )


def _hint(points: Floats) -> str:
    """Return what coordinates that are out of range look like."""
    if not len(points):
        return ""
    x, y = np.abs(points).max(axis=0)
    if x <= NORTH < y <= EAST:
        return " (latitude and longitude look swapped)"
    if y <= NORTH and EAST < x <= 2 * EAST:
        return " (longitudes go beyond 180: cut the outlines at the 180th meridian)"
    return " (they look like metres)" if max(x, y) > 2 * EAST else ""


def _cut(shapes: Outlines, labels: Sequence[str], findings: Findings) -> Outlines:
    cut, was_cut = cut_at_antimeridian(shapes)
    if was_cut.any():
        findings.note(f"outlines that cross the 180th meridian were cut there: {few(labels, was_cut)}.")
    return cut


def _mended(shapes: Outlines, crs: CRS | None, labels: Sequence[str], findings: Findings) -> Outlines:
    """Return valid outlines; what mending changes by too much, or leaves without area, is a fault."""
    invalid = _there(shapes) & ~shapely.is_valid(shapes)
    made = shapes.copy()
    made[invalid] = valid(shapes[invalid])
    change = np.zeros(len(shapes))
    before, after = areas_m2(shapes[invalid], crs), areas_m2(made[invalid], crs)
    change[invalid] = np.abs(after - before) / np.maximum(np.maximum(after, before), np.finfo(float).tiny)
    flat = _there(made) & (shapely.area(made) == 0)
    if flat.any():
        findings.fault(f"no area in {few(labels, flat)}; use a less simplified file.")
    broken = invalid & ~flat & (change >= MENDED_SHARE)
    if broken.any():
        worst = int(np.argmax(np.where(broken, change, -1)))
        findings.fault(
            f"outlines cross themselves or are wrongly nested in {few(labels, broken)}, and mending changes the area "
            f"of {labels[worst]} by {change[worst]:.1%}, expected less than {MENDED_SHARE:.1%} "
            f"({shapely.is_valid_reason(shapes[worst])}); draw them anew."
        )
    if (mended := invalid & ~flat & ~broken).any():
        findings.note(
            f"invalid outlines were mended: {few(labels, mended)}; areas changed by {change[mended].max():.2g} or less."
        )
    return _without(made, flat)
