"""Class breaks: every value has a class, bounds belong below, and numbers are ones people would choose."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.classes import CLASSES, quantiles

values = st.lists(st.floats(0, 1e6, allow_nan=False) | st.just(float("nan")), max_size=60)


@given(values)
def test_breaks_rise_and_leave_no_class_beyond_the_largest_value(found: list[float]) -> None:
    breaks = quantiles(pd.Series(found, dtype=float))
    assert breaks == sorted(set(breaks))
    assert len(breaks) < CLASSES
    known = [value for value in found if not np.isnan(value)]
    assert all(bound < max(known) for bound in breaks)


@given(values)
def test_breaks_have_two_significant_digits(found: list[float]) -> None:
    for bound in quantiles(pd.Series(found, dtype=float)):
        assert bound == float(f"{bound:.2g}")


@given(values)
def test_the_order_of_regions_does_not_matter(found: list[float]) -> None:
    assert quantiles(pd.Series(found, dtype=float)) == quantiles(pd.Series(found[::-1], dtype=float))


def test_classes_hold_about_equally_many() -> None:
    series = pd.Series(np.arange(1, 1001, dtype=float))
    breaks = quantiles(series)
    assert breaks == [200, 400, 600, 800]
    assert np.bincount(np.searchsorted(breaks, series)).tolist() == [200, 200, 200, 200, 200]


@pytest.mark.parametrize("alike", [[], [float("nan")], [3.0, 3.0, 3.0]])
def test_values_that_are_all_alike_need_no_break(alike: list[float]) -> None:
    assert quantiles(pd.Series(alike, dtype=float)) == []
