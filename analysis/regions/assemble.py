"""Outlines, origins and figures together: the promised ``regions`` and ``origins`` of a study, at any level."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from analysis.country import Country, country
from analysis.indicator import Standing
from analysis.promise import TableError, conform
from analysis.regions.added import AddedRegions, place_of, read_added
from analysis.regions.catalog import locate
from analysis.regions.figures import indicators
from analysis.regions.origins import (
    Ground,
    Points,
    grounded,
    inner_points,
    limited,
    read_points,
    scaled,
    weighted_centres,
)
from analysis.regions.outlines import Drawn, read_outlines, sound
from analysis.regions.pairs import Pairs, read_pairs, refuse_other_years, with_counties
from analysis.regions.published import PEOPLE, Figures, land_of, people_of, read_figures
from analysis.regions.rurality import place_types
from analysis.regions.units import UNITS, is_assumed
from analysis.regions.used import refuse_silent, used
from analysis.regions.worked_out import worked_out
from analysis.study import Study, StudyError
from analysis.tables import ORIGINS, REGIONS


@dataclass(frozen=True)
class World:
    """Where people live.

    Attributes
    ----------
    regions, origins
        As promised, except for the indicators that are worked out once it is known who works there.
    datasets
        Provenance of the datasets behind them: those that say something of the study's regions.
    outlines_left_out
        Outlines without people: territories the publisher does not count, and areas without anybody in no known state.
    land
        All outlines of the country, those outside of the study too.
    carried
        Datasets whose figures were carried over from another year's borders, or from counties to postal areas.

    """

    regions: gpd.GeoDataFrame
    origins: pd.DataFrame
    datasets: list[dict[str, Any]]
    outlines_left_out: int
    land: gpd.GeoSeries
    carried: list[str]


def read_world(study: Study, inputs: Path | None, work: Path | None = None) -> World:
    """Read the study's regions and origins.

    Outlines nobody is counted in are left out and counted; people counted where no outline is are a fault.

    Parameters
    ----------
    study
        What is studied.
    inputs
        Folder below which the study's files lie, or that of what was fetched; not needed for what is bundled.
    work
        The work folder, in which regions that were added are kept.

    Raises
    ------
    TableError
        A file cannot be read, or people of the figures have no outline.
    StudyError
        A dataset or its file is absent, or cannot serve; or nothing tells in which state people live.

    """
    home = country(study.country)
    home.check_states(study.states)
    drawn, own_people, drawn_of = _drawn(study, inputs, work, home)
    figures_of = [locate(wanted, inputs) for wanted in study.inputs.figures]
    wanted = study.inputs.origins
    origins_of = None if wanted == "inside" else locate(wanted, inputs)
    figures = read_figures(figures_of)
    refuse_silent(figures_of, figures)
    units = (
        read_outlines(locate(study.inputs.outlines, inputs), home.type_unit, home) if drawn.unit == "added" else None
    )
    points = _inside(units, figures, study, home) if origins_of is None else read_points(origins_of)
    placed = grounded(points, drawn.regions, drawn.unit, drawn.vintage, units)
    everywhere, telling = with_counties(placed, read_pairs(figures_of))
    refuse_other_years(telling, figures)
    outlines = _with_states(drawn.regions, everywhere, home)
    people = _people(own_people, drawn, figures, everywhere, outlines.state)
    _refuse_lost(people, drawn, home, study)
    _refuse_stateless(people, outlines, everywhere, telling, home)
    in_study = outlines[outlines.state.isin(study.states)] if study.states else outlines
    counted = in_study.index[in_study.state.notna()].intersection(people.index)
    regions = in_study.loc[counted].join(people)
    _refuse_empty(regions, study)
    ground = limited(everywhere, regions.index)
    regions = regions.assign(land_km2=_land(figures, drawn, regions))
    origins = scaled(ground, regions.population)
    found, carried = indicators(figures, ground, home, study.inputs.known_share)
    regions = regions.join(found).join(weighted_centres(origins))
    regions["density_per_km2"] = regions.population / regions.land_km2
    regions["place_type"] = place_types(regions, figures, ground, home)
    told_by = used(figures_of, figures, ground, home, [one.dataset for one in telling])
    datasets = [*told_by, *filter(None, [origins_of])]
    return World(
        regions=gpd.GeoDataFrame(regions.reset_index(), geometry="geometry", crs=4326),
        origins=conform(origins, ORIGINS),
        datasets=list({one["sha256"]: one for one in (drawn_of, *(one.provenance() for one in datasets))}.values()),
        outlines_left_out=len(in_study) - len(regions),
        land=drawn.regions.geometry,
        carried=[*(one.said for one in telling), *carried],
    )


def completed(
    regions: gpd.GeoDataFrame,
    providers: "pd.Series[int]",
    sites: "pd.Series[int]",
    few: int,
    sites_at_centres: "pd.Series[int] | None" = None,
) -> gpd.GeoDataFrame:
    """Return the promised ``regions``, now that it is known who works there.

    Parameters
    ----------
    regions
        As :func:`read_world` gives them.
    providers, sites
        Distinct providers, and places where they see people, by region id; a region without any may be absent.
    few
        Fewer providers than this, or fewer places, are too few to be told apart: what would tell their number is
        withheld.
    sites_at_centres
        Of the places those at the centre of a postal area or town, by region id; without it, none.

    """
    at_centres = pd.Series(dtype="int64") if sites_at_centres is None else sites_at_centres
    seen, at, centred = (
        regions.region_id.map(by_region).fillna(0).astype("int64") for by_region in (providers, sites, at_centres)
    )
    standing = Standing(
        population=regions.population,
        population_basis=regions.population_basis,
        land_km2=regions.land_km2,
        providers=seen,
        sites=at,
        sites_at_centres=centred,
        few=few,
    )
    told = regions.join(worked_out(standing))
    return gpd.GeoDataFrame(conform(told, REGIONS), geometry="geometry", crs=4326)


def _drawn(
    study: Study, inputs: Path | None, work: Path | None, home: Country
) -> tuple[Drawn, pd.DataFrame | None, dict[str, Any]]:
    """Return outlines, the people in them if their file counts them, and their provenance."""
    level = study.inputs.level
    if level in UNITS:
        dataset = locate(study.inputs.outlines, inputs)
        return read_outlines(dataset, level, home), None, dataset.provenance()
    if work is None:
        raise StudyError(f"level {level!r} is none of {', '.join(UNITS)}; regions of one's own lie in a work folder.")
    added = read_added(place_of(work, level))
    own = added.regions.set_index("region_id")
    strange = sorted(set(own.state.dropna()) - set(home.states))
    if strange:
        raise StudyError(
            f"regions {level!r} name states {', '.join(map(repr, strange[:3]))}, which {home.name} does not have; "
            f"add them again with codes such as {next(iter(home.states))!r}, or without --state."
        )
    people = pd.DataFrame({"population": own.population, "population_basis": own.population_basis})
    return Drawn(sound(own, "added", home, str(place_of(work, level))), "added", "added"), people, _said_of(added)


def _inside(units: Drawn | None, figures: list[Figures], study: Study, home: Country) -> Points | None:
    """Return points for a study that names none: inside the units that figures are of, where regions are the user's."""
    if units is None:
        return None
    people = people_of(figures, units.unit, units.vintage)
    if people is None:
        raise StudyError(
            f"without origins, people live inside the {units.unit} that {study.inputs.outlines.dataset} draws, but no "
            f"dataset of figures counts them; add one, such as {home.example_figures}."
        )
    return inner_points(units.regions, units.unit, units.vintage, people.astype("float64"))


