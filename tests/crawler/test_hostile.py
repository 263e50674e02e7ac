"""Pages that mean harm, over real HTTP: each is bounded and named in the verdict, and all other pages are read."""

import gzip
import json
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
from crawled import therapist_page
from hostile_site import (
    Answer,
    HostileSite,
    chunked,
    crawled_shortly,
    hostile,
    moved,
    names_of,
    page,
    said,
)
from scrapy.utils import _compression

from crawler.readers.json_ld import read_page
from crawler.records import Crawl

MIB = 1024 * 1024
BOMB_BYTES = 200 * MIB
PEAK_MOST_MIB = 600
SECONDS = 4
SHORT = {"settings": {"DOWNLOAD_TIMEOUT": SECONDS, "RETRY_TIMES": 0}}
GOOD = {"/good1", "/good2", "/good3"}

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": partial(gzip.compress, compresslevel=6),
    "deflate": zlib.compress,
    "br": partial(cast("Any", _compression).brotli.compress, quality=2),
    "zstd": cast("Any", _compression).zstd.compress,
}


def _huge() -> Iterator[bytes]:
    yield b"<html><body>"
    yield from (b"x" * MIB for _ in range(200))


def _head(handler: BaseHTTPRequestHandler, lines: Iterable[bytes]) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for line in lines:
        handler.wfile.write(line)


def _drip(site: HostileSite, start: bytes) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(start)
        while not site.closing.wait(0.2):
            handler.wfile.write(b"x")

    return answer


def _cookies(handler: BaseHTTPRequestHandler) -> None:
    body = therapist_page(["flooded"]).encode()
    lines = [b"Set-Cookie: c%d=%s\r\n" % (number, b"v" * 60) for number in range(2000)]
    lines += [b"Content-Type: text/html\r\n", b"Content-Length: %d\r\n\r\n" % len(body), body]
    _head(handler, lines)


