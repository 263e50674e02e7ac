"""Other choices against the study's own: alike is 1, reversed is -1, and splitting a region changes nothing."""

from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import spearmanr

from analysis.access.assemble import Accessible, measure_access
from analysis.access.decay import Bands
from analysis.access.ranks import standing
from analysis.access.rerun import Offer, Rerun, estimate, offer_of, rerun_of
from analysis.access.sensitivity import (
    DECAYS,
    OWN,
    Alternative,
    Lacking,
    alternatives,
    correlation,
    median_change,
    overlap,
    sensitivity,
)
from analysis.decay_choice import BandsChoice
from analysis.promise import promised
from analysis.providers.assemble import Providers
from analysis.stability_tables import KINDS, LACKING, SENSITIVITY
from analysis.study import Directory, Gaps, Level, Study

PEOPLE = np.array([100.0, 200.0, 300.0, 400.0])
ACCESS = np.array([[1.0, 0.0], [2.0, 5.0], [4.0, 5.0], [8.0, 1.0]])
OTHER = Alternative("catchment", "2", factor=2.0)
BOTH = ("general", "trauma")
FIGURES = ["spearman", "worst_decile_overlap_share", "worst_decile_jaccard_share", "median_change_share"]


def table_of(other: np.ndarray | Lacking, own: np.ndarray = ACCESS, people: np.ndarray = PEOPLE) -> pd.DataFrame:
    specialties = BOTH[: own.shape[1]]
    table = sensitivity(lambda which: own if which is OWN else other, [OTHER], specialties, people)
    assert (table[FIGURES].isna().all(axis=1) | table.lacking.isna()).all()
    return promised(table, SENSITIVITY)


def compared(other: np.ndarray | Lacking, own: np.ndarray = ACCESS, people: np.ndarray = PEOPLE) -> pd.DataFrame:
    return table_of(other, own, people)[FIGURES]


def test_an_identical_alternative_agrees_in_everything() -> None:
    assert compared(ACCESS).to_numpy().tolist() == [[1, 1, 1, 0], [1, 1, 1, 0]]


def test_access_that_doubles_everywhere_changes_no_rank() -> None:
    assert compared(2 * ACCESS).to_numpy().tolist() == [[1, 1, 1, 1], [1, 1, 1, 1]]


def test_the_reverse_order_agrees_in_nothing() -> None:
    # the worst tenth, 100 of 1,000 people: the first region before, a quarter of the last after; for the median person,
    # of the third region, access goes from 4 to 2
    found = compared(ACCESS[::-1, :1], ACCESS[:, :1]).to_numpy()[0]
    assert found == pytest.approx([-1, 0, 0, -0.5])


def test_worst_tenths_that_overlap_in_part() -> None:
    # own: a, 60 people, and 40 of b's 80. Other: b wholly and 20 of c. In both: 40 of 100; in either: 160
    people = np.array([60.0, 80.0, 860.0])
    own, other = np.array([[1.0], [2.0], [3.0]]), np.array([[3.0], [1.0], [2.0]])
    found = compared(other, own, people).iloc[0]
    assert found.worst_decile_overlap_share == pytest.approx(0.4)
    assert found.worst_decile_jaccard_share == pytest.approx(40 / 160)


def test_the_median_person_counts_and_those_without_access_do_not() -> None:
    # 100 people lose half, 300 gain a tenth, 200 had nothing
    own, other, people = np.array([2.0, 1.0, 0.0]), np.array([1.0, 1.1, 7.0]), np.array([100.0, 300.0, 200.0])
    assert median_change(own, other, people) == pytest.approx(0.1)
    assert np.isnan(median_change(np.zeros(3), other, people))


@pytest.mark.parametrize("reason", get_args(Lacking))
def test_an_alternative_that_leaves_nobody_is_missing_never_zero_and_says_why(reason: Lacking) -> None:
    table = table_of(reason)
    assert table[FIGURES].isna().all(axis=None)
    assert table.lacking.tolist() == [reason, reason]
    some = table_of(np.column_stack((ACCESS[:, 0], np.zeros(4))))
    assert some[FIGURES].notna().all(axis=1).tolist() == [True, False]
    assert some[FIGURES].isna().all(axis=1).tolist() == [False, True]
    assert some.lacking.fillna("").tolist() == ["", "nobody_in_reach"]
    assert {*get_args(Lacking), "nobody_in_reach"} == set(LACKING)


