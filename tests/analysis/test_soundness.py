"""A file of regions is sound or every fault of it is told at once, in the words of who has to mend it."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from areas_brought import THREE, faults, frame, kept, notes, saved
from pyproj import CRS
from shapely.geometry import GeometryCollection, LineString, Point, Polygon, box

from analysis.regions.findings import UnsoundError
from analysis.regions.soundness import Columns

BOW_TIE = Polygon([(-100, 40), (-99, 41), (-99, 40), (-100, 41)])


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
        "overlap by more than 1% of the smaller one (pairs: 1): '01' and '01' by 50.0%",
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


def test_overlaps_are_slivers_up_to_a_thousandth_told_above_and_faults_above_a_hundredth(tmp_path: Path) -> None:
    (said,) = faults(frame([box(-100, 40, -98.98, 41), *THREE[1:]]), tmp_path)
    assert "(pairs: 1): '01' and '02' by 2.0%" in said
    small = kept(saved(frame([box(-100, 40, -98.998, 41), *THREE[1:]]), tmp_path), tmp_path)
    assert "(pairs: 1): '01' and '02' by 0.2%" in notes(small)
    assert "counts in the one whose id comes first" in notes(small)
    sliver = frame([box(-100, 40, -98.9995, 41), *THREE[1:]])
    assert not notes(kept(saved(sliver, tmp_path), tmp_path, again=True))


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


@pytest.mark.real
def test_eurostats_outlines_leave_countries_out_and_overlap_once(real_data: Path, tmp_path: Path) -> None:
    file = real_data / "eu" / "NUTS_RG_60M_2021_4326_LEVL_3.geojson"
    with pytest.raises(UnsoundError, match="nobody of bundle_counties") as unsound:  # the bundle is American
        kept(file, tmp_path, Columns("NUTS_ID", name="NUTS_NAME"))
    overlap, gaps = unsound.value.notes[:2]
    assert "(pairs: 1): 'BE323' and 'BE32C' by 0.2%" in overlap
    assert "gaps enclosed by regions (7, together" in gaps  # Bosnia and Herzegovina is the largest
    assert "at latitude 43.8" in gaps
