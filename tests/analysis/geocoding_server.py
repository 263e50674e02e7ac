"""A geocoding server on loopback that speaks both protocols, well or badly, and remembers what it was asked."""

import csv
import email.message
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

POINT = (45.78, -108.5)
Row = Callable[[list[str]], str]


def matched(row: list[str]) -> str:
    """Return the line of a match, as the Census Bureau writes it: longitude first."""
    asked = ", ".join(row[1:])
    return f'"{row[0]}","{asked}","Match","Exact","{asked.upper()}","{POINT[1]},{POINT[0]}","1234","L"'


def unmatched(row: list[str], word: str = "No_Match") -> str:
    return f'"{row[0]}","{", ".join(row[1:])}","{word}"'


@dataclass
class GeocodingServer:
    """What it answers to a street (``line`` for Census, ``places`` for Nominatim), and failures that come first."""

    http: HTTPServer
    line: Row = matched
    places: Callable[[str], object] = lambda street: [place(street)]
    failures: list[Response] = field(default_factory=list)
    asked: list[list[str]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.http.expect_request("/locations/addressbatch", method="POST").respond_with_handler(self._batch)
        self.http.expect_request("/search", method="GET").respond_with_handler(self._search)

    @property
    def address(self) -> str:
        """Where it listens."""
        return self.http.url_for("").rstrip("/")

    @property
    def streets(self) -> list[str]:
        """The streets it was asked for."""
        return [row[1] for row in self.asked] + [query["street"] for query in self.queries]

    def _batch(self, request: Request) -> Response:
        self.agents.append(request.headers["User-Agent"])
        if self.failures:
            return self.failures.pop(0)
        form = parts_of(request)
        rows = list(csv.reader(io.StringIO(form["addressFile"])))
        assert form["benchmark"] == "Public_AR_Current"
        self.asked += rows
        return Response("\n".join(self.line(row) for row in reversed(rows)) + "\n", content_type="text/csv")

    def _search(self, request: Request) -> Response:
        self.agents.append(request.headers["User-Agent"])
        if self.failures:
            return self.failures.pop(0)
        query = request.args.to_dict()
        assert query["format"] == "jsonv2"
        self.queries.append(query)
        said = self.places(query["street"])
        return Response(said if isinstance(said, str) else json.dumps(said), content_type="application/json")


def place(street: str, half: float = 0.0005) -> dict[str, object]:
    """Return a place as Nominatim tells it: numbers are text, the box is south, north, west, east."""
    north, east = POINT
    box = [str(side) for side in (north - half, north + half, east - half, east + half)]
    return {"lat": str(north), "lon": str(east), "boundingbox": box, "display_name": street, "place_rank": 30}


def parts_of(request: Request) -> dict[str, str]:
    """Read a form with another reader than the one that wrote it: the mail package's."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + request.get_data())
    payload = message.get_payload()
    assert isinstance(payload, list)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True).decode()  # type: ignore[union-attr]
        for part in payload
    }
