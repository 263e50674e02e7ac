"""Responses kept beside a crawl, as they came over the network, and served again instead of it."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from crawler.source import SourceError

RESPONSES_FOLDER = "responses"
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


def keep(folder: Path, response: SavedResponse) -> None:
    """Keep a response; a later one of the same address takes its place."""
    stem = _stem(folder, response.address)
    said = {
        "address": response.address,
        "status": response.status,
        "headers": response.headers,
        "read_on": response.read_on.isoformat(),
    }
    stem.with_suffix(".body").write_bytes(response.body)
    stem.with_suffix(".json").write_text(json.dumps(said, indent=1), encoding="utf-8")


def find(folder: Path, address: str) -> SavedResponse | None:
    """Return the kept response of an address; ``None`` where there is none.

    Raises
    ------
    ValueError
        What was kept is damaged.

    """
    stem = _stem(folder, address)
    try:
        said = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
        body = stem.with_suffix(".body").read_bytes()
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


def keep_question(
    folder: Path, source: str, address: str, states: tuple[str, ...], site: dict[str, Any] | None = None
) -> None:
    """Keep what was asked beside the responses, so that a replay asks the same."""
    folder.mkdir(exist_ok=True)
    told = {"source": source, "address": address, "states": states, "site": site}
    (folder / _ORDER_FILE).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def kept_question(folder: Path, source: str) -> KeptQuestion:
    """Return the folder of responses and what was asked in a crawl whose responses were kept.

    Raises
    ------
    SourceError
        The folder holds no responses, or those of another directory.

    """
    inner = folder / RESPONSES_FOLDER if (folder / RESPONSES_FOLDER).is_dir() else folder
    try:
        told = json.loads((inner / _ORDER_FILE).read_text(encoding="utf-8"))
        found, kept = told["source"], KeptQuestion(inner, told["address"], tuple(told["states"]), told.get("site"))
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise SourceError(
            f"{str(folder)!r} holds no saved responses; expected the folder of a crawl made with --save-responses."
        ) from fault
    if found != source:
        raise SourceError(f"{str(folder)!r} holds responses of {found!r}, not of {source!r}.")
    return kept
