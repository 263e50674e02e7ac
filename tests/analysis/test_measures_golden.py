"""Measures of access against one small country worked out by hand in exact fractions, each with its arithmetic."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from analysis.access.decay import Bands, Decay, step
from analysis.access.floating import three_steps, two_steps, two_steps_variance
from analysis.access.measures.balanced_fca import balanced_fca
from analysis.access.measures.count_within import count_within
from analysis.access.measures.gravity import gravity
from analysis.access.measures.kth_nearest import kth_nearest
from analysis.access.measures.m2sfca import m2sfca
from analysis.access.measures.two_sfca import two_sfca
from analysis.access.weights import MatrixWeights

# Five origins and three sites; a catchment of 60 minutes in bands of 20, 40 and 60 weighing 1, 17/25 and 11/50.
#              people   x: 10 FTE   y: 4 FTE   z: 1 FTE
# A             1,000       5 min     20 min     60 min
# B               500      25 min     15 min     41 min
# C               200      40 min     61 min     10 min
# D (nobody)        0      90 min     30 min          -
# E (too far)     300      75 min          -          -
PEOPLE = np.array([1000.0, 500.0, 200.0, 0.0, 300.0])
HOURS = np.array([10.0, 4.0, 1.0])
FAR = np.inf
MINUTES = np.array([[5, 20, 60], [25, 15, 41], [40, 61, 10], [90, 30, FAR], [75, FAR, FAR]])
BANDS = Bands((1 / 3, 2 / 3, 1.0), (1.0, 0.68, 0.22))
MID, FAINT = Fraction(17, 25), Fraction(11, 50)


def weights_of(decay: Decay, catchment: float) -> MatrixWeights:
    return MatrixWeights(csr_array(decay((MINUTES / catchment).ravel()).reshape(MINUTES.shape)))


BANDED = weights_of(BANDS, 60)


def exactly(value: np.ndarray, expected: list[Fraction]) -> None:
    assert value == pytest.approx([float(one) for one in expected], rel=1e-14, abs=0)


def test_two_steps_within_thirty_minutes() -> None:
    # A reaches x and y, B reaches x and y, C reaches z, D reaches y but nobody lives there, E reaches nothing.
    # Dx = 1000 + 500, Dy = 1000 + 500, Dz = 200; A = B = 10/1500 + 4/1500 = 7/750, C = 1/200, D = 4/1500
    found = two_sfca(weights_of(step, 30), PEOPLE, HOURS)
    exactly(found.value, [Fraction(7, 750), Fraction(7, 750), Fraction(1, 200), Fraction(1, 375), Fraction(0)])
    assert found.demand_at_sites.tolist() == [1500, 1500, 200]
    assert not found.unreached_sites.any()
    assert PEOPLE @ found.value == pytest.approx(15)


def test_two_steps_do_not_look_at_the_decay() -> None:
    found = two_sfca(BANDED, PEOPLE, HOURS)
    # within 60 minutes: Dx = 1700, Dy = 1500 (A, B, D), Dz = 1700 (A, B, C)
    x, y, z = Fraction(10, 1700), Fraction(4, 1500), Fraction(1, 1700)
    exactly(found.value, [x + y + z, x + y + z, x + z, y, Fraction(0)])


# Demand that gathers at each site in the enhanced measure:
# Dx = 1 x 1000 + 17/25 x 500 + 17/25 x 200 = 1476, Dy = 1000 + 500 = 1500, Dz = 11/50 x 1000 + 11/50 x 500 + 200 = 530
X, Y, Z = Fraction(10, 1476), Fraction(4, 1500), Fraction(1, 530)


def test_enhanced_two_steps() -> None:
    found = two_steps(BANDED, PEOPLE, HOURS)
    expected = [X + Y + FAINT * Z, MID * X + Y + FAINT * Z, MID * X + Z, MID * Y, Fraction(0)]
    assert expected[0] == Fraction(19277, 1955700)
    exactly(found.value, expected)
    assert PEOPLE @ found.value == pytest.approx(15)


def test_modified_two_steps() -> None:
    # the ratios of the enhanced measure, weights squared
    squared = [X + Y + FAINT**2 * Z, MID**2 * X + Y + FAINT**2 * Z, MID**2 * X + Z, MID**2 * Y, Fraction(0)]
    assert squared[1] == Fraction(2880149, 488925000)
    found = m2sfca(BANDED, PEOPLE, HOURS)
    exactly(found.value, squared)
    assert PEOPLE @ found.value < 15  # what lies far from everybody is partly lost


# Sums of weights: of A 1 + 1 + 11/50 = 111/50, of B 17/25 + 1 + 11/50 = 19/10, of C 17/25 + 1 = 42/25, of D 17/25
OF_A, OF_B, OF_C, OF_D = Fraction(111, 50), Fraction(19, 10), Fraction(42, 25), MID


def test_three_steps() -> None:
    # an origin's demand goes to its sites as their weights to the sum of these: Dz = sum of people x w^2 / sum
    dx = 1000 / OF_A + 500 * MID**2 / OF_B + 200 * MID**2 / OF_C
    dy = 1000 / OF_A + 500 / OF_B
    dz = 1000 * FAINT**2 / OF_A + 500 * FAINT**2 / OF_B + 200 / OF_C
    x, y, z = 10 / dx, 4 / dy, 1 / dz
    expected = [
        (x + y + FAINT**2 * z) / OF_A,
        (MID**2 * x + y + FAINT**2 * z) / OF_B,
        (MID**2 * x + z) / OF_C,
        MID**2 * y / OF_D,
        Fraction(0),
    ]
    assert expected[3] == Fraction(35853, 9406250)
    found = three_steps(BANDED, PEOPLE, HOURS)
    exactly(found.value, expected)
    assert PEOPLE @ found.value == pytest.approx(15)


def test_balanced_catchments() -> None:
    # demand is divided as in three steps, but without the second weight: Dz = sum of people x w / sum of the origin's;
    # ratios are divided over origins by the sums of the site's weights, D's among them although nobody lives there:
    # of x 1 + 17/25 + 17/25 = 59/25, of y 1 + 1 + 17/25 = 67/25, of z 11/50 + 11/50 + 1 = 36/25
    dx = 1000 / OF_A + 500 * MID / OF_B + 200 * MID / OF_C
    dy = 1000 / OF_A + 500 / OF_B
    dz = 1000 * FAINT / OF_A + 500 * FAINT / OF_B + 200 / OF_C
    assert dx + dy + dz == 1000 + 500 + 200  # nobody counts twice
    x, y, z = 10 / dx / Fraction(59, 25), 4 / dy / Fraction(67, 25), 1 / dz / Fraction(36, 25)
    expected = [x + y + FAINT * z, MID * x + y + FAINT * z, MID * x + z, MID * y, Fraction(0)]
    assert expected[3] == Fraction(35853, 25208750)
    found = balanced_fca(BANDED, PEOPLE, HOURS)
    exactly(found.value, expected)
    assert found.value.sum() == pytest.approx(float(10 / dx + 4 / dy + 1 / dz))


def test_gravity_and_counts() -> None:
    exactly(gravity(BANDED, HOURS), [14 + FAINT, 10 * MID + 4 + FAINT, 10 * MID + 1, 4 * MID, Fraction(0)])
    assert count_within(BANDED, np.array([7.0, 2.0, 1.0])).tolist() == [10, 10, 8, 2, 0]
    assert count_within(weights_of(step, 30), np.ones(3)).tolist() == [2, 2, 1, 1, 0]


def test_the_kth_nearest_provider() -> None:
    # sites of each origin by minutes, with 1 provider at x, 2 at y, none at z
    order = np.argsort(MINUTES, axis=1)
    near, providers = np.take_along_axis(MINUTES, order, axis=1), np.array([1, 2, 0])[order]
    assert kth_nearest(near, providers, 1).tolist() == [5, 15, 40, 30, 75]
    assert kth_nearest(near, providers, 2).tolist() == [20, 15, 61, 30, FAR]
    assert kth_nearest(near, providers, 3).tolist() == [20, 25, 61, 90, FAR]
    assert kth_nearest(near, providers, 4).tolist() == [FAR] * 5
    assert kth_nearest(np.empty((2, 0)), np.empty((2, 0), dtype=int), 1).tolist() == [FAR, FAR]
    with pytest.raises(ValueError, match="the 0-th nearest provider was asked for; expected a number from 1"):
        kth_nearest(near, providers, 0)


def test_variance_in_closed_form() -> None:
    # Var A = (1/1476)^2 Var x + (1/1500)^2 Var y + (11/50 / 530)^2 Var z
    at_sites = two_steps(BANDED, PEOPLE, HOURS).demand_at_sites
    found = two_steps_variance(BANDED, at_sites, np.array([2.0, 3.0, 5.0]))
    assert found[0] == pytest.approx(
        float(2 * Fraction(1, 1476) ** 2 + 3 * Fraction(1, 1500) ** 2 + 5 * (FAINT / 530) ** 2)
    )


NOBODY = MatrixWeights(csr_array([[0.0, 1.0, 0.0], [0.0, 0.0, 0.68]]))


@pytest.mark.parametrize("measure", [two_sfca, two_steps, three_steps, m2sfca, balanced_fca])
def test_sites_nobody_reaches_and_sites_without_supply(measure: object) -> None:
    # site 0 is in nobody's reach, site 1 in that of ten people, site 2 in that of an origin where nobody lives
    found = measure(NOBODY, np.array([10.0, 0.0]), np.array([5.0, 2.0, 3.0]))  # type: ignore[operator]
    assert found.unreached_sites.tolist() == [True, False, True]
    assert found.value.tolist() == [0.2, 0.0]
    nothing = measure(NOBODY, np.array([10.0, 0.0]), np.zeros(3))  # type: ignore[operator]
    assert not nothing.unreached_sites.any()  # nothing is left out where there is nothing
    assert nothing.value.tolist() == [0.0, 0.0]
    empty = measure(NOBODY, np.zeros(2), np.array([5.0, 2.0, 3.0]))  # type: ignore[operator]
    assert empty.value.tolist() == [0.0, 0.0]
    assert empty.unreached_sites.all()


@pytest.mark.real
@pytest.mark.parametrize(
    ("case", "measure", "catchment", "decay"),
    [
        ("2SFCA_30", two_sfca, 30, step),
        ("E2SFCA_20_40_60", two_steps, 60, BANDS),
        ("3SFCA", three_steps, 60, BANDS),
        ("M2SFCA", m2sfca, 60, BANDS),
        ("BFCA", balanced_fca, 60, BANDS),
    ],
)
def test_the_published_case_is_this_one(
    real_data: Path, case: str, measure: object, catchment: float, decay: Decay
) -> None:
    golden = json.loads((real_data / "access_golden_cases.json").read_text())
    expected = [Fraction(golden["expected"][case][place][0]) for place in golden["pop"]]
    exactly(measure(weights_of(decay, catchment), PEOPLE, HOURS).value, expected)  # type: ignore[operator]
