"""Which year's borders a table follows, and how figures go from one year's counties to another's.

Every geography carries its vintage; no join across vintages happens by itself. :func:`across` carries figures over the
changes of counties (Bedford city 2013; Kusilvak and Oglala Lakota 2015; Valdez-Cordova 2019; Connecticut's planning
regions 2022), each column by a rule that is passed in, and loses or doubles nobody.

The changes are those of the Census Bureau's list of substantial changes to counties and county equivalents, from
knowledge of the publisher, and each is seen in the published files (``tests/analysis/test_vintage.py``). Borders that
moved while the code stayed are not told by codes and are not corrected.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.promise import TableError
from analysis.regions.overlaps import Change, check_overlaps, nested_people, one_to_one

COUNTY_VINTAGES = ("counties_2013", "counties_2014", "counties_2015", "counties_2020", "counties_2022")
"""Sets of county codes in order of time: each begins with the first year whose figures can carry it."""

_CONNECTICUT_COUNTIES = frozenset(f"09{number:03}" for number in range(1, 16, 2))
_PLANNING_REGIONS = frozenset(f"09{number}" for number in range(110, 200, 10))

CHANGES = (
    Change(frozenset({("51515", "51019"), ("51019", "51019")})),  # Bedford city became part of Bedford County
    Change(frozenset({("02270", "02158"), ("46113", "46102")})),  # Kusilvak and Oglala Lakota: new names and codes
    Change(frozenset({("02261", "02063"), ("02261", "02066")})),  # Valdez-Cordova became Chugach and Copper River
    Change(
        frozenset((county, region) for county in _CONNECTICUT_COUNTIES for region in _PLANNING_REGIONS), nested=False
    ),
)
"""What happened between each vintage of ``COUNTY_VINTAGES`` and the next."""

Rule = Callable[["pd.Series", pd.DataFrame], "pd.Series"]
"""How one column goes over: values by ``from_id`` and overlaps ``from_id, to_id, people`` to values by ``to_id``."""


@dataclass(frozen=True)
class Read:
    """A published file as read.

    Attributes
    ----------
    table
        Tidy; ids are text, units end column names, missing is missing.
    vintage
        Whose borders its ids follow, such as ``counties_2022`` or ``tracts_2020``.
    rows
        Rows the file has, heads not counted: what the catalogue promises.

    """

    table: pd.DataFrame
    vintage: str
    rows: int


def vintage_told(ids: Iterable[str], expected: str) -> str:
    """Return the vintage that county codes tell: the expected one if they fit it, else the latest they fit.

    Raises
    ------
    TableError
        They fit none: codes of several vintages are mixed.

    """
    codes = frozenset(ids)
    fitting = [vintage for vintage in COUNTY_VINTAGES if not codes & foreign(vintage)]
    if not fitting:
        mixed = sorted(codes & foreign("counties_2022"))
        raise TableError(
            f"county codes of several years are mixed: {', '.join(mixed[:5])} were abolished before others began; "
            "take the rows of one vintage (analysis.regions.vintage.rows_of)."
        )
    return expected if expected in fitting else fitting[-1]


def foreign(vintage: str) -> frozenset[str]:
    """Return the county codes that other vintages have and this one has not."""
    at = _position(vintage)
    born_later = (change.newer - change.older for change in CHANGES[at:])
    gone_before = (change.older - change.newer for change in CHANGES[:at])
    return frozenset().union(*born_later, *gone_before)


def rows_of(table: pd.DataFrame, vintage: str) -> pd.DataFrame:
    """Return the rows, indexed by county code, that exist in one vintage, of a table that carries several (AHRF)."""
    return table[~table.index.isin(foreign(vintage))]


def join(left: Read, right: Read) -> Read:
    """Put the columns of ``right`` beside those of ``left``; both are indexed by the same kind of id.

    Raises
    ------
    TableError
        The vintages differ, an id is there twice (people would be doubled), or one of ``left`` has no row in ``right``
        (people would be lost).

    """
    if left.vintage != right.vintage:
        raise TableError(
            f"a table of {left.vintage} cannot be joined to one of {right.vintage}: carry one of them over with "
            "analysis.regions.vintage.across, or take the rows of one vintage with rows_of."
        )
    for side in (left, right):
        _refuse_doubles(side.table.index)
    lost = left.table.index.difference(right.table.index)
    if len(lost):
        raise TableError(
            f"{', '.join(map(repr, lost[:5]))} ({len(lost)} such) have no row in the table to be joined: their people "
            "would be lost; expected a row for each, if need be with missing values."
        )
    return replace(left, table=left.table.join(right.table, how="left", validate="one_to_one"))


def across(
    table: pd.DataFrame,
    from_vintage: str,
    to_vintage: str,
    weights: pd.DataFrame | None = None,
    *,
    rules: Mapping[str, Rule],
) -> pd.DataFrame:
    """Carry a table of counties from one vintage to another, in either direction of time.

    Parameters
    ----------
    table
        Indexed by county code of ``from_vintage``; it may hold some states only, but no part of a merged unit.
    weights
        ``older_id, newer_id, people``: how many people live in both, for each pair of a county that was split or merged
        and what it became (:func:`people_of_parts`, :func:`analysis.regions.overlaps.people_of_points`).
        The same table serves both directions; renamed counties need none.
    rules
        How each column goes over: :func:`count`, :func:`average`, :func:`of_most_people`, :func:`only_if_same`, or a
        function of the same form.

    Returns
    -------
    pandas.DataFrame
        Sorted by code; counties that did not change keep their figures bit for bit.

    Raises
    ------
    TableError
        A code does not belong to ``from_vintage`` or is there twice, a column has no rule, a weight is absent, or a
        count would not come out the same.

    """
    strange = sorted(set(table.index) & foreign(from_vintage))
    if strange:
        raise TableError(
            f"{', '.join(strange[:5])} ({len(strange)} such) are no counties of {from_vintage}; the table follows the "
            f"codes of another year: expected rows of one vintage (rows_of)."
        )
    _refuse_doubles(table.index)
    unruled = [column for column in table if column not in rules]
    if unruled:
        raise TableError(
            f"no rule says how column {', '.join(map(repr, unruled))} goes from {from_vintage} to {to_vintage}; name "
            "count, average, of_most_people or only_if_same for each."
        )
    start, end = _position(from_vintage), _position(to_vintage)
    carried = table.sort_index()
    for change in CHANGES[start:end]:
        carried = _carried(carried, change, weights, rules, forward=True)
    for change in reversed(CHANGES[end:start]):
        carried = _carried(carried, change, weights, rules, forward=False)
    for column in map(str, table):
        if rules[column] is count:
            _check_conserved(table[column], carried[column], from_vintage, to_vintage)
    return carried


def people_of_parts(people: "pd.Series[int]") -> pd.DataFrame:
    """Return ``older_id, newer_id, people`` of changes in which whole counties were joined or one was split.

    ``people`` is indexed by county code; pairs whose smaller part is not among them are left out, so that counts of
    several years can each give what they have.
    """
    return pd.concat([nested_people(change, people) for change in CHANGES if change.nested], ignore_index=True)


def count(values: "pd.Series", overlaps: pd.DataFrame) -> "pd.Series":
    """Divide a count (people, households) in proportion to people; whole numbers stay whole and add up to the person.

    Missing stays missing; a missing count beside a known one that goes to the same place is a fault, since the known
    one would be lost.
    """
    value = overlaps.from_id.map(values)
    unknown = overlaps.to_id[value.isna()].unique()
    lost = overlaps.to_id[overlaps.to_id.isin(unknown) & value.notna()]
    if len(lost):
        raise TableError(
            f"column {values.name!r} is missing for a part of {lost.iloc[0]!r} and known for another, whose people "
            "would be lost; leave the column out or fill it first."
        )
    within = overlaps.people / overlaps.groupby("from_id").people.transform("sum")
    parts = value * within
    if pd.api.types.is_integer_dtype(values.dtype):
        parts = _whole_parts(parts.astype("Float64"), value, overlaps)
    return parts.groupby(overlaps.to_id).sum(min_count=1).astype(values.dtype)


def average(values: "pd.Series", overlaps: pd.DataFrame) -> "pd.Series":
    """Average a share or rate over people; missing where it is missing for anybody."""
    value = overlaps.from_id.map(values).astype("float64")
    by_region = overlaps.to_id
    total = (value * overlaps.people).groupby(by_region).sum(min_count=1) / overlaps.people.groupby(by_region).sum()
    return total.mask(value.isna().groupby(by_region).any())


def of_most_people(values: "pd.Series", overlaps: pd.DataFrame) -> "pd.Series":
    """Take the class that most people live in, the lower one of two alike; missing where that of most is missing."""
    classed = overlaps.assign(value=overlaps.from_id.map(values))
    people = classed.groupby(["to_id", "value"], dropna=False).people.sum().reset_index()
    most = people.sort_values(["to_id", "people", "value"], ascending=[True, False, True], kind="stable")
    return most.drop_duplicates("to_id").set_index("to_id")["value"]


def only_if_same(values: "pd.Series", overlaps: pd.DataFrame) -> "pd.Series":
    """Take a class that is the same for everybody, else missing: nothing tells which of two holds."""
    value = overlaps.from_id.map(values)
    kinds = value.groupby(overlaps.to_id)
    return kinds.first().mask((kinds.min() != kinds.max()) | value.isna().groupby(overlaps.to_id).any())


def whole_or(mixed: str) -> Rule:
    """Return a rule for words of which ``mixed`` says that parts differ: the word of all parts, else ``mixed``.

    Where a place is divided of which only a part is meant, nothing tells which: missing, unless other parts differ.
    """

    def rule(values: "pd.Series", overlaps: pd.DataFrame) -> "pd.Series":
        value = overlaps.from_id.map(values)
        kinds = value.groupby(overlaps.to_id)
        is_same = kinds.nunique(dropna=False) < 2  # noqa: PLR2004 - one word or none
        told = kinds.first().where(is_same, mixed).mask(value.isna().groupby(overlaps.to_id).any())
        is_divided = overlaps.groupby("from_id").to_id.transform("nunique") > 1
        is_part = value == mixed
        is_unclear = (is_divided & is_part).groupby(overlaps.to_id).any()
        differ = value.where(~is_part).groupby(overlaps.to_id).nunique().ge(2)
        is_sure = (is_part & ~is_divided).groupby(overlaps.to_id).any() | differ
        return told.mask(is_unclear & ~is_sure)

    return rule


def _whole_parts(parts: "pd.Series", value: "pd.Series", overlaps: pd.DataFrame) -> "pd.Series":
    """Round parts so that those of each county add up to its whole number: the largest remainders are rounded up."""
    whole = parts // 1
    short = value.astype("Int64") - whole.groupby(overlaps.from_id).transform("sum", min_count=1).astype("Int64")
    order = pd.DataFrame({"from_id": overlaps.from_id, "remainder": -(parts - whole), "to_id": overlaps.to_id})
    rank = order.sort_values(["from_id", "remainder", "to_id"], kind="stable").groupby("from_id").cumcount()
    return whole.astype("Int64") + (rank.reindex(parts.index) < short).astype("Int64")


def _carried(
    table: pd.DataFrame, change: Change, weights: pd.DataFrame | None, rules: Mapping[str, Rule], *, forward: bool
) -> pd.DataFrame:
    turned = change if forward else change.reversed()
    here = table.index[table.index.isin(turned.older)]
    if not len(here):
        return table
    if turned.nested and one_to_one(turned):
        pairs = sorted(pair for pair in turned.pairs if pair[0] in set(here))
        overlaps = pd.DataFrame(pairs, columns=["from_id", "to_id"]).assign(people=1.0)
    else:
        overlaps = check_overlaps(weights, turned, here, forward=forward)
    moved = table.loc[here]
    columns = {column: rules[column](moved[column], overlaps) for column in map(str, table)}
    arrived = pd.DataFrame(columns, index=pd.Index(sorted(overlaps.to_id.unique()), name=table.index.name))
    arrived = arrived.astype(
        {column: table[column].dtype for column in table if _keeps(table[column], arrived[column])}
    )
    return pd.concat([table.drop(here), arrived]).sort_index()


def _keeps(before: "pd.Series", after: "pd.Series") -> bool:
    """Whether values that went over still fit the column's kind: a whole number averaged does not."""
    if pd.api.types.is_integer_dtype(before.dtype) and not pd.api.types.is_extension_array_dtype(before.dtype):
        return bool(after.notna().all() and (after == np.floor(after.astype("float64"))).all())
    return not (pd.api.types.is_integer_dtype(before.dtype) and pd.api.types.is_float_dtype(after.dtype))


def _check_conserved(before: "pd.Series", after: "pd.Series", from_vintage: str, to_vintage: str) -> None:
    whole = pd.api.types.is_integer_dtype(before.dtype)
    had, has = before.sum(), after.sum()
    if (had != has) if whole else not np.isclose(had, has, rtol=1e-12, atol=0.0):
        raise TableError(
            f"column {before.name!r} counts {had:,} in {from_vintage} and {has:,} in {to_vintage}; expected the same: "
            "people were lost or doubled, check the weights."
        )


def _position(vintage: str) -> int:
    if vintage not in COUNTY_VINTAGES:
        raise TableError(f"{vintage!r} is no vintage of counties; expected {', '.join(COUNTY_VINTAGES)}.")
    return COUNTY_VINTAGES.index(vintage)


def _refuse_doubles(ids: pd.Index) -> None:
    twice = ids[ids.duplicated()]
    if len(twice):
        raise TableError(
            f"{', '.join(map(repr, twice[:5]))} ({len(twice)} such) appear more than once: their people would be "
            "doubled; each id has one row."
        )
