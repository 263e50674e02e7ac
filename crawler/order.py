"""What is ordered, checked before anything is asked: one sentence says what is wrong with an order."""

import dataclasses
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crawler.access import way_into
from crawler.declaration import EXAMPLE, Declaration, declaration_of, described
from crawler.policy import Policy, host_of, refused_domain
from crawler.readers.licences import check_dataset
from crawler.readers.overpass import areas_of
from crawler.replay import kept_question
from crawler.source import Expected, Source, SourceError, read_source, served_here
from crawler.states import states as known_states
from crawler.verdict import CrawlError

ORDER_FILE = "order.json"
_DESCRIBED = "declared"
_CONTACT = re.compile(r"[^\s@()<>]+@[^\s@()<>]+\.[^\s@()<>]+|https?://[^\s()<>]+")


@dataclass(frozen=True)
class CrawlOrder:
    """A crawl as its user wants it.

    Attributes
    ----------
    crawls
        Folder of all crawls; this one goes to ``<crawls>/<source>/<run_id>``.
    address
        Where the directory is, if not where its source file says.
    contact
        E-mail or web page of the user, told to the directory; needed unless the directory is on this machine.
    limit
        Stop after about so many listings; the crawl is then not to be trusted.
    replay
        Folder of saved responses to read instead of the network.
    export
        A saved export to read instead of the directory.
    site
        What describes the directory, where it is one that a file describes; kept whole, so that going on and reading
        again do not depend on the file.
    areas
        ISO 3166 codes of countries and their divisions, where the directory is asked area by area.

    """

    source: str
    crawls: Path
    states: tuple[str, ...] = ()
    address: str | None = None
    contact: str | None = None
    limit: int | None = None
    resume: bool = False
    replay: Path | None = None
    save_responses: bool = False
    export: Path | None = None
    site: Declaration | None = None
    areas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """An order that can be carried out: the directory, where exactly it is, and what may be asked of it."""

    order: CrawlOrder
    source: Source
    policy: Policy
    address: str
    replay: Path | None

    @property
    def expected(self) -> Expected | None:
        """How many listings must come: known only of the whole country, and of the directory's own address.

        An export is the whole country, unless only some states are wanted of it. A described directory is asked whole;
        its file may leave out the address.
        """
        order, source = self.order, self.source
        if order.site is not None:
            return source.expected if order.limit is None and source.address in {None, self.address} else None
        is_everything = order.export is not None and not order.states
        is_whole = is_everything or not set(known_states().fifty_and_dc) - set(order.states)
        is_own = order.export is not None or self.address == source.address
        return source.expected if is_whole and is_own and order.limit is None else None

    @property
    def is_live(self) -> bool:
        """Whether anybody else's machine is asked."""
        return not self.policy.is_local and self.replay is None and self.order.export is None


def checked(order: CrawlOrder, *, needs_contact: bool = True) -> Question:
    """Return what to ask.

    Raises
    ------
    SourceError
        The directory, a state or the address is not one that can be asked.
    CrawlError
        A live crawl without a contact.

    """
    source = read_source(order.source)
    replay = None
    if order.replay is not None:
        order, replay = _asked_again(order, source.name, order.replay)
    source = _described(order, source)
    _check_states(order, source)
    address = _address(order, source)
    if source.search.get("is_dataset"):
        check_dataset(address)
    _check_areas(order, source, address)
    policy = Policy.of(source, address)
    source = served_here(source) if policy.is_local else source
    if replay is None and order.export is None and (way := way_into(source, address)).kind != "open":
        source = dataclasses.replace(source, access=f"{source.access}; {way.said}")
    question = Question(order, source, policy, address, replay)
    if question.is_live and (needs_contact or order.contact is not None):
        _check_contact(order)
    return question


def _asked_again(order: CrawlOrder, source: str, folder: Path) -> tuple[CrawlOrder, Path]:
    """Return an order of a replay with what its saved responses answered, and the folder they are in."""
    kept = kept_question(folder, source)
    site = None if kept.site is None else declaration_of(kept.site, str(kept.folder))
    again = dataclasses.replace(
        order,
        address=order.address or kept.address,
        states=order.states or kept.states,
        areas=order.areas or kept.areas,
        site=order.site or site,
    )
    return again, kept.folder


