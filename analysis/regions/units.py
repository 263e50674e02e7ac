"""What a published figure is about - counties, tracts, postal areas, NUTS 3 regions - and the same in one vintage."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import pandas as pd

from analysis.country import county_changes, tracts_of_planning_regions
from analysis.promise import TableError
from analysis.regions.designations import (
    designated_counties,
    designated_tracts,
    in_one_vintage,
    touched_by_other_years,
    with_all_that_changed,
)
from analysis.regions.tracts import carried_by_land
from analysis.regions.vintage import Read, Rule, across, foreign, rows_of

_UNITS = {"counties": "county", "tracts": "tract", "zctas": "zcta", "nuts3": "nuts3"}
_ID_COLUMNS = {"county": "county_id", "tract": "tract_id", "zcta": "zcta", "nuts3": "region_id"}
UNITS = tuple(_ID_COLUMNS)
"""What a region can be without anything added."""

_OF_LEVEL = {"county": "counties_2022", "tract": "tracts_2022", "zcta": "zctas_2020"}
"""Vintage of each level in a table that holds all of them (American Community Survey from 2022 on)."""
_SEVERAL = ("counties_2022", "counties_2020")
"""Vintages whose rows a table of several holds, the newest first."""


OLD_TRACTS, TRACTS_OF_SEVERAL_YEARS = "tracts_2010", "tracts_several"
"""Vintages of tracts whose codes do not tell which of today's is meant: all of them, or some of a list."""
_COUNTIES_OF_SEVERAL_YEARS = "counties_several"
"""Vintage of a list with county codes of several years: a place may be in it under an older and a newer one."""


@dataclass(frozen=True)
class Keyed:
    """A published table by the ids of its unit, of one vintage.

    ``changes`` says which tracts of 2020 those of an older table became, where the study names a table that knows:
    ``from_id, to_id, people``, and ``known_share`` of the later tract's land that older tracts of the table hold.
    """

    table: pd.DataFrame
    unit: str
    vintage: str
    changes: pd.DataFrame | None = None

    def only(self, columns: list[str]) -> "Keyed":
        """Return the table with some of its columns."""
        return replace(self, table=self.table[columns])


def keyed(read: Read) -> list[Keyed]:
    """Return a table indexed by the ids of its unit; of one that holds several levels or vintages, each by itself.

    A list of designations in codes of several years stays whole until it is known of which year it is wanted.

    Raises
    ------
    TableError
        Its vintage is of no known unit, or it has no column of that unit's ids.

    """
    if "level" in read.table:
        levels = read.table.groupby("level", sort=True)
        return [Keyed(part.set_index("region_id"), str(level), _OF_LEVEL[str(level)]) for level, part in levels]
    if "hpsa_id" in read.table:
        tracts = Keyed(designated_tracts(read.table), "tract", TRACTS_OF_SEVERAL_YEARS)
        return [tracts, Keyed(_designated(read), "county", read.vintage)]
    unit = unit_of(read.vintage)
    if _ID_COLUMNS[unit] not in read.table:
        raise TableError(
            f"a table of {read.vintage} with columns {', '.join(map(str, read.table))} has no {_ID_COLUMNS[unit]}: it "
            "is no table of places; name it among the figures if it says how figures go from place to place."
        )
    return _of_each_vintage(read.table.set_index(_ID_COLUMNS[unit]), unit, read.vintage)


def _designated(read: Read) -> pd.DataFrame:
    """Return designations by county as they are listed; of one vintage, ready to go to another."""
    listed = designated_counties(read.table)
    if read.vintage == _COUNTIES_OF_SEVERAL_YEARS:
        return listed
    return with_all_that_changed(listed, read.vintage, county_overlaps())


def _of_each_vintage(table: pd.DataFrame, unit: str, vintage: str) -> list[Keyed]:
    if vintage == _COUNTIES_OF_SEVERAL_YEARS:
        return [Keyed(rows_of(table, one), unit, one) for one in _SEVERAL]
    return [Keyed(table, unit, vintage)]


