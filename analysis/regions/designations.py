"""Shortage areas as figures: which counties and tracts are designated, out of the list of designations in force."""

import pandas as pd


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
