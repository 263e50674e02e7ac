"""A downloader for pooch that goes on where it was interrupted; pooch's own begins anew and keeps nothing."""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import requests

from analysis.regions.fetchable import FetchError

Told = Callable[[int, int | None], None]
"""Takes how many bytes there are, and how many there will be where that is known."""

_TIMEOUT_SECONDS = (30.0, 120.0)
"""To connect, and between two pieces."""
_PIECE = 1 << 14
"""Bytes written at a time; a piece that breaks off is lost."""
_OK, _PARTIAL, _SAME, _BEYOND = 200, 206, 304, 416
_REFUSED = {401: "asks for a login", 403: "refuses", 404: "has no file", 410: "has no file any more", 429: "is busy"}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class UnchangedError(Exception):
    """The publisher says that the file at hand is still the newest."""


@dataclass
class Resuming:
    """Downloads one file into a part that survives an interruption, checks it, and only then hands it over.

    A part is gone on with only if the publisher names its version (a strong ETag or a date), so that two versions are
    never mixed; otherwise the download begins anew.
    """

    name: str
    part: Path
    most_bytes: int
    user_agent: str
    check: Callable[[Path], object]
    """Raises where the whole file is not what was wanted; it is then thrown away."""
    tell: Told
    known: Mapping[str, str] = field(default_factory=dict)
    """Headers that ask for a file only if it is newer than the one at hand."""
    version: dict[str, str] = field(default_factory=dict)
    """What the publisher called the version that came: ``ETag`` and ``Last-Modified``."""

    def __call__(self, url: str, output_file: str, pooch: object, check_only: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - pooch's own signature
        """Download an address to a file, as pooch asks for it.

        Raises
        ------
        FetchError
            It cannot be had, came incomplete, or is not what was wanted.
        UnchangedError
            There is nothing newer.

        """
        try:
            self._download(url)
        except requests.RequestException as fault:
            raise self._broken(url, fault) from fault
        try:
            self.check(self.part)
        except FetchError:
            self._forget()
            raise
        self.part.replace(output_file)
        self._forget()

    @property
    def _note(self) -> Path:
        return self.part.with_name(f"{self.part.name}.json")

    def _forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def _begun(self, url: str) -> tuple[int, str, bool]:
        """Return how much of this address there is, of which version, and whether that is all; 0 to begin anew."""
        with suppress(FileNotFoundError, ValueError, KeyError):
            note = json.loads(self._note.read_text(encoding="utf-8"))
            if note["address"] == url:
                begun = self.part.stat().st_size
                return begun, str(note["version"]), begun == note["whole"]
        self._forget()
        return 0, "", False

    def _download(self, url: str) -> None:
        begun, version, is_all = self._begun(url)
        if is_all:  # interrupted between the last piece and its place
            return
        headers = {"User-Agent": self.user_agent, "Accept-Encoding": "identity"}
        headers |= {"Range": f"bytes={begun}-", "If-Range": version} if begun else dict(self.known)
        with requests.Session() as session:
            session.trust_env = urlsplit(url).hostname not in _LOOPBACK  # no proxy for this machine
            with session.get(url, headers=headers, stream=True, timeout=_TIMEOUT_SECONDS) as answer:
                is_other = answer.status_code == _PARTIAL and _strong(answer) not in {None, version}
                if is_other or answer.status_code == _BEYOND:
                    self._forget()
                    raise FetchError(f"dataset {self.name!r}: the part kept of it did not fit any more; fetch again.")
                self._receive(url, answer, begun)

    def _receive(self, url: str, answer: requests.Response, begun: int) -> None:
        if _unprotected(url, answer.url):
            raise FetchError(
                f"dataset {self.name!r}: the publisher sends on from {url} to {answer.url}, which is not protected; "
                "open the address in a browser, and put where the file is now into the catalogue entry."
            )
        if answer.status_code == _SAME:
            raise UnchangedError
        goes_on = answer.status_code == _PARTIAL and answer.headers.get("Content-Range", "").startswith(
            f"bytes {begun}-"
        )
        if not goes_on and answer.status_code != _OK:
            raise self._refused(url, answer)
        if not goes_on:
            begun = 0
            self._forget()
        total = _length(answer, begun)
        if total is not None and total > self.most_bytes:
            raise self._too_big(total)
        self.version = {name: answer.headers[name] for name in ("ETag", "Last-Modified") if name in answer.headers}
        if (version := _strong(answer)) is not None:
            note = {"address": url, "version": version, "whole": total}
            self._note.write_text(json.dumps(note), encoding="utf-8")
        self._write(answer, begun, total)

    def _write(self, answer: requests.Response, begun: int, total: int | None) -> None:
        there = begun
        with self.part.open("ab" if begun else "wb") as stream:
            for piece in answer.iter_content(_PIECE):
                stream.write(piece)
                there += len(piece)
                self.tell(there, total)
                if there > self.most_bytes:
                    self._forget()
                    raise self._too_big(there)
            stream.flush()
            os.fsync(stream.fileno())
        if total is not None and there != total:
            raise FetchError(
                f"dataset {self.name!r} was cut short: {there:,} of {total:,} bytes came; fetch again, it goes on "
                "where it stopped."
            )

    def _too_big(self, count: int) -> FetchError:
        return FetchError(
            f"dataset {self.name!r} has {count:,} bytes or more, over ten times what the catalogue expects; if that is "
            "right, raise 'megabytes' in its entry."
        )

    def _refused(self, url: str, answer: requests.Response) -> FetchError:
        what = _REFUSED.get(answer.status_code, "did not give the file")
        after = answer.headers.get("Retry-After", "")
        later = f"; it asks to wait {after} seconds" if after.isdecimal() else ""
        return FetchError(
            f"dataset {self.name!r}: the publisher {what} (status {answer.status_code} at {url}){later}; open the "
            "address in a browser, and where the file has moved put its new address into the catalogue entry."
        )

    def _broken(self, url: str, fault: requests.RequestException) -> FetchError:
        there = self.part.stat().st_size if self.part.is_file() else 0
        what = "broke off" if self.part.is_file() else "cannot be had"
        goes_on = there > 0 and self._note.is_file()
        then = f"fetch again, it goes on after {there:,} bytes" if goes_on else "fetch again later"
        return FetchError(
            f"dataset {self.name!r} {what}: the network or {urlsplit(url).netloc} failed ({type(fault).__name__}); "
            f"{then}."
        )


def _unprotected(asked: str, came_from: str) -> bool:
    """Tell whether a protected address led to one that is not."""
    return urlsplit(asked).scheme == "https" and urlsplit(came_from).scheme != "https"


def _strong(answer: requests.Response) -> str | None:
    """Return what names the version of an answer for certain; ``None`` for a changed encoding or a weak name."""
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        return None
    tag = answer.headers.get("ETag")
    if tag is not None and not tag.startswith("W/"):
        return tag
    return answer.headers.get("Last-Modified")


def _length(answer: requests.Response, begun: int) -> int | None:
    """Return how long the whole file will be, where the answer says so and says it of what is written."""
    told = answer.headers.get("Content-Length", "")
    if not told.isdecimal() or answer.headers.get("Content-Encoding", "identity") != "identity":
        return None
    return begun + int(told)
