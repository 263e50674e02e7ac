"""The whole flow on Montana's real people and a handful of invented therapists."""

from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from invented import invented_crawl, small_build

from analysis.provenance import PROVENANCE_FILE, read_provenance, sha256_of
from analysis.store import read_table
from analysis.study import Directory, Gaps, Study, StudyError, Supply
from analysis.tables import ACCESS, COVERAGE, GAPS, LEVELS_TABLE, ONLINE, RECORDS, RUNS, SENSITIVITY, TABLES

STUDY = Study(title="Montana", states=("MT",), directories=(Directory(source="nppes_api"),))


PLACES = {
    "59102": ("MT", "general"),
    "59601": ("MT", "general"),
    "59801": ("MT", "trauma"),
    "59401": ("MT", "general"),
    "59715": ("MT", "trauma"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("montana")
    small_build(folder / "build", STUDY, invented_crawl(folder / "one", PLACES))
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
    classes = set(read_table(made, COVERAGE).rurality_class)
    assert classes <= {"all", *"123456789"}  # as the scale has them, not as numbers with a point
    runs = read_table(made, RUNS).set_index("kind")
    assert runs.sha256["build"] == sha256_of(made / PROVENANCE_FILE)
    assert len(runs.sha256["crawl"]) == 64


def test_the_parts_of_the_potential_add_up(made: Path) -> None:
    online = read_table(made, ONLINE).dropna(subset="potential_fte")
    parts = online[["served_fte", "lost_to_connection_fte", "lost_to_licence_fte", "lost_to_hours_fte"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(online.potential_fte.to_numpy(), abs=1e-9)


def test_the_same_input_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    small_build(tmp_path / "again", STUDY, invented_crawl(tmp_path / "one", PLACES))
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
    small_build(tmp_path / "again", STUDY, invented_crawl(tmp_path / "one", backwards))
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
    study = STUDY.model_copy(update={"gaps": Gaps(measure="e2sfca")})
    small_build(tmp_path / "again", study, invented_crawl(tmp_path / "one", PLACES))
    for folder, measure in ((made, "three_sfca"), (tmp_path / "again", "e2sfca")):
        access = read_table(folder, ACCESS)
        per_100k = read_table(folder, GAPS).set_index(["region_id", "specialty"]).access_fte_per_100k
        expected = access[access.measure == measure].set_index(["region_id", "specialty"]).value
        pd.testing.assert_series_equal(per_100k, expected, check_names=False)


def test_listings_far_from_the_area_say_so(tmp_path: Path) -> None:
    crawl = invented_crawl(tmp_path / "far", {"10001": ("NY", "general")})
    with pytest.raises(StudyError, match="none of the listings lies inside"):
        small_build(tmp_path / "build", STUDY, crawl)
    assert not (tmp_path / "build").exists()


def test_levels_and_coverage_of_five_psychologists_in_one_directory(made: Path) -> None:
    levels = read_table(made, LEVELS_TABLE).set_index("level")
    assert levels.providers.to_dict() == {"any": 5, "psychotherapy": 5, "core": 5, "chr": 0}
    assert levels.providers_unknown["chr"] == 5  # no code is listed: not known, never no
    assert list(levels.index[levels.is_chosen]) == ["any"]
    assert read_table(made, COVERAGE).is_withheld.all()  # one directory alone says nothing of coverage


def test_other_counting_levels_are_compared_and_one_of_whom_nothing_is_known_says_so(made: Path) -> None:
    table = read_table(made, SENSITIVITY)
    levels = table[table.kind == "level"].set_index(["alternative", "specialty"])
    assert set(levels.index) == set(product(["any", "psychotherapy", "core", "chr"], ["general", "trauma"]))
    # five psychologists, who are at every level but chr: no code is listed
    for level in ("any", "psychotherapy", "core"):
        assert levels.loc[level].worst_decile_overlap_share.tolist() == [1, 1]
        assert levels.loc[level].lacking.isna().all()
    assert levels.loc["chr"].lacking.tolist() == ["not_known_who_counts"] * 2
    assert levels.loc["chr"].spearman.isna().all()


def test_a_level_at_which_nobody_is_found_says_so(tmp_path: Path) -> None:
    study = STUDY.model_copy(update={"supply": Supply(level="chr")})
    with pytest.raises(StudyError, match="none of the providers inside the study's area counts at the level 'chr'"):
        small_build(tmp_path / "build", study, invented_crawl(tmp_path / "one", PLACES))


def test_words_nobody_knows_are_named_from_five_listings_on(tmp_path: Path) -> None:
    crawl = invented_crawl(tmp_path / "one", PLACES)
    crawl.verdict["unknown_terms"] = {"Grief": 7, "Mindfulness": 12, "Somatic Tuesdays": 4}
    small_build(tmp_path / "build", STUDY, crawl)
    (said,) = read_provenance(tmp_path / "build")["crawls"]
    assert said["unknown_terms"] == {"Mindfulness": 12, "Grief": 7}
    assert said["unknown_terms_in_verdict"] == 3


def test_an_unknown_specialty_names_the_known(tmp_path: Path) -> None:
    study = STUDY.model_copy(update={"specialties": ("astrology",)})
    crawl = invented_crawl(tmp_path / "one", PLACES)
    with pytest.raises(StudyError, match="'astrology' is not known"):
        small_build(tmp_path / "build", study, crawl)
