"""Rural scarcity of the invented therapists is like the real one."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demonstration.directories import Directories
from demonstration.population import read_population
from demonstration.scarcity import NONMETRO_FROM, spread


def _by_county(full: Directories) -> dict[str, Counter[int]]:
    population = full.invented.population
    county_of = {
        place.zcta: county
        for county in range(len(population))
        for place in population.places[population.first[county] : population.first[county + 1]]
    }
    counts: dict[str, Counter[int]] = {}
    for therapist in full.invented.therapists:
        county = county_of[therapist.office.place.zcta]
        counts.setdefault(therapist.profession.key, Counter())[county] += 1
        counts.setdefault("any", Counter())[county] += 1
    return counts


@pytest.mark.parametrize(("profession", "share"), [("psychiatrist", 2 / 3), ("counselor", 1 / 5)])
def test_share_of_nonmetro_counties_without(full: Directories, profession: str, share: float) -> None:
    counts, population = _by_county(full)[profession], full.invented.population
    nonmetro = np.flatnonzero(population.rurality >= NONMETRO_FROM).tolist()
    without = sum(counts[county] == 0 for county in nonmetro) / len(nonmetro)
    assert without == pytest.approx(share, abs=0.01)


def test_regional_centres_have_more_than_their_neighbours(full: Directories) -> None:
    counts, population = _by_county(full)["any"], full.invented.population
    per_person = {}
    for rurality in range(1, 10):
        there = np.flatnonzero(population.rurality == rurality).tolist()
        per_person[rurality] = sum(counts[county] for county in there) / population.people[there].sum()
    assert min(per_person[5], per_person[7]) > max(per_person[4], per_person[6], per_person[8])
    assert min(per_person[1], per_person[2], per_person[3]) > max(per_person[9], per_person[8])


def test_five_states_with_all_their_counties() -> None:
    population = read_population()
    counties = Counter(population.state.tolist())
    assert counties == {"ID": 44, "MT": 56, "OR": 36, "WA": 39, "WY": 23}


@given(total=st.integers(0, 3000), absent=st.floats(0, 0.99), seed=st.integers(0, 99))
def test_nobody_is_lost_or_made_in_spreading(total: int, absent: float, seed: int) -> None:
    population = read_population()
    counts = spread(population, total, absent, np.random.default_rng(seed))
    assert counts.sum() == total
    assert counts.min() >= 0
