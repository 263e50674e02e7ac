"""Exports of any directory: found by name, read as a crawl, and what is wrong with an order of one is one sentence."""

import json
from pathlib import Path

import pytest
from crawled import quiet
from disseminated import COUNSELOR, ENDED, MONTHLY, PRACTICE, WEEK_1, archive, bare, person, place, table

from crawler.bulk import nppes_file
from crawler.exports import WORK_FOLDER, export_reader, workshop
from crawler.folders import alone_in
from crawler.runner import CrawlOrder, Progress, all_crawls, crawl, plan
from crawler.source import SourceError, asked_sources, known_sources, read_source
from crawler.verdict import CrawlError
from demonstration.dissemination import npi_of

SCHOOL, UNHEARD = "103TS0200X", "101YX9999X"


def _order(crawls: Path, export: Path | None, **more: object) -> CrawlOrder:
    return CrawlOrder(source="nppes_file", crawls=crawls, export=export, **more)  # type: ignore[arg-type]


def test_every_directory_can_be_asked_or_read_from_files() -> None:
    readable = {name for name in known_sources() if export_reader(name) is not None}
    assert readable >= {"nppes_file", "findtreatment"}
    assert set(known_sources()) == {*asked_sources(), *readable}
    assert "nppes_file" not in asked_sources()
    for name in set(known_sources()) - set(asked_sources()):
        source = read_source(name)
        assert source.asks_for == "export"
        assert all((source.publisher, source.title, source.manner, source.licence, source.attribution, source.note))


def test_a_download_is_a_crawl_cleaned_and_judged(tmp_path: Path) -> None:
    folder, crawls = tmp_path / "nppes", tmp_path / "crawls"
    folder.mkdir()
    rows = [*map(person, range(1, 6)), person(6, **{"Healthcare Provider Taxonomy Code_1": UNHEARD})]
    archive(folder, MONTHLY, rows, [place(1, "WY", "820010001")])
    archive(folder, WEEK_1, [bare(2, "10/13/2026"), person(3, **{ENDED: "10/13/2026"})])
    heard: list[Progress] = []
    done = crawl(_order(crawls, folder), heard.append)
    told = done.verdict
    records = {record.source_id: record for record in done.records()}
    assert records.keys() == {npi_of(1), npi_of(4), npi_of(5)}
    assert [(one.state, one.postal_code, one.phone) for one in records[npi_of(1)].locations] == [
        ("MT", "59601", "+14065550100"),
        ("WY", "82001", None),
    ]
    assert records[npi_of(1)].professions == ("counselor",)
    assert records[npi_of(1)].taxonomy_codes == (COUNSELOR,)
    assert told["drops"] == {"inactive": 2, "unknown profession code": 1}
    assert told["unknown_terms"] == {UNHEARD: 1}
    assert told["rows"] == told["records"] + told["duplicates"] + sum(told["drops"].values()) == 6
    assert told["requests"] == told["unread_rows"] == 0
    (reason,) = told["reasons"]
    assert "expected 900,000 to 1,800,000" in reason
    assert [(one.listings, one.queue) for one in heard] == [(0, 2), (0, 1), (0, 0), (6, 0)]
    assert [one.name for one in (crawls / "nppes_file").iterdir()] == [done.folder.name]
    assert [one.folder for one in all_crawls(crawls)] == [done.folder]


def test_no_record_tells_sex_mailing_address_or_officials(tmp_path: Path) -> None:
    private = {
        "Provider Sex Code": "SECRET-1",
        "Provider First Line Business Mailing Address": "SECRET-2",
        "Authorized Official Last Name": "SECRET-3",
        "Employer Identification Number (EIN)": "SECRET-4",
        "Provider License Number_1": "SECRET-5",
    }
    file = archive(tmp_path, MONTHLY, [person(1, **private)])
    done = crawl(_order(tmp_path / "crawls", file), quiet)
    text = "".join(one.read_text(encoding="utf-8") for one in done.folder.iterdir())
    assert npi_of(1) in text
    assert "SECRET" not in text


def test_some_states_have_no_expected_count(tmp_path: Path) -> None:
    file = archive(tmp_path, MONTHLY, [person(1), person(2, **{f"{PRACTICE}State Name": "WY"})])
    told = crawl(_order(tmp_path / "crawls", file, states=("WY",)), quiet).verdict
    assert (told["trusted"], told["records"], told["asked"]["states"]) == (True, 1, ["WY"])
    said = "\n".join(plan(_order(tmp_path, file, states=("WY",))))
    assert f"reads: {file} for WY, nothing over the network" in said


def test_a_line_that_is_no_row_makes_it_untrusted(tmp_path: Path) -> None:
    file = tmp_path / "npidata_pfile_20261018.csv"
    file.write_text(table([person(1)]) + '"9000000000","1"\n', encoding="utf-8")
    told = crawl(_order(tmp_path / "crawls", file, states=("MT",)), quiet).verdict
    assert (told["records"], told["unread_rows"]) == (1, 1)
    assert told["reasons"] == ["Of 2 rows only 1 were understood."]


