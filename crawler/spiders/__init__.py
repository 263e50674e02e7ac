"""One file a directory: where to begin, and where a page leads. Manners are settings and are not touched here."""

import importlib

from crawler.directory import DirectorySpider


def spider_of(source: str) -> type[DirectorySpider]:
    """Return the spider of a directory: the one class of that name in the file of that name."""
    module = importlib.import_module(f"crawler.spiders.{source}")
    found = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, DirectorySpider) and one is not DirectorySpider
    ]
    (spider,) = (one for one in found if one.name == source)
    return spider
