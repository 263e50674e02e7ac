"""What a directory answers, apart from how it is carried: a small contract between the directories and the server."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

JSON = "application/json"
HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
FHIR = "application/fhir+json"


class Answer(NamedTuple):
    """The body of a response with its media type and status."""

    body: bytes
    kind: str = JSON
    status: int = 200


NOT_FOUND = Answer(b"Not found.\n", TEXT, 404)


class Directory(Protocol):
    """One of the three invented directories."""

    name: str
    listings: int

    def answer(self, path: str, query: Mapping[str, str], origin: str) -> Answer:
        """Answer a request; ``origin`` is the scheme and host by which it was asked."""

    def is_disallowed(self, path: str) -> bool:
        """Whether the directory's robots.txt forbids the path."""


def compact(value: Any) -> bytes:  # noqa: ANN401 - whatever JSON can say
    """Return JSON without blanks."""
    return json.dumps(value, separators=(",", ":")).encode()
