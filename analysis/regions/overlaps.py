"""How many people live in both an older and a newer unit: the weights of a join across vintages."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analysis.promise import TableError

_SHORE_DEGREES = 0.1
"""A point this near an outline belongs to it: simplified outlines cut shores off."""


@dataclass(frozen=True)
class Change:
    """Pairs of an older and a newer code that can share people.

    ``nested`` says that one side is made of whole units of the other: counts of the smaller ones are the overlaps.
    """

    pairs: frozenset[tuple[str, str]]
    nested: bool = True

    @cached_property
    def older(self) -> frozenset[str]:
        """Codes before the change that it touches."""
        return frozenset(older for older, _ in self.pairs)

    @cached_property
    def newer(self) -> frozenset[str]:
        """Codes after the change that it touches."""
        return frozenset(newer for _, newer in self.pairs)

    def reversed(self) -> "Change":
        """Return the change as seen backwards in time."""
        return Change(frozenset((newer, older) for older, newer in self.pairs), self.nested)


def one_to_one(change: Change) -> bool:
    """Whether codes were renamed only: nobody is divided or joined."""
    return len(change.pairs) == len(change.older) == len(change.newer)


def nested_people(change: Change, people: "pd.Series[int]") -> pd.DataFrame:
    """Return ``older_id, newer_id, people`` of a nested change where counts of the smaller parts are all at hand."""
    often = Counter(older for older, _ in change.pairs)
    rows = []
    for older, newer in sorted(change.pairs):
        siblings = [pair for pair in change.pairs if pair[0] == older or pair[1] == newer]
        parts = {pair[1] if often[older] > 1 else pair[0] for pair in siblings}
        if len(siblings) > 1 and parts <= set(people.index):
            rows.append((older, newer, float(people[newer if often[older] > 1 else older])))
    named = pd.DataFrame(rows, columns=["older_id", "newer_id", "people"])
    return named.astype({"older_id": "str", "newer_id": "str", "people": "float64"})


def people_of_points(points: pd.DataFrame, outlines: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return ``older_id, newer_id, people`` of points that lie in the newer outlines.

    Parameters
    ----------
    points
        ``older_id, latitude, longitude, population`` of points inside the older units, such as centres of tracts.
    outlines
        Of the newer units, indexed by their id, in WGS 84.

    Raises
    ------
    TableError
        A point with people lies farther than a tenth of a degree from every outline: they would be lost.

    """
    lived_in = points[points.population > 0].reset_index(drop=True)
    places = shapely.points(lived_in.longitude.to_numpy(float), lived_in.latitude.to_numpy(float))
    nearest = shapely.STRtree(outlines.geometry.to_numpy()).query_nearest(
        places, max_distance=_SHORE_DEGREES, all_matches=False
    )
    lost = lived_in.drop(lived_in.index[nearest[0]])
    if len(lost):
        first = lost.iloc[0]
        raise TableError(
            f"{lost.population.sum():,} people at {len(lost)} points, the first at {first.latitude}, {first.longitude} "
            f"in {first.older_id!r}, lie in no outline; expected outlines of every unit the older ones became."
        )
    return _summed(lived_in.assign(newer_id=outlines.index[nearest[1][np.argsort(nearest[0])]]))


def people_of_tracts(older: pd.DataFrame, newer_tracts: Iterable[str]) -> pd.DataFrame:
    """Return ``older_id, newer_id, people`` where tracts kept their number and only the county before it changed.

    Exact, where points in simplified outlines are not: at 1:20,000,000 one tract of Connecticut falls into the wrong
    planning region (5,135 people).

    Parameters
    ----------
    older
        ``tract_id`` (eleven digits) and ``population`` of tracts of the older counties.
    newer_tracts
        Ids of all tracts of the newer ones.

    Raises
    ------
    TableError
        A tract with people has none of the same state and number afterwards, or several: they would be lost or doubled.

    """
    afterwards: dict[str, set[str]] = {}
    for tract in newer_tracts:
        afterwards.setdefault(tract[:2] + tract[5:], set()).add(tract[:5])
    lived_in = older[older.population > 0]
    found = [sorted(afterwards.get(tract[:2] + tract[5:], ())) for tract in lived_in.tract_id]
    wrong = [(tract, counties) for tract, counties in zip(lived_in.tract_id, found, strict=True) if len(counties) != 1]
    if wrong:
        tract, counties = wrong[0]
        raise TableError(
            f"tract {tract!r} ({len(wrong)} such) is in {' and '.join(counties) or 'no county'} afterwards, "
            "expected in one; use tracts of the same census on both sides."
        )
    pairs = lived_in.assign(older_id=lived_in.tract_id.str[:5], newer_id=[counties[0] for counties in found])
    return _summed(pairs)


def _summed(pairs: pd.DataFrame) -> pd.DataFrame:
    people = pairs.groupby(["older_id", "newer_id"]).population.sum()
    return people.rename("people").astype("float64").reset_index()


def check_overlaps(weights: pd.DataFrame | None, change: Change, here: pd.Index, *, forward: bool) -> pd.DataFrame:
    """Return ``from_id, to_id, people`` of the units at hand, once sure that they lose nobody.

    Raises
    ------
    TableError
        A unit has no weight, a pair is impossible or there twice, or a unit shares a target with one that is absent.

    """
    if weights is None:
        raise TableError(
            f"{', '.join(here[:5])} were split or merged: give weights, the people that live in both the older and the "
            "newer unit (analysis.regions.vintage.people_of_parts, analysis.regions.overlaps.people_of_points)."
        )
    names = {"older_id": "from_id", "newer_id": "to_id"} if forward else {"newer_id": "from_id", "older_id": "to_id"}
    turned = weights.rename(columns=names)[["from_id", "to_id", "people"]]
    turned = turned[turned.from_id.isin(change.older) & turned.to_id.isin(change.newer)]
    faults = []
    if bool((~(turned.people >= 0)).any()):
        faults.append("a weight is missing or below zero")
    twice = turned[turned.duplicated(["from_id", "to_id"])]
    if len(twice):
        faults.append(f"{twice.from_id.iloc[0]!r} and {twice.to_id.iloc[0]!r} have two weights, expected one")
    turned = turned[turned.people > 0]
    bare = here.difference(pd.Index(turned.from_id.unique()))
    if len(bare):
        faults.append(f"{', '.join(map(repr, bare))} shares people with no unit, so that its people would be lost")
    arrives = turned.to_id[turned.from_id.isin(here)]
    absent = sorted(set(turned.from_id[turned.to_id.isin(arrives)]) - set(here))
    if absent:
        faults.append(f"{', '.join(map(repr, absent))} shares people with units of the table but is not in it")
    if faults:
        raise TableError(f"weights between vintages do not serve: {'; '.join(faults)}; mend them or the table.")
    return turned[turned.from_id.isin(here)].sort_values(["from_id", "to_id"], ignore_index=True)
