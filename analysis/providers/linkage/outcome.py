"""What a build made of two listings, found again by their hashed identifiers."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.provenance import sha256_of
from analysis.providers.linkage.identity import hashed, identity_key
from analysis.store import read_table
from analysis.tables import RECORDS
from crawler.records import Crawl


def outcome(build: Path, crawls: Sequence[Crawl], one: tuple[str, str], other: tuple[str, str]) -> str:
    """Return in a sentence whether two listings are one provider in a build of these crawls."""
    key = identity_key(sha256_of(crawl.records_file) for crawl in crawls)
    whose = read_table(build, RECORDS).set_index(["source", "source_id"]).provider_id
    found = [whose.get((source, hashed(f"{source}\t{identifier}", key))) for source, identifier in (one, other)]
    if any(one is None for one in found):
        return "The build in this folder is of other crawls: what it made of these two listings cannot be told."
    if any(pd.isna(one) for one in found):
        return "In the build at least one of them is not used: it lies outside the study's area, or nowhere."
    return f"In the build they are {'one provider' if found[0] == found[1] else 'two providers'}."
