"""Laws of cleaning coordinates, and each of their steps by example."""

import tomllib
from collections import Counter

import pytest
from cleaned import placed
from hypothesis import assume, given
from hypothesis import strategies as st

from crawler.states import _FILE, may_hold, states


@pytest.mark.parametrize(
    ("point", "kept", "repairs", "invalid"),
    [
        ((46.6, -120.5), (46.6, -120.5), {}, {}),
        ((-120.5, 46.6), (46.6, -120.5), {"swapped coordinates": 1}, {}),
        ((46.6, 120.5), (46.6, -120.5), {"sign of coordinates": 1}, {}),
        ((-46.6, -120.5), (46.6, -120.5), {"sign of coordinates": 1}, {}),
        ((120.5, 46.6), (46.6, -120.5), {"swapped coordinates without sign": 1}, {}),
        ((0.0, 0.0), None, {"null island": 1}, {}),
        ((39.78373, -100.445882), None, {"centre of country or state": 1}, {}),
        ((39.78453, -100.444982), None, {"centre of country or state": 1}, {}),  # within 0.001 degrees of it
        ((40.7, -74.0), None, {"point outside its state": 1}, {}),
        ((49.15, -120.5), (49.15, -120.5), {}, {}),  # Washington ends at 49.0; 0.2 degrees more are allowed
        ((123.0, 456.0), None, {}, {"coordinates": 1}),
        ((float("nan"), 1.0), None, {}, {"coordinates": 1}),
        ((46.6, None), None, {}, {"coordinates": 1}),
    ],
)
def test_points_are_in_their_state_or_gone(
    point: tuple[float, float | None],
    kept: tuple[float, float] | None,
    repairs: dict[str, int],
    invalid: dict[str, int],
) -> None:
    place, one = placed(latitude=point[0], longitude=point[1])
    assert (place.latitude, place.longitude) == (kept or (None, None))
    assert (one.tally.repairs, one.tally.invalid) == (Counter(repairs), Counter(invalid))


def test_alaskas_box_crosses_the_antimeridian() -> None:
    box = states().boxes["AK"]
    assert box.holds(61.2, -149.9)  # Anchorage
    assert box.holds(52.9, 173.2)  # Attu
    assert not box.holds(47.6, -122.3)  # Seattle
    assert not box.holds(61.2, 0.0)


def test_there_are_56_states_each_with_a_box_that_holds_its_own_centre() -> None:
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    assert set(states().codes.values()) == set(states().boxes) == set(table)
    assert len(table) == 56  # 50, DC and five territories
    centred = {code: entry["centre"] for code, entry in table.items() if "centre" in entry}
    assert set(table) - set(centred) == {"AS", "GU", "MP", "VI"}
    for code, (latitude, longitude) in centred.items():
        assert states().boxes[code].holds(latitude, longitude), code
        place, one = placed(state=code, latitude=latitude, longitude=longitude)
        assert place.latitude is None
        assert one.tally.repairs == {"centre of country or state": 1}, code


@pytest.mark.parametrize(
    ("state", "point"),
    [("GU", (13.65, 144.86)), ("MP", (15.19, 145.75)), ("AS", (-14.29, -170.68)), ("VI", (17.74, -64.73))],
)
def test_territories_are_checked_like_states(state: str, point: tuple[float, float]) -> None:
    place, one = placed(state=state, latitude=point[1], longitude=point[0])
    assert (place.latitude, place.longitude) == point
    assert one.tally.repairs == {"swapped coordinates": 1}
    place, one = placed(state=state, latitude=46.6, longitude=-120.5)
    assert place.latitude is None
    assert one.tally.repairs == {"point outside its state": 1}


@pytest.mark.parametrize(
    ("point", "kept", "repair"),
    [
        ((46.6, -120.5), (46.6, -120.5), None),
        ((-120.5, 46.6), (46.6, -120.5), "swapped coordinates"),
        ((-75.2, 40.0), (40.0, -75.2), "swapped coordinates"),  # both could be latitudes
        ((39.9, 116.4), None, "point outside its country"),  # in China, or in Nevada without its sign
        ((47.8, 13.05), None, "point outside its country"),  # Salzburg
    ],
)
def test_a_point_without_a_state_is_in_its_country(
    point: tuple[float, float], kept: tuple[float, float] | None, repair: str | None
) -> None:
    place, one = placed(state=None, latitude=point[0], longitude=point[1])
    assert (place.latitude, place.longitude) == (kept or (None, None))
    assert one.tally.repairs == (Counter({repair: 1}) if repair else Counter())


def test_points_and_postal_codes_of_other_countries_stay_as_they_are() -> None:
    place, one = placed(country="Österreich", state=None, postal_code="5020", phone=None, latitude=47.8, longitude=13.0)
    assert (place.country, place.postal_code) == ("AT", "5020")
    assert (place.latitude, place.longitude) == (47.8, 13.0)
    assert not one.tally.repairs
    assert not one.tally.invalid


@given(state=st.one_of(st.none(), st.sampled_from(sorted(states().boxes))), chosen=st.data())
def test_no_point_is_invented(state: str | None, chosen: st.DataObject) -> None:
    """A point that is kept has the degrees that were stated, exchanged or with another sign, and lies in its state."""
    box = states().boxes[state or "KS"]
    north = chosen.draw(st.floats(box.south, box.north))
    east = chosen.draw(st.floats(min(box.west, box.east), max(box.west, box.east)))
    ways = [(north, east), (east, north), (north, -east), (-east, north), (-north, east)]
    stated = chosen.draw(st.sampled_from(ways))
    place, one = placed(state=state, latitude=stated[0], longitude=stated[1])
    if place.latitude is None or place.longitude is None:
        assert one.tally.repairs.total() + one.tally.invalid.total() == 1
        return
    assert sorted(map(abs, (place.latitude, place.longitude))) == sorted(map(abs, stated))
    assert may_hold(state, place.latitude, place.longitude)
    assert one.tally.repairs.total() == int((place.latitude, place.longitude) != stated)


@given(state=st.sampled_from(sorted(states().boxes)), chosen=st.data())
def test_never_do_two_ways_lead_to_a_state(state: str, chosen: st.DataObject) -> None:
    box = states().boxes[state]
    assume(box.west < box.east)  # Alaska has both signs of longitude
    north, east = chosen.draw(st.floats(box.south, box.north)), chosen.draw(st.floats(box.west, box.east))
    ways = {(north * up, east * right) for up in (1, -1) for right in (1, -1)}
    ways |= {(two, one) for one, two in ways}
    assert [way for way in ways if box.holds(*way)] == [(north, east)]
