"""A state's open licence data on a Socrata portal: one dataset, page by page in a stated order."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

from scrapy.http import Response

from crawler.directory import DirectorySpider
from crawler.readers.licences import Statuses, read_page
from crawler.visits import Reading, Visit


class StateLicences(DirectorySpider):
    """Ask for a page of rows; a full one leads to the next."""

    name = "state_licences"

    def first(self) -> Iterator[Visit]:
        """Ask for the first rows of the dataset; what its address asks for besides is kept."""
        yield self._visit(0)

    def read(self, response: Response, visit: Visit) -> Reading:
        """Read a page; one that is not full is the last."""
        (state,) = self.states
        page = read_page(response.body, state, Statuses.of(self.source.search["status"]))
        size = self.source.search["rows_a_page"]
        offset = int(dict(parse_qsl(urlsplit(visit.address).query))["$offset"])
        further = (self._visit(offset + size),) if page.rows >= size else ()
        return Reading(page.listings, page.rows, further)

    def _visit(self, offset: int) -> Visit:
        parts = urlsplit(self.address)
        search = self.source.search
        paging = {"$limit": str(search["rows_a_page"]), "$offset": str(offset)}
        asked = {"$order": search["order"]} | dict(parse_qsl(parts.query)) | paging
        return Visit(parts._replace(query=urlencode(asked, safe="$:,"), fragment="").geturl())
