"""How much of an answer is taken: so many bytes of headers, and so many of a body, packed or unpacked.

Scrapy bounds bodies by ``DOWNLOAD_MAXSIZE`` and the time of a download by ``DOWNLOAD_TIMEOUT``; headers it does not.
Answers that a directory's file says are larger go to the disk (``crawler.streaming``), under bounds of their own.
"""

import struct
import zlib
from typing import TYPE_CHECKING, Any, cast

from scrapy import Spider
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Request, Response
from scrapy.utils import _compression
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

from crawler.on_disk import OnDisk, TooLargeError, UnpackError
from crawler.source import Streamed
from crawler.streaming import Shelf, StreamingAgent, on_disk

if TYPE_CHECKING:
    from crawler.directory import DirectorySpider

HEAD_MOST_BYTES = 256 * 1024
_PACKINGS_MOST = 2
_PACKERS = cast("Any", _compression)
_NOT_PACKED = (zlib.error, _PACKERS.brotli.error, _PACKERS.zstd.ZstdError, OSError, EOFError, struct.error)


class Unpacked(HttpCompressionMiddleware):
    """Unpacks a body as far as it may grow; says in our words what it does not unpack."""

    def __init__(self, *, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._crawler = crawler

    def process_request(self, request: Request, spider: Spider | None = None) -> Request | Response | None:  # noqa: ARG002 - older Scrapy's
        """Say what can be unpacked; what goes to the disk is unpacked as it is read, and never put into the cache."""
        if cast("DirectorySpider", self._crawler.spider).streamed(request) is not None:
            request.headers["Accept-Encoding"] = "gzip"
            request.meta["dont_cache"] = True
        return super().process_request(request)

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002 - older Scrapy's
    ) -> Request | Response:
        """Return the unpacked response."""
        if isinstance(response, OnDisk):
            return _checked(response)
        stated = b",".join(response.headers.getlist("Content-Encoding"))
        if stated.count(b",") >= _PACKINGS_MOST:
            raise UnpackError(f"packed too often: more than {_PACKINGS_MOST} times, one around the other")
        try:
            return super().process_response(request, response)
        except IgnoreRequest as fault:
            raise TooLargeError(f"too large: more than {self._max_size:,} bytes when unpacked") from fault
        except _NOT_PACKED as fault:
            raise UnpackError("not packed as it says") from fault


def _checked(response: OnDisk) -> OnDisk:
    try:
        response.check_packing()
    except UnpackError:
        response.forget()
        raise
    return response


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """A connection that is given up when the headers of one answer do not end."""

    _head_bytes = 0

    def request(self, request: Any) -> Any:  # noqa: ANN401 - twisted's
        self._head_bytes = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - twisted's
        if self._parser is not None and self._parser.state in {STATUS, HEADER}:
            if self._head_bytes > HEAD_MOST_BYTES:  # before this piece, of which the end may be body
                fault = TooLargeError(f"too large: more than {HEAD_MOST_BYTES:,} bytes of headers")
                self._giveUp(Failure(fault))  # type: ignore[no-untyped-call]
                return
            self._head_bytes += len(data)
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class _BoundedFactory(_LenientHTTP11ClientFactory):
    """Makes such connections."""

    def buildProtocol(self, addr: Any) -> _BoundedProtocol:  # noqa: ANN401, ARG002, N802 - twisted's
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class BoundedHandler(HTTP11DownloadHandler):
    """Downloads over HTTP; says in our words when an answer is too large."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory  # noqa: SLF001 - where Scrapy itself puts its own
        self._spider = cast("DirectorySpider", crawler.spider)
        self._shelf = Shelf(self._spider.spool.file.parent)

    async def close(self) -> None:
        """Close what is open; nothing stays on the disk."""
        self._shelf.clear()
        await super().close()

    async def download_request(self, request: Request) -> Response:
        """Return the response."""
        streamed = self._spider.streamed(request)
        most = self._default_maxsize if streamed is None else streamed.most_bytes
        try:
            return await (super().download_request(request) if streamed is None else self._to_disk(request, streamed))
        except DownloadCancelledError as fault:
            raise TooLargeError(f"too large: more than {most:,} bytes") from fault
        except DownloadFailedError as fault:
            for reason in getattr(fault.__cause__, "reasons", ()):
                if reason.check(TooLargeError):
                    raise TooLargeError(str(reason.value)) from fault
            raise

    async def _to_disk(self, request: Request, streamed: Streamed) -> Response:
        """Return the response with its body in a file, or, where it is none, as any other."""
        file = await self._shelf.new_file()
        agent = StreamingAgent(
            file,
            streamed,
            self._spider.stop,
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        try:
            with wrap_twisted_exceptions():
                response = await maybe_deferred_to_future(agent.download_request(request))
        except DownloadTimeoutError as fault:
            file.unlink(missing_ok=True)
            if not agent.has_body:
                raise
            raise DownloadTimeoutError(
                f"less than {streamed.progress_bytes:,} bytes came within {request.meta['download_timeout']:g} seconds"
            ) from fault
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        return on_disk(response, file) if agent.has_body else response
