"""A site of linked pages on this machine, which can be held back, broken or robbed of its robots.txt."""

import threading
from collections import Counter

from crawled import therapist_page
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from crawler.records import Crawl

PAGES = 40
EACH = 3


class Site:
    """A site of linked pages that counts what it is asked; told to, it answers so many pages and holds the others back.

    So a crawl can be cut off in the middle however fast or slow the machine is.
    """

    def __init__(self, server: HTTPServer) -> None:
        self.asked: Counter[str] = Counter()
        self.most: int | None = None
        self._released = threading.Event()
        self.address = server.url_for("/")
        self.broken: set[str] = set()
        self.robots = "User-agent: *\nDisallow: /private\n"
        self.more_links: list[str] = []
        server.expect_request("/").respond_with_handler(self._page)
        server.expect_request("/robots.txt").respond_with_handler(self._robots)
        server.expect_request("/sitemap.xml").respond_with_data("", status=404)
        for number in range(1, PAGES):
            server.expect_request(f"/{number}").respond_with_handler(self._page)
        server.expect_request("/private").respond_with_handler(self._page)
        server.expect_request("/away").respond_with_handler(self._page)

    def _robots(self, request: Request) -> Response:
        self.asked[request.path] += 1
        return Response(self.robots, content_type="text/plain")

    def _page(self, request: Request) -> Response:
        self.asked[request.path] += 1
        if self.most is not None and sum(self.asked.values()) > self.most:
            self._released.wait(60)
        if request.path in self.broken:
            return Response("broken", status=500)
        if request.path == "/away":
            return Response("", status=302, headers={"Location": "https://www.psychologytoday.com/us"})
        number = int(request.path.strip("/") or 0)
        people = [f"p{number}-{one}" for one in range(EACH)] + ["everywhere"]
        links = [f"/{one}" for one in range(1, PAGES)] if number == 0 else [f"/{number % (PAGES - 1) + 1}"]
        return Response(therapist_page(people, [*links, *self.more_links]), content_type="text/html; charset=utf-8")

    def release(self) -> None:
        """Answer everything from now on."""
        self.most = None
        self._released.set()


def records_of(done: Crawl) -> bytes:
    return done.records_file.read_bytes()
