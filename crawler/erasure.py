"""Files of a finished crawl exchanged together: all of them or none, wherever a crash falls.

The new files are written into a folder beside the old ones; one rename makes that folder valid, and what it holds then
takes the place of the old files. A crash before the rename changes nothing; one after it is made good by whoever opens
the crawl next.
"""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

PREPARED, VALID = ".exchanged.partial", ".exchanged"


def exchange(folder: Path, texts: Mapping[str, bytes]) -> None:
    """Exchange files of a crawl for new contents, together."""
    complete(folder)
    prepared = folder / PREPARED
    prepared.mkdir()
    for name, text in texts.items():
        with (prepared / name).open("wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    _written(prepared)
    prepared.rename(folder / VALID)
    _written(folder)
    complete(folder)


def complete(folder: Path) -> None:
    """Finish an exchange that was cut off, or take back one that had not become valid; do nothing where there is none.

    Two that do so at once are no harm: each file is moved by the one and then missing for the other.
    """
    valid = folder / VALID
    if valid.is_dir():
        with suppress(FileNotFoundError):
            for file in sorted(valid.iterdir()):
                file.replace(folder / file.name)
            valid.rmdir()


def _written(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where a folder can be waited for."""
    if os.name != "nt":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def discard(folder: Path) -> None:
    """Remove what an exchange left that never became valid."""
    shutil.rmtree(folder / PREPARED, ignore_errors=True)
