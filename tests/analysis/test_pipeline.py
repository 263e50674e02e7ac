"""The whole flow on Montana's real people and a handful of invented therapists."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.pipeline import build
from analysis.provenance import read_provenance
from analysis.store import new_build, read_table
from analysis.study import Directory, Gaps, Study, StudyError
from analysis.tables import ACCESS, GAPS, ONLINE, RECORDS, TABLES
from crawler.records import Crawl, Location, ProviderRecord, open_crawl, write_records

STUDY = Study(title="Montana", states=("MT",), directories=(Directory(source="nppes_api"),))


def crawl_of(folder: Path, places: dict[str, str]) -> Crawl:
    """Return a crawl of therapists at postal codes, each with a specialty."""
    folder.mkdir()
    records = [
        ProviderRecord(
            source="nppes_api",
            source_id=f"90000000{number:02d}",
            kind="person",
            npi=f"90000000{number:02d}",
            given_name="Avo",
            family_name="Inventia",
            professions=("psychologist",),
            specialties=(specialty,),
            locations=(Location(state="MT", postal_code=code),),
            offers_online=True,
            retrieved_on=dt.date(2026, 11, 24),
        )
        for number, (code, specialty) in enumerate(places.items())
    ]
    write_records(records, folder / "records.jsonl")
    verdict = {
        "source": "nppes_api",
        "run_id": folder.name,
        "trusted": True,
        "reasons": [],
        "started_at": "2026-11-24T08:00:00+00:00",
        "finished_at": "2026-11-24T08:01:00+00:00",
        "records": len(records),
        "attribution": "Invented registry",
    }
    (folder / "verdict.json").write_text(json.dumps(verdict))
    return open_crawl(folder)


PLACES = {"59102": "general", "59601": "general", "59801": "trauma", "59401": "general", "59715": "trauma"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("montana")
    with new_build(folder / "build") as place:
        build(STUDY, [crawl_of(folder / "one", PLACES)], None, place, lambda _: None)
    return folder / "build"


def test_every_county_has_every_specialty(made: Path) -> None:
    gaps = read_table(made, GAPS)
    assert len(gaps) == 56 * 2
    garfield = gaps.set_index(["region_id", "specialty"]).loc[("30033", "trauma")]
    assert garfield.gap_class == "none_within_reach"
    assert garfield.nearest_minutes > 110
    billings = gaps.set_index(["region_id", "specialty"]).loc[("30111", "general")]
    assert billings.unreached_share < 0.2


def test_every_table_is_written_and_no_name_is(made: Path) -> None:
    for table in TABLES.values():
        assert len(read_table(made, table)), table.name
    assert "Inventia" not in "".join(file.read_text() for file in made.glob("*.csv"))
    records = read_table(made, RECORDS)
    assert not records.source_id.str.contains("90000000").any()


def test_provenance_names_inputs_crawls_and_checks(made: Path) -> None:
    said = read_provenance(made)
    assert {source["dataset"] for source in said["inputs"]} == {"bundle_counties", "bundle_zctas"}
    assert said["crawls"][0]["run_id"] == "one"
    assert all(check["holds"] for check in said["checks"])
    assert "eating_disorders" in said["specialties_not_stated"]
    assert said["study"]["access"]["circuity"] == 1.4


def test_the_parts_of_the_potential_add_up(made: Path) -> None:
    online = read_table(made, ONLINE).dropna(subset="potential_fte")
    parts = online[["served_fte", "lost_to_connection_fte", "lost_to_licence_fte", "lost_to_hours_fte"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(online.potential_fte.to_numpy(), abs=1e-9)


def test_the_same_input_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    with new_build(tmp_path / "again") as place:
        build(STUDY, [crawl_of(tmp_path / "one", PLACES)], None, place, lambda _: None)
    files = [file.relative_to(made) for file in made.rglob("*") if file.suffix in {".parquet", ".csv", ".md"}]
    assert len(files) > len(TABLES)
    for file in files:
        if file.stem != "runs":  # holds the times of the build
            assert (made / file).read_bytes() == (tmp_path / "again" / file).read_bytes(), file
    one, two = (read_provenance(build) for build in (made, tmp_path / "again"))
    assert {key for key in one if one[key] != two[key]} <= {"started_at", "finished_at"}


def test_the_order_of_the_listings_changes_no_public_table(made: Path, tmp_path: Path) -> None:
    # the crawl's checksum changes with the order, and with it every hashed id: figures must not hang on them
    backwards = dict(reversed(PLACES.items()))
    with new_build(tmp_path / "again") as place:
        build(STUDY, [crawl_of(tmp_path / "one", backwards)], None, place, lambda _: None)
    for name, table in TABLES.items():
        if table.is_public and name != "runs":
            pd.testing.assert_frame_equal(
                pd.DataFrame(read_table(made, table)),
                pd.DataFrame(read_table(tmp_path / "again", table)),
                check_exact=True,
            )


def test_capacity_of_few_providers_is_withheld_and_none_is_nought(made: Path) -> None:
    access = read_table(made, ACCESS).set_index(["region_id", "specialty", "measure"])
    billings = access.loc[("30111", "general", "provider_ratio")]  # one therapist: times people it would be their hours
    assert billings.is_withheld
    assert pd.isna(billings.value)
    garfield = access.loc[("30033", "general", "provider_ratio")]  # none: no secret
    assert not garfield.is_withheld
    assert garfield.value == 0.0
    assert access.loc[("30111", "general", "e2sfca")].value > 0
    assert not access.xs("nearest", level="measure").is_withheld.any()


def test_the_study_chooses_the_measure_of_its_gaps(made: Path, tmp_path: Path) -> None:
    study = STUDY.model_copy(update={"gaps": Gaps(measure="three_sfca")})
    with new_build(tmp_path / "again") as place:
        build(study, [crawl_of(tmp_path / "one", PLACES)], None, place, lambda _: None)
    for folder, measure in ((made, "e2sfca"), (tmp_path / "again", "three_sfca")):
        access = read_table(folder, ACCESS)
        per_100k = read_table(folder, GAPS).set_index(["region_id", "specialty"]).access_fte_per_100k
        expected = access[access.measure == measure].set_index(["region_id", "specialty"]).value
        pd.testing.assert_series_equal(per_100k, expected, check_names=False)


def test_listings_far_from_the_area_say_so(tmp_path: Path) -> None:
    crawl = crawl_of(tmp_path / "far", {"10001": "general"})
    with pytest.raises(StudyError, match="none of the listings lies inside"), new_build(tmp_path / "build") as place:
        build(STUDY, [crawl], None, place, lambda _: None)
    assert not (tmp_path / "build").exists()


def test_an_unknown_specialty_names_the_known(tmp_path: Path) -> None:
    study = STUDY.model_copy(update={"specialties": ("astrology",)})
    crawl = crawl_of(tmp_path / "one", PLACES)
    with pytest.raises(StudyError, match="'astrology' is not known"), new_build(tmp_path / "build") as place:
        build(study, [crawl], None, place, lambda _: None)
