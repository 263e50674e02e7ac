"""What a crawl counts for extensions of Scrapy and for developers, beside its verdict and without changing it."""

import datetime as dt
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from crawled import crawled, quiet
from hypothesis import given
from hypothesis import strategies as st
from linked_site import EACH, PAGES, Site
from scrapy.statscollectors import StatsCollector
from scrapy.utils.test import get_crawler

from crawler import runner, settings
from crawler.coverage import FIELDS
from crawler.records import Crawl, RecordError
from crawler.runner import CrawlOrder, Progress, crawl
from crawler.statistics import STATS_FILE, counts_of, write_stats

EXPORT = Path(__file__).resolve().parents[1] / "pages" / "findtreatment" / "national_export" / "response.csv"
EMPTY: dict[str, Any] = {
    "records": 0, "duplicates": 0, "unread_rows": 0, "truncated": [], "reasons": [], "unknown_terms": {},
    "unknown_terms_unnamed": 0, "field_coverage": {}, "drops": {}, "repairs": {}, "invalid": {}, "errors": {},
    "left_out": {},
}  # fmt: skip


def written(done: Crawl) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((done.folder / STATS_FILE).read_text(encoding="utf-8"))
    return told


def stats_of(**told: object) -> StatsCollector:
    collector = StatsCollector(get_crawler())
    for name, one in told.items():
        collector.set_value(name, one)
    return collector


@given(records=st.integers(1, 2_000_000), data=st.data())
def test_of_every_field_filled_and_missing_make_all_records(records: int, data: st.DataObject) -> None:
    filled = {name: data.draw(st.integers(0, records)) for name in FIELDS}
    verdict = EMPTY | {"records": records, "field_coverage": {name: one / records for name, one in filled.items()}}
    counts = counts_of(verdict)
    for name in FIELDS:
        assert counts[f"field/{name}/filled"] == filled[name]
        assert counts[f"field/{name}/missing"] == records - filled[name]
        assert counts[f"field/{name}/share"] == filled[name] / records


def test_of_no_records_nothing_is_known_of_any_field() -> None:
    counts = counts_of(EMPTY)
    assert counts["item_scraped_count"] == 0
    assert not [name for name in counts if name.startswith("field/")]


def test_every_reason_has_its_own_count() -> None:
    tables = {"drops": {"inactive": 2, "no location": 1}, "invalid": {"npi length": 4}, "repairs": {"swapped": 5}}
    terms = {"unknown_terms": {"Moon": 3}, "unknown_terms_unnamed": 2}
    counts = counts_of(EMPTY | tables | terms)
    assert {name: counts[name] for name in ("drop/inactive", "drop/no location", "item_dropped_count")} == {
        "drop/inactive": 2, "drop/no location": 1, "item_dropped_count": 3,
    }  # fmt: skip
    assert (counts["invalid/npi length"], counts["repair/swapped"], counts["unknown_terms"]) == (4, 5, 5)


def test_whatever_an_extension_counts_can_be_written(tmp_path: Path) -> None:
    day = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
    odd = {"day": day, "none": None, "endless": float("inf"), "set": {1}, "table": {4: (b"x",)}, "kind": ValueError}
    write_stats(EMPTY, stats_of(**odd), tmp_path)
    process = json.loads((tmp_path / STATS_FILE).read_text(encoding="utf-8"))["process"]
    assert process == {
        "day": "2026-01-31T00:00:00+00:00", "none": None, "endless": None, "set": [1], "table": {"4": ["b'x'"]},
        "kind": "<class 'ValueError'>",
    }  # fmt: skip


def test_a_whole_crawl_counts_what_its_verdict_says_and_what_scrapy_saw(site: Site, tmp_path: Path) -> None:
    site.broken = {"/7"}
    site.more_links = ["/private"]
    done = crawled("json_ld_site", tmp_path, site.address)
    told = written(done)
    assert told["crawl"] == counts_of(done.verdict)
    assert told["crawl"]["error/status 500"] == 1
    assert (told["crawl"]["field/npi/missing"], told["crawl"]["field/professions/filled"]) == (118, 118)
    process = told["process"]
    assert (process["retry/count"], process["retry/max_reached"]) == (3, 1)
    assert process["robotstxt/forbidden"] == 1
    for status, count in done.verdict["responses"].items():
        assert process[f"downloader/response_status_count/{status}"] == count
    assert (process["finish_reason"], process["elapsed_time_seconds"] > 0) == ("finished", True)


def test_of_a_resumed_crawl_the_last_process_knows_its_own_part_alone(site: Site, tmp_path: Path) -> None:
    def cut(progress: Progress) -> None:
        if progress.listings >= EACH:
            raise KeyboardInterrupt

    site.most = 10
    with pytest.raises(KeyboardInterrupt):
        crawl(CrawlOrder(source="json_ld_site", crawls=tmp_path, address=site.address), cut)
    site.release()
    done = crawled("json_ld_site", tmp_path, site.address, resume=True)
    told = written(done)
    assert told["crawl"]["item_scraped_count"] == done.verdict["records"] == PAGES * EACH + 1
    assert told["process"]["downloader/request_count"] < done.verdict["requests"]
    assert "last process" in told["about"]


def test_an_export_has_no_process_and_no_stats(tmp_path: Path) -> None:
    done = crawl(CrawlOrder(source="findtreatment", crawls=tmp_path, export=EXPORT), quiet)
    assert not (done.folder / STATS_FILE).exists()


def test_an_extension_hears_the_counts_when_the_crawl_is_closed(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, start = tmp_path / "heard.json", subprocess.Popen
    extensions = settings.EXTENSIONS | {"listening_extension.Listener": 0}
    limits = {"settings": {"EXTENSIONS": extensions, "HEARD_FILE": str(heard)}, "peak": str(tmp_path / "peak")}
    child = [str(Path(__file__).with_name("short_child.py")), json.dumps(limits)]

    def listened_to(words: list[str], **more: object) -> "subprocess.Popen[str]":
        return start([words[0], *child], **more)  # type: ignore[call-overload,no-any-return]

    with monkeypatch.context() as patched:
        patched.setattr(runner.subprocess, "Popen", listened_to)
        done = crawled("json_ld_site", tmp_path, site.address)
    told = json.loads(heard.read_text(encoding="utf-8"))
    counts = counts_of(done.verdict)
    assert {name: told.get(name) for name in counts} == counts


def test_a_fault_in_judging_is_told_and_the_pages_are_kept(site: Site, tmp_path: Path) -> None:
    damaged = tmp_path / "json_ld_site" / "20200101T000000Z"

    def damage(progress: Progress) -> None:
        if progress.listings and not damaged.exists():
            damaged.mkdir()
            (damaged / "verdict.json").write_text("{}", encoding="utf-8")
            site.release()

    site.most = 10
    with pytest.raises(RecordError, match=r"has no records\.jsonl"):
        crawl(CrawlOrder(source="json_ld_site", crawls=tmp_path, address=site.address), damage)
    (damaged / "verdict.json").unlink()
    damaged.rmdir()
    site.asked.clear()
    done = crawled("json_ld_site", tmp_path, site.address, resume=True)
    assert not site.asked
    assert done.verdict["records"] == PAGES * EACH + 1
    assert written(done)["crawl"] == counts_of(done.verdict)
