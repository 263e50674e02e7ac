"""Access of a small country: nothing lost, order of no matter, inputs untouched, small numbers withheld."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.access.assemble import CONSERVED, Accessible, ConservationError, measure_access
from analysis.access.measures import e2sfca as floating
from analysis.decay_choice import DecayChoice, ExponentialChoice, GaussianChoice, InversePowerChoice, StepChoice
from analysis.providers.assemble import Providers
from analysis.study import Directory, Gaps, Study

STUDY = Study(title="t", directories=(Directory(source="nppes_api"),), gaps=Gaps(suppress_below_people=50))
REGIONS = pd.DataFrame(
    {
        "region_id": ["30001", "30003", "30005", "30007"],
        "population": [5_000, 800, 40, 0],
        "place_type": ["micro", "rural", "ceac", "ceac"],
    }
)
ORIGINS = pd.DataFrame(
    {
        "origin_id": ["a", "b", "c", "d", "e"],
        "region_id": ["30001", "30001", "30003", "30005", "30007"],
        "latitude": [46.0, 46.2, 46.5, 47.0, 49.0],
        "longitude": [-110.0, -110.1, -110.0, -109.0, -105.0],
        "population": [3_000.0, 2_000.0, 800.0, 40.0, 0.0],
    }
)
SITES = pd.DataFrame(
    {
        "site_id": ["s1", "s2", "s3"],
        "latitude": [46.01, 46.48, 49.0],
        "longitude": [-110.0, -110.0, -105.0],
        "region_id": ["30001", "30003", "30007"],
        "geocode_method": ["zcta", "coordinates", "place"],
        "precision_km": [8.0, 0.1, 20.0],
    }
)
SUPPLY = pd.DataFrame(
    {
        "site_id": ["s1", "s1", "s2", "s3"],
        "specialty": ["general", "trauma", "general", "general"],
        "fte": [4.0, 0.5, 0.8, 1.0],
        "fte_variance": [0.3, 0.1, 0.2, 0.1],
        "providers": [6, 4, 1, 1],
    }
)
PRESENT = pd.DataFrame(
    {
        "region_id": ["30001", "30001", "30003", "30007"],
        "specialty": ["general", "trauma", "general", "general"],
        "providers": [6, 4, 1, 1],
    }
)


def measured(
    regions: pd.DataFrame = REGIONS,
    origins: pd.DataFrame = ORIGINS,
    sites: pd.DataFrame = SITES,
    supply: pd.DataFrame = SUPPLY,
) -> Accessible:
    blank = pd.DataFrame()
    tables = dict.fromkeys(("records", "providers", "evidence", "levels", "coverage", "offer"), blank)
    providers = Providers(**tables, sites=sites, supply=supply, present=PRESENT, by_region=pd.DataFrame(), counts={})
    return measure_access(regions, origins, providers, ("general", "trauma"), STUDY)


def under(**rules: object) -> Accessible:
    """Return access under other rules of how far people go."""
    study = STUDY.model_copy(update={"access": STUDY.access.model_copy(update=rules)})
    blank = pd.DataFrame()
    tables = dict.fromkeys(("records", "providers", "evidence", "levels", "coverage", "offer"), blank)
    providers = Providers(**tables, sites=SITES, supply=SUPPLY, present=PRESENT, by_region=pd.DataFrame(), counts={})
    return measure_access(REGIONS, ORIGINS, providers, ("general", "trauma"), study)


def values(found: Accessible) -> pd.DataFrame:
    return found.table.set_index(["region_id", "specialty", "measure"]).sort_index()


def test_people_times_access_is_the_supply_somebody_reaches() -> None:
    found = measured()
    assert found.conservation <= CONSERVED
    people = REGIONS.population.to_numpy()
    for measure in ("e2sfca", "three_sfca"):
        shared = floating.e2sfca(found.weights_of(0, measure), people.astype(float), found.supply[:, 0])
        assert people @ shared.value == pytest.approx(4.0 + 0.8)  # the third site has nobody in its catchment
        assert shared.unreached_sites.tolist() == [False, False, True]


def test_conservation_is_computed_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = floating.e2sfca

    def leaky(*arguments: object) -> floating.Access:
        found = honest(*arguments)  # type: ignore[arg-type]
        return floating.Access(found.value * 0.999, found.variance, found.unreached_sites)

    monkeypatch.setattr(floating, "e2sfca", leaky)
    with pytest.raises(ConservationError, match=r"differs from the supply in reach by 1\.0e-03"):
        measured()


@given(st.permutations(range(4)), st.permutations(range(5)), st.permutations(range(3)))
def test_order_does_not_matter(regions: list[int], origins: list[int], sites: list[int]) -> None:
    shuffled = measured(REGIONS.iloc[regions], ORIGINS.iloc[origins], SITES.iloc[sites])
    pd.testing.assert_frame_equal(values(shuffled), values(measured()), rtol=1e-12)


def test_inputs_stay_unchanged() -> None:
    before = [frame.copy() for frame in (REGIONS, ORIGINS, SITES, SUPPLY, PRESENT)]
    measured()
    for frame, copy in zip((REGIONS, ORIGINS, SITES, SUPPLY, PRESENT), before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


def test_small_numbers_are_withheld_and_nought_is_not() -> None:
    table = values(measured())
    assert table.loc[("30001", "general", "provider_ratio")].value == pytest.approx(4.0 / 5_000 * 100_000)
    assert table.loc[("30001", "trauma", "provider_ratio")].is_withheld  # four providers: the limit is five
    assert table.loc[("30003", "general", "provider_ratio")].is_withheld  # one provider
    none = table.loc[("30003", "trauma", "provider_ratio")]
    assert (none.is_withheld, none.value) == (False, 0.0)
    few_people = table.loc["30005"].drop(["nearest", "kth_nearest"], level="measure")  # forty people
    assert few_people.is_withheld.all()
    assert few_people[["value", "low", "high"]].isna().all(axis=None)
    assert not table.loc["30005"].xs("nearest", level="measure").is_withheld.any()  # distance tells of no person
    held = table[table.is_withheld]
    assert held[["value", "low", "high"]].isna().all(axis=None)


def width(found: Accessible) -> pd.Series:
    table = values(found).xs("general", level="specialty").drop(index=["30005", "30007"])  # few people, and nobody
    return (table.high - table.value).xs("three_sfca", level="measure")


def test_precision_widens_intervals_and_moves_no_value() -> None:
    precise = measured(sites=SITES.assign(precision_km=0.1))
    for coarse in (measured(), measured(sites=SITES.assign(precision_km=40.0))):
        pd.testing.assert_series_equal(values(coarse).value, values(precise).value)
        assert (width(coarse) >= width(precise) - 1e-12).all()
        assert (width(coarse) > width(precise) * 1.001).any()
    assert precise.deviation[0].nnz == 0


def test_providers_of_one_area_scatter_and_those_of_one_building_do_not() -> None:
    # the same hours of one provider, of six who lie anywhere in a postal area, and of six in one building of that size
    one = SUPPLY.assign(providers=1)
    building = SITES.assign(geocode_method="coordinates")
    scattered, together = measured(), measured(sites=building)
    assert (width(scattered) <= width(together)).all()
    assert width(scattered)["30001"] < width(together)["30001"]
    pd.testing.assert_series_equal(width(measured(supply=one)), width(together))
    column, site = 0, 0  # 4 FTE with variance .3: .3 + 4^2 / 6 apart, .3 + 4^2 together
    assert scattered.supply_square[site, column] == pytest.approx(0.3 + 16 / 6)
    assert together.supply_square[site, column] == pytest.approx(0.3 + 16)


def test_a_specialty_for_which_people_go_farther_leaves_the_others_as_they_are() -> None:
    usual, farther = under(), under(specialty_scale={"trauma": 4.0})
    pd.testing.assert_frame_equal(
        usual.table[usual.table.specialty == "general"], farther.table[farther.table.specialty == "general"]
    )
    assert (farther.unreached_share[:, 1] <= usual.unreached_share[:, 1]).all()
    assert (farther.unreached_share[:, 1] < usual.unreached_share[:, 1]).any()
    assert farther.conservation <= CONSERVED


def test_one_catchment_for_all_is_not_that_of_the_type_of_place() -> None:
    fixed = under(catchment_minutes=1.0)
    assert fixed.pairs < under().pairs
    twice = under(catchment_minutes=30.0, catchment_scale=2.0)
    assert values(twice).value.equals(values(under(catchment_minutes=60.0)).value)


def test_every_measure_of_the_folder_is_told() -> None:
    told = set(measured().table.measure)
    files = {file.stem for file in Path(floating.__file__).parent.glob("*.py")} - {"__init__"}
    assert told == files


@pytest.mark.parametrize(
    "chosen",
    [
        StepChoice(kind="step"),
        GaussianChoice(kind="gaussian", spread=0.4),
        ExponentialChoice(kind="exponential", rate=2.0),
        InversePowerChoice(kind="inverse_power", exponent=1.0, nearest_share=0.1),
    ],
)
def test_any_decay_reaches_the_same_people_and_loses_nothing(chosen: DecayChoice) -> None:
    other, usual = under(decay=chosen), under()
    assert (other.pairs, other.conservation <= CONSERVED) == (usual.pairs, True)
    assert (other.unreached_share == usual.unreached_share).all()
    if chosen.kind == "step":
        table = values(other)
        assert table.xs("e2sfca", level=2).value.to_numpy() == pytest.approx(
            table.xs("two_sfca", level=2).value.to_numpy(), nan_ok=True
        )


def test_every_later_room_gets_the_weights_of_its_specialty() -> None:
    found, people = under(specialty_scale={"trauma": 4.0}), REGIONS.population.to_numpy(dtype=float)
    usual = under()
    for column, specialty in enumerate(("general", "trauma")):
        for measure in ("e2sfca", "three_sfca"):
            shared = floating.e2sfca(found.weights_of(column, measure), people, found.supply[:, column])
            table = values(found).xs((specialty, measure), level=(1, 2))
            told = table.value.reindex(list(found.region_ids)).to_numpy()
            known = ~table.is_withheld.reindex(list(found.region_ids)).to_numpy(dtype=bool)
            assert shared.value[known] * 100_000 == pytest.approx(told[known])
    assert (found.weights_of(1, "e2sfca") != usual.weights_of(1, "e2sfca")).nnz
    assert not (found.weights_of(0, "e2sfca") != usual.weights_of(0, "e2sfca")).nnz
    moved = found.displaced_of(1, "e2sfca")
    assert moved is not None
    assert (moved.deviation != usual.displaced_of(1, "e2sfca").deviation).nnz  # type: ignore[union-attr]


def test_few_providers_in_reach_are_withheld_wherever_they_are() -> None:
    table = values(measured())
    # 30003 has nobody for trauma, but reaches the four of 30001: neither their number nor their hours are told
    for measure in ("gravity", "count_within"):
        assert table.loc[("30003", "trauma", measure)].is_withheld, measure
        assert not table.loc[("30001", "general", measure)].is_withheld, measure
        assert not table.loc[("30003", "trauma", "e2sfca")].is_withheld
    # for general therapy 3,000 people reach the six of s1, 2,000 those and the one of s2: (3 x 6 + 2 x 7) / 5
    assert table.loc[("30001", "general", "count_within")].value == pytest.approx(6.4)


def test_the_third_nearest_is_the_third() -> None:
    table = values(measured())
    # of 30001 the nearest site has six providers: the third is as near as the first
    assert table.loc[("30001", "general", "kth_nearest")].value == table.loc[("30001", "general", "nearest")].value
    # of 30003 the nearest has one: the second and third are with the six
    assert table.loc[("30003", "general", "kth_nearest")].value > table.loc[("30003", "general", "nearest")].value


@pytest.mark.parametrize("sites", [SITES, SITES.iloc[:0]], ids=["without hours", "no sites"])
def test_where_nobody_offers_anything_access_is_nought_and_nobody_is_near(sites: pd.DataFrame) -> None:
    found = measured(sites=sites, supply=SUPPLY.iloc[:0])
    table = values(found).drop(index=["30005", "30007"])  # few people, and nobody
    for measure in ("e2sfca", "three_sfca", "two_sfca", "m2sfca", "gravity", "count_within", "balanced_fca"):
        assert (table.xs(measure, level="measure").value.dropna() == 0).all(), measure
    assert table.xs("nearest", level="measure").value.isna().all()
    assert (found.unreached_share == 1).all()


def test_an_address_is_a_building_as_coordinates_are() -> None:
    squares = [
        measured(sites=SITES.assign(geocode_method=method)).supply_square for method in ("address", "coordinates")
    ]
    assert (squares[0] == squares[1]).all()  # type: ignore[index]


def test_just_enough_providers_in_reach_and_none_at_all_are_told() -> None:
    peopled = (
        REGIONS.assign(population=[5_000, 800, 40, 100]),
        ORIGINS.assign(population=[3e3, 2e3, 800.0, 40.0, 100.0]),
    )
    enough = SUPPLY.assign(providers=SUPPLY.providers.where(SUPPLY.specialty != "trauma", 5))
    table = values(measured(*peopled, supply=enough))
    for measure in ("gravity", "count_within"):
        five, nobody = (table.loc[(region, "trauma", measure)] for region in ("30003", "30007"))
        assert not five.is_withheld
        assert five.value > 0
        assert (nobody.is_withheld, nobody.value) == (False, 0.0)


@pytest.mark.parametrize(
    ("kind", "steep", "said"),
    [
        (
            GaussianChoice,
            {"kind": "gaussian", "spread": 0.05},
            "spread leaves .* 1e-80 .* expected 0.053 or more",
        ),
        (ExponentialChoice, {"kind": "exponential", "rate": 185}, "rate leaves less than .* expected 184 or less"),
        (
            InversePowerChoice,
            {"kind": "inverse_power", "exponent": 50, "nearest_share": 0.01},
            "exponent leaves less than .* expected a lower one, or a larger nearest_share",
        ),
    ],
)
def test_a_decay_that_leaves_nothing_at_the_edge_is_refused(
    kind: type[GaussianChoice], steep: dict[str, object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        kind.model_validate(steep)


@pytest.mark.parametrize(
    "chosen",
    [
        GaussianChoice(kind="gaussian", spread=0.053),
        ExponentialChoice(kind="exponential", rate=184),
        InversePowerChoice(kind="inverse_power", exponent=39, nearest_share=0.01),
    ],
)
def test_the_steepest_decay_still_loses_nothing(chosen: DecayChoice) -> None:
    assert under(decay=chosen).conservation <= CONSERVED
