"""What the Federal Statistical Office's list of German districts means in each of the forms it comes in."""

from pathlib import Path

import pandas as pd

from analysis.promise import TableError
from analysis.regions.readers._nuts import edition_told, region_ids
from analysis.regions.readers._published import counts, numbers, padded, said, unique
from analysis.regions.vintage import Read

COLUMNS = ["AGS", "type", "name", "NUTS3", "area_km2", "population", "population_male", "population_female"]
_DIGITS = 5


def tidy(cells: pd.DataFrame, rows: int, file: Path) -> Read:
    """Return one row a district, out of text cells with ``COLUMNS``.

    Raises
    ------
    TableError
        A cell is wrong, a district is there twice, or men and women do not add up to its people.

    """
    table = pd.DataFrame(
        {
            "region_id": region_ids(cells["NUTS3"], file),
            "ags": padded(cells["AGS"], _DIGITS, file),
            "name": said(cells["name"]),
            "kind": said(cells["type"]),
            "area_km2": numbers(cells["area_km2"], file),
            "population": counts(cells["population"], file),
            "population_male": counts(cells["population_male"], file),
            "population_female": counts(cells["population_female"], file),
        }
    )
    for key in ("region_id", "ags"):
        unique(table, [key], file)
    differs = table[(table.population != table.population_male + table.population_female).fillna(value=False)]
    if len(differs):
        first = differs.iloc[0]
        raise TableError(
            f"{file}: men and women of {first.region_id} are {first.population_male + first.population_female:,}, its "
            f"people {first.population:,} ({len(differs)} such); expected the same: download it again."
        )
    return Read(table, edition_told(table.region_id, "nuts3_2021", file), rows)
