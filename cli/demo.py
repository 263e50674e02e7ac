"""``therapygap demo``: crawl the bundled demonstration directories over HTTP, measure, draw. No network needed."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer

from analysis.reference import DATA
from analysis.study import read_study
from cli.build import build_all
from cli.console import COUNTS_SECONDS, say, steps
from cli.places import WORK
from cli.trust import trusted
from crawler.records import Crawl
from crawler.runner import CrawlOrder, Progress
from crawler.runner import crawl as run_crawl
from demonstration.serve import Demonstration, served

STUDY_FILE = DATA.parent / "examples" / "demonstration.toml"


def demo(
    *,
    therapists: Annotated[int, typer.Option(min=500, help="How many therapists to invent.")] = 40_000,
    seed: Annotated[int, typer.Option(help="Seed of the invention.")] = 20261124,
) -> None:
    """Crawl three invented directories, measure, draw."""
    began = time.monotonic()
    study = read_study(STUDY_FILE)
    say("Three directories of invented therapists over the real population are served on this machine.")
    with served(seed=seed, therapists=therapists) as directories:
        crawls = _crawled(directories, study.states)
        for done in crawls:
            source = str(done.verdict["source"])
            say(
                f"{source}: {directories.served_listings[source]:,} listings served, {done.verdict['records']:,} read, "
                f"{'trusted' if done.verdict['trusted'] else 'NOT TRUSTED: ' + ' '.join(done.verdict['reasons'])}"
            )
    place = WORK.tables / STUDY_FILE.stem
    build_all(study, list(trusted(crawls, accept=False)), None, place)
    say(f"done in {time.monotonic() - began:.0f} seconds; open {place / 'atlas.html'} in a browser.")


def _crawled(directories: Demonstration, states: tuple[str, ...]) -> list[Crawl]:
    """Crawl the three directories side by side, each in its own process."""
    addresses = {
        "nppes_api": directories.addresses.registry,
        "json_ld_site": directories.addresses.site,
        "plan_net": directories.addresses.plan_net,
    }
    listings = dict.fromkeys(addresses, 0)
    with steps("crawl", COUNTS_SECONDS) as tell, ThreadPoolExecutor(len(addresses)) as pool:

        def seen(progress: Progress) -> None:
            listings[progress.source] = progress.listings
            tell(", ".join(f"{source} {count:,}" for source, count in listings.items()))

        orders = [
            CrawlOrder(source=source, crawls=WORK.crawls, states=states, address=address)
            for source, address in addresses.items()
        ]
        return list(pool.map(lambda order: run_crawl(order, seen), orders))
