"""How much of an answer is taken: so many bytes of headers, and so many of a body, packed or unpacked.

Scrapy bounds bodies by ``DOWNLOAD_MAXSIZE`` and the time of a download by ``DOWNLOAD_TIMEOUT``; headers it does not.
"""

import struct
import zlib
from typing import Any, cast

from scrapy import Spider
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, IgnoreRequest
from scrapy.http import Request, Response
from scrapy.utils import _compression
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

from crawler.directory import TooLargeError, UnpackError

HEAD_MOST_BYTES = 256 * 1024
_PACKINGS_MOST = 2
_PACKERS = cast("Any", _compression)
_NOT_PACKED = (zlib.error, _PACKERS.brotli.error, _PACKERS.zstd.ZstdError, OSError, EOFError, struct.error)


class Unpacked(HttpCompressionMiddleware):
    """Unpacks a body as far as it may grow; says in our words what it does not unpack."""

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002 - older Scrapy's
    ) -> Request | Response:
        """Return the unpacked response."""
        stated = b",".join(response.headers.getlist("Content-Encoding"))
        if stated.count(b",") >= _PACKINGS_MOST:
            raise UnpackError(f"packed too often: more than {_PACKINGS_MOST} times, one around the other")
        try:
            return super().process_response(request, response)
        except IgnoreRequest as fault:
            raise TooLargeError(f"too large: more than {self._max_size:,} bytes when unpacked") from fault
        except _NOT_PACKED as fault:
            raise UnpackError("not packed as it says") from fault


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

    async def download_request(self, request: Request) -> Response:
        """Return the response."""
        try:
            return await super().download_request(request)
        except DownloadCancelledError as fault:
            raise TooLargeError(f"too large: more than {self._default_maxsize:,} bytes") from fault
        except DownloadFailedError as fault:
            for reason in getattr(fault.__cause__, "reasons", ()):
                if reason.check(TooLargeError):
                    raise TooLargeError(str(reason.value)) from fault
            raise
