"""Workers who travel long each day: little time is left for another trip."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="Workers not working at home who travel 45 minutes or more to work.",
    direction="more is worse",
    source="ACS 2019-23 table B08303",
    sources=(Source("acs_table", "long_commute_share", margin="long_commute_share_margin"),),
)
