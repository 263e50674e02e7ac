"""Invented areas of a user, in files of every form, and what becomes of them."""

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import box

from analysis.regions.added import AddedRegions, Addition, add
from analysis.regions.findings import UnsoundError
from analysis.regions.soundness import Columns

DAY = dt.date(2026, 11, 26)
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
