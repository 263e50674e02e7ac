"""The demonstration, from three crawls over HTTP to the atlas, takes at most 90 seconds on two cores."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from claim import Figure, asked_size, tell

_THERAPISTS = {"small": 4_000, "full": 40_000}
_SECONDS_MOST = 90
_PAGE_MB_MOST = 1.0


def main() -> None:
    """Run the demonstration as a user does and time it."""
    size = asked_size(__doc__)
    with tempfile.TemporaryDirectory() as work:
        words = ["--work", work, "--quiet", "demo", "--therapists", str(_THERAPISTS[size])]
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", "from cli.main import run; run()", *words],
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=600,
        )
        seconds = time.perf_counter() - began
        page = Path(work) / "tables" / "demonstration" / "atlas.html"
        megabytes = page.stat().st_size / 1e6
    tell(
        "whole_way",
        size,
        [
            Figure("therapists", _THERAPISTS[size], "invented"),
            Figure("demonstration", seconds, "s", _SECONDS_MOST),
            Figure("share_of_the_limit", seconds / _SECONDS_MOST, "of 90 s", 1.0),
            Figure("atlas", megabytes, "MB", _PAGE_MB_MOST),
        ],
    )


if __name__ == "__main__":
    main()