def _traps(site: HostileSite) -> dict[str, tuple[Answer, str]]:
    """Return every trap with what the verdict must say of it."""
    bombs = {
        f"/bomb-{name}": (
            said(pack(b"\0" * BOMB_BYTES), Content_Encoding=name),
            "too large: more than 67,108,864 bytes",
        )
        for name, pack in PACKERS.items()
    }
    thrice = gzip.compress(gzip.compress(gzip.compress(b"<html></html>")))
    return {
        **bombs,
        "/huge": (chunked(_huge), "too large: more than 67,108,864 bytes"),
        "/claims": (
            partial(_head, lines=[b"Content-Length: 999999999999\r\n\r\nx"]),
            "too large: more than 67,108,864 bytes",
        ),
        "/big": (said(b"<a href=/good1>" * (20 * MIB // 15)), "unreadable: The page holds"),
        "/thrice": (said(thrice, Content_Encoding="gzip, gzip, gzip"), "unreadable: packed too often"),
        "/no-gzip": (said("<html></html>", Content_Encoding="gzip"), "unreadable: not packed as it says"),
        "/no-zstd": (said("<html></html>", Content_Encoding="zstd"), "unreadable: not packed as it says"),
        "/no-br": (said("<html></html>", Content_Encoding="br"), "unreadable: not packed as it says"),
        "/headers": (
            lambda handler: _head(handler, (b"X-%d: %s\r\n" % (number, b"v" * 8000) for number in count())),
            "too large: more than 262,144 bytes of headers",
        ),
        "/header": (lambda handler: _head(handler, (b"X: %s" % (b"v" * MIB) for _ in count())), "DownloadFailedError"),
        "/continue": (
            lambda handler: [handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n") for _ in iter(int, 1)],
            "too large: more than 262,144 bytes of headers",
        ),
        "/drip": (_drip(site, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"), "DownloadTimeoutError"),
        "/drip-head": (_drip(site, b"HTTP/1.1 200 OK\r\nX: "), "DownloadTimeoutError"),
        "/round": (moved("/round"), "max redirections reached"),
        "/round-and-on": (moved("/round-and-on?more"), "max redirections reached"),
        "/to-file": (moved("file:///etc/hostname"), "status 302"),
        "/to-brackets": (moved("http://[::1/"), "ValueError"),
        "/cut": (
            lambda handler: _head(handler, [b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"]) or _hang_up(handler),
            "ResponseDataLossError",
        ),
    }


def _hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


class Survived(NamedTuple):
    """A site of traps with what the verdict must say of each, and the crawl of it: memory in MiB, time in seconds."""

    site: HostileSite
    traps: dict[str, str]
    done: Crawl
    peak: int
    seconds: float


@pytest.fixture(scope="module")
def survived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survived]:
    """Crawl one site that holds every trap."""
    with hostile() as site:
        traps = _traps(site)
        site.answers = {path: answer for path, (answer, _) in traps.items()}
        site.answers |= {path: page([path.strip("/")]) for path in GOOD} | {"/cookies": _cookies}
        site.answers["/"] = page(["first"], [*traps, "/cookies", *sorted(GOOD)])
        begun = time.monotonic()
        done, peak = crawled_shortly(site, tmp_path_factory.mktemp("traps"), **SHORT)
        yield Survived(site, {path: why for path, (_, why) in traps.items()}, done, peak, time.monotonic() - begun)


def test_every_trap_is_named_and_the_crawl_goes_on(survived: Survived) -> None:
    told = survived.done.verdict
    assert names_of(survived.done) == {"first", "good1", "good2", "good3", "flooded"}
    assert told["errors"] == {
        "too large": 8,
        "unreadable": 5,
        "DownloadTimeoutError": 2,
        "max redirections reached": 2,
        "DownloadFailedError": 1,
        "ResponseDataLossError": 1,
        "ValueError": 1,
        "status 302": 1,
    }
    assert sum(told["errors"].values()) == len(survived.traps)
    assert not told["trusted"]
    assert f"{len(survived.traps)} pages could not be read" in told["reasons"][0]


def test_every_trap_is_named_for_what_it_is(survived: Survived) -> None:
    start = survived.site.address[:-1]
    failed = survived.done.verdict["failed_pages"]
    named = {address.removeprefix(start): why for address, why in failed.items()}
    assert set(named) <= set(survived.traps)
    assert len(named) == 20  # the verdict names so many and counts the others
    assert not {path: why for path, why in named.items() if survived.traps[path] not in why}


def test_traps_take_neither_memory_nor_time(survived: Survived) -> None:
    assert survived.peak < PEAK_MOST_MIB
    assert survived.seconds < 60


def test_cookies_are_never_sent_back(survived: Survived) -> None:
    assert "/cookies" in survived.site.paths()
    assert survived.site.sent_cookies == []


def test_redirects_are_followed_a_few_times_only(survived: Survived) -> None:
    paths = survived.site.paths()
    assert paths.count("/round") == 6
    assert sum(path.startswith("/round-and-on") for path in paths) == 6


@pytest.fixture
def site() -> Iterator[HostileSite]:
    with hostile() as served:
        yield served


def each_time(answer: Callable[[int], Answer]) -> Answer:
    """Return an answer that is another one each time it is given."""
    numbers = count(1)

    def anew(handler: BaseHTTPRequestHandler) -> None:
        answer(next(numbers))(handler)

    return anew


def test_next_pages_that_bring_nothing_new_end(site: HostileSite, tmp_path: Path) -> None:
    site.answers["/list"] = each_time(lambda number: page(["same"], following=f"/list{number}"))
    site.answers["/"] = page(["first"], ["/list", *GOOD])
    site.answers |= {path: page([path.strip("/")]) for path in GOOD}
    done, _ = crawled_shortly(site, tmp_path)
    assert names_of(done) == {"first", "same", "good1", "good2", "good3"}
    assert done.verdict["left_out"] == {"the 25 pages before it brought nothing new": 1, "status 404": 2}
    assert sum(path.startswith("/list") for path in site.paths()) == 26
    assert done.verdict["trusted"], done.verdict["reasons"]


def test_next_pages_that_always_bring_something_end_at_the_limit_and_say_so(site: HostileSite, tmp_path: Path) -> None:
    more = each_time(lambda number: page([f"made-up{number}"], following=f"/list{number}"))
    site.answers |= {"/": page(["first"], ["/list"]), "/list": more}
    done, _ = crawled_shortly(site, tmp_path, source={"pages": 40})
    assert done.verdict["reasons"] == ["It stopped at the limit of 40 pages."]
    assert done.verdict["pages"] == 40
    assert len(site.asked) < 60


def test_a_calendar_without_end_is_as_deep_as_links_may_be(site: HostileSite, tmp_path: Path) -> None:
    site.answers["/day"] = each_time(lambda number: page([], [f"/day{number}", f"/day{number}0"]))
    site.answers["/"] = page(["first"], ["/day"])
    done, _ = crawled_shortly(site, tmp_path)
    assert sum(path.startswith("/day") for path in site.paths()) == 1 + 2 + 4
    assert done.verdict["trusted"], done.verdict["reasons"]


def test_ten_thousand_links_are_no_more_pages_than_a_crawl_may_have(site: HostileSite, tmp_path: Path) -> None:
    site.answers["/"] = page(["first"], ["/good1", *(f"/nowhere/{number}" for number in range(10_000))])
    site.answers["/good1"] = page(["good1"])
    done, peak = crawled_shortly(site, tmp_path, source={"pages": 50})
    assert names_of(done) == {"first", "good1"}
    assert len(site.asked) < 80
    assert peak < PEAK_MOST_MIB
    (cut,) = done.verdict["truncated"]
    assert cut.startswith(f"the links of {site.address} beyond the first ")
    assert not done.verdict["trusted"]


DOCTYPE = '<!DOCTYPE urlset [<!ENTITY a "lol">{}]>'
GROWING = "".join(f'<!ENTITY a{one + 1} "{f"&a{one};" * 10}">' for one in range(9))
MAPS = {
    "entities": DOCTYPE.format('<!ENTITY a0 "lol">' + GROWING) + "<urlset><url><loc>&a9;</loc></url></urlset>",
    "attribute": DOCTYPE.format('<!ENTITY a0 "lol">' + GROWING) + '<urlset x="&a9;"><url><loc>x</loc></url></urlset>',
    "file": '<!DOCTYPE u [<!ENTITY f SYSTEM "file:///etc/hostname">]><urlset><url><loc>&f;</loc></url></urlset>',
    "other": '<!DOCTYPE u SYSTEM "{address}dtd"><urlset><url><loc>{address}good1</loc></url></urlset>',
    "parameter": '<!DOCTYPE u [<!ENTITY % p SYSTEM "{address}dtd"> %p;]><urlset><url><loc>x</loc></url></urlset>',
    "no-xml": "<html>",
}


def test_sitemaps_with_entities_are_not_read_and_ask_for_nothing(site: HostileSite, tmp_path: Path) -> None:
    maps = {f"/{name}.xml": said(text.replace("{address}", site.address)) for name, text in MAPS.items()}
    bomb = {"/bomb.xml.gz": said(gzip.compress(b" " * BOMB_BYTES)), "/no.xml.gz": said(b"\x1f\x8b\x08no gzip at all")}
    site.answers = {**maps, **bomb, "/": page(["first"]), "/good2": page(["good2"])}
    lines = "".join(f"Sitemap: {site.address[:-1]}{path}\n" for path in [*maps, *bomb, "/loop.xml"])
    site.answers["/robots.txt"] = said(lines)
    site.answers["/loop.xml"] = said(_index([f"{site.address}loop.xml", f"{site.address}usual.xml"]))
    site.answers["/usual.xml"] = said(f"<urlset><url><loc>{site.address}good2</loc></url></urlset>")
    done, peak = crawled_shortly(site, tmp_path)
    assert names_of(done) == {"first", "good2"}
    assert done.verdict["errors"] == {"unreadable": len(maps) + len(bomb)}
    assert site.paths().count("/loop.xml") == 1
    assert "/dtd" not in site.paths()
    assert peak < PEAK_MOST_MIB


def _index(places: list[str]) -> str:
    return f"<sitemapindex>{''.join(f'<sitemap><loc>{one}</loc></sitemap>' for one in places)}</sitemapindex>"


def test_sitemaps_that_name_sitemaps_for_ever_end(site: HostileSite, tmp_path: Path) -> None:
    site.answers["/robots.txt"] = said(f"Sitemap: {site.address}map.xml\n")
    site.answers["/"] = page(["first"])

    places = [f"{site.address}more.xml?a", f"{site.address}more.xml?b"]
    another = each_time(lambda number: said(_index([f"{place}{number}" for place in places])))
    site.answers |= {"/map.xml": another, "/more.xml": another}
    done, _ = crawled_shortly(site, tmp_path)
    assert sum(".xml?" in path for path in site.paths()) == 2 + 4
    assert done.verdict["refused"] == {"127.0.0.1: sitemap within more than 3 others": 8}
    assert names_of(done) == {"first"}


PERSON = '{"@type": "Person", "@id": "https://site.example/#%s", "name": "%s", "address": {"addressRegion": "MT"}}'


def _script(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


def test_broken_data_costs_no_more_than_itself(site: HostileSite, tmp_path: Path) -> None:
    broken = [
        "{",
        "[" * 200_000,
        '{"a": ' + "9" * 10_000 + "}",
        PERSON.replace("}", "") % ("x", "Lost One"),
        "<!-- -->",
    ]
    body = "".join(map(_script, [*broken, PERSON % ("kept", "Ann Kept")]))
    site.answers["/"] = said(body + '<a href="/good1">' + "<div>" * 100_000)
    site.answers["/good1"] = page(["good1"])
    done, _ = crawled_shortly(site, tmp_path)
    assert names_of(done) == {"kept", "good1"}
    assert done.verdict["broken_scripts"] == len(broken)
    assert done.verdict["trusted"], done.verdict["reasons"]


def test_script_in_names_reaches_no_record(site: HostileSite, tmp_path: Path) -> None:
    evil = [
        "<script>alert(1)<\\/script>Ann Evil",
        "Ann <img src=x onerror=alert(1)> Evil",
        "&lt;svg/onload=alert(1)&gt;Ann Evil",
        "Ann Evil<script",
        '\\"><b>Ann Evil</b>',
        "<<b>script>Ann Evil",
    ]
    body = "".join(_script(PERSON % (f"evil{number}", name)) for number, name in enumerate(evil))
    clinic = {"@type": "MedicalClinic", "name": "<b>Clinic</b> &amp; Sons", "knowsAbout": "<i>EMDR</i>"}
    clinic |= {"@id": "<b>id</b>", "address": {"addressRegion": "MT", "streetAddress": "<u>1 Main St</u>"}}
    site.answers["/"] = said(body + _script(json.dumps(clinic).replace("</", "<\\/")))
    done, _ = crawled_shortly(site, tmp_path)
    written = done.records_file.read_text(encoding="utf-8")
    assert not {"<", ">"} & set(written)
    assert "alert" not in written
    assert len(list(done.records())) == len(evil) + 1
    assert {record.family_name for record in done.records() if record.kind == "person"} == {"Evil"}
    assert "Clinic & Sons" in {record.organisation_name for record in done.records()}
    assert not {"<b>", "<script"} & set((done.folder / "verdict.md").read_text(encoding="utf-8").split())


CHARSETS = [
    "utf-8", "latin-1", "nonsense", "punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7",
    "utf-16", "hex", "zip", "rot13", "", "x" * 5000,
]  # fmt: skip


def test_wrong_charsets_lose_no_page(site: HostileSite, tmp_path: Path) -> None:
    person = "<html>" + _script(PERSON % ("charset%d", "Zoë Über"))
    for number, charset in enumerate(CHARSETS):
        body = (person % number).encode("utf-8" if number % 2 else "latin-1")
        site.answers[f"/page-{number}/"] = said(body, Content_Type=f"text/html; charset={charset}")
    site.answers["/"] = page(["first"], [f"/page-{number}/" for number in range(len(CHARSETS))])
    done, _ = crawled_shortly(site, tmp_path)
    assert names_of(done) == {"first", *(f"charset{number}" for number in range(len(CHARSETS)))}
    assert done.verdict["trusted"], done.verdict["reasons"]


def test_a_page_is_not_read_in_an_encoding_of_no_page() -> None:
    hidden = _script(PERSON % ("hidden", "Ann +ADw-b+AD4-")).encode()  # which UTF-7 would turn into a tag
    assert read_page(hidden, "https://site.example/", "utf-7") == read_page(hidden, "https://site.example/")
    (listing,) = read_page(hidden, "https://site.example/", "utf-7").listings
    assert listing.family_name == "+ADw-b+AD4-"
