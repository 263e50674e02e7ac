"""Children and adolescents."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="People aged 5 to 17.",
    direction="context",
    source="US Census Bureau (PEP, July); Eurostat (January)",
    sources=(
        Source("population_by_age", "aged_5_17", over="population"),
        Source("county_table", "aged_5_17", over="population"),
        Source("eurostat_people", "aged_5_17", over="population", basis="assumed"),
    ),
    fallback="class average",
)
