"""A user's regions: what is sound is kept as it is, every fault is told at once, and whatever fails changes nothing."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from areas_brought import DAY, THREE, faults, frame, kept, notes, saved
from pyproj import CRS
from shapely.geometry import box

from analysis.regions import added
from analysis.regions.added import (
    RECORD_FILE,
    TABLE_FILE,
    Addition,
    add,
    added_names,
    name_for,
    place_of,
    read_added,
    remove,
)
from analysis.regions.findings import UnsoundError
from analysis.regions.soundness import Columns
from analysis.study import StudyError


@pytest.mark.parametrize("name", ["areas.gpkg", "areas.geojson", "areas.shp", "areas.parquet", "areas.zip"])
def test_every_form_gives_the_same_regions(name: str, tmp_path: Path) -> None:
    done = kept(saved(frame(THREE), tmp_path, name), tmp_path)
    read = read_added(place_of(tmp_path, "areas"))
    pd.testing.assert_frame_equal(read.regions, done.regions)
    assert read.provenance == done.provenance
    assert list(read.regions) == ["region_id", "name", "state", "population", "population_basis", "geometry"]
    assert read.regions.region_id.tolist() == ["01", "02", "03"]
    assert read.regions.name.tolist() == ["Area 01", "Area 02", "Area 03"]
    assert read.regions.population.tolist() == [10, 20, 30]
    assert set(read.regions.population_basis) == {"measured"}
    assert read.regions.crs == CRS.from_epsg(4326)
    assert shapely.equals(read.regions.geometry.to_numpy(), np.array(THREE)).all()
    assert read.provenance["file"] == name
    assert read.provenance["crs"] == "EPSG:4326"
    assert read.provenance["crs_from"] == ("RFC 7946" if name == "areas.geojson" else "the file")


def test_neither_order_nor_time_changes_the_table_by_a_byte(tmp_path: Path) -> None:
    regions = frame(THREE)
    kept(saved(regions, tmp_path), tmp_path, Columns("CODE"))
    first = (place_of(tmp_path, "areas") / TABLE_FILE).read_bytes()
    again = Addition(saved(regions.iloc[::-1], tmp_path, "other.gpkg"), "areas", Columns("CODE"), again=True)
    add(again, tmp_path, DAY + dt.timedelta(days=9), lambda _: None)
    assert (place_of(tmp_path, "areas") / TABLE_FILE).read_bytes() == first


def test_what_a_file_does_not_say_stays_missing(tmp_path: Path) -> None:
    regions = frame(THREE, LABEL=["One", None, " "], STATE=[None, "", "NE"])
    done = kept(saved(regions, tmp_path, "areas.parquet"), tmp_path)
    assert done.regions.name.tolist() == ["One", "02", "03"]
    assert done.regions.state.isna().tolist() == [True, True, False]
    assert "without a name are called by their id: '02', '03'" in notes(done)
    assert read_added(place_of(tmp_path, "areas")).regions.state.isna().tolist() == [True, True, False]
    without = kept(saved(frame(THREE), tmp_path), tmp_path, Columns("CODE", population="PEOPLE"), again=True)
    assert without.regions.state.isna().all()
    assert without.regions.name.tolist() == ["01", "02", "03"]


def test_people_by_overlay_are_assumed_and_told(tmp_path: Path) -> None:
    people = frame([box(-101, 40, -99, 41), box(-99, 40, -97, 41)], PEOPLE=[800, 100])
    regions = frame(THREE)
    source = str(saved(people, tmp_path, "people.gpkg"))
    done = kept(saved(regions, tmp_path), tmp_path, Columns("CODE"), people=source, people_column="PEOPLE")
    assert done.regions.population.tolist() == [400, 50, 50]
    assert set(done.regions.population_basis) == {"assumed"}
    assert "400 of 900 people (44.44%) of the polygons of people.gpkg in which regions lie (2) live outside" in notes(
        done
    )
    told = done.provenance["people_from"]
    assert (told["people_inside"], told["people_outside"], told["people_divided"]) == (500, 400, 500)
    assert told["source"]["file"] == "people.gpkg"
    bundled = kept(saved(regions, tmp_path), tmp_path, Columns("CODE"), again=True)
    assert bundled.provenance["people_from"]["source"]["dataset"] == "bundle_counties"
    assert bundled.regions.population.sum() == bundled.provenance["people"]


def test_regions_nobody_has_counted_are_a_fault_not_a_zero(tmp_path: Path) -> None:
    abroad = frame([*THREE, box(10, 40, 11, 41)])
    said = faults(abroad, tmp_path, Columns("CODE"))
    assert len(said) == 1
    assert "outside of all polygons of bundle_counties: '04'; nobody knows who lives there" in said[0]
    said = faults(abroad.iloc[3:], tmp_path, Columns("CODE"))
    assert "nobody of bundle_counties (332,736,749 people) lives in any region" in said[0]


def test_polygons_without_anybody_count_as_none_and_those_that_do_not_reach_are_told_once(tmp_path: Path) -> None:
    polygons = [box(-101, 39, -96, 42), box(-90, 39, -89, 40)]
    empty = str(saved(frame(polygons, PEOPLE=[0, 70]), tmp_path, "empty.gpkg"))
    with pytest.raises(UnsoundError) as unsound:
        kept(saved(frame(THREE), tmp_path), tmp_path, Columns("CODE"), people=empty, people_column="PEOPLE")
    (said,) = unsound.value.faults
    assert "nobody of empty.gpkg (70 people) lives in any region" in said
    # one region whole, one by a quarter, one not at all
    some = str(saved(frame([box(-100, 40, -98.75, 41)], PEOPLE=[90]), tmp_path, "some.gpkg"))
    with pytest.raises(UnsoundError) as unsound:
        kept(saved(frame(THREE), tmp_path), tmp_path, Columns("CODE"), people=some, people_column="PEOPLE")
    (said,) = unsound.value.faults
    assert "outside of all polygons of some.gpkg: '03'; nobody knows" in said
    (covered,) = [note for note in unsound.value.notes if "covers less than half" in note]
    assert covered.endswith("covers less than half of '02'.")


def test_polygons_with_people_are_checked_too(tmp_path: Path) -> None:
    people = frame([box(-101, 40, -99, 41), box(-100, 40, -97, 41)], PEOPLE=[5, -1])
    source = str(saved(people.set_crs(None, allow_override=True), tmp_path, "people.parquet"))
    with pytest.raises(UnsoundError) as unsound:
        kept(saved(frame(THREE), tmp_path), tmp_path, Columns("CODE"), people=source, people_column="PEOPLE")
    below, unknown, overlap = unsound.value.faults
    assert "people.parquet: column 'PEOPLE' is below zero ('-1') in row 2" in below
    assert "say --people-crs EPSG:4326" in unknown
    assert "row 1 and row 2" in overlap


def test_regions_are_replaced_only_when_asked(tmp_path: Path) -> None:
    file = saved(frame(THREE), tmp_path)
    first = kept(file, tmp_path)
    with pytest.raises(StudyError, match="'areas' are there already"):
        kept(file, tmp_path)
    pd.testing.assert_frame_equal(read_added(place_of(tmp_path, "areas")).regions, first.regions)
    assert len(kept(saved(frame(THREE[:2]), tmp_path), tmp_path, again=True).regions) == 2
    assert [place.name for place in (tmp_path / "regions").iterdir()] == ["areas"]


def test_whatever_fails_while_writing_leaves_the_old_regions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = kept(saved(frame(THREE), tmp_path), tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(gpd.GeoDataFrame, "to_parquet", full)
        with pytest.raises(OSError, match="No space"):
            kept(tmp_path / "areas.gpkg", tmp_path, again=True)
    with monkeypatch.context() as broken:
        broken.setattr(added, "sha256_of", full)
        with pytest.raises(OSError, match="No space"):
            kept(tmp_path / "areas.gpkg", tmp_path, again=True)
    rename, refused = Path.rename, []

    def not_the_new_one(place: Path, to: Path) -> Path:
        if to.name == "areas" and not refused:
            refused.append(place)
            full()
        return rename(place, to)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "rename", not_the_new_one)
        with pytest.raises(OSError, match="No space"):
            kept(tmp_path / "areas.gpkg", tmp_path, again=True)
    assert refused
    assert [place.name for place in (tmp_path / "regions").iterdir()] == ["areas"]  # before any other puts it right
    pd.testing.assert_frame_equal(read_added(place_of(tmp_path, "areas")).regions, first.regions)


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from areas_brought import THREE, frame, kept
rename = Path.rename
def killed(place, to):
    if to.name == "areas":
        os._exit(9)  # as by a signal: nothing is tidied up
    return rename(place, to)
Path.rename = killed
kept(Path(sys.argv[2]) / "areas.gpkg", Path(sys.argv[2]), again=True)
"""


