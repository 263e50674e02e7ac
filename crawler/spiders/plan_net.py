"""A payer's directory: one search, or one a state, and then wherever the answer says the next page is."""

from collections.abc import Iterator
from urllib.parse import urlencode

from scrapy.http import Response

from crawler.directory import DirectorySpider, joined
from crawler.readers.fhir import read_bundle
from crawler.visits import Reading, Visit


class PlanNet(DirectorySpider):
    """Ask for roles with all they refer to; follow ``next``, which says nothing to anybody but the server."""

    name = "plan_net"

    def first(self) -> Iterator[Visit]:
        """Ask for every role, or for the roles in each state."""
        search = self.source.search
        for state in self.states or ("",):
            asked = dict(search["parameters"]) | ({search["state_parameter"]: state} if state else {})
            yield Visit(f"{self.address.rstrip('/')}/{search['resource']}?{urlencode(asked, doseq=True)}")

    def read(self, response: Response, visit: Visit) -> Reading:
        """Read a page of roles."""
        page = read_bundle(response.body)
        following = (Visit(joined(response.url, page.next_address), visit.depth),) if page.next_address else ()
        return Reading(page.listings, page.rows, following)
