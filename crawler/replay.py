"""Responses kept beside a crawl, as they came over the network, and served again instead of it."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from crawler.source import SourceError

RESPONSES_FOLDER = "responses"
KEPT_DAYS = 90
"""So long saved and cached responses are kept: a judgement call of 2026-11-26, see docs/decisions/0009."""

_ORDER_FILE = "order.json"
_DIGEST_BYTES = 16


@dataclass(frozen=True)
class SavedResponse:
    """One response as it came: headers may repeat, the body may be compressed."""

    address: str
    status: int
    headers: tuple[tuple[str, str], ...]
    read_on: dt.date
    body: bytes


def keep(folder: Path, response: SavedResponse, put_body: Callable[[Path], object] | None = None) -> None:
    """Keep a response; a later one of the same address takes its place. ``put_body`` writes a body that is not held."""
    stem = _stem(folder, response.address)
    said = {
        "address": response.address,
        "status": response.status,
        "headers": response.headers,
        "read_on": response.read_on.isoformat(),
    }
    place = stem.with_suffix(".body")
    place.unlink(missing_ok=True)  # it may be another name of somebody else's file
    if put_body is None:
        place.write_bytes(response.body)
    else:
        put_body(place)
    stem.with_suffix(".json").write_text(json.dumps(said, indent=1), encoding="utf-8")


def body_file(folder: Path, address: str) -> Path:
    """Return where the body of a kept response lies."""
    return _stem(folder, address).with_suffix(".body")


def find(folder: Path, address: str, *, is_held: bool = True) -> SavedResponse | None:
    """Return the kept response of an address, its body only if it is to be held; ``None`` where there is none.

    Raises
    ------
    ValueError
        What was kept is damaged.

    """
    stem = _stem(folder, address)
    try:
        said = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
        file = stem.with_suffix(".body")
        body = file.read_bytes() if is_held else b"" * file.stat().st_size
        headers = tuple((name, text) for name, text in said["headers"])
        return SavedResponse(address, said["status"], headers, dt.date.fromisoformat(said["read_on"]), body)
    except FileNotFoundError:
        return None
    except (KeyError, TypeError) as fault:
        raise ValueError(f"{stem.with_suffix('.json')} is not a saved response.") from fault


def _stem(folder: Path, address: str) -> Path:
    return folder / hashlib.blake2b(address.encode(), digest_size=_DIGEST_BYTES).hexdigest()


class KeptQuestion(NamedTuple):
    """What was asked of a crawl whose responses were kept; ``site`` is the description of a described directory."""

    folder: Path
    address: str
    states: tuple[str, ...]
    site: dict[str, Any] | None
    areas: tuple[str, ...] = ()


def keep_question(
    folder: Path,
    source: str,
    address: str,
    states: tuple[str, ...],
    site: dict[str, Any] | None = None,
    *,
    areas: tuple[str, ...] = (),
    until: dt.date | None = None,
) -> None:
    """Keep what was asked beside the responses, so that a replay asks the same, and until when they are kept.

    ``until`` is the day of those they are copied from; to go on with a crawl, or to copy, prolongs nothing.
    """
    until = kept_until(folder) or until or dt.datetime.now(dt.UTC).date() + dt.timedelta(days=KEPT_DAYS)
    folder.mkdir(exist_ok=True)
    told = {"source": source, "address": address, "states": states, "site": site, "areas": areas}
    told |= {"kept_until": until.isoformat()}
    (folder / _ORDER_FILE).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def kept_question(folder: Path, source: str) -> KeptQuestion:
    """Return the folder of responses and what was asked in a crawl whose responses were kept.

    Raises
    ------
    SourceError
        The folder holds no responses, or those of another directory.

    """
    inner = responses_of(folder)
    try:
        told = json.loads((inner / _ORDER_FILE).read_text(encoding="utf-8"))
        found, states, areas = told["source"], tuple(told["states"]), tuple(told.get("areas", ()))
        kept = KeptQuestion(inner, told["address"], states, told.get("site"), areas)
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise SourceError(
            f"{str(folder)!r} holds no saved responses; expected the folder of a crawl made with --save-responses."
        ) from fault
    if found != source:
        raise SourceError(f"{str(folder)!r} holds responses of {found!r}, not of {source!r}.")
    return kept


def responses_of(folder: Path) -> Path:
    """Return the folder of saved responses that is meant by a crawl's or by itself."""
    return folder / RESPONSES_FOLDER if (folder / RESPONSES_FOLDER).is_dir() else folder


def kept_until(folder: Path) -> dt.date | None:
    """Return the last day on which saved responses are kept; ``None`` where there are none.

    Where nobody wrote it down it is counted from the day on which they began to be saved.
    """
    file = folder / _ORDER_FILE
    if not file.is_file():
        return None
    try:
        return dt.date.fromisoformat(json.loads(file.read_text(encoding="utf-8"))["kept_until"])
    except (ValueError, KeyError, TypeError):
        began = dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC).date()
        return began + dt.timedelta(days=KEPT_DAYS)
