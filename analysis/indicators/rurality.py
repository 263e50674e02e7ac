"""How rural a place is, on the scale of its country: the class that averages go by."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="Class of rurality, 1 = most urban (United States: Rural-Urban Continuum Code to 9; Europe: type to 3).",
    direction="context",
    source="USDA Economic Research Service; Eurostat",
    sources=(
        Source("rucc_2023", "rucc_2023"),
        Source("rucc_2023_workbook", "rucc_2023"),
        Source("county_table", "rucc_2023"),
        Source("rucc_2013", "rucc_2013"),
        Source("bundle_counties", "rurality"),
        Source("nuts_outlines", "urban_rural"),
    ),
    kind="class",
    low=1,
    high=9,
)
