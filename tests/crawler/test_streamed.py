"""Files of providers far larger than memory should be: read whole from the disk, bounded, and no trace left of them."""

import datetime as dt
import gzip
import json
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from crawled import crawled, quiet
from hostile_site import Answer, HostileSite, chunked, crawled_shortly, hostile, moved, said

from crawler.readers.raw import RawListing
from crawler.records import Crawl
from crawler.runner import CrawlOrder, Progress, crawl
from crawler.spool import Spool, read_journal
from crawler.visits import Reading, Visit
from demonstration.dissemination import npi_of

MIB = 1024 * 1024
PLANS = [
    {"plan_id_type": "HIOS-PLAN-ID", "plan_id": f"9{number:013}", "network_tier": "PREFERRED"} for number in range(90)
]
SMALL_ROWS, LARGE_ROWS = 40, 12_000
FLAT_MIB = 32
"""So much more may a file two thousand times as large take; it has a hundred of them."""


@pytest.fixture
def site() -> Iterator[HostileSite]:
    with hostile() as served:
        yield served


def row(number: int, plans: list[dict[str, str]] | None = None) -> bytes:
    """Return one provider as an insurer writes them: every tenth of them one of mental health."""
    told = {
        "npi": npi_of(number),
        "type": "INDIVIDUAL",
        "name": {"first": "Ann", "last": f"Invented{number}"},
        "addresses": [{"address": f"{number} Main St", "city": "Helena", "state": "MT", "zip": "59601"}],
        "specialty": ["Clinical Psychologist" if number % 10 == 0 else "Dermatology"],
        "accepting": "accepting",
        "plans": PLANS if plans is None else plans,
        "languages": ["English"],
        "last_updated_on": "2026-11-01",
    }
    return json.dumps(told).encode()


def providers(rows: int) -> Iterator[bytes]:
    """Yield a file of providers in pieces, made as they are taken."""
    for number in range(rows):
        yield (b"[" if number == 0 else b",") + row(number)
    yield b"]"


def packed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(1, wbits=31)
    for piece in pieces:
        if out := packer.compress(piece):
            yield out
    yield packer.flush()


