"""SAMHSA's treatment locator, state by state; a saved export is read without this spider."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

from scrapy.http import Response

from crawler.directory import DirectorySpider
from crawler.readers.findtreatment import read_json
from crawler.visits import Reading, Visit


class Findtreatment(DirectorySpider):
    """Ask for the first page of each state; it says how many there are."""

    name = "findtreatment"

    def first(self) -> Iterator[Visit]:
        """Ask for the first page of each state."""
        for state in self.states:
            yield self._visit(str(self.source.search["state_ids"][state]), 1)

    def read(self, response: Response, visit: Visit) -> Reading:
        """Read a page; the first leads to all others."""
        page = read_json(response.body)
        asked = parse_qs(urlsplit(visit.address).query)
        state_id, number = asked["limitValue"][0], int(asked["page"][0])
        if page.total_pages is None:
            following = range(number + 1, number + 2 if page.rows else number + 1)
        else:
            last = min(page.total_pages, self.source.pages)  # where the crawl ends anyhow, whatever the answer claims
            following = range(2, last + 1 if number == 1 else 2)
        return Reading(page.listings, page.rows, tuple(self._visit(state_id, one) for one in following))

    def _visit(self, state_id: str, number: int) -> Visit:
        search = self.source.search
        asked = {
            "sAddr": search["latitude_longitude"],
            "limitType": "0",
            "limitValue": state_id,
            "sType": search["service_type"],
            "pageSize": search["rows_a_page"],
            "page": number,
        }
        return Visit(f"{self.address}?{urlencode(asked)}")
