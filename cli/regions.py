"""``therapygap regions``: a user's own reporting regions, added once and then named by studies."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from analysis.regions.added import Addition, add, added_names, name_for, place_of, record_of, remove
from analysis.regions.findings import UnsoundError
from analysis.regions.people_source import BUNDLED
from analysis.regions.soundness import Columns, crs_of
from analysis.study import StudyError
from cli.console import WRONG_USE, counted, fail, say, steps
from cli.places import WORK

regions = typer.Typer(name="regions", help="Keep your own reporting regions: service areas, planning districts.")


@regions.command("add")
def add_regions(  # noqa: PLR0913 - one parameter an option
    file: Annotated[Path, typer.Argument(help="GeoPackage, GeoJSON, Shapefile (also zipped) or Parquet.")],
    *,
    region_id: Annotated[str, typer.Option("--id", metavar="COLUMN", help="Column with the id of each region.")],
    name: Annotated[str | None, typer.Option("--name", metavar="COLUMN", help="Column with names.")] = None,
    population: Annotated[
        str | None, typer.Option("--population", metavar="COLUMN", help="Column with people; else by overlay.")
    ] = None,
    state: Annotated[str | None, typer.Option("--state", metavar="COLUMN", help="Column with codes of states.")] = None,
    called: Annotated[str | None, typer.Option("--as", help="Name for studies; default the file's name.")] = None,
    layer: Annotated[str | None, typer.Option(help="Layer, where the file has several.")] = None,
    crs: Annotated[str | None, typer.Option(help="Coordinate system such as EPSG:4326, if the file says none.")] = None,
    people: Annotated[
        str | None,
        typer.Option(metavar="FILE", help=f"Polygons with people for the overlay; default {BUNDLED}, which ships."),
    ] = None,
    people_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of --people with people; default population.")
    ] = None,
    people_crs: Annotated[str | None, typer.Option(help="Coordinate system of --people, if it says none.")] = None,
    id_digits: Annotated[
        int | None, typer.Option(min=1, help="Length of ids that the file holds as numbers: zeros are put back.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Take gaps between regions for faults.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Replace regions of this name.")] = False,
) -> None:
    """Check a file of regions, tell every fault at once, and keep them for studies."""
    if population is not None and (people is not None or people_column is not None):
        raise StudyError("people come from the file (--population) or from other polygons (--people), not from both.")
    if people is None and (people_column is not None or people_crs is not None):
        raise StudyError("--people-column and --people-crs are about the file of --people; say that file too.")
    addition = Addition(
        file=file,
        name=name_for(called, file),
        columns=Columns(
            region_id=region_id,
            name=name,
            state=state,
            population=population,
            crs=crs_of(crs),
            id_digits=id_digits,
            strict=strict,
        ),
        layer=layer,
        people=people or BUNDLED,
        people_column=people_column or "population",
        people_crs=crs_of(people_crs, "--people-crs"),
        again=again,
    )
    try:
        with steps(f"regions {addition.name}") as tell:
            done = add(addition, WORK.root, dt.datetime.now(dt.UTC).date(), tell)
    except UnsoundError as unsound:
        _notes(unsound.notes)
        for fault in unsound.faults:
            fail(fault)
        raise typer.Exit(WRONG_USE) from unsound
    _notes(done.provenance["notes"])
    say(f"{done.name}: {counted(len(done.regions), 'region')}, {done.provenance['people']:,} people")
    typer.echo(place_of(WORK.root, done.name))


@regions.command("list")
def list_regions() -> None:
    """List the regions that were added, and how their people are known."""
    names = added_names(WORK.root)
    if not names:
        say(f"no regions were added to {str(WORK.root)!r}; add some with 'therapygap regions add FILE --id COLUMN'.")
    width = max(map(len, names), default=0)
    for name in names:
        try:
            record = record_of(place_of(WORK.root, name))
        except StudyError as fault:
            fail(str(fault))
            continue
        typer.echo(
            f"{name:<{width}}  {record['regions']:>7,} regions  {record['people']:>13,} people  "
            f"{record['people_from']['basis']:<8}  {record['on']}  {record['file']}"
        )


@regions.command("remove")
def remove_regions(name: Annotated[str, typer.Argument(help="Name under which they were added.")]) -> None:
    """Remove regions that were added; builds made of them stay."""
    say(f"removed: {remove(WORK.root, name)}")


def _notes(notes: list[str] | tuple[str, ...]) -> None:
    for note in notes:
        say(f"note: {note}")
