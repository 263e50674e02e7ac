"""A directory of community services by HSDS 3: two lists, and the pages of services that a list only names."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from scrapy.http import Response

from crawler.directory import DirectorySpider
from crawler.readers.hsds import Page, read_places, read_service, read_services
from crawler.visits import Reading, Visit

_LISTS = {"services": read_services, "service_at_locations": read_places}


class Hsds(DirectorySpider):
    """Ask for services and, where the directory has it, for services at locations; the latter list is optional."""

    name = "hsds"

    def first(self) -> Iterator[Visit]:
        """Ask for the first page of both lists."""
        for name in _LISTS:
            yield self._page_of(name, 1)

    def read(self, response: Response, visit: Visit) -> Reading:
        """Read a page of a list, which leads to its other pages and to single services, or the page of a service."""
        if visit.kind not in _LISTS:
            page = read_service(response.body)
            return Reading(page.listings, page.rows)
        page = _LISTS[visit.kind](response.body)
        asked = int(dict(parse_qsl(urlsplit(visit.address).query))["page"])
        visits = [Visit(self._below(f"services/{quote(one, safe='')}"), kind="service") for one in page.heads]
        visits += [self._page_of(visit.kind, number) for number in self._following(page, asked)]
        is_another = page.number is not None and page.number != asked
        truncated = f"page {asked} of {visit.kind}, answered with page {page.number}" if is_another else None
        return Reading(page.listings, page.rows, tuple(visits), truncated)

    def _following(self, page: Page, asked: int) -> range:
        """Return the pages to go on to: the first leads to all, or, where it does not count them, each to the next."""
        if page.total_pages is None:
            return range(asked + 1, asked + 2 if page.rows or page.heads else asked + 1)
        return range(2, min(page.total_pages, self.source.pages) + 1 if asked == 1 else 2)

    def _page_of(self, name: str, number: int) -> Visit:
        asked = {**self.source.search["parameters"], "page": str(number)}
        return Visit(self._below(name, **asked), kind=name, is_optional=name != "services")

    def _below(self, path: str, **asked: str) -> str:
        """Return an address below the directory's own, with what its user asks for besides."""
        base = urlsplit(self.address)
        query = urlencode({**dict(parse_qsl(base.query)), **asked})
        return urlunsplit((base.scheme, base.netloc, f"{base.path.rstrip('/')}/{path}", query, ""))
