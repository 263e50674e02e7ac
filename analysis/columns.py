"""The kinds of columns that promised tables have, and the two that most of them share."""

from analysis.promise import Column

BASES = ("measured", "wider_area", "class_average", "assumed")
"""How a figure is known, the strongest first: measured there, that of the larger area it lies in, the average of places
of its kind, or assumed."""


def text(name: str, meaning: str, *, missing: str | None = None, allowed: tuple[str, ...] = ()) -> Column:
    """Return a column of text; ``allowed`` are all its values."""
    return Column(name, "text", meaning, missing=missing, allowed=allowed)


def count(name: str, meaning: str, unit: str, *, missing: str | None = None) -> Column:
    """Return a column of whole numbers from 0."""
    return Column(name, "integer", meaning, unit, missing, low=0)


def number(
    name: str, meaning: str, unit: str, *, missing: str | None = None, low: float | None = 0, high: float | None = None
) -> Column:
    """Return a column of numbers, from 0 unless said."""
    return Column(name, "number", meaning, unit, missing, low, high)


def share(name: str, meaning: str, *, missing: str | None = None) -> Column:
    """Return a column of shares of one."""
    return Column(name, "number", meaning, "share, 0-1", missing, 0, 1)


def flag(name: str, meaning: str, missing: str | None = "the directory does not say") -> Column:
    """Return a column of yes or no; missing is not known."""
    return Column(name, "flag", meaning, "", missing)


def basis(of: str) -> Column:
    """Return the column that says how another is known."""
    return text(f"{of}_basis", f"How {of} is known.", allowed=BASES)


def latitude_longitude(of: str) -> tuple[Column, Column]:
    """Return the two columns of a point."""
    return (
        number("latitude", f"Latitude of {of}, WGS 84.", "degrees", low=-90, high=90),
        number("longitude", f"Longitude of {of}, WGS 84.", "degrees", low=-180, high=180),
    )


REGION = text("region_id", "Id of the region (county GEOID in the United States).")
SPECIALTY = text("specialty", "Kind of therapy: a key of specialties.toml.")
