"""A small HTTP/1.1 server on loopback for directories that answer at once: one event loop, connections kept open."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus
from typing import cast
from urllib.parse import parse_qsl, unquote, urlsplit

from demonstration.web import TEXT, Answer, Directory, compact

HOST = "127.0.0.1"
STATUS_PATH = "/_status"
DISALLOWED = "disallowed"
_HEAD_MOST = 32_768
_END_OF_HEAD = b"\r\n\r\n"
_REQUEST_LINE_WORDS = 3


class _Connection(asyncio.Protocol):
    """One connection of a client; requests on it are answered in turn."""

    def __init__(self, directory: Directory, requests: Counter[str]) -> None:
        self._directory = directory
        self._requests = requests
        self._unread = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while _END_OF_HEAD in self._unread:
            head, self._unread = self._unread.split(_END_OF_HEAD, 1)
            self._respond(head.decode("latin-1").split("\r\n"))
        if len(self._unread) > _HEAD_MOST and self._transport is not None:
            self._transport.abort()

    def _respond(self, lines: list[str]) -> None:
        words = lines[0].split(" ")
        fields = (line.partition(":") for line in lines[1:])
        headers = {name.strip().lower(): text.strip() for name, _, text in fields}
        is_understood = len(words) == _REQUEST_LINE_WORDS and words[0] in {"GET", "HEAD"}
        answer = self._answer(words[1], headers.get("host", HOST)) if is_understood else _REFUSED
        keeps = is_understood and words[2] == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
        head = (
            f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n"
            f"Content-Type: {answer.kind}\r\nContent-Length: {len(answer.body)}\r\n"
            f"Cache-Control: no-store\r\nConnection: {'keep-alive' if keeps else 'close'}\r\n\r\n"
        ).encode("latin-1")
        if self._transport is not None:
            self._transport.write(head if words[0] == "HEAD" else head + answer.body)
            if not keeps:
                self._transport.close()

    def _answer(self, target: str, host: str) -> Answer:
        address = urlsplit(target)
        path = unquote(address.path)
        if path == STATUS_PATH:
            return Answer(compact(dict(self._requests)))
        self._requests[self._directory.name] += 1
        if self._directory.is_disallowed(path):
            self._requests[DISALLOWED] += 1
        query: dict[str, str] = {}
        for name, text in parse_qsl(address.query, keep_blank_values=True):
            query[name] = f"{query[name]},{text}" if name in query else text
        return self._directory.answer(path, query, f"http://{host}")


_REFUSED = Answer(b"Only GET and HEAD are answered.\n", TEXT, 405)


async def listen(directories: Sequence[Directory]) -> list[asyncio.Server]:
    """Listen for each directory on a loopback port the system chooses."""
    loop = asyncio.get_running_loop()
    requests: Counter[str] = Counter({directory.name: 0 for directory in directories} | {DISALLOWED: 0})

    async def one(directory: Directory) -> asyncio.Server:
        return await loop.create_server(lambda: _Connection(directory, requests), HOST, 0)

    return [await one(directory) for directory in directories]


def port_of(server: asyncio.Server) -> int:
    """Return the port a server listens on."""
    return int(server.sockets[0].getsockname()[1])
