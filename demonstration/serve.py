"""Serve the three invented directories on loopback, for a while or until stopped.

``python -m demonstration.serve`` serves them in the foreground and prints their addresses.
"""

import argparse
import asyncio
import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from demonstration.directories import Directories, make_directories
from demonstration.population import BUNDLE, PopulationError
from demonstration.server import HOST, STATUS_PATH, listen, port_of
from demonstration.therapists import SEED, THERAPISTS

STOP_SECONDS = 5
_STATUS_SECONDS = 10


class DemonstrationError(ValueError):
    """The directories could not be served."""


@dataclass(frozen=True)
class Addresses:
    """Where the directories are: addresses to start from, each ending in a slash."""

    registry: str
    site: str
    plan_net: str


@dataclass(frozen=True)
class Demonstration:
    """Directories that are being served.

    ``served_listings`` says, by source, how many distinct listings a polite and complete crawl should find: active,
    of a profession that is looked for, on pages robots.txt allows. ``process_id`` is the serving process.
    """

    addresses: Addresses
    served_listings: dict[str, int]
    process_id: int

    def requests(self) -> dict[str, int]:
        """Return how many requests each directory has had, and under ``disallowed`` those robots.txt forbids."""
        connection = http.client.HTTPConnection(urlsplit(self.addresses.site).netloc, timeout=_STATUS_SECONDS)
        with contextlib.closing(connection):
            connection.request("GET", STATUS_PATH)
            counts: dict[str, int] = json.loads(connection.getresponse().read())
        return counts


@contextlib.contextmanager
def served(seed: int = SEED, therapists: int = THERAPISTS, bundle: Path = BUNDLE) -> Iterator[Demonstration]:
    """Serve the directories from a child process, which ends with the block however it is left.

    The child also ends by itself when this process dies, because it then reads the end of its input.

    Raises
    ------
    DemonstrationError
        The directories cannot be invented as asked, or the child ended before it could serve.

    """
    root = str(Path(__file__).resolve().parents[1])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    command = [
        sys.executable, "-m", "demonstration.serve", "--child", f"--seed={seed}", f"--therapists={therapists}",
        f"--bundle={bundle}",
    ]  # fmt: skip
    child = subprocess.Popen(  # noqa: S603 - our own interpreter with our own module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    try:
        yield _announced(child)
    finally:
        _stop(child)


def _announced(child: subprocess.Popen[bytes]) -> Demonstration:
    line = child.stdout.readline() if child.stdout is not None else b""
    if not line:
        raise DemonstrationError(
            "the demonstration's directories could not be served: the child process ended before it was ready; "
            "its own message is above."
        )
    said = json.loads(line)
    if "error" in said:
        raise DemonstrationError(said["error"])
    return Demonstration(Addresses(**said["addresses"]), said["served_listings"], child.pid)


def _stop(child: subprocess.Popen[bytes]) -> None:
    """End the child by its own process id, and where asking does not help by force."""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _said(directories: Directories, ports: list[int]) -> dict[str, Any]:
    registry, site, plan_net = (f"http://{HOST}:{port}/" for port in ports)
    addresses = Addresses(registry=registry + "api/", site=site, plan_net=plan_net + "fhir/")
    return {"addresses": asdict(addresses), "served_listings": directories.served_listings}


async def _serve(directories: Directories, *, is_child: bool) -> None:
    servers = await listen((directories.registry, directories.site, directories.plan_net))
    said = _said(directories, [port_of(server) for server in servers])
    if is_child:
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        return
    sys.stdout.write("Invented therapists, real population. Stop with Ctrl-C.\n")
    for name, address in said["addresses"].items():
        sys.stdout.write(f"{name:10} {address}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main(arguments: list[str] | None = None) -> None:
    """Serve in the foreground, or as the child of :func:`served`."""
    parser = argparse.ArgumentParser(prog="python -m demonstration.serve", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help="seed of the invention")
    parser.add_argument("--therapists", type=int, default=THERAPISTS, help="how many therapists to invent")
    parser.add_argument("--bundle", type=Path, default=BUNDLE, help="folder of the bundled population")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.child:
        # An interrupt at the keyboard reaches the whole group; the parent then ends this process in its own time.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        directories = make_directories(chosen.seed, chosen.therapists, chosen.bundle)
    except PopulationError as fault:
        if chosen.child:
            sys.stdout.write(json.dumps({"error": str(fault)}) + "\n")
            sys.exit(1)
        sys.exit(str(fault))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(directories, is_child=chosen.child))


if __name__ == "__main__":
    main()
