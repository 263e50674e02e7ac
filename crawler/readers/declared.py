"""Read the pages of an HTML directory by its description: what stands where, and where a page leads."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree, html  # type: ignore[import-untyped]
from w3lib.encoding import html_to_unicode

from crawler.declaration import Day, Declaration, Link, Listings, ListOfWords, Selector, Words, YesOrNo
from crawler.readers.raw import RawListing, RawLocation, ReaderError, identifier_of, number_of, text_of

_TITLE = re.compile(r"(?:(?:dr|prof|mr|mrs|ms|mx)\b\.?\s+)+", re.IGNORECASE)
_TEXT_MOST = 2_000
"""Signs of an element that are looked at: more is no field."""

_PLACE = ("country", "state", "city", "postal_code", "street", "phone")
_POINT = ("latitude", "longitude")
_LISTS = {
    "professions": "profession_terms",
    "terms": "terms",
    "languages": "languages",
    "licence_states": "licence_states",
}
_FACTS = ("is_accepting", "offers_online", "is_online_only", "is_active")


@dataclass(frozen=True)
class Page:
    """One page: its listings, how many entries it holds, the next page, and links with the kind of page they lead to.

    ``silent`` are the fields whose selector found nothing in any entry.
    """

    listings: tuple[RawListing, ...]
    rows: int
    next_address: str | None
    links: tuple[tuple[str, str], ...]
    silent: tuple[str, ...]


def read_page(body: bytes, address: str, content_type: str | None, told: Declaration, kind: str) -> Page:
    """Read a page of a kind; ``content_type`` is its header, which may state an encoding.

    Raises
    ------
    ReaderError
        The page is not what was described: a selector for entries or links finds nothing on it.

    """
    tree = _parsed(body, content_type)
    links: dict[tuple[str, str], None] = {}
    for link in told.links:
        if link.on == kind:
            links |= dict.fromkeys((target, link.to) for target in _led_to(link, tree, address, kind))
    following = None if told.next is None else next(_targets(told.next, tree, address), None)
    if kind not in told.listings.on:
        return Page((), 0, following, tuple(links), ())
    rows = [row for row in _found(told.listings.rows, tree) if isinstance(row, html.HtmlElement)]
    if not rows and not (told.listings.empty is not None and _found(told.listings.empty, tree)):
        raise ReaderError(
            f"the selector of rows ({told.listings.rows}) finds no entry on this page of the kind {kind!r}, and no "
            "selector of empty says that there is none"
        )
    seen: Counter[str] = Counter()
    listings = tuple(listing for row in rows if (listing := _listing(told.listings, row, seen)) is not None)
    silent = tuple(
        f"{name} ({field}) finds nothing" for name, field in told.listings.fields().items() if rows and not seen[name]
    )
    return Page(listings, len(rows), following, tuple(links), silent)


def _parsed(body: bytes, content_type: str | None) -> html.HtmlElement:
    _, text = html_to_unicode(content_type, body)
    try:
        return html.document_fromstring(text.replace("\0", "").encode(), html.HTMLParser(encoding="utf-8"))
    except etree.ParserError as fault:  # lxml's word for a page without any element
        raise ReaderError("the page holds nothing; expected HTML") from fault


@lru_cache(maxsize=256)
def _compiled(path: str) -> etree.XPath:
    return etree.XPath(path)


def _found(selector: Selector, element: html.HtmlElement) -> list[Any]:
    """Return the elements or texts a selector finds; a count or a truth counts as what it says in words."""
    try:
        found = _compiled(selector.path)(element)
    except etree.XPathError as fault:
        raise ReaderError(f"the selector {selector} cannot be applied ({fault})") from fault
    return found if isinstance(found, list) else [found] if found not in ("", False) else []


def _led_to(link: Link, tree: html.HtmlElement, address: str, kind: str) -> list[str]:
    targets = list(_targets(link, tree, address))
    if not targets and not link.may_be_absent:
        raise ReaderError(
            f"the selector of links to the kind {link.to!r} ({link}) finds no link on this page of the kind {kind!r}"
        )
    return targets


def _targets(selector: Selector, tree: html.HtmlElement, address: str) -> Iterator[str]:
    """Yield addresses of the web: of an element its ``href``, of an attribute what it says."""
    base = next((one.get("href") for one in tree.iter("base") if one.get("href")), "")
    for one in _found(selector, tree):
        stated = one.get("href") if isinstance(one, html.HtmlElement) else text_of(one)
        try:
            target = urldefrag(urljoin(urljoin(address, base), (stated or "").strip())).url
            if stated and urlsplit(target).scheme in {"http", "https"}:
                yield target
        except ValueError:  # brackets that enclose no address
            continue


def _texts(field: Words, row: html.HtmlElement) -> list[str]:
    """Return a field's texts in an entry, without empty ones and those its pattern does not meet."""
    texts = []
    for one in _found(field, row):
        said = one.text_content() if isinstance(one, html.HtmlElement) else text_of(one) or ""
        text = " ".join(said[:_TEXT_MOST].split())
        if field.pattern is not None:
            met = re.search(field.pattern, text)
            text = "" if met is None else (met.group(1) or "" if met.re.groups else met.group())
        parts = text.split(field.separator) if isinstance(field, ListOfWords) and field.separator else [text]
        texts += [clean for part in parts if (clean := part.strip())]
    return texts


