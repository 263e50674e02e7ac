"""What cleaning makes of the publishers' own samples."""

import json
from collections import Counter
from pathlib import Path

import pytest
from cleaned import DAY, VOCABULARY, cleaner

from crawler.cleaning import Cleaner
from crawler.readers import fhir, findtreatment, nppes


@pytest.mark.real
def test_the_real_clinics_are_kept(real_data: Path) -> None:
    one = Cleaner("findtreatment", DAY, VOCABULARY, findtreatment.known_terms())
    file = real_data / "directories" / "findtreatment" / "facilities_2015.csv"
    kept = [record for raw in findtreatment.read_export(file) if (record := one.clean(raw)) is not None]
    assert len(kept) == 6828
    assert not one.tally.unknown_terms
    assert one.tally.repairs["point outside its state"] == 16
    found = Counter(specialty for record in kept for specialty in record.specialties)
    assert (found["trauma"], found["children"], found["severe_mental_illness"]) == (2913, 4454, 4021)  # as in the file
    assert (found["spanish"], found["lgbtq"], found["couples"]) == (2848, 1572, 4898)
    assert all(record.professions == ("clinic",) for record in kept)


@pytest.mark.real
def test_the_real_roles_are_kept_with_their_doubtful_npis(real_data: Path) -> None:
    files = (real_data / "directories" / "plan_net" / "nppes-derived").rglob("*.json")
    entries = [{"resource": json.loads(file.read_bytes())} for file in sorted(files)]
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
    one = cleaner()
    kept = [one.clean(raw) for raw in fhir.read_bundle(json.dumps(bundle).encode()).listings]
    assert len([record for record in kept if record is not None]) == 102
    assert one.tally.invalid["npi check digit"] == 88
    assert one.tally.repairs == {"centre of country or state": 15}


@pytest.mark.real
def test_real_registry_rows_of_other_professions_are_dropped(real_data: Path) -> None:
    one = cleaner()
    rows = 0
    for file in sorted((real_data / "directories" / "nppes_api").glob("2019-*.json")):
        stated = json.loads(file.read_bytes())
        if "Errors" not in stated:
            for raw in nppes.read_page(json.dumps(stated).encode()).listings:
                rows += 1
                one.clean(raw)
    assert one.tally.drops["not mental health"] == rows - 4
    assert not one.tally.unknown_terms