def test_access_of_regions_that_take_no_part_is_none() -> None:
    # under the alternative only the first region, of 100 people, has access: fewer than 150 are not compared
    other = np.zeros((4, 2))
    other[0] = 1.0
    table = sensitivity(lambda which: ACCESS if which is OWN else other, [OTHER], BOTH, PEOPLE, few=150)
    assert table.lacking.tolist() == ["nobody_in_reach"] * 2


def test_regions_alike_have_no_rank_correlation() -> None:
    found = compared(ACCESS, np.ones((4, 2)))
    assert found.spearman.isna().all()
    assert found.worst_decile_overlap_share.tolist() == pytest.approx([0.1, 0.1])  # of all alike a tenth each


def test_few_people_take_no_part() -> None:
    other = ACCESS.copy()
    other[0] = 99.0
    table = sensitivity(lambda which: ACCESS if which is OWN else other, [OTHER], BOTH, PEOPLE, few=150)
    assert table[FIGURES].to_numpy().tolist() == [[1, 1, 1, 0], [1, 1, 1, 0]]


def test_nobody_takes_no_part() -> None:
    # the first region, empty, would lose all its access: whoever nobody is, it is not the median person's
    own, other = np.array([[1.0], [2.0], [4.0]]), np.array([[0.0], [2.0], [4.0]])
    people = np.array([0.0, 100.0, 200.0])
    table = sensitivity(lambda which: own if which is OWN else other, [OTHER], BOTH[:1], people)
    assert table[FIGURES].to_numpy().tolist() == [[1, 1, 1, 0]]
    alone = sensitivity(lambda which: own if which is OWN else own * [[1], [0], [0]], [OTHER], BOTH[:1], people)
    assert alone.lacking.tolist() == ["nobody_in_reach"]
    assert np.isnan(median_change(own[:, 0], other[:, 0], np.zeros(3)))
    with pytest.raises(ValueError, match=r"access under own 'own' has the shape \(3, 1\); expected \(2, 1\)"):
        sensitivity(lambda _: own, [OTHER], BOTH[:1], people[1:])


def test_access_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"access under catchment '2' has the shape \(3, 2\); expected \(4, 2\)"):
        compared(ACCESS[:3])
    with pytest.raises(ValueError, match=r"own choice has no access \(nobody_counts\)"):
        sensitivity(lambda _: "nobody_counts", [OTHER], BOTH, PEOPLE)


values = st.integers(0, 6).map(float)
pairs = hnp.arrays(float, st.tuples(st.integers(2, 8), st.just(2)), elements=values)


@given(pairs)
def test_with_equal_people_it_is_the_usual_rank_correlation(both: np.ndarray) -> None:
    assume(len(np.unique(both[:, 0])) > 1 and len(np.unique(both[:, 1])) > 1)
    people = np.full(len(both), 7.0)
    ranks = standing(both, people).below
    usual = spearmanr(both[:, 0], both[:, 1]).statistic
    assert correlation(ranks[:, 0], ranks[:, 1], people) == pytest.approx(usual, abs=1e-9)


@given(pairs, st.data())
def test_splitting_a_region_changes_nothing(both: np.ndarray, data: st.DataObject) -> None:
    size = len(both)
    people = np.array(data.draw(st.lists(st.integers(2, 90).map(float), min_size=size, max_size=size)))
    split = data.draw(st.integers(0, size - 1))
    parts = np.append(people, people[split] * 0.25)
    parts[split] *= 0.75
    doubled = np.vstack((both, both[split]))
    before = compared(both[:, 1:], both[:, :1], people).to_numpy(dtype=float)
    after = compared(doubled[:, 1:], doubled[:, :1], parts).to_numpy(dtype=float)
    assert after == pytest.approx(before, rel=1e-9, abs=1e-9, nan_ok=True)


