"""HUD's ZIP code to county crosswalk, quarterly workbook: which share of a ZIP code's addresses lies in which county.

Gives ``zip, county_id, residential_share, business_share, other_share, total_share`` (of the ZIP code's addresses of
that kind, 0-1); each kind adds up to 1 per ZIP code. December 2020 still uses county codes from before 2015.

Missing: a ZIP code without any address of a kind, for which HUD writes 0 in every county.
"""

from pathlib import Path

import pandas as pd

from analysis.promise import TableError
from analysis.regions.readers._published import numbers, padded, unique
from analysis.regions.readers._workbook import read_sheet
from analysis.regions.vintage import Read, vintage_told

_RATIOS = {
    "RES_RATIO": "residential_share",
    "BUS_RATIO": "business_share",
    "OTH_RATIO": "other_share",
    "TOT_RATIO": "total_share",
}
_CLOSE = 1e-6


def read(file: Path) -> Read:
    """Read the shares as ``HUD_ZIP_COUNTY_122020.xlsx`` has them; faults of the file are a ``TableError``."""
    cells = read_sheet(file, "HUD's ZIP to county crosswalk", 0, ["ZIP", "COUNTY", *_RATIOS])
    columns: dict[str, pd.Series] = {
        "zip": padded(cells["ZIP"], 5, file),
        "county_id": padded(cells["COUNTY"], 5, file),
    }
    for source, name in _RATIOS.items():
        ratio = numbers(cells[source], file, high=1.0 + _CLOSE)
        together = ratio.groupby(columns["zip"]).transform("sum")
        wrong = (together != 0) & ((together - 1).abs() > _CLOSE)
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise TableError(
                f"{file}: {source} of ZIP code {columns['zip'].iloc[row]!r} adds up to {together.iloc[row]:.6f}, "
                "expected 1; rows were lost: download it again."
            )
        columns[name] = ratio.where(together > 0)
    table = unique(pd.DataFrame(columns), ["zip", "county_id"], file)
    return Read(table, vintage_told(table.county_id, "counties_2014"), len(table))
