"""Outlines, origins and figures together: the promised ``regions`` and ``origins`` of a study, at any level."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from analysis.country import Country, country
from analysis.promise import TableError, conform
from analysis.regions.added import AddedRegions, place_of, read_added
from analysis.regions.catalog import Dataset, locate
from analysis.regions.figures import Figures, counts, indicators, read_figures
from analysis.regions.origins import Ground, limited, read_ground, scaled, weighted_centres
from analysis.regions.outlines import Drawn, read_outlines, sound
from analysis.regions.rurality import density_classes, place_types
from analysis.regions.units import UNITS
from analysis.regions.vintage import count
from analysis.study import Study, StudyError
from analysis.tables import ORIGINS, REGIONS


@dataclass(frozen=True)
class World:
    """Where people live.

    Attributes
    ----------
    regions, origins
        As promised, except for the columns that need providers (``people_per_site``, ``anonymity``).
    datasets
        Provenance of the datasets behind them.
    outlines_left_out
        Outlines without people: territories the publisher does not count.
    carried
        Datasets whose figures were carried over from another year's borders.

    """

    regions: gpd.GeoDataFrame
    origins: pd.DataFrame
    datasets: list[dict[str, Any]]
    outlines_left_out: int
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
        A dataset or its file is absent, or cannot serve.

    """
    home = country(study.country)
    home.check_states(study.states)
    drawn, people, drawn_of = _drawn(study, inputs, work, home)
    figures_of = [locate(wanted, inputs) for wanted in study.inputs.figures]
    wanted = study.inputs.origins
    origins_of = None if wanted == "inside" else locate(wanted, inputs)
    figures = read_figures(figures_of)
    if people is None:
        people = counts(figures, drawn.unit, drawn.vintage, "population", count)
    ground, regions, left_out = _counted(study, drawn, people, origins_of, home)
    regions = regions.assign(land_km2=_land(figures, drawn, regions))
    origins = scaled(ground, regions.population)
    found, carried = indicators(figures, ground, home, study.inputs.known_share)
    regions = regions.join(found).join(weighted_centres(origins))
    regions["density_per_km2"] = regions.population / regions.land_km2
    regions["density_class"] = density_classes(regions.density_per_km2)
    regions["place_type"] = place_types(regions, figures, ground, home)
    datasets = [*figures_of, *filter(None, [origins_of])]
    return World(
        regions=gpd.GeoDataFrame(regions.reset_index(), geometry="geometry", crs=4326),
        origins=conform(origins, ORIGINS),
        datasets=list({one["sha256"]: one for one in (drawn_of, *(one.provenance() for one in datasets))}.values()),
        outlines_left_out=left_out,
        carried=carried,
    )


def completed(
    regions: gpd.GeoDataFrame, providers: "pd.Series[int]", sites: "pd.Series[int]", few: int
) -> gpd.GeoDataFrame:
    """Return the promised ``regions``, now that it is known who works there.

    Parameters
    ----------
    regions
        As :func:`read_world` gives them.
    providers, sites
        Distinct providers, and places where they see people, by region id; a region without any may be absent.
    few
        Fewer providers than this are too few to be told apart: how many people there are to a site is withheld.

    """
    seen = regions.region_id.map(providers).fillna(0)
    places = regions.region_id.map(sites).fillna(0)
    told = regions.assign(
        people_per_site=(regions.population / places.where(places > 0)).where(seen >= few),
        anonymity=np.select([seen == 0, seen < few], ["nobody", "few"], default="some"),
    )
    return gpd.GeoDataFrame(conform(told, REGIONS), geometry="geometry", crs=4326)


def _drawn(
    study: Study, inputs: Path | None, work: Path | None, home: Country
) -> tuple[Drawn, "pd.Series[Any] | None", dict[str, Any]]:
    """Return outlines, the people in them if their file counts them, and their provenance."""
    level = study.inputs.level
    if level in UNITS:
        dataset = locate(study.inputs.outlines, inputs)
        return read_outlines(dataset, level, home), None, dataset.provenance()
    if work is None:
        raise StudyError(f"level {level!r} is none of {', '.join(UNITS)}; regions of one's own lie in a work folder.")
    added = read_added(place_of(work, level))
    own = added.regions.set_index("region_id")
    regions = sound(own, "added", home, str(place_of(work, level)))
    basis = own.population_basis.reindex(regions.index)
    return Drawn(regions.assign(population_basis=basis), "added", "added"), own.population, _said_of(added)


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
    """Return land as the figures give it, else as the outlines do."""
    for column in ("land_km2", "area_km2"):
        land = counts(figures, drawn.unit, drawn.vintage, column, count)
        if land is not None:
            return land.reindex(regions.index).fillna(regions.land_km2).astype("float64")
    own: pd.Series[float] = regions["land_km2"]
    return own


def _counted(
    study: Study, drawn: Drawn, people: "pd.Series[Any] | None", origins: Dataset | None, home: Country
) -> tuple[Ground, gpd.GeoDataFrame, int]:
    """Return the ground, the regions with their people, and how many outlines hold nobody that is counted."""
    outlines = _of_states(drawn.regions, study)
    if people is not None:
        people = people.dropna()
        _refuse_lost(people, drawn, home, study)
        outlines = outlines.loc[outlines.index.intersection(people.index)]
    everywhere = read_ground(origins, outlines, drawn.unit, drawn.vintage)
    outlines = _of_states(_with_states(outlines, everywhere, home), study)
    ground = limited(everywhere, outlines.index)
    if people is None:
        people = ground.origins.groupby("region_id").population.sum().round()
    regions = outlines.assign(population=people.reindex(outlines.index).astype("int64"))
    _refuse_empty(regions, study)
    return ground, regions, int((~drawn.regions.index.isin(people.index)).sum())


def _of_states(outlines: gpd.GeoDataFrame, study: Study) -> gpd.GeoDataFrame:
    """Return the outlines of the study's states; those whose state nothing tells stay until origins tell it."""
    if not study.states:
        return outlines
    return outlines[outlines.state.isna() | outlines.state.isin(study.states)]


def _with_states(regions: gpd.GeoDataFrame, ground: Ground, home: Country) -> gpd.GeoDataFrame:
    """Return regions each with the state of most of its people, where the outlines do not say it."""
    if not regions.state.isna().any() or home.type_unit not in ground.origins:
        return regions.assign(state=regions.state.fillna(home.code))
    codes = ground.origins[home.type_unit]
    state = codes.dropna().map(lambda code: home.state_of(home.type_unit, code))
    told = ground.origins.assign(state=state, people=ground.origins.population + 1e-9)
    summed = told.dropna(subset="state").groupby(["region_id", "state"]).people.sum().reset_index()
    most = summed.sort_values(["region_id", "people"], ascending=[True, False], kind="stable")
    states = most.drop_duplicates("region_id").set_index("region_id").state
    return regions.assign(state=regions.state.fillna(states).fillna(home.code))


def _refuse_lost(people: "pd.Series[Any]", drawn: Drawn, home: Country, study: Study) -> None:
    """Refuse figures that count people where there is no outline."""
    lost = people.index[people > 0].difference(drawn.regions.index)
    if drawn.unit in home.state_units:  # those of other countries in the same file are no loss
        lost = pd.Index([code for code in lost if home.state_of(drawn.unit, code) is not None])
    if len(lost):
        raise TableError(
            f"the figures count people in {', '.join(lost[:5])} ({len(lost)} such), which "
            f"{study.inputs.outlines.dataset} does not draw: they would be lost; use outlines of the same vintage that "
            "draw them all."
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
