"""An OSRM server over real HTTP: every pair that may be within the limit, once; resumable, patient, robust."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from routing_server import RoutingServer, crow_seconds, refusal
from werkzeug import Response

from analysis.access.blocks import blocks, groups, neighbourly
from analysis.access.osrm import Osrm
from analysis.access.osrm_answers import CACHE_FILE, Answers
from analysis.access.osrm_server import OsrmServer, TravelServerError
from analysis.access.travel import GreatCircle, Pairs
from analysis.sphere import unit_sphere
from analysis.study import StudyError


@pytest.fixture
def server(httpserver: HTTPServer) -> Iterator[RoutingServer]:
    yield RoutingServer(httpserver)
    httpserver.check_assertions()
    httpserver.clear()


def places(count: int, seed: int) -> np.ndarray:
    """Return latitudes and longitudes in half a degree of Montana, to the six decimals that are sent."""
    return np.round(np.random.default_rng(seed).random((count, 2)) / 2 + (45.0, -110.0), 6)


def engine_of(
    server: RoutingServer,
    folder: Path,
    origins: np.ndarray,
    sites: np.ndarray,
    waits: list[float] | None = None,
    **how: object,
) -> Osrm:
    waits = [] if waits is None else waits
    asker = OsrmServer(server.address, wait=waits.append)
    estimate = GreatCircle(unit_sphere(*origins.T), unit_sphere(*sites.T), np.full(len(origins), 1.0), 1.4, 2.0)
    return Osrm(asker, Answers(folder, f"{asker.address} {asker.profile}"), estimate, origins, sites, **how)  # type: ignore[arg-type]


def looked_up(origins: np.ndarray, sites: np.ndarray, limit: np.ndarray) -> dict[tuple[int, int], float]:
    """Return all pairs within the limit by the stub's own metric, one by one."""
    minutes = {
        (o, s): crow_seconds(tuple(here[::-1]), tuple(there[::-1])) / 60
        for o, here in enumerate(origins.tolist())
        for s, there in enumerate(sites.tolist())
    }
    return {pair: value for pair, value in minutes.items() if value <= limit[pair[0]]}


def told(pairs: Pairs) -> dict[tuple[int, int], float]:
    return dict(zip(zip(pairs.origin.tolist(), pairs.site.tolist(), strict=True), pairs.minutes.tolist(), strict=True))


@pytest.mark.parametrize("table_limit", [1, 7, 100])
def test_finds_every_pair_within_the_limit_whatever_the_table_limit(
    server: RoutingServer, table_limit: int, tmp_path: Path
) -> None:
    origins, sites = places(9, 1), places(14, 2)
    limit = np.array([0.0, 5.0, 10.0, 20.0, 20.0, 30.0, 40.0, 60.0, 90.0])
    server.table_limit = table_limit
    engine = engine_of(server, tmp_path, origins, sites, table_limit=table_limit, reach_factor=9.0)
    pairs = engine.pairs(limit)
    assert told(pairs) == pytest.approx(looked_up(origins, sites, limit), rel=1e-9)
    assert list(told(pairs)) == sorted(told(pairs))
    assert all(rows <= table_limit and columns <= table_limit for rows, columns in server.asked)
    said = engine.provenance()
    assert said["pairs_within_limit"] == len(pairs.origin)
    assert said["tables_asked"] == len(server.asked)
    assert said["data_versions"] == ["2026-01-01T00:00:00Z"]
    assert server.agents[0] == "therapygap"


def test_only_pairs_that_may_be_within_the_limit_are_asked_for(server: RoutingServer, tmp_path: Path) -> None:
    # 20 minutes at 1 km a minute and 1.4 km of road a km, three times as far: 42.9 km; 0.5 degrees are 55.6 km
    origins, sites = np.array([[45.0, -110.0]]), np.array([[45.1, -110.0], [45.38, -110.0], [45.39, -110.0]])
    engine = engine_of(server, tmp_path, origins, sites)
    engine.pairs(np.array([20.0]))
    assert [place[1][1] for place in server.pairs] == [45.1, 45.38]
    assert engine.provenance()["pairs_asked"] == 2


