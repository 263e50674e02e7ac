"""Germany and Austria as countries of studies: every figure has its source, and none is that of another country."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.country import country
from analysis.reference import REFERENCE, specialties

EUROPE = ("DE", "AT")


@pytest.mark.parametrize("code", EUROPE)
def test_every_need_is_of_a_known_kind_with_its_source_and_the_day_it_was_read(code: str) -> None:
    told = tomllib.loads((REFERENCE / code.lower() / "need.toml").read_text(encoding="utf-8"))
    assert set(told) <= set(specialties())
    for key, entry in told.items():
        assert entry["age_band"] in country(code).age_bands, key
        assert entry["status"] in {"confirmed", "derived"}, key
        assert 0 < entry["prevalence"] < 1, key
        assert entry["source"], key
        assert entry["read_on"], key


@pytest.mark.parametrize("code", EUROPE)
def test_no_need_is_taken_from_the_united_states_and_one_not_found_is_missing(code: str) -> None:
    theirs, ours = country("US").need, country(code).need
    assert "general" in ours
    for key, need in ours.items():
        assert need.prevalence != theirs[key].prevalence, key
        assert need.source != theirs[key].source, key
    for key in ("couples", "spanish"):
        assert country(code).need_of(key).prevalence is None


@pytest.mark.parametrize("code", EUROPE)
def test_a_licence_holds_in_the_whole_country(code: str) -> None:
    home = country(code)
    assert list(home.states) == [code]
    assert home.compacts == ()
    assert home.state_of("nuts3", f"{code}123") == code
    assert home.state_of("nuts3", "FR101") is None


@pytest.mark.parametrize("code", EUROPE)
@given(people=st.floats(1, 1e8), density=st.floats(1e-3, 1e5), rurality=st.sampled_from([1, 2, 3]))
def test_every_region_that_is_classed_has_a_type_of_place(
    code: str, people: float, density: float, rurality: int
) -> None:
    home = country(code)
    kind = home.place_types[home.place_type_of(people, density, rurality)]
    assert 0 < kind.road_km_per_minute < 2
    if rurality == 3:
        assert kind is home.place_types["rural"]


@pytest.mark.parametrize("code", EUROPE)
def test_a_region_that_is_not_classed_is_not_guessed(code: str) -> None:
    with pytest.raises(ValueError, match=f"fits no rule of {code.lower()}/place_types.toml"):
        country(code).place_type_of(100_000, 100)


@pytest.mark.parametrize("code", EUROPE)
def test_age_bands_lie_inside_one_another(code: str) -> None:
    bands = country(code).age_bands
    assert set(bands) == set(country("US").age_bands)
    assert bands["aged_65_up"] < bands["adults"] < bands["aged_12_up"] < bands["everyone"] == 1
    assert bands["aged_5_17"] < 1 - bands["adults"]
