"""Saved pages of invented listings, and listings written as plainly as their expected outcome."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from crawler.readers.raw import RawListing, RawLocation

PAGES = Path(__file__).resolve().parents[1] / "pages"


def saved(source: str, case: str, name: str = "response.json") -> bytes:
    """Return a saved response."""
    return (PAGES / source / case / name).read_bytes()


def expected(source: str, case: str) -> dict[str, Any]:
    """Return what a reader should make of it."""
    read: dict[str, Any] = json.loads((PAGES / source / case / "expected.json").read_text(encoding="utf-8"))
    return read


def plain(listing: RawListing | RawLocation) -> dict[str, Any]:
    """Return a listing without the fields its page does not state."""
    written: dict[str, Any] = {}
    for field in dataclasses.fields(listing):
        stated = getattr(listing, field.name)
        if stated in (None, ()):
            continue
        written[field.name] = [plain(one) for one in stated] if field.name == "locations" else stated
    return json.loads(json.dumps(written, default=str))
