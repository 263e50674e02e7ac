"""Whether a crawl is to be believed: what it brought, missed and dropped, as a file for programs and one for people."""

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.cleaning import Tally
from crawler.difference import Difference
from crawler.records import VERDICT_FILE
from crawler.source import Expected

READABLE_FILE = "verdict.md"
_TERMS_MOST = 50
_NAMED_MOST = 20
_FEWEST_SHARE, _MOST_SHARE = 0.8, 1.5
"""Against the last trusted crawl of the same question: a directory does not change by more from one run to the next."""

_COVERAGE_FALL = 0.2


class CrawlError(ValueError):
    """A crawl could not be run, gone on with or found."""


@dataclass
class Account:
    """What a crawl's journal says.

    Attributes
    ----------
    failed, truncated
        Addresses that could not be read with the reason, and questions answered only in part.
    splits
        Questions that were too big, with the number of parts in which they were asked again. Each part says all that
        its question said and more, so that they are a tree.
    open_pages
        Pages planned and never settled.
    variants
        Listings met again with other words under the same identifier.
    stopped_at
        The limit that ended the crawl, as the end of a sentence; empty where it ended by itself.

    """

    pages: int = 0
    rows: int = 0
    listings: int = 0
    distinct: int = 0
    variants: int = 0
    requests: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    truncated: list[str] = field(default_factory=list)
    splits: dict[str, int] = field(default_factory=dict)
    broken_scripts: int = 0
    open_pages: int = 0
    stopped_at: str = ""


@dataclass(frozen=True)
class Outcome:
    """What was made of the account: how many records, how well filled, what cleaning did, and what changed since."""

    records: int
    sha256: str
    field_coverage: Mapping[str, float]
    tally: Tally
    difference: Difference | None = None


@dataclass(frozen=True)
class Expectations:
    """What a crawl is held against: ranges of records with their reasons, and the last trusted crawl's verdict."""

    ranges: tuple[Expected, ...] = ()
    before: Mapping[str, Any] | None = None


def expectations_of(declared: Expected | None, before: Mapping[str, Any] | None) -> Expectations:
    """Return the expectations of a crawl.

    ``declared`` is what its source file says; ``before`` is the verdict of the last trusted crawl that asked the same.
    """
    ranges = [declared] if declared else []
    if before is not None:
        least, most = (round(before["records"] * share) for share in (_FEWEST_SHARE, _MOST_SHARE))
        ranges.append(Expected(least, most, f"the last trusted crawl brought {before['records']:,}"))
    return Expectations(tuple(ranges), before)


def judged(
    identity: Mapping[str, Any], account: Account, outcome: Outcome, expectations: Expectations
) -> dict[str, Any]:
    """Return the verdict; ``identity`` says whose crawl it is (source, run_id, times, question, attribution)."""
    before = expectations.before
    reasons = _reasons(account, outcome, expectations, is_private=True)
    terms = _sorted(outcome.tally.unknown_terms)
    return {
        **identity,
        "trusted": not reasons,
        "reasons": reasons,
        "public_reasons": _reasons(account, outcome, expectations, is_private=False),
        "records": outcome.records,
        "requests": account.requests,
        "responses": dict(sorted(account.statuses.items())),
        "pages": account.pages,
        "rows": account.rows,
        "duplicates": account.listings - account.distinct,
        "variants": account.variants,
        "unread_rows": max(0, account.rows - account.listings),
        "drops": _sorted(outcome.tally.drops),
        "truncated": sorted(account.truncated),
        "splits": dict(sorted(account.splits.items())),
        "refused": _sorted(account.refused),
        "left_out": _sorted(account.left_out),
        "errors": _sorted(Counter(_kind(why) for why in account.failed.values())),
        "failed_pages": dict(sorted(account.failed.items())[:_NAMED_MOST]),
        "broken_scripts": account.broken_scripts,
        "repairs": _sorted(outcome.tally.repairs),
        "invalid": _sorted(outcome.tally.invalid),
        "unknown_terms": dict(list(terms.items())[:_TERMS_MOST]),
        "unknown_terms_unnamed": sum(list(terms.values())[_TERMS_MOST:]),
        "field_coverage": dict(outcome.field_coverage),
        "expected": [dataclasses.asdict(one) for one in expectations.ranges],
        "found": outcome.records,
        "change": None if before is None else _change(outcome, before),
        "sha256": outcome.sha256,
    }


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _kind(why: str) -> str:
    return why.split(":", maxsplit=1)[0]


