"""A user's regions: what is sound is kept as it is, every fault is told at once, and whatever fails changes nothing."""

import datetime as dt
import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS
from shapely.geometry import GeometryCollection, LineString, Point, Polygon, box

from analysis.regions import added
from analysis.regions.added import (
    RECORD_FILE,
    TABLE_FILE,
    AddedRegions,
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

DAY = dt.date(2026, 11, 26)
BOW_TIE = Polygon([(-100, 40), (-99, 41), (-99, 40), (-100, 41)])
THREE = [box(-100, 40, -99, 41), box(-99, 40, -98, 41), box(-98, 40, -97, 41)]
ALL_COLUMNS = Columns("CODE", name="LABEL", state="STATE", population="PEOPLE")
Shapes = list[Any]


def frame(shapes: Shapes, crs: int | None = 4326, **columns: list[Any]) -> gpd.GeoDataFrame:
    """Return invented areas, with codes, labels, a state and people unless others are given."""
    codes = [f"{number:02}" for number in range(1, len(shapes) + 1)]
    told = {
        "CODE": codes,
        "LABEL": [f"Area {code}" for code in codes],
        "STATE": ["NE"] * len(codes),
        "PEOPLE": list(range(10, 10 * len(codes) + 10, 10)),
    }
    return gpd.GeoDataFrame(told | columns, geometry=shapes, crs=crs)


def saved(regions: gpd.GeoDataFrame, folder: Path, name: str = "areas.gpkg") -> Path:
    """Write a file of regions in the form its name says."""
    file = folder / name
    if file.suffix == ".parquet":
        regions.to_parquet(file)
    elif file.suffix == ".zip":
        regions.to_file(folder / "areas.shp")
        with zipfile.ZipFile(file, "w") as archive:
            for part in sorted(folder.glob("areas.*")):
                if part != file:
                    archive.write(part, f"unpacked/{part.name}")
    else:
        regions.to_file(file)
    return file


def kept(file: Path, work: Path, columns: Columns = ALL_COLUMNS, **more: Any) -> AddedRegions:  # noqa: ANN401
    return add(Addition(file, "areas", columns, **more), work, DAY, lambda _: None)


def faults(
    regions: gpd.GeoDataFrame, work: Path, columns: Columns = ALL_COLUMNS, name: str = "areas.gpkg"
) -> list[str]:
    """Return what is wrong with regions, once sure that nothing was written."""
    with pytest.raises(UnsoundError) as unsound:
        kept(saved(regions, work, name), work, columns)
    assert not (work / "regions").exists()
    assert all("\n" not in fault and fault.startswith(f"{name}: ") for fault in unsound.value.faults)
    return [fault.removeprefix(f"{name}: ") for fault in unsound.value.faults]


def notes(done: AddedRegions) -> str:
    return " ".join(done.provenance["notes"])


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


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    regions = frame(
        [BOW_TIE, box(-99.5, 40, -98, 41), Point(-90, 40), None, THREE[2]],
        crs=None,
        CODE=["01", "01", None, "04", "05"],
        PEOPLE=["12", "-3", "many", "", "inf"],
    )
    said = faults(regions, tmp_path, Columns("CODE", name="LABLE", population="PEOPLE"), "areas.parquet")
    expected = [
        "no column 'LABLE' (--name); found 'CODE', 'LABEL', 'STATE', 'PEOPLE'; did you mean 'LABEL'?",
        "column 'CODE' has no id in row 3",
        "column 'CODE' has ids twice: '01'",
        "column 'PEOPLE' is missing in '04'",
        "column 'PEOPLE' is not a number ('many') in row 3, '05'",
        "column 'PEOPLE' is below zero ('-3') in '01'",
        "no outline in '04'",
        "no polygons but 1 Point, in row 3",
        "the coordinates, from -100, 40 to -97, 41, look like longitude and latitude, which is not assumed",
        "cross themselves or are wrongly nested in '01', and mending changes the area of '01' by 100.0%",
        "overlap by more than 0.1% of the smaller one (pairs: 1): '01' and '01' by 50.0%",
    ]
    assert len(said) == len(expected), said
    for sentence, part in zip(said, expected, strict=True):
        assert part in sentence


def test_numbers_with_fractions_are_no_ids(tmp_path: Path) -> None:
    (said,) = faults(frame(THREE, CODE=[1.5, 2, 3]), tmp_path, Columns("CODE", population="PEOPLE"))
    assert "ids of column 'CODE' are numbers such as 1.5" in said


LENGTHS = {None: "2 of 3 are shorter than the others (5 digits)", 4: "have up to 5 digits, more than --id-digits 4"}


@pytest.mark.parametrize("digits", LENGTHS)
def test_ids_that_were_read_as_numbers_have_lost_zeros(digits: int | None, tmp_path: Path) -> None:
    regions = frame(THREE, CODE=[1001, 1003, 30001])
    (said,) = faults(regions, tmp_path, Columns("CODE", population="PEOPLE", id_digits=digits))
    assert LENGTHS[digits] in said


def test_zeros_are_put_back_where_the_user_says_how_long_ids_are(tmp_path: Path) -> None:
    file = saved(frame(THREE, CODE=[1001, 1003, 30001]), tmp_path)
    five = kept(file, tmp_path, Columns("CODE", population="PEOPLE", id_digits=5))
    assert five.regions.region_id.tolist() == ["01001", "01003", "30001"]
    one = kept(file, tmp_path, Columns("CODE", population="PEOPLE", id_digits=1), again=True)
    assert one.regions.region_id.tolist() == ["1001", "1003", "30001"]


def test_digits_of_different_length_are_asked_about(tmp_path: Path) -> None:
    done = kept(saved(frame(THREE, CODE=["1001", "1003", "30001"]), tmp_path), tmp_path)
    assert "2 of 3 ids are shorter than the others" in notes(done)


SHIFTED = [shapely.transform(shape, lambda points: points[:, ::-1]) for shape in THREE]
RANGES = {
    "swapped": (frame(SHIFTED), "(latitude and longitude look swapped)"),
    "metres": (frame(THREE).to_crs(5070).set_crs(4326, allow_override=True), "(they look like metres)"),
    "east": (frame([box(170, 60, 190, 61)]), "(longitudes go beyond 180: cut the outlines at the 180th meridian)"),
    "degrees": (frame(THREE).set_crs(5070, allow_override=True), "coordinates look like degrees, but EPSG:5070 is in"),
    "nowhere": (frame([box(5e7, 5e7, 6e7, 6e7)], crs=3035), "are outside of where EPSG:3035 can be used"),
}


@pytest.mark.parametrize("kind", RANGES)
def test_coordinates_that_are_none_are_told_with_what_they_look_like(kind: str, tmp_path: Path) -> None:
    regions, expected = RANGES[kind]
    said = faults(regions, tmp_path, name="areas.parquet")
    assert expected in said[0]


def test_the_user_may_say_the_coordinate_system(tmp_path: Path) -> None:
    albers = frame(THREE).to_crs(5070)
    told = Columns("CODE", population="PEOPLE", crs=CRS.from_epsg(5070))
    unknown = kept(saved(albers.set_crs(None, allow_override=True), tmp_path, "areas.parquet"), tmp_path, told)
    known = kept(saved(albers, tmp_path), tmp_path, Columns("CODE", population="PEOPLE"), again=True)
    pd.testing.assert_frame_equal(unknown.regions, known.regions)
    assert (unknown.provenance["crs"], unknown.provenance["crs_from"]) == ("EPSG:5070", "--crs")
    wrong = albers.set_crs(4326, allow_override=True)
    mended = kept(saved(wrong, tmp_path, "wrong.geojson"), tmp_path, told, again=True)
    assert "says that it is in EPSG:4326; EPSG:5070 of --crs is used instead" in notes(mended)
    assert mended.regions.geometry.geom_equals_exact(known.regions.geometry, 1e-6).all()


def test_an_outline_that_mending_hardly_changes_is_mended_and_told(tmp_path: Path) -> None:
    spike = Polygon(
        [(-100, 40), (-99, 40), (-99, 41), (-99.999, 41), (-100.0005, 41.0003), (-100.0005, 41), (-99.999, 41.0003)]
    )
    assert not spike.is_valid
    done = kept(saved(frame([spike, THREE[2]]), tmp_path), tmp_path)
    assert done.regions.geometry.is_valid.all()
    assert "invalid outlines were mended: '01'" in notes(done)


def test_lines_beside_polygons_are_left_out_and_told(tmp_path: Path) -> None:
    mixed = GeometryCollection([THREE[0], LineString([(-100, 40), (-101, 42)])])
    done = kept(saved(frame([mixed, *THREE[1:]]), tmp_path, "areas.parquet"), tmp_path)
    assert set(done.regions.geom_type) <= {"Polygon", "MultiPolygon"}
    assert "lines and points of '01' were left out" in notes(done)


def test_overlaps_are_slivers_up_to_a_thousandth_and_faults_above(tmp_path: Path) -> None:
    (said,) = faults(frame([box(-100, 40, -98.998, 41), *THREE[1:]]), tmp_path)
    assert "(pairs: 1): '01' and '02' by 0.2%" in said
    sliver = frame([box(-100, 40, -98.9995, 41), *THREE[1:]])
    assert not notes(kept(saved(sliver, tmp_path), tmp_path))


def test_a_border_drawn_with_fewer_points_on_one_side_is_no_overlap(tmp_path: Path) -> None:
    # straight in the plane it was drawn in, it bends in any other: here it would make a sliver of 70 km2
    north = Polygon([(100, 40), (98, 42), (100, 42)])
    south = Polygon([(100, 40), (99, 41), (98, 42), (98, 40)])
    metres = [shapely.transform(one, lambda points: (points - [99, 41]) * 1e5) for one in (north, south)]
    for crs, shapes in ((4326, [north, south]), (5070, metres)):
        done = kept(saved(frame(shapes, crs=crs), tmp_path), tmp_path, again=True)
        assert not notes(done)


RING = [box(-100 + x, 40 + y, -99 + x, 41 + y) for x in range(3) for y in range(3) if (x, y) != (1, 1)]


def test_a_gap_enclosed_by_regions_is_told_with_its_place_or_refused(tmp_path: Path) -> None:
    said = "gaps enclosed by regions (1, together 9,273.3 km2) belong to none: 9,273.3 km2 at latitude 41.5"
    strict = Columns("CODE", population="PEOPLE", strict=True)
    assert said in faults(frame(RING), tmp_path, strict)[0]
    assert said in notes(kept(saved(frame(RING), tmp_path), tmp_path))
    lake = [box(-100, 40, -97, 43).difference(box(-99, 41, -98, 42))]
    assert said in notes(kept(saved(frame(lake), tmp_path), tmp_path, again=True))
    island = [*RING, box(-99, 41, -98, 42)]
    assert not notes(kept(saved(frame(island), tmp_path), tmp_path, strict, again=True))


@pytest.mark.parametrize("crs", [4326, 3338])
def test_regions_across_the_180th_meridian_are_cut_there(crs: int, tmp_path: Path) -> None:
    corners = gpd.GeoSeries([Point(*place) for place in [(178, 51), (-178, 51), (-178, 53), (178, 53)]], crs=4326)
    across = Polygon(list(corners.to_crs(crs)))
    done = kept(saved(frame([across], crs=crs), tmp_path), tmp_path)
    (outline,) = done.regions.geometry
    west, east = sorted(shapely.get_parts(outline), key=lambda part: float(part.bounds[0]))
    assert (west.bounds[0], east.bounds[2]) == (-180, 180)
    assert outline.area == pytest.approx(8, abs=0.3)


@pytest.mark.parametrize(
    ("people", "expected"), [([0, 0, 0], "add up to 0"), ([1, 2, -9999], "is below zero ('-9999') in '03'")]
)
def test_people_must_be_people(people: list[int], expected: str, tmp_path: Path) -> None:
    (said,) = faults(frame(THREE, PEOPLE=people), tmp_path)
    assert expected in said


def test_people_with_fractions_are_rounded_and_keep_their_sum(tmp_path: Path) -> None:
    done = kept(saved(frame(THREE, PEOPLE=[1.4, 1.4, 1.2]), tmp_path), tmp_path)
    assert done.regions.population.tolist() == [2, 1, 1]
    assert "fractions were rounded" in notes(done)


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
    pd.testing.assert_frame_equal(read_added(place_of(tmp_path, "areas")).regions, first.regions)
    assert [place.name for place in (tmp_path / "regions").iterdir()] == ["areas"]


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


@pytest.mark.real
def test_eurostats_outlines_leave_countries_out_and_overlap_once(real_data: Path, tmp_path: Path) -> None:
    file = real_data / "eu" / "NUTS_RG_60M_2021_4326_LEVL_3.geojson"
    with pytest.raises(UnsoundError) as unsound:
        kept(file, tmp_path, Columns("NUTS_ID", name="NUTS_NAME"))
    (overlap,) = unsound.value.faults
    assert "(pairs: 1): 'BE323' and 'BE32C' by 0.2%" in overlap
    assert "gaps enclosed by regions (7, together" in unsound.value.notes[0]  # Bosnia and Herzegovina is the largest
    assert "at latitude 43.8" in unsound.value.notes[0]
