"""A whole study on a cluster of two worker processes: the tables of one machine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cluster_study import two_workers
from distributed import Client
from pydantic import TypeAdapter

from analysis.access.assemble import Accessible, measure_access
from analysis.access.crew import ClusterError, Crew
from analysis.access.decay import step
from analysis.access.engine import Resources, weights_by
from analysis.access.rerun import estimate, offer_of, rerun_of
from analysis.access.sensitivity import alternatives, sensitivity
from analysis.access.travel import Pairs
from analysis.decay_choice import GaussianChoice
from analysis.providers.assemble import Providers
from analysis.study import Directory, Study
from analysis.travel_choice import Travel

SPECIALTIES = ("general", "trauma")
STUDY = Study(title="t", directories=(Directory(source="nppes_api"),))


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Give two worker processes on loopback."""
    with two_workers() as client:
        yield client


def scattered(draw: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    return {"latitude": draw.normal(46, 1.2, count), "longitude": draw.normal(-110, 1.6, count)}


def country(seed: int = 0, regions: int = 40, origins: int = 600, sites: int = 150) -> tuple[Any, ...]:
    """Return regions, origins and providers of an invented state; half of the sites are known only to some km."""
    draw = np.random.default_rng(seed)
    region_ids = [f"30{number:03}" for number in range(regions)]
    homes = pd.DataFrame({"origin_id": [f"o{one:04}" for one in range(origins)], **scattered(draw, origins)})
    homes["region_id"] = [region_ids[one] for one in draw.integers(0, regions, origins)]
    homes["population"] = draw.integers(0, 900, origins).astype(float)
    people = homes.groupby("region_id").population.sum().reindex(region_ids).fillna(0)
    kinds = draw.choice(["metro", "micro", "rural", "ceac"], regions)
    table = pd.DataFrame({"region_id": region_ids, "population": people.astype(int).to_numpy(), "place_type": kinds})
    offices = pd.DataFrame({"site_id": [f"s{one:03}" for one in range(sites)], **scattered(draw, sites)})
    offices["region_id"] = [region_ids[one] for one in draw.integers(0, regions, sites)]
    offices["precision_km"] = draw.choice([0.1, 0.1, 4.0, 25.0], sites)
    offices["geocode_method"] = np.where(offices.precision_km > 1, "zcta", "coordinates")
    supply = pd.concat(
        [
            offices.loc[draw.random(sites) < share, ["site_id"]].assign(specialty=key)
            for key, share in zip(SPECIALTIES, (0.9, 0.2), strict=True)
        ],
        ignore_index=True,
    )
    supply["fte"], supply["providers"] = draw.uniform(0.1, 4, len(supply)), draw.integers(1, 7, len(supply))
    supply["fte_variance"] = supply.fte * 0.1
    present = supply.merge(offices[["site_id", "region_id"]]).groupby(["region_id", "specialty"]).providers.sum()
    return table, homes, providers_of(offices, supply, present.reset_index())


def providers_of(sites: pd.DataFrame, supply: pd.DataFrame, present: pd.DataFrame) -> Providers:
    blank = dict.fromkeys(("records", "providers", "evidence", "levels", "coverage", "offer"), pd.DataFrame())
    return Providers(**blank, sites=sites, supply=supply, present=present, by_region=pd.DataFrame(), counts={})


def under(**rules: object) -> Study:
    return STUDY.model_copy(update={"access": STUDY.access.model_copy(update=rules)})


def same(found: Accessible, expected: Accessible) -> None:
    """Compare all that later rooms take."""
    pd.testing.assert_frame_equal(found.table, expected.table, rtol=1e-12, atol=1e-12)
    assert found.pairs == expected.pairs
    np.testing.assert_array_equal(found.unreached_share, expected.unreached_share)
    np.testing.assert_allclose(found.nearest_minutes, expected.nearest_minutes, rtol=1e-12)
    for name in ("weights", "selected_weights", "deviation", "selected_deviations"):
        for one, other in zip(getattr(found, name), getattr(expected, name), strict=True):
            assert (one != 0).nnz == (other != 0).nnz > 0, name
            np.testing.assert_allclose(one.toarray(), other.toarray(), rtol=1e-12, atol=1e-15, err_msg=name)


@pytest.mark.parametrize(
    "rules",
    [{}, {"specialty_scale": {"trauma": 2.0}}, {"decay": GaussianChoice(kind="gaussian", spread=0.4)}],
    ids=["steps", "two widths", "smooth"],
)
def test_access_is_that_of_one_machine(client: Client, rules: dict[str, object], tmp_path: Path) -> None:
    told: list[str] = []
    regions, origins, providers = country()
    study = under(**rules)
    crew = Crew(client, tmp_path, tell=told.append)
    found = measure_access(regions, origins, providers, SPECIALTIES, study, Resources(crew=crew))
    alone = measure_access(regions, origins, providers, SPECIALTIES, study)
    if "decay" in rules:  # a smooth decay takes sites where they are said to be
        assert not any(one.nnz for one in (*found.deviation, *found.selected_deviations))
        pd.testing.assert_frame_equal(found.table, alone.table, rtol=1e-12, atol=1e-12)
    else:
        same(found, alone)
        assert any(sentence.startswith("sites of unsure place: ") for sentence in told)
    assert {sentence.split(":")[0] for sentence in told} >= {"sums over origins", "sums over sites", "regions"}


def table_of(regions: pd.DataFrame, origins: pd.DataFrame, providers: Providers, file: Path, study: Study) -> None:
    """Write minutes that are a fifth longer than estimated, of all pairs up to three hours, by ids."""
    engine = estimate(regions, origins, providers.sites, study)
    pairs = engine.pairs(np.full(len(origins), 180.0))
    told = {
        "from_id": origins.origin_id.to_numpy()[pairs.origin],
        "to_id": providers.sites.site_id.to_numpy()[pairs.site],
        "travel_time": pairs.minutes * 1.2,
    }
    pq.write_table(pa.Table.from_pydict(told), file)


def test_a_table_of_minutes_gives_what_it_gives_on_one_machine(client: Client, tmp_path: Path) -> None:
    regions, origins, providers = country(1)
    chosen = {"engine": "table", "file": "minutes.parquet", "destinations": "site", "unknown_origins": "unreachable"}
    study = under(travel=TypeAdapter(Travel).validate_python(chosen))
    table_of(regions, origins, providers, tmp_path / "minutes.parquet", study)
    crew = Crew(client, tmp_path / "kept")
    spread = measure_access(regions, origins, providers, SPECIALTIES, study, Resources(tmp_path, crew=crew))
    alone = measure_access(regions, origins, providers, SPECIALTIES, study, Resources(tmp_path))
    same(spread, alone)
    reached = (alone.weights[0] > 0).toarray()
    assert not alone.deviation[0].toarray()[~reached].any()  # what the table puts out of reach is sure to be there
    for weights, deviation in zip(alone.selected_weights, alone.selected_deviations, strict=True):
        assert deviation.nnz
        assert not deviation.toarray()[weights.toarray() == 0].any()


def test_a_table_that_leaves_ends_to_the_estimate_is_told(client: Client, tmp_path: Path) -> None:
    regions, origins, providers = country(2)
    chosen = {"engine": "table", "file": "minutes.parquet", "destinations": "site", "unknown_origins": "estimate"}
    study = under(travel=TypeAdapter(Travel).validate_python(chosen))
    table_of(regions, origins.iloc[5:], providers, tmp_path / "minutes.parquet", study)
    with pytest.raises(ClusterError, match=r"does not know \d+ origins and 0 sites.* complete the table, or leave out"):
        measure_access(
            regions, origins, providers, SPECIALTIES, study, Resources(tmp_path, crew=Crew(client, tmp_path / "kept"))
        )


@pytest.mark.parametrize("measure", ["e2sfca", "three_sfca"])
def test_other_choices_agree_as_on_one_machine(client: Client, measure: str, tmp_path: Path) -> None:
    regions, origins, providers = country(3)
    study = STUDY.model_copy(update={"gaps": STUDY.gaps.model_copy(update={"measure": measure})})
    offers = {
        study.supply.level: offer_of(
            estimate(regions, origins, providers.sites, study), providers.sites, providers.supply, SPECIALTIES
        )
    }
    people = regions.population.to_numpy(dtype=float)
    spread, alone = (
        sensitivity(
            rerun_of(regions, origins, offers, SPECIALTIES, study, resources),
            alternatives(()),
            SPECIALTIES,
            people,
            50,
        )
        for resources in (Resources(crew=Crew(client, tmp_path)), Resources())
    )
    pd.testing.assert_frame_equal(spread, alone, rtol=1e-9, atol=1e-12)
    assert alone.spearman.nunique() > 3


def test_the_next_build_finds_the_pairs_of_the_last(tmp_path: Path) -> None:
    study = country(0, regions=5, origins=60, sites=20)
    first, again = (measure_access(*study, SPECIALTIES, STUDY, Resources(structures=tmp_path)) for _ in range(2))
    assert len(list(tmp_path.iterdir())) == 1
    assert again.table.equals(first.table)


def test_pairs_told_are_those_of_the_widest_reach() -> None:
    study = country(0, regions=5, origins=60, sites=20)
    usual, nearer = (
        measure_access(*study, SPECIALTIES, under(specialty_scale={"trauma": scale})).pairs for scale in (1.0, 0.5)
    )
    assert usual == nearer > 0


def test_who_goes_nowhere_still_reaches_what_is_where_they_are() -> None:
    class Here:
        def pairs(self, limit_minutes: np.ndarray) -> Pairs:  # noqa: ARG002 - the contract
            return Pairs(np.array([0]), np.array([0]), np.array([0.0]))

    weights = weights_by(Here(), np.zeros(1), step, 1, 1, Resources())  # type: ignore[arg-type]
    assert weights.over_sites(np.ones(1)).tolist() == [1.0]
