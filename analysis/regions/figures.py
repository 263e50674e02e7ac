"""Published figures brought to the regions of a study: same units joined, finer ones averaged, wider ones lent.

Nothing is joined across vintages by itself: figures of other years are carried over
(:func:`analysis.regions.units.of_vintage`), their basis tells it, and so does the provenance.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.country import Country
from analysis.indicator import Indicator, Source
from analysis.indicators import published
from analysis.regions.choice import Brought, chosen, fall_back
from analysis.regions.joins import own_ids, places_of, refuse_foreign, unmatched
from analysis.regions.origins import Ground
from analysis.regions.published import PEOPLE, Figures, naming
from analysis.regions.units import crossing, divided_counties, is_assumed, of_vintage
from analysis.regions.vintage import Rule, average, of_most_people, whole_or
from analysis.study import StudyError

_95_OF_90 = 1.959964 / 1.644854
"""Half-width of a 95 % interval over that of a 90 % one, of a normal distribution."""
_NESTED = 0.95
"""A figure's unit belongs to a region that holds at least this share of its people."""
_HALF = 0.5
_ROUNDING = 1e-12


def indicators(
    figures: Sequence[Figures], ground: Ground, country: Country, known_share: float
) -> tuple[pd.DataFrame, list[str]]:
    """Return every indicator of every region with its interval and basis, and which datasets were carried over.

    Named are those of which a figure is taken, and those that count people.

    For each region a figure that is measured there counts; where there is none, one that is assumed; then that of the
    wider area it lies in; where there is none either, the average of its class of rurality. Of several that are known
    alike the first of the indicator's sources counts, then the first of the study's datasets. ``known_share`` is the
    share of a region's people for which a figure of smaller units must be known.
    """
    usable = _usable(figures, ground)
    for one in usable:
        refuse_foreign(one, ground, country)
    brought = [_bring(one, dict(given_by(one)), ground, known_share) for one in usable]
    rurality, taken = chosen("rurality", published()["rurality"], brought, ground.region_ids)
    columns = [rurality]
    for name, indicator in published().items():
        if name == "rurality":
            continue
        told, of_tables = chosen(name, indicator, brought, ground.region_ids)
        taken |= of_tables
        if indicator.fallback == "class average":
            fall_back(told, name, rurality["rurality"], country)
        columns.append(told)
    carried = [
        _carried(one, ground)
        for one, table in zip(usable, brought, strict=True)
        if one.keyed.vintage != ground.vintages[one.keyed.unit] and (table in taken or one.reader in PEOPLE)
    ]
    classes_of = [name for name, one in published().items() if one.kind == "class" and not one.allowed]
    return pd.concat(columns, axis=1).astype(dict.fromkeys(classes_of, "Int64")), carried


def _carried(one: Figures, ground: Ground) -> str:
    """Return how a table goes to the year of the study's borders, as words for the provenance."""
    wanted = ground.vintages[one.keyed.unit]
    how = crossing(one.keyed, wanted) + unmatched(one.keyed, ground)
    return f"{one.dataset}: {one.keyed.vintage} to {wanted}, {how}"


def _usable(figures: Sequence[Figures], ground: Ground) -> list[Figures]:
    """Return the tables that give an indicator and can be brought to the regions.

    Of a dataset that holds several levels those are enough that can.

    Raises
    ------
    StudyError
        None of a dataset's tables can.

    """
    giving = [one for one in figures if given_by(one)]
    usable = [one for one in giving if one.keyed.unit in ground.vintages]
    for one in giving:
        if one.dataset not in {other.dataset for other in usable}:
            raise StudyError(
                f"dataset {one.dataset!r} has figures by {one.keyed.unit}, but the study's regions are {ground.unit} "
                f"and its origins lie in {', '.join(ground.vintages) or 'nothing known'}: nothing tells which people "
                f"are meant; name origins by {one.keyed.unit}, or leave the dataset out."
            )
    return usable


def given_by(one: Figures) -> list[tuple[str, Source]]:
    """Return the indicators a table gives."""
    return [
        (name, source)
        for name, indicator in published().items()
        for source in indicator.sources
        if source.reader == one.reader and set(source.columns) <= set(one.keyed.table)
    ]


def _native(one: Figures, given: Mapping[str, Source]) -> tuple[pd.DataFrame, dict[str, Rule]]:
    """Return the table's own figures with intervals, named as the regions' columns, and the rule of each."""
    table = one.keyed.table
    columns: dict[str, Any] = {}
    rules: dict[str, Rule] = {}
    for name, source in given.items():
        indicator = published()[name]
        value = table[source.column]
        if indicator.kind != "class":
            value = value.astype("float64")
        if source.over:
            people = table[source.over].astype("float64")
            value = value / people.where(people > 0)
        value = 1 - value if source.is_complement else value
        columns[name] = value
        rules[name] = _rule(indicator)
        if source.low:
            ends = [table[source.low], table[source.high]]
            low, high = [1 - end for end in reversed(ends)] if source.is_complement else ends
            columns[f"{name}_low"], columns[f"{name}_high"] = low, high
        elif source.margin:
            half = table[source.margin] * _95_OF_90
            most = 1 if indicator.kind == "share" else None
            columns[f"{name}_low"], columns[f"{name}_high"] = (value - half).clip(0), (value + half).clip(0, most)
    rules |= dict.fromkeys((name for name in columns if name not in rules), average)
    return pd.DataFrame(columns, index=table.index), rules


