"""Answers whose bodies lie in files: what they are, and how they are read, row by row and no further than they may be.

``crawler.streaming`` writes the files.
"""

import gzip
import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from pydantic import TypeAdapter
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response

from crawler.readers.raw import RawListing
from crawler.visits import Reading

BODIES_FOLDER = "bodies"
"""Where bodies lie until they are read, in the folder of their crawl."""

_GZIP = b"\x1f\x8b"
_PLAIN, _PACKED = ("", "identity"), ("gzip", "x-gzip")
_ROWS_A_PART = 1_000
_READING = TypeAdapter(Reading)


class TooLargeError(DownloadCancelledError):
    """An answer is larger than any page may be: not asked for again."""


class UnpackError(ValueError):
    """A body is not packed as its headers say."""


class OnDisk(Response):
    """An answer whose body lies in a file, packed as it came; ``body`` is empty.

    A file that ``is_kept`` is somebody else's and stays.
    """

    attributes = (*Response.attributes, "file", "is_kept")

    def __init__(self, *args: Any, file: Path, is_kept: bool = False, **more: Any) -> None:  # noqa: ANN401 - scrapy's
        super().__init__(*args, **more)
        self.file, self.is_kept = file, is_kept

    @property
    def packing(self) -> str:
        """How the body is packed, as its headers say."""
        return b",".join(self.headers.getlist("Content-Encoding")).decode("latin-1").strip().lower()

    def check_packing(self) -> None:
        """Say so where the body is packed as nobody asked.

        Raises
        ------
        UnpackError
            It is.

        """
        if self.packing not in {*_PLAIN, *_PACKED}:
            raise UnpackError(f"packed as {self.packing[:40]!r}; expected gzip or nothing, as was asked for")

    def keep_as(self, place: Path) -> None:
        """Let the file be found under another name too; its bytes are never changed."""
        place.unlink(missing_ok=True)
        try:
            os.link(self.file, place)
        except OSError:  # another disk, or one without second names
            shutil.copyfile(self.file, place)

    def forget(self) -> None:
        """Remove the file, unless it is somebody else's."""
        if not self.is_kept:
            self.file.unlink(missing_ok=True)


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class _Bounded:
    """A body as it is read, unpacked where it is packed, as far as it may grow."""

    def __init__(self, body: _Readable, most_bytes: int) -> None:
        self._body, self._most, self._read = body, most_bytes, 0

    def read(self, size: int = -1) -> bytes:
        try:
            piece = self._body.read(size)
        except (OSError, EOFError, zlib.error) as fault:
            if isinstance(fault, OSError) and fault.errno is not None:
                raise  # the disk's own
            raise UnpackError("not packed as it says") from fault
        self._read += len(piece)
        if self._read > self._most:
            raise TooLargeError(f"too large: more than {self._most:,} bytes when unpacked")
        return piece


def unrolled(
    response: OnDisk, rows_of: Callable[[Any], Iterator[RawListing | None]], most_bytes: int, parts: Path
) -> None:
    """Read a body row by row and write what it says to a file, so many rows a line.

    Raises
    ------
    ReaderError, UnpackError, TooLargeError
        The body is not what it claims to be.

    """
    with response.file.open("rb") as raw, parts.open("wb") as lines:
        is_packed = response.packing in _PACKED or raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
        body = _Bounded(gzip.GzipFile(fileobj=raw) if is_packed else raw, most_bytes)
        for reading in _parts(rows_of(body)):
            lines.write(_READING.dump_json(reading, exclude_defaults=True) + b"\n")


def _parts(rows: Iterable[RawListing | None]) -> Iterator[Reading]:
    listings: list[RawListing] = []
    number = 0
    for row in rows:
        number += 1
        listings += [] if row is None else [row]
        if number == _ROWS_A_PART:
            yield Reading(tuple(listings), number)
            listings, number = [], 0
    yield Reading(tuple(listings), number)


def parts_in(parts: Path) -> Iterator[Reading]:
    """Yield what was unrolled, in order; always at least one part."""
    with parts.open("rb") as lines:
        for line in lines:
            yield _READING.validate_json(line)
