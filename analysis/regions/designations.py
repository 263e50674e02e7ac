"""Shortage areas as figures: which counties and tracts are designated, out of the list of designations in force."""

import pandas as pd

from analysis.regions.vintage import CHANGES, COUNTY_VINTAGES, across, foreign, rows_of, whole_or

_STRENGTH = {"none": 0.0, "part": 1.0, "whole": 2.0}
_NOT_TOLD = 0.5
"""More than none, and less than a part: what is listed of other places in the same county holds."""


def designated_counties(designations: pd.DataFrame) -> pd.DataFrame:
    """Return ``mental_hpsa`` (``whole`` or ``part``) of every county with a designation, indexed by county.

    Facilities are nobody's home and count for nothing. A county that is not listed has none.
    """
    areas = designations[designations.component != "facility"].dropna(subset="county_id")
    is_whole = (areas.component == "county").groupby(areas.county_id).any()
    return is_whole.map({True: "whole", False: "part"}).rename("mental_hpsa").to_frame()


def designated_tracts(designations: pd.DataFrame) -> pd.DataFrame:
    """Return ``mental_hpsa_of_tract`` (``whole``) of every tract that is designated itself, indexed by tract."""
    tracts = designations.tract_id[designations.component == "tract"].dropna().unique()
    return pd.DataFrame({"mental_hpsa_of_tract": "whole"}, index=pd.Index(sorted(tracts), name="tract_id"))


def with_all_that_changed(listed: pd.DataFrame, vintage: str, overlaps: pd.DataFrame) -> pd.DataFrame:
    """Return designations of one vintage with every county in it that was split or merged, ``none`` where not listed.

    So they can go to another vintage, which needs all parts of a place.
    """
    changed = {*overlaps.older_id, *overlaps.newer_id} - foreign(vintage)
    return listed.reindex(listed.index.union(pd.Index(sorted(changed)))).fillna("none").rename_axis("county_id")


def in_one_vintage(listed: pd.DataFrame, vintage: str, overlaps: pd.DataFrame) -> pd.DataFrame:
    """Return designations by county of one vintage, out of a list with codes of several.

    Parameters
    ----------
    listed
        ``mental_hpsa`` (:func:`designated_counties`).
    overlaps
        ``older_id, newer_id, people`` of all counties that were split or merged.

    Returns
    -------
    pandas.DataFrame
        ``mental_hpsa``: the strongest of what the codes of each year say; missing where only a part of a divided
        county is designated, and nothing tells which.

    """
    carried = [
        across(
            with_all_that_changed(rows_of(listed, one), one, overlaps),
            one,
            vintage,
            overlaps,
            rules={"mental_hpsa": whole_or("part")},
        ).mental_hpsa
        for one in COUNTY_VINTAGES
    ]
    strongest = pd.concat(carried).map(_STRENGTH).fillna(_NOT_TOLD).groupby(level=0).max()
    words: pd.Series[str] = strongest.map({number: word for word, number in _STRENGTH.items()}).astype("str")
    return words.to_frame("mental_hpsa")


def touched_by_other_years(listed: pd.Index, vintage: str) -> frozenset[str]:
    """Return the counties of a vintage that share people with a listed code of another year."""
    others = set(listed) & foreign(vintage)
    pairs = [pair for change in CHANGES for pair in change.pairs]
    forward = {newer for older, newer in pairs if older in others}
    return frozenset(forward | {older for older, newer in pairs if newer in others})