def left_behind(work: Path) -> list[str]:
    return sorted(place.name for place in (work / "regions").iterdir() if place.name.startswith("."))


@pytest.mark.parametrize("then", ["list", "read", "add"])
def test_what_a_killed_command_left_is_put_right_by_the_next(then: str, tmp_path: Path) -> None:
    first = kept(saved(frame(THREE), tmp_path), tmp_path)
    tests = str(Path(__file__).parent)
    done = subprocess.run([sys.executable, "-c", KILLED, tests, str(tmp_path)], check=False, timeout=120)
    assert done.returncode == 9
    unfinished, retired = left_behind(tmp_path)
    assert {unfinished.rsplit(".")[-1], retired.rsplit(".")[-1]} == {"partial", "retired"}
    assert not place_of(tmp_path, "areas").exists()
    if then == "list":
        assert added_names(tmp_path) == ["areas"]
    elif then == "add":
        with pytest.raises(StudyError, match="'areas' are there already"):
            kept(tmp_path / "areas.gpkg", tmp_path)
    pd.testing.assert_frame_equal(read_added(place_of(tmp_path, "areas")).regions, first.regions)
    (still,) = left_behind(tmp_path)  # it may be that of a command that runs
    assert still.endswith(".partial")
    os.utime(tmp_path / "regions" / still, (0, 0))
    running = tmp_path / "regions" / ".areas.00000000.partial"
    running.mkdir()
    assert added_names(tmp_path) == ["areas"]
    assert left_behind(tmp_path) == [running.name]


