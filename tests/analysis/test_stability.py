"""Ranks and their stability: fair to the equal, certain without variance, and a tenth of the people in every draw."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.sparse import csr_array

from analysis.access.assemble import Accessible
from analysis.access.draws import AccessLaw, access_law, seed_of
from analysis.access.ranks import standing
from analysis.access.stability import Drawing, Tails, measure_stability, stability
from analysis.access.supply_law import supply_law
from analysis.promise import promised
from analysis.stability_tables import STABILITY

SEED = seed_of(6, "general")
IDS = ("30001", "30003", "30005", "30007")
PEOPLE = np.array([1_000.0, 3_000.0, 500.0, 5_500.0])
WEIGHTS = np.array([[1.0, 0.22, 0.0], [0.68, 1.0, 0.0], [0.0, 0.68, 0.22], [0.0, 0.0, 1.0]])


def law_of(weights: np.ndarray, people: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> AccessLaw:
    ids = tuple(f"{30001 + 2 * number}" for number in range(len(people)))
    return access_law(csr_array(weights), people, supply_law(mean, variance, np.ones(len(mean))), ids)


def small(order: tuple[int, ...] = (0, 1, 2, 3), variance: float = 0.2) -> AccessLaw:
    rows = list(order)
    supply = supply_law(np.array([0.5, 2.0, 1.0]), np.full(3, variance), np.array([1.0, 4.0, 2.0]))
    return access_law(csr_array(WEIGHTS[rows]), PEOPLE[rows], supply, tuple(IDS[row] for row in rows))


accesses = hnp.arrays(float, st.tuples(st.integers(1, 7), st.integers(1, 4)), elements=st.integers(0, 4).map(float))


def slow(access: list[float], people: list[int]) -> list[tuple[int, float]]:
    """Rank by counting, and hand out the worst tenth person by person of equal access, sharing no code."""
    found = []
    tenth = Fraction(sum(people), 10)
    for value in access:
        lower = sum(other < value for other in access)
        below = sum(count for other, count in zip(access, people, strict=True) if other < value)
        beside = sum(count for other, count in zip(access, people, strict=True) if other == value)
        left = min(max(tenth - below, Fraction(0)), Fraction(beside))
        found.append((lower + 1, float(left / beside)))
    return found


@pytest.mark.parametrize("fast", [True, False])
@given(access=accesses, data=st.data())
def test_standing_agrees_with_the_slow_twin(fast: bool, access: np.ndarray, data: st.DataObject) -> None:
    people = data.draw(st.lists(st.integers(1, 900), min_size=len(access), max_size=len(access)))
    found = standing(access, np.array(people, dtype=float), fast=fast)
    for case in range(access.shape[1]):
        slowly = slow(access[:, case].tolist(), people)
        assert found.rank[:, case].tolist() == [rank for rank, _ in slowly]
        assert found.worst[:, case] == pytest.approx([worst for _, worst in slowly], abs=1e-12)


@given(accesses, st.data())
def test_both_engines_give_the_same(access: np.ndarray, data: st.DataObject) -> None:
    people = data.draw(hnp.arrays(float, len(access), elements=st.integers(0, 9).map(float)))
    assume(people.sum() > 0)  # in some regions nobody lives
    compiled, plain = (standing(access, people, fast=fast) for fast in (True, False))
    for name in ("rank", "worst", "below"):
        assert getattr(compiled, name) == pytest.approx(getattr(plain, name), rel=1e-12, abs=1e-12), name


def test_more_cases_than_fit_at_once_are_ranked_alike() -> None:
    access = np.random.default_rng(6).integers(0, 9, (3_000, 200)).astype(float)  # 600,000 values in three parts
    whole = standing(access, np.ones(3_000))
    last = standing(access[:, -1:], np.ones(3_000))
    assert (whole.rank[:, -1] == last.rank[:, 0]).all()
    assert (whole.worst[:, -1] == last.worst[:, 0]).all()


@given(accesses)
def test_somebody_is_first_and_the_worst_tenth_is_a_tenth(access: np.ndarray) -> None:
    people = np.arange(1.0, len(access) + 1)
    found = standing(access, people)
    assert (found.rank.min(axis=0) == 1).all()
    assert (found.rank.max(axis=0) <= len(access)).all()
    assert people @ found.worst == pytest.approx(people.sum() / 10)
    assert people @ found.below == pytest.approx(people.sum() / 2)


def test_the_worst_decile_by_people_and_by_number() -> None:
    # ten regions, the worst of which has 5 % of the people, the next 20 %: a quarter of that one completes the tenth
    people = np.array([50.0, 200.0] + [93.75] * 8)
    access = np.arange(10.0)[:, None]
    assert standing(access, people).worst[:, 0] == pytest.approx([1, 0.25] + [0] * 8)
    assert standing(access, np.ones(10)).worst[:, 0] == pytest.approx([1] + [0] * 9)


def test_equal_access_but_for_rounding_shares_its_rank() -> None:
    found = standing(np.array([[0.1 + 0.2], [0.3], [0.3 * (1 + 1e-6)]]), np.ones(3))
    assert found.rank[:, 0].tolist() == [1, 1, 3]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_access_that_is_missing_is_not_ranked(value: float) -> None:
    with pytest.raises(ValueError, match=r"access of region 1 in case 0 is (nan|inf); expected numbers"):
        standing(np.array([[1.0], [value]]), np.ones(2))


def test_a_world_without_people_has_no_worst_tenth() -> None:
    with pytest.raises(ValueError, match="no region has people"):
        standing(np.ones((2, 1)), np.zeros(2))
    assert standing(np.empty((0, 3)), np.empty(0)).rank.shape == (0, 3)


@given(hnp.arrays(float, st.tuples(st.integers(1, 4), st.integers(40, 130)), elements=st.floats(0, 9)), st.data())
def test_tails_are_the_percentiles_however_the_draws_come(values: np.ndarray, data: st.DataObject) -> None:
    rows, draws = values.shape
    cuts = sorted(data.draw(st.lists(st.integers(0, draws), max_size=5)))
    tails = Tails.of(rows, draws)
    for first, last in zip([0, *cuts], [*cuts, draws], strict=True):
        tails = tails.with_more(values[:, first:last])
    low, high = tails.ends()
    assert (low == np.quantile(values, 0.025, axis=1, method="lower")).all()
    assert (high == np.quantile(values, 0.975, axis=1, method="higher")).all()
    assert tails.lowest.shape[1] <= draws // 40 + 1  # what is kept does not grow with the draws made so far


def test_without_variance_intervals_have_no_width_and_ranks_are_certain() -> None:
    law = small(variance=0.0)
    found = stability(law, PEOPLE, Drawing(200), SEED)
    assert found.low == pytest.approx(law.mean, rel=1e-12)
    assert found.high == pytest.approx(law.mean, rel=1e-12)
    assert found.rank_low.tolist() == found.rank.tolist() == found.rank_high.tolist()
    assert found.worst == pytest.approx(standing(law.mean[:, None], PEOPLE).worst[:, 0])


def test_two_regions_with_one_doubtful_provider_each() -> None:
    # each provider is there with chance 1/2. Neither or both: equal, both first, and share the tenth of 200 people.
    # One of them: ranks 1 and 2, and the worst tenth lies in the other. So 1 to 2, and 10 of 100 people on average.
    law = law_of(np.eye(2), np.full(2, 100.0), np.full(2, 0.5), np.full(2, 0.25))
    found = stability(law, np.full(2, 100.0), Drawing(4_000), SEED)
    assert found.rank.tolist() == [1, 1]
    assert found.rank_low.tolist() == [1, 1]
    assert found.rank_high.tolist() == [2, 2]
    assert found.low.tolist() == [0, 0]
    assert found.high == pytest.approx([0.01, 0.01])  # 1 FTE over 100 people
    # in a draw .1 if equal (half), else 0 or .2 (a quarter each): standard deviation .1 x sqrt(.5)
    assert found.worst == pytest.approx([0.1, 0.1], abs=5 * 0.1 * np.sqrt(0.5 / 4_000))
    assert found.worst.sum() == pytest.approx(0.2)


def test_who_reaches_nothing_is_surely_first_however_many_others_find_nobody() -> None:
    # the first place reaches nothing; of the others each has one provider, who is seldom there
    weights = np.vstack((np.zeros(6), np.eye(6)))
    mean = np.full(6, 0.2)
    law = law_of(weights, np.full(7, 100.0), mean, mean * 0.8)
    found = stability(law, np.full(7, 100.0), Drawing(400), SEED)
    assert (found.rank[0], found.rank_low[0], found.rank_high[0]) == (1, 1, 1)
    assert (found.low[0], found.high[0]) == (0, 0)
    assert found.worst[0] == found.worst.max()


def test_two_regions_with_equal_access_share_ranks_fairly_in_every_draw() -> None:
    weights = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])  # the first two reach the same site alike
    people = np.array([100.0, 300.0, 600.0])
    law = law_of(weights, people, np.array([2.0, 3.5]), np.array([2.0, 1.0]))
    found = stability(law, people, Drawing(400), SEED)
    for figure in (found.low, found.high, found.rank, found.rank_low, found.rank_high, found.worst):
        assert figure[0] == pytest.approx(figure[1], rel=1e-12)
    assert found.rank.tolist() == [1, 1, 3]  # 2 FTE for 400 people, 3.5 for 600
    assert found.rank_low[0] == 1
    assert found.rank_high[0] == 2


@given(st.permutations(range(4)))
def test_order_of_regions_does_not_matter(order: list[int]) -> None:
    found, shuffled = (
        stability(small(places), PEOPLE[list(places)], Drawing(60, batch=25), SEED)
        for places in ((0, 1, 2, 3), tuple(order))
    )
    for name in ("low", "high", "rank", "rank_low", "rank_high", "worst"):
        assert getattr(shuffled, name) == pytest.approx(getattr(found, name)[order], rel=1e-12), name


@given(st.floats(0.0, 0.24), st.integers(0, 50))
def test_intervals_hold_the_expected_rank_and_a_tenth_of_the_people(variance: float, seed: int) -> None:
    found = stability(small(variance=variance), PEOPLE, Drawing(80), (seed,))
    assert (found.low <= found.high).all()
    assert (found.rank_low <= found.rank_high).all()
    assert ((found.rank_low >= 1) & (found.rank_high <= 4)).all()
    assert PEOPLE @ found.worst == pytest.approx(PEOPLE.sum() / 10)


def test_seeds_repeat() -> None:
    first, again, other = (stability(small(), PEOPLE, Drawing(200), (seed,)) for seed in (6, 6, 7))
    assert (first.worst == again.worst).all()
    assert (first.low == again.low).all()
    assert (first.worst != other.worst).any()


@pytest.mark.parametrize(("draws", "batch"), [(39, 192), (1_000, 0)])
def test_too_few_draws_are_refused(draws: int, batch: int) -> None:
    with pytest.raises(ValueError, match="expected at least 40 draws"):
        Drawing(draws, batch=batch)


def accessible() -> Accessible:
    specialties, shape = ("general", "trauma"), (3, 2)
    supply = np.array([[0.5, 0.2], [2.0, 0.0], [1.0, 0.0]])
    return Accessible(
        pd.DataFrame(),
        (csr_array(WEIGHTS),) * 2,
        IDS,
        ("a", "b", "c"),
        specialties,
        supply,
        supply * 0.3,
        np.zeros((4, 2)),
        np.zeros((4, 2)),
        7,
        0.0,
        deviation=(csr_array(WEIGHTS * 0.1),) * 2,
        supply_square=np.ones(shape),
    )


SUPPLY = pd.DataFrame(
    {
        "site_id": ["a", "a", "b", "c"],
        "specialty": ["general", "trauma", "general", "general"],
        "providers": pd.array([1, 1, 4, 2], dtype="Int64"),
    }
)


def regions(*people: int) -> pd.DataFrame:
    return pd.DataFrame({"region_id": IDS, "population": people})


def test_the_table_keeps_its_promise_and_withholds_few_people() -> None:
    table = measure_stability(accessible(), SUPPLY, regions(1_000, 3_000, 20, 0), "e2sfca", 50, Drawing(200, 6))
    promised(table, STABILITY)
    assert len(table) == 8
    withheld = table[table.is_withheld]
    assert sorted(set(withheld.region_id)) == ["30005", "30007"]
    assert withheld.iloc[:, 2:8].isna().all(axis=None)
    shown = table[~table.is_withheld].set_index("specialty")
    assert shown.loc["general", "rank"].tolist() == [1, 2]  # ranked among two, not four
    assert (shown.draws == 200).all()
    people = shown.region_id.map({"30001": 1_000, "30003": 3_000})
    assert (people * shown.worst_decile_probability).groupby("specialty").sum().tolist() == pytest.approx([400, 400])


def drawn_per_100k(draws: int) -> np.ndarray:
    """Return access in the general specialty of :func:`accessible` drawn site by site and region by region.

    Of n providers each is there with chance m^2 / (m^2 + n v) for m / n + v / m FTE (0021), and a region's access is
    multiplied by a gamma variable of mean 1 whose variance is that of the sites' places over the second moment.
    """
    chances = np.random.default_rng(9)
    mean, providers = [0.5, 2.0, 1.0], [1, 4, 2]
    drawn, square, moved = np.zeros((4, draws)), np.zeros(4), np.zeros(4)
    for site, (m, n) in enumerate(zip(mean, providers, strict=True)):
        v, demand = 0.3 * m, WEIGHTS[:, site] @ PEOPLE
        supply = chances.binomial(n, m**2 / (m**2 + n * v), draws) * (m / n + v / m)
        for region, weight in enumerate(WEIGHTS[:, site] / demand):
            drawn[region] += weight * supply
            square[region] += weight**2 * v
            moved[region] += (0.1 * weight) ** 2 * 1.0
    for region in range(4):
        share = sum(WEIGHTS[region, site] * m / (WEIGHTS[:, site] @ PEOPLE) for site, m in enumerate(mean))
        spread = moved[region] / (square[region] + share**2)
        drawn[region] *= chances.gamma(1 / spread, spread, draws)
    return drawn * 1e5


def test_one_draw_in_forty_lies_beyond_each_end_of_the_tables_intervals() -> None:
    people = regions(1_000, 3_000, 500, 5_500)
    table = measure_stability(accessible(), SUPPLY, people, "e2sfca", 50, Drawing(20_000, 6))
    general = table[table.specialty == "general"].set_index("region_id").loc[list(IDS)]
    low, high = (general[f"access_fte_per_100k_{end}"].to_numpy()[:, None] for end in ("low", "high"))
    drawn = drawn_per_100k(200_000)
    error = 5 * np.sqrt(0.025 * 0.975 * (1 / 20_000 + 1 / 200_000))  # both are drawn
    for below, upto, share in (
        ((drawn < low).mean(axis=1), (drawn <= low).mean(axis=1), 0.025),
        ((drawn < high).mean(axis=1), (drawn <= high).mean(axis=1), 0.975),
    ):
        assert (below <= share + error).all()
        assert (upto >= share - error).all()
    assert (low[:, 0] > 0).tolist() == [True, True, True, False]  # two doubtful providers alone: at times nobody


@pytest.mark.parametrize("behind", [SUPPLY[SUPPLY.specialty == "general"], SUPPLY.head(0)])
def test_a_specialty_that_no_provider_is_behind_is_nowhere_and_everybody_is_first(behind: pd.DataFrame) -> None:
    whole = accessible()
    nobody = replace(whole, supply=whole.supply * [1, 0], supply_variance=whole.supply_variance * [1, 0])
    table = measure_stability(nobody, behind, regions(1_000, 3_000, 500, 5_500), "e2sfca", 50, Drawing(60, 6))
    trauma = promised(table, STABILITY).query("specialty == 'trauma'")
    assert (trauma[["access_fte_per_100k_low", "access_fte_per_100k_high"]] == 0).all(axis=None)
    assert (trauma[["rank", "rank_low", "rank_high"]] == 1).all(axis=None)
    assert trauma.worst_decile_probability.tolist() == pytest.approx([0.1] * 4)


def test_who_is_ranked_hangs_on_people_alone() -> None:
    # as many as are asked for are enough; nobody is never ranked, however few are asked for
    found = [
        measure_stability(accessible(), SUPPLY, regions(50, 3_000, 49, 0), "e2sfca", few, Drawing(60, 6))
        for few in (50, 0)
    ]
    for table, withheld in zip(found, (["30005", "30007"], ["30007"]), strict=True):
        assert sorted(set(table.region_id[table.is_withheld])) == withheld


def test_each_seed_and_batch_has_draws_of_its_own_and_each_measure_its_weights() -> None:
    people, whole = regions(1_000, 3_000, 500, 5_500), accessible()
    other = replace(
        whole, selected_weights=(csr_array(WEIGHTS**2),) * 2, selected_deviations=(csr_array(WEIGHTS * 0.2),) * 2
    )
    first, again, seed, batch, measure = (
        measure_stability(other, SUPPLY, people, name, 50, drawing).access_fte_per_100k_high
        for name, drawing in (
            ("e2sfca", Drawing(400, 6)),
            ("e2sfca", Drawing(400, 6)),
            ("e2sfca", Drawing(400, 7)),
            ("e2sfca", Drawing(400, 6, batch=100)),
            ("three_sfca", Drawing(400, 6)),
        )
    )
    assert (first == again).all()
    for different in (seed, batch):
        assert (different != first).any()
        assert different.to_numpy() == pytest.approx(first.to_numpy(), rel=0.35)  # of the same law
    alone = replace(whole, weights=other.selected_weights, deviation=other.selected_deviations)
    same = measure_stability(alone, SUPPLY, people, "e2sfca", 50, Drawing(400, 6)).access_fte_per_100k_high
    assert (measure == same).all()
    assert (measure != first).any()


def test_a_specialty_added_to_a_study_changes_no_other() -> None:
    both = measure_stability(accessible(), SUPPLY, regions(1_000, 3_000, 500, 5_500), "e2sfca", 50, Drawing(100, 6))
    whole = accessible()
    alone = Accessible(
        whole.table,
        whole.weights[1:],
        whole.region_ids,
        whole.site_ids,
        ("trauma",),
        whole.supply[:, 1:],
        whole.supply_variance[:, 1:],
        whole.unreached_share[:, 1:],
        whole.nearest_minutes[:, 1:],
        7,
        0.0,
        deviation=whole.deviation[1:],
        supply_square=np.ones((3, 1)),
    )
    one = measure_stability(alone, SUPPLY, regions(1_000, 3_000, 500, 5_500), "e2sfca", 50, Drawing(100, 6))
    pd.testing.assert_frame_equal(both[both.specialty == "trauma"].reset_index(drop=True), one)
