"""Which listings are the same therapist or clinic. Names leave this step only as a keyed hash."""

from analysis.providers.linkage.explain import explain
from analysis.providers.linkage.identity import hashed, identity_key
from analysis.providers.linkage.linking import Linkage, link, link_models
from analysis.providers.linkage.outcome import outcome
from analysis.providers.linkage.weights import read_models, write_models

__all__ = [
    "Linkage", "explain", "hashed", "identity_key", "link", "link_models", "outcome", "read_models", "write_models",
]  # fmt: skip
