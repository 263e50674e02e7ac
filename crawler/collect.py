"""From the listings a crawl read to its records and its verdict: each listing once, cleaned, counted and judged."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from crawler.cleaning import Cleaner, Tally
from crawler.coverage import counted, shares
from crawler.difference import Difference, difference
from crawler.folders import LOCK_FILE, crawls_of, finished, forget_the_way, is_whole, run_id_of
from crawler.found import Found
from crawler.opt_out import OptOut
from crawler.order import ORDER_FILE, Question
from crawler.readers import findtreatment
from crawler.readers.raw import RawListing
from crawler.records import RECORDS_FILE, Crawl, ProviderRecord, write_sorted
from crawler.replay import RESPONSES_FOLDER, kept_until
from crawler.spool import JOURNAL_FILE, Line, read_journal
from crawler.verdict import Account, Outcome, expectations_of, judged, write_verdict
from crawler.vocabulary import Vocabulary

_KNOWN_TERMS = {"findtreatment": findtreatment.known_terms}
_ASKED = "asked not to be listed"
_TOLD_EVERY = 5_000
"""Listings of an export between two words of progress."""


def judge(folder: Path, question: Question, started_at: str, stopped_at: str) -> dict[str, Any]:
    """Write records and verdict of a crawl whose pages have been read; return the verdict."""
    with Found(folder) as found:
        account = _accounted(read_journal(folder / JOURNAL_FILE), found)
        account.stopped_at = stopped_at
        return _judge(folder, question, started_at, account, found)


def settle(folder: Path, question: Question, started_at: str, account: Account, found: Found) -> Path:
    """Clean, write, judge, and give the folder its final name."""
    _judge(folder, question, started_at, account, found)
    return named(folder)


def _judge(folder: Path, question: Question, started_at: str, account: Account, found: Found) -> dict[str, Any]:
    """Write records and verdict; return the verdict."""
    tally, filled = Tally(), Counter[str]()
    opt_out = OptOut.read(question.order.crawls)
    cleaned = _cleaned(question.source.name, found, tally)
    records = write_sorted(counted(_left_in(cleaned, opt_out, tally), filled), folder / RECORDS_FILE)
    asked = _asked(question)
    before = _before(question, asked)
    outcome = Outcome(
        records=records,
        sha256=_sha256(folder / RECORDS_FILE),
        field_coverage=shares(filled, records),
        tally=tally,
        difference=_since(before, folder / RECORDS_FILE),
    )
    identity = {
        "source": question.source.name,
        "run_id": run_id_of(folder),
        "title": question.source.title,
        "attribution": question.source.attribution,
        "licence": question.source.licence,
        "started_at": started_at,
        "finished_at": now(),
        "asked": asked,
        "responses_kept_until": None if (until := kept_until(folder / RESPONSES_FOLDER)) is None else until.isoformat(),
    }
    expectations = expectations_of(question.expected, None if before is None else before.verdict)
    verdict = judged(identity, account, outcome, expectations)
    write_verdict(verdict, folder)
    return verdict


def completed(folder: Path) -> Path | None:
    """Give a crawl its final name that was cut off when only that was missing; ``None`` where more is."""
    return named(folder) if is_whole(folder, JOURNAL_FILE) else None


def named(folder: Path) -> Path:
    """Give the folder of a judged crawl its final name; return it under that name."""
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
        "areas": sorted(order.areas),
        "address": question.address if order.export is None else None,
        "limit": order.limit,
        "export": None if order.export is None else order.export.name,
        "site": None if order.site is None else repr(order.site),
    }


def _before(question: Question, asked: Mapping[str, Any]) -> Crawl | None:
    """Return the last trusted crawl that asked the same."""
    wanted = _comparable(asked)
    trusted = [one for one in crawls_of(question.order.crawls, question.source.name) if one.verdict["trusted"]]
    same = [one for one in trusted if _comparable(one.verdict.get("asked", {})) == wanted]
    return same[-1] if same else None


def _since(before: Crawl | None, records_file: Path) -> Difference | None:
    """Return what changed since an earlier crawl; a damaged one costs the comparison, never the crawl."""
    if before is None:
        return None
    try:
        return difference(before.records_file, records_file)
    except (ValueError, KeyError):
        return None


def _comparable(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was asked without the name of an export, which changes with every publication."""
    return {"areas": [], **asked, "export": asked.get("export") is not None}


def _accounted(lines: Iterable[Line], found: Found) -> Account:
    """Return what a journal says; its listings go onto the shelf."""
    account = Account()
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
        account.pages += not line.is_part
        account.rows += line.rows
        account.broken_scripts += line.broken_scripts
        account.truncated += [line.truncated] if line.truncated else []
        account.splits |= dict([line.split]) if line.split else {}
        account.listings += len(line.listings) + line.repeated
        day = line.day or dt.datetime.now(dt.UTC).date()
        account.variants += sum(found.add(listing, day) for listing in line.listings)
    account.distinct = len(found)
    account.open_pages = len(planned - settled)
    return account


def _left_in(records: Iterable[ProviderRecord], opt_out: OptOut, tally: Tally) -> Iterator[ProviderRecord]:
    """Leave out, and count, who asked not to be listed."""
    for record in records:
        if opt_out.covers(record):
            tally.drops[_ASKED] += 1
        else:
            yield record


def _cleaned(source: str, found: Found, tally: Tally) -> Iterator[ProviderRecord]:
    vocabulary = Vocabulary.load()
    known = _KNOWN_TERMS.get(source, frozenset)()
    cleaners: dict[dt.date, Cleaner] = {}
    for listing, day in found:
        if day not in cleaners:
            cleaners[day] = Cleaner(source, day, vocabulary, known)
        record = cleaners[day].clean(listing)
        if record is not None:
            yield record
    for cleaner in cleaners.values():
        for name in ("drops", "repairs", "unknown_terms", "invalid"):
            getattr(tally, name).update(getattr(cleaner.tally, name))


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def account_of_export(
    listings: Iterable[RawListing | None], day: dt.date, limit: int | None, found: Found, tell: Callable[[int], None]
) -> Account:
    """Return the account of a saved export: one page, every row read, or only as many listings as are wanted.

    The listings go onto the shelf; ``None`` among them is a row that was not understood. ``tell`` hears how many there
    are so far.
    """
    account = Account(pages=1)
    for listing in listings:
        if limit is not None and account.distinct >= limit:
            account.stopped_at = f"{limit} listings"
            break
        account.rows += 1
        if listing is None:
            continue
        account.listings += 1
        is_known = found.add(listing, day)
        account.variants += is_known
        account.distinct += not is_known
        if account.listings % _TOLD_EVERY == 0:
            tell(account.distinct)
    tell(account.distinct)
    return account
