"""Access on a cluster of two worker processes: the numbers of one machine, whatever fails, in bounded memory."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import stumbling
from cluster_study import BANDS, LOOPBACK, MEMORY_MIB, World, crowd, equal, nation, people_and_hours, two_workers
from distributed import Client, LocalCluster
from stumbling import BELL, Cores, Stumbling

from analysis.access.cluster import AddressError, access_on, cluster_weights, connected, fair_budget_mb
from analysis.access.crew import ClusterError, Crew
from analysis.access.decay import Bands, Decay, Gaussian, step
from analysis.access.floating import three_steps, two_steps
from analysis.access.measures.balanced_fca import balanced_fca
from analysis.access.partitions import Budget
from analysis.access.places_parts import Places
from analysis.access.structure import build_structure
from analysis.access.weights import Rolls
from analysis.access.within import weights_within

if TYPE_CHECKING:
    from analysis.access.cluster import Measure


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Give two worker processes on loopback."""
    with two_workers() as client:
        yield client


@pytest.fixture(name="nation")
def nation_of_tests() -> World:
    """Return 20,000 origins and 5,000 sites."""
    return nation()


@pytest.mark.parametrize(
    ("measure", "decay"),
    [(two_steps, step), (two_steps, BANDS), (three_steps, BANDS)],
    ids=["2SFCA", "E2SFCA", "3SFCA"],
)
def test_a_nation_has_the_access_of_one_machine(
    client: Client, nation: World, measure: "Measure", decay: Decay, tmp_path: Path
) -> None:
    demand, supply = people_and_hours(nation)
    found = access_on(Crew(client, tmp_path), Places(*nation, decay), demand, supply, measure=measure, budget_mb=2)
    equal(found, measure(weights_within(*nation, decay), demand, supply))


def test_a_smooth_decay_and_powers_are_those_of_one_machine(client: Client, tmp_path: Path) -> None:
    world = crowd(2, 900, 700)
    ours = cluster_weights(Crew(client, tmp_path), Places(*world, Gaussian(0.4)), Budget(200, 2))
    alone = weights_within(*world, Gaussian(0.4))
    at_sites, at_origins = (np.random.default_rng(0).random((count, 2)) for count in (700, 900))
    for exponent in (0, 2):
        one, other = ours.power(exponent), alone.power(exponent)
        np.testing.assert_allclose(one.over_sites(at_sites), other.over_sites(at_sites), rtol=1e-12)
        np.testing.assert_allclose(one.over_origins(at_origins[:, 0]), other.over_origins(at_origins[:, 0]), rtol=1e-12)


def test_providers_in_places_of_their_own_are_shared_without_storing_pairs(client: Client, tmp_path: Path) -> None:
    world = crowd(3, 2_000, 3_000)
    demand, supply = people_and_hours(world)
    found = access_on(Crew(client, tmp_path), Places(*world, BANDS, is_stored=False), demand, supply, budget_mb=4)
    equal(found, two_steps(weights_within(*world, BANDS), demand, supply))


def test_a_measure_that_goes_round_and_round_runs_unchanged(client: Client, tmp_path: Path) -> None:
    world = crowd(4, 300, 200)
    demand, supply = people_and_hours(world)
    ours = cluster_weights(Crew(client, tmp_path), Places(*world, BANDS), Budget(5, 3, parts_least=2))
    found, expected = (balanced_fca(weights, demand, supply) for weights in (ours, weights_within(*world, BANDS)))
    np.testing.assert_allclose(found.value, expected.value, rtol=1e-12)


@pytest.mark.parametrize("decay", [BANDS, Gaussian(0.4)], ids=["steps", "smooth"])
def test_regions_are_those_that_one_machine_rolls_up(
    client: Client, nation: World, decay: Decay, tmp_path: Path
) -> None:
    draw = np.random.default_rng(0)
    region = draw.integers(0, 40, 20_000)  # all over the country, so that all partitions share them
    rolls = Rolls(draw.random((20_000, 2)), region, 41, draw.random((5_000, 2)) < 0.5)
    ours = cluster_weights(Crew(client, tmp_path), Places(*nation, decay), Budget(200, 3)).power(2)
    alone = weights_within(*nation, decay).power(2)
    for found, expected in zip(ours.rolled_up(rolls), alone.rolled_up(rolls), strict=True):
        assert found.indptr.tolist() == expected.indptr.tolist()
        assert found.indices.tolist() == expected.indices.tolist()
        np.testing.assert_allclose(found.data, expected.data, rtol=1e-12)


