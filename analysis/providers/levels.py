"""Counting levels: whom a study counts as a provider of mental-health care."""

import pandas as pd

from analysis.reference import professions
from analysis.study import LEVELS, Level
from analysis.tables import LEVELS_TABLE


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


def levels(providers: pd.DataFrame, chosen: Level, suppress_below: int) -> pd.DataFrame:
    """Return providers and FTE at every level, of all ``providers`` inside the study's area.

    A row is withheld where it, those not counted, or those not known are some but fewer than ``suppress_below``.
    """
    rows = []
    for level in LEVELS:
        answers = [
            is_at(level, profession, is_chr=None if pd.isna(is_chr) else bool(is_chr))
            for profession, is_chr in zip(providers.profession, providers.is_chr, strict=True)
        ]
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
