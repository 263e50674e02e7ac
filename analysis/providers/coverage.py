"""How many providers no directory lists: two-source capture-recapture (Chapman 1951) by rurality class.

Holds if the two directories list independently of each other, everybody of a class is equally likely to be listed by
one of them, nobody comes or goes between them, and linkage errs nowhere. Directories that copy each other make the
estimate too small, those that complement each other too large; see ``docs/methods.md``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp, log, sqrt

import pandas as pd

from analysis.tables import COVERAGE

OTHERS = "all_others"
EVERY_CLASS = "all"
_NORMAL_95 = 1.959964


@dataclass(frozen=True)
class Population:
    """Estimated size of a population with its 95 % interval."""

    size: float
    low: float
    high: float


def chapman(first: int, second: int, both: int) -> Population:
    """Return the size of a population of which two directories list ``first`` and ``second``, ``both`` in common.

    Chapman's estimator, (n1 + 1)(n2 + 1)/(m + 1) - 1, is what is seen plus the unseen (n1 - m)(n2 - m)/(m + 1). The
    variance is that of Seber (1970), unbiased where n1 + n2 reaches the population. The interval takes the logarithm
    of the unseen as normal (Burnham in Chao 1987, Biometrics 43:783-791), so it never falls below what is seen. With
    nobody unseen it has no width: do not read it then.
    """
    if not 0 <= both <= min(first, second):
        raise ValueError(f"{both!r} providers in both of directories of {first!r} and {second!r}; expected no more.")
    seen = first + second - both
    unseen = (first - both) * (second - both) / (both + 1)
    if unseen == 0:
        return Population(seen, seen, seen)
    variance = unseen * (first + 1) * (second + 1) / ((both + 1) * (both + 2))
    stretch = exp(_NORMAL_95 * sqrt(log(1 + variance / unseen**2)))
    return Population(seen + unseen, seen + unseen / stretch, seen + unseen * stretch)


def coverage(listed: pd.DataFrame, fewest_in_both: int, suppress_below: int) -> pd.DataFrame:
    """Return the estimated coverage of each pair of directories, and of each against all others, by class.

    Parameters
    ----------
    listed
        One row per provider: ``kind``, ``sources`` joined by ';', and the ``rurality`` of its first site's region.
    fewest_in_both, suppress_below
        A row is withheld with fewer than the first in both directories, or fewer than the second in only one of them.

    """
    rows = []
    for kind, of_kind in listed.groupby("kind", sort=True):
        lists = [frozenset(sources.split(";")) for sources in of_kind.sources]
        for first, second in _pairs(sorted(frozenset().union(*lists))):
            seen_by = pd.DataFrame(
                {
                    "first": [first in one for one in lists],
                    "second": [bool(one - {first}) if second == OTHERS else second in one for one in lists],
                    "rurality": of_kind.rurality.astype("str").to_numpy(),
                }
            )
            rows += [
                {"kind": kind, "first_source": first, "second_source": second} | row
                for row in _by_class(seen_by, fewest_in_both, suppress_below)
            ]
    return pd.DataFrame(rows, columns=COVERAGE.names)


def _pairs(sources: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of directories, then each against all others where that is something else."""
    yield from combinations(sources, 2)
    if len(sources) != 2:  # noqa: PLR2004 - of two, the other is all others
        yield from ((source, OTHERS) for source in sources)


def _by_class(seen_by: pd.DataFrame, fewest_in_both: int, suppress_below: int) -> list[dict[str, object]]:
    """Return the rows of all classes and of each; where those withheld are few together, no total gives them away."""
    rows: list[dict[str, object]] = []
    hidden = 0
    for name, part in seen_by.groupby("rurality", sort=True):
        rows.append({"rurality_class": name} | _row(part, fewest_in_both, suppress_below))
        hidden += int((part["first"] | part["second"]).sum()) if rows[-1]["is_withheld"] else 0
    total: dict[str, object]
    total = {"is_withheld": True} if 0 < hidden < suppress_below else _row(seen_by, fewest_in_both, suppress_below)
    return [{"rurality_class": EVERY_CLASS} | total, *rows]


def _row(seen_by: pd.DataFrame, fewest_in_both: int, suppress_below: int) -> dict[str, object]:
    first, second = int(seen_by["first"].sum()), int(seen_by["second"].sum())
    both = int((seen_by["first"] & seen_by["second"]).sum())
    in_neither = len(seen_by) - (first + second - both)
    if 0 < in_neither < suppress_below:  # what all directories show less what these two show would tell them
        return {"is_withheld": True}
    if both < fewest_in_both or min(first, second) - both < max(suppress_below, 1):
        return {"is_withheld": True}
    found, seen = chapman(first, second, both), first + second - both
    return {
        "seen": seen,
        "estimated": found.size,
        "estimated_low": found.low,
        "estimated_high": found.high,
        "seen_share": seen / found.size,
        "seen_share_low": seen / found.high,
        "seen_share_high": seen / found.low,
        "first_share": first / found.size,
        "second_share": second / found.size,
        "is_withheld": False,
    }
