"""Eurostat, population on 1 January by age and region of NUTS level 3, as SDMX-CSV or TSV (unpacked).

Reads ``demo_r_pjangrp3`` (groups of five years) and ``demo_r_pjanaggr3`` (0-14, 15-64, 65 and older), one row a region;
of several years the newest in which any has people. Gives ``region_id, country`` (first two letters of the code),
``year, population`` and ``aged_65_up`` (people, as published), ``adults`` (18 and older), ``aged_5_17, aged_12_up``
(people), ``ages_basis`` and ``flags``. Countries and larger regions are left out; people of no known region (codes that
end in XXX or ZZZ) are not.

No group ends at 12 or 18: within the groups 10-14 and 15-19 people of each age are taken to be equally many, so that
two fifths of those 15-19 are adults. What rests on it has the basis ``assumed``. Broad groups are not cut: with them
these three are missing. People whose age is unknown count in ``population`` alone. ``flags`` are Eurostat's of the
population (``b`` break in time series, ``p`` provisional, ``e`` estimated).

Missing: what Eurostat has no value for (``:``), and every group that would be made of it; ``flags`` where there are
none.
"""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.promise import TableError
from analysis.regions.readers._eurostat import observations
from analysis.regions.readers._nuts import are_regions, edition_told
from analysis.regions.readers._published import counts, said, unique
from analysis.regions.vintage import Read

_FORM = "Eurostat's population by age and region (demo_r_pjangrp3 or demo_r_pjanaggr3)"
_DIMENSIONS = ["sex", "unit", "age", "geo"]
_BOTH_SEXES, _PERSONS, _ALL_AGES, _UNKNOWN_AGE = "T", "NR", "TOTAL", "UNK"
_FIVE_YEARS = ("Y_LT5", *(f"Y{start}-{start + 4}" for start in range(5, 85, 5)))
_OLDEST = ("Y_GE85",)
_OLDEST_SPLIT = ("Y85-89", "Y_GE90")
_BROAD = ("Y_LT15", "Y15-64", "Y_GE65")
_KNOWN = frozenset({_ALL_AGES, _UNKNOWN_AGE, *_FIVE_YEARS, *_OLDEST, *_OLDEST_SPLIT, *_BROAD})
_FROM_65 = tuple(f"Y{start}-{start + 4}" for start in range(65, 85, 5))
_LOST_SHARE = 0.005
"""Share of a region's people that may be in no group; more means that a group is absent."""


def read(file: Path) -> Read:
    """Read people as ``estat_demo_r_pjangrp3.tsv`` or the SDMX-CSV of it has them; faults are a ``TableError``."""
    told, rows = observations(file, _FORM, _DIMENSIONS)
    regions = _of_regions(told, file)
    regions = regions[regions["year"] == regions["year"].where(regions["people"].notna()).max()]
    if regions.empty:
        raise TableError(f"{file} has no people in any region and year; expected {_FORM}: download it again.")
    people = regions.pivot_table("people", "region_id", "age", aggfunc="first")
    people = people.reindex(sorted(regions["region_id"].unique())).rename_axis("region_id")
    _check_whole(people, _groups(people, file), file)
    flags = regions[regions["age"] == _ALL_AGES].set_index("region_id")["OBS_FLAG"]
    table = _bands(people).assign(flags=said(flags.reindex(people.index).fillna(""))).reset_index()
    table.insert(1, "country", table["region_id"].str[:2])
    table.insert(2, "year", regions["year"].iloc[0])
    lived_in = table.region_id[table.population.notna()]  # codes of other editions stay in the file without people
    return Read(table, edition_told(lived_in, "nuts3_2021", file), rows)


def _of_regions(told: pd.DataFrame, file: Path) -> pd.DataFrame:
    """Return observations of both sexes together in regions of level 3, with ``year`` and ``people``."""
    kept = told[(told["sex"] == _BOTH_SEXES) & (told["unit"] == _PERSONS) & are_regions(told["geo"])]
    if kept.empty:
        raise TableError(
            f"{file} has no row of both sexes together (sex T), in persons (unit NR), of a region of NUTS level 3; "
            f"expected {_FORM}: download that."
        )
    strange = sorted(set(kept["age"]) - _KNOWN)
    if strange:
        raise TableError(
            f"{file} has an age {strange[0]!r} ({len(strange)} such kinds), expected groups of five years or 0-14, "
            "15-64, 65 and older; the reader must learn it."
        )
    unique(kept, ["geo", "TIME_PERIOD", "age"], file)
    year = kept["TIME_PERIOD"]
    wrong = year[~year.str.fullmatch("[0-9]{4}")]
    if len(wrong):
        raise TableError(f"{file}: TIME_PERIOD is {wrong.iloc[0]!r}, expected a year; download {_FORM}.")
    told = kept.assign(year=year.astype("int64"), people=counts(kept["OBS_VALUE"], file))
    return told.rename(columns={"geo": "region_id"})


def _groups(people: pd.DataFrame, file: Path) -> tuple[str, ...]:
    """Return the groups that hold everybody of known age once."""
    oldest = _OLDEST if _OLDEST[0] in people else _OLDEST_SPLIT
    for groups in ((*_FIVE_YEARS, *oldest), _BROAD):
        if _ALL_AGES in people and set(groups) <= set(people.columns):
            return groups
    raise TableError(
        f"{file} lacks ages: found {', '.join(sorted(map(str, people.columns))[:6])} and so on; expected TOTAL and all "
        f"groups of {_FORM}: download it without a choice of ages."
    )


def _check_whole(people: pd.DataFrame, groups: Iterable[str], file: Path) -> None:
    """Refuse groups that lose people."""
    total = people[_ALL_AGES]
    within = people[list(groups)].sum(axis=1, skipna=False)
    if _UNKNOWN_AGE in people:
        within = within + people[_UNKNOWN_AGE].fillna(0)
    lost = (total - within).abs() > _LOST_SHARE * total
    differs = people.index[lost.fillna(value=False)]
    if len(differs):
        region = differs[0]
        raise TableError(
            f"{file}: the groups of {region} hold {within[region]:,} people, its total is {total[region]:,} "
            f"({len(differs)} such); expected the same: download it again."
        )


def _bands(people: pd.DataFrame) -> pd.DataFrame:
    """Return the age bands of each region."""
    bands = pd.DataFrame({"population": people[_ALL_AGES]})
    if "Y_GE65" in people:
        nobody_knows = pd.Series(pd.NA, index=people.index, dtype="Float64")
        return bands.assign(
            aged_65_up=people["Y_GE65"],
            adults=nobody_knows,
            aged_5_17=nobody_knows,
            aged_12_up=nobody_knows,
            ages_basis=pd.Series(pd.NA, index=people.index, dtype="str"),
        )
    oldest = _OLDEST if _OLDEST[0] in people else _OLDEST_SPLIT
    from_15 = people[[*_FIVE_YEARS[3:], *oldest]].sum(axis=1, skipna=False)
    children, teens = people["Y10-14"].astype("Float64"), people["Y15-19"].astype("Float64")
    adults = from_15 - teens * 3 / 5
    return bands.assign(
        aged_65_up=people[[*_FROM_65, *oldest]].sum(axis=1, skipna=False),
        adults=adults,
        aged_5_17=people["Y5-9"] + children + teens * 3 / 5,
        aged_12_up=from_15 + children * 3 / 5,
        ages_basis=pd.Series("assumed", index=people.index, dtype="str").where(adults.notna()),
    )
