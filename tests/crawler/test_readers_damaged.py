"""A damaged response is read as far as it goes or is a ReaderError; no other fault comes out of a reader."""

import contextlib
import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saved_pages import saved

from crawler.cleaning import Cleaner
from crawler.readers import fhir, findtreatment, json_ld, nppes
from crawler.readers.raw import RawListing, ReaderError
from crawler.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()
JUNK = [None, "", "--", 0, -1.5, 1e400, True, [], {}, [None], [[]], [{}], {"a": 1}, "x", ["x"], "\ud800", "9" * 400]


def linked_data() -> list[object]:
    page = saved("json_ld_site", "list_page", "response.html").decode()
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return [json.loads(script) for script in scripts[1:]]


def read_linked_data(body: bytes) -> json_ld.Page:
    page = b'<script type="application/ld+json">' + body.replace(b"</", b"<\\/") + b"</script>"
    return json_ld.read_page(page, "https://therapists.example/")


READERS: dict[str, tuple[Any, Callable[[bytes], Any]]] = {
    "nppes older": (json.loads(saved("nppes_api", "older_shape")), nppes.read_page),
    "nppes newer": (json.loads(saved("nppes_api", "newer_shape")), nppes.read_page),
    "fhir": (json.loads(saved("plan_net", "whole_role")), fhir.read_bundle),
    "fhir gaps": (json.loads(saved("plan_net", "gaps")), fhir.read_bundle),
    "findtreatment": (json.loads(saved("findtreatment", "live_answer")), findtreatment.read_json),
    "json_ld": (linked_data(), read_linked_data),
}


def places_in(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places_in(one, (*path, key))


def damaged(whole: object, path: tuple[str | int, ...], junk: object) -> object:
    copy = deepcopy(whole)
    inner: Any = copy
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = junk
    return copy


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=150)
@given(chosen=st.data())
def test_damage_is_survived_or_named(name: str, chosen: st.DataObject) -> None:
    whole, read = READERS[name]
    path = chosen.draw(st.sampled_from(list(places_in(whole))))
    body = json.dumps(damaged(whole, path, chosen.draw(st.sampled_from(JUNK)))).encode()
    listings: tuple[RawListing, ...] = ()
    with contextlib.suppress(ReaderError):
        listings = read(body).listings
    cleaner = Cleaner("damaged", dt.date(2026, 1, 31), VOCABULARY)
    kept = sum(cleaner.clean(listing) is not None for listing in listings)
    assert kept + cleaner.tally.drops.total() == len(listings)
