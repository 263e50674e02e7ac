"""``therapygap fetch``: public datasets from their publishers, once."""

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from analysis.regions.fetchable import Fetchable, FetchError, chosen, fetchables, levels_of
from analysis.regions.fetching import Fetched, Way, record_of
from analysis.regions.fetching import fetch as fetch_one
from analysis.study import StudyError
from cli.console import COUNTS_SECONDS, FAULT, counted, fail, say, steps
from cli.places import WORK
from crawler.settings import USER_AGENT

_PAUSE_SECONDS = 2.0
"""Between two files of publishers."""
_CONTACT = re.compile(r"[^\s@()<>]+@[^\s@()<>]+\.[^\s@()<>]+|https?://[^\s()<>]+")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_SAID = {
    "there": "there since {on}",
    "found": "put there by hand, checked",
    "fetched": "fetched",
    "unchanged": "nothing newer than {on}",
    "renewed": "renewed",
}


def fetch(  # noqa: PLR0913 - one parameter an option
    country: Annotated[str, typer.Argument(help="The country, such as us, de or at; eu has what its countries share.")],
    *,
    level: Annotated[
        list[str] | None, typer.Option(help="us: county (default), zcta or tract; Europe: nuts3; may be given again.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Names of datasets, also with *, such as 'acs_*'; may be given again.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the catalogue and what is there, then stop.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody: check what is there.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Ask for newer files than those that are there.")] = False,
    contact: Annotated[
        str | None, typer.Option(envvar="THERAPYGAP_CONTACT", help="Your e-mail or web page, told to the publishers.")
    ] = None,
    mirror: Annotated[
        str | None, typer.Option(help="Ask this server instead, which has the files at host/path.")
    ] = None,
) -> None:
    """Download public datasets from their publishers, once, verified and kept by vintage."""
    known = fetchables(country)
    if listed:
        _list(known if not (level or only) else _chosen(known, level, only))
        return
    wanted = _chosen(known, level, only)
    if not wanted:
        raise StudyError("no dataset is both of that name and of that level; see --list.")
    is_local = mirror is not None and _host(mirror) in _LOOPBACK
    agent = USER_AGENT if offline or (is_local and contact is None) else f"{USER_AGENT} (+{_checked(contact)})"
    way = Way(user_agent=agent, mirror=mirror, offline=offline, again=again)
    failed = _fetch_all(wanted, way, pause_seconds=0.0 if offline or is_local else _PAUSE_SECONDS)
    if failed:
        fail(f"{counted(len(failed), 'dataset')} of {len(wanted)} not fetched: {', '.join(failed)}.")
        raise typer.Exit(FAULT)


def _fetch_all(wanted: Sequence[Fetchable], way: Way, pause_seconds: float) -> list[str]:
    """Fetch one after the other; return the names of those that failed, each of which was told."""
    failed = []
    is_first = True
    for one in wanted:
        is_there = one.place(WORK.downloads).is_file() and not way.again
        if not (is_there or is_first):
            time.sleep(pause_seconds)
        is_first = is_first and is_there
        try:
            done = _fetch(one, way)
        except FetchError as fault:
            fail(str(fault))
            failed.append(one.name)
            continue
        say(f"{one.name}: {_SAID[done.how].format(**done.record)}, {done.record['rows']:,} rows")
        typer.echo(done.file)
    return failed


def _fetch(one: Fetchable, way: Way) -> Fetched:
    with steps(f"fetch {one.name}", COUNTS_SECONDS) as tell:

        def told(there: int, total: int | None) -> None:
            of = "" if total is None else f" of {total / 1e6:,.1f}"
            tell(f"{there / 1e6:,.1f}{of} MB")

        return fetch_one(one, WORK.downloads, way, told)


def _chosen(known: Sequence[Fetchable], levels: Sequence[str] | None, only: Sequence[str] | None) -> list[Fetchable]:
    there = levels_of(known)
    strangers = set(levels or ()) - set(there)
    if strangers:
        raise StudyError(f"{min(strangers)!r} is no level; expected one of {', '.join(there)}.")
    names = [name.strip() for listed in only or () for name in listed.split(",") if name.strip()]
    return chosen(known, levels or (() if names else there[:1]), names)


def _host(mirror: str) -> str:
    try:
        parts = urlsplit(mirror)
        host = parts.hostname or ""
    except ValueError:  # brackets that enclose no address
        host = ""
    if not host or parts.scheme not in {"http", "https"}:
        raise StudyError(f"{mirror!r} is no mirror; expected an address that begins with https:// or http://.")
    return host


def _checked(contact: str | None) -> str:
    if contact is None:
        raise StudyError(
            "publishers would be asked without a contact; say with --contact or THERAPYGAP_CONTACT by which e-mail or "
            "web page they can reach you."
        )
    if not _CONTACT.fullmatch(contact):
        raise StudyError(f"{contact!r} is not a contact; expected an e-mail address or a web page.")
    return contact


def _list(datasets: Sequence[Fetchable]) -> None:
    width = max(len(one.name) for one in datasets)
    for one in datasets:
        place = one.place(WORK.downloads)
        size = f"{one.how.megabytes:>6,.1f} MB"
        typer.echo(
            f"{one.name:<{width}}  {','.join(one.how.levels):<17}  {one.how.edition:<9}  {size}  "
            f"{_state(one, place):<20}  {one.title}"
        )
    say(
        f"{counted(len(datasets), 'dataset')}; addresses, licences and more are in data/catalog/<name>.toml; "
        "'named only' is fetched when named with --only."
    )


def _state(one: Fetchable, place: Path) -> str:
    if place.is_file():
        record = record_of(place)
        return "there, not checked" if record is None else f"there, {record['on']}"
    if one.how.by_hand:
        return "by hand"
    return "named only" if one.how.only_when_named else "-"