def test_a_limit_stops_early_leaves_nothing_unpacked_and_says_so(tmp_path: Path) -> None:
    file = archive(tmp_path, MONTHLY, map(person, range(1, 20)))
    done = crawl(_order(tmp_path / "crawls", file, limit=3), quiet)
    assert (done.verdict["records"], done.verdict["reasons"]) == (3, ["It stopped at the limit of 3 listings."])
    assert list((tmp_path / "crawls" / "nppes_file").iterdir()) == [done.folder]


def test_the_same_download_gives_the_same_bytes(tmp_path: Path) -> None:
    file = archive(tmp_path, MONTHLY, map(person, range(1, 40)), [place(n, "WY", "82001") for n in (5, 3, 5)])
    first, second = (crawl(_order(tmp_path / "crawls", file), quiet) for _ in range(2))
    assert first.folder != second.folder
    assert first.records_file.read_bytes() == second.records_file.read_bytes() != b""


def test_a_later_publication_is_held_against_the_last_trusted_one(tmp_path: Path) -> None:
    crawls = tmp_path / "crawls"
    whole = archive(tmp_path, MONTHLY, map(person, range(1, 21)))
    first = crawl(_order(crawls, whole, states=("MT",)), quiet).verdict
    assert first["trusted"]
    part = archive(tmp_path, WEEK_1, map(person, range(1, 11)))
    told = crawl(_order(crawls, part, states=("MT",)), quiet).verdict
    assert told["reasons"] == ["It brought 10 records, expected 16 to 30: the last trusted crawl brought 20."]
    assert told["change"]["run_id"] == first["run_id"]


def test_a_reading_that_fails_or_is_cut_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, crawls = archive(tmp_path, MONTHLY, [person(1)]), tmp_path / "crawls"
    unpacked_then: list[str] = []

    def cut(*_: object) -> None:
        unpacked_then.extend(one.name for one in (crawls / "nppes_file" / WORK_FOLDER).iterdir())
        raise KeyboardInterrupt

    monkeypatch.setattr(nppes_file, "run", cut)
    with pytest.raises(KeyboardInterrupt):
        crawl(_order(crawls, file), quiet)
    assert "part.csv" in unpacked_then
    assert list((crawls / "nppes_file").iterdir()) == []
    file.write_bytes(b"PK")
    with pytest.raises(SourceError, match="not a whole zip archive"):
        crawl(_order(crawls, file), quiet)
    assert list((crawls / "nppes_file").iterdir()) == []


def test_what_a_killed_reading_left_is_gone_with_the_next(tmp_path: Path) -> None:
    file, crawls = archive(tmp_path, MONTHLY, [person(1)]), tmp_path / "crawls"
    left = crawls / "nppes_file" / WORK_FOLDER
    (left / "spill").mkdir(parents=True)
    (left / "part.csv").write_text("half")
    (left / "spill" / "block").write_text("half")
    done = crawl(_order(crawls, file), quiet)
    assert list((crawls / "nppes_file").iterdir()) == [done.folder]


def test_two_readings_do_not_share_a_workshop(tmp_path: Path) -> None:
    with workshop(tmp_path) as work:
        (work / "part.csv").write_text("mine")
        with pytest.raises(CrawlError, match="still running"), alone_in(work):
            pass
        with pytest.raises(CrawlError, match="still running"), workshop(tmp_path):
            pass
        assert (work / "part.csv").read_text() == "mine"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "say with --export"),
        ({"resume": True}, "say with --export"),
        ({"export": Path("none.zip")}, "none.zip' does not exist"),
        ({"export": Path(__file__), "resume": True}, "leave out --resume"),
        ({"export": Path(__file__), "address": "https://directory.example/"}, "leave out --address"),
        ({"export": Path(__file__), "states": ("ZZ",)}, "'ZZ' is not a state"),
    ],
)
def test_wrong_orders_are_one_sentence(tmp_path: Path, more: dict[str, object], said: str) -> None:
    order = CrawlOrder(source="nppes_file", crawls=tmp_path, **more)  # type: ignore[arg-type]
    for ask in (lambda: crawl(order, quiet), lambda: plan(order)):
        with pytest.raises(SourceError, match=said) as raised:
            ask()
        assert str(raised.value).endswith(".")
    assert not list(tmp_path.iterdir())


def test_a_file_of_something_else_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "npidata_pfile_20261018.csv").write_text(json.dumps({"results": []}))
    with pytest.raises(SourceError, match="lacks the columns 'NPI'"):
        crawl(_order(tmp_path / "crawls", tmp_path / "npidata_pfile_20261018.csv"), quiet)
