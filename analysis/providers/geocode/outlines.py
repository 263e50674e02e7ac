"""Which state a point may lie in, by simplified outlines."""

import geopandas as gpd
import shapely

BORDER_DEGREES = 0.02
"""How far from a simplified outline a point may still lie in its state: 2.2 km along a meridian."""


class StateOutlines:
    """Outlines with the state each belongs to."""

    def __init__(self, outlines: gpd.GeoDataFrame) -> None:
        """Take ``state`` and ``geometry``, any number of outlines a state."""
        self._parts = {state: parts.geometry.to_numpy() for state, parts in outlines.groupby("state")}
        self._whole: dict[str, shapely.Geometry] = {}

    def may_hold(self, state: str, latitude: float, longitude: float) -> bool:
        """Tell whether a point lies in a state or near its border; yes where the state has no outline."""
        if state not in self._parts:
            return True
        if state not in self._whole:
            self._whole[state] = shapely.union_all(self._parts[state]).buffer(BORDER_DEGREES)
            shapely.prepare(self._whole[state])
        return bool(shapely.contains_xy(self._whole[state], longitude, latitude))