def test_points_whose_pairs_are_not_stored_cannot_be_rolled_up(client: Client, tmp_path: Path) -> None:
    ours = cluster_weights(Crew(client, tmp_path), Places(*crowd(3, 20, 30), BANDS, is_stored=False), Budget(4, 1))
    with pytest.raises(ClusterError, match="PointWeights hold no pairs"):
        ours.rolled_up(Rolls(np.ones((20, 1)), np.zeros(20, dtype=np.int64), 1))


@pytest.mark.parametrize(("origins", "sites"), [(0, 5), (5, 0), (1, 1)])
def test_few_places_and_none_at_all(client: Client, origins: int, sites: int, tmp_path: Path) -> None:
    world = crowd(0, origins, sites)
    demand, supply = people_and_hours(world)
    found = access_on(Crew(client, tmp_path), Places(*world, step), demand, supply, budget_mb=1)
    equal(found, two_steps(weights_within(*world, step), demand, supply))


@pytest.mark.parametrize("dies", [False, True], ids=["fails", "dies"])
def test_a_partition_that_fails_or_whose_worker_dies_is_done_again(client: Client, dies: bool, tmp_path: Path) -> None:
    world = crowd(6, 900, 700)
    demand, supply = people_and_hours(world)
    (tmp_path / "a.stumble").touch()
    decay = Stumbling(tmp_path, dies=dies)
    before = set(client.run(os.getpid).values())
    found = access_on(Crew(client, tmp_path / "kept"), Places(*world, decay), demand, supply, budget_mb=200)
    (left,) = tmp_path.glob("a.*")
    assert int(left.suffix[1:]) in before  # a worker did stumble
    client.wait_for_workers(2, timeout=30)
    assert (int(left.suffix[1:]) in set(client.run(os.getpid).values())) is not dies
    equal(found, two_steps(weights_within(*world, BELL), demand, supply))


def test_what_fails_every_time_is_told_with_its_cause_and_keeps_what_is_done(client: Client, tmp_path: Path) -> None:
    world = crowd(6, 900, 700)
    for number in range(200):
        (tmp_path / f"{number}.stumble").touch()
    crew = Crew(client, tmp_path / "kept", attempts=2)
    with pytest.raises(ClusterError, match=r"partition \d+ failed in all of 2 attempts, at last with OSError\('no way"):
        access_on(crew, Places(*world, Stumbling(tmp_path)), *people_and_hours(world), budget_mb=200)


def test_an_interrupted_run_goes_on_where_it_was(client: Client, tmp_path: Path) -> None:
    world = crowd(7, 900, 700)
    demand, supply = people_and_hours(world)
    told: list[str] = []

    def until(last: int) -> Callable[[str], None]:
        def tell(sentence: str) -> None:
            told.append(sentence)
            if len(told) == last:
                raise KeyboardInterrupt

        return tell

    kept = tmp_path / "kept"
    with pytest.raises(KeyboardInterrupt):
        access_on(Crew(client, kept, tell=until(5)), Places(*world, BANDS), demand, supply, budget_mb=5)
    assert told[4].startswith("sums over origins: 5 of ")
    files = {file: file.stat().st_mtime_ns for file in kept.iterdir()}
    assert len(files) == 5
    told.clear()
    found = access_on(Crew(client, kept, tell=until(-1)), Places(*world, BANDS), demand, supply, budget_mb=5)
    assert sum("kept from before" in sentence for sentence in told) == 5
    assert all(file.stat().st_mtime_ns == age for file, age in files.items())
    equal(found, two_steps(weights_within(*world, BANDS), demand, supply))


def test_a_kept_answer_that_is_damaged_is_asked_for_again(client: Client, tmp_path: Path) -> None:
    world = crowd(8, 200, 200)
    demand, supply = people_and_hours(world)
    first = access_on(Crew(client, tmp_path), Places(*world, BANDS), demand, supply, budget_mb=5)
    told: list[str] = []
    for file in sorted(tmp_path.iterdir())[:2]:
        file.write_bytes(file.read_bytes()[:90])
    found = access_on(Crew(client, tmp_path, tell=told.append), Places(*world, BANDS), demand, supply, budget_mb=5)
    assert sum("kept from before" not in sentence for sentence in told) == 2
    assert found.value.tobytes() == first.value.tobytes()  # the same bits


