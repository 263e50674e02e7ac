"""People of regions by overlay: those of other polygons, taken as evenly spread inside each, go where its area goes."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_matrix

from analysis.regions.attributes import whole
from analysis.regions.findings import Flags
from analysis.regions.neighbours import SLIVER_SHARE
from analysis.regions.planes import EQUAL_AREA, WGS84, equal_area, valid
from analysis.regions.polygonfile import Outlines
from analysis.sphere import Floats


@dataclass(frozen=True)
class Overlaid:
    """People of regions by overlay, and what became of everybody.

    ``population`` has whole numbers that add up to ``people_inside``; ``known_share`` is the share of each region's
    area that polygons with people cover. Both have the regions' index. Everybody is ``people_inside``,
    ``people_outside`` (in one of the ``polygons`` in which regions lie by more than a sliver, but in no region) or
    ``people_beyond`` (elsewhere). Of those inside, ``people_divided`` live in polygons that no region holds but for a
    sliver, so that their place rests on the even spread alone.
    """

    population: "pd.Series[int]"
    known_share: "pd.Series[float]"
    polygons: int
    people_inside: int
    people_outside: int
    people_beyond: int
    people_divided: int


def overlay(regions: gpd.GeoSeries, people: gpd.GeoDataFrame) -> Overlaid:
    """Return the people of regions.

    Parameters
    ----------
    regions
        Outlines that overlap by no more than slivers.
    people
        ``population`` (people, none missing) and outlines with an area.

    Notes
    -----
    The people of a polygon that live inside of any region are those of the share of its area that the regions cover
    together. They are divided among the regions in proportion to the areas in common, which tobler does; so nobody is
    lost or doubled where regions overlap by slivers.

    """
    targets, sources = _prepared(regions), _prepared(people.geometry)
    areas, covered, is_met = _common(sources, targets)
    counts = people.population.to_numpy(dtype="float64")
    inside = counts * covered
    estimated = pd.Series(_interpolated(inside, sources, targets, areas), index=regions.index, name="population")
    largest = np.asarray(areas.max(axis=1).todense()).ravel() / shapely.area(sources)
    known = np.asarray(areas.sum(axis=0)).ravel() / shapely.area(targets)
    people_inside = _people(inside)
    people_outside = _people((counts - inside)[is_met])
    return Overlaid(
        population=whole(estimated),
        known_share=pd.Series(np.minimum(known, 1.0), index=regions.index, name="known_share"),
        polygons=int(is_met.sum()),
        people_inside=people_inside,
        people_outside=people_outside,
        people_beyond=_people(counts) - people_inside - people_outside,
        people_divided=_people(inside[is_met & (largest < 1 - SLIVER_SHARE)]),
    )


def _people(counts: Floats) -> int:
    return round(float(counts.sum()))


def _prepared(outlines: gpd.GeoSeries) -> Outlines:
    turned: Outlines = valid(equal_area(outlines.to_numpy(), outlines.crs or WGS84))
    return turned


def _common(sources: Outlines, targets: Outlines) -> tuple[csr_matrix, Floats, Flags]:
    """Return the areas in common (sources x targets, m2) and the share of each source that all targets cover together.

    Last, whether any target meets it by more than a sliver of the smaller one.
    """
    of_source, of_target = shapely.STRtree(targets).query(sources, predicate="intersects")
    pieces = shapely.intersection(sources[of_source], targets[of_target])
    sizes = shapely.area(pieces)
    kept = sizes > 0
    pieces, sizes, of_source, of_target = pieces[kept], sizes[kept], of_source[kept], of_target[kept]
    areas = csr_matrix((sizes, (of_source, of_target)), shape=(len(sources), len(targets)))
    order = np.argsort(of_source, kind="stable")
    covered = np.zeros(len(sources))
    for positions in np.split(order, np.flatnonzero(np.diff(of_source[order])) + 1):
        if len(positions):
            together = pieces[positions[0]] if len(positions) == 1 else shapely.union_all(pieces[positions])
            covered[of_source[positions[0]]] = together.area
    is_met = np.zeros(len(sources), dtype=bool)
    smaller = np.minimum(shapely.area(sources)[of_source], shapely.area(targets)[of_target])
    is_met[of_source[sizes > SLIVER_SHARE * smaller]] = True
    return areas, np.minimum(covered / shapely.area(sources), 1.0), is_met


def _interpolated(inside: Floats, sources: Outlines, targets: Outlines, areas: csr_matrix) -> Floats:
    """Divide people in proportion to areas in common.

    tobler 0.13 would measure areas in numbers of 32 bits, too few to keep ten million people whole; so they are given.
    """
    from tobler.area_weighted import (  # noqa: PLC0415 - a second, for this step alone
        area_interpolate,
    )

    estimates = area_interpolate(
        gpd.GeoDataFrame({"people": inside}, geometry=sources, crs=EQUAL_AREA),
        gpd.GeoDataFrame(geometry=targets, crs=EQUAL_AREA),
        extensive_variables=["people"],
        table=areas,
        allocate_total=True,
    )
    people: Floats = estimates["people"].to_numpy(dtype="float64")
    return people
