"""Listings to providers: the model of people and that of clinics are trained, applied, and what is one gets one id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.providers.linkage.clusters import grouped
from analysis.providers.linkage.identity import hashed
from analysis.providers.linkage.listings import tables
from analysis.providers.linkage.training import trained
from analysis.providers.linkage.weights import Weights, shipped
from analysis.providers.linkage.workbench import Workbench, workbench
from crawler.records import ProviderRecord

THRESHOLD = 0.5
"""Least mean probability at which groups of listings are joined; what others give is in docs/linkage.md."""

TOLD_ABOVE = 0.01
"""Less probable pairs are not looked at again."""


@dataclass(frozen=True)
class Linkage:
    """Who is who.

    Attributes
    ----------
    provider_ids
        For each record, in the order they were given; linked records share one.
    models
        The models by kind, as trained; no name and no listing is in them.

    """

    provider_ids: list[str]
    models: Mapping[str, Weights]


def link(records: Sequence[ProviderRecord], key: bytes, threshold: float = THRESHOLD) -> Linkage:
    """Link the listings of many directories.

    The result does not depend on the order of the records: a provider's id is the hash of its smallest listing key.

    Parameters
    ----------
    records
        Listings; of each key one.
    key
        Of the hash (``identity_key``).
    threshold
        Least mean probability at which groups of listings are joined, above 0 and at most 1.
    """
    order = sorted(range(len(records)), key=lambda at: records[at].key)
    one = np.arange(len(records), dtype=np.int64)
    models: dict[str, Weights] = {}
    for kind, table in tables(records[at] for at in order).items():
        if table.num_rows == 0:
            continue
        with workbench(kind, table, shipped(kind).rarity) as bench:
            models[kind] = trained(bench)
            one[bench.numbers] = bench.numbers[matched(bench, models[kind], threshold)]
    ids = [""] * len(records)
    for number, at in enumerate(order):
        ids[at] = hashed("\t".join(records[order[one[number]]].key), key)
    return Linkage(ids, models)


def link_models(records: Sequence[ProviderRecord]) -> dict[str, Weights]:
    """Return the models that some listings teach, by kind."""
    rows = tables(sorted(records, key=lambda record: record.key))
    models: dict[str, Weights] = {}
    for kind, table in rows.items():
        with workbench(kind, table, shipped(kind).rarity) as bench:
            models[kind] = trained(bench)
    return models


def matched(bench: Workbench, weights: Weights, threshold: float) -> NDArray[np.int64]:
    """Return the group of each listing of a workbench, as the first place in it."""
    left, right, chances = pairs(bench, weights, TOLD_ABOVE)
    left, right = (np.searchsorted(bench.numbers, side) for side in (left, right))
    return grouped(bench.listings, left, right, chances, threshold, bench.apart())


def pairs(
    bench: Workbench, weights: Weights, threshold: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the pairs of listings at or above a probability: both numbers, and the probability."""
    settings = weights.settings() | {"retain_matching_columns": False, "retain_intermediate_calculation_columns": False}
    predicted = bench.linker(settings).inference.predict(threshold_match_probability=threshold)
    found = bench.database.execute(
        f"SELECT listing_l, listing_r, match_probability FROM {predicted.physical_name}"
    ).fetchnumpy()
    predicted.drop_table_from_database_and_remove_from_cache()
    order = np.lexsort((found["listing_r"], found["listing_l"]))
    left, right, chances = (np.asarray(found[name])[order] for name in ("listing_l", "listing_r", "match_probability"))
    return left, right, chances
