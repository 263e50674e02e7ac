"""Tables of the American Community Survey: shares of the right cells, and margins as the Bureau puts them together."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.promise import TableError
from analysis.regions.catalog import CATALOG, entry_of
from analysis.regions.readers import _stream, read_published
from analysis.regions.readers._acs import TABLES

SIZES = {"B28002": 13, "B08201": 30, "B08303": 13, "B18105": 33, "B27001": 57, "C17002": 8, "B16005": 45}
"""How many cells each table has."""

COUNTY, TRACT, ZCTA = "0500000US01001", "1400000US01001020100", "860Z200US00601"
Cells = Mapping[int, tuple[object, object]]


def line(table: str, geo: str, cells: Cells) -> str:
    """Return a row whose other cells are 0 with a margin of 11."""
    told = [part for cell in range(1, SIZES[table] + 1) for part in cells.get(cell, (0, 11))]
    return "|".join(map(str, [geo, *told])) + "\n"


def head(table: str) -> str:
    return "GEO_ID|" + "|".join(f"{table}_{k}{n:03}" for n in range(1, SIZES[table] + 1) for k in "EM") + "\n"


def saved(folder: Path, table: str, *lines: str) -> Path:
    file = folder / f"acsdt5y2023-{table.lower()}.dat"
    file.write_text(head(table) + "".join(lines), encoding="utf-8")
    return file


def only(folder: Path, table: str, cells: Cells) -> pd.Series:
    """Return what is read of one county."""
    return read_published("acs_table", saved(folder, table, line(table, COUNTY, cells)), 1).table.iloc[0]


def test_a_share_and_its_margin_worked_out(tmp_path: Path) -> None:
    # households 1,000 +- 50, without a subscription 30 +- 12 and without access 170 +- 16
    told = only(tmp_path, "B28002", {1: (1000, 50), 2: (800, 40), 12: (30, 12), 13: (170, 16)})
    assert told.universe == 1000
    assert told.no_internet_share == pytest.approx(0.2)  # (30 + 170) / 1,000, as 1 - 800 / 1,000
    # of the sum: root of 12^2 + 16^2 = 20; of the share: root of (20^2 - (.2 * 50)^2) / 1,000 = root of 300 / 1,000
    assert told.no_internet_share_margin == pytest.approx(math.sqrt(300) / 1000)


def test_below_the_root_less_than_nothing_is_a_ratio_s_margin(tmp_path: Path) -> None:
    # 14^2 - (.8 * 60)^2 = 196 - 2,304 < 0, so root of (196 + 2,304) / 100 = 50 / 100
    told = only(tmp_path, "B08201", {1: (100, 60), 2: (80, 14)})
    assert (told.no_vehicle_share, told.no_vehicle_share_margin) == pytest.approx((0.8, 0.5))
    # all of them, each with the same margin: 14^2 - (1 * 14)^2 = 0 would claim to be sure; root of 2 * 14^2 / 100
    told = only(tmp_path, "B08201", {1: (100, 14), 2: (100, 14)})
    assert (told.no_vehicle_share, told.no_vehicle_share_margin) == pytest.approx((1.0, 14 * math.sqrt(2) / 100))


def test_of_several_zeros_only_the_largest_margin_counts(tmp_path: Path) -> None:
    # 84^2 + 13^2 = 85^2; the other zero's 11 is left out; the whole is controlled, so its margin is 0
    told = only(tmp_path, "B08303", {1: (1000, -555555555), 11: (0, 11), 12: (250, 84), 13: (0, 13)})
    assert (told.long_commute_share, told.long_commute_share_margin) == pytest.approx((0.25, 0.085))


@pytest.mark.parametrize("table", SIZES)
def test_the_cells_of_a_table_and_no_others_make_its_share(table: str, tmp_path: Path) -> None:
    share, cells = TABLES[table].share, TABLES[table].cells
    others = {cell: (1000, 11) for cell in range(2, SIZES[table] + 1) if cell not in cells}
    told = only(tmp_path, table, others | {1: (1000, 11)})
    assert told[share] == 0.0
    for cell in cells:
        assert only(tmp_path, table, others | {1: (1000, 11), cell: (250, 11)})[share] == pytest.approx(0.25)
    assert set(told.index) == {"level", "region_id", "universe", share, f"{share}_margin"}


def test_every_table_of_the_catalogue_can_be_read() -> None:
    entries = {file.stem: entry_of(file) for file in CATALOG.glob("acs_*.toml")}
    assert {name.split("_")[1].upper() for name in entries} == set(TABLES) == set(SIZES)
    for name, entry in entries.items():
        assert entry["reader"] == "acs_table"
        table = name.split("_")[1].upper()
        assert entry["columns"][1:] == [
            f"{table}_{kind}{cell:03}" for cell in (1, *TABLES[table].cells) for kind in "EM"
        ]


def test_three_levels_are_kept_and_the_others_passed_over(tmp_path: Path) -> None:
    ids = ["0100000US", "0400000US01", COUNTY, "05000H0US01001", TRACT, "1500000US010010201001", ZCTA, "310M700US12345"]
    lines = [line("C17002", geo, {1: (100 + place, 9), 2: (25, 9)}) for place, geo in enumerate(ids)]
    given_ = read_published("acs_table", saved(tmp_path, "C17002", *lines), len(ids))
    table = given_.table
    assert (given_.vintage, given_.rows) == ("acs_2023", len(ids))
    assert table.level.tolist() == ["county", "tract", "zcta"]
    assert table.region_id.tolist() == ["01001", "01001020100", "00601"]
    assert table.universe.tolist() == [102, 104, 106]
    assert table.region_id.dtype == table.level.dtype == "str"


@pytest.mark.parametrize(
    ("cells", "universe", "share", "margin"),
    [
        ({1: (100, 9), 2: (25, 9)}, False, False, False),
        ({1: (0, 11), 2: (0, 11)}, False, True, True),  # nobody lives there
        ({1: (100, 9), 2: (-666666666, -222222222)}, False, True, True),
        ({1: (-999999999, -999999999), 2: (25, 9)}, True, True, True),
        ({1: (100, 9), 2: ("", "")}, False, True, True),
        ({1: (100, 9), 2: (25, -222222222)}, False, False, True),
        ({1: (100, -333333333), 2: (25, 9)}, False, False, True),
        ({1: (100, -555555555), 2: (25, 9)}, False, False, False),
    ],
)
def test_what_was_not_made_is_missing_and_never_0(
    cells: Cells, universe: bool, share: bool, margin: bool, tmp_path: Path
) -> None:
    told = only(tmp_path, "B08201", cells)
    missing = [pd.isna(told[name]) for name in ("universe", "no_vehicle_share", "no_vehicle_share_margin")]
    assert missing == [universe, share, margin]


def slow_margin(parts: Sequence[tuple[int, int]], whole: tuple[int, int]) -> float:
    """Return a share's margin, cell by cell."""
    squares = sum(margin**2 for estimate, margin in parts if estimate)
    squares += max((margin**2 for estimate, margin in parts if not estimate), default=0)
    share = sum(estimate for estimate, _ in parts) / whole[0]
    less = squares - share**2 * whole[1] ** 2
    return math.sqrt(less if less > 0 else squares + share**2 * whole[1] ** 2) / whole[0]


