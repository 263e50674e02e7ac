"""Directories to look into, small and full, and a server of the small ones."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from loopback_client import Client

from demonstration.directories import Directories, make_directories
from demonstration.serve import Demonstration, served

SMALL = 2_000


@pytest.fixture(scope="session")
def small() -> Directories:
    return make_directories(therapists=SMALL)


@pytest.fixture(scope="session")
def full() -> Directories:
    return make_directories()


@pytest.fixture(scope="session")
def running() -> Iterator[Demonstration]:
    with served(therapists=SMALL) as demonstration:
        yield demonstration


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    with closing(Client()) as one:
        yield one
