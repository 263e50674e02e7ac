"""What lies between the regions of one file: areas that two of them claim, and areas enclosed that none does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from analysis.regions.drawing import Drawing
from analysis.regions.findings import FEW, Findings, Flags
from analysis.regions.planes import areas_m2, wgs84
from analysis.regions.polygonfile import Outlines
from analysis.sphere import Floats

SLIVER_SHARE = 0.001
"""Overlaps and gaps up to this share of the smaller region's area are slivers of drawing."""
CLAIM_SHARE = 0.01
"""Overlaps above this share are claims of two regions to the same people; those between are told."""
_KM2_OF_M2 = 1e-6

Positions = NDArray[np.intp]


@dataclass(frozen=True)
class _Gaps:
    """Areas enclosed by regions that belong to none: what they measure, and what share of the smallest beside them."""

    shapes: Outlines
    km2: Floats
    shares: Floats


def check_between(
    drawing: Drawing, labels: Sequence[str], findings: Findings, gaps: Literal["note", "fault", "let be"] = "note"
) -> None:
    """Find overlaps, of which large ones are faults, and gaps, which are what ``gaps`` says.

    Both are looked for in the plane the regions were drawn in, where borders drawn twice are the same line, and
    measured in an equal-area projection.
    """
    there = np.flatnonzero(~shapely.is_missing(drawing.drawn))
    shapes, named = drawing.drawn[there], [labels[int(number)] for number in there]
    if not len(shapes):
        return
    areas = areas_m2(shapes, drawing.crs)
    is_coverage = bool(shapely.coverage_is_valid(shapes))  # then none overlap
    if not is_coverage:
        _overlaps(shapes, areas, drawing.crs, named, findings)
    if gaps != "let be":
        between = _gaps(shapes, areas, drawing.crs, is_coverage=is_coverage)
        _tell_gaps(between, drawing.crs, findings, strict=gaps == "fault")


def _overlaps(shapes: Outlines, areas: Floats, crs: CRS | None, labels: Sequence[str], findings: Findings) -> None:
    left, right = _pairs(shapes)
    common = areas_m2(shapely.intersection(shapes[left], shapes[right]), crs)
    shares = common / np.minimum(areas[left], areas[right])

    def told(chosen: Positions) -> str:
        worst = chosen[np.argsort(-shares[chosen], kind="stable")][:FEW]
        named = "; ".join(
            f"{labels[left[one]]} and {labels[right[one]]} by {shares[one]:.1%}"
            + ("" if crs is None else f" ({_km2(float(common[one] * _KM2_OF_M2))})")
            for one in worst
        )
        return f"(pairs: {len(chosen):,}): {named}{' and so on' if len(chosen) > len(worst) else ''}"

    claimed = np.flatnonzero(shares > CLAIM_SHARE)
    if len(claimed):
        findings.fault(
            f"regions overlap by more than {CLAIM_SHARE:.0%} of the smaller one {told(claimed)}; everybody may live in "
            "one region only."
        )
    small = np.flatnonzero((shares > SLIVER_SHARE) & (shares <= CLAIM_SHARE))
    if len(small):
        findings.note(
            f"regions overlap by {SLIVER_SHARE:.1%} to {CLAIM_SHARE:.0%} of the smaller one {told(small)}; who lives "
            "there counts in the one whose id comes first."
        )


def _pairs(shapes: Outlines) -> tuple[Positions, Positions]:
    """Return positions of outlines that touch or overlap, each pair once."""
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = left < right
    return left[once], right[once]


def _gaps(shapes: Outlines, areas: Floats, crs: CRS | None, *, is_coverage: bool) -> _Gaps:
    whole = shapely.coverage_union_all(shapes) if is_coverage else shapely.union_all(shapes)
    filled = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(whole))))
    gaps = shapely.get_parts(shapely.difference(filled, whole))
    gaps = gaps[shapely.area(gaps) > 0]
    of_gap, beside = shapely.STRtree(shapes).query(gaps, predicate="intersects")
    smallest = np.full(len(gaps), np.inf)
    np.minimum.at(smallest, of_gap, areas[beside])
    measured = areas_m2(gaps, crs)
    return _Gaps(gaps, measured * _KM2_OF_M2, measured / smallest)


def _tell_gaps(gaps: _Gaps, crs: CRS | None, findings: Findings, *, strict: bool) -> None:
    is_gap = gaps.shares > SLIVER_SHARE
    if is_gap.any():
        worst = [int(one) for one in np.argsort(-gaps.km2, kind="stable") if is_gap[one]][:FEW]
        told = ", ".join(_place(gaps, one, crs) for one in worst)
        tell = findings.fault if strict else findings.note
        tell(
            f"gaps enclosed by regions ({_measured(gaps, is_gap, crs)}) belong to none: {told}"
            f"{' and so on' if is_gap.sum() > len(worst) else ''}; people who live in them count nowhere."
        )
    if not is_gap.all():
        findings.note(
            f"slivers between regions ({_measured(gaps, ~is_gap, crs)}), each at most {SLIVER_SHARE:.1%} of the "
            "smallest region beside it, belong to none."
        )


def _measured(gaps: _Gaps, chosen: Flags, crs: CRS | None) -> str:
    """Return how many gaps there are and what they measure together."""
    return f"{chosen.sum():,}" + ("" if crs is None else f", together {_km2(float(gaps.km2[chosen].sum()))}")


def _place(gaps: _Gaps, number: int, crs: CRS | None) -> str:
    """Return where a gap is and how large."""
    inside = shapely.point_on_surface(gaps.shapes[[number]])
    if crs is None:
        return f"at {shapely.get_x(inside)[0]:g}, {shapely.get_y(inside)[0]:g}"
    degrees = wgs84(inside, crs)[0]
    return f"{_km2(float(gaps.km2[number]))} at latitude {degrees.y:.3f}, longitude {degrees.x:.3f}"


def _km2(area: float) -> str:
    return f"{area:,.1f} km2" if area >= 1 else f"{area:.2g} km2"
