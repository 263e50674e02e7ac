"""OpenStreetMap through an Overpass server: one question an area: a country, a division or a state."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from scrapy.http import Response

from crawler.directory import DirectorySpider
from crawler.readers.overpass import areas_of, read_answer
from crawler.visits import Reading, Visit


class Overpass(DirectorySpider):
    """Ask for psychotherapists and psychiatrists in each area, named by its ISO 3166 code or as a state."""

    name = "overpass"

    def __init__(self, **told: Any) -> None:  # noqa: ANN401 - what every spider is told
        super().__init__(**told)
        self.asked_areas = areas_of(self.areas, self.states)

    def first(self) -> Iterator[Visit]:
        """Ask about each area."""
        base = urlsplit(self.address)
        for area in self.asked_areas:
            key = self.source.search["subdivision" if "-" in area else "country"]
            seconds = self.source.search["timeout_seconds"]
            query = self.source.search["query"].format(seconds=seconds, key=key, area=area)
            data = urlencode([*parse_qsl(base.query), ("data", " ".join(query.split()))])
            yield Visit(urlunsplit((base.scheme, base.netloc, base.path, data, "")), kind=area)

    def read(self, response: Response, visit: Visit) -> Reading:
        """Read an answer about an area."""
        country, _, division = visit.kind.partition("-")
        page = read_answer(response.body, country, division if country == "US" and division else None)
        return Reading(page.listings, page.rows)
