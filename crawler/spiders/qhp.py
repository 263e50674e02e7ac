"""An insurer's index for the Marketplace, and the files of providers it names."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from scrapy.http import Response

from crawler.directory import DirectorySpider, joined
from crawler.readers.qhp import read_index, read_providers, read_rows
from crawler.readers.raw import RawListing
from crawler.visits import Reading, Visit
from crawler.vocabulary import Vocabulary


class Qhp(DirectorySpider):
    """Begin at ``index.json``; its files of plans and of medicines are not asked for."""

    name = "qhp"

    def __init__(self, **told: Any) -> None:  # noqa: ANN401 - what every spider is told
        super().__init__(**told)
        self._vocabulary = Vocabulary.load()

    def first(self) -> Iterator[Visit]:
        """Return the index."""
        yield Visit(self.address, kind="index")

    def read(self, response: Response, visit: Visit) -> Reading:
        """Read the index or a file of providers."""
        if visit.kind == "index":
            named = (joined(response.url, one) for one in read_index(response.body))
            return Reading(visits=tuple(Visit(one, visit.depth + 1, kind="providers") for one in named))
        page = read_providers(response.body, self._vocabulary, self.source.search["care_is_told_by"])
        return Reading(page.listings, page.rows)

    def rows(self, opened: BinaryIO, visit: Visit) -> Iterator[RawListing | None]:  # noqa: ARG002 - one kind alone
        """Read a file of providers that lies on the disk."""
        return read_rows(opened, self._vocabulary, self.source.search["care_is_told_by"])
