"""Regions a user brought: checked, given people, and kept in the work folder under the name studies use."""

import datetime as dt
import errno
import json
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import geopandas as gpd
from pyproj import CRS

from analysis.provenance import sha256_of
from analysis.regions.drawing import called
from analysis.regions.findings import Findings, UnsoundError, few
from analysis.regions.overlay import Overlaid, overlay
from analysis.regions.people_source import BUNDLED, PeopleSource, people_source, total
from analysis.regions.polygonfile import PolygonFile, listed, read_polygons
from analysis.regions.soundness import Columns, Sound, sound
from analysis.study import StudyError

RECORD_FILE, TABLE_FILE = "regions.json", "regions.parquet"
_FOLDER = "regions"
_PARTIAL, _RETIRED = ".partial", ".retired"
_STALE_SECONDS = 60 * 60
"""Age from which an unfinished folder is taken for one of a killed command, not of one still running."""
_TRIES = 10
_IN_THE_WAY = (errno.ENOTEMPTY, errno.EEXIST)
_LEVELS = ("county", "zcta", "tract", "nuts3")
"""Levels a study has without anything added: no regions can be called so."""
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_COLUMNS = ["region_id", "name", "state", "population", "population_basis", "geometry"]
_MOSTLY = 0.5
_UNKNOWN_SHARE = 0.001
"""Regions of which polygons with people cover no more than a sliver: nobody knows who lives there."""


@dataclass(frozen=True)
class Addition:
    """What to add under which name; ``people`` is a file or dataset of polygons with people, by ``people_column``."""

    file: Path
    name: str
    columns: Columns
    layer: str | None = None
    people: str = BUNDLED
    people_column: str = "population"
    people_crs: CRS | None = None
    again: bool = False


@dataclass(frozen=True)
class AddedRegions:
    """Regions as they are kept.

    ``regions`` has ``region_id, name, state, population, population_basis`` and outlines in WGS 84, sorted by id; a
    state is missing where the file says none. ``provenance`` is what ``regions.json`` says.
    """

    name: str
    regions: gpd.GeoDataFrame
    provenance: dict[str, Any]


def name_for(said: str | None, file: Path) -> str:
    """Return the name regions get: the one said, or the file's stem as a key.

    Raises
    ------
    StudyError
        It is no key, or the name of a level that every study has.

    """
    name = re.sub(r"[^a-z0-9]+", "_", file.stem.lower()).strip("_0123456789") if said is None else said
    if not _KEY.fullmatch(name):
        raise StudyError(
            f"{name!r} is no name for regions; say one with --as, of small letters, digits and _, that begins with a "
            "letter, such as 'service_areas'."
        )
    if name in _LEVELS:
        raise StudyError(f"{name!r} is a level every study has; say another name with --as.")
    return name


def place_of(work: Path, name: str) -> Path:
    """Return the folder in which regions of a name are kept."""
    return work / _FOLDER / name


def added_names(work: Path) -> list[str]:
    """Return the names under which regions are kept, sorted, once what killed commands left behind is put right."""
    for left in sorted((work / _FOLDER).glob(".*.*")):
        _put_right(place_of(work, left.name.split(".")[1]))
    return sorted(record.parent.name for record in (work / _FOLDER).glob(f"[a-z]*/{RECORD_FILE}"))


def read_added(folder: Path) -> AddedRegions:
    """Read regions that were added.

    Raises
    ------
    StudyError
        There are none in this folder, or they were changed since they were added.

    """
    _put_right(folder)
    record = record_of(folder)
    table = folder / TABLE_FILE
    if not table.is_file() or sha256_of(table) != record["table_sha256"]:
        raise StudyError(
            f"regions {folder.name!r}: {table} was changed or damaged since they were added on {record['on']}; add "
            f"{record['file']!r} once more with --again."
        )
    return AddedRegions(folder.name, gpd.read_parquet(table), record)


