"""UDS Mapper's ZIP code to ZCTA crosswalk, 2021: in which ZIP Code Tabulation Area a ZIP code's mail lies.

Gives ``zip`` (a code of the post, no area), ``place, state, zip_type, zcta, join_type`` (texts). The areas are those of
2010, by their number.

Missing: ``zcta`` of eight ZIP codes of Pacific islands that have none.
"""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._published import padded, read_text, said, unique
from analysis.regions.vintage import Read

_COLUMNS = ["ZIP_CODE", "PO_NAME", "STATE", "ZIP_TYPE", "ZCTA", "zip_join_type"]


def read(file: Path) -> Read:
    """Read the crosswalk as ``Zip_to_zcta_crosswalk_2021.csv`` has it; faults of the file are a ``TableError``."""
    cells = read_text(file, "the ZIP to ZCTA crosswalk", _COLUMNS)
    has_area = cells["ZCTA"] != ""
    table = pd.DataFrame(
        {
            "zip": padded(cells["ZIP_CODE"], 5, file),
            "place": said(cells["PO_NAME"]),
            "state": said(cells["STATE"]),
            "zip_type": said(cells["ZIP_TYPE"]),
            "zcta": padded(cells["ZCTA"].where(has_area, "0"), 5, file).where(has_area),
            "join_type": said(cells["zip_join_type"]),
        }
    )
    return Read(unique(table, ["zip"], file), "zctas_2010", len(table))
