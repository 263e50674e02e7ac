"""Why two listings are taken for one or are not: what each comparison found and how much it told, without any name."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from analysis.providers.linkage.listings import tables
from analysis.providers.linkage.patterns import NOT_SAID
from analysis.providers.linkage.weights import LinkageError, Weights, levels_of, shipped
from analysis.providers.linkage.workbench import Workbench, workbench
from crawler.records import ProviderRecord

_PROBABILITY_BITS_MOST = 1000
_NUMBER = pa.int32()
_CALLED = {"name": "name", "npi": "identifier", "place": "telephone and place", "professions": "profession"}


@dataclass(frozen=True)
class Told:
    """What one comparison tells: its level, and the bits it adds to the odds; below 0 it speaks against."""

    comparison: str
    level: str
    bits: float


@dataclass(frozen=True)
class Explanation:
    """Why two listings are or are not one: bits at the beginning, what comparisons add, and the probability."""

    beginning: float
    told: tuple[Told, ...]

    @property
    def bits(self) -> float:
        """All bits together: the binary logarithm of the odds."""
        return self.beginning + sum(one.bits for one in self.told)

    @property
    def probability(self) -> float:
        """Probability that the two are one."""
        return 1.0 / (1.0 + math.exp2(-max(-_PROBABILITY_BITS_MOST, min(self.bits, _PROBABILITY_BITS_MOST))))


def explained(bench: Workbench, weights: Weights, one: int, other: int) -> Explanation:
    """Explain a pair of listings, by their numbers in the workbench, whether or not the pair would be compared."""
    settings = weights.settings()
    left, right = sorted((one, other))
    api, linker = bench.opened(settings)
    pair = pa.table(
        {"join_key_l": pa.array([left], _NUMBER), "join_key_r": pa.array([right], _NUMBER), "match_key": ["0"]}
    )
    linker.table_management.register_blocked_pairs_for_predict(api.register(pair))
    predicted = linker.inference.predict()
    found = bench.database.execute(f"SELECT * FROM {predicted.physical_name}")
    row = dict(zip([name for name, *_ in found.description], found.fetchall()[0], strict=True))
    told: list[Told] = []
    for comparison in settings["comparisons"]:
        name = comparison["output_column_name"]
        scale = levels_of(comparison)
        gamma = row[f"gamma_{name}"]
        label = "not said" if gamma == NOT_SAID else scale[len(scale) - 1 - gamma]["label_for_charts"]
        told.append(Told(_CALLED[name], label, row[f"mw_{name}"]))
        rarity = row.get(f"mw_tf_adj_{name}")
        if rarity:
            told.append(Told(_CALLED[name], "rarer than usual" if rarity > 0 else "more common than usual", rarity))
    return Explanation(math.log2(weights.chance / (1 - weights.chance)), tuple(told))


def explain(
    records: Sequence[ProviderRecord], one: tuple[str, str], other: tuple[str, str], models: Mapping[str, Weights]
) -> Explanation:
    """Explain two listings, named by their keys, among all that were linked with them.

    Parameters
    ----------
    records
        All listings of the study.
    one, other
        Keys: directory, and the directory's own identifier.
    models
        By kind, as :func:`analysis.providers.linkage.link` returns them.

    Raises
    ------
    LinkageError
        A listing is not there, or the two can never be one: it is one listing, or a person and a clinic.

    """
    ordered = sorted(records, key=lambda record: record.key)
    numbers = {record.key: number for number, record in enumerate(ordered)}
    for key in (one, other):
        if key not in numbers:
            raise LinkageError(
                f"there is no listing {'/'.join(key)} in the study's crawls; expected SOURCE/IDENTIFIER as in "
                "records.jsonl of a crawl."
            )
    first, second = numbers[one], numbers[other]
    if first == second:
        raise LinkageError(f"{'/'.join(one)} is one listing; name two.")
    kinds = {ordered[number].kind for number in (first, second)}
    if len(kinds) > 1:
        raise LinkageError(
            f"{'/'.join(one)} and {'/'.join(other)} are a person and an organisation, which are never linked."
        )
    kind = "people" if kinds == {"person"} else "clinics"
    weights = models.get(kind) or shipped(kind)
    with workbench(kind, tables(ordered)[kind], rarity=shipped(kind).rarity) as bench:
        return explained(bench, weights, first, second)