def test_pairs_found_near_the_edge_of_what_was_asked_are_counted(server: RoutingServer, tmp_path: Path) -> None:
    server.seconds = lambda _, __: 60.0
    origins, sites = np.array([[45.0, -110.0]]), np.array([[45.1, -110.0], [45.38, -110.0]])
    engine = engine_of(server, tmp_path, origins, sites)
    assert len(engine.pairs(np.array([20.0])).origin) == 2
    assert engine.provenance()["pairs_near_edge_of_reach"] == 1


def test_a_pair_just_at_the_limit_is_within(server: RoutingServer, tmp_path: Path) -> None:
    server.seconds = lambda _, __: 1200.0
    engine = engine_of(server, tmp_path, np.array([[45.0, -110.0]]), np.array([[45.1, -110.0]]))
    assert len(engine.pairs(np.array([20.0])).origin) == 1
    assert len(engine.pairs(np.array([19.999])).origin) == 0


def test_no_way_is_out_of_reach_and_counted(server: RoutingServer, tmp_path: Path) -> None:
    server.seconds = lambda start, end: None if end[1] > 45.05 else crow_seconds(start, end)
    origins, sites = np.array([[45.0, -110.0]]), np.array([[45.01, -110.0], [45.1, -110.0]])
    engine = engine_of(server, tmp_path, origins, sites)
    assert told(engine.pairs(np.array([60.0]))) == pytest.approx({(0, 0): 1.0})
    assert engine.provenance()["pairs_without_way"] == 1
    assert np.isinf(engine.nearest(np.array([1]))).all()


def test_nearest_is_the_least_by_road_of_those_nearest_by_straight_line(server: RoutingServer, tmp_path: Path) -> None:
    origins, sites = places(12, 3), places(25, 4)
    engine = engine_of(server, tmp_path, origins, sites, table_limit=5, nearest_asked=25)
    some = np.array([3, 7, 8, 20])
    every = looked_up(origins, sites, np.full(12, np.inf))
    expected = [min(every[o, int(s)] for s in some) for o in range(12)]
    assert engine.nearest(some) == pytest.approx(expected, rel=1e-9)
    minutes, which = engine.nearest_sites(some, 5)
    assert minutes[:, :4] == pytest.approx(
        np.array([sorted(every[o, int(s)] for s in some) for o in range(12)]), rel=1e-9
    )
    assert np.isinf(minutes[:, 4]).all()
    assert (which[:, 4] == 0).all()
    assert (np.sort(which[:, :4]) == some).all()
    few = engine_of(server, tmp_path / "few", origins, sites, nearest_asked=2)
    assert (few.nearest(some) >= np.array(expected) - 1e-9).all()
    assert (few.provenance()["pairs_in_tables"], few.provenance()["pairs_asked"]) == (12 * 4, 0)  # in one table
    assert np.isfinite(few.nearest_sites(some, 3)[0]).all()  # at least as many are asked for as are wanted
    assert np.isinf(engine.nearest(np.array([], dtype=np.int64))).all()


