"""Groups are joined while their listings are one on the average, in whatever order pairs come."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis.providers.linkage.clusters import grouped

THRESHOLD = 0.5


def groups(size: int, *pairs: tuple[int, int, float]) -> list[int]:
    return grouped(size, *_columns(pairs), THRESHOLD).tolist()


def _columns(
    pairs: "tuple[tuple[int, int, float], ...] | list[tuple[int, int, float]]",
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    return (
        np.array([min(one, other) for one, other, _ in pairs], np.int64),
        np.array([max(one, other) for one, other, _ in pairs], np.int64),
        np.array([chance for *_, chance in pairs], np.float64),
    )


def test_without_pairs_everybody_is_alone() -> None:
    assert groups(3) == [0, 1, 2]
    assert groups(0) == []


def test_a_pair_at_the_threshold_is_one_and_below_it_two() -> None:
    assert groups(2, (0, 1, THRESHOLD)) == [0, 0]
    assert groups(2, (0, 1, 0.49)) == [0, 1]


def test_one_listing_that_could_be_either_makes_no_one_of_two() -> None:
    # 0, 1 and 3, 4 are surely one each; 2 could be either
    sure = [(0, 1, 0.99), (3, 4, 0.99), (0, 2, 0.9), (1, 2, 0.9), (2, 3, 0.6), (2, 4, 0.6)]
    assert groups(5, *sure) == [0, 0, 0, 3, 3]


def test_three_of_whom_all_pairs_are_likely_are_one_although_none_is_sure() -> None:
    assert groups(3, (0, 1, 0.6), (1, 2, 0.6), (0, 2, 0.6)) == [0, 0, 0]


def test_pairs_below_the_threshold_count_in_the_mean() -> None:
    chain = [(0, 1, 0.9), (1, 2, 0.8)]
    assert groups(3, *chain) == [0, 0, 2]  # (0.8 + 0) / 2 is less than a half
    assert groups(3, *chain, (0, 2, 0.3)) == [0, 0, 0]  # (0.8 + 0.3) / 2 is more


def test_who_can_never_be_one_is_joined_through_nobody() -> None:
    found = [(0, 2, 1.0), (0, 3, 1.0), (1, 2, 1.0), (1, 3, 1.0), (2, 3, 1.0)]
    assert groups(4, *found) == [0, 0, 0, 0]

    def apart(members: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.abs(members[:, None] - members[None, :]) * (members[:, None] + members[None, :] == 1) > 0

    told = grouped(4, *_columns(found), THRESHOLD, apart).tolist()
    assert told[0] != told[1]
    assert len(set(told)) == 2


pairs = st.dictionaries(
    st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] < pair[1]),
    st.floats(0.01, 1.0).map(lambda chance: round(chance, 3)),
    max_size=20,
).map(lambda found: [(*pair, chance) for pair, chance in found.items()])


@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_pairs_does_not_matter(found: list[tuple[int, int, float]], random: Random) -> None:
    before = groups(8, *found)
    random.shuffle(found)
    assert groups(8, *found) == before


@given(pairs)
def test_nobody_is_joined_without_a_likely_pair_and_every_group_is_called_by_its_first(
    found: list[tuple[int, int, float]],
) -> None:
    told = groups(8, *found)
    assert all(told[one] == one for one in set(told))
    assert all(one <= at for at, one in enumerate(told))
    likely = {at for one, other, chance in found if chance >= THRESHOLD for at in (one, other)}
    assert all(told.count(told[at]) == 1 for at in set(range(8)) - likely)


@given(pairs)
def test_mean_probability_within_a_group_of_two_parts_reaches_the_threshold(
    found: list[tuple[int, int, float]],
) -> None:
    chances = {(one, other): chance for one, other, chance in found}
    told = groups(8, *found)
    for name in set(told):
        members = [at for at, one in enumerate(told) if one == name]
        if len(members) == 2:
            assert chances.get((members[0], members[1]), 0.0) >= THRESHOLD


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.9])
def test_a_higher_threshold_splits_and_never_joins(threshold: float) -> None:
    found = [(0, 1, 0.95), (1, 2, 0.55), (0, 2, 0.3), (3, 4, 0.25)]
    low, high = (grouped(5, *_columns(found), at) for at in (0.2, threshold))
    assert all(low[one] == low[other] for one in range(5) for other in range(5) if high[one] == high[other])
