"""How steady access is, all tables in one go: with a table of minutes as with the estimate, each where it belongs."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shapely.geometry import box

from analysis.access.aggregation import aggregation_error, aggregation_summary, one_centre
from analysis.access.assemble import Accessible, measure_access
from analysis.access.engine import Resources
from analysis.access.rerun import estimate
from analysis.access.sensitivity import median_change
from analysis.access.steady import steadiness
from analysis.decay_choice import StepChoice
from analysis.promise import promised
from analysis.providers.assemble import Providers
from analysis.providers.levels import Counted
from analysis.stability_tables import AGGREGATION, BARRIERS, SENSITIVITY, STABILITY
from analysis.study import Access, Directory, Gaps, Stability, Study
from analysis.travel_choice import EstimateChoice, TableChoice

BOTH = ("general", "trauma")
SHAPES = [box(-110.5, 45.8, -109.5, 46.3), box(-110.5, 46.3, -109.5, 46.8), box(-109.5, 46.5, -108.5, 47.5)]
REGIONS = gpd.GeoDataFrame(
    {
        "region_id": ["30001", "30003", "56005"],
        "population": [5_000, 800, 90],
        "place_type": ["micro", "rural", "ceac"],
        "rurality": pd.array([5, 8, 9], dtype="Int64"),
        "state": ["MT", "MT", "WY"],
        "latitude": [46.1, 46.5, 47.0],
        "longitude": [-110.0, -110.0, -109.0],
    },
    geometry=SHAPES,
    crs=4326,
)
ORIGINS = pd.DataFrame(
    {
        "origin_id": ["a", "b", "c", "d"],
        "region_id": ["30001", "30001", "30003", "56005"],
        "latitude": [46.0, 46.2, 46.5, 47.0],
        "longitude": [-110.0, -110.1, -110.0, -109.0],
        "population": [3_000.0, 2_000.0, 800.0, 90.0],
    }
)
SITES = pd.DataFrame(
    {
        "site_id": ["s1", "s2"],
        "latitude": [46.01, 46.48],
        "longitude": [-110.0, -110.0],
        "region_id": ["30001", "30003"],
        "state": ["MT", "MT"],
        "geocode_method": ["coordinates", "coordinates"],
        "precision_km": [0.1, 0.1],
    }
)
SUPPLY = pd.DataFrame(
    {
        "site_id": ["s1", "s1", "s2"],
        "specialty": ["general", "trauma", "general"],
        "fte": [4.0, 0.5, 0.8],
        "fte_variance": [0.3, 0.1, 0.2],
        "providers": [6, 4, 1],
    }
)


def study_of(travel: EstimateChoice | TableChoice, **access: float) -> Study:
    return Study(
        title="t",
        directories=(Directory(source="nppes_api"),),
        access=Access(travel=travel, **access),
        stability=Stability(draws=200, seed=6),
    )


ESTIMATED = study_of(EstimateChoice())
TOLD = study_of(
    TableChoice(engine="table", file=Path("minutes.parquet"), destinations="site", unknown_origins="unreachable")
)


def counted(rows: pd.DataFrame, unknown: int = 0) -> Counted:
    sites = SITES[SITES.site_id.isin(rows.site_id)].reset_index(drop=True)
    return Counted(np.ones(len(rows), dtype=bool), unknown, sites, rows)


@pytest.fixture
def providers() -> Providers:
    """Return invented providers: at s2 those of the core professions, and nobody knows whom the ranking counts."""
    blank = pd.DataFrame()
    tables = dict.fromkeys(("records", "providers", "evidence", "levels", "coverage", "offer"), blank)
    present = pd.DataFrame({"region_id": [], "specialty": [], "providers": []})
    return Providers(
        **tables,
        sites=SITES,
        supply=SUPPLY,
        present=present,
        by_region=pd.DataFrame(),
        counts={},
        at_level={
            "any": counted(SUPPLY),
            "core": counted(SUPPLY[SUPPLY.site_id == "s2"]),
            "chr": counted(SUPPLY.head(0), 11),
        },
    )


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """Return a folder with a table cut to three origins, in which s2 is as far from b as from d, 70 minutes."""
    pairs = estimate(REGIONS, ORIGINS, SITES, ESTIMATED).pairs(np.full(4, 1e4))
    told = {
        (str(ORIGINS.origin_id[o]), str(SITES.site_id[s])): 1.1 * m
        for o, s, m in zip(pairs.origin, pairs.site, pairs.minutes.tolist(), strict=True)
        if ORIGINS.origin_id[o] != "c"
    }
    told |= {("b", "s2"): 70.0, ("d", "s2"): 70.0}
    ends = {name: [pair[end] for pair in told] for end, name in enumerate(("from_id", "to_id"))}
    pq.write_table(pa.table({**ends, "travel_time": list(told.values())}), tmp_path / "minutes.parquet")
    return tmp_path


def steady(
    study: Study, providers: Providers, inputs: Path | None = None
) -> tuple[Accessible, dict[str, pd.DataFrame]]:
    accessible = measure_access(REGIONS, ORIGINS, providers, BOTH, study, Resources(inputs))
    tables = steadiness(REGIONS, ORIGINS, REGIONS.geometry, providers, accessible, study, Resources(inputs))
    for table in (STABILITY, SENSITIVITY, AGGREGATION, BARRIERS):
        promised(tables[table.name], table)
    return accessible, tables


def by_region(table: pd.DataFrame, **keys: str) -> pd.DataFrame:
    kept = table[(table[list(keys)] == list(keys.values())).all(axis=1)]
    return kept.set_index("region_id")


@pytest.mark.parametrize("measure", ["e2sfca", "three_sfca"])
def test_with_a_table_of_minutes_intervals_are_of_the_table_and_other_choices_of_the_estimate(
    providers: Providers, inputs: Path, measure: Literal["e2sfca", "three_sfca"]
) -> None:
    gaps = Gaps(measure=measure)
    accessible, told = steady(TOLD.model_copy(update={"gaps": gaps}), providers, inputs)
    _, estimated = steady(ESTIMATED.model_copy(update={"gaps": gaps}), providers)
    assert (accessible.travel["engine"], accessible.travel["origins_unreachable"]) == ("table", 1)
    # other catchments, levels and centres are no matter of the table
    pd.testing.assert_frame_equal(told["sensitivity"], estimated["sensitivity"])
    pd.testing.assert_frame_equal(told["aggregation"], estimated["aggregation"])
    general, without_table = (by_region(one["stability"], specialty="general") for one in (told, estimated))
    value = by_region(accessible.table, measure=measure, specialty="general").value
    assert value["30003"] == 0  # nobody leaves it, as the table has it: it lies next to s2
    assert (general.access_fte_per_100k_low <= value).all()
    assert (general.access_fte_per_100k_high >= value).all()
    assert general["rank"]["30003"] == general.rank_low["30003"] == general.rank_high["30003"] == 1
    assert without_table["rank"]["30003"] > 1
    assert np.isnan(by_region(told["barriers"]).across_state_share["30003"])
    assert by_region(estimated["barriers"]).across_state_share["30003"] == 0


def test_other_catchments_are_what_a_study_of_them_gives(providers: Providers) -> None:
    accessible, tables = steady(ESTIMATED, providers)
    halved = measure_access(REGIONS, ORIGINS, providers, BOTH, study_of(EstimateChoice(), catchment_scale=0.5))
    found = tables["sensitivity"].query("kind == 'catchment' and alternative == '0.5'").set_index("specialty")
    for specialty in BOTH:
        own, other = (
            by_region(one.table, measure="three_sfca", specialty=specialty).value.to_numpy()
            for one in (accessible, halved)
        )
        people = REGIONS.population.to_numpy(dtype=float)
        assert found.median_change_share[specialty] == pytest.approx(median_change(own, other, people), abs=1e-9)
        assert abs(found.median_change_share[specialty]) > 0.01


def test_one_centre_a_region_is_measured_against_its_origins(providers: Providers) -> None:
    accessible, tables = steady(ESTIMATED, providers)
    coarse = measure_access(REGIONS, one_centre(REGIONS), providers, BOTH, ESTIMATED)
    expected = aggregation_summary(aggregation_error(accessible.table, coarse.table), REGIONS)
    pd.testing.assert_frame_equal(tables["aggregation"], expected)
    assert (expected.query("measure == 'nearest' and rurality_class == 'all'").worst_difference > 1).all()


def test_all_outlines_of_the_country_are_land_not_the_regions_alone(providers: Providers) -> None:
    # of all the country only a strip around the first region's sites is drawn: the way from the third is over water
    accessible = measure_access(REGIONS, ORIGINS, providers, BOTH, ESTIMATED)
    land = gpd.GeoSeries([box(-110.2, 45.9, -109.8, 46.6)], crs=4326)
    crossed = steadiness(REGIONS, ORIGINS, land, providers, accessible, ESTIMATED)["barriers"]
    assert by_region(crossed).across_water_share.to_dict() == {"30001": 0, "30003": 0, "56005": 1}
    drawn = steadiness(REGIONS, ORIGINS, REGIONS.geometry, providers, accessible, ESTIMATED)["barriers"]
    assert by_region(drawn).across_water_share.to_dict() == {"30001": 0, "30003": 0, "56005": 0}


def test_barriers_are_of_all_hours_in_reach_nearer_ones_more(providers: Providers, inputs: Path) -> None:
    _, told = steady(TOLD, providers, inputs)
    # d is in Wyoming and all sites in Montana; a and b reach them at home
    assert by_region(told["barriers"]).across_state_share.to_dict() == pytest.approx(
        {"30001": 0.0, "30003": np.nan, "56005": 1.0}, nan_ok=True
    )


def test_barriers_count_the_hours_of_each_specialty_within_its_own_catchment(providers: Providers) -> None:
    # b, two in five people of 30001, comes to s2 in another state within an hour, a does not; everybody comes to s1.
    # general 4.0 at s1 and 0.8 at s2, trauma 0.5 at s1, for which nobody goes farther than half a minute
    access = Access(decay=StepChoice(kind="step"), specialty_scale={"trauma": 0.5 / 60})
    study = ESTIMATED.model_copy(update={"access": access})
    abroad = replace(providers, sites=SITES.assign(state=["MT", "WY"]))
    _, tables = steady(study, abroad)
    across = by_region(tables["barriers"]).across_state_share
    assert across["30001"] == pytest.approx(0.4 * 0.8 / (4.0 + 0.4 * 0.8))
    widely = study.model_copy(update={"access": Access(decay=StepChoice(kind="step"))})
    across = by_region(steady(widely, abroad)[1]["barriers"]).across_state_share
    assert across["30001"] == pytest.approx(0.4 * 0.8 / (4.5 + 0.4 * 0.8))


def test_levels_are_tried_with_their_own_sites_and_what_is_not_known_is_told(providers: Providers) -> None:
    _, tables = steady(ESTIMATED, providers)
    levels = tables["sensitivity"].query("kind == 'level'").set_index(["alternative", "specialty"])
    assert levels.lacking.fillna("").to_dict() == {
        ("any", "general"): "",
        ("any", "trauma"): "",
        ("core", "general"): "",
        ("core", "trauma"): "nobody_in_reach",
        ("chr", "general"): "not_known_who_counts",
        ("chr", "trauma"): "not_known_who_counts",
    }
    assert levels.median_change_share["any", "general"] == 0
    assert levels.median_change_share["core", "general"] < -0.5  # 0.8 of 4.8 FTE are left


def test_a_study_of_another_level_is_compared_with_its_own(providers: Providers) -> None:
    core = ESTIMATED.model_copy(update={"supply": ESTIMATED.supply.model_copy(update={"level": "core"})})
    narrowed = replace(providers, sites=providers.at_level["core"].sites, supply=providers.at_level["core"].supply)
    accessible = measure_access(REGIONS, ORIGINS, narrowed, ("general",), core)
    table = steadiness(REGIONS, ORIGINS, REGIONS.geometry, narrowed, accessible, core)["sensitivity"]
    change = table.query("kind == 'level'").set_index("alternative").median_change_share
    assert change["core"] == 0
    assert change["any"] > 1  # 4.8 FTE in the place of 0.8, also at a site the study's own level does not have
