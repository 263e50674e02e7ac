"""Write an invented NPPES dissemination of the real layout and any size: ``python -m demonstration.dissemination``.

Nobody in it exists: identifiers begin with 9 and pass their check digit, telephones are 555-01xx. One row in eight is
of mental health, one in fifteen of those in a slot other than the first; the shares are ours and meant to be heavy.
"""

import argparse
import random
import zipfile
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

SLOTS = 15
IDENTIFIERS = 50
PLACES = ("59601", "MT", "HELENA"), ("82001", "WY", "CHEYENNE"), ("98101", "WA", "SEATTLE"), ("06103", "CT", "HARTFORD")
_MENTAL_HEALTH = ("101YM0800X", "103TC0700X", "1041C0700X", "106H00000X", "2084P0800X", "363LP0808X")
_OTHERS = ("207Q00000X", "163W00000X", "122300000X", "225100000X", "183500000X", "207RC0000X")
_CLINIC, _HOSPITAL = "261QM0801X", "282N00000X"
_FIRST = ("Avelina", "Briola", "Corvan", "Delmira", "Estoban", "Fiorel", "Galdino", "Hestia")
_LAST = ("Quillfeather", "Ravenholt", "Silverbrook", "Thornapple", "Umberfield", "Vandermoor", "Wexcombe", "Yarrow")
_ENDED_DAY, _RESUMED_DAY = "03/16/2019", "04/02/2019"
_SEED = 20261124
_ADDRESS = (
    "Provider First Line Business {} Address", "Provider Second Line Business {} Address",
    "Provider Business {} Address City Name", "Provider Business {} Address State Name",
    "Provider Business {} Address Postal Code", "Provider Business {} Address Country Code (If outside U.S.)",
    "Provider Business {} Address Telephone Number", "Provider Business {} Address Fax Number",
)  # fmt: skip
_SECOND = "Provider Secondary Practice Location Address"
PLACE_COLUMNS = (
    "NPI", f"{_SECOND}- Address Line 1", f"{_SECOND}-  Address Line 2", f"{_SECOND} - City Name",
    f"{_SECOND} - State Name", f"{_SECOND} - Postal Code", f"{_SECOND} - Country Code (If outside U.S.)",
    f"{_SECOND} - Telephone Number", f"{_SECOND} - Telephone Extension",
    "Provider Practice Location Address - Fax Number",
)  # fmt: skip


def columns(sex: str = "Provider Sex Code", *, is_certified: bool = True) -> tuple[str, ...]:
    """Return the head of the file: 330 columns now, 329 and ``Provider Gender Code`` before."""
    own, other = "Provider", "Provider Other"
    names = ("Last Name", "First Name", "Middle Name", "Name Prefix Text", "Name Suffix Text", "Credential Text")
    head = ["NPI", "Entity Type Code", "Replacement NPI", "Employer Identification Number (EIN)"]
    head += [f"{own} Organization Name (Legal Business Name)", f"{own} Last Name (Legal Name)"]
    head += [f"{own} {name}" for name in names[1:]]
    head += [f"{other} Organization Name", f"{other} Organization Name Type Code"]
    head += [*(f"{other} {name}" for name in names), f"{other} Last Name Type Code"]
    head += [line.format("Mailing") for line in _ADDRESS]
    head += [line.format("Practice Location") for line in _ADDRESS]
    head += [f"{own} Enumeration Date", "Last Update Date", "NPI Deactivation Reason Code", "NPI Deactivation Date"]
    head += ["NPI Reactivation Date", sex]
    head += [f"Authorized Official {what}" for what in (*names[:3], "Title or Position", "Telephone Number")]
    for slot in range(1, SLOTS + 1):
        head += [f"Healthcare Provider Taxonomy Code_{slot}", f"Provider License Number_{slot}"]
        head += [f"Provider License Number State Code_{slot}", f"Healthcare Provider Primary Taxonomy Switch_{slot}"]
    for number in range(1, IDENTIFIERS + 1):
        head += [f"Other Provider Identifier{part}_{number}" for part in ("", " Type Code", " State", " Issuer")]
    head += ["Is Sole Proprietor", "Is Organization Subpart", "Parent Organization LBN", "Parent Organization TIN"]
    head += [f"Authorized Official {what}" for what in names[3:]]
    head += [f"Healthcare Provider Taxonomy Group_{slot}" for slot in range(1, SLOTS + 1)]
    return (*head, *(["Certification Date"] if is_certified else []))


def npi_of(number: int) -> str:
    """Return an invented identifier: it begins with 9, and its check digit is right (Luhn, with 80840 before it)."""
    body = f"9{number:08}"
    total = 24  # of the prefix
    for place, digit in enumerate(map(int, body)):
        total += digit if place % 2 else digit * 2 - 9 * (digit > 4)  # noqa: PLR2004 - two digits added up
    return f"{body}{-total % 10}"


