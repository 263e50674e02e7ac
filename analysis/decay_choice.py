"""How much a provider counts the farther away it is inside the catchment: what a study file can choose.

Read from ``[access] decay``; the functions themselves are in ``analysis/access/decay.py``.
"""

import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

_Share = Annotated[float, Field(ge=0, le=1)]
_Positive = Annotated[float, Field(gt=0)]
_LEAST_AT_EDGE = 1e-80
"""Weights are multiplied with each other where demand is divided: smaller ones would be lost to rounding."""


class _Choice(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BandsChoice(_Choice):
    """Steps: ``shares`` are the upper ends of the bands as shares of the catchment's minutes, ``weights`` theirs.

    The usual ones are those of Luo & Qi 2009, doi:10.1016/j.healthplace.2009.06.002.
    """

    kind: Literal["bands"] = "bands"
    shares: Annotated[tuple[_Share, ...], Field(min_length=1)] = (1 / 3, 2 / 3, 1.0)
    weights: tuple[_Share, ...] = (1.0, 0.68, 0.22)

    @model_validator(mode="after")
    def _bands_agree(self) -> "BandsChoice":
        if len(self.shares) != len(self.weights) or self.shares[-1] != 1.0:
            raise ValueError("shares and weights must be equally long and the last share must be 1.0")
        if list(self.shares) != sorted(set(self.shares)):
            raise ValueError("shares must increase")
        return self


class StepChoice(_Choice):
    """Everything within reach counts alike."""

    kind: Literal["step"]


class GaussianChoice(_Choice):
    """A bell; ``spread`` is its standard deviation as a share of the catchment."""

    kind: Literal["gaussian"]
    spread: _Positive

    @model_validator(mode="after")
    def _is_no_cliff(self) -> "GaussianChoice":
        _refuse_cliff(-0.5 / self.spread**2, "spread", "0.053 or more")
        return self


class ExponentialChoice(_Choice):
    """The weight falls to 1/e ``rate`` times within the catchment."""

    kind: Literal["exponential"]
    rate: _Positive

    @model_validator(mode="after")
    def _is_no_cliff(self) -> "ExponentialChoice":
        _refuse_cliff(-self.rate, "rate", "184 or less")
        return self


class InversePowerChoice(_Choice):
    """``(nearest_share / share)^exponent``, and 1 up to the nearest share of the catchment."""

    kind: Literal["inverse_power"]
    exponent: _Positive
    nearest_share: Annotated[float, Field(gt=0, le=1)]

    @model_validator(mode="after")
    def _is_no_cliff(self) -> "InversePowerChoice":
        _refuse_cliff(
            self.exponent * math.log(self.nearest_share), "exponent", "a lower one, or a larger nearest_share"
        )
        return self


def _refuse_cliff(edge: float, name: str, expected: str) -> None:
    """Refuse a decay whose weight at the edge, given by its logarithm, is too small to be shared by."""
    if edge < math.log(_LEAST_AT_EDGE):
        raise ValueError(
            f"{name} leaves less than {_LEAST_AT_EDGE:g} of the weight at the catchment's edge; expected {expected}"
        )


DecayChoice = Annotated[
    BandsChoice | StepChoice | GaussianChoice | ExponentialChoice | InversePowerChoice, Field(discriminator="kind")
]
