"""A small invented dataset, its publisher on this machine, and how tests fetch it."""

import dataclasses
from pathlib import Path
from typing import Any

from publishing import Publisher
from pytest_httpserver import HTTPServer

from analysis.regions.fetchable import Fetch, Fetchable
from analysis.regions.fetching import Fetched, Way, fetch

GOOD = b"FIPS,VALUE\n01001,1\n01003,2\n01005,3\n"
LONG = b"FIPS,VALUE\n" + b"".join(b"%05d,%d\n" % (row, row) for row in range(50_000))
OTHER = GOOD.replace(b",3", b",4")
WAY = Way(user_agent="therapygap/0.1 (+https://analyst.example)")
AGAIN = dataclasses.replace(WAY, again=True)


def silent(there: int, total: int | None) -> None:
    """Hear nothing."""


def dataset(address: str, rows: int = 3, **how: object) -> Fetchable:
    """Return an invented dataset."""
    entry = {
        "title": "Trial values",
        "publisher": "Nobody",
        "address": address,
        "vintage": "2026",
        "rows": rows,
        "columns": ["FIPS", "VALUE"],
    }
    plain: dict[str, Any] = {"country": "us", "levels": ("county",), "edition": "2026", "file": "trial.csv"}
    return Fetchable("trial", entry, Fetch.model_validate(plain | {"form": "text", "megabytes": 0.001} | how))


def served(httpserver: HTTPServer, content: bytes = GOOD, edition: str | None = '"edition-1"') -> Publisher:
    """Serve a file at the trial's address."""
    publisher = Publisher(content, edition)
    httpserver.expect_request("/files/trial.csv").respond_with_handler(publisher)
    return publisher


def got(one: Fetchable, folder: Path, way: Way = WAY) -> Fetched:
    """Fetch without telling."""
    return fetch(one, folder, way, silent)
