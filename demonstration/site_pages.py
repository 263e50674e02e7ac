"""The web pages of the invented directory, as bytes: plain HTML with the listings once more as linked data."""

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from demonstration.population import STATES
from demonstration.site_listings import Entry

NAME = "Therapists Example"
NOTICE = "Invented therapists, real population: nobody listed here exists."

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem;color:#1d2b36}"
    "header,footer{padding:.5rem 0;border-bottom:1px solid #c9d3da}footer{border:0;color:#4d5f6b}"
    ".notice{background:#fff3cd;padding:.5rem .75rem;border-radius:.4rem}"
    "ul.listings{list-style:none;padding:0}ul.listings li{padding:.75rem 0;border-bottom:1px solid #e3e9ed}"
    "h2{font-size:1.05rem;margin:0}.listings p{margin:.15rem 0}"
    ".tags{color:#335}.pages a{margin-right:1rem}a{color:#0b5a8a}"
)
_BROKEN = (
    '<script type="application/ld+json">{"@context":"https://schema.org","@type":"BreadcrumbList",'
    '"itemListElement":[{"@type":"ListItem","position":1,"name":"Therapists",}</script>'
)
"""One script that is not JSON, beside a good one: a reader that parses all at once loses the page."""


def _script(linked: dict[str, Any]) -> str:
    text = json.dumps({"@context": "https://schema.org", **linked}, separators=(",", ":"), ensure_ascii=False)
    return '<script type="application/ld+json">' + text.replace("</", "<\\/") + "</script>"


def _page(title: str, body: str, head: str = "") -> bytes:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} - {NAME}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<style>{_STYLE}</style>{head}</head><body><header><a href="/">{NAME}</a></header>'
        f'<main><p class="notice">{NOTICE}</p><h1>{escape(title)}</h1>{body}</main>'
        f'<footer><p>{NOTICE} <a href="/about">About</a></p></footer></body></html>'
    ).encode()


def _item(entry: Entry) -> str:
    name = escape(entry.name)
    heading = f'<a href="{entry.path}">{name}</a>' if entry.path else name
    tags = f'<p class="tags">{escape(", ".join(entry.tags))}</p>' if entry.tags else ""
    elsewhere = f'<p><a href="{entry.elsewhere}">Profile elsewhere</a></p>' if entry.elsewhere else ""
    note = f"<p>{entry.note}</p>" if entry.note else ""
    return f"<li><h2>{heading}</h2><p>{escape(entry.title)}, {escape(entry.place)}</p>{tags}{note}{elsewhere}</li>"


def home(counts: dict[str, int]) -> bytes:
    """Return the first page: one link a state."""
    links = "".join(
        f'<li><a href="/therapists/{state.lower()}/?page=1">{STATES[state]}</a> ({count:,} listings)</li>'
        for state, count in counts.items()
    )
    return _page("Find a therapist", f"<ul>{links}</ul>")


def about() -> bytes:
    """Return the page that says what this is."""
    return _page(
        "About",
        "<p>This directory is generated from a seed to show and test a crawler. Names are made of syllables, telephone "
        "numbers and web addresses are of the ranges kept free for fiction; ZIP codes and counties are real.</p>",
    )


def list_page(state: str, number: int, last: int, entries: Sequence[Entry]) -> bytes:
    """Return one page of a state's list; every seventh carries a broken script, every third an ``ItemList``."""
    base = f"/therapists/{state.lower()}/"
    head = f'<link rel="next" href="{base}?page={number + 1}">' if number < last else ""
    if number % 7 == 0:
        head += _BROKEN
    if number % 3 == 0:
        items = [
            {"@type": "ListItem", "position": position, "item": entry.linked_data}
            for position, entry in enumerate(entries, start=1)
        ]
        head += _script({"@type": "ItemList", "itemListElement": items})
    else:
        head += _script({"@graph": [entry.linked_data for entry in entries]})
    before = f'<a rel="prev" href="{base}?page={number - 1}">Previous</a>' if number > 1 else ""
    after = f'<a rel="next" href="{base}?page={number + 1}">Next</a>' if number < last else ""
    private = f'<p><a href="/private/waiting-list?state={state}&amp;page={number}">Waiting lists (members only)</a></p>'
    items_html = "".join(_item(entry) for entry in entries)
    pages = f'<p class="pages">{before}{after}</p>'
    body = f'<p>Page {number} of {last}</p><ul class="listings">{items_html}</ul>{pages}{private}'
    return _page(f"Therapists in {STATES[state]}", body, head)


def detail_page(entry: Entry, heading: str = "") -> bytes:
    """Return a listing's own page; a clinic has several, all with the same linked data."""
    more = ""
    if entry.path.startswith("/clinics/"):
        names = {"": "Clinic", "team": "Team", "contact": "Contact"}
        links = (f'<a href="{entry.path}{page}">{name}</a>' for page, name in names.items())
        more = f'<p class="pages">{"".join(links)}</p>'
    body = f'<ul class="listings">{_item(entry)}</ul>{more}'
    return _page(f"{entry.name}{heading}", body, _script(entry.linked_data))


def private_page() -> bytes:
    """Return a page robots.txt forbids: the listing on it is on no other page."""
    unseen = {
        "@type": "Person",
        "@id": "https://therapists.example/private/nobody",
        "name": "Nobody Shouldread",
        "jobTitle": "Psychologist",
    }
    return _page("Waiting lists", "<p>Members only.</p>", _script(unseen))


def robots(origin: str) -> bytes:
    """Return robots.txt."""
    return f"User-agent: *\nDisallow: /private/\nDisallow: /search\n\nSitemap: {origin}/sitemap.xml\n".encode()


def sitemap(origin: str, paths: Sequence[str]) -> bytes:
    """Return sitemap.xml."""
    places = "".join(f"<url><loc>{origin}{escape(path)}</loc></url>" for path in paths)
    opening = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return f'<?xml version="1.0" encoding="UTF-8"?>{opening}{places}</urlset>'.encode()
