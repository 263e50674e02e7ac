"""What went into a build: files with checksums, vintages, crawls with verdicts, versions, counts and checks."""

import hashlib
import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

PROVENANCE_FILE = "provenance.json"
_PACKAGES = (
    "therapygap",
    "duckdb",
    "geopandas",
    "nicknames",
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
    "scrapy",
    "shapely",
    "splink",
    "tobler",
)


def sha256_of(file: Path) -> str:
    """Return a file's SHA-256, read in pieces; of a shapefile, that of all its parts in order of name."""
    digest = hashlib.sha256()
    parts = sorted(file.parent.glob(f"{file.stem}.*")) if file.suffix == ".shp" else [file]
    for part in parts:
        with part.open("rb") as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that shape the results."""
    return {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in _PACKAGES}


def write_provenance(build: Path, provenance: dict[str, Any]) -> None:
    """Write ``provenance.json``, keys in the order given."""
    (build / PROVENANCE_FILE).write_text(provenance_text(provenance), encoding="utf-8", newline="\n")


def provenance_text(provenance: dict[str, Any]) -> str:
    """Return what ``provenance.json`` says."""
    return json.dumps(provenance, indent=1, ensure_ascii=False, default=str) + "\n"


def read_provenance(build: Path) -> dict[str, Any]:
    """Read a build's provenance; an absent file raises ``FileNotFoundError``."""
    said: dict[str, Any] = json.loads((build / PROVENANCE_FILE).read_text(encoding="utf-8"))
    return said
