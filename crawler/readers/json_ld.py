"""Read web pages that carry schema.org data as JSON-LD, their links, and sitemaps."""

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree, html  # type: ignore[import-untyped]

from crawler.readers.json_ld_listing import is_listed, listing_of
from crawler.readers.raw import RawListing, ReaderError

_INWARD = (
    "@graph", "itemListElement", "item", "mainEntity", "about", "employee", "employees", "member", "members",
    "department", "hasPart",
)  # fmt: skip
"""Where listings lie within others. ``sameAs`` and every other address are never followed."""

_LINKED_DATA = "application/ld+json"
_WEB = ("http", "https")
_DEEPEST = 12
PAGE_MOST_BYTES = 8 * 1024 * 1024
"""A tree of elements takes fifty times its page's memory; larger ones are no pages for people."""

_OF_NO_PAGE = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})
"""Python's encodings no web page is written in: some take hours for what hostile pages hold."""
_WIDE = ("utf-16", "utf-32")

Node = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """One web page: its listings, the next page, its links to the same host, and scripts that are not JSON."""

    listings: tuple[RawListing, ...]
    next_address: str | None
    links: tuple[str, ...]
    broken_scripts: int


def read_page(page: bytes, address: str, encoding: str | None = None) -> Page:
    """Read a page; each script on its own, so that a broken one costs no more than itself.

    ``address`` is the page's own, against which links are resolved. Without ``encoding`` the page's statement counts.

    Raises
    ------
    ReaderError
        It is larger than a web page may be.

    """
    if len(page) > PAGE_MOST_BYTES:
        raise ReaderError(f"The page holds {len(page):,} bytes; web pages are read up to {PAGE_MOST_BYTES:,}.")
    try:
        tree = html.document_fromstring(*_decoded(page, encoding))
    except etree.ParserError:  # lxml's word for a page without any element
        return Page((), None, (), 0)
    good, broken = _scripts(tree)
    known = {
        node["@id"]: node for script in good for node in _all_nodes(script) if len(node) > 1 and _is_id(node.get("@id"))
    }
    listings: dict[RawListing, None] = {}
    for script in good:
        for node, parent in _listed(script, None, 0):
            listings[listing_of(node, parent, known)] = None
    links, following = _links(tree, address)
    return Page(tuple(listings), following, links, broken)


def read_sitemap(body: bytes) -> tuple[str, ...]:
    """Return the addresses of a sitemap, or of the sitemaps an index names.

    Raises
    ------
    ReaderError
        It is not XML, is neither a sitemap nor an index, or declares a document type: sitemaps need none, and
        entities could grow without bound.

    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise ReaderError(f"The sitemap is not XML ({fault}); it begins {body[:60]!r}.") from fault
    if root.getroottree().docinfo.doctype:
        raise ReaderError("The sitemap declares a document type; a sitemap needs none, and its entities are not read.")
    kind = etree.QName(root).localname
    if kind not in {"urlset", "sitemapindex"}:
        raise ReaderError(f"The sitemap is a {kind!r}; expected 'urlset' or 'sitemapindex'.")
    places = (str(place.text or "").strip() for place in root.iterfind("{*}*/{*}loc"))
    return tuple(place for place in places if place)


def _decoded(page: bytes, encoding: str | None) -> tuple[bytes, html.HTMLParser]:
    """Return the page with a parser of its encoding.

    Without one given: UTF-8 where the page is valid UTF-8, as most are that state nothing or another by mistake;
    otherwise what the page states. The parser knows fewer names of encodings than Python.
    """
    try:
        stated = codecs.lookup(encoding or "utf-8").name.replace("_", "-")
        if stated in _OF_NO_PAGE or (stated.startswith(_WIDE) and b"\0" not in page):
            encoding = None
        text = page.decode(encoding or "utf-8", "replace" if encoding else "strict")
    except (LookupError, UnicodeError):
        return page, html.HTMLParser()
    return text.encode(errors="replace"), html.HTMLParser(encoding="utf-8")


def _scripts(tree: html.HtmlElement) -> tuple[list[Any], int]:
    good: list[Any] = []
    broken = 0
    for script in tree.iter("script"):
        if (script.get("type") or "").split(";")[0].strip().lower() != _LINKED_DATA:
            continue
        try:
            good.append(json.loads(script.text or "", strict=False))
        except (ValueError, RecursionError):
            broken += 1
    return good, broken


def _is_id(stated: object) -> bool:
    return isinstance(stated, str) and bool(stated)


def _all_nodes(value: object, depth: int = 0) -> Iterator[Node]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _all_nodes(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _all_nodes(inner, depth + 1)


def _listed(value: object, parent: Node | None, depth: int) -> Iterator[tuple[Node, Node | None]]:
    """Yield the listings within a script, each with the listing around it."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for inner in value:
            yield from _listed(inner, parent, depth + 1)
    elif isinstance(value, dict):
        is_own = is_listed(value)
        if is_own:
            yield value, parent
        for name in _INWARD:
            if name in value:
                yield from _listed(value[name], value if is_own else parent, depth + 1)


def _links(tree: html.HtmlElement, address: str) -> tuple[tuple[str, ...], str | None]:
    """Return the links to the same host, and the next page where one is named."""
    host = urlsplit(address).netloc.lower()
    base = next((one.get("href") for one in tree.iter("base") if one.get("href")), None)
    origin = urljoin(address, base) if base else address
    links: dict[str, None] = {}
    following: str | None = None
    for one in tree.iter("a", "link", "area"):
        target = _resolved(origin, one.get("href"))
        if target is None or urlsplit(target).netloc.lower() != host:
            continue
        relations = (one.get("rel") or "").lower().split()
        if "next" in relations and following is None:
            following = target
        if one.tag != "link":
            links[target] = None
    return tuple(links), following


def _resolved(origin: str, stated: str | None) -> str | None:
    """Return an absolute web address without its fragment; ``None`` for mail, telephone and what is no address."""
    if not stated or not stated.strip():
        return None
    try:
        target = urldefrag(urljoin(origin, stated.strip())).url
        is_web = urlsplit(target).scheme in _WEB
    except ValueError:
        return None
    return target if is_web else None
