"""Answers too large to hold go to a file as they come.

Scrapy 2.19 keeps every body in memory (its issues 3880 and 4620 are open), so the buffer it fills is exchanged for a
file. Which answers these are, and how large they may be, is said by the directory's file in ``crawler/sources``.
"""

import asyncio
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

from scrapy.core.downloader.handlers.http11 import _ScrapyAgent
from scrapy.http import Request, Response

from crawler.on_disk import BODIES_FOLDER, OnDisk
from crawler.source import Streamed

ON_DISK_MOST_BYTES = 4 * 1024**3
"""No directory may ask for more, whatever its file says."""

BODIES_MOST = 4
"""So many may lie there, unread or on their way, before another is asked for: a slow reader does not fill the disk."""

_ROOM_SECONDS = 0.2
OK = 200
"""The one status whose body may be that large."""


class Shelf:
    """The folder of bodies of one crawl, empty at its begin and gone at its end."""

    def __init__(self, crawl: Path) -> None:
        self._folder = crawl / BODIES_FOLDER
        self._numbers = count(1)
        self.clear()

    def clear(self) -> None:
        """Remove what lies there."""
        shutil.rmtree(self._folder, ignore_errors=True)

    async def new_file(self) -> Path:
        """Return where the next body may lie, as soon as there is room for it."""
        while len(list(self._folder.glob("*.body"))) >= BODIES_MOST:  # noqa: ASYNC110 - readers in threads make room
            await asyncio.sleep(_ROOM_SECONDS)
        self._folder.mkdir(exist_ok=True)
        return self._folder / f"{next(self._numbers)}.body"


class _Body:
    """What Scrapy takes for the buffer of a body; tells when enough has come to wait for more."""

    def __init__(
        self, file: Path, progress_bytes: int, progress: Callable[[], None], stop: Callable[[OSError], NoReturn]
    ) -> None:
        self._progress_bytes, self._progress, self._stop = progress_bytes, progress, stop
        self._since = 0
        try:
            self._file = file.open("wb", buffering=0)
        except OSError as fault:
            stop(fault)

    def write(self, piece: bytes) -> None:
        try:
            self._file.write(piece)
        except OSError as fault:
            self._stop(fault)
        self._since += len(piece)
        if self._since >= self._progress_bytes:
            self._since = 0
            self._progress()

    def getvalue(self) -> bytes:
        """Close the file; the body in memory is empty."""
        self._file.close()
        return b""

    def truncate(self, _: int) -> None:
        self._file.close()


class StreamingAgent(_ScrapyAgent):
    """Asks for one answer and writes its body to a file; only an answer that is none of a fault is that large.

    ``has_body`` tells afterwards whether the file was begun.
    """

    has_body = False

    def __init__(self, file: Path, streamed: Streamed, stop: Callable[[OSError], NoReturn], **more: Any) -> None:  # noqa: ANN401 - scrapy's
        super().__init__(**more)
        self._file, self._streamed, self._stop = file, streamed, stop

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:  # noqa: ANN401 - twisted's
        if txresponse.code == OK:
            self._maxsize = min(self._streamed.most_bytes, ON_DISK_MOST_BYTES)
            deliver = txresponse.deliverBody

            def deliver_to_disk(reader: Any) -> None:  # noqa: ANN401 - scrapy's
                reader._bodybuf = _Body(self._file, self._streamed.progress_bytes, self._wait_anew(request), self._stop)  # noqa: SLF001
                self.has_body = True
                deliver(reader)

            txresponse.deliverBody = deliver_to_disk
        return super()._cb_bodyready(txresponse, request)

    def _wait_anew(self, request: Request) -> Callable[[], None]:
        def wait() -> None:
            limit: Any = self._timeout_cl
            if limit.active():
                limit.reset(request.meta["download_timeout"])

        return wait


def on_disk(response: Response, file: Path) -> OnDisk:
    """Return an answer whose body lies in a file."""
    return OnDisk(
        response.url,
        status=response.status,
        headers=response.headers,
        flags=response.flags,
        certificate=response.certificate,
        ip_address=response.ip_address,
        protocol=response.protocol,
        file=file,
    )
