"""``therapygap crawl`` and ``crawls``: collect records from a directory, and list what was collected."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.console import COUNTS_SECONDS, NOT_TRUSTED, fail, say, steps
from cli.places import WORK
from crawler.comparison import by_field
from crawler.declaration import read_declaration
from crawler.retention import said_of, today, warning_of
from crawler.runner import CrawlOrder, all_crawls, plan
from crawler.runner import crawl as run_crawl
from crawler.source import known_sources


def crawl(  # noqa: PLR0913 - one parameter an option
    source: Annotated[str, typer.Argument(help=f"The directory, one of {', '.join(known_sources())}.")],
    *,
    states: Annotated[str, typer.Option(help="Postal codes of states, separated by commas.")] = "",
    area: Annotated[
        list[str] | None, typer.Option(help="ISO 3166 code such as AT-5 or DE (overpass); may be given again.")
    ] = None,
    address: Annotated[str | None, typer.Option(help="Address of the directory, where it has none of its own.")] = None,
    contact: Annotated[
        str | None, typer.Option(envvar="THERAPYGAP_CONTACT", help="Your e-mail or web page, told to the directory.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after about so many listings.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted crawl.")] = False,
    replay: Annotated[Path | None, typer.Option(help="Read saved responses in this folder, not the network.")] = None,
    save_responses: Annotated[bool, typer.Option("--save-responses", help="Keep every response for replay.")] = False,
    export: Annotated[
        Path | None, typer.Option(help="Read files instead: findtreatment, npd_bulk, nppes_file, overpass.")
    ] = None,
    site: Annotated[Path | None, typer.Option(help="TOML file that describes an HTML directory (declared).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be asked and stored, then stop.")] = False,
) -> None:
    """Collect records from a public directory, politely."""
    order = CrawlOrder(
        source=source,
        crawls=WORK.crawls,
        states=_codes(states),
        areas=_codes(",".join(area or ())),
        address=address,
        contact=contact,
        limit=limit,
        resume=resume,
        replay=replay,
        save_responses=save_responses,
        export=export,
        site=None if site is None else read_declaration(site),
    )
    if dry_run:
        for line in plan(order):
            typer.echo(line)
        return
    if (warning := warning_of(replay, today())) is not None:
        say(f"warning: {warning}")
    with steps(f"crawl {source}", COUNTS_SECONDS) as tell:
        done = run_crawl(
            order, lambda seen: tell(f"{seen.listings:,} listings, {seen.requests:,} requests, {seen.queue:,} waiting")
        )
    typer.echo(done.folder)
    if not done.verdict["trusted"]:
        fail("not to be trusted: " + " ".join(done.verdict["reasons"]))
        raise typer.Exit(NOT_TRUSTED)


def _codes(listed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code.strip().upper() for code in listed.split(",") if code.strip()))


def crawls(
    *,
    fields: Annotated[bool, typer.Option("--fields", help="Show how well each field is filled instead.")] = False,
) -> None:
    """List crawls with their verdicts, newest last."""
    found = all_crawls(WORK.crawls)
    if not found:
        say(f"no finished crawl lies in {str(WORK.crawls)!r}; run 'therapygap crawl SOURCE' or 'therapygap demo'.")
    if fields:
        for line in by_field([done.verdict for done in found], shutil.get_terminal_size().columns):
            typer.echo(line)
        return
    source, run = (max((len(done.verdict[name]) for done in found), default=0) for name in ("source", "run_id"))
    for done in found:
        said = done.verdict
        trust = "trusted" if said["trusted"] else "NOT TRUSTED: " + " ".join(said["reasons"])
        typer.echo(
            f"{said['source']:<{source}}  {said['run_id']:<{run}}  {said['records']:>9,} records  {trust}"
            f"{_change(said)}{said_of(done.folder, today())}"
        )


def _change(said: Mapping[str, Any]) -> str:
    """Return what changed since the last trusted crawl of the same question, where there was one."""
    change = said.get("change") or {}
    if "new" not in change:
        return ""
    counts = ", ".join(f"{change[kind]:,} {kind}" for kind in ("new", "gone", "changed"))
    return f"  ({counts} since {change['run_id']})"
