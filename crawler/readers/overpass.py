"""Read OpenStreetMap: the JSON of the Overpass API, and the GeoJSON its web page exports.

Most names on the map of practices are those of people, so no name is read but that of a clinic or hospital, and not
even that where it carries a person's title. E-mails, operators and descriptions are never read.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from crawler.readers.raw import RawListing, RawLocation, ReaderError, number_of, object_of, text_of
from crawler.source import SourceError

_WORDS_FILE = Path(__file__).resolve().parents[1] / "sources" / "overpass.toml"
_KINDS = frozenset({"node", "way", "relation"})
_LISTED = re.compile("[;,]")
_LANGUAGE = "language:"
_AREA = re.compile("[A-Z]{2}(-[A-Z0-9]{1,3})?")
_PERSON = re.compile(r"\b(dr|prof|mag|dipl|med|univ|frau|herr|mrs?|ms|mme|bsc|msc|phd|psyd|md|ma)\b", re.IGNORECASE)
_PHONES = ("phone", "contact:phone", "mobile", "contact:mobile")

_EXPECTED = "Expected elements or features"

Tags = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """One answer: its listings, and how many things on the map it holds."""

    listings: tuple[RawListing, ...]
    rows: int


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(_WORDS_FILE.read_text(encoding="utf-8"))


def read_answer(body: bytes, country: str, state: str | None = None) -> Page:
    """Read one answer; things that do not say in which country they are stand in the one that was asked for.

    Raises
    ------
    ReaderError
        The server gave up half-way (it does so with HTTP status 200), does not know the area, or the answer is neither
        of the two forms.

    """
    things = _things(body, "The map's answer")
    listings = [_listing(*thing, country, state) for thing in things if thing is not None]
    return Page(tuple(listings), len(things))


def read_export(file: Path) -> Iterator[RawListing | None]:
    """Read a saved export: the GeoJSON of the map's export page, or an answer of the API.

    What is no thing on the map is ``None``. Things that do not say in which country they are stand in the one all
    others name; where these name several, or none does, nobody knows it, and they are ``None`` too.

    Raises
    ------
    ReaderError
        The file is neither of the two forms, or an answer in which the server gave up.

    """
    things = _things(file.read_bytes(), str(file))
    named = {text_of(thing[1].get("addr:country")) for thing in things if thing is not None} - {None}
    country = named.pop() if len(named) == 1 else None
    for thing in things:
        known = None if thing is None else text_of(thing[1].get("addr:country")) or country
        yield None if thing is None or known is None else _listing(*thing, known, None)


def _things(body: bytes, where: str) -> list["Thing | None"]:
    """Return the things an answer or an export holds; ``None`` for what is none."""
    try:
        answer = json.loads(body)
    except ValueError as fault:
        raise ReaderError(f"{where} is not JSON ({fault}); it begins {body[:60]!r}. {_EXPECTED}.") from fault
    if not isinstance(answer, dict):
        raise ReaderError(f"{where} is a {type(answer).__name__}; {_EXPECTED.lower()}.")
    if isinstance(answer.get("features"), list):
        return [_of_feature(feature) for feature in answer["features"]]
    return list(_of_elements(answer))


def areas_of(areas: tuple[str, ...], states: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ISO 3166 codes an order names: as areas, and as states of the United States.

    Raises
    ------
    SourceError
        It names none, or what is no such code.

    """
    wrong = [area for area in areas if not _AREA.fullmatch(area)]
    if wrong:
        raise SourceError(
            f"{wrong[0]!r} is no area; expected ISO 3166 codes of countries or their divisions, such as AT or AT-5."
        )
    asked = tuple(dict.fromkeys((*areas, *(f"US-{state}" for state in states))))
    if not asked:
        raise SourceError(
            "the map is asked area by area; say which with --area, such as --area AT-5, or with --states."
        )
    return asked


Thing = tuple[str, Tags, float | None, float | None]
"""Identifier, tags, latitude and longitude of a thing on the map."""


