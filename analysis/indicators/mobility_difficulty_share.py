"""Adults who walk or climb stairs with serious difficulty: the trip is hardest for them."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="Adults with serious difficulty walking or climbing stairs.",
    direction="more is worse",
    source="Estimates of a model (CDC PLACES from BRFSS)",
    sources=(
        Source("places", "mobility_crude_share", low="mobility_crude_low_share", high="mobility_crude_high_share"),
    ),
)
