"""``therapygap calibrate``: the estimate of minutes, fitted to a table of minutes."""

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.table import Table as Grid

from analysis.access.calibration import FEWEST_PAIRS, Calibration, calibrate, rows_of
from analysis.access.calibration_sample import draw_sample
from analysis.access.catchments import catchments_of, road_km_per_minute
from analysis.access.minutes_file import MinutesFile
from analysis.country import country
from analysis.promise import TableError
from analysis.reference import specialties
from analysis.regions.assemble import read_world
from analysis.study import Study, StudyError, read_study
from analysis.travel_choice import MinutesColumns
from cli.console import counted, say, steps
from cli.places import WORK

_BEYOND = 1.5
"""Pairs up to this many times the widest catchment's estimated reach are looked at."""
_HOUR = 60
_HEADS = (
    *("type of place", "pairs", "used", "km/h", "fitted"),
    *("median off", "fitted", "90 % off", "fitted", "bias", "fitted"),
)
_FIGURES = [
    *(f"road_km_per_hour_{when}" for when in ("before", "fitted")),
    *(f"{what}_minutes_{when}" for what in ("median", "ninety_percent", "bias") for when in ("before", "after")),
]
_WIDE = 400
_IDS = ("id", "site_id", "destination_id", "to_id")
_NORTH, _EAST = ("latitude", "lat"), ("longitude", "lon")


def calibrate_command(  # noqa: PLR0913 - one parameter an option
    minutes: Annotated[Path, typer.Argument(metavar="MINUTES.parquet", help="A table of minutes: a file or folder.")],
    *,
    study_file: Annotated[Path, typer.Option("--study", metavar="STUDY.toml", help="Whose estimate is fitted.")],
    inputs: Annotated[
        Path | None, typer.Option(help="Folder of the study's public files; default those 'therapygap fetch' got.")
    ] = None,
    destinations: Annotated[
        Path | None, typer.Option(help="Parquet with id, latitude, longitude; default: the study's origins.")
    ] = None,
    columns: Annotated[
        str | None, typer.Option(metavar="ORIGIN,DESTINATION,VALUE", help="Columns, where they are not recognised.")
    ] = None,
    seconds: Annotated[bool, typer.Option("--seconds", help="VALUE of --columns is in seconds.")] = False,
    partition: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Part of a partitioned folder, such as mode=car.")
    ] = None,
    sample: Annotated[int, typer.Option(min=100, help="Most pairs of each type of place.")] = 20_000,
    fewest: Annotated[int, typer.Option(min=20, help="Fewest pairs to fit a type of place.")] = FEWEST_PAIRS,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Another seed draws another sample.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Fit road speeds by type of place to a table of minutes, and say how far off the estimate is."""
    study = read_study(study_file)
    file = MinutesFile(minutes, _columns(columns, is_seconds=seconds), _partitions(partition or []))
    with steps("calibrate") as tell:
        tell("reading the study's points")
        origins, speeds = _origins(study, inputs)
        ends = origins if destinations is None else _places(destinations)
        tell(f"reading minutes between {len(origins):,} origins and {len(ends):,} destinations")
        drawn = draw_sample(file, origins, ends, tuple(speeds), most=sample, seed=seed)
        tell(f"fitting {len(drawn.km):,} pairs")
        found = calibrate(drawn, study.access.circuity, speeds, study.access.start_up_minutes, fewest)
    if drawn.pairs_without_minutes:
        say(f"{counted(drawn.pairs_without_minutes, 'pair')} without minutes left out.")
    left_out = [one.place_type for one in found.types if one.fitted_km_per_hour is None]
    if left_out:
        say(f"fewer than {counted(fewest, 'pair')} begin in {', '.join(left_out)}: the present speed is kept there.")
    typer.echo(_json(found) if as_json else _text(found), nl=False)


def _origins(study: Study, inputs: Path | None) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return the study's origins as :func:`draw_sample` takes them, and road speeds in km/h by type of place."""
    home, access = country(study.country), study.access
    world = read_world(study, inputs or WORK.downloads, WORK.root)
    kind = world.origins.region_id.map(world.regions.set_index("region_id").place_type)
    catchments = catchments_of(world.origins, world.regions, home, access, _widest(study))
    moving = np.maximum(catchments.limit_minutes - access.start_up_minutes, 0)
    origins = world.origins.rename(columns={"origin_id": "id"})[["id", "latitude", "longitude"]]
    reach_km = _BEYOND * moving * catchments.km_per_minute / access.circuity
    told = {key: speed * _HOUR for key, speed in road_km_per_minute(home, access).items()}
    return origins.assign(place_type=kind, reach_km=reach_km), told


