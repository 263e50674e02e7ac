"""Tables keep their promises, studies say what is wrong, and a store changes whole or not at all."""

import os
from pathlib import Path

import duckdb
import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from analysis.promise import TableError, promised
from analysis.store import DATABASE, StoreError, dictionary, new_build, read_table, table_file, write_tables
from analysis.study import StudyError, read_study
from analysis.tables import ORIGINS, PROVIDERS, REGIONS, TABLES


def origins(**changes: object) -> pd.DataFrame:
    columns: dict[str, object] = {
        "origin_id": ["b", "a"],
        "region_id": ["30033", "30033"],
        "latitude": [47.0, 46.0],
        "longitude": [-107.0, -106.0],
        "population": [3.0, 4.5],
    }
    return pd.DataFrame(columns | changes)


def test_a_kept_promise_is_sorted_by_key() -> None:
    assert promised(origins(), ORIGINS).origin_id.tolist() == ["a", "b"]


def test_the_input_stays_unchanged() -> None:
    frame = origins(population=[3, 4])
    before = frame.copy()
    promised(frame, ORIGINS)
    pd.testing.assert_frame_equal(frame, before)


def test_every_fault_is_named_at_once() -> None:
    broken = origins(origin_id=["a", "a"], latitude=[99.0, 46.0], region_id=["30033", None])
    with pytest.raises(TableError) as said:
        promised(broken, ORIGINS)
    for word in ("origins", "origin_id", "latitude", "99.0", "region_id"):
        assert word in str(said.value)


def test_an_absent_column_is_named() -> None:
    with pytest.raises(TableError, match="'population' is absent"):
        promised(origins().drop(columns="population"), ORIGINS)


def test_no_public_table_has_a_column_about_a_person() -> None:
    forbidden = {"npi", "given_name", "family_name", "organisation_name", "phone", "street", "email"}
    for table in TABLES.values():
        assert not forbidden & set(table.names), table.name
    assert not {"provider_id", "site_id"} & {
        name for table in TABLES.values() if table.is_public for name in table.names
    }


def test_the_dictionary_names_every_column() -> None:
    text = dictionary(list(TABLES.values()))
    for table in TABLES.values():
        for column in table.columns:
            assert f"`{column.name}`" in text


def regions() -> gpd.GeoDataFrame:
    row: dict[str, object] = {}
    for column in REGIONS.columns:
        row[column.name] = {"text": "MT", "integer": 4, "number": 0.5, "geometry": box(-107, 46, -106, 47)}[column.kind]
        if column.allowed:
            row[column.name] = column.allowed[0]
    return gpd.GeoDataFrame([row | {"region_id": "01001"}], geometry="geometry", crs=4326)


def test_tables_come_back_as_written_and_ids_stay_text(tmp_path: Path) -> None:
    with new_build(tmp_path / "build") as folder:
        write_tables(folder, {"origins": origins(), "regions": regions()})
    build = tmp_path / "build"
    assert read_table(build, ORIGINS).region_id.tolist() == ["30033", "30033"]
    drawn = read_table(build, REGIONS)
    assert isinstance(drawn, gpd.GeoDataFrame)
    assert drawn.geometry.contains(Point(-106.5, 46.5)).all()
    with duckdb.connect(str(build / DATABASE), read_only=True) as database:
        assert database.sql("SELECT region_id FROM regions").fetchall() == [("01001",)]
        comment = database.sql(
            "SELECT comment FROM duckdb_columns() WHERE table_name='origins' AND column_name='population'"
        ).fetchall()
    assert "Unit: people." in comment[0][0]
    assert (build / "origins.csv").read_text().splitlines()[1].startswith("a,30033,")
    assert {file.name for file in build.iterdir()} >= {"datapackage.json", "DATA_DICTIONARY.md", "regions.parquet"}


