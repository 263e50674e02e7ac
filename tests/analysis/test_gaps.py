"""Need, benchmark, shortage and class: worked examples and laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from analysis.access.assemble import Accessible
from analysis.country import country
from analysis.gaps.need import need, weakest
from analysis.gaps.shortage import benchmark, measure_gaps, missing_hours
from analysis.promise import promised
from analysis.study import Gaps
from analysis.tables import GAPS

US = country("US")


def regions(population: tuple[int, ...] = (10_000, 40, 20_000)) -> pd.DataFrame:
    nation = US.class_averages[None]["frequent_mental_distress_share"]
    return pd.DataFrame(
        {
            "region_id": [f"3000{number}" for number in range(len(population))],
            "population": population,
            "adults_share": 0.8,
            "adults_share_basis": "measured",
            "frequent_mental_distress_share": [nation * 1.1, nation, nation][: len(population)],
            "frequent_mental_distress_share_basis": ["measured", "class_average", "measured"][: len(population)],
        }
    )


def test_need_is_people_times_prevalence_times_local_factor() -> None:
    # 10,000 people x .8 adults x .047 x 1.1 = 413.6
    wanted = need(regions(), "trauma", US)
    assert wanted.people[0] == pytest.approx(413.6)
    assert wanted.basis.tolist() == ["measured", "class_average", "measured"]


def test_need_without_a_confirmed_prevalence_is_missing_never_zero() -> None:
    assert np.isnan(need(regions(), "couples", US).people).all()


def test_the_weakest_basis_wins() -> None:
    strong, weak = pd.Series(["measured", "assumed"]), pd.Series(["class_average", "measured"])
    assert weakest(strong, weak).tolist() == ["class_average", "assumed"]


def accessible(supply: list[float], unreached: list[float]) -> Accessible:
    frame = regions()
    shape = (3, 1)
    table = pd.DataFrame({"region_id": frame.region_id, "specialty": "trauma", "measure": "e2sfca", "value": 1.0})
    return Accessible(
        table,
        (csr_array(np.diag([1.0, 1.0, 1.0])),),
        tuple(frame.region_id),
        ("a", "b", "c"),
        ("trauma",),
        np.array(supply).reshape(shape),
        np.full(shape, 0.01),
        np.array(unreached).reshape(shape),
        np.array([5.0, 10.0, np.inf]).reshape(shape),
        3,
        0.0,
    )


def test_gaps_of_three_regions() -> None:
    gaps = measure_gaps(regions(), accessible([2.0, 1.0, 0.0], [0.0, 0.0, 1.0]), US, Gaps(measure="e2sfca"))
    promised(gaps, GAPS)
    assert gaps.gap_class.tolist() == ["no_shortage", "withheld", "none_within_reach"]
    assert gaps.shortage_fte[0] == 0.0
    assert gaps.loc[1, ["shortage_fte", "need_people", "access_fte_per_1000_in_need"]].isna().all()
    # the third region has nothing: its shortage is the benchmark times its need, mean access being 3 FTE over all need
    every = 413.6 + 40 * 0.8 * 0.047 + 20_000 * 0.8 * 0.047
    assert gaps.shortage_fte[2] == pytest.approx(3.0 / every * 20_000 * 0.8 * 0.047)
    assert gaps["rank"].tolist() == [2, pd.NA, 1]
    assert pd.isna(gaps.nearest_minutes[2])
    assert (gaps.shortage_fte_low <= gaps.shortage_fte).iloc[[0, 2]].all()
    assert (gaps.shortage_fte_high >= gaps.shortage_fte).iloc[[0, 2]].all()


@pytest.mark.parametrize("rounding", [-4e-15, 0.0, 4e-15])
def test_rounding_ranks_nobody(rounding: float) -> None:
    # half of the 4 FTE per thousand in need in both: of equal shares the larger need comes first, the third region's
    half = need(regions(), "trauma", US).people * 0.002
    rules = Gaps(measure="e2sfca", benchmark=4.0)
    gaps = measure_gaps(regions(), accessible([half[0] * (1 + rounding), 1.0, half[2]], [0.0] * 3), US, rules)
    assert gaps.shortage_share.dropna().tolist() == pytest.approx([0.5, 0.5])
    assert gaps["rank"].tolist() == [2, pd.NA, 1]


def test_a_fixed_benchmark_is_per_thousand() -> None:
    assert benchmark(np.array([1.0]), np.array([1.0]), 4.0) == 0.004


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(1, 1000)), min_size=1, max_size=8))
def test_against_the_mean_what_some_lack_others_have(rows: list[tuple[float, float]]) -> None:
    access, demand = np.array(rows).T
    mean = benchmark(access, demand, "mean")
    surplus = np.maximum(access - mean, 0) * demand
    assert missing_hours(access, demand, mean).sum() == pytest.approx(surplus.sum(), abs=1e-6)


def test_without_any_figure_of_distress_need_is_that_of_the_nation_and_assumed() -> None:
    unknown = regions().assign(frequent_mental_distress_share=np.nan, frequent_mental_distress_share_basis=None)
    wanted = need(unknown, "trauma", US)
    assert wanted.people[0] == pytest.approx(10_000 * 0.8 * 0.047)
    assert set(wanted.basis) == {"assumed"}


@pytest.mark.parametrize(
    ("people", "per_square_mile", "kind"),
    [
        (2_000_000, 1_200, "large_metro"),
        (300_000, 400, "metro"),
        (60_000, 40, "micro"),
        (20_000, 20, "rural"),
        (9_000, 3, "ceac"),
        (5_000, 900, "rural"),
    ],
)
def test_types_of_counties_follow_people_and_density(people: float, per_square_mile: float, kind: str) -> None:
    assert US.place_type_of(people, per_square_mile / 1.609344**2) == kind


def test_a_county_without_land_has_no_type() -> None:
    with pytest.raises(ValueError, match="fits no rule"):
        US.place_type_of(100.0, float("nan"))
