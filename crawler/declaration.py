"""An HTML directory described by a TOML file alone: whose it is, where its pages are and what stands where on them."""

import dataclasses
import datetime as dt
import hashlib
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from lxml import etree  # type: ignore[import-untyped]
from parsel.csstranslator import css2xpath
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from crawler.source import Expected, Source, SourceError

START = "start"
"""The kind of the pages to begin with; links give names to the others."""

EXAMPLE = "examples/directories/demonstration.toml"
_DIGEST_BYTES = 4
_MOST_PAGES, _MOST_DEPTH, _LEAST_DELAY = 20_000, 16, 2.0

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Selector(_Told):
    """Where something stands: ``css`` or ``xpath``; a mere text is ``css``."""

    css: str | None = None
    xpath: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, told: object) -> object:
        return {"css": told} if isinstance(told, str) else told

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.css is None) == (self.xpath is None):
            raise ValueError("give either css or xpath")
        try:
            etree.XPath(self.path)
        except (ValueError, SyntaxError, etree.XPathError) as fault:  # cssselect's word for a fault is a SyntaxError
            raise ValueError(f"{self} is no selector ({' '.join(str(fault).split())})") from fault
        return self

    @property
    def path(self) -> str:
        """The selector as XPath, from where it is applied."""
        return self.xpath if self.xpath is not None else str(css2xpath(self.css or ""))

    def __str__(self) -> str:
        return f"xpath {self.xpath!r}" if self.xpath is not None else f"css {self.css!r}"


class Link(Selector):
    """Links on pages of one kind that lead to pages of another; none on a page is a fault unless they may be absent."""

    on: Kind = START
    to: Kind
    may_be_absent: bool = False


class Words(Selector):
    """A field's text; of ``pattern`` the first group, or where it has none the whole match.

    ``is_needed``: an entry without it is not understood.
    """

    pattern: str | None = None
    is_needed: bool = False

    @field_validator("pattern")
    @classmethod
    def _is_pattern(cls, told: str | None) -> str | None:
        try:
            re.compile(told or "")
        except re.error as fault:
            raise ValueError(f"{told!r} is no regular expression ({fault})") from fault
        return told


class ListOfWords(Words):
    """A field of several texts: one an element found, each cut at ``separator`` where one is given."""

    separator: Annotated[str, StringConstraints(min_length=1)] | None = None


class YesOrNo(Words):
    """A field that says yes or no by the words given; nothing found is unknown, another word an event."""

    yes: tuple[Text, ...]
    no: tuple[Text, ...]


class Day(Words):
    """A field with a day, written by ``form`` in the signs of Python's ``strptime``."""

    form: Text = "%Y-%m-%d"


class Listings(_Told):
    """Which pages hold entries, each an element, and what is read of an entry. Nothing else on it is kept.

    ``empty`` finds something on a page that says it has no entries; without it a page without entries is a fault.
    ``organisation`` finds something in the entry of an organisation where ``kind`` is ``person``.
    """

    on: tuple[Kind, ...]
    rows: Selector
    empty: Selector | None = None
    kind: Literal["person", "organisation"] = "person"
    organisation: Selector | None = None
    name: Words
    identifier: Words | None = None
    npi: Words | None = None
    professions: ListOfWords | None = None
    terms: ListOfWords | None = None
    languages: ListOfWords | None = None
    licence_states: ListOfWords | None = None
    country: Words | None = None
    state: Words | None = None
    city: Words | None = None
    postal_code: Words | None = None
    street: Words | None = None
    phone: Words | None = None
    latitude: Words | None = None
    longitude: Words | None = None
    is_accepting: YesOrNo | None = None
    offers_online: YesOrNo | None = None
    is_online_only: YesOrNo | None = None
    is_active: YesOrNo | None = None
    listed_on: Day | None = None

    @field_validator("on", mode="before")
    @classmethod
    def _of_one(cls, told: object) -> object:
        return (told,) if isinstance(told, str) else told

    def fields(self) -> dict[str, Words]:
        """Return the fields described, by name."""
        told = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: field for name, field in told.items() if isinstance(field, Words)}