def test_what_is_asked_again_is_not_counted_again(server: RoutingServer, tmp_path: Path) -> None:
    # as for a study with a scale for some specialties: other limits, and the nearest of ever other sites
    origins, sites, limit = places(20, 3), places(25, 4), np.full(20, 20.0)
    engine = engine_of(server, tmp_path, origins, sites, table_limit=6)
    pairs = engine.pairs(limit * 1.5)
    once = engine.provenance()
    assert once["pairs_within_limit"] == len(pairs.origin)
    assert engine.pairs(limit * 1.5).origin.tolist() == pairs.origin.tolist()
    assert engine.provenance() == once
    assert (once["tables_asked"], once["tables_known_before"]) == (len(server.asked), 0)
    assert once["pairs_in_tables"] == sum(rows * columns for rows, columns in server.asked) >= once["pairs_asked"]
    engine.pairs(limit)
    engine.nearest(np.arange(5))
    engine.nearest(np.arange(5))
    told_after = engine.provenance()
    assert told_after["tables_asked"] == len(server.asked) > once["tables_asked"]
    assert told_after["pairs_in_tables"] == sum(rows * columns for rows, columns in server.asked)
    of_pairs = ("pairs_asked", "pairs_within_limit", "pairs_without_way", "pairs_near_edge_of_reach")
    assert [told_after[name] for name in of_pairs] == [once[name] for name in of_pairs]
    narrow = engine_of(server, tmp_path, origins, sites, table_limit=6)
    narrow.pairs(limit)
    first = narrow.provenance()["pairs_within_limit"]
    narrow.pairs(limit * 1.5)
    assert narrow.provenance()["pairs_within_limit"] == once["pairs_within_limit"] > first
    assert narrow.provenance()["tables_asked"] == 0
    assert narrow.provenance()["tables_known_before"] > 0


def test_nothing_to_ask_asks_nothing(server: RoutingServer, tmp_path: Path) -> None:
    engine = engine_of(server, tmp_path, places(3, 1), np.empty((0, 2)))
    assert len(engine.pairs(np.full(3, 60.0)).origin) == 0
    assert np.isinf(engine.nearest(np.array([], dtype=np.int64))).all()
    assert server.asked == []


def test_an_interrupted_run_goes_on_where_it_ended(server: RoutingServer, tmp_path: Path) -> None:
    origins, sites, limit = places(30, 5), places(30, 6), np.full(30, 25.0)
    whole = engine_of(server, tmp_path / "whole", origins, sites, table_limit=6).pairs(limit)
    tables = len(server.asked)
    assert tables > 8
    server.asked, server.dies_after = [], 5
    waits: list[float] = []
    with pytest.raises(TravelServerError, match=r"did not answer \(status 503\); what it answered before is kept"):
        engine_of(server, tmp_path / "part", origins, sites, waits, table_limit=6).pairs(limit)
    assert waits == [2.0, 4.0, 8.0, 16.0]
    server.dies_after = None
    again = engine_of(server, tmp_path / "part", origins, sites, table_limit=6)
    assert told(again.pairs(limit)) == told(whole)
    assert (again.tally.requests, again.tally.from_cache, len(server.asked)) == (tables - 5, 5, tables)
    third = engine_of(server, tmp_path / "part", origins, sites, table_limit=6)
    assert told(third.pairs(limit)) == told(whole)
    assert len(server.asked) == tables


def test_another_server_or_profile_is_asked_anew(server: RoutingServer, tmp_path: Path) -> None:
    answers = Answers(tmp_path, "one")
    engine = engine_of(server, tmp_path, places(2, 1), places(2, 2))
    engine.pairs(np.full(2, 90.0))
    path = engine.server.path(engine.origins, engine.sites)
    assert answers.get(path, (2, 2)) is None
    (tmp_path / CACHE_FILE).write_bytes(b"not a database at all, but long enough to be looked at" * 40)
    with pytest.raises(TravelServerError, match="delete that file"):
        engine.pairs(np.full(2, 90.0))


