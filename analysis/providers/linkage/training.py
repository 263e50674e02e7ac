"""How much each agreement tells, learned from the listings themselves.

How pairs that are one agree (m) is learned by expectation maximisation among pairs most of which are one: of one
identifier, of one name, of one office. How others agree (u) is counted among pairs drawn at random, after listings that
are plainly one have been put together; levels too rare for that are counted among the compared pairs, each by the
chance that it is not one. What too few listings show comes from the model that ships; every level says from where.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from splink import Linker

from analysis.providers.linkage.patterns import Patterns, patterns
from analysis.providers.linkage.weights import Settings, Share, Taught, Weights, levels_of, rounded, shipped
from analysis.providers.linkage.workbench import FIRST, LEAST_LISTINGS, LISTED, SOME, Workbench

SEED = 1
LEAST_PAIRS = 500
"""From fewer pairs most of which are one nothing is learned."""

_RANDOM_PAIRS = 2_000_000
_TAUGHT_PAIRS = 2_000_000
_ROUNDS = 30
_FIRST_CHANCE = 1e-5
_DRAWN_LEAST, _FOUND_SHARE = 5, 0.5
"""A level met by drawing at least so often, of whose pairs the counting rules find less than this share, is not
counted by them."""

Numbers = NDArray[np.float64]
Shares = dict[str, Numbers]


def trained(bench: Workbench) -> Weights:
    """Return the model of the listings at hand, or the one that ships where they are too few to teach."""
    before = shipped(bench.kind)
    return learned(bench, before) if bench.listings >= LEAST_LISTINGS else before


def learned(bench: Workbench, before: Weights | None) -> Weights:
    """Return what the listings teach; ``before`` is for what they do not, where there is such a model."""
    settings = bench.model.settings()
    with _quiet():
        drawn = _drawn(bench, settings)
        met = patterns(bench, bench.model.settings(is_counting=True), SOME)
        total = bench.some * (bench.some - 1) / 2
        rough = {name: np.maximum(drawn[name], counts / total) for name, counts in met.by_level().items()}
        taught, pairs = _taught(bench, settings, rough)
        m, by = _filled(taught, settings, before, 0.5 / max(pairs, 1))
    chance, u = _others(met, m, drawn, total)
    shares = {
        name: {label: Share(rounded(m[name][at]), rounded(u[name][at]), by[name][at]) for at, label in enumerate(found)}
        for name, found in labels(settings).items()
    }
    return Weights(bench.kind, rounded(chance), shares, bench.rarity)


def labels(settings: Settings) -> dict[str, list[str]]:
    """Return the levels of each comparison, the strongest first."""
    return {
        comparison["output_column_name"]: [level["label_for_charts"] for level in levels_of(comparison)]
        for comparison in settings["comparisons"]
    }


def _drawn(bench: Workbench, settings: Settings) -> Shares:
    """Return how often pairs drawn at random among the first of each agree, by comparison and level."""
    linker = bench.linker(settings, FIRST)
    linker.training.estimate_u_using_random_sampling(_RANDOM_PAIRS, SEED, min_count_per_level=None)
    return {name: np.nan_to_num(u) for name, u in _told(linker, "u_probability").items()}


def _told(linker: Linker, share: str) -> Shares:
    """Return what a linker has found; not a number where it has met no pair."""
    return {
        comparison["output_column_name"]: np.array(
            [found if isinstance(found := level.get(share), float) else np.nan for level in levels_of(comparison)]
        )
        for comparison in linker.misc.save_model_to_json(None)["comparisons"]
    }


def _taught(bench: Workbench, settings: Settings, u: Shares) -> tuple[Shares, int]:
    """Return how pairs that are one agree, by comparison and level, and how many pairs taught it.

    Not a number where none does.
    """
    linker = bench.linker(_with(settings, u))
    pairs = 0
    for condition in bench.model.taught_by:
        sql = f"SELECT count(*) FROM {LISTED} l JOIN {LISTED} r ON {condition} WHERE l.listing < r.listing"
        found = bench.rows(sql)[0][0]
        if found >= LEAST_PAIRS:
            pairs = max(pairs, min(found, _TAUGHT_PAIRS))
            linker.training.estimate_parameters_using_expectation_maximisation(
                condition, estimate_without_term_frequencies=True, max_pairs=_TAUGHT_PAIRS
            )
    told = _told(linker, "m_probability") if pairs else {name: np.full(len(one), np.nan) for name, one in u.items()}
    return told, pairs


def _with(settings: Settings, u: Shares) -> Settings:
    """Return settings with the shares of others."""
    comparisons = [
        {
            **comparison,
            "comparison_levels": [
                *(level for level in comparison["comparison_levels"] if level.get("is_null_level")),
                *(
                    {**level, "u_probability": rounded(share)}
                    for level, share in zip(levels_of(comparison), u[comparison["output_column_name"]], strict=True)
                ),
            ],
        }
        for comparison in settings["comparisons"]
    ]
    return {**settings, "comparisons": comparisons}


def _filled(
    taught: Shares, settings: Settings, before: Weights | None, least: float
) -> tuple[Shares, dict[str, list[Taught]]]:
    """Return shares that add up to one and what taught each; what nothing taught is as it was before, or ``least``."""
    filled: Shares = {}
    by: dict[str, list[Taught]] = {}
    for name, found in labels(settings).items():
        own = np.isfinite(taught[name])
        known = np.array([least if before is None else before.shares[name][label].m for label in found])
        m = np.where(own, np.maximum(np.nan_to_num(taught[name]), least), known)
        filled[name] = m / m.sum()
        otherwise: Taught = "not met" if before is None else "shipped"
        by[name] = ["listings" if is_own else otherwise for is_own in own]
    return filled, by


def _others(met: Patterns, m: Shares, drawn: Shares, total: float) -> tuple[float, Shares]:
    """Return the chance that two listings are one, and how others agree.

    Where the counting rules find the pairs of a level, they are counted, each by the chance that it is not one; of the
    other levels those drawn at random are believed. Chance and shares depend on one another and settle after a few
    rounds.
    """
    found = met.by_level()
    is_drawn = {
        name: (share * _RANDOM_PAIRS >= _DRAWN_LEAST) & (found[name] / total < share * _FOUND_SHARE)
        for name, share in drawn.items()
    }
    chance = _FIRST_CHANCE
    u = {name: np.maximum(share, 0.5 / total) for name, share in drawn.items()}
    for _ in range(_ROUNDS):
        one = met.chances(chance, m, u)
        chance = max(float((one * met.counts).sum()) / total, 0.5 / total)
        for name, others in met.by_level(met.counts * (1 - one)).items():
            u[name] = np.where(is_drawn[name], drawn[name], (others + 0.5) / total)
    return chance, u


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep splink's advice for those who write models from those who run them."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
