"""From the listings a crawl read to its records and its verdict: each listing once, cleaned, counted and judged."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from crawler.cleaning import Cleaner, Tally
from crawler.folders import LOCK_FILE, crawls_of, finished, forget_the_way, is_whole, run_id_of
from crawler.order import ORDER_FILE, Question
from crawler.readers import findtreatment
from crawler.readers.raw import RawListing
from crawler.records import RECORDS_FILE, ProviderRecord, write_records
from crawler.spool import JOURNAL_FILE, Line, read_journal
from crawler.verdict import Account, Outcome, expectations_of, judged, write_verdict
from crawler.vocabulary import Vocabulary

_LISTING = TypeAdapter(RawListing)
_KNOWN_TERMS = {"findtreatment": findtreatment.known_terms}
_COVERED = (
    "npi", "professions", "specialties", "taxonomy_codes", "languages", "locations", "offers_online", "is_accepting",
    "is_active", "licence_states", "listed_on",
)  # fmt: skip
_COVERED_PLACES = ("postal_code", "phone", "latitude")

Found = dict[str, tuple[RawListing, dt.date]]


def finish(folder: Path, question: Question, started_at: str, stopped_at: str) -> Path:
    """Write records and verdict of a crawl whose pages have been read; return the folder under its final name."""
    account, found = _accounted(read_journal(folder / JOURNAL_FILE))
    account.stopped_at = stopped_at
    return settle(folder, question, started_at, account, found)


def settle(folder: Path, question: Question, started_at: str, account: Account, found: Found) -> Path:
    """Clean, write, judge, and give the folder its final name."""
    tally, filled = Tally(), Counter[str]()
    records = write_records(_cleaned(question.source.name, found, tally, filled), folder / RECORDS_FILE)
    outcome = Outcome(
        records=records,
        sha256=_sha256(folder / RECORDS_FILE),
        field_coverage={name: filled[name] / records for name in (*_COVERED, *_COVERED_PLACES)} if records else {},
        tally=tally,
    )
    asked = _asked(question)
    identity = {
        "source": question.source.name,
        "run_id": run_id_of(folder),
        "title": question.source.title,
        "attribution": question.source.attribution,
        "licence": question.source.licence,
        "started_at": started_at,
        "finished_at": now(),
        "asked": asked,
    }
    expectations = expectations_of(question.expected, _before(question, asked))
    write_verdict(judged(identity, account, outcome, expectations), folder)
    return _named(folder)


def completed(folder: Path) -> Path | None:
    """Give a crawl its final name that was cut off when only that was missing; ``None`` where more is."""
    return _named(folder) if is_whole(folder, JOURNAL_FILE) else None


def _named(folder: Path) -> Path:
    forget_the_way(folder, JOURNAL_FILE, LOCK_FILE, ORDER_FILE)
    return finished(folder)


def now() -> str:
    """Return this second in ISO 8601 with its zone."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _asked(question: Question) -> dict[str, Any]:
    """Return what makes two crawls comparable."""
    order = question.order
    return {
        "states": sorted(order.states),
        "address": question.address if order.export is None else None,
        "limit": order.limit,
        "export": None if order.export is None else order.export.name,
    }


def _before(question: Question, asked: Mapping[str, Any]) -> Mapping[str, Any] | None:
    earlier = [crawl.verdict for crawl in crawls_of(question.order.crawls, question.source.name)]
    same = [verdict for verdict in earlier if verdict["trusted"] and verdict.get("asked") == asked]
    return same[-1] if same else None


def _accounted(lines: Iterable[Line]) -> tuple[Account, Found]:
    account, found = Account(), Found()
    planned: set[str] = set()
    settled: set[str] = set()
    for line in lines:
        address = line.visit.address
        planned.update({address, *(visit.address for visit in line.visits)})
        settled.add(address)
        account.requests += line.requests
        account.statuses.update(line.statuses)
        account.refused.update(line.refused)
        if line.outcome == "failed":
            account.failed[address] = line.why
            continue
        account.failed.pop(address, None)
        if line.outcome == "left out":
            account.left_out[line.why] += 1
            continue
        account.pages += 1
        account.rows += line.rows
        account.broken_scripts += line.broken_scripts
        account.truncated += [line.truncated] if line.truncated else []
        account.splits |= dict([line.split]) if line.split else {}
        account.listings += len(line.listings) + line.repeated
        _add(found, line.listings, line.day or dt.datetime.now(dt.UTC).date(), account)
    account.distinct = len(found)
    account.open_pages = len(planned - settled)
    return account, found


def _add(found: Found, listings: Iterable[RawListing], day: dt.date, account: Account) -> None:
    """Add listings; of several under one identifier the fullest stays, in whatever order they arrived."""
    for listing in listings:
        known = found.get(listing.source_id)
        account.variants += known is not None
        if known is None or _fullness(listing) > _fullness(known[0]):
            found[listing.source_id] = (listing, day)


def _fullness(listing: RawListing) -> tuple[int, bytes]:
    text = _LISTING.dump_json(listing, exclude_defaults=True)
    return len(text), text


def _cleaned(source: str, found: Found, tally: Tally, filled: Counter[str]) -> Iterator[ProviderRecord]:
    vocabulary = Vocabulary.load()
    known = _KNOWN_TERMS.get(source, frozenset)()
    cleaners = {day: Cleaner(source, day, vocabulary, known) for day in {day for _, day in found.values()}}
    for listing, day in found.values():
        record = cleaners[day].clean(listing)
        if record is not None:
            _count_filled(record, filled)
            yield record
    for cleaner in cleaners.values():
        for name in ("drops", "repairs", "unknown_terms", "invalid"):
            getattr(tally, name).update(getattr(cleaner.tally, name))


def _count_filled(record: ProviderRecord, filled: Counter[str]) -> None:
    filled.update(name for name in _COVERED if getattr(record, name) not in (None, ()))
    filled.update(
        name for name in _COVERED_PLACES if any(getattr(place, name) is not None for place in record.locations)
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def account_of_export(listings: Iterable[RawListing], day: dt.date, limit: int | None) -> tuple[Account, Found]:
    """Return the account of a saved export: one page, every row read, or only as many listings as are wanted."""
    account, found = Account(pages=1), Found()
    for listing in listings:
        if limit is not None and len(found) >= limit:
            account.stopped_at = f"{limit} listings"
            break
        account.rows += 1
        _add(found, (listing,), day, account)
    account.listings, account.distinct = account.rows, len(found)
    return account, found
