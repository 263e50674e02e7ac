"""Invented therapists on real postal codes, and a small build of them, for tests of several rooms."""

import datetime as dt
import json
from pathlib import Path

from stdnum import luhn

from analysis.pipeline import build
from analysis.store import new_build
from analysis.study import Study
from crawler.records import Crawl, Location, ProviderRecord, open_crawl, write_records


def invented_crawl(folder: Path, places: dict[str, tuple[str, str]]) -> Crawl:
    """Return a crawl of therapists: state and specialty by postal code."""
    folder.mkdir(parents=True)
    records = [
        ProviderRecord(
            source="nppes_api",
            source_id=f"90000000{number:02d}",
            kind="person",
            npi=_npi(number),
            given_name=("Avo", "Bel", "Cor", "Dan", "Eva", "Fin")[number % 6],
            family_name=f"Invent{chr(97 + number % 26)}ia",
            professions=("psychologist",),
            specialties=(specialty,),
            locations=(Location(state=state, postal_code=code),),
            offers_online=True,
            retrieved_on=dt.date(2026, 11, 24),
        )
        for number, (code, (state, specialty)) in enumerate(places.items())
    ]
    write_records(records, folder / "records.jsonl")
    verdict = {
        "source": "nppes_api",
        "run_id": folder.name,
        "trusted": True,
        "reasons": [],
        "started_at": "2026-11-24T08:00:00+00:00",
        "finished_at": "2026-11-24T08:01:00+00:00",
        "records": len(records),
        "attribution": "Invented registry",
    }
    (folder / "verdict.json").write_text(json.dumps(verdict))
    return open_crawl(folder)


def _npi(number: int) -> str:
    """Return an invented identifier that passes its check digit, by which no two differ in one digit alone."""
    digits = f"9{number:08d}"
    return digits + luhn.calc_check_digit(f"80840{digits}")


def small_build(folder: Path, study: Study, crawl: Crawl) -> Path:
    """Build a study of one crawl into a folder and return it."""
    with new_build(folder) as place:
        build(study, [crawl], None, place, lambda _: None)
    return folder
