"""An HTML directory as a file describes it: its start pages, its links, its next pages, and no other site."""

from collections.abc import Iterator
from functools import partial

from scrapy.http import Request, Response

from crawler.directory import DirectorySpider, joined
from crawler.readers.declared import read_page
from crawler.visits import Reading, Visit


class Declared(DirectorySpider):
    """Begin at the pages described; a page's kind says which selectors hold on it."""

    name = "declared"
    _silent: tuple[str, ...] = ()

    def first(self) -> Iterator[Visit]:
        """Return the start pages."""
        for stated in self.source.search["start"]:
            yield Visit(joined(self.address, stated), kind="start")

    def read(self, response: Response, visit: Visit) -> Reading:
        """Read a page: its entries, its links and its next page."""
        content_type = response.headers.get("Content-Type")
        stated = None if content_type is None else content_type.decode("latin-1")
        page = read_page(response.body, response.url, stated, self.source.search["declaration"], visit.kind)
        self._silent = page.silent
        links = [Visit(address, visit.depth + 1, kind, is_link=True) for address, kind in page.links]
        if page.next_address is not None:
            links.insert(0, Visit(page.next_address, visit.depth, visit.kind))
        return Reading(page.listings, page.rows, tuple(links))

    def arrived(self, response: Response, visit: Visit) -> Iterator[Request]:
        """Read a page, and write down beside it which fields none of its entries has."""
        self._silent = ()
        try:
            further = list(super().arrived(response, visit))
        finally:
            silent: tuple[str, ...] = self._silent  # as reading the page left it
            for number, field in enumerate(silent):
                beside = Visit(f"{visit.address}#field-{number}", visit.depth, visit.kind)
                self._written(partial(self.spool.left_out, beside, field))
        yield from further
