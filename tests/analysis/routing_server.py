"""A routing server on loopback that speaks OSRM's protocol over a plane of its own, well or badly, and remembers."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

Place = tuple[float, float]
"""Longitude and latitude."""


def crow_seconds(start: Place, end: Place) -> float | None:
    """Return seconds at a minute a hundredth of a degree, a made-up metric that nobody else uses."""
    return 60 * 100 * (abs(start[0] - end[0]) + abs(start[1] - end[1]))


@dataclass
class RoutingServer:
    """Answers tables after OSRM's documentation; ``failures`` come first, ``seconds`` says how long a trip takes."""

    http: HTTPServer
    seconds: Callable[[Place, Place], float | None] = crow_seconds
    moved_metres: Callable[[Place], float] = lambda _: 4.152629
    table_limit: int = 100
    data_version: str | None = "2026-01-01T00:00:00Z"
    failures: list[Response] = field(default_factory=list)
    asked: list[tuple[int, int]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    pairs: list[tuple[Place, Place]] = field(default_factory=list)
    dies_after: int | None = None

    def __post_init__(self) -> None:
        self.http.expect_request(re.compile("/.*"), method="GET").respond_with_handler(self._answer)

    @property
    def address(self) -> str:
        """Where it listens."""
        return self.http.url_for("").rstrip("/")

    def _answer(self, request: Request) -> Response:
        self.agents.append(request.headers["User-Agent"])
        if self.failures:
            return self.failures.pop(0)
        if self.dies_after is not None and len(self.asked) >= self.dies_after:
            return Response(status=503)
        service, version, profile, coordinates = request.path.strip("/").split("/")
        assert (service, version) == ("table", "v1")
        assert request.args["annotations"] == "duration"
        if profile != "driving":
            return refusal("InvalidService", "Unknown profile")
        places = [tuple(map(float, point.split(","))) for point in coordinates.split(";")]
        starts, ends = ([places[int(n)] for n in request.args[key].split(";")] for key in ("sources", "destinations"))
        if len(starts) * len(ends) > self.table_limit**2:
            return refusal("TooBig", "Too many table coordinates")
        self.asked.append((len(starts), len(ends)))
        self.pairs += [(start, end) for start in starts for end in ends]
        said = {
            "code": "Ok",
            "durations": [[self.seconds(start, end) for end in ends] for start in starts],
            "sources": [self._waypoint(place) for place in starts],
            "destinations": [self._waypoint(place) for place in ends],
        }
        if self.data_version:
            said["data_version"] = self.data_version
        return Response(json.dumps(said), content_type="application/json")

    def _waypoint(self, place: Place) -> dict[str, object]:
        return {"name": "Invented Street", "location": list(place), "distance": self.moved_metres(place)}


def refusal(code: str, message: str) -> Response:
    """Return a fault as OSRM tells it: status 400 and a code."""
    return Response(json.dumps({"code": code, "message": message}), status=400, content_type="application/json")