def _widest(study: Study) -> float:
    """Return the scale of the specialty for which people go farthest, of those the study may measure."""
    scales = study.access.specialty_scale
    return max(scales.get(specialty, 1.0) for specialty in study.specialties or specialties())


def _places(file: Path) -> pd.DataFrame:
    """Return ``id, latitude, longitude`` of destinations.

    Raises
    ------
    TableError
        The file is no Parquet, or lacks one of them.

    """
    try:
        table = pq.read_table(file)
    except FileNotFoundError as fault:
        raise StudyError(f"destinations {str(file)!r} do not exist; name a Parquet file.") from fault
    except pa.ArrowInvalid as fault:
        raise TableError(f"destinations {str(file)!r} are no sound Parquet ({fault}).") from fault
    chosen = [next((name for name in names if name in table.column_names), None) for names in (_IDS, _NORTH, _EAST)]
    if None in chosen:
        raise TableError(
            f"destinations {str(file)!r} have the columns {', '.join(table.column_names)}; expected an id (one of "
            f"{', '.join(_IDS)}), latitude and longitude."
        )
    points = table.select(chosen).to_pandas().set_axis(["id", "latitude", "longitude"], axis=1)
    if points.isna().any(axis=None):
        raise TableError(f"destinations {str(file)!r} have rows without id or place; leave them out.")
    north, east = (pd.to_numeric(points[name], errors="coerce") for name in ("latitude", "longitude"))
    wrong = points[~(north.between(-90, 90) & east.between(-180, 180))]
    if len(wrong):
        first = wrong.iloc[0]
        raise TableError(
            f"destinations {str(file)!r}: {first['id']!r} ({len(wrong)} such) lies at {first['latitude']!r}, "
            f"{first['longitude']!r}; expected latitude and longitude in degrees."
        )
    return pd.DataFrame({"id": points["id"].astype("str"), "latitude": north, "longitude": east})


def _columns(said: str | None, *, is_seconds: bool) -> MinutesColumns | None:
    if said is None:
        if is_seconds:
            raise StudyError("--seconds is about the columns of --columns; say those too.")
        return None
    names = said.split(",")
    if len(names) != 3 or not all(names):  # noqa: PLR2004 - two ends and a value
        raise StudyError(
            f"--columns {said!r} must be three names: origin, destination and minutes, such as from,to,min."
        )
    return MinutesColumns(origin=names[0], destination=names[1], **{"seconds" if is_seconds else "minutes": names[2]})


def _partitions(said: list[str]) -> dict[str, str]:
    for one in said:
        if not all(one.partition("=")):
            raise StudyError(f"--partition {one!r} must be a key and a value, such as mode=car.")
    return dict(one.split("=", 1) for one in said)


def _json(found: Calibration) -> str:
    whole: dict[str, Any] = {
        "circuity": found.circuity,
        "start_up_minutes_before": found.present_start_up_minutes,
        "start_up_minutes_fitted": found.start_up_minutes,
        "by_place_type": rows_of(found),
        "toml": found.toml,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _text(found: Calibration) -> str:
    """Return the table and the lines for a study; differences are minutes on the half that was not fitted to."""
    grid = Grid(*_HEADS, box=None, header_style="", pad_edge=False)
    for column in grid.columns[1:]:
        column.justify = "right"
    for row in rows_of(found):
        grid.add_row(
            row["place_type"],
            f"{row['pairs_in_table']:,}",
            f"{row['pairs_used']:,}",
            *(_one(row[figure]) for figure in _FIGURES),
        )
    console = Console(width=_WIDE, no_color=True)
    with console.capture() as captured:
        console.print(grid)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    start = (
        f"start-up minutes {found.present_start_up_minutes:.1f}, fitted {found.start_up_minutes:.1f}; circuity "
        f"{found.circuity:g} is given; differences are minutes of estimate less table, on pairs not fitted to."
    )
    return "\n".join([*lines, start, "", found.toml])


def _one(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}"
