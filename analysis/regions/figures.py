"""Published figures brought to the regions of a study: same units joined, finer ones averaged, wider ones lent.

Nothing is joined across vintages by itself: figures of other years are carried over
(:func:`analysis.regions.units.of_vintage`), their basis tells it, and so does the provenance.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.country import Country
from analysis.indicator import Indicator, Source
from analysis.indicators import published
from analysis.regions.joins import own_ids, places_of, refuse_foreign, unmatched
from analysis.regions.origins import Ground
from analysis.regions.published import Figures
from analysis.regions.units import crossing, is_assumed, of_vintage
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

    For each region the first of an indicator's sources counts that measures it there; where none does, the figure of
    the wider area it lies in; where there is none either, the average of its class of rurality. ``known_share`` is the
    share of a region's people for which a figure of smaller units must be known.
    """
    brought: list[_Brought] = []
    carried: list[str] = []
    for one in _usable(figures, ground):
        refuse_foreign(one, ground, country)
        brought.append(_bring(one, dict(_given(one)), ground, known_share))
        wanted = ground.vintages[one.keyed.unit]
        if wanted != one.keyed.vintage:
            how = crossing(one.keyed, wanted) + unmatched(one.keyed, ground)
            carried.append(f"{one.dataset}: {one.keyed.vintage} to {wanted}, {how}")
    rurality = _chosen("rurality", published()["rurality"], brought, ground)
    classes = rurality["rurality"]
    columns = [rurality]
    for name, indicator in published().items():
        if name == "rurality":
            continue
        chosen = _chosen(name, indicator, brought, ground)
        if indicator.fallback == "class average":
            _fall_back(chosen, name, classes, country)
        columns.append(chosen)
    told = pd.concat(columns, axis=1)
    classes_of = [name for name, one in published().items() if one.kind == "class" and not one.allowed]
    return told.astype(dict.fromkeys(classes_of, "Int64")), carried


def _usable(figures: Sequence[Figures], ground: Ground) -> list[Figures]:
    """Return the tables that give an indicator and can be brought to the regions.

    Of a dataset that holds several levels those are enough that can.

    Raises
    ------
    StudyError
        None of a dataset's tables can.

    """
    giving = [one for one in figures if _given(one)]
    usable = [one for one in giving if one.keyed.unit in ground.vintages]
    for one in giving:
        if one.dataset not in {other.dataset for other in usable}:
            raise StudyError(
                f"dataset {one.dataset!r} has figures by {one.keyed.unit}, but the study's regions are {ground.unit} "
                f"and its origins lie in {', '.join(ground.vintages) or 'nothing known'}: nothing tells which people "
                f"are meant; name origins by {one.keyed.unit}, or leave the dataset out."
            )
    return usable


@dataclass(frozen=True)
class _Brought:
    """What one table gives of the regions: its source by indicator, figures by region, and how they are known.

    ``basis`` is ``measured``, ``wider_area``, or ``assumed`` where counties were divided by people, or places are
    joined across vintages by code or land.
    """

    sources: dict[str, Source]
    figures: pd.DataFrame
    basis: "pd.Series[str]"


def _given(one: Figures) -> list[tuple[str, Source]]:
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


def _bring(one: Figures, given: dict[str, Source], ground: Ground, known_share: float) -> _Brought:
    """Bring a table's figures to the regions."""
    native, rules = _native(one, given)
    vintage = ground.vintages[one.keyed.unit]
    here = of_vintage(replace(one.keyed, table=native), vintage, rules)
    here = _with_unlisted(here, given, places_of(ground, one.keyed.unit))
    if one.keyed.unit == ground.unit:
        ids = own_ids(ground)
        is_divided = (one.keyed.vintage != vintage) & ~ids.isin(native.index) & (one.keyed.unit == "county")
        is_guessed = is_divided | is_assumed(one.keyed, vintage)
        basis = pd.Series(np.where(is_guessed, "assumed", "measured"), index=ground.region_ids, dtype="str")
        return _Brought(given, here.reindex(ids).set_axis(ground.region_ids, axis=0), basis)
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
    own = "assumed" if is_shared or is_assumed(one.keyed, vintage) else "measured"
    basis = _is_wider(people, ground).map({True: "wider_area", False: own})
    return _Brought(given, brought, basis)


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
    beyond = people.people.where(people.people < _NESTED * whole, 0.0)
    share = beyond.groupby(people.region_id).sum() / people.groupby("region_id").people.sum()
    return (share > _HALF).reindex(ground.region_ids).fillna(value=False).astype("bool")


def _chosen(name: str, indicator: Indicator, brought: Sequence[_Brought], ground: Ground) -> pd.DataFrame:
    """Return an indicator's columns: measured figures first, then those of wider areas."""
    promised = [column.name for column in indicator.columns(name)]
    value = pd.Series(None, index=ground.region_ids, dtype="object" if indicator.allowed else "float64")
    chosen = pd.DataFrame(dict.fromkeys(promised, value), index=ground.region_ids)
    chosen[f"{name}_basis"] = pd.Series(None, index=ground.region_ids, dtype="object")
    for wider in (False, True):
        for source in indicator.sources:
            for one in brought:
                if one.sources.get(name) == source:
                    _fill(chosen, name, one, source, wider=wider)
    return chosen


def _fill(chosen: pd.DataFrame, name: str, one: _Brought, source: Source, *, wider: bool) -> None:
    """Put a table's figures where there is none yet."""
    put = chosen[name].isna() & one.figures[name].notna() & ((one.basis == "wider_area") == wider)
    for column in (name, f"{name}_low", f"{name}_high"):
        if column in chosen and column in one.figures:
            chosen[column] = chosen[column].mask(put, one.figures[column].astype(chosen[column].dtype))
    basis = one.basis if source.basis == "measured" else one.basis.mask(~one.basis.eq("wider_area"), source.basis)
    chosen[f"{name}_basis"] = chosen[f"{name}_basis"].mask(put, basis)


def _fall_back(chosen: pd.DataFrame, name: str, rurality: "pd.Series[Any]", country: Country) -> None:
    """Put the average of the class of rurality, or the nation's age share, where there is no figure."""
    nation = country.age_bands.get(name.removesuffix("_share"))
    by_class = {
        code: averages[name]
        for code, averages in country.class_averages.items()
        if code is not None and name in averages
    }
    average_of = rurality.map(by_class) if nation is None else pd.Series(nation, index=chosen.index)
    put = chosen[name].isna() & average_of.notna()
    chosen[name] = chosen[name].mask(put, average_of.astype("float64"))
    chosen[f"{name}_basis"] = chosen[f"{name}_basis"].mask(put, "class_average")
