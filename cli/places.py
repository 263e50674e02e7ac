"""Where things are kept: one work folder with crawls, tables and downloads."""

import os
from dataclasses import dataclass
from pathlib import Path

from analysis.provenance import PROVENANCE_FILE
from analysis.reference import DATA
from analysis.store import StoreError


@dataclass
class Work:
    """The work folder: ``--work``, else the variable ``THERAPYGAP_WORK``, else ``data/work`` of the project."""

    root: Path = Path(os.environ.get("THERAPYGAP_WORK") or DATA / "work")

    @property
    def crawls(self) -> Path:
        """Folder of the crawls: ``<source>/<run id>``."""
        return self.root / "crawls"

    @property
    def tables(self) -> Path:
        """Folder of the builds, one a study."""
        return self.root / "tables"

    @property
    def downloads(self) -> Path:
        """Folder of fetched datasets: ``<country>/<dataset>/<edition>``."""
        return self.root / "downloads"


WORK = Work()


def build_folder(chosen: Path | None) -> Path:
    """Return the chosen build, or the one finished last.

    Raises
    ------
    StoreError
        There is none.

    """
    if chosen is not None:
        if not (chosen / PROVENANCE_FILE).is_file():
            raise StoreError(
                f"{str(chosen)!r} is not a finished build (it has no {PROVENANCE_FILE}); build a study first."
            )
        return chosen
    found = sorted(WORK.tables.glob(f"*/{PROVENANCE_FILE}"), key=lambda file: file.stat().st_mtime)
    finished = [file.parent for file in found if not file.parent.name.startswith(".")]
    if not finished:
        raise StoreError(
            f"no build lies in {str(WORK.tables)!r}; run 'therapygap demo' or 'therapygap build STUDY.toml'."
        )
    return finished[-1]
