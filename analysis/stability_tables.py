"""What the tables of stability promise: how sure ranks are, what other choices change."""

from analysis.columns import REGION, SPECIALTY, count, flag, number, share, text
from analysis.promise import Column, Table

KINDS = ("catchment", "decay", "level")
"""What an alternative changes: minutes of all catchments, decay inside them, or whom the study counts."""
LACKING = ("nobody_counts", "not_known_who_counts", "nobody_in_reach")
"""Why an alternative has no access: nobody is at its level, of nobody is it known, or nobody who counts gives this."""

_WITHHELD = "withheld: rests on fewer people than the suppression limit"
_LACKS = "the alternative has no access, see lacking"
_ALIKE = f"access is everywhere the same, under the study's choice or the alternative; or {_LACKS}"


def _rank(name: str, meaning: str) -> Column:
    """Return a column of ranks from 1."""
    return Column(name, "integer", meaning, "", _WITHHELD, 1)


STABILITY = Table(
    "stability",
    "for each region and specialty: how sure access and rank are, by draws of supply",
    ("region_id", "specialty"),
    (
        REGION,
        SPECIALTY,
        number(
            "access_fte_per_100k_low",
            "Lower end of the 95 % interval of access under the study's measure, on raw population.",
            "FTE per 100,000 people",
            missing=_WITHHELD,
        ),
        number(
            "access_fte_per_100k_high",
            "Upper end of the 95 % interval of access under the study's measure, on raw population.",
            "FTE per 100,000 people",
            missing=_WITHHELD,
        ),
        _rank("rank", "Rank by expected access: one more than the number of regions with less; 1 = least access."),
        _rank("rank_low", "Lower end of the 95 % interval of the rank."),
        _rank("rank_high", "Upper end of the 95 % interval of the rank."),
        share(
            "worst_decile_probability",
            "Chance that one of its people is among the tenth of all people with the least access.",
            missing=_WITHHELD,
        ),
        count("draws", "Draws of supply behind the intervals.", "draws"),
        flag("is_withheld", "Withheld for small numbers; not ranked.", None),
    ),
)

SENSITIVITY = Table(
    "sensitivity",
    "for each specialty: how far access under another choice, with estimated minutes, agrees with the study's own, "
    "which is among the choices to compare",
    ("kind", "alternative", "specialty"),
    (
        text("kind", "What is chosen otherwise.", allowed=KINDS),
        text("alternative", "The other choice: minutes as a multiple of the study's, decay, or counting level."),
        SPECIALTY,
        number(
            "spearman",
            "Rank correlation of access of the regions, weighted by people.",
            "",
            missing=_ALIKE,
            low=-1,
            high=1,
        ),
        share(
            "worst_decile_overlap_share",
            "Of the tenth of the people with the least access, those who are in it under the alternative too.",
            missing=_LACKS,
        ),
        share(
            "worst_decile_jaccard_share",
            "People who are in it under both, of those who are in it under either.",
            missing=_LACKS,
        ),
        number(
            "median_change_share",
            "Change of access over what it was, median over people; left out who had none.",
            "share",
            missing=f"nobody had access; or {_LACKS}",
            low=-1,
        ),
        text(
            "lacking",
            "Why the alternative has no access: nobody counts at that level; of nobody is it known whether they do "
            "(table levels tells of how many); or nobody who counts gives this therapy within anybody's reach.",
            missing="the alternative has access",
            allowed=LACKING,
        ),
    ),
)

BARRIERS = Table(
    "barriers",
    "what straight lines from a region to the supply it reaches do not see",
    ("region_id",),
    (
        REGION,
        share(
            "across_state_share",
            "Share of the hours in reach, of all specialties, nearer ones more, that lie in another state.",
            missing="nothing is in reach, or no state is known",
        ),
        share(
            "across_water_share",
            "Share of the hours in reach, of all specialties, nearer ones more, to which the straight line crosses two "
            "kilometres or more that no outline covers: open water, or land that is not drawn.",
            missing="nothing is in reach",
        ),
    ),
)

AGGREGATION = Table(
    "aggregation",
    "for each specialty, measure and class of rurality: what one centre a region would change, with estimated minutes",
    ("specialty", "measure", "rurality_class"),
    (
        SPECIALTY,
        text("measure", "Measure of access."),
        text("rurality_class", "Class of rurality of the region, 'unknown', or 'all'."),
        count("regions", "Regions compared.", "regions"),
        number("median_difference", "Median of the difference without its sign.", "see unit"),
        number("high_difference", "Difference without its sign that nine in ten regions stay within.", "see unit"),
        number("worst_difference", "Largest difference without its sign.", "see unit"),
        text("worst_region_id", "Region of the largest difference."),
        number(
            "median_change_share",
            "Median of the difference without its sign over the value of finer origins, where that is not 0.",
            "share",
            missing="access is 0 everywhere, or the measure is of minutes, which are close to 0 in many places",
        ),
        text("unit", "Unit of the differences."),
    ),
)
