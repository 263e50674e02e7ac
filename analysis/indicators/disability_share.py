"""People with any disability."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="People with a disability.",
    direction="more is worse",
    source="ACS 2018-22 through CDC/ATSDR SVI 2022",
    sources=(
        Source("svi", "disabled_share", margin="disabled_share_margin"),
        Source("county_table", "disability_share"),
    ),
    fallback="class average",
)
