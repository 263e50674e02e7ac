"""The two values a spider deals in: a page still to be read, and what a page said."""

from dataclasses import dataclass

from crawler.readers.raw import RawListing


@dataclass(frozen=True)
class Visit:
    """A page to be read.

    Attributes
    ----------
    depth
        Links between it and the first page; a next page is as deep as the one before.
    kind
        What sort of page it is, in the spider's own words.
    is_optional
        Whether the directory may do without it: that it is not there is no fault.
    is_link
        Whether a link or a sitemap led here and not the directory's own paging: that its owner does not want it read
        is no fault. Any other page that may not be asked for is missing, and the crawl is not to be trusted.

    """

    address: str
    depth: int = 0
    kind: str = "page"
    is_optional: bool = False
    is_link: bool = False


@dataclass(frozen=True)
class Reading:
    """What a page said.

    Attributes
    ----------
    rows
        Entries the page holds, readable or not.
    visits
        Where to go on.
    truncated
        The question the directory answered only in part and that cannot be split any further, as a reader would say
        it; ``None`` where the answer was whole.
    split
        The question that was too big and is asked again in parts, as a reader would say it, with the number of parts.
    broken_scripts
        Pieces of the page that were not what they claim to be.

    """

    listings: tuple[RawListing, ...] = ()
    rows: int = 0
    visits: tuple[Visit, ...] = ()
    truncated: str | None = None
    split: tuple[str, int] | None = None
    broken_scripts: int = 0
