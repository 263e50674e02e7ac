"""robots.txt, read as far as anybody has to and obeyed in all it says: which pages, and how often.

Scrapy 2.19 takes a robots.txt that could not be had for one that allows everything, and reads no ``Crawl-delay``.
"""

import re
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Request, Response

from crawler.directory import DirectorySpider, ForbiddenError, NoRobotsError, in_words
from crawler.policy import host_of

if TYPE_CHECKING:
    from scrapy.robotstxt import RobotParser

ROBOTS_MOST_BYTES = 500 * 1024
"""RFC 9309, section 2.5: a crawler reads at least so much, and need not read more."""

LONGEST_DELAY_SECONDS = 3600.0
"""Who wants a longer pause than this does not want to be crawled."""

_AGENT = re.compile(r"\s*user[- ]?agent\b\s*:?\s*([^#]*)", re.IGNORECASE)
_SOMEBODY_ELSE = "User-agent: somebody-else"
_SERVER_ERROR = 500


def concerning(agent: str, body: bytes) -> bytes:
    """Return robots.txt as far as it is read, with all other agents under one name.

    The parser's work grows with agents times rules, so that a file of many agents could keep it busy for hours.
    """
    if len(body) > ROBOTS_MOST_BYTES:
        body = body[:ROBOTS_MOST_BYTES]
        body = body[: body.rfind(b"\n") + 1] or body
    return "\n".join(_line(agent, line) for line in body.decode("utf-8-sig", "ignore").splitlines()).encode()


def _line(agent: str, line: str) -> str:
    found = _AGENT.match(line)
    if found is None:
        return line
    named = found.group(1).strip().lower()
    bare = named.replace("*", "")
    return line if named == "*" or (bare and agent.startswith(bare)) else _SOMEBODY_ELSE


def wanted_seconds(robots: Protego, agent: str) -> float:
    """Return the pause robots.txt wants between two requests, as ``Crawl-delay`` or ``Request-rate``; 0 for none."""
    rate = robots.request_rate(agent)
    return max(robots.crawl_delay(agent) or 0.0, rate.seconds / rate.requests if rate else 0.0)


class Robots(RobotsTxtMiddleware):
    """Obeys robots.txt as RFC 9309 says: not there means allowed, not to be had means that nothing is asked for.

    A replay asks nobody.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._spider = cast("DirectorySpider", crawler.spider)
        self._agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._not_had: dict[str, str] = {}

    def process_request_2(self, rp: Any, request: Request) -> None:  # noqa: ANN401 - scrapy's parser
        """Tell a forbidden page from other reasons to ignore a request."""
        why = self._not_had.get(urlsplit(request.url).netloc)
        if why is not None:
            raise NoRobotsError(f"robots.txt could not be had: {why}")
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as fault:
            raise ForbiddenError("forbidden by robots.txt") from fault
        if rp is not None and self._spider.policy.delay(0, wanted_seconds(rp.rp, self._agent)) > LONGEST_DELAY_SECONDS:
            raise ForbiddenError("forbidden by robots.txt, which wants more than an hour between two requests")

    async def robot_parser(self, request: Request) -> Any:  # noqa: ANN401 - scrapy's parser
        """Return what robots.txt of a host says.

        Of requests that wait for it together, Scrapy 2.19 tells only the first what came and lets the others pass.
        """
        await super().robot_parser(request)
        return self._parsers[urlsplit(request.url).netloc]

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= _SERVER_ERROR:
            self._not_had[netloc] = f"status {response.status}"
        is_there = response.status == 200  # noqa: PLR2004 - the one status that means it is there
        if is_there and len(response.body) > ROBOTS_MOST_BYTES:
            self._spider.spool.traffic.refused[f"{host_of(request.url)}: robots.txt beyond its first 500 KiB"] += 1
        read = concerning(self._agent, response.body) if is_there else b""
        await super()._parse_robots(response.replace(body=read), netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if self._spider.replay is None:
            self._not_had[netloc] = in_words(exc)
        super()._robots_error(exc, netloc)


class Throttle(AutoThrottle):
    """Slows down with the server, and never goes faster than its robots.txt wants."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._wanted: dict[str, float] = {}
        crawler.signals.connect(self._robots_read, signal=signals.robots_parsed)

    def _robots_read(self, robotparser: "RobotParser", request: Request) -> None:
        host = urlsplit(request.url).hostname or ""
        policy = cast("DirectorySpider", self.crawler.spider).policy
        delay = policy.delay(self.mindelay, wanted_seconds(cast("Any", robotparser).rp, self._agent))
        self._wanted[host] = max(delay, self._wanted.get(host, 0.0))
        downloader = cast("Any", self.crawler.engine).downloader
        downloader.per_slot_settings[host] = {"delay": max(self._wanted[host], downloader._delay)}  # noqa: SLF001
        self._hold(downloader.slots.get(host), host)

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        super()._response_downloaded(response, request, spider)
        host, slot = self._get_slot(request, spider)
        self._hold(slot, host)

    def _hold(self, slot: Any, host: str | None) -> None:  # noqa: ANN401 - scrapy's slot of the requests to a host
        if slot is not None and host is not None:
            slot.delay = max(slot.delay, self._wanted.get(host, 0.0))
