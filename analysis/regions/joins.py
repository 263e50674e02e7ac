"""Joins by code across vintages: which places find no partner, and when there are too many of them."""

import pandas as pd

from analysis.country import Country
from analysis.regions.origins import Ground
from analysis.regions.published import Figures
from analysis.regions.units import TRACTS_OF_SEVERAL_YEARS, Keyed, crossing, current_tracts
from analysis.study import StudyError

_FOREIGN = 0.1
"""Of NUTS regions joined by code across editions, this share may have other codes: more is another classification."""


def refuse_foreign(one: Figures, ground: Ground, country: Country) -> None:
    """Refuse NUTS regions of another edition of which many have other codes.

    Raises
    ------
    StudyError
        Names both editions and some of the codes.

    """
    unit, vintage = one.keyed.unit, ground.vintages[one.keyed.unit]
    if unit != "nuts3" or one.keyed.vintage == vintage:
        return
    ours = set(places_of(ground, unit))
    theirs = {code for code in one.keyed.table.index if country.state_of(unit, code) is not None}
    foreign = sorted(ours ^ theirs)
    if len(foreign) > _FOREIGN * len(ours | theirs):
        raise StudyError(
            f"dataset {one.dataset!r} follows {one.keyed.vintage}, the study's regions {vintage}: {len(foreign)} of "
            f"{len(ours | theirs)} codes, such as {', '.join(foreign[:3])}, are in one of them only; name figures and "
            "outlines of one edition."
        )


def unmatched(one: Keyed, ground: Ground) -> str:
    """Return how many places a join by code leaves without a partner, as words for the provenance."""
    places = places_of(ground, one.unit)
    if one.vintage == TRACTS_OF_SEVERAL_YEARS:
        listed = current_tracts(one.table.index).unique()
        listed = listed[listed.str[:5].isin(places.str[:5])]
        return f" ({len(listed.difference(places)):,} of {len(listed):,} listed tracts are none of the study's)"
    if crossing(one, ground.vintages[one.unit]) == "by code":
        return f" ({len(places.difference(one.table.index)):,} of {len(places):,} places have no such code)"
    return ""


def places_of(ground: Ground, unit: str) -> pd.Index:
    """Return the ids of a unit in which the study's people live, those of its own regions among them."""
    ids = [pd.Index(ground.origins[unit])] if unit in ground.origins else []
    if unit == "county" and ground.counties_of_areas is not None:
        shared = ground.counties_of_areas
        ids.append(pd.Index(shared.county_id[shared.zcta.isin(ground.origins.zcta)]))
    if unit == ground.unit:
        ids.append(own_ids(ground))
    found: pd.Index = pd.Index([]).append(ids).dropna().unique()
    return found


def own_ids(ground: Ground) -> pd.Index:
    """Return the regions' ids as figures of the same unit have them once brought to one vintage."""
    return current_tracts(ground.region_ids) if ground.unit == "tract" else ground.region_ids