@pytest.mark.parametrize("changed", ["demand", "limit", "decay"])
def test_answers_of_another_study_are_not_taken_for_its_own(client: Client, changed: str, tmp_path: Path) -> None:
    engine, limit = world = crowd(9, 100, 100)
    demand, supply = people_and_hours(world)
    access_on(Crew(client, tmp_path), Places(*world, BANDS), demand, supply, budget_mb=5)
    demand, limit = demand + 50 * (changed == "demand"), limit + 5 * (changed == "limit")
    decay = Bands(BANDS.shares, (1.0, 0.68, 0.23)) if changed == "decay" else BANDS
    found = access_on(Crew(client, tmp_path), Places(engine, limit, decay), demand, supply, budget_mb=5)
    equal(found, two_steps(weights_within(engine, limit, decay), demand, supply))


def test_a_cluster_without_workers_is_told(tmp_path: Path) -> None:
    world = crowd(9, 10, 10)
    with (
        LocalCluster(n_workers=0, **LOOPBACK) as cluster,
        Client(cluster) as nobody,
    ):
        crew = Crew(nobody, tmp_path, patience_seconds=0.1)
        with pytest.raises(ClusterError, match=r"had no workers for 0.1 s; expected at least one"):
            access_on(crew, Places(*world, BANDS), *people_and_hours(world), budget_mb=5)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells what a process held at most")
def test_memory_of_workers_is_bounded_by_the_budget(tmp_path: Path) -> None:
    engine, _ = crowd(10, 40_000, 8_000)
    limit = np.full(40_000, 400.0)
    budget_mb, demand, supply = 20.0, np.ones(40_000), np.ones(8_000)
    assert build_structure(engine, limit, (1.0,)).bytes_held > 3 * budget_mb * 1e6  # what one machine holds
    with (
        LocalCluster(n_workers=1, **LOOPBACK, memory_limit=f"{MEMORY_MIB}MiB") as cluster,
        Client(cluster) as fresh,
    ):
        small = crowd(0, 50, 50)
        access_on(Crew(fresh, tmp_path), Places(*small, step), np.ones(50), np.ones(50), budget_mb=budget_mb)
        (before,) = fresh.run(stumbling.peak_mib).values()  # libraries are loaded, loops compiled
        found = access_on(Crew(fresh, tmp_path), Places(engine, limit, step), demand, supply, budget_mb=budget_mb)
        (peak,) = fresh.run(stumbling.peak_mib).values()
    assert peak - before < budget_mb
    assert peak < 0.8 * MEMORY_MIB  # where Dask would pause a worker
    equal(found, two_steps(weights_within(engine, limit, step), demand, supply))


def test_a_fair_budget_leaves_room_below_the_limit(client: Client) -> None:
    # 0.6 of what is left of 1 GiB (1,074 MB) beside the worker's own 500 MB
    assert fair_budget_mb(client) == pytest.approx(0.6 * (1024 * 2**20 / 1e6 - 500))


def test_answers_come_in_order_and_a_worker_of_one_thread_uses_one_core(client: Client, tmp_path: Path) -> None:
    told = Crew(client, tmp_path).ask("cores", [partial(Cores, number) for number in range(5)])
    assert [one.tolist() for one in told] == [[number, 1] for number in range(5)]


def test_a_scheduler_is_found_at_its_address_and_left_as_it_was(client: Client) -> None:
    address = client.scheduler.address
    with connected(address) as guest:
        assert guest.submit(sum, [1, 2]).result() == 3
    assert client.submit(sum, [3, 4]).result() == 7


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("local:none", r"cluster 'local:none' is no address; expected such as 'tcp://10.0.0.5:8786' or 'local:2'"),
        ("local:0", "is no address"),
        ("tls://127.0.0.1:1", "does not answer"),
        ("10.0.0.5", "is no address"),
        ("tcp://127.0.0.1:1", "does not answer"),
    ],
)
def test_an_address_where_no_cluster_is_is_told(where: str, said: str) -> None:
    with pytest.raises((AddressError, ClusterError), match=said), connected(where, timeout_seconds=0.2):
        pass


