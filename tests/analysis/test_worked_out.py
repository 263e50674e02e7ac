"""Indicators that are worked out: classes at their limits, how each is known, what stays untold, found alone."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import invented_crawl, small_build

from analysis import indicators
from analysis.columns import BASES
from analysis.indicator import Indicator, Source, Standing
from analysis.indicators import found, published
from analysis.indicators import worked_out as declared
from analysis.indicators.density_class import DENSITY_FROM
from analysis.regions.worked_out import worked_out
from analysis.store import read_table
from analysis.study import Directory, Study
from analysis.tables import REGIONS

FEW = 5


def standing(
    population: list[int],
    land_km2: float = 1.0,
    basis: list[str] | None = None,
    providers: list[int] | None = None,
    sites: list[int] | None = None,
    at_centres: list[int] | None = None,
) -> Standing:
    index = pd.RangeIndex(len(population))
    counts = [
        pd.Series([0] * len(index) if given is None else given, index=index) for given in (providers, sites, at_centres)
    ]
    return Standing(
        population=pd.Series(population, index=index),
        population_basis=pd.Series(basis or ["measured"] * len(index), index=index, dtype="str"),
        land_km2=pd.Series(land_km2, index=index),
        providers=counts[0],
        sites=counts[1],
        sites_at_centres=counts[2],
        few=FEW,
    )


@pytest.mark.parametrize(("limit", "number"), list(zip(DENSITY_FROM, (1, 2, 3), strict=True)))
def test_a_class_of_density_begins_at_its_limit(limit: float, number: int) -> None:
    people = int(limit)
    told = worked_out(standing([people, people - 1, people + 1])).density_class
    assert told.tolist() == [number, number + 1, number]


def test_nobody_on_much_land_is_of_the_thinnest_class() -> None:
    assert worked_out(standing([0, 10_000_000], land_km2=1e6)).density_class.tolist() == [4, 4]


@given(st.lists(st.integers(0, 10**7), min_size=2, max_size=30), st.floats(0.01, 1e6))
def test_where_more_people_live_on_the_same_land_the_class_is_no_thinner(people: list[int], land: float) -> None:
    told = worked_out(standing(sorted(people), land)).density_class
    assert (told.diff().dropna() <= 0).all()
    assert told.isin(range(1, 5)).all()


@given(st.lists(st.sampled_from(BASES), min_size=1, max_size=8))
def test_a_figure_is_known_no_better_than_the_people_it_rests_on(basis: list[str]) -> None:
    count = len(basis)
    told = worked_out(standing([900] * count, basis=basis, providers=[FEW] * count, sites=[FEW] * count))
    assert told.density_class_basis.tolist() == basis
    assert told.people_per_site_basis.tolist() == basis
    assert set(told.anonymity_basis) == {"measured"}  # providers are counted, people are not asked for


@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 3 * FEW), st.integers(0, 200)), min_size=1, max_size=20)
)
def test_where_providers_are_few_nothing_tells_how_many(rows: list[tuple[int, int, int]]) -> None:
    people, providers, sites = (list(column) for column in zip(*rows, strict=True))
    told = worked_out(standing(people, providers=providers, sites=sites))
    seen, is_few = np.array(providers), np.array(providers) < FEW
    is_withheld = is_few | (np.array(sites) < FEW)
    assert told.people_per_site.isna().tolist() == is_withheld.tolist()
    assert told.people_per_site_basis.isna().tolist() == is_withheld.tolist()
    assert (told.anonymity == np.select([seen == 0, seen < FEW], ["nobody", "few"], "some")).all()
    # one provider or four, at one place or a hundred: the row is the same
    some = worked_out(standing(people, providers=[1] * len(rows), sites=[1] * len(rows)))
    others = worked_out(standing(people, providers=[FEW - 1] * len(rows), sites=[100] * len(rows)))
    pd.testing.assert_frame_equal(some, others)
    # fifty providers at one place or at four: the row is the same
    some = worked_out(standing(people, providers=[50] * len(rows), sites=[1] * len(rows)))
    others = worked_out(standing(people, providers=[50] * len(rows), sites=[FEW - 1] * len(rows)))
    pd.testing.assert_frame_equal(some, others)


@given(st.lists(st.tuples(st.sampled_from(BASES), st.integers(0, 3)), min_size=1, max_size=8))
def test_where_a_place_is_the_centre_of_an_area_people_to_a_place_are_assumed(rows: list[tuple[str, int]]) -> None:
    basis, at_centres = (list(column) for column in zip(*rows, strict=True))
    count = len(rows)
    told = worked_out(
        standing([900] * count, basis=basis, providers=[FEW] * count, sites=[FEW] * count, at_centres=at_centres)
    )
    assert told.people_per_site_basis.tolist() == ["assumed" if centres else known for known, centres in rows]
    assert told.density_class_basis.tolist() == basis
    assert set(told.people_per_site) == {180.0}


def test_where_nobody_lives_people_to_a_site_are_none_and_not_unknown() -> None:
    told = worked_out(standing([0], providers=[FEW], sites=[FEW]))
    assert told.people_per_site.tolist() == [0.0]
    assert told.people_per_site_basis.tolist() == ["measured"]


@given(st.integers(1, 10**7), st.integers(FEW, 500))
def test_people_to_a_site_are_told_in_two_digits(people: int, sites: int) -> None:
    told = worked_out(standing([people], providers=[FEW], sites=[sites])).people_per_site[0]
    assert told == pytest.approx(people / sites, rel=0.05)
    assert float(f"{told:.1e}") == pytest.approx(told, rel=1e-12)


def test_every_column_that_is_worked_out_is_promised_and_others_are_left_to_publishers() -> None:
    told = worked_out(standing([900], providers=[FEW], sites=[FEW]))
    assert list(told) == [column.name for name in declared() for column in found()[name].columns(name)]
    assert set(told) <= set(REGIONS.names)
    assert not set(declared()) & set(published())
    assert set(declared()) | set(published()) == set(found())
    assert REGIONS["people_per_site"].unit == "people per site"
    assert REGIONS["density_class"].missing is None
    assert REGIONS["people_per_site"].missing == "no provider, or too few providers or places to be told apart"
    assert REGIONS["people_per_site"].meaning.endswith("; more is worse.")
    assert REGIONS["anonymity"].meaning.endswith("; more is better.")
    assert "worse" not in REGIONS["density_class"].meaning + REGIONS["rurality"].meaning  # context is neither
    assert "where there are few places, everybody knows" in REGIONS["people_per_site"].meaning
    assert "centre of one postal area or town are one place" in REGIONS["people_per_site"].meaning
    assert "assumed where some are placed at the centre" in REGIONS["people_per_site_basis"].meaning
    assert "land being measured" in REGIONS["density_class_basis"].meaning


ADDED = """
from analysis.indicator import Indicator, WorkedOut, as_people_are_known

