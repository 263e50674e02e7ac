"""Placing offline: every location has a place or a reason, and what contradicts itself is known as such."""

import datetime as dt
import math
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.providers.geocode import Gazetteer, Place, Unplaced, bundled_gazetteer
from analysis.providers.geocode.address import Address, folded_town, has_box, without_box
from analysis.providers.geocode.engine import Match
from analysis.providers.geocode.own import GazetteerError, read_areas
from analysis.providers.placement import placing_said
from crawler.cleaning import Cleaner
from crawler.readers import findtreatment
from crawler.records import Location
from crawler.vocabulary import Vocabulary

BUNDLE = pd.read_parquet(Path(__file__).resolve().parents[2] / "data" / "bundle" / "us_zips.parquet")


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return bundled_gazetteer()


def km_between(place: Place, latitude: float, longitude: float) -> float:
    """Return great-circle km by the law of cosines: another formula than the code's."""
    north, south = math.radians(place.latitude), math.radians(latitude)
    turn = math.cos(math.radians(place.longitude - longitude))
    cosine = math.sin(north) * math.sin(south) + math.cos(north) * math.cos(south) * turn
    return 6371.0088 * math.acos(max(-1.0, min(1.0, cosine)))


rows = st.integers(0, len(BUNDLE) - 1).map(lambda row: BUNDLE.iloc[row])
streets = st.sampled_from([None, "12 Main St", "P.O. Box 12", "Postfach 12", "4 Elm St, PO Box 9", "Apartado 7"])


@st.composite
def locations(draw: st.DrawFn) -> Location:
    row, other = draw(rows), draw(rows)
    return Location(
        country=draw(st.sampled_from(["US", "US", "US", "DE"])),
        state=draw(st.sampled_from([row.state, other.state, None])),
        city=draw(st.sampled_from([row.place, other.place, "Nowhereville", None])),
        postal_code=draw(st.sampled_from([row.zip, "00000", None])),
        street=draw(streets),
        latitude=draw(st.one_of(st.none(), st.floats(18, 70))),
        longitude=draw(st.floats(-160, -66)),
    )


@given(location=locations())
def test_every_location_has_a_place_or_a_reason(gazetteer: Gazetteer, location: Location) -> None:
    found = gazetteer.look(location)
    if isinstance(found, Unplaced):
        assert found.reason
        assert location.latitude is None
        assert gazetteer.find(location) is None
        return
    assert abs(found.latitude) <= 90
    assert found.precision_km > 0
    assert found.is_zip_only == (location.street is None)
    assert found.is_po_box == (location.street in ("P.O. Box 12", "Postfach 12", "Apartado 7"))
    if location.country != "US":
        assert found.method == "coordinates"
    if found.is_po_box:  # its own point is that of a post office: it serves only where nothing else is known
        without = gazetteer.find(location.model_copy(update={"latitude": None}))
        assert (found.method == "coordinates") == (without is None)


@given(row=rows, street=streets, latitude=st.floats(18, 70), longitude=st.floats(-160, -66))
def test_no_point_lies_outside_the_neighbourhood_of_its_postal_code(
    gazetteer: Gazetteer, row: pd.Series, street: str | None, latitude: float, longitude: float
) -> None:
    words = Location(state=row.state, city=row.place, postal_code=row.zip, street=street)
    area, town = gazetteer.find(words), gazetteer.find(words.model_copy(update={"postal_code": None}))
    assert area is not None
    assert town is not None
    found = gazetteer.find(words.model_copy(update={"latitude": latitude, "longitude": longitude}))
    near = [km_between(found, one.latitude, one.longitude) / max(50, 3 * one.precision_km) for one in (area, town)]
    assert min(near) <= 1.001
    if not found.is_po_box:
        assert found.point_disagrees == (found.method != "coordinates")