def _of_elements(answer: dict[str, Any]) -> Iterator[Thing | None]:
    """Yield the elements of the API's own answer."""
    remark = text_of(answer.get("remark"))
    if remark and "error" in remark.casefold():
        raise ReaderError(f"The map's server gave up: {remark:.200}; ask for a smaller area.")
    elements = answer.get("elements")
    if not isinstance(elements, list):
        raise ReaderError(f"The map's answer has no elements but {sorted(answer)[:12]}; expected elements or features.")
    if not elements:
        raise ReaderError("The map's answer does not even hold the area; expected one with that ISO 3166 code.")
    for element in elements:
        kind = text_of(object_of(element).get("type"))
        if kind == "area":
            continue
        place = object_of(element) if kind == "node" else object_of(object_of(element).get("center"))
        number = text_of(object_of(element).get("id"))
        if kind not in _KINDS or number is None:
            yield None
        else:
            point = number_of(place.get("lat")), number_of(place.get("lon"))
            yield f"{kind}/{number}", object_of(element.get("tags")), *point


def _of_feature(feature: object) -> Thing | None:
    """Return a feature of an export, an outline by the middle of its box."""
    tags = object_of(object_of(feature).get("properties"))
    source_id = text_of(tags.get("@id")) or text_of(object_of(feature).get("id"))
    if source_id is None:
        return None
    points = list(_points(object_of(object_of(feature).get("geometry")).get("coordinates")))
    if not points:
        return source_id, tags, None, None
    longitudes, latitudes = [point[0] for point in points], [point[1] for point in points]
    return source_id, tags, _middle(latitudes), _middle(longitudes)


def _points(coordinates: object) -> Iterator[tuple[float, float]]:
    """Yield the corners of any geometry: pairs of longitude and latitude, however deep they lie."""
    if not isinstance(coordinates, list):
        return
    pair = [number for one in coordinates[:2] if not isinstance(one, str) and (number := number_of(one)) is not None]
    if len(pair) > 1:
        yield pair[0], pair[1]
        return
    for inner in coordinates:
        yield from _points(inner)


def _middle(numbers: list[float]) -> float:
    return round((min(numbers) + max(numbers)) / 2, 7)


def _listing(
    source_id: str, tags: Tags, latitude: float | None, longitude: float | None, country: str, state: str | None
) -> RawListing:
    words = _words()
    kinds = [kind for key in ("healthcare", "amenity") for kind in _listed(tags.get(key))]
    is_organisation = any(kind in words["kinds"]["organisations"] for kind in kinds)
    stated = dict.fromkeys(_listed(tags.get("healthcare:speciality")))
    stated |= {kind: None for kind in kinds if kind not in words["kinds"]["unspecific"]}
    professions = tuple(words["professions"][one] for one in stated if one in words["professions"])
    terms = tuple(one.replace("_", " ") for one in stated if one not in words["professions"])
    return RawListing(
        source_id=source_id,
        kind="organisation" if is_organisation else "person",
        organisation_name=_name(tags) if is_organisation else None,
        terms=terms,
        profession_terms=tuple(dict.fromkeys(professions)),
        languages=tuple(_languages(tags)),
        locations=(_location(tags, latitude, longitude, country, state),),
    )


def _listed(stated: object) -> list[str]:
    """Return the parts of a list, by semicolons as the map's makers wish or by commas as some write."""
    return [part.strip().casefold() for part in _LISTED.split(text_of(stated) or "") if part.strip()]


def _name(tags: Tags) -> str | None:
    name = text_of(tags.get("name"))
    return None if name is None or _PERSON.search(name) else name


def _languages(tags: Tags) -> Iterator[str]:
    """Yield languages, each of which has its own tag; one that is said not to be spoken is not."""
    for key, stated in tags.items():
        if key.startswith(_LANGUAGE) and text_of(stated) not in {None, "no"}:
            yield key.removeprefix(_LANGUAGE)


def _location(
    tags: Tags, latitude: float | None, longitude: float | None, country: str, state: str | None
) -> RawLocation:
    stated = text_of(tags.get("addr:country"))
    lines = (text_of(tags.get("addr:street")), text_of(tags.get("addr:housenumber")))
    phones = (part.strip() for key in _PHONES for part in (text_of(tags.get(key)) or "").split(";"))
    return RawLocation(
        country=stated or country,
        state=text_of(tags.get("addr:state")) or (state if stated in {None, country} else None),
        city=text_of(tags.get("addr:city")),
        postal_code=text_of(tags.get("addr:postcode")),
        street=" ".join(line for line in lines if line) or None,
        phone=next((phone for phone in phones if phone), None),
        latitude=latitude,
        longitude=longitude,
    )
