"""What each table promises: key, columns, unit, meaning of missing, limits.

The data dictionary, ``datapackage.json``, DuckDB comments, map legends and tooltips are generated from here and from
nowhere else. How a promise is made and checked is in ``analysis.promise``.
"""

from analysis.promise import Column, Table

BASES = ("measured", "class_average", "assumed")
HOLDS = ("nothing", "connection", "licence", "hours", "suitability", "no_shortage", "unknown")
GAP_CLASSES = ("none_within_reach", "severe", "moderate", "no_shortage", "unknown", "withheld")


def _text(name: str, meaning: str, *, missing: str | None = None, allowed: tuple[str, ...] = ()) -> Column:
    return Column(name, "text", meaning, missing=missing, allowed=allowed)


def _count(name: str, meaning: str, unit: str, *, missing: str | None = None) -> Column:
    return Column(name, "integer", meaning, unit, missing, low=0)


def _number(
    name: str, meaning: str, unit: str, *, missing: str | None = None, low: float | None = 0, high: float | None = None
) -> Column:
    return Column(name, "number", meaning, unit, missing, low, high)


def _share(name: str, meaning: str, *, missing: str | None = None) -> Column:
    return Column(name, "number", meaning, "share, 0-1", missing, 0, 1)


def _flag(name: str, meaning: str, missing: str | None = "the directory does not say") -> Column:
    return Column(name, "flag", meaning, "", missing)


def _basis(of: str) -> Column:
    return _text(f"{of}_basis", f"How {of} is known.", allowed=BASES)


def _latitude_longitude(of: str) -> tuple[Column, Column]:
    return (
        _number("latitude", f"Latitude of {of}, WGS 84.", "degrees", low=-90, high=90),
        _number("longitude", f"Longitude of {of}, WGS 84.", "degrees", low=-180, high=180),
    )


_REGION = _text("region_id", "Id of the region (county GEOID in the United States).")
_SPECIALTY = _text("specialty", "Kind of therapy: a key of specialties.toml.")
_WITHHELD = "withheld: rests on fewer people than the suppression limit"
_NO_PREVALENCE = "no prevalence could be confirmed for this specialty, or withheld"

RECORDS = Table(
    "records",
    "one listing on one directory, as it words it",
    ("source", "source_id"),
    (
        _text("source", "Directory: the name of its spider."),
        _text("source_id", "Keyed hash of the directory's own identifier; not reversible from the tables."),
        _text("kind", "Whether a person or an organisation is listed.", allowed=("person", "organisation")),
        _text("professions", "Keys of professions.toml joined by ';'; empty text if none was recognised."),
        _text("specialties", "Keys of specialties.toml joined by ';'; empty text if none was stated."),
        _text("languages", "ISO 639-1 codes besides English joined by ';'; empty text if none was stated."),
        _text("state", "State of the first location.", missing="the listing has no state"),
        _text("postal_code", "Five-digit postal code of the first location.", missing="the listing has none"),
        _count("locations", "Locations listed.", "locations"),
        _flag("offers_online", "Offers sessions by video."),
        _flag("is_accepting", "Accepts new clients."),
        _text("licence_states", "States in which a licence is stated, joined by ';'; empty text if none."),
        Column("listed_on", "day", "Day of the listing's last change.", "", "the directory does not say"),
        Column("retrieved_on", "day", "Day the page was read."),
        _text("provider_id", "Provider this listing was linked to.", missing="not used: outside the study area"),
    ),
    is_public=False,
)

PROVIDERS = Table(
    "providers",
    "one real therapist or clinic after linkage",
    ("provider_id",),
    (
        _text("provider_id", "Id of the provider, stable for the same set of crawls."),
        _text("kind", "Person or organisation.", allowed=("person", "organisation")),
        _text("profession", "Main profession: a key of professions.toml."),
        _text("professions", "All professions joined by ';'."),
        _text("specialties", "Specialties stated, joined by ';'; empty text if none."),
        _text("sources", "Directories that list the provider, joined by ';'."),
        _count("records", "Listings linked to this provider.", "listings"),
        _text("home_state", "State of the first site."),
        _text("licence_states", "Further states in which a licence is stated, joined by ';'."),
        _flag("is_core", "Counts among HRSA's core mental-health professions.", None),
        _flag("is_chr", "Counts in County Health Rankings' set of codes.", "no taxonomy code was listed"),
        _flag("offers_online", "Offers sessions by video in at least one directory."),
        _flag("is_accepting", "Accepts new clients according to at least one directory."),
        _number("fte", "Expected full-time equivalents open to clients.", "FTE"),
        _number("fte_variance", "Variance of that expectation from listing noise.", "FTE squared"),
    ),
    is_public=False,
)