def test_the_cache_holds_no_coordinates(server: RoutingServer, tmp_path: Path) -> None:
    engine_of(server, tmp_path, np.array([[45.123456, -110.654321]]), np.array([[45.2, -110.6]])).pairs(
        np.array([60.0])
    )
    kept = (tmp_path / CACHE_FILE).read_bytes()
    assert b"123456" not in kept
    assert b"654321" not in kept


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_passing_failures_are_waited_out(server: RoutingServer, status: int, tmp_path: Path) -> None:
    server.failures = [
        Response(status=status),
        Response(status=status, headers={"Retry-After": "17"}),
        Response(status=status, headers={"Retry-After": "soon"}),
        Response(iter(['{"code":"Ok","durations":[[1']), headers={"Content-Length": "9000"}),
    ]
    waits: list[float] = []
    engine = engine_of(server, tmp_path, np.array([[45.0, -110.0]]), np.array([[45.01, -110.0]]), waits)
    assert told(engine.pairs(np.array([60.0]))) == pytest.approx({(0, 0): 1.0})
    assert waits == [2.0, 17.0, 8.0, 16.0]


def test_answers_that_break_off_are_asked_for_again(server: RoutingServer, tmp_path: Path) -> None:
    server.failures = [Response('{"code":"Ok","durations":[[1'), Response(status=204), Response(b"\xff" * 9)]
    waits: list[float] = []
    engine = engine_of(server, tmp_path, np.array([[45.0, -110.0]]), np.array([[45.01, -110.0]]), waits)
    with pytest.raises(TravelServerError, match="status 204"):
        engine.pairs(np.array([60.0]))
    assert waits == [2.0]
    with pytest.raises(TravelServerError, match="no table of minutes"):
        engine.pairs(np.array([60.0]))


def table(durations: str, point: str = '{"distance": 1}') -> Response:
    return Response(
        f'{{"code": "Ok", "durations": {durations}, "sources": [{point}], "destinations": [{{"distance": 1}}]}}'
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refusal("TooBig", "Too many table coordinates"), "refuses with TooBig .*--max-table-size"),
        (refusal("NoTable", "No table found"), "refuses with NoTable .*is its map whole"),
        (refusal("NoSegment", "Could not find a matching segment for coordinate 1"), "coordinate 1.*no road near it"),
        (refusal("InvalidOptions", "Coordinates are invalid"), "refuses with InvalidOptions"),
        (Response("<html>It works!</html>"), "answered b'<html>It works!</html>'.*and no table of minutes"),
        (Response('{"message": "hello"}'), "no table of minutes"),
        (Response('{"code": "Ok"}'), "no table of minutes"),
        (Response('{"code": "Ok", "durations": [[1, 2]], "sources": [], "destinations": []}'), "no table"),
        (table("[[-1]]"), "no table of minutes"),
        (table("[[true]]"), "no table of minutes"),
        (table("[[NaN]]"), "no table of minutes"),
        (table('[["1"]]'), "no table of minutes"),
        (table("[[1]]", "{}"), "no table of minutes"),
        (Response(status=403), "status 403"),
        (Response(status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"}), "status 302"),
        (Response(status=429, headers={"Retry-After": "3600"}), "status 429, asks to wait 3600 seconds"),
    ],
)  # fmt: skip
def test_what_is_no_table_ends_it_with_a_sentence(
    server: RoutingServer, answer: Response, expected: str, tmp_path: Path
) -> None:
    server.failures = [answer]
    waits: list[float] = []
    engine = engine_of(server, tmp_path, np.array([[45.0, -110.0]]), np.array([[45.01, -110.0]]), waits)
    with pytest.raises(TravelServerError, match=expected):
        engine.pairs(np.array([60.0]))
    assert (len(server.agents), waits) == (1, [])
    assert len(engine.pairs(np.array([60.0])).origin) == 1, "nothing of it was kept"


def test_a_server_whose_table_limit_is_smaller_says_so(server: RoutingServer, tmp_path: Path) -> None:
    server.table_limit = 3
    with pytest.raises(TravelServerError, match=r"TooBig .* a table of 8 by 8; its table limit is smaller"):
        engine_of(server, tmp_path, places(8, 1), places(8, 2), reach_factor=50.0).pairs(np.full(8, 90.0))


