"""What the tables of supply promise: who is listed, found, placed and counted. Read them from ``analysis.tables``."""

from analysis.columns import REGION, SPECIALTY, count, flag, latitude_longitude, number, share, text
from analysis.promise import Column, Table

LEVELS = ("any", "psychotherapy", "core", "chr")
_NOT_PLACED = "no provider in the region, or withheld"

RECORDS = Table(
    "records",
    "one listing on one directory, as it words it",
    ("source", "source_id"),
    (
        text("source", "Directory: the name of its spider."),
        text("source_id", "Keyed hash of the directory's own identifier; not reversible from the tables."),
        text("kind", "Whether a person or an organisation is listed.", allowed=("person", "organisation")),
        text("professions", "Keys of professions.toml joined by ';'; empty text if none was recognised."),
        text("specialties", "Keys of specialties.toml joined by ';'; empty text if none was stated."),
        text("languages", "ISO 639-1 codes besides English joined by ';'; empty text if none was stated."),
        text("state", "State of the first location.", missing="the listing has no state"),
        text("postal_code", "Five-digit postal code of the first location.", missing="the listing has none"),
        count("locations", "Locations listed.", "locations"),
        flag("offers_online", "Offers sessions by video."),
        flag("is_accepting", "Accepts new clients."),
        text("licence_states", "States in which a licence is stated, joined by ';'; empty text if none."),
        Column("listed_on", "day", "Day of the listing's last change.", "", "the directory does not say"),
        Column("retrieved_on", "day", "Day the page was read."),
        text("provider_id", "Provider this listing was linked to.", missing="not used: outside the study area"),
    ),
    is_public=False,
)

PROVIDERS = Table(
    "providers",
    "one real therapist or clinic after linkage",
    ("provider_id",),
    (
        text("provider_id", "Id of the provider, stable for the same set of crawls."),
        text("kind", "Person or organisation.", allowed=("person", "organisation")),
        text("profession", "Main profession: a key of professions.toml."),
        text("professions", "All professions joined by ';'."),
        text("specialties", "Specialties stated, joined by ';'; empty text if none."),
        text("sources", "Directories that list the provider, joined by ';'."),
        count("records", "Listings linked to this provider.", "listings"),
        text("home_state", "State of the first site."),
        text("licence_states", "Further states in which a licence is stated, joined by ';'."),
        flag("is_core", "Counts among HRSA's core mental-health professions.", None),
        flag("is_chr", "Counts in County Health Rankings' set of codes.", "no taxonomy code was listed"),
        flag("offers_online", "Offers sessions by video in at least one directory."),
        flag(
            "is_accepting",
            "Accepts new clients according to all directories that say anything.",
            "no directory says, or they contradict each other",
        ),
        flag("names_too_many", "A person who names more specialties than can be believed (capacity.toml).", None),
        number("fte", "Expected full-time equivalents open to clients.", "FTE"),
        number("fte_variance", "Variance of that expectation from listing noise.", "FTE squared"),
    ),
    is_public=False,
)

EVIDENCE = Table(
    "evidence",
    "what a directory's listings say of a provider's specialty, and by what",
    ("provider_id", "specialty", "source", "by"),
    (
        text("provider_id", "Id of the provider."),
        SPECIALTY,
        text("source", "Directory that says so."),
        text(
            "by",
            "Taxonomy code, service code, or word: a word of the lists, or what no code of the listing explains.",
            allowed=("taxonomy_code", "service_code", "word"),
        ),
        count("listings", "Listings of the directory that say so.", "listings"),
    ),
    is_public=False,
)

SITES = Table(
    "sites",
    "a place where providers see people",
    ("site_id",),
    (
        text("site_id", "Id of the site."),
        *latitude_longitude("the site"),
        REGION,
        text("state", "State the site lies in."),
        text(
            "geocode_method",
            "How the point was found: the directory's own coordinates, an engine's match of the address, the area of "
            "the postal code, the area a postal code without one of its own lies in, or the town.",
            allowed=("coordinates", "address", "zcta", "zip", "place"),
        ),
        number("precision_km", "Radius within which about nine in ten true places lie.", "km"),
        count("locations", "Listed locations placed at this point.", "locations"),
        share("po_box_share", "Of those, locations whose street is nothing but a post-office box."),
        share("zip_only_share", "Of those, locations without a street."),
        share("state_disagrees_share", "Of those, locations that lie in another state than they state."),
        count("providers", "Providers at this site.", "providers"),
    ),
    is_public=False,
)