def record_of(folder: Path) -> dict[str, Any]:
    """Return what is known of regions that were added; ``StudyError`` where there are none or it cannot be read."""
    file = folder / RECORD_FILE
    if not file.is_file():
        raise _absent(folder.parent.parent, folder.name)
    try:
        record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        _ = record["table_sha256"], record["on"], record["file"], record["regions"], record["people"]
    except (ValueError, KeyError, TypeError) as fault:
        raise StudyError(f"regions {folder.name!r}: {file} is damaged; add them once more with --again.") from fault
    return record


def add(addition: Addition, work: Path, today: dt.date, tell: Callable[[str], None]) -> AddedRegions:
    """Check a file of regions, give them people where it has none, and keep them; notes are in ``provenance``.

    Raises
    ------
    UnsoundError
        The file, or that of the polygons with people, has faults; all of them are told and nothing is written.
    StudyError
        A file cannot be opened, or regions of this name are there and are not to be replaced.

    """
    place = place_of(work, addition.name)
    _put_right(place)
    if place.exists() and not addition.again:
        raise StudyError(
            f"regions {addition.name!r} are there already, in {str(place)!r}; replace them with --again, or say "
            "another name with --as."
        )
    tell("read")
    polygons = read_polygons(addition.file, list(addition.columns.wanted().values()), addition.layer)
    tell(f"check {len(polygons.outlines):,} regions")
    checked = sound(polygons, addition.columns)
    regions, from_where = checked.regions, {"basis": "measured", "column": addition.columns.population}
    findings = Findings(polygons.file.name, notes=list(checked.notes))
    if addition.columns.population is None:
        tell("people by overlay")
        regions, from_where = _with_people(regions, addition, findings)
    regions = regions.assign(population_basis=from_where["basis"])
    record = _record(addition, polygons, checked) | {
        "people_from": from_where,
        "notes": findings.notes,
        "on": today.isoformat(),
        "regions": len(regions),
        "people": int(regions.population.sum()),
    }
    tell("write")
    return AddedRegions(addition.name, regions[_COLUMNS], _keep(place, regions[_COLUMNS], record))


def remove(work: Path, name: str) -> Path:
    """Remove regions that were added, and return where they were; ``StudyError`` where there are none."""
    place = place_of(work, name)
    if name not in added_names(work):
        raise _absent(work, name)
    gone = _beside(place, _PARTIAL)
    place.rename(gone)
    shutil.rmtree(gone)
    return place


def _absent(work: Path, name: str) -> StudyError:
    known = listed(added_names(work)) or "none"
    return StudyError(
        f"regions {name!r} are not among those added to {str(work / _FOLDER)!r} ({known}); "
        f"add them with 'therapygap regions add FILE --as {name}'."
    )