def test_a_server_that_is_not_there_is_named() -> None:
    waits: list[float] = []
    asker = OsrmServer("http://127.0.0.1:9", wait=waits.append)
    with pytest.raises(TravelServerError, match=r"'http://127\.0\.0\.1:9' did not answer \(ConnectionError\)"):
        asker.ask(asker.path(places(1, 1), places(1, 2)), (1, 1))
    assert waits == [2.0, 4.0, 8.0, 16.0]


def test_points_moved_far_to_a_road_are_told(server: RoutingServer, tmp_path: Path) -> None:
    server.moved_metres = lambda place: 25_000.0 if place[1] > 45.05 else 12.5
    engine = engine_of(server, tmp_path, np.array([[45.0, -110.0]]), np.array([[45.01, -110.0], [45.1, -110.0]]))
    engine.pairs(np.array([60.0]))
    said = engine.provenance()
    assert (said["sites_moved_most_km"], said["sites_moved_over_1_km"]) == (25.0, 1)
    assert (said["origins_moved_most_km"], said["origins_moved_over_1_km"]) == (0.0125, 0)


@pytest.mark.parametrize(
    ("address", "how", "expected"),
    [
        ("https://router.project-osrm.org", {"contact": "a@b.example"}, "light use"),
        ("https://routing.openstreetmap.de/routed-car", {"contact": "a@b.example"}, "light use"),
        ("http://osrm.example", {"contact": "a@b.example"}, "plain text"),
        ("https://osrm.example", {}, "must be told who asks"),
        ("ftp://osrm.example", {}, "is not the address of a server"),
        ("https://user:word@osrm.example", {}, "is not the address of a server"),
        ("router", {}, "is not the address of a server"),
    ],
)
def test_servers_that_may_not_be_asked_are_refused_before_anything_is_sent(
    address: str, how: dict[str, str], expected: str
) -> None:
    with pytest.raises(StudyError, match=expected):
        OsrmServer(address, **how)  # type: ignore[arg-type]


def test_the_demonstration_server_is_asked_once_a_second_at_most_if_allowed_at_all() -> None:
    asker = OsrmServer("https://router.project-osrm.org", "a@b.example", pause_seconds=0.1, allow_demo=True)
    assert asker.pause_seconds == 1.0
    assert OsrmServer("http://192.168.1.7:5000", pause_seconds=0.1).pause_seconds == 0.1
    assert OsrmServer("http://127.0.0.1:5000").pause_seconds == 0.0


def test_requests_keep_their_distance(server: RoutingServer) -> None:
    now, waits = [0.0], []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    asker = OsrmServer(server.address, wait=wait, clock=lambda: now[0])
    asker.pause_seconds = 1.0
    for seed in range(3):
        asker.ask(asker.path(places(1, seed), places(1, 9)), (1, 1))
        now[0] += 0.25
    assert waits == [0.75, 0.75]


@given(st.integers(0, 40), st.integers(1, 30), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_blocks_hold_each_pair_once_and_keep_the_limit(origins: int, sites: int, most: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    points = unit_sphere(draw.uniform(40, 41, origins), draw.uniform(-100, -99, origins))
    there = unit_sphere(draw.uniform(40, 41, sites), draw.uniform(-100, -99, sites))
    rank = np.empty(sites, np.int64)
    rank[neighbourly(there)] = np.arange(sites)
    parts = list(groups(points, most))
    assert sorted(np.concatenate([*parts, []]).tolist()) == list(range(origins))
    for group in parts:
        wanted = np.argwhere(draw.random((len(group), sites)) < 0.4)
        origin, site = group[wanted[:, 0]], wanted[:, 1]
        seen = np.zeros(len(origin), dtype=np.int64)
        for block in blocks(origin, site, rank, most):
            assert len(block.origins) <= most
            assert len(block.sites) <= most
            assert (block.origins[block.row] == origin[block.pairs]).all()
            assert (block.sites[block.column] == site[block.pairs]).all()
            seen[block.pairs] += 1
        assert (seen == 1).all()