_NUMBER = st.integers(0, 5000)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(st.tuples(st.sampled_from([0, 1, 40, 900]), _NUMBER), min_size=16, max_size=16),
    more=_NUMBER,
    whole_margin=_NUMBER,
)
def test_margins_are_those_of_a_slow_way(
    parts: list[tuple[int, int]], more: int, whole_margin: int, tmp_path: Path
) -> None:
    whole = (sum(estimate for estimate, _ in parts) + more + 1, whole_margin)
    told = only(tmp_path, "B16005", dict(zip(TABLES["B16005"].cells, parts, strict=True)) | {1: whole})
    assert told.limited_english_share == pytest.approx(sum(estimate for estimate, _ in parts) / whole[0])
    # the slow way takes squares of squares' roots, which differ in the last digits
    assert told.limited_english_share_margin == pytest.approx(slow_margin(parts, whole), rel=1e-6, abs=1e-9)


def test_how_a_file_is_divided_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line("C17002", f"1400000US{number:011}", {1: (100, 9), 2: (number, 5)}) for number in range(60)]
    lines += [line("C17002", f"1500000US{number:012}", {}) for number in range(60)]
    file = saved(tmp_path, "C17002", *lines[::2], *lines[1::2])
    whole = read_published("acs_table", file, 120)
    file.with_name("broken.dat").write_bytes(file.read_bytes().replace(b"|50|", b"|fifty|", 1))
    monkeypatch.setattr(_stream, "_BLOCK", 300)
    parted = read_published("acs_table", file, 120)
    pd.testing.assert_frame_equal(parted.table, whole.table)
    with pytest.raises(
        TableError, match=r"row 27: C17002_E002 is 'fifty'"
    ):  # the 26th of every other line, and the head
        read_published("acs_table", file.with_name("broken.dat"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(part=st.floats(0, 1, exclude_max=True))
def test_a_table_cut_anywhere_is_refused(part: float, tmp_path: Path) -> None:
    lines = [line("C17002", geo, {1: (100, 9), 2: (25, 9)}) for geo in (COUNTY, TRACT)]
    content = saved(tmp_path, "C17002", *lines).read_bytes().rstrip(b"\n")
    file = tmp_path / "cut.dat"
    file.write_bytes(content[: round(part * len(content))])
    with pytest.raises(TableError, match=r"cut\.dat") as told:
        read_published("acs_table", file, 2)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("C17002", "B01003", "is table B01003; expected one of B28002, "),
        ("GEO_ID", "GEOID", "lacks column GEO_ID"),
        ("C17002_M005", "C17002_M999", "lacks column C17002_M005"),
        (COUNTY, "0500000US0100", "row 2: GEO_ID is '0500000US0100'.*as many digits after US as the level has"),
        (COUNTY, "0500000US0100A", "row 2: GEO_ID is '0500000US0100A'"),
        (COUNTY, "", "expected 17|cannot be read"),
        (COUNTY, "0100000US", "no GEO_ID is of the form"),
        (
            "|100|9|",
            "|24|9|",
            "GEO_ID '0500000US01001': the cells of below_150_poverty_share add up to more than C17002_E0",
        ),
        ("|25|9|", "|-25|9|", "row 2: C17002_E002 is '-25'"),
        ("|25|9|", "|25|-9|", "row 2: C17002_M002 is '-9'"),
        ("|25|9|", "|25|", "row 2: 16 cells, expected 17 of a table of the American Community Survey"),
        ("|25|9|", "|25|9|9|", "row 2: 18 cells, expected 17"),
    ],
)
def test_a_wrong_file_is_one_sentence(old: str, new: str, words: str, tmp_path: Path) -> None:
    text = head("C17002") + line("C17002", COUNTY, {1: (100, 9), 2: (25, 9)})
    assert old in text
    file = tmp_path / "acs.dat"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(TableError, match=words) as told:
        read_published("acs_table", file)
    assert "\n" not in str(told.value)


def test_a_place_twice_or_an_empty_line_is_refused(tmp_path: Path) -> None:
    row = line("C17002", COUNTY, {1: (100, 9)})
    with pytest.raises(TableError, match="level 'county', region_id '01001' appears more than once"):
        read_published("acs_table", saved(tmp_path, "C17002", row, row))
    with pytest.raises(TableError, match="row 3: 0 cells, expected 17"):
        read_published("acs_table", saved(tmp_path, "C17002", row, "\n", row))
    with pytest.raises(TableError, match="has a head but no rows"):
        read_published("acs_table", saved(tmp_path, "C17002"))
