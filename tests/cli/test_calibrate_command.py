"""``therapygap calibrate``: what it prints, how it ends, and that it finds the truth behind a table of minutes."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commanded import said, therapygap

from analysis.country import country
from analysis.promise import TableError
from analysis.regions.assemble import read_world
from analysis.sphere import great_circle_km, unit_sphere
from analysis.study import StudyError, read_study
from cli.console import DONE, FAULT, VOICE, WRONG_USE
from cli.main import _told, app

STUDY = """
title = "Montana"
states = ["MT"]

[access]
start_up_minutes = 1.0

[[directories]]
source = "nppes_api"
"""
START = 4.0
SLOWER = {"large_metro": 0.6, "metro": 0.7, "micro": 0.8, "rural": 0.9, "ceac": 1.1}
"""True speed of the invented table over the speed of place_types.toml."""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("study") / "montana.toml"
    file.write_text(STUDY, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def table(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of invented minutes between Montana's postal areas, in OpenTimes' layout, with noise."""
    world = read_world(read_study(study), None)
    kinds = world.origins.region_id.map(world.regions.set_index("region_id").place_type)
    speed = np.array([country("US").place_types[kind].road_km_per_minute * SLOWER[kind] for kind in kinds])
    sphere = unit_sphere(world.origins.latitude.to_numpy(), world.origins.longitude.to_numpy())
    one, two = (side.ravel() for side in np.indices((len(speed), len(speed))))
    km = great_circle_km(np.linalg.norm(sphere[one] - sphere[two], axis=1))
    noise = np.random.default_rng(0).normal(1, 0.1, len(km))
    seconds = np.where(km > 0, 60 * (START + 1.4 * km / speed[one] * noise), 0.0)
    ids = world.origins.origin_id.to_numpy()
    rows = pd.DataFrame({"origin_id": ids[one], "destination_id": ids[two], "duration_sec": seconds.clip(0)})
    folder = tmp_path_factory.mktemp("times")
    for mode, more in (("car", 1), ("foot", 12)):
        below = folder / f"mode={mode}" / "geography=zcta" / "state=30"
        below.mkdir(parents=True)
        part = rows.assign(duration_sec=rows.duration_sec * more)
        pq.write_table(pa.Table.from_pandas(part, preserve_index=False), below / "times-0.parquet")
    return folder


def test_finds_the_speeds_behind_a_table(study: Path, table: Path, tmp_path: Path) -> None:
    words = ("calibrate", str(table), "--study", str(study), "--partition", "mode=car")
    done = therapygap(*words, "--json", work=tmp_path)
    assert done.returncode == DONE, done.stderr
    told = json.loads(done.stdout)
    assert told["start_up_minutes_before"] == 1.0
    assert told["start_up_minutes_fitted"] == pytest.approx(START, abs=0.5)
    kinds = country("US").place_types
    fitted = {row["place_type"]: row for row in told["by_place_type"] if row["road_km_per_hour_fitted"]}
    assert {"micro", "rural", "ceac"} <= fitted.keys()
    for key, row in fitted.items():
        assert row["road_km_per_hour_fitted"] == pytest.approx(
            60 * kinds[key].road_km_per_minute * SLOWER[key], rel=0.03
        ), key
        assert row["median_minutes_after"] < row["median_minutes_before"]
        assert abs(row["bias_minutes_after"]) < 1
    assert tomllib.loads(told["toml"])["access"]["circuity"] == 1.4
    missing = {row["place_type"] for row in told["by_place_type"][:-1]} - fitted.keys()
    assert all(key in done.stderr for key in missing)
    again = therapygap(*words, "--json", work=tmp_path)
    assert again.stdout == done.stdout
    plain = therapygap(*words, work=tmp_path)
    assert plain.returncode == DONE
    lines = plain.stdout.splitlines()
    assert lines[0].split()[:3] == ["type", "of", "place"]
    assert "[access]" in lines
    assert tomllib.loads(plain.stdout[plain.stdout.index("[access]") :]) == tomllib.loads(told["toml"])
    assert "\x1b" not in plain.stdout