def _with_people(
    regions: gpd.GeoDataFrame, addition: Addition, findings: Findings
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return regions with people by overlay, and where these are from."""
    source = people_source(addition.people, addition.people_column, addition.people_crs)
    found = overlay(regions.geometry, source.polygons)
    _tell(found, source, list(map(repr, regions.region_id)), findings)
    if findings.faults:
        raise UnsoundError(findings)
    from_where = {
        "basis": "assumed",
        "source": source.provenance,
        "people_of_source": total(source),
        "polygons": found.polygons,
        "people_inside": found.people_inside,
        "people_outside": found.people_outside,
        "people_beyond": found.people_beyond,
        "people_divided": found.people_divided,
    }
    return regions.assign(population=found.population), from_where


def _tell(found: Overlaid, source: PeopleSource, labels: list[str], findings: Findings) -> None:
    known = found.known_share.to_numpy()
    unknown, hardly = known <= _UNKNOWN_SHARE, (known > _UNKNOWN_SHARE) & (known < _MOSTLY)
    more = "name polygons that reach there with --people, or the people of each region with --population"
    if unknown.all() or not found.people_inside:
        findings.fault(f"nobody of {source.name} ({total(source):,} people) lives in any region; {more}.")
        return
    if unknown.any():
        findings.fault(
            f"regions outside of all polygons of {source.name}: {few(labels, unknown)}; "
            f"nobody knows who lives there; {more}."
        )
    if hardly.any():
        findings.note(f"{source.name} covers less than half of {few(labels, hardly)}.")
    told = found.people_inside + found.people_outside
    findings.note(
        f"people by overlay: {found.people_outside:,} of {told:,} people ({found.people_outside / told:.2%}) of the "
        f"polygons of {source.name} in which regions lie ({found.polygons:,}) live outside of regions."
    )
    if found.people_divided:
        findings.note(
            f"borders of regions divide the polygons in which {found.people_divided / found.people_inside:.1%} of the "
            "people inside live; where in them is assumed (evenly spread)."
        )


def _record(addition: Addition, polygons: PolygonFile, checked: Sound) -> dict[str, Any]:
    return {
        "name": addition.name,
        "file": polygons.file.name,
        "sha256": sha256_of(polygons.file),
        "layer": polygons.layer,
        "columns": {option.removeprefix("--"): column for option, column in addition.columns.wanted().items()},
        "id_digits": addition.columns.id_digits,
        "crs": called(checked.crs),
        "crs_from": checked.crs_from,
    }


def _keep(place: Path, regions: gpd.GeoDataFrame, record: dict[str, Any]) -> dict[str, Any]:
    """Write regions beside their place and move them there whole; return what was written of them."""
    fresh = _beside(place, _PARTIAL)
    try:
        fresh.mkdir(parents=True)
        regions.to_parquet(fresh / TABLE_FILE, index=False, compression="zstd", schema_version="1.1.0")
        record = record | {"table_sha256": sha256_of(fresh / TABLE_FILE)}
        (fresh / RECORD_FILE).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        _take(place, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return record


def _take(place: Path, fresh: Path) -> None:
    """Move a folder to its place; the one there is moved aside first, and goes, or comes back where that fails.

    A command that reads in between takes what was moved aside for that of a killed one and moves it back: so once more.
    """
    for tries_left in reversed(range(_TRIES)):
        retired = _beside(place, _RETIRED)
        with suppress(FileNotFoundError):  # the first of this name, or another command removed them
            place.rename(retired)
        try:
            fresh.rename(place)
        except BaseException as fault:
            _move_back(retired, place)
            if not tries_left or not isinstance(fault, OSError) or fault.errno not in _IN_THE_WAY:
                raise
        else:
            return
        finally:
            if place.exists():
                shutil.rmtree(retired, ignore_errors=True)


def _move_back(retired: Path, place: Path) -> None:
    """Move a folder back to its place, unless another command has done so or put a newer one there."""
    try:
        retired.rename(place)
    except OSError:
        if retired.exists() and not place.exists():
            raise


def _put_right(place: Path) -> None:
    """Undo what a killed command left beside a place: regions moved aside come back, unfinished ones go.

    They may be those of a command that runs, which looks again when its place is taken.
    """
    retired = list(_left_beside(place, _RETIRED))
    if retired and not place.exists():
        _move_back(retired.pop(), place)
    partial = _left_beside(place, _PARTIAL)
    stale = [folder for folder, changed in partial.items() if time.time() - changed > _STALE_SECONDS]
    for folder in (*retired, *stale):
        shutil.rmtree(folder, ignore_errors=True)


def _left_beside(place: Path, what: str) -> dict[Path, float]:
    """Return when each folder beside a place was changed, the last one last."""
    changed: dict[Path, float] = {}
    for folder in place.parent.glob(f".{place.name}.*{what}"):
        with suppress(FileNotFoundError):  # its command goes on
            changed[folder] = folder.stat().st_mtime
    return dict(sorted(changed.items(), key=lambda one: one[1]))


def _beside(place: Path, what: str) -> Path:
    """Return a new name beside a folder; names with a dot are never read."""
    return place.with_name(f".{place.name}.{uuid4().hex[:8]}{what}")