def test_restricted_tables_stay_out_of_what_is_published(tmp_path: Path) -> None:
    provider: dict[str, object] = {
        column.name: {"text": "x", "integer": 1, "number": 0.5, "flag": True}[column.kind]
        for column in PROVIDERS.columns
    }
    with new_build(tmp_path / "build") as folder:
        write_tables(folder, {"providers": pd.DataFrame([provider | {"kind": "person"}]), "origins": origins()})
    build = tmp_path / "build"
    assert table_file(build, PROVIDERS).is_file()
    assert not (build / "providers.csv").exists()
    with duckdb.connect(str(build / DATABASE), read_only=True) as database:
        assert database.sql("SHOW TABLES").fetchall() == [("origins",)]


def test_a_build_that_dies_leaves_the_previous_one(tmp_path: Path) -> None:
    place = tmp_path / "build"
    fill(place, "first")

    def die() -> None:
        with new_build(place) as folder:
            (folder / DATABASE).write_text("second")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die()
    assert (place / DATABASE).read_text() == "first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["build"]


def fill(place: Path, text: str) -> None:
    with new_build(place) as folder:
        (folder / DATABASE).write_text(text)


def test_an_interrupted_swap_puts_the_previous_build_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "build"
    fill(place, "first")
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self.name.endswith(".partial"):
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fill(place, "second")
    assert (place / DATABASE).read_text() == "first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["build"]


def test_what_a_killed_build_left_is_put_right(tmp_path: Path) -> None:
    place = tmp_path / "build"
    fill(place, "first")
    place.rename(tmp_path / ".build.0000.retired")  # killed between the two renames
    stale, running = tmp_path / ".build.1111.partial", tmp_path / ".build.2222.partial"
    stale.mkdir()
    running.mkdir()
    os.utime(stale, (0, 0))

    def look() -> None:
        with new_build(place):
            assert (place / DATABASE).read_text() == "first"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".build.2222.partial", "build"]


def test_a_folder_that_is_no_build_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.txt").write_text("kept")
    (tmp_path / "file").write_text("kept")
    for place in (tmp_path / "letters", tmp_path / "file"):
        with pytest.raises(StoreError, match="is no build of this tool"):
            fill(place, "new")
    assert (tmp_path / "letters" / "one.txt").read_text() == "kept"
    (tmp_path / "empty").mkdir()
    fill(tmp_path / "empty", "new")
    assert (tmp_path / "empty" / DATABASE).read_text() == "new"


def test_a_file_elsewhere_is_named_itself(tmp_path: Path) -> None:
    (tmp_path / "builds").mkdir()
    with (
        pytest.raises(StoreError, match=r"cannot use '.*/answers/one': No such file .*; check that path, its perm"),
        new_build(tmp_path / "builds" / "mine"),
    ):
        (tmp_path / "answers" / "one").write_text("no such folder")


def test_an_unwritable_place_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot write"), new_build(tmp_path / "file" / "build"):
        pass


STUDY = 'title = "t"\n[[directories]]\nsource = "nppes_api"\n'


def test_a_study_is_read_and_frozen(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(STUDY)
    study = read_study(tmp_path / "s.toml")
    assert study.directories[0].crawl == "latest"
    with pytest.raises(ValueError, match="frozen"):
        study.title = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = ", "not valid TOML"),
        ('title = "t"\n', "directories"),
        ('states = ["montana"]\n' + STUDY, "states.0"),
        ("colour = 3\n" + STUDY, "colour"),
        (STUDY + "[access]\ndecay = { kind = 'bands', shares = [0.5, 0.2, 1.0] }\n", "must increase"),
        (STUDY + "[gaps]\nbenchmark = -1\n[access]\ncircuity = 0\n", "circuity"),
    ],
)
def test_a_malformed_study_says_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(StudyError) as said:
        read_study(tmp_path / "s.toml")
    assert words in str(said.value)
    assert "\n" not in str(said.value)


def test_an_absent_study_says_so(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="does not exist"):
        read_study(tmp_path / "none.toml")
    with pytest.raises(StudyError, match="cannot be read"):
        read_study(tmp_path)
