"""Open water: what no outline covers, and how much of a great circle lies on it."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from analysis.sphere import EARTH_KM, great_circle_km, unit_sphere

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Shapes = NDArray[np.object_]

_STEP_KM = 25.0
"""Length of the straight pieces of a great circle."""
_OFF_DEGREES = 0.0123456789
"""Where squares begin: a line along the side of one would be on two, and few lines run along such a number."""
_MARGIN_DEGREES = 4.0
"""How far around the outlines water is looked at."""
_EAST = 180.0
_AT_ONCE = 1 << 18


@dataclass(frozen=True)
class Water:
    """What no outline covers, in small pieces, and a tree of them."""

    pieces: Shapes
    tree: STRtree


def water_of(land: gpd.GeoSeries) -> Water:
    """Return what no outline covers, up to four degrees around them, in pieces of at most a degree."""
    outlines = land.to_numpy()
    near = STRtree(outlines)
    tiles = _tiles(outlines)
    tile, outline = near.query(tiles, predicate="intersects")
    bare = np.setdiff1d(np.arange(len(tiles)), tile)
    pieces = list(tiles[bare])
    order = np.argsort(tile, kind="stable")
    tile, outline = tile[order], outline[order]
    starts = np.flatnonzero(np.diff(tile, prepend=-1))
    for number, own in zip(tile[starts], np.split(outline, starts[1:]), strict=True):
        covered = shapely.union_all(shapely.intersection(outlines[own], tiles[number]))
        left = shapely.get_parts(shapely.difference(tiles[number], covered))
        pieces.extend(left[shapely.area(left) > 0])
    kept = np.array(pieces, dtype=object)
    return Water(kept, STRtree(kept))


def crossed_km(start: Floats, end: Floats, water: Water) -> Floats:
    """Return how many km of the great circle between two points lie on water, shape (pairs,).

    ``start`` and ``end`` are latitudes and longitudes, shape (pairs, 2).
    """
    crossed = np.zeros(len(start))
    for first in range(0, len(start), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        crossed[part] = _crossed(start[part], end[part], water)
    return crossed


def _crossed(start: Floats, end: Floats, water: Water) -> Floats:
    lines, pair, km = _lines(start, end)
    line, piece = water.tree.query(lines, predicate="intersects")
    wet = shapely.length(shapely.intersection(lines[line], water.pieces[piece]))
    length = shapely.length(lines)[line]
    share = np.divide(wet, length, out=np.zeros_like(wet), where=length > 0)
    crossed = _summed(line, share, len(lines)).clip(0, 1) * km
    return _summed(pair, crossed, len(start))


def _lines(start: Floats, end: Floats) -> tuple[Shapes, Indices, Floats]:
    """Return the great circles as short straight lines in degrees, which pair each belongs to and its km."""
    one, two = unit_sphere(*start.T), unit_sphere(*end.T)
    whole_km = great_circle_km(np.linalg.norm(one - two, axis=1))
    steps = np.maximum(np.ceil(whole_km / _STEP_KM), 1).astype(np.int64)
    pair = np.repeat(np.arange(len(start)), steps)
    number = np.arange(len(pair)) - np.repeat(np.cumsum(steps) - steps, steps)
    ends = [_along(one[pair], two[pair], whole_km[pair], (number + more) / steps[pair]) for more in (0, 1)]
    km = whole_km[pair] / steps[pair]
    jump = np.abs(ends[1][:, 0] - ends[0][:, 0]) > _EAST
    lines = shapely.linestrings(np.stack(ends, axis=1)[~jump])
    if not jump.any():
        return lines, pair, km
    # over the antimeridian: the same line once left and once right of the map, of which the map shows a part each
    turn = np.array([2 * _EAST, 0.0])
    turned = [np.where((side < 0) & (turn > 0), side + turn, side)[jump] for side in ends]
    right = shapely.linestrings(np.stack(turned, axis=1))
    left = shapely.transform(right, lambda points: points - turn)
    return (
        np.concatenate((lines, right, left)),
        np.concatenate((pair[~jump], pair[jump], pair[jump])),
        np.concatenate((km[~jump], km[jump], km[jump])),
    )


def _along(one: Floats, two: Floats, km: Floats, share: Floats) -> Floats:
    """Return longitude and latitude of the point a share of the way along each great circle."""
    angle = km / EARTH_KM
    sine = np.sin(angle)
    near = sine < 1e-12  # noqa: PLR2004 - the same point
    safe = np.where(near, 1.0, sine)
    first = np.where(near, 1 - share, np.sin((1 - share) * angle) / safe)
    second = np.where(near, share, np.sin(share * angle) / safe)
    x, y, z = (first[:, None] * one + second[:, None] * two).T
    return np.column_stack((np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))))


def _tiles(outlines: Shapes) -> Shapes:
    """Return squares of a degree within four degrees of an outline."""
    low, high = np.array([-_EAST, -_EAST / 2]), np.array([_EAST, _EAST / 2])
    bounds = shapely.bounds(outlines[~shapely.is_empty(outlines)])
    first = np.floor(np.maximum(bounds[:, :2] - _MARGIN_DEGREES, low)).astype(np.int64)
    last = np.ceil(np.minimum(bounds[:, 2:] + _MARGIN_DEGREES, high)).astype(np.int64)
    corners = {
        (east, north)
        for (west, south), (end, top) in zip(first.tolist(), last.tolist(), strict=True)
        for east in range(west - 1, end)
        for north in range(south - 1, top)
    }
    corner = np.array(sorted(corners), dtype=np.float64).reshape(-1, 2) + _OFF_DEGREES
    tiles: Shapes = shapely.box(*np.maximum(corner, low).T, *np.minimum(corner + 1, high).T)
    kept: Shapes = tiles[shapely.area(tiles) > 0]
    return kept


def _summed(row: Indices, amount: Floats, rows: int) -> Floats:
    summed: Floats = np.bincount(row, weights=amount, minlength=rows).astype(np.float64)
    return summed
