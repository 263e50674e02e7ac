"""Adults ever told that they have a depressive disorder: diagnosed, so it depends on care too."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="Adults ever told by a health professional that they have depression.",
    direction="more is worse",
    source="Estimates of a model (CDC PLACES from BRFSS), never to be regressed on their own predictors",
    sources=(
        Source(
            "places", "depression_crude_share", low="depression_crude_low_share", high="depression_crude_high_share"
        ),
        Source("county_table", "depression_share"),
    ),
    fallback="class average",
)
