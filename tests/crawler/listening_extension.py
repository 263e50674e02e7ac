"""An extension of Scrapy as a user might add one: when the crawl is closed it writes down which stats it was told."""

import json
from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler


class Listener:
    """Hears the end of a crawl."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the listener of a crawl."""
        listener = cls(crawler)
        crawler.signals.connect(listener.closed, signal=signals.spider_closed)
        return listener

    def closed(self) -> None:
        """Write down what is told."""
        told = json.dumps(self._crawler.stats.get_stats(), default=str)
        Path(self._crawler.settings["HEARD_FILE"]).write_text(told, encoding="utf-8")
