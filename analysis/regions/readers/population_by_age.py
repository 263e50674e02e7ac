"""US Census Bureau, Population Estimates Program, people by age and sex of each county: July of the newest year.

Gives ``county_id, population, adults`` (18 and older), ``aged_65_up, aged_5_13, aged_14_17, aged_5_17`` (people), and
``aged_12_up`` (people, of whom those of 12 and 13 are taken as 2 of the 9 years from 5 to 13). One row a county, of
which the file has one for the census and one for each July since.

The file of 2023 was not at hand; its head was read in public code that loads it (on 2026-11-26), where ``YEAR`` 1 is
April 2020 and 2 to 5 are July 2020 to July 2023.

Missing: none; an empty cell is missing, never 0.
"""

from pathlib import Path

import pandas as pd

from analysis.promise import TableError
from analysis.regions.readers._published import counts, padded, read_text, unique
from analysis.regions.vintage import Read, vintage_told

_FORM = "the Census Bureau's people by age and county"
_PEOPLE = {
    "POPESTIMATE": "population",
    "AGE18PLUS_TOT": "adults",
    "AGE65PLUS_TOT": "aged_65_up",
    "AGE513_TOT": "aged_5_13",
    "AGE1417_TOT": "aged_14_17",
}
_TWO_OF_NINE_YEARS = 2 / 9


def read(file: Path) -> Read:
    """Read the people as ``cc-est2023-agesex-all.csv`` has them; faults of the file are a ``TableError``."""
    cells = read_text(file, _FORM, ["STATE", "COUNTY", "YEAR", *_PEOPLE], encoding="latin-1")
    year = counts(cells["YEAR"], file, low=1.0)
    county = padded(cells["STATE"], 2, file) + padded(cells["COUNTY"], 3, file)
    newest = year == year.max()
    without = sorted(set(county) - set(county[newest]))
    if without:
        raise TableError(
            f"{file}: county {', '.join(without[:3])} ({len(without)} such) has no row of YEAR {year.max()}, the "
            f"newest of {_FORM}; expected each county in every year: download it again."
        )
    people = {name: counts(cells[source], file)[newest] for source, name in _PEOPLE.items()}
    table = pd.DataFrame({"county_id": county[newest]} | people).reset_index(drop=True)
    table["aged_5_17"] = table.aged_5_13 + table.aged_14_17
    table["aged_12_up"] = (table.adults + table.aged_14_17 + _TWO_OF_NINE_YEARS * table.aged_5_13).astype("float64")
    unique(table, ["county_id"], file)
    return Read(table, vintage_told(table.county_id, "counties_2022"), len(cells))
