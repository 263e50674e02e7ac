"""Figures of tracts of 2010 in those of 2020: nobody is lost, and all that comes of them is called assumed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.promise import TableError
from analysis.regions.assemble import read_world
from analysis.regions.catalog import Dataset
from analysis.regions.tracts import carried_by_land, changes_of
from analysis.regions.units import Keyed, current_tracts, of_vintage
from analysis.regions.vintage import average, count, of_most_people
from analysis.study import Directory, Input, Inputs, Study, StudyError
from demonstration.public_files import InventedTracts, invent_tracts, write_tract_centres, write_tract_outlines

A, B = "56001000100", "56001000200"
A1, A2 = "56001000101", "56001000102"
RULES = {"population": count, "share": average, "code": of_most_people}


def parts_of(*rows: tuple[str, str, float]) -> pd.DataFrame:
    """Return parts with the shares of land that the reader of the publisher's file gives."""
    parts = pd.DataFrame(rows, columns=["tract_2010_id", "tract_2020_id", "land_km2"])
    for year in ("2010", "2020"):
        whole = parts.groupby(f"tract_{year}_id").land_km2.transform("sum")
        parts[f"land_of_{year}_share"] = (parts.land_km2 / whole).where(whole > 0)
    return parts


PARTS = parts_of((A, A1, 6.0), (A, A2, 2.0), (B, A2, 2.0))


def figures(**columns: list[float] | list[int]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=pd.Index([A, B], name="tract_id"))


def carried(table: pd.DataFrame, parts: pd.DataFrame = PARTS) -> pd.DataFrame:
    return carried_by_land(table, changes_of(parts, table), RULES)


def test_a_tract_that_was_divided_by_hand() -> None:
    told = carried(figures(population=[1000, 200], share=[0.1, 0.4], code=[1, 7]))
    # three quarters of the land of A are in A1, one quarter and all of B in A2: 750, 250 + 200
    assert told.population.to_dict() == {A1: 750, A2: 450}
    # A2 has 250 people of .1 and 200 of .4
    assert told.share.to_dict() == pytest.approx({A1: 0.1, A2: (250 * 0.1 + 200 * 0.4) / 450})
    assert told.code.to_dict() == {A1: 1, A2: 1}


def test_where_people_are_not_told_land_weighs() -> None:
    assert carried(figures(share=[0.1, 0.4])).share.to_dict() == pytest.approx(
        # A2 has a quarter of A and all of B
        {A1: 0.1, A2: (0.25 * 0.1 + 1.0 * 0.4) / 1.25}
    )


def test_a_tract_without_people_does_not_blank_those_it_touches() -> None:
    told = carried(figures(population=[1000, 0], share=[0.1, np.nan], code=[1, np.nan]))
    assert told.share.to_dict() == pytest.approx({A1: 0.1, A2: 0.1})
    assert told.population.to_dict() == {A1: 750, A2: 250}


def test_a_border_drawn_anew_moves_nobody() -> None:
    told = carried(figures(population=[1000, 200]), parts_of((A, A1, 8.0), (A, A2, 0.005), (B, A2, 2.0)))
    assert told.population.to_dict() == {A1: 1000, A2: 200}


def test_what_is_known_of_less_than_half_of_a_tract_is_missing() -> None:
    only = figures(share=[0.1, 0.4]).drop(index=B)
    assert carried(only).share.notna().to_dict() == {A1: True, A2: True}  # half of A2 is known
    less = parts_of((A, A1, 6.0), (A, A2, 2.0), (B, A2, 2.1))
    assert carried(only, less).share.notna().to_dict() == {A1: True, A2: False}
    counted = carried(only.assign(population=1000), less)
    assert counted.share.notna().to_dict() == {A1: True, A2: False}
    assert counted.population.to_dict() == {A1: 750, A2: 250}  # what is counted is told all the same: nobody is lost


def test_people_of_a_tract_that_became_none_are_a_fault() -> None:
    with pytest.raises(TableError, match=rf"tract '{B}' of 2010 \(1 such, 200 in column 'population'\) is in no tract"):
        carried(figures(population=[1000, 200]), PARTS[PARTS.tract_2010_id != B])