SITES = Table(
    "sites",
    "a place where providers see people",
    ("site_id",),
    (
        _text("site_id", "Id of the site."),
        *_latitude_longitude("the site"),
        _REGION,
        _text("state", "State the site lies in."),
        _text("geocode_method", "How the point was found.", allowed=("coordinates", "zcta", "zip", "place")),
        _number("precision_km", "Radius within which the true place is expected.", "km"),
        _count("providers", "Providers at this site.", "providers"),
    ),
    is_public=False,
)

SUPPLY = Table(
    "supply",
    "capacity at a site in a specialty",
    ("site_id", "specialty"),
    (
        _text("site_id", "Id of the site."),
        _SPECIALTY,
        _number("fte", "Expected full-time equivalents for this specialty; each provider adds up once.", "FTE"),
        _number("fte_variance", "Variance of that expectation from listing noise.", "FTE squared"),
        _number("online_fte", "Part of it given by providers who offer video.", "FTE"),
        _count("providers", "Providers behind it.", "providers"),
    ),
    is_public=False,
)

REGIONS = Table(
    "regions",
    "unit of reporting with population, rurality, indicators and outline",
    ("region_id",),
    (
        _REGION,
        _text("name", "Name with its kind, such as 'Garfield County'."),
        _text("state", "Postal code of the state; the country's code where it has none."),
        _count("population", "People living there.", "people"),
        _number("land_km2", "Land area.", "km2"),
        _number("density_per_km2", "People per square kilometre of land.", "people/km2"),
        Column("rurality", "integer", "Rural-Urban Continuum Code, 1 (metro, 1 million) to 9 (rural).", "", None, 1, 9),
        _text(
            "county_type",
            "Type after the CMS network-adequacy rule.",
            allowed=("large_metro", "metro", "micro", "rural", "ceac"),
        ),
        *_latitude_longitude("the population-weighted centre"),
        _share("adults_share", "People 18 and older."),
        _basis("adults_share"),
        _share("aged_65_up_share", "People 65 and older."),
        _basis("aged_65_up_share"),
        _share("aged_5_17_share", "People aged 5 to 17."),
        _basis("aged_5_17_share"),
        _share("aged_12_up_share", "People 12 and older."),
        _basis("aged_12_up_share"),
        _share("frequent_mental_distress_share", "Adults with 14 or more days of poor mental health a month."),
        _basis("frequent_mental_distress_share"),
        _share("no_internet_share", "Households without internet subscription."),
        _basis("no_internet_share"),
        _share("no_vehicle_share", "Households without a vehicle."),
        _basis("no_vehicle_share"),
        _share("disability_share", "People with a disability."),
        _basis("disability_share"),
        _share("poverty_share", "People below 150 % of the poverty line."),
        _basis("poverty_share"),
        _share("uninsured_share", "People without health insurance."),
        _basis("uninsured_share"),
        Column("geometry", "geometry", "Outline, WGS 84."),
    ),
)

ORIGINS = Table(
    "origins",
    "population-weighted point inside a region, where trips begin",
    ("origin_id",),
    (
        _text("origin_id", "Id of the tract, ZCTA or region."),
        _REGION,
        *_latitude_longitude("the point"),
        _number("population", "People it stands for, scaled so that a region's points add up to its people.", "people"),
    ),
)

ACCESS = Table(
    "access",
    "access of a region in a specialty under a measure",
    ("region_id", "specialty", "measure"),
    (
        _REGION,
        _SPECIALTY,
        _text("measure", "Measure: the name of its file under analysis/access/measures."),
        _number("value", "Value in the measure's unit.", "see unit", missing="nobody in reach (minutes), or withheld"),
        _number(
            "low",
            "Lower end of the 95 % interval from listing noise.",
            "see unit",
            missing="the measure has no interval",
        ),
        _number(
            "high",
            "Upper end of the 95 % interval from listing noise.",
            "see unit",
            missing="the measure has no interval",
        ),
        _text("unit", "Unit of value, low and high."),
        _share("unreached_share", "People with no provider of the specialty within reach."),
        _flag(
            "is_withheld",
            "Value withheld: too few people, or, inside the region, some but too few providers; distances never are.",
            None,
        ),
    ),
)

