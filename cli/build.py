"""``therapygap build``: all tables of a study and its atlas."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from analysis import pipeline
from analysis.access.cluster import connected
from analysis.access.crew import Crew
from analysis.country import country
from analysis.store import new_build
from analysis.study import Directory, Study, read_study
from cli.console import NOT_TRUSTED, now_and_then, say, steps
from cli.places import WORK
from cli.trust import trusted
from crawler.policy import SourceError
from crawler.records import Crawl, open_crawl
from crawler.runner import CrawlOrder, latest
from crawler.runner import crawl as run_crawl
from maps.atlas import draw


def build(
    study_file: Annotated[Path, typer.Argument(metavar="STUDY.toml", help="The study file.")],
    *,
    inputs: Annotated[
        Path | None, typer.Option(help="Folder of the study's public files; default those 'therapygap fetch' got.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the build; default work/tables/<study>.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Use crawls that are not to be trusted.")] = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Dask scheduler (tcp://host:port) whose workers go through the pairs of origin and site, for studies "
            "too large for one machine; local:2 for two processes of this one.",
        ),
    ] = None,
) -> None:
    """Build all tables of a study, and its atlas."""
    study = read_study(study_file)
    country(study.country).check_states(study.states)
    crawls = trusted([crawl_of(directory, inputs) for directory in study.directories], accept=accept)
    place = out or WORK.tables / study_file.stem
    build_all(study, crawls, inputs or WORK.downloads, place, cluster)


def build_all(
    study: Study, crawls: Sequence[Crawl], inputs: Path | None, place: Path, cluster: str | None = None
) -> None:
    """Build tables and atlas into a folder that changes only when all is done, and print the folder.

    Parameters
    ----------
    study, crawls, inputs
        As :func:`analysis.pipeline.build` takes them.
    place
        The folder.
    cluster
        Address of a cluster whose workers go through the pairs.

    Raises
    ------
    typer.Exit
        With 3 where a check does not hold: the build is there, but not to be trusted.

    """
    with steps("build") as tell, new_build(place) as folder, _crew(cluster, place, tell) as crew:
        provenance = pipeline.build(study, crawls, inputs, folder, tell, WORK.root, crew)
        tell("drawing the atlas")
        draw(folder, folder / "atlas.html")
    counts = provenance["counts"]
    say(
        f"{counts['records_used']:,} of {counts['records_read']:,} listings used: {counts['providers']:,} providers at "
        f"{counts['sites']:,} sites in {counts['regions']:,} regions with {counts['people']:,} people."
    )
    for check in provenance["checks"]:
        say(f"{'holds' if check['holds'] else 'DOES NOT HOLD'}: {check['name']} ({check['detail']})")
    typer.echo(place)
    if not all(check["holds"] for check in provenance["checks"]):
        raise typer.Exit(NOT_TRUSTED)


@contextmanager
def _crew(cluster: str | None, place: Path, tell: Callable[[str], None]) -> Iterator[Crew | None]:
    """Give the workers of a cluster; what they answered is kept until the build is done, so that it can be resumed."""
    if cluster is None:
        yield None
        return
    tell(f"joining cluster {cluster}")
    folder = WORK.root / "cluster" / f"{place.name}-{sha256(str(place.resolve()).encode()).hexdigest()[:8]}"
    with connected(cluster) as client:
        yield Crew(client, folder, tell=now_and_then(tell))
    shutil.rmtree(folder, ignore_errors=True)


def crawl_of(directory: Directory, inputs: Path | None) -> Crawl:
    """Return the crawl a study names; a saved export is read as if it had been crawled."""
    if directory.export is None:
        if directory.crawl == "latest":
            return latest(WORK.crawls, directory.source)
        return open_crawl(WORK.crawls / directory.source / directory.crawl)
    if inputs is None:
        raise SourceError(
            f"the study reads the saved export {str(directory.export)!r} of {directory.source}; say with --inputs "
            "below which folder it lies."
        )
    order = CrawlOrder(source=directory.source, crawls=WORK.crawls, export=inputs / directory.export)
    with steps(f"read {directory.source}") as tell:
        return run_crawl(order, lambda progress: tell(f"{progress.listings:,} listings"))
