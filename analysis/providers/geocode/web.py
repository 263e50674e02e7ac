"""Asking a web service with manners: an honest name, one request at a time, a pause between, back-off, no redirects.

Addresses are sent to the one server the user named and nowhere else; over plain HTTP only on this machine.
"""

import datetime as dt
import email.utils
import http.client
import ipaddress
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import urlsplit

from analysis.providers.geocode.engine import EngineError

_PRODUCT = "therapygap"
_ATTEMPTS = 5
_FIRST_WAIT_SECONDS = 2.0
_LONGEST_WAIT_SECONDS = 300.0
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_MOST_BYTES = 64 * 1024 * 1024


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage,
        newurl: str,
    ) -> None:  # fmt: skip
        """Follow nothing: an address goes to the server that was named."""
        del req, fp, code, msg, headers, newurl


def is_loopback(address: str) -> bool:
    """Tell whether an address is this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass
class Web:
    """A polite client of one server.

    Attributes
    ----------
    server
        Address that every request begins with.
    contact
        E-mail or web address of whoever asks; may be missing only on loopback.
    pause_seconds
        Least time between two requests; none on loopback.
    timeout_seconds
        Longest wait for an answer.
    wait, clock
        How to wait and what time it is; tests pass their own.

    """

    server: str
    contact: str | None
    pause_seconds: float
    timeout_seconds: float
    wait: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _next: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.server)
        local = is_loopback(self.server)
        if parts.scheme not in ("http", "https") or not parts.hostname or (parts.scheme == "http" and not local):
            raise EngineError(
                f"geocoding server {self.server!r} is not an https address (http is for this machine only); correct "
                "'address' under [geocode] in the study file."
            )
        if not local and not self.contact:
            raise EngineError(
                f"geocoding server {self.server!r} must be told who asks; set 'contact' under [geocode] to an e-mail "
                "or web address."
            )
        self.server = self.server.rstrip("/")
        self.pause_seconds = 0.0 if local else self.pause_seconds
        handlers: list[urllib.request.BaseHandler] = [_NoRedirects()]
        if local:
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def send(self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> bytes:
        """Return the body of the answer, asking up to five times where a failure may pass.

        Raises
        ------
        EngineError
            The server refuses, stays away, or asks to wait longer than five minutes.

        """
        agent = f"{_PRODUCT} (+{self.contact})" if self.contact else _PRODUCT
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
            f"{self.server}{path}", data=body, headers={"User-Agent": agent, **(headers or {})}
        )
        fault = "no answer"
        for attempt in range(_ATTEMPTS):
            self._paced()
            pause = _FIRST_WAIT_SECONDS * 2**attempt
            try:
                return self._answer(request)
            except urllib.error.HTTPError as refusal:
                with refusal:
                    fault = f"status {refusal.code}"
                    if refusal.code not in _PASSING:
                        break
                    pause = max(pause, _retry_after(refusal.headers.get("Retry-After")))
            except (OSError, http.client.HTTPException) as trouble:
                fault = str(trouble) or type(trouble).__name__
            if pause > _LONGEST_WAIT_SECONDS:
                fault += f", asks to wait {pause:.0f} seconds"
                break
            if attempt < _ATTEMPTS - 1:
                self.wait(pause)
        raise EngineError(
            f"geocoding server {self.server!r} did not answer ({fault}); what it answered before is kept: run again "
            "later to go on from there, or set engine = 'offline' under [geocode]."
        )

    def _paced(self) -> None:
        """Wait until the pause since the last request is over."""
        now = self.clock()
        if now < self._next:
            self.wait(self._next - now)
        self._next = max(now, self._next) + self.pause_seconds

    def _answer(self, request: urllib.request.Request) -> bytes:
        with self._opener.open(request, timeout=self.timeout_seconds) as answer:
            body: bytes = answer.read(_MOST_BYTES + 1)
        if len(body) > _MOST_BYTES:
            raise EngineError(f"geocoding server {self.server!r} answers more than {_MOST_BYTES:,} bytes; not read.")
        return body


def _retry_after(stated: str | None) -> float:
    """Return the seconds a server asks to wait, given as a number or as a date; 0 where it says nothing usable."""
    if not stated:
        return 0.0
    if stated.strip().isdecimal():
        return float(stated)
    try:
        moment = email.utils.parsedate_to_datetime(stated)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds())