GAPS = Table(
    "gaps",
    "need beside access: shortage, class and rank",
    ("region_id", "specialty"),
    (
        _REGION,
        _SPECIALTY,
        _number("need_people", "People in need within a year.", "people", missing=_NO_PREVALENCE),
        _text("need_basis", "How the local need is known.", allowed=BASES),
        _number(
            "access_fte_per_100k",
            "Access under the study's measure, on raw population.",
            "FTE per 100,000 people",
            missing=_WITHHELD,
        ),
        _number(
            "access_fte_per_1000_in_need",
            "Access under the study's measure, on need.",
            "FTE per 1,000 people in need",
            missing=_NO_PREVALENCE,
        ),
        _number(
            "access_fte_per_1000_in_need_low",
            "Lower end of its 95 % interval.",
            "FTE per 1,000 people in need",
            missing=_NO_PREVALENCE,
        ),
        _number(
            "access_fte_per_1000_in_need_high",
            "Upper end of its 95 % interval.",
            "FTE per 1,000 people in need",
            missing=_NO_PREVALENCE,
        ),
        _number(
            "benchmark_fte_per_1000_in_need",
            "Access that counts as enough in this study.",
            "FTE per 1,000 people in need",
            missing=_NO_PREVALENCE,
        ),
        _number(
            "nearest_minutes",
            "Median over people of estimated minutes to the nearest provider of the specialty; close to 0 where both "
            "are placed at the centre of one postal area.",
            "minutes",
            missing="no provider of the specialty anywhere in the study",
        ),
        _share("unreached_share", "People with no provider of the specialty within reach."),
        _number("shortage_fte", "Hours missing up to the benchmark.", "FTE", missing=_NO_PREVALENCE),
        _number("shortage_fte_low", "Lower end of its 95 % interval.", "FTE", missing=_NO_PREVALENCE),
        _number("shortage_fte_high", "Upper end of its 95 % interval.", "FTE", missing=_NO_PREVALENCE),
        _share("shortage_share", "Shortage over what the benchmark asks for.", missing=_NO_PREVALENCE),
        _text("gap_class", "Class of the gap.", allowed=GAP_CLASSES),
        Column(
            "rank",
            "integer",
            "Rank by shortage share, more people in need first among equals; 1 = worst.",
            "",
            _NO_PREVALENCE,
            1,
        ),
        _flag("is_withheld", "Withheld for small numbers.", None),
    ),
)

ONLINE = Table(
    "online",
    "what online therapy would change, and what holds it back",
    ("region_id", "specialty", "scenario"),
    (
        _REGION,
        _SPECIALTY,
        _text("scenario", "Name of the scenario in the study."),
        _number("shortage_fte", "Hours missing before.", "FTE", missing=_NO_PREVALENCE),
        _number(
            "potential_fte",
            "Part that suits video and would be taken up, were nothing in the way.",
            "FTE",
            missing=_NO_PREVALENCE,
        ),
        _number("served_fte", "Part that can be served online now.", "FTE", missing=_NO_PREVALENCE),
        _number("lost_to_connection_fte", "Part lost because people have no internet.", "FTE", missing=_NO_PREVALENCE),
        _number(
            "lost_to_licence_fte",
            "Part lost because no therapist with free hours holds the licence.",
            "FTE",
            missing=_NO_PREVALENCE,
        ),
        _number(
            "lost_to_hours_fte", "Part lost because no therapist anywhere has the hour.", "FTE", missing=_NO_PREVALENCE
        ),
        _number(
            "people_newly_served",
            "People in need whom the served part would bring to the benchmark.",
            "people",
            missing=_NO_PREVALENCE,
        ),
        _share("gap_closed_share", "Served part of the shortage.", missing="no shortage, or none known"),
        _text("held_back_by", "What holds online therapy back most.", allowed=HOLDS),
        _text("basis", "Weakest basis among connection and need.", allowed=BASES),
    ),
)

RUNS = Table(
    "runs",
    "provenance of a crawl or of this build",
    ("run_id",),
    (
        _text("run_id", "Id of the crawl or build."),
        _text("kind", "Crawl or build.", allowed=("crawl", "build")),
        _text("source", "Directory crawled, or title of the study."),
        Column("started_at", "moment", "Start, UTC."),
        Column("finished_at", "moment", "End, UTC."),
        _flag("is_trusted", "Whether the verdict trusts it.", None),
        _count("records", "Records brought (crawl) or used (build).", "records"),
        _text("attribution", "Text to print wherever its figures are shown."),
        _text("sha256", "Checksum of its records or of the build's provenance."),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table for table in (RECORDS, PROVIDERS, SITES, SUPPLY, REGIONS, ORIGINS, ACCESS, GAPS, ONLINE, RUNS)
}
