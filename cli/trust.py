"""Whether a crawl may be built upon."""

from collections.abc import Sequence

from crawler.records import Crawl


class UntrustedError(ValueError):
    """A crawl is not to be trusted and was not accepted."""


def trusted(crawls: Sequence[Crawl], *, accept: bool) -> Sequence[Crawl]:
    """Return the crawls if their verdicts trust them or the user accepts them all the same.

    Raises
    ------
    UntrustedError
        Names each crawl that is not to be trusted and its first reason.

    """
    said = [
        f"{verdict['source']} {verdict['run_id']}: {next(iter(verdict['reasons']), 'no reason given')}"
        for verdict in (crawl.verdict for crawl in crawls)
        if not verdict["trusted"]
    ]
    if said and not accept:
        raise UntrustedError(f"not to be trusted: {'; '.join(said)} Crawl again, or build all the same with --accept.")
    return crawls
