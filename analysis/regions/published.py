"""The published tables of a study: whose they are, by the ids of their units, and which count people and tell land."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from analysis.promise import TableError
from analysis.regions.catalog import Dataset
from analysis.regions.readers import read_published
from analysis.regions.tracts import changes_of
from analysis.regions.units import OLD_TRACTS, Keyed, keyed, of_vintage
from analysis.regions.vintage import Rule, count

if TYPE_CHECKING:
    import pandas as pd

_CHANGES = "tract_changes"
PAIRS = frozenset({"zcta_counties", "hud_zip_counties"})
"""Readers of tables that have no figures but say in which counties postal areas lie."""


@dataclass(frozen=True)
class Figures:
    """One published table: which dataset, whose reader read it, and its rows by the ids of its unit."""

    dataset: str
    reader: str
    keyed: Keyed


def read_figures(datasets: Sequence[Dataset]) -> list[Figures]:
    """Read datasets in order; one that holds several levels gives one table each.

    Two kinds give none: what became of tracts (``tract_changes``) takes those of 2010 to 2020, and in which counties
    postal areas lie is read by :func:`analysis.regions.pairs.read_pairs`.

    Raises
    ------
    TableError
        A file is damaged, cut short or of another form.

    """
    read = [(one, read_published(one.reader, one.file, one.rows)) for one in datasets if one.reader not in PAIRS]
    changes = next((given.table for one, given in read if one.reader == _CHANGES), None)
    figures: list[Figures] = []
    for one, given in read:
        if one.reader == _CHANGES:
            continue
        with naming(one.name):
            tables = [_with_changes(table, changes) for table in keyed(given)]
        figures += [Figures(one.name, one.reader, table) for table in tables]
    return figures


def _with_changes(table: Keyed, changes: "pd.DataFrame | None") -> Keyed:
    if changes is None or table.vintage != OLD_TRACTS:
        return table
    return replace(table, changes=changes_of(changes, table.table))


@contextmanager
def naming(dataset: str) -> Iterator[None]:
    """Say of which dataset a table is that cannot be used, since the table itself does not know."""
    try:
        yield
    except TableError as fault:
        raise TableError(f"dataset {dataset!r}: {fault}") from fault


def counts(figures: Sequence[Figures], unit: str, vintage: str, column: str, rule: Rule) -> "pd.Series[Any] | None":
    """Return a column of the first table of a unit that has it, in a vintage; ``None`` if none has it."""
    for one in figures:
        if one.keyed.unit == unit and column in one.keyed.table:
            with naming(one.dataset):
                table = of_vintage(one.keyed.only([column]), vintage, {column: rule})
            return table[column]
    return None


LAND = ("land_km2", "area_km2")
"""Columns of land, the better one first."""

PEOPLE = frozenset(
    {
        "population_by_age",
        "county_table",
        "bundle_counties",
        "bundle_zctas",
        "zcta_people",
        "svi",
        "eurostat_people",
        "germany_districts",
        "germany_districts_workbook",
    }
)
"""Readers whose files count everybody: others have a column of people for their own use, and leave places out."""


def people_of(figures: Sequence[Figures], unit: str, vintage: str) -> "pd.Series[Any] | None":
    """Return the people of the first dataset that counts those of a unit, in a vintage; ``None`` if none does."""
    counting = [one for one in figures if one.reader in PEOPLE]
    told = counts(counting, unit, vintage, "population", count)
    return None if told is None else told.dropna().astype("int64")


def land_of(figures: Sequence[Figures], unit: str, vintage: str) -> "pd.Series[float] | None":
    """Return land of a unit in km2, of the first dataset of just this vintage: people do not divide land."""
    for name in LAND:
        for one in figures:
            if (one.keyed.unit, one.keyed.vintage) == (unit, vintage) and name in one.keyed.table:
                return one.keyed.table[name].astype("float64")
    return None
