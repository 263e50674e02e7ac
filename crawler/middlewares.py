"""Where the policy meets every request: first ones, links, next pages, redirects and robots.txt alike.

robots.txt itself is read in ``crawler.robots``; how large an answer may be is said in ``crawler.bounds``.
"""

import asyncio
from typing import TYPE_CHECKING, Any, cast
from urllib.request import getproxies

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.resolver import CachingThreadedResolver
from scrapy.responsetypes import responsetypes
from twisted.internet.error import DNSLookupError

from crawler.directory import READ_ON, DirectorySpider, RefusedError, day_of
from crawler.on_disk import OnDisk
from crawler.policy import host_of, is_private
from crawler.replay import SavedResponse, body_file, find, keep
from crawler.streaming import OK

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

_WAIT_MOST_SECONDS = 300


def _spider(crawler: Crawler) -> DirectorySpider:
    return cast("DirectorySpider", crawler.spider)


class Gatekeeper:
    """Refuses what the policy refuses, before anything else is asked of that host; counts and names it."""

    def __init__(self, spider: DirectorySpider) -> None:
        self._spider = spider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Gatekeeper":
        """Make the gatekeeper of a spider."""
        return cls(_spider(crawler))

    def process_request(self, request: Request) -> None:
        """Let a request pass or refuse it."""
        reason = self._spider.policy.refusal(request.url)
        if reason is not None:
            place = host_of(request.url) or request.url[:80]
            self._spider.spool.traffic.refused[f"{place}: {reason}"] += 1
            raise RefusedError(f"refused: {reason}")


class PatientRetry:
    """Asks again after a fault, later each time, and not before the server's ``Retry-After``."""

    def __init__(self, crawler: Crawler) -> None:
        self._retry = RetryMiddleware.from_crawler(crawler)
        self._delay = crawler.settings.getfloat("DOWNLOAD_DELAY")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "PatientRetry":
        """Make the patience of a crawl."""
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the response, or after a while the request that asks again."""
        again = self._retry.process_response(request, response)
        if isinstance(again, Request):
            await self._wait(again, (response.headers.get("Retry-After") or b"").decode("latin-1"))
        return again

    async def process_exception(self, request: Request, exception: Exception) -> Request | Response | None:
        """Return, after a while, the request that asks again."""
        again = self._retry.process_exception(request, exception)
        if isinstance(again, Request):
            await self._wait(again, "")
        return again

    async def _wait(self, request: Request, stated: str) -> None:
        seconds = self._delay * 2 ** request.meta["retry_times"]
        wanted = float(stated) if self._delay and stated.isdecimal() else 0.0
        await asyncio.sleep(min(max(seconds, wanted), _WAIT_MOST_SECONDS))


class Saved:
    """Keeps responses if told to, and serves kept ones instead of the network if told to."""

    def __init__(self, spider: DirectorySpider) -> None:
        self._spider = spider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Saved":
        """Make the keeper of a spider's responses."""
        return cls(_spider(crawler))

    def process_request(self, request: Request) -> Response | None:
        """Return the kept response of an address in a replay."""
        if self._spider.replay is None:
            return None
        try:
            is_held = self._spider.streamed(request) is None
            kept = find(self._spider.replay, request.url, is_held=is_held)
        except ValueError as fault:
            raise IgnoreRequest("damaged among the saved responses") from fault
        if kept is None:
            raise IgnoreRequest("not among the saved responses")
        request.meta[READ_ON] = kept.read_on.isoformat()
        headers: dict[str, list[str]] = {}
        for name, text in kept.headers:
            headers.setdefault(name, []).append(text)
        if not is_held and kept.status == OK:
            file = body_file(self._spider.replay, request.url)
            return OnDisk(request.url, status=kept.status, headers=headers, request=request, file=file, is_kept=True)
        kind = responsetypes.from_args(url=request.url, body=kept.body)
        return kind(request.url, status=kept.status, headers=headers, body=kept.body, request=request)

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep a response."""
        if self._spider.saved is not None:
            headers = tuple(
                (name.decode("latin-1"), text.decode("latin-1"))
                for name, texts in response.headers.items()
                for text in texts
            )
            said = SavedResponse(request.url, response.status, headers, day_of(request, response), response.body)
            try:
                keep(self._spider.saved, said, response.keep_as if isinstance(response, OnDisk) else None)
            except OSError as fault:
                self._spider.stop(fault)
        return response


class Counted:
    """Counts what goes over the network: requests, answered or not, and answers by status."""

    def __init__(self, spider: DirectorySpider) -> None:
        self._spool = spider.spool

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Counted":
        """Make the counter of a spider."""
        return cls(_spider(crawler))

    def process_response(self, request: Request, response: Response) -> Response:  # noqa: ARG002 - scrapy's parameters
        """Count an answer."""
        if "cached" not in response.flags:
            self._spool.traffic.requests += 1
            self._spool.traffic.statuses[str(response.status)] += 1
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002 - the same
        """Count a request nobody answered."""
        if not isinstance(exception, IgnoreRequest):
            self._spool.traffic.requests += 1


class PublicResolver(CachingThreadedResolver):
    """Finds no number for a public name that turns out to mean this machine or a private network."""

    def getHostByName(self, name: str, timeout: Any = ()) -> "Deferred[str]":  # noqa: ANN401, N802 - twisted's
        """Return the number of a host."""
        found = super().getHostByName(name, timeout)
        if is_private(name) or name in {host_of(proxy) for proxy in getproxies().values()}:
            return found  # judged by name already, or the way out of a network that has a proxy
        return found.addCallback(_public, name)


def _public(number: str, name: str) -> str:
    if is_private(number):
        raise DNSLookupError(f"{name} is {number}, which is not a public address.")
    return number
