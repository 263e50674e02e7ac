"""Counting levels: whom a study counts as a provider of mental-health care."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.promise import conform
from analysis.providers.hours import supply
from analysis.reference import professions
from analysis.study import LEVELS, Level
from analysis.tables import LEVELS_TABLE, SITES, SUPPLY


@dataclass(frozen=True)
class Counted:
    """Who counts at a level.

    Attributes
    ----------
    is_counted
        Of each of everybody found, in order; no where it is not known.
    unknown
        Of how many it is not known.
    sites, supply
        The promised tables of those who count.

    """

    is_counted: NDArray[np.bool_]
    unknown: int
    sites: pd.DataFrame
    supply: pd.DataFrame

    @property
    def providers(self) -> int:
        """How many count."""
        return int(self.is_counted.sum())


def is_at(level: Level, profession: str, *, is_chr: bool | None) -> bool | None:
    """Tell whether a provider counts at a level; ``None`` where that hangs on codes nobody listed.

    ``any``: everybody. ``psychotherapy``: professions that give psychotherapy, so neither prescribers nor clinics.
    ``core``: HRSA's core professions (42 CFR part 5, appendix C; counselors are none). ``chr``: the 27 codes of County
    Health Rankings.
    """
    if level == "chr":
        return is_chr
    kind = professions()[profession]
    return level == "any" or (kind.group == "psychotherapy" if level == "psychotherapy" else kind.is_core)


def answers_at(level: Level, providers: pd.DataFrame) -> list[bool | None]:
    """Tell of each of the promised ``providers`` whether it counts at a level, as :func:`is_at` does."""
    return [
        is_at(level, profession, is_chr=None if pd.isna(is_chr) else bool(is_chr))
        for profession, is_chr in zip(providers.profession, providers.is_chr, strict=True)
    ]


def levels(providers: pd.DataFrame, chosen: Level, suppress_below: int) -> pd.DataFrame:
    """Return providers and FTE at every level, of all ``providers`` inside the study's area.

    A row is withheld where it, those not counted, or those not known are some but fewer than ``suppress_below``.
    """
    rows = []
    for level in LEVELS:
        answers = answers_at(level, providers)
        counted = pd.Series([answer is True for answer in answers], index=providers.index, dtype=bool)
        unknown = sum(answer is None for answer in answers)
        cells = (int(counted.sum()), unknown, len(answers) - int(counted.sum()) - unknown)
        is_withheld = any(0 < cell < suppress_below for cell in cells)
        of_level = providers[counted]
        rows.append(
            {
                "level": level,
                "is_chosen": level == chosen,
                "providers": None if is_withheld else cells[0],
                "providers_unknown": None if is_withheld else cells[1],
                "fte": None if is_withheld else float(of_level.fte.sum()),
                "fte_variance": None if is_withheld else float(of_level.fte_variance.sum()),
                "is_withheld": is_withheld,
            }
        )
    return pd.DataFrame(rows, columns=LEVELS_TABLE.names)


def counted(
    answers: Sequence[bool | None], hours: pd.DataFrame, whose: NDArray[np.intp], sites: pd.DataFrame
) -> Counted:
    """Return who counts where an answer is yes, with their part of the ``hours`` and the sites where they have them.

    Parameters
    ----------
    answers
        As :func:`answers_at` gives them of everybody.
    hours, whose
        Hours of everybody by site and specialty (:func:`analysis.providers.hours.hours`), and the position among the
        answers of whoever has them.
    sites
        Where anybody is, see :func:`analysis.providers.sites.sites_of`.

    """
    is_counted = np.array([answer is True for answer in answers], dtype=np.bool_)
    split = hours[is_counted[whose]]
    providers = sites.site_id.map(split.groupby("site_id").provider_id.nunique()).fillna(0)
    there = sites.assign(providers=providers)[providers > 0].reset_index(drop=True)
    return Counted(is_counted, answers.count(None), conform(there, SITES), conform(supply(split), SUPPLY))