INDICATOR = Indicator(
    meaning="Land for a hundred people.",
    direction="context",
    source="Worked out of people and land",
    worked_out=WorkedOut(
        lambda standing: standing.land_km2 / standing.population.where(standing.population > 0) * 100,
        as_people_are_known,
        "as population is",
    ),
    kind="number",
    unit="km2 per hundred",
    missing="nobody lives there",
)
"""
BUILT = """
import sys
import analysis.indicators
analysis.indicators.__path__.append(sys.argv[1])
import pandas as pd
from analysis.promise import promised
from analysis.regions.assemble import completed, read_world
from analysis.study import Directory, Study
from analysis.tables import REGIONS
world = read_world(Study(title="t", states=("WY",), directories=(Directory(source="nppes_api"),)), None)
nobody = pd.Series(dtype="int64")
regions = promised(completed(world.regions, nobody, nobody, 5), REGIONS)
column = regions.land_km2_per_hundred
assert (column - regions.land_km2 / regions.population * 100).abs().max() < 1e-9
print(len(column), set(regions.land_km2_per_hundred_basis), REGIONS["land_km2_per_hundred"].unit)
"""


def test_one_more_is_found_by_itself_and_comes_into_the_table_of_regions(tmp_path: Path) -> None:
    (tmp_path / "land_km2_per_hundred.py").write_text(ADDED)
    done = subprocess.run(
        [sys.executable, "-c", BUILT, str(tmp_path)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout.strip() == "23 {'measured'} km2 per hundred", done.stderr


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(indicators, "__path__", [*indicators.__path__, str(tmp_path)])
    found.cache_clear()
    yield tmp_path
    found.cache_clear()
    for file in tmp_path.glob("*.py"):
        sys.modules.pop(f"analysis.indicators.{file.stem}", None)


@pytest.mark.parametrize(
    ("name", "said", "words"),
    [
        ("zz_neither_share", "", "is neither published nor worked out"),
        (
            "zz_both_share",
            "sources=(Source('svi', 'x'),), worked_out=WorkedOut(lambda one: one.population, as_counted, 'r')",
            "is both published and worked out",
        ),
        (
            "zz_number",
            "kind='number', sources=(Source('svi', 'x'),)",
            "is a number of ''; give it a unit, last in its name",
        ),
        ("zz_km", "kind='number', unit='minutes', sources=(Source('svi', 'x'),)", "is a number of 'minutes'"),
        ("zz_plain", "sources=(Source('svi', 'x'),)", "is a share; end its name in '_share'"),
    ],
)
def test_an_indicator_that_is_declared_wrongly_is_told(folder: Path, name: str, said: str, words: str) -> None:
    declaration = f"Indicator(meaning='m', direction='context', source='s', {said})"
    (folder / f"{name}.py").write_text(
        f"from analysis.indicator import Indicator, Source, WorkedOut, as_counted\nINDICATOR = {declaration}\n"
    )
    with pytest.raises(ImportError, match=words):
        found()


def test_a_number_somebody_publishes_has_its_unit_in_its_interval_too() -> None:
    told = Indicator("Minutes to work.", "more is worse", "S", (Source("acs_table", "x", margin="m"),), kind="number")
    columns = replace(told, unit="minutes").columns("commute_minutes")
    assert [column.name for column in columns] == [f"commute_minutes{end}" for end in ("", "_low", "_high", "_basis")]
    assert {(column.unit, column.low, column.high) for column in columns[:3]} == {("minutes", 0, None)}
    share = found()["no_vehicle_share"].columns("no_vehicle_share")
    assert {(column.unit, column.low, column.high) for column in share[:3]} == {("share, 0-1", 0, 1)}


def test_a_build_withholds_and_assumes_by_whom_directories_list_and_where_they_are_placed(tmp_path: Path) -> None:
    billings = ("59101", "59102", "59105", "59106", "59044")  # each placed at the centre of its postal area
    places = dict.fromkeys((*billings, "59601"), ("MT", "general"))
    study = Study(title="Montana", states=("MT",), directories=(Directory(source="nppes_api"),))
    small_build(tmp_path / "build", study, invented_crawl(tmp_path / "one", places))
    told = read_table(tmp_path / "build", REGIONS).set_index("region_id")
    assert told.anonymity.value_counts().to_dict() == {"nobody": 54, "few": 1, "some": 1}
    yellowstone = told.loc["30111"]
    assert yellowstone.anonymity == "some"
    assert yellowstone.people_per_site == pytest.approx(yellowstone.population / FEW, rel=0.05)
    assert (yellowstone.population_basis, yellowstone.people_per_site_basis) == ("measured", "assumed")
    assert told.people_per_site.notna().sum() == 1
