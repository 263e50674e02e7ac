"""A site on this machine that means harm, and crawls of it with limits made short by the test."""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from crawled import crawled, therapist_page

from crawler.records import Crawl

Answer = Callable[[BaseHTTPRequestHandler], None]
_SHORT_CHILD = Path(__file__).with_name("short_child.py")
_POPEN = subprocess.Popen


class HostileSite:
    """A server whose every path is a function that writes what it likes; it remembers what it was asked and when."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, float]] = []
        self.sent_cookies: list[str] = []
        self.closing = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.asked.append((self.path, time.monotonic()))
                site.sent_cookies += self.headers.get_all("Cookie") or []
                path = urlsplit(self.path).path
                answer = site.answers.get(path) or site.answers.get(path.rstrip("0123456789"), missing)
                answer(self)

            def handle(self) -> None:
                with suppress(OSError):  # the crawler hung up
                    super().handle()

            def log_message(self, *args: object) -> None:
                """Write no log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def paths(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [path for path, _ in self.asked]

    def close(self) -> None:
        """Serve no more."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def hostile() -> Iterator[HostileSite]:
    site = HostileSite()
    try:
        yield site
    finally:
        site.close()


def said(body: bytes | str, status: int = 200, **headers: str) -> Answer:
    """Return an answer with a body and headers, whose names have ``_`` for ``-``."""
    content = body.encode() if isinstance(body, str) else body

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, text in {"Content_Type": "text/html; charset=utf-8", **headers}.items():
            handler.send_header(name.replace("_", "-"), text)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


missing = said("", 404)


def moved(place: str) -> Answer:
    return said("", 302, Location=place)


def page(people: Iterable[str], links: Iterable[str] = (), following: str = "") -> Answer:
    return said(therapist_page(people, links, following))


def chunked(pieces: Callable[[], Iterator[bytes]]) -> Answer:
    """Return an answer without a length, its pieces made as they are taken."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for piece in pieces():
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        handler.wfile.write(b"0\r\n\r\n")

    return answer


def crawled_shortly(
    site: HostileSite, folder: Path, order: dict[str, Any] | None = None, **limits: dict[str, Any]
) -> tuple[Crawl, int]:
    """Crawl a site as the command would, but with limits made short; return the crawl and its peak memory in MiB.

    ``order`` is what is ordered beside or instead of a site with schema.org data at its root.
    """
    folder.mkdir(exist_ok=True)
    peak = folder / "peak"
    told = json.dumps({"peak": str(peak), **limits})
    ordered = {"source": "json_ld_site", "crawls": folder, "address": site.address, **(order or {})}

    def popen(command: list[str], **more: Any) -> "subprocess.Popen[str]":  # noqa: ANN401 - as it is called
        return _POPEN([command[0], str(_SHORT_CHILD), told], **more)

    with mock.patch("subprocess.Popen", popen):
        done = crawled(**ordered)
    return done, int(peak.read_text(encoding="utf-8")) // 1024


def names_of(done: Crawl) -> set[str]:
    """Return the identifiers of the people a crawl brought, as their pages call them."""
    return {record.source_id.rsplit("#", 1)[-1] for record in done.records()}
