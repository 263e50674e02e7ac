"""USDA Economic Research Service, Rural-Urban Continuum Codes 2023, CSV: three rows a county, Latin-1, zeros lost.

Gives ``county_id, state, name, population_2020`` (people, census), ``rucc_2023`` (class 1-9), one row a county.

Missing: ``rucc_2023`` of two atolls of American Samoa where nobody lives, for which the file has no such row.
"""

from pathlib import Path

from analysis.promise import TableError
from analysis.regions.readers import _rucc
from analysis.regions.readers._published import counts, padded, read_text
from analysis.regions.vintage import Read

_FORM = "USDA's long CSV of Rural-Urban Continuum Codes 2023"
_ATTRIBUTES = ("Population_2020", "RUCC_2023")


def read(file: Path) -> Read:
    """Read the codes as ``Ruralurbancontinuumcodes2023.csv`` has them; faults of the file are a ``TableError``."""
    long = read_text(file, _FORM, ["FIPS", "State", "County_Name", "Attribute", "Value"], encoding="latin-1")
    long = long.assign(FIPS=padded(long["FIPS"], 5, file))
    told = long[long["Attribute"].isin(_ATTRIBUTES)]
    counts(told["Value"], file)  # here, where rows still have their numbers
    twice = told[told.duplicated(["FIPS", "Attribute"])]
    if len(twice):
        raise TableError(
            f"{file}: {twice.Attribute.iloc[0]} of FIPS {twice.FIPS.iloc[0]!r} appears twice; expected {_FORM}."
        )
    wide = told.pivot(index=["FIPS", "State", "County_Name"], columns="Attribute", values="Value").fillna("")
    wide = wide.reindex(columns=list(_ATTRIBUTES), fill_value="").reset_index()
    return _rucc.tidy(wide, "2023", len(long), file)
