"""Of linked listings 98 % belong together, and 95 % of those that belong together are linked, at the default threshold.

Held against the truth of generated directories (``demonstration.doubles``), people and clinics apart. Also told: what
other thresholds give, and how well pairs are linked of which a field is missing in at least one listing. Full size: the
density of the whole country's million listings, in five states.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from claim import Figure, asked_size, tell
from numpy.typing import NDArray

from analysis.providers.linkage.clusters import grouped
from analysis.providers.linkage.linking import THRESHOLD, TOLD_ABOVE, pairs
from analysis.providers.linkage.listings import tables
from analysis.providers.linkage.training import trained
from analysis.providers.linkage.weights import shipped
from analysis.providers.linkage.workbench import workbench
from crawler.records import ProviderRecord
from demonstration.doubles import Listing, listings

_STATES = ("ID", "MT", "OR", "WA", "WY")
_COUNTS = {"small": 12_000, "full": 50_000}
_SEEDS = {"small": (31,), "full": (31, 32, 33)}
_THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_FEW = ((200, "WY"), (600, "WY"), (1_900, "MT"), (2_600, "MT"))
"""Small studies, in which little or nothing is learned: how many listings of which state, only told."""

_FEW_SEEDS = (3, 4)
_PRECISION_LEAST, _RECALL_LEAST = 0.98, 0.95
_FIELDS: dict[str, Callable[[ProviderRecord], bool]] = {
    "(one is whole)": lambda record: all(one(record) for name, one in _SAID.items()),
    "identifier": lambda record: not _SAID["identifier"](record),
    "telephone": lambda record: not _SAID["telephone"](record),
    "street": lambda record: not _SAID["street"](record),
    "postal code": lambda record: not _SAID["postal code"](record),
    "profession": lambda record: not _SAID["profession"](record),
}
_SAID: dict[str, Callable[[ProviderRecord], bool]] = {
    "identifier": lambda record: record.npi is not None,
    "telephone": lambda record: any(place.phone for place in record.locations),
    "street": lambda record: any(place.street for place in record.locations),
    "postal code": lambda record: any(place.postal_code for place in record.locations),
    "profession": lambda record: bool(record.professions),
}
Groups = NDArray[np.int64]
Counts = NDArray[np.float64]


def _pair_count(groups: Groups) -> float:
    sizes = np.bincount(groups).astype(np.float64)
    return float((sizes * (sizes - 1)).sum() / 2)


def _together(one: Groups, other: Groups) -> Groups:
    """Return groups of those that are together in both."""
    return np.unique(np.stack([one, other]), axis=1, return_inverse=True)[1].ravel()


def _counts(linked: Groups, truth: Groups, is_chosen: NDArray[np.bool_] | None = None) -> Counts:
    """Return true linked pairs, linked pairs and true pairs; with a choice those of which one listing is chosen."""
    parts = (_together(linked, truth), linked, truth)
    whole = np.array([_pair_count(part) for part in parts])
    if is_chosen is None:
        return whole
    rest = np.array([_pair_count(np.unique(part[~is_chosen], return_inverse=True)[1]) for part in parts])
    return whole - rest


def _linked(found: Sequence[Listing]) -> Iterator[tuple[str, Sequence[Listing], dict[float, Groups]]]:
    """Yield by kind the listings in the order of their numbers, and their groups by threshold."""
    ordered = sorted(found, key=lambda one: one.record.key)
    for kind, table in tables(one.record for one in ordered).items():
        with workbench(kind, table, shipped(kind).rarity) as bench:
            left, right, chances = pairs(bench, trained(bench), TOLD_ABOVE)
            left, right = (np.searchsorted(bench.numbers, side) for side in (left, right))
            groups = {one: grouped(bench.listings, left, right, chances, one) for one in (*_THRESHOLDS, THRESHOLD)}
            yield kind, [ordered[number] for number in bench.numbers], groups


def _shares(counts: Counts) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    both, linked, true = counts
    return both / max(linked, 1), both / max(true, 1), 2 * both / max(linked + true, 1)


def main() -> None:
    """Link generated directories and hold the result against their truth."""
    size = asked_size(__doc__)
    by_threshold: dict[tuple[str, float], Counts] = {}
    by_field: dict[tuple[str, str], Counts] = {}
    for seed in _SEEDS[size]:
        for kind, chosen, groups in _linked(list(listings(_COUNTS[size], seed, states=_STATES))):
            truth = np.unique([one.truth for one in chosen], return_inverse=True)[1].astype(np.int64)
            for threshold, linked in groups.items():
                told = by_threshold.setdefault((kind, threshold), np.zeros(3))
                told += _counts(linked, truth)
            for field, is_missing in _FIELDS.items():
                missing = np.array([is_missing(one.record) for one in chosen])
                told = by_field.setdefault((kind, field), np.zeros(3))
                told += _counts(groups[THRESHOLD], truth, missing)
    print(f"{'':<8} {'threshold':>16}  precision  recall      F1")
    for (kind, threshold), counts in by_threshold.items():
        print(f"{kind:<8} {threshold:>16}  {_row(counts)}")
    print(f"{'':<8} {'missing in one':>16}  precision  recall      F1   true pairs")
    for (kind, field), counts in by_field.items():
        if counts[2]:
            print(f"{kind:<8} {field:>16}  {_row(counts)} {counts[2]:>12,.0f}")
    print(f"{'':<8} {'few listings':>16}  precision  recall      F1")
    for (count, state), seed in itertools.product(_FEW, _FEW_SEEDS):
        for kind, chosen, groups in _linked(list(listings(count, seed, states=(state,)))):
            truth = np.unique([one.truth for one in chosen], return_inverse=True)[1].astype(np.int64)
            print(f"{kind:<8} {count:>16,}  {_row(_counts(groups[THRESHOLD], truth))}")
    tell(
        "linkage_quality",
        size,
        [
            figure
            for kind in ("people", "clinics")
            for precision, recall, _ in (_shares(by_threshold[kind, THRESHOLD]),)
            for figure in (
                Figure(f"precision_{kind}", precision, "of linked pairs", least=_PRECISION_LEAST),
                Figure(f"recall_{kind}", recall, "of true pairs", least=_RECALL_LEAST),
            )
        ],
    )


def _row(counts: Counts) -> str:
    precision, recall, f1 = _shares(counts)
    return f"{precision:>9.4f} {recall:>7.4f} {f1:>7.4f}"


if __name__ == "__main__":
    main()
