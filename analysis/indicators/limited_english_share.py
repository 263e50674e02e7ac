"""People for whom therapy in English is no therapy."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="People of 5 and older who speak English less than well.",
    direction="more is worse",
    source="ACS 2018-22 through CDC/ATSDR SVI 2022, or ACS 2019-23 table B16005",
    sources=(
        Source("acs_table", "limited_english_share", margin="limited_english_share_margin"),
        Source("svi", "limited_english_share", margin="limited_english_share_margin"),
        Source("county_table", "limited_english_share"),
    ),
)