def streamed(pieces: Callable[[], Iterator[bytes]], **headers: str) -> Answer:
    """Return an answer in chunks, with headers whose names have ``_`` for ``-``."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for name, text in {"Content_Type": "application/json", "Transfer_Encoding": "chunked", **headers}.items():
            handler.send_header(name.replace("_", "-"), text)
        handler.end_headers()
        for piece in pieces():
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        handler.wfile.write(b"0\r\n\r\n")

    return answer


def serve(site: HostileSite, **files: Answer) -> dict[str, Any]:
    """Serve an index of files and the files; return what is to be ordered."""
    named = [f"{site.address}{name}.json" for name in files]
    site.answers = {"/index.json": said(json.dumps({"provider_urls": named}), Content_Type="application/json")}
    site.answers |= {f"/{name}.json": answer for name, answer in files.items()}
    return {"source": "qhp", "address": f"{site.address}index.json"}


def left_in(done: Crawl) -> set[str]:
    kept = {"records.jsonl", "stats.json", "verdict.json", "verdict.md", "crawl.log"}
    return {one.name for one in done.folder.iterdir()} - kept


def few(rows: int) -> Answer:
    return said(b"".join(providers(rows)), Content_Type="application/json")


def test_a_file_of_a_hundred_megabytes_is_read_whole_in_the_memory_of_a_small_one(
    site: HostileSite, tmp_path: Path
) -> None:
    size = sum(map(len, providers(LARGE_ROWS)))
    assert 80 * MIB < size < 130 * MIB
    small, small_peak = crawled_shortly(site, tmp_path / "small", serve(site, small=few(SMALL_ROWS)))
    large, large_peak = crawled_shortly(
        site, tmp_path / "large", serve(site, large=chunked(lambda: providers(LARGE_ROWS)))
    )
    for done, rows in ((small, SMALL_ROWS), (large, LARGE_ROWS)):
        assert done.verdict["trusted"], done.verdict["reasons"]
        assert (done.verdict["rows"], done.verdict["pages"]) == (rows, 2)
        assert done.verdict["duplicates"] == 0
        assert {record.npi for record in done.records()} == {npi_of(number) for number in range(0, rows, 10)}
        assert not left_in(done)
    assert large_peak - small_peak < FLAT_MIB, (large_peak, small_peak)


SHORT = {"streamed": {"most_bytes": 200_000}}


def _bomb() -> Iterator[bytes]:
    yield from packed(piece for piece in (b"[", *(row(number, []) + b"," for number in range(2_000))))


def _endless_row() -> Iterator[bytes]:
    yield from packed(piece for piece in (b'[{"npi": "', *(b"9" * MIB for _ in range(64))))


def _spaces() -> Iterator[bytes]:
    yield from packed(piece for piece in (b"[", *(b" " * MIB for _ in range(64))))


HOSTILE: dict[str, tuple[Answer, str]] = {
    "stated": (said(b"[" + b" " * 200_001), "too large: more than 200,000 bytes"),
    "unstated": (chunked(lambda: (b"x" * 50_000 for _ in range(1_000))), "too large: more than 200,000 bytes"),
    "bomb": (streamed(_bomb, Content_Encoding="gzip"), "too large: more than 200,000 bytes when unpacked"),
    "bomb_unstated": (streamed(_bomb), "too large: more than 200,000 bytes when unpacked"),
    "lie": (said(b"[]", Content_Encoding="gzip"), "unreadable: not packed as it says"),
    "torn": (said(gzip.compress(b"[" + row(1) + b"]")[:-9], Content_Encoding="gzip"), "unreadable: not packed"),
    "other": (said(b"[]", Content_Encoding="br"), "unreadable: packed as 'br'; expected gzip"),
    "page": (said("<html>sorry"), "unreadable: The insurer's file of providers begins b'<html>sorry'"),
    "empty": (said(b""), "unreadable: The insurer's file of providers begins b''"),
    "broken": (said(b"[" + row(70) + b"," + row(71)[:-9]), "unreadable: The insurer's file of providers is not JSON"),
    "gone": (said("", 404), "status 404"),
    "large_fault": (said(b"x" * 300_000, 403), "status 403"),
}


def test_each_hostile_file_is_named_and_the_others_are_read(site: HostileSite, tmp_path: Path) -> None:
    files = {name: answer for name, (answer, _) in HOSTILE.items()}
    done, peak = crawled_shortly(site, tmp_path, serve(site, good=few(20), **files), source=SHORT)
    failed = done.verdict["failed_pages"]
    assert failed.keys() == {f"{site.address}{name}.json" for name in HOSTILE}
    assert {name: failed[f"{site.address}{name}.json"][: len(said)] for name, (_, said) in HOSTILE.items()} == {
        name: said for name, (_, said) in HOSTILE.items()
    }
    assert {record.npi for record in done.records()} == {npi_of(0), npi_of(10)}  # and none of the broken file
    assert not left_in(done)
    assert [path for path in site.paths() if site.paths().count(path) > 1] == []  # no retry of what is too large
    assert peak < 300


def test_a_row_that_does_not_end_is_given_up_long_before_the_bound(site: HostileSite, tmp_path: Path) -> None:
    order = serve(site, good=few(20), row=streamed(_endless_row), spaces=streamed(_spaces, Content_Encoding="gzip"))
    done, peak = crawled_shortly(site, tmp_path, order)
    failed = done.verdict["failed_pages"]
    assert failed.keys() == {f"{site.address}row.json", f"{site.address}spaces.json"}
    assert all("a row of more than 4,194,304 bytes" in why for why in failed.values())
    assert done.verdict["records"] == 2
    assert peak < 300


def _slowly(site: HostileSite, pieces: list[bytes], seconds: float) -> Answer:
    def slow() -> Iterator[bytes]:
        for piece in pieces:
            yield piece
            site.closing.wait(seconds)

    return chunked(slow)


def test_a_drip_is_given_up_and_what_comes_steadily_may_take_longer(site: HostileSite, tmp_path: Path) -> None:
    pieces = list(providers(8))
    drip = _slowly(site, [b"[", *(b" " for _ in range(600))], 0.1)
    order = serve(site, drip=drip, steady=_slowly(site, pieces, 0.5))
    settings = {"DOWNLOAD_TIMEOUT": 2, "RETRY_TIMES": 0}
    done, _ = crawled_shortly(
        site, tmp_path, order, settings=settings, source={"streamed": {"progress_bytes": len(pieces[0])}}
    )
    assert done.verdict["rows"] == 8  # which took twice the limit
    assert done.verdict["errors"] == {"DownloadTimeoutError": 1}
    (why,) = done.verdict["failed_pages"].values()
    assert f"less than {len(pieces[0]):,} bytes came within 2 seconds" in why
    assert not left_in(done)


@pytest.mark.parametrize("packing", [{}, {"Content_Encoding": "gzip"}])
def test_a_replay_of_streamed_files_gives_the_same_bytes(
    site: HostileSite, tmp_path: Path, packing: dict[str, str]
) -> None:
    large = streamed(lambda: packed(providers(3_000)) if packing else providers(3_000), **packing)
    live = crawled(crawls=tmp_path, save_responses=True, **serve(site, large=large, broken=HOSTILE["broken"][0]))
    assert left_in(live) == {"responses"}
    assert all(one.stat().st_nlink == 1 for one in (live.folder / "responses").iterdir())
    asked = len(site.asked)
    again = crawl(CrawlOrder(source="qhp", crawls=tmp_path / "again", replay=live.folder), quiet)
    thrice = crawl(CrawlOrder("qhp", tmp_path / "thrice", replay=live.folder, save_responses=True), quiet)
    assert len(site.asked) == asked
    assert live.records_file.read_bytes() == again.records_file.read_bytes() == thrice.records_file.read_bytes() != b""
    assert live.verdict["failed_pages"] == again.verdict["failed_pages"]
    assert crawl(CrawlOrder("qhp", tmp_path / "last", replay=thrice.folder), quiet).verdict["rows"] == 3_000
    assert not left_in(again)


def test_a_streamed_file_is_followed_to_where_it_moved_and_enters_no_cache(site: HostileSite, tmp_path: Path) -> None:
    order = serve(site, large=moved("/moved/here"))
    site.answers["/moved/here"] = few(40)
    cache = tmp_path / "cache"
    settings = {"HTTPCACHE_ENABLED": True, "HTTPCACHE_DIR": str(cache), "HTTPCACHE_GZIP": False}
    settings |= {"HTTPCACHE_POLICY": "scrapy.extensions.httpcache.DummyPolicy"}  # keeps whatever it may
    done, _ = crawled_shortly(site, tmp_path, order, settings=settings)
    assert done.verdict["trusted"], done.verdict["reasons"]
    assert done.verdict["rows"] == 40
    kept = [file.read_text() for file in cache.rglob("meta")]
    assert any("index.json" in one for one in kept)
    assert not any("large.json" in one or "moved" in one for one in kept)


def test_many_files_are_read_though_few_may_lie_on_the_disk_at_a_time(site: HostileSite, tmp_path: Path) -> None:
    files = {f"file{chr(97 + number)}": few(10 + number) for number in range(12)}
    done = crawled(crawls=tmp_path, **serve(site, **files))
    assert done.verdict["trusted"], done.verdict["reasons"]
    assert done.verdict["rows"] == sum(range(10, 22))


def test_a_download_that_was_cut_off_begins_anew_and_leaves_nothing(site: HostileSite, tmp_path: Path) -> None:
    pieces, is_released = list(providers(30)), threading.Event()

    def halting() -> Iterator[bytes]:
        yield b"".join(pieces[:15])
        is_released.wait(20)
        yield b"".join(pieces[15:])

    ordered = serve(site, small=few(10), large=chunked(halting))

    def cut(progress: Progress) -> None:
        if progress.listings == 10 and "/large.json" in site.paths():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crawl(CrawlOrder(crawls=tmp_path, **ordered), cut)
    is_released.set()
    (left,) = (tmp_path / "qhp").iterdir()
    (left / "bodies").mkdir(exist_ok=True)
    (left / "bodies" / "7.body").write_bytes(b"of a killed process")
    done = crawled(crawls=tmp_path, resume=True, **ordered)
    assert done.verdict["trusted"], done.verdict["reasons"]
    assert done.verdict["rows"] == 40
    assert done.verdict["records"] == 3
    assert site.paths().count("/small.json") == 1
    assert not left_in(done)


def _listing(number: int) -> RawListing:
    return RawListing(source_id=str(number), kind="person")


@pytest.mark.parametrize("lines_left", range(4))
def test_a_page_in_parts_stands_whole_or_not_at_all(tmp_path: Path, lines_left: int) -> None:
    """A journal cut after any of its lines, or within the next, holds only whole pages; reading again loses none."""
    first, second = Visit("https://insurer.example/1"), Visit("https://insurer.example/2")
    parts = [Reading((_listing(number), _listing(number + 1)), 2) for number in (1, 2, 3)]
    day = dt.date(2026, 11, 26)
    with closing(Spool(tmp_path)) as spool:
        spool.read(first, Reading((_listing(1),), 1), day)
        spool.read_in_parts(second, parts, day)
        whole = (spool.pages, spool.listings, spool.queue)
    lines = spool.file.read_bytes().splitlines(keepends=True)
    assert len(lines) == 4
    spool.file.write_bytes(b"".join(lines[:lines_left]) + lines[min(lines_left, 3)][:9])
    with closing(Spool(tmp_path)) as spool:
        is_first = lines_left > 0
        assert (spool.pages, spool.listings) == (is_first, is_first)
        assert spool.open_visits([first, second]) == [second] if is_first else [first, second]
        if not is_first:
            spool.read(first, Reading((_listing(1),), 1), day)
        spool.read_in_parts(second, parts, day)
        assert (spool.pages, spool.listings, spool.queue) == whole
    met = [one.source_id for line in read_journal(spool.file) for one in line.listings]
    assert met == ["1", "2", "3", "4"]
