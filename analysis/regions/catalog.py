"""The catalogue of public datasets: what each is, who publishes it, under which licence, and where its file lies."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.provenance import sha256_of
from analysis.reference import DATA
from analysis.study import Input, StudyError

CATALOG = DATA / "catalog"
BUNDLE = DATA / "bundle"

ABOUT = 0.1
"""How far the rows of a file may be from a number that is meant as about."""


@dataclass(frozen=True)
class Dataset:
    """A dataset at hand: its catalogue entry and its file."""

    name: str
    entry: dict[str, Any]
    file: Path

    @property
    def reader(self) -> str:
        """Name of the reader that understands the file."""
        return str(self.entry["reader"])

    @property
    def rows(self) -> int:
        """The fewest rows the file has if it is whole."""
        promised = int(self.entry["rows"])
        is_about = self.entry.get("fetch", {}).get("rows_are") == "about"
        return int(promised * (1 - ABOUT)) if is_about else promised

    def provenance(self) -> dict[str, Any]:
        """Return what to write beside results: title, publisher, vintage, licence, address and checksum."""
        said = {key: self.entry[key] for key in ("title", "publisher", "vintage", "licence", "attribution", "address")}
        return {"dataset": self.name, **said, "file": self.file.name, "sha256": sha256_of(self.file)}


def locate(wanted: Input, inputs: Path | None) -> Dataset:
    """Find a dataset's catalogue entry and file.

    Parameters
    ----------
    wanted
        The dataset, and its file unless it is bundled or was fetched.
    inputs
        The folder below which the file lies, or the folder of what was fetched.

    Raises
    ------
    StudyError
        The dataset is not in the catalogue, or its file is neither where the study says nor fetched.

    """
    entry_file = CATALOG / f"{wanted.dataset}.toml"
    if not entry_file.is_file():
        known = ", ".join(file.stem for file in sorted(CATALOG.glob("*.toml")) if "fetch" not in entry_of(file))
        raise StudyError(
            f"dataset {wanted.dataset!r} is not in the catalogue; known: {known}, and those that "
            "'therapygap fetch us --list' shows."
        )
    entry = entry_of(entry_file)
    if wanted.file is None and "bundle_file" in entry:
        return Dataset(wanted.dataset, entry, BUNDLE / entry["bundle_file"])
    named = None if wanted.file is None or inputs is None else inputs / wanted.file
    if named is not None and named.is_file():
        return Dataset(wanted.dataset, entry, named)
    if inputs is not None and "fetch" in entry:
        fetched = place_of(wanted.dataset, entry["fetch"], inputs)
        if fetched.is_file():
            return Dataset(wanted.dataset, entry, fetched)
    raise StudyError(_absent(wanted, entry, named))


def entry_of(file: Path) -> dict[str, Any]:
    """Read a catalogue entry."""
    return tomllib.loads(file.read_text(encoding="utf-8"))


def place_of(name: str, how: Mapping[str, Any], downloads: Path) -> Path:
    """Return where a dataset's file lies once fetched, one folder a vintage; ``how`` is its part ``[fetch]``."""
    return Path(downloads, how["country"], name, how["edition"], how["file"])


def _absent(wanted: Input, entry: Mapping[str, Any], named: Path | None) -> str:
    """Return what to say of a dataset that is neither bundled nor fetched nor where the study says."""
    how = entry.get("fetch")
    fetch = "" if how is None else f"fetch it with 'therapygap fetch {how['country']} --only {wanted.dataset}', or "
    published = f"it is published by {entry['publisher']} at {entry['address']}."
    if wanted.file is None:
        return (
            f"dataset {wanted.dataset!r} is not bundled: {fetch}name its file in the study and the folder with "
            f"--inputs; {published}"
        )
    if named is None:
        return (
            f"the study names the file {str(wanted.file)!r} for dataset {wanted.dataset!r}; {fetch}say with --inputs "
            "below which folder it lies."
        )
    return (
        f"{str(named)!r} does not exist; {fetch}say with --inputs below which folder the file of dataset "
        f"{wanted.dataset!r} ({entry['title']}) lies; {published}"
    )
