"""Figures of census tracts of 2010 in those of 2020, by the land they share: estimates, since land is not people."""

from collections.abc import Mapping

import pandas as pd

from analysis.promise import TableError
from analysis.regions.vintage import Rule, count

_SLIVER = 0.01
"""Less land than this share of both tracts is a border drawn anew, not people who changed their tract."""
_HALF = 0.5
_RENAMED = {"02270": "02158", "46113": "46102", "51515": "51019"}
"""Counties that got another code between the censuses while the numbers of their tracts stayed."""


def changes_of(parts: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return which tracts of 2020 those of a table became.

    Parameters
    ----------
    parts
        ``tract_2010_id, tract_2020_id, land_of_2010_share, land_of_2020_share`` (reader ``tract_changes``).
    table
        Figures indexed by tract of 2010; its ``population``, if it has one, weighs the parts, else their land does.

    Returns
    -------
    pandas.DataFrame
        ``from_id, to_id, people``: the people of the older tract, spread evenly over its land; a tract without people
        weighs only where all that a later one is made of have none. ``known_share`` is the share of the later tract's
        land that tracts of the table hold.

    """
    land = parts.dropna(subset=["land_of_2010_share", "land_of_2020_share"])
    kept = land[(land.land_of_2010_share >= _SLIVER) | (land.land_of_2020_share >= _SLIVER)]
    named = dict(zip(_renamed(pd.Index(table.index)), table.index, strict=True))
    pairs = pd.DataFrame(
        {
            "from_id": _renamed(pd.Index(kept.tract_2010_id)).map(named),
            "to_id": kept.tract_2020_id.to_numpy(),
            "part": kept.land_of_2010_share.to_numpy(),
            "land": kept.land_of_2020_share.to_numpy(),
        }
    )
    pairs["known_share"] = pairs.land.where(pairs.from_id.notna(), 0.0).groupby(pairs.to_id).transform("sum")
    pairs = pairs.dropna(subset="from_id").sort_values(["from_id", "to_id"], ignore_index=True)
    people = pairs.part if "population" not in table else pairs.from_id.map(table.population) * pairs.part
    people = people.astype("float64").fillna(0.0)
    has_people = people.groupby(pairs.to_id).transform("sum") > 0
    weighed = pairs.assign(people=people.where(has_people, pairs.part))
    return weighed[weighed.people > 0][["from_id", "to_id", "people", "known_share"]].reset_index(drop=True)


def carried_by_land(table: pd.DataFrame, changes: pd.DataFrame, rules: Mapping[str, Rule]) -> pd.DataFrame:
    """Return a table of tracts of 2010 by tract of 2020, each column by its rule; counts come out the same.

    A share or class is missing where less than half of a tract's land is known.

    Raises
    ------
    TableError
        A tract of which something is counted became none: its people would be lost.

    """
    is_known = changes.groupby("to_id").known_share.first().sort_index() >= _HALF
    columns: dict[str, pd.Series] = {}
    for name in map(str, table):
        carried = rules[name](table[name], changes)
        if rules[name] is count:
            _refuse_lost(table[name], changes)
        columns[name] = carried if rules[name] is count else carried.reindex(is_known.index).where(is_known)
    return pd.DataFrame(columns, index=is_known.index.rename(table.index.name))


def _renamed(tracts: pd.Index) -> pd.Index:
    return tracts.map(lambda tract: _RENAMED.get(tract[:5], tract[:5]) + tract[5:])


def _refuse_lost(counted: "pd.Series", changes: pd.DataFrame) -> None:
    lost = counted[~counted.index.isin(changes.from_id) & (counted.fillna(0) > 0)]
    if len(lost):
        raise TableError(
            f"tract {lost.index[0]!r} of 2010 ({len(lost)} such, {lost.sum():,} in column {lost.name!r}) is in no "
            "tract of 2020: they would be lost; name the relationship of tracts of the whole area (tract_changes_2020)."
        )
