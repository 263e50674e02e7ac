"""One crawl in a process of its own: ``python -m crawler.child`` reads the order on its input, tells on its output.

A reactor can be run once in a process and only in its main thread, so the caller never meets it. The process ends
when its input does, that is, when its parent is gone.
"""

import json
import os
import signal
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.utils.asyncio import AsyncioLoopingCall

from crawler.collect import judge, named
from crawler.folders import CACHE_FOLDER, alone_in, unwritable
from crawler.order import Question, as_plain, checked, order_of
from crawler.records import RecordError
from crawler.replay import RESPONSES_FOLDER, keep_question, kept_until
from crawler.settings import settings_of
from crawler.source import SourceError
from crawler.spiders import spider_of
from crawler.spool import Spool
from crawler.statistics import tell, write_stats
from crawler.verdict import CrawlError

PROGRESS_SECONDS = 0.25
_FAULT = 1


def _tell(**said: Any) -> None:  # noqa: ANN401 - whatever JSON can say
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def _give_up(sentence: str, kind: str = "CrawlError") -> NoReturn:
    """Say what is wrong and end at once: the journal is whole after every line, nothing else has to be saved."""
    _tell(error=sentence, kind=kind)
    os._exit(_FAULT)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(_FAULT)


class _Judge:
    """Judges a crawl when its last page has been read, before any extension of Scrapy hears that it is closed.

    Faults are kept and raised later: what is raised while a crawl is closed only lands in the log.
    """

    def __init__(self, folder: Path, question: Question, started_at: str, crawler: Crawler) -> None:
        self._folder, self._question, self._started_at, self._crawler = folder, question, started_at, crawler
        order, source = question.order, question.source
        self._limits = {"finished": "", "listings": f"{order.limit} listings", "pages": f"{source.pages:,} pages"}
        self._ended: str | None = None
        self._verdict: dict[str, Any] = {}
        self._fault: Exception | None = None

    def closed(self, reason: str) -> None:
        """Judge what was read, unless the crawl ended before its time."""
        self._ended = reason
        if reason not in self._limits:
            return
        try:
            self._verdict = judge(self._folder, self._question, self._started_at, self._limits[reason])
        except (OSError, ValueError) as fault:
            self._fault = fault
        else:
            tell(self._verdict, self._crawler.stats)

    def settled(self) -> None:
        """Write the counts beside the verdict, or raise what stood in its way."""
        name, log = self._question.source.name, self._folder / "crawl.log"
        if self._ended is None:
            raise CrawlError(f"the crawl of {name} could not begin; {log} says why.")
        if self._ended not in self._limits:
            raise CrawlError(
                f"the crawl of {name} ended before its time ({self._ended}); {log} says why, and what was read is "
                "kept: go on with --resume."
            )
        if self._fault is not None:
            raise self._fault
        if not self._verdict:
            raise CrawlError(
                f"the crawl of {name} could not be judged; {log} says why, and what was read is kept: go on with "
                "--resume."
            )
        write_stats(self._verdict, self._crawler.stats, self._folder)


class _Teller:
    """Tells how far the crawl is, a few times a second as long as it goes on."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._told: tuple[int, int, int] | None = None
        self._loop = AsyncioLoopingCall(self._now)

    def begin(self) -> None:
        self._loop.start(PROGRESS_SECONDS, now=True)

    def end(self) -> None:
        if self._loop.running:
            self._loop.stop()
        self._now()

    def _now(self) -> None:
        spool = self._spool
        reached = (spool.requests, spool.listings, spool.queue)
        if reached != self._told:
            self._told = reached
            _tell(requests=spool.requests, listings=spool.listings, queue=spool.queue)


def _crawled(question: Question, folder: Path, spool: Spool, started_at: str) -> None:
    """Read all pages, judge them, and write records, verdict and counts."""
    order, source = question.order, question.source
    saved = None
    if order.save_responses:
        saved = folder / RESPONSES_FOLDER
        site, until = as_plain(order)["site"], None if question.replay is None else kept_until(question.replay)
        keep_question(saved, source.name, question.address, order.states, site, areas=order.areas, until=until)
    cache = (folder.parent / CACHE_FOLDER).resolve()  # scrapy puts any other into a folder of its own choice
    settings = settings_of(source, question.policy, order.contact, cache, is_replay=question.replay is not None)

    def stop(fault: OSError) -> NoReturn:
        try:
            unwritable(fault, folder)
        except CrawlError as sentence:
            _give_up(str(sentence))

    process = AsyncCrawlerProcess(settings)
    crawler: Crawler = process.create_crawler(spider_of(source.name))
    teller = _Teller(spool)
    crawler.signals.connect(teller.begin, signal=signals.spider_opened, weak=False)
    crawler.signals.connect(teller.end, signal=signals.spider_closed, weak=False)
    verdict = _Judge(folder, question, started_at, crawler)
    crawler.signals.connect(verdict.closed, signal=signals.spider_closed, weak=False)
    process.crawl(
        crawler,
        source=source,
        policy=question.policy,
        spool=spool,
        address=question.address,
        states=order.states,
        areas=order.areas,
        most_listings=order.limit,
        saved=saved,
        replay=question.replay,
        stop=stop,
    )
    process.start(install_signal_handlers=False)
    verdict.settled()


def main() -> None:
    """Carry out the order on standard input."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C may end it anywhere; a page is written down whole or not
    told = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    folder = Path(told["folder"])
    try:
        with alone_in(folder):
            question = checked(order_of(told["order"]))
            with closing(Spool(folder)) as spool:
                _crawled(question, folder, spool, told["started_at"])
            done = named(folder)
    except OSError as fault:
        try:
            unwritable(fault, folder)
        except CrawlError as sentence:
            _give_up(str(sentence))
    except (CrawlError, RecordError, SourceError) as fault:
        _give_up(str(fault), type(fault).__name__)
    _tell(done=str(done))


if __name__ == "__main__":
    main()