def _change(outcome: Outcome, before: Mapping[str, Any]) -> dict[str, Any]:
    counts = {} if outcome.difference is None else dataclasses.asdict(outcome.difference)
    return {"run_id": before["run_id"], "records": outcome.records - before["records"], **counts}


def _reasons(account: Account, outcome: Outcome, expectations: Expectations, *, is_private: bool) -> list[str]:
    """Return why a crawl is not to be trusted; private reasons name addresses and questions, which may name people."""
    reasons = []
    if not outcome.records:
        reasons.append(f"It brought no records out of {_of(account.rows, 'row')} on {_of(account.pages, 'page')}.")
    if account.failed:
        address, why = min(account.failed.items())
        such = f", such as {address} ({_end(why)})" if is_private else ""
        reasons.append(f"{_of(len(account.failed), 'page')} could not be read{such}.")
    if account.truncated:
        such = f", such as {min(account.truncated)}" if is_private else ""
        reasons.append(
            f"{_of(len(account.truncated), 'question')} stayed cut off{such}: the directory holds more than it gives."
        )
    if account.stopped_at:
        reasons.append(f"It stopped at the limit of {account.stopped_at}.")
    if account.open_pages and not account.stopped_at:
        reasons.append(f"{_of(account.open_pages, 'planned page')} never came.")
    if account.listings < account.rows:
        reasons.append(f"Of {account.rows:,} rows only {account.listings:,} were understood.")
    reasons += [
        f"It brought {outcome.records:,} records, expected {one.least:,} to {one.most:,}: {_end(one.because)}."
        for one in expectations.ranges
        if not one.least <= outcome.records <= one.most
    ]
    before = expectations.before
    fallen = [] if before is None else _fallen(outcome.field_coverage, before["field_coverage"])
    reasons += [f"The share of records with {name} fell from {was:.0%} to {now:.0%}." for name, was, now in fallen]
    return reasons


def _fallen(now: Mapping[str, float], before: Mapping[str, float]) -> list[tuple[str, float, float]]:
    return [
        (name, was, now.get(name, 0.0)) for name, was in before.items() if was - now.get(name, 0.0) > _COVERAGE_FALL
    ]


def _first(parts: list[str]) -> str:
    further = len(parts) - _TERMS_MOST
    return "; ".join(parts[:_TERMS_MOST]) + (f"; and {further:,} more in {VERDICT_FILE}" if further > 0 else "")


def _of(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _end(sentence: str) -> str:
    return sentence.removesuffix(".")


def write_verdict(verdict: Mapping[str, Any], folder: Path) -> None:
    """Write the verdict for programs and for people."""
    text = json.dumps(verdict, indent=2, ensure_ascii=False) + "\n"
    (folder / READABLE_FILE).write_text(readable(verdict), encoding="utf-8")
    (folder / VERDICT_FILE).write_text(text, encoding="utf-8")


def readable(verdict: Mapping[str, Any]) -> str:
    """Return the verdict as Markdown."""
    lines = [f"# {verdict['source']}, crawl {verdict['run_id']}", ""]
    lines += ["To be trusted." if verdict["trusted"] else "**Not to be trusted.**", ""]
    lines += [*(f"- {reason}" for reason in verdict["reasons"]), ""] if verdict["reasons"] else []
    lines += ["| | |", "|---|---|"]
    for name, told in verdict.items():
        if name in {"source", "run_id", "trusted", "reasons", "public_reasons"} or told in (None, "", {}, []):
            continue
        lines.append(f"| {name.replace('_', ' ')} | {_cell(told)} |")
    return "\n".join(lines) + "\n"


def _cell(told: object) -> str:
    if isinstance(told, dict):
        text = _first([f"{name}: {_cell(inner)}" for name, inner in told.items() if inner not in (None, "", {}, [])])
    elif isinstance(told, list):
        text = _first([_cell(inner) for inner in told])
    elif isinstance(told, float):
        text = f"{told:.1%}"
    else:
        text = f"{told:,}" if isinstance(told, int) and not isinstance(told, bool) else str(told)
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
