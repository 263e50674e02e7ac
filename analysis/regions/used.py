"""Which datasets among a study's figures say something of its regions: the provenance names no others."""

from collections.abc import Iterable, Sequence

from analysis.country import Country
from analysis.regions.catalog import Dataset
from analysis.regions.figures import given_by
from analysis.regions.origins import Ground
from analysis.regions.published import LAND, PAIRS, PEOPLE, Figures
from analysis.study import StudyError

_CHANGES = "tract_changes"


def refuse_silent(datasets: Sequence[Dataset], figures: Sequence[Figures]) -> None:
    """Refuse a dataset among the figures that no study could use there.

    Raises
    ------
    StudyError
        Names the first that gives no indicator, people, land, pairs or changes of tracts.

    """
    speaking = {one.dataset for one in figures if given_by(one) or _counts_people(one) or _tells_land(one)}
    for one in datasets:
        if one.name not in speaking and one.reader not in {*PAIRS, _CHANGES}:
            raise StudyError(
                f"dataset {one.name!r} ({one.entry['title']}) among the figures gives no indicator, no people and no "
                "land, nor says how figures go from place to place; leave it out, or name the dataset that was meant."
            )


def used(
    datasets: Sequence[Dataset], figures: Sequence[Figures], ground: Ground, country: Country, pairs: Iterable[str]
) -> list[Dataset]:
    """Return the datasets among the figures that can say something of the study's regions; ``pairs`` names those told.

    One whose every figure stands behind another's is among them; one of a unit that the study does not have is not.
    """
    serving = [one for one in figures if _serves(one, ground, country)]
    names = {*pairs, *(one.dataset for one in serving)}
    changes = [one.name for one in datasets if one.reader == _CHANGES][:1]  # the first is taken
    if any(one.keyed.changes is not None for one in serving):
        names.update(changes)
    return [one for one in datasets if one.name in names]


def _serves(one: Figures, ground: Ground, country: Country) -> bool:
    keyed = one.keyed
    if given_by(one) and keyed.unit in ground.vintages:
        return True
    if keyed.unit == country.type_unit:
        return _counts_people(one) or _tells_land(one)
    is_of_regions = keyed.unit == ground.unit
    return is_of_regions and (_counts_people(one) or (keyed.vintage == ground.vintage and _tells_land(one)))


def _counts_people(one: Figures) -> bool:
    return one.reader in PEOPLE and "population" in one.keyed.table


def _tells_land(one: Figures) -> bool:
    return any(name in one.keyed.table for name in LAND)
