"""People of any age from 5 who walk or climb stairs with serious difficulty, as the survey counts them."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="People of 5 and older with serious difficulty walking or climbing stairs.",
    direction="more is worse",
    source="ACS 2019-23 table B18105",
    sources=(Source("acs_table", "mobility_difficulty_share", margin="mobility_difficulty_share_margin"),),
)
