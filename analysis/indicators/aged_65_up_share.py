"""Older people: the age band of their needs, and of limited mobility."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="People 65 and older.",
    direction="context",
    source="US Census Bureau (PEP, July); Eurostat (January)",
    sources=(
        Source("population_by_age", "aged_65_up", over="population"),
        Source("county_table", "aged_65_up", over="population"),
        Source("eurostat_people", "aged_65_up", over="population"),
    ),
    fallback="class average",
)
