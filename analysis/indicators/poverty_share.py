"""People with little money."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="People below 150 % of the poverty line.",
    direction="more is worse",
    source="ACS 2018-22 through CDC/ATSDR SVI 2022, or ACS 2019-23 table C17002",
    sources=(
        Source("acs_table", "below_150_poverty_share", margin="below_150_poverty_share_margin"),
        Source("svi", "below_150_poverty_share", margin="below_150_poverty_share_margin"),
        Source("county_table", "poverty_share"),
    ),
    fallback="class average",
)
