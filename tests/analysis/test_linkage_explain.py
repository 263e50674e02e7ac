"""An explanation adds up to what the model says of the pair, and people and clinics are never compared."""

import numpy as np
import pytest

from analysis.providers.linkage import explain, link
from analysis.providers.linkage.linking import pairs
from analysis.providers.linkage.listings import tables
from analysis.providers.linkage.weights import LinkageError, shipped
from analysis.providers.linkage.workbench import workbench
from demonstration.doubles import listings

RECORDS = sorted((one.record for one in listings(900, 5, states=("WY",))), key=lambda record: record.key)


@pytest.mark.parametrize("kind", ["people", "clinics"])
def test_bits_add_up_to_the_probability_by_which_listings_are_linked(kind: str) -> None:
    weights = shipped(kind)
    with workbench(kind, tables(RECORDS)[kind], weights.rarity) as bench:
        left, right, chances = pairs(bench, weights, 0.001)
    for at in np.linspace(0, len(left) - 1, 6, dtype=int):
        one, other = RECORDS[left[at]].key, RECORDS[right[at]].key
        told = explain(RECORDS, one, other, {kind: weights})
        assert told.probability == pytest.approx(chances[at], abs=1e-6)
        assert explain(RECORDS, other, one, {kind: weights}) == told


def test_few_listings_are_linked_by_the_model_that_ships() -> None:
    assert link(RECORDS, b"key").models == {kind: shipped(kind) for kind in ("people", "clinics")}


def test_a_person_and_a_clinic_are_never_one() -> None:
    person = next(record for record in RECORDS if record.kind == "person")
    clinic = next(record for record in RECORDS if record.kind == "organisation")
    with pytest.raises(LinkageError, match="never linked"):
        explain(RECORDS, person.key, clinic.key, {})
