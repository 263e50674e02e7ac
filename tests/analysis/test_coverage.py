"""Coverage: Chapman's estimate finds a known truth, says how sure it is, and shows nothing of few."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.providers.coverage import EVERY_CLASS, OTHERS, chapman, coverage
from demonstration.membership import assign
from demonstration.therapists import invent


@st.composite
def overlaps(draw: st.DrawFn) -> tuple[int, int, int]:
    both, only_first, only_second = (draw(st.integers(0, 400)) for _ in range(3))
    return both + only_first, both + only_second, both


@given(overlaps())
def test_the_estimate_is_chapmans_and_its_interval_holds_it_and_all_who_are_seen(counts: tuple[int, int, int]) -> None:
    first, second, both = counts
    found = chapman(first, second, both)
    assert found.size == pytest.approx((first + 1) * (second + 1) / (both + 1) - 1)
    assert first + second - both <= found.low <= found.size <= found.high
    turned = chapman(second, first, both)
    assert (turned.size, turned.low, turned.high) == pytest.approx((found.size, found.low, found.high))


@given(overlaps())
def test_more_in_common_means_fewer_unseen(counts: tuple[int, int, int]) -> None:
    first, second, both = counts
    if both < min(first, second):
        assert chapman(first, second, both + 1).size < chapman(first, second, both).size


def test_a_worked_example() -> None:
    # n1 = 200, n2 = 300, m = 60: 201 x 301 / 61 - 1 = 990.82; 440 seen, 140 x 240 / 61 = 550.82 unseen
    found = chapman(200, 300, 60)
    assert found.size == pytest.approx(990.8197, abs=1e-4)
    # variance 201 x 301 x 140 x 240 / (61^2 x 62) = 8811.5 = 93.87^2
    # C = exp(1.96 sqrt(ln(1 + 8811.5 / 550.82^2))) = 1.39323; 440 + 550.82 / C, 440 + 550.82 x C
    assert (found.low, found.high) == (pytest.approx(835.354, abs=1e-3), pytest.approx(1207.419, abs=1e-3))


def test_more_in_both_than_in_one_is_a_fault() -> None:
    with pytest.raises(ValueError, match="expected no more"):
        chapman(5, 9, 6)


@pytest.mark.parametrize(
    ("people", "first", "second"), [(2_000, 0.5, 0.3), (300, 0.4, 0.4), (1_000, 0.85, 0.2), (40_000, 0.6, 0.1)]
)
def test_the_interval_holds_the_truth_in_nine_runs_of_ten(people: int, first: float, second: float) -> None:
    rng = np.random.default_rng(20261126)
    runs, held, sizes = 1_000, 0, []
    for _ in range(runs):
        in_first, in_second = rng.random(people) < first, rng.random(people) < second
        found = chapman(int(in_first.sum()), int(in_second.sum()), int((in_first & in_second).sum()))
        held += found.low <= people <= found.high
        sizes.append(found.size)
    assert held >= 0.9 * runs
    assert np.mean(sizes) == pytest.approx(people, rel=0.01)


def listed(first_only: int, second_only: int, both: int, rurality: int = 1, kind: str = "person") -> pd.DataFrame:
    sources = ["a"] * first_only + ["b"] * second_only + ["a;b"] * both
    return pd.DataFrame({"kind": kind, "sources": sources, "rurality": rurality})


def test_classes_and_kinds_are_estimated_apart_and_together() -> None:
    frame = pd.concat([listed(20, 30, 10, 1), listed(9, 8, 7, 9), listed(50, 60, 70, 1, "organisation")])
    found = coverage(frame, 7, 5).set_index(["kind", "first_source", "second_source", "rurality_class"])
    assert list(found.loc[("person", "a", "b")].index) == [EVERY_CLASS, "1", "9"]
    one = found.loc[("person", "a", "b", "1")]
    assert (one.seen, one.estimated) == (60, pytest.approx(chapman(30, 40, 10).size))
    assert one.seen_share == pytest.approx(60 / one.estimated)
    assert one.seen_share_low == pytest.approx(60 / one.estimated_high)
    assert one.first_share == pytest.approx(30 / one.estimated)
    assert found.loc[("person", "a", "b", EVERY_CLASS)].seen == 84
    assert found.loc[("organisation", "a", "b", "1")].seen == 180


@pytest.mark.parametrize("counts", [(20, 20, 6), (20, 4, 10), (0, 20, 10), (20, 0, 10)])
def test_few_are_withheld(counts: tuple[int, int, int]) -> None:
    found = coverage(listed(*counts), 7, 5)
    assert found.is_withheld.all()
    assert (
        found.drop(columns=["kind", "first_source", "second_source", "rurality_class", "is_withheld"])
        .isna()
        .all(axis=None)
    )


@pytest.mark.parametrize(("few", "is_withheld"), [(4, True), (5, False)])
def test_no_total_gives_a_withheld_class_away(few: int, is_withheld: bool) -> None:
    found = coverage(pd.concat([listed(20, 30, 10, 1), listed(few, 0, 0, 9)]), 7, 5).set_index("rurality_class")
    assert found.is_withheld.to_dict() == {EVERY_CLASS: is_withheld, "1": False, "9": True}


def test_pairs_and_all_others() -> None:
    def pairs(*sources: str) -> list[tuple[str, str]]:
        frame = pd.DataFrame({"kind": "person", "sources": sources, "rurality": 1})
        found = coverage(frame, 7, 5).drop_duplicates(["first_source", "second_source"])
        return list(zip(found.first_source, found.second_source, strict=True))

    assert pairs("a") == [("a", OTHERS)]
    assert pairs("a", "b", "a;b") == [("a", "b")]
    assert pairs("a", "b;c") == [("a", "b"), ("a", "c"), ("b", "c"), ("a", OTHERS), ("b", OTHERS), ("c", OTHERS)]


@pytest.fixture(scope="module")
def invented_lists() -> pd.DataFrame:
    invented = invent(therapists=20_000)
    membership = assign(invented, 20261124)
    lists: dict[str, list[str]] = {therapist.therapist_id: [] for therapist in invented.therapists}
    for source in ("plan_net", "registry", "site"):
        for therapist in getattr(membership, source):
            lists[therapist.therapist_id].append(source)
    return pd.DataFrame({"kind": "person", "sources": [";".join(sources) for sources in lists.values()], "rurality": 1})


def test_the_demonstration_recovers_a_directory_from_two_that_list_independently(invented_lists: pd.DataFrame) -> None:
    # among those in the registry, web site and plan list independently of each other: their number is known
    registered = invented_lists[invented_lists.sources.str.contains("registry")]
    only_two = registered.assign(sources=registered.sources.str.replace("registry", "").str.strip(";"))
    only_two = only_two.assign(sources=only_two.sources.str.replace(";;", ";"))
    found = coverage(only_two[only_two.sources != ""], 7, 5)
    every = found[found.rurality_class == EVERY_CLASS].iloc[0]
    assert (every.first_source, every.second_source) == ("plan_net", "site")
    assert every.estimated_low <= len(registered) <= every.estimated_high


def test_directories_that_complement_each_other_make_the_demonstration_look_larger(
    invented_lists: pd.DataFrame,
) -> None:
    # everybody is listed somewhere; whom the registry lacks the others list far more often than chance (.55 for .17),
    # so independence fails in a known way: the estimate tends to n1 n2 / m = .85 x .227 / (.85 x .17) = 1.335 times
    found = coverage(invented_lists, 7, 5).set_index(["first_source", "second_source", "rurality_class"])
    every = found.loc[("registry", "site", EVERY_CLASS)]
    assert every.estimated == pytest.approx(1.335 * len(invented_lists), rel=0.03)
    assert every.estimated_low > len(invented_lists)
