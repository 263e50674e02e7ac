"""Households without an internet subscription of any kind."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="Households without an internet subscription.",
    direction="more is worse",
    source="ACS 2018-22 through CDC/ATSDR SVI 2022, or ACS 2019-23 table B28002",
    sources=(
        Source("acs_table", "no_internet_share", margin="no_internet_share_margin"),
        Source("svi", "no_internet_share", margin="no_internet_share_margin"),
        Source("county_table", "no_internet_share"),
    ),
    fallback="class average",
)
