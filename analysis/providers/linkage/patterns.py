"""How compared pairs agree, counted: a few thousand patterns of levels stand for millions of pairs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.providers.linkage.weights import Settings, levels_of
from analysis.providers.linkage.workbench import Workbench

NOT_SAID = -1
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Patterns:
    """How often pairs agree in which way.

    Attributes
    ----------
    levels
        By comparison, the level of each pattern: its place from the strongest, or ``NOT_SAID``.
    sizes
        By comparison, how many levels it has.
    counts
        Pairs of each pattern.

    """

    levels: Mapping[str, NDArray[np.int64]]
    sizes: Mapping[str, int]
    counts: Numbers

    def by_level(self, counts: Numbers | None = None) -> dict[str, Numbers]:
        """Return the pairs at each level of each comparison, the strongest first."""
        weights = self.counts if counts is None else counts
        return {
            name: np.bincount(at[at >= 0], weights[at >= 0], minlength=self.sizes[name]).astype(np.float64)
            for name, at in self.levels.items()
        }

    def chances(self, chance: float, m: Mapping[str, Numbers], u: Mapping[str, Numbers]) -> Numbers:
        """Return the chance of each pattern that its two listings are one."""
        odds = np.full(len(self.counts), np.log(chance / (1 - chance)))
        for name, at in self.levels.items():
            with np.errstate(divide="ignore"):
                told = np.log(m[name]) - np.log(u[name])
            odds += np.where(at >= 0, told[at], 0.0)
        found: Numbers = 1 / (1 + np.exp(-np.clip(odds, -700, 700)))
        return found


def patterns(bench: Workbench, settings: Settings, table: str) -> Patterns:
    """Count how the pairs of a table agree that are compared."""
    names = [comparison["output_column_name"] for comparison in settings["comparisons"]]
    blocked = bench.linker(settings, table).inference.compute_blocked_pairs_for_predict()
    found = bench.rows(
        f"SELECT {', '.join(map(level_of, settings['comparisons']))}, count(*) FROM ("
        f"SELECT {_sides(bench, table)} FROM {blocked.physical_name} "
        f"JOIN {table} l ON join_key_l = l.listing JOIN {table} r ON join_key_r = r.listing) GROUP BY ALL"
    )
    blocked.drop_table_from_database_and_remove_from_cache()
    told = np.array(found, dtype=np.int64).reshape(len(found), len(names) + 1)
    return Patterns(
        {name: told[:, at] for at, name in enumerate(names)},
        {comparison["output_column_name"]: len(levels_of(comparison)) for comparison in settings["comparisons"]},
        told[:, -1].astype(np.float64),
    )


def level_of(comparison: Settings) -> str:
    """Return SQL for the level of a comparison, as its place from the strongest."""
    nothing = next(one["sql_condition"] for one in comparison["comparison_levels"] if one.get("is_null_level"))
    told = " ".join(f"WHEN {level['sql_condition']} THEN {at}" for at, level in enumerate(levels_of(comparison)[:-1]))
    return f"CASE WHEN {nothing} THEN {NOT_SAID} {told} ELSE {len(levels_of(comparison)) - 1} END"


def _sides(bench: Workbench, table: str) -> str:
    """Return SQL for the columns of both listings of a pair, named as the comparisons name them."""
    columns = [name for name, *_ in bench.rows(f"DESCRIBE {table}")]
    return ", ".join(f"{side}.{column} AS {column}_{side}" for column in columns for side in "lr")
