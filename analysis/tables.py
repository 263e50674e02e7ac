"""What each table promises: key, columns, unit, meaning of missing, limits.

The data dictionary, ``datapackage.json``, DuckDB comments, map legends and tooltips are generated from here and from
nowhere else. How a promise is made and checked is in ``analysis.promise``.
"""

from analysis.columns import BASES, REGION, SPECIALTY, basis, count, flag, latitude_longitude, number, share, text
from analysis.indicators import found as indicators
from analysis.promise import Column, Table
from analysis.stability_tables import AGGREGATION, BARRIERS, SENSITIVITY, STABILITY
from analysis.supply_tables import (
    COVERAGE,
    EVIDENCE,
    LEVELS,
    LEVELS_TABLE,
    PLACEMENT,
    PROVIDERS,
    RECORDS,
    SITES,
    SUPPLY,
)

__all__ = [
    "ACCESS",
    "AGGREGATION",
    "BARRIERS",
    "BASES",
    "COVERAGE",
    "EVIDENCE",
    "GAPS",
    "GAP_CLASSES",
    "HOLDS",
    "LEVELS",
    "LEVELS_TABLE",
    "ONLINE",
    "ORIGINS",
    "PLACEMENT",
    "PROVIDERS",
    "RECORDS",
    "REGIONS",
    "RUNS",
    "SENSITIVITY",
    "SITES",
    "STABILITY",
    "SUPPLY",
    "TABLES",
]

HOLDS = ("nothing", "connection", "licence", "hours", "suitability", "no_shortage", "unknown")
GAP_CLASSES = ("none_within_reach", "severe", "moderate", "no_shortage", "unknown", "withheld")

_WITHHELD = "withheld: rests on fewer people than the suppression limit"
_NO_PREVALENCE = "no prevalence could be confirmed for this specialty, or withheld"

REGIONS = Table(
    "regions",
    "unit of reporting with population, rurality, indicators and outline",
    ("region_id",),
    (
        REGION,
        text("name", "Name with its kind, such as 'Garfield County'."),
        text("state", "Postal code of the state; the country's code where a licence holds everywhere."),
        count("population", "People living there.", "people"),
        basis("population"),
        number("land_km2", "Land area.", "km2"),
        number("density_per_km2", "People per square kilometre of land.", "people/km2"),
        text(
            "place_type", "Type of place, which sets catchment and road speed: a key of the country's place_types.toml."
        ),
        *latitude_longitude("the population-weighted centre"),
        *(column for name, indicator in indicators().items() for column in indicator.columns(name)),
        Column("geometry", "geometry", "Outline, WGS 84."),
    ),
)

ORIGINS = Table(
    "origins",
    "population-weighted point inside a region, where trips begin",
    ("origin_id",),
    (
        text("origin_id", "Id of the tract, ZCTA or region."),
        REGION,
        *latitude_longitude("the point"),
        number("population", "People it stands for, scaled so that a region's points add up to its people.", "people"),
    ),
)

ACCESS = Table(
    "access",
    "access of a region in a specialty under a measure",
    ("region_id", "specialty", "measure"),
    (
        REGION,
        SPECIALTY,
        text("measure", "Measure: the name of its file under analysis/access/measures; kth_nearest is the third."),
        number("value", "Value in the measure's unit.", "see unit", missing="nobody in reach (minutes), or withheld"),
        number(
            "low",
            "Lower end of the 95 % interval from listing noise.",
            "see unit",
            missing="the measure has no interval",
        ),
        number(
            "high",
            "Upper end of the 95 % interval from listing noise.",
            "see unit",
            missing="the measure has no interval",
        ),
        text("unit", "Unit of value, low and high."),
        share("unreached_share", "People with no provider of the specialty within reach."),
        flag(
            "is_withheld",
            "Value withheld: too few people; or some but too few providers inside the region or, for gravity and "
            "count_within, in reach of it; distances never are.",
            None,
        ),
    ),
)

