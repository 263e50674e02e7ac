"""In which outline a point lies, where outlines are simplified and shores cut off."""

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from shapely import STRtree

SHORE_DEGREES = 0.01
"""How far outside of a simplified outline a point still belongs to it: 1.1 km along a meridian, less east and west."""


def position_within(points: gpd.array.GeometryArray, outlines: gpd.GeoSeries) -> NDArray[np.int64]:
    """Return the position of each point's outline: the first it lies within, else the nearest on its shore, else -1."""
    tree = STRtree(outlines.to_numpy())
    position = np.full(len(points), -1, dtype=np.int64)
    point, outline = tree.query(np.asarray(points), predicate="within")
    order = np.lexsort((outline, point))[::-1]  # the first outline is written last
    position[point[order]] = outline[order]
    stray = np.flatnonzero(position < 0)
    point, outline = tree.query_nearest(np.asarray(points)[stray], max_distance=SHORE_DEGREES, all_matches=False)
    position[stray[point]] = outline
    return position
