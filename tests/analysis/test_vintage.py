"""Joins across vintages: nobody is lost, nobody is doubled, and what cannot be known stays unknown."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from analysis.promise import TableError
from analysis.regions.overlaps import people_of_points, people_of_tracts
from analysis.regions.readers import read_published
from analysis.regions.vintage import (
    CHANGES,
    COUNTY_VINTAGES,
    Read,
    across,
    average,
    count,
    foreign,
    join,
    of_most_people,
    only_if_same,
    people_of_parts,
    rows_of,
    vintage_told,
    whole_or,
)

UNCHANGED = ["30001", "48301"]
FIRST_COUNTY, SECOND_COUNTY = "09001", "09003"
FIRST_REGION, SECOND_REGION, THIRD_REGION = "09110", "09120", "09140"
WEIGHTS = pd.DataFrame(
    [
        (FIRST_COUNTY, SECOND_REGION, 300.0),
        (FIRST_COUNTY, THIRD_REGION, 100.0),
        (SECOND_COUNTY, THIRD_REGION, 50.0),
        (SECOND_COUNTY, FIRST_REGION, 150.0),
        ("02261", "02063", 70.0),
        ("02261", "02066", 30.0),
        ("51019", "51019", 90.0),
        ("51515", "51019", 10.0),
    ],
    columns=["older_id", "newer_id", "people"],
)
OLDEST = ["02261", "02270", FIRST_COUNTY, SECOND_COUNTY, *UNCHANGED, "46113", "51019", "51515"]
RULES = {"people": count, "share": average, "code": of_most_people, "whole": only_if_same}


def table_of(ids: list[str], **columns: list[float] | list[int]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=pd.Index(ids, name="county_id"))


people_of = st.lists(st.integers(0, 10**7), min_size=len(OLDEST), max_size=len(OLDEST))
weights_of = st.lists(st.integers(1, 10**6), min_size=len(WEIGHTS), max_size=len(WEIGHTS))


@given(people_of, weights_of, st.sampled_from(COUNTY_VINTAGES), st.sampled_from(COUNTY_VINTAGES))
def test_nobody_is_lost_on_any_way(people: list[int], lived: list[int], through: str, to: str) -> None:
    weights = WEIGHTS.assign(people=[float(number) for number in lived])
    start = table_of(OLDEST, people=people)
    there = across(start, "counties_2013", through, weights, rules=RULES)
    then = across(there, through, to, weights, rules=RULES)
    assert there.people.sum() == then.people.sum() == sum(people)
    assert there.people.dtype == then.people.dtype == start.people.dtype
    assert not set(there.index) & foreign(through)
    assert not set(then.index) & foreign(to)
    pd.testing.assert_frame_equal(then.loc[UNCHANGED], start.loc[UNCHANGED])


@given(people_of, st.sampled_from(COUNTY_VINTAGES))
def test_to_the_same_vintage_nothing_changes(people: list[int], vintage: str) -> None:
    ids = sorted(UNCHANGED)
    start = table_of(ids, people=people[: len(ids)])
    pd.testing.assert_frame_equal(across(start, vintage, vintage, rules=RULES), start)


@given(people_of, weights_of)
def test_there_and_back_is_exact_where_units_were_renamed_or_split(people: list[int], lived: list[int]) -> None:
    weights = WEIGHTS.assign(people=[float(number) for number in lived])
    start = table_of(OLDEST, people=people).drop(index=[FIRST_COUNTY, SECOND_COUNTY, "51019", "51515"])
    there = across(start, "counties_2013", "counties_2022", weights, rules=RULES)
    back = across(there, "counties_2022", "counties_2013", weights, rules=RULES)
    pd.testing.assert_frame_equal(back, start.sort_index())


@given(weights_of)
def test_there_and_back_is_exact_for_the_very_people_of_the_weights(lived: list[int]) -> None:
    weights = WEIGHTS.assign(people=[float(number) for number in lived])
    people = weights.groupby("older_id").people.sum().astype("int64")
    start = table_of(list(people.index), people=people.tolist())
    there = across(start, "counties_2013", "counties_2022", weights, rules=RULES)
    assert there.people.to_dict() == weights.groupby("newer_id").people.sum().to_dict()
    back = across(there, "counties_2022", "counties_2013", weights, rules=RULES)
    pd.testing.assert_frame_equal(back, start)


@given(people_of, weights_of, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(people: list[int], lived: list[int], order: object) -> None:
    weights = WEIGHTS.assign(people=[float(number) for number in lived])
    start = table_of(OLDEST, people=people)
    seed = order.randint(0, 2**32 - 1)  # type: ignore[attr-defined]
    shuffled = across(
        start.sample(frac=1, random_state=seed),
        "counties_2013",
        "counties_2022",
        weights.sample(frac=1, random_state=seed),
        rules=RULES,
    )
    pd.testing.assert_frame_equal(shuffled, across(start, "counties_2013", "counties_2022", weights, rules=RULES))


@given(st.lists(st.floats(0, 1), min_size=len(OLDEST), max_size=len(OLDEST)), weights_of)
def test_an_average_stays_between_its_parts_and_keeps_the_nation_s(shares: list[float], lived: list[int]) -> None:
    weights = WEIGHTS.assign(people=[float(number) for number in lived])
    start = table_of([FIRST_COUNTY, SECOND_COUNTY], share=shares[:2])
    there = across(start, "counties_2020", "counties_2022", weights, rules=RULES)
    assert there.share.between(min(shares[:2]) - 1e-12, max(shares[:2]) + 1e-12).all()
    here = weights[weights.older_id.isin(start.index)]
    before = (here.groupby("older_id").people.sum() * start.share).sum()
    after = (here.groupby("newer_id").people.sum() * there.share).sum()
    assert after == pytest.approx(before)


def test_connecticut_by_hand() -> None:
    start = table_of([FIRST_COUNTY, SECOND_COUNTY], people=[1000, 10], share=[0.1, 0.4], code=[1, 3], whole=[2, 2])
    there = across(start, "counties_2020", "counties_2022", WEIGHTS, rules=RULES)
    # 1000 by 300:100 is 750 and 250; 10 by 150:50 is 7.5 and 2.5: of two halves the first code's is rounded up
    assert there.people.to_dict() == {FIRST_REGION: 8, SECOND_REGION: 750, THIRD_REGION: 252}
    # the third region: 100 people of .1 and 50 of .4
    assert there.share.to_dict() == pytest.approx({FIRST_REGION: 0.4, SECOND_REGION: 0.1, THIRD_REGION: 0.2})
    assert there.code.to_dict() == {FIRST_REGION: 3, SECOND_REGION: 1, THIRD_REGION: 1}
    assert there.whole.to_dict() == {FIRST_REGION: 2, SECOND_REGION: 2, THIRD_REGION: 2}
    differing = across(start[["code"]], "counties_2020", "counties_2022", WEIGHTS, rules={"code": only_if_same}).code
    assert differing.isna().to_dict() == {FIRST_REGION: False, SECOND_REGION: False, THIRD_REGION: True}


def test_counts_that_are_no_whole_numbers_are_kept_too() -> None:
    start = table_of([FIRST_COUNTY, SECOND_COUNTY], people=[10.5, 2.25])
    there = across(start, "counties_2020", "counties_2022", WEIGHTS, rules=RULES)
    assert there.people.sum() == pytest.approx(12.75, rel=1e-15)


def test_missing_stays_missing_and_loses_nobody() -> None:
    start = table_of(["02261", "30001"], people=[7, 9]).astype("Int64")
    start.loc["02261", "people"] = pd.NA
    there = across(start, "counties_2015", "counties_2020", WEIGHTS, rules=RULES)
    assert there.people.isna().to_dict() == {"02063": True, "02066": True, "30001": False}
    half = table_of([FIRST_COUNTY, SECOND_COUNTY], people=[np.nan, 5.0], share=[np.nan, 0.5])
    with pytest.raises(TableError, match="'people' is missing for a part of '09140' and known for another"):
        across(half, "counties_2020", "counties_2022", WEIGHTS, rules=RULES)
    share = across(half[["share"]], "counties_2020", "counties_2022", WEIGHTS, rules=RULES).share
    assert share.isna().to_dict() == {FIRST_REGION: False, SECOND_REGION: True, THIRD_REGION: True}


def test_the_input_stays_as_it_is() -> None:
    start, weights = table_of(OLDEST, people=list(range(len(OLDEST)))), WEIGHTS.copy()
    before = start.copy()
    across(start, "counties_2013", "counties_2022", weights, rules=RULES)
    pd.testing.assert_frame_equal(start, before)
    pd.testing.assert_frame_equal(weights, WEIGHTS)


@pytest.mark.parametrize(
    ("ids", "weights", "words"),
    [
        ([FIRST_COUNTY, FIRST_REGION], WEIGHTS, "09110 .1 such. are no counties of counties_2020"),
        (["02270"], WEIGHTS, "02270 .1 such. are no counties of counties_2020"),
        ([FIRST_COUNTY, SECOND_COUNTY], None, "09001, 09003 were split or merged: give weights"),
        ([FIRST_COUNTY, "09005"], WEIGHTS, "'09005' shares people with no unit, so that its people would be lost"),
        ([FIRST_COUNTY], WEIGHTS, "'09003' shares people with units of the table but is not in it"),
        ([FIRST_COUNTY, FIRST_COUNTY], WEIGHTS, "appear more than once: their people would be doubled"),
        ([FIRST_COUNTY, SECOND_COUNTY], pd.concat([WEIGHTS, WEIGHTS[:1]]), "'09001' and '09120' have two weights"),
        ([FIRST_COUNTY, SECOND_COUNTY], WEIGHTS.assign(people=-1.0), "missing or below zero"),
        ([FIRST_COUNTY, SECOND_COUNTY], WEIGHTS.assign(people=np.nan), "missing or below zero"),
    ],
)
def test_a_join_that_would_lose_or_double_people_fails(
    ids: list[str], weights: pd.DataFrame | None, words: str
) -> None:
    with pytest.raises(TableError, match=words) as told:
        across(table_of(ids, people=[5] * len(ids)), "counties_2020", "counties_2022", weights, rules=RULES)
    assert "\n" not in str(told.value)


def test_a_rule_that_loses_people_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(values: "pd.Series[int]", overlaps: pd.DataFrame) -> "pd.Series[int]":
        return count(values, overlaps) - 1

    monkeypatch.setattr("analysis.regions.vintage.count", careless)
    with pytest.raises(
        TableError, match="'people' counts 10 in counties_2020 and 7 in counties_2022; expected the same"
    ):
        across(
            table_of([FIRST_COUNTY, SECOND_COUNTY], people=[5, 5]),
            "counties_2020",
            "counties_2022",
            WEIGHTS,
            rules={"people": careless},
        )


def test_every_column_needs_a_rule_and_every_vintage_a_name() -> None:
    with pytest.raises(TableError, match="no rule says how column 'strange' goes from counties_2020 to counties_2022"):
        across(table_of(UNCHANGED, strange=[1, 2]), "counties_2020", "counties_2022", rules=RULES)
    with pytest.raises(TableError, match="'counties_1990' is no vintage of counties; expected counties_2013"):
        across(table_of(UNCHANGED, people=[1, 2]), "counties_1990", "counties_2022", rules=RULES)


def test_the_vintage_is_told_by_codes() -> None:
    assert vintage_told(["51515", "30001"], "counties_2022") == "counties_2013"
    assert vintage_told(["02270", "51019"], "counties_2022") == "counties_2014"
    assert vintage_told(["02261", "46102"], "counties_2022") == "counties_2015"
    assert vintage_told(["02063", FIRST_COUNTY], "counties_2022") == "counties_2020"
    assert vintage_told([FIRST_REGION], "counties_2013") == "counties_2022"
    assert vintage_told(UNCHANGED, "counties_2015") == "counties_2015"
    with pytest.raises(TableError, match="09001 were abolished"):
        vintage_told([FIRST_COUNTY, FIRST_REGION], "counties_2022")


def test_every_change_goes_from_one_vintage_to_the_next() -> None:
    assert len(CHANGES) == len(COUNTY_VINTAGES) - 1
    for change, before, after in zip(CHANGES, COUNTY_VINTAGES, COUNTY_VINTAGES[1:], strict=False):
        assert not change.older & foreign(before)
        assert not change.newer & foreign(after)


def test_a_table_of_several_vintages_gives_the_rows_of_one() -> None:
    several = table_of([FIRST_COUNTY, FIRST_REGION, "02261", "02063", "30001"], code=[1, 2, 3, 4, 5])
    assert sorted(rows_of(several, "counties_2022").code) == [2, 4, 5]
    assert sorted(rows_of(several, "counties_2020").code) == [1, 4, 5]
    assert sorted(rows_of(several, "counties_2015").code) == [1, 3, 5]


def test_a_plain_join_keeps_everybody_or_fails() -> None:
    people = Read(table_of(UNCHANGED, people=[5, 7]), "counties_2022", 2)
    codes = Read(table_of([*UNCHANGED, "72001"], code=[1, 2, 3]), "counties_2022", 3)
    joined = join(people, codes)
    assert joined.table.people.sum() == 12
    assert joined.table.code.tolist() == [1, 2]
    with pytest.raises(TableError, match="a table of counties_2022 cannot be joined to one of counties_2020"):
        join(people, Read(codes.table, "counties_2020", 3))
    with pytest.raises(TableError, match=r"'48301' \(1 such\) have no row.*would be lost"):
        join(people, Read(codes.table.drop(index="48301"), "counties_2022", 2))
    with pytest.raises(TableError, match=r"'30001' \(1 such\) appear more than once"):
        join(people, Read(pd.concat([codes.table, codes.table[:1]]), "counties_2022", 4))


def test_people_of_whole_parts_are_weights() -> None:
    people = pd.Series({"02063": 70, "02066": 30, "51019": 90, "51515": 10, "30001": 5})
    found = people_of_parts(people).sort_values(["older_id", "newer_id"], ignore_index=True)
    expected = WEIGHTS[4:].sort_values(["older_id", "newer_id"], ignore_index=True)
    assert found.dtypes.to_dict() == people_of_points(points((-73.5, 41.5, 1)), squares()).dtypes.to_dict()
    pd.testing.assert_frame_equal(found, expected)
    assert people_of_parts(people.drop(["02066", "51515"])).empty


def squares() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        geometry=[box(-74, 41, -73, 42), box(-73, 41, -72, 42)], index=[FIRST_REGION, SECOND_REGION], crs=4326
    )


def points(*places: tuple[float, float, int]) -> pd.DataFrame:
    return pd.DataFrame(places, columns=["longitude", "latitude", "population"]).assign(older_id=FIRST_COUNTY)


@given(
    st.lists(
        st.tuples(
            st.floats(-74.05, -71.95).filter(lambda east: east != -73), st.floats(40.95, 42.05), st.integers(0, 10**6)
        ),
        max_size=20,
    )
)
def test_points_in_outlines_or_on_their_shore_keep_everybody(places: list[tuple[float, float, int]]) -> None:
    placed = points(*places).astype({"population": "int64"})
    placed.index = placed.index[::-1]
    shared = people_of_points(placed, squares())
    assert shared.people.sum() == placed.population.sum()
    east = placed[placed.longitude > -73].population.sum()
    assert shared.people[shared.newer_id == SECOND_REGION].sum() == pytest.approx(east)


def test_a_point_far_from_every_outline_is_a_fault() -> None:
    with pytest.raises(TableError, match=r"7 people at 1 points, the first at 45\.0, -73\.0 in '09001', lie in no"):
        people_of_points(points((-73.5, 41.5, 9), (-73.0, 45.0, 7)), squares())


def test_tracts_that_kept_their_number_are_exact_weights() -> None:
    older = pd.DataFrame({"tract_id": ["09001000100", "09001000200", "09001990000"], "population": [5, 7, 0]})
    newer = ["09110000100", "09120000200", "09110990000", "09120990000"]
    shared = people_of_tracts(older, newer)
    assert shared.to_dict("list") == {
        "older_id": [FIRST_COUNTY] * 2,
        "newer_id": [FIRST_REGION, SECOND_REGION],
        "people": [5.0, 7.0],
    }
    with pytest.raises(TableError, match=r"tract '09001000200' \(1 such\) is in no county afterwards"):
        people_of_tracts(older, newer[:1])
    with pytest.raises(TableError, match=r"'09001000200' \(1 such\) is in 09110 and 09120 afterwards"):
        people_of_tracts(older, [*newer, "09110000200"])


@pytest.mark.real
def test_changes_are_those_of_the_published_files(real_data: Path) -> None:
    """Codes of each file are all of its vintage, and what it lacks of others is exactly what changed."""
    us = real_data / "us"
    oldest = set(read_published("rucc_2013", us / "rucc2013.xls").table.county_id)
    middle = set(
        read_published("county_outlines", us / "cb_2021_us_county_20m" / "cb_2021_us_county_20m.shp").table.county_id
    )
    newest = set(read_published("rucc_2023", us / "Ruralurbancontinuumcodes2023.csv").table.county_id)
    fifty = {code for code in oldest | newest if code < "57"}
    assert (oldest ^ middle) & fifty == foreign("counties_2013") - foreign("counties_2020") ^ (
        foreign("counties_2020") - foreign("counties_2013")
    )
    assert (middle ^ newest) & fifty == foreign("counties_2020") ^ foreign("counties_2022")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"divided": "part", "whole_one": "none"}, None),  # the part may lie in the other place
        ({"divided": "part", "whole_one": "part"}, "part"),
        ({"divided": "none", "whole_one": "part"}, "part"),
        ({"divided": "whole", "whole_one": "none"}, "part"),
        ({"divided": "whole", "whole_one": "whole"}, "whole"),
        ({"divided": "part", "whole_one": "whole"}, None),
        ({"divided": "none", "whole_one": None}, None),
    ],
)
def test_a_part_of_a_divided_place_tells_nothing_of_its_pieces(words: dict[str, str | None], told: str | None) -> None:
    overlaps = pd.DataFrame(
        {"from_id": ["divided", "divided", "whole_one"], "to_id": ["here", "there", "here"], "people": 1.0}
    )
    found = whole_or("part")(pd.Series(words), overlaps)["here"]
    assert (None if pd.isna(found) else found) == told
