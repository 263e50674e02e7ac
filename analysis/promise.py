"""How a table promises: columns with kind, unit, limits and meaning of missing, and the check that they are kept.

Every hand-over between rooms calls :func:`promised`; all faults of a table are reported at once.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

Kind = Literal["text", "integer", "number", "flag", "day", "moment", "geometry"]
"""``flag`` is three-valued: true, false or missing (not known)."""

_DTYPES: dict[str, Any] = {
    "text": "str",
    "integer": "Int64",
    "number": "float64",
    "flag": "boolean",
    "day": "datetime64[us]",
    "moment": "datetime64[us]",
    "geometry": None,
}


class TableError(ValueError):
    """A table breaks its promise; the sentence names the table and every fault found."""


@dataclass(frozen=True)
class Column:
    """One promised column.

    Attributes
    ----------
    name, kind, meaning
        The name ends in its unit; ``meaning`` is one sentence for the data dictionary.
    unit
        Printed in dictionary and legend; empty where the value has none.
    missing
        What a missing value means; ``None`` promises that there is none.
    low, high
        Inclusive limits of numbers.
    allowed
        The only values a text may take.

    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    missing: str | None = None
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] = ()

    def check(self) -> pa.Column:
        """Return the pandera form of this promise."""
        checks: list[pa.Check] = []
        if self.low is not None:
            checks.append(pa.Check.ge(self.low))
        if self.high is not None:
            checks.append(pa.Check.le(self.high))
        if self.allowed:
            checks.append(pa.Check.isin(self.allowed))
        return pa.Column(_DTYPES[self.kind], checks, nullable=self.missing is not None, coerce=False)


@dataclass(frozen=True)
class Table:
    """One promised table: what a row is, its key and its columns.

    ``is_public`` tables hold aggregates and may be shared; the others describe single providers, are written to the
    build's ``restricted`` folder and never to a page, a CSV or the public database.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    is_public: bool = True
    note: str = ""
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {column.name: column for column in self.columns})

    def __getitem__(self, name: str) -> Column:
        """Return a column's promise by its name."""
        return self._by_name[name]

    @property
    def names(self) -> list[str]:
        """The columns' names in order."""
        return list(self._by_name)

    @property
    def has_geometry(self) -> bool:
        """Whether the table has an outline or point a row."""
        return any(column.kind == "geometry" for column in self.columns)

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The promise as a pandera schema."""
        return pa.DataFrameSchema(
            {column.name: column.check() for column in self.columns},
            unique=list(self.key),
            strict=True,
            ordered=True,
            name=self.name,
        )


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the promised columns in order and with their dtypes; values stay what they are.

    Raises
    ------
    TableError
        A promised column is absent or cannot take its dtype.

    """
    absent = [name for name in table.names if name not in frame.columns]
    if absent:
        raise TableError(
            f"table {table.name}: column {', '.join(map(repr, absent))} is absent (found {list(frame.columns)}); "
            "the step before must make every promised column."
        )
    shaped = frame[table.names].copy()
    for column in table.columns:
        dtype = _DTYPES[column.kind]
        if dtype is None:
            continue
        try:
            shaped[column.name] = shaped[column.name].astype(dtype)
        except (TypeError, ValueError) as fault:
            raise TableError(f"table {table.name}: column {column.name!r} is not {column.kind} ({fault}).") from fault
    return shaped


def promised(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return ``frame`` conformed and checked, sorted by key with a fresh index.

    Raises
    ------
    TableError
        With every broken promise in one sentence: column, rule, first offending values.

    """
    shaped = conform(frame, table).sort_values(list(table.key), kind="stable").reset_index(drop=True)
    try:
        table.schema.validate(shaped, lazy=True)
    except SchemaErrors as faults:
        raise TableError(f"table {table.name} breaks its promise: {_sentence(faults)}") from faults
    return shaped


def _sentence(faults: SchemaErrors) -> str:
    """Say each broken rule once with up to three offending values."""
    said = []
    for (column, check), cases in faults.failure_cases.groupby(["column", "check"], dropna=False, sort=False):
        values = ", ".join(repr(value) for value in cases["failure_case"].head(3))
        more = f" and {len(cases) - 3} more" if len(cases) > 3 else ""  # noqa: PLR2004 - three are enough to see it
        said.append(f"{column}: {check} fails for {values}{more}")
    return "; ".join(said) + "."
