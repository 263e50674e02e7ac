"""What tests of whole crawls are given."""

from collections.abc import Iterator

import pytest
from linked_site import Site
from pytest_httpserver import HTTPServer


@pytest.fixture
def site(httpserver: HTTPServer) -> Iterator[Site]:
    served = Site(httpserver)
    yield served
    served.release()
    httpserver.clear()