GAPS = Table(
    "gaps",
    "need beside access: shortage, class and rank",
    ("region_id", "specialty"),
    (
        REGION,
        SPECIALTY,
        number("need_people", "People in need within a year.", "people", missing=_NO_PREVALENCE),
        text("need_basis", "How the local need is known.", allowed=BASES),
        number(
            "access_fte_per_100k",
            "Access under the study's measure, on raw population.",
            "FTE per 100,000 people",
            missing=_WITHHELD,
        ),
        number(
            "access_fte_per_1000_in_need",
            "Access under the study's measure, on need.",
            "FTE per 1,000 people in need",
            missing=_NO_PREVALENCE,
        ),
        number(
            "access_fte_per_1000_in_need_low",
            "Lower end of its 95 % interval.",
            "FTE per 1,000 people in need",
            missing=_NO_PREVALENCE,
        ),
        number(
            "access_fte_per_1000_in_need_high",
            "Upper end of its 95 % interval.",
            "FTE per 1,000 people in need",
            missing=_NO_PREVALENCE,
        ),
        number(
            "benchmark_fte_per_1000_in_need",
            "Access that counts as enough in this study.",
            "FTE per 1,000 people in need",
            missing=_NO_PREVALENCE,
        ),
        number(
            "nearest_minutes",
            "Median over people of estimated minutes to the nearest provider of the specialty; close to 0 where both "
            "are placed at the centre of one postal area.",
            "minutes",
            missing="no provider of the specialty anywhere in the study",
        ),
        share("unreached_share", "People with no provider of the specialty within reach."),
        number("shortage_fte", "Hours missing up to the benchmark.", "FTE", missing=_NO_PREVALENCE),
        number("shortage_fte_low", "Lower end of its 95 % interval.", "FTE", missing=_NO_PREVALENCE),
        number("shortage_fte_high", "Upper end of its 95 % interval.", "FTE", missing=_NO_PREVALENCE),
        share("shortage_share", "Shortage over what the benchmark asks for.", missing=_NO_PREVALENCE),
        text("gap_class", "Class of the gap.", allowed=GAP_CLASSES),
        Column(
            "rank",
            "integer",
            "Rank by shortage share, more people in need first among equals; 1 = worst.",
            "",
            _NO_PREVALENCE,
            1,
        ),
        flag("is_withheld", "Withheld for small numbers.", None),
    ),
)

ONLINE = Table(
    "online",
    "what online therapy would change, and what holds it back",
    ("region_id", "specialty", "scenario"),
    (
        REGION,
        SPECIALTY,
        text("scenario", "Name of the scenario in the study."),
        number("shortage_fte", "Hours missing before.", "FTE", missing=_NO_PREVALENCE),
        number(
            "potential_fte",
            "Part that suits video and would be taken up, were nothing in the way.",
            "FTE",
            missing=_NO_PREVALENCE,
        ),
        number("served_fte", "Part that can be served online now.", "FTE", missing=_NO_PREVALENCE),
        number("lost_to_connection_fte", "Part lost because people have no internet.", "FTE", missing=_NO_PREVALENCE),
        number(
            "lost_to_licence_fte",
            "Part lost because no therapist with free hours holds the licence.",
            "FTE",
            missing=_NO_PREVALENCE,
        ),
        number(
            "lost_to_hours_fte", "Part lost because no therapist anywhere has the hour.", "FTE", missing=_NO_PREVALENCE
        ),
        number(
            "people_newly_served",
            "People in need whom the served part would bring to the benchmark.",
            "people",
            missing=_NO_PREVALENCE,
        ),
        share("gap_closed_share", "Served part of the shortage.", missing="no shortage, or none known"),
        text("held_back_by", "What holds online therapy back most.", allowed=HOLDS),
        text("basis", "Weakest basis among connection and need.", allowed=BASES),
    ),
)

RUNS = Table(
    "runs",
    "provenance of a crawl or of this build",
    ("run_id",),
    (
        text("run_id", "Id of the crawl or build."),
        text("kind", "Crawl or build.", allowed=("crawl", "build")),
        text("source", "Directory crawled, or title of the study."),
        Column("started_at", "moment", "Start, UTC."),
        Column("finished_at", "moment", "End, UTC."),
        flag("is_trusted", "Whether the verdict trusts it.", None),
        count("records", "Records brought (crawl) or used (build).", "records"),
        text("attribution", "Text to print wherever its figures are shown."),
        text("sha256", "Checksum of its records or of the build's provenance."),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        RECORDS,
        PROVIDERS,
        EVIDENCE,
        SITES,
        SUPPLY,
        PLACEMENT,
        LEVELS_TABLE,
        COVERAGE,
        REGIONS,
        ORIGINS,
        ACCESS,
        GAPS,
        STABILITY,
        SENSITIVITY,
        AGGREGATION,
        BARRIERS,
        ONLINE,
        RUNS,
    )
}
