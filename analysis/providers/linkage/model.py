"""What two listings are compared by, and which pairs are compared at all: one model for people, one for clinics.

Every comparison has its levels from the strongest agreement to the weakest; how much each tells for or against one
identity is never set here but learned (``training``). Parts that depend on one another are one comparison: given with
family name, and telephone with place, since colleagues share both. People of one family name at one office are told by
name and office together, since relatives work together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import SettingsCreator, block_on
from splink.blocking_rule_library import CustomRule
from splink.internals.blocking_rule_creator import BlockingRuleCreator
from splink.internals.comparison_creator import ComparisonCreator
from splink.internals.comparison_level_creator import ComparisonLevelCreator

ID = "listing"
CLOSE = 0.9
"""Least Jaro-Winkler similarity of two family names that a slip of the pen may tell apart."""

CLOSE_GIVEN = 0.85
"""The same of given names, which are shorter."""

CLOSE_CLINIC = 0.94
"""The same of names of clinics, which are longer."""

UNIQUE_NAME = 6
"""A name on so few listings is seldom that of two people."""

RARE_NAME = 20
"""Over the whole country only names on so few listings are compared; more common ones within a state."""


@dataclass(frozen=True)
class Model:
    """What one kind of listing is compared by.

    Attributes
    ----------
    frequent
        Columns whose rare values tell more than common ones.
    taught_by
        SQL conditions on pairs ``l`` and ``r``, many of which are one: what agreement means is learned among them.
    counted
        Rules under which pairs of different people agree in ways too rare to meet by drawing pairs at random.
    certain
        SQL for keys that two listings seldom share unless they are one: for a first, rough grouping.

    """

    comparisons: tuple[ComparisonCreator, ...]
    compared: tuple[BlockingRuleCreator, ...]
    counted: tuple[BlockingRuleCreator, ...]
    frequent: tuple[str, ...]
    taught_by: tuple[str, ...]
    certain: tuple[str, ...]

    def settings(self, *, is_counting: bool = False) -> dict[str, Any]:
        """Return the untrained model in the words of splink: to compare pairs with, or to count how others agree."""
        creator = SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name=ID,
            comparisons=list(self.comparisons),
            blocking_rules_to_generate_predictions=list(self.counted if is_counting else self.compared),
            retain_matching_columns=True,
            retain_intermediate_calculation_columns=True,
            linker_uid="therapygap",
        )
        return creator.create_settings_dict("duckdb")


def _level(sql: str, label: str, frequency_of: str | None = None) -> ComparisonLevelCreator:
    """Return a level; agreement on a rare value of ``frequency_of`` tells more than on a common one."""
    level = levels.CustomLevel(sql, label_for_charts=label)
    if frequency_of is None:
        return level
    return level.configure(tf_adjustment_column=frequency_of, disable_tf_exact_match_detection=True)


def _not_said(sql: str) -> ComparisonLevelCreator:
    return levels.CustomLevel(sql, label_for_charts="not said").configure(is_null_level=True)


def _compared(name: str, other: str, *found: ComparisonLevelCreator) -> ComparisonCreator:
    """Return a comparison; ``other`` is what is said where nothing agrees."""
    nothing = levels.CustomLevel("ELSE", label_for_charts=other)
    return comparisons.CustomComparison(output_column_name=name, comparison_levels=[*found, nothing])


def _either_is(condition: str, *columns: str) -> str:
    """Return SQL that is true where one side says nothing: all columns of it are so."""
    return " OR ".join(
        "(" + " AND ".join(condition.format(f"{column}_{side}") for column in columns) + ")" for side in "lr"
    )


_NAMES_KNOWN = "given_l IS NOT NULL AND given_r IS NOT NULL"
_SAME_GIVEN = (
    "(given_l = given_r OR given_forms_l && given_forms_r OR (least(length(given_l), length(given_r)) >= 2 AND "
    "(starts_with(given_l, given_r) OR starts_with(given_r, given_l))))"
)
_ENDEARING = "(ie|y|i|ito|ita|chen)$"
_PET_FORM = (
    f"(left(given_l, 2) = left(given_r, 2) AND (regexp_matches(given_l, '{_ENDEARING}') "
    f"OR regexp_matches(given_r, '{_ENDEARING}')))"
)
_INITIAL = "(initial_l = initial_r AND (length(given_l) = 1 OR length(given_r) = 1))"
_CLOSE_GIVEN = f"jaro_winkler_similarity(given_l, given_r) >= {CLOSE_GIVEN}"
_CLOSE_FAMILY = f"jaro_winkler_similarity(family_l, family_r) >= {CLOSE}"
_PART_OF_FAMILY = "family_parts_l && family_parts_r"
_SAME_OFFICE = "(phones_l && phones_r OR streets_l && streets_r)"
_OTHER_GIVEN = (
    f"(family_l = family_r AND {_NAMES_KNOWN} AND given_l <> given_r AND NOT {_SAME_GIVEN} AND NOT {_PET_FORM} "
    f"AND NOT {_INITIAL} AND NOT {_CLOSE_GIVEN} AND {_SAME_OFFICE})"
)


def _person_name() -> ComparisonCreator:
    same = "family_l = family_r AND"
    return _compared(
        "name",
        "other name",
        _not_said(_either_is("{} IS NULL", "family")),
        _level(f"{same} {_SAME_GIVEN} AND generation_l <> generation_r", "same name, other generation"),
        _level(f"{same} given_l = given_r", "same name", "name"),
        _level(f"{same} {_SAME_GIVEN}", "same family name, short form of the given"),
        _level(f"{same} {_PET_FORM}", "same family name, pet form of the given"),
        _level(f"{same} {_INITIAL}", "same family name, initial of the given"),
        _level(f"{_PART_OF_FAMILY} AND {_SAME_GIVEN}", "part of the family name, same given"),
        _level(f"({_CLOSE_FAMILY} AND {_SAME_GIVEN}) OR ({same} {_CLOSE_GIVEN})", "one name close"),
        _level(
            "given_l = family_r AND family_l = given_r OR list_contains(family_parts_l, given_r) AND "
            "list_contains(family_parts_r, given_l)",
            "names exchanged",
        ),
        _level(f"({_CLOSE_FAMILY} OR {_PART_OF_FAMILY}) AND ({_CLOSE_GIVEN} OR {_INITIAL})", "both names close"),
        _level("given_l = given_r", "same given, other family name", "given"),
        _level(_SAME_GIVEN, "short form of the given, other family name"),
        _level(f"{_OTHER_GIVEN} AND initial_l = initial_r", "same family name and office, given of the same initial"),
        _level(_OTHER_GIVEN, "same family name and office, other given"),
        _level(f"{same} initial_l = initial_r", "same family name, given of the same initial"),
        _level("family_l = family_r", "same family name, other given", "family"),
    )


def _clinic_name() -> ComparisonCreator:
    both = "len(list_intersect(telling_l, telling_r))"
    are_telling = "len(telling_l) > 0 AND len(telling_r) > 0"
    return _compared(
        "name",
        "other name",
        _not_said(_either_is("{} IS NULL", "name")),
        _level("name_l = name_r", "same name", "name"),
        _level("words_l = words_r", "same words in another order"),
        _level(f"{are_telling} AND telling_l = telling_r", "same telling words"),
        _level(f"jaro_winkler_similarity(name_l, name_r) >= {CLOSE_CLINIC}", "name close"),
        _level(f"{are_telling} AND {both} = least(len(telling_l), len(telling_r))", "telling words within the other's"),
        _level(
            f"{are_telling} AND jaro_winkler_similarity(telling_l[1], telling_r[1]) >= {CLOSE}", "telling word close"
        ),
        _level(f"{both} > 0", "a telling word"),
        _level("len(list_intersect(words_l, words_r)) > 0", "a common word only"),
    )


def _npi() -> ComparisonCreator:
    return _compared(
        "npi",
        "another identifier",
        _not_said(_either_is("{} IS NULL", "npi")),
        _level("npi_l = npi_r", "same identifier"),
        _level("hamming(npi_l, npi_r) = 1", "identifier with another digit"),
    )


def _profession() -> ComparisonCreator:
    return _compared(
        "professions",
        "another profession",
        _not_said(_either_is("len({}) = 0", "professions")),
        _level("professions_l && professions_r", "same profession"),
    )


def _place(told_elsewhere: str = "false") -> ComparisonCreator:
    """Compare telephone and place; ``told_elsewhere`` is when another comparison has spoken of them already."""
    nothing = _either_is("len({}) = 0", "phones", "streets", "postcodes", "towns")
    phone, street, code = "phones_l && phones_r", "streets_l && streets_r", "postcodes_l && postcodes_r"
    streets_known = "len(streets_l) > 0 AND len(streets_r) > 0"
    phones_known = "len(phones_l) > 0 AND len(phones_r) > 0"
    return _compared(
        "place",
        "another state",
        _not_said(f"{nothing} OR {told_elsewhere}"),
        _level(f"{phone} AND {street}", "same telephone and address"),
        _level(f"{phone} AND NOT ({streets_known})", "same telephone, address not said"),
        _level(f"{phone} AND ({code} OR towns_l && towns_r)", "same telephone, other address in town"),
        _level(phone, "same telephone, other town"),
        _level(f"{street} AND NOT ({phones_known})", "same address, telephone not said"),
        _level(street, "same address, other telephone"),
        _level(f"{code} AND NOT ({streets_known})", "same postal code, address not said"),
        _level(code, "same postal code, other address"),
        _level("towns_l && towns_r", "same town"),
        _level("states_l && states_r", "same state"),
    )


def _shared(columns: str, *explode: str, unless: str | None = None) -> BlockingRuleCreator:
    """Return the rule that pairs are compared which share the columns, ``explode`` of them being lists."""
    if unless is None:
        return block_on(*columns.split(), arrays_to_explode=list(explode))
    equal = " AND ".join(f"l.{column} = r.{column}" for column in columns.split())
    return CustomRule(f"{equal} AND NOT {unless}", arrays_to_explode=list(explode))


PEOPLE = Model(
    comparisons=(_person_name(), _npi(), _place(_OTHER_GIVEN), _profession()),
    compared=(
        _shared("npi"),
        _shared("phones initial", "phones"),
        _shared("phones family", "phones"),
        CustomRule(f"l.name = r.name AND l.listings_of_name <= {RARE_NAME}"),
        _shared("family initial states", "states"),
        _shared("family postcodes", "postcodes"),
        _shared("given postcodes", "postcodes"),
        CustomRule("l.given = r.family AND l.family = r.given"),
    ),
    counted=(
        _shared("npi"),
        _shared("phones", "phones"),
        _shared("streets", "streets"),
        _shared("postcodes", "postcodes"),
        _shared("family_parts", "family_parts"),
        CustomRule("l.given = r.family AND l.family = r.given"),
    ),
    frequent=("name", "given", "family"),
    taught_by=("l.npi = r.npi", f"l.given = r.given AND l.family = r.family AND l.listings_of_name <= {UNIQUE_NAME}"),
    certain=(
        "npi",
        "name || ' ' || unnest(phones)",
        "name || ' ' || unnest(streets)",
        "name || ' ' || unnest(postcodes)",
    ),
)

_ELSEWHERE = (
    "((len(l.towns) > 0 AND len(r.towns) > 0 OR len(l.postcodes) > 0 AND len(r.postcodes) > 0) "
    "AND NOT (l.towns && r.towns) AND NOT (l.postcodes && r.postcodes) "
    "OR len(l.numbers) > 0 AND len(r.numbers) > 0 AND NOT (l.numbers && r.numbers))"
)
"""Another town or house number. A clinic is a facility, since hours are counted by facility: two at two addresses are
two, whatever they share, and are not compared; one that moved counts twice while a directory has the old address."""


def are_elsewhere(one: Sequence[frozenset[str]], other: Sequence[frozenset[str]]) -> bool:
    """Tell the same of towns, postal codes and house numbers of two clinics: not even through a third are they one."""
    (towns, codes, numbers), (other_towns, other_codes, other_numbers) = one, other
    is_known = (towns and other_towns) or (codes and other_codes)
    in_another_town = bool(is_known) and not towns & other_towns and not codes & other_codes
    return in_another_town or (bool(numbers and other_numbers) and not numbers & other_numbers)


CLINICS = Model(
    comparisons=(_clinic_name(), _npi(), _place()),
    compared=(
        _shared("npi", unless=_ELSEWHERE),
        _shared("phones", "phones", unless=_ELSEWHERE),
        _shared("streets", "streets", unless=_ELSEWHERE),
        _shared("start states", "states", unless=_ELSEWHERE),
        _shared("name states", "states", unless=_ELSEWHERE),
    ),
    counted=(
        _shared("npi"),
        _shared("phones", "phones"),
        _shared("streets", "streets"),
        _shared("postcodes", "postcodes"),
        _shared("name"),
    ),
    frequent=("name",),
    taught_by=("l.npi = r.npi", "l.phones[1] = r.phones[1] AND l.streets[1] = r.streets[1]"),
    certain=(
        "npi || ' ' || unnest(postcodes)",
        "name || ' ' || unnest(streets)",
        "unnest(streets) || ' ' || phones[1]",
    ),
)

MODELS = {"people": PEOPLE, "clinics": CLINICS}


def columns_of(kind: str, common: Sequence[str]) -> str:
    """Return SQL for the columns that follow from the listings: how common a name is, and which words tell anything."""
    if kind == "people":
        return "count(*) OVER (PARTITION BY name) AS listings_of_name"
    words = ", ".join("'" + word.replace("'", "''") + "'" for word in common)
    return f"list_filter(words, lambda word: NOT list_contains([{words}]::VARCHAR[], word)) AS telling"
