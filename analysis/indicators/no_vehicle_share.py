"""Households without a vehicle: for them the trip is the barrier."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="Households without a vehicle.",
    direction="more is worse",
    source="ACS 2018-22 through CDC/ATSDR SVI 2022, or ACS 2019-23 table B08201, also through HEROP",
    sources=(
        Source("acs_table", "no_vehicle_share", margin="no_vehicle_share_margin"),
        Source("herop_commuting_2023", "no_vehicle_share"),
        Source("svi", "no_vehicle_share", margin="no_vehicle_share_margin"),
        Source("county_table", "no_vehicle_share"),
    ),
    fallback="class average",
)
