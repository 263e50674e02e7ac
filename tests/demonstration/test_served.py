"""The serving process: it says where it serves, counts, and never outlives the block or its parent."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from loopback_client import Client

from demonstration.serve import Demonstration, DemonstrationError, served

_ROOT = Path(__file__).resolve().parents[2]
_AT_ONCE = shutil.which("false") or ""
_PARENT = """
import time
from demonstration.serve import served
with served(therapists=300) as demonstration:
    print(demonstration.process_id, flush=True)
    time.sleep(60)
"""


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def _is_gone_soon(process_id: int) -> bool:
    for _ in range(100):
        if not _is_running(process_id):
            return True
        time.sleep(0.05)
    return False


def _is_listening(address: str) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", urlsplit(address).port)) == 0


def test_three_loopback_addresses_that_end_with_the_block() -> None:
    with served(therapists=300) as demonstration:
        addresses = demonstration.addresses
        assert addresses.registry.startswith("http://127.0.0.1:")
        assert addresses.registry.endswith("/api/")
        assert addresses.plan_net.endswith("/fhir/")
        assert all(map(_is_listening, (addresses.registry, addresses.site, addresses.plan_net)))
        assert set(demonstration.served_listings) == {"nppes_api", "json_ld_site", "plan_net"}
    assert not _is_running(demonstration.process_id)
    assert not _is_listening(addresses.site)


def test_an_interrupt_inside_the_block_stops_the_child() -> None:
    started: list[int] = []
    with contextlib.suppress(KeyboardInterrupt), served(therapists=300) as demonstration:
        started.append(demonstration.process_id)
        raise KeyboardInterrupt
    assert not _is_running(started[0])


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not known there")
def test_the_child_ends_when_its_parent_is_killed() -> None:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    with subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert _is_running(child)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert _is_gone_soon(child)


def test_a_child_that_cannot_start_is_told_in_one_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DemonstrationError, match=r"us_counties\.parquet does not exist"), served(bundle=tmp_path):
        pytest.fail("nothing can be served without a population")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("seed", "therapists", "said"),
    [(1, 5, "5; ask for 200 to 1000000"), (1, 10**9, "1000000000; ask for 200"), (-1, 300, "seed is -1")],
)
def test_what_cannot_be_invented_is_refused_in_one_sentence(seed: int, therapists: int, said: str) -> None:
    with pytest.raises(DemonstrationError, match=said), served(seed=seed, therapists=therapists):
        pytest.fail("nothing was to be served")


@pytest.mark.skipif(not _AT_ONCE, reason="there is no program that ends at once")
def test_a_child_that_dies_before_it_serves_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", _AT_ONCE)
    with pytest.raises(DemonstrationError, match="ended before it was ready"), served(therapists=300):
        pytest.fail("nothing can be served by a program that ends at once")


def test_requests_are_counted_by_directory(running: Demonstration, client: Client) -> None:
    before = running.requests()
    client.get(running.addresses.registry)
    client.get(running.addresses.plan_net + "metadata")
    after = running.requests()
    assert after["nppes_api"] == before["nppes_api"] + 1
    assert after["plan_net"] == before["plan_net"] + 1


def test_other_methods_are_refused_and_the_connection_closed(running: Demonstration) -> None:
    address = urlsplit(running.addresses.site)
    with socket.create_connection(("127.0.0.1", address.port or 0), timeout=5) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while piece := connection.recv(4096):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 405 ")


def test_requests_sent_together_are_answered_in_turn(running: Demonstration) -> None:
    address = urlsplit(running.addresses.site)
    request = b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"HEAD /about HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", address.port or 0), timeout=5) as connection:
        connection.sendall(request + request + last)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    assert answer.count(b"HTTP/1.1 200 OK") == 3
    assert answer.count(b"Disallow: /private/") == 2
    assert b"<html" not in answer