@pytest.mark.parametrize("people", [0, pd.NA])
def test_a_tract_that_became_none_loses_nobody_if_nobody_is_counted_there(people: object) -> None:
    table = figures(share=[0.1, 0.4]).assign(population=pd.array([1000, people], dtype="Int64"))
    told = carried(table, PARTS[PARTS.tract_2010_id != B])
    assert told.population.to_dict() == {A1: 750, A2: 250}


@pytest.mark.parametrize(
    ("older", "newer"),
    [("46113940500", "46102940500"), ("02270000100", "02158000100"), ("51515050100", "51019050100")],
)
def test_a_county_that_got_another_name_keeps_its_tracts_whichever_file_uses_it(older: str, newer: str) -> None:
    for in_parts in (older, newer):
        parts = parts_of((in_parts, newer, 5.0))
        for in_table in (older, newer):
            table = pd.DataFrame({"share": [0.3]}, index=pd.Index([in_table], name="tract_id"))
            assert carried(table, parts).share.to_dict() == {newer: 0.3}


old, new = st.integers(1, 6), st.integers(1, 6)


@given(
    st.dictionaries(st.tuples(old, new), st.integers(1, 10**6), min_size=1, max_size=20),
    st.lists(st.integers(0, 10**6), min_size=6, max_size=6),
)
def test_nobody_is_lost_or_doubled(land: dict[tuple[int, int], int], people: list[int]) -> None:
    parts = parts_of(*((f"56001{a:06}", f"56001{b:06}", float(size)) for (a, b), size in land.items()))
    older = sorted(parts.tract_2010_id.unique())
    table = pd.DataFrame({"population": people[: len(older)]}, index=pd.Index(older, name="tract_id"))
    assert carried(table, parts).population.sum() == table.population.sum()


@given(
    st.dictionaries(st.tuples(old, new), st.integers(1, 10**6), min_size=1, max_size=20),
    st.lists(st.floats(0, 1), min_size=6, max_size=6),
)
def test_a_share_stays_between_those_it_was_made_of(land: dict[tuple[int, int], int], values: list[float]) -> None:
    parts = parts_of(*((f"56001{a:06}", f"56001{b:06}", float(size)) for (a, b), size in land.items()))
    older = sorted(parts.tract_2010_id.unique())
    table = pd.DataFrame({"share": values[: len(older)]}, index=pd.Index(older, name="tract_id"))
    told = carried(table, parts).share
    assert told.between(min(values) - 1e-12, max(values) + 1e-12).all()
    assert set(told.index) == set(parts.tract_2020_id)


def test_tracts_of_2010_are_refused_where_nothing_says_what_became_of_them() -> None:
    with pytest.raises(TableError, match="name tract_changes_2020 among the figures"):
        of_vintage(Keyed(figures(share=[0.1, 0.4]), "tract", "tracts_2010"), "tracts_2022", RULES)


STATES = ("CT", "WY")
TRACTS = invent_tracts(1_100, 11, STATES)


def older_of(tracts: InventedTracts) -> pd.Series:
    """Return the invented tract of 2010 of each: every two of a county were one then."""
    ids = tracts.table.older_id
    pair = ids.groupby(ids.str[:5]).cumcount() // 2
    return ids.str[:5] + (8_000 + pair).astype("str") + "00"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("published")
    write_tract_centres(TRACTS, folder / "centres.txt")
    write_tract_outlines(TRACTS, folder / "tracts.zip")
    older = older_of(TRACTS)
    rows = [
        f"1|{new}|Census Tract|1000000|2|{old}|1000000|0" for new, old in zip(TRACTS.table.older_id, older, strict=True)
    ]
    head = "OID_TRACT_20|GEOID_TRACT_20|NAMELSAD_TRACT_20|AREALAND_TRACT_20|OID_TRACT_10|GEOID_TRACT_10|AREALAND_PART|"
    (folder / "changes.txt").write_text("\n".join([head + "AREAWATER_PART", *rows]) + "\n")
    told = pd.DataFrame({"tract": older.unique()})
    told["MHLTH"] = 10 + np.arange(len(told)) % 50 / 10
    lines = [
        f'XX,Invented,{tract[:5]},{tract},120,90,{share:.1f},"({share - 1:.1f}, {share + 1:.1f})",POINT (-73.5 41.25)'
        for tract, share in told.itertuples(index=False)
    ]
    columns = "StateAbbr,CountyName,CountyFIPS,TractFIPS,TotalPopulation,TotalPop18plus,MHLTH_CrudePrev,MHLTH_Crude95CI"
    (folder / "places.csv").write_text("\n".join([f"{columns},Geolocation", *lines]) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Dataset, "rows", 0)  # files of two states
        yield folder


