"""How a place is tied to a city by commuting."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="Rural-Urban Commuting Area code, 1 = metropolitan core to 10 = rural.",
    direction="context",
    source="USDA Economic Research Service, also through HEROP",
    sources=(
        Source("ruca_2020", "ruca"),
        Source("herop_ruca_2020", "ruca_primary"),
        Source("ruca_2010", "ruca"),
        Source("bundle_zctas", "ruca"),
    ),
    kind="class",
    low=1,
    high=10,
    missing="not coded: nobody lives there",
)
