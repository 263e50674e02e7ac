"""People without health insurance."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="People without health insurance.",
    direction="more is worse",
    source="ACS 2018-22 through CDC/ATSDR SVI 2022, or ACS 2019-23 table B27001",
    sources=(
        Source("acs_table", "uninsured_share", margin="uninsured_share_margin"),
        Source("svi", "uninsured_share", margin="uninsured_share_margin"),
        Source("county_table", "uninsured_share"),
    ),
    fallback="class average",
)
