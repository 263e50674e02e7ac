"""``therapygap describe``: the data dictionary."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from analysis.store import dictionary
from analysis.study import StudyError
from analysis.tables import TABLES


def describe(
    table: Annotated[str | None, typer.Argument(help="A table; without it all are listed.")] = None,
) -> None:
    """Say what each table promises, column by column."""
    if table is not None and table not in TABLES:
        raise StudyError(f"there is no table {table!r}; the tables are {', '.join(TABLES)}.")
    console = Console()
    if table is not None:
        text = dictionary([TABLES[table]])
        console.print(Markdown(text)) if console.is_terminal else typer.echo(text)
        return
    for promise in TABLES.values():
        kept = "" if promise.is_public else "  (restricted)"
        typer.echo(f"{promise.name:<10} one row is {promise.row}; key {', '.join(promise.key)}{kept}")
