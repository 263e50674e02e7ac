"""Outlines in two planes: WGS 84, in which they are kept, and an equal-area projection, in which they are measured."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from analysis.regions.findings import Flags
from analysis.regions.polygonfile import Outlines
from analysis.sphere import Floats

WGS84 = CRS.from_epsg(4326)
EQUAL_AREA = CRS.from_epsg(6933)
"""Cylindrical equal-area projection of the whole Earth; why this one is in docs/decisions/0018."""
EAST, NORTH = 180.0, 90.0
ROUNDING_DEGREES = 1e-6


def wgs84(shapes: Outlines, crs: CRS) -> Outlines:
    """Return outlines in WGS 84, cut where they cross the 180th meridian."""
    turned = gpd.GeoSeries(shapes, crs=crs).to_crs(WGS84).to_numpy()
    return cut_at_antimeridian(turned)[0]


def equal_area(shapes: Outlines, crs: CRS) -> Outlines:
    """Return outlines in the equal-area projection, in metres."""
    turned: Outlines = gpd.GeoSeries(wgs84(shapes, crs), crs=WGS84).to_crs(EQUAL_AREA).to_numpy()
    return turned


def areas_m2(shapes: Outlines, crs: CRS | None) -> Floats:
    """Return each area; in the file's own units where its coordinate system is not known."""
    measured: Floats = shapely.area(shapes if crs is None else equal_area(shapes, crs))
    return measured


def cut_at_antimeridian(shapes: Outlines) -> tuple[Outlines, Flags]:
    """Return outlines in degrees cut at the 180th meridian where an edge jumps over it, and which ones were cut."""
    points, of_shape = shapely.get_coordinates(shapes, return_index=True)
    jumps = _jumps(points[:, 0]) & (np.diff(of_shape) == 0)
    cut = shapes.copy()
    was_cut = np.zeros(len(shapes), dtype=bool)
    for number in np.unique(of_shape[:-1][jumps]):
        parts = shapely.get_parts(shapes[number])
        pieces = [_halves(part) if _crosses(part) else [part] for part in parts]
        if len(pieces) < sum(map(len, pieces)):
            cut[number] = shapely.union_all([half for piece in pieces for half in piece])
            was_cut[number] = True
    return cut, was_cut


def valid(shapes: Any) -> Any:  # noqa: ANN401 - one outline or an array of them, as shapely has it
    """Return outlines made valid, of polygons only: lines and points that mending would leave go."""
    return shapely.make_valid(shapes, method="structure", keep_collapsed=False)


def _jumps(longitude: Floats) -> Flags:
    """Tell between which points an edge goes the long way round; along a whole parallel it is no jump."""
    step = np.abs(np.diff(longitude))
    jumps: Flags = (step > EAST) & (step < 2 * EAST - ROUNDING_DEGREES)
    return jumps


def _crosses(part: shapely.Polygon) -> bool:
    return bool(_jumps(shapely.get_coordinates(shapely.get_exterior_ring(part))[:, 0]).any())


def _halves(part: shapely.Polygon) -> list[shapely.Geometry]:
    def eastward(points: Floats) -> Floats:
        return np.column_stack((np.where(points[:, 0] < 0, points[:, 0] + 2 * EAST, points[:, 0]), points[:, 1]))

    whole = valid(shapely.transform(part, eastward))
    west = shapely.intersection(whole, shapely.box(0, -NORTH, EAST, NORTH))
    east = shapely.intersection(whole, shapely.box(EAST, -NORTH, 2 * EAST, NORTH))
    return [west, shapely.transform(east, lambda points: points - [2 * EAST, 0])]