@given(pairs, st.permutations(range(8)))
def test_order_of_regions_does_not_matter(both: np.ndarray, order: list[int]) -> None:
    order = [place for place in order if place < len(both)]
    people = np.arange(1.0, len(both) + 1)
    before = compared(both[:, 1:], both[:, :1], people).to_numpy(dtype=float)
    after = compared(both[order, 1:], both[order, :1], people[order]).to_numpy(dtype=float)
    assert after == pytest.approx(before, rel=1e-9, abs=1e-9, nan_ok=True)


@given(pairs)
def test_agreement_is_mutual(both: np.ndarray) -> None:
    people = np.arange(1.0, len(both) + 1)
    stands = standing(both, people)
    one, other = stands.worst.T
    assert overlap(one, other, people) == pytest.approx(overlap(other, one, people))
    first, second = stands.below.T
    assert correlation(first, second, people) == pytest.approx(correlation(second, first, people), nan_ok=True)


def test_the_usual_alternatives_change_one_thing_each() -> None:
    usual = alternatives()
    assert len({(one.kind, one.name) for one in usual}) == len(usual)
    assert {one.kind for one in usual} == set(KINDS)
    for one in usual:
        changed = (one.factor != 1, one.decay is not None, one.level is not None)
        assert sum(changed) == (one.name != "1"), one  # the study's own minutes are among the catchments, to compare
    assert [one.name for one in usual if one.kind == "catchment"] == ["0.5", "0.75", "1", "1.5", "2"]


def test_smooth_decays_fall_to_the_outer_band_at_the_edge_of_the_catchment() -> None:
    edge = np.array([1.0, 1.0001])
    for name in ("three_bands", "gaussian", "exponential", "inverse_power"):
        assert DECAYS[name](edge) == pytest.approx([0.22, 0.0]), name
    assert DECAYS["inverse_power"](np.array([0.02, 0.1])) == pytest.approx([1.0, 1.0])


STUDY = Study(title="t", directories=(Directory(source="nppes_api"),), gaps=Gaps(measure="three_sfca"))
REGIONS = pd.DataFrame(
    {"region_id": ["30001", "30003", "30005"], "population": [5_000, 800, 90], "place_type": ["micro", "rural", "ceac"]}
)
ORIGINS = pd.DataFrame(
    {
        "origin_id": ["a", "b", "c", "d"],
        "region_id": ["30001", "30001", "30003", "30005"],
        "latitude": [46.0, 46.2, 46.5, 47.0],
        "longitude": [-110.0, -110.1, -110.0, -109.0],
        "population": [3_000.0, 2_000.0, 800.0, 90.0],
    }
)
SITES = pd.DataFrame(
    {
        "site_id": ["s1", "s2"],
        "latitude": [46.01, 46.48],
        "longitude": [-110.0, -110.0],
        "region_id": ["30001", "30003"],
        "geocode_method": ["coordinates", "coordinates"],
        "precision_km": [0.1, 0.1],
    }
)
SUPPLY = pd.DataFrame(
    {
        "site_id": ["s1", "s1", "s2"],
        "specialty": ["general", "trauma", "general"],
        "fte": [4.0, 0.5, 0.8],
        "fte_variance": [0.3, 0.1, 0.2],
        "providers": [6, 4, 1],
    }
)


def built(study: Study) -> Accessible:
    blank = pd.DataFrame()
    tables = dict.fromkeys(("records", "providers", "evidence", "levels", "coverage", "offer"), blank)
    present = pd.DataFrame({"region_id": [], "specialty": [], "providers": []})
    providers = Providers(**tables, sites=SITES, supply=SUPPLY, present=present, by_region=pd.DataFrame(), counts={})
    return measure_access(REGIONS, ORIGINS, providers, BOTH, study)