def _row(number: int, chance: random.Random) -> dict[str, str]:
    """Return the filled cells of one row."""
    is_clinic, is_ours = not (number + 1) % 5, not number % 8
    zip_code, state, city = PLACES[number // 8 % len(PLACES)]
    first = (_CLINIC if is_ours else _HOSPITAL) if is_clinic else chance.choice(_MENTAL_HEALTH if is_ours else _OTHERS)
    codes = [first]
    if not is_clinic and number % 6 == 0:
        codes = [chance.choice(_OTHERS), first] if number % 120 == 0 else [first, chance.choice(_OTHERS)]
    row = {
        "NPI": npi_of(number),
        "Entity Type Code": "2" if is_clinic else "1",
        "Provider First Line Business Mailing Address": f"PO BOX {number % 9973}",
        "Provider Business Mailing Address City Name": "ELSEWHERE",
        "Provider Business Mailing Address State Name": "TX",
        "Provider Business Mailing Address Postal Code": "733010001",
        "Provider Business Mailing Address Country Code (If outside U.S.)": "US",
        "Provider First Line Business Practice Location Address": f"{number % 9973} INVENTED AVE",
        "Provider Second Line Business Practice Location Address": "STE 2" if number % 3 == 0 else "",
        "Provider Business Practice Location Address City Name": city,
        "Provider Business Practice Location Address State Name": state,
        "Provider Business Practice Location Address Postal Code": zip_code + ("0001" if number % 2 else ""),
        "Provider Business Practice Location Address Country Code (If outside U.S.)": "US",
        "Provider Business Practice Location Address Telephone Number": f"40655501{number % 100:02}",
        "Provider Enumeration Date": f"{number % 12 + 1:02}/{number % 28 + 1:02}/{2006 + number % 19}",
        "Last Update Date": f"{number % 12 + 1:02}/{number % 28 + 1:02}/2025",
        "Is Sole Proprietor": "" if is_clinic else "N",
    }
    if is_clinic:
        row["Provider Organization Name (Legal Business Name)"] = f"{chance.choice(_LAST)} CARE {number}".upper()
    else:
        row |= {"Provider Last Name (Legal Name)": chance.choice(_LAST), "Provider First Name": chance.choice(_FIRST)}
    for slot, code in enumerate(codes, start=1):
        row |= {f"Healthcare Provider Taxonomy Code_{slot}": code, f"Provider License Number State Code_{slot}": state}
        row |= {f"Healthcare Provider Primary Taxonomy Switch_{slot}": "Y" if code == first else "N"}
    if number % 50 == 0:
        row["NPI Deactivation Date"] = _ENDED_DAY
        row["NPI Reactivation Date"] = _RESUMED_DAY if number % 100 else ""
    return row


def line_of(cells: dict[str, str], head: tuple[str, ...]) -> str:
    """Write one row as NPPES does: every cell in quotes."""
    return '"' + '","'.join(cells.get(name, "").replace('"', '""') for name in head) + '"\n'


def lines(rows: int, head: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines of the file, the head first; the same rows give the same lines."""
    chance = random.Random(_SEED)  # noqa: S311 - repeatable on purpose
    place_of = {name: place for place, name in enumerate(head)}
    yield line_of({name: name for name in head}, head)
    for number in range(rows):
        cells = [""] * len(head)
        for name, cell in _row(number, chance).items():
            cells[place_of[name]] = cell
        yield '"' + '","'.join(cells) + '"\n'  # nothing invented holds a quote


def _further(rows: int) -> Iterator[str]:
    """Yield further places of practice: one in forty has one."""
    yield line_of({name: name for name in PLACE_COLUMNS}, PLACE_COLUMNS)
    for number in range(0, rows, 40):
        zip_code, state, city = PLACES[(number // 40 + 1) % len(PLACES)]
        cells = (npi_of(number), "7 SECOND ST", "", city, state, zip_code, "US", f"40655501{number % 100:02}", "", "")
        yield '"' + '","'.join(cells) + '"\n'


def write_csv(file: Path, rows: int) -> Path:
    """Write the file of providers alone."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        opened.writelines(lines(rows, columns()))
    return file


def write_zip(file: Path, rows: int, dates: str = "20050523-20261108") -> Path:
    """Write a dissemination as it is published: providers and further places of practice, in one archive."""
    parts = {"npidata_pfile": lines(rows, columns()), "pl_pfile": _further(rows)}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, said in parts.items():
            member = archive.open(f"{name}_{dates}.csv", "w", force_zip64=True)
            with TextIOWrapper(member, encoding="utf-8", newline="") as text:
                text.writelines(said)
    return file


def main() -> None:
    """Write a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="ends with .zip or .csv")
    parser.add_argument("rows", type=int)
    asked = parser.parse_args()
    (write_zip if asked.file.suffix == ".zip" else write_csv)(asked.file, asked.rows)


if __name__ == "__main__":
    main()
