"""The estimate fitted to minutes: finds the truth in minutes made by the model, and tells when it cannot."""

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.access.calibration import Calibration, calibrate, rows_of
from analysis.access.calibration_sample import Sample, draw_sample
from analysis.access.minutes_file import MinutesFile
from analysis.promise import TableError
from analysis.sphere import great_circle_km, unit_sphere

TYPES = ("large_metro", "metro", "rural")
TRUTH = {"large_metro": 31.0, "metro": 52.0, "rural": 78.0}
PRESENT = {"large_metro": 48.3, "metro": 64.4, "rural": 77.2}
START = 3.5


def sample_of(minutes: np.ndarray, km: np.ndarray, kind: np.ndarray, seed: int = 0) -> Sample:
    half = np.random.default_rng(seed).random(len(km)) < 0.5
    return Sample(kind, km, minutes, half, TYPES, np.bincount(kind, minlength=len(TYPES)))


def drawn(pairs: int, seed: int, circuity: float = 1.4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return minutes of the true model without noise, km and kind of invented pairs."""
    draw = np.random.default_rng(seed)
    kind, km = draw.integers(0, 3, pairs), draw.uniform(0.5, 60, pairs)
    speed = np.array(list(TRUTH.values()))[kind]
    return START + 60 * circuity * km / speed, km, kind


def speeds(found: Calibration) -> list[float]:
    return [one.fitted_km_per_hour or np.nan for one in found.types]


@pytest.mark.parametrize("circuity", [1.0, 1.4])
def test_finds_the_model_without_noise_exactly(circuity: float) -> None:
    minutes, km, kind = drawn(3000, 1, circuity)
    found = calibrate(sample_of(minutes, km, kind), circuity, PRESENT, 0.0)
    assert speeds(found) == pytest.approx(list(TRUTH.values()), rel=1e-5)
    assert found.start_up_minutes == pytest.approx(START, abs=1e-3)
    assert found.everywhere.after is not None
    assert found.everywhere.after.ninety_percent_minutes < 1e-2


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_finds_the_truth_behind_noise_and_ferries(seed: int) -> None:
    minutes, km, kind = drawn(9000, seed)
    draw = np.random.default_rng(seed + 1)
    noisy = minutes * np.exp(draw.normal(0, 0.15, len(minutes))) + draw.normal(0, 1, len(minutes))
    noisy = np.where(draw.random(len(minutes)) < 0.03, noisy + 90, noisy).clip(0)
    found = calibrate(sample_of(noisy, km, kind, seed), 1.4, PRESENT, 0.0)
    assert speeds(found) == pytest.approx(list(TRUTH.values()), rel=0.05)
    assert found.start_up_minutes == pytest.approx(START, abs=1.0)
    for one in found.types:
        assert one.before is not None
        assert one.after is not None
        assert one.after.median_minutes < one.before.median_minutes + 0.2


def test_errors_by_hand() -> None:
    # all pairs 10 km apart take 20 minutes; present 1.4 x 10 km at 42 km/h are 20 minutes, at 84 km/h 10, at 28 km/h 30
    km, kind = np.full(600, 10.0), np.repeat(np.arange(3), 200)
    found = calibrate(
        sample_of(np.full(600, 20.0), km, kind), 1.4, {"large_metro": 42.0, "metro": 84.0, "rural": 28.0}, 0.0, 50
    )
    before = [one.before for one in found.types]
    assert [(error.median_minutes, error.bias_minutes) for error in before if error] == [
        pytest.approx((0, 0), abs=1e-9), pytest.approx((10, -10)), pytest.approx((10, 10)),
    ]  # fmt: skip
    after = [one.after for one in found.types]
    assert [error.median_minutes for error in after if error] == pytest.approx([0, 0, 0], abs=1e-2)


def test_errors_are_of_pairs_that_were_not_fitted_to() -> None:
    minutes, km, kind = drawn(3000, 2)
    sample = sample_of(minutes, km, kind)
    spoilt = replace(sample, minutes=np.where(sample.is_held_out, minutes + 7, minutes))
    found = calibrate(spoilt, 1.4, PRESENT, 0.0)
    assert speeds(found) == pytest.approx(list(TRUTH.values()), rel=1e-4)
    assert found.everywhere.after is not None
    assert found.everywhere.after.bias_minutes == pytest.approx(-7, abs=0.01)


def test_types_with_few_pairs_keep_their_speed_and_too_few_are_refused() -> None:
    minutes, km, kind = drawn(3000, 3)
    few = (kind != 2) | (np.cumsum(kind == 2) <= 150)
    sample = sample_of(minutes[few], km[few], kind[few])
    found = calibrate(sample, 1.4, PRESENT, 0.0)
    assert speeds(found)[:2] == pytest.approx([31.0, 52.0], rel=1e-4)
    rural = found.types[2]
    assert (rural.fitted_km_per_hour, rural.after, rural.pairs_used) == (None, None, 150)
    assert tomllib.loads(found.toml)["access"]["road_km_per_hour"]["rural"] == 77.2
    with pytest.raises(TableError, match=r"too few pairs .*\(large_metro [\d,]+, metro \d+, rural 150\)"):
        calibrate(sample, 1.4, PRESENT, 0.0, 5000)
    nothing = np.empty(0)
    with pytest.raises(TableError, match="too few pairs"):
        calibrate(sample_of(nothing, nothing, np.empty(0, np.int64)), 1.4, PRESENT, 0.0)


def test_the_lines_for_a_study_are_toml_and_the_rows_are_figures() -> None:
    minutes, km, kind = drawn(3000, 4)
    found = calibrate(sample_of(minutes, km, kind), 1.4, PRESENT, 1.0)
    stated = tomllib.loads(found.toml)["access"]
    assert stated == {"circuity": 1.4, "start_up_minutes": 3.5, "road_km_per_hour": TRUTH}
    rows = rows_of(found)
    assert [row["place_type"] for row in rows] == [*TYPES, "all"]
    assert sum(row["pairs_used"] for row in rows[:-1]) == rows[-1]["pairs_used"] == 3000


# a table of minutes on disk


def points(count: int) -> pd.DataFrame:
    draw = np.random.default_rng(count)
    return pd.DataFrame(
        {
            "id": [f"{number:05d}" for number in range(count)],
            "latitude": draw.uniform(45, 46, count),
            "longitude": draw.uniform(-110, -109, count),
            "place_type": np.array(TYPES)[np.arange(count) % 3],
            "reach_km": 40.0,
        }
    )


def write_table(places: pd.DataFrame, folder: Path, order: np.ndarray | None = None, parts: int = 1) -> MinutesFile:
    """Write minutes of the true model between all places in OpenTimes' layout."""
    sphere = unit_sphere(places.latitude.to_numpy(), places.longitude.to_numpy())
    one, two = (side.ravel() for side in np.indices((len(places), len(places))))
    km = great_circle_km(np.linalg.norm(sphere[one] - sphere[two], axis=1))
    minutes = START + 60 * 1.4 * km / places.place_type.map(TRUTH).to_numpy()[one]
    ids = places.id.to_numpy()
    rows = pd.DataFrame(
        {"origin_id": ids[one], "destination_id": ids[two], "duration_sec": np.where(km > 0, minutes * 60, 0)}
    )
    rows = rows if order is None else rows.iloc[order]
    for number, part in enumerate(np.array_split(np.arange(len(rows)), parts)):
        below = folder / "mode=car" / f"state={number:02d}"
        below.mkdir(parents=True)
        pq.write_table(pa.Table.from_pandas(rows.iloc[part], preserve_index=False), below / "times.parquet")
    return MinutesFile(folder)


def test_a_sample_is_drawn_of_pairs_in_reach_and_does_not_depend_on_the_order_of_the_rows(tmp_path: Path) -> None:
    places = points(120)
    file = write_table(places, tmp_path / "one")
    first = draw_sample(file, places, places, TYPES, most=400, seed=7)
    shuffled = write_table(places, tmp_path / "two", np.random.default_rng(1).permutation(120**2), parts=5)
    again = draw_sample(shuffled, places, places, TYPES, most=400, seed=7)
    for left, right in ((first.km, again.km), (first.minutes, again.minutes), (first.is_held_out, again.is_held_out)):
        assert (left == right).all()
    other = draw_sample(file, places, places, TYPES, most=400, seed=8)
    assert not (first.km == other.km).all()
    assert np.bincount(first.kind).tolist() == [400, 400, 400]
    assert (first.km <= 40).all()
    assert (first.km > 0).all()
    whole = draw_sample(file, places, places, TYPES, most=100_000, seed=7)
    assert len(whole.km) == whole.pairs_in_table.sum() == first.pairs_in_table.sum()
    assert 0.45 < first.is_held_out.mean() < 0.55
    assert first.km.mean() == pytest.approx(whole.km.mean(), abs=4 * whole.km.std() / np.sqrt(1200))
    found = calibrate(first, 1.4, PRESENT, 0.0, 100)
    assert speeds(found) == pytest.approx(list(TRUTH.values()), rel=1e-4)


def test_destinations_of_their_own_are_taken(tmp_path: Path) -> None:
    places = points(90)
    file = write_table(places, tmp_path)
    sample = draw_sample(file, places, places.iloc[:10], TYPES, most=9999, seed=0)
    assert 0 < len(sample.km) <= 90 * 10
    assert len(draw_sample(file, places, places.assign(id="elsewhere"), TYPES, most=9999, seed=0).km) == 0


@pytest.mark.parametrize("minutes", [None, float("nan")])
def test_pairs_without_a_way_are_left_out_and_counted(minutes: float | None, tmp_path: Path) -> None:
    places = points(3).assign(reach_km=1000.0)
    told = pa.array([minutes, 9.0], pa.float64())
    rows = pa.table({"from_id": ["00000", "00000"], "to_id": ["00001", "00002"], "travel_time": told})
    pq.write_table(rows, tmp_path / "minutes.parquet")
    sample = draw_sample(MinutesFile(tmp_path / "minutes.parquet"), places, places, TYPES, most=9, seed=0)
    assert sample.minutes.tolist() == [9.0]
    assert (sample.pairs_without_minutes, sample.pairs_in_table.sum()) == (1, 1)


@pytest.mark.parametrize("minutes", [-1.0, float("inf")])
def test_minutes_that_are_none_are_faults(minutes: float, tmp_path: Path) -> None:
    places = points(3).assign(reach_km=1000.0)
    rows = pa.table({"from_id": ["00000"], "to_id": ["00001"], "travel_time": pa.array([minutes], pa.float64())})
    pq.write_table(rows, tmp_path / "minutes.parquet")
    with pytest.raises(TableError, match="1 pairs whose minutes are below zero or infinite"):
        draw_sample(MinutesFile(tmp_path / "minutes.parquet"), places, places, TYPES, most=9, seed=0)
