"""Every constant agrees with what was verified: the reference tables, the official workbook, the county table."""

import csv
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.country import countries, country
from analysis.reference import REFERENCE, capacity, counted_by_chr, professions, specialties

US = country("US")

PREVALENCE_KEYS = {
    "general": ["ami_adult_2024"],
    "trauma": ["ptsd_adult_nesarc3"],
    "eating_disorders": ["bed_adult"],
    "substance_use": ["sud_12p_2024"],
    "children": ["child_any_2018_19"],
    "ocd": ["ocd_adult_nimh"],
    "severe_mental_illness": ["smi_adult_2024"],
    "neurodevelopmental": ["adhd_adult_2023"],
    "prescribing": ["medication_adult_2024"],
    "lgbtq": ["lgbt_share_2023", "ami_adult_2024"],
    "spanish": ["spanish_lep", "ami_adult_2024"],
}


def rows_of(file: Path, key: str) -> dict[str, dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return {row[key]: row for row in csv.DictReader(stream)}


def test_every_constant_says_where_it_is_from_or_that_it_is_assumed() -> None:
    found: list[dict[str, Any]] = []

    def walk(entry: object) -> None:
        if isinstance(entry, dict):
            if {"value", "status"} <= entry.keys():
                found.append(entry)
            for part in entry.values():
                walk(part)

    walk(tomllib.loads((REFERENCE / "capacity.toml").read_text(encoding="utf-8")))
    assert len(found) > 20
    for constant in found:
        assert constant["status"] in {"confirmed", "derived", "assumed"}
        assert constant["source"] or constant["status"] == "assumed", constant


def test_a_specialty_without_a_confirmed_prevalence_has_none() -> None:
    assert set(US.need) == set(specialties())
    assert all(specialty.online_source for specialty in specialties().values())
    for code in countries():
        assert set(country(code).need) <= set(specialties())
        for key, wanted in country(code).need.items():
            assert (wanted.prevalence is None) == (wanted.status == "unconfirmed"), (code, key)
            assert wanted.prevalence is None or wanted.source, (code, key)


def test_every_profession_has_hours_and_every_age_band_a_share() -> None:
    assert set(professions()) == set(capacity().professions)
    for code in countries():
        home = country(code)
        assert {wanted.age_band for wanted in home.need.values()} <= set(home.age_bands)


def test_psychotherapists_are_a_profession_of_their_own_without_a_code_or_a_compact() -> None:
    one, hours = professions()["psychotherapist"], capacity().professions["psychotherapist"]
    assert (one.group, one.is_core, one.taxonomy_codes) == ("psychotherapy", False, ())
    assert one.licence not in {compact.licence for compact in US.compacts}
    # no hours of theirs were found: those of counselors, and it says so
    assert (hours.full_time.value, hours.full_time.status) == (
        capacity().professions["counselor"].full_time.value,
        "assumed",
    )


def test_a_code_is_of_one_profession_and_those_of_the_ranking_are_counted_but_for_schools() -> None:
    codes = [code for profession in professions().values() for code in profession.taxonomy_codes]
    assert len(codes) == len(set(codes))
    assert counted_by_chr() - set(codes) == {"103TS0200X"}
    assert len(counted_by_chr()) == 27


@pytest.mark.real
def test_prevalences_are_the_confirmed_rows(real_data: Path) -> None:
    rows = rows_of(real_data / "reference_need.csv", "key")
    for key, names in PREVALENCE_KEYS.items():
        assert all(rows[name]["status"] == "confirmed" for name in names), key
        product = np.prod([float(rows[name]["value"]) / 100 for name in names])
        assert US.need_of(key).prevalence == pytest.approx(product, abs=5e-5), key
    births, depressed = (float(rows[name]["value"]) for name in ("cbr_2023", "ppd_2018"))
    assert US.need_of("perinatal").prevalence == pytest.approx(births / 1000 * depressed / 100, abs=5e-6)
    # levels of 2020 are not comparable with 2024, the shape by age is: 14.5 / 21.0 of the rate of all adults
    assert float(rows["ami_age_50p_2020"]["value"]) == 14.5
    assert US.need_of("older_adults").prevalence == pytest.approx(0.234 * 14.5 / 21.0, abs=5e-4)


@pytest.mark.real
def test_confirmed_capacity_is_in_the_confirmed_rows(real_data: Path) -> None:
    rows = rows_of(real_data / "reference_supply.csv", "key")
    said = capacity()
    shares = {
        "acc_no_openings_psych_2024": 1 - said.accepting.unknown["psychotherapy"].value,
        "acc_psychiatrist_private": said.accepting.unknown["prescriber"].value,
        "acc_facility_new": said.accepting.unknown["organisation"].value,
        "cap_psychiatrist_psychotherapy_visits": said.professions["psychiatrist"].psychotherapy_share.value,
        "tele_mft_any": said.online["psychotherapy"].value,
        "tele_facility_offer": said.online["organisation"].value,
        "ghost_or_nonprescriber": (1 - said.active.unknown.value) * 2,
    }
    for key, share in shares.items():
        assert rows[key]["status"] == "confirmed", key
        assert share == pytest.approx(float(rows[key]["value"]) / 100, abs=1e-9), key
    full_time = float(rows["cap_fulltime_hours_week"]["value"])
    for profession, key in {
        "counselor": "cap_work_hours_counselor",
        "psychologist": "cap_work_hours_psychologist",
    }.items():
        assert said.professions[profession].full_time.value == float(rows[key]["value"]) / full_time


@pytest.mark.real
def test_compacts_agree_with_the_table_row_by_row(real_data: Path) -> None:
    licences = {"PSYPACT": "psychology", "Counseling Compact": "counseling", "Social Work Compact": "social_work"}
    raw = tomllib.loads((REFERENCE / "us" / "compacts.toml").read_text(encoding="utf-8"))
    entries = {entry["licence"]: entry for entry in raw.values() if isinstance(entry, dict)}
    assert entries["marriage_family"]["states"] == {}
    with (real_data / "reference_compacts.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["compact"] in licences and len(row["state"]) == 2]
    members = dict.fromkeys(licences.values(), 0)
    for row in rows:
        entry = entries[licences[row["compact"]]]
        if row["status"] == "not_member":
            assert row["state"] in entry["not_members"], row
            continue
        members[entry["licence"]] += 1
        state = entry["states"][row["state"]]
        assert state["is_issuing"] == row["issuing"].startswith("yes"), row
        assert state["issuing_since"] == row["issuing"].partition(" since ")[2], row
        assert (state["enacted"], state["effective"]) == (row["enacted"], row["effective"]), row
        assert state["status"] == row["status_of_fact"], row
        assert state["source"].split("; ")[0] in row["source"], row
    assert members == {licence: len(entries[licence]["states"]) for licence in members}


def test_enacted_is_wider_than_issuing_and_memory_is_no_source() -> None:
    by_licence = {compact.licence: compact for compact in US.compacts}
    assert len(by_licence["psychology"].issuing) == 43  # 41 states, the District of Columbia, the Northern Marianas
    assert by_licence["counseling"].issuing == {"AZ", "MN", "OH", "LA", "GA", "IN"}
    assert len(by_licence["counseling"].enacted) == 39
    assert by_licence["social_work"].issuing == frozenset()
    assert len(by_licence["social_work"].enacted) == 27  # four more are known from memory only
    assert by_licence["marriage_family"].enacted == frozenset()
    for compact in US.compacts:
        assert compact.issuing <= compact.enacted


@pytest.mark.real
def test_catchments_are_those_of_the_official_workbook(real_data: Path) -> None:
    sheet = pd.read_excel(
        real_data / "us" / "cms_hsd_reference_2020.xlsx",
        sheet_name="Provider Time & Distance",
        header=None,
        engine="calamine",
    )
    column = next(number for number, name in sheet.iloc[1].items() if name == "Psychiatry")
    counties = sheet.iloc[4:, [4, column, column + 1]].set_axis(["kind", "minutes", "miles"], axis=1)
    assert len(counties) == 3_264
    usual = counties.groupby("kind")[["minutes", "miles"]].agg(lambda values: values.mode()[0])
    official = {
        kind.lower().replace(" ", "_"): tuple(row) for kind, row in zip(usual.index, usual.to_numpy(), strict=True)
    }
    assert official == {key: (kind.minutes, pytest.approx(kind.km / 1.609344)) for key, kind in US.place_types.items()}


@pytest.mark.real
def test_averages_by_class_and_age_are_those_of_the_county_table(real_data: Path) -> None:
    table = pd.read_csv(real_data / "us" / "county_2023.csv", dtype={"fips": "str"})
    columns = {
        "no_internet_share": "svi22_ep_noint",
        "no_vehicle_share": "svi22_ep_noveh",
        "disability_share": "svi22_ep_disabl",
        "uninsured_share": "svi22_ep_uninsur",
        "poverty_share": "svi22_ep_pov150",
        "frequent_mental_distress_share": "places24_mhlth",
        "depression_share": "places24_depression",
    }
    for code, averages in US.class_averages.items():
        part = table if code is None else table[table.rucc_2023 == code]
        for name, column in columns.items():
            average = np.average(part[column], weights=part.pop_2023) / 100
            assert averages[name] == pytest.approx(average, abs=0.00051), (code, name)
    people = table.pop_2023.sum()
    counted = {
        "adults": table.pop_18plus.sum(),
        "aged_65_up": table.pop_65plus.sum(),
        "aged_5_17": (table.pop_5_13 + table.pop_14_17).sum(),
        "aged_12_up": (table.pop_18plus + table.pop_14_17 + table.pop_5_13 * 2 / 9).sum(),
    }
    for band, number in counted.items():
        assert US.age_bands[band] == pytest.approx(number / people, abs=0.0006), band