def rerun(study: Study) -> Rerun:
    engine = estimate(REGIONS, ORIGINS, SITES, study)
    core, nobody = SUPPLY[SUPPLY.site_id == "s2"], SUPPLY.head(0)
    offers: dict[Level, Offer] = {
        "any": offer_of(engine, SITES, SUPPLY, BOTH),
        "core": offer_of(engine, SITES, core, BOTH, 3),
        "psychotherapy": offer_of(engine, SITES, nobody, BOTH),
        "chr": offer_of(engine, SITES, nobody, BOTH, 7),
    }
    return rerun_of(REGIONS, ORIGINS, offers, BOTH, study)


def of_table(found: Accessible, measure: str) -> np.ndarray:
    table = found.table[found.table.measure == measure]
    each = [table[table.specialty == specialty].set_index("region_id").value for specialty in BOTH]
    return np.column_stack([column.reindex(REGIONS.region_id) for column in each]) / 1e5


@pytest.mark.parametrize("measure", ["e2sfca", "three_sfca"])
@pytest.mark.parametrize("scale", [{}, {"trauma": 1.5}])
def test_the_studys_own_choice_measured_again_is_what_it_was(measure: str, scale: dict[str, float]) -> None:
    access = STUDY.access.model_copy(update={"specialty_scale": scale})
    study = STUDY.model_copy(update={"gaps": Gaps(measure=measure), "access": access})
    assert rerun(study)(OWN) == pytest.approx(of_table(built(study), measure), rel=1e-12)


def test_another_choice_is_what_a_study_of_that_choice_gives() -> None:
    flat = STUDY.access.model_copy(update={"decay": BandsChoice(weights=(1.0, 1.0, 1.0))})
    study = STUDY.model_copy(update={"access": flat})
    other = Alternative("decay", "flat", decay=Bands((1 / 3, 2 / 3, 1.0), (1.0, 1.0, 1.0)))
    step = Alternative("decay", "step", decay=DECAYS["step"])
    assert rerun(STUDY)(other) == pytest.approx(of_table(built(study), "three_sfca"), rel=1e-12)
    assert rerun(STUDY)(step) == pytest.approx(of_table(built(study), "three_sfca"), rel=1e-12)


def test_a_multiple_of_the_minutes_moves_the_edge_of_the_catchment() -> None:
    # 30005 goes 110 minutes and lies 95 km, 92 minutes, from the nearer site: out of reach at three quarters (82.5)
    reached = {
        factor: rerun(STUDY)(Alternative("catchment", f"{factor}", factor=factor))[2, 0] for factor in (0.75, 0.85, 1.0)
    }
    assert [access > 0 for access in reached.values()] == [False, True, True]


def test_nothing_is_created_or_lost_however_far_people_go_and_whoever_counts() -> None:
    again, people = rerun(STUDY), REGIONS.population.to_numpy(dtype=float)
    for other in alternatives(("any", "core")):
        access = again(other)
        assert not isinstance(access, str), other
        given = [0.8, 0.0] if other.level == "core" else [4.8, 0.5]
        if other.factor >= 1:  # all sites are then within somebody's reach
            assert people @ access == pytest.approx(given), other
        assert (people @ access <= np.array(given) * (1 + 1e-12)).all()
    assert again(Alternative("level", "chr", level="chr")) == "not_known_who_counts"
    assert again(Alternative("level", "psychotherapy", level="psychotherapy")) == "nobody_counts"


def test_the_table_of_a_study() -> None:
    people = REGIONS.population.to_numpy(dtype=float)
    table = sensitivity(rerun(STUDY), alternatives(), BOTH, people)
    promised(table, SENSITIVITY)
    assert len(table) == len(alternatives()) * 2
    own = table[(table.alternative.isin(["1", "three_bands", "any"])) & (table.specialty == "general")]
    assert own[FIGURES].to_numpy().tolist() == [[1, 1, 1, 0]] * 3
    assert not table[table.kind != "level"].lacking.notna().any()
    levels = table[table.kind == "level"].set_index(["alternative", "specialty"]).lacking.dropna()
    assert levels.to_dict() == {
        ("psychotherapy", "general"): "nobody_counts",
        ("psychotherapy", "trauma"): "nobody_counts",
        ("core", "trauma"): "nobody_in_reach",
        ("chr", "general"): "not_known_who_counts",
        ("chr", "trauma"): "not_known_who_counts",
    }
