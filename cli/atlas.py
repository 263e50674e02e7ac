"""``therapygap atlas``: draw a build as one page."""

from pathlib import Path
from typing import Annotated

import typer

from cli.console import say
from cli.places import build_folder
from maps.atlas import draw


def atlas(
    build: Annotated[Path | None, typer.Argument(help="Folder of a build; default: the one finished last.")] = None,
    *,
    out: Annotated[Path | None, typer.Option(help="File to write; default atlas.html in the build.")] = None,
) -> None:
    """Draw a build's tables as one self-contained page."""
    folder = build_folder(build)
    file = draw(folder, out or folder / "atlas.html")
    say(f"{file.stat().st_size / 1e6:.2f} MB, opens without a network.")
    typer.echo(file)
