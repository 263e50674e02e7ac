"""Points in cells: rows of latitude, cut into columns of about one width, found without looking at every point.

Nothing is special at the antimeridian, at a pole or on an island: longitudes are counted from the far end of the widest
stretch without points, the rows nearest a pole have a single column, and what a circle may reach is always taken too
wide, never too narrow. Whether a pair is in reach is decided later, by its exact distance.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]

_TURN = 2 * np.pi
_CELLS_A_POINT = 16
"""At most about so many cells a point, and never fewer than ``_CELLS_LEAST``: more cost memory and save nothing."""
_CELLS_LEAST = 4096


class Cells(NamedTuple):
    """Rows and columns of cells.

    Attributes
    ----------
    row_first
        First cell of each row, cells counted row by row from the south; one entry more than there are rows.
    row_scale
        Columns per radian of longitude in each row.
    row_cosine
        Least cosine of latitude in each row.
    south, height
        Southern edge of the first row and height of all rows, radians.
    west, width
        Where longitudes are counted from, and how far eastward there are points, radians.
    start
        First sorted point of each cell; one entry more than there are cells.

    """

    row_first: Indices
    row_scale: Floats
    row_cosine: Floats
    south: float
    height: float
    west: float
    width: float
    start: Indices


class Points(NamedTuple):
    """Points on the unit sphere, one array a coordinate: straight scans are fast."""

    x: Floats
    y: Floats
    z: Floats


class Grid(NamedTuple):
    """Points sorted by cell.

    Attributes
    ----------
    cells
        The cells.
    order
        Position of each sorted point among the points that were given.
    points
        The sorted points.

    """

    cells: Cells
    order: Indices
    points: Points


class Seekers(NamedTuple):
    """Origins in the order of the grid: unit sphere, latitude, longitude from the grid's west, squared chords.

    ``order`` is the position of each sorted origin among those given. ``bounds`` holds the squared chord at which each
    band of each origin ends, shape (origins, bands), rising along a row; negative where nothing is in reach, not even a
    site at the same spot.
    """

    x: Floats
    y: Floats
    z: Floats
    north: Floats
    east: Floats
    bounds: Floats
    order: Indices


def grid_of(points: Floats, cell: float) -> Grid:
    """Return points sorted into cells.

    Parameters
    ----------
    points
        On the unit sphere, shape (n, 3); none at all is fine.
    cell
        Wished height and width of a cell in radians; wider where so few points do not warrant so many cells.

    """
    cells = empty_cells(points, cell)
    cell_of = cell_numbers(cells, latitude(points), longitude_from(cells.west, points))
    order = np.argsort(cell_of, kind="stable").astype(np.int32)
    points_of = np.bincount(cell_of, minlength=int(cells.row_first[-1]))
    start = np.concatenate(([0], np.cumsum(points_of))).astype(np.int32)
    return Grid(cells._replace(start=start), order, Points(*np.ascontiguousarray(points[order].T)))


def cell_numbers(cells: Cells, north: Floats, east: Floats) -> Indices:
    """Return the cell of each point; of points outside, the nearest of the outermost cells of its row.

    Parameters
    ----------
    cells
        The cells.
    north, east
        Latitude and longitude from the cells' west, radians.

    """
    rows = len(cells.row_scale)
    row = np.clip(np.floor((north - cells.south) / cells.height), 0, rows - 1).astype(np.int64)
    columns = np.diff(cells.row_first)[row]
    column = np.floor(east * cells.row_scale[row])
    number: Indices = (cells.row_first[row] + np.clip(column, 0, columns - 1)).astype(np.int32)
    return number


def latitude(points: Floats) -> Floats:
    """Return the latitude of points on the unit sphere, radians; precise at the poles too."""
    north: Floats = np.arctan2(points[:, 2], np.hypot(points[:, 0], points[:, 1]))
    return north


def longitude_from(west: float, points: Floats) -> Floats:
    """Return how far east of a meridian points lie, radians from 0 to a whole turn."""
    east: Floats = np.mod(np.arctan2(points[:, 1], points[:, 0]) - west, _TURN)
    return east


def sorted_seekers(cells: Cells, origins: Floats, bounds: Floats) -> Seekers:
    """Return origins in an order in which neighbours follow each other."""
    north, east = latitude(origins), longitude_from(cells.west, origins)
    order = np.argsort(cell_numbers(cells, north, east), kind="stable").astype(np.int32)
    x, y, z = np.ascontiguousarray(origins[order].T)
    return Seekers(x, y, z, north[order], east[order], bounds[order], order)


def empty_cells(points: Floats, cell: float) -> Cells:
    """Return cells that cover all points, before these are sorted into them."""
    nothing = np.zeros(0, np.int32)
    if not len(points):
        return Cells(np.array([0, 1], np.int32), np.ones(1), np.ones(1), 0.0, 1.0, 0.0, 0.0, nothing)
    north = latitude(points)
    south, tall = float(north.min()), float(np.ptp(north))
    west, width = _inhabited(np.arctan2(points[:, 1], points[:, 0]))
    most = max(_CELLS_LEAST, _CELLS_A_POINT * len(points))
    area = max(np.sin(south + tall) - np.sin(south), 0.0) * width
    height = max(cell, np.sqrt(area / most), tall / most, width / most)
    rows = int(tall / height) + 1
    edges = np.abs(south + height * np.arange(rows + 1))
    cosine = np.cos(np.minimum(np.maximum(edges[:-1], edges[1:]), np.pi / 2))
    columns = np.maximum(np.ceil(width * cosine / height), 1)
    row_first = np.concatenate(([0], np.cumsum(columns))).astype(np.int32)
    return Cells(row_first, columns / max(width, 1e-9), cosine, south, float(height), west, width, nothing)


def _inhabited(longitude: Floats) -> tuple[float, float]:
    """Return where the stretch of longitudes with all points begins and how wide it is, radians."""
    around = np.sort(longitude)
    gaps = np.append(np.diff(around), around[0] + _TURN - around[-1])
    widest = int(gaps.argmax())
    return float(around[(widest + 1) % len(around)]), float(max(_TURN - gaps[widest], 0.0))
