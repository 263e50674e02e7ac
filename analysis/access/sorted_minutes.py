"""Pairs of a user's table that concern a study, sorted by origin, then site, in a scratch file, and checked."""

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from analysis.access.minutes_file import MinutesFile
from analysis.access.travel import Pairs
from analysis.promise import TableError

Indices = NDArray[np.int64]
Ends = tuple[Sequence[str], Sequence[str]]
"""Ids of origins and of sites, as the table knows them."""

_ROWS = 1 << 19
_SHOWN = 3
_TWICE = "told twice"


class Scratch:
    """A folder that goes when nobody holds it any more."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="therapygap-minutes-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    @property
    def file(self) -> Path:
        """The sorted pairs."""
        return self.folder / "minutes.parquet"


@dataclass(frozen=True)
class Unknown:
    """Positions of origins and sites that a table does not have at all."""

    origins: Indices
    sites: Indices


def sort_into(scratch: Scratch, file: MinutesFile, ends: Ends, *, refuse_unknown: tuple[bool, bool]) -> Unknown:
    """Write the pairs of known ends sorted into the scratch file; what does not fit into memory is spilled beside it.

    Parameters
    ----------
    scratch, file
        Where to, and the table.
    ends
        Ids of origins and of sites.
    refuse_unknown
        Whether origins, and sites, that the table does not know are faults. That it knows none at all always is one.

    Raises
    ------
    TableError
        The table cannot be read, or does not know an end and that is refused.

    """
    origins, sites = (pa.array(ids, pa.string()) for ids in ends)
    try:
        with file.connected(scratch.folder) as database:
            unknown = Unknown(
                _absent(origins, file.known(database, origins, as_origins=True)),
                _absent(sites, file.known(database, sites, as_origins=False)),
            )
            _refuse(file, ends, unknown, refuse_unknown)
            rows = file.rows(database, origins, sites).order("origin, destination")
            rows.write_parquet(str(scratch.file), compression="zstd")
    except duckdb.Error as fault:
        raise TableError(
            f"minutes table {str(file.place)!r} cannot be read ({str(fault).splitlines()[0]}); minutes must be "
            "numbers, and the folder for temporary files needs room for the pairs of known ends."
        ) from fault
    return unknown


def pieces(file: Path) -> Iterator[Pairs]:
    """Yield the sorted pairs in pieces; missing minutes are NaN."""
    with pq.ParquetFile(file) as sorted_pairs:
        for batch in sorted_pairs.iter_batches(_ROWS):
            origin, site = (batch.column(n).to_numpy().astype(np.int64) for n in (0, 1))
            yield Pairs(origin, site, batch.column(2).to_numpy(zero_copy_only=False).astype(np.float64))


def checked(file: MinutesFile, sorted_pairs: Path, ends: Ends, *, empty_is_unreachable: bool) -> dict[str, Any]:
    """Return how many pairs there are, how many have no minutes, and the longest minutes.

    Raises
    ------
    TableError
        Minutes are missing (unless that means unreachable), negative, infinite or told twice.

    """
    found = dict.fromkeys(("without minutes", "below zero", "infinite", _TWICE), 0)
    shown: dict[str, str] = {}
    rows, longest, last = 0, 0.0, (-1, -1)
    for piece in pieces(sorted_pairs):
        for name, flags in _faults(piece, last).items():
            found[name] += int(flags.sum())
            if flags.any() and name not in shown:
                first = int(np.flatnonzero(flags)[0])
                shown[name] = f"{ends[0][piece.origin[first]]!r} to {ends[1][piece.site[first]]!r}"
        rows += len(piece.origin)
        if len(piece.origin):
            last = int(piece.origin[-1]), int(piece.site[-1])
            longest = max(longest, float(np.nanmax(piece.minutes, initial=0.0)))
    if empty_is_unreachable:
        shown.pop("without minutes", None)
    if shown:
        said = "; ".join(f"{found[name]:,} pairs {name} (such as {pair})" for name, pair in shown.items())
        raise TableError(
            f"minutes table {str(file.place)!r} has {said}; expected one row a pair with minutes of 0 or more: keep to "
            "one mode and year with 'partitions', and leave out pairs without a way, or say 'empty_is_unreachable = "
            "true'."
        )
    return {"pairs": rows, "pairs_without_minutes": found["without minutes"], "longest_minutes": longest}


def _faults(piece: Pairs, last: tuple[int, int]) -> dict[str, NDArray[np.bool_]]:
    """Return which pairs have which fault; ``last`` is the pair before the piece."""
    origin, site = np.append(last[0], piece.origin[:-1]), np.append(last[1], piece.site[:-1])
    return {
        "without minutes": np.isnan(piece.minutes),
        "below zero": piece.minutes < 0,
        "infinite": np.isposinf(piece.minutes),
        _TWICE: (piece.origin == origin[: len(piece.origin)]) & (piece.site == site[: len(piece.site)]),
    }


def _absent(ids: pa.Array, known: set[str]) -> Indices:
    return np.flatnonzero([one not in known for one in ids.to_pylist()])


def _refuse(file: MinutesFile, ends: Ends, unknown: Unknown, refused: tuple[bool, bool]) -> None:
    beside = zip(("origins", "sites"), ends, (unknown.origins, unknown.sites), refused, strict=True)
    wrong = [
        (what, f"does not know {len(positions):,} of {len(ids):,} {what} ({_few(ids, positions)})")
        for what, ids, positions, is_refused in beside
        if len(positions) and (is_refused or len(positions) == len(ids))
    ]
    if not wrong:
        return
    said = [sentence for _, sentence in wrong]
    mend = "check that its ids are of the same units and year"
    if file.has_numeric_ids():
        mend = "its ids are numbers, which lose zeros in front: write them as text"
    raise TableError(
        f"minutes table {str(file.place)!r} {' and '.join(said)}; expected all of them: {mend}, or say with "
        f"{' and '.join(f'unknown_{what}' for what, _ in wrong)} what some are that it does not know: 'estimate' from "
        "distance, or 'unreachable', where it leaves out whom nobody reaches."
    )


def _few(ids: Sequence[str], positions: Indices) -> str:
    shown = list(dict.fromkeys(ids[int(one)] for one in positions))
    return ", ".join(map(repr, shown[:_SHOWN])) + (", …" if len(shown) > _SHOWN else "")
