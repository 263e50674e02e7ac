"""A site with schema.org data: its sitemaps, its links and its next pages, and no other site."""

import zlib
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from scrapy.http import Response
from scrapy.utils.gz import gunzip, gzip_magic_number
from w3lib.encoding import http_content_type_encoding

from crawler.directory import DirectorySpider, joined
from crawler.readers.json_ld import read_page, read_sitemap
from crawler.readers.raw import ReaderError
from crawler.robots import ROBOTS_MOST_BYTES
from crawler.visits import Reading, Visit

_MAP_MOST = 50 * 1024 * 1024
"""The most a sitemap may have by its own rules (sitemaps.org), unpacked."""

_LABEL = "sitemap:"


class JsonLdSite(DirectorySpider):
    """Begin at the address given, at robots.txt for the sitemaps it names, and at the usual place of one."""

    name = "json_ld_site"

    def first(self) -> Iterator[Visit]:
        """Return the address given, robots.txt and the usual sitemap."""
        yield Visit(self.address)
        yield Visit(urljoin(self.address, "/robots.txt"), kind="robots", is_optional=True)
        yield Visit(urljoin(self.address, "/sitemap.xml"), kind="sitemap", is_optional=True)

    def read(self, response: Response, visit: Visit) -> Reading:
        """Read a page, a sitemap or the sitemaps robots.txt names."""
        if visit.kind == "robots":
            lines = response.body[:ROBOTS_MOST_BYTES].decode("utf-8-sig", "replace").splitlines()
            named = (line.strip()[len(_LABEL) :].strip() for line in lines if line.strip().lower().startswith(_LABEL))
            return Reading(visits=tuple(self._mapped(joined(response.url, one), visit) for one in named if one))
        if visit.kind == "sitemap":
            places = read_sitemap(_unpacked(response))
            return Reading(visits=tuple(self._mapped(one, visit) for one in places if self._is_wanted(one)))
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        if content_type and "html" not in content_type.lower():
            return Reading()
        page = read_page(response.body, response.url, http_content_type_encoding(content_type))
        links = [Visit(link, visit.depth + 1, is_link=True) for link in page.links if self._is_wanted(link)]
        if page.next_address is not None:
            links.insert(0, Visit(page.next_address, visit.depth))
        return Reading(page.listings, len(page.listings), tuple(links), broken_scripts=page.broken_scripts)

    def _mapped(self, address: str, visit: Visit) -> Visit:
        """Return what a sitemap names: another sitemap is deeper by one, a page is a first page."""
        is_map = _path_of(address).endswith((".xml", ".xml.gz"))
        if is_map:
            return Visit(address, visit.depth + 1, kind="sitemap", is_optional=True, is_link=True)
        return Visit(address, is_link=True)

    def _is_wanted(self, address: str) -> bool:
        return not _path_of(address).endswith(tuple(self.source.search["skipped_endings"]))


def _unpacked(response: Response) -> bytes:
    if not gzip_magic_number(response):
        if len(response.body) > _MAP_MOST:
            raise ReaderError(f"The sitemap holds {len(response.body):,} bytes; it may have {_MAP_MOST:,}.")
        return response.body
    try:
        return gunzip(response.body, max_size=_MAP_MOST)
    except (ValueError, OSError, EOFError, zlib.error) as fault:  # too much, or no gzip after all
        raise ReaderError(f"The sitemap cannot be unpacked ({fault}).") from fault


def _path_of(address: str) -> str:
    try:
        return urlsplit(address).path.lower()
    except ValueError:  # brackets that enclose no address
        return ""
