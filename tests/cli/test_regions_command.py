"""``therapygap regions``: what it prints, how it ends, and that nothing is written unless all is well."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import typer
from commanded import said, therapygap
from shapely.geometry import Polygon, box

from analysis.study import StudyError
from cli.console import DONE, FAULT, WRONG_USE
from cli.main import app
from cli.places import WORK

CROSSED = Polygon([(-100, 40), (-99, 41), (-99, 40), (-100, 41)])


def areas(folder: Path, name: str = "areas.gpkg", **more: Any) -> str:  # noqa: ANN401
    """Write three invented areas side by side; columns may be given or replaced."""
    columns = {"CODE": ["01", "02", "03"], "LABEL": ["West", "Middle", "East"], "PEOPLE": [10, 20, 30]} | more
    shapes = columns.pop("shapes", [box(-100 + x, 40, -99 + x, 41) for x in range(3)])
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(folder / name)
    return str(folder / name)


def test_regions_are_added_listed_and_removed(tmp_path: Path) -> None:
    work = tmp_path / "work"
    file = areas(tmp_path)
    done = therapygap(
        "regions", "add", file, "--id", "CODE", "--name", "LABEL", "--population", "PEOPLE", "--as", "hsa", work=work
    )
    assert done.returncode == DONE, done.stderr
    assert done.stdout.splitlines() == [str(work / "regions" / "hsa")]
    assert done.stderr.splitlines()[-1] == "hsa: 3 regions, 60 people"
    assert sorted(one.name for one in (work / "regions" / "hsa").iterdir()) == ["regions.json", "regions.parquet"]
    done = therapygap("regions", "add", file, "--id", "CODE", work=work)
    assert done.returncode == DONE, done.stderr
    assert "note: areas.gpkg: people by overlay: " in done.stderr
    record = json.loads((work / "regions" / "areas" / "regions.json").read_text(encoding="utf-8"))
    listed = therapygap("regions", "list", work=work)
    assert [line.split() for line in listed.stdout.splitlines()] == [
        ["areas", "3", "regions", f"{record['people']:,}", "people", "assumed", record["on"], "areas.gpkg"],
        ["hsa", "3", "regions", "60", "people", "measured", record["on"], "areas.gpkg"],
    ]
    assert therapygap("regions", "remove", "hsa", work=work).returncode == DONE
    done = therapygap("regions", "remove", "hsa", work=work)
    assert done.returncode == WRONG_USE
    assert "regions 'hsa' are not among those added" in said(done)
    assert therapygap("regions", "list", work=work).stdout.split()[0] == "areas"


def test_every_fault_is_a_sentence_and_nothing_is_written(tmp_path: Path) -> None:
    work = tmp_path / "work"
    shapes = [CROSSED, box(-99.7, 40, -98, 41), box(-97, 40, -96, 41)]
    file = areas(tmp_path, "many.geojson", CODE=[1001, 1001, 30001], PEOPLE=[-1, 2, 3], shapes=shapes)
    done = therapygap("regions", "add", file, "--id", "CODE", "--name", "LABLE", "--population", "PEOPLE", work=work)
    assert done.returncode == WRONG_USE
    told = [line for line in done.stderr.splitlines() if line.startswith("therapygap: many.geojson: ")]
    parts = ["'LABLE'", "are numbers", "ids twice", "below zero", "cross themselves", "overlap"]
    assert len(told) == len(parts), done.stderr
    assert all(part in line for part, line in zip(parts, told, strict=True))
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not work.exists()


def test_gaps_are_notes_and_with_strict_faults(tmp_path: Path) -> None:
    lake = box(-100, 40, -97, 43).difference(box(-99, 41, -98, 42))
    shapes = [lake, box(-97, 40, -96, 41), box(-96, 40, -95, 41)]
    words = ("regions", "add", areas(tmp_path, shapes=shapes), "--id", "CODE", "--population", "PEOPLE")
    done = therapygap(*words, work=tmp_path)
    assert done.returncode == DONE
    assert "note: areas.gpkg: gaps enclosed by regions (1, together 9,273.3 km2)" in done.stderr
    done = therapygap(*words, "--as", "other", "--strict", work=tmp_path)
    assert done.returncode == WRONG_USE
    assert "gaps enclosed by regions" in said(done)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--id", "CODE", "--as", "county"], "'county' is a level every study has"),
        (["--id", "CODE", "--as", "Not A Name"], "is no name for regions"),
        (["--id", "CODE", "--crs", "EPSG:99999"], "--crs 'EPSG:99999' is no coordinate system"),
        (["--id", "CODE", "--layer", "lakes"], "has no layer 'lakes'"),
        (["--id", "CODE", "--people", "nothing"], "neither a file nor a dataset of polygons with people"),
        (["--id", "CODE", "--people", "nothing.gpkg"], "'nothing.gpkg' does not exist"),
        (["--id", "CODE", "--people-column", "PEOPLE"], "say that file too"),
        (["--id", "CODE", "--population", "PEOPLE", "--people", "x.gpkg"], "not from both"),
        (["--id", "CODES"], "no column 'CODES' (--id); found 'CODE', 'LABEL', 'PEOPLE'; did you mean 'CODE'?"),
        ([], "region_id"),
    ],
)
def test_wrong_use_is_told_and_writes_nothing(
    words: list[str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(WORK, "root", tmp_path / "work")
    told = ""
    try:
        typed = ["regions", "add", areas(tmp_path), *words]
        assert app(typed, prog_name="therapygap", standalone_mode=False) == WRONG_USE
    except (StudyError, typer.TyperException) as fault:
        told = str(fault)
    assert expected in told + capsys.readouterr().err
    assert not WORK.root.exists()


def test_a_place_that_cannot_be_written_is_a_fault_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "regions").write_text("in the way", encoding="utf-8")
    done = therapygap("regions", "add", areas(tmp_path), "--id", "CODE", "--population", "PEOPLE", work=tmp_path)
    assert done.returncode == FAULT
    assert "check the path, permissions and free space" in said(done)


def test_damaged_regions_are_told_and_the_others_listed(tmp_path: Path) -> None:
    words = ("regions", "add", areas(tmp_path), "--id", "CODE", "--population", "PEOPLE", "--as")
    for name in ("first", "second"):
        assert therapygap(*words, name, work=tmp_path).returncode == DONE
    (tmp_path / "regions" / "first" / "regions.json").write_text("{", encoding="utf-8")
    done = therapygap("regions", "list", work=tmp_path)
    assert "regions 'first': " in said(done)
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["second"]
    again = therapygap(*words, "first", "--again", work=tmp_path)
    assert again.returncode == DONE, again.stderr
    assert len(therapygap("regions", "list", work=tmp_path).stdout.splitlines()) == 2


def test_nothing_added_is_no_fault(tmp_path: Path) -> None:
    done = therapygap("regions", "list", work=tmp_path)
    assert done.returncode == DONE
    assert "no regions were added" in done.stderr
    assert done.stdout == ""


def test_only_the_overlay_pays_for_tobler() -> None:
    loaded = "import sys, cli.main; print(sorted({'tobler', 'statsmodels'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"
