"""Structures kept on disk under the hash of what they were made of: the next build of the same study maps them in."""

import hashlib
import json
import shutil
import tempfile
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.access.structure import Structure, build_structure
from analysis.access.travel import GreatCircle

Floats = NDArray[np.float64]

FORM = 2
"""Raised whenever the form of a structure or the rule of what is in reach changes."""
KEPT_BYTES = 1 << 30
"""Structures that were not used for longest go when a folder holds more."""
_ARRAYS = ("origin_order", "site_order", "run_at", "site_at", "runs", "bands", "chords")
_FACTS = "structure.json"
_UNFINISHED = ".structure-"
_ABANDONED_SECONDS = 6 * 3600
"""Unfinished folders of this age belong to nobody any more."""


def content_key(
    engine: GreatCircle, limit_minutes: Floats, shares: tuple[float, ...], *, with_distances: bool = False
) -> str:
    """Return the hash of all that decides what is in reach: places, limits, speeds, circuity, start-up and bands."""
    digest = hashlib.sha256(f"structure {FORM}".encode())
    arrays = (engine.origins, engine.sites, engine.km_per_minute, limit_minutes, np.asarray(shares))
    for array in (*arrays, np.array([engine.circuity, engine.start_up_minutes, float(with_distances)])):
        held = np.ascontiguousarray(array, dtype="<f8") + 0.0  # minus nought is nought
        digest.update(repr(held.shape).encode())
        digest.update(held.tobytes())
    return digest.hexdigest()


def cached_structure(
    folder: Path,
    engine: GreatCircle,
    limit_minutes: Floats,
    shares: tuple[float, ...],
    *,
    with_distances: bool = False,
) -> Structure:
    """Return the structure from a folder of structures, or build it and keep it there.

    One that is damaged or half gone is built anew. Two programs that build the same one at once do each other no harm.
    The folder keeps ``KEPT_BYTES``, the structures used last, and the newest however large; where it cannot be written
    nothing is kept.
    """
    key = content_key(engine, limit_minutes, shares, with_distances=with_distances)
    found = load_structure(folder / key)
    if found is not None:
        with suppress(OSError):  # a folder nobody may write to serves as well
            (folder / key / _FACTS).touch()
        return found
    built = build_structure(engine, limit_minutes, shares, with_distances=with_distances)
    with suppress(OSError):  # no room, nobody may write there, or another program is at it: the next build finds anew
        save_structure(built, folder / key)
        _forget_oldest(folder, key)
    return built


def _forget_oldest(folder: Path, newest: str) -> None:
    """Remove the structures that were not used for longest, until the folder keeps no more than it may.

    What another program is writing is left alone, and what such a one left behind is removed.
    """
    for unfinished in folder.glob(f"{_UNFINISHED}*"):
        if time.time() - unfinished.stat().st_mtime > _ABANDONED_SECONDS:
            shutil.rmtree(unfinished, ignore_errors=True)
    kept = [file for file in folder.glob(f"[!.]*/{_FACTS}") if file.parent.name != newest]
    held = sum(one.stat().st_size for one in folder.glob("[!.]*/*.npy"))
    for file in sorted(kept, key=lambda file: file.stat().st_mtime):
        if held <= KEPT_BYTES:
            return
        held -= sum(one.stat().st_size for one in file.parent.glob("*.npy"))
        shutil.rmtree(file.parent, ignore_errors=True)


def save_structure(structure: Structure, folder: Path) -> None:
    """Write a structure to a folder of its own; whole or not at all, and not if somebody was quicker."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder.parent))
    try:
        sizes = {}
        for name in _ARRAYS:
            array = getattr(structure, name)
            np.save(work / f"{name}.npy", array, allow_pickle=False)
            sizes[name] = _sum_of(array)
        facts = {"form": FORM, "shares": structure.shares, "pairs": structure.pairs, "sums": sizes}
        (work / _FACTS).write_text(json.dumps(facts), encoding="utf-8")
        if load_structure(folder) is None:
            shutil.rmtree(folder, ignore_errors=True)
            work.rename(folder)
    except OSError:
        if load_structure(folder) is None:  # else another program kept the same structure in the meantime
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def load_structure(folder: Path) -> Structure | None:
    """Return a structure whose arrays are read when they are first used; nothing where it is absent or damaged."""
    try:
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        arrays: dict[str, Any] = {name: _mapped(folder / f"{name}.npy") for name in _ARRAYS}
        if facts["form"] != FORM or facts["sums"] != {name: _sum_of(array) for name, array in arrays.items()}:
            return None
        return Structure(shares=tuple(facts["shares"]), pairs=int(facts["pairs"]), **arrays)
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None


def _sum_of(array: NDArray[Any]) -> list[int]:
    """Return length and checksum of an array."""
    return [len(array), zlib.crc32(np.ascontiguousarray(array).data.cast("B")) if array.size else 0]


def _mapped(file: Path) -> NDArray[Any]:
    """Return an array mapped in privately: the file stays as it is, and compiled loops take it like any other."""
    try:
        array: NDArray[Any] = np.asarray(np.load(file, mmap_mode="c", allow_pickle=False))
    except ValueError:  # nothing at all cannot be mapped; what is damaged cannot be read either
        array = np.load(file, allow_pickle=False)
    return array
