"""The NPPES dissemination: what is kept of a table, whatever its columns, and what newer files change of older ones."""

import random
import shutil
import zipfile
from itertools import permutations
from pathlib import Path

import pytest
from disseminated import (
    CODE,
    COUNSELOR,
    ENDED,
    LICENCE,
    MONTHLY,
    PRACTICE,
    RESUMED,
    WEEK_1,
    WEEK_2,
    archive,
    bare,
    known,
    person,
    place,
    read,
    table,
    twin,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.bulk.sought import professions
from crawler.readers.raw import RawLocation
from crawler.vocabulary import Vocabulary
from demonstration.dissemination import PLACE_COLUMNS, columns, npi_of, write_csv, write_zip

HOME = RawLocation("US", "MT", "HELENA", "596010001", "7 INVENTED AVE", "4065550100")
REAL = "nppes_layout329_ct_ma_ri_2000_deid.csv"


def _one(folder: Path, *rows: dict[str, str], head: tuple[str, ...] = columns()) -> Path:
    file = folder / "npidata_pfile_20050523-20261011.csv"
    file.write_text(table(rows, head), encoding="utf-8")
    return file


def test_a_row_becomes_a_listing_with_its_practice_and_not_its_mailing_address(tmp_path: Path) -> None:
    (listing,) = known(_one(tmp_path, person(7))).values()
    assert listing.locations == (HOME,)
    assert (listing.npi, listing.kind, listing.given_name) == (npi_of(7), "person", "Briola")
    assert (listing.family_name, listing.organisation_name) == ("Quillfeather", None)
    assert (listing.taxonomy_codes, listing.licence_states, listing.is_active) == ((COUNSELOR,), ("MT",), True)
    assert str(listing.listed_on) == "2026-10-05"
    assert listing.is_accepting is listing.offers_online is None  # the registry does not say


@given(slot=st.integers(1, 15), others=st.sets(st.integers(1, 15)))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_code_counts_in_any_slot_and_licences_keep_to_theirs(tmp_path: Path, slot: int, others: set[int]) -> None:
    cells = {CODE.format(1): "", LICENCE.format(1): ""}
    cells |= {CODE.format(other): "207Q00000X" for other in others} | {CODE.format(slot): COUNSELOR}
    cells |= {LICENCE.format(other): "WY" for other in others} | {LICENCE.format(slot): "MT"}
    (listing,) = known(_one(tmp_path, person(7, **cells))).values()
    filled = sorted({slot, *others})
    assert listing.taxonomy_codes == tuple(COUNSELOR if one == slot else "207Q00000X" for one in filled)
    assert listing.licence_states == tuple("MT" if one == slot else "WY" for one in filled)


@given(seed=st.integers(0, 2**32), sex=st.sampled_from(["Provider Gender Code", "Provider Sex Code"]))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_columns_and_columns_nobody_knows_change_nothing(tmp_path: Path, seed: int, sex: str) -> None:
    head = [*columns(sex, is_certified=False), "Something New"]
    random.Random(seed).shuffle(head)
    row = person(7) | {sex: "F", "Something New": "NPI"}
    (listing,) = known(_one(tmp_path, row, head=tuple(head))).values()
    assert {listing.npi: listing} == known(_one(tmp_path, person(7)))
    assert "F" not in vars(listing).values()


def test_columns_that_are_missing_leave_their_fact_unknown(tmp_path: Path) -> None:
    absent = {ENDED, RESUMED, "Last Update Date", CODE.format(15), f"{PRACTICE}Telephone Number"}
    head = tuple(name for name in columns() if name not in absent)
    (listing,) = known(_one(tmp_path, person(7), head=head)).values()
    assert (listing.is_active, listing.listed_on, listing.locations[0].phone) == (None, None, None)


@pytest.mark.parametrize(
    ("ended", "resumed", "is_active"),
    [
        ("", "", True),
        ("03/16/2019", "", False),
        ("03/16/2019", "04/02/2019", True),
        ("03/16/2019", "03/16/2019", True),
        ("03/16/2019", "01/02/2018", False),
        ("unknown day", "", False),
    ],
)
def test_deactivated_without_a_later_reactivation_is_inactive(
    tmp_path: Path, ended: str, resumed: str, *, is_active: bool
) -> None:
    (listing,) = known(_one(tmp_path, person(7, **{ENDED: ended, RESUMED: resumed}))).values()
    assert listing.is_active is is_active


def test_other_professions_are_passed_over_and_unheard_codes_are_not(tmp_path: Path) -> None:
    codes = {1: COUNSELOR, 2: "207Q00000X", 3: "103TS0200X", 4: "101YX9999X", 5: ""}
    file = _one(tmp_path, *(person(number, **{CODE.format(1): code}) for number, code in codes.items()))
    assert set(known(file)) == {npi_of(1), npi_of(3), npi_of(4)}  # 3, a school psychologist, is dropped with its reason


def test_the_codes_asked_of_the_file_are_those_the_vocabulary_knows() -> None:
    sought, left_out = professions()
    vocabulary = Vocabulary.load()
    assert all(vocabulary.professions((code,), ()).keys for code in sought)
    assert all(vocabulary.professions((code,), ()).not_counted for code in left_out)


def test_a_large_file_is_read_as_its_slow_twin_reads_it(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "npidata_pfile_20050523-20261011.csv", 4_000)
    found = known(file)
    assert found == twin(file, professions()[0])
    assert len(found) == 500
    assert sum(one.is_active is False for one in found.values()) == 20  # one in 200 of 4,000: 100 and 8 divide them


def test_an_archive_gives_what_its_table_gives_and_further_places(tmp_path: Path) -> None:
    plain = known(write_csv(tmp_path / "npidata_pfile_20050523-20261011.csv", 2_000))
    packed = known(write_zip(tmp_path / "whole.zip", 2_000, MONTHLY))
    assert packed.keys() == plain.keys()
    for npi, listing in packed.items():
        assert listing.locations[0] == plain[npi].locations[0]
    assert sum(len(one.locations) == 2 for one in packed.values()) == 50  # every 40th row, all of mental health


def test_states_are_those_of_any_place_of_practice(tmp_path: Path) -> None:
    rows = [
        person(1),
        person(2, **{f"{PRACTICE}State Name": "Wyoming"}),
        person(3),
        person(4, **{f"{PRACTICE}State Name": "", f"{PRACTICE}Country Code (If outside U.S.)": "PR"}),
    ]
    file = archive(tmp_path, MONTHLY, rows, [place(3, "WY", "82001")])
    assert known(file, "MT").keys() == {npi_of(1), npi_of(3)}
    assert known(file, "WY").keys() == {npi_of(2), npi_of(3)}
    assert known(file, "PR").keys() == {npi_of(4)}
    assert known(file, "TX") == {}  # where the post of all of them goes
    assert known(file, "MT", "WY", "PR") == known(file)
    assert len(known(file, "WY")[npi_of(3)].locations) == 2


def _report(folder: Path, day: str, *ended: tuple[int, str]) -> None:
    lines = "".join(f"{npi_of(number)},{on}\n" for number, on in ended)
    file = folder / f"NPPES Deactivated NPI Report {day}.csv"
    file.write_text("NPPES Deactivated Records\nNPI,NPPES Deactivation Date\n" + lines, encoding="utf-8")


def test_increments_and_deactivations_hold_in_order_of_their_days(tmp_path: Path) -> None:
    archive(tmp_path, MONTHLY, map(person, range(1, 9)), [place(1, "WY", "82001"), place(2, "WY", "82001")])
    week_1 = [
        person(2, **{f"{PRACTICE}State Name": "ID"}),  # moved, and gave up the second place
        person(3, **{CODE.format(1): "207Q00000X"}),  # another profession now
        bare(4, "10/13/2026"),
        bare(5, "10/13/2026"),
        person(9),  # new
    ]
    week_2 = [
        person(2, **{f"{PRACTICE}State Name": "WA"}),  # moved again
        person(5, **{ENDED: "10/13/2026", RESUMED: "10/20/2026"}),  # back
        person(7, **{f"{PRACTICE}State Name": "OR"}),
    ]
    archive(tmp_path, WEEK_1, week_1)
    archive(tmp_path, WEEK_2, week_2, [place(7, "MT", "59601")])
    _report(tmp_path, "20261019", (6, "10/14/2026"), (7, "10/14/2026"), (9, ""))
    found = known(tmp_path)
    states = {npi: [one.state for one in listing.locations] for npi, listing in found.items()}
    assert states == {
        npi_of(1): ["MT", "WY"],
        npi_of(2): ["WA"],
        npi_of(4): ["MT"],
        npi_of(5): ["MT"],
        npi_of(6): ["MT"],
        npi_of(7): ["OR", "MT"],
        npi_of(8): ["MT"],
        npi_of(9): ["MT"],
    }
    inactive = {npi for npi, listing in found.items() if listing.is_active is False}
    # 7 was written again after the report; 9 ended on the day of the report, which names none
    assert inactive == {npi_of(4), npi_of(6), npi_of(9)}


def test_a_report_older_than_the_table_says_nothing_of_it(tmp_path: Path) -> None:
    archive(tmp_path, MONTHLY, [person(1)])
    _report(tmp_path, "20260101", (1, "12/30/2025"))
    assert known(tmp_path)[npi_of(1)].is_active


def test_a_report_that_still_names_who_came_back_ends_nobody(tmp_path: Path) -> None:
    back = {ENDED: "03/16/2019", RESUMED: "04/02/2019"}
    archive(tmp_path, MONTHLY, [person(1, **back), person(2, **back)])
    _report(tmp_path, "20261019", (1, "03/16/2019"), (2, "10/14/2026"))
    assert {npi: one.is_active for npi, one in known(tmp_path).items()} == {npi_of(1): True, npi_of(2): False}


def test_the_names_of_archives_do_not_matter_only_the_days_inside(tmp_path: Path) -> None:
    moves = {MONTHLY: "MT", WEEK_1: "ID", WEEK_2: "WA"}
    for turn, order in enumerate(permutations(moves)):
        folder = tmp_path / str(turn)
        folder.mkdir()
        for name, dates in zip("abc", order, strict=True):
            made = archive(folder, dates, [person(1, **{f"{PRACTICE}State Name": moves[dates]})])
            shutil.move(made, folder / f"{name}.zip")
        (listing,) = known(folder).values()
        assert listing.locations[0].state == "WA"


def test_a_line_that_is_no_row_is_told_and_harms_no_other(tmp_path: Path) -> None:
    file = _one(tmp_path, *map(person, range(1, 4)))
    head, first, second, third = file.read_bytes().splitlines(keepends=True)
    broken = second.replace(b"QUILL", b"").replace(b"Quillfeather", b"Quill\xff\xfe")
    file.write_bytes(head + first + broken + third + b'"9000000000","1"\n')
    found = read(file)
    assert {one.source_id for one in found if one is not None} == {npi_of(1), npi_of(3)}
    assert found.count(None) == 2


def test_a_line_that_is_no_row_is_told_once_though_more_is_read_after_it(tmp_path: Path) -> None:
    for dates, rows in {MONTHLY: [person(2)], WEEK_1: [person(1)]}.items():
        with zipfile.ZipFile(tmp_path / f"{dates}.zip", "w") as packed:
            packed.writestr(f"npidata_pfile_{dates}.csv", table(rows) + '"9000000000","1"\n')
            packed.writestr(f"pl_pfile_{dates}.csv", table([place(1, "WY", "82001")], PLACE_COLUMNS) + '"x"\n')
    found = read(tmp_path)
    assert [len(one.locations) for one in found if one is not None] == [2, 1]
    assert found.count(None) == 4  # one a table


def test_a_row_that_does_not_say_whose_it_is_is_told(tmp_path: Path) -> None:
    found = read(_one(tmp_path, person(1), person(2, **{"Entity Type Code": "3"})))
    assert [None if one is None else one.source_id for one in found] == [npi_of(1), None]


@pytest.mark.real
def test_the_real_table_is_read_as_its_slow_twin_reads_it(real_data: Path, tmp_path: Path) -> None:
    file = tmp_path / REAL
    file.symlink_to(real_data / "directories" / "nppes_file" / REAL)
    found, plain = known(file), twin(file, professions()[0])
    assert {npi: one for npi, one in found.items() if npi in plain} == plain
    assert (len(plain), len(found)) == (117, 144)  # 27 are of professions left out on purpose
    # of mental health by a later slot alone
    later = [one for one in plain.values() if one.taxonomy_codes[0] not in professions()[0]]
    assert len(later) == 6