def study(*figures: Input, level: str = "tract") -> Study:
    outlines = {"tract": Input(dataset="census_tracts_2023", file=Path("tracts.zip"))}
    inputs = Inputs(
        level=level,
        outlines=outlines.get(level, Input(dataset="bundle_counties")),
        figures=(*figures, Input(dataset="bundle_counties")),
        origins=Input(dataset="census_tract_centres_2020", file=Path("centres.txt")),
    )
    return Study(title="t", states=STATES, directories=(Directory(source="nppes_api"),), inputs=inputs)


PLACES = Input(dataset="places_tracts", file=Path("places.csv"))
CHANGES = Input(dataset="tract_changes_2020", file=Path("changes.txt"))


def test_an_older_release_of_places_serves_a_study_of_tracts_of_today(published: Path) -> None:
    world = read_world(study(PLACES, CHANGES), published)
    regions = world.regions.set_index("region_id")
    assert set(regions.frequent_mental_distress_share_basis) == {"assumed"}
    older = pd.Series(older_of(TRACTS).to_numpy(), index=current_tracts(pd.Index(TRACTS.table.older_id)))
    told = pd.read_csv(published / "places.csv", dtype={"TractFIPS": "str"}).set_index("TractFIPS").MHLTH_CrudePrev
    expected = older[regions.index].map(told) / 100
    assert regions.frequent_mental_distress_share.to_numpy() == pytest.approx(expected.to_numpy())
    assert (regions.frequent_mental_distress_share_low < regions.frequent_mental_distress_share).all()
    assert "places_tracts: tracts_2010 to tracts_2022, by land" in world.carried
    assert {one["dataset"] for one in world.datasets} >= {"places_tracts", "tract_changes_2020"}


def test_in_counties_too_it_is_assumed(published: Path) -> None:
    regions = read_world(study(PLACES, CHANGES, level="county"), published).regions
    assert set(regions.frequent_mental_distress_share_basis) == {"assumed"}


def test_without_what_became_of_its_tracts_it_is_refused(published: Path) -> None:
    for level in ("tract", "county"):
        with pytest.raises(
            TableError, match=r"^dataset 'places_tracts': figures of the tracts of 2010 cannot be joined"
        ):
            read_world(study(PLACES, level=level), published)


@pytest.mark.parametrize("use", ["outlines", "origins"])
def test_what_became_of_tracts_is_no_place(published: Path, use: str) -> None:
    whole = study(PLACES, CHANGES)
    wrong = whole.model_copy(update={"inputs": whole.inputs.model_copy(update={use: CHANGES})})
    with pytest.raises((TableError, StudyError), match="has no tract_id: it is no table of places"):
        read_world(wrong, published)


def test_tracts_of_2010_are_neither_drawn_nor_lived_in(published: Path, tmp_path: Path) -> None:
    for name in ("places.csv", "changes.txt", "tracts.zip"):
        (tmp_path / name).symlink_to(published / name)
    lines = (published / "centres.txt").read_text(encoding="utf-8-sig")
    (tmp_path / "centres.txt").write_text(f"{lines}09,001,020100,5,+41.1,-73.5\n")  # of Connecticut, and ended since
    with pytest.raises(StudyError, match="has tracts of 2010, whose codes are not those of today's"):
        read_world(study(PLACES, CHANGES), tmp_path)
    (tmp_path / "tracts.zip").unlink()
    drawn = InventedTracts(TRACTS.table[:1].assign(tract_id="09001020100"), TRACTS.outlines[:1])
    write_tract_outlines(drawn, tmp_path / "tracts.zip")
    with pytest.raises(StudyError, match="draws tracts of 2010"):
        read_world(study(PLACES, CHANGES), tmp_path)
