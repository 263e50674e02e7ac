"""Online matching: licences, spare hours, the optimum, max-min filling, and what is lost to what."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from analysis.access.measures.e2sfca import e2sfca
from analysis.country import country
from analysis.online.explain import held_back_by
from analysis.online.licences import may_serve
from analysis.online.matching import filled, matched, need_class
from analysis.online.spare import spare_shares

US = country("US")
NORTH_WEST = frozenset({"WA", "OR", "ID", "MT", "WY"})


def test_psychologists_cross_state_lines_only_between_issuing_members() -> None:
    allowed = may_serve("WA", "psychology", (), "issuing", US.compacts, NORTH_WEST)
    assert allowed == {"WA", "ID", "MT", "WY"}  # Oregon is not in PSYPACT
    assert may_serve("OR", "psychology", (), "issuing", US.compacts, NORTH_WEST) == {"OR"}
    assert may_serve("WA", "psychology", (), "none", US.compacts, NORTH_WEST) == {"WA"}


def test_enacted_is_not_issuing() -> None:
    # a membership known from memory only (Montana, Social Work Compact) counts as none
    assert may_serve("MT", "social_work", (), "enacted", US.compacts, NORTH_WEST) == {"MT"}
    # Washington and Montana enacted the Counseling Compact; neither issued privileges when the table was read
    assert may_serve("WA", "counseling", (), "issuing", US.compacts, NORTH_WEST) == {"WA"}
    assert {"WA", "MT"} <= may_serve("WA", "counseling", (), "enacted", US.compacts, NORTH_WEST)
    assert may_serve("WA", "marriage_family", (), "enacted", US.compacts, NORTH_WEST) == {"WA"}


def test_a_listed_licence_opens_its_state_and_none_outside_the_study() -> None:
    assert may_serve("WA", "counseling", ("OR", "TX"), "none", US.compacts, NORTH_WEST) == {"WA", "OR"}
    assert may_serve("WA", "marriage_family", (), "all", US.compacts, NORTH_WEST) == NORTH_WEST


amounts = st.lists(st.tuples(st.floats(0, 10), st.floats(0.01, 10)), min_size=1, max_size=6)


@given(amounts, st.floats(0, 1))
def test_filling_gives_all_of_it_and_nobody_could_be_raised(rows: list[tuple[float, float]], part: float) -> None:
    shortage = np.array([missing for _, missing in rows])
    room = np.minimum(np.array([room for room, _ in rows]), shortage)
    assume(room.sum() > 1e-6)
    amount = part * room.sum()
    given_out = filled(amount, room, shortage)
    assert given_out.sum() == pytest.approx(amount, rel=1e-9, abs=1e-12)
    assert (given_out <= room + 1e-12).all()
    share = given_out / shortage
    level = share.max()
    below = share < level - 1e-9
    assert given_out[below] == pytest.approx(room[below])  # only the full stay below the common level


def brute_force(hours: dict[frozenset[str], float], room: dict[str, float]) -> float:
    """Return the most that can be served: the smallest cut over subsets of states (max-flow min-cut)."""
    best = float("inf")
    for size in range(len(room) + 1):
        for cut in itertools.combinations(sorted(room), size):
            kept = set(room) - set(cut)
            best = min(best, sum(room[state] for state in cut) + sum(a for s, a in hours.items() if s & kept))
    return best


@given(
    st.dictionaries(
        st.frozensets(st.sampled_from(["WA", "OR", "ID"]), min_size=1), st.floats(0, 5), min_size=1, max_size=5
    ),
    st.lists(st.tuples(st.sampled_from(["WA", "OR", "ID"]), st.floats(0, 4), st.floats(0, 1)), min_size=1, max_size=6),
)
def test_the_match_serves_as_much_as_any_could(
    hours: dict[frozenset[str], float], regions: list[tuple[str, float, float]]
) -> None:
    state = np.array([s for s, _, _ in regions])
    servable = np.array([amount for _, amount, _ in regions])
    shortage = servable * 1.5 + 0.1
    served = matched(hours, servable, shortage, state, need_class(np.array([share for _, _, share in regions])))
    assert (served <= servable + 1e-9).all()
    room: dict[str, float] = {}
    for s, amount, _ in regions:
        room[s] = room.get(s, 0.0) + amount
    assert served.sum() == pytest.approx(brute_force(hours, room), rel=1e-6, abs=1e-6)


def test_the_worst_off_come_first_among_equals() -> None:
    served = matched(
        {frozenset({"MT"}): 1.0}, np.array([1.0, 1.0]), np.array([2.0, 2.0]), np.array(["MT", "MT"]), np.array([2, 9])
    )
    assert served == pytest.approx([0.0, 1.0], abs=1e-9)


def test_need_classes_are_tenths_of_the_shortage_share() -> None:
    assert need_class(np.array([0.0, 0.05, 0.1, 0.99, 1.0, np.nan])).tolist() == [0, 0, 1, 9, 9, 0]


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 10_000))
def test_spare_hours_leave_material_regions_at_the_benchmark(places: int, sites: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    weights = csr_array(random.choice([0.0, 0.22, 0.68, 1.0], size=(places, sites)))
    demand, supply = random.uniform(1, 100, places), random.uniform(0, 5, sites)
    access = e2sfca(weights, demand, supply).value
    enough = float(access @ demand / demand.sum())
    spare = spare_shares(weights, demand, supply, enough, 0.0)
    assert ((spare >= 0) & (spare <= 1)).all()
    after = e2sfca(weights, demand, supply * (1 - spare)).value
    assert (after >= np.minimum(access, enough) - 1e-12).all()


def test_a_site_is_bound_by_the_few_people_who_have_nothing_else() -> None:
    # Site 0 serves 1,000 people in town (access 10/1,000.22) and, at its rim, one remote place of 1 person, .02 % of
    # its demand, who reach no other site: they make it spare nothing unless they are already at the benchmark.
    weights = csr_array([[1.0], [0.22]])
    demand, supply = np.array([1000.0, 1.0]), np.array([10.0])
    assert spare_shares(weights, demand, supply, 0.005, 0.05).tolist() == [0.0]
    # A second site gives the remote place all but a thousandth of its access: site 0 no longer matters to it, and may
    # give what the town has beyond the benchmark: access .01 (less the rim), so half of its hours.
    both = csr_array([[1.0, 0.0], [0.22, 1.0]])
    spare = spare_shares(both, demand, np.array([10.0, 2.2]), 0.005, 0.05)
    assert spare[0] == pytest.approx(1 - 0.005 / (10 / 1000.22))


def test_what_holds_back_is_the_largest_loss_unless_all_are_minor() -> None:
    shortage = np.array([np.nan, 0.0, 1.0, 1.0, 1.0, 1.0])
    potential = np.array([np.nan, 0.0, 0.0, 0.5, 0.5, 0.5])
    losses = {
        "connection": np.array([np.nan, 0, 0, 0.05, 0.3, 0.05]),
        "licence": np.array([np.nan, 0, 0, 0.0, 0.1, 0.1]),
        "hours": np.array([np.nan, 0, 0, 0.05, 0.0, 0.3]),
    }
    assert held_back_by(shortage, potential, losses, 0.25).tolist() == [
        "unknown",
        "no_shortage",
        "suitability",
        "nothing",
        "connection",
        "hours",
    ]
