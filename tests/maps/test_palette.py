"""Colours of one legend stay apart for readers who see no red, no green or no blue.

Distance is CIE 1976 (L*a*b*, D65); colour-blindness is simulated with the matrices of Machado, Oliveira & Fernandes
2009 (doi:10.1109/TVCG.2009.113) at full severity.
"""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from maps import palette

_SIGHT = {
    "all colours": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
_LEAST = 10


def seen(colour: str, sight: str) -> NDArray[np.float64]:
    """Return a colour as L*a*b* under one kind of sight."""
    share = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    light = np.clip(np.array(_SIGHT[sight]) @ linear, 0, 1)
    x, y, z = (
        np.cbrt(part) if part > (6 / 29) ** 3 else part / (3 * (6 / 29) ** 2) + 4 / 29
        for part in _TO_XYZ @ light / _WHITE
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def coloured(swatches: dict[str, palette.Swatch]) -> tuple[str, ...]:
    return tuple(swatch.colour for swatch in swatches.values() if not swatch.pattern)


LEGENDS = {
    "problem": palette.PROBLEM,
    "potential": (*palette.POTENTIAL, palette.NOTHING_TO_DO.colour),
    "context": palette.CONTEXT,
    "gap classes": coloured(palette.GAP_CLASSES),
    "what holds back": coloured(palette.HOLDS),
}


@pytest.mark.parametrize("sight", _SIGHT)
@pytest.mark.parametrize("legend", LEGENDS)
def test_colours_of_a_legend_stay_apart(legend: str, sight: str) -> None:
    nearest = min(
        (float(np.linalg.norm(seen(one, sight) - seen(other, sight))), one, other)
        for one, other in combinations(LEGENDS[legend], 2)
    )
    assert nearest[0] >= _LEAST, nearest


def test_black_and_white_are_a_hundred_apart() -> None:
    assert float(np.linalg.norm(seen("#ffffff", "all colours") - seen("#000000", "all colours"))) == pytest.approx(
        100, abs=0.1
    )


@pytest.mark.parametrize("classes", range(1, 6))
def test_a_ramp_keeps_order_and_ends(classes: int) -> None:
    colours = palette.ramp(palette.PROBLEM, classes)
    assert len(set(colours)) == classes
    assert [palette.PROBLEM.index(colour) for colour in colours] == sorted(palette.PROBLEM.index(c) for c in colours)
    if classes > 1:
        assert (colours[0], colours[-1]) == (palette.PROBLEM[0], palette.PROBLEM[-1])


def test_more_classes_than_colours_is_refused() -> None:
    with pytest.raises(ValueError, match="6 classes"):
        palette.ramp(palette.PROBLEM, 6)
