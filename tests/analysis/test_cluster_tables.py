"""Minutes of a table on a cluster: what they give on one machine; what is not sound is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cluster_study import BANDS, World, crowd, equal, people_and_hours, two_workers
from distributed import Client

from analysis.access.cluster import access_on, cluster_weights
from analysis.access.crew import Crew
from analysis.access.decay import step
from analysis.access.engine import Resources, weights_by
from analysis.access.floating import Shared, three_steps, two_steps
from analysis.access.minutes_file import MinutesFile
from analysis.access.partitions import Budget, BudgetError
from analysis.access.table_parts import MinutesByPosition
from analysis.access.travel_table import read_travel_table
from analysis.access.weights import MatrixWeights, Rolls
from analysis.promise import TableError

if TYPE_CHECKING:
    from analysis.access.cluster import Measure


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Give two worker processes on loopback."""
    with two_workers() as client:
        yield client


def minutes_of(world: World) -> pa.Table:
    """Return all pairs of a table whose minutes are up to half again the limit, shuffled, with ids of text."""
    engine, limit = world
    pairs = engine.pairs(1.5 * limit)
    order = np.random.default_rng(0).permutation(len(pairs.origin))
    ids = [
        pa.array([f"{kind}{one:06}" for one in end[order]]) for kind, end in (("o", pairs.origin), ("s", pairs.site))
    ]
    return pa.table(dict(zip(("from_id", "to_id", "travel_time"), (*ids, pairs.minutes[order]), strict=True)))


@pytest.mark.parametrize("measure", [two_steps, three_steps])
def test_a_table_of_minutes_gives_what_it_gives_on_one_machine(
    client: Client, measure: "Measure", tmp_path: Path
) -> None:
    world = crowd(11, 2_000, 1_000)
    whole, limit = minutes_of(world), world[1]
    for part, rows in enumerate(np.array_split(np.arange(len(whole)), 3)):
        folder = tmp_path / "told" / f"state={part}"
        folder.mkdir(parents=True)
        pq.write_table(whole.take(rows), folder / "minutes.parquet")
    ends = tuple(sorted(set(whole[column].to_pylist())) for column in ("from_id", "to_id"))
    limit = limit[[int(one[1:]) for one in ends[0]]]
    sites = len(ends[1])
    engine = read_travel_table(MinutesFile(tmp_path / "told"), *ends)
    assert engine.counts["pairs"] == len(whole)
    by_positions = engine.kept(tmp_path / "kept" / "by_position.parquet")
    age = by_positions.stat().st_mtime_ns
    assert engine.kept(by_positions).stat().st_mtime_ns == age  # the same pairs are not written again
    demand, supply = (some[: len(known)] for some, known in zip(people_and_hours(world), ends, strict=True))
    table = MinutesByPosition(by_positions, limit, sites, BANDS)
    found = access_on(Crew(client, tmp_path / "kept"), table, demand, supply, measure=measure, budget_mb=120)
    alone = weights_by(engine, limit, BANDS, sites, 3, Resources())
    assert isinstance(alone, MatrixWeights)
    equal(found, measure(alone, demand, supply))
    weights = cluster_weights(Crew(client, tmp_path / "kept"), table, Budget(120, 3))
    rolls = Rolls(demand[:, None], np.arange(len(demand)) % 7, 7)
    for one, other in zip(weights.rolled_up(rolls), alone.rolled_up(rolls), strict=True):
        np.testing.assert_allclose(one.toarray(), other.toarray(), rtol=1e-12)


def by_position(place: Path, **columns: list[Any]) -> Path:
    whole = {"origin": [0, 0, 1, 3], "destination": [0, 2, 1, 2], "minutes": [5.0, 10.0, 0.0, 3.0]} | columns
    pq.write_table(pa.table({name: column for name, column in whole.items() if column}), place, row_group_size=2)
    return place


def shared(client: Client, place: Path, kept: Path, **budget: float) -> Shared:
    table = MinutesByPosition(place, np.full(4, 30.0), 3, step)
    return access_on(Crew(client, kept), table, np.ones(4), np.ones(3), **{"budget_mb": 120.0} | budget)


def test_pairs_without_minutes_or_row_are_out_of_reach(client: Client, tmp_path: Path) -> None:
    found = shared(client, by_position(tmp_path / "t", minutes=[5.0, None, 0.0, 31.0]), tmp_path / "kept")
    assert found.demand_at_sites.tolist() == [1.0, 1.0, 0.0]  # 0-2 has no minutes, 3-2 is a minute too far
    assert found.value.tolist() == [1.0, 1.0, 0.0, 0.0]
    assert found.unreached_sites.tolist() == [False, False, True]


def test_a_table_that_changed_is_read_anew(client: Client, tmp_path: Path) -> None:
    place = by_position(tmp_path / "t")
    assert shared(client, place, tmp_path / "kept").value.tolist() == [1.5, 1.0, 0.0, 0.5]  # site 2 is shared by two
    by_position(place, minutes=[5.0, 10.0, 0.0, 33.0])
    assert shared(client, place, tmp_path / "kept").value.tolist() == [2.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"origin": [0, 0, 0, 3], "destination": [0, 2, 2, 2]}, r"has pairs that are told twice among origins 0 to 0"),
        ({"minutes": [5.0, -1.0, 0.0, 3.0]}, r"has minutes below zero among origins 0 to 0; expected 0 or more"),
        ({"minutes": []}, r"has origin \(int64\), destination \(int64\); expected .* and minutes as numbers"),
        ({"origin": ["a", "a", "b", "c"]}, r"has origin \(string\), .*; expected origin and destination as whole"),
        ({"destination": [0, 2, None, 2]}, r"has rows without destination; expected none: make it again"),
        ({"origin": [0, 0, 1, 4]}, r"has origins \d to 4; expected positions below 4"),
        (
            {"destination": [0, 2, 1, 3]},
            r"has destinations 3 to 3 among origins 3 to 3; expected positions below 3, those of the study's sites",
        ),
    ],
)
def test_a_table_that_is_not_sound_is_told(
    client: Client, columns: dict[str, list[Any]], said: str, tmp_path: Path
) -> None:
    with pytest.raises(TableError, match=said):
        shared(client, by_position(tmp_path / "t", **columns), tmp_path / "kept")


def test_a_table_that_is_absent_damaged_or_too_big_is_told(client: Client, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no Parquet file is there"):
        shared(client, tmp_path / "nowhere", tmp_path / "kept")
    (tmp_path / "text").write_text("no table")
    with pytest.raises(TableError, match="is no sound Parquet"):
        shared(client, tmp_path / "text", tmp_path / "kept")
    with pytest.raises(BudgetError, match=r"origin 0 alone needs 100\.0 MB"):  # what reading takes
        shared(client, by_position(tmp_path / "t"), tmp_path / "kept", budget_mb=90)