@given(st.lists(locations(), max_size=8), st.randoms())
def test_the_order_of_locations_does_not_matter(stated: list[Location], chance: object) -> None:
    shuffled = list(stated)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = (small_gazetteer() for _ in range(2))
    assert placing_said(first, stated) == placing_said(second, shuffled)
    assert [first.look(one) for one in stated] == [second.look(one) for one in stated]


def small_gazetteer() -> Gazetteer:
    return Gazetteer(
        pd.DataFrame(
            {"zcta": ["59101", "59102", "82801"], "latitude": [45.7, 45.8, 44.8], "longitude": [-108.5, -108.6, -106.9]}
        ),
        pd.DataFrame(
            {
                "zip": ["59101", "59102", "59103", "82801"],
                "zcta": ["59101", "59102", "59101", "82801"],
                "state": ["MT", "MT", "MT", "WY"],
                "place": ["Billings", "Billings", "Billings", "Sheridan"],
            }
        ),
    )


def test_methods_from_fine_to_coarse() -> None:
    places = small_gazetteer()
    assert places.find(Location(postal_code="59102", latitude=45.75, longitude=-108.5)).method == "coordinates"
    assert places.find(Location(postal_code="59102")).method == "zcta"
    assert places.find(Location(postal_code="59103")).method == "zip"
    town = places.find(Location(state="MT", city="BILLINGS"))
    assert town.method == "place"
    assert 45.7 < town.latitude < 45.8  # the middle of its two areas
    assert town.precision_km > places.find(Location(postal_code="59102")).precision_km
    assert places.look(Location(state="MT", city="Sheridan")) == Unplaced("postal code and town are not known")
    assert places.look(Location(city="Billings")) == Unplaced("a town without its state")
    assert places.look(Location(postal_code="12345")) == Unplaced("postal code is not known")
    assert places.look(Location(state="MT")) == Unplaced("no coordinates, postal code or town")
    assert places.look(Location(country="DE", postal_code="59102")) == Unplaced("no gazetteer of its country")


def test_a_point_that_is_the_centre_of_a_postal_area_is_no_building() -> None:
    # a directory that placed its postal codes: 53,000 such points would be called buildings otherwise
    places = small_gazetteer()
    placed = places.find(Location(postal_code="59101", latitude=45.70001, longitude=-108.5, street="12 Main St"))
    assert (placed.method, placed.point_is_centre) == ("zcta", True)
    assert placed.precision_km == places.find(Location(postal_code="59101")).precision_km
    assert places.find(Location(latitude=45.7, longitude=-108.5)).method == "zcta"
    beside = places.find(Location(postal_code="59101", latitude=45.7005, longitude=-108.5))
    assert (beside.method, beside.point_is_centre) == ("coordinates", False)


def test_a_town_of_the_stated_state_outvotes_a_postal_code_of_another() -> None:
    places = small_gazetteer()
    typing_error = places.find(Location(state="MT", city="Billings", postal_code="82801"))
    assert (typing_error.method, typing_error.state_disagrees) == ("place", True)
    wrong_state = places.find(Location(state="MT", city="Sheridan", postal_code="82801"))
    assert (wrong_state.method, wrong_state.state_disagrees) == ("zcta", True)
    assert not places.find(Location(state="WY", city="Sheridan", postal_code="82801")).state_disagrees


def test_a_point_across_the_border_stands_and_is_flagged(gazetteer: Gazetteer) -> None:
    # Vancouver in Washington, its point across the river in Portland: near enough to be believed, in the wrong state
    across = Location(state="WA", city="Vancouver", postal_code="98661", latitude=45.50, longitude=-122.65)
    found = gazetteer.find(across)
    assert (found.method, found.state_disagrees, found.point_disagrees) == ("coordinates", True, False)
    assert not gazetteer.find(across.model_copy(update={"latitude": 45.64})).state_disagrees


