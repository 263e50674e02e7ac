"""Layers, figures and outlines of a finished build to one self-contained HTML page."""

import tomllib
from pathlib import Path
from typing import Any

from analysis.reference import specialties
from analysis.store import whole_file
from maps.layers import LAYERS, figures
from maps.outlines import drawn
from maps.page import page
from maps.palette import NO_DATA
from maps.sources import built_on, sources, vintages
from maps.values import Build, packed, read_build

WORDS = Path(__file__).resolve().parent / "words"


def draw(build: Path, file: Path, language: str = "en") -> Path:
    """Draw a finished build's tables as one page and return the file.

    Raises
    ------
    StoreError, TableError
        A table is absent or lacks a promised column.
    DrawingError
        A region was lost while its outline was made small.

    A page that was there stays whole until the new one is.
    """
    tables = read_build(build)
    words = tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))
    provenance = tables.provenance
    built = words["page"]["built"].format(date=built_on(provenance))
    text = page(_payload(tables, words), words, sources(provenance, words), built)
    with whole_file(file) as fresh:
        fresh.write_text(text, encoding="utf-8", newline="\n")
    return file


def _digits(column: str) -> int:
    """Return the significant digits a column keeps: three, and two for the ends of intervals."""
    return 2 if column.endswith(("low", "high")) else 3


def _of_country(words: dict[str, Any], build: Build) -> dict[str, Any]:
    """Return the words with those that name the country's own types of places and scale of rurality."""
    home = build.country
    types = {key: kind.label for key, kind in home.place_types.items()}
    scale = words["card"]["rurality"].format(scale=home.rurality_scale, code="{code}", last=max(home.rurality))
    return words | {"classes": words["classes"] | {"rurality": types}, "card": words["card"] | {"rurality": scale}}


def _payload(build: Build, words: dict[str, Any]) -> dict[str, Any]:
    """Return all the script needs: outlines, columns by region, and how each layer is classed and filled."""
    words = _of_country(words, build)
    layers = [layer(build) for layer in LAYERS]
    drawing = drawn(build.regions, build.provenance["study"]["country"])
    shown = {layer.key: (layer.promise, layer.series) for layer in layers} | figures(build)
    columns = {key: packed(promise, series, _digits(promise.name)) for key, (promise, series) in shown.items()}
    count = len(build.regions)
    return {
        "title": build.provenance["title"],
        "notice": build.provenance["notice"],
        "area": words["answer"]["everywhere"].format(count=f"{count:,}"),
        "builtOn": built_on(build.provenance),
        "vintages": vintages(build.provenance),
        "words": words,
        "regions": {
            "id": list(build.region_ids),
            "name": list(build.regions.name),
            "state": list(build.regions.state),
        },
        "states": sorted(set(build.regions.state)),
        "specialties": [{"key": key, "label": specialties()[key].label} for key in build.specialties],
        "scenarios": build.scenarios,
        "layers": [{"key": layer.key} | layer.legend() for layer in layers],
        "columns": columns,
        "noData": {"colour": NO_DATA.colour, "pattern": NO_DATA.pattern},
        "drawing": {"topology": drawing.topology, "states": drawing.states},
    }
