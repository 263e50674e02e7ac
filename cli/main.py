"""Entry of the command: global options, and every error as one sentence with its exit code."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from analysis.access.assemble import ConservationError
from analysis.access.cluster import AddressError
from analysis.access.crew import ClusterError
from analysis.access.partitions import BudgetError
from analysis.online.matching import MatchingError
from analysis.promise import TableError
from analysis.providers.geocode.engine import EngineError
from analysis.providers.geocode.own import GazetteerError
from analysis.providers.linkage.weights import LinkageError
from analysis.store import StoreError
from analysis.study import StudyError
from cli import atlas, build, calibrate, crawl, demo, describe, explain_match, fetch, forget, query, regions
from cli.console import DONE, FAULT, INTERRUPTED, NOT_TRUSTED, VOICE, WRONG_USE, fail
from cli.places import WORK
from cli.trust import UntrustedError
from crawler.policy import SourceError
from crawler.records import RecordError
from crawler.verdict import CrawlError
from demonstration.serve import DemonstrationError

_EXIT_CODES: dict[type[Exception], int] = {
    StudyError: WRONG_USE,
    SourceError: WRONG_USE,
    UntrustedError: NOT_TRUSTED,
    CrawlError: FAULT,
    RecordError: FAULT,
    TableError: FAULT,
    StoreError: FAULT,
    ConservationError: FAULT,
    AddressError: WRONG_USE,
    ClusterError: FAULT,
    BudgetError: WRONG_USE,
    MatchingError: FAULT,
    EngineError: FAULT,
    GazetteerError: WRONG_USE,
    LinkageError: WRONG_USE,
    query.QueryError: WRONG_USE,
    DemonstrationError: WRONG_USE,
}

_ERRORS: tuple[type[Exception], ...] = (*_EXIT_CODES, OSError)

app = typer.Typer(
    name="therapygap",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Where people who need psychotherapy are out of reach of a therapist, and where online therapy would help.",
    epilog="Exit codes: 0 done, 1 a fault, 2 wrong use, 3 finished but not to be trusted, 130 interrupted.",
)


@app.callback()
def options(
    context: typer.Context,
    *,
    work: Annotated[Path | None, typer.Option(help="Work folder; default data/work or THERAPYGAP_WORK.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback with an error.")] = False,
) -> None:
    """Take the options every verb shares."""
    VOICE.is_quiet, VOICE.is_debug = quiet, debug
    if work is not None:
        WORK.root = work
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(WRONG_USE)


app.command()(demo.demo)
app.command()(crawl.crawl)
app.command()(crawl.crawls)
app.command()(forget.forget)
app.command()(fetch.fetch)
app.add_typer(regions.regions)
app.command()(build.build)
app.command("calibrate")(calibrate.calibrate_command)
app.command()(explain_match.explain_match)
app.command()(atlas.atlas)
app.command()(query.query)
app.command()(describe.describe)


def run() -> None:
    """Run the command and leave with its exit code; an error is one sentence, with ``--debug`` a traceback."""
    try:
        code = app(prog_name="therapygap", standalone_mode=False)
    except typer.Abort:
        code = INTERRUPTED
    except typer.TyperException as fault:
        fail(f"{fault.format_message().rstrip('.')}; see 'therapygap --help'.")
        sys.exit(WRONG_USE)
    except _ERRORS as fault:
        if VOICE.is_debug:
            raise
        sentence, code = _told(fault)
        fail(sentence)
        sys.exit(code)
    if code == INTERRUPTED:
        fail(
            "interrupted; finished results are untouched. A crawl goes on with --resume, a build on a cluster with the "
            "same command."
        )
    sys.exit(code if isinstance(code, int) else DONE)


def _told(fault: Exception) -> tuple[str, int]:
    """Return an error's sentence and exit code."""
    for kind, code in _EXIT_CODES.items():
        if isinstance(fault, kind):
            return str(fault), code
    if isinstance(fault, OSError):
        where = fault.filename or "a file"
        return f"{fault.strerror or fault}: {where}; check the path, permissions and free space.", FAULT
    raise fault
