"""A client of the served directories that keeps its connections open."""

import http.client
import json
from typing import Any
from urllib.parse import urlencode, urlsplit


class Client:
    """A client that keeps one connection a host."""

    def __init__(self) -> None:
        self._connections: dict[str, http.client.HTTPConnection] = {}

    def get(self, address: str, **query: str | int) -> tuple[int, str]:
        """Return status and text of an answer."""
        parts = urlsplit(address)
        connection = self._connections.setdefault(parts.netloc, http.client.HTTPConnection(parts.netloc, timeout=20))
        asked = "&".join(filter(None, [parts.query, urlencode(query)]))
        connection.request("GET", parts.path + (f"?{asked}" if asked else ""))
        response = connection.getresponse()
        return response.status, response.read().decode()

    def json(self, address: str, **query: str | int) -> Any:  # noqa: ANN401 - whatever the answer holds
        """Return an answer of status 200 as JSON."""
        status, text = self.get(address, **query)
        assert status == 200, text
        return json.loads(text)

    def close(self) -> None:
        """Close all connections."""
        for connection in self._connections.values():
            connection.close()
