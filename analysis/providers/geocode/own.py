"""A gazetteer of the user's own, for any country: areas of postal codes and towns."""

from pathlib import Path

import pandas as pd

_COLUMNS = ("country", "state", "postal_code", "place", "latitude", "longitude", "precision_km")
_NUMBERS = {"latitude": 90.0, "longitude": 180.0}


class GazetteerError(ValueError):
    """A user's gazetteer is absent or not what was asked for."""


def read_areas(file: Path) -> pd.DataFrame:
    """Read a CSV file with ``country,state,postal_code,place,latitude,longitude,precision_km``, UTF-8.

    A row needs a country of two letters, a point, a radius in km, and a postal code, a town (``place``) or both; codes
    stay text.

    Raises
    ------
    GazetteerError
        The file is absent, or a row breaks a rule: names the first.

    """
    try:
        table = pd.read_csv(file, dtype="str", keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError) as fault:
        raise GazetteerError(
            f"gazetteer {str(file)!r} cannot be read ({fault}); give a CSV file with the columns {','.join(_COLUMNS)}."
        ) from fault
    absent = [name for name in _COLUMNS if name not in table.columns]
    if absent:
        raise GazetteerError(
            f"gazetteer {str(file)!r} lacks {', '.join(map(repr, absent))}; it needs the columns {','.join(_COLUMNS)}."
        )
    text = table[list(_COLUMNS)].copy()
    number = {name: pd.to_numeric(text[name], errors="coerce") for name in ("latitude", "longitude", "precision_km")}
    is_good = text.country.str.fullmatch("[A-Z]{2}") & ((text.postal_code != "") | (text.place != ""))
    for name, most in _NUMBERS.items():
        is_good &= number[name].abs() <= most
    is_good &= number["precision_km"] > 0
    if not is_good.all():
        first = int((~is_good).to_numpy().argmax())
        raise GazetteerError(
            f"gazetteer {str(file)!r}, line {first + 2}: {dict(text.iloc[first])} is no area; expected a country of "
            "two letters, a postal code or a place, a point and a radius above 0 km."
        )
    return text.assign(**number)