def test_destinations_and_columns_of_ones_own(study: Path, table: Path, tmp_path: Path) -> None:
    world = read_world(read_study(study), None)
    sites = world.origins.rename(columns={"origin_id": "site_id"})[["site_id", "latitude", "longitude"]].head(60)
    sites.assign(site_id="s" + sites.site_id).to_parquet(tmp_path / "sites.parquet")
    rows = pq.read_table(table / "mode=car").to_pandas()
    rows = rows[rows.destination_id.isin(sites.site_id)]
    own = pd.DataFrame({"home": rows.origin_id, "to": "s" + rows.destination_id, "s": rows.duration_sec})
    own.to_parquet(tmp_path / "own.parquet")
    words = ("calibrate", str(tmp_path / "own.parquet"), "--study", str(study), "--columns", "home,to,s", "--seconds")
    done = therapygap(*words, "--json", "--destinations", str(tmp_path / "sites.parquet"), work=tmp_path)
    assert done.returncode == DONE, done.stderr
    assert json.loads(done.stdout)["start_up_minutes_fitted"] == pytest.approx(START, abs=2)
    done = therapygap(*words, work=tmp_path)
    assert done.returncode == FAULT
    assert "too few pairs" in said(done)


@pytest.mark.parametrize(
    ("access", "minutes_of"),
    [
        ("catchment_minutes = 25\ncatchment_scale = 0.8", lambda _: 20.0),
        ("specialty_scale = { trauma = 1.5, ocd = 0.5 }", lambda own: 1.5 * own),
        ("specialty_scale = { ocd = 0.5 }", lambda own: own),  # the others go as far as ever
    ],
)
def test_pairs_are_looked_at_as_far_as_the_studys_widest_catchment_goes(
    access: str, minutes_of: Callable[[float], float], table: Path, tmp_path: Path
) -> None:
    file = tmp_path / "study.toml"
    file.write_text(STUDY.replace("[access]", f"[access]\n{access}"), encoding="utf-8")
    done = therapygap("calibrate", str(table), "--study", str(file), "--partition", "mode=car", "--json", work=tmp_path)
    assert done.returncode == DONE, done.stderr
    world = read_world(read_study(file), None)
    kinds = world.origins.region_id.map(world.regions.set_index("region_id").place_type)
    points = unit_sphere(world.origins.latitude.to_numpy(), world.origins.longitude.to_numpy())
    km = great_circle_km(np.linalg.norm(points[:, None] - points[None], axis=2))
    for row in json.loads(done.stdout)["by_place_type"][:-1]:
        own = country("US").place_types[row["place_type"]]
        # 1.5 times as far as the estimate comes within the catchment, a minute of which is start-up
        reach_km = 1.5 * (minutes_of(own.minutes) - 1.0) * own.road_km_per_minute / 1.4
        near = km[(kinds == row["place_type"]).to_numpy()]
        assert row["pairs_in_table"] == ((near > 0) & (near <= reach_km)).sum(), row["place_type"]


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (["absent.parquet"], FAULT, "no Parquet file is there"),
        (["{table}", "--partition", "mode=train"], FAULT, "no Parquet file is there below mode=train"),
        (["{table}", "--partition", "train"], WRONG_USE, "must be a key and a value"),
        (["{table}", "--columns", "a,b"], WRONG_USE, "must be three names"),
        (["{table}", "--columns", "a,b,c"], FAULT, "expected a, b, c"),
        (["{table}", "--seconds"], WRONG_USE, "is about the columns of --columns"),
        (["{table}", "--destinations", "{table}/mode=car/geography=zcta/state=30/times-0.parquet"], FAULT, "latitude"),
        (["{table}", "--destinations", "absent.parquet"], WRONG_USE, "absent.parquet"),
        (["{table}", "--partition", "mode=car", "--fewest", "900000"], FAULT, "expected at least 900,000"),
    ],
)
def test_every_fault_is_a_sentence(
    words: list[str],
    code: int,
    expected: str,
    study: Path,
    table: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(VOICE, "is_quiet", False)  # put back after the test
    typed = [word.replace("{table}", str(table)) for word in words]
    with pytest.raises((StudyError, TableError, OSError)) as fault:
        app(["--quiet", "calibrate", *typed, "--study", str(study)], prog_name="therapygap", standalone_mode=False)
    sentence, ends_with = _told(fault.value)
    assert expected in sentence
    assert ends_with == code
    assert capsys.readouterr().out == ""
