"""What an order would do, said without doing it, and the order an interrupted crawl began with."""

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any, NoReturn, cast

from crawler.access import way_into
from crawler.exports import of_export
from crawler.folders import interrupted, run_id_of
from crawler.order import CrawlOrder, Question, checked, read_order
from crawler.preview import robots_answer
from crawler.replay import KEPT_DAYS, kept_until
from crawler.retention import today, warning_of
from crawler.settings import settings_of
from crawler.source import SourceError, asked_sources, read_source
from crawler.spiders import spider_of


def gone_on(order: CrawlOrder, folder: Path) -> tuple[CrawlOrder, str]:
    """Return the order an interrupted crawl began with; what is asked now must not say otherwise."""
    begun, started_at = read_order(folder)
    for name in ("states", "areas", "address", "limit", "replay", "site"):
        wanted, was = getattr(order, name), getattr(begun, name)
        if wanted and wanted != was:
            raise SourceError(
                f"the interrupted crawl {run_id_of(folder)} of {order.source} asked for {name} {was!r}, not "
                f"{wanted!r}; go on with the same or crawl without --resume."
            )
    return dataclasses.replace(begun, crawls=order.crawls, contact=order.contact or begun.contact), started_at


def can_be_asked(order: CrawlOrder) -> None:
    """Say so where a directory gives files only."""
    if read_source(order.source).name not in asked_sources():
        raise SourceError(
            f"{order.source} is not asked over the network but read from files; download them and say with --export "
            "where they are."
        )


def plan(order: CrawlOrder) -> list[str]:
    """Say what an order would ask and store, without asking anything but robots.txt.

    Raises
    ------
    SourceError
        The order asks for what cannot be asked.

    """
    if order.export is not None:
        question, export, _ = of_export(order)
        states = f" for {', '.join(order.states)}" if order.states else ""
        asks = [f"reads: {export}{states}, nothing over the network"]
    else:
        can_be_asked(order)
        if order.resume:
            order, _ = gone_on(order, interrupted(order.crawls, read_source(order.source).name))
        question = checked(order, needs_contact=False)
        asks = _asks(question)
    source, end = question.source, "the last listing" if order.limit is None else f"about {order.limit:,} listings"
    return [
        f"directory: {source.title} ({source.publisher})",
        f"licence: {source.licence}" + (f"; terms: {source.terms}" if source.terms else ""),
        f"access: {source.access}",
        *asks,
        f"stops: after {end}" + (f", at latest after {source.pages:,} pages" if order.export is None else ""),
        f"stores: records with names and telephones for linkage, and a verdict, in {order.crawls / source.name / 'RUN'}"
        + (f"; every response, kept until {_until(question)}" if order.save_responses else "")
        + (
            f"; answers the directory lets be kept, for {KEPT_DAYS} days in .http_cache beside it"
            if question.is_live
            else ""
        ),
        f"note: {source.note}",
    ]


def _asks(question: Question) -> list[str]:
    """Say where a crawl asks, for what, how fast and by which name."""
    order, is_replay = question.order, question.replay is not None
    wanted = (*order.areas, *order.states)
    states = f" for {', '.join(wanted)}" if wanted else ""
    if is_replay:
        warning = warning_of(question.replay, today())
        said = f"reads: the responses in {question.replay}{states}, nothing over the network"
        return [said] if warning is None else [said, f"warning: {warning}"]
    settings = settings_of(question.source, question.policy, order.contact, Path(), is_replay=is_replay)
    speed = f"at most one every {settings['DOWNLOAD_DELAY']:g} s" if question.is_live else "as fast as it answers"
    needs = "; needs --contact before it may run" if question.is_live and order.contact is None else ""
    return [
        f"asks: {question.address}{states}",
        f"requests: {speed}, robots.txt obeyed, as {settings['USER_AGENT']!r}{needs}",
        f"robots: {_robots(question, question.address, settings['USER_AGENT'])}",
        *_elsewhere(question, settings["USER_AGENT"]),
        f"pages: {_pages(question)}",
    ]


def _pages(question: Question) -> str:
    """Say how many pages are expected: those asked for at first, and those that the expected records fill."""
    order, source = question.order, question.source

    def stop(fault: OSError) -> NoReturn:
        raise fault

    spider = spider_of(source.name)(
        source=source, policy=question.policy, spool=cast("Any", object()), address=question.address,
        states=order.states, areas=order.areas, stop=stop,
    )  # fmt: skip
    first = len(list(spider.first()))
    said = f"{first:,} to begin with; what they lead to is not known before they are read"
    expected, rows = question.expected, source.search.get("rows_a_page")
    if expected is None or not rows:
        return said
    least, most = (max(first, -(-count // rows)) for count in (expected.least, expected.most))
    records = f"the {expected.least:,} to {expected.most:,} records expected"
    return f"{said}; {least:,} to {most:,} full ones would hold {records}"


def _elsewhere(question: Question, user_agent: str) -> list[str]:
    """Say which other hosts are asked, as far as that is known before the first answer."""
    source = question.source
    way = way_into(source, question.address)
    said = []
    if way.kind == "token":
        asked = way.token_address.partition("?")[0]
        said += [f"asks for a token: {asked}", f"robots of the token's host: {_robots(question, asked, user_agent)}"]
    if "leads_to" in source.search:
        leads = source.search["leads_to"]
    elif source.is_one_site:
        return [*said, "leads to: no other host"]
    else:
        leads = "no other host, unless its next pages or redirects do"
    where = "this machine alone" if question.policy.is_local else "public hosts alone, whose robots.txt is asked first"
    return [*said, f"leads to: {leads}; {where}"]


def _robots(question: Question, address: str, user_agent: str) -> str:
    """Say what robots.txt says; nobody is asked by somebody who does not say who it is."""
    if question.is_live and question.order.contact is None:
        return "not asked without --contact"
    return robots_answer(address, user_agent).sentence


def _until(question: Question) -> dt.date:
    """Return until when responses saved today are kept: copies of kept ones no longer than those."""
    copied = None if question.replay is None else kept_until(question.replay)
    return copied or today() + dt.timedelta(days=KEPT_DAYS)
