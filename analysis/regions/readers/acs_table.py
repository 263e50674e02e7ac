"""US Census Bureau, American Community Survey 2019-23, a table of the table-based summary file: a share by place.

Gives ``level`` (``county, zcta, tract``), ``region_id`` (digits only), ``universe`` (how many households or people the
share is of), ``<x>_share`` (0-1) and ``<x>_share_margin`` (half-width of its 90 % interval, as a share). Which table it
is, its head says; which cells make the share, ``_acs.py``:

* B28002 ``no_internet_share``, of households: without a subscription, with access or not
* B08201 ``no_vehicle_share``, of households
* B08303 ``long_commute_share``, of workers who do not work at home: 45 minutes or more
* B18105 ``mobility_difficulty_share``, of people of 5 and older outside institutions: serious difficulty walking or
  climbing stairs
* B27001 ``uninsured_share``, of people outside institutions
* C17002 ``below_150_poverty_share``, of people whose poverty status is determined
* B16005 ``limited_english_share``, of people of 5 and older who speak English not well or not at all

The vintage is ``acs_2023``, for a file has several levels: take the rows of one, which follow ``counties_2022``,
``tracts_2022`` or ``zctas_2020``. All other levels of the file are passed over. Puerto Rico is in it.

No file was at hand: the form of heads and ids and the annotation values were read in public code that loads such files
(on 2026-11-26).

Missing: an estimate that was not made (annotation values such as -666666666), and the share and margin of a place where
there is nobody to have one. A margin alone is missing where too few answered to tell it (-222222222 and others); that
of an estimate that is controlled to a known count (-555555555) is 0.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.promise import TableError
from analysis.regions.readers._acs import TABLES, Floats, columns, share_margin, share_of, sum_margin
from analysis.regions.readers._published import numbers, unique
from analysis.regions.readers._stream import head_of, read_chosen
from analysis.regions.vintage import Read

_FORM = "a table of the American Community Survey's summary file"
_KEY = "GEO_ID"
_WHOLE = 1
_SEPARATOR = "|"
_LEVELS = {"0500000US": ("county", 5), "860Z200US": ("zcta", 5), "1400000US": ("tract", 11)}
_PREFIX = 9
_CONTROLLED = "-555555555"
_ANNOTATIONS = ("-222222222", "-333333333", "-666666666", "-888888888", "-999999999")


def read(file: Path) -> Read:
    """Read a table as ``acsdt5y2023-b28002.dat`` has it; faults of the file are a ``TableError``."""
    number = _table(file)
    table = TABLES[number]
    estimates, margins = columns(number, (_WHOLE, *table.cells))
    pattern = f"^({'|'.join(_LEVELS)})"
    cells, rows = read_chosen(file, _FORM, _KEY, [*estimates, *margins], pattern, _SEPARATOR)
    made = _floats([numbers(cells[name], file, not_said=[_CONTROLLED, *_ANNOTATIONS]) for name in estimates])
    sure = _floats([_margin(cells[name], file) for name in margins])
    count, whole = made[:, 1:].sum(axis=1), made[:, 0]
    _refuse_more(cells[_KEY][count > whole], number, file)
    margin = share_margin(count, sum_margin(made[:, 1:], sure[:, 1:]), whole, sure[:, 0])
    told = _places(cells[_KEY], file).assign(
        universe=pd.Series(whole, dtype="Int64"),
        **{table.share: share_of(count, whole), f"{table.share}_margin": margin},
    )
    return Read(unique(told, ["level", "region_id"], file), "acs_2023", rows)


def _refuse_more(places: "pd.Series[str]", number: str, file: Path) -> None:
    if len(places):
        raise TableError(
            f"{file}, {_KEY} {places.iloc[0]!r}: the cells of {TABLES[number].share} add up to more than "
            f"{number}_E001 ({len(places)} such); expected {_FORM}: download it again."
        )


def _table(file: Path) -> str:
    head = head_of(file, _FORM, _SEPARATOR)
    named = filter(None, (re.fullmatch(r"([BC][0-9]{5})_E001", name) for name in head))
    numbered = [told.group(1) for told in named]
    if numbered and numbered[0] not in TABLES:
        raise TableError(f"{file} is table {numbered[0]}; expected one of {', '.join(TABLES)}: download one of those.")
    return numbered[0] if numbered else next(iter(TABLES))


def _margin(texts: "pd.Series[str]", file: Path) -> "pd.Series[float]":
    return numbers(texts.mask(texts == _CONTROLLED, "0"), file, not_said=_ANNOTATIONS)


def _floats(told: list["pd.Series[float]"]) -> Floats:
    return np.column_stack([values.to_numpy() for values in told])


def _places(ids: "pd.Series[str]", file: Path) -> pd.DataFrame:
    prefix, code = ids.str[:_PREFIX], ids.str[_PREFIX:]
    digits = prefix.map({key: digits for key, (_, digits) in _LEVELS.items()})
    wrong = ids[~code.str.isdecimal() | (code.str.len() != digits)]
    if len(wrong):
        raise TableError(
            f"{file}, row {int(wrong.index[0]) + 2}: {_KEY} is {wrong.iloc[0]!r} ({len(wrong)} such), expected as many "
            "digits after US as the level has; download it again."
        )
    level = prefix.map({key: level for key, (level, _) in _LEVELS.items()})
    return pd.DataFrame({"level": level.astype("str"), "region_id": code}).reset_index(drop=True)
