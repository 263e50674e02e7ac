"""Which counties a postal area lies in, where origins do not say it: told by tables of pairs among the figures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analysis.regions.catalog import Dataset
from analysis.regions.origins import Ground
from analysis.regions.overlaps import one_to_one
from analysis.regions.published import PAIRS, PEOPLE, Figures
from analysis.regions.readers import read_published
from analysis.regions.units import county_overlaps
from analysis.regions.vintage import CHANGES, COUNTY_VINTAGES, Read, vintage_told
from analysis.study import StudyError

_OLDEST = "counties_2020"
"""Counties of older years are carried to these, which the bundled figures are of."""
_HOMES = "hud_zip_counties"
_COUNTED_BY = {"counties_2020": "bundle_counties", "counties_2022": "county_table_2023"}
"""For each year of counties a dataset that counts their people and land."""


@dataclass(frozen=True)
class Pairs:
    """Postal areas and the counties of one year, as one dataset has them.

    ``table`` has ``zcta, county_id`` and ``share`` (0-1, of the area's homes or land; adds up to 1 an area).
    """

    dataset: str
    table: pd.DataFrame
    by: str
    vintage: str = _OLDEST

    @property
    def said(self) -> str:
        """What the provenance says of them."""
        return f"{self.dataset}: figures of counties to postal areas, {self.by}"


def read_pairs(datasets: Sequence[Dataset]) -> list[Pairs]:
    """Return the pairs of each dataset that has any, all of counties of one year; a later one adds areas.

    The year is that of the newest dataset, 2020 at least. Each area has its counties of the first dataset that has it.

    Raises
    ------
    TableError
        A file is damaged, cut short or of another form.

    """
    told = [_pairs_of(dataset) for dataset in datasets if dataset.reader in PAIRS]
    vintage = max([_OLDEST, *(one.vintage for one in told)], key=COUNTY_VINTAGES.index)
    known: set[str] = set()
    pairs = []
    for one in told:
        added = one.table[~one.table.zcta.isin(known)]
        known |= set(added.zcta)
        pairs.append(replace(one, table=_among(added, one.vintage, vintage), vintage=vintage))
    return pairs


def with_counties(ground: Ground, pairs: Sequence[Pairs]) -> tuple[Ground, list[Pairs]]:
    """Return the ground with the county that holds most of each postal area, and the pairs that told one.

    Nothing is done where origins say the county themselves, or say no postal area.
    """
    if not pairs or "zcta" not in ground.origins or "county" in ground.origins:
        return ground, []
    table = pd.concat([one.table for one in pairs], ignore_index=True)
    most = table.sort_values(["zcta", "share", "county_id"], ascending=[True, False, True], kind="stable")
    county = most.drop_duplicates("zcta").set_index("zcta").county_id
    told = replace(
        ground,
        origins=ground.origins.assign(county=ground.origins.zcta.map(county)),
        vintages=ground.vintages | {"county": pairs[0].vintage},
        counties_of_areas=table,
    )
    return told, [one for one in pairs if one.table.zcta.isin(ground.origins.zcta).any()]


def refuse_other_years(pairs: Sequence[Pairs], figures: Sequence[Figures]) -> None:
    """Refuse pairs with counties of a year of which no dataset counts people: types of places go by these.

    Raises
    ------
    StudyError
        Names the pairs, their year, and a dataset that serves.

    """
    counted = {one.keyed.vintage for one in figures if one.reader in PEOPLE and one.keyed.unit == "county"}
    if pairs and pairs[0].vintage not in counted:
        named = " and ".join(one.dataset for one in pairs)
        raise StudyError(
            f"{named}: postal areas lie in {pairs[0].vintage}, but no dataset of figures counts the people "
            f"of these counties ({', '.join(sorted(counted)) or 'none'} are counted), by which types of places go; "
            f"name {_COUNTED_BY[pairs[0].vintage]} among them."
        )


def _pairs_of(dataset: Dataset) -> Pairs:
    """Return a dataset's pairs as published, in the year of its county codes."""
    read = read_published(dataset.reader, dataset.file, dataset.rows)
    if dataset.reader == _HOMES:
        return Pairs(dataset.name, _by_homes(read), "by homes, ZIP codes being taken for postal areas", read.vintage)
    shared = read.table.rename(columns={"land_share": "share"})
    return Pairs(dataset.name, _with_some(shared), "by land", vintage_told(shared.county_id, _OLDEST))


def _by_homes(read: Read) -> pd.DataFrame:
    """Return pairs with the share of homes, or of all addresses where there is no home."""
    share = read.table.residential_share.fillna(read.table.total_share)
    return _with_some(pd.DataFrame({"zcta": read.table.zip, "county_id": read.table.county_id, "share": share}))


def _with_some(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs that share anything: a county that only touches an area has no figure for it."""
    return pairs.loc[pairs.share > 0, ["zcta", "county_id", "share"]].reset_index(drop=True)


def _among(pairs: pd.DataFrame, begin: str, end: str) -> pd.DataFrame:
    """Return pairs of counties of an older year among those of a newer one, a divided county's by its people."""
    for change in CHANGES[COUNTY_VINTAGES.index(begin) : COUNTY_VINTAGES.index(end)]:
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
    return _with_some(pairs.groupby(["zcta", "county_id"], as_index=False).agg({"share": "sum"}))
