"""Counting levels: each counts whom it says, unknown stays unknown, and few are not shown."""

from typing import get_args

import pandas as pd
import pytest

from analysis import study, tables
from analysis.providers.levels import is_at, levels
from analysis.reference import counted_by_chr, professions
from analysis.study import LEVELS, Level, Study


def test_the_study_and_the_tables_name_the_same_levels() -> None:
    assert study.LEVELS == tables.LEVELS == get_args(Level)
    assert Study.model_validate({"title": "t", "directories": [{"source": "nppes_api"}]}).supply.level == "any"


def test_each_level_counts_its_professions() -> None:
    counted = {
        level: {key for key in professions() if is_at(level, key, is_chr=None)} for level in LEVELS if level != "chr"
    }
    assert counted["any"] == set(professions())
    # HRSA's core (42 CFR part 5, appendix C): counselors are none
    assert counted["core"] == {
        "psychologist",
        "social_worker",
        "marriage_family_therapist",
        "psychiatrist",
        "psychiatric_nurse",
    }
    assert counted["psychotherapy"] == {
        "counselor",
        "psychologist",
        "psychotherapist",
        "social_worker",
        "marriage_family_therapist",
        "psychoanalyst",
    }


def test_the_ranking_counts_codes_whatever_the_profession_and_knows_nothing_without() -> None:
    for answer in (True, False, None):
        assert is_at("chr", "clinic", is_chr=answer) is answer
    assert len(counted_by_chr()) == 27


def frame(counselors: int, psychologists: int, unknown: int) -> pd.DataFrame:
    count = counselors + psychologists + unknown
    return pd.DataFrame(
        {
            "profession": ["counselor"] * counselors + ["psychologist"] * (psychologists + unknown),
            "is_chr": pd.array([True] * (counselors + psychologists) + [None] * unknown, dtype="boolean"),
            "fte": 0.5,
            "fte_variance": 0.1,
        },
        index=range(count),
    )


def test_levels_tell_providers_hours_and_what_is_not_known() -> None:
    found = levels(frame(10, 20, 6), "core", 5).set_index("level")
    assert found.providers.to_dict() == {"any": 36, "psychotherapy": 36, "core": 26, "chr": 30}
    assert found.providers_unknown.to_dict() == {"any": 0, "psychotherapy": 0, "core": 0, "chr": 6}
    assert found.fte["core"] == pytest.approx(13.0)
    assert found.fte_variance["chr"] == pytest.approx(3.0)
    assert found.is_chosen.to_dict() == {"any": False, "psychotherapy": False, "core": True, "chr": False}
    assert not found.is_withheld.any()


@pytest.mark.parametrize(("counts", "withheld"), [((3, 20, 0), ["core"]), ((10, 4, 0), ["core"]), ((9, 9, 4), ["chr"])])
def test_a_level_is_withheld_where_those_in_it_or_left_out_or_not_known_are_few(
    counts: tuple[int, int, int], withheld: list[str]
) -> None:
    found = levels(frame(*counts), "any", 5).set_index("level")
    assert list(found.index[found.is_withheld]) == withheld
    assert found[found.is_withheld][["providers", "providers_unknown", "fte"]].isna().all(axis=None)
