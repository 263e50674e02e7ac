"""Hours: they follow what the directory says, and each provider's add up once."""

import datetime as dt
from typing import Literal

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from analysis.providers.assemble import Providers, assemble
from analysis.providers.geocode import Gazetteer
from analysis.reference import professions, specialties
from analysis.study import LEVELS, Level
from crawler.records import Location, ProviderRecord

said = st.sampled_from([None, True, False])


REGIONS = gpd.GeoDataFrame(
    {
        "region_id": ["30033", "30001"],
        "state": ["MT", "MT"],
        "rurality": [9, 5],
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


def assembled(records: list[ProviderRecord], level: Level = "any", regions: gpd.GeoDataFrame = REGIONS) -> Providers:
    """Return supply of listings that are one where they share an identifier."""
    whose = [record.npi or record.source_id for record in records]
    return assemble(records, whose, GAZETTEER, regions, b"key", level)


@st.composite
def listings(draw: st.DrawFn) -> list[ProviderRecord]:
    records = []
    for number in range(draw(st.integers(1, 8))):
        places = tuple(Location(state="MT", postal_code=code) for code in draw(st.lists(codes, min_size=1, max_size=3)))
        records.append(
            ProviderRecord(
                source=draw(st.sampled_from(["nppes_api", "plan_net"])),
                source_id=str(number),
                kind=draw(st.sampled_from(["person", "organisation"])),
                npi=f"900000000{draw(st.integers(0, 4))}",
                professions=(draw(st.sampled_from(["psychiatrist", "counselor", "psychologist"])),),
                specialties=tuple(sorted(draw(st.sets(st.sampled_from(sorted(specialties())))))),
                taxonomy_codes=tuple(draw(st.lists(st.sampled_from(["103T00000X", "102L00000X"]), max_size=1))),
                is_active=draw(said),
                is_accepting=draw(said),
                listed_on=draw(st.one_of(st.none(), st.dates(dt.date(2010, 1, 1), dt.date(2026, 11, 24)))),
                offers_online=draw(said),
                locations=places,
                retrieved_on=dt.date(2026, 11, 24),
                licence_states=("ID", "MT"),
            )
        )
    return records


@given(listings(), st.sampled_from(LEVELS))
def test_every_providers_hours_add_up_once(records: list[ProviderRecord], level: Level) -> None:
    found = assembled(records, level)
    assert found.supply.fte.sum() == pytest.approx(found.providers.fte.sum())
    counted = found.counts
    assert counted["records_read"] == sum(
        counted[key]
        for key in ("records_used", "records_not_at_level", "records_without_place", "records_outside_area")
    )
    assert set(found.evidence.provider_id) <= set(found.providers.provider_id)
    assert set(found.records.provider_id.dropna()) == set(found.providers.provider_id)
    at_level = found.levels.set_index("level").loc[level]
    assert at_level.is_withheld or at_level.providers == len(found.providers)
    assert at_level.is_withheld or at_level.fte == pytest.approx(found.providers.fte.sum())
    whole = found.supply.set_index(["site_id", "specialty"]).fte
    offered = found.offer.groupby(["site_id", "specialty"]).online_fte.sum().reindex(whole.index, fill_value=0.0)
    assert (offered <= whole + 1e-12).all()
    assert set(found.sites.region_id) <= {"30033", "30001"}
    assert "MT" not in set(found.providers.licence_states)  # the home state is implied, never listed as a further one


@settings(max_examples=20)
@given(listings())
def test_a_level_counts_its_providers_and_changes_nothing_else_of_them(records: list[ProviderRecord]) -> None:
    columns = ["provider_id", "fte", "fte_variance", "is_chr", "profession"]
    everybody = assembled(records).providers[columns]
    for level in LEVELS:
        kept = assembled(records, level).providers[columns]
        expected = {
            "any": everybody.provider_id.notna(),
            "psychotherapy": everybody.profession.map(lambda key: professions()[key].group) == "psychotherapy",
            "core": everybody.profession.map(lambda key: professions()[key].is_core),
            "chr": everybody.is_chr.fillna(value=False),
        }[level]
        pd.testing.assert_frame_equal(kept, everybody[expected.astype("bool")].reset_index(drop=True))


@settings(max_examples=20)
@given(listings())
def test_sites_and_supply_of_every_level_are_what_assembling_anew_at_that_level_gives(
    records: list[ProviderRecord],
) -> None:
    everybody = assembled(records)
    assert list(everybody.at_level) == list(LEVELS)
    for level, beside in everybody.at_level.items():
        anew = assembled(records, level)
        pd.testing.assert_frame_equal(beside.sites, anew.sites)
        pd.testing.assert_frame_equal(beside.supply, anew.supply)
        assert beside.providers == len(anew.providers)
        assert beside.unknown == anew.counts["providers_whose_level_is_unknown"]
        assert beside.unknown == (everybody.providers.is_chr.isna().sum() if level == "chr" else 0)
        assert set(beside.supply.site_id) == set(beside.sites.site_id)  # nobody is at a site without hours
        assert beside.supply.fte.sum() == pytest.approx(anew.providers.fte.sum())


def every_box(source_id: str, kind: Literal["person", "organisation"], named: list[str]) -> ProviderRecord:
    return placed(47.0, -107.0).model_copy(
        update={"source_id": source_id, "kind": kind, "specialties": tuple(sorted(named)), "professions": ()}
    )


def test_a_person_who_ticks_every_box_is_believed_in_part_and_a_clinic_with_as_many_programmes_in_full() -> None:
    therapies = [key for key, entry in specialties().items() if entry.group == "psychotherapy"]
    choosing = [every_box(str(number), "person", ["general"]) for number in range(10)]
    alone = assembled(choosing).supply.set_index("specialty").fte
    for kind, rest in (("person", "general"), ("organisation", "perinatal")):
        found = assembled([*choosing, every_box("all", kind, therapies)])
        whole = found.providers.fte.sum() - alone.sum()
        added = found.supply.set_index("specialty").fte.sub(alone, fill_value=0.0)
        assert added.sum() == pytest.approx(whole)
        # 6 of 13 believed, the others do nothing but general; a clinic has one part of 13 for every programme
        expected = whole * (6 / 13 / 13 + 7 / 13) if kind == "person" else whole / 13
        assert added[rest] == pytest.approx(expected)
        assert found.counts["providers_who_name_too_many_specialties"] == (kind == "person")


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
    found = assembled([placed(47.0, -105.995), placed(47.0, -105.98)])
    assert found.sites.region_id.tolist() == ["30033"]
    assert found.counts["records_outside_area"] == 1


def test_where_outlines_overlap_the_order_of_regions_does_not_matter() -> None:
    twice = gpd.GeoDataFrame(
        {
            "region_id": ["30002", "30001"],
            "state": ["MT", "MT"],
            "rurality": [9, 9],
            "geometry": [box(-108, 46, -106, 48)] * 2,
        },
        geometry="geometry",
        crs=4326,
    )
    for regions in (twice, twice[::-1]):
        assert assembled([placed(47.0, -107.0)], regions=regions).sites.region_id.tolist() == ["30001"]


def test_a_provider_at_two_sites_of_a_region_is_one_provider_there() -> None:
    record = placed(47.0, -107.0)
    there = record.model_copy(
        update={"locations": (*record.locations, Location(state="MT", latitude=47.1, longitude=-107.0))}
    )
    found = assembled([there])
    assert len(found.sites) == 2
    assert found.present.to_dict("records") == [{"region_id": "30033", "specialty": "general", "providers": 1}]


REGION_OF = {"59337": "30033", "59399": "30033", "59725": "30001"}


def seen_by_region(records: list[ProviderRecord]) -> dict[str, tuple[int, int, int]]:
    """Count providers, sites and sites at centres by region the slow way, of listings that lie in any."""
    listed: dict[str, list[ProviderRecord]] = {}
    for record in records:
        if any(place.postal_code in REGION_OF for place in record.locations):
            listed.setdefault(str(record.npi), []).append(record)
    providers: dict[str, set[str]] = {}
    for npi, of_provider in listed.items():
        answers = [record.is_active for record in of_provider if record.is_active is not None]
        if answers and not any(answers):
            continue
        for code in {str(place.postal_code) for record in of_provider for place in record.locations}:
            if code in REGION_OF:
                providers.setdefault(REGION_OF[code], set()).add(npi)
    return {region: (len(npis), 1, 1) for region, npis in providers.items()}  # one postal area in each region


@settings(max_examples=50)
@given(listings(), st.sampled_from(LEVELS))
def test_whom_directories_list_in_a_region_is_counted_there_whatever_the_level_and_the_hours(
    records: list[ProviderRecord], level: Level
) -> None:
    told = assembled(records, level).by_region
    columns = ["providers", "sites", "sites_at_centres"]
    assert list(told) == columns
    assert {str(row.Index): (row.providers, row.sites, row.sites_at_centres) for row in told.itertuples()} == (
        seen_by_region(records)
    )


def therapists(profession: str, takes_clients: list[bool | None], **more: object) -> list[ProviderRecord]:
    """Return one therapist for each answer, each in a building of its own."""
    return [
        placed(47.0 + number / 100, -107.0).model_copy(
            update={"professions": (profession,), "is_accepting": answer} | more
        )
        for number, answer in enumerate(takes_clients)
    ]


def test_who_takes_nobody_new_is_there_though_without_hours() -> None:
    found = assembled(therapists("counselor", [True] * 4 + [False] * 4))
    assert (found.providers.fte > 0).sum() == 4
    assert found.present.providers.tolist() == [4]  # what the suppression of hours goes by
    assert found.by_region.loc["30033"].tolist() == [8, 8, 0]
    alone = assembled(therapists("counselor", [False])).by_region
    assert alone.loc["30033"].tolist() == [1, 1, 0]


def test_who_does_not_count_at_the_level_of_the_study_is_there_all_the_same() -> None:
    found = assembled(therapists("counselor", [None] * 6), "core")
    assert found.providers.empty
    assert found.by_region.loc["30033"].tolist() == [6, 6, 0]


def test_who_is_said_to_have_ended_is_not_there_and_who_may_have_is() -> None:
    ended = therapists("counselor", [None] * 2, is_active=False)
    assert assembled(ended).by_region.empty
    contradicted = ended[0].model_copy(update={"source": "plan_net", "is_active": True})
    assert assembled([*ended, contradicted]).by_region.loc["30033"].tolist() == [1, 1, 0]


def test_streets_of_one_postal_code_are_one_place_at_its_centre() -> None:
    streets = [
        ProviderRecord(
            source="nppes_api",
            source_id=str(number),
            kind="person",
            professions=("counselor",),
            locations=(Location(state="MT", street=f"{number} Invented St", postal_code="59337"),),
            retrieved_on=dt.date(2026, 11, 24),
        )
        for number in range(6)
    ]
    beside = placed(47.0, -107.0)
    assert assembled([*streets, beside]).by_region.loc["30033"].tolist() == [7, 2, 1]


def test_a_po_box_zip_falls_back_to_its_area_and_coordinates_win() -> None:
    assert GAZETTEER.find(Location(postal_code="59399")).method == "zip"
    assert GAZETTEER.find(Location(postal_code="59337")).method == "zcta"
    place = GAZETTEER.find(Location(postal_code="59337", latitude=47.31234567, longitude=-106.9))
    assert (place.method, place.latitude) == ("coordinates", 47.3123)
    assert GAZETTEER.find(Location(postal_code="00000")) is None
    assert GAZETTEER.find(Location()) is None
