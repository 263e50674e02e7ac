"""Hours: they follow what the directory says, and each provider's add up once."""

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from analysis.providers.assemble import assemble
from analysis.providers.capacity import fte, online_chance
from analysis.providers.geocode import Gazetteer
from analysis.providers.specialties import divided
from analysis.reference import capacity, professions, specialties
from crawler.records import Location, ProviderRecord

said = st.sampled_from([None, True, False])


@given(st.sampled_from(sorted(professions())), said, said)
def test_fte_is_a_mean_with_the_variance_of_a_yes_or_no(
    profession: str, active: bool | None, accepting: bool | None
) -> None:
    group = professions()[profession].group
    hours = fte(profession, group, capacity(), is_active=active, is_accepting=accepting)
    full = capacity().professions[profession].full_time.value
    assert 0 <= hours.mean <= full
    # a variable that is 0 or `full` with mean m has variance m (full - m)
    assert hours.variance == pytest.approx(hours.mean * (full - hours.mean), abs=1e-12)
    if active is None or accepting is None:
        known = fte(profession, group, capacity(), is_active=True, is_accepting=True)
        assert hours.mean < known.mean


def test_a_counselor_of_whom_nothing_is_known() -> None:
    # 33/40 full time x .705 active x .47 accepting
    hours = fte("counselor", "psychotherapy", capacity(), is_active=None, is_accepting=None)
    assert hours.mean == pytest.approx(0.825 * 0.705 * 0.47)


def test_unknown_online_offer_is_an_average_and_no_is_no() -> None:
    assert online_chance("organisation", capacity(), offers_online=None) == 0.80
    assert online_chance("organisation", capacity(), offers_online=False) == 0.0
    assert online_chance("psychotherapy", capacity(), offers_online=True) == 1.0


@given(st.sets(st.sampled_from(sorted(specialties()))), st.floats(0, 1), st.booleans())
def test_shares_over_specialties_add_up_to_one(stated: set[str], share: float, is_prescriber: bool) -> None:
    shares = divided(stated, share, specialties(), is_prescriber=is_prescriber)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert all(value > 0 for value in shares.values())
    assert set(shares) <= stated | {"general", "prescribing"}


REGIONS = gpd.GeoDataFrame(
    {
        "region_id": ["30033", "30001"],
        "state": ["MT", "MT"],
        "geometry": [box(-108, 46, -106, 48), box(-114, 44, -112, 46)],
    },
    geometry="geometry",
    crs=4326,
)
GAZETTEER = Gazetteer(
    pd.DataFrame(
        {"zcta": ["59337", "59725", "98101"], "latitude": [47.3, 45.2, 47.6], "longitude": [-106.9, -112.6, -122.3]}
    ),
    pd.DataFrame({"zip": ["59399"], "zcta": ["59337"]}),
)
codes = st.sampled_from(["59337", "59725", "98101", "59399", "00000"])


@st.composite
def listings(draw: st.DrawFn) -> list[ProviderRecord]:
    records = []
    for number in range(draw(st.integers(1, 8))):
        places = tuple(Location(state="MT", postal_code=code) for code in draw(st.lists(codes, min_size=1, max_size=3)))
        records.append(
            ProviderRecord(
                source="nppes_api",
                source_id=str(number),
                kind="person",
                npi=f"900000000{draw(st.integers(0, 4))}",
                professions=(draw(st.sampled_from(["psychiatrist", "counselor", "psychologist"])),),
                specialties=tuple(sorted(draw(st.sets(st.sampled_from(["trauma", "ocd", "general"]))))),
                is_accepting=draw(said),
                offers_online=draw(said),
                locations=places,
                retrieved_on=dt.date(2026, 11, 24),
                licence_states=("ID", "MT"),
            )
        )
    return records


@given(listings())
def test_every_providers_hours_add_up_once(records: list[ProviderRecord]) -> None:
    found = assemble(records, GAZETTEER, REGIONS, b"key")
    assert found.supply.fte.sum() == pytest.approx(found.providers.fte.sum())
    counted = found.counts
    assert counted["records_read"] == sum(
        counted[key] for key in ("records_used", "records_without_place", "records_outside_area")
    )
    whole = found.supply.set_index(["site_id", "specialty"]).fte
    offered = found.offer.groupby(["site_id", "specialty"]).online_fte.sum().reindex(whole.index, fill_value=0.0)
    assert (offered <= whole + 1e-12).all()
    assert set(found.sites.region_id) <= {"30033", "30001"}
    assert "MT" not in set(found.providers.licence_states)  # the home state is implied, never listed as a further one


def placed(latitude: float, longitude: float) -> ProviderRecord:
    return ProviderRecord(
        source="nppes_api",
        source_id=f"{latitude} {longitude}",
        kind="person",
        professions=("counselor",),
        locations=(Location(state="MT", latitude=latitude, longitude=longitude),),
        retrieved_on=dt.date(2026, 11, 24),
    )


def test_a_clinic_on_the_shore_belongs_to_the_nearest_region() -> None:
    # the first box ends at 106 degrees west; a hundredth of a degree is granted, no more
    found = assemble([placed(47.0, -105.995), placed(47.0, -105.98)], GAZETTEER, REGIONS, b"key")
    assert found.sites.region_id.tolist() == ["30033"]
    assert found.counts["records_outside_area"] == 1


def test_where_outlines_overlap_the_order_of_regions_does_not_matter() -> None:
    twice = gpd.GeoDataFrame(
        {"region_id": ["30002", "30001"], "state": ["MT", "MT"], "geometry": [box(-108, 46, -106, 48)] * 2},
        geometry="geometry",
        crs=4326,
    )
    for regions in (twice, twice[::-1]):
        assert assemble([placed(47.0, -107.0)], GAZETTEER, regions, b"key").sites.region_id.tolist() == ["30001"]


def test_a_provider_at_two_sites_of_a_region_is_one_provider_there() -> None:
    record = placed(47.0, -107.0)
    there = record.model_copy(
        update={"locations": (*record.locations, Location(state="MT", latitude=47.1, longitude=-107.0))}
    )
    found = assemble([there], GAZETTEER, REGIONS, b"key")
    assert len(found.sites) == 2
    assert found.present.to_dict("records") == [{"region_id": "30033", "specialty": "general", "providers": 1}]


def test_a_po_box_zip_falls_back_to_its_area_and_coordinates_win() -> None:
    assert GAZETTEER.find(Location(postal_code="59399")).method == "zip"
    assert GAZETTEER.find(Location(postal_code="59337")).method == "zcta"
    place = GAZETTEER.find(Location(postal_code="59337", latitude=47.31234567, longitude=-106.9))
    assert (place.method, place.latitude) == ("coordinates", 47.3123)
    assert GAZETTEER.find(Location(postal_code="00000")) is None
    assert GAZETTEER.find(Location()) is None
