"""Outlines for the page: an equal-area projection with far-off parts as insets, one topology, and names of states.

Map units: the drawing is 1,000 wide, y grows northwards. Outlines are already simplified by their publisher; shared
borders are stored once, so neighbours keep touching.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.affinity import affine_transform
from topojson.core.topology import Topology

WIDTH = 1000.0
_GRID = 10_000
_GRID_MOST = 1_000_000
_LINES_A_REGION = 3
"""Lines of the grid across the smallest region, so that it is not drawn to nothing."""
_GAP = 0.03
_FLATTEST_DEGREES = 5.0
_NAMED_AREA = 400.0


@dataclass(frozen=True)
class Inset:
    """A state far from the others: how much it is shrunk or enlarged, and its place in a row below the south-west."""

    state: str
    scale: float


INSETS = {"US": (Inset("AK", 0.35), Inset("HI", 1.0), Inset("PR", 1.5))}


@dataclass(frozen=True)
class Drawing:
    """What the browser draws.

    ``topology`` has the arcs of TopoJSON and, in the order of the regions, each one's polygons as lists of rings of arc
    numbers; ``states`` a point for each state's name.
    """

    topology: dict[str, Any]
    states: dict[str, tuple[float, float]]


class DrawingError(ValueError):
    """A region was lost while its outline was made small: a fault of the program or of a broken outline."""


def drawn(regions: gpd.GeoDataFrame, country: str) -> Drawing:
    """Return the drawing of regions.

    Parameters
    ----------
    regions
        Indexed by region id, with ``state``, ``longitude, latitude`` of a centre, and outlines in WGS 84.
    country
        Code of the country, for its insets.

    Raises
    ------
    DrawingError
        A region has no outline left.

    """
    flat = _fitted(_placed(regions, INSETS.get(country, ())))
    topology = Topology(
        gpd.GeoDataFrame({"region_id": flat.index, "geometry": flat.to_numpy()}),
        prequantize=_grid(flat),
        object_name="regions",
    ).to_dict()
    shapes = topology["objects"]["regions"]["geometries"]
    lost = set(flat.index) - {shape["properties"]["region_id"] for shape in shapes if any(shape.get("arcs", ()))}
    if lost:
        raise DrawingError(
            f"region {', '.join(sorted(lost)[:3])} vanished from the drawing; check that its outline has an area."
        )
    arcs = {shape["properties"]["region_id"]: _polygons(shape) for shape in shapes}
    grid = topology["transform"]
    return Drawing(
        {
            "transform": {"scale": grid["scale"], "translate": grid["translate"]},
            "arcs": topology["arcs"],
            "shapes": [arcs[region_id] for region_id in flat.index],
        },
        _names(flat, regions.state),
    )


def _grid(flat: gpd.GeoSeries) -> int:
    """Return how many lines the grid has to which corners are moved: enough for the smallest region to have a shape."""
    smallest = float(np.sqrt(flat.area.min()))
    return int(np.clip(np.ceil(_LINES_A_REGION * WIDTH / max(smallest, 1e-9)), _GRID, _GRID_MOST))


def _polygons(shape: Mapping[str, Any]) -> list[list[list[int]]]:
    return list(shape["arcs"]) if shape["type"] == "MultiPolygon" else [shape["arcs"]]


def _placed(regions: gpd.GeoDataFrame, insets: Iterable[Inset]) -> gpd.GeoSeries:
    """Return the regions projected; states that have an inset lie in a row below the rest's south-west corner."""
    apart = [inset for inset in insets if (regions.state == inset.state).any()]
    is_apart = regions.state.isin([inset.state for inset in apart])
    if is_apart.all() or not apart:
        return _projected(regions)
    main = _projected(regions[~is_apart])
    west, south, east, _ = main.total_bounds
    gap = (east - west) * _GAP
    parts, top = [main], south - gap
    for inset in apart:
        part = _projected(regions[regions.state == inset.state])
        part = part.scale(inset.scale, inset.scale, origin=(0, 0))
        left, _, right, upper = part.total_bounds
        parts.append(part.translate(west - left, top - upper))
        west += right - left + gap
    return gpd.GeoSeries(pd.concat(parts)).loc[regions.index]


def _projected(regions: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return outlines in an equal-area projection made for where they lie: plain metres, no reference system."""
    middle, spread = _longitudes(regions.longitude.to_numpy(dtype=np.float64))
    latitude = regions.latitude.to_numpy(dtype=np.float64)
    low, high = float(latitude.min()), float(latitude.max())
    sixth = (high - low) / 6
    first, second = low + sixth, high - sixth
    centre = middle + float(spread.min() + spread.max()) / 2
    name = f"+proj=aea +lat_1={first} +lat_2={second} +lat_0={(low + high) / 2} +lon_0={centre} +units=m"
    if abs(first + second) < _FLATTEST_DEGREES:  # a cone at the equator is a plane
        name = f"+proj=laea +lat_0={(low + high) / 2} +lon_0={centre} +units=m"
    return gpd.GeoSeries(regions.geometry.to_crs(name).to_numpy(), index=regions.index)


def _longitudes(degrees: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Return the middle longitude and each one's difference from it, across the antimeridian where that is shorter."""
    turned = np.exp(1j * np.radians(degrees))
    middle = float(np.degrees(np.angle(turned.mean())))
    return middle, np.degrees(np.angle(turned / np.exp(1j * np.radians(middle))))


def _fitted(flat: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the outlines moved and scaled so that the drawing begins at 0 and is ``WIDTH`` wide."""
    west, south, east, _ = flat.total_bounds
    scale = WIDTH / (east - west)
    move = [scale, 0, 0, scale, -west * scale, -south * scale]
    return gpd.GeoSeries([affine_transform(outline, move) for outline in flat], index=flat.index)


def _names(flat: gpd.GeoSeries, state: "pd.Series[str]") -> dict[str, tuple[float, float]]:
    """Return a point inside each state, empty where there is only one."""
    if state.nunique() < 2:  # noqa: PLR2004 - one state needs no name
        return {}
    whole = gpd.GeoDataFrame({"state": state, "geometry": flat}, geometry="geometry").dissolve("state")
    # a name on a small state would cover its neighbours
    largest = whole.geometry.explode().groupby(level=0).agg(lambda parts: max(parts, key=lambda part: part.area))
    return {
        str(code): (round(point.x, 1), round(point.y, 1))
        for code, point in gpd.GeoSeries(largest).representative_point().items()
        if largest[code].area >= _NAMED_AREA
    }
