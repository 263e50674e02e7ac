"""``therapygap explain-match``: why two listings are, or are not, taken for one therapist or clinic."""

from pathlib import Path
from typing import Annotated

import typer

from analysis.providers.linkage import explain, link_models, outcome, read_models
from analysis.providers.linkage.explain import Explanation
from analysis.providers.linkage.weights import LinkageError
from analysis.study import read_study
from cli.build import crawl_of
from cli.console import say, steps
from cli.places import WORK


def explain_match(
    study_file: Annotated[Path, typer.Argument(metavar="STUDY.toml", help="The study whose listings they are.")],
    one: Annotated[str, typer.Argument(metavar="A", help="A listing, as SOURCE/IDENTIFIER.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    *,
    inputs: Annotated[Path | None, typer.Option(help="Folder below which the study's public files lie.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the build; default work/tables/<study>.")] = None,
) -> None:
    """Explain why two listings are, or are not, linked: what was compared and how much it told. Names are not shown."""
    study = read_study(study_file)
    keys = [_key(stated) for stated in (one, other)]
    with steps("explain") as tell:
        tell("reading listings")
        crawls = [crawl_of(directory, inputs) for directory in study.directories]
        records = [record for crawl in crawls for record in crawl.records()]
        build = out or WORK.tables / study_file.stem
        models = read_models(build)
        if not models:
            tell(f"learning from {len(records):,} listings, since there is no build of the study")
        told = explain(records, keys[0], keys[1], models or link_models(records))
        ended = outcome(build, crawls, keys[0], keys[1]) if models else "There is no build of the study."
    _print(told)
    say(
        f"Groups of listings are joined while their mean probability is at least {study.linkage.threshold:g}, so two "
        f"may be one provider through others, or two in spite of each other. {ended}"
    )


def _key(stated: str) -> tuple[str, str]:
    source, _, identifier = stated.partition("/")
    if not source or not identifier:
        raise LinkageError(f"{stated!r} names no listing; expected SOURCE/IDENTIFIER, such as nppes_api/9000000015.")
    return source, identifier


def _print(told: Explanation) -> None:
    """Print an explanation as a table of bits."""
    rows = [("before anything is compared", "", told.beginning)]
    rows += [(one.comparison, one.level, one.bits) for one in told.told]
    wide, level = max(len(name) for name, *_ in rows), max(len(found) for _, found, _ in rows)
    for comparison, found, bits in rows:
        typer.echo(f"{comparison:<{wide}}  {found:<{level}}  {bits:+7.1f} bits")
    typer.echo(f"{'together':<{wide}}  {'':<{level}}  {told.bits:+7.1f} bits: probability {told.probability:.4f}")
