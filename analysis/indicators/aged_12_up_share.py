"""People 12 and older: the age band of substance use. Ages 12 and 13 are taken as 2 of the 9 years from 5 to 13."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="People 12 and older.",
    direction="context",
    source="US Census Bureau (PEP, July); Eurostat (January)",
    sources=(
        Source("population_by_age", "aged_12_up", over="population", basis="assumed"),
        Source("county_table", "aged_12_up", over="population", basis="assumed"),
        Source("eurostat_people", "aged_12_up", over="population", basis="assumed"),
    ),
    fallback="class average",
)
