"""``therapygap forget``: leave out somebody who asked for it, and delete responses kept past their day."""

from typing import Annotated

import typer

from cli.console import counted, say
from cli.places import WORK
from crawler.opt_out import OptOut, erase
from crawler.retention import delete_expired, today
from crawler.runner import all_crawls
from crawler.source import SourceError, known_sources

_NPI_DIGITS = 10


def forget(
    *,
    npi: Annotated[list[str] | None, typer.Option(help="A National Provider Identifier; may be given again.")] = None,
    listing: Annotated[
        list[str] | None, typer.Option(metavar="SOURCE:ID", help="A listing as its directory identifies it.")
    ] = None,
    expired: Annotated[bool, typer.Option("--expired", help="Delete responses kept past their day.")] = False,
) -> None:
    """Leave out somebody who asked for it, now and later; or delete responses past their day."""
    if expired:
        if npi or listing:
            raise SourceError("--expired deletes responses and nobody's listings; say it without --npi and --listing.")
        _delete_expired()
        return
    identifiers = [*(_of_npi(one) for one in npi or ()), *(_of_listing(one) for one in listing or ())]
    if not identifiers:
        raise SourceError("say who asked to be left out, with --npi or --listing SOURCE:ID, or say --expired.")
    opt_out = OptOut.read(WORK.crawls).with_identifiers(identifiers)
    opt_out.write(WORK.crawls)
    erased = erase(all_crawls(WORK.crawls), opt_out)
    say(
        f"{counted(erased.listings, 'listing')} erased from {counted(erased.crawls, 'crawl')}; later crawls leave out "
        "who asked. Build again: earlier builds still count them."
    )
    for folder in erased.responses:
        say(f"saved responses may still show them: {folder}; delete the folder if you need no replay.")


def _delete_expired() -> None:
    gone = delete_expired(WORK.crawls, today())
    for folder in gone.responses:
        say(f"deleted: {folder}")
    kept = counted(len(gone.responses), "crawl"), counted(gone.cached, "cached answer")
    say(f"past their day and deleted: responses of {kept[0]}, {kept[1]}.")


def _of_npi(npi: str) -> str:
    if len(npi) != _NPI_DIGITS or not npi.isdecimal():
        raise SourceError(f"{npi!r} is not a National Provider Identifier; expected ten digits.")
    return f"npi:{npi}"


def _of_listing(listing: str) -> str:
    source, _, identifier = listing.partition(":")
    if source not in known_sources() or not identifier:
        raise SourceError(
            f"{listing!r} is not a listing; expected SOURCE:ID with one of {', '.join(known_sources())} as the source."
        )
    return listing
