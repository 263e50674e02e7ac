"""Sends the key or the token that lets a crawl into a directory, and asks for tokens (OAuth 2, RFC 6749, 4.4).

Both are added to a request behind everything that writes requests or responses down, taken off again before that sees
the request a second time, and sent to the directory's own origin only.
"""

import asyncio
import base64
import json
import re
from typing import Any, cast
from urllib.parse import quote_plus, urlencode, urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Request, Response

from crawler.access import Way, way_into
from crawler.directory import DirectorySpider, in_words
from crawler.policy import host_of

_ASKS_FOR_ONE = "access_asks_for_one"
_TURN = "access_turn"
"""Where a request carries which token it was sent with: the first is 1."""

_IS_ASKED_AGAIN = "access_is_asked_again"
_UNAUTHORISED = (401, 403)
_LATER = frozenset({408, 429, *range(500, 600)})
_SENT_AS_IT_IS = re.compile(r"[\x21-\x7e]+")
_REFUSALS = frozenset(
    {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
     "invalid_scope"}
)  # fmt: skip
"""The words of RFC 6749, section 5.2; any other word of a token address is not repeated, it could hold a secret."""


class NoAccessError(IgnoreRequest):
    """The directory or its token address lets nobody in who comes this way."""

    def __init__(self, why: str) -> None:
        super().__init__(f"no access: {why}")


def _origin(address: str) -> tuple[str, str, int]:
    parts = urlsplit(address)
    return parts.scheme, host_of(address), parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)


class Access:
    """Adds the key or token to requests of the directory's origin, and asks for a token when it needs one."""

    def __init__(self, crawler: Crawler, way: Way) -> None:
        self._crawler = crawler
        self._way = way
        self._spider = cast("DirectorySpider", crawler.spider)
        self._names = " and ".join(way.variables)
        self._asked_at = "the token address " + way.token_address.partition("?")[0]
        self._token = ""
        self._turn = 0
        self._refused = ""
        self._lock = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Access":
        """Make the way into the spider's directory; a replay asks nobody and needs none."""
        spider = cast("DirectorySpider", crawler.spider)
        if spider.replay is not None or "environment" not in spider.source.search:
            raise NotConfigured
        return cls(crawler, way_into(spider.source, spider.address))

    async def process_request(self, request: Request) -> None:
        """Add what lets a request in."""
        way = self._way
        if request.meta.get(_ASKS_FOR_ONE):
            pair = f"{quote_plus(way.client_id)}:{quote_plus(way.client_secret)}"
            request.headers["Authorization"] = b"Basic " + base64.b64encode(pair.encode())
        elif way.kind == "open" or not self._is_own(request):
            return
        elif way.kind == "key":
            request.headers[way.header] = way.key
        else:
            if not self._turn:
                await self._renew(0)
            request.headers["Authorization"] = f"Bearer {self._token}"
            request.meta[_TURN] = self._turn

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Take off what let a request in; ask again, once and with a new token, where an old one was refused."""
        if request.meta.get(_ASKS_FOR_ONE):
            self._take_off(request)
            if response.status not in _LATER:
                self._take_token(response)
            kept = {"Retry-After": text} if (text := response.headers.get("Retry-After")) else {}
            return Response(response.url, status=response.status, headers=kept)  # what comes next may write it down
        if not self._is_own(request):
            return response
        self._take_off(request)
        is_refused = response.status == _UNAUTHORISED[0] and self._way.kind == "token"
        if is_refused and _IS_ASKED_AGAIN not in request.meta:
            await self._renew(request.meta.get(_TURN, 0))
            again: Request = request.replace(dont_filter=True)
            again.meta[_IS_ASKED_AGAIN] = True
            return again
        return self._explained(response)

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002 - scrapy's parameters
        """Take off what would have let a request in."""
        if request.meta.get(_ASKS_FOR_ONE) or self._is_own(request):
            self._take_off(request)

    def _is_own(self, request: Request) -> bool:
        is_robots = urlsplit(request.url).path == "/robots.txt"
        return not is_robots and _origin(request.url) == _origin(self._spider.address)

    def _take_off(self, request: Request) -> None:
        for name in ("Authorization", self._way.header):
            if name:
                request.headers.pop(name, None)

    def _explained(self, response: Response) -> Response:
        """Return the response, or say what is wrong where the directory does not let in who comes this way."""
        if response.status not in _UNAUTHORISED:
            return response
        what = {"open": "asks for a key or a token", "key": "refused the key", "token": "refused a fresh token"}
        then = f"check {self._names}" if self._names else "--dry-run says which variables give it one"
        raise NoAccessError(f"{host_of(response.url)} {what[self._way.kind]} (status {response.status}); {then}")

    async def _renew(self, turn: int) -> None:
        """Ask for a token, unless another request has done so since the one of that turn; a refusal is final."""
        async with self._lock:
            if self._turn == turn and not self._refused:
                await self._ask_for_token()
        if self._refused:
            raise NoAccessError(self._refused)

    async def _ask_for_token(self) -> None:
        way = self._way
        asked = {"grant_type": "client_credentials"} | ({"scope": way.scope} if way.scope else {})
        request = Request(
            way.token_address,
            method="POST",
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            body=urlencode(asked),
            meta={_ASKS_FOR_ONE: True, "dont_cache": True, "dont_redirect": True},
            dont_filter=True,
        )
        try:
            before = self._turn
            answered = await cast("Any", self._crawler.engine).download_async(request)
            if self._turn == before:
                self._refused = f"{self._asked_at} failed (status {answered.status})"
        except NoAccessError as fault:
            self._refused = str(fault).removeprefix("no access: ")
        except Exception as fault:  # noqa: BLE001 - twisted's faults have no root of their own; told, not swallowed
            self._refused = f"{self._asked_at} could not be asked ({in_words(fault)})"

    def _take_token(self, response: Response) -> None:
        """Keep the token of an answer.

        Raises
        ------
        NoAccessError
            The answer holds none.

        """
        try:
            answer = json.loads(response.body)
        except ValueError:
            answer = None
        said: dict[str, Any] = answer if isinstance(answer, dict) else {}
        if response.status != 200:  # noqa: PLR2004 - the one status that brings a token
            word = said.get("error")
            reason = f"status {response.status}" + (f", {word}" if word in _REFUSALS else "")
            raise NoAccessError(f"{self._asked_at} refused the client ({reason}); check {self._names}")
        token, kind = said.get("access_token"), str(said.get("token_type", "")).lower()
        if not isinstance(token, str) or not _SENT_AS_IT_IS.fullmatch(token) or kind != "bearer":
            raise NoAccessError(
                f"{self._asked_at} answered without a token; expected JSON with access_token and token_type Bearer"
            )
        self._token = token
        self._turn += 1
