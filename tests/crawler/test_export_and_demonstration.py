"""A saved export is read as a crawl; the three invented directories are read, and replayed, to the last listing."""

from pathlib import Path

import pytest
from crawled import crawled, quiet

from crawler import runner
from crawler.policy import SourceError
from crawler.runner import CrawlOrder, crawl
from demonstration.serve import served

EXPORT = Path(__file__).resolve().parents[1] / "pages" / "findtreatment" / "national_export" / "response.csv"


def test_an_export_is_a_crawl(tmp_path: Path) -> None:
    done = crawl(CrawlOrder(source="findtreatment", crawls=tmp_path, export=EXPORT), quiet)
    told = done.verdict
    assert told["records"] == len(list(done.records())) == 2
    # two clinics are not a nation's
    assert told["reasons"] == [
        "It brought 2 records, expected 5,000 to 20,000: the national export of 2015 holds 6,828 clinics."
    ]
    assert told["rows"] == told["records"] + told["duplicates"] + sum(told["drops"].values())
    assert told["requests"] == 0
    assert told["attribution"] == "FindTreatment.gov, Substance Abuse and Mental Health Services Administration"


def test_a_part_of_an_export_says_so(tmp_path: Path) -> None:
    told = crawl(CrawlOrder(source="findtreatment", crawls=tmp_path, export=EXPORT, limit=1), quiet).verdict
    assert told["records"] == told["rows"] == 1
    assert told["reasons"] == ["It stopped at the limit of 1 listings."]


def test_an_export_whose_reading_is_cut_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "settle", cut)
    with pytest.raises(KeyboardInterrupt):
        crawl(CrawlOrder(source="findtreatment", crawls=tmp_path, export=EXPORT), quiet)
    assert list((tmp_path / "findtreatment").iterdir()) == []


@pytest.mark.real
def test_the_real_export_is_a_trusted_crawl(real_data: Path, tmp_path: Path) -> None:
    file = real_data / "directories" / "findtreatment" / "facilities_2015.csv"
    done = crawl(CrawlOrder(source="findtreatment", crawls=tmp_path, export=file), quiet)
    told = done.verdict
    assert told["trusted"], told["reasons"]
    assert (told["rows"], told["records"], told["duplicates"]) == (6828, 6826, 2)
    assert told["drops"] == told["unknown_terms"] == {}


def test_an_export_without_rows_is_not_trusted(tmp_path: Path) -> None:
    header = EXPORT.read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "empty.csv").write_text(header + "\n", encoding="utf-8")
    told = crawl(CrawlOrder(source="findtreatment", crawls=tmp_path, export=tmp_path / "empty.csv"), quiet).verdict
    assert not told["trusted"]
    assert "no records" in told["reasons"][0]


def test_an_export_with_other_columns_leaves_no_crawl(tmp_path: Path) -> None:
    (tmp_path / "clinics.csv").write_text("nom,rue\nx,y\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"clinics\.csv"):
        crawl(CrawlOrder(source="findtreatment", crawls=tmp_path, export=tmp_path / "clinics.csv"), quiet)
    assert not list(tmp_path.glob("findtreatment/*"))


def test_all_that_is_served_is_read_and_replayed_to_the_same_bytes(tmp_path: Path) -> None:
    with served(therapists=600) as directories:
        addresses = {
            "nppes_api": directories.addresses.registry,
            "json_ld_site": directories.addresses.site,
            "plan_net": directories.addresses.plan_net,
        }
        done = {
            source: crawled(source, tmp_path, address, ("WA", "OR", "ID", "MT", "WY"), save_responses=True)
            for source, address in addresses.items()
        }
        for source, live in done.items():
            told = live.verdict
            assert told["trusted"], told["reasons"]
            assert told["records"] == directories.served_listings[source]
            assert told["rows"] == told["records"] + told["duplicates"] + sum(told["drops"].values())
            assert told["attribution"].startswith("Directory served on this machine, in the manner of ")
        assert directories.requests()["disallowed"] == 0
    for source, live in done.items():  # nobody serves any more
        again = crawl(CrawlOrder(source=source, crawls=tmp_path / "again", replay=live.folder), quiet)
        assert again.verdict["trusted"], again.verdict["reasons"]
        assert again.verdict["attribution"] == live.verdict["attribution"]
        assert again.records_file.read_bytes() == live.records_file.read_bytes() != b""
