"""Adults: the age band of most needs."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="People 18 and older.",
    direction="context",
    source="US Census Bureau (PEP, July); Eurostat (January)",
    sources=(
        Source("population_by_age", "adults", over="population"),
        Source("county_table", "adults", over="population"),
        Source("eurostat_people", "adults", over="population", basis="assumed"),
    ),
    fallback="class average",
)
