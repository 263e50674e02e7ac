"""Which counties a postal area lies in, where origins do not say it: told by a table of pairs among the figures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analysis.regions.catalog import Dataset
from analysis.regions.origins import Ground
from analysis.regions.overlaps import one_to_one
from analysis.regions.published import PAIRS
from analysis.regions.readers import read_published
from analysis.regions.units import county_overlaps
from analysis.regions.vintage import CHANGES, COUNTY_VINTAGES, Read

_VINTAGE = "counties_2020"
_HOMES = "hud_zip_counties"


@dataclass(frozen=True)
class Pairs:
    """Postal areas and counties of 2020.

    ``table`` has ``zcta, county_id`` and ``share`` (0-1, of the area's homes or land; adds up to 1 an area).
    """

    dataset: str
    table: pd.DataFrame
    by: str


def read_pairs(datasets: Sequence[Dataset]) -> Pairs | None:
    """Return the pairs of the first dataset that has any; ``None`` where none has.

    Raises
    ------
    TableError
        Its file is damaged, cut short or of another form.

    """
    for dataset in (one for one in datasets if one.reader in PAIRS):
        read = read_published(dataset.reader, dataset.file, dataset.rows)
        is_of_homes = dataset.reader == _HOMES
        shared = _by_homes(read) if is_of_homes else read.table.rename(columns={"land_share": "share"})
        table = shared.loc[shared.share > 0, ["zcta", "county_id", "share"]].reset_index(drop=True)
        by = "by homes, ZIP codes being taken for postal areas" if is_of_homes else "by land"
        return Pairs(dataset.name, table, by)
    return None


def with_counties(ground: Ground, pairs: Pairs | None) -> tuple[Ground, list[str]]:
    """Return the ground with the county that holds most of each postal area, and words for the provenance.

    Nothing is done where origins say the county themselves, or say no postal area.
    """
    if pairs is None or "zcta" not in ground.origins or "county" in ground.origins:
        return ground, []
    most = pairs.table.sort_values(["zcta", "share", "county_id"], ascending=[True, False, True], kind="stable")
    county = most.drop_duplicates("zcta").set_index("zcta").county_id
    told = replace(
        ground,
        origins=ground.origins.assign(county=ground.origins.zcta.map(county)),
        vintages=ground.vintages | {"county": _VINTAGE},
        counties_of_areas=pairs.table,
    )
    return told, [f"{pairs.dataset}: figures of counties to postal areas, {pairs.by}"]


def _by_homes(read: Read) -> pd.DataFrame:
    """Return pairs with the share of homes, or of all addresses where there is no home, among counties of 2020."""
    share = read.table.residential_share.fillna(read.table.total_share)
    pairs = pd.DataFrame({"zcta": read.table.zip, "county_id": read.table.county_id, "share": share})
    begin, end = COUNTY_VINTAGES.index(read.vintage), COUNTY_VINTAGES.index(_VINTAGE)
    for change in CHANGES[begin:end]:
        weights = county_overlaps()
        if one_to_one(change):
            weights = pd.DataFrame(sorted(change.pairs), columns=["older_id", "newer_id"]).assign(people=1.0)
        here = weights[weights.older_id.isin(change.older) & weights.newer_id.isin(change.newer)]
        part = here.assign(part=here.people / here.groupby("older_id").people.transform("sum"))
        merged = pairs.merge(part, left_on="county_id", right_on="older_id", how="left")
        pairs = pd.DataFrame(
            {
                "zcta": merged.zcta,
                "county_id": merged.newer_id.fillna(merged.county_id),
                "share": merged.share * merged.part.fillna(1.0),
            }
        )
    return pairs.groupby(["zcta", "county_id"], as_index=False).agg({"share": "sum"})