class Limits(_Told):
    """How far a crawl may go, within what holds for every described directory."""

    pages: Annotated[int, Field(gt=0, le=_MOST_PAGES)] = _MOST_PAGES
    depth: Annotated[int, Field(ge=0, le=_MOST_DEPTH)] = 4
    delay_seconds: Annotated[float, Field(ge=_LEAST_DELAY)] = _LEAST_DELAY


class Range(_Told):
    """How many listings the directory has, at least and at most, and how that is known."""

    least: Annotated[int, Field(ge=0)]
    most: int
    because: Text

    @model_validator(mode="after")
    def _is_range(self) -> Self:
        if self.most < self.least:
            raise ValueError(f"most is {self.most} and less than least, {self.least}")
        return self


class Declaration(_Told):
    """An HTML directory as its file describes it.

    Attributes
    ----------
    access
        How its owner lets it be crawled.
    start
        Pages to begin with, against ``address``, which may also be given with ``--address``.
    links, next
        Where pages lead; a next page is of the same kind as the one before.

    """

    title: Text
    publisher: Text
    licence: Text
    attribution: Text
    terms: Annotated[str, StringConstraints(pattern=r"^https?://")]
    read_on: dt.date
    access: Text
    address: Text | None = None
    start: Annotated[tuple[str, ...], Field(min_length=1)] = ("",)
    links: tuple[Link, ...] = ()
    next: Selector | None = None
    listings: Listings
    limits: Limits = Limits()
    expected: Range | None = None

    @model_validator(mode="after")
    def _leads_to_all_its_pages(self) -> Self:
        known = {START, *(link.to for link in self.links)}
        strange = {*self.listings.on, *(link.on for link in self.links)} - known
        if strange:
            raise ValueError(f"no link leads to pages of the kind {', '.join(map(repr, sorted(strange)))}")
        return self

    def __repr__(self) -> str:
        """Return the title with a mark that tells one description from another."""
        words = self.model_dump_json().encode()
        return f"{self.title!r} ({hashlib.blake2b(words, digest_size=_DIGEST_BYTES).hexdigest()})"


def read_declaration(file: Path) -> Declaration:
    """Read the description of a directory.

    Raises
    ------
    SourceError
        The file is absent, is not TOML, or describes no directory; all its faults are named at once.

    """
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as fault:
        raise SourceError(
            f"{str(file)!r} cannot be read ({fault.strerror or fault}); expected a TOML file that describes a "
            f"directory, such as {EXAMPLE}."
        ) from fault
    except ValueError as fault:  # not UTF-8 or not TOML
        said = " ".join(str(fault).split())
        raise SourceError(f"{str(file)!r} is not TOML ({said}); expected a file such as {EXAMPLE}.") from fault
    return declaration_of(told, str(file))


def declaration_of(told: dict[str, Any], where: str) -> Declaration:
    """Return what a file or an order says of a directory.

    Raises
    ------
    SourceError
        It describes no directory; all its faults are named at once.

    """
    try:
        return Declaration.model_validate(told)
    except ValidationError as faults:
        said = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in faults.errors()
        )
        raise SourceError(f"{where!r} describes no directory: {said}; see {EXAMPLE} for one that does.") from faults


def described(source: Source, told: Declaration) -> Source:
    """Return the source of described directories as this one of them."""
    return dataclasses.replace(
        source,
        publisher=told.publisher,
        title=told.title,
        licence=told.licence,
        attribution=told.attribution,
        terms=told.terms,
        read_on=told.read_on,
        access=told.access,
        address=told.address,
        pages=min(source.pages, told.limits.pages),
        depth=told.limits.depth,
        delay_seconds=max(source.delay_seconds, told.limits.delay_seconds),
        search={**source.search, "start": told.start, "declaration": told},
        expected=None if told.expected is None else Expected(**told.expected.model_dump()),
    )
