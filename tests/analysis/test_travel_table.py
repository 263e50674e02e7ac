"""Minutes from a user's table: equal to looking every pair up, whatever its layout; what is unknown is told."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.access import sorted_minutes
from analysis.access.decay import step
from analysis.access.engine import Resources, weights_by
from analysis.access.minutes_file import MinutesFile
from analysis.access.travel import GreatCircle
from analysis.access.travel_table import TravelTable, read_travel_table
from analysis.promise import TableError
from analysis.sphere import unit_sphere
from analysis.travel_choice import MinutesColumns, Unknown

ORIGINS = ["01001", "01003", "02005"]
SITES = ["a", "b", "c", "d"]
TOLD = {("01001", "a"): 5.0, ("01001", "b"): 0.0, ("01003", "c"): 30.0, ("02005", "a"): 61.5, ("02005", "d"): 7.25}


def write(
    place: Path, told: dict[tuple[str, str], float | None], names: tuple[str, str, str], scale: float = 1
) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    minutes = pa.array([None if value is None else value * scale for value in told.values()], pa.float64())
    ends = [pa.array([pair[end] for pair in told], pa.string()) for end in (0, 1)]
    pq.write_table(pa.table(dict(zip(names, (*ends, minutes), strict=True))), place)
    return place


OPENTIMES = ("origin_id", "destination_id", "duration_sec")
R5 = ("from_id", "to_id", "travel_time_p50")


def engine_of(place: Path, origins: list[str] = ORIGINS, sites: list[str] = SITES, **how: Any) -> TravelTable:  # noqa: ANN401
    return read_travel_table(MinutesFile(place), origins, sites, **how)


def found(engine: TravelTable, limit: list[float]) -> dict[tuple[str, str], float]:
    pairs = engine.pairs(np.array(limit))
    assert list(zip(pairs.origin, pairs.site, strict=True)) == sorted(zip(pairs.origin, pairs.site, strict=True))
    return {(ORIGINS[o], SITES[s]): m for o, s, m in zip(pairs.origin, pairs.site, pairs.minutes.tolist(), strict=True)}


def estimate(origins: int = 3, sites: int = 4) -> GreatCircle:
    """Return points a tenth of a degree (11.1 km) apart: origins on a meridian, sites on the same one."""
    north = np.arange(max(origins, sites)) / 10
    points = unit_sphere(north, np.zeros(len(north)))
    return GreatCircle(points[:origins], points[:sites], np.full(origins, 1.0), 1.4, 2.0)


@pytest.mark.parametrize("layout", ["opentimes", "r5r", "r5py", "named", "partitioned"])
def test_every_layout_gives_the_same_pairs(layout: str, tmp_path: Path) -> None:
    place, columns = tmp_path / "minutes.parquet", None
    if layout == "opentimes":
        write(place, TOLD, OPENTIMES, 60)
    elif layout == "r5r":
        write(place, TOLD, R5)
    elif layout == "r5py":
        write(place, TOLD, ("from_id", "to_id", "travel_time"))
    elif layout == "named":
        write(place, TOLD, ('home "x"', "to", "time in s"), 60)
        columns = MinutesColumns(origin='home "x"', destination="to", seconds="time in s")
    else:
        place = tmp_path / "times"
        for state in ("01", "02"):
            part = {pair: minutes for pair, minutes in TOLD.items() if pair[0].startswith(state)}
            below = place / "mode=car" / "year=2024" / f"state={state}"
            write(below / f"times-{state}-0.parquet", part, OPENTIMES, 60)
    engine = read_travel_table(MinutesFile(place, columns), ORIGINS, SITES)
    assert found(engine, [60.0, 60.0, 60.0]) == {pair: minutes for pair, minutes in TOLD.items() if minutes <= 60}
    assert found(engine, [4.0, 30.0, 61.5]) == {
        ("01001", "b"): 0.0, ("01003", "c"): 30.0, ("02005", "a"): 61.5, ("02005", "d"): 7.25,
    }  # fmt: skip
    assert engine.nearest(np.array([0])).tolist() == [5.0, np.inf, 61.5]
    assert engine.nearest(np.array([0, 3])).tolist() == [5.0, np.inf, 7.25]
    assert np.isinf(engine.nearest(np.array([], dtype=np.int64))).all()


pairs = st.dictionaries(
    st.tuples(st.sampled_from(ORIGINS), st.sampled_from("pqrs")), st.floats(0, 200, allow_subnormal=False)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=pairs,
    units=st.lists(st.sampled_from("pqrs"), min_size=1, max_size=6),
    limit=st.lists(st.floats(0, 200), min_size=3, max_size=3),
    rules=st.tuples(*(st.sampled_from(["estimate", "unreachable"]),) * 2),
)
def test_equal_to_looking_every_pair_up(
    told: dict[tuple[str, str], float],
    units: list[str],
    limit: list[float],
    rules: tuple[Unknown, Unknown],
    tmp_path: Path,
) -> None:
    file = write(tmp_path / "minutes.parquet", told, R5)
    beside = estimate(3, len(units))
    known = {end for pair in told for end in pair}
    how: dict[str, Any] = {"unknown_origins": rules[0], "unknown_sites": rules[1]}
    if not known & set(ORIGINS) or not known & set(units):
        with pytest.raises(TableError, match=r"does not know (3 of 3 origins|\d of \d sites)"):
            read_travel_table(MinutesFile(file), ORIGINS, units, beside, **how)
        return
    engine = read_travel_table(MinutesFile(file), ORIGINS, units, beside, **how)
    near = beside.pairs(np.array(limit))
    estimated = {(o, s): m for o, s, m in zip(near.origin, near.site, near.minutes, strict=True)}
    expected = {}
    for o, origin in enumerate(ORIGINS):
        for s, unit in enumerate(units):
            if origin not in known or unit not in known:
                lacking = {rule for rule, end in zip(rules, (origin, unit), strict=True) if end not in known}
                if "unreachable" not in lacking and (o, s) in estimated:
                    expected[o, s] = estimated[o, s]
            elif told.get((origin, unit), np.inf) <= limit[o]:
                expected[o, s] = told[origin, unit]
    got = engine.pairs(np.array(limit))
    assert list(zip(got.origin, got.site, strict=True)) == sorted(expected)
    assert got.minutes.tolist() == pytest.approx([expected[pair] for pair in sorted(expected)], rel=1e-12)
    pieces = list(engine.chunks(np.array(limit)))
    assert sum(len(piece.origin) for piece in pieces) == len(expected)
    everything = engine.pairs(np.full(3, 1e9))
    least = engine.nearest(np.arange(len(units)))
    for o in range(3):
        assert least[o] == pytest.approx(everything.minutes[everything.origin == o].min(initial=np.inf), rel=1e-9)
    said = engine.provenance()
    for ends, of, rule in (("origins", ORIGINS, rules[0]), ("sites", units, rules[1])):
        lacking_ends = sum(end not in known for end in of)
        assert said[f"{ends}_estimated"] == (lacking_ends if rule == "estimate" else 0)
        assert said[f"{ends}_unreachable"] == (lacking_ends if rule == "unreachable" else 0)


def test_sites_in_one_unit_share_its_minutes(tmp_path: Path) -> None:
    file = write(tmp_path / "minutes.parquet", {("01001", "a"): 5.0, ("01003", "a"): 9.0}, R5)
    pairs = engine_of(file, ["01001", "01003"], ["a", "a"]).pairs(np.array([6.0, 10.0]))
    assert pairs.origin.tolist() == [0, 0, 1, 1]
    assert pairs.site.tolist() == [0, 1, 0, 1]
    assert pairs.minutes.tolist() == [5.0, 5.0, 9.0, 9.0]
    engine = engine_of(file, ["01001", "01003"], ["a", "a"])
    weights = weights_by(engine, np.array([6.0, 8.0]), step, 2, 1, Resources())
    assert weights.matrix.toarray().tolist() == [[1, 1], [0, 0]]


def test_ends_the_table_does_not_know_are_told_with_counts(tmp_path: Path) -> None:
    file = write(tmp_path / "minutes.parquet", TOLD, R5)
    with pytest.raises(
        TableError, match=r"does not know 2 of 5 origins \('09001', '09003'\) and does not know 1 of 5 sites"
    ):
        engine_of(file, [*ORIGINS, "09001", "09003"], [*SITES, "e"])


def test_zeros_lost_by_numeric_ids_are_named(tmp_path: Path) -> None:
    file = tmp_path / "minutes.parquet"
    pq.write_table(pa.table({"from_id": [1001, 1003], "to_id": [7, 8], "travel_time": [1.0, 2.0]}), file)
    with pytest.raises(TableError, match=r"does not know 2 of 2 origins.*its ids are numbers, which lose zeros"):
        engine_of(file, ["01001", "01003"], ["7", "8"])
    assert engine_of(file, ["1001", "1003"], ["7", "8"]).counts["pairs"] == 2


def test_unknown_ends_are_estimated_and_counted_only_if_the_study_says_so(tmp_path: Path) -> None:
    file = write(tmp_path / "minutes.parquet", {("o0", "s0"): 1.0, ("o1", "s1"): 1.0}, R5)
    ends = ["o0", "o1", "o2"], ["s0", "s1", "s2"]
    engine = engine_of(file, *ends, estimate=estimate(3, 3), unknown_origins="estimate", unknown_sites="estimate")
    # o2 and s2 are not in the table: 2 + 1.4 x 11.12 km per 0.1 degree at 1 km a minute
    pairs = engine.pairs(np.full(3, 30.0))
    step_minutes = 1.4 * 11.1195
    assert list(zip(pairs.origin.tolist(), pairs.site.tolist(), strict=True)) == [
        (0, 0),
        (1, 1),
        (1, 2),
        (2, 1),
        (2, 2),
    ]
    assert pairs.minutes == pytest.approx([1.0, 1.0, 2 + step_minutes, 2 + step_minutes, 2.0], abs=1e-3)
    assert engine.nearest(np.array([2])) == pytest.approx([2 + 2 * step_minutes, 2 + step_minutes, 2.0], abs=1e-3)
    said = engine.provenance()
    assert (said["origins_estimated"], said["sites_estimated"], said["pairs"], said["pairs_missing"]) == (1, 1, 2, 2)
    assert said["estimate"]["circuity"] == 1.4
    assert len(said["sha256"]) == 64
    assert str(tmp_path) not in str(said)


def test_a_table_cut_to_some_origins_leaves_the_others_out_of_reach_if_the_study_says_so(tmp_path: Path) -> None:
    # 09001 has no row: out of reach, where the study says that the table is cut; and so is the site e
    file = write(tmp_path / "minutes.parquet", TOLD, R5)
    ends = [*ORIGINS, "09001"], [*SITES, "e"]
    engine = engine_of(file, *ends, unknown_origins="unreachable", unknown_sites="unreachable")
    pairs = engine.pairs(np.full(4, 1e4))
    assert set(pairs.origin.tolist()) == {0, 1, 2}
    assert len(pairs.origin) == len(TOLD)
    assert np.isinf(engine.nearest(np.arange(5))[3])
    assert np.isinf(engine.nearest(np.array([4]))).all()
    said = engine.provenance()
    assert (said["origins_unreachable"], said["sites_unreachable"], said["estimate"]) == (1, 1, None)
    assert (said["origins_estimated"], said["sites_estimated"]) == (0, 0)


@pytest.mark.parametrize(
    ("rules", "expected", "silent"),
    [
        ({"unknown_origins": "unreachable"}, r"does not know 1 of 5 sites \('e'\).*say with unknown_sites", "origins"),
        ({"unknown_sites": "estimate"}, r"does not know 1 of 4 origins.*say with unknown_origins", "sites"),
        ({}, r"say with unknown_origins and unknown_sites what", "'f'"),
    ],
)
def test_each_end_is_refused_unless_the_study_says_what_it_is(
    rules: dict[str, str], expected: str, silent: str, tmp_path: Path
) -> None:
    file = write(tmp_path / "minutes.parquet", TOLD, R5)
    with pytest.raises(TableError, match=expected) as fault:
        engine_of(file, [*ORIGINS, "09001"], [*SITES, "e"], estimate=estimate(4, 5), **rules)
    assert silent not in str(fault.value)


@pytest.mark.parametrize("rule", ["estimate", "unreachable"])
def test_a_table_that_knows_no_end_at_all_is_of_something_else(rule: str, tmp_path: Path) -> None:
    file = write(tmp_path / "minutes.parquet", TOLD, R5)
    strange = ["09001", "09003"]
    with pytest.raises(TableError, match="does not know 2 of 2 origins"):
        engine_of(file, strange, SITES, estimate=estimate(2, 4), unknown_origins=rule)
    with pytest.raises(TableError, match="does not know 2 of 2 sites"):
        engine_of(file, ORIGINS, strange, estimate=estimate(3, 2), unknown_sites=rule)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({("01001", "c"): None}, "1 pairs without minutes (such as '01001' to 'c')"),
        ({("01001", "c"): float("nan")}, "1 pairs without minutes"),
        ({("01001", "c"): -0.1}, "1 pairs below zero"),
        ({("01001", "c"): float("inf")}, "1 pairs infinite"),
    ],
)
def test_minutes_that_are_none_are_faults(
    more: dict[tuple[str, str], float | None], expected: str, tmp_path: Path
) -> None:
    file = write(tmp_path / "minutes.parquet", TOLD | more, OPENTIMES)
    with pytest.raises(TableError) as fault:
        engine_of(file)
    assert expected in str(fault.value)


def test_pairs_told_twice_are_a_fault_even_across_files_and_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "times" / "mode=car" / "one.parquet", TOLD, OPENTIMES)
    write(tmp_path / "times" / "mode=foot" / "two.parquet", {pair: 9 * m + 1 for pair, m in TOLD.items()}, OPENTIMES)
    for rows in (1, 2, 3, 1 << 19):
        monkeypatch.setattr(sorted_minutes, "_ROWS", rows)
        with pytest.raises(TableError, match=r"5 pairs told twice.*keep to one mode and year"):
            engine_of(tmp_path / "times")
    car = MinutesFile(tmp_path / "times", partitions={"mode": "car"})
    assert found(read_travel_table(car, ORIGINS, SITES), [60.0] * 3).keys() == TOLD.keys()
    with pytest.raises(TableError, match="no Parquet file is there below mode=train"):
        read_travel_table(MinutesFile(tmp_path / "times", partitions={"mode": "train"}), ORIGINS, SITES)


def test_all_faults_are_told_at_once_and_empty_ones_may_be_unreachable(tmp_path: Path) -> None:
    told = TOLD | {("01003", "a"): None, ("01003", "b"): -1.0}
    file = write(tmp_path / "minutes.parquet", told, R5)
    with pytest.raises(TableError, match=r"1 pairs without minutes .*; 1 pairs below zero"):
        engine_of(file)
    file = write(tmp_path / "minutes.parquet", TOLD | {("01003", "a"): None}, R5)
    engine = engine_of(file, empty_is_unreachable=True)
    assert found(engine, [100.0] * 3) == TOLD
    assert np.isinf(engine.nearest(np.array([0]))[1])
    assert engine.provenance()["pairs_without_minutes"] == 1


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no Parquet file is there"):
        engine_of(tmp_path / "absent")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 not at all")
    with pytest.raises(TableError, match="is no sound Parquet"):
        engine_of(tmp_path / "broken.parquet")
    file = write(tmp_path / "other.parquet", TOLD, ("a", "b", "c"))
    with pytest.raises(TableError, match="has the columns a, b, c; expected OpenTimes"):
        engine_of(file)
    pq.write_table(pa.table({"from_id": ORIGINS, "to_id": SITES[:3], "travel_time": ["1", "two", "3"]}), file)
    with pytest.raises(TableError, match="minutes must be numbers"):
        engine_of(file, ORIGINS, SITES[:3])


def test_an_origin_that_reaches_nobody_is_known(tmp_path: Path) -> None:
    # 02005 is in the table, though with no site of the study: unreachable, not unknown
    file = write(tmp_path / "minutes.parquet", {("01001", "a"): 1.0, ("02005", "elsewhere"): 1.0}, R5)
    engine = engine_of(file, ["01001", "02005"], ["a"])
    assert engine.pairs(np.array([9.0, 9.0])).origin.tolist() == [0]
    assert np.isinf(engine.nearest(np.array([0]))[1])


def test_the_scratch_file_goes_with_the_engine(tmp_path: Path) -> None:
    engine = engine_of(write(tmp_path / "minutes.parquet", TOLD, R5))
    folder = engine._scratch.folder
    assert folder.is_dir()
    del engine
    assert not folder.exists()


def test_inputs_stay_unchanged_and_nothing_is_left_beside_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "minutes.parquet", TOLD, R5)
    monkeypatch.chdir(tmp_path)
    before, limit = file.read_bytes(), np.full(3, 9.0)
    engine = engine_of(file)
    engine.pairs(limit)
    engine.nearest(np.array([1]))
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]
    assert (limit == 9.0).all()


PEAK = """
import resource, sys
from pathlib import Path
import numpy as np
from analysis.access.minutes_file import MinutesFile
from analysis.access.travel_table import read_travel_table
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
ids = [f"{n:05d}" for n in range(2000)]
engine = read_travel_table(MinutesFile(Path(sys.argv[1]), memory_mb=64), ids, ids)
kept = sum(len(chunk.origin) for chunk in engine.chunks(np.full(2000, 30.0)))
engine.nearest(np.arange(1000))
print(engine.counts["pairs"], kept, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) // 1024)
"""


def test_a_table_larger_than_its_memory_is_streamed(tmp_path: Path) -> None:
    number = np.arange(2000)
    writer, names = None, pd.Series(number).map("{:05d}".format).to_numpy()
    for block in np.array_split(number, 20):
        minutes = (np.abs(block[:, None] - number) / 10.0).ravel()
        ends = {"from_id": np.repeat(names[block], 2000), "to_id": np.tile(names, len(block))}
        rows = pa.table({**ends, "travel_time": minutes})
        writer = writer or pq.ParquetWriter(tmp_path / "minutes.parquet", rows.schema)
        writer.write_table(rows)
    assert writer is not None
    writer.close()
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(tmp_path / "minutes.parquet")],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    pairs, kept, more_mb = map(int, done.stdout.split())
    assert pairs == 4_000_000
    # |difference| <= 300 of 2,000: 2,000 + 2 x sum of (2,000 - k) for k = 1 to 300
    assert kept == 2000 + 2 * sum(2000 - k for k in range(1, 301))
    assert more_mb < 250, "the whole table, 16 bytes a pair sorted and again unsorted, would not fit"


@pytest.mark.real
def test_real_tracts_and_clinics_of_connecticut_over_a_table_in_opentimes_layout(
    real_data: Path, tmp_path: Path
) -> None:
    tracts = pd.read_csv(real_data / "us" / "CenPop2020_Mean_TR.txt", dtype=str, encoding="utf-8-sig")
    tracts = tracts[tracts.STATEFP == "09"]
    ids = list(tracts.STATEFP + tracts.COUNTYFP + tracts.TRACTCE)
    points = unit_sphere(*(tracts[name].to_numpy(dtype=np.float64) for name in ("LATITUDE", "LONGITUDE")))
    file = real_data / "directories" / "findtreatment" / "facilities_2015.csv"
    clinics = pd.read_csv(file, dtype=str, encoding="latin-1")
    clinics = clinics[clinics.state == "CT"].dropna(subset=["latitude", "longitude"])
    places = unit_sphere(*(clinics[name].to_numpy(dtype=np.float64) for name in ("latitude", "longitude")))
    stands_for = np.linalg.norm(places[:, None] - points[None], axis=2).argmin(axis=1)
    assert (len(ids), len(clinics) > 50) == (883, True)
    between = GreatCircle(points, points, np.full(len(ids), 1.0), 1.4, 0.0)
    every = between.pairs(np.full(len(ids), 1e4))
    below = tmp_path / "version=0.0.1" / "mode=car" / "year=2024" / "geography=tract" / "state=09"
    below.mkdir(parents=True)
    names = np.array(ids)
    rows = {"origin_id": names[every.origin], "destination_id": names[every.site], "duration_sec": every.minutes * 60}
    pq.write_table(pa.table(rows), below / "times-0.0.1-car-2024-tract-09-0.parquet")
    engine = read_travel_table(MinutesFile(tmp_path), ids, [ids[number] for number in stands_for])
    ours = engine.pairs(np.full(len(ids), 20.0))
    beside = GreatCircle(points, points[stands_for], between.km_per_minute, 1.4, 0.0).pairs(np.full(len(ids), 20.0))
    assert (ours.origin == beside.origin).all()
    assert (ours.site == beside.site).all()
    assert ours.minutes == pytest.approx(beside.minutes, rel=1e-9)
    assert engine.counts["pairs"] == len(ids) * len(clinics)