def unit_of(vintage: str) -> str:
    """Return the unit of a vintage, such as ``county`` of ``counties_2022``; ``TableError`` where there is none."""
    unit = _UNITS.get(vintage.split("_", maxsplit=1)[0])
    if unit is None:
        raise TableError(f"{vintage!r} is of no known unit; expected one of {', '.join(_UNITS)}, and a year.")
    return unit


def crossing(one: Keyed, vintage: str) -> str:
    """Return how a table goes to another vintage of its unit: ``by people``, ``land``, ``code`` or ``number``, or not.

    By number go tracts of 2020, exactly: only the county before the number of Connecticut's changed.
    """
    if one.vintage == vintage:
        return ""
    if one.unit == "county":
        return "by people"
    if one.unit != "tract" or one.vintage == TRACTS_OF_SEVERAL_YEARS:
        return "by code"
    return "by land" if one.vintage == OLD_TRACTS else "by number"


def is_assumed(one: Keyed, vintage: str) -> bool:
    """Whether nobody knows for any place of a table that it is the same one in another vintage."""
    return crossing(one, vintage) in {"by code", "by land"}


def divided_counties(one: Keyed, vintage: str) -> frozenset[str]:
    """Return the counties of a vintage whose figures are not their own: carried over from others that they were."""
    if one.unit != "county" or one.vintage == vintage:
        return frozenset()
    if one.vintage == _COUNTIES_OF_SEVERAL_YEARS:
        return touched_by_other_years(one.table.index, vintage)
    return foreign(one.vintage)


def of_vintage(one: Keyed, vintage: str, rules: Mapping[str, Rule]) -> pd.DataFrame:
    """Return a table in another vintage of the same unit, each column by its rule; see :func:`across`.

    Tracts of 2020 get the numbers of 2022 (:func:`current_tracts`). Postal areas, NUTS regions and tracts of several
    years are joined by code: what a code stood for may have moved, which no public table says to the person
    (:func:`is_assumed`).

    Raises
    ------
    TableError
        Tracts are of 2010, and the study names no table that says what became of them.

    """
    how = crossing(one, vintage)
    if how == "by land":
        return _of_land(one, rules)
    if one.vintage == _COUNTIES_OF_SEVERAL_YEARS:
        return in_one_vintage(one.table, vintage, county_overlaps())
    if how == "by people":
        return across(one.table, one.vintage, vintage, county_overlaps(), rules=rules)
    if one.unit == "tract":
        renumbered = one.table.set_axis(current_tracts(one.table.index), axis=0)
        return renumbered[~renumbered.index.duplicated()]  # a list may name a tract by its old and its new id
    return one.table


def _of_land(one: Keyed, rules: Mapping[str, Rule]) -> pd.DataFrame:
    if one.changes is None:
        raise TableError(
            "figures of the tracts of 2010 cannot be joined to those of 2020 and later, for most have other numbers "
            "and borders; name tract_changes_2020 among the figures, a newer edition, or leave that dataset out."
        )
    return carried_by_land(one.table, one.changes, rules).pipe(
        lambda table: table.set_axis(current_tracts(table.index), axis=0)
    )


@cache
def county_overlaps() -> pd.DataFrame:
    """Return ``older_id, newer_id, people`` of all counties of the United States that were split or merged."""
    return pd.DataFrame(county_changes(), columns=["older_id", "newer_id", "people"]).astype({"people": "float64"})


def current_tracts(ids: pd.Index) -> pd.Index:
    """Return tracts by their ids of 2022: those of Connecticut changed the county before their number, no other did."""
    return ids.map(lambda tract: _newer_counties().get(tract, tract[:5]) + tract[5:])


@cache
def _newer_counties() -> dict[str, str]:
    return {older + number: newer for older, newer, numbers in tracts_of_planning_regions() for number in numbers}


def county_of_tracts(tracts: pd.Index, vintage: str) -> pd.Index:
    """Return the county of each tract, given by its id of 2022, among the counties of a vintage."""
    if vintage == "counties_2022":
        return tracts.str[:5]
    older = {newer + number: old for old, newer, numbers in tracts_of_planning_regions() for number in numbers}
    return tracts.map(lambda tract: older.get(tract, tract[:5]))
