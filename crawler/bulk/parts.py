"""What an NPPES download consists of: archives and tables, each with the day it was made; unpacked only when needed."""

import datetime as dt
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from crawler.readers.raw import ReaderError

_KINDS: tuple[tuple[Literal["providers", "places", "ended"], "re.Pattern[str]"], ...] = (
    ("providers", re.compile(r"npidata_pfile.*\.csv", re.IGNORECASE)),
    ("places", re.compile(r"pl_pfile.*\.csv", re.IGNORECASE)),
    ("ended", re.compile(r".*deactivated.*\.(csv|xlsx)", re.IGNORECASE)),
)
_HEAD_ONLY = "fileheader"
_DAY = re.compile(r"(?<!\d)(\d{8})(?!\d)")
_CHUNK_BYTES = 1 << 20
_READABLE = (".zip", ".csv", ".xlsx")


@dataclass(frozen=True)
class Part:
    """One table of a download.

    Attributes
    ----------
    member
        Its name inside the archive ``file``; empty where the file itself is the table.
    day
        Last day in its name; ``None`` where it names none.

    """

    kind: Literal["providers", "places", "ended"]
    file: Path
    member: str
    day: dt.date | None

    @property
    def name(self) -> str:
        """What the user calls it."""
        return f"{self.member} in {self.file}" if self.member else str(self.file)

    @property
    def suffix(self) -> str:
        """The ending of its name, in small letters."""
        return Path(self.member or self.file.name).suffix.casefold()


def parts_of(export: Path) -> list[Part]:
    """Return the parts of an archive, of a folder of them, or of one table; the newest first.

    On one day deactivations come before the tables, which state them too.

    Raises
    ------
    ReaderError
        Nothing in it is of NPPES, or several files cannot be put in order because one has no day in its name.

    """
    files = sorted(export.iterdir()) if export.is_dir() else [export]
    found = [part for file in files if file.suffix.casefold() in _READABLE for part in _parts_in(file)]
    if not found and export.is_file() and export.suffix.casefold() == ".csv":
        found = [Part("providers", export, "", _day_of(export.name))]
    if not any(part.kind == "providers" for part in found):
        raise ReaderError(
            f"{str(export)!r} holds no table of providers; expected npidata_pfile_....csv, alone or in the zip archive "
            "of an NPPES dissemination, or a folder of such archives."
        )
    undated = [part for part in found if part.day is None and part.kind != "places"]
    if undated and sum(part.kind != "places" for part in found) > 1:
        raise ReaderError(
            f"{undated[0].name} has no day in its name, so that nobody knows in which order to apply it; expected "
            "names as published, such as npidata_pfile_20261102-20261108.csv."
        )
    return sorted(found, key=lambda part: (part.day or dt.date.min, part.kind == "ended"), reverse=True)


def places_with(providers: Part, parts: list[Part]) -> list[Part]:
    """Return the further places of practice that were published with a table of providers."""
    return [
        part
        for part in parts
        if part.kind == "places" and part.file.parent == providers.file.parent and part.day == providers.day
        and (part.file == providers.file or not (part.member or providers.member))
    ]  # fmt: skip


def _parts_in(file: Path) -> Iterator[Part]:
    if file.suffix.casefold() != ".zip":
        names = [(file.name, "")]
    else:
        with _archive(file) as archive:
            names = [(Path(one.filename).name, one.filename) for one in archive.infolist() if not one.is_dir()]
    for name, member in names:
        kind = next((kind for kind, pattern in _KINDS if pattern.fullmatch(name)), None)
        if kind is not None and _HEAD_ONLY not in name.casefold():
            yield Part(kind, file, member, _day_of(name))


def _day_of(name: str) -> dt.date | None:
    for digits in reversed(_DAY.findall(name)):
        try:
            return dt.datetime.strptime(digits, "%Y%m%d").replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    return None


@contextmanager
def _archive(file: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive; what is wrong with it is one sentence."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError) as fault:
        raise ReaderError(f"{file} is not a whole zip archive ({fault}); download it again.") from fault
    except (NotImplementedError, RuntimeError) as fault:  # packed in a way Python cannot undo, or encrypted
        raise ReaderError(f"{file} cannot be unpacked ({fault}); unpack it and give its folder instead.") from fault


@contextmanager
def unpacked(part: Part, work: Path) -> Iterator[Path]:
    """Give a part as a file of its own; what was unpacked for that is removed, however the block is left."""
    if not part.member:
        yield part.file
        return
    file = work / f"part{part.suffix}"
    try:
        with _archive(part.file) as archive:
            _check_room(part, archive.getinfo(part.member).file_size, work)
            with archive.open(part.member) as packed, file.open("wb") as plain:
                shutil.copyfileobj(packed, plain, _CHUNK_BYTES)
        yield file
    finally:
        file.unlink(missing_ok=True)


def _check_room(part: Part, size: int, work: Path) -> None:
    free = shutil.disk_usage(work).free
    if size > free:
        raise ReaderError(
            f"{part.name} needs {size / 1e9:,.1f} GB to be unpacked and {work} has {free / 1e9:,.1f} GB; make room."
        )
