"""NCHS Urban-Rural Classification Scheme for Counties 2013, workbook: one row a county.

Gives ``county_id`` and ``nchs_2013`` (class 1 large central metro, 2 large fringe metro, 3 medium metro, 4 small metro,
5 micropolitan, 6 noncore). Codes are those of 2013.

The workbook was not at hand: its columns were read in public code that loads it (on 2026-11-26).

Missing: the cell is empty.
"""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._published import counts, padded, unique
from analysis.regions.readers._workbook import read_sheet
from analysis.regions.vintage import Read, vintage_told

_FORM = "the NCHS urban-rural classification of 2013"
_COUNTY, _CLASS = "FIPS code", "2013 code"
_CLASSES = 6.0


def read(file: Path) -> Read:
    """Read classes as ``NCHSURCodes2013.xlsx`` has them; faults of the file are a ``TableError``."""
    cells = read_sheet(file, _FORM, 0, [_COUNTY, _CLASS])
    told = cells[(cells[_COUNTY] != "") | (cells[_CLASS] != "")]
    table = pd.DataFrame(
        {
            "county_id": padded(told[_COUNTY], 5, file),
            "nchs_2013": counts(told[_CLASS], file, low=1.0, high=_CLASSES),
        }
    ).reset_index(drop=True)
    return Read(unique(table, ["county_id"], file), vintage_told(table.county_id, "counties_2013"), len(table))
