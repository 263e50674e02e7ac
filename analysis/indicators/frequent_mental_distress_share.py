"""Adults in frequent mental distress: what local need is told by."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="Adults with 14 or more days of poor mental health a month.",
    direction="more is worse",
    source="Estimates of a model (CDC PLACES from BRFSS), never to be regressed on their own predictors",
    sources=(
        Source("places", "mhlth_crude_share", low="mhlth_crude_low_share", high="mhlth_crude_high_share"),
        Source("county_table", "frequent_mental_distress_share"),
    ),
    fallback="class average",
)