def test_a_point_far_from_postal_code_and_town_is_not_believed(gazetteer: Gazetteer) -> None:
    found = gazetteer.find(
        Location(state="TX", city="Pampa", postal_code="79065", latitude=29.66, longitude=-95.2, street="1 Plaza")
    )
    assert (found.method, found.point_disagrees) == ("zcta", True)
    # at its town and far from its postal code, or the other way round: two statements against one
    for town, code in (("Houston", "79065"), ("Pampa", "77002")):
        one = Location(state="TX", city=town, postal_code=code, latitude=29.76, longitude=-95.37, street="1 Plaza")
        assert gazetteer.find(one).method == "coordinates"
    lone = gazetteer.find(Location(state="TX", latitude=29.66, longitude=-95.2))
    assert (lone.method, lone.point_disagrees) == ("coordinates", False)  # nothing to compare it with


def test_a_postal_area_drawn_far_from_its_town_is_placed_at_the_town(gazetteer: Gazetteer) -> None:
    # the bundle's centre of 99503 lies 448 km west of Anchorage
    found = gazetteer.find(Location(postal_code="99503"))
    assert found.method == "place"
    assert km_between(found, 61.19, -149.88) < found.precision_km < 50
    real = gazetteer.find(
        Location(postal_code="99503", city="Anchorage", state="AK", latitude=61.19, longitude=-149.88)
    )
    assert real.method == "coordinates"


@pytest.mark.parametrize(
    "street",
    ["P.O. Box 12", "PO BOX 12-A", "P. O. Box 999", "p o box 3", "Post Office Box 7", "POB 12", "P.O.B. 12", "Postfach",
     "Postfach 10 01 22", "Apartado 123", "Apartado de Correos 5", "Apdo. Postal 77", "Box: P.O. Box 4"[5:]],
)  # fmt: skip
def test_post_office_boxes_are_known_as_such(street: str) -> None:
    assert has_box(street)
    assert without_box(street) == ""


@pytest.mark.parametrize(
    ("street", "rest"),
    [
        ("1701 Elm Road South P. O. Box 999", "1701 Elm Road South"),
        ("PO Box 4, 12 Main St", "12 Main St"),
        ("Rural Route 3 Box 430", None),
        ("89 Boxwood Road", None),
        ("Campus Box A, 13001 East 17th Place", None),
        ("12 Apartado Lane", None),
        ("HC 1 Box 20", None),
        ("5 Postfachgasse", None),
    ],
)
def test_a_street_beside_a_box_is_kept_and_other_boxes_are_streets(street: str, rest: str | None) -> None:
    assert has_box(street) == (rest is not None)
    assert without_box(street) == (rest or street)


def test_towns_are_compared_as_people_spell_them() -> None:
    assert folded_town("St. Mary's") == folded_town("SAINT MARYS")
    assert folded_town("Winston-Salem") == folded_town("winston salem")
    assert folded_town("Mc Camey") == folded_town("McCamey")
    assert folded_town("Mayagüez") == folded_town("Mayaguez")
    assert folded_town("Fort Scott") != folded_town("Scott")


def test_an_address_is_one_whatever_its_spelling_and_has_no_box() -> None:
    one, two = (
        Address.of(Location(state="MT", city=city, postal_code="59101", street=street))
        for city, street in (("Billings", "12 Main St., P.O. Box 5"), ("BILLINGS", "12  MAIN ST"))
    )
    assert one == two
    assert one.key == two.key
    assert one.key != Address.of(Location(state="MT", city="Billings", postal_code="59101", street="13 Main St")).key
    assert Address.of(Location(postal_code="59101", street="P.O. Box 5")) is None
    assert Address.of(Location(street="12 Main St")) is None


def test_an_engines_match_serves_where_it_is_finer_and_near() -> None:
    location = Location(state="MT", city="Billings", postal_code="59101", street="12 Main St")
    address = Address.of(location)
    area = small_gazetteer().find(location)
    near = small_gazetteer().knowing({address: Match(45.71, -108.51, 0.2)}).find(location)
    assert (near.method, near.latitude, near.precision_km) == ("address", 45.71, 0.2)
    assert small_gazetteer().knowing({address: Match(45.71, -108.51, 999.0, "place")}).find(location) == area
    assert small_gazetteer().knowing({address: Match(30.0, -90.0, 0.2)}).find(location) == area
    own = location.model_copy(update={"latitude": 45.72, "longitude": -108.5})
    assert small_gazetteer().knowing({address: Match(45.71, -108.51, 0.2)}).find(own).method == "coordinates"