SUPPLY = Table(
    "supply",
    "capacity at a site in a specialty",
    ("site_id", "specialty"),
    (
        text("site_id", "Id of the site."),
        SPECIALTY,
        number("fte", "Expected full-time equivalents for this specialty; each provider adds up once.", "FTE"),
        number(
            "fte_variance",
            "Its variance from listing noise, to be added over sites: that of a provider's hours in the specialty is "
            "divided over its sites, which are open or closed together.",
            "FTE squared",
        ),
        number("online_fte", "Part of it given by providers who offer video.", "FTE"),
        count("providers", "Providers behind it.", "providers"),
    ),
    is_public=False,
)

_LEVEL_WITHHELD = "withheld: counted, not counted or not known are some but too few"
LEVELS_TABLE = Table(
    "levels",
    "providers of the study's area at a counting level",
    ("level",),
    (
        text("level", "Counting level: everybody; psychotherapy professions; HRSA's core; 27 codes.", allowed=LEVELS),
        flag("is_chosen", "Level at which this study counts.", None),
        count("providers", "Providers at this level.", "providers", missing=_LEVEL_WITHHELD),
        count(
            "providers_unknown",
            "Providers of whom no taxonomy code is listed, so that the level is not known; they are not counted.",
            "providers",
            missing=_LEVEL_WITHHELD,
        ),
        number("fte", "Expected full-time equivalents open to clients.", "FTE", missing=_LEVEL_WITHHELD),
        number("fte_variance", "Variance of that from listing noise.", "FTE squared", missing=_LEVEL_WITHHELD),
        flag("is_withheld", "Withheld for small numbers.", None),
    ),
)

_COVERAGE_WITHHELD = "withheld: too few providers in both directories, or in only one of them"
COVERAGE = Table(
    "coverage",
    "estimated coverage of two directories in a rurality class, if they list independently (Chapman)",
    ("kind", "first_source", "second_source", "rurality_class"),
    (
        text("kind", "Person or organisation.", allowed=("person", "organisation")),
        text("first_source", "One directory."),
        text("second_source", "The other; 'all_others' are all but the first together."),
        text("rurality_class", "Rural-Urban Continuum Code of the region of the provider's first site, or 'all'."),
        count("seen", "Providers in at least one of the two.", "providers", missing=_COVERAGE_WITHHELD),
        number("estimated", "Estimated providers, listed or not.", "providers", missing=_COVERAGE_WITHHELD),
        number("estimated_low", "Lower end of its 95 % interval.", "providers", missing=_COVERAGE_WITHHELD),
        number("estimated_high", "Upper end of its 95 % interval.", "providers", missing=_COVERAGE_WITHHELD),
        share("seen_share", "Seen over estimated.", missing=_COVERAGE_WITHHELD),
        share("seen_share_low", "Lower end of its 95 % interval.", missing=_COVERAGE_WITHHELD),
        share("seen_share_high", "Upper end of its 95 % interval.", missing=_COVERAGE_WITHHELD),
        share("first_share", "Listed in the first over estimated.", missing=_COVERAGE_WITHHELD),
        share("second_share", "Listed in the second over estimated.", missing=_COVERAGE_WITHHELD),
        flag("is_withheld", "Withheld for small numbers.", None),
    ),
)

PLACEMENT = Table(
    "placement",
    "how precisely the providers of a region are placed",
    ("region_id",),
    (
        REGION,
        share("coordinates_fte_share", "Hours at points the directory states.", missing=_NOT_PLACED),
        share("address_fte_share", "Hours at street addresses found by a geocoding engine.", missing=_NOT_PLACED),
        share("postal_fte_share", "Hours at the centre of a postal area.", missing=_NOT_PLACED),
        share("place_fte_share", "Hours at the middle of a town.", missing=_NOT_PLACED),
        share("po_box_fte_share", "Hours listed under nothing but a post-office box.", missing=_NOT_PLACED),
        share("zip_only_fte_share", "Hours listed without a street.", missing=_NOT_PLACED),
        share(
            "state_disagrees_fte_share",
            "Hours listed in another state than the one they are placed in.",
            missing=_NOT_PLACED,
        ),
        number(
            "precision_km",
            "Mean over hours of the radius within which about nine in ten true places lie.",
            "km",
            missing=_NOT_PLACED,
        ),
        flag("is_withheld", "Withheld: some but too few providers in the region.", None),
    ),
)
