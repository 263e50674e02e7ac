"""What tests of the NPPES dissemination share: rows of invented people in files of the real layout, and a slow twin."""

import csv
import datetime as dt
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from crawler.bulk.nppes_file import read_export
from crawler.readers.raw import RawListing, RawLocation
from demonstration.dissemination import PLACE_COLUMNS, columns, line_of, npi_of

PRACTICE = "Provider Business Practice Location Address "
SECOND = "Provider Secondary Practice Location Address"
CODE, LICENCE = "Healthcare Provider Taxonomy Code_{}", "Provider License Number State Code_{}"
ENDED, RESUMED = "NPI Deactivation Date", "NPI Reactivation Date"
COUNSELOR = "101YM0800X"
MONTHLY, WEEK_1, WEEK_2 = "20050523-20261011", "20261012-20261018", "20261019-20261025"

Row = Mapping[str, str]


def person(number: int, /, **more: str) -> dict[str, str]:
    """Return the filled cells of an invented counselor in Montana."""
    return {
        "NPI": npi_of(number),
        "Entity Type Code": "1",
        "Provider Last Name (Legal Name)": "Quillfeather",
        "Provider First Name": "Briola",
        "Provider Business Mailing Address State Name": "TX",
        "Provider Business Mailing Address Postal Code": "733010001",
        "Provider First Line Business Practice Location Address": f"{number} INVENTED AVE",
        f"{PRACTICE}City Name": "HELENA",
        f"{PRACTICE}State Name": "MT",
        f"{PRACTICE}Postal Code": "596010001",
        f"{PRACTICE}Country Code (If outside U.S.)": "US",
        f"{PRACTICE}Telephone Number": "4065550100",
        "Last Update Date": "10/05/2026",
        CODE.format(1): COUNSELOR,
        LICENCE.format(1): "MT",
        **more,
    }


def bare(number: int, ended: str) -> dict[str, str]:
    """Return a row as NPPES publishes a deactivated identifier: nothing but it and the day."""
    return {"NPI": npi_of(number), ENDED: ended}


def place(number: int, state: str, postal_code: str) -> dict[str, str]:
    """Return a further place of practice."""
    return {
        "NPI": npi_of(number),
        f"{SECOND}- Address Line 1": "7 SECOND ST",
        f"{SECOND} - State Name": state,
        f"{SECOND} - Postal Code": postal_code,
    }


def table(rows: Iterable[Row], head: tuple[str, ...] = columns()) -> str:
    """Return rows as a table."""
    return line_of({name: name for name in head}, head) + "".join(line_of(dict(row), head) for row in rows)


def archive(folder: Path, dates: str, rows: Iterable[Row], places: Iterable[Row] = ()) -> Path:
    """Write an archive as NPPES publishes it, with the tables of heads that come with it."""
    file = folder / f"NPPES_Data_Dissemination_{dates}.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(f"npidata_pfile_{dates}_fileheader.csv", table([]))
        packed.writestr(f"npidata_pfile_{dates}.csv", table(rows))
        packed.writestr(f"pl_pfile_{dates}_fileheader.csv", table([], PLACE_COLUMNS))
        packed.writestr(f"pl_pfile_{dates}.csv", table(places, PLACE_COLUMNS))
        packed.writestr(f"endpoint_pfile_{dates}.csv", "NPI\n")
    return file


def read(export: Path, *states: str) -> list[RawListing | None]:
    """Read an export and see that nothing it unpacked is left."""
    work = export.parent / "work"
    work.mkdir(exist_ok=True)
    found = list(read_export(export, states, work, lambda _: None))
    assert [file for file in work.rglob("*") if file.is_file()] == []
    return found


def known(export: Path, *states: str) -> dict[str, RawListing]:
    """Read an export whose every row is understood; return its listings by NPI."""
    found = read(export, *states)
    listings = [one for one in found if one is not None]
    assert len(listings) == len(found) == len({one.source_id for one in listings})
    assert [one.source_id for one in listings] == sorted(one.source_id for one in listings)
    return {one.source_id: one for one in listings}


def _day(stated: str) -> dt.date | None:
    return dt.datetime.strptime(stated, "%m/%d/%Y").replace(tzinfo=dt.UTC).date() if stated else None


def twin(file: Path, codes: frozenset[str]) -> dict[str, RawListing]:
    """Read one table slowly and plainly, row by row; only rows with one of the codes."""
    found = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            slots = [row[CODE.format(slot)] for slot in range(1, 16) if row[CODE.format(slot)]]
            if not codes & set(slots):
                continue
            ended, resumed = _day(row[ENDED]), _day(row[RESUMED])
            is_person = row["Entity Type Code"] == "1"
            street = [row[f"Provider {line} Line Business {PRACTICE[18:-1]}"] for line in ("First", "Second")]
            found[row["NPI"]] = RawListing(
                source_id=row["NPI"],
                kind="person" if is_person else "organisation",
                npi=row["NPI"],
                given_name=(row["Provider First Name"] or None) if is_person else None,
                family_name=(row["Provider Last Name (Legal Name)"] or None) if is_person else None,
                organisation_name=None
                if is_person
                else row["Provider Organization Name (Legal Business Name)"] or None,
                taxonomy_codes=tuple(slots),
                locations=(
                    RawLocation(
                        row[f"{PRACTICE}Country Code (If outside U.S.)"] or "US",
                        row[f"{PRACTICE}State Name"] or None,
                        row[f"{PRACTICE}City Name"] or None,
                        row[f"{PRACTICE}Postal Code"] or None,
                        " ".join(filter(None, street)) or None,
                        row[f"{PRACTICE}Telephone Number"] or None,
                    ),
                ),
                is_active=not (ended and (resumed is None or resumed < ended)),
                licence_states=tuple(row[LICENCE.format(slot)] for slot in range(1, 16) if row[LICENCE.format(slot)]),
                listed_on=_day(row["Last Update Date"]),
            )
    return found