def _rule(indicator: Indicator) -> Rule:
    if indicator.kind != "class":
        return average
    return whole_or(indicator.mixed) if indicator.mixed else of_most_people


def _bring(one: Figures, given: dict[str, Source], ground: Ground, known_share: float) -> Brought:
    """Bring a table's figures to the regions."""
    native, rules = _native(one, given)
    vintage = ground.vintages[one.keyed.unit]
    with naming(one.dataset):
        here = of_vintage(replace(one.keyed, table=native), vintage, rules)
    here = _with_unlisted(here, given, places_of(ground, one.keyed.unit))
    divided = divided_counties(one.keyed, vintage)
    if one.keyed.unit == ground.unit:
        ids = own_ids(ground)
        is_own = ~ids.isin(divided) & (not is_assumed(one.keyed, vintage))
        basis = pd.Series(np.where(is_own, "measured", "assumed"), index=ground.region_ids, dtype="str")
        return Brought(one.dataset, given, here.reindex(ids).set_axis(ground.region_ids, axis=0), basis)
    people = _weights(ground, one.keyed.unit)
    values = {
        name: _rolled_up(here[name], people, published().get(name), known_share).reindex(ground.region_ids)
        for name in map(str, here)
    }
    brought = pd.DataFrame(values, index=ground.region_ids)
    for name in given:
        if f"{name}_low" in here:
            _blank_partial_intervals(brought, name, here, people)
    is_shared = one.keyed.unit == "county" and ground.counties_of_areas is not None
    is_guessed = _mostly(people.unit_id.isin(divided), people, ground) | is_shared | is_assumed(one.keyed, vintage)
    basis = is_guessed.map({True: "assumed", False: "measured"}).mask(_is_wider(people, ground), "wider_area")
    return Brought(one.dataset, given, brought, basis)


def _blank_partial_intervals(brought: pd.DataFrame, name: str, here: pd.DataFrame, people: pd.DataFrame) -> None:
    """Take intervals away where some of a region's figures have none: they would be of other people than the figure."""
    has_none = here[name].notna() & here[f"{name}_low"].isna()
    partial = people.region_id[people.unit_id.map(has_none).eq(other=True)].unique()
    brought.loc[brought.index.isin(partial), [f"{name}_low", f"{name}_high"]] = np.nan


def _with_unlisted(table: pd.DataFrame, given: Mapping[str, Source], places: Iterable[str]) -> pd.DataFrame:
    """Return a table with rows for places it does not list, where a source says what that means."""
    if not any(source.unlisted for source in given.values()):
        return table
    absent = pd.Index(places).dropna().unique().difference(table.index)
    added = pd.DataFrame({name: source.unlisted or None for name, source in given.items()}, index=absent)
    return pd.concat([table, added.reindex(columns=table.columns)])


def _weights(ground: Ground, unit: str) -> pd.DataFrame:
    """Return ``region_id, unit_id, people`` of every unit in every region; where nobody lives, points count alike."""
    origins = ground.origins
    people = origins.population.where(origins.groupby("region_id").population.transform("sum") > 0, 1.0)
    told = pd.DataFrame({"region_id": origins.region_id, "unit_id": origins[unit], "people": people})
    if unit == "county" and ground.counties_of_areas is not None:
        pairs = ground.counties_of_areas
        told = told.assign(zcta=origins.zcta).merge(pairs, on="zcta", how="left")
        told = told.assign(unit_id=told.county_id, people=told.people * told.share.fillna(1.0))
    return told.groupby(["region_id", "unit_id"], dropna=False).people.sum().reset_index()


def _rolled_up(
    values: "pd.Series[Any]", people: pd.DataFrame, indicator: Indicator | None, known_share: float
) -> "pd.Series[Any]":
    """Return figures by region, over the people of each unit in it; missing where too few people's is known."""
    told = people.assign(value=people.unit_id.map(values))
    whole = told.groupby("region_id").people.sum()
    known = told.dropna(subset="value")
    known_people = known.groupby("region_id").people.sum().reindex(whole.index).fillna(0.0)
    needed = 1.0 if indicator is not None and indicator.mixed else known_share  # a class of parts needs all of them
    enough = known_people >= needed * whole * (1 - _ROUNDING)
    if indicator is None or indicator.kind != "class":
        product = (known.value.astype("float64") * known.people).groupby(known.region_id).sum()
        return (product / known_people).where(enough & (known_people > 0))
    by_class = known.groupby(["region_id", "value"]).people.sum().reset_index()
    most = by_class.sort_values(["region_id", "people", "value"], ascending=[True, False, True], kind="stable")
    chosen: pd.Series[Any] = most.drop_duplicates("region_id").set_index("region_id")["value"]
    if indicator.mixed:
        is_mixed = by_class.groupby("region_id").size() > 1
        chosen = chosen.mask(is_mixed.reindex(chosen.index), indicator.mixed)
    return chosen.reindex(whole.index).where(enough)


def _is_wider(people: pd.DataFrame, ground: Ground) -> "pd.Series[bool]":
    """Return the regions most of whose people live in units that reach beyond the region."""
    whole = people.groupby("unit_id").people.transform("sum")
    return _mostly(people.people < _NESTED * whole, people, ground)


def _mostly(is_so: "pd.Series[bool]", people: pd.DataFrame, ground: Ground) -> "pd.Series[bool]":
    """Return the regions most of whose people live in units of which something is so."""
    share = people.people.where(is_so, 0.0).groupby(people.region_id).sum() / people.groupby("region_id").people.sum()
    return (share > _HALF).reindex(ground.region_ids).fillna(value=False).astype("bool")