@pytest.mark.parametrize("readings", [1, 3])
def test_a_command_that_reads_while_another_replaces_harms_neither(
    readings: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(saved(frame(THREE), tmp_path), tmp_path)
    place = place_of(tmp_path, "areas")
    rename, seen = Path.rename, []

    def read_in_between(moved: Path, to: Path) -> Path:
        if moved.name.endswith(".partial") and len(seen) < readings:
            assert not place.exists()  # those there before lie aside
            seen.append(len(read_added(place).regions))
        return rename(moved, to)

    file = saved(frame(THREE[:2]), tmp_path)
    monkeypatch.setattr(Path, "rename", read_in_between)
    done = kept(file, tmp_path, again=True)
    assert seen == [3] * readings
    pd.testing.assert_frame_equal(read_added(place).regions, done.regions)
    assert left_behind(tmp_path) == []


def test_who_cannot_replace_for_others_gives_up_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = kept(saved(frame(THREE), tmp_path), tmp_path)
    rename = Path.rename

    def always_read_in_between(moved: Path, to: Path) -> Path:
        if moved.name.endswith(".partial"):
            added_names(tmp_path)
        return rename(moved, to)

    file = saved(frame(THREE[:2]), tmp_path)
    with monkeypatch.context() as busy:
        busy.setattr(Path, "rename", always_read_in_between)
        with pytest.raises(OSError, match="not empty"):
            kept(file, tmp_path, again=True)
    pd.testing.assert_frame_equal(read_added(place_of(tmp_path, "areas")).regions, first.regions)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("then", ["newer", "back", "gone"])
def test_a_reader_that_comes_too_late_to_put_right_takes_what_is_there(
    then: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(saved(frame(THREE), tmp_path), tmp_path)
    place = place_of(tmp_path, "areas")
    newer = kept(saved(frame(THREE[:2]), tmp_path), tmp_path / "other")
    retired = place.with_name(".areas.12345678.retired")
    place.rename(retired)
    rename = Path.rename

    def too_late(moved: Path, to: Path) -> Path:
        monkeypatch.setattr(Path, "rename", rename)
        if then == "back":
            retired.rename(place)
        else:
            shutil.copytree(place_of(tmp_path / "other", "areas"), place)
        if then == "gone":
            shutil.rmtree(retired)
        return rename(moved, to)

    monkeypatch.setattr(Path, "rename", too_late)
    read = read_added(place).regions
    assert len(read) == (3 if then == "back" else len(newer.regions))


def test_a_folder_that_goes_while_it_is_looked_at_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(saved(frame(THREE), tmp_path), tmp_path)
    for left in (".areas.00000000.partial", ".areas.00000000.retired"):
        (tmp_path / "regions" / left).mkdir()
    glob = Path.glob

    def gone_by_then(folder: Path, pattern: str) -> list[Path]:
        found = list(glob(folder, pattern))
        for left in found:
            if left.name.endswith((".partial", ".retired")) and pattern != ".*.*":
                left.rmdir()
        return found

    monkeypatch.setattr(Path, "glob", gone_by_then)
    assert added_names(tmp_path) == ["areas"]


def test_regions_that_were_replaced_do_not_come_back(tmp_path: Path) -> None:
    kept(saved(frame(THREE), tmp_path), tmp_path)
    place = place_of(tmp_path, "areas")
    shutil.copytree(place, place.with_name(".areas.12345678.retired"))
    kept(saved(frame(THREE[:2]), tmp_path), tmp_path, again=True)
    assert len(read_added(place).regions) == 2
    assert left_behind(tmp_path) == []


def test_changed_damaged_and_absent_regions_are_told(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"'areas' are not among those added to .* \(none\); add them with"):
        read_added(place_of(tmp_path, "areas"))
    kept(saved(frame(THREE), tmp_path), tmp_path)
    place = place_of(tmp_path, "areas")
    with (place / TABLE_FILE).open("ab") as table:
        table.write(b" ")
    with pytest.raises(StudyError, match="was changed or damaged since they were added on 2026-11-26"):
        read_added(place)
    (place / RECORD_FILE).write_text(json.dumps({"on": "2026-11-26"}), encoding="utf-8")
    with pytest.raises(StudyError, match=r"regions\.json is damaged"):
        read_added(place)
    assert added_names(tmp_path) == ["areas"]
    assert remove(tmp_path, "areas") == place
    assert added_names(tmp_path) == []
    for name in ("areas", "../regions", ""):
        with pytest.raises(StudyError, match="are not among those added"):
            remove(tmp_path, name)


def test_regions_get_the_name_said_or_that_of_their_file() -> None:
    assert name_for(None, Path("Health Service-Areas 2021.gpkg")) == "health_service_areas"
    assert name_for("hrr_2020", Path("x.shp")) == "hrr_2020"
    for said in ("county", "zcta", "tract", "nuts3", "HSA", "9x", "a-b", ""):
        with pytest.raises(StudyError, match="--as"):
            name_for(said, Path("x.shp"))
    with pytest.raises(StudyError, match="is no name for regions"):
        name_for(None, Path("2021.shp"))


UNREADABLE = {
    "absent.gpkg": (None, "does not exist"),
    "table.csv": (b"a,b\n", "is of no form that can be read"),
    "half.geojson": (b'{"type": "FeatureCollection", "features": [{"ty', "cannot be opened as polygons"),
    "half.gpkg": (b"SQLite format 3\x00 and no more", "cannot be opened as polygons"),
    "half.parquet": (b"PAR1 and no more", "cannot be opened as polygons"),
    "none.zip": (b"PK and no more", "cannot be opened as polygons"),
    "text.shp": (b"hello", "cannot be opened as polygons"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_opened_is_one_sentence(name: str, tmp_path: Path) -> None:
    content, expected = UNREADABLE[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(StudyError, match=expected) as fault:
        kept(tmp_path / name, tmp_path)
    assert name in str(fault.value)
    assert "\n" not in str(fault.value)


def test_where_there_are_several_layers_or_files_one_must_be_named(tmp_path: Path) -> None:
    file = tmp_path / "areas.gpkg"
    frame(THREE).to_file(file, layer="service_areas")
    frame(THREE[:2]).to_file(file, layer="districts")
    with pytest.raises(StudyError, match="2 layers with outlines: 'service_areas', 'districts'; say which"):
        kept(file, tmp_path)
    with pytest.raises(StudyError, match=r"no layer 'district' .* did you mean 'districts'\?"):
        kept(file, tmp_path, layer="district")
    assert len(kept(file, tmp_path, layer="districts").regions) == 2
    saved(frame(THREE), tmp_path, "areas.parquet")
    with pytest.raises(StudyError, match="a Parquet file, which has no layers"):
        kept(tmp_path / "areas.parquet", tmp_path, layer="districts", again=True)
    with pytest.raises(StudyError, match=r"folder with 2 files of polygons: 'areas\.gpkg', 'areas\.parquet'"):
        kept(tmp_path, tmp_path, again=True)


def test_plain_parquet_has_outlines_but_no_coordinate_system(tmp_path: Path) -> None:
    regions = frame(THREE)
    for number, shapes in enumerate((regions.to_wkb(), regions.to_wkt())):
        file = tmp_path / f"plain{number}.parquet"
        pd.DataFrame(shapes).to_parquet(file)
        told = Columns("CODE", population="PEOPLE", crs=CRS.from_epsg(4326))
        assert len(kept(file, tmp_path, told, again=True).regions) == 3
        with pytest.raises(UnsoundError, match="no coordinate system is known"):
            kept(file, tmp_path, again=True)
    pd.DataFrame(regions.drop(columns="geometry")).to_parquet(tmp_path / "bare.parquet")
    with pytest.raises(StudyError, match="is Parquet without outlines"):
        kept(tmp_path / "bare.parquet", tmp_path, again=True)
