"""From a study's choice to an engine: a table of the estimate's own minutes changes nothing; each tells what it did."""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pytest_httpserver import HTTPServer
from routing_server import RoutingServer

from analysis.access.decay import Bands
from analysis.access.engine import Resources, weights_by
from analysis.access.shortlist import Shortlist
from analysis.access.travel import GreatCircle, TravelEngine
from analysis.access.travel_engine import Trips, engine_of, nearest_sites_of, provenance_of
from analysis.access.within import weights_within
from analysis.promise import TableError
from analysis.sphere import unit_sphere
from analysis.study import StudyError
from analysis.travel_choice import EstimateChoice, OsrmChoice, TableChoice, Travel

DECAY = Bands((1 / 3, 2 / 3, 1.0), (1.0, 0.68, 0.22))
LIMIT = np.full(40, 45.0)


@pytest.fixture
def trips() -> Trips:
    """Return invented origins and sites in Montana; sites lie in the region of the same number."""
    draw = np.random.default_rng(3)
    origins = pd.DataFrame(draw.uniform((45, -110), (46, -109), (40, 2)), columns=["latitude", "longitude"]).round(6)
    sites = pd.DataFrame(draw.uniform((45, -110), (46, -109), (25, 2)), columns=["latitude", "longitude"]).round(6)
    origins["origin_id"] = [f"o{number:02d}" for number in range(40)]
    sites["site_id"] = [f"s{number:02d}" for number in range(25)]
    sites["region_id"] = [f"r{number % 7}" for number in range(25)]
    points = [unit_sphere(part.latitude.to_numpy(), part.longitude.to_numpy()) for part in (origins, sites)]
    return Trips(origins, sites, GreatCircle(points[0], points[1], np.full(40, 1.0), 1.4, 2.0))


def write(file: Path, engine: TravelEngine, origin_ids: list[str], destination_ids: list[str]) -> None:
    pairs = engine.pairs(np.full(len(origin_ids), 1e4))
    told = {
        "from_id": np.array(origin_ids)[pairs.origin],
        "to_id": np.array(destination_ids)[pairs.site],
        "travel_time": pairs.minutes,
    }
    pq.write_table(pa.Table.from_pydict(told), file)


def chosen(**said: Any) -> Any:  # noqa: ANN401 - one of the choices
    return TypeAdapter(Travel).validate_python(said)


def test_a_table_of_the_estimates_own_minutes_gives_the_estimates_access(trips: Trips, tmp_path: Path) -> None:
    write(tmp_path / "minutes.parquet", trips.estimate, list(trips.origins.origin_id), list(trips.sites.site_id))
    engine = engine_of(chosen(engine="table", file="minutes.parquet", destinations="site"), trips, tmp_path)
    ours = weights_by(engine, LIMIT, DECAY, 25, 1, Resources()).matrix
    assert (ours.toarray() == weights_within(trips.estimate, LIMIT, DECAY, compiled=False).matrix.toarray()).all()
    some = np.array([3, 11, 17])
    assert engine.nearest(some) == pytest.approx(trips.estimate.nearest(some), rel=1e-12)
    assert engine_of(EstimateChoice(), trips, None) is trips.estimate
    for count in (0, 1, 3, 30):
        for meant in (some, np.arange(25), np.empty(0, np.int64)):
            minutes, which = nearest_sites_of(engine, meant, count)
            expected, expected_which = nearest_sites_of(trips.estimate, meant, count)
            assert minutes == pytest.approx(expected, rel=1e-12)
            assert (which == expected_which).all()


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 5), st.sampled_from([0.0, 1.0, 2.5, 9.0, np.inf, np.nan])),
        unique_by=lambda pair: pair[:2],
    ),
    st.integers(0, 4),
    st.integers(1, 5),
)
def test_a_shortlist_keeps_the_nearest_in_whatever_pieces_pairs_come(
    pairs: list[tuple[int, int, float]], count: int, size: int
) -> None:
    near = Shortlist(5, count)
    for first in range(0, len(pairs), size):
        origin, site, minutes = (np.array(part) for part in zip(*pairs[first : first + size], strict=True))
        near.add(origin, site, minutes)
    for number in range(5):
        met = sorted((m, s) for o, s, m in pairs if o == number and np.isfinite(m))[:count]
        met += [(np.inf, 0)] * (count - len(met))
        assert list(zip(near.minutes[number], near.which[number], strict=True)) == met


def test_destinations_may_be_regions_or_the_nearest_origins(trips: Trips, tmp_path: Path) -> None:
    regions = [f"r{number}" for number in range(7)]
    seven = GreatCircle(trips.estimate.origins, trips.estimate.sites[:7], trips.estimate.km_per_minute, 1.4, 2.0)
    write(tmp_path / "regions.parquet", seven, list(trips.origins.origin_id), regions)
    engine = engine_of(chosen(engine="table", file="regions.parquet", destinations="region"), trips, tmp_path)
    near = seven.pairs(LIMIT)
    got = engine.pairs(LIMIT)
    expected = {(o, s) for o, r in zip(near.origin, near.site, strict=True) for s in range(25) if s % 7 == r}
    assert set(zip(got.origin, got.site, strict=True)) == expected
    itself = GreatCircle(trips.estimate.origins, trips.estimate.origins, trips.estimate.km_per_minute, 1.4, 2.0)
    ids = list(trips.origins.origin_id)
    write(tmp_path / "origins.parquet", itself, ids, ids)
    engine = engine_of(chosen(engine="table", file="origins.parquet"), trips, tmp_path)
    away = np.linalg.norm(trips.estimate.sites[:, None] - trips.estimate.origins[None], axis=2)
    stands_for = away.argmin(axis=1)
    near = itself.pairs(LIMIT)
    minutes = {(o, s): m for o, s, m in zip(near.origin, near.site, near.minutes, strict=True)}
    got = engine.pairs(LIMIT)
    assert len(got.origin) == sum((o, stands_for[s]) in minutes for o in range(40) for s in range(25))
    assert all(m == minutes[o, stands_for[s]] for o, s, m in zip(got.origin, got.site, got.minutes, strict=True))
    said = provenance_of(engine)
    assert said["destinations"] == "nearest_origin"
    assert 0 < said["site_to_origin_median_km"] < said["site_to_origin_most_km"] < 40


