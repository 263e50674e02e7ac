"""Columns of a user's file: ids as text, people as numbers, names; what is wrong with them is told."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.regions.findings import FEW, Findings, few
from analysis.regions.polygonfile import listed

_LARGEST = 2**53
"""Numbers are whole up to here."""


def people_of(values: pd.Series | None, labels: Sequence[str], findings: Findings) -> pd.Series | None:
    """Return counts of people as numbers; ``None`` where there is no column."""
    if values is None:
        return None
    read = pd.to_numeric(values, errors="coerce").astype("float64")
    missing = (values.isna() | (values.astype("str").str.strip() == "")).to_numpy()
    strange = ~missing & ~np.isfinite(read.to_numpy())
    below = ~missing & ~strange & (read < 0).to_numpy()
    for wrong, what in ((missing, "missing"), (strange, "not a number"), (below, "below zero")):
        if wrong.any():
            first = "" if what == "missing" else f" ({str(values[int(np.argmax(wrong))])!r})"
            findings.fault(
                f"column {values.name!r} is {what}{first} in {few(labels, wrong)}; expected how many people live there."
            )
    if len(read) and not (missing | strange | below).any() and read.sum() == 0:
        findings.fault(f"the people of column {values.name!r} add up to 0; name the column that counts them.")
    return read


def whole(people: pd.Series) -> pd.Series:
    """Round counts so that they keep their sum: the largest remainders go up, of equal ones the first."""
    down = np.floor(people.to_numpy(dtype="float64"))
    remainders = people.to_numpy(dtype="float64") - down
    short = round(float(people.sum())) - int(down.sum())
    up = np.zeros(len(down))
    up[np.argsort(-remainders, kind="stable")[: max(short, 0)]] = 1
    return pd.Series((down + up).astype("int64"), index=people.index, name=people.name)


def ids_of(values: pd.Series | None, digits: int | None, findings: Findings) -> list[str | None]:
    """Return ids as text, ``None`` where missing; empty where there is no column."""
    if values is None:
        return []
    is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    read = _of_numbers(values, digits, findings) if is_number else [_text(value) for value in values]
    missing = np.array([said is None for said in read])
    if missing.any():
        rows = [f"row {number + 1}" for number in range(len(read))]
        findings.fault(f"column {values.name!r} has no id in {few(rows, missing)}; give each region one.")
    counts = pd.Series([said for said in read if said is not None], dtype="str").value_counts(sort=False)
    twice = sorted(counts.index[counts > 1])
    if twice:
        findings.fault(
            f"column {values.name!r} has ids twice: {listed(twice, FEW)}; a region is one row with all its parts."
        )
    lengths = counts.index.str.len()
    if not is_number and len(counts) and counts.index.str.fullmatch("[0-9]+").all() and min(lengths) < max(lengths):
        findings.note(
            f"{(lengths < lengths.max()).sum():,} of {len(counts):,} ids are shorter than the others (shortest "
            f"{min(lengths)}, longest {max(lengths)} digits); have they lost zeros in front?"
        )
    return read


def _of_numbers(values: pd.Series, digits: int | None, findings: Findings) -> list[str | None]:
    """Return ids that the file holds as numbers; a fault unless the user said how long they are."""
    known = values.notna().to_numpy()
    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    odd = known & ~((numbers >= 0) & (numbers % 1 == 0) & (numbers < _LARGEST))
    if odd.any():
        findings.fault(
            f"ids of column {values.name!r} are numbers such as {numbers[int(np.argmax(odd))]:g}; expected text, or "
            "whole numbers from 0 up."
        )
    read = [_digits(number) if is_known else None for number, is_known in zip(numbers.tolist(), known, strict=True)]
    lengths = np.array([len(said) for said in read if said is not None])
    if digits is not None:
        if digits > 1 and (lengths > digits).any():
            findings.fault(
                f"ids of column {values.name!r} have up to {lengths.max()} digits, more than --id-digits {digits}."
            )
        return [None if said is None else said.zfill(digits) for said in read]
    if len(lengths) and not odd.any():
        shorter = int((lengths < lengths.max()).sum())
        findings.fault(
            f"ids of column {values.name!r} are numbers, so zeros in front are lost: {shorter:,} of {len(lengths):,} "
            f"are shorter than the others ({lengths.max()} digits); store them as text, or say with --id-digits how "
            "long ids are (1: nothing was lost)."
        )
    return read


def _digits(number: float) -> str:
    return f"{number:.0f}" if number % 1 == 0 else str(number)


def texts_of(values: pd.Series | None, what: str, findings: Findings) -> list[str | None] | None:
    """Return texts, ``None`` where missing; ``None`` where there is no column. A ``state`` has no numbers."""
    if values is None:
        return None
    if what == "state" and pd.api.types.is_numeric_dtype(values):
        findings.fault(f"column {values.name!r} holds numbers; expected codes of states such as 'MT', or leave it out.")
    return [_text(value) for value in values]


def _text(value: object) -> str | None:
    """Return text without space around it; ``None`` for what is missing."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    return str(value).strip() or None
