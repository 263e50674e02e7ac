"""Packed columns: the page carries what the tables say, to a few significant digits, and missing stays missing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.promise import Column
from analysis.tables import GAPS, REGIONS
from maps.values import packed

FTE = GAPS["shortage_fte"]


def unpacked(said: dict[str, object], name: str) -> list[float | None]:
    decimals, data = said["decimals"], said["data"]
    assert isinstance(decimals, int)
    assert isinstance(data, dict)
    return [None if value is None else value / 10**decimals for value in data[name]]


@given(st.lists(st.floats(1e-2, 1e6) | st.just(0.0), min_size=1, max_size=30))
def test_numbers_keep_three_significant_digits(values: list[float]) -> None:
    found = unpacked(packed(FTE, {"trauma": pd.Series(values)}, 3), "trauma")
    assert found == pytest.approx(values, rel=0.005 + 1e-9)


@given(st.lists(st.floats(1e-4, 1e6), min_size=1, max_size=30))
def test_what_is_there_never_becomes_nothing(values: list[float]) -> None:
    assert all(unpacked(packed(FTE, {"trauma": pd.Series(values)}, 3), "trauma"))


def test_missing_stays_missing() -> None:
    said = packed(FTE, {"trauma": pd.Series([1.0, np.nan]), "ocd": pd.Series([np.nan, np.nan])}, 3)
    assert unpacked(said, "trauma") == [1.0, None]
    assert unpacked(said, "ocd") == [None, None]


def test_counts_stay_as_they_are() -> None:
    said = packed(REGIONS["population"], {"": pd.Series([9_663_345, 43, pd.NA], dtype="Int64")}, 3)
    assert unpacked(said, "") == [9_663_345, 43, None]


def test_words_are_positions_in_the_order_of_the_promise() -> None:
    said = packed(GAPS["gap_class"], {"trauma": pd.Series(["severe", "no_shortage"])}, 3)
    assert [said["words"][place] for place in said["data"]["trauma"]] == ["severe", "no_shortage"]


@pytest.mark.parametrize(("series", "by"), [("", "region"), ("trauma", "specialty"), ("trauma/present", "scenario")])
def test_a_column_says_its_name_its_unit_and_what_it_varies_by(series: str, by: str) -> None:
    promise = Column("x_share", "number", "What it means.", "share, 0-1", "not known", 0, 1)
    said = packed(promise, {series: pd.Series([0.5])}, 3)
    assert (said["name"], said["unit"], said["by"]) == ("x_share", "share, 0-1", by)