def _listing(told: Listings, row: html.HtmlElement, seen: Counter[str]) -> RawListing | None:
    """Return an entry as a listing, ``None`` where it lacks what is needed; count the fields that say something."""
    fields = told.fields()
    texts = {name: _texts(field, row) for name, field in fields.items()}
    seen.update(name for name, said in texts.items() if said)
    if not texts["name"] or any(field.is_needed and not texts[name] for name, field in fields.items()):
        return None
    first = {name: said[0] for name, said in texts.items() if said}
    is_person = told.kind == "person" and (told.organisation is None or not _found(told.organisation, row))
    given, family = _person_name(first["name"]) if is_person else (None, None)
    place = {name: first[name] for name in _PLACE if name in first}
    point = {name: number_of(first[name]) for name in _POINT if name in first}
    facts, events = _facts(fields, first)
    lists: dict[str, tuple[str, ...]] = {
        kept: tuple(dict.fromkeys(texts[name])) for name, kept in _LISTS.items() if name in texts
    }
    day = _day(first.get("listed_on"), told.listed_on)
    if "listed_on" in first and day is None:
        events.append(f"listed_on:{first['listed_on']}")
    lists["terms"] = (*lists.get("terms", ()), *events)
    return RawListing(
        source_id=first.get("identifier")
        or identifier_of(first["name"], first.get("street"), first.get("postal_code"), first.get("city")),
        kind="person" if is_person else "organisation",
        npi=first.get("npi"),
        given_name=given,
        family_name=family,
        organisation_name=None if is_person else first["name"],
        locations=(RawLocation(**place, **point),) if place or point else (),  # type: ignore[arg-type]
        listed_on=day,
        **lists,  # type: ignore[arg-type]
        **facts,  # type: ignore[arg-type]
    )


def _person_name(stated: str) -> tuple[str | None, str | None]:
    """Return given and family name, without titles before and degrees after the name."""
    words = _TITLE.sub("", stated.partition(",")[0], count=1).split()
    return (words[0] if len(words) > 1 else None), (words[-1] if words else None)


def _facts(fields: dict[str, Words], first: dict[str, str]) -> tuple[dict[str, bool], list[str]]:
    """Return what is said with yes or no, and the words that are neither: terms nobody knows, so that they count."""
    facts: dict[str, bool] = {}
    events: list[str] = []
    for name in _FACTS:
        field, word = fields.get(name), first.get(name)
        if not isinstance(field, YesOrNo) or word is None:
            continue
        if word.casefold() in {one.casefold() for one in field.yes}:
            facts[name] = True
        elif word.casefold() in {one.casefold() for one in field.no}:
            facts[name] = False
        else:
            events.append(f"{name}:{word}")
    return facts, events


def _day(stated: str | None, field: Day | None) -> dt.date | None:
    if stated is None or field is None:
        return None
    try:
        return dt.datetime.strptime(stated, field.form).replace(tzinfo=dt.UTC).date()
    except ValueError:
        return None