def test_a_users_gazetteer_places_other_countries(tmp_path: Path) -> None:
    file = tmp_path / "areas.csv"
    file.write_text(
        "country,state,postal_code,place,latitude,longitude,precision_km\n"
        "DE,,01067,Musterstadt,51.05,13.74,2.5\n"
        "DE,,,Kleinmuster,50.9,13.5,4\n",
        encoding="utf-8",
    )
    places = small_gazetteer().with_areas(read_areas(file))
    assert places.find(Location(country="DE", postal_code="01067")) == Place(51.05, 13.74, "zip", 2.5, is_zip_only=True)
    assert places.find(Location(country="DE", city="KLEINMUSTER")).method == "place"
    assert places.find(Location(country="AT", postal_code="01067")) is None
    assert places.find(Location(postal_code="59102")).method == "zcta"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("country,place\nDE,X\n", "lacks 'state', 'postal_code'"),
        ("country,state,postal_code,place,latitude,longitude,precision_km\nDE,,1,X,95,13,2\n", "line 2"),
        ("country,state,postal_code,place,latitude,longitude,precision_km\nDE,,1,,5,13,2\nDE,,,,5,13,2\n", "line 3"),
        ("country,state,postal_code,place,latitude,longitude,precision_km\nGermany,,1,,5,13,2\n", "two letters"),
        ("country,state,postal_code,place,latitude,longitude,precision_km\nDE,,1,,5,13,none\n", "radius"),
    ],
)
def test_a_users_gazetteer_that_is_none_says_so(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "areas.csv").write_text(text, encoding="utf-8")
    with pytest.raises(GazetteerError, match=said):
        read_areas(tmp_path / "areas.csv")
    with pytest.raises(GazetteerError, match="cannot be read"):
        read_areas(tmp_path / "absent.csv")


@pytest.mark.real
def test_the_real_clinics_are_placed_and_their_precision_is_true(real_data: Path, gazetteer: Gazetteer) -> None:
    stated = real_clinics(real_data)
    said = placing_said(gazetteer, stated)
    assert said["locations"] == 6_828
    assert said["by_method"]["coordinates"] == 6_802
    assert said["doubts"] == {
        "is_po_box": 6,
        "is_zip_only": 0,
        "state_disagrees": 1,
        "point_disagrees": 4,
        "point_is_centre": 0,
    }
    assert said["unplaced"] == {"postal code and town are not known": 1}
    held: Counter[str] = Counter()
    for location in stated:
        if gazetteer.find(location) and gazetteer.find(location).method == "coordinates":
            area = gazetteer.find(location.model_copy(update={"latitude": None}))
            town = gazetteer.find(location.model_copy(update={"latitude": None, "postal_code": None}))
            for name, place in (("area", area), ("town", town)):
                held[name] += place is not None
                held[f"{name} holds"] += (
                    bool(place) and km_between(place, location.latitude, location.longitude) <= place.precision_km
                )
    assert 0.90 <= held["area holds"] / held["area"] <= 0.95  # about nine in ten, as the column promises
    assert held["town holds"] / held["town"] >= 0.90


def real_clinics(real_data: Path) -> list[Location]:
    """Return the locations of the clinics of 2015, cleaned as a crawl cleans them."""
    one = Cleaner("findtreatment", dt.date(2026, 1, 31), Vocabulary.load(), findtreatment.known_terms())
    file = real_data / "directories" / "findtreatment" / "facilities_2015.csv"
    kept = [one.clean(raw) for raw in findtreatment.read_export(file) if raw is not None]
    return [location for record in kept if record for location in record.locations]
