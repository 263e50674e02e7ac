"""The batch geocoder of the US Census Bureau: a CSV file of addresses up, a CSV file of matches down.

The format is confirmed by the Bureau's help as the FCC tells it and by two open wrappers, not at the service itself:
POST of a form with ``addressFile`` (id, street, city, state, ZIP; no header; at most 10,000 rows) and ``benchmark``;
answer rows of id, input, ``Match``/``No_Match``/``Tie``, ``Exact``/``Non_Exact``, matched address,
"longitude,latitude", TIGER line, side.
"""

import csv
import io
import math
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.providers.geocode.address import Address
from analysis.providers.geocode.constants import constant
from analysis.providers.geocode.engine import Answers, EngineError, Match
from analysis.providers.geocode.web import Web

SERVER = "https://geocoding.geo.census.gov/geocoder"
PAUSE_SECONDS = 1.0
TIMEOUT_SECONDS = 600.0
_BATCH = 1_000
_COUNTRY = "US"
_NEGATIVE = frozenset({"No_Match", "Tie"})
_COORDINATES = 5


@dataclass(frozen=True)
class Census:
    """The engine; ``benchmark`` names the edition of the address ranges."""

    web: Web
    benchmark: str

    @property
    def name(self) -> str:
        """Engine, server and edition."""
        return f"census {self.web.server} {self.benchmark}"

    @property
    def batch(self) -> int:
        """A tenth of what the service takes: little is lost when it fails."""
        return _BATCH

    def knows(self, country: str) -> bool:
        """Tell whether a country is the United States."""
        return country == _COUNTRY

    def locate(self, addresses: Sequence[Address]) -> Answers:
        """Return matches; a tie is none. Rows that are no answer are left out."""
        body, kind = _form({"benchmark": self.benchmark}, _file(addresses))
        answer = self.web.send("/locations/addressbatch", body, {"Content-Type": kind})
        text = answer.decode("utf-8", errors="replace")
        if not any(True for _ in _rows(text)):
            raise EngineError(
                f"geocoding server {self.web.server!r} answered {answer[:80]!r} and no row of a match table; its "
                "format or its address may have changed."
            )
        return read_answer(text, addresses)


def read_answer(text: str, addresses: Sequence[Address]) -> dict[Address, Match | None]:
    """Return what the rows of an answer say of the addresses, whose ids are their positions."""
    found: dict[Address, Match | None] = {}
    for row in _rows(text):
        position = int(row[0])
        if position >= len(addresses) or addresses[position] in found:
            continue
        if row[2] in _NEGATIVE:
            found[addresses[position]] = None
        elif row[2] == "Match" and (match := _match(row)):
            found[addresses[position]] = match
    return found


def _rows(text: str) -> Iterator[list[str]]:
    """Yield the rows that begin with a number of an address and hold input and indicator."""
    for row in csv.reader(io.StringIO(text.replace("\0", ""))):
        if len(row) > 2 and len(row[0]) <= len(str(_BATCH)) and row[0].isascii() and row[0].isdecimal():  # noqa: PLR2004 - id, input, indicator
            yield row


def _match(row: list[str]) -> Match | None:
    """Return the match of a row; ``None`` where it holds no point on Earth."""
    try:
        longitude, latitude = (float(part) for part in row[_COORDINATES].split(","))
    except (IndexError, ValueError):
        return None
    if not (math.isfinite(latitude) and abs(latitude) <= 90 and abs(longitude) <= 180):  # noqa: PLR2004 - degrees
        return None
    return Match(latitude, longitude, constant("engine_exact_km" if row[3] == "Exact" else "engine_inexact_km"))


def _file(addresses: Sequence[Address]) -> bytes:
    rows = io.StringIO(newline="")
    csv.writer(rows, lineterminator="\n").writerows(
        (number, one.street, one.city, one.state, one.postal_code) for number, one in enumerate(addresses)
    )
    return rows.getvalue().encode()


def _form(fields: dict[str, str], file: bytes) -> tuple[bytes, str]:
    """Return a form with a file, after RFC 7578, and its content type."""
    mark = f"therapygap{secrets.token_hex(16)}"
    head = "".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head += (
        f'--{mark}\r\nContent-Disposition: form-data; name="addressFile"; filename="addresses.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    return head.encode() + file + f"\r\n--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"