def test_the_study_says_what_ends_are_that_a_table_does_not_know(trips: Trips, tmp_path: Path) -> None:
    # the table is cut to the first 30 of 40 origins and the first 20 of 25 sites
    ids = list(trips.origins.origin_id), list(trips.sites.site_id)
    cut = GreatCircle(
        trips.estimate.origins[:30], trips.estimate.sites[:20], trips.estimate.km_per_minute[:30], 1.4, 2.0
    )
    write(tmp_path / "minutes.parquet", cut, ids[0][:30], ids[1][:20])
    said = {"engine": "table", "file": "minutes.parquet", "destinations": "site"}
    with pytest.raises(TableError, match=r"does not know 10 of 40 origins .* and does not know 5 of 25 sites"):
        engine_of(chosen(**said), trips, tmp_path)
    everywhere = trips.estimate.pairs(LIMIT)
    within = {"estimate": 1.0, "unreachable": 0.0}
    for of_origins, of_sites in product(within, within):
        engine = engine_of(chosen(**said, unknown_origins=of_origins, unknown_sites=of_sites), trips, tmp_path)
        kept = np.where(everywhere.origin >= 30, within[of_origins], 1) * np.where(
            everywhere.site >= 20, within[of_sites], 1
        )
        pairs = engine.pairs(LIMIT)
        assert (pairs.origin == everywhere.origin[kept > 0]).all()
        assert (pairs.site == everywhere.site[kept > 0]).all()
        assert pairs.minutes == pytest.approx(everywhere.minutes[kept > 0], rel=1e-12)


def test_a_server_of_ones_own_is_asked_through_the_study(trips: Trips, httpserver: HTTPServer, tmp_path: Path) -> None:
    server = RoutingServer(httpserver)
    choice = chosen(engine="osrm", address=server.address, cache=tmp_path / "kept", table_limit=9)
    assert isinstance(choice, OsrmChoice)
    told: list[str] = []
    engine = engine_of(choice, trips, None, told.append)
    pairs = engine.pairs(LIMIT)
    assert len(pairs.origin) == provenance_of(engine)["pairs_within_limit"] > 0
    assert told[-1].endswith("40 origins done")
    assert "cache" not in choice.model_dump()
    assert "contact" not in choice.model_dump()
    httpserver.check_assertions()


def test_every_engine_tells_its_provenance(trips: Trips, tmp_path: Path) -> None:
    write(tmp_path / "minutes.parquet", trips.estimate, list(trips.origins.origin_id), list(trips.sites.site_id))
    table = engine_of(chosen(engine="table", file="minutes.parquet", destinations="site"), trips, tmp_path)
    assert provenance_of(trips.estimate) == {
        "engine": "great_circle", "circuity": 1.4, "start_up_minutes": 2.0, "road_km_per_hour": [60.0],
    }  # fmt: skip
    said = provenance_of(table)
    assert (said["engine"], said["pairs"], said["pairs_missing"]) == ("table", 1000, 0)
    assert said["columns"] == {"origin": "from_id", "destination": "to_id", "minutes": "travel_time"}


def test_no_sites_is_no_fault(trips: Trips, tmp_path: Path) -> None:
    write(tmp_path / "minutes.parquet", trips.estimate, list(trips.origins.origin_id), list(trips.sites.site_id))
    nobody = GreatCircle(trips.estimate.origins, np.empty((0, 3)), trips.estimate.km_per_minute, 1.4, 2.0)
    for destinations in ("site", "region", "nearest_origin"):
        choice = chosen(engine="table", file="minutes.parquet", destinations=destinations)
        engine = engine_of(choice, Trips(trips.origins, trips.sites.head(0), nobody), tmp_path)
        assert len(engine.pairs(LIMIT).origin) == 0
        assert np.isinf(engine.nearest(np.array([], dtype=np.int64))).all()


def test_choices_that_cannot_be_are_told(trips: Trips, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="say with --inputs"):
        engine_of(chosen(engine="table", file="minutes.parquet"), trips, None)
    with pytest.raises(TableError, match="no Parquet file is there"):
        engine_of(chosen(engine="table", file="minutes.parquet"), trips, tmp_path)
    for said, expected in (
        ({"engine": "car"}, "car"),
        ({"engine": "table"}, "file"),
        ({"engine": "osrm", "address": "http://127.0.0.1:5000"}, "cache"),
        ({"engine": "osrm", "address": "http://127.0.0.1:5000", "cache": "x", "contact": "a\nb"}, "one line"),
        ({"engine": "osrm", "address": "http://127.0.0.1:5000", "cache": "x", "profile": "../x"}, "profile"),
        ({"engine": "table", "file": "x", "columns": {"origin": "a", "destination": "b"}}, "either 'minutes' or"),
        ({"engine": "table", "file": "x", "speed": 3}, "speed"),
        ({"engine": "table", "file": "x", "unknown_sites": "drop"}, "unknown_sites"),
    ):
        with pytest.raises(ValidationError, match=expected):
            chosen(**said)
    assert isinstance(chosen(engine="table", file="x"), TableChoice)