def _people(
    own: pd.DataFrame | None, drawn: Drawn, figures: list[Figures], everywhere: Ground, state: "pd.Series[str]"
) -> pd.DataFrame:
    """Return ``population`` and its basis of all regions, also of those outside of the study; index region id.

    Regions that a dataset leaves out, though it counts others of their state, have the people of their origins; those
    without any, and whole states that it does not count, are left out: nobody knows that nobody lives there.
    """
    if own is not None:
        return own
    at_origins = everywhere.origins.groupby("region_id").population.sum().round().astype("int64")
    counted = people_of(figures, drawn.unit, drawn.vintage)
    if counted is None:
        is_told = drawn.unit in everywhere.vintages and drawn.unit in everywhere.origins
        basis = "measured" if is_told and everywhere.vintages[drawn.unit] == drawn.vintage else "assumed"
        return pd.DataFrame({"population": at_origins, "population_basis": basis})
    table = next(one for one in figures if one.keyed.unit == drawn.unit and one.reader in PEOPLE)
    is_divided = (table.keyed.vintage != drawn.vintage) & ~counted.index.isin(table.keyed.table.index)
    is_guessed = is_divided | is_assumed(table.keyed, drawn.vintage)
    told = pd.DataFrame({"population": counted, "population_basis": np.where(is_guessed, "assumed", "measured")})
    left_out = drawn.regions.index.difference(counted.index)
    states = set(state.reindex(counted.index).dropna())
    beside = at_origins.reindex(left_out[state.reindex(left_out).isin(states)])
    beside = beside[beside > 0].astype("int64")
    return pd.concat([told, pd.DataFrame({"population": beside, "population_basis": "assumed"})])


