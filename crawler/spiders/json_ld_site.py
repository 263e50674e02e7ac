"""A site with schema.org data: its sitemaps, its links and its next pages, and no other site."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from scrapy.http import Response
from scrapy.utils.gz import gunzip, gzip_magic_number
from w3lib.encoding import http_content_type_encoding

from crawler.directory import DirectorySpider, joined
from crawler.readers.json_ld import read_page, read_sitemap
from crawler.visits import Reading, Visit

_MAP_MOST = 64 * 1024 * 1024
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
            lines = response.body.decode("utf-8", "replace").splitlines()
            named = (line.strip()[len(_LABEL) :].strip() for line in lines if line.strip().lower().startswith(_LABEL))
            return Reading(visits=tuple(self._mapped(joined(response.url, one)) for one in named if one))
        if visit.kind == "sitemap":
            body = gunzip(response.body, max_size=_MAP_MOST) if gzip_magic_number(response) else response.body
            return Reading(visits=tuple(self._mapped(one) for one in read_sitemap(body) if self._is_wanted(one)))
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        if content_type and "html" not in content_type.lower():
            return Reading()
        page = read_page(response.body, response.url, http_content_type_encoding(content_type))
        links = [Visit(link, visit.depth + 1, is_link=True) for link in page.links if self._is_wanted(link)]
        if page.next_address is not None:
            links.insert(0, Visit(page.next_address, visit.depth))
        return Reading(page.listings, len(page.listings), tuple(links), broken_scripts=page.broken_scripts)

    def _mapped(self, address: str) -> Visit:
        is_map = _path_of(address).endswith((".xml", ".xml.gz"))
        return Visit(address, kind="sitemap" if is_map else "page", is_optional=is_map, is_link=True)

    def _is_wanted(self, address: str) -> bool:
        return not _path_of(address).endswith(tuple(self.source.search["skipped_endings"]))


def _path_of(address: str) -> str:
    try:
        return urlsplit(address).path.lower()
    except ValueError:  # brackets that enclose no address
        return ""