_WITHOUT = """
import sys
import cli.main
from analysis.access.cluster import connected
from analysis.access.cluster_rollup import rolled_up_on
from analysis.access.crew import ClusterError
from analysis.access.table_parts import MinutesByPosition
print(sorted({"dask", "distributed"} & set(sys.modules)))
sys.modules["distributed"] = None  # as where the extra is not installed
try:
    with connected("local:2"):
        pass
except ClusterError as fault:
    print(fault)
"""


def test_nothing_loads_dask_but_a_cluster() -> None:
    done = subprocess.run([sys.executable, "-c", _WITHOUT], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "[]",
        "cluster 'local:2' needs Dask, which is not installed; install therapygap with its extra [cluster].",
    ]


def test_two_processes_of_this_machine_are_a_cluster_of_loopback() -> None:
    with connected("local:1") as client:
        assert next(iter(client.scheduler_info()["workers"])).startswith("tcp://127.0.0.1:")


def test_only_some_parts_are_under_way_at_a_time(client: Client, tmp_path: Path) -> None:
    made: list[int] = []
    told: list[str] = []

    def make(number: int) -> Cores:
        made.append(number)
        assert len(made) - len(told) <= 5  # two for each of two threads, and the one that is made
        return Cores(number)

    list(Crew(client, tmp_path, tell=told.append).ask("x", [partial(make, number) for number in range(12)]))
    assert len(told) == 12


def test_what_is_interrupted_leaves_nothing_under_way(client: Client, tmp_path: Path) -> None:
    def stop(_: str) -> None:
        raise KeyboardInterrupt

    before, held = client.run(os.getpid), set(client.futures)
    with pytest.raises(KeyboardInterrupt):
        Crew(client, tmp_path, tell=stop).ask("x", [partial(Cores, number) for number in range(12)])
    assert not set(client.futures) - held
    assert client.run(os.getpid) == before


def test_workers_that_go_away_while_they_work_are_not_waited_for_for_ever(tmp_path: Path) -> None:
    with LocalCluster(n_workers=1, **LOOPBACK) as cluster, Client(cluster) as left_alone:

        def leave(_: str) -> None:
            cluster.scale(0)

        crew = Crew(left_alone, tmp_path, patience_seconds=0.5, tell=leave)
        with pytest.raises(ClusterError, match=r"had no workers for 0.5 s; expected at least one"):
            crew.ask("x", [partial(Cores, number) for number in range(200)])


def test_a_cluster_without_workers_is_told_before_anything_is_cut() -> None:
    with LocalCluster(n_workers=0, **LOOPBACK) as cluster, Client(cluster) as nobody:
        with pytest.raises(ClusterError, match="has no workers, so that nobody knows how much fits into one"):
            fair_budget_mb(nobody)
        with (
            pytest.raises(ClusterError, match=r"had no workers for 0.1 s; expected at least one: start some"),
            connected(nobody.scheduler.address, patience_seconds=0.1),  # type: ignore[union-attr]
        ):
            pass


def test_workers_of_another_version_are_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.access.cluster.PROGRAM", "0.0, form 0")
    with (
        pytest.raises(ClusterError, match=r"worker tcp://127.0.0.1:\d+ \(2 such\) runs therapygap .*, form 2"),
        connected(client.scheduler.address),  # type: ignore[union-attr]
    ):
        pass


def test_few_rolls_are_asked_for_together_where_an_answer_would_take_much(
    client: Client, nation: World, tmp_path: Path
) -> None:
    told: list[str] = []
    rolls = Rolls(np.random.default_rng(0).random((20_000, 4)), np.arange(20_000) // 2, 10_000)
    budget = Budget(8, 3, pair_bytes=44)
    ours = cluster_weights(Crew(client, tmp_path, tell=told.append), Places(*nation, BANDS), budget)
    alone = weights_within(*nation, BANDS)
    for found, expected in zip(ours.rolled_up(rolls), alone.rolled_up(rolls), strict=True):
        np.testing.assert_allclose(found.data, expected.data, rtol=1e-12)
    assert len(told) >= 2 * len(ours.cut)  # not all four in one go
    assert all(file.stat().st_size < 1.1 * 8e6 for file in tmp_path.iterdir())