def _said_of(added: AddedRegions) -> dict[str, Any]:
    """Return the provenance of regions the user brought, as datasets have it."""
    told = added.provenance
    return {
        "dataset": added.name,
        "title": f"regions {added.name!r}, brought by the study's author",
        "publisher": "not told",
        "vintage": f"added {told['on']}",
        "licence": "not told",
        "attribution": "",
        "address": "",
        "file": told["file"],
        "sha256": told["sha256"],
    }


def _land(figures: list[Figures], drawn: Drawn, regions: gpd.GeoDataFrame) -> "pd.Series[float]":
    """Return land as the outlines' file tells it, else as figures of just this vintage do, else the outlines' area."""
    own: pd.Series[float] = regions["land_km2"]
    land = None if drawn.has_land else land_of(figures, drawn.unit, drawn.vintage)
    return own if land is None else land.reindex(regions.index).fillna(own)


def _with_states(regions: gpd.GeoDataFrame, ground: Ground, home: Country) -> gpd.GeoDataFrame:
    """Return regions each with the state of most of its people, where the outlines do not say it.

    Missing where nothing tells it, unless the country is one jurisdiction.
    """
    if home.code in home.states:
        regions = regions.assign(state=regions.state.fillna(home.code))
    if not regions.state.isna().any() or home.type_unit not in ground.origins:
        return regions
    codes = ground.origins[home.type_unit]
    state = codes.dropna().map(lambda code: home.state_of(home.type_unit, code))
    told = ground.origins.assign(state=state, people=ground.origins.population + 1e-9)
    summed = told.dropna(subset="state").groupby(["region_id", "state"]).people.sum().reset_index()
    most = summed.sort_values(["region_id", "people"], ascending=[True, False], kind="stable")
    states = most.drop_duplicates("region_id").set_index("region_id").state
    return regions.assign(state=regions.state.fillna(states))


def _refuse_lost(people: pd.DataFrame, drawn: Drawn, home: Country, study: Study) -> None:
    """Refuse figures that count people where there is no outline."""
    lost = people.index[people.population > 0].difference(drawn.regions.index)
    if drawn.unit in home.state_units:  # those of other countries in the same file are no loss
        lost = pd.Index([code for code in lost if home.state_of(drawn.unit, code) is not None])
    if len(lost):
        raise TableError(
            f"the figures count people in {', '.join(lost[:5])} ({len(lost)} such), which "
            f"{study.inputs.outlines.dataset} does not draw: they would be lost; use outlines of the same vintage that "
            "draw them all."
        )


def _refuse_stateless(
    people: pd.DataFrame, outlines: gpd.GeoDataFrame, ground: Ground, pairs: list[Pairs], home: Country
) -> None:
    """Refuse people in regions of which nothing tells the state: they may be of any study of states."""
    unit = home.type_unit
    told = ground.origins.get(unit, pd.Series(None, index=ground.origins.index, dtype="str"))
    unplaced = ground.origins.region_id[told.isna()].unique()  # the others lie in another country
    lost = people.population[people.population > 0]
    lost = lost[lost.index.isin(outlines.index[outlines.state.isna()]) & lost.index.isin(unplaced)]
    if not len(lost):
        return
    if ground.unit == "zcta":
        silent = " or ".join(one.dataset for one in pairs) or "origins"
        remedy = f"it is not told by {silent}; name zcta_counties_2020 among the figures too"
    else:
        remedy = f"it is not told by origins; name origins that say the {unit}"
    raise StudyError(
        f"nothing tells in which {unit} region {', '.join(lost.index[:3])} ({len(lost)} such, {lost.sum():,} people) "
        f"lies, so that these people would be lost: {remedy}."
    )


def _refuse_empty(regions: gpd.GeoDataFrame, study: Study) -> None:
    absent = [state for state in study.states if state not in set(regions.state)]
    if absent:
        raise StudyError(
            f"states {', '.join(map(repr, absent))} have no region whose people are counted; leave them out of the "
            "study, or name figures that count them."
        )
    if not len(regions):
        raise StudyError("no region of the study has people counted in it; name outlines and figures of one country.")
