"""The command as its user types it, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

COMMAND = [sys.executable, "-c", "from cli.main import run; run()"]


def therapygap(*words: str, work: Path, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command; ``before`` runs in the new process first."""
    return subprocess.run(
        [*COMMAND, "--work", str(work), *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | {"NO_COLOR": "1"},
        preexec_fn=before,
    )


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one sentence of an error; a traceback or several lines fail the test."""
    lines = done.stderr.strip().splitlines()
    assert "Traceback" not in done.stderr
    assert lines, done
    assert lines[-1].startswith("therapygap: "), done.stderr
    return lines[-1]