def _described(order: CrawlOrder, source: Source) -> Source:
    if source.name != _DESCRIBED:
        if order.site is not None:
            raise SourceError(f"{source.name} is not described by a file; leave out --site, or crawl {_DESCRIBED}.")
        return source
    if order.site is None:
        raise SourceError(
            f"{source.name} is a directory that a file describes; say which with --site, such as --site {EXAMPLE}."
        )
    if order.states:
        raise SourceError(
            f"{source.name} is not asked state by state; leave out --states, and name the pages of the states you want "
            "under start in the file."
        )
    return described(source, order.site)


def _check_states(order: CrawlOrder, source: Source) -> None:
    codes = set(known_states().codes.values())
    for state in order.states:
        if state not in codes:
            raise SourceError(f"{state!r} is not a state; expected postal codes such as MT or WA.")
        for table in ("zip_prefixes", "state_ids"):
            if table in source.search and state not in source.search[table]:
                raise SourceError(f"{source.name} has no listings for {state!r}; leave that state out.")
    if source.search.get("is_of_one_state") and len(order.states) > 1:
        raise SourceError(
            f"{source.name} is of one state at a time, but --states names {', '.join(order.states)}; crawl each "
            "dataset with the state that issues its licences."
        )
    if source.asks_for == "states" and not order.states and order.export is None:
        raise SourceError(f"{source.name} is asked state by state; say which with --states, such as --states MT,WA.")


def _check_areas(order: CrawlOrder, source: Source, address: str) -> None:
    if not source.search.get("is_by_area"):
        if order.areas:
            raise SourceError(f"{source.name} is not asked area by area; leave out --area.")
    elif order.export is None:
        if any(name == "area" for name, _ in parse_qsl(urlsplit(address).query)):
            raise SourceError(
                f"the address {address!r} names an area; say it with --area instead, such as --area AT-5."
            )
        areas_of(order.areas, order.states)


def _address(order: CrawlOrder, source: Source) -> str:
    address = order.address or source.address
    if address is None and order.export is not None:
        return ""
    if address is None:
        raise SourceError(f"{source.name} has no address of its own; say with --address where the directory is.")
    if not _is_of_the_web(address):
        raise SourceError(f"{address!r} is not an address of the web; expected one such as https://directory.example/.")
    entry = refused_domain(host_of(address))
    if entry is not None:
        raise SourceError(f"{host_of(address)} is not crawled ({entry[1]}); see crawler/refused.toml.")
    return address


def _is_of_the_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(host_of(address)) and parts.port != 0
    except ValueError:  # brackets that enclose no address, or a port that is no port
        return False


def _check_contact(order: CrawlOrder) -> None:
    if order.contact is None:
        raise SourceError(
            f"{order.source} would be asked over the network without a contact; say with --contact or "
            "THERAPYGAP_CONTACT by which e-mail or web page its operator can reach you."
        )
    if not _CONTACT.fullmatch(order.contact):
        raise SourceError(f"{order.contact!r} is not a contact; expected an e-mail address or a web page.")


def write_order(order: CrawlOrder, folder: Path, started_at: str) -> None:
    """Write an order into the folder of its crawl, so that it can be gone on with."""
    (folder / ORDER_FILE).write_text(json.dumps(as_plain(order) | {"started_at": started_at}), encoding="utf-8")


def read_order(folder: Path) -> tuple[CrawlOrder, str]:
    """Read the order of an interrupted crawl and when it began.

    Raises
    ------
    CrawlError
        The folder lacks its order.

    """
    try:
        told = json.loads((folder / ORDER_FILE).read_text(encoding="utf-8"))
        return order_of(told), str(told["started_at"])
    except (OSError, ValueError, KeyError) as fault:
        raise CrawlError(f"{folder} does not say what was ordered; delete it and crawl again.") from fault


def as_plain(order: CrawlOrder) -> dict[str, Any]:
    """Return an order as JSON can say it."""
    plain = {
        field.name: str(told) if isinstance(told := getattr(order, field.name), Path) else told
        for field in dataclasses.fields(order)
    }
    return plain | {"site": None if order.site is None else order.site.model_dump(mode="json", exclude_none=True)}


def order_of(told: dict[str, Any]) -> CrawlOrder:
    """Return an order from what JSON said."""
    paths = {name: Path(told[name]) for name in ("crawls", "replay", "export") if told[name] is not None}
    areas = tuple(told.get("areas", ()))  # not asked for in older orders
    read_apart = {"site", "areas"}
    plain = {field.name: told[field.name] for field in dataclasses.fields(CrawlOrder) if field.name not in read_apart}
    site = None if told.get("site") is None else declaration_of(told["site"], ORDER_FILE)
    return CrawlOrder(**{**plain, **paths, "states": tuple(told["states"]), "areas": areas, "site": site})
