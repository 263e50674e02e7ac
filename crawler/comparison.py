"""Crawls side by side: how well each field is filled, and what was wrong how often, as lines of text."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crawler.coverage import FIELDS

_UNKNOWN = "-"
_GAP = 2
Verdict = Mapping[str, Any]


def by_field(verdicts: Sequence[Verdict], width: int) -> Iterator[str]:
    """Yield a table: a row a field or a fault, a column a crawl; in several parts where it is wider than ``width``.

    A dash means that a crawl does not say it: of no records no field is known. A fault it does not name did not occur.
    """
    faults = sorted({fault for one in verdicts for fault in one.get("invalid", {})})
    names = ["", "", "", "records", *FIELDS, *(f"invalid: {fault}" for fault in faults)]
    first = max(map(len, names))
    columns = [_column(one, faults) for one in verdicts]
    for number, part in enumerate(_parts(columns, width - first)):
        if number:
            yield ""
        for row, name in enumerate(names):
            cells = (" " * _GAP + column[row].rjust(_wide(column)) for column in part)
            yield (name.ljust(first) + "".join(cells)).rstrip()


def _column(verdict: Verdict, faults: Sequence[str]) -> list[str]:
    covered = verdict.get("field_coverage", {})
    shares = [f"{covered[name]:.0%}" if name in covered else _UNKNOWN for name in FIELDS]
    invalid = verdict.get("invalid")
    counts = [_UNKNOWN if invalid is None else f"{invalid.get(fault, 0):,}" for fault in faults]
    trust = "trusted" if verdict["trusted"] else "NOT TRUSTED"
    return [str(verdict["source"]), str(verdict["run_id"]), trust, f"{verdict['records']:,}", *shares, *counts]


def _wide(column: Sequence[str]) -> int:
    return max(map(len, column))


def _parts(columns: Sequence[list[str]], room: int) -> Iterator[list[list[str]]]:
    """Yield as many columns at a time as there is room for, at least one."""
    part: list[list[str]] = []
    taken = 0
    for column in columns:
        needed = _wide(column) + _GAP
        if part and taken + needed > room:
            yield part
            part, taken = [], 0
        part.append(column)
        taken += needed
    if part:
        yield part
