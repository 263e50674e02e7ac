"""Who asked not to be listed: hashed identifiers, honoured by every later crawl and erased from the earlier ones.

The list is a file beside the crawls. It holds no identifier itself, only hashes under a key of its own; so it can be
kept for good without keeping what was asked to be forgotten.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from crawler.erasure import discard, exchange
from crawler.records import RECORDS_FILE, VERDICT_FILE, Crawl, ProviderRecord, RecordError
from crawler.replay import RESPONSES_FOLDER
from crawler.verdict import READABLE_FILE, readable

OPT_OUT_FILE = "opt_out.json"
_KEY_BYTES = 32
_DIGEST_BYTES = 16


@dataclass(frozen=True)
class Erased:
    """What was erased: listings, the crawls they were in, and folders of saved responses that may still show them."""

    listings: int
    crawls: int
    responses: tuple[Path, ...]


@dataclass(frozen=True)
class OptOut:
    """The list: a key and the hashes of identifiers under it."""

    key: bytes
    hashes: frozenset[str]

    @classmethod
    def read(cls, crawls: Path) -> Self:
        """Read the list of a folder of crawls; an empty one where there is none.

        Raises
        ------
        RecordError
            The file is not such a list: names it. It is never taken for an empty one.

        """
        file = crawls / OPT_OUT_FILE
        if not file.is_file():
            return cls(secrets.token_bytes(_KEY_BYTES), frozenset())
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            return cls(bytes.fromhex(told["key"]), frozenset(told["hashes"]))
        except (ValueError, KeyError, TypeError) as fault:
            raise RecordError(
                f"{file} is not a list of who asked not to be listed ({fault}); put it right or take it from a backup."
            ) from fault

    def with_identifiers(self, identifiers: Iterable[str]) -> "OptOut":
        """Return the list with more identifiers; see :func:`identifiers_of`."""
        return OptOut(self.key, self.hashes | {self._hash(identifier) for identifier in identifiers})

    def write(self, crawls: Path) -> None:
        """Write the list whole or not at all."""
        crawls.mkdir(parents=True, exist_ok=True)
        fresh = crawls / f".{OPT_OUT_FILE}.partial"
        fresh.write_text(json.dumps({"key": self.key.hex(), "hashes": sorted(self.hashes)}, indent=1) + "\n")
        fresh.replace(crawls / OPT_OUT_FILE)

    def covers(self, record: ProviderRecord) -> bool:
        """Tell whether the listing is of somebody on the list."""
        return bool(self.hashes) and any(self._hash(one) in self.hashes for one in identifiers_of(record))

    def _hash(self, identifier: str) -> str:
        return hashlib.blake2b(identifier.encode(), key=self.key, digest_size=_DIGEST_BYTES).hexdigest()


def identifiers_of(record: ProviderRecord) -> tuple[str, ...]:
    """Return what a listing can be asked to be forgotten by: its NPI, and its directory's own identifier."""
    own = f"{record.source}:{record.source_id}"
    return (own,) if record.npi is None else (own, f"npi:{record.npi}")


def erase(crawls: Iterable[Crawl], opt_out: OptOut) -> Erased:
    """Take listed people out of the records of finished crawls; the verdict says how many were taken out."""
    listings = touched = 0
    responses = []
    for crawl in crawls:
        responses += [folder for folder in [crawl.folder / RESPONSES_FOLDER] if folder.is_dir()]
        discard(crawl.folder)
        records = list(crawl.records())
        kept = [record for record in records if not opt_out.covers(record)]
        gone = len(records) - len(kept)
        if gone:
            _rewrite(crawl, kept, gone)
            listings, touched = listings + gone, touched + 1
    return Erased(listings, touched, tuple(responses))


def _rewrite(crawl: Crawl, kept: list[ProviderRecord], gone: int) -> None:
    records = "".join(record.model_dump_json(exclude_defaults=True) + "\n" for record in kept).encode()
    said = {
        **crawl.verdict,
        "records": len(kept),
        "sha256": hashlib.sha256(records).hexdigest(),
        "erased_on_request": crawl.verdict.get("erased_on_request", 0) + gone,
    }
    verdict = json.dumps(said, indent=2, ensure_ascii=False) + "\n"
    exchange(
        crawl.folder,
        {RECORDS_FILE: records, VERDICT_FILE: verdict.encode(), READABLE_FILE: readable(said).encode()},
    )
