"""HRSA Area Health Resources Files 2024-25, the part on geography: designations, rurality and neighbours of counties.

Gives ``county_id, state, name, ssa_county`` (Medicare's own code), ``cbsa, rucc_2023`` (class 1-9),
``hpsa_mental_2025``, ``hpsa_mental_2024, hpsa_primary_2025, hpsa_primary_2024, hpsa_dental_2025, hpsa_dental_2024`` (0
no part of the county is a shortage area, 1 the whole, 2 a part), ``mental_hpsa`` (that of 2025 in words), and
``neighbours`` (codes of the counties that touch it, with spaces between).

The file holds Connecticut twice, its counties and its planning regions, and Alaska's 02261 beside what it became: its
vintage is ``counties_several``. Take the rows of one with :func:`analysis.regions.vintage.rows_of`.

Missing: the cell is empty; planning regions have no shortage areas, old counties no ``rucc_2023``.
"""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._published import counts, padded, read_text, said, unique
from analysis.regions.vintage import Read

_NEIGHBOURS = [f"contgs_cnty_num{number:02}" for number in range(1, 15)]
_DESIGNATIONS = {"mentl_hlth": "mental", "prim_care": "primary", "dent": "dental"}
_IN_WORDS = {0: "none", 1: "whole", 2: "part"}
_COLUMNS = [
    "fips_st_cnty",
    "st_name_abbrev",
    "cnty_name",
    "ssa_benfcry",
    "cbsa_23",
    "rural_urban_contnm_23",
    *_NEIGHBOURS,
]


def read(file: Path) -> Read:
    """Read the table as ``AHRF2025geo.csv`` has it; faults of the file are a ``TableError``."""
    designations = {
        f"hpsa_{source}_{year % 100}": f"hpsa_{name}_{year}"
        for source, name in _DESIGNATIONS.items()
        for year in (2025, 2024)
    }
    cells = read_text(file, "the geography of the Area Health Resources Files", [*_COLUMNS, *designations])
    columns = {
        "county_id": padded(cells["fips_st_cnty"], 5, file),
        "state": said(cells["st_name_abbrev"]),
        "name": said(cells["cnty_name"]),
        "ssa_county": said(cells["ssa_benfcry"]),
        "cbsa": said(cells["cbsa_23"]),
        "rucc_2023": counts(cells["rural_urban_contnm_23"], file, high=9.0),
    }
    columns |= {name: counts(cells[source], file, high=2.0) for source, name in designations.items()}
    mental = counts(cells["hpsa_mentl_hlth_25"], file, high=2.0).map(_IN_WORDS).astype("str")
    columns["mental_hpsa"] = mental
    touching = cells[_NEIGHBOURS].apply(" ".join, axis=1).str.split().str.join(" ")
    table = unique(pd.DataFrame(columns).assign(neighbours=said(touching)), ["county_id"], file)
    return Read(table, "counties_several", len(table))
