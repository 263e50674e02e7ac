"""Asking an OSRM server for tables of minutes, with manners: one request at a time, a pause between, back-off.

Coordinates go to the server the user named and nowhere else; what it says is read in ``osrm_table``.
"""

import ipaddress
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from analysis.access.osrm_table import Answer, Floats, mend, read_answer, table_path
from analysis.providers.geocode.engine import EngineError
from analysis.study import StudyError

DEMONSTRATION = frozenset({"router.project-osrm.org", "routing.openstreetmap.de"})
"""Public servers run for demonstrations: at most one request a second, no heavy use (OSRM's wiki, read 26.11.2026)."""

_PRODUCT = "therapygap"
_ATTEMPTS = 5
_FIRST_WAIT_SECONDS = 2.0
_LONGEST_WAIT_SECONDS = 300.0
_DEMONSTRATION_PAUSE_SECONDS = 1.0
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_OK, _REFUSED = 200, 400
_MOST_BYTES = 64 * 1024 * 1024
_PIECE_BYTES = 1 << 16


class TravelServerError(EngineError):
    """A routing server cannot be reached, refuses, or answers something that is no table."""


@dataclass
class OsrmServer:
    """One server; ``wait`` and ``clock`` are how to wait and what time it is.

    Raises
    ------
    StudyError
        The address is none that may be asked.

    """

    address: str
    contact: str | None = None
    profile: str = "driving"
    pause_seconds: float = 1.0
    timeout_seconds: float = 120.0
    allow_demo: bool = False
    wait: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _next: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or parts.username:
            raise StudyError(
                f"travel server {self.address!r} is not the address of a server; expected one such as "
                "'http://127.0.0.1:5000' in 'address' of [access] travel."
            )
        is_own = _is_own(host)
        if parts.scheme == "http" and not is_own:
            raise StudyError(
                f"travel server {self.address!r} would be sent the places of therapists in plain text; use https (http "
                "is for this machine and addresses of the own network)."
            )
        if host in DEMONSTRATION and not self.allow_demo:
            raise StudyError(
                f"travel server {host!r} is run for demonstrations and wants light use, which tables of a study are "
                "not; run a server of your own, or say 'allow_demo = true' for a trial with few sites."
            )
        if not is_own and not self.contact:
            raise StudyError(
                f"travel server {self.address!r} must be told who asks; set 'contact' in [access] travel to an e-mail "
                "or web address."
            )
        if host in DEMONSTRATION:
            self.pause_seconds = max(self.pause_seconds, _DEMONSTRATION_PAUSE_SECONDS)
        elif _is_loopback(host):
            self.pause_seconds = 0.0
        self.address = self.address.rstrip("/")

    def path(self, origins: Floats, sites: Floats) -> str:
        """Return what is asked for: minutes from each origin to each site, points as latitude and longitude."""
        return table_path(self.profile, origins, sites)

    def ask(self, path: str, shape: tuple[int, int]) -> Answer:
        """Return the answer to a path, asking up to five times where a failure may pass.

        Raises
        ------
        TravelServerError
            The server refuses, stays away, asks to wait longer than five minutes, or answers no table.

        """
        fault = "no answer"
        for attempt in range(_ATTEMPTS):
            self._paced()
            pause = _FIRST_WAIT_SECONDS * 2**attempt
            try:
                status, body, retry_after = self._get(path)
                if status in (_OK, _REFUSED):
                    return self._read(body, shape)
                fault = f"status {status}"
                if status not in _PASSING:
                    break
                pause = max(pause, _seconds(retry_after))
            except requests.RequestException as trouble:
                fault = type(trouble).__name__
            if pause > _LONGEST_WAIT_SECONDS:
                fault += f", asks to wait {pause:.0f} seconds"
                break
            if attempt < _ATTEMPTS - 1:
                self.wait(pause)
        raise TravelServerError(
            f"travel server {self.address!r} did not answer ({fault}); what it answered before is kept: run again "
            "later to go on from there."
        )

    def _get(self, path: str) -> tuple[int, bytes, str | None]:
        agent = f"{_PRODUCT} (+{self.contact})" if self.contact else _PRODUCT
        with requests.Session() as session:
            session.trust_env = not _is_loopback(urlsplit(self.address).hostname or "")
            with session.get(
                f"{self.address}{path}",
                headers={"User-Agent": agent, "Accept": "application/json"},
                timeout=self.timeout_seconds,
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = b""
                for piece in answer.iter_content(_PIECE_BYTES):
                    body += piece
                    if len(body) > _MOST_BYTES:
                        raise self._no_table(body)
                return answer.status_code, body, answer.headers.get("Retry-After")

    def _paced(self) -> None:
        """Wait until the pause since the last request is over."""
        now = self.clock()
        if now < self._next:
            self.wait(self._next - now)
        self._next = max(now, self._next) + self.pause_seconds

    def _read(self, body: bytes, shape: tuple[int, int]) -> Answer:
        try:
            said: Any = json.loads(body)
        except ValueError as fault:
            if body.lstrip().startswith(b"{"):
                raise requests.ConnectionError("an answer that breaks off") from fault
            raise self._no_table(body) from fault
        code = said.get("code") if isinstance(said, dict) else None
        if not isinstance(code, str):
            raise self._no_table(body)
        if code != "Ok":
            message = str(said.get("message") or "no message")[:120]
            raise TravelServerError(
                f"travel server {self.address!r} refuses with {code} ({message}) a table of {shape[0]} by {shape[1]}; "
                f"{mend(code)}."
            )
        try:
            return read_answer(said, shape)
        except (KeyError, TypeError, ValueError) as fault:
            raise self._no_table(body) from fault

    def _no_table(self, body: bytes) -> TravelServerError:
        return TravelServerError(
            f"travel server {self.address!r} answered {body[:80]!r} ({len(body):,} bytes) and no table of minutes; "
            "give the address of an OSRM server as 'address' in [access] travel."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_own(host: str) -> bool:
    """Tell whether a host is this machine or an address of the own network."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost"


def _seconds(stated: str | None) -> float:
    """Return the seconds a server asks to wait, given as a number or as a date; 0 where it says nothing usable."""
    if not stated:
        return 0.0
    try:
        return Retry().parse_retry_after(stated)
    except InvalidHeader:
        return 0.0
