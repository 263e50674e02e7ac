"""What tests of whole crawls share: an order carried out, and spiders made without a network."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NoReturn

from scrapy.http import HtmlResponse, Request, Response

from crawler.directory import DirectorySpider
from crawler.policy import Policy
from crawler.records import Crawl
from crawler.runner import CrawlOrder, Progress, crawl
from crawler.source import read_source
from crawler.spiders import spider_of
from crawler.spool import Spool
from crawler.visits import Visit


def quiet(progress: Progress) -> None:
    """Hear nothing."""


def crawled(source: str, crawls: Path, address: str, states: tuple[str, ...] = (), **more: object) -> Crawl:
    """Crawl a directory on this machine."""
    return crawl(CrawlOrder(source=source, crawls=crawls, states=states, address=address, **more), quiet)  # type: ignore[arg-type]


def _no_disk(fault: OSError) -> NoReturn:
    raise fault


def spider(
    source: str, folder: Path, address: str, states: tuple[str, ...] = (), areas: tuple[str, ...] = ()
) -> DirectorySpider:
    """Return a spider that has its directory but no network."""
    told = read_source(source)
    policy = Policy.of(told, address)
    spool = Spool(folder)
    spool.close()  # asked where to go and what a page says, it writes nothing
    return spider_of(source)(
        source=told, policy=policy, spool=spool, address=address, states=states, areas=areas, stop=_no_disk
    )


def page(visit: Visit, body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    """Return the page of a visit as it would arrive."""
    return HtmlResponse(visit.address, body=body, headers=headers or {}, request=Request(visit.address))


def walked(one: DirectorySpider, answer: Callable[[str], bytes]) -> tuple[list[str], list[str], int]:
    """Follow a spider to its end without a network; return identifiers met, cut-off questions, and pages."""
    waiting = list(one.first())
    planned = {visit.address for visit in waiting}
    met: list[str] = []
    truncated: list[str] = []
    pages = 0
    while waiting:
        visit = waiting.pop()
        pages += 1
        reading = one.read(page(visit, answer(visit.address)), visit)
        met += [listing.source_id for listing in reading.listings]
        truncated += [reading.truncated] if reading.truncated else []
        fresh = [further for further in reading.visits if further.address not in planned]
        planned.update(further.address for further in fresh)
        waiting += fresh
    return met, truncated, pages


def therapist_page(people: Iterable[str], links: Iterable[str] = (), following: str = "") -> str:
    """Return a web page that lists people by their identifiers."""
    graph = [
        {
            "@type": "Person",
            "@id": f"https://site.example/#{person}",
            "name": f"Ann {person}",
            "jobTitle": "Psychologist",
            "address": {"@type": "PostalAddress", "addressRegion": "MT", "postalCode": "59601", "addressCountry": "US"},
        }
        for person in people
    ]
    script = json.dumps({"@context": "https://schema.org", "@graph": graph})
    head = f'<link rel="next" href="{following}">' if following else ""
    anchors = "".join(f'<a href="{link}">more</a>' for link in links)
    return f'<html><head>{head}<script type="application/ld+json">{script}</script></head><body>{anchors}</body></html>'
