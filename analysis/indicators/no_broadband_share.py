"""Households without broadband of any kind: video is unlikely to reach them at home."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="Households without a broadband subscription (cable, fibre, DSL, satellite or cellular).",
    direction="more is worse",
    source="ACS 2019-23 through HEROP",
    sources=(Source("herop_internet_2023", "broadband_share", is_complement=True),),
)
