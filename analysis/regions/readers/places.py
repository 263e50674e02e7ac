"""CDC PLACES in its wide form, by county, tract or ZIP Code Tabulation Area: estimates of a model.

Gives ``county_id, state, name, population, adults`` (people), ``latitude, longitude``, with ``tract_id`` where the file
is of tracts, or ``zcta, population``, and for every measure ``<measure>_crude_share`` and, by county,
``<measure>_adj_share`` (of adults, 0-1; ``adj`` is adjusted for age), each with the ``_low_share`` and ``_high_share``
of its 95 % interval. Codes of ZCTAs lost their leading zeros.

**Vintage.** The publisher's descriptions (read on 2026-11-26) join the releases of 2021 and 2023 by ZCTA to the areas
of 2010, those of 2020 and 2022 by tract to tracts of 2015, which are those of the census of 2010, and that of 2024 by
tract to tracts of 2022; of ZCTAs from 2024 on public code alone (the package CDCPLACES) says that they are of 2020. So
the file is asked: codes that came or went between the censuses tell it. Without any, areas are taken for those of 2010,
which claims least, and tracts for those of 2020.

The files at hand are counties of the 2024 release and ZCTAs of the 2022 release; that of tracts was not seen: public
code (read on 2026-11-26) tells of the same columns with ``TractFIPS``, of tracts of 2023 in the release of 2025.

Missing: the cell is empty; social measures (``isolation``, ``lacktrpt`` and others) were not asked in every state.
"""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._herop import tract_vintage
from analysis.regions.readers._places import is_prevalence, points, prevalence
from analysis.regions.readers._published import columns_of, counts, padded, read_text, said, unique
from analysis.regions.readers._zctas import area_vintage
from analysis.regions.vintage import Read, vintage_told

_COUNTY = ["StateAbbr", "CountyName", "CountyFIPS", "TotalPopulation", "TotalPop18plus", "Geolocation"]
_ZCTA = ["ZCTA5", "TotalPopulation"]


def read(file: Path) -> Read:
    """Read prevalence as ``PLACES_county_2024_release.csv`` or ``PLACES_zcta_2022_release.csv`` has it.

    Raises
    ------
    TableError
        The file is of another form, damaged or cut short.

    """
    if "ZCTA5" in columns_of(file):
        return _zctas(file)
    cells = read_text(
        file, "the PLACES table by county", _COUNTY, also=lambda name: name == "TractFIPS" or is_prevalence(name)
    )
    named = pd.DataFrame(
        {
            "county_id": padded(cells["CountyFIPS"], 5, file),
            "state": said(cells["StateAbbr"]),
            "name": said(cells["CountyName"]),
            "population": _people(cells["TotalPopulation"], file),
            "adults": _people(cells["TotalPop18plus"], file),
        }
    )
    is_of_tracts = "TractFIPS" in cells
    if is_of_tracts:
        named.insert(0, "tract_id", padded(cells["TractFIPS"], 11, file))
    table = pd.concat([named, points(cells["Geolocation"], file), prevalence(cells, file)], axis=1)
    unique(table, ["tract_id" if is_of_tracts else "county_id"], file)
    if is_of_tracts:
        return Read(table, tract_vintage(table.tract_id, "tracts_2020"), len(table))
    return Read(table, vintage_told(table.county_id, "counties_2022"), len(table))


def _zctas(file: Path) -> Read:
    cells = read_text(file, "the PLACES table by ZCTA", _ZCTA, also=is_prevalence)
    named = pd.DataFrame(
        {"zcta": padded(cells["ZCTA5"], 5, file), "population": _people(cells["TotalPopulation"], file)}
    )
    table = unique(pd.concat([named, prevalence(cells, file)], axis=1), ["zcta"], file)
    return Read(table, area_vintage(table.zcta, "zctas_2010", file), len(table))


def _people(texts: "pd.Series[str]", file: Path) -> "pd.Series[int]":
    return counts(texts.str.replace(",", "", regex=False), file)
