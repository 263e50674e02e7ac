"""The peer of benchmarks/crawl.py: a bare Scrapy spider that follows the links of one site and writes nothing.

Same site, same number of requests at a time, no delay; no policy, no reader, no cleaning, no journal. Prints pages and
seconds as JSON.
"""

import json
import re
import sys
import time
from collections.abc import Iterator

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response, TextResponse
from scrapy.linkextractors import LinkExtractor

_AT_ONCE = 8


class Bare(scrapy.Spider):
    """Follow every link of the site once."""

    name = "bare"
    pages = 0

    def __init__(self, address: str) -> None:
        super().__init__()
        self.start_urls = [address]
        self._links = LinkExtractor(allow=["^" + re.escape(address)], deny=["/private"])

    def parse(self, response: Response) -> Iterator[scrapy.Request]:
        """Count a page and go on."""
        self.pages += 1
        if isinstance(response, TextResponse):
            yield from (response.follow(link) for link in self._links.extract_links(response))


def main() -> None:
    """Crawl the site whose address is the first argument."""
    process = CrawlerProcess(
        {
            "LOG_LEVEL": "ERROR",
            "CONCURRENT_REQUESTS": _AT_ONCE,
            "CONCURRENT_REQUESTS_PER_DOMAIN": _AT_ONCE,
            "DOWNLOAD_DELAY": 0,
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    crawler = process.create_crawler(Bare)
    began = time.perf_counter()
    process.crawl(crawler, address=sys.argv[1])
    process.start()
    pages = crawler.stats.get_value("response_received_count") if crawler.stats else 0
    print(json.dumps({"pages": pages, "seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()
