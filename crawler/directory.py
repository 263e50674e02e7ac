"""What all spiders share: a page arrives, is read, is written down, and leads on. A spider only says where to go."""

import asyncio
import dataclasses
import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, Self, cast
from urllib.parse import urljoin

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.on_disk import BODIES_FOLDER, OnDisk, TooLargeError, UnpackError, parts_in, unrolled
from crawler.policy import Policy, host_of
from crawler.readers.raw import RawListing, ReaderError
from crawler.source import Source, SourceError, Streamed
from crawler.spool import Spool
from crawler.visits import Reading, Visit

READ_ON = "read_on"
"""Where a request carries the day on which a saved response was read."""

_MISSING = (404, 410)
_BARREN_MOST = 25
"""So many pages one after the other may bring nothing new and lead nowhere but on, before that is taken for a trap."""


class RefusedError(IgnoreRequest):
    """The policy refuses an address."""


class ForbiddenError(IgnoreRequest):
    """The site's robots.txt forbids an address."""


class NoRobotsError(IgnoreRequest):
    """The site's robots.txt could not be had, so that nobody knows what it forbids: a fault, not the owner's wish."""


class DirectorySpider(scrapy.Spider, ABC):
    """A spider of one directory.

    Subclasses say where to begin (``first``) and what a page says (``read``), and nothing of how fast or how often.

    Parameters
    ----------
    source, policy, spool
        The directory, what may be asked of it, and what has been read.
    address, states, areas
        Where it is, and the states or areas asked for.
    most_listings
        Stop after so many.
    saved, replay
        Folder in which to keep responses, and folder from which to take them instead of the network.
    stop
        Ends the process when the disk cannot be written to.

    """

    def __init__(  # noqa: PLR0913 - handed in by name from one place
        self,
        *,
        source: Source | None = None,
        policy: Policy | None = None,
        spool: Spool | None = None,
        address: str = "",
        states: tuple[str, ...] = (),
        most_listings: int | None = None,
        saved: Path | None = None,
        replay: Path | None = None,
        stop: Callable[[OSError], NoReturn] | None = None,
        areas: tuple[str, ...] = (),
    ) -> None:
        super().__init__(self.name)
        if source is None or policy is None or spool is None or stop is None:
            raise SourceError(f"{self.name} runs as 'therapygap crawl {self.name}', which judges what it brings.")
        self.source, self.policy, self.spool = source, policy, spool
        self.address, self.states, self.areas, self.most_listings = address, states, areas, most_listings
        self.saved, self.replay, self.stop = saved, replay, stop
        self._barren: dict[str, int] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401 - scrapy's
        """Make the spider; a fault in its own code counts as a page that failed."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.broke, signal=signals.spider_error)
        return spider

    @abstractmethod
    def first(self) -> Iterable[Visit]:
        """Return the pages to begin with."""

    @abstractmethod
    def read(self, response: Response, visit: Visit) -> Reading:
        """Return what a page says and where it leads."""

    def rows(self, opened: BinaryIO, visit: Visit) -> Iterator[RawListing | None]:
        """Yield what the rows of a page say that lies on the disk; ``None`` for one that is not understood."""
        raise NotImplementedError(f"{self.name} reads no page row by row: {visit.kind} from {opened}")

    def streamed(self, request: Request) -> Streamed | None:
        """Return how large the answer to a request may be on the disk; ``None`` where it is held in memory."""
        visit: Visit | None = request.cb_kwargs.get("visit")
        return self.source.streamed if visit is not None and self._is_streamed(visit) else None

    def _is_streamed(self, visit: Visit) -> bool:
        return self.source.streamed is not None and visit.kind in self.source.streamed.kinds

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the first pages, or for all that an interrupted crawl left open."""
        for request in self._requests(self.spool.open_visits(self.first())):
            yield request

    def _requests(self, visits: Iterable[Visit]) -> Iterator[Request]:
        """Yield a request for each page; write down those whose address is none."""
        for visit in visits:
            try:
                request = self._request(visit)
            except ValueError:
                self._written(partial(self._settled(visit), visit, "not an address of the web"))
            else:
                yield request

    def _request(self, visit: Visit) -> Request:
        # Addresses met twice are told apart in the spool, which outlives an interruption.
        arrived = self.arrived_on_disk if self._is_streamed(visit) else self.arrived
        return Request(visit.address, arrived, errback=self.missed, cb_kwargs={"visit": visit}, dont_filter=True)

    def _settled(self, visit: Visit) -> Callable[[Visit, str], None]:
        """Return how to write down that a page may not be asked for: what only a link led to may be left out."""
        return self.spool.left_out if visit.is_link or visit.is_optional else self.spool.failed

    def arrived(self, response: Response, visit: Visit) -> Iterator[Request]:
        """Read a page, write it down and go on."""
        try:
            reading = self.read(response, visit)
        except (ReaderError, RecursionError) as fault:
            why = f"unreadable: {fault}"
            self._written(lambda: self.spool.failed(visit, why))
            return
        further: list[Visit] = []
        self._written(lambda: further.extend(self._read(visit, reading, day_of(response.request, response))))
        self._stop_at_limits()
        yield from self._requests(further)

    async def arrived_on_disk(self, response: Response, visit: Visit) -> AsyncIterator[Request]:
        """Read a page that lies on the disk, beside all that goes on, and write it down whole or not at all."""
        if not isinstance(response, OnDisk):
            for request in self.arrived(response, visit):
                yield request
            return
        parts = self.spool.file.parent / BODIES_FOLDER / f"{response.file.stem}.parts"
        try:
            parts.parent.mkdir(exist_ok=True)
            await asyncio.to_thread(self._unroll, response, visit, parts)
        except (ReaderError, RecursionError, UnpackError, TooLargeError) as fault:
            why = f"unreadable: {fault}" if isinstance(fault, ReaderError | RecursionError) else in_words(fault)
            self._written(lambda: self.spool.failed(visit, why))
        except OSError as fault:
            self.stop(fault)
        else:
            day = day_of(response.request, response)
            self._written(lambda: self.spool.read_in_parts(visit, parts_in(parts), day))
        finally:
            response.forget()
            parts.unlink(missing_ok=True)
        self._stop_at_limits()

    def _unroll(self, response: OnDisk, visit: Visit, parts: Path) -> None:
        streamed = cast("Streamed", self.source.streamed)
        unrolled(response, partial(self.rows, visit=visit), streamed.most_bytes, parts)

    def _read(self, visit: Visit, reading: Reading, day: dt.date) -> list[Visit]:
        """Write a page down; return where to go on: not deeper, not more and not longer in vain than may be."""
        shallow = tuple(one for one in reading.visits if one.depth <= self.source.depth)
        self._count_nested(reading, visit)
        room = max(self.source.pages - self.spool.queue, 1)
        known = self.spool.listings
        further = self.spool.read(visit, dataclasses.replace(reading, visits=shallow), day, room)
        return [] if self._is_trap(visit, further, is_new=self.spool.listings > known) else further

    def _count_nested(self, reading: Reading, visit: Visit) -> None:
        """Count sitemaps that lie too deep in others; links too deep are no loss."""
        nested = sum(one.depth > self.source.depth and one.is_optional for one in reading.visits)
        if nested:
            beyond = f"{host_of(visit.address)}: {visit.kind} within more than {self.source.depth} others"
            self.spool.traffic.refused[beyond] += nested

    def _is_trap(self, visit: Visit, further: list[Visit], *, is_new: bool) -> bool:
        """Tell whether next pages go on in vain, and leave the one after them out."""
        before = self._barren.pop(visit.address, 0)
        if is_new or len(further) != 1 or further[0].is_link:
            return False
        if before + 1 >= _BARREN_MOST:
            self.spool.left_out(further[0], f"the {_BARREN_MOST} pages before it brought nothing new")
            return True
        self._barren[further[0].address] = before + 1
        return False

    def missed(self, failure: Failure) -> None:
        """Write down why a page did not come."""
        visit: Visit = cast("Any", failure).request.cb_kwargs["visit"]  # scrapy puts the request there
        fault = failure.value
        if isinstance(fault, (RefusedError, ForbiddenError)):
            self._written(partial(self._settled(visit), visit, str(fault)))
        elif isinstance(fault, HttpError) and visit.is_optional and fault.response.status in _MISSING:
            self._written(lambda: self.absent(visit, fault.response))
        elif isinstance(fault, HttpError):
            self._written(lambda: self.spool.failed(visit, f"status {fault.response.status}"))
        else:
            why = in_words(fault)
            self._written(lambda: self.spool.failed(visit, why))

    def absent(self, visit: Visit, response: Response) -> None:
        """Write down that an optional page is not there."""
        self.spool.left_out(visit, f"status {response.status}")

    def broke(self, failure: Failure, response: Response | None) -> None:
        """Write down a fault of the spider itself."""
        request = None if response is None else response.request
        if request is not None and "visit" in request.cb_kwargs:
            visit: Visit = request.cb_kwargs["visit"]
            self._written(lambda: self.spool.failed(visit, f"fault in the spider: {failure.value!r}"))

    def _written(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as fault:
            self.stop(fault)

    def _stop_at_limits(self) -> None:
        if self.most_listings is not None and self.spool.listings >= self.most_listings:
            raise CloseSpider("listings")
        if self.spool.pages >= self.source.pages:
            raise CloseSpider("pages")


def in_words(fault: BaseException | None) -> str:
    """Return a fault in one line: our own sentence, or its kind and, where it has any, its words."""
    words = " ".join(str(fault).split())
    if isinstance(fault, (IgnoreRequest, TooLargeError)):
        return words
    if isinstance(fault, UnpackError):
        return f"unreadable: {words}"
    return f"{type(fault).__name__}: {words:.120}" if words else type(fault).__name__


def joined(base: str, stated: str) -> str:
    """Return a stated address against the page it stands on, or as it was stated where it is none."""
    try:
        return urljoin(base, stated)
    except ValueError:  # brackets that enclose no address
        return stated


def day_of(request: Request | None, response: Response) -> dt.date:
    """Return the day a page was read: of a saved or cached response, the day it came."""
    saved = None if request is None else request.meta.get(READ_ON)
    if saved is not None:
        return dt.date.fromisoformat(saved)
    stated = response.headers.get("Date")
    if "cached" in response.flags and stated:
        with suppress(ValueError):  # no date, though the header says so
            return parsedate_to_datetime(stated.decode("latin-1")).date()
    return dt.datetime.now(dt.UTC).date()
