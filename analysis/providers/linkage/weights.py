"""What a model has learned: how often two listings of one, and two of different ones, agree at each level."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from analysis.providers.linkage.model import MODELS
from analysis.reference import REFERENCE

_DIGITS = 6
"""Shares are rounded to so many digits, so that sums taken in another order give the same model."""

_LEAST = 1e-9
Settings = dict[str, Any]
Taught = Literal["listings", "shipped", "not met"]


class LinkageError(ValueError):
    """Two listings cannot be explained, or a saved model cannot be read."""


class Share(NamedTuple):
    """How often a level is met: ``m`` among pairs that are one, ``u`` among others; ``by`` says what taught ``m``.

    A level that no pair showed which taught (``not met``) has half a pair's share: rarer than once, but not impossible.
    """

    m: float
    u: float
    by: Taught


@dataclass(frozen=True)
class Weights:
    """A trained model.

    Attributes
    ----------
    chance
        Chance that two listings drawn at random are one.
    shares
        By comparison and level, from the strongest agreement to the weakest.
    rarity
        By column, how likely somebody else has a value that was met once.

    """

    kind: str
    chance: float
    shares: Mapping[str, Mapping[str, Share]]
    rarity: Mapping[str, float]

    def settings(self) -> Settings:
        """Return the model in the words of splink."""
        told = MODELS[self.kind].settings()
        told["probability_two_random_records_match"] = self.chance
        for comparison in told["comparisons"]:
            shares = self.shares[comparison["output_column_name"]]
            for level in levels_of(comparison):
                share = shares[level["label_for_charts"]]
                level["m_probability"], level["u_probability"] = share.m, share.u
        return told

    def as_json(self) -> str:
        """Return the model as it is saved: no name and no listing is in it."""
        shares = {
            name: {label: dict(zip(Share._fields, share, strict=True)) for label, share in found.items()}
            for name, found in self.shares.items()
        }
        told = {"kind": self.kind, "chance": self.chance, "rarity": dict(self.rarity), "shares": shares}
        return json.dumps(told, indent=1) + "\n"


def levels_of(comparison: Settings) -> list[Settings]:
    """Return the levels of a comparison that tell something, the strongest first."""
    return [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]


def read_weights(text: str) -> Weights:
    """Return a saved model.

    Raises
    ------
    LinkageError
        It is not the model of today's comparisons.

    """
    try:
        told = json.loads(text)
        model = MODELS[told["kind"]]
        shares = {
            name: {label: Share(one["m"], one["u"], cast("Taught", one["by"])) for label, one in found.items()}
            for name, found in told["shares"].items()
        }
        chance, rarity = float(told["chance"]), dict(told["rarity"])
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        raise LinkageError(f"the saved model of linkage is damaged ({fault!r:.80}); build again.") from fault
    wanted = {
        comparison["output_column_name"]: [level["label_for_charts"] for level in levels_of(comparison)]
        for comparison in model.settings()["comparisons"]
    }
    if {name: list(found) for name, found in shares.items()} != wanted:
        raise LinkageError(
            f"the saved model of {told['kind']} has other levels than today's comparisons; build again, or "
            "train the one that ships anew with 'python data/train_linkage.py'."
        )
    return Weights(told["kind"], chance, shares, rarity)


def shipped(kind: str) -> Weights:
    """Return the model that ships, learned from generated directories by ``data/train_linkage.py``."""
    return read_weights((REFERENCE / f"linkage_{kind}.json").read_text(encoding="utf-8"))


def write_models(folder: Path, models: Mapping[str, Weights]) -> None:
    """Save models into the folder of a build."""
    for kind, weights in models.items():
        (folder / f"linkage_{kind}.json").write_text(weights.as_json(), encoding="utf-8")


def read_models(folder: Path) -> dict[str, Weights]:
    """Return the models saved in the folder of a build; none where there is no build."""
    files = {kind: folder / f"linkage_{kind}.json" for kind in MODELS}
    return {kind: read_weights(file.read_text(encoding="utf-8")) for kind, file in files.items() if file.is_file()}


def rounded(share: float) -> float:
    """Return a share with few digits, never nothing: no finite number of pairs shows that something cannot be."""
    return float(f"{max(share, _LEAST):.{_DIGITS}g}")
