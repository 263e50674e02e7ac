"""Whether the government says that mental-health professionals are short there."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="Part of the place that is designated as short of mental-health professionals.",
    direction="context",
    source="HRSA, Health Professional Shortage Areas, or Area Health Resources Files",
    sources=(
        Source("hpsa", "mental_hpsa_of_tract"),
        Source("hpsa", "mental_hpsa", unlisted="none"),
        Source("ahrf_geo", "mental_hpsa"),
    ),
    kind="class",
    allowed=("none", "part", "whole"),
    mixed="part",
)
