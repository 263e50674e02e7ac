"""Public datasets fetched once: verified before they take their place, kept by vintage, and checked again when used."""

import datetime as dt
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pooch

from analysis.provenance import sha256_of
from analysis.regions.fetchable import Fetchable, FetchError
from analysis.regions.rawfile import check
from analysis.regions.resuming import Resuming, Told, UnchangedError

RECORD_FILE = "fetched.json"
_INCOMING = ".incoming"
_MEGABYTE = 1_000_000
_TOO_MUCH = 10

pooch.get_logger().setLevel("WARNING")  # what is done is told by the command


@dataclass(frozen=True)
class Way:
    """How datasets are fetched."""

    user_agent: str
    mirror: str | None = None
    offline: bool = False
    again: bool = False


@dataclass(frozen=True)
class Fetched:
    """A dataset that is there, and whether that is new."""

    file: Path
    how: Literal["there", "found", "fetched", "unchanged", "renewed"]
    record: dict[str, Any]


def fetch(one: Fetchable, downloads: Path, way: Way, tell: Told) -> Fetched:
    """Return a dataset's file, fetched unless it is there.

    Whatever fails, a file that was there stays as it was. A file put there by hand is checked as if it had been
    fetched.

    Raises
    ------
    FetchError
        It cannot be had, or is not what the catalogue promises, or was changed since it was fetched.

    """
    file = one.place(downloads)
    if file.is_file() and (way.offline or not way.again or one.how.by_hand):
        return kept(one, file)
    if one.how.by_hand:
        raise FetchError(
            f"dataset {one.name!r} has to be fetched by hand, since {one.how.by_hand}: get {file.name} from "
            f"{one.entry['address']} and put it at {file}."
        )
    if way.offline:
        raise FetchError(f"dataset {one.name!r} is not at {file}; fetch it without --offline.")
    (file.parent / _INCOMING).mkdir(parents=True, exist_ok=True)
    with _alone_in(file.parent, one):
        return _download(one, file, way, tell)


def kept(one: Fetchable, file: Path) -> Fetched:
    """Return a file that is there, if it still is what was fetched; without a record it is checked and recorded.

    Raises
    ------
    FetchError
        It was changed, or is not what the catalogue promises.

    """
    record = record_of(file)
    digest = sha256_of(file)
    if record is None:
        rows = check(one, file)
        _known(one, file, digest)
        return Fetched(file, "found", _record(one, file, digest, rows, {"put_there": "by hand"}))
    if record["sha256"] != digest:
        raise FetchError(
            f"dataset {one.name!r}: {file} was changed or damaged since it was fetched on {record['on']}; delete it "
            "and fetch again, or fetch with --again."
        )
    _known(one, file, digest)
    return Fetched(file, "there", record)


def record_of(file: Path) -> dict[str, Any] | None:
    """Return what was written beside a file when it was fetched; ``None`` where nothing was, or it cannot be read."""
    try:
        said: dict[str, Any] = json.loads((file.parent / RECORD_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return said if {"sha256", "on", "address"} <= set(said) else None


def _download(one: Fetchable, file: Path, way: Way, tell: Told) -> Fetched:
    address = one.address(way.mirror)
    record = record_of(file) if file.is_file() else None
    is_intact = record is not None and record["sha256"] == sha256_of(file) and record["address"] == address
    rows: list[int] = []
    downloader = Resuming(
        name=one.name,
        part=file.parent / _INCOMING / file.name,
        most_bytes=int(one.how.megabytes * _MEGABYTE * _TOO_MUCH),
        user_agent=way.user_agent,
        check=lambda part: rows.append(check(one, part)),
        tell=tell,
        known=_only_newer(record) if record is not None and is_intact else {},
    )
    try:
        whole = _by_pooch(one, address, file, downloader)
    except UnchangedError:
        return Fetched(file, "unchanged", record or {})
    digest = sha256_of(whole)
    _same_edition(one, file, record, digest, whole)
    how: Literal["fetched", "renewed", "unchanged"] = "fetched"
    if record is not None:
        how = "renewed" if record["sha256"] != digest else "unchanged" if is_intact else "fetched"
    (file.parent / RECORD_FILE).unlink(missing_ok=True)  # a file without record is checked; one with another's is not
    whole.replace(file)
    return Fetched(file, how, _record(one, file, digest, rows[-1], {"address": address} | downloader.version))


def _by_pooch(one: Fetchable, address: str, file: Path, downloader: Resuming) -> Path:
    """Download into a folder of what has come but not yet its place; pooch compares the checksum."""
    folder = file.parent / _INCOMING / "whole"
    (folder / file.name).unlink(missing_ok=True)
    known = None if one.how.sha256 is None else f"sha256:{one.how.sha256}"
    try:
        return Path(pooch.retrieve(address, known, fname=file.name, path=folder, downloader=downloader))
    except FetchError:
        raise
    except ValueError as fault:  # pooch's word for another checksum
        raise FetchError(
            f"dataset {one.name!r}: {file.name} is not the file the catalogue knows (SHA-256 {one.how.sha256}): the "
            "publisher changed it, or it is not the publisher's; compare, and put the new checksum into the entry."
        ) from fault


def _same_edition(one: Fetchable, file: Path, record: dict[str, Any] | None, digest: str, whole: Path) -> None:
    """Refuse other content under the address of a vintage that should not change; the old copy stays."""
    if record is None or one.how.moves or record["sha256"] == digest:
        return
    whole.unlink()
    raise FetchError(
        f"dataset {one.name!r}: the publisher changed {file.name} since {record['on']} without a new vintage; the copy "
        f"of then was kept: delete {file} and fetch again if you want the new one."
    )


def _known(one: Fetchable, file: Path, digest: str) -> None:
    if one.how.sha256 not in {None, digest}:
        raise FetchError(
            f"dataset {one.name!r}: {file} is not the file the catalogue knows: its SHA-256 is {digest}, expected "
            f"{one.how.sha256}; delete it and fetch again."
        )


def _only_newer(record: dict[str, Any]) -> dict[str, str]:
    """Return the headers that ask for a file only if it is newer than the recorded one."""
    asked = {"If-None-Match": record.get("ETag"), "If-Modified-Since": record.get("Last-Modified")}
    return {name: value for name, value in asked.items() if value}


def _record(one: Fetchable, file: Path, digest: str, rows: int, more: dict[str, str]) -> dict[str, Any]:
    """Write beside a file what is known of it, at once and whole."""
    record = {
        "dataset": one.name,
        "title": one.title,
        "vintage": one.entry["vintage"],
        "address": one.entry["address"],
        "on": dt.datetime.now(dt.UTC).date().isoformat(),
        "bytes": file.stat().st_size,
        "rows": rows,
        "sha256": digest,
    } | more
    new = file.parent / f"{RECORD_FILE}.new"
    new.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    new.replace(file.parent / RECORD_FILE)
    return record


@contextmanager
def _alone_in(folder: Path, one: Fetchable) -> Iterator[None]:
    """Hold a folder, so that two processes do not write one part."""
    with (folder / _INCOMING / "lock").open("w") as lock:
        if sys.platform != "win32":
            import fcntl  # noqa: PLC0415 - not known on every system

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as fault:
                raise FetchError(
                    f"dataset {one.name!r} is being fetched by another process; wait until it has finished."
                ) from fault
        yield
