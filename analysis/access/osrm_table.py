"""OSRM's table service: what to ask, and what an answer says.

After OSRM's documentation (``docs/http.md``, read 26.11.2026): ``GET /table/v1/{profile}/{longitude,latitude;...}
?sources=..&destinations=..&annotations=duration``; a fault has status 400 and a ``code``; a duration is in seconds,
``null`` where there is no way; a waypoint's ``distance`` is how far, in metres, the point was moved to a road. A server
takes at most its ``--max-table-size`` squared pairs, 100 by default (``src/engine/plugins/table.cpp``).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SECONDS_OF_MINUTE = 60
_METRES_OF_KM = 1000
_MEND = {
    "TooBig": "its table limit is smaller than 'table_limit': set that to the server's --max-table-size",
    "NoSegment": "a point has no road near it in the server's map: is it a map of this country?",
    "NoTable": "it found no table at all: is its map whole?",
    "InvalidUrl": "it may be another version than OSRM 5 or later",
}


@dataclass(frozen=True)
class Answer:
    """Minutes of a block, shape (origins, sites), infinite where there is no way; how far the points were moved.

    ``data_version`` is what the server calls its map; ``None`` where it does not say.
    """

    minutes: Floats
    origin_moved_km: Floats
    site_moved_km: Floats
    data_version: str | None


def table_path(profile: str, origins: Floats, sites: Floats) -> str:
    """Return the path of a request for minutes from each origin to each site, points as latitude and longitude."""
    coordinates = ";".join(f"{east:.6f},{north:.6f}" for north, east in np.vstack((origins, sites)))
    middle, last = len(origins), len(origins) + len(sites)
    sources, targets = (";".join(map(str, part)) for part in (range(middle), range(middle, last)))
    return (
        f"/table/v1/{profile}/{coordinates}?sources={sources}&destinations={targets}"
        "&annotations=duration&generate_hints=false"
    )


def mend(code: str) -> str:
    """Return what to do about a fault the server names."""
    return _MEND.get(code, "check 'address' and 'profile' in [access] travel")


def read_answer(said: dict[str, Any], shape: tuple[int, int]) -> Answer:
    """Return the table in an answer; ``KeyError``, ``TypeError`` or ``ValueError`` where it is none of this shape."""
    rows = said["durations"]
    if len(rows) != shape[0] or any(len(row) != shape[1] for row in rows):
        raise ValueError("another shape")
    minutes = np.array([[np.inf if cell is None else _number(cell) for cell in row] for row in rows])
    moved = [
        np.array([_number(point["distance"]) for point in said[ends]]) / _METRES_OF_KM
        for ends in ("sources", "destinations")
    ]
    if tuple(map(len, moved)) != shape:
        raise ValueError("another number of points")
    version = said.get("data_version")
    return Answer(
        minutes.reshape(shape) / _SECONDS_OF_MINUTE, moved[0], moved[1], version if isinstance(version, str) else None
    )


def _number(cell: object) -> float:
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not np.isfinite(cell) or cell < 0:
        raise ValueError(f"{cell!r} is no number of 0 or more")
    return float(cell)
