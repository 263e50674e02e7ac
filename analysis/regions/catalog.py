"""The catalogue of public datasets: what each is, who publishes it, under which licence, and where its file lies."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.provenance import sha256_of
from analysis.reference import DATA
from analysis.study import Input, StudyError

CATALOG = DATA / "catalog"
BUNDLE = DATA / "bundle"


@dataclass(frozen=True)
class Dataset:
    """A dataset at hand: its catalogue entry and its file."""

    name: str
    entry: dict[str, Any]
    file: Path

    @property
    def reader(self) -> str:
        """Name of the reader that understands the file."""
        return str(self.entry.get("reader", "bundle"))

    def provenance(self) -> dict[str, Any]:
        """Return what to write beside results: title, publisher, vintage, licence, address and checksum."""
        said = {key: self.entry[key] for key in ("title", "publisher", "vintage", "licence", "attribution", "address")}
        return {"dataset": self.name, **said, "file": self.file.name, "sha256": sha256_of(self.file)}


def locate(wanted: Input, inputs: Path | None) -> Dataset:
    """Find a dataset's catalogue entry and file.

    Raises
    ------
    StudyError
        The dataset is not in the catalogue, or its file is not where the study says.

    """
    entry_file = CATALOG / f"{wanted.dataset}.toml"
    if not entry_file.is_file():
        known = ", ".join(sorted(file.stem for file in CATALOG.glob("*.toml")))
        raise StudyError(f"dataset {wanted.dataset!r} is not in the catalogue; known: {known}.")
    entry = tomllib.loads(entry_file.read_text(encoding="utf-8"))
    if wanted.file is None:
        if "bundle_file" not in entry:
            raise StudyError(
                f"dataset {wanted.dataset!r} is not bundled: name its file in the study and the folder with --inputs; "
                f"it is published by {entry['publisher']} at {entry['address']}."
            )
        return Dataset(wanted.dataset, entry, BUNDLE / entry["bundle_file"])
    if inputs is None:
        raise StudyError(
            f"the study names the file {str(wanted.file)!r} for dataset {wanted.dataset!r}; say with --inputs below "
            "which folder it lies."
        )
    file = inputs / wanted.file
    if not file.is_file():
        raise StudyError(
            f"{str(file)!r} does not exist; dataset {wanted.dataset!r} ({entry['title']}) is published by "
            f"{entry['publisher']} at {entry['address']}."
        )
    return Dataset(wanted.dataset, entry, file)
